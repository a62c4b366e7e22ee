"""Every rate at which dated amounts of either sign are worth nothing."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from defease.solvers import find_root

if TYPE_CHECKING:
    from collections.abc import Callable

    from defease.arrays import FloatArray

LOWEST_RATE, HIGHEST_RATE = -0.99, 10.0
"""Annual rates between which roots are looked for."""
BLOCK = 32
TOUCHING = 1e-13
GOLDEN = (np.sqrt(5.0) - 1.0) / 2.0


@dataclass(frozen=True, eq=False)
class _ValueAtRate:
    """Value of dated amounts as a function of x = ln(1 + rate), scaled so that it never overflows.

    For x >= 0 it is the present value ``sum a_j exp(-x t_j)``, for x < 0 the value at the last
    time: every exponent is at most zero, and the sign is the same.
    """

    times: FloatArray
    amounts: FloatArray

    def __call__(self, log_growth: float) -> float:
        return float(self.amounts @ np.exp(-abs(log_growth) * self._distances(log_growth)))

    def size(self, log_growth: float) -> float:
        """The same with absolute amounts: the scale at which rounding matters."""
        weights = np.exp(-abs(log_growth) * self._distances(log_growth))
        return float(np.abs(self.amounts) @ weights)

    def on_grid(self, farthest: float) -> tuple[FloatArray, FloatArray]:
        """Values at BLOCK^2 equally spaced points between 0 and `farthest`, ordered outward."""
        step = abs(farthest) / (BLOCK * BLOCK - 1)
        distances = self._distances(farthest)
        # exp(-(u + v) t) = exp(-u t) exp(-v t): 64 exponentials a payment give 1,024 points.
        fine = np.exp(-np.outer(np.arange(BLOCK) * step, distances))
        coarse = np.exp(-np.outer(np.arange(BLOCK) * (BLOCK * step), distances))
        values = ((coarse * self.amounts) @ fine.T).ravel()
        points = np.arange(BLOCK * BLOCK) * np.copysign(step, farthest)
        return points, values

    def _distances(self, log_growth: float) -> FloatArray:
        return self.times if log_growth >= 0 else self.times[-1] - self.times


def rates_of_zero_value(times: FloatArray, amounts: FloatArray) -> tuple[float, ...]:
    """All annual rates in (-99%, 1000%) with ``sum a_j (1+r)^-t_j = 0``, ascending.

    A scan of 2,047 points in ln(1 + r) finds the changes of sign and the points where the value
    comes nearest to zero without one; each is then polished to rounding.  `times` must increase.

    Examples
    --------
    >>> roots = rates_of_zero_value(np.array([0.0, 1.0, 2.0]), np.array([100.0, -230.0, 132.0]))
    >>> [round(root, 12) for root in roots]
    [0.1, 0.2]
    """
    if not amounts.any():
        return ()
    value = _ValueAtRate(times, amounts)
    found: list[float] = []
    for farthest in (np.log1p(LOWEST_RATE), np.log1p(HIGHEST_RATE)):
        points, values = value.on_grid(float(farthest))
        found += _crossings(value, points, values) + _touches(value, points, values)
    return _distinct(np.expm1(np.sort(np.array(found))))


def _crossings(
    value: Callable[[float], float], points: FloatArray, values: FloatArray
) -> list[float]:
    exact = [float(point) for point in points[values == 0]]
    signs = np.sign(values)
    brackets = np.flatnonzero(signs[:-1] * signs[1:] < 0)
    return exact + [_between(value, float(points[k]), float(points[k + 1])) for k in brackets]


def _between(value: Callable[[float], float], first: float, second: float) -> float:
    low, high = min(first, second), max(first, second)
    if value(low) * value(high) > 0:  # the scan and the exact sum differ by rounding at one end
        return low if abs(value(low)) < abs(value(high)) else high
    return find_root(value, low, high)


def _touches(value: _ValueAtRate, points: FloatArray, values: FloatArray) -> list[float]:
    """Roots near points where the value turns back before reaching zero, or just reaches it."""
    size, same = np.abs(values), np.sign(values)
    dips = (size[1:-1] < size[:-2]) & (size[1:-1] <= size[2:])
    dips &= (same[1:-1] == same[:-2]) & (same[1:-1] == same[2:])
    found: list[float] = []
    for k in np.flatnonzero(dips) + 1:
        ends = sorted((float(points[k - 1]), float(points[k + 1])))
        sign = float(same[k])
        turn = _lowest(partial(_signed, value, sign), *ends)
        depth = sign * value(turn)
        if abs(depth) <= TOUCHING * value.size(turn):
            found.append(turn)
        elif depth < 0:
            found += [find_root(value, ends[0], turn), find_root(value, turn, ends[1])]
    return found


def _signed(value: Callable[[float], float], sign: float, log_growth: float) -> float:
    return sign * value(log_growth)


def _lowest(function: Callable[[float], float], low: float, high: float) -> float:
    """The lowest point of a function with one valley between two points (golden section)."""
    left, right = high - GOLDEN * (high - low), low + GOLDEN * (high - low)
    at_left, at_right = function(left), function(right)
    for _ in range(60):
        if at_left <= at_right:
            high, right, at_right = right, left, at_left
            left = high - GOLDEN * (high - low)
            at_left = function(left)
        else:
            low, left, at_left = left, right, at_right
            right = low + GOLDEN * (high - low)
            at_right = function(right)
    return (low + high) / 2


def _distinct(rates: FloatArray) -> tuple[float, ...]:
    kept: list[float] = []
    for rate in rates.tolist():
        if not kept or rate - kept[-1] > 1e-10 * (1.0 + rate):  # the same root found twice
            kept.append(float(rate))
    return tuple(kept)
