"""The only door to HiGHS and scipy.optimize: roots and linear programmes, each answer checked.

A linear programme is a frozen value of plain arrays.  Its solution is believed only after a
certificate computed here from the given data (feasibility, reduced costs, duality gap): a warm
start that ended "optimal" has been seen a relative 1e-7 off the optimum (HiGHS issue #3194).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import numpy as np

from defease.arrays import FloatArray, IntArray, read_only
from defease.errors import Problem, SolverError

if TYPE_CHECKING:
    from collections.abc import Callable

    import highspy

SERIAL_DUAL_SIMPLEX = 1
OPTIONS: dict[str, bool | int | float | str] = {
    "output_flag": False,
    "parallel": "off",
    "simplex_strategy": SERIAL_DUAL_SIMPLEX,
    "run_crossover": "on",
    "primal_feasibility_tolerance": 1e-9,
    "dual_feasibility_tolerance": 1e-9,
}
CERTIFIED = 1e-8
"""Largest relative residual of a certificate that is still believed."""
ORDER_OF_SCALED_DATA = 100.0
STALLED = "stalled"


@dataclass(frozen=True, eq=False)
class Basis:
    """Where a solve ended: the start of the next, similar one; of no other use."""

    token: Any


class SolverStatus(StrEnum):
    """What the solver found."""

    OPTIMAL = "optimal"
    INFEASIBLE = "infeasible"
    UNBOUNDED = "unbounded"


class Method(StrEnum):
    """The ways to solve, in the order in which they are tried unless another is preferred."""

    DUAL_SIMPLEX = "dual simplex"
    PRESOLVED = "presolve and dual simplex"
    INTERIOR_POINT = "interior point with crossover"


@dataclass(frozen=True, eq=False)
class LinearProgram:
    """Least cost ``costs @ x`` with ``row_lower <= A x <= row_upper`` and bounds on each column.

    Attributes
    ----------
    costs, column_lower, column_upper
        One value a column, shape (n,); bounds may be infinite.
    starts, rows, values
        The matrix A by columns: entries ``starts[j]:starts[j + 1]`` of `rows` and `values` are
        column j; shapes (n + 1,), (entries,), (entries,).
    row_lower, row_upper
        One value a row, shape (m,); equal for an equation, infinite where there is no limit.

    Examples
    --------
    >>> import numpy as np
    >>> problem = LinearProgram(
    ...     costs=np.array([2.0, 3.0]), starts=np.array([0, 1, 2]), rows=np.array([0, 0]),
    ...     values=np.array([1.0, 2.0]), row_lower=np.array([10.0]), row_upper=np.array([np.inf]),
    ...     column_lower=np.zeros(2), column_upper=np.full(2, np.inf))
    >>> solution = solve_linear_program(problem)
    >>> solution.x, solution.objective, solution.row_duals
    (array([0., 5.]), 15.0, array([1.5]))
    """

    costs: FloatArray
    starts: IntArray
    rows: IntArray
    values: FloatArray
    row_lower: FloatArray
    row_upper: FloatArray
    column_lower: FloatArray
    column_upper: FloatArray

    def row_activity(self, x: FloatArray) -> FloatArray:
        """``A x``, shape (m,)."""
        products = self.values * np.repeat(x, np.diff(self.starts))
        return np.bincount(self.rows, products, len(self.row_lower)).astype(np.float64)

    def reduced_costs(self, row_duals: FloatArray) -> FloatArray:
        """``costs - A' row_duals``, shape (n,): zero for what is used, else the excess price."""
        columns = np.repeat(np.arange(len(self.costs)), np.diff(self.starts))
        priced = np.bincount(columns, self.values * row_duals[self.rows], len(self.costs))
        return np.asarray(self.costs - priced, dtype=np.float64)


@dataclass(frozen=True, slots=True)
class Certificate:
    """How far a solution is from the conditions of optimality, each relative; 1e-8 is the limit.

    primal: rows and bounds; dual: signs of duals and reduced costs; gap: cost against duals.
    """

    primal: float
    dual: float
    gap: float

    @property
    def worst(self) -> float:
        """The largest of the three residuals."""
        return max(self.primal, self.dual, self.gap)

    @property
    def holds(self) -> bool:
        """Whether every residual is at most 1e-8."""
        return all(residual <= CERTIFIED for residual in (self.primal, self.dual, self.gap))


@dataclass(frozen=True, eq=False)
class LinearSolution:
    """A certified optimum: levels, duals (cost of one more unit of each row), reduced costs."""

    x: FloatArray
    row_duals: FloatArray
    reduced_costs: FloatArray
    objective: float
    iterations: int
    certificate: Certificate
    basis: Basis
    status: SolverStatus = SolverStatus.OPTIMAL


