"""Pages of the rivals: funded ratios by way of holding, worst times, distance of the benchmarks."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from defease.dates import to_date
from defease.performance.rivals import years_of_expenses
from defease.reports.builders.cash_sweep import SweepFacts, sweep_section
from defease.reports.builders.words import label, money, percent
from defease.reports.charts import level_lines
from defease.reports.document import (
    Block,
    Cell,
    Column,
    Definitions,
    Figure,
    KeyFigure,
    KeyFigures,
    Paragraph,
    Section,
    Table,
    data_table,
)
from defease.reports.formats import COUNT, DATE, MONEY, PERCENT, TEXT, YEARS, Format, Kind, shown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from defease.performance.rivals import (
        BenchmarkMismatch,
        GrowthMismatch,
        RivalComparison,
        RivalResult,
    )

MONTHLY_ROWS = 37
"""Longer histories are printed at year ends; the chart and the JSON have every month."""
SIGNED = Format(Kind.PERCENT, 1, signed=True)
TRACKING = Format(Kind.PERCENT, 2)
GAP = Format(Kind.NUMBER, 1, signed=True)
SPAN = Format(Kind.NUMBER, 1)


@dataclass(frozen=True, eq=False, kw_only=True)
class RivalFacts:
    """What the pages show; the matched payments are the first result."""

    comparison: RivalComparison
    mismatches: tuple[BenchmarkMismatch, ...]
    sweep: SweepFacts | None
    opening_ratio: float
    annual_expenses: float | None
    basis: str
    amounts: str
    start: dt.date
    end: dt.date

    @property
    def others(self) -> tuple[RivalResult, ...]:
        """The rivals without the matched payments."""
        return self.comparison.results[1:]

    def in_years(self, amount: float) -> float | None:
        """A loss in years of the plan's expenses."""
        if self.annual_expenses is None:
            return None
        return years_of_expenses(amount, self.annual_expenses)


def rival_tiles(facts: RivalFacts) -> KeyFigures:
    """Duration gap, growth missed, and what the widest rival cost."""
    first = facts.mismatches[0]
    down = _fall(first)
    matched = facts.comparison.results[0]
    worst = min(facts.others, key=lambda each: each.worst_years()[0].share)
    year = worst.worst_years()[0]
    return KeyFigures(
        [
            KeyFigure("Duration of the payments", first.liability_duration, YEARS),
            KeyFigure("Duration gap", first.duration_gap, GAP, note=f"years; {first.name}"),
            KeyFigure("Growth missed", down.mismatch, SIGNED, note="when rates fall 100 bp"),
            KeyFigure("Tracking error, matched", matched.tracking_error, TRACKING, note="a year"),
            KeyFigure("Worst year of a rival", year.share, SIGNED, note=f"{year.year}; of owed"),
        ]
    )


def rival_sections(facts: RivalFacts, currency: str) -> list[Section]:
    """Every page of the task `rivals`."""
    swept = [] if facts.sweep is None else [sweep_section(facts.sweep, currency)]
    return [
        _paths_section(facts, currency),
        _worst_section(facts, currency),
        _distance_section(facts, currency),
        *swept,
        Section("Conventions", [Definitions(_conventions(facts))]),
    ]


def _paths_section(facts: RivalFacts, currency: str) -> Section:
    results = facts.comparison.results
    dates = [to_date(day) for day in results[0].dates]
    chart = level_lines(
        dates,
        {label(each.name): each.funded_ratio.tolist() for each in results},
        words="Funded ratio",
        style=PERCENT,
        currency=currency,
    )
    rows = rows_shown(dates)
    columns: dict[str, list[object]] = {"Date": [dates[k] for k in rows]}
    for each in results:
        columns[label(each.name)] = [float(each.funded_ratio[k]) for k in rows]
    data = data_table(
        "Funded ratio" if len(rows) == len(dates) else "Funded ratio at year ends",
        columns,
        [DATE, *[PERCENT] * len(results)],
    )
    lines = [f"{label(each.name)} {percent(float(each.funded_ratio[-1]))}" for each in results]
    caption = f"Funded ratio on {facts.end}: {'; '.join(lines)}."
    return Section(
        "The same money, held differently",
        [Paragraph(_opening_words(facts, currency)), Figure(caption, chart, data), _table(facts)],
    )


