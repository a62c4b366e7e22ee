"""Other goals than least cost: cash left at the end, yield, or as little trading as possible.

::

    terminal surplus   max s_T                            cost <= budget; s_T may be negative
    yield              max sum y_i p_i x_i + c s_0        cost <= budget
    turnover           min sum p_i (buy_i + sell_i)       cost <= budget, where one is given
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

from defease.arrays import FloatArray, read_only
from defease.errors import InfeasibleError, ModelError, Problem, bad_input
from defease.matching.assembly import ProgramBuilder
from defease.matching.diagnosis import why_no_solution
from defease.matching.policy import Surplus, TerminalSurplus
from defease.matching.problem import positions
from defease.matching.slices.horizons import ROUNDING
from defease.matching.solve import result_of
from defease.matching.words import money, percent
from defease.solvers import LinearSolution, NoSolution, SolverStatus, solve_linear_program

if TYPE_CHECKING:
    from defease.matching.problem import MatchingProgram
    from defease.matching.question import MatchingQuestion
    from defease.matching.result import MatchResult
    from defease.solvers import Certificate, LinearProgram

PLACE, BUDGET = "matching.objective", "matching.budget"
JUST_ENOUGH = 1e-7
"""A budget this close (relative) to the least cost asks for the best of the cheapest."""


class Goal(StrEnum):
    """What is sought beside paying every benefit."""

    TERMINAL_SURPLUS = "terminal_surplus"
    YIELD = "yield"
    TURNOVER = "turnover"


class Deficit(StrEnum):
    """Whether the cash left after the last payment may be negative: a deficit shown as such."""

    NONE = "none"
    ALLOWED = "allowed"


@dataclass(frozen=True, eq=False, kw_only=True)
class GoalMatch:
    """The portfolio that does best by a goal.

    Attributes
    ----------
    goal, value
        What was sought, and how much of it was found: cash after the last payment (negative: a
        deficit), cost-weighted yield (decimal), or the amount bought and sold.
    budget
        What may be spent; None: no budget.
    result
        The portfolio; its discount factors are of this portfolio: budget for one more unit paid at
        each date with the goal unchanged (zeros where the budget does not bind).
    per_unit_of_budget
        What one more unit of budget adds to the goal (to the money yield, for yield); None where
        the budget is the least cost itself, below which there is nothing.
    certificate
        Of the programme of the goal.
    sentence
        The answer in words.
    """

    goal: Goal
    value: float
    budget: float | None
    result: MatchResult
    per_unit_of_budget: float | None
    certificate: Certificate
    sentence: str


@dataclass(frozen=True, eq=False)
class _Aim:
    """Costs of the goal, to be made least, and the programme with the bounds it needs."""

    matching: MatchingProgram
    costs: FloatArray
    pays_everything: bool = True

    @property
    def paid(self) -> str:
        """What has to be paid in any case, in words."""
        return "every payment made" if self.pays_everything else "every payment before the last"


def match_terminal_surplus(
    question: MatchingQuestion, budget: float, *, deficit: Deficit = Deficit.NONE
) -> GoalMatch:
    """The most cash left after the last payment that a budget allows.

    Cash is never negative before the last payment; with `deficit` allowed the last balance may be,
    so that a budget below the full cost shows what is missing at the end.  Replaces the policy's
    own rule for terminal surplus; the last balance is not capped.

    Raises
    ------
    InputError
        Surplus is lost at each date, so that none is left at the end.
    InfeasibleError
        The budget is too small.
    ModelError
        The surplus has no upper bound (uncapped loans).

    Examples
    --------
    >>> import datetime as dt
    >>> from defease.bonds.universe import BondUniverse
    >>> from defease.cashflows import Payments
    >>> from defease.matching import matching_question
    >>> days = np.array(["2027-01-31", "2028-01-31"], "datetime64[D]")
    >>> zeros = BondUniverse(
    ...     settlement=dt.date(2026, 1, 31), identifiers=("one", "two"), ratings=("UST", "UST"),
    ...     coupons=np.zeros(2), clean_prices=np.array([96.0, 92.0]), maturities=days)
    >>> liability = Payments.from_dates(dt.date(2026, 1, 31), days, [1000.0, 500.0])
    >>> question = matching_question(liability, zeros)
    >>> round(match_terminal_surplus(question, 1512.0).value, 6)
    100.0
    >>> match_terminal_surplus(question, 1328.0, deficit=Deficit.ALLOWED).sentence
    'a budget of 1,328 leaves a deficit of 100 after the last payment'
    """
    policy = question.data.policy
    if policy.surplus is Surplus.LOST:
        what = "terminal_surplus is sought, but surplus is lost at every date"
        raise bad_input(PLACE, what, 'set surplus = "carried"')
    asked = question.with_policy(replace(policy, terminal_surplus=TerminalSurplus.FREE))
    matching = asked.program()
    program, last = matching.program, matching.cash[-1]
    lower, upper, costs = (
        side.copy() for side in (program.column_lower, program.column_upper, program.costs)
    )
    lower[last] = -np.inf if deficit is Deficit.ALLOWED else 0.0
    upper[last] = np.inf
    costs[:] = 0.0
    costs[last] = -1.0
    program = replace(program, column_lower=lower, column_upper=upper)
    whole = deficit is Deficit.NONE
    aim = _Aim(replace(matching, program=program), costs, pays_everything=whole)
    found = _best(asked, aim, budget)
    value = float(found.goal.x[last])
    left = "surplus" if value >= 0.0 else "deficit"
    said = f"a budget of {money(budget)} leaves a {left} of {money(abs(value))}"
    return found.as_match(Goal.TERMINAL_SURPLUS, value, f"{said} after the last payment")


def match_yield(
    question: MatchingQuestion, budget: float, *, yields: FloatArray | None = None
) -> GoalMatch:
    """The highest cost-weighted yield of a portfolio that pays everything within a budget.

    ``max (sum y_i p_i x_i + c s_0) / budget``: each bond's yield weighted by its cost, initial cash
    at the reinvestment rate of the first period, unspent budget at 0.

    Parameters
    ----------
    question
        Payments, bonds and rules.
    budget
        Plan currency.
    yields
        Of the eligible bonds, decimals, shape (n,); default: annual effective yields to maturity.

    Raises
    ------
    InfeasibleError
        The budget is too small.
    ModelError
        The yield has no upper bound (uncapped loans).
    """
    matching, data = question.program(), question.data
    rates = _annual_yields(question) if yields is None else yields
    if rates.shape != data.prices.shape or not np.isfinite(rates).all():
        what = f"{len(data.prices)} finite yields are needed, {len(rates)} values are given"
        raise bad_input(PLACE, what, "give one yield for each eligible bond")
    costs = np.zeros(len(matching.program.costs))
    costs[positions(matching.bonds)] = -rates * data.prices
    if matching.cash:
        costs[matching.cash.start] = -float(data.policy.reinvestment_rates(data.periods)[0])
    found = _best(question, _Aim(matching, costs), budget)
    value = -found.goal.objective / (budget - question.due.at_settlement)
    said = f"a budget of {money(budget)} earns a cost-weighted yield of {percent(value)}"
    return found.as_match(Goal.YIELD, value, said)


def match_turnover(question: MatchingQuestion, *, budget: float | None = None) -> GoalMatch:
    """The least that has to be bought and sold so that every payment is made.

    ``min sum p_i (buy_i + sell_i)`` from the holdings of the question; the portfolio, with what
    trading costs, is worth at most the budget where one is given.

    Raises
    ------
    InputError
        The question has no holdings.
    InfeasibleError
        The budget is too small.
    """
    data, matching = question.data, question.program()
    if data.trading is None:
        what = "turnover is sought, and no current holdings are given"
        raise bad_input(PLACE, what, "give holdings, or another objective")
    costs = np.zeros(len(matching.program.costs))
    for block in (matching.bought, matching.sold):
        costs[positions(block)] = data.prices
    found = _best(question, _Aim(matching, costs), budget)
    value = found.goal.objective
    within = "" if budget is None else f" within a budget of {money(budget)}"
    said = f"bonds worth {money(value)} have to be bought and sold{within}"
    return found.as_match(Goal.TURNOVER, value, said)


@dataclass(frozen=True, eq=False)
class _Best:
    """The optimum of a goal and the portfolio it stands for."""

    goal: LinearSolution
    result: MatchResult
    budget: float | None
    per_unit: float | None

    def as_match(self, goal: Goal, value: float, sentence: str) -> GoalMatch:
        return GoalMatch(
            goal=goal,
            value=value,
            budget=self.budget,
            result=self.result,
            per_unit_of_budget=self.per_unit,
            certificate=self.goal.certificate,
            sentence=sentence,
        )


def _best(question: MatchingQuestion, aim: _Aim, budget: float | None) -> _Best:
    """The least cost of the goal, the portfolio's own cost within the budget."""
    if budget is not None and not np.isfinite(budget):
        raise bad_input(BUDGET, f"must be an amount, got {budget}", "give a number")
    least = _least_cost(question)
    most = np.inf if budget is None else budget - question.due.at_settlement
    if aim.pays_everything and isinstance(least, LinearSolution) and _just_enough(most, least):
        return _among_the_cheapest(question, aim, least, budget)
    program, spent = _within_budget(aim, most)
    solution = solve_linear_program(program)
    if isinstance(solution, NoSolution):
        raise _no_answer(question, budget, solution, _cheapest(aim, least), paid=aim.paid)
    price = -float(solution.row_duals[spent])
    per_unit = price if price > 0.0 else 0.0
    portfolio = _in_money(aim, solution, per_unit)
    # With a deficit at the end the portfolio may cost less than any that pays everything.
    cheapest = least.objective if isinstance(least, LinearSolution) else np.inf
    bound = min(cheapest, portfolio.objective)
    found = result_of(question, aim.matching, portfolio, bound=bound)
    return _Best(solution, found, budget, per_unit)


