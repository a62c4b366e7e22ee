"""Real yields of inflation-protected notes and bonds.

../shared/cases/inflation_tips_goals.json: TreasuryDirect FedInvest prices, with yields published
for 2026-03-02 (settled the same day; the published one compounds the last coupon period, ours is
simple interest by default).  31 CFR part 356, appendix B, section III: worked examples of prices.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pytest

from defease.bonds import (
    BondUniverse,
    LastPeriod,
    LinkedUniverse,
    prices_from_yields,
    settlement_amounts,
    yields_to_maturity,
)
from tests.shared_files import shared_json
from tests.unit.bonds.builders import bond, days


def published() -> tuple[BondUniverse, list[dict[str, Any]], float]:
    case = shared_json("cases/inflation_tips_goals.json")
    rows = case["tips_yields"]
    universe = BondUniverse(
        settlement=dt.date.fromisoformat(rows[0]["settlement"]),
        identifiers=tuple(row["cusip"] for row in rows),
        ratings=("UST",) * len(rows),
        coupons=np.array([row["coupon"] for row in rows]),
        maturities=days(*(row["maturity"] for row in rows)),
        clean_prices=np.array([row["clean_price"] for row in rows]),
    )
    return universe, rows, case["tolerance"]["tips_yields"]


def test_published_real_yields_compound_the_last_period() -> None:
    universe, rows, tolerance = published()
    found = yields_to_maturity(universe, last_period=LastPeriod.COMPOUND)
    assert len(rows) == 27
    stated = [row["published_yield"] for row in rows]
    np.testing.assert_allclose(found, stated, rtol=0, atol=tolerance)


def test_simple_interest_in_the_last_period_differs_for_one_note_only() -> None:
    universe, rows, _ = published()
    simple = yields_to_maturity(universe)
    stated = [row["yield_simple_last_period"] for row in rows]
    np.testing.assert_allclose(simple, stated, rtol=1e-10)
    compound = yields_to_maturity(universe, last_period=LastPeriod.COMPOUND)
    differ = [rows[i]["cusip"] for i in np.flatnonzero(simple != compound)]
    assert differ == ["91282CCA7"]
    assert abs(simple - compound).max() < 1.5e-5


def test_the_new_note_of_the_regulation() -> None:
    # 3 7/8% note issued 1999-01-15 at a real yield of 3.898%: price 99.811030
    at_issue = bond("2009-01-15", 0.03875, settlement="1999-01-15")
    assert prices_from_yields(at_issue, 0.03898)[0] == pytest.approx(99.811030, abs=5e-7)


def test_the_reopened_note_of_the_regulation_in_money() -> None:
    # 3 5/8% note of 1998-01-15 reopened 1998-10-15: index ratio 1.01074, settlement 101.784820
    real = bond("2008-01-15", 0.03625, settlement="1998-10-15", price=99.797017)
    note = LinkedUniverse(real, np.array([161.55484]))
    assert note.index_ratios(163.29032).tolist() == [1.01074]
    assert real.accrued[0] == pytest.approx(0.906250, rel=1e-14)
    assert real.accrued[0] * 1.01074 == pytest.approx(0.915983, abs=5e-7)
    amount = settlement_amounts(note, reference_cpi=163.29032)
    assert amount[0] == pytest.approx(101.784820, abs=5e-7)
