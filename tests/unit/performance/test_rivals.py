"""Rivals of matching on small histories: closed forms, identities, refusals."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from defease.arrays import FloatArray
from defease.cashflows import Payments
from defease.curves import CurveHistory, flat_curve
from defease.dates import to_date
from defease.errors import InputError
from defease.performance.panels import DiscountPanel
from defease.performance.rivals import (
    BROAD_STAND_IN,
    LONG_STAND_IN,
    HedgedLiability,
    ParBondIndex,
    ZeroIndex,
    benchmark_mismatch,
    cash_returns,
    class_history,
    compare_rivals,
    compare_sweep_with_sleeve,
    duration_match,
    hedged_liability,
    hold_index,
    index_from_returns,
    index_history,
    leveraged_index,
    run_matched,
    run_strategy,
    swap_overlay,
    sweep_all_classes,
    years_of_expenses,
)
from tests.porting import flat_history, monthly_payments, wandering_history

AMOUNTS: FloatArray = np.array([10.0 + k % 5 for k in range(240)])


def liability_on(curves: CurveHistory) -> tuple[DiscountPanel, HedgedLiability]:
    panel = monthly_payments(curves, len(AMOUNTS))
    return panel, hedged_liability(panel, AMOUNTS)


def year_shares(curves: CurveHistory) -> FloatArray:
    years: FloatArray = np.diff(curves.dates).astype(np.int64) / 365.0
    return years


def test_on_a_flat_still_curve_everything_earns_the_curve() -> None:
    """Par bonds, zeros, cash, swaps and the liability itself: one rate, so nothing tracks off."""
    curves = flat_history(0.05, 25)
    panel, liability = liability_on(curves)
    expected = 1.05 ** year_shares(curves) - 1.0
    broad, long = (index_history(each, curves) for each in (BROAD_STAND_IN, LONG_STAND_IN))
    cash = cash_returns(curves)
    for returns in (broad.returns, long.returns, cash, liability.returns):
        np.testing.assert_allclose(returns, expected, rtol=1e-11)
    opening = float(liability.values[0])
    strategies = (
        hold_index(broad),
        duration_match(liability, broad, long),
        leveraged_index(liability, long, cash),
        swap_overlay(liability, broad, long, cash),
    )
    matched = run_matched(liability, panel, AMOUNTS, opening_assets=opening, cash=cash)
    comparison = compare_rivals(liability, strategies, opening_assets=opening, matched=matched)
    for result in comparison.results:
        np.testing.assert_allclose(result.surplus, 0.0, atol=1e-9 * opening)
        assert result.tracking_error == pytest.approx(0.0, abs=1e-10)
    assert comparison.named("matched payments") is matched


def test_the_matched_portfolio_never_leaves_the_liability_and_never_sells() -> None:
    curves = wandering_history(49)
    panel, liability = liability_on(curves)
    opening = float(liability.values[0])
    cash = cash_returns(curves)
    result = run_matched(liability, panel, AMOUNTS, opening_assets=opening, cash=cash)
    np.testing.assert_allclose(result.surplus, 0.0, atol=1e-9 * opening)
    assert result.cash.total_sold == pytest.approx(0.0, abs=1e-9)
    np.testing.assert_allclose(result.cash.from_payments, liability.payments)
    rival = run_strategy(
        liability, hold_index(index_history(BROAD_STAND_IN, curves)), opening_assets=opening
    )
    assert rival.cash.total_sold == pytest.approx(float(liability.payments.sum()))


def test_a_zero_held_a_month_earns_the_ratio_of_its_two_prices() -> None:
    curves = wandering_history(7)
    index = index_history(ZeroIndex("ten", (10.0,), (1.0,)), curves)
    for month, h in enumerate(year_shares(curves).tolist()):
        old, new = (curves.curve_on(to_date(curves.dates[month + k])) for k in (0, 1))
        price = float(old.discount_factors([10.0])[0])
        later = float(new.discount_factors([10.0 - h])[0])
        assert index.returns[month] == pytest.approx(later / price - 1.0, rel=1e-12)
    np.testing.assert_allclose(index.durations, 10.0)


def test_key_rates_of_a_fact_sheet_are_kept_on_every_curve() -> None:
    curves = wandering_history(5)
    wanted = [0.3, 0.9, 1.6, 2.0]
    tenors = [1.0, 5.0, 10.0, 30.0]
    index = index_history(ZeroIndex.of_key_rates("sheet", wanted, tenors), curves)
    places = np.searchsorted(index.key_rate_tenors, tenors)
    np.testing.assert_allclose(index.key_rate_durations[:, places], [wanted] * 5)
    np.testing.assert_allclose(index.durations, sum(wanted))


def test_the_duration_of_a_par_index_is_the_price_slope_of_its_bonds() -> None:
    curve = flat_curve(0.045)
    held = ParBondIndex("p", (2.0, 10.0), (0.3, 0.7)).bought_on(curve)
    step = 1e-6
    up, down = (
        float(held.amounts @ (curve.discount_factors(held.times) * np.exp(-s * held.times)))
        for s in (step, -step)
    )
    slope = (down - up) / (2 * step)
    assert float(held.time_values(curve).sum()) == pytest.approx(slope, rel=1e-8)
    assert held.value(curve) == pytest.approx(1.0, abs=1e-14)


def test_duration_match_weighs_two_zeros_as_the_textbook_does() -> None:
    """Weights (b - D)/(b - a) and (D - a)/(b - a) of Redington's two zeros, month by month."""
    curves = wandering_history(13)
    _, liability = liability_on(curves)
    short, long = (index_history(ZeroIndex(f"{t}", (t,), (1.0,)), curves) for t in (2.0, 20.0))
    strategy = duration_match(liability, short, long)
    assets = float(liability.values[0])
    result = run_strategy(liability, strategy, opening_assets=assets)
    for month in range(12):
        wanted = float(liability.money_durations[month]) / assets
        low = (20.0 - wanted) / 18.0
        earned = low * float(short.returns[month]) + (1.0 - low) * float(long.returns[month])
        assets = assets * (1.0 + earned) - float(liability.payments[month])
        assert result.assets[month + 1] == pytest.approx(assets, rel=1e-12)


