"""Pages of performance against the liability: growth of both sides, bridge, scoreboard."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from defease.dates import to_date
from defease.performance.scores import Contest
from defease.reports.builders.attribution_measures import measures_section, rolling_section
from defease.reports.builders.index_parts import liability_words
from defease.reports.builders.words import label, money, percent
from defease.reports.charts import bridge_waterfall, level_lines
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
from defease.reports.formats import (
    DATE,
    LABEL,
    MISSING,
    MONEY,
    PERCENT,
    Format,
    Kind,
    Scale,
    shown,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from defease.liability_index import LinkedReturn
    from defease.performance import (
        BalanceHistory,
        Bridge,
        GrowthOfBothSides,
        PerformanceReport,
        RequiredAlpha,
        ReturnSeries,
        RollingRow,
        ScoreLine,
    )

LEVEL = Format(Kind.NUMBER, 1)
RETURN = Format(Kind.PERCENT, 2, signed=True)
POINTS = Format(Kind.PERCENT, 1, signed=True)
SIGNED_MONEY = Format(Kind.MONEY, scale=Scale.AUTO, signed=True)


@dataclass(frozen=True, eq=False, kw_only=True)
class AttributionFacts:
    """What the pages show; figures in money are None or empty where none are given.

    Attributes
    ----------
    assets, liabilities
        Returns of the periods both sides cover.
    years
        Name of a calendar year and the growth of both sides in it.
    liability
        The liability's return over the compared periods, line by line; None without percentages.
    start, end
        First and last date compared.
    """

    assets: ReturnSeries
    liabilities: ReturnSeries
    balances: BalanceHistory | None
    report: PerformanceReport
    growth: GrowthOfBothSides | None
    years: tuple[tuple[str, GrowthOfBothSides], ...]
    bridge: Bridge | None
    scores: tuple[ScoreLine, ...]
    rolling: tuple[RollingRow, ...]
    rolling_periods: int
    required: RequiredAlpha | None
    liability: LinkedReturn | None
    start: dt.date
    end: dt.date
    basis: str


def attribution_tiles(facts: AttributionFacts) -> KeyFigures:
    """Alpha in percent and in money, both returns, tracking error, funded ratio."""
    reward, risk = facts.report.reward, facts.report.risk
    growth = reward["growth"]
    tiles = [
        KeyFigure(
            "Liability alpha",
            reward["liability_alpha"].value,
            RETURN,
            note="a year, geometric",
            tone=_tone(reward["liability_alpha"].value),
        ),
        KeyFigure(
            "Alpha in money",
            reward["liability_alpha_money"].value,
            SIGNED_MONEY,
            note=f"since {facts.start}",
            tone=_tone(reward["liability_alpha_money"].value),
        ),
        KeyFigure("Assets returned", growth.value, RETURN, note="a year, time-weighted"),
        KeyFigure("Liability returned", growth.part("liability").value, RETURN, note="a year"),
        KeyFigure("Tracking error", risk["tracking_error"].value, PERCENT, note="a year"),
    ]
    ratios = None if facts.balances is None else facts.balances.funded_ratios
    if ratios is not None:
        tiles.append(
            KeyFigure(
                "Funded ratio", float(ratios[-1]), PERCENT, note=f"{percent(ratios[0])} before"
            )
        )
    return KeyFigures(tiles)


def _tone(value: float | None) -> Tone:
    if value is None or value == 0:
        return Tone.NEUTRAL
    return Tone.GOOD if value > 0 else Tone.BAD


def attribution_sections(facts: AttributionFacts, currency: str) -> list[Section]:
    """Every page of the task `attribute`."""
    sections = [_growth_section(facts, currency)]
    if facts.bridge is not None:
        sections.append(bridge_section(facts, facts.bridge, currency))
    sections.append(scoreboard_section(facts, currency))
    sections.append(measures_section(facts.report, currency))
    if facts.rolling:
        sections.append(rolling_section(facts.rolling, periods=facts.rolling_periods))
    return sections


def attribution_report_section(facts: AttributionFacts, currency: str) -> Section:
    """The same as one section of the board report."""
    inner: list[Block] = [attribution_tiles(facts), _growth_section(facts, currency)]
    if facts.bridge is not None:
        inner.append(bridge_section(facts, facts.bridge, currency))
    inner += [scoreboard_section(facts, currency), measures_section(facts.report, currency)]
    return Section("Performance against the liability", inner)


def _growth_section(facts: AttributionFacts, currency: str) -> Section:
    dates = [facts.start, *(to_date(day) for day in facts.assets.dates)]
    paths = {
        "Assets": _levels(facts.assets),
        label(facts.liabilities.name): _levels(facts.liabilities),
    }
    chart = level_lines(dates, paths, words="100 at the start, flows removed")
    columns: dict[str, Sequence[object]] = {"Date": dates, **paths}
    data = data_table("Growth of both sides", columns, [DATE, LEVEL, LEVEL])
    blocks: list[Block] = [
        Paragraph(_verdict(facts, currency)),
        Figure(_growth_caption(paths), chart, data),
    ]
    if facts.liability is not None:
        blocks.append(Paragraph(liability_words(facts.liability)))
    if facts.years:
        blocks.append(_years_table(facts))
    if facts.growth is not None:
        blocks.append(Callout(_keeping(facts.growth, currency)))
    if facts.required is not None:
        blocks.append(Paragraph(_needed(facts.required)))
    return Section("Assets against the liability", blocks)


def _levels(series: ReturnSeries) -> list[float]:
    return [float(x) for x in 100.0 * np.cumprod(np.append(1.0, 1.0 + series.returns))]


def _growth_caption(paths: dict[str, list[float]]) -> str:
    owned, owed = (levels[-1] for levels in paths.values())
    verb = "ahead of" if owned > owed else "behind" if owned < owed else "level with"
    return (
        f"100 in the assets became {shown(owned, LEVEL)}, {verb} the {shown(owed, LEVEL)} that 100 "
        "of liability became."
    )


def _verdict(facts: AttributionFacts, currency: str) -> str:
    total = facts.scores[0]
    periods = total.asset_return.n
    words = (
        f"From {facts.start} to {facts.end} the assets returned "
        f"{shown(total.asset_return.value, RETURN)} and the liability on basis "
        f"{label(facts.basis)} {shown(total.liability_return.value, RETURN)}: "
        f"{total.sentence}. The assets were ahead in {total.periods_ahead} of {periods} periods."
    )
    if total.money_alpha.value is not None:
        gained = money(total.asset_growth.value, currency)
        added = money(total.liability_growth.value, currency)
        words += (
            f" The assets earned {gained} while the liability grew by {added}: a liability alpha "
            f"of {money(total.money_alpha.value, currency)}."
        )
    return words


def _keeping(growth: GrowthOfBothSides, currency: str) -> str:
    kind = "deficit" if growth.opening_surplus < 0 else "surplus"
    size = money(abs(growth.opening_surplus), currency)
    return (
        f"To keep the {kind} of {size} unchanged the assets had to return "
        f"{shown(growth.return_to_keep_surplus, RETURN)} over the whole time; to keep the funded "
        f"ratio of {percent(growth.opening_ratio)}, "
        f"{shown(growth.return_to_keep_ratio, RETURN)}; they returned "
        f"{shown(growth.asset_return, RETURN)}."
    )


def _needed(required: RequiredAlpha) -> str:
    if required.alpha is None:
        return (
            f"No return closes the deficit in {required.years} years: {required.required.reason}."
        )
    return (
        f"To close the deficit in {required.years} years, the duration of the liability, the "
        f"assets must return {shown(required.required.rate, RETURN)} a year: "
        f"{shown(required.alpha, RETURN)} over the liability's yield of "
        f"{shown(required.liability_yield, Format(Kind.PERCENT, 2))}."
    )


def _years_table(facts: AttributionFacts) -> Table:
    columns = [
        Column("year", "Year", LABEL),
        Column("asset_return", "Assets", RETURN),
        Column("liability_return", "Liability", RETURN),
        Column("alpha", "Alpha", RETURN),
        Column("money", "Alpha in money", MONEY),
        Column("keep_surplus", "Keeps surplus", RETURN),
        Column("ratio", "Funded after", PERCENT),
    ]
    rows: list[list[Cell]] = [
        [
            name,
            g.asset_return,
            g.liability_return,
            g.geometric_alpha,
            g.money_alpha,
            g.return_to_keep_surplus,
            g.closing_ratio,
        ]
        for name, g in facts.years
    ]
    note = (
        "Alpha: geometric. Keeps surplus: the asset return that would have held the surplus or "
        "deficit in money. Funded after: flows removed."
    )
    return Table("Year by year", columns, rows, note=note)


def bridge_section(facts: AttributionFacts, bridge: Bridge, currency: str) -> Section:
    """From the first funded status to the last, drawn as a waterfall and as a table."""
    blocks: list[Block] = []
    opening, closing = facts.start, facts.end
    if bridge.ratio_change is not None:
        before = bridge.opening_assets / bridge.opening_liabilities
        after = bridge.closing_assets / bridge.closing_liabilities
        steps = [(_driver(s.driver), s.ratio_effect or 0.0) for s in bridge.steps]
        chart = bridge_waterfall(
            (f"Funded ratio {opening}", before),
            steps,
            (f"Funded ratio {closing}", after),
            words="Funded ratio",
            style=PERCENT,
        )
        names = [name for name, _ in steps]
        data = data_table(
            "Bridge of the funded ratio",
            {"Driver": names, "Effect on the funded ratio": [e for _, e in steps]},
            [LABEL, POINTS],
        )
        blocks += [
            Paragraph(_bridge_words(bridge, steps, currency)),
            Figure(f"From {percent(before)} to {percent(after)}.", chart, data),
        ]
    else:
        blocks.append(Callout(f"No bridge of the ratio: {bridge.reason}.", Tone.WARN))
    blocks.append(_bridge_table(bridge))
    return Section("The bridge", blocks)


def _driver(name: str) -> str:
    """A driver as people read it."""
    head, _, rest = name.partition(": ")
    return f"{label(head)}: {label(rest)}" if rest else label(name)


def _bridge_words(bridge: Bridge, steps: list[tuple[str, float]], currency: str) -> str:
    best = max(steps, key=lambda step: step[1])
    worst = min(steps, key=lambda step: step[1])
    words = (
        f"The funded ratio changed by {_points(bridge.ratio_change)} and the surplus by "
        f"{money(bridge.surplus_change, currency)}."
    )
    if best[1] > 0:
        words += f" {best[0]} helped most ({_points(best[1])})"
        words += f"; {worst[0]} cost most ({_points(worst[1])})." if worst[1] < 0 else "."
    elif worst[1] < 0:
        words += f" {worst[0]} cost most ({_points(worst[1])})."
    return f"{words} No order of steps is assumed and nothing is left over."


def _points(change: float | None) -> str:
    return MISSING if change is None else f"{shown(100 * change, _SIGNED)} points"


_SIGNED = Format(Kind.NUMBER, 1, signed=True)


def _bridge_table(bridge: Bridge) -> Table:
    columns = [
        Column("driver", "Driver"),
        Column("assets", "Assets", MONEY),
        Column("liability", "Liability", MONEY),
        Column("surplus", "Surplus", MONEY),
        Column("ratio", "Ratio", POINTS),
    ]
    rows: list[list[Cell]] = [
        [_driver(s.driver), s.asset_change, s.liability_change, s.surplus_effect, s.ratio_effect]
        for s in bridge.steps
    ]
    rows.append(
        [
            "Change",
            bridge.closing_assets - bridge.opening_assets,
            bridge.closing_liabilities - bridge.opening_liabilities,
            bridge.surplus_change,
            bridge.ratio_change,
        ]
    )
    note = (
        "Effects of each period are added; within a period each driver counts at the mean of the "
        "old and the new amounts."
    )
    return Table("What changed both sides", columns, rows, note=note, totals=[-1])


def scoreboard_section(facts: AttributionFacts, currency: str) -> Section:
    """Who is ahead of what it funds, in percent and in money."""
    columns = [
        Column("name", "Who"),
        Column("benchmark", "Against"),
        Column("asset_return", "Return", RETURN),
        Column("liability_return", "Benchmark", RETURN),
        Column("alpha", "Alpha", RETURN),
        Column("money", "In money", MONEY),
    ]
    rows: list[list[Cell]] = [
        [
            label(line.name),
            line.benchmark.split(" (")[0],
            line.asset_return.value,
            line.liability_return.value,
            line.geometric_alpha.value,
            line.money_alpha.value,
        ]
        for line in facts.scores
    ]
    window = facts.assets.window
    note = (
        f"Over {window}, not annualised; alpha geometric. Same money: the growth of the money the "
        "class held at each period's start, at its own return and at that of the payments it funds."
    )
    blocks: list[Block] = [Paragraph(" ".join(_score_words(facts, currency)))]
    blocks.append(Table("Scoreboard", columns, rows, note=note))
    return Section("Scoreboard", blocks)


def _score_words(facts: AttributionFacts, currency: str) -> list[str]:
    words = []
    for line in facts.scores:
        figures = shown(line.geometric_alpha.value, RETURN)
        if line.money_alpha.value is not None:
            figures += f" and {money(line.money_alpha.value, currency)}"
        verdict = line.sentence.removesuffix("; money not given")
        if line.contest is not Contest.TOTAL:
            verdict = verdict.replace("the liability", "its payments")
        words.append(f"{label(line.name)}: {figures}, {verdict}.")
    return words
