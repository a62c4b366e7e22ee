"""What people do instead of matching, on 32 years of corporate curves.

Sources: US Treasury, High Quality Market corporate spot rates 1984 to 2016 (monthly means, dated at
month end); Treasury constant-maturity yields (H.15); R. Shiller, S&P composite prices and dividends
(monthly means: returns of means are smoother than returns of month ends).  The liability is an
illustration: benefits of a closed plan, 10 a month, falling by 0.3% a month for 60 years.
"""

from __future__ import annotations

import datetime as dt
import math
from functools import cache

import numpy as np
import pytest

from defease.arrays import DateArray, FloatArray
from defease.cashflows import Payments
from defease.curves import (
    Compounding,
    CurveHistory,
    Interpolation,
    curve_from_par_yields,
    curve_history,
    month_ends,
)
from defease.liability_index import dated_curves
from defease.performance.panels import DiscountPanel, discount_panel
from defease.performance.portable import (
    AlphaHistory,
    alpha_history,
    back_test_portable_alpha,
    compare_with_never_porting,
)
from defease.performance.rivals import (
    BROAD_STAND_IN,
    LONG_STAND_IN,
    HedgedLiability,
    ParBondIndex,
    RivalChoices,
    RivalComparison,
    ZeroIndex,
    benchmark_mismatch,
    cash_returns,
    class_history,
    compare_rivals,
    compare_sweep_with_sleeve,
    duration_match,
    hedged_liability,
    hold_index,
    index_history,
    leveraged_index,
    run_matched,
    study_rivals,
    swap_overlay,
)
from defease.policies import Direction, PortableAlphaPolicy, Reason
from tests.shared_files import shared_rows

FIRST, LAST = "1984-11", "2016-11"
YEARS_OF_BENEFITS = 60
AMOUNTS: FloatArray = 10.0 * 0.997 ** np.arange(12.0 * YEARS_OF_BENEFITS)
CMT_TENORS = {"1Y": 1.0, "2Y": 2.0, "3Y": 3.0, "5Y": 5.0, "7Y": 7.0, "10Y": 10.0, "30Y": 30.0}


@cache
def corporate() -> CurveHistory:
    rows = [
        row
        for row in shared_rows("data/rates/hqm_spot_monthly_1984_2016.csv")
        if FIRST <= row["month"] <= LAST
    ]
    names = [name for name in rows[0] if name != "month"]
    return curve_history(
        month_ends([row["month"] for row in rows]),
        [float(name) for name in names],
        [[float(row[name]) / 100 for name in names] for row in rows],
        compounding=Compounding.SEMIANNUAL,
        interpolation=Interpolation.LINEAR_ZERO,
    )


def benefit_days(first: np.datetime64) -> DateArray:
    month = first.astype("datetime64[M]") + 1
    return month_ends(np.arange(month, month + len(AMOUNTS)))


@cache
def panel() -> DiscountPanel:
    return discount_panel(corporate(), benefit_days(corporate().dates[0]))


@cache
def liability() -> HedgedLiability:
    return hedged_liability(panel(), AMOUNTS)


@cache
def comparison() -> RivalComparison:
    curves, owed = corporate(), liability()
    opening = float(owed.values[0])
    cash = cash_returns(curves)
    broad, long = (index_history(each, curves) for each in (BROAD_STAND_IN, LONG_STAND_IN))
    near, far = (index_history(ZeroIndex(f"{t:g}y", (t,), (1.0,)), curves) for t in (2.0, 20.0))
    swap = index_history(ParBondIndex("20-year swap", (20.0,)), curves)
    strategies = (
        hold_index(broad),
        hold_index(long),
        duration_match(owed, near, far),
        leveraged_index(owed, broad, cash),
        swap_overlay(owed, broad, swap, cash),
    )
    matched = run_matched(owed, panel(), AMOUNTS, opening_assets=opening, cash=cash)
    return compare_rivals(owed, strategies, opening_assets=opening, matched=matched)


def stock_returns(dates: DateArray) -> FloatArray:
    rows = {
        row["month"]: row for row in shared_rows("data/returns/shiller_us_monthly_1871_2026.csv")
    }
    months = [str(month) for month in dates.astype("datetime64[M]")]
    price = np.array([float(rows[month]["price"]) for month in months])
    dividend = np.array([float(rows[month]["dividend"]) for month in months[1:]])
    returns: FloatArray = (price[1:] + dividend / 12.0) / price[:-1] - 1.0
    return returns


