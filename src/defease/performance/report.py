"""The performance report: eight measures of risk, four of reward, two that set one to the other.

Measures of the portfolio alone are made from the portfolio's own whole history; only measures
against the liability use the common window.  A benchmark therefore never changes the portfolio's
own measures.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from defease.dates import to_date
from defease.errors import bad_input
from defease.performance.balances import deepest_drawdown
from defease.performance.bootstrap import alpha_intervals
from defease.performance.measures import (
    Unit,
    Window,
    beta_to,
    downside_deviation,
    information_ratio,
    mean_of_worst,
    r_squared,
    sortino_ratio,
    standard_deviation,
)
from defease.performance.money_weighted import MoneyWeightedStatus, money_weighted_return
from defease.performance.returns import annualised_return, link_returns
from defease.performance.series import overlap

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from defease.errors import Caution
    from defease.performance.balances import BalanceHistory
    from defease.performance.bootstrap import AlphaIntervals, BootstrapPlan
    from defease.performance.measures import Measure
    from defease.performance.series import PairedReturns, ReturnSeries

NO_MONEY = "needs values of assets and liabilities in money at each date"
NO_SPREAD = "the returns do not vary"
FEWEST_FOR_A_SLOPE = 3


@dataclass(frozen=True, eq=False)
class PerformanceReport:
    """The 8 + 4 + 2 measures by key, intervals of alpha and information ratio, and cautions.

    Attributes
    ----------
    risk, reward, risk_adjusted
        Keys in the order of the report.
    intervals
        None unless a bootstrap was asked for and the common window holds a year.
    """

    risk: Mapping[str, Measure]
    reward: Mapping[str, Measure]
    risk_adjusted: Mapping[str, Measure]
    intervals: AlphaIntervals | None
    cautions: tuple[Caution, ...]

    @property
    def measures(self) -> dict[str, Measure]:
        """All fourteen by key."""
        return {**self.risk, **self.reward, **self.risk_adjusted}


def performance_report(
    assets: ReturnSeries,
    liabilities: ReturnSeries,
    *,
    balances: BalanceHistory | None = None,
    bootstrap: BootstrapPlan | None = None,
) -> PerformanceReport:
    """Asset returns against the liability index: every measure with unit, window and status.

    Standard deviations use n - 1; means are annualised by the periods a year m, deviations and
    ratios of the two by its square root.  Less than one year is n/m, fewer than 36 periods are
    flagged.

    Parameters
    ----------
    assets, liabilities : ReturnSeries
        Same frequency; compared over their common window.
    balances : BalanceHistory
        Money on both sides; without it the measures of surplus and funded ratio are n/m.
    bootstrap : BootstrapPlan
        For confidence intervals.

    Examples
    --------
    >>> from defease.performance.series import return_series
    >>> months = np.arange("2015-02", "2017-02", dtype="datetime64[M]").astype("datetime64[D]")
    >>> up = return_series("assets", months, np.tile([0.02, 0.0], 12))
    >>> index = return_series("index", months, np.full(24, 0.005))
    >>> report = performance_report(up, index)
    >>> report.risk["liability_beta"].status.value, report.risk["asset_volatility"].n
    ('n/m', 24)
    """
    pair = overlap(assets, liabilities)
    drawn = bootstrap is not None and len(pair) >= max(2, int(assets.frequency))
    return PerformanceReport(
        risk=_risk(assets, liabilities, pair) | _surplus_risk(balances, assets),
        reward=_reward(assets, liabilities, pair, balances),
        risk_adjusted=_risk_adjusted(pair),
        intervals=alpha_intervals(pair, bootstrap) if bootstrap and drawn else None,
        cautions=pair.cautions,
    )


@dataclass(frozen=True, eq=False)
class RollingRow:
    """The comparative measures of one window, by key, dated at its end."""

    date: dt.date
    measures: Mapping[str, Measure]


def rolling_measures(pair: PairedReturns, *, periods: int) -> tuple[RollingRow, ...]:
    """Volatilities, tracking error, beta, alpha and information ratio of every window.

    Windows of `periods` periods, moved by one; as many as fit.

    Raises `InputError` when the history is shorter than one window or the window than one year.
    """
    per_year = int(pair.assets.frequency)
    if not max(2, per_year) <= periods <= len(pair):
        what = f"windows of {periods} periods in a history of {len(pair)}"
        remedy = f"choose windows of {max(2, per_year)} to {len(pair)} periods"
        raise bad_input(where="rolling windows", what=what, remedy=remedy)
    rows = []
    for first in range(len(pair) - periods + 1):
        part = pair.take(slice(first, first + periods))
        measures = _comparison(part) | _risk_adjusted(part)
        measures["asset_volatility"] = _volatility(part.assets)
        measures["liability_alpha"] = _alpha(part)
        rows.append(RollingRow(to_date(part.assets.dates[-1]), measures))
    return tuple(rows)


def window_of(series: ReturnSeries) -> Window:
    """The window of a series' measures."""
    return Window(series.window, len(series), int(series.frequency))


