"""Monotone convex curves of many dates read at once, the numbers of single curves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from defease.arrays import FloatArray, IntArray, read_only
from defease.curves.interpolation import final_slope
from defease.curves.monotone_convex import antiderivative, deviation_shapes, node_forwards

if TYPE_CHECKING:
    from defease.curves import CurveHistory

DEGREES = range(4)


@dataclass(frozen=True, eq=False)
class MonotoneRows:
    """Two cubic pieces of ``-ln P`` for every interval of every date.

    Attributes
    ----------
    starts
        Where intervals begin, years, shape (intervals,).
    begins
        Where the first and the second piece begin, shape (2, dates x intervals).
    coefficients
        By power, shape (4, 2, dates x intervals).
    last_time, last_logs, last_slopes
        The last node, and the straight line from there on of each date.
    """

    starts: FloatArray
    begins: FloatArray
    coefficients: FloatArray
    last_time: float
    last_logs: FloatArray
    last_slopes: FloatArray

    def __call__(self, rows: IntArray, times: FloatArray) -> FloatArray:
        """``-ln P`` of each row's curve at its own times, shape (rows, times)."""
        interval = np.searchsorted(self.starts, times.ravel(), side="right") - 1
        place = interval.reshape(times.shape) + len(self.starts) * rows[:, None]
        place += self.begins.shape[1] * (times >= self.begins[1].take(place))
        local = times - self.begins.ravel().take(place)
        value: FloatArray = self.coefficients[3].take(place)
        for power in (2, 1, 0):
            value *= local
            value += self.coefficients[power].take(place)
        beyond = self.last_logs[rows, None] + self.last_slopes[rows, None] * (
            times - self.last_time
        )
        np.copyto(value, beyond, where=times >= self.last_time)
        return value


def monotone_rows(history: CurveHistory) -> MonotoneRows:
    """All curves of a monotone convex history, ready to be read."""
    times, dates = history.node_times, len(history)
    starts = np.concatenate([[0.0], times[:-1]])
    widths = np.diff(times, prepend=0.0)
    logs = history.zero_rates * times
    totals = np.concatenate([np.zeros((dates, 1)), logs[:, :-1]], axis=1)
    average = np.diff(logs, axis=1, prepend=0.0) / widths
    forward = np.array([node_forwards(widths, row) for row in average])
    split, left, right = deviation_shapes(forward[:, :-1] - average, forward[:, 1:] - average)
    first = antiderivative(left, widths, average, totals)
    inner = split * widths
    reached = np.asarray(sum(first[k] * inner**k for k in DEGREES))
    second = antiderivative(right, widths, average, reached)
    begins = np.stack([np.broadcast_to(starts, inner.shape), starts + inner])
    slopes = [final_slope(times, row, history.extrapolation) for row in logs]
    return MonotoneRows(
        read_only(starts),
        read_only(begins.reshape(2, -1)),
        read_only(np.stack([first, second], axis=1).reshape(4, 2, -1)),
        float(times[-1]),
        read_only(logs[:, -1].copy()),
        read_only(np.array(slopes)),
    )
