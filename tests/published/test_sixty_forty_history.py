"""A 60/40 plan against a liability of twelve years' duration, 1985-2016, and annual rivals of it.

Sources, all read from ../shared/data: S&P composite prices (monthly means) and dividends (Robert
Shiller), ten-year Treasury yields (Federal Reserve H.15, monthly means), HQM corporate spot rates
(US Treasury, semiannual bond-equivalent), annual returns of bills, Baa bonds and real estate
(Aswath Damodaran).  The portfolio and the liability are constructions, nobody's published results:
the tests state identities, agreement with plain loops, and signs that history leaves no doubt of.
"""

from __future__ import annotations

import datetime as dt
import math
from functools import cache
from itertools import pairwise

import numpy as np
import pytest

from defease.dates import month_end
from defease.performance import (
    BalanceHistory,
    BootstrapPlan,
    Contender,
    Contest,
    Frequency,
    PairedReturns,
    ReturnSeries,
    Side,
    alpha_intervals,
    balances_from_returns,
    deepest_drawdown,
    overlap,
    performance_report,
    return_series,
    rolling_measures,
    scoreboard,
)
from tests.shared_files import shared_rows
from tests.slow_performance import comparative, drawdown, in_money, linked

HQM_FILE = "data/rates/hqm_spot_monthly_1984_2016.csv"
SHARE_OF_STOCKS = 0.6
LIABILITY_YEARS = 12.0
FIRST, LAST = "1984-12", "2016-11"
START = dt.date(1984, 12, 31)


def monthly(file: str, month: str, column: str) -> dict[str, float]:
    rows = shared_rows(file)
    return {r[month][:7]: float(r[column]) for r in rows if FIRST <= r[month][:7] <= LAST}


def ten_year_bond_return(before: float, after: float) -> float:
    """One month of a par bond paying half-yearly, sold at the new yield (percent)."""
    coupon, growth = before / 200.0, 1.0 + after / 200.0
    # twenty payments, the first now five months away
    discounts = [math.pow(growth, 1 / 6 - k) for k in range(1, 21)]
    return coupon * sum(discounts) + discounts[-1] - 1.0


@cache
def stocks() -> ReturnSeries:
    file = "data/returns/shiller_us_monthly_1871_2026.csv"
    price, dividend = monthly(file, "month", "price"), monthly(file, "month", "dividend")
    months = sorted(price)
    steps = pairwise(months)
    return made("stocks", [(price[b] + dividend[b] / 12) / price[a] - 1 for a, b in steps])


@cache
def bonds() -> ReturnSeries:
    rates = monthly("data/rates/ust_10y_monthly_1953_2026.csv", "month", "rate")
    months = sorted(rates)
    steps = pairwise(months)
    return made("bonds", [ten_year_bond_return(rates[a], rates[b]) for a, b in steps])


@cache
def liability() -> ReturnSeries:
    """A zero of twelve years held for a month and sold on the next month's curve."""
    at, below = (monthly(HQM_FILE, "month", column) for column in ("12", "11.5"))
    months = sorted(at)
    returns = []
    for before, after in pairwise(months):
        rate = at[after] + (below[after] - at[after]) / 6.0
        sold = -2 * (LIABILITY_YEARS - 1 / 12) * math.log1p(rate / 200.0)
        bought = -2 * LIABILITY_YEARS * math.log1p(at[before] / 200.0)
        returns.append(math.expm1(sold - bought))
    return made("liability", returns)


def made(name: str, returns: list[float]) -> ReturnSeries:
    months = np.arange(np.datetime64(FIRST) + 1, np.datetime64(LAST) + 1)
    days = [month_end(m.astype("datetime64[D]").item()) for m in months]
    return return_series(name, days, returns)


@cache
def plan() -> ReturnSeries:
    mixed = SHARE_OF_STOCKS * stocks().returns + (1 - SHARE_OF_STOCKS) * bonds().returns
    return made("60/40 plan", mixed.tolist())


@cache
def pair() -> PairedReturns:
    return overlap(plan(), liability())


@cache
def balances() -> BalanceHistory:
    return balances_from_returns(pair(), start=START, funded_ratio=1.0)


def test_history_is_whole() -> None:
    assert len(pair()) == 383
    assert pair().cautions == ()
    assert pair().assets.window == "1985-01 to 2016-11"