def _volatility(series: ReturnSeries) -> Measure:
    spread = standard_deviation(series.returns)
    annual = None if spread is None else spread * math.sqrt(int(series.frequency))
    return window_of(series).annual(annual, Unit.ANNUAL_RATE, otherwise="needs two periods")


def _risk(
    assets: ReturnSeries, liabilities: ReturnSeries, pair: PairedReturns
) -> dict[str, Measure]:
    own = {
        "asset_volatility": _volatility(assets),
        "liability_volatility": _volatility(liabilities),
    }
    return own | _comparison(pair)


def _comparison(pair: PairedReturns) -> dict[str, Measure]:
    window, root = window_of(pair.assets), math.sqrt(int(pair.assets.frequency))
    spread = standard_deviation(pair.differences)
    tracking = None if spread is None else spread * root
    sloped = len(pair) >= FEWEST_FOR_A_SLOPE
    few = NO_SPREAD if sloped else f"needs {FEWEST_FOR_A_SLOPE} periods"
    beta = beta_to(pair.liabilities.returns, pair.assets.returns) if sloped else None
    fit = r_squared(pair.assets.returns, pair.liabilities.returns) if sloped else None
    downside = downside_deviation(pair.differences) * root
    return {
        "tracking_error": window.annual(tracking, Unit.ANNUAL_RATE, otherwise="needs two periods"),
        "liability_beta": window.annual(beta, Unit.RATIO, otherwise=few),
        "r_squared": window.annual(fit, Unit.RATIO, otherwise=few),
        "downside_deviation": window.annual(downside, Unit.ANNUAL_RATE),
    }


def _risk_adjusted(pair: PairedReturns) -> dict[str, Measure]:
    window, root = window_of(pair.assets), math.sqrt(int(pair.assets.frequency))
    ratio, sortino = information_ratio(pair.differences), sortino_ratio(pair.differences)
    same = "asset return less liability return does not vary"
    ahead = "no period in which the assets fell behind the liability"
    return {
        "information_ratio": window.annual(
            None if ratio is None else ratio * root, Unit.RATIO, otherwise=same
        ),
        "sortino_ratio": window.annual(
            None if sortino is None else sortino * root, Unit.RATIO, otherwise=ahead
        ),
    }


def _surplus_risk(balances: BalanceHistory | None, assets: ReturnSeries) -> dict[str, Measure]:
    if balances is None:
        window = window_of(assets)
        return {
            "maximum_drawdown": window.not_meaningful(Unit.RATE, NO_MONEY),
            "cvar_surplus_change": window.not_meaningful(Unit.RATE, NO_MONEY),
        }
    window = window_of_balances(balances, assets)
    ratios = balances.funded_ratios
    fall = None if ratios is None or ratios[0] <= 0.0 else deepest_drawdown(ratios).depth
    missing = "the funded ratio is not positive throughout"
    changes = balances.surplus_changes
    relative = None if ratios is None else mean_of_worst(changes / balances.liabilities[:-1])
    share = window.annual(relative, Unit.RATE, otherwise=missing)
    money = window.annual(mean_of_worst(changes), Unit.MONEY)
    return {
        "maximum_drawdown": window.fact(fall, Unit.RATE, otherwise=missing),
        "cvar_surplus_change": share.with_parts(money=money),
    }