def _cheapest(aim: _Aim, least: LinearSolution | NoSolution) -> LinearSolution | NoSolution:
    """The least cost of what the goal asks to be paid: with a deficit, all but the end."""
    return least if aim.pays_everything else solve_linear_program(aim.matching.program)


def _within_budget(aim: _Aim, most: float) -> tuple[LinearProgram, int]:
    """The programme of the goal with a row for the portfolio's own cost, and that row."""
    program = aim.matching.program
    builder = ProgramBuilder.extending(replace(program, costs=aim.costs))
    spent = builder.add_rows(np.array([-np.inf]), np.array([most])).start
    priced = np.flatnonzero(program.costs)
    builder.add_entries(np.full(len(priced), spent), priced, program.costs[priced])
    return builder.build(), spent


def _just_enough(most: float, least: LinearSolution) -> bool:
    room, cost = most - least.objective, abs(least.objective)
    return -ROUNDING * cost <= room <= JUST_ENOUGH * cost


def _among_the_cheapest(
    question: MatchingQuestion, aim: _Aim, least: LinearSolution, budget: float | None
) -> _Best:
    """The best by the goal among all portfolios of least cost.

    A budget row that leaves no room has no finite price.  Instead, whatever has a price in the
    least-cost optimum stays at its bound: what is left free costs the same.
    """
    program = aim.matching.program
    rows = _held(program.row_lower, program.row_upper, least.row_duals)
    columns = _held(program.column_lower, program.column_upper, least.reduced_costs)
    solution = solve_linear_program(
        replace(
            program,
            costs=aim.costs,
            row_lower=rows[0],
            row_upper=rows[1],
            column_lower=columns[0],
            column_upper=columns[1],
        )
    )
    if isinstance(solution, NoSolution):
        raise _no_answer(question, budget, solution, least)
    portfolio = replace(
        solution,
        row_duals=least.row_duals,
        reduced_costs=least.reduced_costs,
        objective=float(program.costs @ solution.x),
    )
    bound = min(least.objective, portfolio.objective)
    found = result_of(question, aim.matching, portfolio, bound=bound)
    return _Best(solution, found, budget, None)


