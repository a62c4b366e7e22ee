"""Index ratios and payments of inflation-protected notes and bonds from published index levels.

TreasuryDirect: base index levels of 109 securities, daily reference CPI 1998-2026, prices of
2026-03-24.  Payments of the 3 5/8% note of January 1998: its index ratios as published for the
interest dates (1.00669, 1.01514, ... 1.29675 at maturity).
"""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from defease.bonds import (
    FlatInflation,
    LinkedUniverse,
    payments_of,
    projected_payments,
    settlement_amounts,
)
from tests.shared_files import shared_rows
from tests.treasury_prices import REFERENCE_CPI, TIPS_REFERENCE, reference_cpi, tips_of_2026
from tests.unit.bonds.builders import bond


def test_every_base_is_the_reference_index_of_the_dated_date() -> None:
    daily = {row["date"]: float(row["refCpi"]) for row in shared_rows("data/" + REFERENCE_CPI)}
    rows = [r for r in shared_rows("data/" + TIPS_REFERENCE) if r["datedDate"] in daily]
    assert len(rows) > 100
    wrong = [r["cusip"] for r in rows if abs(float(r["baseCpi"]) - daily[r["datedDate"]]) > 6e-6]
    assert wrong == []


def test_index_ratios_of_2026_are_near_the_growth_of_prices_since_each_issue() -> None:
    bonds = tips_of_2026()
    level = reference_cpi("2026-03-25")
    ratios = bonds.index_ratios(level)
    assert (np.abs(ratios - level / bonds.base_cpi) <= 5.5e-6).all()
    # five decimals, as published
    np.testing.assert_allclose(ratios * 1e5, np.round(ratios * 1e5), atol=1e-6)
    oldest = int(np.argmin(bonds.base_cpi))
    assert bonds.real.identifiers[oldest] == "912810FD5"  # of April 1998
    assert 1.9 < ratios[oldest] < 2.1
    money = settlement_amounts(bonds, reference_cpi=level)
    np.testing.assert_allclose(money, ratios * bonds.real.dirty_prices, rtol=1e-15)


def test_interest_of_the_note_of_1998_on_its_published_index_ratios() -> None:
    # per 1,000: 18.24625625 for July 1998, 18.39941250 for January 1999
    note = LinkedUniverse(
        bond("2008-01-15", 0.03625, settlement="1998-01-15", price=99.13), np.array([161.55484])
    )
    coupon = payments_of(note.real).amounts[0]
    for level, per_thousand in ((162.63548, 18.24625625), (164.0, 18.39941250)):
        assert 10 * coupon * note.index_ratios(level)[0] == pytest.approx(per_thousand, abs=1e-8)


def test_the_index_of_settlement_alone_prices_the_payments_without_inflation() -> None:
    bonds = tips_of_2026()
    level = reference_cpi("2026-03-25")
    still = projected_payments(bonds, reference_cpi=level, inflation=FlatInflation(0.0))
    real = payments_of(bonds.real)
    ratios = bonds.index_ratios(level)[real.bond]
    principal = np.zeros(len(real))
    principal[real.starts[1:] - 1] = 100.0
    floored = (real.amounts - principal) * ratios + principal * np.maximum(ratios, 1.0)
    np.testing.assert_allclose(still.amounts, floored, rtol=1e-15)
    assert still.settlement == dt.date(2026, 3, 25)


def test_principal_falls_to_par_and_no_further() -> None:
    bonds = tips_of_2026()
    level = reference_cpi("2026-03-25")
    falling = projected_payments(bonds, reference_cpi=level, inflation=FlatInflation(-0.05))
    last = falling.starts[1:] - 1
    ratios = bonds.index_ratios(level) * 0.95 ** falling.times[last]
    interest = 50.0 * bonds.real.coupons * ratios
    repaid = falling.amounts[last] - interest
    np.testing.assert_allclose(repaid, 100.0 * np.maximum(ratios, 1.0), rtol=1e-13)
    floored = ratios < 1.0
    assert 20 < floored.sum() < len(bonds)
