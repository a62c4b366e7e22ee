"""A budget of defaults in a policy: sizes, words, prices, diagnosis, and what it refuses."""

from __future__ import annotations

from dataclasses import replace

import pytest

from defease.errors import InputError
from defease.matching import (
    Availability,
    MatchingPolicy,
    UncoveredError,
    answer,
    match_cash_flows,
    matching_question,
)
from defease.matching.prices import limit_steps
from defease.matching.uncertain import DefaultBudget
from tests.unit.matching.bonds import corporates, yearly, zeros

FREE = MatchingPolicy(cash_cap_months=None)


def test_a_budget_for_each_date() -> None:
    bonds = zeros([80.0, 75.0], ratings=("A", "A"))
    payments = yearly([100.0, 100.0])
    found = match_cash_flows(payments, bonds, policy=FREE, limits=(DefaultBudget((0, 1), 0.2),))
    # The second payment needs 125 face, or cash carried from the first date at no interest.
    assert found.cost == pytest.approx(80.0 + min(1.25 * 75.0, 80.0))
    with pytest.raises(InputError, match="2 payment dates"):
        match_cash_flows(payments, bonds, policy=FREE, limits=(DefaultBudget((1,)),))


@pytest.mark.parametrize(
    ("gamma", "loss"), [(-1.0, 0.6), (float("inf"), 0.6), ((), 0.6), ((1.0, -0.5), 0.6), (1, 1.2)]
)
def test_what_is_no_budget_is_refused(gamma: float | tuple[float, ...], loss: float) -> None:
    with pytest.raises(InputError, match=r"matching\.gamma"):
        DefaultBudget(gamma, loss)


def test_resizing_keeps_the_proportion_of_dates() -> None:
    budget = DefaultBudget((1.0, 2.0, 4.0))
    assert budget.size == 4.0
    assert budget.resized(2.0).gamma == (0.5, 1.0, 2.0)
    assert budget.resized(2.0).loss == budget.loss
    assert DefaultBudget((0.0, 0.0)).resized(3.0).gamma == (3.0, 3.0)
    assert DefaultBudget(2).resized(1).gamma == 1
    words = "lowering the budget of defaults from 2 on one date to 1 on one date"
    assert DefaultBudget(2).loosening("") == words


def test_a_step_of_the_budget_is_priced_by_solving_again() -> None:
    limits = (DefaultBudget(1, 0.5),)
    question = matching_question(
        yearly([0.0, 0.0, 1000.0]), corporates(6), policy=FREE, limits=limits
    )
    found = answer(question)
    (step,) = limit_steps(question, found)
    costs = [
        answer(question.with_limits((DefaultBudget(gamma, 0.5),))).cost for gamma in (0.0, 2.0)
    ]
    assert (step.loosened_to, step.tightened_to) == (0.0, 2.0)
    assert step.saving == pytest.approx(found.cost - costs[0], abs=1e-6)
    assert step.extra_cost == pytest.approx(costs[1] - found.cost, abs=1e-6)
    assert step.saving > 1.0


def test_a_budget_that_cannot_be_kept_is_named_with_its_remedy() -> None:
    # A single bond, no cash at the start: if it pays nothing, nothing is paid.
    policy = replace(FREE, initial_cash=Availability.NONE)
    bonds, payments = zeros([90.0], ratings=("A",)), yearly([100.0])
    with pytest.raises(UncoveredError, match="budget of defaults") as raised:
        match_cash_flows(payments, bonds, policy=policy, limits=(DefaultBudget(2, 1.0),))
    diagnosis = raised.value.diagnosis
    assert diagnosis.uncovered[0].shortfall == pytest.approx(100.0)
    assert any("budget of defaults of 2 on one date" in said for said in diagnosis.repairs)
    assert any(said.startswith("matching.gamma at most 2") for said in diagnosis.conflict)


def test_a_cap_on_cash_is_kept_by_the_cash_counted_on() -> None:
    policy = MatchingPolicy(cash_cap_months=12)
    budget, payments = DefaultBudget(1, 0.5), yearly([200.0, 300.0, 1000.0])
    question = matching_question(payments, corporates(6), policy=policy, limits=(budget,))
    found = answer(question)
    worst = budget.worst_losses(question.data, question.bonds, found.levels)
    cash, growth = found.initial_cash, question.data.growth_of_cash
    received = found.ladder.income + found.ladder.principal - worst - question.data.payments
    for date, moved in enumerate(received.tolist()):
        # Whatever is above the cap is given up, and the worst case is lost: all is still paid.
        cash = min(cash * growth[date] + moved, question.data.cash_caps[date + 1])
        assert cash >= -1e-7
    assert found.ladder.cash_after[-1] > 1.0
