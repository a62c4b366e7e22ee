"""What a bond promises, column by column: the numbers that its payments follow from."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Protocol

import numpy as np

from defease.arrays import BoolArray, DateArray, FloatArray, IntArray, read_only
from defease.dates import MONTHS_PER_YEAR, DayCount, day_count_days, day_of_month, is_month_end

FACE = 100.0
"""Prices, accrued interest and payments are per 100 of face amount."""
DAY_COUNTS = tuple(DayCount)
BASIS_DAYS = {DayCount.THIRTY_360: 360.0, DayCount.ACT_365F: 365.0, DayCount.ACT_360: 360.0}
NO_DATE = np.datetime64("NaT", "D")
DISCOUNT_FREQUENCY = 2
"""Bills pay no coupon; their yields are stated as if compounded twice a year (bond equivalent)."""
LAST_OF_MONTH = 31


@dataclass(frozen=True, eq=False)
class BondTerms:
    """Coupon, maturity and conventions of n bonds, and the day on which they are bought.

    Attributes
    ----------
    settlement : date
        The buyer owns every payment after this day.
    coupons : ndarray of shape (n,)
        Annual coupon as a decimal.
    maturities : ndarray of shape (n,), days
        Redemption at 100.
    frequencies : ndarray of shape (n,)
        Coupons a year: 1, 2, 4 or 12; 0 for bills, which only pay at maturity.
    conventions : ndarray of shape (n,)
        Day count of each bond as a position in `DAY_COUNTS`.
    first_coupons, issue_dates : ndarray of shape (n,), days
        First payment and first day of interest, NaT where unknown (then a bond is regular).
    """

    settlement: dt.date
    coupons: FloatArray
    maturities: DateArray
    frequencies: IntArray
    conventions: IntArray
    first_coupons: DateArray
    issue_dates: DateArray

    def __len__(self) -> int:
        return len(self.coupons)

    def take(self, chosen: IntArray | BoolArray) -> BondTerms:
        """The bonds at these positions (or where the mask is true), in that order."""
        columns = {f.name: getattr(self, f.name) for f in fields(self) if f.name != "settlement"}
        cut = {name: read_only(column[chosen]) for name, column in columns.items()}
        return BondTerms(settlement=self.settlement, **cut)

    @property
    def settlement_days(self) -> DateArray:
        """The settlement day once for every bond."""
        return np.full(len(self), np.datetime64(self.settlement, "D"))

    @property
    def is_bill(self) -> BoolArray:
        """Whether a bond is a discount instrument without coupon dates."""
        bills: BoolArray = self.frequencies == 0
        return bills

    @cached_property
    def compounding_frequencies(self) -> IntArray:
        """Times a year that the yield of each bond is compounded (bills: 2)."""
        return read_only(np.where(self.is_bill, DISCOUNT_FREQUENCY, self.frequencies))

    @cached_property
    def period_months(self) -> IntArray:
        """Months from one coupon date to the next (bills: 6)."""
        return read_only(MONTHS_PER_YEAR // self.compounding_frequencies)

    @cached_property
    def anchor_days(self) -> IntArray:
        """Day of the month of the coupons; 31 when the bond matures on a month end."""
        return np.where(is_month_end(self.maturities), LAST_OF_MONTH, day_of_month(self.maturities))

    @property
    def level_coupons(self) -> FloatArray:
        """A full coupon per 100 face (bills: 0)."""
        return FACE * self.coupons / self.compounding_frequencies

    def uses(self, convention: DayCount) -> BoolArray:
        """Which bonds count days in this way."""
        mask: BoolArray = self.conventions == DAY_COUNTS.index(convention)
        return mask

    def counted_years(self, starts: DateArray, ends: DateArray) -> FloatArray:
        """Share of a year between two days by each bond's own count (ACT/ACT ICMA has none: 0)."""
        years = np.zeros(len(self))
        for convention, basis in BASIS_DAYS.items():
            mask = self.uses(convention)
            if mask.any():
                years[mask] = day_count_days(starts[mask], ends[mask], convention) / basis
        return years


class HasTerms(Protocol):
    """Anything that is priced from bond terms, such as a universe."""

    @property
    def terms(self) -> BondTerms:
        """The terms of its bonds."""


def day_count_codes(day_counts: tuple[DayCount, ...]) -> IntArray:
    """Day counts as positions in `DAY_COUNTS`, the form that whole columns are computed with."""
    # By identity: members of an enumeration are slow to compare and to hash.
    code = {id(convention): i for i, convention in enumerate(DAY_COUNTS)}
    try:
        return np.fromiter(map(code.__getitem__, map(id, day_counts)), np.int64, len(day_counts))
    except KeyError:
        return np.array([code.get(id(given), -1) for given in day_counts], dtype=np.int64)
