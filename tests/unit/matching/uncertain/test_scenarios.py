"""Scenarios of payments: answers known by hand, the same by another engine, refusals in words."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
import pytest
from scipy.optimize import linprog

from defease.cashflows import Payments
from defease.errors import InfeasibleError, InputError, ModelError
from defease.matching import Availability, MatchingPolicy, UncoveredError
from defease.matching.uncertain import (
    Scenario,
    ScenarioMethod,
    ShortfallDistribution,
    ShortfallRule,
    match_scenarios,
    scenario_question,
)
from defease.matching.uncertain import match as matching_of_scenarios
from defease.solvers import TimeLimitError
from tests.unit.matching.bonds import START, yearly, zeros

FREE = MatchingPolicy(cash_cap_months=None)
BOTH = pytest.mark.parametrize("method", [ScenarioMethod.DIRECT, ScenarioMethod.BY_SCENARIO])


def two(first: list[float], second: list[float], *, likely: float = 0.5) -> tuple[Scenario, ...]:
    return (Scenario("a", likely, yearly(first)), Scenario("b", 1.0 - likely, yearly(second)))


@BOTH
def test_with_zeros_the_dearer_payment_of_each_date_is_bought(method: ScenarioMethod) -> None:
    asked = scenario_question(two([100.0, 50.0], [80.0, 60.0]), zeros([95.0, 90.0]), policy=FREE)
    found = match_scenarios(asked, method=method)
    # 100 on the first date; of the second 50, and 60 where 20 are left over from the first.
    assert found.cost == pytest.approx(95.0 + 0.5 * 90.0)
    assert [outcome.ladder.lowest_cash for outcome in found.outcomes] == pytest.approx([0.0, 10.0])
    assert found.shortfalls.worst == 0.0
    assert found.holdings.identifiers == ("zero 1", "zero 2")


@BOTH
@pytest.mark.parametrize(("penalty", "bought"), [(0.85, 50.0), (1.2, 50.0), (2.0, 100.0)])
def test_a_payment_of_half_a_chance_is_bought_when_its_penalty_is_dearer(
    method: ScenarioMethod, penalty: float, bought: float
) -> None:
    # One more unit costs 0.9 today and saves the penalty in half of the cases.
    asked = scenario_question(two([50.0], [100.0]), zeros([90.0]), policy=FREE)
    rule = ShortfallRule(penalty=penalty)
    found = match_scenarios(asked, shortfall=rule, method=method)
    sure = 50.0 if penalty > 0.9 else 0.0
    expected = bought if sure else 0.0
    assert found.cost == pytest.approx(0.9 * expected)
    unpaid = [50.0 - min(expected, 50.0), 100.0 - expected]
    assert [outcome.total_shortfall for outcome in found.outcomes] == pytest.approx(unpaid)
    assert found.expected_penalty == pytest.approx(penalty * 0.5 * sum(unpaid), rel=1e-5)
    assert found.objective == pytest.approx(found.cost + found.expected_penalty)


def test_early_payments_are_made_first() -> None:
    # Cash could wait unpaid for a year, earn 5% and pay more later; it does not.
    policy = replace(FREE, reinvestment_rate=0.05)
    asked = scenario_question(two([100.0, 100.0], [100.0, 200.0]), zeros([90.0]), policy=policy)
    found = match_scenarios(asked, shortfall=ShortfallRule(penalty=1.1))
    unlucky = found.outcomes[1].unpaid
    np.testing.assert_allclose(unlucky, [0.0, 100.0], atol=1e-6)
    assert found.expected_penalty == pytest.approx(0.5 * 1.1 * 100.0 / 1.05**2, rel=1e-5)


@BOTH
def test_the_tail_average_decides_how_much_is_bought(method: ScenarioMethod) -> None:
    payments = [100.0, 60.0, 40.0, 20.0]
    scenarios = [Scenario(str(p), 0.25, yearly([p])) for p in payments]
    asked = scenario_question(scenarios, zeros([90.0]), policy=FREE)
    # The worst half averages (100 - x + 60 - x) / 2 while x <= 60: 30 is allowed at x = 50.
    rule = ShortfallRule(cvar_bound=30.0, cvar_level=0.5)
    found = match_scenarios(asked, shortfall=rule, method=method)
    assert found.cost == pytest.approx(0.9 * 50.0)
    assert found.shortfalls.conditional_value_at_risk(0.5) == pytest.approx(30.0)
    bounded = match_scenarios(asked, shortfall=ShortfallRule(worst_bound=30.0), method=method)
    assert bounded.cost == pytest.approx(0.9 * 70.0)


def test_the_tail_average_is_the_smallest_of_the_linear_form() -> None:
    draw = np.random.default_rng(3)
    for level in (0.0, 0.5, 0.83, 0.99):
        values, shares = draw.uniform(0.0, 9.0, 7), draw.dirichlet(np.ones(7))
        eta = np.concatenate(([0.0], values))
        beyond = (values - eta[:, None]).clip(min=0.0)
        slow = (eta + beyond @ shares / (1.0 - level)).min()
        found = ShortfallDistribution(shares, values).conditional_value_at_risk(level)
        assert found == pytest.approx(slow, rel=1e-12)


@pytest.mark.parametrize("seed", range(6))
def test_another_engine_finds_the_same_cost(seed: int) -> None:
    """All scenarios written out as a dense programme with balances summed up, for scipy."""
    draw = np.random.default_rng(seed)
    periods, count, price_unpaid = 5, 4, 1.1
    prices = 100.0 * np.cumprod(draw.uniform(0.93, 0.99, periods))
    payments, shares = draw.uniform(10.0, 90.0, (count, periods)), draw.dirichlet(np.ones(count))
    summed = np.tril(np.ones((periods, periods)))
    # Columns: bonds, initial cash, unpaid of each scenario and date.
    bonds = np.tile(np.hstack((100.0 * summed, np.ones((periods, 1)))), (count, 1))
    rows = np.hstack((bonds, np.kron(np.eye(count), summed)))
    costs = np.concatenate((prices, [1.0], np.repeat(price_unpaid * shares, periods)))
    highest = [(0.0, None)] * (periods + 1) + [(0.0, most) for most in payments.ravel().tolist()]
    slow = linprog(costs, A_ub=-rows, b_ub=-(payments @ summed.T).ravel(), bounds=highest)
    assert slow.fun is not None
    scenarios = [
        Scenario(str(w), float(shares[w]), yearly(payments[w].tolist())) for w in range(count)
    ]
    asked = scenario_question(scenarios, zeros(prices.tolist()), policy=FREE)
    for method in (ScenarioMethod.DIRECT, ScenarioMethod.BY_SCENARIO):
        rule = ShortfallRule(penalty=price_unpaid)
        found = match_scenarios(asked, shortfall=rule, method=method)
        assert found.objective == pytest.approx(float(slow.fun), rel=1e-5)


def test_dates_of_one_scenario_alone_are_dates_of_all() -> None:
    days = np.array(["2026-12-31", "2027-12-31"], "datetime64[D]")
    scenarios = (
        Scenario("early", 0.5, Payments.from_dates(START, days[:1], [10.0])),
        Scenario("late", 0.5, Payments.from_dates(START, days[1:], [10.0])),
    )
    asked = scenario_question(scenarios, zeros([95.0, 90.0]), policy=FREE)
    np.testing.assert_array_equal(asked.payments, [[10.0, 0.0], [0.0, 10.0]])
    # Ten paid early, or carried and paid late: the same ten.
    assert match_scenarios(asked).cost == pytest.approx(9.5)
    shorter = scenario_question(
        scenarios, zeros([95.0, 90.0]), policy=FREE, horizon=dt.date(2027, 1, 31)
    )
    np.testing.assert_array_equal(shorter.payments, [[10.0], [0.0]])


def test_what_is_due_today_is_part_of_the_cost_and_known() -> None:
    days = np.array(["2025-12-31", "2026-12-31"], "datetime64[D]")
    known = [Payments.from_dates(START, days, [7.0, later]) for later in (10.0, 20.0)]
    asked = scenario_question(
        [Scenario("a", 0.5, known[0]), Scenario("b", 0.5, known[1])], zeros([95.0]), policy=FREE
    )
    found = match_scenarios(asked)
    assert (found.cost, found.bound) == pytest.approx((7.0 + 19.0, 26.0))
    unknown = (Scenario("a", 0.5, known[0]), Scenario("b", 0.5, yearly([20.0])))
    with pytest.raises(InputError, match="what is due today is known"):
        scenario_question(unknown, zeros([95.0]), policy=FREE)


@pytest.mark.parametrize(
    ("scenarios", "words"),
    [
        ((), "there is none"),
        (two([1.0], [2.0], likely=0.5)[:1], "add up to 0.5"),
        (two([1.0], [2.0], likely=-0.5), "has probability -0.5"),
        ((Scenario("a", 0.5, yearly([1.0])),) * 2, "is given twice"),
    ],
)
def test_scenarios_that_make_no_sense_are_refused(
    scenarios: tuple[Scenario, ...], words: str
) -> None:
    with pytest.raises(InputError, match=words):
        scenario_question(scenarios, zeros([95.0]))


@pytest.mark.parametrize(
    "given", [{"penalty": -1.0}, {"worst_bound": float("nan")}, {"cvar_level": 1.0}]
)
def test_rules_that_make_no_sense_are_refused(given: dict[str, float]) -> None:
    with pytest.raises(InputError, match=rf"matching\.shortfall\.{next(iter(given))}"):
        ShortfallRule(**given)


@BOTH
def test_a_scenario_that_cannot_be_paid_is_named(method: ScenarioMethod) -> None:
    policy = replace(FREE, initial_cash=Availability.NONE)
    late = replace(zeros([95.0]), maturities=np.array(["2027-12-31"], "datetime64[D]"))
    asked = scenario_question(two([0.0, 5.0], [3.0, 5.0]), late, policy=policy)
    with pytest.raises(UncoveredError, match="scenario 'b'") as raised:
        match_scenarios(asked, method=method)
    assert raised.value.diagnosis.uncovered[0].shortfall == pytest.approx(3.0)
    with pytest.raises(InfeasibleError, match="within the shortfall allowed"):
        match_scenarios(asked, shortfall=ShortfallRule(worst_bound=2.0), method=method)
    found = match_scenarios(asked, shortfall=ShortfallRule(worst_bound=3.0), method=method)
    assert found.shortfalls.worst == pytest.approx(3.0)


@BOTH
def test_a_loan_cheaper_than_a_bond_is_no_portfolio(method: ScenarioMethod) -> None:
    policy = replace(
        FREE,
        borrowing_cap=float("inf"),
        borrowing_rate=0.01,
        initial_borrowing=Availability.ALLOWED,
    )
    asked = scenario_question(two([5.0], [6.0]), zeros([90.0]), policy=policy)
    with pytest.raises(ModelError, match="no lower bound"):
        match_scenarios(asked, method=method)


def test_too_many_scenarios_for_one_programme(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(matching_of_scenarios, "LARGEST_DIRECT", 3)
    asked = scenario_question(two([5.0, 1.0], [6.0, 2.0]), zeros([95.0, 90.0]), policy=FREE)
    found = match_scenarios(asked)
    assert found.method is ScenarioMethod.BY_SCENARIO
    assert found.cautions[0].message == (
        "2 scenarios of 2 dates are more than 3 balances: solved scenario by scenario"
    )
    with pytest.raises(InputError, match="too many for one programme"):
        match_scenarios(asked, method=ScenarioMethod.DIRECT)


@BOTH
def test_a_time_limit_ends_the_search(method: ScenarioMethod) -> None:
    draw = np.random.default_rng(0)
    scenarios = [
        Scenario(str(w), 0.01, yearly(draw.uniform(1.0, 9.0, 30).tolist())) for w in range(100)
    ]
    asked = scenario_question(scenarios, zeros([99.0 - i for i in range(30)]), policy=FREE)
    with pytest.raises(TimeLimitError):
        match_scenarios(asked, method=method, time_limit=1e-6)
