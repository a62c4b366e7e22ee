"""Redemption by call, against sums written out payment by payment."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence

import numpy as np
import pytest

from defease.bonds import (
    BondUniverse,
    callable_by_yields,
    measures_to_worst,
    yield_measures,
    yields_to_worst,
)
from defease.dates import DayCount
from defease.errors import InputError
from tests.unit.bonds.builders import bond, days


def callable_bond(
    call: str,
    *,
    maturity: str = "2036-02-15",
    settlement: str = "2026-02-15",
    price: float = 110.0,
    call_price: float = 100.0,
    day_count: DayCount = DayCount.THIRTY_360,
) -> BondUniverse:
    return BondUniverse(
        settlement=dt.date.fromisoformat(settlement),
        identifiers=("bond",),
        coupons=np.array([0.06]),
        maturities=days(maturity),
        clean_prices=np.array([price]),
        day_counts=(day_count,),
        call_dates=days(call),
        call_prices=np.array([call_price]),
    )


def value(half_yearly: float, payments: Sequence[tuple[float, float]]) -> float:
    """Amounts at half-years from settlement, compounded."""
    return math.fsum(amount * (1.0 + half_yearly) ** -periods for periods, amount in payments)


def test_a_call_on_a_coupon_date_ends_the_bond_there() -> None:
    found = measures_to_worst(callable_bond("2028-02-15"))
    worst = float(found.measures.yields[0])
    paid = [(1, 3.0), (2, 3.0), (3, 3.0), (4, 103.0)]
    assert value(worst / 2, paid) == pytest.approx(110.0, rel=1e-12)
    assert str(found.redemption_dates[0]) == "2028-02-15"
    assert found.called.all()
    mean = sum(t / 2 * a / (1 + worst / 2) ** t for t, a in paid) / 110.0
    assert found.measures.macaulay_durations[0] == pytest.approx(mean, rel=1e-12)


def test_a_call_between_coupons_pays_accrued_interest() -> None:
    found = measures_to_worst(callable_bond("2027-11-15", call_price=102.0))
    paid = [(1, 3.0), (2, 3.0), (3, 3.0), (3.5, 102.0 + 1.5)]
    worst = float(found.measures.yields[0])
    assert value(worst / 2, paid) == pytest.approx(110.0, rel=1e-12)
    h = 1e-5
    slope = (value(worst / 2 - h / 2, paid) - value(worst / 2 + h / 2, paid)) / (2 * h * 110)
    assert found.measures.modified_durations[0] == pytest.approx(slope, rel=1e-8)
    bend = value(worst / 2 - h / 2, paid) + value(worst / 2 + h / 2, paid) - 220.0
    assert found.measures.convexities[0] == pytest.approx(bend / (h * h * 110), rel=1e-3)


@pytest.mark.parametrize(("call", "months"), [("2026-06-15", 4), ("2026-08-15", 6)])
def test_a_call_up_to_the_next_coupon_earns_simple_interest(call: str, months: int) -> None:
    worst = yields_to_worst(callable_bond(call, price=101.0))[0]
    repaid = 100.0 + 0.5 * months
    assert 101.0 * (1 + worst * months / 12) == pytest.approx(repaid, rel=1e-12)


def test_settlement_within_a_period_discounts_the_stub_first() -> None:
    bonds = callable_bond("2027-04-15", settlement="2026-05-15", price=104.0)
    worst = float(yields_to_worst(bonds)[0])
    paid = [(0.5, 3.0), (1.5, 3.0), (1.5 + 2 / 6, 101.0)]
    assert bonds.accrued[0] == pytest.approx(1.5, rel=1e-12)
    assert value(worst / 2, paid) == pytest.approx(105.5, rel=1e-12)


@pytest.mark.parametrize("count", [DayCount.ACT_360, DayCount.ACT_365F])
def test_interest_by_days_runs_to_the_call(count: DayCount) -> None:
    basis = 360 if count is DayCount.ACT_360 else 365
    found = yields_to_worst(callable_bond("2027-04-15", price=104.0, day_count=count))[0]
    firsts = [181, 184]
    paid = [
        (181 * 2 / basis, 6.0 * firsts[0] / basis),
        (181 * 2 / basis + 1, 6.0 * firsts[1] / basis),
        (181 * 2 / basis + 1 + 59 * 2 / basis, 100.0 + 6.0 * 59 / basis),
    ]
    assert value(float(found) / 2, paid) == pytest.approx(104.0, rel=1e-12)


def test_below_par_the_maturity_is_worse() -> None:
    bonds = callable_bond("2028-02-15", price=95.0)
    found = measures_to_worst(bonds)
    plain = yield_measures(bonds)
    assert found.measures.yields.tolist() == plain.yields.tolist()
    assert found.measures.modified_durations.tolist() == plain.modified_durations.tolist()
    assert not found.called.any()
    assert found.redemption_dates.tolist() == bonds.maturities.tolist()


def test_a_call_date_that_has_passed_stands_for_the_next_coupon_date() -> None:
    passed = callable_bond("2024-02-15", price=101.0)
    following = callable_bond("2026-08-15", price=101.0)
    assert yields_to_worst(passed).tolist() == yields_to_worst(following).tolist()
    assert str(measures_to_worst(passed).redemption_dates[0]) == "2026-08-15"


def test_a_call_at_maturity_or_none_leaves_the_yield_to_maturity() -> None:
    for bonds in (callable_bond("2036-02-15"), callable_bond("NaT"), bond("2036-02-15")):
        assert yields_to_worst(bonds).tolist() == yield_measures(bonds).yields.tolist()


def test_the_long_first_period_of_a_new_bond_is_paid_by_an_early_call() -> None:
    bonds = BondUniverse(
        settlement=dt.date(2026, 2, 15),
        identifiers=("new",),
        coupons=np.array([0.06]),
        maturities=days("2036-02-15"),
        clean_prices=np.array([101.0]),
        issue_dates=days("2025-12-15"),
        first_coupons=days("2026-08-15"),
        call_dates=days("2026-05-15"),
    )
    worst = yields_to_worst(bonds)[0]
    # 60 days of 30/360 accrued, 150 at the call, three months of simple interest between
    assert (101.0 + 1.0) * (1 + worst / 4) == pytest.approx(100.0 + 2.5, rel=1e-12)


def test_a_call_date_makes_a_bond_callable_and_survives_a_selection() -> None:
    bonds = callable_bond("2028-02-15").take(np.array([0]))
    assert bonds.callable.all()
    assert str(bonds.call_dates[0]) == "2028-02-15"
    assert bonds.call_prices.tolist() == [100.0]


def test_yields_to_worst_flag_callable_bonds_beyond_rounding() -> None:
    to_maturity, to_worst = np.array([0.05, 0.05, 0.05]), np.array([0.0499, 0.04996, 0.0503])
    assert callable_by_yields(to_maturity, to_worst).tolist() == [True, False, False]


def test_a_call_after_the_maturity_is_refused() -> None:
    with pytest.raises(InputError, match="after its maturity"):
        callable_bond("2040-01-01")


@pytest.mark.parametrize("price", [0.0, -1.0, 5000.0, float("nan")])
def test_impossible_call_prices_are_refused(price: float) -> None:
    with pytest.raises(InputError, match="call price is"):
        callable_bond("2028-02-15", call_price=price)


def test_a_bill_cannot_be_called() -> None:
    with pytest.raises(InputError, match="bill with a call date"):
        BondUniverse(
            settlement=dt.date(2026, 2, 15),
            identifiers=("bill",),
            coupons=np.zeros(1),
            maturities=days("2026-08-15"),
            clean_prices=np.array([98.0]),
            frequencies=np.array([0]),
            call_dates=days("2026-06-15"),
        )
