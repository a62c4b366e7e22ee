"""What a history of liabilities is computed from: monthly flows of many plans, curves by date."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

from defease.arrays import FloatArray, read_only
from defease.curves.compounding import PERIODS, Compounding, to_continuous
from defease.errors import bad_input

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from defease.curves import CurveHistory

MONTHS_PER_YEAR = 12


class FlowMoment(StrEnum):
    """When within its month every flow of a grid is paid."""

    MONTH_END = "month_end"
    MID_MONTH = "mid_month"


MONTHS_TO_FIRST_FLOW = {FlowMoment.MONTH_END: 1.0, FlowMoment.MID_MONTH: 0.5}


@dataclass(frozen=True, eq=False)
class FlowGrid:
    """Monthly flows of many plans on one calendar; made by `flow_grid`.

    Attributes
    ----------
    amounts
        Outgo positive, inflow negative, plan currency, shape (plans, months): a column is the
        same calendar month for every plan.
    moment
        When flows are paid within their month.
    """

    amounts: FloatArray
    moment: FlowMoment

    @property
    def plans(self) -> int:
        """How many plans there are."""
        return len(self.amounts)

    @property
    def months(self) -> int:
        """How many calendar months the grid covers."""
        return int(self.amounts.shape[1])

    @property
    def times(self) -> FloatArray:
        """Years from a valuation to the flow of its own month, the next, ...; shape (months,)."""
        ahead = np.arange(self.months) + MONTHS_TO_FIRST_FLOW[self.moment]
        return read_only(ahead / MONTHS_PER_YEAR)


@dataclass(frozen=True, eq=False)
class RateGrid:
    """Zero rates of several curves at many valuation months; made by `rate_grid`.

    Attributes
    ----------
    continuous_spot_rates
        Continuously compounded, decimal, shape (curves, dates, terms): date m is the start of
        month m of the flow grid, term k is the time to the flow of the k-th month from there.
    """

    continuous_spot_rates: FloatArray

    @property
    def curves(self) -> int:
        """How many curves there are."""
        return len(self.continuous_spot_rates)

    @property
    def dates(self) -> int:
        """At how many successive months liabilities are valued."""
        return int(self.continuous_spot_rates.shape[1])

    @property
    def terms(self) -> int:
        """How many monthly terms each curve covers."""
        return int(self.continuous_spot_rates.shape[2])


def flow_grid(amounts: npt.ArrayLike, *, moment: FlowMoment = FlowMoment.MONTH_END) -> FlowGrid:
    """Monthly flows of many plans from a table with a row a plan and a column a month.

    Examples
    --------
    >>> grid = flow_grid([[100.0, 101.0, 102.0]], moment=FlowMoment.MID_MONTH)
    >>> grid.plans, grid.months, (grid.times * 24).round(9)
    (1, 3, array([1., 3., 5.]))
    """
    return FlowGrid(_table(amounts, name="flow grid", axes=("plan", "month")), moment)


def rate_grid(rates: npt.ArrayLike, *, compounding: Compounding) -> RateGrid:
    """Curves of many dates from zero rates at the times of a flow grid, `FlowGrid.times`.

    Parameters
    ----------
    rates
        Zero rates in the named compounding, decimal, shape (curves, dates, terms).

    Examples
    --------
    >>> grid = rate_grid([[[0.04, 0.05]]], compounding=Compounding.ANNUAL)
    >>> grid.continuous_spot_rates.round(6)
    array([[[0.039221, 0.04879 ]]])
    """
    table = _table(rates, name="rate grid", axes=("curve", "date", "term"))
    lowest = -float(PERIODS.get(compounding, np.inf))
    if not table.min() > lowest:
        what = f"the lowest rate is {table.min():g}, at or below {lowest:.0%}"
        raise bad_input(where="rate grid", what=what, remedy="give decimals: 0.045 for 4.5%")
    return RateGrid(read_only(to_continuous(table, compounding)))


def rate_grid_of_histories(histories: Sequence[CurveHistory], flows: FlowGrid) -> RateGrid:
    """Month-by-month curve histories read at the times of a flow grid.

    The curve of a month's end values the flows of the months after it: the first date of the
    histories is the day before the first month of the grid.  Every history covers the same dates,
    one each month; curves that refuse to extrapolate must reach the last flow.

    Examples
    --------
    >>> from defease.curves import curve_history, month_ends
    >>> assumed = curve_history(month_ends(["2025-12", "2026-01"]), [10], [[0.07], [0.07]],
    ...                         compounding=Compounding.ANNUAL)
    >>> grid = rate_grid_of_histories([assumed], flow_grid([[100.0, 100.0, 100.0]]))
    >>> grid.curves, grid.dates, grid.terms
    (1, 2, 3)
    """
    if not histories:
        raise bad_input(where="rate grid", what="there is no curve", remedy="give at least one")
    first = histories[0].require_every_month()
    for place, history in enumerate(histories[1:], start=1):
        if not np.array_equal(history.dates, first.dates):
            what = f"curve {place} covers other dates than curve 0"
            remedy = "take the dates they share with `between`"
            raise bad_input(where="rate grid", what=what, remedy=remedy)
    times = flows.times
    rates = np.stack([-history.log_discounts(times) / times for history in histories])
    return rate_grid(rates, compounding=Compounding.CONTINUOUS)


def _table(values: npt.ArrayLike, *, name: str, axes: tuple[str, ...]) -> FloatArray:
    table = np.array(values, dtype=np.float64)
    if table.ndim != len(axes) or not table.size:
        what = f"has the shape {table.shape}"
        remedy = f"give numbers by {', '.join(axes)}, at least one of each"
        raise bad_input(where=name, what=what, remedy=remedy)
    unusable = np.argwhere(~np.isfinite(table))
    if len(unusable):
        first = tuple(unusable[0].tolist())
        place = ", ".join(f"{axis} {index}" for axis, index in zip(axes, first, strict=True))
        what = f"is not a finite number ({table[first]})"
        raise bad_input(where=f"{name} [{place}]", what=what, remedy="give finite numbers only")
    return read_only(table)