def window_of_balances(balances: BalanceHistory, assets: ReturnSeries) -> Window:
    """The window of measures in money: n periods between n + 1 dates."""
    return Window(balances.window, len(balances.asset_flows), int(assets.frequency))


def _reward(
    assets: ReturnSeries,
    liabilities: ReturnSeries,
    pair: PairedReturns,
    balances: BalanceHistory | None,
) -> dict[str, Measure]:
    return {
        "growth": _growth(assets, liabilities, balances),
        "liability_alpha": _alpha(pair),
        **_money_reward(balances, assets),
    }


def _growth(
    assets: ReturnSeries, liabilities: ReturnSeries, balances: BalanceHistory | None
) -> Measure:
    annual, total = _annual_and_total(assets)
    liability_annual, liability_total = _annual_and_total(liabilities)
    measure = annual.with_parts(
        cumulative=total,
        liability=liability_annual,
        liability_cumulative=liability_total,
    )
    if balances is None:
        missing = window_of(assets).not_meaningful(Unit.ANNUAL_RATE, NO_MONEY)
        return measure.with_parts(money_weighted=missing)
    return measure.with_parts(money_weighted=_money_weighted(balances, assets))


def _annual_and_total(series: ReturnSeries) -> tuple[Measure, Measure]:
    window, total = window_of(series), link_returns(series.returns)
    annual = annualised_return(total, periods=len(series), frequency=series.frequency)
    return window.annual(annual, Unit.ANNUAL_RATE), window.fact(total, Unit.RATE)


def _money_weighted(balances: BalanceHistory, assets: ReturnSeries) -> Measure:
    dates = np.append(balances.dates, balances.dates[-1:])
    opening, closing = float(balances.assets[0]), float(balances.assets[-1])
    found = money_weighted_return(dates, balances.asset_flows, opening=opening, closing=closing)
    window = window_of_balances(balances, assets)
    short = "fewer than 365 days" if found.status is MoneyWeightedStatus.UNIQUE else found.reason
    return window.annual(found.annual_return, Unit.ANNUAL_RATE, otherwise=short)


def _alpha(pair: PairedReturns) -> Measure:
    window, n, m = window_of(pair.assets), len(pair), pair.assets.frequency
    earned, owed = link_returns(pair.assets.returns), link_returns(pair.liabilities.returns)
    yearly = [annualised_return(total, periods=n, frequency=m) for total in (earned, owed)]
    a, b = yearly
    geometric = None if a is None or b is None else (1.0 + a) / (1.0 + b) - 1.0
    arithmetic = None if a is None or b is None else a - b
    total = (1.0 + earned) / (1.0 + owed) - 1.0
    return window.annual(geometric, Unit.ANNUAL_RATE).with_parts(
        arithmetic=window.annual(arithmetic, Unit.ANNUAL_RATE),
        geometric_cumulative=window.fact(total, Unit.RATE),
        arithmetic_cumulative=window.fact(earned - owed, Unit.RATE),
    )


def _money_reward(balances: BalanceHistory | None, assets: ReturnSeries) -> dict[str, Measure]:
    if balances is None:
        window = window_of(assets)
        return {
            "liability_alpha_money": window.not_meaningful(Unit.MONEY, NO_MONEY),
            "funded_change": window.not_meaningful(Unit.RATE, NO_MONEY),
        }
    window = window_of_balances(balances, assets)
    ratios, surplus = balances.funded_ratios, balances.surplus
    change = None if ratios is None else float(ratios[-1] - ratios[0])
    missing = "a liability is zero or negative, so that there is no ratio"
    ratio = window.fact(change, Unit.RATE, otherwise=missing)
    return {
        "liability_alpha_money": window.fact(math.fsum(balances.surplus_changes), Unit.MONEY),
        "funded_change": ratio.with_parts(
            surplus=window.fact(float(surplus[-1] - surplus[0]), Unit.MONEY)
        ),
    }