def test_32_years_of_months_are_there() -> None:
    assert len(corporate()) == 385
    assert corporate().dates[[0, -1]].astype(str).tolist() == ["1984-11-30", "2016-11-30"]


def test_the_matched_portfolio_equals_the_liability_for_384_months() -> None:
    matched = comparison().named("matched payments")
    opening = float(matched.liabilities[0])
    assert np.abs(matched.surplus).max() < 1e-9 * opening
    assert matched.cash.total_sold < 1e-9 * opening
    np.testing.assert_allclose(matched.cash.from_payments, AMOUNTS[:384], rtol=1e-12)
    assert matched.tracking_error == pytest.approx(0.0, abs=1e-9)


def test_an_index_return_against_a_loop_over_coupons() -> None:
    """Two par bonds priced by a loop that interpolates the published table itself."""
    rows = shared_rows("data/rates/hqm_spot_monthly_1984_2016.csv")
    table = {row["month"]: row for row in rows}
    index = index_history(ParBondIndex("5 and 20", (5.0, 20.0), (0.4, 0.6)), corporate())
    nodes = [0.5 * k for k in range(1, 201)]
    months = corporate().dates.astype("datetime64[M]").astype(str).tolist()

    def factor(month: str, years: float) -> float:
        low = min(max(math.floor(years * 2), 1), 199)
        spots = [float(table[month][f"{nodes[low - 1 + k]:g}"]) / 100 for k in (0, 1)]
        below, above = (2 * math.log1p(spot / 2) for spot in spots)
        share = max(0.0, (years - nodes[low - 1]) / 0.5)
        return math.exp(-years * (below + share * (above - below)))

    def bond(years: float, now: str, later: str, elapsed: float) -> float:
        times = [0.5 * k for k in range(1, round(2 * years) + 1)]
        annuity = math.fsum(factor(now, t) for t in times)
        coupon = (1.0 - factor(now, years)) / annuity
        worth = math.fsum(coupon * factor(later, t - elapsed) for t in times)
        return worth + factor(later, years - elapsed) - 1.0

    for month in range(0, 384, 37):
        days = int((corporate().dates[month + 1] - corporate().dates[month]).astype(int))
        pair = (months[month], months[month + 1], days / 365.0)
        expected = 0.4 * bond(5.0, *pair) + 0.6 * bond(20.0, *pair)
        assert index.returns[month] == pytest.approx(expected, abs=1e-12)


def test_every_rival_closes_its_books_and_its_cash_ladder() -> None:
    paid = AMOUNTS[:384]
    for result in comparison().results:
        moved = np.diff(result.assets) - result.asset_growth + paid - result.cash.unpaid
        assert np.abs(moved).max() < 1e-8, result.name
        cash = result.cash
        sources = cash.from_payments + cash.from_settlements + cash.sold + cash.unpaid
        np.testing.assert_allclose(sources - cash.reinvested, paid, atol=1e-8)
        years = math.fsum(year.surplus_change for year in result.years)
        changes = result.surplus_changes[: result.months_with_assets]
        assert years == pytest.approx(float(changes.sum()), abs=1e-7)
        assert result.worst_years(1)[0].share == min(year.share for year in result.years)


def test_nothing_but_the_payments_tracks_the_payments() -> None:
    matched, *rivals = comparison().results
    assert len(rivals) == 5
    for rival in rivals:
        assert (rival.tracking_error or 0.0) > 1e5 * (matched.tracking_error or 0.0), rival.name
        assert (rival.tracking_error or 0.0) > 0.01, rival.name


def test_a_short_index_loses_when_rates_fall_and_gains_when_they_rise() -> None:
    """Calendar years in which both the 4-year and the 20-year rate moved by 75 bp or more."""
    broad = comparison().results[1]
    assert (liability().durations > index_history(BROAD_STAND_IN, corporate()).durations).all()
    rates = corporate().annual_spot_rates([4.0, 20.0])
    calendar = corporate().dates.astype("datetime64[Y]").astype(np.int64) + 1970
    falls = rises = 0
    for year in broad.years[1:]:
        if year.months < 12:
            continue
        move = rates[calendar == year.year][-1] - rates[calendar == year.year - 1][-1]
        if move.max() < -0.0075:
            falls += 1
            assert year.surplus_change < 0, year
        if move.min() > 0.0075:
            rises += 1
            assert year.surplus_change > 0, year
    assert (falls, rises) >= (4, 3)


