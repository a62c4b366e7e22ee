"""From nodes to a curve: four named interpolations and three named extrapolations."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

from defease.curves.monotone_convex import monotone_convex
from defease.curves.piecewise import PiecewisePolynomial
from defease.errors import bad_input

if TYPE_CHECKING:
    from defease.arrays import FloatArray

JUST_BEYOND = 1e-9


class Interpolation(StrEnum):
    """What is assumed between two nodes of a curve.

    - ``linear_zero``: the continuously compounded zero rate is a straight line.
    - ``cubic_zero``: the continuously compounded zero rate is a cubic spline (not-a-knot ends).
    - ``monotone_convex``: forwards are continuous and keep each interval's average (Hagan-West).
    - ``log_linear_discount``: the forward rate is constant.

    Before the first node the first zero rate holds; ``monotone_convex`` starts at 0 itself.
    """

    LINEAR_ZERO = "linear_zero"
    CUBIC_ZERO = "cubic_zero"
    MONOTONE_CONVEX = "monotone_convex"
    LOG_LINEAR_DISCOUNT = "log_linear_discount"


class Extrapolation(StrEnum):
    """What is assumed beyond the last node.

    - ``flat_forward``: the average forward rate between the last two nodes goes on.
    - ``flat_zero``: the last zero rate (continuously compounded) goes on.
    - ``refuse``: there is no rate; asking for one is an error.
    """

    FLAT_FORWARD = "flat_forward"
    FLAT_ZERO = "flat_zero"
    REFUSE = "refuse"


def require_within(times: FloatArray, last_time: float) -> None:
    """Refuse times beyond the curve's last point (extrapolation ``refuse``), naming the longest."""
    if times.size and float(times.max()) > last_time + JUST_BEYOND:
        what = f"asked at {times.max():.4g} years, its last point is {last_time:.4g} years"
        remedy = "give a longer curve, or choose extrapolation flat_forward or flat_zero"
        raise bad_input(where="curve", what=what, remedy=remedy)


def interpolate(
    times: FloatArray,
    zero_rates: FloatArray,
    interpolation: Interpolation,
    extrapolation: Extrapolation,
) -> PiecewisePolynomial:
    """``Y(t) = -ln P(t)`` for all t >= 0 from continuously compounded zero rates at the nodes."""
    logs = zero_rates * times
    if len(times) == 1:
        return PiecewisePolynomial(np.zeros(1), np.array([[0.0], [zero_rates[0]]]))
    if interpolation is Interpolation.MONOTONE_CONVEX:
        inside = monotone_convex(times, logs)
    elif interpolation is Interpolation.LOG_LINEAR_DISCOUNT:
        inside = _log_linear(times, logs)
    elif interpolation is Interpolation.LINEAR_ZERO:
        inside = _from_zero_pieces(times, np.array([zero_rates[:-1], _slopes(times, zero_rates)]))
    else:
        inside = _from_zero_pieces(times, _spline(times, zero_rates))
    return inside.continued(float(times[-1]), final_slope(times, logs, extrapolation))


def final_slope(times: FloatArray, logs: FloatArray, extrapolation: Extrapolation) -> float:
    """How fast ``-ln P`` grows beyond the last node."""
    if extrapolation is Extrapolation.FLAT_ZERO:
        return float(logs[-1] / times[-1])
    return float(_slopes(times, logs)[-1])


def _slopes(times: FloatArray, values: FloatArray) -> FloatArray:
    slopes: FloatArray = np.diff(values) / np.diff(times)
    return slopes


def _log_linear(times: FloatArray, logs: FloatArray) -> PiecewisePolynomial:
    ends, totals = np.concatenate([[0.0], times]), np.concatenate([[0.0], logs])
    return PiecewisePolynomial(ends[:-1], np.array([totals[:-1], _slopes(ends, totals)]))


def _spline(times: FloatArray, zero_rates: FloatArray) -> FloatArray:
    """Coefficients of the zero rate's cubic spline, lowest power first, shape (4, n - 1)."""
    from scipy.interpolate import CubicSpline

    coefficients: FloatArray = CubicSpline(times, zero_rates).c[::-1]
    return coefficients


def _from_zero_pieces(times: FloatArray, zero: FloatArray) -> PiecewisePolynomial:
    """Pieces of ``Y = z(t) t`` from pieces of z: with u = t - t_j, Y = z(u) (t_j + u)."""
    degree, pieces = len(zero), len(times) - 1
    total = np.zeros((degree + 1, pieces + 1))
    total[1, 0] = zero[0, 0]  # before the first node the first zero rate holds: Y = z_1 t
    total[:degree, 1:] = zero * times[:-1]
    total[1:, 1:] += zero
    return PiecewisePolynomial(np.concatenate([[0.0], times[:-1]]), total)
