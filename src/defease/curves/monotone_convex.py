"""Monotone convex interpolation of forward rates (Hagan and West, 2006).

The forward rate keeps the average forward of every interval, is positive where the neighbouring
average forwards are, and follows the shape of the data: no hump that is not in them.  It is
continuous except where the shape of the data forces a jump (next to an interval that has to be
level).

Source: P. Hagan and G. West, "Interpolation methods for curve construction", Applied Mathematical
Finance 13(2), 2006.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from defease.curves.piecewise import PiecewisePolynomial

if TYPE_CHECKING:
    from defease.arrays import FloatArray


NO_WIDTH = 1e-100
"""A stretch narrower than this share of its interval is left out; its square still is a number."""


def monotone_convex(times: FloatArray, logs: FloatArray) -> PiecewisePolynomial:
    """``Y(t) = -ln P(t)`` through the nodes (0, 0), (times, logs), with monotone convex forwards.

    Parameters
    ----------
    times
        Node times in years, increasing, above 0, shape (n,).
    logs
        ``-ln P`` at the nodes, shape (n,).
    """
    ends, totals = np.concatenate([[0.0], times]), np.concatenate([[0.0], logs])
    widths = np.diff(ends)
    average = np.diff(totals) / widths
    forward = node_forwards(widths, average)
    split, left, right = deviation_shapes(forward[:-1] - average, forward[1:] - average)
    return _integrated(ends[:-1], widths, totals[:-1], average, (split, left, right))


def node_forwards(widths: FloatArray, average: FloatArray) -> FloatArray:
    """Forward rates at the nodes, from the average forwards of the intervals around them.

    Inside: the averages of the two neighbours weighted by the other's width.  At both ends the
    forward is set so that the last half of the change continues.  Where both neighbours are
    positive the node forward is kept within 0 and twice the smaller one, which keeps the whole
    curve of forwards positive.
    """
    if len(average) == 1:
        return np.array([average[0], average[0]])
    inner = (widths[:-1] * average[1:] + widths[1:] * average[:-1]) / (widths[:-1] + widths[1:])
    first = average[0] - 0.5 * (inner[0] - average[0])
    last = average[-1] - 0.5 * (inner[-1] - average[-1])
    raw = np.concatenate([[first], inner, [last]])
    lower = np.minimum(np.append(average[0], average), np.append(average, average[-1]))
    collared: FloatArray = np.where(lower > 0, np.clip(raw, 0.0, 2.0 * np.maximum(lower, 0.0)), raw)
    return collared


def deviation_shapes(g0: FloatArray, g1: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """The deviation g of the forward from the interval's average: two parabolas joined at `split`.

    Each parabola is given by its coefficients in the distance from its own left end, in units of
    the interval's width, a row a power; g is g0 at 0, g1 at 1, and integrates to zero.  The four
    regions are those of the paper; in the first a single parabola does (split = 1).  Arguments may
    have any shape.
    """
    flat_start = ((g0 < 0) & (g1 > -2 * g0)) | ((g0 > 0) & (g1 < -2 * g0))
    flat_end = ((g0 > 0) & (g1 <= 0) & (g1 > -0.5 * g0)) | ((g0 < 0) & (g1 >= 0) & (g1 < -0.5 * g0))
    same_sign = g0 * g1 > 0
    starts_level = (g0 == 0) & (g1 != 0)
    simple = ~(flat_start | flat_end | same_sign | starts_level)
    with np.errstate(divide="ignore", invalid="ignore"):
        split = np.select(
            [flat_start, flat_end, same_sign, starts_level],
            [(g1 + 2 * g0) / (g1 - g0), 3 * g1 / (g1 - g0), g1 / (g1 + g0), np.zeros_like(g0)],
            1.0,
        )
        middle = np.select([flat_start, flat_end, same_sign], [g0, g1, -g0 * g1 / (g0 + g1)], 0.0)
        split = np.where(split < NO_WIDTH, 0.0, split)
        fall = np.where(split > 0, (g0 - middle) / np.where(split > 0, split, 1.0) ** 2, 0.0)
        rise = np.where(split < 1, (g1 - middle) / np.where(split < 1, 1 - split, 1.0) ** 2, 0.0)
    left = np.array([middle + fall * split**2, -2 * fall * split, fall])
    right = np.array([middle, np.zeros_like(middle), rise])
    whole = np.array([g0, -4 * g0 - 2 * g1, 3 * (g0 + g1)])
    return split, np.where(simple, whole, left), np.where(simple, 0.0, right)


def _integrated(
    starts: FloatArray,
    widths: FloatArray,
    totals: FloatArray,
    average: FloatArray,
    shape: tuple[FloatArray, FloatArray, FloatArray],
) -> PiecewisePolynomial:
    """Integrate the forwards: cubic pieces of Y, two an interval, empty ones left out."""
    split, left, right = shape
    cubic_left = antiderivative(left, widths, average, totals)
    inner = split * widths
    reached = sum(cubic_left[k] * inner**k for k in range(4))
    cubic_right = antiderivative(right, widths, average, np.asarray(reached))
    begin = np.column_stack([starts, starts + inner]).ravel()
    pieces = np.stack([cubic_left, cubic_right], axis=-1).reshape(4, -1)
    used = np.column_stack([split > 0, split < 1]).ravel()
    return PiecewisePolynomial(begin[used], pieces[:, used])


def antiderivative(
    deviation: FloatArray, widths: FloatArray, average: FloatArray, at_start: FloatArray
) -> FloatArray:
    """Coefficients in years of the integral of average + deviation, starting from `at_start`."""
    return np.array(
        [
            at_start,
            average + deviation[0],
            deviation[1] / (2 * widths),
            deviation[2] / (3 * widths**2),
        ]
    )
