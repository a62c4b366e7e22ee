"""Horizon curves: equal to matching every horizon by itself, and what they say."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
import pytest

from defease.errors import InputError
from defease.matching import MatchingPolicy, SectorLimit, answer
from defease.matching.problem import ProgramDraft
from defease.matching.slices import horizon_curve
from tests.slice_data import market_question, zero_question


def test_a_curve_of_zeros_is_the_sum_of_their_prices() -> None:
    curve = horizon_curve(zero_question([0.96, 0.92, 0.88], [1000.0, 500.0, 100.0]))
    np.testing.assert_allclose(curve.costs, [960.0, 1420.0, 1508.0], rtol=1e-12)
    np.testing.assert_allclose(curve.future_values, [1000.0, 1500.0, 1600.0])
    assert curve.cost_shares is not None
    assert curve.cost_shares[-1] == 1.0
    assert curve.funded_shares is not None
    assert curve.funded_shares[0] == 1000.0 / 1600.0
    assert curve.first_unfunded == (dt.date(2028, 1, 31), dt.date(2029, 1, 31), None)
    assert curve.end is None
    assert curve.residuals.max() <= 1e-8


def test_budgets_read_the_curve() -> None:
    curve = horizon_curve(zero_question([0.96, 0.92, 0.88], [1000.0, 500.0, 100.0]))
    budgets = np.array([-5.0, 0.0, 959.0, 960.0, 1420.0, 1507.0, 1508.0, 1e9])
    assert curve.last_within(budgets).tolist() == [-1, -1, -1, 0, 1, 1, 2, 2]
    assert curve.years_within(budgets)[:4].tolist() == [0.0, 0.0, 0.0, 1.0]


def test_chosen_dates_stand_for_the_payment_before() -> None:
    question = zero_question([0.96, 0.92, 0.88], [1000.0, 500.0, 100.0])
    curve = horizon_curve(question, dates=[dt.date(2028, 12, 31), dt.date(2027, 5, 1)])
    assert curve.periods.tolist() == [1, 2]
    assert curve.full_cost == pytest.approx(1508.0)
    with pytest.raises(InputError, match="2026-06-01 is before the first payment"):
        horizon_curve(question, dates=[dt.date(2026, 6, 1)])


def test_the_curve_stops_at_the_first_horizon_without_an_answer() -> None:
    policy = MatchingPolicy(cash_cap_months=12)
    question = zero_question([0.96, 0.92], [100.0, 100.0, 100.0, 100.0, 50.0], policy=policy)
    curve = horizon_curve(question)
    assert curve.periods.tolist() == [1, 2, 3]
    assert curve.full_cost is None
    assert curve.cost_shares is None
    assert curve.end is not None
    assert curve.end.date == dt.date(2030, 1, 31)
    assert "cash_cap_months of 12 would have to be 24" in curve.end.sentence
    chosen = horizon_curve(question, dates=[dt.date(2028, 1, 31)])
    assert chosen.end is None  # every horizon asked for has its answer
    assert chosen.full_cost is None


def test_a_sweep_can_be_watched_and_stopped() -> None:
    question = zero_question([0.96, 0.92, 0.88], [1000.0, 500.0, 100.0])
    seen: list[float] = []
    curve = horizon_curve(question, progress=seen.append, cancelled=lambda: len(seen) == 2)
    assert seen == [1 / 3, 2 / 3]
    assert curve.cancelled
    assert len(curve.costs) == 2
    assert curve.full_cost is None


def test_a_limit_of_a_new_kind_is_solved_cold_and_said() -> None:
    class NothingInTheFirst:
        def add_to(self, draft: ProgramDraft) -> None:
            draft.cap_levels(np.append(0.0, np.full(draft.bond_columns.stop - 1, np.inf)))

    question = zero_question([0.96, 0.92], [100.0, 100.0])
    question = question.with_limits((NothingInTheFirst(),))
    curve = horizon_curve(question)
    assert "NothingInTheFirst may depend on the payments" in curve.cold
    assert curve.costs.tolist() == pytest.approx([100.0, 192.0])


def test_real_terms_and_limits_give_the_costs_of_single_questions() -> None:
    question = market_question(24, bonds=60).with_limits((SectorLimit(0.6),))
    question = replace(question, due=replace(question.due, at_settlement=7.5))
    curve = horizon_curve(question)
    assert not curve.cold
    for periods in (1, 5, 12, 24):
        cold = answer(question.until(periods))
        assert curve.costs[periods - 1] == pytest.approx(cold.cost, rel=1e-10)
        assert curve.future_values[periods - 1] == pytest.approx(cold.future_value)