@dataclass(frozen=True, eq=False)
class NoSolution:
    """There is no optimum; `ray` is a direction of ever lower cost where it is unbounded."""

    status: SolverStatus
    ray: FloatArray


@dataclass(frozen=True, slots=True)
class _Scale:
    """Units of money and of cost in which absolute tolerances mean the same everywhere."""

    amount: float
    cost: float


def solve_linear_program(
    problem: LinearProgram,
    *,
    basis: Basis | None = None,
    time_limit: float = math.inf,
    prefer: Method = Method.DUAL_SIMPLEX,
) -> LinearSolution | NoSolution:
    """A certified optimum of the programme, or the finding that it has none.

    Serial dual simplex first (from the `basis` of a solution of the same size where given), then
    cold with presolve, then interior point with crossover; or `prefer` first.  The same programme
    always gives the same answer.  Raises `SolverError` when an attempt takes longer than
    `time_limit` seconds, or no answer can be certified.
    """
    scale = _Scale(_power_of_two(_largest_bound(problem)), _power_of_two(_largest(problem.costs)))
    solver = _load(_scaled(problem, scale), basis)
    tried: dict[Method, LinearSolution | NoSolution | str] = {}
    for method in sorted(Method, key=lambda method: method is not prefer):
        if method is Method.PRESOLVED and STALLED in tried.values():
            continue
        if method is not prefer:
            solver.clearSolver()
        _prepare(solver, method, time_limit, problem)
        solver.run()
        tried[method] = answer = _answer(problem, solver, scale)
        # Interior point has called a feasible problem infeasible; a warm start might.
        doubtful = method is Method.INTERIOR_POINT or (basis is not None and method is prefer)
        if isinstance(answer, LinearSolution) or (isinstance(answer, NoSolution) and not doubtful):
            return answer
    return _last_resort(tried)


def _last_resort(tried: dict[Method, LinearSolution | NoSolution | str]) -> NoSolution:
    for answer in tried.values():
        if isinstance(answer, NoSolution):
            return answer
    answers = "; ".join(f"{method}: {answer}" for method, answer in tried.items())
    remedy = "check the data for extreme amounts or prices, or measure in another unit"
    raise SolverError(Problem("linear programme", f"no certified answer ({answers})", remedy))


def certify(
    problem: LinearProgram,
    x: FloatArray,
    row_duals: FloatArray,
    *,
    amount_unit: float = 1.0,
    cost_unit: float = 1.0,
) -> Certificate:
    """Residuals of feasibility, signs and duality gap, from the unscaled data alone.

    primal ``= max violation / (unit + |bound|)``, dual ``= max wrong-signed reduced cost /
    (unit + |cost|)``, gap ``= |c'x - (sum pi_i b_i + sum r_j bound_j)| / (unit + |c'x|)`` with each
    bound taken at the side on which its dual is active.  The units are those in which payments and
    costs are of order 1 to 100.
    """
    reduced = problem.reduced_costs(row_duals)
    primal = max(
        _excess(problem.row_activity(x), problem.row_lower, problem.row_upper, amount_unit),
        _excess(x, problem.column_lower, problem.column_upper, amount_unit),
    )
    columns = (reduced, problem.column_lower, problem.column_upper)
    rows = (row_duals, problem.row_lower, problem.row_upper)
    wrong_columns = _wrong_signed(*columns) / (cost_unit + np.abs(problem.costs))
    dual = max(_largest(wrong_columns), _largest(_wrong_signed(*rows)) / cost_unit)
    cost = float(problem.costs @ x)
    proven = _value_of_duals(*rows) + _value_of_duals(*columns)
    return Certificate(primal, dual, abs(cost - proven) / (amount_unit * cost_unit + abs(cost)))


def _answer(
    problem: LinearProgram, solver: highspy.Highs, scale: _Scale
) -> LinearSolution | NoSolution | str:
    """The certified solution, the finding that there is none, or the reason to try again."""
    import highspy

    status = solver.getModelStatus()
    known = highspy.HighsModelStatus
    if status == known.kTimeLimit:
        remedy = "allow more time or make the problem smaller"
        raise SolverError(Problem("linear programme", "the time limit was reached", remedy))
    if status == known.kInfeasible:
        return NoSolution(SolverStatus.INFEASIBLE, read_only(np.empty(0)))
    if status == known.kUnbounded:
        _, found, ray = solver.getPrimalRay()  # type: ignore[attr-defined]  # not in its stub
        direction = np.array(ray if found else [], dtype=np.float64) * scale.amount
        return NoSolution(SolverStatus.UNBOUNDED, read_only(direction))
    if status in (known.kIterationLimit, known.kUnknown):
        return STALLED
    if status not in (known.kOptimal, known.kModelEmpty):
        return str(solver.modelStatusToString(status))
    return _certified(problem, solver, scale)


