"""The lowest reinvestment rate covers every higher path; replays agree with other ways to pay."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from defease.matching import Availability, Loan, run_off
from defease.matching.solve import cash_decisions
from defease.matching.uncertain import run_off_at, worst_reinvestment
from tests.matching_data import random_data, solved

seeds = st.integers(0, 10_000)
few = settings(max_examples=25)


@few
@given(seeds, st.floats(-0.02, 0.03), st.sampled_from([0.0, 30.0]))
def test_a_plan_at_the_lowest_rate_pays_on_every_higher_path(
    seed: int, lowest: float, borrowing: float
) -> None:
    data = random_data(seed)
    policy = replace(
        data.policy,
        borrowing_cap=borrowing,
        initial_borrowing=Availability.ALLOWED,
        loans=(Loan(rate=0.05, periods=3, cap=borrowing),) if borrowing else (),
    )
    data = replace(data, policy=worst_reinvestment(policy, lowest))
    matching, solution = solved(data)
    levels = matching.of_block(matching.bonds, solution)
    decisions = cash_decisions(matching, solution, data.periods)
    draw = np.random.default_rng(seed)
    for _ in range(10):
        rates = lowest + draw.uniform(0.0, 0.08, data.periods) * draw.integers(0, 2, data.periods)
        ladder = run_off_at(data, levels, decisions, rates)
        assert ladder.lowest_cash >= -1e-7
        moved = ladder.income + ladder.principal + ladder.interest + ladder.borrowed
        spent = ladder.repaid + ladder.payments + ladder.released
        total = decisions.initial_cash + float((moved - spent).sum())
        assert total == pytest.approx(float(ladder.cash_after[-1]), abs=1e-6)


@few
@given(seeds)
def test_a_replay_at_the_planned_rates_is_the_plan(seed: int) -> None:
    data = random_data(seed)
    policy = replace(data.policy, borrowing_cap=30.0, loans=(Loan(rate=0.04, periods=2, cap=20.0),))
    data = replace(data, policy=policy)
    matching, solution = solved(data)
    levels = matching.of_block(matching.bonds, solution)
    decisions = cash_decisions(matching, solution, data.periods)
    planned = run_off(data, levels, decisions)
    replayed = run_off_at(data, levels, decisions, policy.reinvestment_rates(data.periods))
    for name in ("payments", "income", "principal", "interest", "borrowed", "repaid"):
        np.testing.assert_allclose(getattr(replayed, name), getattr(planned, name), atol=1e-9)
    np.testing.assert_allclose(replayed.cash_after, planned.cash_after, atol=1e-7)
