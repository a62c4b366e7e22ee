"""Month after month of one curve as a single array."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from defease.arrays import DateArray, FloatArray, frozen_dates, frozen_floats, read_only
from defease.curves.compounding import PERIODS, Compounding, to_continuous
from defease.curves.interpolation import (
    Extrapolation,
    Interpolation,
    interpolate,
    require_within,
)
from defease.curves.nodes import NodeCurve
from defease.errors import ProblemList, bad_input

if TYPE_CHECKING:
    from collections.abc import Iterable

    import numpy.typing as npt

LISTED_AT_MOST = 20
MONTH_BY_MONTH = Interpolation.MONOTONE_CONVEX
"""The one interpolation whose result is not a weighted sum of the zero rates at the nodes."""


@dataclass(frozen=True, eq=False)
class CurveHistory:
    """The same curve at many dates; made by `curve_history`.

    Attributes
    ----------
    dates
        Increasing, shape (dates,).
    node_times
        Years, the same at every date, shape (nodes,).
    zero_rates
        Continuously compounded zero rates, shape (dates, nodes).
    interpolation, extrapolation
        As for a single curve.
    """

    dates: DateArray
    node_times: FloatArray
    zero_rates: FloatArray
    interpolation: Interpolation
    extrapolation: Extrapolation

    def __len__(self) -> int:
        return len(self.dates)

    @property
    def last_time(self) -> float:
        """Years to the last node."""
        return float(self.node_times[-1])

    def log_discounts(self, times: npt.ArrayLike) -> FloatArray:
        """``ln P`` of every date at every time, shape (dates, times).

        All but monotone convex curves are weighted sums of their nodes' rates, so one matrix
        product answers for every date; the weights come from the same code as a single curve.
        """
        when = np.atleast_1d(np.asarray(times, dtype=np.float64))
        if when.size and not when.min() >= 0:
            what = f"asked for a discount factor at {when.min():g} years"
            remedy = "times count forward from each curve's date"
            raise bad_input(where="curve history", what=what, remedy=remedy)
        if self.extrapolation is Extrapolation.REFUSE:
            require_within(when, self.last_time)
        if self.interpolation is MONTH_BY_MONTH:
            rows = [self._minus_logs(rates, when) for rates in self.zero_rates]
            return -np.array(rows).reshape(len(self), len(when))
        logs: FloatArray = -self.zero_rates @ self.node_weights(when)
        return logs

    def node_weights(self, times: FloatArray) -> FloatArray:
        """What each node's zero rate adds to ``-ln P(t)``, shape (nodes, times)."""
        weights = [self._minus_logs(unit, times) for unit in np.eye(len(self.node_times))]
        return np.array(weights)

    def _minus_logs(self, zero_rates: FloatArray, times: FloatArray) -> FloatArray:
        shape = interpolate(self.node_times, zero_rates, self.interpolation, self.extrapolation)
        return shape(times)

    def discount_factors(self, times: npt.ArrayLike) -> FloatArray:
        """Discount factors of every date at every time, shape (dates, times)."""
        factors: FloatArray = np.exp(self.log_discounts(times))
        return factors

    def annual_spot_rates(self, times: npt.ArrayLike) -> FloatArray:
        """Annual effective zero rates of every date, shape (dates, times); times above 0."""
        when = np.atleast_1d(np.asarray(times, dtype=np.float64))
        if when.size and not when.min() > 0:
            what = f"asked for a rate at {when.min():g} years"
            raise bad_input(where="curve history", what=what, remedy="give times above 0")
        rates: FloatArray = np.expm1(-self.log_discounts(when) / when)
        return rates

    def curve_on(self, date: dt.date) -> NodeCurve:
        """The curve of one date, the same numbers; a date that is not there is refused."""
        found = np.flatnonzero(self.dates == np.datetime64(date, "D"))
        if not found.size:
            what = f"has no curve of {date}"
            remedy = f"it covers {self.dates[0]} to {self.dates[-1]}, {len(self)} dates"
            raise bad_input(where="curve history", what=what, remedy=remedy)
        rates = read_only(self.zero_rates[int(found[0])].copy())
        return NodeCurve(self.node_times, rates, self.interpolation, self.extrapolation)

    def between(self, first: dt.date, last: dt.date) -> CurveHistory:
        """The dates from first to last, both included."""
        kept = (self.dates >= np.datetime64(first, "D")) & (self.dates <= np.datetime64(last, "D"))
        if not kept.any():
            what = f"has no date from {first} to {last}"
            remedy = f"it covers {self.dates[0]} to {self.dates[-1]}"
            raise bad_input(where="curve history", what=what, remedy=remedy)
        return CurveHistory(
            read_only(self.dates[kept]),
            self.node_times,
            read_only(self.zero_rates[kept]),
            self.interpolation,
            self.extrapolation,
        )

    def require_every_month(self) -> CurveHistory:
        """The history itself if it has one curve for each month; else a refusal naming the gaps."""
        months = self.dates.astype("datetime64[M]")
        wanted = np.arange(months[0], months[-1] + 1)
        found = ProblemList()
        for month in np.setdiff1d(wanted, months)[:LISTED_AT_MOST]:
            found.add(
                "curve history", f"{month} is missing", "add the month or choose a later start"
            )
        for date in self.dates[1:][np.diff(months).astype(np.int64) == 0][:LISTED_AT_MOST]:
            found.add("curve history", f"{date} is a second curve of its month", "keep one")
        found.raise_if_any()
        return self


