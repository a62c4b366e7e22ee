"""Impossible holdings, prices and events: each refused with where, what and remedy."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import replace

import numpy as np
import pytest

from defease.bonds import BondUniverse
from defease.errors import InputError
from defease.matching import Loan, MatchingPolicy
from defease.matching.desk import (
    BacktestRules,
    CurrentPortfolio,
    TradingCosts,
    backtest,
    monthly_matches,
    rebalance,
    trade_list,
)
from tests.desk_data import START, closed_plan, later, market, with_columns


def test_all_unknown_holdings_are_named_at_once() -> None:
    held = CurrentPortfolio(faces={"NOBODY": 1.0, market().identifiers[0]: 1.0, "NO ONE": 2.0})
    with pytest.raises(InputError) as caught:
        rebalance(closed_plan(), market(), held)
    assert [problem.what for problem in caught.value.problems] == [
        "NOBODY is not in the universe",
        "NO ONE is not in the universe",
    ]
    assert "count a matured bond as cash" in caught.value.problems[0].remedy


@pytest.mark.parametrize("face", [0.0, -5.0, math.nan, math.inf])
def test_faces_and_marks_must_be_amounts(face: float) -> None:
    with pytest.raises(InputError, match="face must be above 0"):
        CurrentPortfolio(faces={"a": face})
    with pytest.raises(InputError, match="mark must be above 0"):
        CurrentPortfolio(faces={"a": 1.0}, marks={"a": face})


@pytest.mark.parametrize("cash", [-1.0, math.nan, math.inf])
def test_cash_must_be_an_amount(cash: float) -> None:
    with pytest.raises(InputError, match="cash must be 0 or more"):
        CurrentPortfolio(cash=cash)


@pytest.mark.parametrize("bp", [-1.0, math.nan, math.inf])
def test_costs_must_be_basis_points(bp: float) -> None:
    with pytest.raises(InputError, match="transaction_cost_bp"):
        TradingCosts(transaction_cost_bp=bp)
    with pytest.raises(InputError, match="half_spread_bp"):
        TradingCosts(half_spread_bp=bp)


def test_a_half_spread_of_the_whole_price_is_refused() -> None:
    with pytest.raises(InputError, match="below 10,000"):
        TradingCosts(half_spread_bp=10_000.0)


def test_a_held_identifier_that_two_bonds_share_is_ambiguous() -> None:
    bonds = market()
    twice = with_columns(bonds, identifiers=(bonds.identifiers[1], *bonds.identifiers[1:]))
    held = CurrentPortfolio(faces={bonds.identifiers[1]: 1e5})
    with pytest.raises(InputError, match="names more than one bond"):
        rebalance(closed_plan(), twice, held)


def test_targets_that_do_not_exist_are_refused() -> None:
    with pytest.raises(InputError, match="NEW is not in the universe"):
        trade_list(market(), CurrentPortfolio(), {"NEW": 5.0}, costs=TradingCosts())


def quarter() -> list[BondUniverse]:
    flat = np.zeros(80)
    days = (START, dt.date(2026, 1, 31), dt.date(2026, 2, 28))
    return [later(market(), day, rate=0.04, noise=flat) for day in days]


def test_months_must_be_in_order() -> None:
    with pytest.raises(InputError, match="settlement goes back"):
        list(monthly_matches(closed_plan(), quarter()[::-1]))
    with pytest.raises(InputError, match="not in the order of settlement"):
        backtest(closed_plan(), quarter()[::-1])


def test_a_backtest_needs_a_market_payments_after_it_and_its_own_money() -> None:
    with pytest.raises(InputError, match="no market to buy in"):
        backtest(closed_plan(), [])
    with pytest.raises(InputError, match="not after the first market day"):
        backtest(closed_plan(start=dt.date(2025, 10, 31)), quarter())
    borrowing = MatchingPolicy(borrowing_cap=1e6)
    with pytest.raises(InputError, match="does not"):
        backtest(closed_plan(), quarter(), policy=borrowing)
    loan = replace(MatchingPolicy(), loans=(Loan(rate=0.05, periods=2, cap=1.0),))
    with pytest.raises(InputError, match="does not"):
        backtest(closed_plan(), quarter(), policy=loan)


def test_backtest_rules_are_checked() -> None:
    with pytest.raises(InputError, match="at least 1"):
        BacktestRules(every_months=0)
    with pytest.raises(InputError, match="above -100%"):
        BacktestRules(cash_rates=(0.01, -1.0))
    with pytest.raises(InputError, match="3 cash rates, but 2 spans"):
        backtest(closed_plan(), quarter(), rules=BacktestRules(cash_rates=(0.01,) * 3))
