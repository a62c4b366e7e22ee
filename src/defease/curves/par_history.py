"""Zero rates of many dates at once from par yields, and curves with a tenor missing on some."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from defease.curves.interpolation import Extrapolation, Interpolation, interpolate
from defease.curves.par import MOST_STEPS, PRICE_TOLERANCE, bootstrap_zero_rates, par_schedule
from defease.errors import Problem, SolverError, bad_input

if TYPE_CHECKING:
    from collections.abc import Callable

    from defease.arrays import BoolArray, FloatArray, IntArray

    RowSolver = Callable[[FloatArray, FloatArray], FloatArray]

FEWEST_TENORS = 2


def par_history_zero_rates(
    maturities: FloatArray,
    yields: FloatArray,
    *,
    frequency: int,
    interpolation: Interpolation,
    extrapolation: Extrapolation = Extrapolation.FLAT_FORWARD,
) -> FloatArray:
    """Continuous zero rates, shape (dates, nodes), that price every date's par bonds at par.

    Wherever the interpolation weighs the nodes' rates linearly (all but monotone convex) the
    payments' log discounts are ``-Z M`` with one matrix M for every date, so Newton's method runs
    on all dates together: ``price = sum c_j exp(-Z M_j)`` and
    ``d price / d Z = -sum c_j exp(-Z M_j) M_j``.

    Examples
    --------
    >>> rates = par_history_zero_rates(
    ...     np.array([1.0, 2.0]), np.array([[0.04, 0.04], [0.03, 0.05]]), frequency=1,
    ...     interpolation=Interpolation.LINEAR_ZERO)
    >>> np.expm1(rates).round(5)
    array([[0.04   , 0.04   ],
           [0.03   , 0.05051]])
    """
    if interpolation is Interpolation.MONOTONE_CONVEX:
        return np.array(
            [
                bootstrap_zero_rates(
                    maturities,
                    row,
                    frequency=frequency,
                    interpolation=interpolation,
                    extrapolation=extrapolation,
                )
                for row in yields
            ]
        )
    schedule = par_schedule(maturities, frequency)
    weights = _weights(maturities, schedule.times, interpolation, extrapolation)
    counts = np.diff(np.append(schedule.starts, len(schedule.times)))
    coupons = np.repeat(yields, counts, axis=1) * schedule.shares
    coupons[:, schedule.lasts] += 1.0
    stub = np.minimum(maturities, 1.0 / frequency)
    return _newton(coupons, weights, schedule.starts, np.log1p(yields * stub) / stub)


def completed_zero_rates(
    node_times: FloatArray,
    quotes: FloatArray,
    solve: RowSolver,
    *,
    interpolation: Interpolation,
    extrapolation: Extrapolation,
) -> FloatArray:
    """Zero rates at every node, where a date may lack some tenors (NaN), shape (dates, nodes).

    Each date's curve is made from the tenors it has, `solve(times, quotes)`, and read at those it
    has not: between them by the interpolation, beyond them by the extrapolation.
    """
    known = ~np.isnan(quotes)
    found = np.empty_like(quotes)
    for pattern in np.unique(known, axis=0):
        rows = (known == pattern).all(axis=1)
        found[rows] = _completed(
            node_times, quotes[rows], pattern, solve, interpolation, extrapolation
        )
    return found


def _completed(
    node_times: FloatArray,
    quotes: FloatArray,
    pattern: BoolArray,
    solve: RowSolver,
    interpolation: Interpolation,
    extrapolation: Extrapolation,
) -> FloatArray:
    if pattern.sum() < FEWEST_TENORS:
        what = f"a date has {pattern.sum()} tenors; a curve needs {FEWEST_TENORS}"
        raise bad_input(where="curve history", what=what, remedy="add tenors or drop the date")
    times = node_times[pattern]
    zero = solve(times, quotes[:, pattern])
    if pattern.all():
        return zero
    if extrapolation is Extrapolation.REFUSE and not pattern[-1]:
        what = f"a date has no tenor beyond {times[-1]:g} years, others reach {node_times[-1]:g}"
        remedy = 'choose extrapolation = "flat_forward" or "flat_zero", or drop the long tenor'
        raise bad_input(where="curve history", what=what, remedy=remedy)
    logs = [interpolate(times, row, interpolation, extrapolation)(node_times) for row in zero]
    complete: FloatArray = np.array(logs) / node_times
    return complete


def _weights(
    nodes: FloatArray,
    times: FloatArray,
    interpolation: Interpolation,
    extrapolation: Extrapolation,
) -> FloatArray:
    """What each node's zero rate adds to ``-ln P`` of each payment, shape (nodes, payments)."""
    units = np.eye(len(nodes))
    return np.array([interpolate(nodes, u, interpolation, extrapolation)(times) for u in units])


def _newton(
    flows: FloatArray, weights: FloatArray, starts: IntArray, zero: FloatArray
) -> FloatArray:
    """All dates together; shape (dates, nodes).  Quadratic: five or six steps from the yields."""
    for _ in range(MOST_STEPS):
        values = flows * np.exp(-zero @ weights)
        error = np.add.reduceat(values, starts, axis=1) - 1.0
        if np.abs(error).max() < 10 * PRICE_TOLERANCE:
            return zero
        slopes = np.stack(
            [np.add.reduceat(values * weight, starts, axis=1) for weight in weights], axis=2
        )
        step = np.linalg.solve(slopes, error[:, :, None])[:, :, 0]
        if not np.isfinite(step).all():
            break
        if np.abs(step).max() < PRICE_TOLERANCE:
            return zero + step
        zero = zero + np.clip(step, -0.5, 0.5)
    what = f"a date's yields are still {np.abs(error).max():.2g} away from par"
    remedy = "check the yields for a typing error"
    raise SolverError(Problem("par yield history", what, remedy))