def test_the_overlay_carries_the_dv01_the_assets_lack_and_settles_in_cash() -> None:
    curves = wandering_history(13)
    _, liability = liability_on(curves)
    broad = index_history(BROAD_STAND_IN, curves)
    swap = index_history(ParBondIndex("20-year swap", (20.0,)), curves)
    cash = cash_returns(curves)
    strategy = swap_overlay(liability, broad, swap, cash, hedge_ratio=0.8)
    result = run_strategy(liability, strategy, opening_assets=float(liability.values[0]))
    held = result.assets[:-1] * broad.durations[:-1] + result.notionals * swap.durations[:-1]
    np.testing.assert_allclose(held, 0.8 * liability.money_durations[:-1], rtol=1e-12)
    settled = result.notionals * (swap.returns - cash)
    np.testing.assert_allclose(result.cash.from_settlements, settled)
    physical = result.assets[:-1] * broad.returns
    np.testing.assert_allclose(result.asset_growth, physical + settled, rtol=1e-10, atol=1e-9)
    ladder = result.cash
    sources = ladder.from_settlements + ladder.sold + ladder.unpaid - ladder.reinvested
    np.testing.assert_allclose(sources, ladder.due)
    np.testing.assert_allclose(ladder.cash_calls, np.maximum(-settled, 0.0))


def test_a_hedge_ratio_of_zero_leaves_the_leveraged_index_in_cash() -> None:
    curves = wandering_history(13)
    _, liability = liability_on(curves)
    cash = cash_returns(curves)
    index = index_history(LONG_STAND_IN, curves)
    strategy = leveraged_index(liability, index, cash, hedge_ratio=0.0)
    np.testing.assert_allclose(strategy.per_unit, cash)
    assert not strategy.fixed.any()


def test_measures_of_a_result_are_what_their_names_say() -> None:
    curves = wandering_history(31)
    _, liability = liability_on(curves)
    index = index_history(BROAD_STAND_IN, curves)
    result = run_strategy(liability, hold_index(index), opening_assets=900.0)
    differences = index.returns - liability.returns
    mean = math.fsum(differences) / 30
    spread = math.sqrt(math.fsum((d - mean) ** 2 for d in differences) / 29)
    assert result.tracking_error == pytest.approx(spread * math.sqrt(12), rel=1e-12)
    changes = np.diff(result.surplus)
    np.testing.assert_allclose(result.surplus_changes, changes, atol=1e-9)
    np.testing.assert_allclose(result.balances.surplus_changes, changes, atol=1e-9)
    assert result.worst_month[1] == pytest.approx(changes.min())
    worst = min(math.fsum(changes[k : k + 12]) for k in range(19))
    assert result.worst_twelve_months == pytest.approx(worst)
    assert result.surplus_range == pytest.approx(result.surplus.max() - result.surplus.min())
    assert [(year.year, year.months) for year in result.years] == [
        (2020, 11),
        (2021, 12),
        (2022, 7),
    ]
    assert math.fsum(year.surplus_change for year in result.years) == pytest.approx(
        float(result.surplus[-1] - result.surplus[0])
    )
    assert result.worst_years(1)[0].share == min(year.share for year in result.years)
    assert [caution.code for caution in result.cautions] == ["short_history"]


