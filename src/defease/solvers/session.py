"""One programme in the solver, changed in place and solved again from where it stood.

Warm starts are what makes sweeps fast, and they are not to be trusted blindly: a warm start that
ended "optimal" has been seen a relative 1e-7 off the optimum (HiGHS issue #3194).  Every answer is
certified on the unscaled data; what fails is solved again cold, then by interior point.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, TypeGuard

import numpy as np

from defease.arrays import BoolArray, FloatArray, IntArray, read_only
from defease.errors import Problem, SolverError
from defease.solvers.basis import Basis
from defease.solvers.certificate import certify, largest
from defease.solvers.programs import (
    LinearProgram,
    LinearSolution,
    NoSolution,
    SolverStatus,
)

if TYPE_CHECKING:
    import highspy

SERIAL_DUAL_SIMPLEX = 1
SCALING, NO_SCALING = 2, 0
"""A warm start is a few steps; scaling the matrix would cost more, and the last digits."""
OPTIONS: dict[str, bool | int | float | str] = {
    "output_flag": False,
    "parallel": "off",
    "simplex_strategy": SERIAL_DUAL_SIMPLEX,
    "run_crossover": "on",
    "primal_feasibility_tolerance": 1e-9,
    "dual_feasibility_tolerance": 1e-9,
}
ORDER_OF_SCALED_DATA = 100.0
STALLED = "stalled"
PLACE = "linear programme"


class Method(StrEnum):
    """The ways to solve, in the order in which they are tried unless another is preferred."""

    DUAL_SIMPLEX = "dual simplex"
    PRESOLVED = "presolve and dual simplex"
    INTERIOR_POINT = "interior point with crossover"


class TimeLimitError(SolverError):
    """Nothing certified was found in the time allowed."""


@dataclass(frozen=True, slots=True)
class Scale:
    """Units of money and of cost in which absolute tolerances mean the same everywhere."""

    amount: float
    cost: float

    @classmethod
    def of(cls, program: LinearProgram) -> Scale:
        """Powers of two in which bounds and costs are of order 100: scaling rounds nothing."""
        return cls(_power_of_two(_largest_bound(program)), _power_of_two(largest(program.costs)))


class Session:
    """A programme kept in the solver: bounds and costs change in place, the basis stays.

    Parameters
    ----------
    program
        What is solved first; its largest numbers also set the units of the session.
    basis
        Where a similar programme ended.

    Examples
    --------
    >>> import numpy as np
    >>> program = LinearProgram(
    ...     costs=np.array([2.0, 3.0]), starts=np.array([0, 1, 2]), rows=np.array([0, 0]),
    ...     values=np.array([1.0, 2.0]), row_lower=np.array([10.0]), row_upper=np.array([np.inf]),
    ...     column_lower=np.zeros(2), column_upper=np.full(2, np.inf))
    >>> session = Session(program)
    >>> session.solve().objective
    15.0
    >>> session.bound_rows(np.array([0]), np.array([20.0]), np.array([np.inf]))
    >>> session.solve().objective
    30.0
    """

    def __init__(self, program: LinearProgram, *, basis: Basis | None = None) -> None:
        self.program = program
        self._scale = Scale.of(program)
        self._solver = load(scaled(program, self._scale))
        self._warm = basis is not None
        if basis is not None:
            self._solver.setBasis(basis.for_solver())

    def bound_rows(self, rows: IntArray, lower: FloatArray, upper: FloatArray) -> None:
        """Give some rows other bounds."""
        places = self._indices(rows)
        low, high = lower / self._scale.amount, upper / self._scale.amount
        self._solver.changeRowsBounds(len(rows), places, low, high)  # type: ignore[attr-defined]
        self.program = self.program.with_other(
            row_lower=_with(self.program.row_lower, rows, lower),
            row_upper=_with(self.program.row_upper, rows, upper),
        )

    def bound_columns(self, columns: IntArray, lower: FloatArray, upper: FloatArray) -> None:
        """Give some columns other bounds."""
        places = self._indices(columns)
        low, high = lower / self._scale.amount, upper / self._scale.amount
        self._solver.changeColsBounds(len(columns), places, low, high)
        self.program = self.program.with_other(
            column_lower=_with(self.program.column_lower, columns, lower),
            column_upper=_with(self.program.column_upper, columns, upper),
        )

    def price_columns(self, columns: IntArray, costs: FloatArray) -> None:
        """Give some columns other costs."""
        places = self._indices(columns)
        self._solver.changeColsCost(len(columns), places, costs / self._scale.cost)
        costs = _with(self.program.costs, columns, costs)
        self.program = self.program.with_other(costs=costs)

    def solve(
        self, *, time_limit: float = math.inf, prefer: Method = Method.DUAL_SIMPLEX
    ) -> LinearSolution | NoSolution:
        """A certified optimum of the programme as it stands, or the finding that it has none.

        Serial dual simplex first (warm where there is a basis), then cold with presolve, then
        interior point with crossover; or `prefer` first.  Raises `TimeLimitError` when an attempt
        takes longer than `time_limit` seconds, `SolverError` when no answer can be certified.
        """
        warm, self._warm = self._warm, True
        tried: dict[Method, LinearSolution | NoSolution | str] = {}
        for method in sorted(Method, key=lambda method: method is not prefer):
            if method is Method.PRESOLVED and STALLED in tried.values():
                continue
            as_is = warm and method is prefer
            tried[method] = answer = self._attempt(
                method, time_limit, as_is=as_is, afresh=method is not prefer
            )
            # Interior point has called a feasible problem infeasible; a warm start might.
            doubtful = method is Method.INTERIOR_POINT or as_is
            if is_answer(answer, doubtful=doubtful):
                return answer
        return _last_resort(tried)

    def _attempt(
        self, method: Method, time_limit: float, *, as_is: bool, afresh: bool
    ) -> LinearSolution | NoSolution | str:
        """One way tried: from where the solver stands, unscaled, or `afresh` without its basis."""
        if afresh:
            self._solver.clearSolver()
        _prepare(self._solver, method, time_limit, self.program)
        self._solver.setOptionValue("simplex_scale_strategy", NO_SCALING if as_is else SCALING)
        return self._run(refresh=as_is)

    def _run(self, *, refresh: bool) -> LinearSolution | NoSolution | str:
        self._solver.run()
        answer = self._answer()
        if refresh and isinstance(answer, str) and answer != STALLED:
            # Rounding gathers over many warm steps; from the same basis afresh it is gone.
            self._solver.setBasis(self._solver.getBasis())
            self._solver.run()
            answer = self._answer()
        return answer

    def _answer(self) -> LinearSolution | NoSolution | str:
        """The certified solution, the finding that there is none, or the reason to try again."""
        import highspy

        status, known = self._solver.getModelStatus(), highspy.HighsModelStatus
        if status == known.kTimeLimit:
            what, remedy = "no answer yet when the time limit was reached", "allow more time"
            raise TimeLimitError(Problem(PLACE, what, f"{remedy} or make the problem smaller"))
        if status == known.kInfeasible:
            return NoSolution(SolverStatus.INFEASIBLE, read_only(np.empty(0)))
        if status == known.kUnbounded:
            _, found, ray = self._solver.getPrimalRay()  # type: ignore[attr-defined]  # not in its stub
            direction = np.array(ray if found else [], dtype=np.float64) * self._scale.amount
            return NoSolution(SolverStatus.UNBOUNDED, read_only(direction))
        if status in (known.kIterationLimit, known.kUnknown):
            return STALLED
        if status not in (known.kOptimal, known.kModelEmpty):
            return str(self._solver.modelStatusToString(status))
        return self._certified()

    def _certified(self) -> LinearSolution | str:
        found, program, scale = self._solver.getSolution(), self.program, self._scale
        levels = np.asarray(found.col_value, dtype=np.float64) * scale.amount
        duals = np.asarray(found.row_dual, dtype=np.float64) * scale.cost
        if not (np.isfinite(levels).all() and np.isfinite(duals).all()):
            return "numbers that are not finite"
        # Within its tolerance the solver may go below zero; the certificate judges what is kept.
        x = np.clip(levels, program.column_lower, program.column_upper)
        reduced = program.reduced_costs(duals)
        units = {"amount_unit": scale.amount, "cost_unit": scale.cost}
        c = certify(program, x, duals, reduced_costs=reduced, **units)
        if not c.holds:
            return f"residuals primal {c.primal:.1e}, dual {c.dual:.1e}, gap {c.gap:.1e}"
        return LinearSolution(
            x=read_only(x),
            row_duals=read_only(duals),
            reduced_costs=read_only(reduced),
            objective=float(program.costs @ x),
            iterations=int(self._solver.getInfo().simplex_iteration_count),
            certificate=c,
            basis=Basis(self._solver.getBasis()),
        )

    @staticmethod
    def _indices(places: IntArray) -> Any:
        return np.asarray(places, dtype=np.int32)


def solve_linear_program(
    problem: LinearProgram,
    *,
    basis: Basis | None = None,
    time_limit: float = math.inf,
    prefer: Method = Method.DUAL_SIMPLEX,
) -> LinearSolution | NoSolution:
    """A certified optimum of the programme, or the finding that it has none; see `Session.solve`.

    The same programme always gives the same answer.
    """
    return Session(problem, basis=basis).solve(time_limit=time_limit, prefer=prefer)


def load(program: LinearProgram, whole: BoolArray | None = None) -> highspy.Highs:
    """A solver that holds the programme; `whole` marks whole-number columns."""
    import highspy

    solver = highspy.Highs()  # type: ignore[no-untyped-call]
    for option, value in OPTIONS.items():
        solver.setOptionValue(option, value)
    by_columns, minimise, constant = 1, 1, 0.0
    columns, rows = len(program.costs), len(program.row_lower)
    given = np.zeros(columns, dtype=np.int32) if whole is None else whole.astype(np.int32)
    # Plain arrays: attributes of HighsLp would be copied number by number.
    status = solver.passModel(
        *(columns, rows, len(program.values), by_columns, minimise, constant),
        *(program.costs, program.column_lower, program.column_upper),
        *(program.row_lower, program.row_upper),
        *(program.starts.astype(np.int32), program.rows.astype(np.int32)),
        program.values,
        given,
    )
    if status == highspy.HighsStatus.kError:
        raise SolverError(Problem(PLACE, "the solver refuses the data", "check amounts and bounds"))
    return solver


def scaled(program: LinearProgram, scale: Scale) -> LinearProgram:
    """The same programme measured in the units of a scale."""
    bounds = ("row_lower", "row_upper", "column_lower", "column_upper")
    amounts = {name: getattr(program, name) / scale.amount for name in bounds}
    return program.with_other(costs=program.costs / scale.cost, **amounts)


def is_answer(
    found: LinearSolution | NoSolution | str, *, doubtful: bool
) -> TypeGuard[LinearSolution | NoSolution]:
    """Whether an attempt settles the matter: a certified optimum, or a finding beyond doubt."""
    return isinstance(found, LinearSolution) or (isinstance(found, NoSolution) and not doubtful)


def _prepare(
    solver: highspy.Highs, method: Method, time_limit: float, program: LinearProgram
) -> None:
    interior = method is Method.INTERIOR_POINT
    solver.setOptionValue("solver", "ipm" if interior else "simplex")
    # Usual problems need one to three steps a row; far more is stalling.
    solver.setOptionValue("simplex_iteration_limit", 20_000 + 5 * len(program.row_lower))
    solver.setOptionValue("presolve", "off" if method is Method.DUAL_SIMPLEX else "on")
    # The solver's clock runs on over its runs.
    solver.setOptionValue("time_limit", solver.getRunTime() + time_limit)


def _last_resort(tried: dict[Method, LinearSolution | NoSolution | str]) -> NoSolution:
    for answer in tried.values():
        if isinstance(answer, NoSolution):
            return answer
    answers = "; ".join(f"{method}: {answer}" for method, answer in tried.items())
    remedy = "check the data for extreme amounts or prices, or measure in another unit"
    raise SolverError(Problem(PLACE, f"no certified answer ({answers})", remedy))


def _with(values: FloatArray, places: IntArray, new: FloatArray) -> FloatArray:
    changed = values.copy()
    changed[places] = new
    return read_only(changed)


def _power_of_two(value: float) -> float:
    return 2.0 ** round(math.log2(value / ORDER_OF_SCALED_DATA)) if value > 0.0 else 1.0


def _largest_bound(program: LinearProgram) -> float:
    rows = max(largest(program.row_lower), largest(program.row_upper))
    return rows or max(largest(program.column_lower), largest(program.column_upper))
