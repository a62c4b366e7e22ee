"""The least-cost portfolio whose payments cover a liability, date by date."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from defease.arrays import read_only
from defease.dates import to_date
from defease.matching import explanation
from defease.matching.diagnosis import why_no_solution
from defease.matching.policy import LimitsRelativeTo
from defease.matching.question import DEFAULT_ELIGIBILITY, DEFAULT_POLICY, matching_question
from defease.matching.result import MatchResult
from defease.matching.runoff import CashDecisions, run_off
from defease.solvers import NoSolution, solve_linear_program

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from defease.bonds.universe import BondUniverse
    from defease.cashflows import Payments
    from defease.matching.data import MatchingData
    from defease.matching.eligibility import Eligibility
    from defease.matching.haircut import LossTable
    from defease.matching.policy import MatchingPolicy
    from defease.matching.problem import Limit, MatchingProgram
    from defease.matching.question import MatchingQuestion
    from defease.solvers import Basis, LinearSolution


def match_cash_flows(
    liability: Payments,
    bonds: BondUniverse,
    *,
    policy: MatchingPolicy = DEFAULT_POLICY,
    limits: Sequence[Limit] = (),
    eligibility: Eligibility = DEFAULT_ELIGIBILITY,
    horizon: dt.date | None = None,
    haircut: LossTable | None = None,
) -> MatchResult:
    """The cheapest bonds and cash that pay every net liability on its day, within the limits.

    Solves the linear programme of cash-flow matching in flow form and returns it only with a
    certificate of optimality (primal, dual and gap residuals at most 1e-8).

    Parameters
    ----------
    liability
        Net payments, outgo positive; negative ones are inflows.  Days count, not `times`.
    bonds
        What may be bought, priced for settlement.
    policy, limits, eligibility
        Conventions, limits and exclusions.
    horizon
        Last day whose payments are matched (default: all).
    haircut
        Count promised payments only as far as they are expected to survive default.

    Raises
    ------
    InputError
        No payment to match, or one before settlement.
    InfeasibleError
        Some payment cannot be covered: which, by how much, what would help.
    ModelError
        The cost has no lower bound: which loan against which bond.
    SolverError
        No certified answer was found.

    Examples
    --------
    >>> import datetime as dt, numpy as np
    >>> from defease.bonds.universe import BondUniverse
    >>> from defease.cashflows import Payments
    >>> days = np.array(["2027-01-31", "2028-01-31"], "datetime64[D]")
    >>> zeros = BondUniverse(
    ...     settlement=dt.date(2026, 1, 31), identifiers=("one", "two"), ratings=("UST", "UST"),
    ...     coupons=np.zeros(2), clean_prices=np.array([96.0, 92.0]), maturities=days)
    >>> liability = Payments.from_dates(dt.date(2026, 1, 31), days, [1000.0, 500.0])
    >>> found = match_cash_flows(liability, zeros)
    >>> round(found.cost, 6), found.discount_factors, found.holdings.faces
    (1420.0, array([0.96, 0.92]), array([1000.,  500.]))
    """
    return answer(
        matching_question(
            liability,
            bonds,
            policy=policy,
            limits=limits,
            eligibility=eligibility,
            horizon=horizon,
            haircut=haircut,
        )
    )


def answer(
    question: MatchingQuestion, *, basis: Basis | None = None, time_limit: float = math.inf
) -> MatchResult:
    """The certified least-cost portfolio of a question; raises as `match_cash_flows` does.

    `basis` is where a question with the same bonds, dates and limits ended.
    """
    matching = question.program()
    solution = solve_linear_program(matching.program, basis=basis, time_limit=time_limit)
    if isinstance(solution, NoSolution):
        raise why_no_solution(question, matching, solution)
    return result_of(question, matching, solution)


def result_of(
    question: MatchingQuestion,
    matching: MatchingProgram,
    solution: LinearSolution,
    *,
    bound: float | None = None,
) -> MatchResult:
    """A solution of a question's programme as a portfolio with its explanation.

    `bound` is what no portfolio can cost less than, where the solution is not the optimum itself
    (whole lots, numbers of names).
    """
    due, data, policy = question.due, question.data, question.data.policy
    levels = matching.of_block(matching.bonds, solution)
    decisions = cash_decisions(matching, solution, data.periods)
    duals = solution.row_duals[matching.balances.start : matching.balances.stop]
    reduced = solution.reduced_costs[matching.bonds.start : matching.bonds.stop]
    tail = explanation.funded_by_cash(data, levels, due.dates)
    ignored = explanation.ignored_payments(data, levels)
    waits = explanation.long_waits(data, levels, due.dates)
    base = float(levels @ data.prices) + decisions.initial_cash
    if policy.limits_relative_to is LimitsRelativeTo.AMOUNT:
        base = policy.limits_amount
    future_value = float(due.amounts.sum()) + due.at_settlement
    cost = solution.objective + due.at_settlement
    return MatchResult(
        status=solution.status,
        certificate=solution.certificate,
        iterations=solution.iterations,
        policy=policy,
        cost=cost,
        bound=cost if bound is None else bound + due.at_settlement,
        future_value=future_value,
        total_future_value=due.total,
        settlement=due.settlement,
        last_date=to_date(due.dates[-1]),
        due_at_settlement=due.at_settlement,
        bonds=question.bonds,
        levels=levels,
        initial_cash=decisions.initial_cash,
        initial_loan=initial_loan(data, decisions),
        trading_cost=_trading_cost(matching, solution),
        dates=due.dates,
        ladder=run_off(data, levels, decisions),
        data=data,
        basis=solution.basis,
        cost_weight=1.0 - float(solution.row_duals[list(matching.value_row)].sum()),
        discount_factors=read_only(duals),
        reduced_costs=read_only(reduced),
        price_falls_to_enter=explanation.price_falls_to_enter(data, duals, reduced),
        limit_prices=explanation.limit_prices(matching, solution, base),
        funded_by_cash=tail,
        excluded=question.excluded,
        cautions=explanation.cautions(tail, waits, ignored, future_value),
    )


def _trading_cost(matching: MatchingProgram, solution: LinearSolution) -> float:
    return sum(
        float(matching.program.costs[block.start : block.stop] @ matching.of_block(block, solution))
        for block in (matching.bought, matching.sold)
    )


def initial_loan(data: MatchingData, decisions: CashDecisions) -> float:
    """What is borrowed at settlement, by one-period and general loans."""
    credit = decisions.credit
    taken = float(credit[data.credit_terms.starts < 0].sum()) if len(credit) else 0.0
    return float(decisions.loans[0]) + taken


def cash_decisions(
    matching: MatchingProgram, solution: LinearSolution, periods: int
) -> CashDecisions:
    """Initial cash, loans and releases of an optimum; zeros for blocks that the policy lacks."""
    none = read_only(np.zeros(periods))
    return CashDecisions(
        initial_cash=float(solution.x[matching.cash.start]) if matching.cash else 0.0,
        loans=matching.of_block(matching.loans, solution) if matching.loans else none,
        released=matching.of_block(matching.released, solution) if matching.released else none,
        credit=matching.of_block(matching.credit, solution),
    )
