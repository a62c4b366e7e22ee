"""Coupon dates counted back from the maturity, for all bonds at once.

The grid of a bond is its maturity and every 12/frequency months before it: the same day of the
month (cut to shorter months), always the month end for a bond that matures on one.  The same grid,
continued before the first coupon, measures odd first periods ("quasi-coupon dates").
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from defease.arrays import BoolArray, DateArray, FloatArray, IntArray
from defease.bonds.terms import FACE, BondTerms
from defease.dates import DayCount, add_months_to

ONE_DAY = np.timedelta64(1, "D")


@dataclass(frozen=True, eq=False)
class CouponPeriod:
    """Where one day per bond falls on the bonds' coupon grids.

    Attributes
    ----------
    remaining : ndarray of shape (n,)
        Grid dates after the day, the maturity included.
    previous, following : ndarray of shape (n,), days
        Last grid date on or before the day, and the first one after it.
    elapsed : ndarray of shape (n,)
        Share of that period already passed, by the bond's own day count (0 up to 1): actual days
        over actual days, or days of 30/360 over those of a whole period.
    """

    remaining: IntArray
    previous: DateArray
    following: DateArray
    elapsed: FloatArray

    @property
    def to_maturity(self) -> FloatArray:
        """Coupon periods from the day to the maturity, with their fraction."""
        return self.remaining - self.elapsed


@dataclass(frozen=True, eq=False)
class FirstPayment:
    """The next payment of each bond, and the day from which its interest counts.

    Attributes
    ----------
    remaining : ndarray of shape (n,)
        Payments still to come.
    accrual_starts, dates : ndarray of shape (n,), days
        First day of the running interest period, and the day on which its interest is paid.
    odd : ndarray of shape (n,)
        Whether that period is a first one of unusual length.
    """

    remaining: IntArray
    accrual_starts: DateArray
    dates: DateArray
    odd: BoolArray


def coupon_dates(terms: BondTerms, periods_before_maturity: IntArray) -> DateArray:
    """The grid date so many whole periods before each maturity.

    Examples
    --------
    >>> import datetime as dt
    >>> from defease.bonds import BondUniverse
    >>> bonds = BondUniverse(
    ...     settlement=dt.date(2026, 3, 25), identifiers=("A",), coupons=np.array([0.04]),
    ...     maturities=np.array(["2030-08-31"], "datetime64[D]"), clean_prices=np.array([100.0]))
    >>> coupon_dates(bonds.terms, np.array([1]))
    array(['2030-02-28'], dtype='datetime64[D]')
    """
    return coupon_dates_of(terms, np.arange(len(terms)), periods_before_maturity)


def coupon_dates_of(terms: BondTerms, bond: IntArray, periods: IntArray) -> DateArray:
    """Grid dates for any list of bonds (positions, repeats allowed) and periods before maturity."""
    months = -periods * terms.period_months[bond]
    return add_months_to(terms.maturities[bond], months, anchor_days=terms.anchor_days[bond])


def periods_after(terms: BondTerms, days: DateArray) -> IntArray:
    """Number of grid dates (maturity included) strictly after one day per bond."""
    apart = _month_number(terms.maturities) - _month_number(days)
    ahead = np.maximum(-(-apart // terms.period_months), 0)
    same_month = (apart >= 0) & (apart % terms.period_months == 0)
    counted: IntArray = ahead + (same_month & (coupon_dates(terms, ahead) > days))
    return counted


def coupon_period(terms: BondTerms, days: DateArray) -> CouponPeriod:
    """The coupon period that each day falls in; a day on a grid date opens the next period."""
    remaining = periods_after(terms, days)
    previous = coupon_dates(terms, remaining)
    following = coupon_dates(terms, remaining - 1)
    return CouponPeriod(remaining, previous, following, _elapsed(terms, previous, following, days))


def _elapsed(
    terms: BondTerms, previous: DateArray, following: DateArray, days: DateArray
) -> FloatArray:
    shares = (days - previous).astype(np.float64) / (following - previous).astype(np.float64)
    thirties = terms.uses(DayCount.THIRTY_360)
    by_months = terms.counted_years(previous, days) * terms.compounding_frequencies
    return np.where(thirties, np.minimum(by_months, 1.0), shares)


def first_payments(terms: BondTerms, period: CouponPeriod) -> FirstPayment:
    """The payment that follows settlement, with odd first coupons recognised.

    A first coupon (given, or the first grid date after the issue date) that is still to come ends
    an odd first period: it starts on the issue date or, where that is not known, on the last grid
    date before settlement.

    Parameters
    ----------
    terms, period
        The bonds, and the coupon period of the settlement day.
    """
    starts, dates = period.previous.copy(), period.following.copy()
    remaining, odd = period.remaining.copy(), np.zeros(len(terms), dtype=bool)
    dated = ~(np.isnat(terms.first_coupons) & np.isnat(terms.issue_dates))
    for_these = np.flatnonzero(dated)
    if for_these.size:
        some = terms.take(for_these)
        first = _first_coupon_dates(some)
        ahead = first > some.settlement_days
        for_these, some, first = for_these[ahead], some.take(ahead), first[ahead]
        issued = ~np.isnat(some.issue_dates)
        starts[for_these] = np.where(issued, some.issue_dates, starts[for_these])
        dates[for_these] = first
        remaining[for_these] = periods_after(some, first - ONE_DAY)
        odd[for_these] = True
    return FirstPayment(remaining, starts, dates, odd)


def _first_coupon_dates(terms: BondTerms) -> DateArray:
    given = ~np.isnat(terms.first_coupons)
    issued = np.where(np.isnat(terms.issue_dates), terms.maturities - ONE_DAY, terms.issue_dates)
    regular = coupon_dates(terms, np.maximum(periods_after(terms, issued) - 1, 0))
    first: DateArray = np.where(given, terms.first_coupons, regular)
    return first


def is_coupon_date(terms: BondTerms, days: DateArray) -> BoolArray:
    """Whether one day per bond (NaT: yes) is a date of that bond's coupon grid."""
    asked: DateArray = np.where(np.isnat(days), terms.maturities, days)
    ahead = periods_after(terms, asked - ONE_DAY)
    found: BoolArray = coupon_dates(terms, np.maximum(ahead - 1, 0)) == asked
    return found


def interest_between(terms: BondTerms, starts: DateArray, ends: DateArray) -> FloatArray:
    """Interest per 100 face that accrues from one day to another, by each bond's own day count.

    ACT/ACT ICMA counts (quasi-)coupon periods, the other conventions count days over 360 or 365.
    """
    by_days = FACE * terms.coupons * terms.counted_years(starts, ends)
    icma = terms.uses(DayCount.ACT_ACT_ICMA)
    if not icma.any():
        return by_days
    some = terms.take(icma)
    periods = (
        coupon_period(some, starts[icma]).to_maturity - coupon_period(some, ends[icma]).to_maturity
    )
    by_days[icma] = some.level_coupons * periods
    return by_days


def _month_number(days: DateArray) -> IntArray:
    return days.astype("datetime64[M]").astype(np.int64)
