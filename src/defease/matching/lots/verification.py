"""A portfolio in pieces checked again in exact arithmetic, from what was asked alone.

Lots, smallest pieces and names hold exactly.  Balances are replayed in fractions from payments due
and promised; they and every limit must hold within 1e-9 of the amounts involved, which is what the
cash decisions of a floating-point solver are worth.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from defease.errors import Problem, SolverError
from defease.matching.lots.rules import exact_level, exactly
from defease.matching.policy import Surplus, TerminalSurplus
from defease.matching.solve import cash_decisions

if TYPE_CHECKING:
    from collections.abc import Iterator

    from defease.arrays import FloatArray, IntArray
    from defease.matching.data import MatchingData
    from defease.matching.lots.rules import PieceRules
    from defease.matching.problem import MatchingProgram
    from defease.matching.question import MatchingQuestion
    from defease.matching.runoff import CashDecisions
    from defease.solvers import LinearSolution

PLACE = "matching in lots"
TOLERANCE = Fraction(1, 10**9)
FACE = 100


@dataclass(frozen=True, slots=True)
class Verification:
    """What was checked exactly: the largest shortfalls found, relative to the amounts involved."""

    pieces: int
    balances: int
    limits: int
    worst_balance: float
    worst_limit: float


def verify(
    question: MatchingQuestion,
    matching: MatchingProgram,
    solution: LinearSolution,
    *,
    rules: PieceRules,
    lots: IntArray,
) -> Verification:
    """Check every rule, payment and limit in exact arithmetic; a broken one is a `SolverError`.

    `lots` are numbers of lots of the eligible bonds, shape (n,); -1 where a present holding is kept
    or any size is allowed.
    """
    levels = np.asarray(solution.x[matching.bonds.start : matching.bonds.stop])
    exact = _exact_levels(levels, lots, rules)
    broken = list(_broken_pieces(question, rules, exact, lots))
    decisions = cash_decisions(matching, solution, question.data.periods)
    kept_back = _kept_back(matching, solution)
    worst_balance = _worst_balance(question.data, exact, decisions, kept_back=kept_back)
    worst_limit, checked = _worst_limit(matching, exact, solution)
    if worst_balance > TOLERANCE:
        broken.append(f"a payment is short by {float(worst_balance):.1e} of the largest payment")
    if worst_limit > TOLERANCE:
        broken.append(f"a limit is broken by {float(worst_limit):.1e} of its size")
    if broken:
        what = "the portfolio found fails its exact check: " + "; ".join(broken)
        raise SolverError(Problem(PLACE, what, "report this, with the data"))
    balances = question.data.periods
    return Verification(len(exact), balances, checked, float(worst_balance), float(worst_limit))


def _exact_levels(levels: FloatArray, lots: IntArray, rules: PieceRules) -> dict[int, Fraction]:
    """Units of 100 face of what is held: from numbers of lots, not from rounded levels."""
    held = np.flatnonzero(levels != 0.0).tolist()
    return {
        i: exact_level(int(lots[i]), rules.lot)
        if rules.lot is not None and lots[i] >= 0
        else Fraction(float(levels[i]))
        for i in sorted({*held, *np.flatnonzero(lots > 0).tolist()})
    }


def _broken_pieces(
    question: MatchingQuestion, rules: PieceRules, exact: dict[int, Fraction], lots: IntArray
) -> Iterator[str]:
    names, trading = question.bonds.identifiers, question.data.trading
    for i, level in exact.items():
        if trading is not None and float(level) == trading.held[i]:
            continue
        for what in _broken_piece(level * FACE, rules, whole=int(lots[i]) >= 0):
            yield f"{names[i]}{what}"
    if rules.maximum_names is not None and len(exact) > rules.maximum_names:
        yield f"{len(exact)} names, and at most {rules.maximum_names} are allowed"


def _broken_piece(face: Fraction, rules: PieceRules, *, whole: bool) -> Iterator[str]:
    """What is wrong with one piece of so much face."""
    if face < 0:
        yield " is sold short"
    if rules.lot is not None and (not whole or face % exactly(rules.lot) != 0):
        yield f": {float(face):,.2f} is not whole lots of {rules.lot:,g}"
    least = rules.smallest_lots * exactly(rules.lot) if rules.lot else exactly(rules.smallest_piece)
    # Without lots a piece is a floating-point number of any size.
    if face < least * (1 if rules.lot else 1 - TOLERANCE):
        yield f": {float(face):,.2f} is below the smallest piece {float(least):,.2f}"


def _worst_balance(
    data: MatchingData,
    exact: dict[int, Fraction],
    decisions: CashDecisions,
    *,
    kept_back: dict[int, Fraction],
) -> Fraction:
    """The largest shortfall of a cash balance, as a share of the largest payment.

    ``s_t = g_t s_{t-1} + receipts + loans - repayments - payment - released - kept back``; a
    negative balance is a shortfall, and so is cash above its cap or short of the terminal target.
    """
    moved = _moved(data, exact, decisions)
    for t, amount in kept_back.items():
        moved[t] -= amount
    carried = data.policy.surplus is Surplus.CARRIED
    unit = Fraction(max(1.0, float(np.abs(data.payments).max())))
    growth = [Fraction(float(g)) for g in data.growth_of_cash]
    balance, worst = Fraction(float(decisions.initial_cash)), Fraction(0)
    caps = data.cash_caps
    for t in range(data.periods):
        balance = balance * growth[t] + moved[t]
        worst = max(worst, -balance / unit)
        last = t == data.periods - 1
        if carried and np.isfinite(caps[t + 1]) and not _any_end(data, last=last):
            worst = max(worst, (balance - Fraction(float(caps[t + 1]))) / unit)
        balance = max(balance, Fraction(0)) if carried else Fraction(0)
    if carried and data.policy.terminal_surplus is TerminalSurplus.TARGET:
        worst = max(worst, abs(balance - Fraction(float(data.policy.terminal_target))) / unit)
    return worst


def _kept_back(matching: MatchingProgram, solution: LinearSolution) -> dict[int, Fraction]:
    """What limits keep from being counted on, by payment date: losses of a budget of defaults.

    Their columns stand in the balances beside those of bonds, cash and loans.
    """
    program, balances = matching.program, matching.balances
    blocks = (matching.bonds, matching.cash, matching.loans, matching.credit, matching.released)
    found: dict[int, Fraction] = {}
    for column in np.flatnonzero(solution.x).tolist():
        if any(column in block for block in blocks):
            continue
        for entry in range(int(program.starts[column]), int(program.starts[column + 1])):
            row = int(program.rows[entry])
            if row in balances:
                amount = Fraction(float(program.values[entry])) * Fraction(
                    float(solution.x[column])
                )
                date = row - balances.start
                found[date] = found.get(date, Fraction(0)) - amount
    return found


def _any_end(data: MatchingData, *, last: bool) -> bool:
    """Whether cash after the last payment is not capped: it is credited, or has its target."""
    return last and data.policy.terminal_surplus is not TerminalSurplus.FREE


def _moved(
    data: MatchingData, exact: dict[int, Fraction], decisions: CashDecisions
) -> list[Fraction]:
    """What comes in less what goes out at each date, without cash carried."""
    moved = [-Fraction(float(payment)) for payment in data.payments]
    received = data.receipts
    held = np.zeros(len(data.prices), dtype=np.bool_)
    held[list(exact)] = True
    paying = received.counted[held[data.flow_bonds[received.counted]]]
    for flow in paying.tolist():
        amount = Fraction(float(received.amounts[flow]))
        moved[int(received.rows[flow])] += amount * exact[int(data.flow_bonds[flow])]
    for t in np.flatnonzero(decisions.loans).tolist():
        loan = Fraction(float(decisions.loans[t]))
        moved[t] -= loan * Fraction(float(data.growth_of_loans[t]))
        if t:
            moved[t - 1] += loan
    for t in np.flatnonzero(decisions.released).tolist():
        moved[t] -= Fraction(float(decisions.released[t]))
    for place in np.flatnonzero(decisions.credit).tolist():
        terms, loan = data.credit_terms, Fraction(float(decisions.credit[place]))
        if terms.starts[place] >= 0:
            moved[int(terms.starts[place])] += loan
        moved[int(terms.ends[place])] -= loan * Fraction(float(terms.growth[place]))
    return moved


def _worst_limit(
    matching: MatchingProgram, exact: dict[int, Fraction], solution: LinearSolution
) -> tuple[Fraction, int]:
    """The largest excess over a limit as a share of what it allows, and how many were checked.

    Limits are the rows beyond the balances, the supply of each bond and the caps of other columns;
    the portfolio's value is added up again.
    """
    program, x = matching.program, solution.x
    values = {int(j): Fraction(float(x[j])) for j in np.flatnonzero(x)}
    values.update(exact)
    if matching.value:
        prices = ((Fraction(float(program.costs[i])), level) for i, level in exact.items())
        worth = sum((price * level for price, level in prices), Fraction(0))
        cash = Fraction(float(x[matching.cash.start])) if matching.cash else Fraction(0)
        values[matching.value.start] = worth + cash
    worst, rows = Fraction(0), _activities(matching, values)
    for row, (activity, size) in rows.items():
        ends = float(program.row_lower[row]), float(program.row_upper[row])
        worst = max(worst, _excess(activity, ends, size))
    for column, value in values.items():
        ends = float(program.column_lower[column]), float(program.column_upper[column])
        if column not in matching.value:
            worst = max(worst, _excess(value, ends, Fraction(0)))
    return worst, len(rows)


def _activities(
    matching: MatchingProgram, values: dict[int, Fraction]
) -> dict[int, tuple[Fraction, Fraction]]:
    """Of each row beyond the balances: its sum, and the sum of the sizes of its terms."""
    program = matching.program
    found: dict[int, tuple[Fraction, Fraction]] = {
        row: (Fraction(0), Fraction(0))
        for row in range(len(program.row_lower))
        if row not in matching.balances
    }
    for column, value in values.items():
        for entry in range(int(program.starts[column]), int(program.starts[column + 1])):
            row = int(program.rows[entry])
            if row in found:
                term = Fraction(float(program.values[entry])) * value
                total, size = found[row]
                found[row] = (total + term, size + abs(term))
    return found


def _excess(value: Fraction, ends: tuple[float, float], size: Fraction) -> Fraction:
    """By how much a value is outside its ends, relative to its size and theirs."""
    worst = Fraction(0)
    for end, sign in ((ends[0], -1), (ends[1], 1)):
        if np.isfinite(end):
            bound = Fraction(end)
            worst = max(worst, sign * (value - bound) / (1 + abs(bound) + size))
    return worst