def curve_history(
    dates: Iterable[dt.date] | DateArray,
    node_times: npt.ArrayLike,
    rates: npt.ArrayLike,
    *,
    compounding: Compounding,
    interpolation: Interpolation = Interpolation.CUBIC_ZERO,
    extrapolation: Extrapolation = Extrapolation.FLAT_FORWARD,
) -> CurveHistory:
    """Zero curves of many dates from one table of spot rates.

    Parameters
    ----------
    dates
        Increasing; `month_ends` turns months into dates.
    node_times
        Years, increasing, above 0, shape (nodes,).
    rates
        Spot rates in the named compounding, decimal, shape (dates, nodes).  An empty cell (NaN)
        is refused with its date and tenor: no tenor is made up from its neighbours.

    Examples
    --------
    >>> history = curve_history(
    ...     month_ends(["2026-01", "2026-02"]), [1, 10], [[0.03, 0.04], [0.031, 0.042]],
    ...     compounding=Compounding.ANNUAL, interpolation=Interpolation.LINEAR_ZERO)
    >>> history.dates.astype(str).tolist(), history.discount_factors([1.0, 10.0]).round(6)
    (['2026-01-31', '2026-02-28'], array([[0.970874, 0.675564],
           [0.969932, 0.662709]]))
    """
    days = frozen_dates(dates)
    years = np.atleast_1d(frozen_floats(node_times, name="curve times"))
    table = np.array(rates, dtype=np.float64, ndmin=2)
    _check_axes(days, years, table)
    _check_cells(days, years, table, lowest=-float(PERIODS.get(compounding, np.inf)))
    zero = read_only(np.array(to_continuous(table, compounding)))
    return CurveHistory(days, years, zero, interpolation, extrapolation)


def month_ends(months: Iterable[str] | npt.NDArray[np.datetime64]) -> DateArray:
    """The last calendar day of each month, the date that a monthly curve goes by.

    Examples
    --------
    >>> month_ends(["2024-02", "2024-12"]).astype(str).tolist()
    ['2024-02-29', '2024-12-31']
    """
    given = months if isinstance(months, np.ndarray) else list(months)
    following = np.array(given, dtype="datetime64[M]") + 1
    return frozen_dates(following.astype("datetime64[D]") - 1)


def _check_axes(days: DateArray, years: FloatArray, table: FloatArray) -> None:
    if table.shape != (len(days), len(years)) or not table.size:
        what = (
            f"{table.shape[0]} x {table.shape[1]} rates for {len(days)} dates, {len(years)} times"
        )
        remedy = "give one rate for each date and time"
        raise bad_input(where="curve history", what=what, remedy=remedy)
    if not years[0] > 0 or (np.diff(years) <= 0).any():
        what = "maturities are not above 0 and increasing"
        raise bad_input(where="curve history", what=what, remedy="sort them, each once")
    wrong = np.flatnonzero(np.diff(days).astype(np.int64) <= 0)
    if wrong.size:
        what = f"{days[int(wrong[0]) + 1]} comes twice or out of order"
        raise bad_input(where="curve history", what=what, remedy="give each date once, in order")


def _check_cells(days: DateArray, years: FloatArray, table: FloatArray, *, lowest: float) -> None:
    found = ProblemList()
    bad = ~(np.isfinite(table) & (table > lowest))
    cells = np.argwhere(bad).tolist()
    for row, column in cells[:LISTED_AT_MOST]:
        where = f"curve history: {days[row]}, {years[column]:g} years"
        value = table[row, column]
        what = "no rate" if np.isnan(value) else f"a rate of {value:g}"
        found.add(where, what, "add it, or leave out its tenor or its date")
    if len(cells) > LISTED_AT_MOST:
        more = f"{len(cells) - LISTED_AT_MOST} more cells without a usable rate"
        found.add("curve history", more, "leave out their tenors or dates")
    found.raise_if_any()
