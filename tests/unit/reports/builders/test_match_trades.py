"""Trades as a section: sums, forced sales, what not trading costs, the ladder and the hedges."""

from __future__ import annotations

import datetime as dt
from functools import cache

import numpy as np
import pytest

from defease.bonds import BondUniverse
from defease.cashflows import Payments
from defease.curves import flat_curve
from defease.matching import Eligibility
from defease.matching.desk import (
    CurrentPortfolio,
    Rebalance,
    Side,
    Trade,
    TradeList,
    TradingCosts,
    hedge_ratios,
    rebalance,
)
from defease.reports.builders.match_trades import MOST_TRADES, trades_section
from defease.reports.document import Callout, Figure, KeyFigures
from tests.unit.reports.builders.shown import of_kind, rendered, table, words

DAY = dt.date(2026, 1, 31)
DAYS = np.array(["2027-01-31", "2028-01-31"], "datetime64[D]")


def zeros() -> BondUniverse:
    return BondUniverse(
        settlement=DAY,
        identifiers=("one", "two", "old"),
        ratings=("UST", "A", "BB"),
        coupons=np.zeros(3),
        clean_prices=np.array([96.0, 92.0, 80.0]),
        maturities=np.append(DAYS, DAYS[-1:]),
    )


@cache
def traded() -> Rebalance:
    """Too much of the first year's bond, none of the second year's, and one below the minimum."""
    liability = Payments.from_dates(DAY, DAYS, [1000.0, 500.0])
    held = CurrentPortfolio(faces={"one": 1400.0, "old": 100.0}, cash=10.0)
    costs = TradingCosts(transaction_cost_bp=10.0)
    return rebalance(
        liability, zeros(), held, eligibility=Eligibility(minimum_rating="A"), costs=costs
    )


def test_the_sums_are_those_of_the_list() -> None:
    section = trades_section(traded(), "USD")
    trades = table([section], "Trades")
    assert trades.totals == (len(trades.rows) - 2, len(trades.rows) - 1)
    bought, sold = trades.rows[-2], trades.rows[-1]
    assert bought[6] == pytest.approx(500.0 * 0.92 * 1.001)
    assert sold[6] == pytest.approx((400.0 * 0.96 + 100.0 * 0.80) * 0.999)
    assert [row[1] for row in trades.rows[:-2]] == ["two", "one", "old"], "largest first"


def test_money_needed_and_not_trading_stand_beside_each_other() -> None:
    found = traded()
    section = trades_section(found, "USD")
    rows = {row[0]: row[1] for row in table([section], "The cost of not trading").rows}
    # 460.46 for the purchase, less 383.616 and 79.92 of sales, less 10 of cash
    assert rows["Buying and selling"] == pytest.approx(460.46 - 383.616 - 79.92 - 10.0)
    # 400 of the first bond carried to the second year leave 100 to be bought
    bought_alone = 100.0 * 0.92 * 1.001 - 79.92 - 10.0
    assert rows["Buying alone, nothing sold"] == pytest.approx(bought_alone)
    (tiles,) = of_kind([section], KeyFigures)
    assert tiles.figures[0].label == "Money set free"
    assert tiles.figures[0].value == pytest.approx(-found.cash_needed)
    assert "$13.08 is set free" in words([section])


def test_forced_sales_are_set_off_with_their_reason() -> None:
    section = trades_section(traded(), "USD")
    forced = table([section], "Forced sales")
    assert [row[0] for row in forced.rows] == ["old"]
    assert forced.rows[0][2] == pytest.approx(79.92)
    assert any("may not stay" in callout.text for callout in of_kind([section], Callout))


def test_the_ladder_before_shows_what_is_missing() -> None:
    section = trades_section(traded(), "USD")
    ladder = table([section], "Ladder before and after")
    assert [row[0] for row in ladder.rows] == [2027, 2028]
    first, second = ladder.rows
    assert first[1:4] == (1000.0, pytest.approx(1400.0), pytest.approx(1000.0))
    assert second[1:4] == (500.0, pytest.approx(0.0), pytest.approx(500.0))
    assert any("run short of cash on 2028-01-31" in c.text for c in of_kind([section], Callout))
    assert "Ladder before and after" in rendered([section])


def test_hedge_ratios_are_drawn_and_add_up() -> None:
    hedges = hedge_ratios(traded(), flat_curve(0.04))
    section = trades_section(traded(), "USD", hedges=hedges)
    rows = table([section], "Hedge ratios").rows
    assert rows[-1][0] == "All"
    for column in (1, 2, 3):
        parts = [row[column] for row in rows[:-1]]
        assert rows[-1][column] == pytest.approx(sum(p for p in parts if isinstance(p, float)))
    assert rows[-1][5] == pytest.approx(1.0)
    assert len(of_kind([section], Figure)) == 2
    assert "100.0% of the interest sensitivity" in rendered([section])


def test_a_bare_list_is_cut_to_its_largest_trades() -> None:
    many = tuple(
        Trade(
            side=Side.BUY,
            identifier=f"bond {k}",
            issuer="",
            face=100.0 * k,
            clean_price=100.0,
            accrued_interest=1.0,
            transaction_cost=0.0,
            reason="new holding",
        )
        for k in range(1, 41)
    )
    section = trades_section(TradeList(settlement=DAY, trades=many), "USD")
    trades = table([section], "Trades")
    assert len(trades.rows) == MOST_TRADES + 2
    assert trades.rows[0][1] == "bond 40"
    assert trades.rows[-2][1] == "40 trades"
    assert trades.rows[-2][4] == 40.0, "sums are of all trades, not of those printed"
    assert "The 25 largest of 40" in trades.note


def test_nothing_to_trade_is_said() -> None:
    section = trades_section(TradeList(settlement=DAY, trades=()), "USD")
    assert words([section]) == "There is nothing to trade on 2026-01-31."
    assert len(section.blocks) == 1
