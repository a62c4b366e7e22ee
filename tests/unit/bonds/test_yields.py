"""Yields and durations against closed forms and hand-made sums."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from defease.bonds import (
    BondUniverse,
    convexities,
    macaulay_durations,
    modified_durations,
    prices_from_yields,
    yield_measures,
    yields_to_maturity,
)
from defease.dates import DayCount
from defease.errors import InputError
from tests.unit.bonds.builders import bond, days


@pytest.mark.parametrize("frequency", [1, 2, 4, 12])
@pytest.mark.parametrize("coupon", [0.0001, 0.04, 0.15])
def test_a_par_bond_yields_its_coupon(frequency: int, coupon: float) -> None:
    par = bond("2056-03-25", coupon, frequency=frequency)
    assert yields_to_maturity(par)[0] == pytest.approx(coupon, abs=1e-13)


def test_a_yield_of_zero_needs_no_special_case() -> None:
    worth_its_payments = bond("2036-03-25", 0.04, price=140.0)
    found = yield_measures(worth_its_payments)
    assert found.yields[0] == pytest.approx(0.0, abs=1e-13)
    mean_time = (2.0 * sum(k / 2 for k in range(1, 21)) + 100 * 10) / 140
    assert found.macaulay_durations[0] == pytest.approx(mean_time, abs=1e-12)
    assert found.modified_durations[0] == pytest.approx(mean_time, abs=1e-12)


def test_a_negative_yield() -> None:
    dear = bond("2036-03-25", 0.0, price=105.0)
    expected = 2 * ((100 / 105) ** (1 / 20) - 1)
    assert yields_to_maturity(dear)[0] == pytest.approx(expected, abs=1e-14)


def test_a_zero_coupon_bond_follows_its_closed_forms() -> None:
    zero = bond("2046-03-25", 0.0, price=45.63869462, frequency=1)
    found = yield_measures(zero)
    assert found.yields[0] == pytest.approx(0.04, abs=1e-10)
    assert macaulay_durations(zero, 0.04)[0] == pytest.approx(20.0, abs=1e-12)
    assert modified_durations(zero, 0.04)[0] == pytest.approx(20 / 1.04, abs=1e-12)
    assert convexities(zero, 0.04)[0] == pytest.approx(20 * 21 / 1.04**2, abs=1e-10)


def test_the_last_coupon_period_earns_simple_interest() -> None:
    last = bond("2026-08-15", 0.06, price=99.5)
    w = 143 / 181  # of the half-year, from 25 March
    expected = 2 * (103 / (99.5 + 3 * 38 / 181) - 1) / w
    assert yields_to_maturity(last)[0] == pytest.approx(expected, abs=1e-13)
    assert macaulay_durations(last, expected)[0] == pytest.approx(w / 2, abs=1e-14)
    assert modified_durations(last, expected)[0] == pytest.approx(
        w / 2 / (1 + w * expected / 2), abs=1e-14
    )


def test_a_short_bill_is_quoted_by_simple_interest_over_the_days_of_the_year() -> None:
    bill = bond("2026-06-25", 0.0, price=99.0, frequency=0)
    assert yields_to_maturity(bill)[0] == pytest.approx((100 / 99 - 1) * 365 / 92, abs=1e-14)
    in_leap_year = bond("2027-12-25", 0.0, settlement="2027-09-24", price=99.0, frequency=0)
    assert yields_to_maturity(in_leap_year)[0] == pytest.approx(
        (100 / 99 - 1) * 366 / 92, abs=1e-14
    )


def test_a_bill_of_exactly_half_a_year_has_one_yield_by_both_formulas() -> None:
    at_half = [
        bond(f"2026-{end}", 0.0, price=98.0, frequency=0) for end in ("09-23", "09-24")
    ]  # 182 and 183 days
    short, long = (yields_to_maturity(u)[0] for u in at_half)
    t = 183 / 365
    assert short == pytest.approx((100 / 98 - 1) * 365 / 182, abs=1e-14)
    assert (1 + long / 2) * (1 + long * (t - 0.5)) == pytest.approx(100 / 98, abs=1e-14)


def test_a_discount_bond_beyond_a_year_compounds_on_its_half_year_grid() -> None:
    price = 100 / 1.02 ** (2 + 143 / 181)
    strip = bond("2027-08-15", 0.0, price=price, frequency=0)
    assert yields_to_maturity(strip)[0] == pytest.approx(0.04, abs=1e-13)
    same = bond("2027-08-15", 0.0, price=price, frequency=2)
    assert yields_to_maturity(same)[0] == pytest.approx(0.04, abs=1e-13)


def test_thirty_360_counts_a_stub_of_at_least_one_day() -> None:
    overnight = bond(
        "2026-08-31", 0.04, settlement="2026-08-30", price=100.0, day_count=DayCount.THIRTY_360
    )
    assert np.isfinite(yields_to_maturity(overnight)).all()


def test_thirty_360_may_count_no_day_to_a_coupon_on_the_first() -> None:
    # 1 July to 31 December are 180 days of 30/360: the next coupon counts as due at once
    eve = bond("2030-01-01", 0.04, settlement="2025-12-31", day_count=DayCount.THIRTY_360)
    v = 1 / 1.025
    value = 2 + sum(2 * v**k for k in range(1, 9)) + 100 * v**8
    assert prices_from_yields(eve, 0.05)[0] == pytest.approx(value, abs=1e-12)


def test_an_odd_first_coupon_is_discounted_over_its_own_stretch() -> None:
    note = bond(
        "1995-05-15", 0.085, settlement="1990-03-01", first_period=("1990-03-01", "1990-11-15")
    )
    v = 1 / 1.045
    first = 4.25 * (1 + 75 / 181)
    stretch = 1 + 75 / 181
    value = v**stretch * (first + 4.25 * sum(v**k for k in range(1, 10)) + 100 * v**9)
    assert prices_from_yields(note, 0.09)[0] == pytest.approx(value, abs=1e-12)


def test_extreme_prices_still_have_their_yield() -> None:
    n = 5
    universe = BondUniverse(
        settlement=dt.date(2026, 3, 25),
        identifiers=tuple("abcde"),
        coupons=np.array([0.0, 0.15, 0.0001, 0.05, 0.9]),
        maturities=days("2126-03-25", "2126-03-25", "2126-03-25", "2027-03-25", "2056-03-25"),
        clean_prices=np.array([1e-4, 990.0, 0.01, 1e-3, 1.0]),
        frequencies=np.array([2, 12, 1, 4, 2]),
        ratings=("",) * n,
    )
    found = yields_to_maturity(universe)
    again = prices_from_yields(universe, found)
    assert again.tolist() == pytest.approx(universe.dirty_prices.tolist(), rel=1e-11)


@pytest.mark.parametrize("wrong", [-2.0, np.nan, np.inf])
def test_a_yield_without_a_price_is_refused(wrong: float) -> None:
    with pytest.raises(InputError, match="bonds: bond: no price exists"):
        prices_from_yields(bond("2036-03-25"), wrong)


@pytest.mark.parametrize("wrong", [0.0, -5.0, np.nan, 1e9])
def test_a_price_without_a_yield_is_refused(wrong: float) -> None:
    with pytest.raises(InputError, match="bonds: bond: dirty price is"):
        yields_to_maturity(bond("2036-03-25"), dirty_prices=np.array([wrong]))
