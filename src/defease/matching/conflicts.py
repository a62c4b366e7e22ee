"""What contradicts what: from the data alone, and by the smallest set of rules without solution."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from defease.dates import to_date
from defease.matching.contradictions import StatedShares, contradictions
from defease.matching.limits import SizedLimit
from defease.matching.policy import Availability
from defease.matching.problem import Sense
from defease.matching.words import money
from defease.solvers import smallest_conflict

if TYPE_CHECKING:
    from defease.matching.problem import LimitRow, MatchingProgram
    from defease.matching.question import MatchingQuestion

LARGEST_SEARCHED = 60_000
"""Matrix entries up to which the smallest conflict is looked for."""
LISTED = 12


def observations(question: MatchingQuestion) -> tuple[str, ...]:
    """What makes an answer impossible, or nearly all cash, whatever the payments are."""
    bonds = question.bonds
    if not len(bonds):
        return ("no bond may be bought",)
    shares = StatedShares.of(question.limits, cash_allowed=False)
    return tuple(problem.what for problem in contradictions(bonds, shares))


def conflict_in_words(question: MatchingQuestion, matching: MatchingProgram) -> tuple[str, ...]:
    """The payments, limits and bounds that cannot all be kept, each in words."""
    if len(matching.program.values) > LARGEST_SEARCHED:
        return ()
    found = smallest_conflict(matching.program)
    if found is None:
        return ()
    limits = {row.row: row for row in matching.limit_rows}
    said = [
        text
        for row in found.rows.tolist()
        if (text := _row_in_words(question, matching, limits.get(row), row))
    ]
    said += [
        text
        for column in found.columns.tolist()
        if (text := _bound_in_words(question, matching, column))
    ]
    unique = tuple(dict.fromkeys(said))
    more = len(unique) - LISTED
    return (*unique[:LISTED], f"and {more} more") if more > 0 else unique


def _row_in_words(
    question: MatchingQuestion, matching: MatchingProgram, limit: LimitRow | None, row: int
) -> str:
    if limit is not None:
        which = f" {limit.group}" if limit.group and limit.group not in limit.limit.family else ""
        kind = "at most" if limit.sense is Sense.AT_MOST else "at least"
        size = f"{limit.limit.size:g}"
        where = limit.limit.key if isinstance(limit.limit, SizedLimit) else limit.limit.family
        return f"{where}{which} {kind} {size}"
    if row in matching.balances:
        period = row - matching.balances.start
        due = to_date(question.due.dates[period])
        return f"the payment of {money(float(question.data.payments[period]))} on {due}"
    return ""


def _bound_in_words(question: MatchingQuestion, matching: MatchingProgram, column: int) -> str:
    if column in matching.cash and np.isfinite(matching.program.column_upper[column]):
        period = column - matching.cash.start
        if period == 0 and question.data.policy.initial_cash is Availability.NONE:
            return "no initial cash"
        cap = money(float(matching.program.column_upper[column]))
        when = "settlement" if period == 0 else str(to_date(question.due.dates[period - 1]))
        return f"cash carried after {when} at most {cap}"
    if column in matching.bonds and np.isfinite(matching.program.column_upper[column]):
        return f"the supply of {question.bonds.identifiers[column - matching.bonds.start]}"
    return ""
