"""Budgets of defaults: what is known without data, and every default tried one by one."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from defease.arrays import BoolArray, FloatArray
from defease.matching import IssuerLimit, MatchingData, Surplus, run_off
from defease.matching.solve import cash_decisions
from defease.matching.uncertain import DefaultBudget
from tests.matching_data import cost_of, labels, random_data, solved

seeds = st.integers(0, 10_000)
few = settings(max_examples=20)
TIGHT = 1e-8


def losing(data: MatchingData, factor: float) -> MatchingData:
    """The same bonds, each promised payment paid only in part."""
    return replace(data, flow_amounts=data.flow_amounts * factor)


def failing(data: MatchingData, fails: BoolArray, loss: float) -> MatchingData:
    """The same bonds when some fail on some dates, shape (T, n)."""
    rows = data.receipts.rows
    counted = rows < data.periods
    kept = np.ones(len(rows))
    lost = fails[rows[counted], data.flow_bonds[counted]]
    kept[counted] = np.where(lost, 1.0 - loss, 1.0)
    return replace(data, flow_amounts=data.flow_amounts * kept)


@few
@given(seeds, st.floats(0.0, 1.0))
def test_no_default_allowed_for_is_the_nominal_problem(seed: int, loss: float) -> None:
    data, bonds = random_data(seed), labels(20)
    assert cost_of(data, bonds, (DefaultBudget(0.0, loss),)) == cost_of(data, bonds)


@few
@given(seeds, st.floats(0.0, 0.95))
def test_a_budget_of_all_bonds_counts_every_payment_after_loss(seed: int, loss: float) -> None:
    data, bonds = random_data(seed), labels(20)
    robust = cost_of(data, bonds, (DefaultBudget(20, loss),))
    assert robust == pytest.approx(cost_of(losing(data, 1.0 - loss)), rel=1e-9, abs=1e-7)


@few
@given(seeds, st.lists(st.floats(0.0, 6.0), min_size=2, max_size=4))
def test_cost_never_falls_with_the_budget_or_the_loss(seed: int, budgets: list[float]) -> None:
    data, bonds = random_data(seed), labels(20)
    costs = [cost_of(data, bonds, (DefaultBudget(gamma, 0.5),)) for gamma in sorted(budgets)]
    assert (np.diff(costs) >= -TIGHT * max(1.0, abs(costs[-1]))).all()
    losses = [cost_of(data, bonds, (DefaultBudget(1.0, loss),)) for loss in (0.2, 0.5, 0.9)]
    assert (np.diff(losses) >= -TIGHT * max(1.0, abs(losses[-1]))).all()


@few
@given(seeds)
def test_treasuries_do_not_fail(seed: int) -> None:
    data, bonds = random_data(seed), labels(20, ratings=("UST",))
    assert cost_of(data, bonds, (DefaultBudget(3),)) == cost_of(data, bonds)


@few
@given(seeds, st.floats(0.0, 4.0), st.floats(0.1, 1.0))
def test_each_date_keeps_what_the_worst_case_leaves(seed: int, gamma: float, loss: float) -> None:
    data, bonds = random_data(seed), labels(20)
    budget = DefaultBudget(gamma, loss)
    matching, solution = solved(data, bonds, (IssuerLimit(0.6), budget))
    levels = matching.of_block(matching.bonds, solution)
    worst = budget.worst_losses(data, bonds, levels)
    due = replace(data, payments=data.payments + worst)
    ladder = run_off(due, levels, cash_decisions(matching, solution, data.periods))
    assert ladder.lowest_cash >= -1e-7


@few
@given(seeds, st.integers(1, 3))
def test_the_worst_case_is_the_worst_of_all_choices(seed: int, gamma: int) -> None:
    data, bonds = random_data(seed, dates=5, bonds=7), labels(7)
    levels = np.random.default_rng(seed).uniform(0.0, 3.0, 7)
    counted = data.receipts.counted
    paid = np.zeros((data.periods, 7))
    amounts = data.receipts.amounts[counted] * levels[data.flow_bonds[counted]]
    np.add.at(paid, (data.receipts.rows[counted], data.flow_bonds[counted]), amounts)
    tried = [0.4 * paid[:, chosen].sum(axis=1) for chosen in combinations(range(7), gamma)]
    worst = DefaultBudget(gamma, 0.4).worst_losses(data, bonds, levels)
    np.testing.assert_allclose(worst, np.max(tried, axis=0), rtol=1e-12)


@settings(max_examples=8)
@given(seeds)
def test_every_payment_survives_another_bond_failing_on_each_date(seed: int) -> None:
    data = random_data(seed, dates=4, bonds=5)
    matching, solution = solved(data, labels(5), (DefaultBudget(1, 0.6),))
    levels = matching.of_block(matching.bonds, solution)
    decisions = cash_decisions(matching, solution, data.periods)
    for chosen in product(range(5), repeat=data.periods):
        fails = np.zeros((data.periods, 5), dtype=np.bool_)
        fails[np.arange(data.periods), chosen] = True
        assert run_off(failing(data, fails, 0.6), levels, decisions).lowest_cash >= -1e-7


@settings(max_examples=8)
@given(seeds, st.integers(1, 3))
def test_every_payment_survives_bonds_that_fail_for_good(seed: int, gamma: int) -> None:
    data = random_data(seed, dates=6, bonds=7)
    matching, solution = solved(data, labels(7), (DefaultBudget(gamma, 0.6),))
    levels = matching.of_block(matching.bonds, solution)
    decisions = cash_decisions(matching, solution, data.periods)
    for chosen in combinations(range(7), gamma):
        for since in range(data.periods):
            fails = np.zeros((data.periods, 7), dtype=np.bool_)
            fails[since:, list(chosen)] = True
            assert run_off(failing(data, fails, 0.6), levels, decisions).lowest_cash >= -1e-7


def slow_robust_rows(data: MatchingData, gamma: int, loss: float) -> tuple[FloatArray, FloatArray]:
    """Every choice of failing bonds at each date as a row of its own, surplus lost."""
    bonds = len(data.prices)
    paid = np.zeros((data.periods, bonds))
    counted = data.receipts.counted
    place = (data.receipts.rows[counted], data.flow_bonds[counted])
    np.add.at(paid, place, data.receipts.amounts[counted])
    rows, due = [], []
    for chosen in combinations(range(bonds), gamma):
        kept = np.ones(bonds)
        kept[list(chosen)] = 1.0 - loss
        rows.append(paid * kept)
        due.append(data.payments)
    return np.vstack(rows), np.concatenate(due)


@settings(max_examples=10)
@given(seeds, st.integers(1, 2))
def test_the_cost_is_that_of_all_choices_written_out(seed: int, gamma: int) -> None:
    from scipy.optimize import linprog

    data = random_data(seed, dates=4, bonds=9)
    reached = np.zeros(4, dtype=np.bool_)
    reached[data.receipts.rows[data.receipts.counted]] = True
    policy = replace(data.policy, surplus=Surplus.LOST)
    data = replace(data, payments=np.where(reached, data.payments, 0.0), policy=policy)
    rows, due = slow_robust_rows(data, gamma, 0.3)
    found = linprog(data.prices, A_ub=-rows, b_ub=-due, method="highs-ipm")
    assert found.status == 0, found.message
    assert found.fun is not None
    robust = cost_of(data, labels(9), (DefaultBudget(gamma, 0.3),))
    assert robust == pytest.approx(float(found.fun), rel=1e-7, abs=1e-7)
