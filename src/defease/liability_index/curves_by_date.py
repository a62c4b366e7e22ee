"""The curves an index is priced on, one for each date, read at many times of many dates at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from defease.arrays import DateArray, FloatArray, IntArray, frozen_dates, read_only
from defease.curves import CurveHistory, DiscountCurve, Extrapolation, Interpolation
from defease.curves.interpolation import interpolate, require_within
from defease.errors import bad_input
from defease.liability_index.monotone_rows import monotone_rows

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Mapping

    from defease.curves.piecewise import PiecewisePolynomial

    MinusLogs: TypeAlias = Callable[[IntArray, FloatArray], FloatArray]


@dataclass(frozen=True, eq=False)
class DatedCurves:
    """One curve of any kind for each date: fitted curves, segment rates, an assumed return.

    Attributes
    ----------
    dates
        Increasing, shape (dates,).
    curves
        The curve of each date, as many.
    """

    dates: DateArray
    curves: tuple[DiscountCurve, ...]

    def __len__(self) -> int:
        return len(self.dates)

    def curve_on(self, date: dt.date) -> DiscountCurve:
        """The curve of one date; a date that is not there is refused."""
        found = np.flatnonzero(self.dates == np.datetime64(date, "D"))
        if not found.size:
            what = f"has no curve of {date}"
            remedy = f"it covers {self.dates[0]} to {self.dates[-1]}, {len(self)} dates"
            raise bad_input(where="curve history", what=what, remedy=remedy)
        return self.curves[int(found[0])]


CurvesByDate = CurveHistory | DatedCurves


def dated_curves(curves: Mapping[dt.date, DiscountCurve]) -> DatedCurves:
    """Curves by their date, in order of date.

    Examples
    --------
    >>> import datetime as dt
    >>> from defease.curves import flat_curve
    >>> rate = flat_curve(0.07)
    >>> len(dated_curves({dt.date(2026, 1, 31): rate, dt.date(2025, 12, 31): rate}))
    2
    """
    if not curves:
        raise bad_input(where="curve history", what="is empty", remedy="give a curve for each date")
    ordered = sorted(curves)
    return DatedCurves(frozen_dates(ordered), tuple(curves[date] for date in ordered))


def minus_logs_reader(history: CurvesByDate) -> MinusLogs:
    """``-ln P`` of the curve of each row at that row's own times.

    The function returned takes rows, shape (n,), and times above 0, shape (n, m), and answers in
    the shape (n, m).  The curves of a history are read for all rows at once, others row by row.
    """
    if isinstance(history, DatedCurves):
        return _curve_by_curve(history.curves)
    refuses = history.extrapolation is Extrapolation.REFUSE
    several = len(history.node_times) > 1  # a single node is a flat rate in every interpolation
    if several and history.interpolation is Interpolation.MONOTONE_CONVEX:
        read: MinusLogs = monotone_rows(history)
    else:
        read = _all_rows_at_once(history)

    def within(rows: IntArray, times: FloatArray) -> FloatArray:
        require_within(times, history.last_time)
        return read(rows, times)

    return within if refuses else read


def reaches(history: CurvesByDate, years: float) -> bool:
    """Whether every curve has an answer at a term, by data or by its own extrapolation."""
    if isinstance(history, CurveHistory):
        return history.extrapolation is not Extrapolation.REFUSE or history.last_time >= years
    refusing = (
        curve
        for curve in history.curves
        if getattr(curve, "extrapolation", None) is Extrapolation.REFUSE
    )
    return all(curve.last_time >= years for curve in refusing)


def _curve_by_curve(curves: tuple[DiscountCurve, ...]) -> MinusLogs:
    def read(rows: IntArray, times: FloatArray) -> FloatArray:
        pairs = zip(rows.tolist(), times, strict=True)
        return -np.array([curves[row].log_discounts(when) for row, when in pairs])

    return read


def _shape(history: CurveHistory, rates: FloatArray) -> PiecewisePolynomial:
    return interpolate(history.node_times, rates, history.interpolation, history.extrapolation)


def _all_rows_at_once(history: CurveHistory) -> MinusLogs:
    """Each curve is the same weighted sum of unit shapes, and so are its polynomials."""
    units = [_shape(history, unit) for unit in np.eye(len(history.node_times))]
    starts, pieces = units[0].starts, len(units[0].starts)
    table = np.stack([unit.coefficients for unit in units])
    by_date = np.tensordot(history.zero_rates, table, axes=1)
    coefficients = read_only(np.ascontiguousarray(by_date.transpose(1, 0, 2)))
    flat = coefficients.reshape(len(coefficients), -1)

    def read(rows: IntArray, times: FloatArray) -> FloatArray:
        piece = np.searchsorted(starts, times.ravel(), side="right").reshape(times.shape) - 1
        local = times - starts[piece]
        place = rows[:, None] * pieces + piece
        value: FloatArray = flat[-1].take(place)
        for row in flat[-2::-1]:
            value *= local
            value += row.take(place)
        return value

    return read
