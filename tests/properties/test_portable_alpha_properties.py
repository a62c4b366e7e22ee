"""What must hold for any policy and any history: money conserved, ratchets, order of purchase."""

from __future__ import annotations

import datetime as dt

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from defease.performance.portable import (
    AlphaHistory,
    alpha_history,
    back_test_portable_alpha,
    never_port,
)
from defease.performance.sleeve import buy_in_date_order, sell_latest_first
from defease.policies import Direction, PortableAlphaPolicy, Reason, ReviewFacts, decide
from tests.porting import monthly_payments, wandering_history

MONTHS = 12
PANEL = monthly_payments(wandering_history(MONTHS + 1), 90)
CENT = 0.005

money = st.integers(0, 200_000).map(lambda cents: cents / 100)
shares = st.integers(0, 100).map(lambda percent: percent / 100)
returns = st.lists(
    st.integers(-3000, 3000).map(lambda bp: bp / 10_000), min_size=MONTHS, max_size=MONTHS
)


@st.composite
def policies(
    draw: st.DrawFn, directions: tuple[Direction, ...] = tuple(Direction)
) -> PortableAlphaPolicy:
    return PortableAlphaPolicy(
        share=draw(shares),
        trigger_ratio=draw(st.none() | shares),
        trigger_amount=draw(money),
        minimum=draw(st.integers(0, 50).map(float)),
        floor=draw(shares),
        direction=draw(st.sampled_from(directions)),
        cooling_off_months=draw(st.integers(0, 6)),
        review_months=draw(st.integers(1, 4)),
        least_alpha_assets=draw(money),
    )


@st.composite
def histories(draw: st.DrawFn) -> AlphaHistory:
    random = np.random.default_rng(draw(st.integers(0, 10_000)))
    return alpha_history(
        random.integers(1, 40, 90).astype(np.float64),
        PANEL,
        draw(returns),
        alpha_assets=draw(money),
        matched_assets=draw(money),
        trading_cost=draw(st.integers(0, 100)) / 10_000,
    )


@settings(max_examples=40, deadline=None)
@given(histories(), policies())
def test_money_is_conserved_to_the_cent_in_every_month(
    history: AlphaHistory, policy: PortableAlphaPolicy
) -> None:
    result = back_test_portable_alpha(history, policy)
    paid = PANEL.paid(history.amounts)
    expected = result.alpha_growth + result.matched_growth + result.unpaid - result.trading_costs
    assert np.abs(np.diff(result.assets) + paid - expected).max() < CENT
    # What leaves one pool is what enters the other, less trading costs.
    alpha = np.diff(result.alpha_assets) - result.alpha_growth + result.paid_from_alpha
    assert np.abs(alpha + result.transferred + result.trading_costs).max() < CENT
    assert (result.alpha_assets >= -CENT).all()
    assert (result.unpaid >= 0).all()


@settings(max_examples=40, deadline=None)
@given(histories(), policies((Direction.RATCHET,)))
def test_a_ratchet_never_moves_back_and_coverage_never_shrinks(
    history: AlphaHistory, policy: PortableAlphaPolicy
) -> None:
    result = back_test_portable_alpha(history, policy)
    assert (result.transferred >= 0).all()
    assert (np.diff(result.coverage_dates).astype(np.int64) >= 0).all()
    never = never_port(history)
    assert (result.months_defeased >= never.months_defeased).all()


@settings(max_examples=30, deadline=None)
@given(histories(), policies())
def test_a_policy_that_moves_nothing_equals_never_porting(
    history: AlphaHistory, policy: PortableAlphaPolicy
) -> None:
    result = back_test_portable_alpha(history, policy)
    if not result.transferred.any():
        np.testing.assert_array_equal(result.assets, never_port(history).assets)
        np.testing.assert_array_equal(result.coverage_dates, never_port(history).coverage_dates)


@settings(max_examples=150, deadline=None)
@given(policies(), st.floats(-1e4, 1e4), money, money, money, st.floats(0.0, 2.0))
def test_a_decision_respects_every_limit_it_knows(
    policy: PortableAlphaPolicy,
    alpha: float,
    alpha_assets: float,
    matched: float,
    unfunded: float,
    ratio: float,
) -> None:
    facts = ReviewFacts(
        date=dt.date(2026, 6, 30),
        funded_ratio=ratio,
        cumulative_alpha=alpha,
        alpha_assets=alpha_assets,
        matched_assets=matched,
        unfunded_cost=unfunded,
    )
    decision = decide(policy, facts)
    moved = decision.transferred
    assert abs(moved) <= abs(decision.wanted) <= policy.share * abs(alpha)
    assert decision.wanted * moved >= 0
    if moved > 0:
        assert moved <= max(0.0, alpha_assets - policy.least_alpha_assets)
        assert moved <= unfunded
        assert ratio >= policy.floor
        assert alpha >= policy.minimum
    if moved < 0:
        assert policy.direction is Direction.TWO_WAY
        assert -moved <= matched
    assert (moved != 0) == (decision.reason in {Reason.TRANSFERRED, Reason.RETURNED})
    assert (abs(moved) < abs(decision.wanted)) == bool(decision.limited_by)


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.integers(-5, 40).map(float), min_size=5, max_size=5),
    st.lists(st.integers(0, 100).map(lambda p: p / 100), min_size=5, max_size=5),
    money,
)
def test_purchases_are_in_date_order_and_sales_take_back_what_was_bought(
    unmatched: list[float], prices: list[float], budget: float
) -> None:
    wanted, paid = np.array(unmatched), np.array(prices)
    trade = buy_in_date_order(wanted, paid, budget)
    assert trade.money <= budget * (1 + 1e-12)
    buyable = np.where(paid > 0, np.maximum(wanted, 0.0), 0.0)
    assert (trade.amounts <= buyable).all()
    short = np.flatnonzero(trade.amounts < buyable * (1 - 1e-9))
    if short.size:  # nothing after the first payment that is not full
        np.testing.assert_allclose(trade.amounts[short[0] + 1 :], 0.0, atol=1e-9)
        assert abs(trade.money - budget) < 1e-9
    back = sell_latest_first(trade.amounts, paid, trade.money)
    np.testing.assert_allclose(back.amounts, trade.amounts, atol=1e-9)
