"""Returns over many months, with their components linked so that they still add up."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

from defease.errors import bad_input
from defease.liability_index.parts import CarryConvention

if TYPE_CHECKING:
    import datetime as dt

    from defease.arrays import DateArray
    from defease.liability_index.index import LiabilityIndex
    from defease.liability_index.parts import IndexPart

MONTHS_OF_QUARTER = 3
MONTHS_OF_YEAR = 12


class Period(StrEnum):
    """The periods of a monthly report, each ending on the report's date."""

    MONTH = "month"
    QUARTER = "quarter"
    YEAR_TO_DATE = "year_to_date"
    TWELVE_MONTHS = "twelve_months"
    SINCE_INCEPTION = "since_inception"


@dataclass(frozen=True)
class LinkedReturn:
    """Total return of a period and its components, which add up to it; decimals, not annualised.

    Attributes
    ----------
    income, roll, rate_change, spread_change, inflation
        ``sum_t (I_{t-1} / I_0) c_t`` with c_t the component's share of the month's opening value.
    """

    months: int
    total_return: float
    income: float
    roll: float
    rate_change: float
    spread_change: float
    inflation: float

    @property
    def price_return(self) -> float:
        """All but the income."""
        return self.roll + self.rate_change + self.spread_change + self.inflation


def linked_return(
    part: IndexPart,
    first: int,
    last: int,
    *,
    carry: CarryConvention = CarryConvention.YIELD_AND_ROLL,
) -> LinkedReturn | None:
    """The return between two dates of an index, by number; None when a month in it has none."""
    if not 0 <= first < last < len(part.present_values):
        what = f"dates {first} to {last} of an index of {len(part.present_values)} dates"
        remedy = "number dates from 0, the first below the last"
        raise bad_input(where="liability index", what=what, remedy=remedy)
    returns = part.total_returns[first:last]
    if np.ma.getmaskarray(returns).any():
        return None
    grown = np.cumprod(1.0 + returns.data)
    weights = np.concatenate([[1.0], grown[:-1]]) / part.opening_values[first:last]
    lines = part.growth_lines(carry)
    return LinkedReturn(
        last - first,
        float(grown[-1] - 1.0),
        *(
            float(weights @ line[first:last])
            for line in (
                lines.income,
                lines.roll,
                lines.rate_change,
                lines.spread_change,
                lines.inflation,
            )
        ),
    )


def period_return(
    index: LiabilityIndex,
    part: IndexPart,
    period: Period,
    *,
    day: dt.date | None = None,
    carry: CarryConvention = CarryConvention.YIELD_AND_ROLL,
) -> LinkedReturn | None:
    """The return of a report's period up to a date, the last one unless said otherwise.

    A quarter is three months.  None when the index is younger than the period (for the year to
    date: when it has no value at the end of the year before), or a month has no return.
    """
    last = len(index.dates) - 1 if day is None else index.place_of(day)
    first = _first_date(index.dates, last, period)
    if first is None or first == last:
        return None
    return linked_return(part, first, last, carry=carry)


def _first_date(dates: DateArray, last: int, period: Period) -> int | None:
    if period is Period.SINCE_INCEPTION:
        return 0
    back = {Period.MONTH: 1, Period.QUARTER: MONTHS_OF_QUARTER}.get(period, MONTHS_OF_YEAR)
    if period is Period.YEAR_TO_DATE:
        back = int(dates[last].astype("datetime64[M]").astype(np.int64)) % MONTHS_OF_YEAR + 1
    return last - back if last >= back else None
