"""JSON of what every comparison of assets with a liability finds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from defease.services.annual_classes import AnnualClass, annual_results

if TYPE_CHECKING:
    from defease.performance import Interval, Measure, PerformanceReport, RollingRow, ScoreLine
    from defease.services.attribution_data import GrowthPeriod


class ComparedStudy(Protocol):
    """What a comparison has, whatever the liability is."""

    @property
    def report(self) -> PerformanceReport:
        """The fourteen measures."""

    @property
    def years(self) -> tuple[GrowthPeriod, ...]:
        """Both sides by calendar year."""

    @property
    def scores(self) -> tuple[ScoreLine, ...]:
        """The scoreboard."""

    @property
    def rolling(self) -> tuple[RollingRow, ...]:
        """Windows."""

    @property
    def rolling_periods(self) -> int:
        """Periods of a window, 0 without any."""

    @property
    def annual(self) -> tuple[AnnualClass, ...]:
        """Classes known by the year."""


def compared_results(study: ComparedStudy) -> dict[str, Any]:
    """Measures, intervals, years, scoreboard, windows and classes by the year."""
    report, intervals = study.report, study.report.intervals
    return {
        "risk": {name: _measure(m) for name, m in report.risk.items()},
        "reward": {name: _measure(m) for name, m in report.reward.items()},
        "risk_adjusted": {name: _measure(m) for name, m in report.risk_adjusted.items()},
        "intervals": None
        if intervals is None
        else {
            "liability_alpha": _interval(intervals.liability_alpha),
            "information_ratio": _interval(intervals.information_ratio),
        },
        "years": [_year(period) for period in study.years],
        "scoreboard": [_score(line) for line in study.scores],
        "rolling": [
            {"date": row.date, **{name: m.value for name, m in row.measures.items()}}
            for row in study.rolling
        ],
        "rolling_periods": study.rolling_periods or None,
        "annual": annual_results(study.annual),
    }


def _measure(found: Measure) -> dict[str, Any]:
    plain: dict[str, Any] = {
        "value": found.value,
        "unit": found.unit.value,
        "window": found.window,
        "n": found.n,
        "status": found.status.value,
    }
    if found.parts:
        plain["parts"] = {name: _measure(part) for name, part in found.parts}
    return plain


def _interval(found: Interval) -> dict[str, Any]:
    names = "estimate low high standard_error level block_length resamples seed used"  # as drawn
    return {name: getattr(found, name) for name in names.split()}


def _year(period: GrowthPeriod) -> dict[str, Any]:
    growth = period.growth
    names = """assets liabilities asset_growth liability_growth asset_return liability_return
        geometric_alpha arithmetic_alpha money_alpha return_to_keep_surplus return_to_keep_ratio
        sentence"""
    figures = {name: getattr(growth, name) for name in names.split()}
    return {"start": period.start, "end": period.end, **figures}


def _score(line: ScoreLine) -> dict[str, Any]:
    rates = "asset_return liability_return geometric_alpha arithmetic_alpha"
    money = "asset_growth liability_growth money_alpha"
    return {
        "name": line.name,
        "contest": line.contest.value,
        "benchmark": line.benchmark,
        **{name: getattr(line, name).value for name in f"{rates} {money}".split()},
        **{f"{name}_annual": getattr(line, name).part("annual").value for name in rates.split()},
        "periods_ahead": line.periods_ahead,
        "n": line.asset_return.n,
        "sentence": line.sentence,
    }
