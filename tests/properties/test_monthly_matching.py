"""Month after month: a warm start changes the time a solve takes and nothing else."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from defease.bonds import BondUniverse
from defease.dates import add_months, to_date
from defease.matching import (
    IssuerLimit,
    Limit,
    MatchingPolicy,
    RatingLimit,
    SectorLimit,
    SupplyLimit,
    match_cash_flows,
)
from defease.matching.data import Trading
from defease.matching.desk import MonthlyRules, monthly_matches, solve_month
from defease.matching.question import matching_question
from defease.matching.solve import answer
from tests.desk_data import START, closed_plan, later, market

LIMITS: tuple[Limit, ...] = (
    IssuerLimit(0.15),
    SectorLimit(0.4),
    RatingLimit(0.5, "BBB"),
    SupplyLimit(0.5),
)
POLICY = MatchingPolicy(reinvestment_rate=0.01)


def months(seed: int, count: int = 5, *, day_shift: int = 0) -> list[BondUniverse]:
    """One market settled at successive month ends (or days after them), at moving prices."""
    draw = np.random.default_rng(seed)
    first = market(seed, count=100)
    spreads, rate, found = draw.uniform(0.0, 0.02, len(first)), 0.04, []
    for month in range(count):
        day = add_months(START, month) + dt.timedelta(days=day_shift)
        found.append(later(first, day, rate=rate, noise=spreads))
        rate += draw.normal(0.0, 0.003)
        spreads = spreads + draw.normal(0.0, 0.0005, len(first))
    return found


@settings(deadline=None, max_examples=10)
@given(st.integers(0, 10_000), st.sampled_from([0, 1, 14]))
def test_warm_months_cost_what_cold_ones_do(seed: int, day_shift: int) -> None:
    liability, markets = closed_plan(90), months(seed, day_shift=day_shift)
    found = list(monthly_matches(liability, markets, policy=POLICY, limits=LIMITS))
    for bonds, warm in zip(markets, found, strict=True):
        due = liability.where(liability.dates > np.datetime64(bonds.settlement, "D"))
        cold = match_cash_flows(due, bonds, policy=POLICY, limits=LIMITS)
        assert warm.certificate.holds
        assert warm.cost == pytest.approx(cold.cost, rel=1e-9)
        np.testing.assert_array_equal(warm.data.flow_times, cold.data.flow_times)
        np.testing.assert_array_equal(warm.data.flow_amounts, cold.data.flow_amounts)
        np.testing.assert_array_equal(warm.data.flow_principals, cold.data.flow_principals)
        np.testing.assert_array_equal(warm.data.cash_caps, cold.data.cash_caps)
        received, fresh = warm.data.receipts, cold.data.receipts
        np.testing.assert_array_equal(received.rows, fresh.rows)
        np.testing.assert_array_equal(received.counted, fresh.counted)
        np.testing.assert_allclose(received.amounts, fresh.amounts, rtol=1e-13)
        assert warm.ladder.lowest_cash >= 0.0


@settings(deadline=None, max_examples=6)
@given(st.integers(0, 10_000))
def test_new_issues_and_trading_costs_are_warm_too(seed: int) -> None:
    draw = np.random.default_rng(seed)
    liability, markets = closed_plan(90), months(seed, 4)
    rules = MonthlyRules(liability, POLICY, LIMITS)
    last = None
    for bonds in markets:
        # Some bonds come and go, and stand in another order.
        chosen = bonds.take(draw.permutation(len(bonds))[: len(bonds) - 5])
        held = Trading(
            held=draw.uniform(0.0, 2e3, len(chosen)) * (draw.uniform(size=len(chosen)) < 0.2),
            buying=np.full(len(chosen), 0.05),
            selling=np.full(len(chosen), 0.03),
        )
        last = solve_month(rules, chosen, last=last, trading=held)
        due = liability.where(liability.dates > np.datetime64(bonds.settlement, "D"))
        question = matching_question(due, chosen, policy=POLICY, limits=LIMITS)
        cold = answer(question.with_trading(held))
        assert last.result.cost == pytest.approx(cold.cost, rel=1e-9)
        assert last.result.trading_cost == pytest.approx(cold.trading_cost, abs=1e-4 * cold.cost)


def test_rates_by_period_stay_with_their_payments() -> None:
    liability, markets = closed_plan(90), months(3, 3)
    rates = tuple(np.linspace(0.0, 0.02, 90).tolist())
    policy = MatchingPolicy(reinvestment_rate=rates)
    found = list(monthly_matches(liability, markets, policy=policy))
    for gone, month in enumerate(found):
        assert month.policy.reinvestment_rate == rates[gone:]
        assert to_date(month.dates[0]) == to_date(liability.dates[gone])
