"""The only door to HiGHS and scipy.optimize: roots and linear programmes, each answer checked.

A linear programme is a frozen value of plain arrays; its solution is believed only after a
certificate computed here from the given data (feasibility, reduced costs, duality gap).
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from defease.errors import Problem, SolverError

if TYPE_CHECKING:
    from collections.abc import Callable


def find_root(function: Callable[[float], float], low: float, high: float, *, tolerance: float = 1e-13) -> float:
    """The point between `low` and `high` at which a continuous function is zero (Brent's method).

    Parameters
    ----------
    function : callable
        Continuous, finite, of opposite signs (or zero) at `low` and `high`.
    low, high : float
        The bracket.
    tolerance : float
        Absolute and (down to four units of rounding) relative accuracy of the root.

    Raises
    ------
    SolverError
        When the signs at both ends agree, a value is not finite, or the method does not settle.

    Examples
    --------
    >>> round(find_root(lambda rate: 105 / (1 + rate) - 100, 0.0, 1.0), 12)
    0.05
    """
    at_low, at_high = function(low), function(high)
    if at_low == 0.0:
        return low
    if at_high == 0.0:
        return high
    _require_bracket((low, at_low), (high, at_high))
    return _brent(function, low, high, tolerance)


def _require_bracket(low: tuple[float, float], high: tuple[float, float]) -> None:
    if math.isfinite(low[1]) and math.isfinite(high[1]) and (low[1] < 0.0) != (high[1] < 0.0):
        return
    what = f"no change of sign between {low[0]:.6g} (value {low[1]:.6g}) and {high[0]:.6g} (value {high[1]:.6g})"
    raise SolverError(Problem("root finding", what, "widen the bracket or check the data"))


def _brent(function: Callable[[float], float], low: float, high: float, tolerance: float) -> float:
    from scipy.optimize import brentq

    relative = max(tolerance, 4.0 * math.ulp(1.0))
    try:
        root = float(brentq(function, low, high, xtol=tolerance, rtol=relative, maxiter=500))
    except (RuntimeError, ValueError) as error:
        raise SolverError(Problem("root finding", str(error), "check the data")) from error
    if not math.isfinite(root):
        raise SolverError(Problem("root finding", "the function is not finite inside the bracket", "check the data"))
    return root