def test_an_index_fund_that_is_spent_says_when_and_its_measures_end_there() -> None:
    broad = comparison().results[1]
    assert broad.exhausted_on is not None
    assert [caution.code for caution in broad.cautions] == ["exhausted"]
    assert str(broad.exhausted_on) in broad.cautions[0].message
    last = str(broad.exhausted_on)[:4]
    assert broad.years[-1].year == int(last)
    first_unpaid = float(broad.cash.unpaid[broad.months_with_assets - 1])
    assert 0 < first_unpaid < AMOUNTS[broad.months_with_assets - 1]


def test_swaps_pay_no_benefits_and_call_for_cash_when_rates_rise() -> None:
    matched, swaps = comparison().results[0], comparison().results[-1]
    assert (swaps.notionals > 0).all()
    calls = swaps.cash.cash_calls > 0
    assert (swaps.cash.sold[calls] > AMOUNTS[:384][calls]).all()
    assert matched.cash.total_sold < 1e-6
    curves = [corporate().curve_on(day) for day in corporate().dates.tolist()]
    par = np.array([curve.par_yields([20.0])[0] for curve in curves])
    assert calls[np.diff(par) > 0.0025].all()
    assert not calls[np.diff(par) < -0.0025].any()


def test_one_year_of_duration_gap_is_about_one_percent_for_100_bp() -> None:
    """The mean of an up and a down move is free of convexity to second order."""
    day = dt.date(2016, 11, 30)
    curve = corporate().curve_on(day)
    due = Payments.from_dates(day, benefit_days(np.datetime64(day)), AMOUNTS)
    found = benchmark_mismatch(due, BROAD_STAND_IN, curve)
    down, up = found.growth
    per_percent = (down.mismatch - up.mismatch) / 2
    assert per_percent == pytest.approx(down.duration_estimate, rel=0.02)
    assert per_percent / found.duration_gap == pytest.approx(0.01, rel=0.06)
    assert float(found.key_rate_gaps.sum()) == pytest.approx(found.duration_gap, rel=1e-12)
    assert found.gross_key_rate_gap > found.duration_gap


def portable_case() -> AlphaHistory:
    owed = float(liability().values[0])
    returns = stock_returns(corporate().dates)
    return alpha_history(
        AMOUNTS, panel(), returns, alpha_assets=0.8 * owed, matched_assets=0.1 * owed
    )


def test_portable_alpha_on_stocks_closes_its_books_for_384_months() -> None:
    policy = PortableAlphaPolicy(
        trigger_ratio=0.9, trigger_amount=50.0, share=0.5, minimum=5.0, review_months=3
    )
    both = compare_with_never_porting(portable_case(), policy)
    for result in (both.ported, both.never):
        earned = result.alpha_growth + result.matched_growth + result.unpaid
        assert np.abs(np.diff(result.assets) - earned + AMOUNTS[:384]).max() < 0.005
    assert (both.ported.transferred >= 0).all()
    assert (both.months_gained >= 0).all()
    assert both.months_gained.max() > 24
    assert len(both.ported.decisions) == 128
    moved = [each for each in both.ported.decisions if each.reason is Reason.TRANSFERRED]
    total = math.fsum(each.transferred for each in moved)
    assert both.ported.total_transferred == pytest.approx(total, rel=1e-12)
    assert all(each.not_transferred == each.excess - each.transferred for each in moved)


def test_two_way_porting_sells_only_what_was_matched() -> None:
    policy = PortableAlphaPolicy(trigger_amount=50.0, share=1.0, direction=Direction.TWO_WAY)
    result = back_test_portable_alpha(portable_case(), policy)
    assert (result.transferred < 0).any()
    assert (result.matched_assets > -1e-9).all()


