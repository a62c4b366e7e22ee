"""The eight measures of risk, four of reward and two of both, and their rolling windows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from defease.performance import MeasureStatus, Unit
from defease.reports.builders.words import money
from defease.reports.charts import level_lines
from defease.reports.document import (
    Block,
    Cell,
    Column,
    Figure,
    Formatted,
    Paragraph,
    Section,
    Table,
    data_table,
)
from defease.reports.formats import COUNT, DATE, LABEL, MONEY_FULL, PERCENT, Format, Kind, shown

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from defease.performance import Interval, Measure, PerformanceReport, RollingRow

RATE = Format(Kind.PERCENT, 2)
RATIO = Format(Kind.NUMBER, 2)
STYLES = {Unit.RATE: RATE, Unit.ANNUAL_RATE: RATE, Unit.RATIO: RATIO, Unit.MONEY: MONEY_FULL}
UNITS = {
    Unit.RATE: "whole time",
    Unit.ANNUAL_RATE: "a year",
    Unit.RATIO: "ratio",
    Unit.MONEY: "money",
}
NAMES = {
    "asset_volatility": "Volatility of the assets",
    "liability_volatility": "Volatility of the liability",
    "tracking_error": "Tracking error",
    "liability_beta": "Liability beta",
    "r_squared": "R squared",
    "downside_deviation": "Downside deviation",
    "maximum_drawdown": "Deepest fall of the funded ratio",
    "cvar_surplus_change": "Worst 5% of surplus changes, mean",
    "growth": "Growth of the assets",
    "liability_alpha": "Liability alpha, geometric",
    "liability_alpha_money": "Liability alpha in money",
    "funded_change": "Change of the funded ratio",
    "information_ratio": "Information ratio",
    "sortino_ratio": "Sortino ratio",
}
PARTS = {
    "money": "the same in money",
    "cumulative": "over the whole time",
    "liability": "of the liability",
    "liability_cumulative": "of the liability, whole time",
    "money_weighted": "money-weighted",
    "arithmetic": "arithmetic",
    "geometric_cumulative": "geometric, whole time",
    "arithmetic_cumulative": "arithmetic, whole time",
    "surplus": "of the surplus",
}
ROWS_SHOWN = 12


def measures_section(report: PerformanceReport, currency: str) -> Section:
    """All fourteen with unit, periods and how far to rely on them; the intervals of two."""
    groups = {
        "Risk: eight measures": report.risk,
        "Reward: four measures": report.reward,
        "Risk-adjusted: two measures": report.risk_adjusted,
    }
    blocks: list[Block] = [Paragraph(_words(report, currency))]
    blocks += [_table(title, measures) for title, measures in groups.items()]
    if report.intervals is not None:
        intervals = {
            "Liability alpha, a year": (report.intervals.liability_alpha, RATE),
            "Information ratio": (report.intervals.information_ratio, RATIO),
        }
        blocks.append(_intervals(intervals))
    return Section("The fourteen measures", blocks)


def _words(report: PerformanceReport, currency: str) -> str:
    risk = report.risk
    words = []
    error = risk["tracking_error"].value
    if error is not None:
        words.append(
            f"In two years of three the assets end within {shown(error, PERCENT)} of the "
            "liability's return (one tracking error, up or down)."
        )
    fall = risk["maximum_drawdown"].value
    if fall is not None:
        words.append(
            f"The funded ratio once fell by {shown(fall, PERCENT)} from its highest value."
        )
    worst = dict(risk["cvar_surplus_change"].parts).get("money")
    if worst is not None and worst.value is not None:
        words.append(
            f"In the worst 5% of periods the surplus changed by {money(worst.value, currency)} on "
            "average."
        )
    empty = sum(m.status is MeasureStatus.NOT_MEANINGFUL for m in report.measures.values())
    if empty:
        words.append(f"{empty} of the fourteen have no value here; the cautions say why.")
    return " ".join(words)


def _table(title: str, measures: Mapping[str, Measure]) -> Table:
    columns = [
        Column("measure", "Measure"),
        Column("value", "Value", RATE),
        Column("unit", "Per", LABEL),
        Column("n", "Periods", COUNT),
        Column("status", "Reliance", LABEL),
    ]
    rows: list[list[Cell]] = []
    for name, measure in measures.items():
        rows.append(_row(NAMES[name], measure))
        rows += [_row(f"- {PARTS[key]}", part) for key, part in measure.parts]
    return Table(title, columns, rows)


def _row(name: str, measure: Measure) -> list[Cell]:
    words = {
        MeasureStatus.OK: "ok",
        MeasureStatus.SHORT_HISTORY: "short",
        MeasureStatus.NOT_MEANINGFUL: "n/m",
    }
    value = Formatted(measure.value, STYLES[measure.unit])
    return [name, value, UNITS[measure.unit], measure.n, words[measure.status]]


def _intervals(found: Mapping[str, tuple[Interval, Format]]) -> Table:
    columns = [
        Column("measure", "Measure"),
        Column("estimate", "Estimate", RATE),
        Column("low", "From", RATE),
        Column("high", "To", RATE),
    ]
    rows: list[list[Cell]] = [
        [
            name,
            Formatted(interval.estimate, style),
            Formatted(interval.low, style),
            Formatted(interval.high, style),
        ]
        for name, (interval, style) in found.items()
    ]
    one = next(iter(found.values()))[0]
    note = (
        f"{one.level:.0%} confidence; {one.resamples:,} histories of blocks of "
        f"{one.block_length} periods, seed {one.seed}."
    )
    return Table("How sure", columns, rows, note=note)


def rolling_section(rows: Sequence[RollingRow], *, periods: int) -> Section:
    """Alpha and tracking error of every window."""
    alphas = [row.measures["liability_alpha"].value for row in rows]
    errors = [row.measures["tracking_error"].value for row in rows]
    dates = [row.date for row in rows]
    chart = level_lines(
        dates,
        {"Liability alpha, a year": alphas, "Tracking error, a year": errors},
        words=f"Windows of {periods} periods",
        style=PERCENT,
    )
    columns: dict[str, Sequence[object]] = {
        "Window ends": dates,
        "Liability alpha": alphas,
        "Tracking error": errors,
    }
    data = data_table("Rolling windows", columns, [DATE, RATE, RATE])
    known = [alpha for alpha in alphas if alpha is not None]
    ahead = sum(alpha > 0 for alpha in known)
    caption = f"The assets were ahead of the liability in {ahead} of {len(known)} windows."
    figure = Figure(caption, chart, data)
    return Section("Rolling windows", [figure, _rolling_table(rows)])


def _rolling_table(rows: Sequence[RollingRow]) -> Table:
    step = max(1, -(-len(rows) // ROWS_SHOWN))
    chosen = rows[::-1][::step][::-1]
    columns = [
        Column("date", "Window ends", DATE),
        Column("alpha", "Alpha", RATE),
        Column("tracking_error", "Tracking error", RATE),
        Column("beta", "Beta", RATIO),
        Column("information_ratio", "Information ratio", RATIO),
    ]
    keys = ("liability_alpha", "tracking_error", "liability_beta", "information_ratio")
    table_rows: list[list[Cell]] = [
        [row.date, *(row.measures[key].value for key in keys)] for row in chosen
    ]
    return Table("Windows, a few of them", columns, table_rows)