def test_all_fourteen_measures_against_plain_loops() -> None:
    report = performance_report(plan(), liability(), balances=balances())
    history = balances()
    slow = comparative(plan().returns.tolist(), liability().returns.tolist(), 12)
    slow |= in_money(
        history.assets.tolist(), history.liabilities.tolist(), [0.0] * 383, [0.0] * 383
    )
    tail = slow.pop("cvar_money")
    assert set(slow) == set(report.measures)
    for key, measure in report.measures.items():
        assert measure.value == pytest.approx(slow[key], rel=1e-9, abs=1e-12), key
        assert measure.status.value == "ok"
        assert measure.n == 383
    assert report.risk["cvar_surplus_change"].part("money").value == pytest.approx(tail)


def test_signs_that_history_leaves_no_doubt_of() -> None:
    report = performance_report(plan(), liability(), balances=balances())
    value = {key: measure.value or 0.0 for key, measure in report.measures.items()}
    # a monthly-mean price series understates volatility; stocks and long bonds still move
    assert 0.04 < value["asset_volatility"] < 0.15
    assert 0.05 < value["liability_volatility"] < 0.20
    assert value["tracking_error"] > 0.5 * value["liability_volatility"]
    assert -0.2 < value["liability_beta"] < 0.8
    assert 0.0 <= value["r_squared"] < 0.5
    # rates fell from 12% to 4%: a twelve-year zero and stocks both grew by several percent a year
    assert 0.05 < value["growth"] < 0.13
    liability_growth = report.reward["growth"].part("liability").value or 0.0
    assert 0.05 < liability_growth < 0.13
    assert value["cvar_surplus_change"] < 0.0
    assert 0.1 < value["maximum_drawdown"] < 0.9
    assert all(measure.value is not None for measure in report.measures.values())
    assert value["information_ratio"] * value["sortino_ratio"] > 0.0
    # from full funding without flows, money is won exactly when percent is
    assert value["liability_alpha_money"] * value["liability_alpha"] > 0.0
    assert value["funded_change"] * value["liability_alpha"] > 0.0


def test_funded_ratio_is_the_geometric_alpha() -> None:
    """From full funding without flows, one plus alpha is the ratio, and drawdowns agree."""
    report = performance_report(plan(), liability(), balances=balances())
    ratios = balances().funded_ratios
    assert ratios is not None
    total = report.reward["liability_alpha"].part("geometric_cumulative").value
    assert total == pytest.approx(float(ratios[-1]) - 1.0, rel=1e-10)
    fall = deepest_drawdown(ratios)
    assert fall.depth == pytest.approx(drawdown(ratios.tolist()), rel=1e-12)
    assert fall.depth == report.risk["maximum_drawdown"].value
    peak, trough = (balances().dates[k].item() for k in (fall.peak, fall.trough))
    assert peak < trough
    # 2000 to 2012: two bear markets while yields fell is the worst of this history
    assert 1998 <= peak.year <= 2001
    assert 2002 <= trough.year <= 2016


def test_twelve_years_of_duration() -> None:
    """The liability's return responds to its own yield with twelve years, near enough."""
    at = monthly(HQM_FILE, "month", "12")
    yields = [at[month] / 100.0 for month in sorted(at)]
    changes = np.diff(yields)
    slope = np.polyfit(changes, liability().returns, 1)[0]
    assert -13.0 < slope < -10.5


def test_alpha_interval_holds_its_estimate() -> None:
    found = alpha_intervals(pair(), BootstrapPlan(seed=20251231, resamples=400))
    for interval in (found.liability_alpha, found.information_ratio):
        assert interval.block_length == 8  # 7^3 < 383 <= 8^3
        assert interval.low is not None
        assert interval.high is not None
        assert interval.estimate is not None
        assert interval.standard_error is not None
        assert interval.low < interval.estimate < interval.high
        # a percentile interval of 95% is about four standard errors wide
        assert 3.0 < (interval.high - interval.low) / interval.standard_error < 5.0


def test_rolling_alpha_compounds_back_where_windows_meet() -> None:
    rows = rolling_measures(pair(), periods=36)
    assert len(rows) == 383 - 35
    product = 1.0
    for row in rows[::36]:
        product *= (1.0 + (row.measures["liability_alpha"].value or 0.0)) ** 3
    used = len(rows[::36]) * 36
    part = pair().take(slice(0, used))
    earned, owed = (linked(s.returns.tolist()) for s in (part.assets, part.liabilities))
    assert product == pytest.approx((1 + earned) / (1 + owed), rel=1e-10)


