"""Roots of functions of one variable, by scipy behind this door."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from defease.errors import Problem, SolverError

if TYPE_CHECKING:
    from collections.abc import Callable


def find_root(
    function: Callable[[float], float], low: float, high: float, *, tolerance: float = 1e-13
) -> float:
    """The point between `low` and `high` at which a continuous function is zero (Brent's method).

    `tolerance` is absolute and, down to four units of rounding, relative.  Raises `SolverError`
    when both signs agree, a value is not finite, or the method does not settle.

    Examples
    --------
    >>> round(find_root(lambda rate: 105 / (1 + rate) - 100, 0.0, 1.0), 12)
    0.05
    """
    ends = ((low, function(low)), (high, function(high)))
    for at, value in ends:
        if value == 0.0:
            return at
    (_, first), (_, last) = ends
    if not math.isfinite(first + last) or (first < 0.0) == (last < 0.0):
        both = " and ".join(f"{at:.6g} (value {value:.6g})" for at, value in ends)
        what = f"no change of sign between {both}"
        raise SolverError(Problem("root finding", what, "widen the bracket or check the data"))
    return _brent(function, low, high, tolerance)


def _brent(function: Callable[[float], float], low: float, high: float, tolerance: float) -> float:
    from scipy.optimize import brentq

    relative = max(tolerance, 4.0 * math.ulp(1.0))
    try:
        root = float(brentq(function, low, high, xtol=tolerance, rtol=relative, maxiter=500))
    except (RuntimeError, ValueError) as error:
        raise SolverError(Problem("root finding", str(error), "check the data")) from error
    if not math.isfinite(root):
        what = "the function is not finite inside the bracket"
        raise SolverError(Problem("root finding", what, "check the data"))
    return root
