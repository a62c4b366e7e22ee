"""Programmes with whole-number columns: lots, pieces held or not, numbers of names."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from defease.arrays import BoolArray, FloatArray, read_only
from defease.errors import Problem, SolverError
from defease.solvers.programs import LinearProgram, MixedSolution, NoSolution, SolverStatus
from defease.solvers.session import Scale, TimeLimitError, load

if TYPE_CHECKING:
    import highspy

PLACE = "mixed-integer programme"
INTEGRALITY = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Effort:
    """How hard to search: seconds, and the relative gap that is good enough."""

    time_limit: float = math.inf
    relative_gap: float = 1e-6


def solve_mixed_program(
    program: LinearProgram,
    whole: BoolArray,
    *,
    start: FloatArray | None = None,
    effort: Effort | None = None,
) -> MixedSolution | NoSolution:
    """The best levels found with whole numbers in the columns marked, and the proven bound.

    Parameters
    ----------
    program
        Costs, rows and bounds.
    whole
        Which columns take whole numbers only, shape (n,).
    start
        Levels to begin with, shape (n,); need not be feasible.
    effort
        Time limit in seconds and relative gap, set explicitly; default: no limit, 1e-6.

    Raises
    ------
    TimeLimitError
        Nothing feasible was found in time.

    Examples
    --------
    >>> import numpy as np
    >>> program = LinearProgram(
    ...     costs=np.array([2.0, 3.1]), starts=np.array([0, 1, 2]), rows=np.array([0, 0]),
    ...     values=np.array([2.0, 3.0]), row_lower=np.array([10.0]), row_upper=np.array([np.inf]),
    ...     column_lower=np.zeros(2), column_upper=np.full(2, np.inf))
    >>> found = solve_mixed_program(program, np.array([True, True]))
    >>> found.x, found.objective
    (array([5., 0.]), 10.0)
    """
    import highspy

    scale, effort = Scale.of(program), effort or Effort()
    amounts = np.where(whole, 1.0, scale.amount)
    solver = load(_scaled(program, whole, scale), whole)
    solver.setOptionValue("solver", "choose")
    solver.setOptionValue("time_limit", effort.time_limit)
    solver.setOptionValue("mip_rel_gap", effort.relative_gap)
    solver.setOptionValue("mip_abs_gap", 0.0)
    solver.setOptionValue("mip_feasibility_tolerance", INTEGRALITY)
    if start is not None:
        _start(solver, start / amounts)
    solver.run()
    status, known = solver.getModelStatus(), highspy.HighsModelStatus
    if status == known.kInfeasible:
        return NoSolution(SolverStatus.INFEASIBLE, read_only(np.empty(0)))
    if status in (known.kUnbounded, known.kUnboundedOrInfeasible):
        return NoSolution(SolverStatus.UNBOUNDED, read_only(np.empty(0)))
    return _best(program, whole, solver, amounts)


def _start(solver: highspy.Highs, levels: FloatArray) -> None:
    import highspy

    given = highspy.HighsSolution()
    given.col_value = levels.tolist()
    solver.setSolution(given)


def _best(
    program: LinearProgram, whole: BoolArray, solver: highspy.Highs, amounts: FloatArray
) -> MixedSolution:
    import highspy

    info, status = solver.getInfo(), solver.getModelStatus()
    known = highspy.HighsModelStatus
    if not math.isfinite(info.objective_function_value) or info.primal_solution_status == 0:
        if status == known.kTimeLimit:
            what = "no whole-number answer yet when the time limit was reached"
            raise TimeLimitError(Problem(PLACE, what, "allow more time or fewer conditions"))
        what = f"no answer ({solver.modelStatusToString(status)})"
        raise SolverError(Problem(PLACE, what, "check the data for extreme amounts or prices"))
    levels = np.asarray(solver.getSolution().col_value, dtype=np.float64) * amounts
    chosen = np.where(whole, np.round(levels), levels)
    x = np.clip(chosen, program.column_lower, program.column_upper)
    scale = Scale.of(program)
    proven = info.mip_dual_bound * scale.cost * scale.amount
    return MixedSolution(
        x=read_only(x),
        objective=float(program.costs @ x),
        bound=float(proven),
        status=SolverStatus.OPTIMAL if status == known.kOptimal else SolverStatus.TIME_LIMIT,
    )


def _scaled(program: LinearProgram, whole: BoolArray, scale: Scale) -> LinearProgram:
    """Money in units of the scale, whole numbers as they are.

    Rows of whole-number columns alone count things, not money, and stay as they are too.
    """
    money_rows = np.zeros(len(program.row_lower), dtype=np.bool_)
    money_rows[program.rows[~whole[program.entry_columns]]] = True
    row_unit = np.where(money_rows, scale.amount, 1.0)
    column_unit = np.where(whole, 1.0, scale.amount)
    return replace(
        program,
        costs=program.costs * column_unit / (scale.cost * scale.amount),
        values=program.values * column_unit[program.entry_columns] / row_unit[program.rows],
        row_lower=program.row_lower / row_unit,
        row_upper=program.row_upper / row_unit,
        column_lower=program.column_lower / column_unit,
        column_upper=program.column_upper / column_unit,
    )
