"""Payments of which only a share is made, as columns of the programme.

::

    max  sum_k w_k theta_k
    s.t. the rows and bounds of matching, with  sum_k A_tk theta_k + fixed_t  for the payment L_t
         s_t <= sum of the payments made over the months of the cash cap
         cost <= budget,   0 <= theta_k <= 1
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from defease.arrays import FloatArray, IntArray, read_only
from defease.matching.assembly import ProgramBuilder
from defease.matching.problem import positions
from defease.matching.question import cash_caps
from defease.matching.slices.sweep import SAME_FOR_ALL_PAYMENTS
from defease.solvers import LinearSolution, solve_linear_program

if TYPE_CHECKING:
    from defease.matching.problem import MatchingProgram
    from defease.matching.question import MatchingQuestion
    from defease.solvers import Certificate, LinearProgram


@dataclass(frozen=True, eq=False, kw_only=True)
class SharedPayments:
    """Payments made in part: `amounts` due at date `rows`, of which share `columns` is made.

    Attributes
    ----------
    rows, columns, amounts
        One entry a payment; a share may stand for payments of several dates, and a date may have
        payments of several shares.
    fixed
        What is paid in any case, shape (T,).
    weights
        What one unit of each share counts, shape (K,).
    falling
        Shares each of which is at most the one before it; pairs, shape (pairs, 2).
    """

    rows: IntArray
    columns: IntArray
    amounts: FloatArray
    fixed: FloatArray
    weights: FloatArray
    falling: IntArray


@dataclass(frozen=True, eq=False)
class SharesFound:
    """The best shares, shape (K,), what one more unit of budget adds to the goal, the proof."""

    shares: FloatArray
    bought_per_unit: float
    certificate: Certificate


def shares_are_linear(question: MatchingQuestion) -> bool:
    """Whether no limit but those known not to follow the payments is set."""
    return all(isinstance(limit, SAME_FOR_ALL_PAYMENTS) for limit in question.limits)


def with_payments(question: MatchingQuestion, amounts: FloatArray) -> MatchingQuestion:
    """The same question with other payments on the same dates; cash caps follow them."""
    due = replace(question.due, amounts=read_only(np.array(amounts, dtype=np.float64)))
    caps = cash_caps(due, question.data.policy.cash_cap_months)
    data = replace(question.data, payments=due.amounts, cash_caps=caps)
    return replace(question, due=due, data=data)


def largest_shares(
    question: MatchingQuestion, shared: SharedPayments, *, budget: float
) -> SharesFound | None:
    """The shares of greatest weight whose least cost is within the budget; None: not even none.

    `budget` is without what is due at settlement.  Only where `shares_are_linear`.
    """
    matching = question.program()
    builder = ProgramBuilder.extending(_without_goal(matching, shared))
    # Columns in money, share times unit, so that tolerances mean the same as for other columns.
    units, counts = _units(shared), shared.amounts / _units(shared)[shared.columns]
    shares = builder.add_columns(-shared.weights / units, upper=units)
    first = matching.balances.start
    builder.add_entries(first + shared.rows, shares.start + shared.columns, -counts)
    _add_cash_caps(builder, question, matching, shared, shares)
    _add_falling(builder, shared.falling, shares.start, units)
    spent = builder.add_rows(np.array([-np.inf]), np.array([budget])).start
    priced = np.flatnonzero(matching.program.costs)
    where = np.full(len(priced), spent)
    builder.add_entries(where, priced, matching.program.costs[priced])
    solution = solve_linear_program(builder.build())
    if not isinstance(solution, LinearSolution):
        return None
    found = solution.x[shares.start : shares.stop] / units
    bought = max(-float(solution.row_duals[spent]), 0.0)
    return SharesFound(read_only(found), bought, solution.certificate)


def _without_goal(matching: MatchingProgram, shared: SharedPayments) -> LinearProgram:
    """The programme without costs, where only the fixed payments are due."""
    program, rows = matching.program, positions(matching.balances)
    lower, upper = program.row_lower.copy(), program.row_upper.copy()
    lower[rows] = shared.fixed
    upper[rows] = np.where(np.isfinite(upper[rows]), shared.fixed, np.inf)
    column_upper = program.column_upper.copy()
    column_upper[matching.cash.start + _capped(matching)] = np.inf
    return replace(
        program,
        costs=np.zeros(len(program.costs)),
        row_lower=lower,
        row_upper=upper,
        column_upper=column_upper,
    )


def _add_cash_caps(
    builder: ProgramBuilder,
    question: MatchingQuestion,
    matching: MatchingProgram,
    shared: SharedPayments,
    shares: range,
) -> None:
    """``s_t <= sum of max(payment made, 0)`` over the months of the cap.

    Where payments in and out fall on one date, their sum stands for its positive part, which is at
    least as strict.
    """
    months, periods = question.data.policy.cash_cap_months, question.data.periods
    if months is None or not matching.cash:
        return
    ones = replace(question.due, amounts=np.ones(periods))
    ends = np.arange(periods + 1) + np.rint(cash_caps(ones, months)).astype(np.int64)
    fixed, amounts = _counted(shared)
    amounts = amounts / _units(shared)[shared.columns]
    paid = np.concatenate(([0.0], np.cumsum(fixed)))
    capped = _capped(matching)
    rows = builder.add_rows(np.full(len(capped), -np.inf), paid[ends[capped]] - paid[capped])
    cash = matching.cash.start + capped
    builder.add_entries(positions(rows), cash, 1.0)
    order = np.argsort(shared.rows, kind="stable")
    low, high = (np.searchsorted(shared.rows[order], at) for at in (capped, ends[capped]))
    counts = high - low
    starts = np.cumsum(counts) - counts
    entries = order[np.arange(counts.sum()) + np.repeat(low - starts, counts)]
    columns = shares.start + shared.columns[entries]
    builder.add_entries(np.repeat(positions(rows), counts), columns, -amounts[entries])


def _capped(matching: MatchingProgram) -> IntArray:
    """Positions t of cash s_t under a cap that follows the payments; a target does not."""
    cash, program = matching.cash, matching.program
    lower, upper = (
        side[cash.start : cash.stop] for side in (program.column_lower, program.column_upper)
    )
    return np.flatnonzero(np.isfinite(upper) & (upper > lower))


def _counted(shared: SharedPayments) -> tuple[FloatArray, FloatArray]:
    """What fixed payments and entries count in a cash cap, shapes (T,) and (entries,)."""
    periods = len(shared.fixed)
    out = np.bincount(shared.rows, shared.amounts.clip(min=0.0), periods)
    back = np.bincount(shared.rows, shared.amounts.clip(max=0.0), periods)
    out, back = out + shared.fixed.clip(min=0.0), back + shared.fixed.clip(max=0.0)
    counts = (out > 0.0) & (out + back > 0.0)
    return np.where(counts, shared.fixed, 0.0), np.where(counts[shared.rows], shared.amounts, 0.0)


def _units(shared: SharedPayments) -> FloatArray:
    """The largest payment of each share, 1 where there is none; shape (K,)."""
    units = np.zeros(len(shared.weights))
    np.maximum.at(units, shared.columns, np.abs(shared.amounts))
    return np.where(units > 0.0, units, 1.0)


def _add_falling(builder: ProgramBuilder, pairs: IntArray, first: int, units: FloatArray) -> None:
    if len(pairs):
        rows = positions(builder.add_rows(np.full(len(pairs), -np.inf), np.zeros(len(pairs))))
        earlier, later = pairs[:, 0], pairs[:, 1]
        builder.add_entries(rows, first + later, 1.0)
        builder.add_entries(rows, first + earlier, -units[later] / units[earlier])
