"""The way to answer a planned match: slice, goal, holdings, whole pieces, in this order."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from defease.bonds.terms import FACE
from defease.errors import Caution, bad_input
from defease.inputs.refusing import within
from defease.matching import (
    CurrentPortfolio,
    MatchResult,
    answer,
    match_in_lots,
    rebalanced,
    trade_list,
)
from defease.matching.slices import (
    BudgetMatch,
    Deficit,
    Goal,
    GoalMatch,
    PriorityMatch,
    Slice,
    match_budget,
    match_priorities,
    match_terminal_surplus,
    match_turnover,
    match_yield,
)
from defease.matching.slices.shares import with_payments
from defease.matching.words import money
from defease.services.matching.streams import streams_of

if TYPE_CHECKING:
    from defease.arrays import FloatArray
    from defease.matching import LotMatch, MatchingQuestion, Rebalance, TradeList
    from defease.services.matching.planned import PlannedMatch

Progress = Callable[[str, float], None]
ROUNDING = 1e-9
FIXED_PIECES = "duals_at_fixed_pieces"
DEFAULT_SECONDS = 10.0
"""Time for whole lots and pieces unless the plan gives `time_limit`."""


@dataclass(frozen=True, eq=False, kw_only=True)
class MatchAnswer:
    """The portfolio of a planned match and how it came about.

    Attributes
    ----------
    question
        What was answered in the end: the slice that a budget buys, trading from holdings included.
    matched
        The portfolio, in whole pieces where there are rules for them.
    budget, priorities, goal, lots, rebalance
        The steps that were taken; None where not asked for.
    trades
        What to buy and to sell.
    """

    question: MatchingQuestion
    matched: MatchResult
    budget: BudgetMatch | None
    priorities: PriorityMatch | None
    goal: GoalMatch | None
    lots: LotMatch | None
    rebalance: Rebalance | None
    trades: TradeList
    cautions: tuple[Caution, ...]


def answer_planned(planned: PlannedMatch, *, progress: Progress | None = None) -> MatchAnswer:
    """The portfolio that the plan asks for, with the steps that led to it."""
    sliced = _sliced(planned)
    question = sliced.question
    rebalance = None
    if planned.current is not None:
        rebalance = rebalanced(question, planned.offered, planned.current, costs=planned.costs)
        question = question.with_trading(rebalance.result.data.trading)
    if planned.given.objective != "cost":
        return _towards_goal(planned, question, rebalance)
    matched = rebalance.result if rebalance else sliced.result
    lots = _in_pieces(planned, question, progress)
    if matched is None or (lots is not None and rebalance is None):
        matched = answer(question)
    if lots is not None:
        matched = _priced_by(matched, lots.match)
    return MatchAnswer(
        question=question,
        matched=matched,
        budget=sliced.budget,
        priorities=sliced.priorities,
        goal=None,
        lots=lots,
        rebalance=rebalance,
        trades=_trades(planned, matched, rebalance if lots is None else None),
        cautions=(*_budget_cautions(sliced, matched), *(lots.rules.cautions if lots else ())),
    )


@within("plan.toml")
def _towards_goal(
    planned: PlannedMatch, question: MatchingQuestion, rebalance: Rebalance | None
) -> MatchAnswer:
    """Another objective than cost: the most surplus or yield, or the least trading."""
    found = _goal(planned, question)
    return MatchAnswer(
        question=question,
        matched=found.result,
        budget=None,
        priorities=None,
        goal=found,
        lots=None,
        rebalance=rebalance,
        trades=_trades(planned, found.result, None),
        cautions=(Caution("objective", found.sentence),),
    )


def _goal(planned: PlannedMatch, question: MatchingQuestion) -> GoalMatch:
    given = planned.given
    goal, budget = Goal(given.objective), given.budget
    if planned.pieces is not None:
        what = f'"{goal}" is sought, and whole pieces are chosen by cost alone'
        remedy = "leave out lot, minimum_piece, maximum_names and ticket_cost, or the objective"
        raise bad_input(where="matching.objective", what=what, remedy=remedy)
    if goal is Goal.TURNOVER:
        return match_turnover(question, budget=budget)
    if budget is None:
        what, remedy = f'"{goal}" needs a budget', "give budget = AMOUNT"
        raise bad_input(where="matching.objective", what=what, remedy=remedy)
    if goal is Goal.YIELD:
        return match_yield(question, budget)
    allowed = given.terminal_deficit == "allowed"
    deficit = Deficit.ALLOWED if allowed else Deficit.NONE
    return match_terminal_surplus(question, budget, deficit=deficit)


@dataclass(frozen=True, eq=False, kw_only=True)
class _Sliced:
    """The part of the payments that is bought, and its portfolio where it is known already."""

    question: MatchingQuestion
    result: MatchResult | None = None
    budget: BudgetMatch | None = None
    priorities: PriorityMatch | None = None


def _sliced(planned: PlannedMatch) -> _Sliced:
    given, question = planned.given, planned.question
    if given.budget is None or given.objective != "cost":
        return _Sliced(question=question)
    if given.slice == "priorities":
        streams = streams_of(planned)
        found = match_priorities(question, given.budget, streams=streams)
        paid = np.asarray(sum(found.shares[one.name] * one.amounts for one in streams))
        bought = with_payments(question, paid)
        return _Sliced(question=bought, result=found.result, priorities=found)
    kind = Slice(given.slice or "chronological")
    slice_ = match_budget(question, given.budget, slice=kind)
    bought = _bought(question, slice_.shares)
    return _Sliced(question=bought, result=slice_.result, budget=slice_)


def _bought(question: MatchingQuestion, shares: FloatArray) -> MatchingQuestion:
    """The question for the shares that are bought, up to the last payment made."""
    last = int(np.flatnonzero(shares)[-1]) if shares.any() else 0
    return question.with_shares_paid(shares).until(last + 1)


def _in_pieces(
    planned: PlannedMatch, question: MatchingQuestion, progress: Progress | None
) -> LotMatch | None:
    if planned.pieces is None:
        return None
    return match_in_lots(
        question,
        planned.pieces,
        time_limit=planned.given.time_limit or DEFAULT_SECONDS,
        progress=None if progress is None else (lambda share: progress("whole pieces", share)),
    )


def _priced_by(linear: MatchResult, pieces: MatchResult) -> MatchResult:
    """The portfolio in pieces with the prices of the linear optimum, where they mean something."""
    message = (
        "discount factors, prices of limits and rich or cheap bonds are those of the linear "
        "optimum, before whole pieces"
    )
    others = tuple(one for one in pieces.cautions if one.code != FIXED_PIECES)
    return replace(
        pieces,
        discount_factors=linear.discount_factors,
        cost_weight=linear.cost_weight,
        reduced_costs=linear.reduced_costs,
        price_falls_to_enter=linear.price_falls_to_enter,
        limit_prices=linear.limit_prices,
        cautions=(*others, Caution("prices_of_the_linear_optimum", message)),
    )


def _trades(planned: PlannedMatch, matched: MatchResult, rebalance: Rebalance | None) -> TradeList:
    """From what is held, or from nothing, to the portfolio."""
    if rebalance is not None:
        return rebalance.trades
    held = np.flatnonzero(matched.levels).tolist()
    targets = {matched.bonds.identifiers[i]: float(matched.levels[i]) * FACE for i in held}
    current = planned.current or CurrentPortfolio()
    return trade_list(planned.offered, current, targets, costs=planned.costs)


def _budget_cautions(sliced: _Sliced, matched: MatchResult) -> tuple[Caution, ...]:
    """Where whole pieces or trading cost more than the budget that the slice was bought with."""
    bought = sliced.budget or sliced.priorities
    if bought is None or matched.cost <= bought.budget * (1.0 + ROUNDING):
        return ()
    message = (
        f"what the budget of {money(bought.budget)} buys costs {money(matched.cost)} in whole "
        "pieces or after trading costs: lower the budget by the difference to stay within it"
    )
    return (Caution("above_budget", message),)
