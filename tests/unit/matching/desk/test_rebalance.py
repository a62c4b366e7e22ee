"""Trading from current holdings, by hand on two zero bonds."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from defease.bonds import BondUniverse
from defease.cashflows import Payments
from defease.matching import Eligibility, IssuerLimit, MatchingPolicy, Surplus, TurnoverLimit
from defease.matching.desk import CurrentPortfolio, Side, TradingCosts, rebalance

DAY = dt.date(2026, 1, 31)
DAYS = np.array(["2027-01-31", "2028-01-31"], "datetime64[D]")
COSTS = TradingCosts(transaction_cost_bp=10.0)


def zeros() -> BondUniverse:
    return BondUniverse(
        settlement=DAY,
        identifiers=("one", "two", "old"),
        issuers=("A", "B", "C"),
        ratings=("UST", "A", "BB"),
        coupons=np.zeros(3),
        clean_prices=np.array([96.0, 92.0, 80.0]),
        bids=np.array([95.0, 91.0, 79.0]),
        asks=np.array([97.0, 93.0, 81.0]),
        maturities=np.append(DAYS, DAYS[-1:]),
    )


def owed(first: float = 1000.0, second: float = 500.0) -> Payments:
    return Payments.from_dates(DAY, DAYS, [first, second])


def test_trades_are_made_at_ask_and_bid_and_fees_are_paid() -> None:
    held = CurrentPortfolio(faces={"one": 2000.0, "two": 100.0}, cash=50.0)
    found = rebalance(owed(), zeros(), held, eligibility=Eligibility(minimum_rating="A"),
                      costs=COSTS)  # fmt: skip
    sale, purchase = found.trades.trades
    # What the first bond brings carried at 0% is worth 95 less fees sold: cheaper kept than
    # buying the second at 93 plus fees? 95 - 0.096 = 94.904 > 93 + 0.092: it pays to switch.
    assert (sale.side, sale.identifier) == (Side.SELL, "one")
    assert (purchase.side, purchase.identifier) == (Side.BUY, "two")
    assert [sale.face, purchase.face] == pytest.approx([1000.0, 400.0])
    assert sale.clean_price == 95.0
    assert purchase.clean_price == 93.0
    assert sale.settlement_amount == pytest.approx(950.0 - 0.96)
    assert purchase.settlement_amount == pytest.approx(372.0 + 0.368)
    assert found.cash_needed == pytest.approx(372.368 - 949.04 - 50.0)
    assert found.trades.net_amount == pytest.approx(372.368 - 949.04)
    assert found.trades.transaction_costs == pytest.approx(0.96 + 0.368)


def test_a_portfolio_that_does_not_cover_says_what_cash_or_purchases_would() -> None:
    held = CurrentPortfolio(faces={"one": 1200.0}, cash=100.0)
    found = rebalance(owed(), zeros(), held, eligibility=Eligibility(minimum_rating="A"))
    kept = found.not_trading
    assert not kept.covers
    assert kept.cash_if_kept == pytest.approx(300.0 - 100.0)
    assert kept.cash_with_top_up == pytest.approx(0.93 * 300.0 - 100.0)
    assert found.ladder_before.cash_after.tolist() == pytest.approx([300.0, -200.0])
    assert found.savings_from_trading == pytest.approx(200.0 * (0.95 - 0.93))


def test_a_holding_that_covers_is_worth_what_it_is_not_what_it_would_cost() -> None:
    held = CurrentPortfolio(faces={"one": 1000.0, "two": 500.0}, cash=7.0)
    found = rebalance(
        owed(), zeros(), held, eligibility=Eligibility(minimum_rating="A"), costs=COSTS
    )
    assert found.not_trading.covers
    assert len(found.trades) == 0
    assert found.cash_needed == pytest.approx(-7.0)
    assert found.market_value_held == pytest.approx(960.0 + 460.0)


def test_ineligible_holdings_are_sold_at_the_bid_with_the_reason() -> None:
    held = CurrentPortfolio(faces={"one": 1000.0, "old": 500.0, "lost": 10.0}, marks={"lost": 40.0})
    found = rebalance(owed(), zeros(), held, eligibility=Eligibility(minimum_rating="A"))
    reasons = {sale.identifier: (sale.reason, sale.proceeds) for sale in found.forced_sales}
    assert reasons["old"][0] == "rated below the minimum"
    assert reasons["old"][1] == pytest.approx(395.0)
    assert reasons["lost"][0] == "no price in the universe"
    assert reasons["lost"][1] == pytest.approx(4.0)
    words = {t.identifier: (t.side, t.reason) for t in found.trades.trades}
    assert words["old"] == (Side.SELL, "forced: rated below the minimum")
    assert words["lost"] == (Side.SELL, "forced: no price in the universe")
    assert words["two"] == (Side.BUY, "new holding")
    assert found.cash_available == pytest.approx(399.0)
    assert found.cash_needed == pytest.approx(465.0 - 399.0)


def test_a_turnover_limit_holds_trades_back() -> None:
    held = CurrentPortfolio(faces={"one": 1500.0})
    limits = [TurnoverLimit(0.10)]
    found = rebalance(owed(), zeros(), held, limits=limits,
                      eligibility=Eligibility(minimum_rating="A"))  # fmt: skip
    traded = sum(t.face * {"one": 0.96, "two": 0.92}[t.identifier] for t in found.trades.trades)
    assert traded == pytest.approx(0.10 * found.result.portfolio_cost)
    free = rebalance(owed(), zeros(), held, eligibility=Eligibility(minimum_rating="A"))
    assert free.cash_needed < found.cash_needed < 0.0


def test_limits_that_forbid_a_top_up_leave_only_cash() -> None:
    # All in one issuer, which may not be sold: no purchase brings it under the limit.
    policy = MatchingPolicy(cash_cap_months=None)
    held = CurrentPortfolio(faces={"two": 3000.0})
    found = rebalance(owed(100.0, 100.0), zeros(), held, policy=policy, limits=[IssuerLimit(0.5)],
                      eligibility=Eligibility(minimum_rating="A"))  # fmt: skip
    kept = found.not_trading
    assert kept.cash_if_kept is not None
    assert kept.cash_if_kept == pytest.approx(100.0)
    assert kept.cash_with_top_up is not None  # Treasuries may be bought until the share is small
    assert kept.cash_with_top_up > kept.cash_if_kept
    assert found.cash_needed < 0.0


def test_what_is_due_at_settlement_is_paid_first() -> None:
    days = np.append(np.array([DAY], "datetime64[D]"), DAYS)
    liability = Payments.from_dates(DAY, days, [30.0, 1000.0, 500.0])
    held = CurrentPortfolio(faces={"one": 1000.0, "two": 500.0}, cash=20.0)
    found = rebalance(liability, zeros(), held, eligibility=Eligibility(minimum_rating="A"))
    assert found.cash_needed == pytest.approx(10.0)
    assert not found.not_trading.covers
    assert found.ladder_before.cash_after[0] == pytest.approx(-10.0)


def test_cash_cannot_help_where_surplus_is_lost() -> None:
    held = CurrentPortfolio(faces={"one": 1000.0}, cash=600.0)
    lost = MatchingPolicy(surplus=Surplus.LOST)
    found = rebalance(owed(), zeros(), held, policy=lost)
    assert found.not_trading.cash_if_kept is None
    assert not found.not_trading.covers
    assert found.not_trading.cash_needed == found.not_trading.cash_with_top_up
