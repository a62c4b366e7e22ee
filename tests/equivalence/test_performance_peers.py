"""Every ratio of the report against empyrical and quantstats where the definitions agree.

Both packages (empyrical is kept up as empyrical-reloaded) measure one portfolio.  They know the
liability when they are given the differences ``D = Ra - Rl``, or the returns of the funded ratio,
``(1 + Ra)/(1 + Rl) - 1``, in place of a portfolio's returns.  Definitions that do not agree:

- `alpha` of both is the intercept of a regression, `liability_alpha` a difference of growth;
- `information_ratio` of quantstats and `excess_sharpe` of empyrical are of one period, ours is
  annualised (compared after multiplying by the root of the periods a year);
- `conditional_value_at_risk` of quantstats is that of a normal distribution unless it is asked for
  the historical one;
- `max_drawdown` of both falls on a portfolio's value, ours on the funded ratio (compared on the
  returns of that ratio);
- `stability_of_timeseries` of empyrical is an R squared against time, not against the liability;
- neither has a money-weighted return, `liability_alpha_money` or `funded_change`: independent
  loops check those (tests/equivalence/test_performance_loops.py).
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import numpy as np
import pytest

from defease.arrays import FloatArray
from defease.dates import add_months, month_end
from defease.performance import (
    Frequency,
    PerformanceReport,
    balances_from_returns,
    overlap,
    performance_report,
    return_series,
    rolling_measures,
)

empyrical: Any = import_module("empyrical")
pandas: Any = import_module("pandas")
quantstats: Any = import_module("quantstats.stats")

START = dt.date(1979, 12, 31)
PERIODS = {Frequency.MONTHLY: 150, Frequency.QUARTERLY: 90, Frequency.ANNUAL: 43}


@dataclass(frozen=True, eq=False)
class Case:
    """One history as we report it and as the other two packages take it."""

    report: PerformanceReport
    fund: Any
    index: Any
    changes: FloatArray
    m: int

    @property
    def ahead(self) -> Any:
        return self.fund - self.index

    @property
    def ratio(self) -> Any:
        """Returns of the funded ratio."""
        return (1.0 + self.fund) / (1.0 + self.index) - 1.0


@pytest.fixture(scope="module", params=list(PERIODS), ids=lambda frequency: frequency.name.lower())
def case(request: pytest.FixtureRequest) -> Case:
    frequency: Frequency = request.param
    n, random = PERIODS[frequency], np.random.default_rng(20251231)
    index = random.normal(0.004, 0.02, n)
    fund = 0.5 * index + random.normal(0.003, 0.025, n)
    days = [month_end(add_months(START, frequency.months * (k + 1))) for k in range(n)]
    ours = [
        return_series(name, days, values, frequency=frequency)
        for name, values in (("fund", fund), ("index", index))
    ]
    balances = balances_from_returns(overlap(*ours), start=START, funded_ratio=0.9)
    series = [pandas.Series(values, index=pandas.DatetimeIndex(days)) for values in (fund, index)]
    return Case(
        report=performance_report(*ours, balances=balances),
        fund=series[0],
        index=series[1],
        changes=balances.surplus_changes / balances.liabilities[:-1],
        m=int(frequency),
    )


EMPYRICAL: dict[str, Callable[[Case], float]] = {
    "asset_volatility": lambda c: empyrical.annual_volatility(c.fund, annualization=c.m),
    "liability_volatility": lambda c: empyrical.annual_volatility(c.index, annualization=c.m),
    "tracking_error": lambda c: empyrical.annual_volatility(c.ahead, annualization=c.m),
    "liability_beta": lambda c: empyrical.beta(c.fund, c.index),
    "downside_deviation": lambda c: empyrical.downside_risk(c.ahead, annualization=c.m),
    "maximum_drawdown": lambda c: -empyrical.max_drawdown(c.ratio),
    "cvar_surplus_change": lambda c: empyrical.conditional_value_at_risk(c.changes, 0.05),
    "growth": lambda c: empyrical.annual_return(c.fund, annualization=c.m),
    "growth/cumulative": lambda c: empyrical.cum_returns_final(c.fund),
    "growth/liability": lambda c: empyrical.annual_return(c.index, annualization=c.m),
    "growth/liability_cumulative": lambda c: empyrical.cum_returns_final(c.index),
    "liability_alpha": lambda c: empyrical.annual_return(c.ratio, annualization=c.m),
    "liability_alpha/geometric_cumulative": lambda c: empyrical.cum_returns_final(c.ratio),
    "information_ratio": lambda c: empyrical.sharpe_ratio(c.ahead, annualization=c.m),
    "sortino_ratio": lambda c: empyrical.sortino_ratio(c.ahead, annualization=c.m),
}
QUANTSTATS: dict[str, Callable[[Case], float]] = {
    "asset_volatility": lambda c: quantstats.volatility(c.fund, periods=c.m),
    "liability_volatility": lambda c: quantstats.volatility(c.index, periods=c.m),
    "tracking_error": lambda c: quantstats.volatility(c.ahead, periods=c.m),
    "liability_beta": lambda c: quantstats.greeks(c.fund, c.index, periods=c.m)["beta"],
    "r_squared": lambda c: quantstats.r_squared(c.fund, c.index),
    "maximum_drawdown": lambda c: -quantstats.max_drawdown(c.ratio),
    "cvar_surplus_change": lambda c: quantstats.conditional_value_at_risk(
        pandas.Series(c.changes), method="historical"
    ),
    "growth": lambda c: quantstats.cagr(c.fund, periods=c.m),
    "growth/cumulative": lambda c: quantstats.comp(c.fund),
    "liability_alpha": lambda c: quantstats.cagr(c.ratio, periods=c.m),
    "liability_alpha/arithmetic": lambda c: (
        quantstats.cagr(c.fund, periods=c.m) - quantstats.cagr(c.index, periods=c.m)
    ),
    "information_ratio": lambda c: quantstats.information_ratio(c.fund, c.index) * math.sqrt(c.m),
    "sortino_ratio": lambda c: quantstats.sortino(c.ahead, periods=c.m),
}


def ours(report: PerformanceReport, name: str) -> float:
    key, _, part = name.partition("/")
    measure = report.measures[key]
    value = (measure.part(part) if part else measure).value
    assert value is not None
    return value


@pytest.mark.parametrize("name", EMPYRICAL)
def test_as_empyrical(case: Case, name: str) -> None:
    assert ours(case.report, name) == pytest.approx(float(EMPYRICAL[name](case)), rel=1e-10)


@pytest.mark.parametrize("name", QUANTSTATS)
def test_as_quantstats(case: Case, name: str) -> None:
    assert ours(case.report, name) == pytest.approx(float(QUANTSTATS[name](case)), rel=1e-10)


def test_no_ratio_is_left_out(case: Case) -> None:
    compared = {name.partition("/")[0] for name in (*EMPYRICAL, *QUANTSTATS)}
    assert set(case.report.measures) - compared == {"liability_alpha_money", "funded_change"}


def test_rolling_windows(case: Case) -> None:
    pair = overlap(
        *(
            return_series(
                name, [d.date() for d in values.index], values, frequency=Frequency(case.m)
            )
            for name, values in (("fund", case.fund), ("index", case.index))
        )
    )
    rows = rolling_measures(pair, periods=36)
    spread = quantstats.rolling_volatility(case.fund, rolling_period=36, periods_per_year=case.m)
    slope = empyrical.roll_beta(case.fund, case.index, window=36)
    ratio = quantstats.rolling_sharpe(case.ahead, rolling_period=36, periods_per_year=case.m)
    assert len(rows) == len(slope)
    for key, theirs in (
        ("asset_volatility", spread.dropna()),
        ("liability_beta", slope),
        ("information_ratio", ratio.dropna()),
    ):
        found = [row.measures[key].value for row in rows]
        assert found == pytest.approx(np.asarray(theirs).tolist(), rel=1e-8)


def test_definitions_that_do_not_agree(case: Case) -> None:
    """What the top of this file lists really differs: the comparison is not left out for ease."""
    others = {
        "liability_alpha": empyrical.alpha(case.fund, case.index, annualization=case.m),
        "cvar_surplus_change": quantstats.conditional_value_at_risk(pandas.Series(case.changes)),
        "maximum_drawdown": -empyrical.max_drawdown(case.fund),
        "r_squared": empyrical.stability_of_timeseries(case.fund),
    }
    for key, other in others.items():
        assert ours(case.report, key) != pytest.approx(float(other), rel=1e-3), key
    once = empyrical.excess_sharpe(case.fund, case.index) * math.sqrt(case.m)
    assert ours(case.report, "information_ratio") == pytest.approx(once, rel=1e-10)
