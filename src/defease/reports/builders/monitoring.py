"""Pages of the roll-forward: the estimate, its path, and how far such estimates were off."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from defease.dates import to_date
from defease.reports.builders.words import label, money, percent
from defease.reports.charts import level_lines
from defease.reports.document import (
    Block,
    Callout,
    Cell,
    Column,
    Figure,
    KeyFigure,
    KeyFigures,
    Paragraph,
    Section,
    Table,
    Tone,
    data_table,
)
from defease.reports.formats import COUNT, DATE, LABEL, MONEY, PERCENT, Format, Kind, shown

if TYPE_CHECKING:
    from defease.performance import (
        BackTest,
        ErrorDistribution,
        MarketMoves,
        OfficialValues,
        RollForward,
    )

ERROR = Format(Kind.PERCENT, 2, signed=True)
RETURN = Format(Kind.PERCENT, 2, signed=True)


@dataclass(frozen=True, eq=False, kw_only=True)
class MonitoringFacts:
    """What the pages show; `moves` are those of the path."""

    start: OfficialValues
    path: RollForward
    classes: tuple[str, ...]
    moves: MarketMoves
    tested: BackTest | None
    date: dt.date
    is_daily: bool

    def periods(self, count: int) -> str:
        """So many periods in words."""
        word = "day" if self.is_daily else "month"
        return f"{count} {word}" if count == 1 else f"{count} {word}s"


def monitoring_tiles(facts: MonitoringFacts) -> KeyFigures:
    """Both sides now, the ratio, and how far it may be off."""
    before = facts.start.assets / facts.start.liabilities
    tiles = [
        KeyFigure(
            "Funded ratio, estimated",
            float(facts.path.funded_ratios[-1]),
            PERCENT,
            note=f"{percent(before)} on {facts.start.date}",
        ),
        KeyFigure("Assets, estimated", float(facts.path.assets[-1]), MONEY),
        KeyFigure("Liability, estimated", float(facts.path.liabilities[-1]), MONEY),
        KeyFigure("Surplus, estimated", float(facts.path.surplus[-1]), MONEY),
    ]
    if facts.tested is not None:
        off = facts.tested.funded_ratio
        note = "from one official value" if off.n == 1 else f"mean of {off.n} official values"
        tiles.append(KeyFigure("Usual error of the ratio", off.mean_absolute, PERCENT, note=note))
    return KeyFigures(tiles)


def monitoring_sections(facts: MonitoringFacts, currency: str) -> list[Section]:
    """Every page of the task `monitor`."""
    sections = [_path_section(facts, currency), _classes_section(facts)]
    if facts.tested is None:
        words = "With one official value nothing can be said of the error of this estimate."
        return [*sections, Section("How good the estimate is", [Callout(words, Tone.WARN)])]
    return [*sections, _tested_section(facts.tested, is_daily=facts.is_daily)]


def _path_section(facts: MonitoringFacts, currency: str) -> Section:
    path = facts.path
    dates = [facts.start.date, *(to_date(day) for day in path.dates)]
    assets = [facts.start.assets, *path.assets.tolist()]
    owed = [facts.start.liabilities, *path.liabilities.tolist()]
    ratios = [a / liability for a, liability in zip(assets, owed, strict=True)]
    chart = level_lines(
        dates,
        {"Assets": assets, "Liability": owed},
        words="Both sides",
        style=MONEY,
        currency=currency,
    )
    columns = {"Date": dates, "Assets": assets, "Liability": owed, "Funded ratio": ratios}
    data = data_table(
        "Both sides, day by day" if facts.is_daily else "Both sides, month by month",
        columns,
        [DATE, MONEY, MONEY, PERCENT],
    )
    caption = (
        f"The funded ratio went from {percent(ratios[0])} to {percent(ratios[-1])} in "
        f"{facts.periods(len(path.dates))}."
    )
    blocks: list[Block] = [Paragraph(_words(facts, currency)), Figure(caption, chart, data)]
    return Section("The estimate", blocks)


def _words(facts: MonitoringFacts, currency: str) -> str:
    start, path = facts.start, facts.path
    words = (
        f"The last official values are of {start.date}: assets of {money(start.assets, currency)} "
        f"against {money(start.liabilities, currency)}. Rolled to {facts.date} on the proxies of "
        f"each class and on the liability index, the assets come to "
        f"{money(float(path.assets[-1]), currency)} and the liability to "
        f"{money(float(path.liabilities[-1]), currency)}"
    )
    paid, received = float(facts.moves.benefits.sum()), float(facts.moves.contributions.sum())
    words += f"; {money(paid, currency)} was paid out" if paid else ""
    words += f"; contributions of {money(received, currency)} came in" if received else ""
    change = float(path.surplus[-1]) - (start.assets - start.liabilities)
    way = "gained" if change >= 0 else "lost"
    return f"{words}. The surplus {way} {money(abs(change), currency)}."


def _classes_section(facts: MonitoringFacts) -> Section:
    linked = np.prod(1.0 + facts.moves.class_returns, axis=0) - 1.0
    owed = float(np.prod(1.0 + facts.moves.liability_returns) - 1.0)
    columns = [
        Column("class", "Class"),
        Column("weight", "Weight before", PERCENT),
        Column("return", "Proxy return", RETURN),
        Column("after", "Weight now", PERCENT),
    ]
    rows: list[list[Cell]] = [
        [label(name), float(weight), float(earned), float(now)]
        for name, weight, earned, now in zip(
            facts.classes, facts.start.weights, linked, facts.path.weights[-1], strict=True
        )
    ]
    rows.append(["Liability index", None, owed, None])
    best = int(np.argmax(linked))
    words = (
        f"{label(facts.classes[best])} did best ({shown(float(linked[best]), RETURN)}); the "
        f"liability grew by {shown(owed, RETURN)}. Weights drift with their returns."
    )
    table = Table("Proxies and weights", columns, rows)
    return Section("What the classes did", [Paragraph(words), table])


def _tested_section(tested: BackTest, *, is_daily: bool) -> Section:
    columns = [
        Column("date", "Official date", DATE),
        Column("periods", "Days" if is_daily else "Months", COUNT),
        Column("asset_error", "Assets", ERROR),
        Column("liability_error", "Liability", ERROR),
        Column("ratio_error", "Funded ratio", ERROR),
    ]
    rows: list[list[Cell]] = [
        [e.date, e.periods, e.asset_error, e.liability_error, e.funded_ratio_error]
        for e in tested.errors
    ]
    ratio = tested.funded_ratio
    usual, worst = _points(ratio.mean_absolute), _points(abs(ratio.largest))
    words = (
        f"Rolled from one official value to the next, once, the funded ratio was off by {worst}."
        if ratio.n == 1
        else f"Rolled from each official value to the next, {ratio.n} times, the funded ratio was "
        f"off by {usual} in the mean and by {worst} at worst."
    )
    note = "Official less estimate: sides as shares of the official value, the ratio in points."
    blocks: list[Block] = [
        Paragraph(words),
        Table("Differences booked at official values", columns, rows, note=note),
        _distributions(tested),
    ]
    return Section("How good the estimate is", blocks)


def _points(size: float) -> str:
    return f"{shown(100 * size, Format(Kind.NUMBER, 1))} points"


def _distributions(tested: BackTest) -> Table:
    sides = {
        "Assets": tested.assets,
        "Liability": tested.liabilities,
        "Funded ratio": tested.funded_ratio,
    }
    columns = [
        Column("side", "Of", LABEL),
        Column("mean", "Mean", ERROR),
        Column("deviation", "Deviation", Format(Kind.PERCENT, 2)),
        Column("p5", "5%", ERROR),
        Column("median", "Median", ERROR),
        Column("p95", "95%", ERROR),
        Column("largest", "Largest", ERROR),
    ]
    rows = [_distribution(name, found) for name, found in sides.items()]
    return Table("Distribution of the errors", columns, rows)


def _distribution(name: str, found: ErrorDistribution) -> list[Cell]:
    points = dict(found.percentiles)
    return [
        name,
        found.mean,
        found.standard_deviation,
        points["p5"],
        points["p50"],
        points["p95"],
        found.largest,
    ]