def rows_shown(dates: Sequence[dt.date]) -> list[int]:
    """Every month of a short history; the first month, year ends and the last of a long one.

    Examples
    --------
    >>> import datetime as dt
    >>> rows_shown([dt.date(2025, 11, 30), dt.date(2025, 12, 31), dt.date(2026, 1, 31)])
    [0, 1, 2]
    """
    if len(dates) <= MONTHLY_ROWS:
        return list(range(len(dates)))
    last = len(dates) - 1
    return [k for k, day in enumerate(dates) if day.month == 12 or k in (0, last)]


def _opening_words(facts: RivalFacts, currency: str) -> str:
    matched = facts.comparison.results[0]
    rival = max(facts.others, key=lambda each: each.surplus_range)
    owed = float(matched.liabilities[0])
    words = (
        f"On {facts.start} each way of holding assets opens with "
        f"{money(facts.opening_ratio * owed, currency)} against payments worth "
        f"{money(owed, currency)}. By {facts.end} bonds matched to the payments are "
        f"{percent(float(matched.funded_ratio[-1]))} funded and their surplus ranged over "
        f"{money(matched.surplus_range, currency)}; the widest range of a rival is "
        f"{money(rival.surplus_range, currency)} ({rival.name})."
    )
    spent = [each for each in facts.comparison.results if each.exhausted_on is not None]
    for each in spent:
        words += f" {label(each.name)} could no longer pay on {each.exhausted_on}."
    return words


def _table(facts: RivalFacts) -> Table:
    columns = [
        Column("name", "Held", TEXT),
        Column("ratio", "Funded ratio", PERCENT),
        Column("surplus", "Surplus", MONEY),
        Column("tracking", "Tracking error", TRACKING),
        Column("low", "Lowest surplus", MONEY),
        Column("range", "Surplus range", MONEY),
        Column("exhausted", "Exhausted on", DATE),
    ]
    rows: list[list[Cell]] = [
        [
            label(each.name),
            float(each.funded_ratio[-1]),
            float(each.surplus[-1]),
            each.tracking_error,
            float(each.surplus.min()),
            each.surplus_range,
            None if each.exhausted_on is None else to_date(each.exhausted_on),
        ]
        for each in facts.comparison.results
    ]
    note = f"Funded ratio and surplus of {facts.end}; tracking error a year, against the payments."
    return Table("Each way of holding, against the payments", columns, rows, note=note)


def _worst_section(facts: RivalFacts, currency: str) -> Section:
    worst = min(facts.others, key=lambda each: each.worst_years()[0].share)
    year = worst.worst_years()[0]
    way = "lost" if year.surplus_change < 0 else "gained"
    words = (
        f"The worst calendar year was {_year(year.year, year.months)} with {worst.name}: it "
        f"{way} {money(abs(year.surplus_change), currency)} to the payments, "
        f"{percent(abs(year.share))} of what was owed when the year opened"
    )
    years = facts.in_years(year.surplus_change)
    words += "." if not years else f", or {shown(years, SPAN)} years of the plan's expenses."
    columns = [
        Column("name", "Held", TEXT),
        Column("month", "Worst month", DATE),
        Column("loss", "Surplus change", MONEY),
        Column("twelve", "Worst 12 months", MONEY),
        Column("year", "Worst year", TEXT),
        Column("year_loss", "Its surplus change", MONEY),
        Column("share", "Of what was owed", SIGNED),
        Column("expenses", "Years of expenses", SPAN),
    ]
    rows = [_worst(each, facts) for each in facts.comparison.results]
    note = "Payments are taken out of both sides. Years are calendar years of the history."
    table = Table("Worst times of each", columns, rows, note=note)
    return Section("Worst months and years", [Paragraph(words), table, _worst_years(facts)])


def _year(year: int, months: int) -> str:
    return str(year) if months == 12 else f"{year} ({months} mo.)"


def _worst(result: RivalResult, facts: RivalFacts) -> list[Cell]:
    month, loss = result.worst_month
    year = result.worst_years()[0]
    return [
        label(result.name),
        to_date(month),
        loss,
        result.worst_twelve_months,
        _year(year.year, year.months),
        year.surplus_change,
        year.share,
        facts.in_years(year.surplus_change),
    ]


def _worst_years(facts: RivalFacts) -> Table:
    columns = [
        Column("name", "Held", TEXT),
        Column("year", "Year", TEXT),
        Column("months", "Months", COUNT),
        Column("change", "Surplus change", MONEY),
        Column("share", "Of what was owed", SIGNED),
    ]
    rows: list[list[Cell]] = [
        [label(each.name), str(year.year), year.months, year.surplus_change, year.share]
        for each in facts.others
        for year in each.worst_years()
    ]
    return Table("Three worst years of each rival", columns, rows)


