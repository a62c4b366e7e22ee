"""The page of classes that are known by the year only, against the liability by the year."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from defease.dates import add_months, to_date
from defease.performance import MeasureStatus
from defease.reports.builders.words import label, listed
from defease.reports.charts import level_lines
from defease.reports.document import (
    Block,
    Callout,
    Cell,
    Column,
    Figure,
    Paragraph,
    Section,
    Table,
    Tone,
    data_table,
)
from defease.reports.formats import DATE, PERCENT, Format, Kind, shown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from defease.performance import PerformanceReport, ReturnSeries

RATE = Format(Kind.PERCENT, 1, signed=True)
RATIO = Format(Kind.NUMBER, 2)
LEVEL = Format(Kind.NUMBER, 0)
YEAR = 12


@dataclass(frozen=True, eq=False)
class AnnualFacts:
    """One class over the years it shares with the liability."""

    name: str
    assets: ReturnSeries
    liabilities: ReturnSeries
    report: PerformanceReport

    def value(self, key: str) -> float | None:
        """A measure by its key."""
        return self.report.measures[key].value


def annual_section(classes: Sequence[AnnualFacts]) -> Section:
    """Which classes kept up with the liability, by the year."""
    blocks: list[Block] = [
        Paragraph(_words(classes)),
        _figure(classes),
        _growth_table(classes),
        _alike_table(classes),
    ]
    if any(
        measure.status is MeasureStatus.SHORT_HISTORY
        for each in classes
        for measure in each.report.measures.values()
    ):
        fewest = min(len(each.assets) for each in classes)
        words = f"{fewest} yearly returns are a short history: the measures are rough."
        blocks.append(Callout(words, Tone.WARN))
    return Section("Classes by the year", blocks)


def _words(classes: Sequence[AnnualFacts]) -> str:
    ranked = sorted(classes, key=lambda each: -(each.value("liability_alpha") or 0.0))
    ahead = [each for each in ranked if (each.value("liability_alpha") or 0.0) > 0]
    window = max((each.assets.window for each in classes), key=len)
    if not ahead:
        verdict = f"None of {len(classes)} classes kept up with the liability"
    else:
        names = listed([_told(each) for each in ahead])
        verdict = f"{len(ahead)} of {len(classes)} classes beat the liability: {names}"
    words = f"Over the years {_years(window)} the liability grew by {_growth(ranked[0])} a year. "
    words += f"{verdict}."
    last = ranked[-1]
    if last not in ahead:
        words += f" Furthest behind: {_told(last)}."
    return words + _alike(classes)


def _told(each: AnnualFacts) -> str:
    return f"{label(each.name)} ({shown(each.value('liability_alpha'), RATE)} a year)"


def _growth(each: AnnualFacts) -> str:
    return shown(each.report.reward["growth"].part("liability").value, PERCENT)


def _years(window: str) -> str:
    """The years of a window of months: 1985-12 to 2015-12 says 1985 to 2015."""
    first, last = (month[:4] for month in window.split(" to "))
    return f"{first} to {last}"


def _alike(classes: Sequence[AnnualFacts]) -> str:
    known = [each for each in classes if each.value("r_squared") is not None]
    if len(known) < 2:
        return ""
    order = sorted(known, key=lambda each: each.value("r_squared") or 0.0)
    least, most = order[0], order[-1]
    return (
        f" {label(most.name)} moved most like it: its returns explain "
        f"{shown(most.value('r_squared'), PERCENT)} of the variance of the liability's; "
        f"those of {label(least.name)} explain {shown(least.value('r_squared'), PERCENT)}."
    )


def _figure(classes: Sequence[AnnualFacts]) -> Figure:
    longest = max(classes, key=lambda each: len(each.assets))
    ends = [to_date(day) for day in longest.assets.dates]
    dates = [add_months(ends[0], -YEAR), *ends]
    paths = {"Liability": _levels(longest.liabilities, longest)}
    paths |= {label(each.name): _levels(each.assets, longest) for each in classes}
    chart = level_lines(dates, paths, words="100 at the start", style=LEVEL)
    columns: dict[str, list[object]] = {"Date": list(dates)}
    columns |= {name: list(values) for name, values in paths.items()}
    data = data_table("Growth by the year", columns, [DATE, *[LEVEL] * len(paths)])
    closing = [f"{name} {shown(values[-1], LEVEL)}" for name, values in paths.items()]
    return Figure(f"100 at the start became: {'; '.join(closing)}.", chart, data)


def _levels(series: ReturnSeries, longest: AnnualFacts) -> list[float | None]:
    """Growth of 100 from the series' own first year, placed on the longest one's dates."""
    levels = 100.0 * np.cumprod(np.append(1.0, 1.0 + series.returns))
    first = int(np.searchsorted(longest.assets.dates, series.dates[0]))
    after = len(longest.assets) - first - len(series)
    return [*[None] * first, *map(float, levels), *[None] * after]


def _growth_table(classes: Sequence[AnnualFacts]) -> Table:
    columns = [
        Column("name", "Class"),
        Column("growth", "Return", RATE),
        Column("alpha", "Alpha", RATE),
        Column("volatility", "Volatility", PERCENT),
    ]
    keys = ("growth", "liability_alpha", "asset_volatility")
    one = classes[0].report
    owed = one.reward["growth"].part("liability").value
    moved = one.measures["liability_volatility"].value
    rows: list[list[Cell]] = [*_rows(classes, keys), ["Liability", owed, None, moved]]
    note = "Rates a year; alpha geometric, against the liability linked to the same years."
    return Table("Each class against the liability, by the year", columns, rows, note=note)


def _alike_table(classes: Sequence[AnnualFacts]) -> Table:
    columns = [
        Column("name", "Class"),
        Column("tracking", "Tracking error", PERCENT),
        Column("beta", "Beta", RATIO),
        Column("r_squared", "R squared", RATIO),
        Column("information", "Info. ratio", RATIO),
    ]
    keys = ("tracking_error", "liability_beta", "r_squared", "information_ratio")
    note = "Against the liability linked to the same years; tracking error a year."
    title = "How closely each class followed the liability"
    return Table(title, columns, _rows(classes, keys), note=note)


def _rows(classes: Sequence[AnnualFacts], keys: Sequence[str]) -> list[list[Cell]]:
    return [[label(each.name), *(each.value(key) for key in keys)] for each in classes]