def test_treasuries_of_the_day_defease_fewer_months_than_their_own_valuation_says() -> None:
    """Month-end CMT par yields 2007 to 2016 price the matched zeros of a corporate valuation."""
    rows = shared_rows("data/rates/ust_cmt_daily.csv")
    last = {row["date"][:7]: row for row in rows if all(row[name] for name in CMT_TENORS)}
    chosen = corporate().between(dt.date(2007, 1, 31), dt.date(2016, 11, 30))
    curves = {}
    for date, month in zip(
        chosen.dates.tolist(), chosen.dates.astype("datetime64[M]").astype(str), strict=True
    ):
        yields = [float(last[month][name]) / 100 for name in CMT_TENORS]
        curves[date] = curve_from_par_yields(
            list(CMT_TENORS.values()), yields, interpolation=Interpolation.LINEAR_ZERO
        )
    days = benefit_days(chosen.dates[0])
    owed, prices = discount_panel(chosen, days), discount_panel(dated_curves(curves), days)
    value = float(owed.values(AMOUNTS)[0])
    returns = stock_returns(chosen.dates)
    policy = PortableAlphaPolicy(trigger_amount=20.0, share=1.0)
    runs = [
        back_test_portable_alpha(
            alpha_history(
                AMOUNTS,
                owed,
                returns,
                alpha_assets=0.1 * value,
                matched_assets=0.8 * value,
                prices=paid,
            ),
            policy,
        )
        for paid in (owed, prices)
    ]
    own, treasuries = runs
    assert treasuries.months_defeased[0] < own.months_defeased[0]
    assert [caution.code for caution in prices.cautions] == ["extrapolated"]


def test_a_cash_sweep_sells_stocks_in_falling_months_and_a_sleeve_does_not() -> None:
    curves = corporate().between(dt.date(1999, 12, 31), dt.date(2009, 12, 31))
    days = benefit_days(curves.dates[0])
    prices = discount_panel(curves, days)
    value = float(prices.values(AMOUNTS)[0])
    bonds = index_history(BROAD_STAND_IN, curves)
    history = class_history(
        {"stocks": 0.5 * value, "bonds": 0.5 * value},
        {"stocks": stock_returns(curves.dates), "bonds": bonds.returns},
        amounts=AMOUNTS,
        prices=prices,
    )
    both = compare_sweep_with_sleeve(history, "bonds")
    months = int(np.count_nonzero(days <= both.sleeve.coverage))
    assert months > 60
    covered = min(months, 120)
    assert np.abs(both.sleeve.sold[:covered]).max() < 1e-9 * value
    grown = 0.5 * value * np.cumprod(1.0 + stock_returns(curves.dates))
    np.testing.assert_allclose(both.sleeve.class_values[1 : covered + 1, 0], grown[:covered])
    assert both.sweep.sold_at_a_loss[0] > 0
    assert both.spared_sales_at_a_loss > 0
    for result in (both.sweep, both.sleeve):
        met = result.sold.sum(axis=1) + result.paid_from_sleeve + result.unpaid
        np.testing.assert_allclose(met, AMOUNTS[:120], rtol=1e-9)


def test_the_study_in_one_call_is_its_parts() -> None:
    first = dt.date(1984, 11, 30)
    payments = Payments.from_dates(first, benefit_days(np.datetime64(first)), AMOUNTS)
    study = study_rivals(payments, corporate(), choices=RivalChoices(zeros=(2.0, 20.0)))
    for one, other in zip(study.comparison.results, comparison().results, strict=True):
        np.testing.assert_allclose(one.assets, other.assets, rtol=1e-12, err_msg=one.name)
    last = payments.where(payments.dates > corporate().dates[-1])
    for found, recipe in zip(study.mismatches, (BROAD_STAND_IN, LONG_STAND_IN), strict=True):
        assert found.name == recipe.name
        assert found.liability_value == pytest.approx(float(liability().values[-1]), rel=1e-12)
        assert found.liability_duration == pytest.approx(float(liability().durations[-1]))
    assert len(last) == len(AMOUNTS) - 384


def test_a_history_that_begins_inside_the_projection_leaves_out_what_was_paid() -> None:
    first = dt.date(1984, 11, 30)
    payments = Payments.from_dates(first, benefit_days(np.datetime64(first)), AMOUNTS)
    curves = corporate().between(dt.date(2007, 12, 31), dt.date(2009, 12, 31))
    study = study_rivals(payments, curves, opening_ratio=0.9)
    matched = study.comparison.named("matched payments")
    start = corporate().dates.tolist().index(dt.date(2007, 12, 31))
    assert matched.liabilities[0] == pytest.approx(float(liability().values[start]), rel=1e-12)
    assert matched.funded_ratio[0] == pytest.approx(0.9, rel=1e-12)
