"""Goals other than least cost: by hand, and by the identities that tie them to least cost."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from defease.errors import InfeasibleError, InputError, ModelError
from defease.matching import (
    Availability,
    IssuerLimit,
    MatchingPolicy,
    MatchingQuestion,
    SectorLimit,
    Surplus,
    TerminalSurplus,
    Trading,
    answer,
)
from defease.matching.slices import (
    Deficit,
    match_terminal_surplus,
    match_turnover,
    match_yield,
)
from tests.slice_data import market_question, zero_question

seeds = st.integers(0, 10_000)
few = settings(max_examples=15)
LIMITS = (IssuerLimit(0.4), SectorLimit(0.7))


def limited(seed: int) -> MatchingQuestion:
    policy = MatchingPolicy(reinvestment_rate=0.01, cash_cap_months=6)
    return market_question(12, seed=seed, inflows=True, policy=policy).with_limits(LIMITS)


@few
@given(seeds, st.floats(-0.02, 0.3))
def test_aiming_at_the_largest_surplus_costs_the_budget(seed: int, more: float) -> None:
    question = limited(seed)
    least = answer(question).cost
    assume(least > 1.0)
    budget = least * (1.0 + more)
    deficit = Deficit.ALLOWED if more < 0.0 else Deficit.NONE
    try:
        found = match_terminal_surplus(question, budget, deficit=deficit)
    except InfeasibleError:
        assert more < 0.0  # the last payment is too small to carry the whole deficit
        return
    aimed = replace(
        question.data.policy,
        terminal_surplus=TerminalSurplus.TARGET,
        terminal_target=found.value,
    )
    assert answer(question.with_policy(aimed)).cost == pytest.approx(budget, rel=2e-7)
    assert found.result.cost == pytest.approx(budget, rel=2e-7)
    assert found.certificate.holds
    assert found.result.ladder.cash_after[-1] == pytest.approx(found.value, rel=1e-7, abs=1e-6)
    assert more < 0.0 or found.value >= -1e-6


def test_a_deficit_stays_at_the_end() -> None:
    question = zero_question([0.96, 0.92], [1000.0, 500.0])
    found = match_terminal_surplus(question, 960.0, deficit=Deficit.ALLOWED)
    assert found.value == pytest.approx(-500.0)
    # Worth of a unit of surplus today, and the price of the budget, are each other's inverse.
    assert found.per_unit_of_budget == pytest.approx(1.0 / 0.92)
    np.testing.assert_allclose(found.result.discount_factors, [0.96, 0.92], rtol=1e-12)
    with pytest.raises(InfeasibleError, match="budget of 900 is too small"):
        match_terminal_surplus(question, 900.0, deficit=Deficit.ALLOWED)
    with pytest.raises(InfeasibleError, match="every payment made costs 1,420"):
        match_terminal_surplus(question, 1419.0)


def test_surplus_that_is_lost_cannot_be_sought() -> None:
    policy = MatchingPolicy(surplus=Surplus.LOST, cash_cap_months=None)
    question = zero_question([0.96], [100.0], policy=policy)
    with pytest.raises(InputError, match="surplus is lost at every date"):
        match_terminal_surplus(question, 1000.0)


def test_loans_without_cap_make_a_goal_unbounded() -> None:
    policy = MatchingPolicy(
        cash_cap_months=None,
        borrowing_cap=np.inf,
        borrowing_rate=0.01,
        initial_borrowing=Availability.ALLOWED,
    )
    question = zero_question([0.96, 0.9], [100.0, 100.0], policy=policy)
    with pytest.raises(ModelError, match="borrowing at 1% is cheaper than zero 2"):
        match_terminal_surplus(question, 200.0)


def test_the_yield_by_hand() -> None:
    # Paying 100 in year 2 needs the second zero; 50 more may go where the yield is best.
    question = zero_question([0.96, 0.90], [0.0, 100.0])
    yields = np.array([1.0 / 0.96 - 1.0, (1.0 / 0.90) ** 0.5 - 1.0])
    found = match_yield(question, 140.0)
    assert found.value == pytest.approx(yields[1], rel=1e-9)
    given_yields = match_yield(question, 140.0, yields=np.array([0.08, 0.05]))
    # 96 in the first pays the whole 100 in year 2 as carried cash, so everything goes there.
    assert given_yields.value == pytest.approx(0.08, rel=1e-12)
    assert given_yields.result.cost == pytest.approx(140.0)
    assert given_yields.result.bound == pytest.approx(90.0)
    with pytest.raises(InputError, match="2 finite yields are needed, 1 values are given"):
        match_yield(question, 140.0, yields=np.array([0.05]))


@few
@given(seeds, st.floats(0.0, 0.5))
def test_more_budget_earns_more(seed: int, more: float) -> None:
    question = limited(seed)
    least = answer(question)
    assume(least.cost > 1.0)
    tight, loose = (match_yield(question, least.cost * (1.0 + m)) for m in (0.0, more))
    assert tight.budget is not None
    assert loose.budget is not None
    earned = [found.value * (found.budget or 0.0) for found in (tight, loose)]
    assert earned[1] >= earned[0] - 1e-7 * abs(earned[0])
    assert loose.result.cost <= loose.budget * (1 + 1e-8)
    assert loose.result.gap_bp >= -1e-4


def holding(question: MatchingQuestion, levels: np.ndarray) -> MatchingQuestion:
    costs = np.full(len(levels), 0.05)
    return question.with_trading(Trading(held=levels, buying=costs, selling=costs))


@few
@given(seeds)
def test_who_holds_the_match_trades_nothing(seed: int) -> None:
    question = limited(seed)
    matched = answer(question)
    found = match_turnover(holding(question, matched.levels))
    assert found.value == pytest.approx(0.0, abs=1e-6)


@few
@given(seeds, st.floats(0.0, 0.05))
def test_a_larger_budget_needs_no_more_trading(seed: int, more: float) -> None:
    question = limited(seed)
    draw = np.random.default_rng(seed)
    held = draw.uniform(0.0, 1.0, len(question.data.prices))
    trading = holding(question, held)
    least = answer(trading)
    assume(least.cost > 1.0)
    tight = match_turnover(trading, budget=least.cost)
    loose = match_turnover(trading, budget=least.cost * (1 + more))
    free = match_turnover(trading)
    assert tight.value >= loose.value - 1e-6 >= free.value - 2e-6
    prices = question.data.prices
    assert tight.result.cost == pytest.approx(least.cost, rel=1e-8)
    assert tight.value <= prices @ np.abs(least.levels - held) + 1e-6
    traded = prices @ np.abs(loose.result.levels - held)
    assert loose.value == pytest.approx(traded, rel=1e-7, abs=1e-6)


def test_turnover_needs_holdings() -> None:
    with pytest.raises(InputError, match="no current holdings are given"):
        match_turnover(zero_question([0.96], [100.0]))
    with pytest.raises(InputError, match="must be an amount"):
        match_yield(zero_question([0.96], [100.0]), np.nan)


def test_a_budget_too_small_even_for_a_deficit_says_what_the_earlier_payments_cost() -> None:
    question = zero_question([0.96, 0.92], [1000.0, 500.0])
    with pytest.raises(InfeasibleError, match="every payment before the last costs 960") as caught:
        match_terminal_surplus(question, 900.0, deficit=Deficit.ALLOWED)
    assert "spend at least 960" in str(caught.value)
    found = match_terminal_surplus(question, 960.0, deficit=Deficit.ALLOWED)
    assert found.value == pytest.approx(-500.0)


def test_holdings_of_other_bonds_than_the_eligible_ones_are_refused() -> None:
    question, one = zero_question([0.96, 0.92], [1000.0, 500.0]), np.zeros(1)
    with pytest.raises(InputError, match="not of the 2 eligible bonds"):
        question.with_trading(Trading(held=one, buying=one, selling=one))
