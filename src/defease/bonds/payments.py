"""Every payment of every bond after settlement, in flat arrays ready for sparse matrices."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np

from defease.arrays import BoolArray, DateArray, FloatArray, IntArray, read_only
from defease.bonds.schedule import (
    FirstPayment,
    coupon_dates,
    coupon_dates_of,
    coupon_period,
    first_payments,
    interest_between,
)
from defease.bonds.terms import FACE, BondTerms, HasTerms
from defease.dates import DayCount, years_between


@dataclass(frozen=True, eq=False)
class BondPayments:
    """Payments per 100 face, bond after bond, each bond's in the order of dates.

    Attributes
    ----------
    settlement : date
        Payments on or before it belong to the seller and are not here.
    bond : ndarray of int
        Position of the bond that makes each payment.
    dates : ndarray of days
        Contractual days, not moved for holidays.
    amounts : ndarray
        Coupon, or coupon and redemption, per 100 face.
    periods : ndarray of int
        Whole coupon periods from each payment to its bond's maturity.
    starts : ndarray of int, one more than bonds
        Bond i owns ``starts[i]:starts[i + 1]`` (the column pointers of a sparse matrix).
    """

    settlement: dt.date
    bond: IntArray
    dates: DateArray
    amounts: FloatArray
    periods: IntArray
    starts: IntArray

    def __len__(self) -> int:
        return len(self.amounts)

    @property
    def bond_count(self) -> int:
        """Number of bonds."""
        return len(self.starts) - 1

    @property
    def times(self) -> FloatArray:
        """Years from settlement to each payment, actual days over 365."""
        return years_between(self.settlement, self.dates)

    def per_bond(self, values: FloatArray) -> FloatArray:
        """One value per payment, summed over each bond's payments."""
        sums: FloatArray = np.bincount(self.bond, values, self.bond_count).astype(np.float64)
        return sums


def payments_of(universe: HasTerms) -> BondPayments:
    """The payments that a buyer at settlement receives, per 100 face.

    Coupons are level (``100 coupon / frequency``) under ACT/ACT ICMA and 30/360; under ACT/365F and
    ACT/360 a coupon is the interest of its actual days.  An odd first coupon is the interest since
    the issue date.  Bills and zeros pay 100 once.

    Examples
    --------
    >>> import datetime as dt
    >>> from defease.bonds import BondUniverse
    >>> bonds = BondUniverse(
    ...     settlement=dt.date(2026, 3, 25), identifiers=("A", "Z"), clean_prices=np.full(2, 90.0),
    ...     coupons=np.array([0.04, 0.0]), frequencies=np.array([2, 0]),
    ...     maturities=np.array(["2027-01-31", "2026-12-31"], "datetime64[D]"))
    >>> found = payments_of(bonds)
    >>> found.dates.astype(str).tolist(), found.amounts.tolist(), found.starts.tolist()
    (['2026-07-31', '2027-01-31', '2026-12-31'], [2.0, 102.0, 100.0], [0, 2, 3])
    """
    return payments_of_terms(universe.terms)


def payments_of_terms(terms: BondTerms) -> BondPayments:
    """As `payments_of`, from the bare terms."""
    first = first_payments(terms, coupon_period(terms, terms.settlement_days))
    counts = np.where(terms.coupons > 0, first.remaining, 1)
    starts = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    bond = np.repeat(np.arange(len(terms)), counts)
    periods = starts[1:][bond] - 1 - np.arange(starts[-1])
    dates = coupon_dates_of(terms, bond, periods)
    amounts = terms.level_coupons[bond]
    _pay_by_days(terms, bond, dates=dates, amounts=amounts, periods=periods)
    _pay_odd_first(terms, first, amounts=amounts, starts=starts)
    amounts[starts[1:] - 1] += FACE
    return BondPayments(
        settlement=terms.settlement,
        bond=read_only(bond),
        dates=read_only(dates),
        amounts=read_only(amounts),
        periods=read_only(periods),
        starts=read_only(starts),
    )


def _pay_by_days(
    terms: BondTerms, bond: IntArray, *, dates: DateArray, amounts: FloatArray, periods: IntArray
) -> None:
    by_days = np.flatnonzero(pays_by_days(terms)[bond])
    if by_days.size:
        each = terms.take(bond[by_days])
        starts = coupon_dates(each, periods[by_days] + 1)
        amounts[by_days] = interest_between(each, starts, dates[by_days])


def pays_by_days(terms: BondTerms) -> BoolArray:
    """Which bonds pay for the actual days of each period instead of a level coupon."""
    return terms.uses(DayCount.ACT_365F) | terms.uses(DayCount.ACT_360)


def _pay_odd_first(
    terms: BondTerms, first: FirstPayment, *, amounts: FloatArray, starts: IntArray
) -> None:
    odd = np.flatnonzero(first.odd & (terms.coupons > 0))
    if odd.size:
        some = terms.take(odd)
        interest = interest_between(some, first.accrual_starts[odd], first.dates[odd])
        amounts[starts[odd]] = interest