def _held(
    lower: FloatArray, upper: FloatArray, prices: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Bounds that keep at its bound whatever has a price."""
    small = JUST_ENOUGH * float(np.abs(prices).max(initial=0.0))
    at_upper, at_lower = prices < -small, prices > small
    return np.where(at_upper, upper, lower), np.where(at_lower, lower, upper)


def _in_money(aim: _Aim, solution: LinearSolution, per_unit: float) -> LinearSolution:
    """The same portfolio at its cost; duals in budget per unit, the goal held (0: no budget)."""
    program = aim.matching.program
    unit = 1.0 / per_unit if per_unit > 0.0 else 0.0
    x = solution.x[: len(program.costs)]
    return replace(
        solution,
        x=x,
        row_duals=read_only(solution.row_duals[: len(program.row_lower)] * unit),
        reduced_costs=read_only(solution.reduced_costs[: len(program.costs)] * unit),
        objective=float(program.costs @ x),
    )


def _least_cost(question: MatchingQuestion) -> LinearSolution | NoSolution:
    """The least cost of the question; a cost without bound leaves no goal bounded either."""
    matching = question.program()
    found = solve_linear_program(matching.program)
    if isinstance(found, NoSolution) and found.status is SolverStatus.UNBOUNDED:
        raise why_no_solution(question, matching, found)
    return found


def _no_answer(
    question: MatchingQuestion,
    budget: float | None,
    finding: NoSolution,
    least: LinearSolution | NoSolution,
    *,
    paid: str = "every payment made",
) -> Exception:
    if finding.status is SolverStatus.UNBOUNDED:
        what = "the goal has no upper bound: loans without cap are worth more than they cost"
        return ModelError(Problem(PLACE, what, "set borrowing_cap to an amount"))
    if budget is None or isinstance(least, NoSolution):
        return why_no_solution(question, question.program(), finding)
    needed = money(least.objective + question.due.at_settlement)
    what = f"the budget of {money(budget)} is too small: {paid} costs {needed}"
    return InfeasibleError(Problem(BUDGET, what, f"spend at least {needed}"))


def _annual_yields(question: MatchingQuestion) -> FloatArray:
    """Annual effective yields to maturity of the eligible bonds at their prices, shape (n,)."""
    from defease.bonds.yields import yields_to_maturity

    frequencies = np.asarray(question.bonds.frequencies, dtype=np.float64)
    per_year = np.where(frequencies > 0, frequencies, 2.0)
    nominal = yields_to_maturity(question.bonds)
    return np.asarray((1.0 + nominal / per_year) ** per_year - 1.0, dtype=np.float64)