def test_less_than_a_year_has_no_tracking_error() -> None:
    curves = wandering_history(12)
    _, liability = liability_on(curves)
    held = hold_index(index_history(BROAD_STAND_IN, curves))
    result = run_strategy(liability, held, opening_assets=900.0)
    assert result.tracking_error is None
    assert result.worst_twelve_months is None


def test_a_rival_that_runs_dry_says_when_and_how_much_was_unpaid() -> None:
    curves = flat_history(0.0, 13)
    _, liability = liability_on(curves)
    held = hold_index(index_history(BROAD_STAND_IN, curves))
    result = run_strategy(liability, held, opening_assets=35.0)
    assert result.exhausted_on == np.datetime64("2020-05-31")
    assert result.months_with_assets == 4
    total = float(liability.payments.sum())
    assert float(result.cash.unpaid.sum()) == pytest.approx(total - 35.0, abs=1e-9)
    assert (result.assets >= 0).all()


def test_money_that_does_not_match_everything_pays_the_first_payments() -> None:
    curves = flat_history(0.0, 13)
    panel, liability = liability_on(curves)
    result = run_matched(liability, panel, AMOUNTS, opening_assets=46.0, cash=cash_returns(curves))
    np.testing.assert_allclose(result.cash.unpaid[:5], [0.0, 0.0, 0.0, 0.0, 14.0])
    rich = run_matched(liability, panel, AMOUNTS, opening_assets=1e4, cash=cash_returns(curves))
    np.testing.assert_allclose(rich.surplus, 1e4 - float(AMOUNTS.sum()))


def test_mismatch_is_a_full_revaluation_with_key_rates_that_add_up() -> None:
    """Zeros of 12 and 5 years at 5%, rates down and up 100 bp: a closed form."""
    due = Payments.from_times(to_date(np.datetime64("2025-12-31")), [12.0], [1000.0])
    found = benchmark_mismatch(due, ZeroIndex("5", (5.0,), (1.0,)), flat_curve(0.05))
    for move in found.growth:
        ratio = 1.05 / (1.05 + move.shift_bp * 1e-4)
        assert move.liability == pytest.approx(ratio**12 - 1, rel=1e-12)
        assert move.index == pytest.approx(ratio**5 - 1, rel=1e-12)
        assert move.duration_estimate == pytest.approx(-7 / 1.05 * move.shift_bp * 1e-4)
    assert found.duration_gap == pytest.approx(7.0)
    assert float(found.key_rate_gaps.sum()) == pytest.approx(7.0)
    assert found.gross_key_rate_gap == pytest.approx(17.0)
    assert found.worst.shift_bp == -100.0
    lost = found.worst.money(found.liability_value)
    assert lost == pytest.approx(-found.worst.mismatch * 1000 / 1.05**12)
    assert years_of_expenses(lost, 10.0) == pytest.approx(-lost / 10.0)
    assert years_of_expenses(5.0, 10.0) == 0.0


def test_equal_durations_hide_a_key_rate_gap() -> None:
    """Seed of the idea: twelve years of duration can have many shapes."""
    due = Payments.from_times(to_date(np.datetime64("2025-12-31")), [12.0], [1000.0])
    barbell = ZeroIndex("barbell", (2.0, 22.0), (0.5, 0.5))
    found = benchmark_mismatch(due, barbell, flat_curve(0.05))
    assert found.duration_gap == pytest.approx(0.0, abs=1e-12)
    assert found.gross_key_rate_gap == pytest.approx(24.0)


def test_sweep_books_close_and_a_sleeve_of_nothing_is_the_sweep() -> None:
    curves = wandering_history(37)
    panel = monthly_payments(curves, len(AMOUNTS))
    rng = np.random.default_rng(3)
    returns = {"bonds": rng.normal(0.003, 0.01, 36), "shares": rng.normal(0.007, 0.05, 36)}
    history = class_history(
        {"bonds": 400.0, "shares": 900.0}, returns, amounts=AMOUNTS, prices=panel
    )
    both = compare_sweep_with_sleeve(history, "bonds")
    due = panel.paid(AMOUNTS)
    for result in (both.sweep, both.sleeve):
        moved = np.diff(result.class_values, axis=0) - result.class_growth + result.sold
        np.testing.assert_allclose(moved, 0.0, atol=1e-9)
        met = result.sold.sum(axis=1) + result.paid_from_sleeve + result.unpaid
        np.testing.assert_allclose(met, due, rtol=1e-12)
    assert both.sleeve.assets[0] == pytest.approx(both.sweep.assets[0])
    matched_months = int(np.count_nonzero(panel.payment_dates <= both.sleeve.coverage))
    assert matched_months > 24
    np.testing.assert_allclose(both.sleeve.sold[:matched_months], 0.0, atol=1e-9)
    assert both.spared_sales_at_a_loss > 0
    nothing = compare_sweep_with_sleeve(history, "bonds", share=0.0)
    np.testing.assert_array_equal(nothing.gain, 0.0)