def _certified(
    problem: LinearProgram, solver: highspy.Highs, scale: _Scale
) -> LinearSolution | str:
    found = solver.getSolution()
    levels = np.asarray(found.col_value, dtype=np.float64) * scale.amount
    duals = np.asarray(found.row_dual, dtype=np.float64) * scale.cost
    if not (np.isfinite(levels).all() and np.isfinite(duals).all()):
        return "numbers that are not finite"
    # Within its tolerance the solver may go below zero; the certificate judges the clipped level.
    x = np.clip(levels, problem.column_lower, problem.column_upper)
    certificate = certify(problem, x, duals, amount_unit=scale.amount, cost_unit=scale.cost)
    if not certificate.holds:
        c = certificate
        return f"residuals primal {c.primal:.1e}, dual {c.dual:.1e}, gap {c.gap:.1e}"
    return LinearSolution(
        x=read_only(x),
        row_duals=read_only(duals),
        reduced_costs=read_only(problem.reduced_costs(duals)),
        objective=float(problem.costs @ x),
        iterations=int(solver.getInfo().simplex_iteration_count),
        certificate=certificate,
        basis=Basis(solver.getBasis()),
    )


def _load(problem: LinearProgram, basis: Basis | None) -> highspy.Highs:
    import highspy

    solver = highspy.Highs()  # type: ignore[no-untyped-call]
    for option, value in OPTIONS.items():
        solver.setOptionValue(option, value)
    by_columns, minimise, constant = 1, 1, 0.0
    columns, rows = len(problem.costs), len(problem.row_lower)
    # Plain arrays: attributes of HighsLp would be copied number by number.
    status = solver.passModel(
        *(columns, rows, len(problem.values), by_columns, minimise, constant),
        *(problem.costs, problem.column_lower, problem.column_upper),
        *(problem.row_lower, problem.row_upper),
        *(problem.starts.astype(np.int32), problem.rows.astype(np.int32)),
        problem.values,
        np.zeros(columns, dtype=np.int32),
    )
    if status == highspy.HighsStatus.kError:
        what = "the solver refuses the data"
        raise SolverError(Problem("linear programme", what, "check amounts and bounds"))
    if basis is not None:
        solver.setBasis(basis.token)
    return solver


def _prepare(
    solver: highspy.Highs, method: Method, time_limit: float, problem: LinearProgram
) -> None:
    interior = method is Method.INTERIOR_POINT
    solver.setOptionValue("solver", "ipm" if interior else "simplex")
    # Usual problems need one to three steps a row; far more is stalling.
    solver.setOptionValue("simplex_iteration_limit", 20_000 + 5 * len(problem.row_lower))
    solver.setOptionValue("presolve", "off" if method is Method.DUAL_SIMPLEX else "on")
    # The solver's clock runs on over its runs.
    solver.setOptionValue("time_limit", solver.getRunTime() + time_limit)


def _scaled(problem: LinearProgram, scale: _Scale) -> LinearProgram:
    bounds = ("row_lower", "row_upper", "column_lower", "column_upper")
    amounts = {name: getattr(problem, name) / scale.amount for name in bounds}
    return replace(problem, costs=problem.costs / scale.cost, **amounts)


def _power_of_two(largest: float) -> float:
    """The unit in which `largest` is of order 100, a power of two: scaling rounds nothing."""
    return 2.0 ** round(math.log2(largest / ORDER_OF_SCALED_DATA)) if largest > 0.0 else 1.0


def _largest(values: FloatArray) -> float:
    finite = np.abs(values[np.isfinite(values)])
    return float(finite.max()) if finite.size else 0.0


def _largest_bound(problem: LinearProgram) -> float:
    rows = max(_largest(problem.row_lower), _largest(problem.row_upper))
    return rows or max(_largest(problem.column_lower), _largest(problem.column_upper))


def _excess(values: FloatArray, lower: FloatArray, upper: FloatArray, unit: float) -> float:
    below = _largest((lower - values).clip(min=0.0) / (unit + np.abs(_finite(lower))))
    above = _largest((values - upper).clip(min=0.0) / (unit + np.abs(_finite(upper))))
    return max(below, above)


def _finite(bounds: FloatArray) -> FloatArray:
    return np.where(np.isfinite(bounds), bounds, 0.0)


def _wrong_signed(duals: FloatArray, lower: FloatArray, upper: FloatArray) -> FloatArray:
    too_high = np.where(np.isneginf(lower), duals, 0.0)
    too_low = np.where(np.isposinf(upper), -duals, 0.0)
    return np.maximum(0.0, np.maximum(too_high, too_low))


def _value_of_duals(duals: FloatArray, lower: FloatArray, upper: FloatArray) -> float:
    active = np.where(duals > 0.0, lower, upper)
    return float(duals @ _finite(active))


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
