"""Portfolios lived through on small made-up markets."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from defease.bonds import BondUniverse
from defease.cashflows import Payments
from defease.curves import flat_curve
from defease.matching import MatchingPolicy
from defease.matching.desk import BacktestRules, TradingCosts, backtest

DAY = dt.date(2026, 1, 31)
DAYS = np.array(["2027-01-31", "2028-01-31"], "datetime64[D]")
POLICY = MatchingPolicy(reinvestment_rate=0.05, cash_cap_months=None)


def market(day: dt.date, prices: list[float], **columns: object) -> BondUniverse:
    return BondUniverse(
        settlement=day,
        identifiers=("one", "two"),
        ratings=("UST", "UST"),
        coupons=np.zeros(2),
        clean_prices=np.array(prices),
        maturities=DAYS,
        **columns,  # type: ignore[arg-type]
    )


def owed() -> Payments:
    return Payments.from_dates(DAY, DAYS, [1000.0, 500.0])


def test_cash_that_earns_less_than_stated_misses_the_last_payment() -> None:
    # "two" is dear: at 5% reinvested, 500/1.05 more of "one" pays the second payment.
    months = [market(DAY, [94.0, 95.0]), market(dt.date(2026, 6, 30), [97.0, 96.0])]
    promised = backtest(owed(), months, policy=POLICY)
    assert promised.every_payment_was_met
    assert promised.cost == pytest.approx(0.94 * (1000.0 + 500.0 / 1.05))
    assert promised.largest_cash == pytest.approx(500.0 / 1.05)
    assert promised.final_cash == pytest.approx(0.0, abs=1e-9)
    assert promised.months[0].cash_after == 0.0
    last = BondUniverse(
        settlement=dt.date(2027, 6, 30),
        identifiers=("two",),
        ratings=("UST",),
        coupons=np.zeros(1),
        clean_prices=np.array([96.0]),
        maturities=DAYS[1:],
    )
    poor = backtest(
        owed(), [months[0], last], policy=POLICY, rules=BacktestRules(cash_rates=(0.0,))
    )
    (missed,) = poor.missed
    days_at_nothing = (dt.date(2027, 6, 30) - dt.date(2027, 1, 31)).days
    assert missed.date == dt.date(2028, 1, 31)
    short = 500.0 - 500.0 / 1.05 * 1.05 ** ((365 - days_at_nothing) / 365.0)
    assert missed.missing == pytest.approx(short)
    assert not poor.every_payment_was_met
    assert poor.months[-1].missing == pytest.approx(short)


def test_spreads_and_fees_are_part_of_the_cost() -> None:
    quoted = market(DAY, [96.0, 92.0], bids=np.array([95.0, 91.0]), asks=np.array([97.0, 93.0]))
    rules = BacktestRules(costs=TradingCosts(transaction_cost_bp=10.0))
    found = backtest(owed(), [quoted], rules=rules, curve=flat_curve(0.04))
    fees = 0.001 * (960.0 + 460.0)
    assert found.cost == pytest.approx(970.0 + 465.0 + fees)
    assert found.trading_costs == pytest.approx(10.0 + 5.0 + fees)
    value = 1000.0 / 1.04 + 500.0 / 1.04**2
    assert found.value_on_curve == pytest.approx(value)
    assert found.cost_over_value == pytest.approx(found.cost / value)


def test_a_month_without_a_price_of_a_holding_is_not_traded() -> None:
    day = dt.date(2026, 2, 28)
    gap = market(day, [96.0, 92.0]).take(np.array([0]))
    found = backtest(owed(), [market(DAY, [96.0, 88.0]), gap], rules=BacktestRules(every_months=1))
    assert found.months[0].note == "not traded: no price of two"
    assert found.months[0].trades is None
    assert found.every_payment_was_met


def test_trading_only_at_every_so_many_markets() -> None:
    days = [DAY, dt.date(2026, 2, 28), dt.date(2026, 3, 31), dt.date(2026, 4, 30)]
    months = [market(day, [90.0 + i, 88.0]) for i, day in enumerate(days)]
    found = backtest(owed(), months, rules=BacktestRules(every_months=2))
    assert [month.trades is not None for month in found.months] == [False, True, False, False]
