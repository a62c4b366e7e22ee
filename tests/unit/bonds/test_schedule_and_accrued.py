"""Coupon dates, accrued interest and payments against dates and sums counted by hand."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from defease.bonds import accrued_interest, payments_of
from defease.dates import DayCount
from tests.unit.bonds.builders import bond, days


def test_a_bond_that_matures_on_a_month_end_pays_on_month_ends() -> None:
    paid = payments_of(bond("2028-08-31")).dates
    assert (
        paid.tolist()
        == days("2026-08-31", "2027-02-28", "2027-08-31", "2028-02-29", "2028-08-31").tolist()
    )


def test_a_bond_that_matures_on_the_30th_pays_on_the_30th_or_the_end_of_february() -> None:
    paid = payments_of(bond("2027-08-30", settlement="2026-01-31")).dates
    expected = ["2026-02-28", "2026-08-30", "2027-02-28", "2027-08-30"]
    assert [str(day) for day in paid] == expected


@pytest.mark.parametrize(
    ("frequency", "count", "first"),
    [(1, 2, "2027-02-15"), (2, 4, "2026-08-15"), (4, 8, "2026-05-15"), (12, 23, "2026-04-15")],
)
def test_every_frequency_counts_back_from_the_maturity(
    frequency: int, count: int, first: str
) -> None:
    found = payments_of(bond("2028-02-15", 0.06, frequency=frequency))
    assert (len(found), str(found.dates[0])) == (count, first)
    assert found.amounts.sum() == pytest.approx(100 + count * 6 / frequency, abs=1e-12)
    assert found.periods.tolist() == list(range(count))[::-1]


def test_a_coupon_on_the_settlement_day_is_the_sellers() -> None:
    on_the_day = bond("2027-03-25", settlement="2026-03-25")
    assert payments_of(on_the_day).dates.tolist() == days("2026-09-25", "2027-03-25").tolist()
    assert accrued_interest(on_the_day).tolist() == [0.0]


# 15 February to 25 March 2026: 38 actual days of 181, and 40 days of 30/360.
@pytest.mark.parametrize(
    ("day_count", "accrued"),
    [
        (DayCount.ACT_ACT_ICMA, 3.0 * 38 / 181),
        (DayCount.THIRTY_360, 6.0 * 40 / 360),
        (DayCount.ACT_365F, 6.0 * 38 / 365),
        (DayCount.ACT_360, 6.0 * 38 / 360),
    ],
)
def test_accrued_interest_by_each_day_count(day_count: DayCount, accrued: float) -> None:
    found = accrued_interest(bond("2036-02-15", 0.06, day_count=day_count))
    assert found[0] == pytest.approx(accrued, abs=1e-14)


def test_february_counts_as_thirty_days_under_30_360() -> None:
    # the coupon of 28 February counts as the 30th: 25 days to 25 March
    found = accrued_interest(bond("2030-08-31", 0.036, day_count=DayCount.THIRTY_360))
    assert found[0] == pytest.approx(3.6 * 25 / 360, abs=1e-14)


def test_coupons_by_actual_days_pay_what_has_accrued() -> None:
    found = payments_of(bond("2027-02-15", 0.06, day_count=DayCount.ACT_360))
    assert found.amounts.tolist() == pytest.approx([6 * 181 / 360, 100 + 6 * 184 / 360], abs=1e-12)


def test_a_short_first_coupon_pays_the_days_since_issue() -> None:
    # issued 2 April 1990, coupons on month ends of March and September: 181 of 183 days
    note = bond(
        "1992-03-31", 0.085, settlement="1990-05-02", first_period=("1990-04-02", "1990-09-30")
    )
    assert payments_of(note).amounts[0] == pytest.approx(4.25 * 181 / 183, abs=1e-12)
    assert accrued_interest(note)[0] == pytest.approx(4.25 * 30 / 183, abs=1e-12)


def test_a_long_first_coupon_adds_the_quasi_coupon_periods() -> None:
    # issued 1 March 1990, first coupon 15 November: 75 of 181 days, then a whole half-year
    note = bond(
        "1995-05-15", 0.085, settlement="1990-03-01", first_period=("1990-03-01", "1990-11-15")
    )
    found = payments_of(note)
    assert str(found.dates[0]) == "1990-11-15"
    assert found.amounts[0] == pytest.approx(4.25 * (1 + 75 / 181), abs=1e-12)
    later = bond(
        "1995-05-15", 0.085, settlement="1990-06-14", first_period=("1990-03-01", "1990-11-15")
    )
    assert accrued_interest(later)[0] == pytest.approx(4.25 * (75 / 181 + 30 / 184), abs=1e-12)


def test_the_first_coupon_follows_from_the_issue_date_alone() -> None:
    both = bond("1992-03-31", settlement="1990-05-02", first_period=("1990-04-02", "1990-09-30"))
    issue = bond("1992-03-31", settlement="1990-05-02", first_period=("1990-04-02", "NaT"))
    assert payments_of(issue).amounts.tolist() == payments_of(both).amounts.tolist()


def test_an_odd_first_period_of_the_past_leaves_a_regular_bond() -> None:
    old = bond("2036-02-15", first_period=("2020-01-07", "2020-08-15"))
    assert payments_of(old).amounts.tolist() == payments_of(bond("2036-02-15")).amounts.tolist()
    assert old.accrued.tolist() == bond("2036-02-15").accrued.tolist()


def test_zeros_and_bills_pay_once() -> None:
    for universe in (bond("2030-05-31", 0.0), bond("2026-08-31", 0.0, frequency=0)):
        found = payments_of(universe)
        assert found.amounts.tolist() == [100.0]
        assert found.starts.tolist() == [0, 1]
        assert accrued_interest(universe).tolist() == [0.0]


def test_a_stated_accrued_amount_is_used_and_a_missing_one_computed() -> None:
    universe = bond("2036-02-15", 0.06)
    stated = dataclasses.replace(universe, accrued=np.array([0.5]))
    missing = dataclasses.replace(universe, accrued=np.array([np.nan]))
    assert stated.dirty_prices.tolist() == [100.5]
    assert missing.accrued.tolist() == universe.accrued.tolist()
