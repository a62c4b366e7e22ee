"""Portable alpha over a history: books that close, coverage that grows, an independent loop."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from defease.errors import InputError, ModelError
from defease.performance.in_force import amounts_in_force
from defease.performance.panels import discount_panel, price_panel
from defease.performance.portable import (
    AlphaHistory,
    alpha_history,
    back_test_portable_alpha,
    compare_with_never_porting,
    never_port,
)
from defease.policies import Direction, PortableAlphaPolicy, Reason
from tests.porting import flat_history, monthly_payments, months_of, wandering_history

POLICY = PortableAlphaPolicy(trigger_amount=20.0, share=0.6)


def random_history(*, months: int = 48, cost: float = 0.0) -> AlphaHistory:
    panel = monthly_payments(wandering_history(months + 1), 180)
    returns = np.random.default_rng(11).normal(0.008, 0.04, months)
    amounts = 10.0 + np.arange(180) % 7
    return alpha_history(
        amounts, panel, returns, alpha_assets=1300.0, matched_assets=50.0, trading_cost=cost
    )


def test_coverage_and_money_of_a_case_done_by_hand() -> None:
    """Zero rates, payments of 10: 35 excess x 60% buys two months and a tenth of the third."""
    panel = monthly_payments(flat_history(0.0, 3), 12)
    history = alpha_history([10.0] * 12, panel, [0.35, 0.0], alpha_assets=100.0)
    result = back_test_portable_alpha(history, POLICY)
    first = result.decisions[0]
    assert first.excess == pytest.approx(35.0)
    assert first.transferred == pytest.approx(21.0)
    np.testing.assert_allclose(result.alpha_assets, [100.0, 104.0, 104.0])
    np.testing.assert_allclose(result.matched_assets, [0.0, 21.0, 11.0])
    assert result.coverage_dates.astype(str).tolist() == ["2020-01-31", "2020-04-30", "2020-04-30"]
    assert result.months_defeased.tolist() == [0, 2, 1]
    assert result.decisions[1].reason is Reason.NO_EXCESS


def test_the_books_against_a_loop_that_knows_nothing_of_panels() -> None:
    """Every payment followed on its own, month after month, on curves asked one by one."""
    history = random_history()
    result = back_test_portable_alpha(history, POLICY)
    dates, days = history.liability.dates, history.liability.payment_dates
    curves = wandering_history(len(dates))

    def price(at: int, j: int) -> float:
        years = float((days[j] - dates[at]).astype(int)) / 365.0
        factor: float = curves.curve_on(dates[at].item()).discount_factors([years])[0]
        return factor

    bonds, alpha, cumulative = [0.0] * len(days), 1300.0, 0.0
    money = 50.0
    for j in range(len(days)):
        bonds[j] = min(float(history.amounts[j]), money / price(0, j))
        money -= bonds[j] * price(0, j)
        if money < 1e-9:
            break
    for month in range(len(dates) - 1):
        open_ = [float(a) - b for a, b in zip(history.amounts, bonds, strict=True)]
        old = sum(open_[j] * price(month, j) for j in range(month, len(days)))
        new = sum(open_[j] * price(month + 1, j) for j in range(month + 1, len(days)))
        growth = alpha * float(history.alpha_returns[month])
        cumulative += growth - (new + open_[month] - old)
        alpha += growth - open_[month]
        if cumulative >= 20.0:
            money = 0.6 * cumulative
            alpha -= money
            cumulative = 0.0
            for j in range(month + 1, len(days)):
                bought = min(open_[j], money / price(month + 1, j))
                bonds[j] += bought
                money -= bought * price(month + 1, j)
        assert result.alpha_assets[month + 1] == pytest.approx(alpha, rel=1e-10)
        held = sum(bonds[j] * price(month + 1, j) for j in range(month + 1, len(days)))
        assert result.matched_assets[month + 1] == pytest.approx(held, rel=1e-10)


def test_money_is_conserved_to_the_cent_every_month_with_trading_costs() -> None:
    history = random_history(cost=0.003)
    result = back_test_portable_alpha(history, replace(POLICY, direction=Direction.TWO_WAY))
    assert (result.transferred > 0).any()
    assert (result.transferred < 0).any()
    paid = history.liability.paid(history.amounts)
    earned = result.alpha_growth + result.matched_growth
    moves = np.diff(result.assets) - (earned - paid + result.unpaid - result.trading_costs)
    assert np.abs(moves).max() < 1e-9
    np.testing.assert_allclose(
        result.paid_from_alpha + result.paid_from_matched + result.unpaid, paid, rtol=1e-12
    )
    np.testing.assert_allclose(result.trading_costs, 0.003 * np.abs(result.transferred))


def test_matched_bonds_earn_what_the_payments_they_defease_grow() -> None:
    """Priced on the liability's own curve the two pools' liabilities add up to the whole."""
    result = back_test_portable_alpha(random_history(), POLICY)
    history = random_history()
    paid = history.liability.paid(history.amounts)
    whole = np.diff(result.liabilities) + paid
    parts = result.matched_growth + result.residual_liability_growth
    np.testing.assert_allclose(parts, whole, atol=1e-9)


def test_a_share_of_zero_is_never_porting() -> None:
    comparison = compare_with_never_porting(random_history(), replace(POLICY, share=0.0))
    np.testing.assert_array_equal(comparison.ported.assets, comparison.never.assets)
    assert comparison.final_ratio_gain == comparison.final_surplus_gain == 0.0
    assert comparison.drawdown_avoided == 0.0
    assert not comparison.months_gained.any()
    assert len(comparison.ported.decisions) == 48
    assert comparison.never.decisions == ()


def test_a_fully_matched_plan_keeps_its_ratio_whatever_rates_do() -> None:
    panel = monthly_payments(wandering_history(37), 120)
    amounts = np.full(120, 5.0)
    value = float(panel.values(amounts)[0])
    history = alpha_history(amounts, panel, np.zeros(36), alpha_assets=0.0, matched_assets=value)
    result = never_port(history)
    np.testing.assert_allclose(result.funded_ratio, 1.0, rtol=1e-9)
    assert result.months_defeased[0] == 120
    assert not result.is_exhausted


def test_what_the_alpha_assets_no_longer_have_is_unpaid_and_said() -> None:
    panel = monthly_payments(flat_history(0.02, 7), 24)
    result = never_port(alpha_history([10.0] * 24, panel, np.zeros(6), alpha_assets=25.0))
    np.testing.assert_allclose(result.unpaid, [0.0, 0.0, 5.0, 10.0, 10.0, 10.0])
    assert result.is_exhausted
    assert result.alpha_assets[-1] == 0.0
    assert result.balances.window == "2020-01 to 2020-03"


def test_balances_carry_the_books_into_the_performance_report() -> None:
    result = back_test_portable_alpha(random_history(cost=0.003), POLICY)
    lost = result.residual_liability_growth + result.matched_growth
    np.testing.assert_allclose(
        result.balances.surplus_changes,
        result.alpha_growth + result.matched_growth - result.trading_costs - lost,
        atol=1e-8,
    )


def test_contributions_above_outgo_flow_into_alpha_assets_and_need_no_bond() -> None:
    panel = monthly_payments(flat_history(0.0, 3), 3)
    history = alpha_history(
        [-4.0, 10.0, 10.0], panel, [0.0, 0.0], alpha_assets=50.0, matched_assets=12.0
    )
    result = never_port(history)
    np.testing.assert_allclose(result.paid_from_alpha, [-4.0, 0.0])
    np.testing.assert_allclose(result.paid_from_matched, [0.0, 10.0])
    assert result.coverage_dates[0] == np.datetime64("2020-03-31")


def test_cooling_off_and_reviews_space_the_transfers() -> None:
    panel = monthly_payments(flat_history(0.0, 25), 600)
    history = alpha_history([1.0] * 600, panel, [0.1] * 24, alpha_assets=500.0)
    policy = PortableAlphaPolicy(
        trigger_amount=1.0, share=0.1, review_months=3, cooling_off_months=6
    )
    result = back_test_portable_alpha(history, policy)
    assert len(result.decisions) == 8
    assert np.flatnonzero(result.transferred).tolist() == [2, 8, 14, 20]
    assert {each.reason for each in result.decisions[1::2]} == {Reason.COOLING_OFF}


def test_dearer_bonds_defease_fewer_months() -> None:
    history = random_history()
    dear = price_panel(
        history.liability.dates, history.liability.payment_dates, 1.1 * history.liability.factors
    )
    cheap_result = back_test_portable_alpha(history, POLICY)
    dear_result = back_test_portable_alpha(replace(history, prices=dear), POLICY)
    assert dear_result.months_defeased.sum() < cheap_result.months_defeased.sum()


def test_a_history_that_does_not_fit_is_refused_with_every_problem() -> None:
    panel = monthly_payments(flat_history(0.03, 4), 12)
    with pytest.raises(InputError) as raised:
        alpha_history([1.0] * 11, panel, [0.1, -1.0], alpha_assets=-5.0, trading_cost=2.0)
    text = str(raised.value)
    for piece in (
        "11 amounts",
        "2 returns for 3 months",
        "alpha_assets",
        "trading_cost",
        "-100.0%",
    ):
        assert piece in text


def test_a_liability_that_ends_inside_the_history_is_refused() -> None:
    panel = monthly_payments(flat_history(0.03, 8), 4)
    with pytest.raises(ModelError, match="nothing is owed any more on 2020-05-31"):
        alpha_history([1.0] * 4, panel, np.zeros(7), alpha_assets=5.0)


def test_later_amounts_take_over_after_the_payments_of_their_date() -> None:
    """Zero rates: 10 a month become 16 on the second of four dates, a jump of 6 each."""
    panel = monthly_payments(flat_history(0.0, 4), 12)
    owed = amounts_in_force([10.0] * 12, [(1, [99.0] + [16.0] * 11)])
    result = never_port(alpha_history(owed, panel, [0.0, 0.0, 0.0], alpha_assets=100.0))
    np.testing.assert_allclose(result.liabilities, [120.0, 176.0, 160.0, 144.0])
    np.testing.assert_allclose(result.experience, [66.0, 0.0, 0.0])
    np.testing.assert_allclose(result.paid_from_alpha, [10.0, 16.0, 16.0])
    np.testing.assert_allclose(result.balances.liability_growth, 0.0, atol=1e-12)


@pytest.mark.parametrize(
    ("later", "said"),
    [
        ([(0, [1.0] * 12)], "dates [0]"),
        ([(4, [1.0] * 12)], "dates [4]"),
        ([(2, [1.0] * 12), (2, [2.0] * 12)], "dates [2, 2]"),
        ([(2, [1.0] * 11)], "11 amounts for 12 payment days"),
    ],
)
def test_later_amounts_that_do_not_fit_are_refused(
    later: list[tuple[int, list[float]]], said: str
) -> None:
    panel = monthly_payments(flat_history(0.03, 4), 12)
    owed = amounts_in_force([10.0] * 12, later)
    with pytest.raises(InputError) as raised:
        alpha_history(owed, panel, [0.0, 0.0, 0.0], alpha_assets=100.0)
    assert said in str(raised.value)


def test_panels_refuse_gaps_past_payments_and_prices_of_nothing() -> None:
    curves = flat_history(0.03, 3)
    with pytest.raises(InputError, match="not after the first valuation date"):
        discount_panel(curves, curves.dates)
    with pytest.raises(InputError, match="do not increase"):
        discount_panel(curves, months_of(4)[:0:-1])
    with pytest.raises(InputError, match="a price of 0"):
        price_panel(curves.dates, months_of(5)[3:], np.zeros((3, 2)))
    with pytest.raises(InputError, match="one price for each pair"):
        price_panel(curves.dates, months_of(5)[3:], np.ones((2, 2)))
    gap = price_panel(months_of(4)[[0, 1, 3]], months_of(5)[[4]], np.ones((3, 1)))
    with pytest.raises(InputError, match="2020-04 follows 2020-02"):
        alpha_history([1.0], gap, [0.0, 0.0], alpha_assets=1.0)


def test_payments_beyond_the_curve_are_named() -> None:
    """30 years of 365 days from 2020-01-31 end on 2050-01-23, before that month's payment."""
    panel = monthly_payments(flat_history(0.03, 2), 12 * 31)
    assert [caution.code for caution in panel.cautions] == ["extrapolated"]
    assert "13 of 372 payments" in panel.cautions[0].message
