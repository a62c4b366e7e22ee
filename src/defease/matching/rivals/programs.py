"""Solving for a rival: rows of targets added to the programme of the dedicated part, and solved."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from defease.errors import InfeasibleError, ModelError, Problem
from defease.matching.policy import TerminalSurplus
from defease.matching.problem import build_program
from defease.matching.rivals.targets import Condition, TargetRow, TargetSense
from defease.matching.words import money
from defease.solvers import LinearProgram, LinearSolution, NoSolution, solve_linear_program
from defease.solvers import SolverStatus as Status

if TYPE_CHECKING:
    from collections.abc import Sequence

    from defease.arrays import FloatArray, IntArray
    from defease.matching.data import MatchingData
    from defease.matching.problem import LabelledBonds, Limit, MatchingProgram

WHERE = "immunisation"
NEGLIGIBLE = 1e-7


@dataclass(frozen=True, eq=False)
class Row:
    """One more row of a programme: its columns (each once), their entries, its bounds."""

    columns: IntArray
    values: FloatArray
    lower: float
    upper: float


def dedicated_program(
    data: MatchingData, bonds: LabelledBonds, limits: Sequence[Limit], dates: int
) -> MatchingProgram:
    """The programme that pays the first so many dates; with none, bonds, cash and limits alone.

    Its last cash column is what is carried out of the last dedicated date (at 0: initial cash).
    """
    return build_program(first_dates(data, dates), bonds, limits)


def first_dates(data: MatchingData, dates: int) -> MatchingData:
    """The same data with its first so many payment dates; cash left at the last one is free."""
    policy = replace(data.policy.until(dates), terminal_surplus=TerminalSurplus.FREE)
    if not dates:  # nothing is due between which money could be borrowed
        policy = replace(policy, borrowing_cap=0.0, loans=())
    return replace(
        data,
        policy=policy,
        payment_times=data.payment_times[:dates],
        payments=data.payments[:dates],
        cash_caps=data.cash_caps[: dates + 1],
        trading=None,
    )


def solve_for_targets(
    matching: MatchingProgram, rows: Sequence[TargetRow], *, costs: FloatArray | None = None
) -> LinearSolution:
    """The certified optimum of a programme with target rows; other `costs` a column if given.

    Raises
    ------
    InfeasibleError
        Which targets no holdings meet together, and by how much they are missed at best.
    ModelError
        When the cost has no lower bound.
    """
    extended = with_rows(matching.program, [_row(matching, row) for row in rows])
    program = extended if costs is None else replace(extended, costs=costs)
    solution = solve_linear_program(program)
    if isinstance(solution, NoSolution):
        raise _no_portfolio(program, len(matching.program.row_lower), solution, rows)
    return solution


def least_cost_portfolio(costs: FloatArray, rows: Sequence[TargetRow]) -> LinearSolution:
    """The holdings x >= 0 of least ``costs @ x`` that meet every target, certified; no cash.

    Raises as `solve_for_targets`.

    Examples
    --------
    >>> value = TargetRow("present value", np.array([90.0, 80.0]), 170.0)
    >>> duration = TargetRow("money duration", np.array([90.0, 400.0]), 490.0)
    >>> least_cost_portfolio(np.array([91.0, 80.0]), [value, duration]).x.round(9)
    array([1., 1.])
    """
    count = len(costs)
    free = LinearProgram(
        costs=costs,
        starts=np.zeros(count + 1, dtype=np.int64),
        rows=np.empty(0, dtype=np.int64),
        values=np.empty(0),
        row_lower=np.empty(0),
        row_upper=np.empty(0),
        column_lower=np.zeros(count),
        column_upper=np.full(count, np.inf),
    )
    program = with_rows(free, [_scaled(np.arange(count), row.values, row) for row in rows])
    solution = solve_linear_program(program)
    if isinstance(solution, NoSolution):
        raise _no_portfolio(program, 0, solution, rows)
    return solution


def achieved(
    rows: Sequence[TargetRow], levels: FloatArray, *, initial_cash: float, carried_cash: float
) -> tuple[Condition, ...]:
    """What holdings and cash reach of each target."""
    found = (
        float(row.values @ levels)
        + row.of_initial_cash * initial_cash
        + row.of_carried_cash * carried_cash
        for row in rows
    )
    return tuple(
        Condition(row.name, row.sense, row.target, total)
        for row, total in zip(rows, found, strict=True)
    )


def with_rows(program: LinearProgram, rows: Sequence[Row]) -> LinearProgram:
    """The programme with more rows after its own."""
    first = len(program.row_lower)
    added = [np.full(len(row.columns), first + i) for i, row in enumerate(rows)]
    columns = np.concatenate([program.entry_columns, *(row.columns for row in rows)])
    order = np.argsort(columns, kind="stable")
    counts = np.bincount(columns, minlength=len(program.costs))
    return replace(
        program,
        starts=np.concatenate(([0], np.cumsum(counts))),
        rows=np.concatenate([program.rows, *added])[order],
        values=np.concatenate([program.values, *(row.values for row in rows)])[order],
        row_lower=np.concatenate([program.row_lower, [row.lower for row in rows]]),
        row_upper=np.concatenate([program.row_upper, [row.upper for row in rows]]),
    )


def _row(matching: MatchingProgram, row: TargetRow) -> Row:
    columns, values = [np.array(matching.bonds, dtype=np.int64)], [row.values]
    if matching.cash:
        first, last = matching.cash.start, matching.cash.stop - 1
        places = [first, last] if last > first else [first]
        counts = [row.of_initial_cash, row.of_carried_cash]
        columns.append(np.array(places, dtype=np.int64))
        values.append(np.array(counts if last > first else [sum(counts)]))
    for block in (matching.loans, matching.credit):
        # Money borrowed at settlement (cost -1, later loans 0) is cash below zero.
        columns.append(np.array(block, dtype=np.int64))
        costs = matching.program.costs[block.start : block.stop]
        values.append(row.of_initial_cash * costs)
    return _scaled(np.concatenate(columns), np.concatenate(values), row)


def _scaled(columns: IntArray, values: FloatArray, row: TargetRow) -> Row:
    """The row in units in which its largest entry is 100, like the price of a bond."""
    unit = float(np.abs(values).max(initial=0.0)) / 100.0 or 1.0
    upper = row.target / unit if row.sense is TargetSense.EQUAL else np.inf
    kept = values != 0.0
    return Row(columns[kept], values[kept] / unit, row.target / unit, upper)


def _no_portfolio(
    program: LinearProgram, first: int, finding: NoSolution, rows: Sequence[TargetRow]
) -> ModelError:
    names = ", ".join(row.name for row in rows)
    if finding.status is Status.UNBOUNDED:
        what = f"the targets ({names}) leave the objective without bound"
        return ModelError(Problem(WHERE, what, "add a target for the present value"))
    missed = _missed(program, first, rows)
    if not missed:
        what = f"the limits and payments leave no holdings, whatever the targets ({names})"
        return InfeasibleError(Problem(WHERE, what, "loosen the limits"))
    what = f"no holdings meet all targets together; at best these are missed: {'; '.join(missed)}"
    remedy = "offer bonds both shorter and longer than the liability, or drop these targets"
    return InfeasibleError(Problem(WHERE, what, remedy))


def _missed(program: LinearProgram, first: int, rows: Sequence[TargetRow]) -> list[str]:
    """Which targets are missed, and by how much, when as little as possible is missed."""
    count, base = len(rows), len(program.costs)
    places = np.arange(first, first + count)
    weights = 1.0 / np.maximum(np.abs(program.row_lower[places]), 1.0)
    elastic = replace(
        program,
        costs=np.concatenate((np.zeros(base), weights, weights)),
        starts=np.concatenate((program.starts, program.starts[-1] + np.arange(1, 2 * count + 1))),
        rows=np.concatenate((program.rows, places, places)),
        values=np.concatenate((program.values, np.ones(count), -np.ones(count))),
        column_lower=np.concatenate((program.column_lower, np.zeros(2 * count))),
        column_upper=np.concatenate((program.column_upper, np.full(2 * count, np.inf))),
    )
    solution = solve_linear_program(elastic)
    if isinstance(solution, NoSolution):
        return []
    short, over = solution.x[base : base + count], solution.x[base + count :]
    found = []
    for row, lower, less, more in zip(
        rows, program.row_lower[places].tolist(), short.tolist(), over.tolist(), strict=True
    ):
        gap = less - more
        if abs(gap) > NEGLIGIBLE * max(abs(lower), 1.0):
            side = "short" if gap > 0.0 else "over"
            amount = abs(gap / lower * row.target) if lower else 0.0
            by = f" of {money(row.target)} by {money(amount)}" if lower else ""
            found.append(f"{row.name}{by} {side}")
    return found
