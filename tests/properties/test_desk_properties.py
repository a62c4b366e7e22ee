"""Re-optimisation on random markets: what must hold whatever is held and whatever trading costs."""

from __future__ import annotations

import csv
import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from defease.bonds import BondUniverse
from defease.matching import MatchingPolicy, match_cash_flows
from defease.matching.desk import (
    CurrentPortfolio,
    NoTrades,
    Rebalance,
    Side,
    TradingCosts,
    rebalance,
    trade_file,
)
from tests.desk_data import START, closed_plan, later, market

POLICY = MatchingPolicy(reinvestment_rate=0.01)
SEEDS = st.integers(0, 10_000)
PROHIBITIVE = TradingCosts(transaction_cost_bp=1e6)


def holdings(seed: int, bonds: BondUniverse, *, size: float = 5e5) -> CurrentPortfolio:
    draw = np.random.default_rng(seed)
    chosen = draw.choice(len(bonds), size=8, replace=False)
    faces = {bonds.identifiers[i]: float(draw.uniform(0.1, 1.0)) * size for i in chosen}
    return CurrentPortfolio(faces=faces, cash=float(draw.uniform(0.0, size)))


def adds_up(found: Rebalance, current: CurrentPortfolio) -> bool:
    """Cash needed is what the trades take, with cash bought and cash held."""
    result = found.result
    needed = found.trades.net_amount + result.initial_cash + result.due_at_settlement
    return found.cash_needed == pytest.approx(needed - current.cash, abs=1e-6 * result.cost)


@settings(deadline=None, max_examples=15)
@given(SEEDS)
def test_without_costs_the_new_portfolio_is_as_cheap_as_a_fresh_one(seed: int) -> None:
    bonds = market(seed)
    current = holdings(seed, bonds)
    found = rebalance(closed_plan(), bonds, current, policy=POLICY)
    fresh = match_cash_flows(closed_plan(), bonds, policy=POLICY)
    assert found.result.cost == pytest.approx(fresh.cost, rel=1e-9)
    value = sum(
        face * bonds.dirty_prices[bonds.identifiers.index(name)] / 100.0
        for name, face in current.faces.items()
    )
    assert found.cash_needed == pytest.approx(fresh.cost - value - current.cash, rel=1e-7)
    assert adds_up(found, current)


@settings(deadline=None, max_examples=15)
@given(SEEDS, st.floats(0.0, 200.0))
def test_trading_never_costs_more_than_buying_alone(seed: int, costs_bp: float) -> None:
    bonds = market(seed)
    current = holdings(seed, bonds)
    costs = TradingCosts(transaction_cost_bp=costs_bp, half_spread_bp=costs_bp / 2)
    found = rebalance(closed_plan(), bonds, current, policy=POLICY, costs=costs)
    kept = found.not_trading
    assert found.savings_from_trading is not None
    assert found.savings_from_trading >= -1e-9 * found.result.cost
    assert kept.cash_if_kept is not None
    if kept.cash_with_top_up is not None:
        assert found.cash_needed <= kept.cash_with_top_up + 1e-9 * found.result.cost
    assert adds_up(found, current)


@settings(deadline=None, max_examples=10)
@given(SEEDS)
def test_at_prohibitive_costs_a_portfolio_that_covers_is_kept(seed: int) -> None:
    bonds = market(seed)
    bought = match_cash_flows(closed_plan(), bonds, policy=POLICY)
    faces = dict(zip(bought.holdings.identifiers, bought.holdings.faces.tolist(), strict=True))
    # Twice the faces cover with room to spare: the cash cap releases what is too much.
    current = CurrentPortfolio(
        faces={name: 2.0 * face for name, face in faces.items()}, cash=2.0 * bought.initial_cash
    )
    found = rebalance(closed_plan(), bonds, current, policy=POLICY, costs=PROHIBITIVE)
    assert len(found.trades) == 0
    assert found.not_trading.covers


@settings(deadline=None, max_examples=10)
@given(SEEDS)
def test_at_prohibitive_costs_only_cash_is_added(seed: int) -> None:
    bonds = market(seed)
    free = MatchingPolicy(reinvestment_rate=0.01, cash_cap_months=None)
    current = holdings(seed, bonds)
    found = rebalance(closed_plan(), bonds, current, policy=free, costs=PROHIBITIVE)
    assert len(found.trades) == 0
    assert found.cash_needed == pytest.approx(found.not_trading.cash_if_kept, abs=1e-3)


@settings(deadline=None, max_examples=10)
@given(SEEDS)
def test_no_turnover_keeps_the_portfolio(seed: int) -> None:
    bonds = market(seed)
    free = MatchingPolicy(reinvestment_rate=0.01, cash_cap_months=None)
    current = holdings(seed, bonds)
    found = rebalance(closed_plan(), bonds, current, policy=free, limits=[NoTrades()])
    assert len(found.trades) == 0
    # An independent loop: the least cash that keeps every balance at or above zero.
    shortest, discount, total = 0.0, 1.0, 0.0
    data = found.result.data
    received = np.bincount(
        data.receipts.rows, found.held[data.flow_bonds] * data.receipts.amounts, data.periods + 1
    )
    for t in range(data.periods):
        discount /= data.growth_of_cash[t]
        total += (received[t] - data.payments[t]) * discount
        shortest = min(shortest, total)
    assert found.result.initial_cash == pytest.approx(-shortest, rel=1e-9, abs=1e-3)


@settings(deadline=None, max_examples=10)
@given(SEEDS)
def test_an_optimum_bought_last_month_needs_no_trade_and_no_money_today(seed: int) -> None:
    bonds = market(seed)
    bought = match_cash_flows(closed_plan(), bonds, policy=POLICY)
    faces = dict(zip(bought.holdings.identifiers, bought.holdings.faces.tolist(), strict=True))
    current = CurrentPortfolio(faces=faces, cash=bought.initial_cash)
    costs = TradingCosts(transaction_cost_bp=5.0)
    found = rebalance(closed_plan(), bonds, current, policy=POLICY, costs=costs)
    assert found.cash_needed == pytest.approx(0.0, abs=1e-6 * bought.cost)
    assert found.trades.bought == pytest.approx(0.0, abs=1e-6 * bought.cost)
    assert found.not_trading.covers or found.not_trading.cash_if_kept == pytest.approx(
        0.0, abs=1e-6 * bought.cost
    )


@settings(deadline=None, max_examples=10)
@given(SEEDS)
def test_trades_lead_from_what_is_held_to_what_is_wanted(seed: int) -> None:
    bonds = later(market(seed), START, rate=0.05, noise=np.zeros(80))
    current = holdings(seed, bonds)
    found = rebalance(closed_plan(), bonds, current, policy=POLICY)
    after = dict(current.faces)
    for trade in found.trades.trades:
        change = trade.face if trade.side is Side.BUY else -trade.face
        after[trade.identifier] = after.get(trade.identifier, 0.0) + change
    wanted = dict(zip(bonds.identifiers, (found.result.levels * 100.0).tolist(), strict=False))
    for name, face in after.items():
        assert face == pytest.approx(wanted[name], abs=1.0)
    rows = list(csv.DictReader(io.StringIO(trade_file(found.trades))))
    paid = sum(
        float(row["settlement_amount"]) * (1 if row["side"] == "buy" else -1) for row in rows
    )
    assert paid == pytest.approx(found.trades.net_amount, abs=0.005 * len(rows) + 1e-6)
