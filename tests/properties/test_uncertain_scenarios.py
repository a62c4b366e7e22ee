"""Scenarios of payments: one is the plain problem, more never cost less, both methods agree."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from defease.bonds.universe import BondUniverse
from defease.dates import add_months_to
from defease.matching import (
    Availability,
    IssuerLimit,
    Loan,
    MatchingPolicy,
    Surplus,
    TerminalSurplus,
    match_cash_flows,
)
from defease.matching.uncertain import (
    FULL_COVER,
    DefaultBudget,
    Scenario,
    ScenarioMatch,
    ScenarioMethod,
    ScenarioQuestion,
    ShortfallRule,
    match_scenarios,
    scenario_question,
)
from tests.unit.matching.bonds import START, yearly

seeds = st.integers(0, 10_000)
few = settings(max_examples=15)
FREE = MatchingPolicy(cash_cap_months=None, reinvestment_rate=0.005)
POLICIES = (
    FREE,
    MatchingPolicy(cash_cap_months=24),
    MatchingPolicy(cash_cap_months=None, surplus=Surplus.LOST),
    replace(FREE, borrowing_cap=25.0, initial_borrowing=Availability.ALLOWED),
    replace(FREE, loans=(Loan(rate=0.06, periods=2, cap=30.0),)),
    replace(FREE, terminal_surplus=TerminalSurplus.CREDITED, terminal_discount_factor=0.5),
    replace(FREE, terminal_surplus=TerminalSurplus.TARGET, terminal_target=10.0),
)
RULES = (
    FULL_COVER,
    ShortfallRule(penalty=0.9),
    ShortfallRule(worst_bound=6.0),
    ShortfallRule(penalty=0.3, worst_bound=9.0),
    ShortfallRule(cvar_bound=4.0, cvar_level=0.6),
    ShortfallRule(cvar_bound=3.0, cvar_level=0.75, penalty=0.2, worst_bound=20.0),
)


def market(seed: int, *, bonds: int = 12, years: int = 6) -> BondUniverse:
    """Annual bonds of several issuers, every year of maturity there, priced about their worth."""
    draw = np.random.default_rng(seed)
    terms = np.arange(bonds) % years + 1
    coupons, yields = draw.uniform(0.0, 0.07, bonds), draw.uniform(0.02, 0.06, bonds)
    annuities = (1.0 - (1.0 + yields) ** -terms) / yields
    return BondUniverse(
        settlement=START,
        identifiers=tuple(f"bond {i}" for i in range(bonds)),
        issuers=tuple(f"issuer {i % 4}" for i in range(bonds)),
        ratings=("A",) * bonds,
        coupons=coupons,
        frequencies=np.ones(bonds, dtype=np.int64),
        clean_prices=100.0 * (coupons * annuities + (1.0 + yields) ** -terms),
        maturities=add_months_to(START, 12 * terms),
    )


def scenarios_of(seed: int, count: int, *, years: int = 6) -> tuple[Scenario, ...]:
    draw = np.random.default_rng(seed + 1)
    shares = draw.dirichlet(np.ones(count))
    base = draw.uniform(20.0, 100.0, years)
    return tuple(
        Scenario(str(w), float(share), yearly((base * draw.uniform(0.6, 1.4, years)).tolist()))
        for w, share in enumerate(shares)
    )


def equally_likely(scenarios: tuple[Scenario, ...]) -> tuple[Scenario, ...]:
    return tuple(replace(scenario, probability=1.0 / len(scenarios)) for scenario in scenarios)


def question(seed: int, count: int, policy: MatchingPolicy = FREE) -> ScenarioQuestion:
    limits = (IssuerLimit(0.5),) if seed % 2 else ()
    return scenario_question(scenarios_of(seed, count), market(seed), policy=policy, limits=limits)


@few
@given(seeds, st.sampled_from(POLICIES))
def test_one_scenario_is_the_plain_problem(seed: int, policy: MatchingPolicy) -> None:
    (only,), bonds = scenarios_of(seed, 1), market(seed)
    plain = match_cash_flows(only.payments, bonds, policy=policy, limits=(IssuerLimit(0.5),))
    asked = scenario_question((only,), bonds, policy=policy, limits=(IssuerLimit(0.5),))
    for method in (ScenarioMethod.DIRECT, ScenarioMethod.BY_SCENARIO):
        found = match_scenarios(asked, method=method)
        if policy.terminal_surplus is TerminalSurplus.TARGET:
            # What is left at least, where the plain problem leaves it exactly.
            assert found.objective <= plain.cost + 1e-6
            assert outcome_left(found) >= policy.terminal_target - 1e-6
        else:
            assert found.objective == pytest.approx(plain.cost, rel=1e-9, abs=1e-7)
        (outcome,) = found.outcomes
        assert outcome.ladder.lowest_cash >= -1e-6


def outcome_left(found: ScenarioMatch) -> float:
    return min(float(outcome.ladder.cash_after[-1]) for outcome in found.outcomes)


@few
@given(seeds, st.sampled_from(POLICIES), st.sampled_from(RULES), st.integers(2, 6))
def test_scenario_by_scenario_is_the_one_programme(
    seed: int, policy: MatchingPolicy, rule: ShortfallRule, count: int
) -> None:
    asked = question(seed, count, policy)
    direct = match_scenarios(asked, shortfall=rule, method=ScenarioMethod.DIRECT)
    apart = match_scenarios(asked, shortfall=rule, method=ScenarioMethod.BY_SCENARIO)
    assert apart.objective == pytest.approx(direct.objective, rel=1e-6, abs=1e-6)
    assert apart.bound <= apart.objective
    assert apart.objective - apart.bound <= 1e-7 * max(1.0, abs(apart.objective))
    for found in (direct, apart):
        assert found.certificate.holds
        _pays(found, asked, rule)


def _pays(found: ScenarioMatch, asked: ScenarioQuestion, rule: ShortfallRule) -> None:
    """Every scenario run off from the holdings pays all but what the rule lets be unpaid."""
    credit = penalty = 0.0
    data, policy = asked.average.data, asked.average.data.policy
    worth = (rule.penalty or 0.0) / np.cumprod(data.growth_of_cash)
    for outcome, due in zip(found.outcomes, asked.payments, strict=True):
        assert outcome.ladder.lowest_cash >= -1e-5
        np.testing.assert_allclose(outcome.ladder.payments + outcome.unpaid, due, atol=1e-9)
        assert (outcome.unpaid <= due + 1e-9).all()
        assert outcome.worst_shortfall <= rule.largest + 1e-6
        left = float(outcome.ladder.cash_after[-1])
        penalty += outcome.probability * float(worth @ outcome.unpaid)
        credit += outcome.probability * policy.terminal_discount_factor * left
    if rule.cvar_bound is not None:
        tail = found.shortfalls.conditional_value_at_risk(rule.cvar_level)
        assert tail <= rule.cvar_bound + 1e-5
    stated = found.cost + found.expected_penalty - credit
    assert found.expected_penalty == pytest.approx(penalty, rel=1e-5, abs=1e-7)
    assert found.objective == pytest.approx(stated, rel=1e-6, abs=1e-5)


@few
@given(seeds, st.sampled_from(POLICIES[:5]))
def test_one_more_scenario_to_pay_never_costs_less(seed: int, policy: MatchingPolicy) -> None:
    all_of_them, bonds = scenarios_of(seed, 5), market(seed)
    costs = [
        match_scenarios(
            scenario_question(equally_likely(all_of_them[:count]), bonds, policy=policy)
        ).cost
        for count in range(1, 6)
    ]
    assert all(later >= earlier - 1e-6 for earlier, later in pairwise(costs))


@few
@given(seeds, st.sampled_from(POLICIES), st.sampled_from(list(ScenarioMethod)))
def test_the_same_scenario_several_times_is_one(
    seed: int, policy: MatchingPolicy, method: ScenarioMethod
) -> None:
    (only,), bonds = scenarios_of(seed, 1), market(seed)
    once = match_scenarios(scenario_question((only,), bonds, policy=policy))
    several = equally_likely(tuple(replace(only, name=name) for name in "abc"))
    found = match_scenarios(scenario_question(several, bonds, policy=policy), method=method)
    assert found.objective == pytest.approx(once.objective, rel=1e-8, abs=1e-6)


@few
@given(seeds)
def test_probabilities_do_not_matter_when_everything_is_paid(seed: int) -> None:
    given_shares, bonds = scenarios_of(seed, 4), market(seed)
    costs = [
        match_scenarios(scenario_question(some, bonds, policy=FREE)).cost
        for some in (given_shares, equally_likely(given_shares))
    ]
    assert costs[0] == pytest.approx(costs[1], rel=1e-9)


@few
@given(seeds, st.integers(2, 5))
def test_a_looser_rule_never_costs_more(seed: int, count: int) -> None:
    asked = question(seed, count)
    full = match_scenarios(asked).cost
    by_bound = [
        match_scenarios(asked, shortfall=ShortfallRule(cvar_bound=bound, cvar_level=0.7)).cost
        for bound in (0.0, 2.0, 5.0)
    ]
    assert by_bound[0] == pytest.approx(full, rel=1e-7)
    assert by_bound[0] >= by_bound[1] - 1e-6
    assert by_bound[1] >= by_bound[2] - 1e-6
    dear = match_scenarios(asked, shortfall=ShortfallRule(penalty=1e3))
    assert dear.cost == pytest.approx(full, rel=1e-6)
    assert dear.shortfalls.worst <= 1e-6


@few
@given(seeds, st.integers(2, 4))
def test_a_budget_of_defaults_goes_with_scenarios(seed: int, count: int) -> None:
    scenarios, bonds = scenarios_of(seed, count), market(seed)
    costs = []
    for gamma in (0.0, 1.0, 2.0):
        limits = (DefaultBudget(gamma),)
        asked = scenario_question(scenarios, bonds, policy=FREE, limits=limits)
        costs.append(match_scenarios(asked).cost)
        by_scenario = match_scenarios(asked, method=ScenarioMethod.BY_SCENARIO).cost
        assert by_scenario == pytest.approx(costs[-1], rel=1e-6)
    assert (np.diff(costs) >= -1e-7).all()