def test_scoreboard_of_the_classes() -> None:
    contenders = [
        Contender(Side.without_flows(series, opening=opening), contest, "liability")
        for series, opening, contest in (
            (plan(), 100.0, Contest.TOTAL),
            (stocks(), 60.0, Contest.ASSET_CLASS),
            (bonds(), 40.0, Contest.ASSET_CLASS),
        )
    ]
    owed = Side.without_flows(liability(), opening=100.0)
    lines = {line.name: line for line in scoreboard(contenders, {"liability": owed})}
    for name, series in (("60/40 plan", plan()), ("stocks", stocks()), ("bonds", bonds())):
        line = lines[name]
        earned, grown = linked(series.returns.tolist()), linked(liability().returns.tolist())
        assert line.geometric_alpha.value == pytest.approx((1 + earned) / (1 + grown) - 1)
        assert line.liability_return.value == pytest.approx(grown)
    # seven to nine years of duration earn less than twelve while yields fall for thirty years
    assert (lines["bonds"].arithmetic_alpha.value or 0.0) < 0.0
    assert (lines["stocks"].asset_return.value or 0.0) > (lines["bonds"].asset_return.value or 0.0)


def yearly(name: str, column: str) -> ReturnSeries:
    rows = shared_rows("data/returns/damodaran_us_annual_1928_2024.csv")
    kept = [row for row in rows if 1985 <= int(row["year"]) <= 2015]
    dates = [dt.date(int(row["year"]), 12, 31) for row in kept]
    returns = [float(row[column]) for row in kept]
    return return_series(name, dates, returns, frequency=Frequency.ANNUAL)


@cache
def yearly_liability() -> ReturnSeries:
    """The monthly liability linked to calendar years, 1985 to 2015."""
    returns = liability().returns[: 12 * 31].reshape(31, 12)
    dates = [dt.date(year, 12, 31) for year in range(1985, 2016)]
    linked_years = [linked(year) for year in returns.tolist()]
    return return_series("liability", dates, linked_years, frequency=Frequency.ANNUAL)


ANNUAL_CLASSES = {
    "Baa": "baa_corp",
    "bills": "tbill_3m",
    "real estate": "real_estate",
    "S&P 500": "sp500_tr",
    "ten-year Treasury": "tbond_10y",
}


@pytest.mark.parametrize("name", ANNUAL_CLASSES)
def test_annual_table_against_plain_loops(name: str) -> None:
    series = yearly(name, ANNUAL_CLASSES[name])
    report = performance_report(series, yearly_liability())
    slow = comparative(series.returns.tolist(), yearly_liability().returns.tolist(), 1)
    for key, expected in slow.items():
        assert report.measures[key].value == pytest.approx(expected, rel=1e-9), key
        assert report.measures[key].status.value == "short_history"
        assert report.measures[key].n == 31


def test_signs_of_the_annual_table() -> None:
    value = {
        name: performance_report(yearly(name, column), yearly_liability()).measures
        for name, column in ANNUAL_CLASSES.items()
    }
    # bills hardly move and have nothing to do with a long liability: they trail it in the end
    assert (value["bills"]["asset_volatility"].value or 0.0) < 0.05
    assert (value["bills"]["liability_alpha"].value or 0.0) < 0.0
    # corporate and Treasury bonds share the liability's yields, bills and houses do not
    for bonds_name in ("Baa", "ten-year Treasury"):
        for other in ("bills", "real estate"):
            explained = value[bonds_name]["r_squared"].value or 0.0
            assert explained > (value[other]["r_squared"].value or 0.0)
    assert (value["ten-year Treasury"]["liability_beta"].value or 0.0) > 0.0


def test_constructed_bond_returns_follow_the_published_annual_ones() -> None:
    """Ten-year Treasury from monthly mean yields against the published calendar years."""
    made_years = [linked(year) for year in bonds().returns[:372].reshape(31, 12).tolist()]
    published = yearly("ten-year Treasury", "tbond_10y").returns
    assert float(np.corrcoef(made_years, published)[0, 1]) > 0.9
    assert abs(float(np.mean(made_years)) - float(published.mean())) < 0.02
