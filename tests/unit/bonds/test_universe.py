"""A bond table is checked once, whole, and every finding says which bond and what to do."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pytest

from defease.bonds import BondUniverse, payments_of, price_on_curve, yield_measures, z_spreads
from defease.curves import flat_curve
from defease.dates import DayCount
from defease.errors import InputError
from tests.unit.bonds.builders import bond, days

SETTLEMENT = dt.date(2026, 3, 25)


def table(**changes: Any) -> BondUniverse:
    columns: dict[str, Any] = {
        "settlement": SETTLEMENT,
        "identifiers": ("first", "second"),
        "coupons": np.array([0.04, 0.05]),
        "maturities": days("2030-02-15", "2035-02-15"),
        "clean_prices": np.array([99.0, 101.0]),
    }
    return BondUniverse(**(columns | changes))


def test_defaults_follow_the_rating() -> None:
    found = table(ratings=("UST", "A"))
    assert found.day_counts == (DayCount.ACT_ACT_ICMA, DayCount.THIRTY_360)
    assert found.frequencies.tolist() == [2, 2]
    assert found.is_treasury.tolist() == [True, False]
    assert np.isinf(found.outstanding).all()
    assert not found.callable.any()


def test_columns_cannot_be_changed() -> None:
    found = table()
    for column in (found.coupons, found.maturities, found.accrued, found.dirty_prices):
        with pytest.raises(ValueError, match="read-only"):
            column[0] = column[1]


@pytest.mark.parametrize(
    ("changes", "part"),
    [
        ({"clean_prices": np.array([0.0, 101.0])}, "first: clean price is 0"),
        ({"clean_prices": np.array([np.nan, 101.0])}, "first: clean price is nan"),
        ({"clean_prices": np.array([99.0, 10100.0])}, "per 100 of face"),
        ({"coupons": np.array([0.04, -0.05])}, "second: coupon is -0.05"),
        ({"coupons": np.array([4.0, 0.05])}, "as a decimal"),
        ({"coupons": np.array([np.inf, 0.05])}, "first: coupon is inf"),
        ({"maturities": days("2026-03-25", "2035-02-15")}, "not after settlement on 2026-03-25"),
        ({"maturities": days("NaT", "2035-02-15")}, "first: has no maturity date"),
        ({"frequencies": np.array([3, 2])}, "frequency is 3"),
        ({"frequencies": np.array([0, 2])}, "no coupon dates"),
        ({"ratings": ("Baa1", "")}, "rating is 'Baa1'"),
        ({"day_counts": (DayCount.ACT_360, "ACT/366")}, "'ACT/366'"),
        ({"outstanding": np.array([-1.0, 1.0])}, "outstanding amount is -1"),
        ({"offered": np.array([-1.0, 1.0])}, "amount on offer is -1"),
        ({"bids": np.array([0.0, 99.0])}, "bid price is 0"),
        ({"asks": np.array([99.0, np.inf])}, "ask price is inf"),
        ({"bids": np.full(2, 99.5), "asks": np.array([99.0, 99.5])}, "99.5 is above the ask 99"),
        ({"accrued": np.array([np.inf, 1.0])}, "accrued interest is not a finite number"),
        ({"issue_dates": days("2026-04-01", "NaT")}, "issued on 2026-04-01"),
        ({"first_coupons": days("2040-02-15", "NaT")}, "not between issue and maturity"),
        ({"first_coupons": days("2026-08-14", "NaT")}, "not one of the coupon dates"),
        ({"issuers": ("only one",)}, "issuers: 1 entries for 2 bonds"),
    ],
)
def test_each_fault_is_refused_with_its_bond(changes: dict[str, Any], part: str) -> None:
    with pytest.raises(InputError) as caught:
        table(**changes)
    assert part in str(caught.value)


def test_all_faults_are_listed_at_once() -> None:
    with pytest.raises(InputError) as caught:
        table(
            clean_prices=np.array([0.0, -1.0]),
            maturities=days("2020-01-01", "2035-02-15"),
            ratings=("A", "ZZZ"),
        )
    assert [problem.where for problem in caught.value.problems] == [
        "bonds: first",
        "bonds: second",
        "bonds: first",
        "bonds: second",
    ]


def test_a_long_list_of_equal_faults_is_cut_and_counted() -> None:
    many = 50
    with pytest.raises(InputError) as caught:
        BondUniverse(
            settlement=SETTLEMENT,
            identifiers=tuple(f"b{i}" for i in range(many)),
            coupons=np.zeros(many),
            maturities=np.full(many, np.datetime64("2030-01-01")),
            clean_prices=np.zeros(many),
        )
    assert len(caught.value.problems) == 21
    assert "30 more bonds of 50" in str(caught.value)


def test_bonds_are_taken_by_position_or_by_mask() -> None:
    both = table(accrued=np.array([0.1, 0.2]), issuers=("x", "y"))
    assert both.take(np.array([1, 0])).issuers == ("y", "x")
    chosen = both.take(np.array([False, True]))
    assert (chosen.identifiers, chosen.accrued.tolist(), len(chosen)) == (("second",), [0.2], 1)


def test_two_tables_become_one_column_by_column() -> None:
    both = table(accrued=np.array([0.1, 0.2]), issuers=("x", "y"), bids=np.array([90.0, np.nan]))
    whole = both.take(np.array([1])).joined_with(both)
    assert whole.issuers == ("y", "x", "y")
    assert whole.accrued.tolist() == [0.2, 0.1, 0.2]
    np.testing.assert_array_equal(whole.bids, [np.nan, 90.0, np.nan])


def test_tables_that_settle_on_different_days_are_not_joined() -> None:
    with pytest.raises(InputError, match="same day"):
        table().joined_with(bond("2030-01-01", settlement="2026-04-01"))


def test_an_empty_universe_has_no_prices_and_no_payments() -> None:
    nobody = table().take(np.array([False, False]))
    assert len(payments_of(nobody)) == 0
    assert len(yield_measures(nobody).yields) == 0
    assert len(price_on_curve(nobody, flat_curve(0.04))) == 0
    assert len(z_spreads(nobody, flat_curve(0.04))) == 0
