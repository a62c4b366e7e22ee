"""Where the years of a cash-flow file lie: their times and the days that stand for them.

Year k is the twelve months from valuation_date + 12(k-1) months.  A `year` label y is the plan year
that ends on `year_end` in calendar year y; a valuation date inside it leaves a share of it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from defease.cashflows import Timing
from defease.dates import DAYS_PER_YEAR, add_months, month_end

MONTHS = 12
HALF_MONTH = dt.timedelta(days=15)


@dataclass(frozen=True, slots=True)
class PaymentPoint:
    """A share of a year's amount, paid at a time (years) and on a day."""

    time: float
    day: dt.date
    share: float


@dataclass(frozen=True, slots=True)
class PlanYears:
    """The calendar of a plan: valuation date, end of plan years, and when within a year it pays."""

    valuation_date: dt.date
    year_end: str
    timing: Timing

    @property
    def first_end(self) -> dt.date:
        """The end of the plan year that is running, or just begins, after the valuation date."""
        this_year = self._end_in(self.valuation_date.year)
        if this_year > self.valuation_date:
            return this_year
        return self._end_in(self.valuation_date.year + 1)

    @property
    def remaining_share(self) -> float:
        """The share of the plan year ending on `first_end` that lies ahead, by days; 1 = all of it.

        Examples
        --------
        >>> years = PlanYears(dt.date(2025, 9, 30), "12-31", Timing.MID_YEAR)
        >>> years.first_end, round(years.remaining_share, 6) == round(92 / 365, 6)
        (datetime.date(2025, 12, 31), True)
        """
        end = self.first_end
        whole = (end - self._end_in(end.year - 1)).days
        return (end - self.valuation_date).days / whole

    def year_number(self, label: int) -> int:
        """Which year from the valuation date a label is: 1 = the one ending on `first_end`."""
        return label - self.first_end.year + 1

    def points_of_year(self, label: int) -> list[PaymentPoint]:
        """The payments of a `year` label; none when the year is over at the valuation date."""
        number = self.year_number(label)
        if number < 1:
            return []
        share = self.remaining_share
        if share == 1.0:
            return self.points_of_period(number)
        stub = (self.first_end - self.valuation_date).days / DAYS_PER_YEAR
        if number == 1:
            return list(self._partial(stub, share))
        return list(_points(self.first_end, number - 1, self.timing, offset=stub))

    def points_of_period(self, number: int) -> list[PaymentPoint]:
        """The payments of period 1, 2, ... counted from the valuation date.

        Examples
        --------
        >>> years = PlanYears(dt.date(2024, 8, 31), "08-31", Timing.MID_YEAR)
        >>> years.points_of_period(1)
        [PaymentPoint(time=0.5, day=datetime.date(2025, 2, 28), share=1.0)]
        """
        return list(_points(self.valuation_date, number, self.timing, offset=0.0))

    def _partial(self, stub: float, share: float) -> Iterator[PaymentPoint]:
        """The rest of a running year: now, mid-way, at its end, or in the middle of months."""
        left = (self.first_end - self.valuation_date).days
        if self.timing is Timing.MONTHLY:
            starts = [add_months(self.first_end, -back) for back in range(1, MONTHS + 1)]
            middles = sorted(start + HALF_MONTH for start in starts)
            # in the last days of the year every middle is past: what is left falls due at its end
            ahead = [day for day in middles if day > self.valuation_date] or [self.first_end]
            for day in ahead:
                time = (day - self.valuation_date).days / DAYS_PER_YEAR
                yield PaymentPoint(time, day, share / len(ahead))
            return
        part = {Timing.START_OF_YEAR: 0.0, Timing.MID_YEAR: 0.5}.get(self.timing, 1.0)
        day = self.valuation_date + dt.timedelta(days=round(part * left))
        yield PaymentPoint(part * stub, day, share)

    def _end_in(self, year: int) -> dt.date:
        if self.year_end == self.valuation_date.strftime("%m-%d"):
            return add_months(self.valuation_date, MONTHS * (year - self.valuation_date.year))
        month, day = (int(part) for part in self.year_end.split("-"))
        if (month, day) == (2, 28):
            return month_end(dt.date(year, month, 1))
        return dt.date(year, month, day)


def _points(
    start: dt.date, number: int, timing: Timing, *, offset: float
) -> Iterator[PaymentPoint]:
    """The payments of year `number` after `start`, which lies `offset` years ahead."""
    before = MONTHS * (number - 1)
    if timing is Timing.MONTHLY:
        for month in range(MONTHS):
            time = offset + number - 1 + (month + 0.5) / MONTHS
            yield PaymentPoint(time, add_months(start, before + month) + HALF_MONTH, 1 / MONTHS)
        return
    months = {Timing.START_OF_YEAR: 0, Timing.MID_YEAR: 6}.get(timing, MONTHS)
    time = offset + number - 1 + months / MONTHS
    yield PaymentPoint(time, add_months(start, before + months), 1.0)