def test_on_one_rate_for_everything_it_does_not_matter_who_pays() -> None:
    curves = flat_history(0.04, 25)
    panel = monthly_payments(curves, len(AMOUNTS))
    same = 1.04 ** year_shares(curves) - 1.0
    history = class_history(
        {"a": 500.0, "b": 800.0}, {"a": same, "b": same}, amounts=AMOUNTS, prices=panel
    )
    gain = compare_sweep_with_sleeve(history, "a").gain
    np.testing.assert_allclose(gain, 0.0, atol=1e-9)


def test_classes_that_run_dry_leave_the_rest_unpaid() -> None:
    panel = monthly_payments(flat_history(0.0, 7), 12)
    history = class_history(
        {"a": 5.0, "b": 20.0},
        {"a": np.zeros(6), "b": np.zeros(6)},
        amounts=np.full(12, 10.0),
        prices=panel,
    )
    result = sweep_all_classes(history)
    np.testing.assert_allclose(result.unpaid, [0.0, 0.0, 5.0, 10.0, 10.0, 10.0], atol=1e-12)
    np.testing.assert_allclose(result.sold[0], [2.0, 8.0])


def test_given_returns_stand_for_an_index() -> None:
    curves = wandering_history(4)
    index = index_from_returns("x", curves.dates, [0.01, 0.02, -0.01], durations=4.5)
    np.testing.assert_array_equal(index.durations, [4.5] * 4)
    assert index.key_rate_durations.shape == (4, 0)
    _, liability = liability_on(curves)
    result = run_strategy(liability, hold_index(index), opening_assets=100.0)
    np.testing.assert_allclose(result.asset_growth[0], 1.0)


def test_bad_input_is_refused_in_words() -> None:
    curves = flat_history(0.03, 4)
    panel, liability = liability_on(curves)
    index = index_history(BROAD_STAND_IN, curves)
    long = index_history(LONG_STAND_IN, curves)
    cash = cash_returns(curves)
    with pytest.raises(InputError, match="half years above 0"):
        ParBondIndex("p", (0.25,))
    with pytest.raises(InputError, match=r"weights add up to 0\.9"):
        ParBondIndex("p", (1.0, 2.0), (0.4, 0.5))
    with pytest.raises(InputError, match=r"from 0\.5 years"):
        ZeroIndex("z", (0.1,), (1.0,))
    with pytest.raises(InputError, match=r"-100\.0%"):
        index_from_returns("x", curves.dates, [0.0, -1.0, 0.0], durations=4.0)
    with pytest.raises(InputError, match="name the shorter one first"):
        duration_match(liability, long, index)
    with pytest.raises(InputError, match="2 cash returns for 3 months"):
        leveraged_index(liability, index, cash[:2])
    with pytest.raises(InputError, match="has no duration"):
        swap_overlay(liability, index, replace(long, durations=0.0 * long.durations), cash)
    with pytest.raises(InputError, match="4 dates"):
        duration_match(liability, index, index_history(LONG_STAND_IN, flat_history(0.03, 5)))
    with pytest.raises(InputError, match="comes twice"):
        compare_rivals(liability, (hold_index(index), hold_index(index)), opening_assets=1.0)
    with pytest.raises(InputError, match="opening assets of -1"):
        run_strategy(liability, hold_index(index), opening_assets=-1.0)
    with pytest.raises(InputError, match="annual expenses of 0"):
        years_of_expenses(-1.0, 0.0)
    with pytest.raises(InputError, match="239 amounts for 240"):
        hedged_liability(panel, AMOUNTS[1:])


def test_classes_that_do_not_fit_are_refused_by_name() -> None:
    panel = monthly_payments(flat_history(0.03, 4), 12)
    flat = np.zeros(3)
    with pytest.raises(InputError) as raised:
        class_history(
            {"bonds": 1.0, "shares": 2.0},
            {"bond": flat, "shares": flat[:2]},
            amounts=np.ones(12),
            prices=panel,
        )
    assert "did you mean 'bond'" in str(raised.value)
    assert "shares: 2 returns for 3 months" in str(raised.value)
    good = class_history({"bonds": 1.0}, {"bonds": flat}, amounts=np.ones(12), prices=panel)
    with pytest.raises(InputError, match="did you mean 'bonds'"):
        compare_sweep_with_sleeve(good, "bond")
    with pytest.raises(InputError, match="month 1 has a return of -100"):
        class_history({"a": 1.0}, {"a": flat - 1.0}, amounts=np.ones(12), prices=panel)
