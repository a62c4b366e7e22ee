"""What payments and limits cost at the margin, on both sides, and what each bond is worth.

The duals of an optimum are one-sided where the optimum is degenerate: one of several sets of
prices.  The values here come from solving again with the bound moved up and down.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

from defease.arrays import FloatArray, read_only
from defease.matching.limits import SizedLimit
from defease.matching.question import matching_data
from defease.solvers import LinearSolution, Session, solve_linear_program

if TYPE_CHECKING:
    from collections.abc import Sequence

    from defease.arrays import IntArray
    from defease.bonds.universe import BondUniverse
    from defease.matching.problem import MatchingProgram
    from defease.matching.question import MatchingQuestion
    from defease.matching.result import MatchResult

ONE_PERCENT = 0.01
SAME_PRICE = 1e-6
STRICTLY = 1e-9


def is_degenerate(matching: MatchingProgram, solution: LinearSolution) -> bool:
    """Whether fewer columns and rows lie strictly inside their bounds than there are rows.

    Then the optimum is a corner that several bases share, and its duals are one choice of several.
    """
    program = matching.program
    levels = (solution.x, program.column_lower, program.column_upper)
    rows = (program.row_activity(solution.x), program.row_lower, program.row_upper)
    inside = _inside(*levels) + _inside(*rows)
    return inside < len(program.row_lower)


def _inside(values: FloatArray, lower: FloatArray, upper: FloatArray) -> int:
    room = STRICTLY * (1.0 + np.abs(values))
    return int(((values > lower + room) & (values < upper - room)).sum())


@dataclass(frozen=True, eq=False, kw_only=True)
class PaymentPrices:
    """What one unit more, and one unit less, of chosen payments changes the cost by.

    Attributes
    ----------
    periods
        Positions of the payments, shape (k,).
    paying_more, paying_less
        Cost of one more unit at each date, and saving of one unit less, shape (k,): the two sides
        of the discount factor, equal where it is unique.
    """

    periods: IntArray
    paying_more: FloatArray
    paying_less: FloatArray

    @property
    def unique(self) -> bool:
        """Whether both sides agree everywhere: one set of discount factors."""
        return bool(np.allclose(self.paying_more, self.paying_less, rtol=0.0, atol=SAME_PRICE))


def payment_prices(
    question: MatchingQuestion,
    *,
    periods: Sequence[int] | None = None,
    step: float = ONE_PERCENT,
) -> PaymentPrices:
    """Each payment priced by paying `step` of it more and less, all else (cash caps too) equal.

    ``(cost(L_t (1 + step)) - cost) / (step |L_t|)`` and the same below; a payment of 0 is moved by
    `step` of the largest (of 1 where all are 0).  Every cost is a certified optimum, warm from the
    last.
    """
    data, matching = question.data, question.program()
    session = Session(matching.program)
    chosen = np.arange(data.periods) if periods is None else np.array(periods, dtype=np.int64)
    first = _cost(session)
    largest = float(np.abs(data.payments).max()) or 1.0
    sides = np.zeros((2, len(chosen)))
    for place, period in enumerate(chosen.tolist()):
        row = np.array([matching.balances.start + period])
        bounds = matching.program.row_lower[row], matching.program.row_upper[row]
        size = step * (abs(float(data.payments[period])) or largest)
        for side, moved in enumerate((size, -size)):
            session.bound_rows(row, bounds[0] + moved, bounds[1] + moved)
            sides[side, place] = (_cost(session) - first) / moved
        session.bound_rows(row, *bounds)
    return PaymentPrices(
        periods=read_only(chosen),
        paying_more=read_only(sides[0].copy()),
        paying_less=read_only(sides[1].copy()),
    )


def _cost(session: Session) -> float:
    found = session.solve()
    return found.objective if isinstance(found, LinearSolution) else np.inf


@dataclass(frozen=True, slots=True)
class LimitStep:
    """What one whole step of a limit changes the cost by.

    `saving` when it is loosened, `extra_cost` when it is tightened (None: no portfolio is left).
    """

    family: str
    name: str
    size: float
    loosened_to: float
    saving: float
    tightened_to: float
    extra_cost: float | None


def limit_steps(question: MatchingQuestion, result: MatchResult) -> tuple[LimitStep, ...]:
    """Every sized limit moved by one step each way, solved again and not read from a dual."""
    return tuple(
        _limit_step(question, position, limit, result)
        for position, limit in enumerate(question.limits)
        if isinstance(limit, SizedLimit)
    )


def _limit_step(
    question: MatchingQuestion, position: int, limit: SizedLimit, result: MatchResult
) -> LimitStep:
    sizes, costs = [], []
    for step in (limit.step, -limit.step):
        size = limit.size + step
        size = min(size, limit.loosest) if step * limit.step > 0 < limit.step else size
        size = max(size, 0.0)
        sizes.append(size)
        costs.append(_cost_at(question, position, limit, size, result))
    return LimitStep(
        family=limit.family,
        name=limit.name,
        size=limit.size,
        loosened_to=sizes[0],
        saving=_beyond_rounding(result.cost - costs[0], result.cost),
        tightened_to=sizes[1],
        extra_cost=None
        if np.isinf(costs[1])
        else _beyond_rounding(costs[1] - result.cost, result.cost),
    )


def _beyond_rounding(amount: float, cost: float) -> float:
    return amount if abs(amount) > STRICTLY * abs(cost) else 0.0


def _cost_at(
    question: MatchingQuestion, position: int, limit: SizedLimit, size: float, result: MatchResult
) -> float:
    """Cost with one limit at another size; infinite where it cannot be kept."""
    if size == limit.size:
        return result.cost
    if size <= 0.0 < limit.step:
        return np.inf
    limits = list(question.limits)
    limits[position] = limit.resized(size)
    moved = question.with_limits(limits).program().program
    found = solve_linear_program(moved, basis=result.basis)
    if not isinstance(found, LinearSolution):
        return np.inf
    return found.objective + result.due_at_settlement


class Standing(StrEnum):
    """What became of a bond."""

    HELD = "held"
    UNUSED = "not bought"
    EXCLUDED = "excluded"


@dataclass(frozen=True, slots=True)
class BondValue:
    """A bond's price against what its payments are worth to this portfolio, per 100 face.

    `richness` is how far the price would have to fall for the bond to be bought; negative for an
    excluded bond that would have been a bargain.
    """

    identifier: str
    standing: Standing
    reason: str
    price: float
    worth: float

    @property
    def richness(self) -> float:
        """Price less worth."""
        return self.price - self.worth


def bond_values(
    question: MatchingQuestion, result: MatchResult, offered: BondUniverse
) -> tuple[BondValue, ...]:
    """Every bond offered, cheapest first, at the portfolio's own discount factors and limits.

    The worth of an eligible bond is its price less what the price would have to fall by; of an
    excluded one the value of its payments at the discount factors over what a unit of cost weighs,
    ``sum_t pi_t F_it / (1 - nu)``: the price below which it would be bought if no limit held it.
    """
    eligible = {name: place for place, name in enumerate(result.bonds.identifiers)}
    reasons = {excluded.identifier: excluded.reason.value for excluded in result.excluded}
    worths = _worths(question, result, offered)
    values = []
    for place, name in enumerate(offered.identifiers):
        price, standing = float(offered.dirty_prices[place]), Standing.EXCLUDED
        worth = float(worths[place])
        if name in eligible:
            at = eligible[name]
            standing = Standing.HELD if result.levels[at] > 0.0 else Standing.UNUSED
            worth = price - float(result.price_falls_to_enter[at])
        values.append(BondValue(name, standing, reasons.get(name, ""), price, worth))
    return tuple(sorted(values, key=lambda value: (value.richness, value.identifier)))


def _worths(question: MatchingQuestion, result: MatchResult, bonds: BondUniverse) -> FloatArray:
    """Payments of each bond at the portfolio's discount factors, shape (bonds,)."""
    data = matching_data(question.due, bonds, question.data.policy)
    counted = data.receipts.counted
    rows = data.receipts.rows[counted]
    worth = data.receipts.amounts[counted] * result.discount_factors[rows]
    whole = np.bincount(data.flow_bonds[counted], worth, len(bonds)).astype(np.float64)
    return whole / (result.cost_weight if result.cost_weight > 0.0 else 1.0)