def _fall(found: BenchmarkMismatch) -> GrowthMismatch:
    return min(found.growth, key=lambda each: each.shift_bp)


def _distance_section(facts: RivalFacts, currency: str) -> Section:
    first = facts.mismatches[0]
    down = _fall(first)
    loss = down.money(first.liability_value)
    words = (
        f"On {facts.end} the payments have a duration of {shown(first.liability_duration, SPAN)} "
        f"years, the {first.name} {shown(first.index_duration, SPAN)}. When rates fall 100 bp the "
        f"payments gain {shown(down.liability, SIGNED)} and the index "
        f"{shown(down.index, SIGNED)}: assets worth the payments "
        f"{'lose' if loss < 0 else 'gain'} {money(abs(loss), currency)} against them"
    )
    years = facts.in_years(loss)
    words += "." if not years else f", {shown(years, SPAN)} years of the plan's expenses."
    blocks: list[Block] = [Paragraph(words), _distances(facts), _growth(facts), _key_rates(facts)]
    return Section("How far the benchmarks are from the payments", blocks)


def _distances(facts: RivalFacts) -> Table:
    columns = [
        Column("name", "Benchmark", TEXT),
        Column("owed", "Duration, payments", YEARS),
        Column("index", "Duration, benchmark", YEARS),
        Column("gap", "Gap", GAP),
        Column("gross", "Key-rate gap", SPAN),
    ]
    rows: list[list[Cell]] = [
        [
            label(each.name),
            each.liability_duration,
            each.index_duration,
            each.duration_gap,
            each.gross_key_rate_gap,
        ]
        for each in facts.mismatches
    ]
    note = "Key-rate gap: the sum of absolute gaps over all tenors, which equal durations can hide."
    return Table("Duration and key rates", columns, rows, note=note)


def _growth(facts: RivalFacts) -> Table:
    columns = [
        Column("name", "Benchmark", TEXT),
        Column("shift", "Rates", Format(Kind.BASIS_POINTS, 0, signed=True)),
        Column("owed", "Payments", SIGNED),
        Column("index", "Benchmark", SIGNED),
        Column("missed", "Growth missed", SIGNED),
        Column("money", "In money", MONEY),
        Column("expenses", "Years of expenses", SPAN),
    ]
    rows: list[list[Cell]] = [
        [
            label(each.name),
            move.shift_bp,
            move.liability,
            move.index,
            move.mismatch,
            move.money(each.liability_value),
            facts.in_years(move.money(each.liability_value)),
        ]
        for each in facts.mismatches
        for move in each.growth
    ]
    note = "Both sides repriced in full; money is what assets worth the payments gain or lose."
    return Table("Growth for 100 bp", columns, rows, note=note)


def _key_rates(facts: RivalFacts) -> Table:
    names = [label(each.name) for each in facts.mismatches]
    first = facts.mismatches[0]
    columns = [
        Column("tenor", "Tenor", YEARS),
        Column("owed", "Payments", Format(Kind.NUMBER, 2)),
        *(Column(f"index_{k}", name, Format(Kind.NUMBER, 2)) for k, name in enumerate(names)),
    ]
    rows: list[list[Cell]] = [
        [
            float(tenor),
            float(first.liability_key_rates[k]),
            *(float(each.index_key_rates[k]) for each in facts.mismatches),
        ]
        for k, tenor in enumerate(first.tenors)
    ]
    return Table("Key-rate durations, years", columns, rows)


def _conventions(facts: RivalFacts) -> list[tuple[str, str]]:
    held = [(label(each.name), each.description) for each in facts.comparison.results]
    curves = (
        f"month ends of basis {facts.basis}; one basis prices payments and every holding, so "
        "that nothing but the holding differs; a stand-in is built from the curve and is not "
        "the index it resembles"
    )
    return [
        *held,
        ("Curves", curves),
        ("Payments", f"{facts.amounts} amounts, paid at the end of the month they fall in"),
        (
            "Tracking error",
            "standard deviation (n - 1) of monthly return differences times the square root of 12",
        ),
        (
            "Years of expenses",
            "loss over the expenses of the twelve months that follow the history",
        ),
        ("Durations", "Fisher-Weil, to continuous spot rates; a negative gap is an asset too long"),
    ]
