from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from defease.bonds import (
    BondUniverse,
    FlatInflation,
    LinkedUniverse,
    payments_of,
    projected_payments,
    settlement_amounts,
)
from defease.curves import flat_curve
from defease.curves.real import BreakevenCurve
from defease.errors import InputError
from tests.unit.bonds.builders import days


def linkers() -> LinkedUniverse:
    real = BondUniverse(
        settlement=dt.date(2025, 1, 15),
        identifiers=("old", "new"),
        ratings=("UST", "UST"),
        coupons=np.array([0.02, 0.01]),
        maturities=days("2026-01-15", "2027-01-15"),
        clean_prices=np.array([99.0, 97.0]),
    )
    return LinkedUniverse(real, np.array([200.0, 300.0]))


def test_money_is_real_amounts_times_the_index_ratio() -> None:
    bonds = linkers()
    assert bonds.index_ratios(300.0).tolist() == [1.5, 1.0]
    assert settlement_amounts(bonds, reference_cpi=300.0).tolist() == [148.5, 97.0]


def test_payments_follow_the_index_and_keep_their_dates() -> None:
    bonds = linkers()
    found = projected_payments(bonds, reference_cpi=300.0, inflation=FlatInflation(0.03))
    real = payments_of(bonds.real)
    assert found.dates.tolist() == real.dates.tolist()
    t = real.times
    expected = [
        1.5 * 1.0 * 1.03 ** t[0],
        1.5 * 101.0 * 1.03 ** t[1],
        *(0.5 * 1.03**x for x in t[2:5]),
        100.5 * 1.03 ** t[5],
    ]
    np.testing.assert_allclose(found.amounts, expected, rtol=1e-14)


def test_the_deflation_floor_holds_for_principal_at_maturity_alone() -> None:
    falling = FlatInflation(-0.10)
    found = projected_payments(linkers(), reference_cpi=300.0, inflation=falling)
    growth = 0.9**found.times
    # the old bond has gained half its principal, of which a year of deflation leaves enough
    assert found.amounts[1] == pytest.approx(1.5 * 101 * growth[1], rel=1e-14)
    assert found.amounts[5] == pytest.approx(0.5 * growth[5] + 100.0, rel=1e-14)
    assert found.amounts[4] == pytest.approx(0.5 * growth[4], rel=1e-14)


def test_a_breakeven_curve_is_a_view_of_inflation() -> None:
    view = BreakevenCurve(flat_curve(0.0506), flat_curve(0.02))
    by_curve = projected_payments(linkers(), reference_cpi=300.0, inflation=view)
    flat = projected_payments(linkers(), reference_cpi=300.0, inflation=FlatInflation(0.03))
    np.testing.assert_allclose(by_curve.amounts, flat.amounts, rtol=1e-13)


def test_selections_keep_their_bases() -> None:
    chosen = linkers().take(np.array([False, True]))
    assert chosen.real.identifiers == ("new",)
    assert chosen.base_cpi.tolist() == [300.0]


@pytest.mark.parametrize(
    ("base", "said"),
    [
        ([200.0], "give one base CPI per bond"),
        ([200.0, 0.0], "new: base CPI is 0"),
        ([200.0, np.nan], "not a finite number"),
    ],
)
def test_bases_must_be_index_levels(base: list[float], said: str) -> None:
    with pytest.raises(InputError, match=said):
        LinkedUniverse(linkers().real, np.array(base))


@pytest.mark.parametrize("reference", [0.0, -1.0, float("nan"), float("inf")])
def test_the_reference_must_be_an_index_level(reference: float) -> None:
    with pytest.raises(InputError, match="reference CPI"):
        settlement_amounts(linkers(), reference_cpi=reference)


@pytest.mark.parametrize("rate", [-1.0, float("nan"), float("inf")])
def test_impossible_inflation_is_refused(rate: float) -> None:
    with pytest.raises(InputError, match="inflation"):
        FlatInflation(rate)
