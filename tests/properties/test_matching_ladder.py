"""Prices and ladders of random problems: what must hold whatever the optimum is."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from defease.errors import InfeasibleError
from defease.matching import (
    Availability,
    Loan,
    MatchingPolicy,
    MatchingQuestion,
    MatchResult,
    answer,
)
from defease.matching.problem import build_program
from defease.solvers import LinearSolution, solve_linear_program
from tests.matching_data import labels, random_data
from tests.matching_markets import OPEN, random_question

seeds = st.integers(0, 10_000)
few = settings(max_examples=25, deadline=None)
NEARLY = 1e-7


@few
@given(seeds, st.sampled_from([60.0, 400.0, np.inf]))
def test_forward_rates_lie_between_carry_and_borrowing(seed: int, cash_cap: float) -> None:
    """``pi_{t-1}`` against ``g_t pi_t``: equal where cash is carried, more where there is none,
    less where its cap binds; and the same for loans the other way round."""
    data = random_data(seed)
    policy = replace(
        data.policy,
        borrowing_cap=20.0,
        borrowing_spread=0.01,
        initial_borrowing=Availability.ALLOWED,
    )
    data = replace(data, policy=policy, cash_caps=np.full(data.periods + 1, cash_cap))
    matching = build_program(data, labels(20))
    solution = solve_linear_program(matching.program)
    assume(isinstance(solution, LinearSolution))  # the cap leaves some draws without a portfolio
    assert isinstance(solution, LinearSolution)
    factors = solution.row_duals[matching.balances.start : matching.balances.stop]
    before = np.concatenate(([1.0], factors[:-1]))
    cash = matching.of_block(matching.cash, solution)[:-1]
    loans = matching.of_block(matching.loans, solution)
    by_carry = before - data.growth_of_cash * factors
    by_loan = data.growth_of_loans * factors - before
    for gain, level, cap in ((by_carry, cash, cash_cap), (by_loan, loans, 20.0)):
        assert (gain[level < cap - NEARLY] >= -NEARLY).all()
        assert (gain[level > NEARLY] <= NEARLY).all()


@few
@given(seeds)
def test_the_first_discount_factor_lies_between_one_period_of_loan_and_of_cash(seed: int) -> None:
    data = random_data(seed)
    policy = replace(
        data.policy,
        borrowing_cap=np.inf,
        borrowing_rate=0.2,
        initial_borrowing=Availability.ALLOWED,
    )
    data = replace(data, policy=policy)
    matching = build_program(data, labels(20))
    solution = solve_linear_program(matching.program)
    assert isinstance(solution, LinearSolution)
    first = solution.row_duals[matching.balances.start]
    assert 1.0 / data.growth_of_loans[0] - NEARLY <= first <= 1.0 / data.growth_of_cash[0] + NEARLY
    # Loans have no cap and cash none: only payments are on the right-hand side.
    factors = solution.row_duals[matching.balances.start : matching.balances.stop]
    assert float(factors @ data.payments) == pytest.approx(solution.objective, rel=1e-9, abs=1e-6)


POLICIES = (
    OPEN,
    replace(OPEN, cash_cap_months=24),
    replace(OPEN, borrowing_cap=40.0, initial_borrowing=Availability.ALLOWED),
    replace(OPEN, loans=(Loan(rate=0.03, periods=4, cap=30.0),), cash_cap_months=36),
    replace(OPEN, reinvestment_rate=0.0, payment_lag_days=3),
)


def found(question: MatchingQuestion) -> MatchResult:
    try:
        return answer(question)
    except InfeasibleError:
        assume(False)
        raise


@few
@given(seeds, st.sampled_from(POLICIES))
def test_the_ladder_adds_up_to_the_future_value_and_never_falls_below_zero(
    seed: int, policy: MatchingPolicy
) -> None:
    question = random_question(seed, policy=policy, inflows=True).with_trading(None)
    result = found(question)
    ladder = result.ladder
    assert ladder.payments.sum() == pytest.approx(result.future_value, rel=1e-12)
    assert ladder.lowest_cash >= 0.0
    came = ladder.income + ladder.principal + ladder.interest + ladder.borrowed
    went = ladder.payments + ladder.repaid + ladder.released
    assert result.initial_cash + came.sum() == pytest.approx(
        went.sum() + ladder.cash_after[-1], rel=1e-9
    )
    # What the bonds promise up to the last date is what the ladder received, to the cent.
    flows = np.flatnonzero(result.data.receipts.rows < result.data.periods)
    promised = result.levels[result.data.flow_bonds[flows]] @ result.data.flow_amounts[flows]
    assert (ladder.income + ladder.principal).sum() == pytest.approx(promised, rel=1e-9, abs=1e-9)
    assert result.cost == pytest.approx(
        float(result.holdings.costs.sum()) + result.initial_cash - result.initial_loan, rel=1e-9
    )
