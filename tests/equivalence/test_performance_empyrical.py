"""The measures against empyrical (maintained as empyrical-reloaded) where definitions agree.

Runs where that package is installed; it needs pandas, which the core does without.
"""

from __future__ import annotations

import datetime as dt
import math
from typing import Any

import numpy as np
import pytest

from defease.dates import add_months, month_end
from defease.performance import (
    Measure,
    PerformanceReport,
    balances_from_returns,
    overlap,
    performance_report,
    return_series,
)

empyrical: Any = pytest.importorskip("empyrical", reason="needs empyrical-reloaded (optional)")

START = dt.date(1999, 12, 31)
N = 150


@pytest.fixture(scope="module")
def returns() -> tuple[Any, Any]:
    random = np.random.default_rng(20251231)
    index = random.normal(0.004, 0.02, N)
    return 0.5 * index + random.normal(0.003, 0.025, N), index


@pytest.fixture(scope="module")
def report(returns: tuple[Any, Any]) -> PerformanceReport:
    days = [month_end(add_months(START, k + 1)) for k in range(N)]
    fund, index = (
        return_series(name, days, values)
        for name, values in zip(("fund", "index"), returns, strict=True)
    )
    balances = balances_from_returns(overlap(fund, index), start=START, funded_ratio=0.9)
    return performance_report(fund, index, balances=balances)


def close(measure: Measure, other: float) -> bool:
    return measure.value == pytest.approx(float(other), rel=1e-10)


def test_volatilities_and_tracking_error(
    report: PerformanceReport, returns: tuple[Any, Any]
) -> None:
    fund, index = returns
    yearly = {"annualization": 12}
    assert close(report.risk["asset_volatility"], empyrical.annual_volatility(fund, **yearly))
    assert close(report.risk["liability_volatility"], empyrical.annual_volatility(index, **yearly))
    assert close(report.risk["tracking_error"], empyrical.annual_volatility(fund - index, **yearly))


def test_slope_and_downside(report: PerformanceReport, returns: tuple[Any, Any]) -> None:
    fund, index = returns
    assert close(report.risk["liability_beta"], empyrical.beta(fund, index))
    downside = empyrical.downside_risk(fund - index, annualization=12)
    assert close(report.risk["downside_deviation"], downside)


def test_growth(report: PerformanceReport, returns: tuple[Any, Any]) -> None:
    growth = report.reward["growth"]
    assert close(growth, empyrical.annual_return(returns[0], annualization=12))
    assert close(growth.part("cumulative"), empyrical.cum_returns_final(returns[0]))


def test_ratios(report: PerformanceReport, returns: tuple[Any, Any]) -> None:
    ahead = returns[0] - returns[1]
    ratio = report.risk_adjusted["information_ratio"]
    assert close(ratio, empyrical.sharpe_ratio(ahead, annualization=12))
    assert close(ratio, empyrical.excess_sharpe(*returns) * math.sqrt(12))
    assert close(
        report.risk_adjusted["sortino_ratio"], empyrical.sortino_ratio(ahead, annualization=12)
    )


def test_drawdown_of_the_funded_ratio(report: PerformanceReport, returns: tuple[Any, Any]) -> None:
    ratio_returns = (1.0 + returns[0]) / (1.0 + returns[1]) - 1.0
    assert close(report.risk["maximum_drawdown"], -empyrical.max_drawdown(ratio_returns))
