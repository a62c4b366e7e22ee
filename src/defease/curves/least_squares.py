"""Least squares for curves whose prices are smooth functions of a few parameters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from defease.arrays import BoolArray, FloatArray
from defease.errors import Problem, SolverError

if TYPE_CHECKING:
    from collections.abc import Callable

    Evaluate = Callable[[FloatArray], tuple[FloatArray, FloatArray]]
    """Parameters (k,) -> residuals (m,) and their derivatives (m, k)."""

LEAST_DAMPING, MOST_DAMPING = 1e-14, 1e8
FIRST_DAMPING = 1e-9
RELATIVE_GAIN = 1e-13
SMALL_MOVE = 1e-12


@dataclass(frozen=True, eq=False)
class LeastSquares:
    """Where the sum of squares is least: parameters, residuals, derivatives, steps taken."""

    parameters: FloatArray
    residuals: FloatArray
    jacobian: FloatArray
    steps: int

    @property
    def cost(self) -> float:
        """The sum of squared residuals."""
        return float(self.residuals @ self.residuals)

    @property
    def leverages(self) -> FloatArray:
        """Diagonal of ``J (J'J)^+ J'``: how much each residual's own datum decides its fit."""
        u, size, _ = np.linalg.svd(self.jacobian, full_matrices=False)
        kept = u[:, size > size[0] * len(self.residuals) * np.finfo(np.float64).eps]
        diagonal: FloatArray = np.einsum("ij,ij->i", kept, kept)
        return diagonal


def least_squares(
    evaluate: Evaluate,
    start: FloatArray,
    *,
    bounds: tuple[FloatArray, FloatArray] | None = None,
    linear: int = 0,
    damping: float = 1e-8,
    gain: float = RELATIVE_GAIN,
    steps_at_most: int = 100,
) -> LeastSquares:
    """Levenberg and Marquardt's method; with little damping it is Gauss and Newton's.

    Steps solve ``(J'J + damping diag(J'J)) move = -J'r``; a step that does not lower the sum of
    squares (or overflows) is taken back and damped more.  A parameter that a step would push beyond
    its bound stays at it while the others go on.  The first `linear` parameters, in which the
    residuals are nearly straight, are solved again after every move of the others (variable
    projection): curved valleys are then followed in a few steps.  Ends when a step gains less than
    the share `gain` of the sum.

    Raises
    ------
    SolverError
        When it has not settled after `steps_at_most` steps.
    """
    point = np.array(start)
    point, residuals, jacobian = _solve_linear(evaluate, point, linear)
    cost = float(residuals @ residuals)
    for step in range(steps_at_most):
        free = _free(point, jacobian.T @ residuals, bounds)
        move = np.zeros_like(point)
        move[free] = _move(jacobian[:, free], residuals, damping)
        trial = _clipped(point + move, bounds)
        trial, found, slopes = _solve_linear(evaluate, trial, linear)
        new_cost = float(found @ found)
        if new_cost < cost:
            small = np.abs(trial - point).max() <= SMALL_MOVE
            settled = small or cost - new_cost <= gain * cost
            point, residuals, jacobian, cost = trial, found, slopes, new_cost
            damping = max(damping / 5.0, LEAST_DAMPING)
        else:
            settled = damping > MOST_DAMPING or np.abs(trial - point).max() <= SMALL_MOVE
            damping = 10.0 * max(damping, FIRST_DAMPING)
        if settled:
            return LeastSquares(point, residuals, jacobian, step + 1)
    what = f"the fit has not settled after {steps_at_most} steps"
    raise SolverError(Problem("curve fit", what, "check the prices for errors"))


def _move(jacobian: FloatArray, residuals: FloatArray, damping: float) -> FloatArray:
    normal = jacobian.T @ jacobian
    diagonal = np.diag(normal)
    ridge = damping * np.diag(diagonal + np.finfo(np.float64).eps * diagonal.max())
    return _least_norm(normal + ridge, -jacobian.T @ residuals)


def _least_norm(matrix: FloatArray, target: FloatArray) -> FloatArray:
    return np.asarray(np.linalg.lstsq(matrix, target, rcond=None)[0], dtype=np.float64)


def _solve_linear(
    evaluate: Evaluate, point: FloatArray, linear: int
) -> tuple[FloatArray, FloatArray, FloatArray]:
    residuals, jacobian = evaluate(point)
    if linear and np.isfinite(residuals @ residuals) and np.isfinite(jacobian).all():
        best = np.array(point)
        best[:linear] -= _least_norm(jacobian[:, :linear], residuals)
        found, slopes = evaluate(best)
        if found @ found < residuals @ residuals:
            return best, found, slopes
    return point, residuals, jacobian


def _free(
    point: FloatArray, gradient: FloatArray, bounds: tuple[FloatArray, FloatArray] | None
) -> BoolArray:
    """Which parameters may move: not those at a bound that the descent would cross."""
    if bounds is None:
        return np.ones(len(point), dtype=bool)
    held: BoolArray = ((point <= bounds[0]) & (gradient > 0)) | (
        (point >= bounds[1]) & (gradient < 0)
    )
    return ~held


def _clipped(point: FloatArray, bounds: tuple[FloatArray, FloatArray] | None) -> FloatArray:
    return point if bounds is None else np.clip(point, bounds[0], bounds[1])


def at_bounds(point: FloatArray, bounds: tuple[FloatArray, FloatArray]) -> BoolArray:
    """Which parameters ended at a bound."""
    active: BoolArray = (point <= bounds[0]) | (point >= bounds[1])
    return active
