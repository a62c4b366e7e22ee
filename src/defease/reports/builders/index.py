"""Pages of the liability index: level, growth by cause, buckets, returns, sensitivities."""

from __future__ import annotations

from typing import TYPE_CHECKING

from defease.liability_index import CarryConvention, Period
from defease.reports.builders.index_parts import (
    LEVEL,
    RETURN,
    months_section,
    parts_section,
    sensitivity_section,
)
from defease.reports.builders.words import label, listed, money
from defease.reports.charts import growth_bars, level_lines
from defease.reports.document import (
    Block,
    Callout,
    Cell,
    Column,
    Definitions,
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
    MONEY,
    RATE,
    YEARS,
    shown,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from defease.liability_index import IndexMonth
    from defease.reports.builders.index_facts import IndexFacts

CARRIES = {
    CarryConvention.YIELD_AND_ROLL: "Each payment earns its own rate, then rolls down the curve",
    CarryConvention.UNCHANGED_CURVE: "The curve stays as it is",
    CarryConvention.FORWARDS_REALISED: "Today's forward rates come true",
}
MONTHLY_BARS = 15


def index_tiles(facts: IndexFacts) -> KeyFigures:
    """Level, value, last month and year, yield and duration."""
    last, risk = facts.months[-1], facts.whole.statistics.risk
    year = facts.whole.returns[Period.TWELVE_MONTHS]
    return KeyFigures(
        [
            KeyFigure("Index level", last.level, LEVEL, note=f"100 on {facts.start}"),
            KeyFigure("Present value", last.present_value, MONEY, note=f"{facts.amounts} amounts"),
            KeyFigure("Return of the month", last.total_return, RETURN, note=f"{last.date:%Y-%m}"),
            KeyFigure("Return of 12 months", year.total_return if year else None, RETURN),
            KeyFigure("Yield", risk.annual_yield, RATE, note="annual effective"),
            KeyFigure("Modified duration", risk.modified_duration, YEARS),
        ]
    )


def index_sections(facts: IndexFacts, currency: str) -> list[Section]:
    """Every page of the task `index`."""
    return [
        level_section(facts, currency),
        growth_section(facts, currency),
        parts_section(facts, currency),
        months_section(facts),
        sensitivity_section(facts, currency),
        _conventions(facts, currency),
    ]


def index_report_section(facts: IndexFacts, currency: str) -> Section:
    """The index as one section of the board report."""
    inner = [
        level_section(facts, currency),
        growth_section(facts, currency),
        parts_section(facts, currency),
    ]
    return Section("The liability index", [index_tiles(facts), *inner])


def level_section(facts: IndexFacts, currency: str) -> Section:
    """The level by month and one sentence that says what it did."""
    months = facts.months
    dates = [facts.start, *(row.date for row in months)]
    levels: list[float | None] = [100.0, *(row.level for row in months)]
    chart = level_lines(dates, {"Liability index": levels}, words="Index level")
    columns: dict[str, Sequence[object]] = {"Month end": dates, "Level": levels}
    data = data_table("Index level by month", columns, [DATE, LEVEL])
    blocks: list[Block] = [Paragraph(_level_words(facts, currency))]
    if any(level is not None for level in levels[1:]):
        blocks.append(Figure(_level_caption(facts), chart, data))
    else:
        words = "The index has no level: its present value is too small or negative from the start."
        blocks.append(Callout(words, Tone.WARN))
    return Section("The index", blocks)


def _level_words(facts: IndexFacts, currency: str) -> str:
    last, paid = facts.months[-1], -sum(row.benefit_paid for row in facts.months)
    grown = sum(_growth(row) for row in facts.months)
    opening, way = money(facts.opening_value, currency), "grew" if grown >= 0 else "shrank"
    fell_due = f" and {money(paid, currency)} was paid." if paid else "; nothing fell due."
    words = [
        f"On {facts.start} the payments ahead were worth {opening} on basis {label(facts.basis)}.",
        f"Until {facts.end} they {way} by {money(abs(grown), currency)}{fell_due}",
    ]
    received = sum(row.contributions for row in facts.months)
    if received:
        words.append(f"Contributions of {money(received, currency)} came in.")
    other = sum(row.experience + row.model_change for row in facts.months)
    if other:
        way = "more" if other > 0 else "less"
        words.append(
            f"Experience and new projections made it {money(abs(other), currency)} {way}; they "
            "never enter the return."
        )
    words.append(f"That leaves {money(last.present_value, currency)}.")
    return " ".join(words)


def _growth(row: IndexMonth) -> float:
    return row.income + row.roll + row.rate_change + row.spread_change + row.inflation


def _level_caption(facts: IndexFacts) -> str:
    last = next(row for row in reversed(facts.months) if row.level is not None)
    if last is not facts.months[-1]:
        return f"The index stood at {shown(last.level, LEVEL)} on {last.date}, its last level."
    known = [row for row in facts.months if row.total_return is not None]
    best = max(known, key=lambda row: row.total_return or 0.0)
    worst = min(known, key=lambda row: row.total_return or 0.0)
    return (
        f"The index stands at {shown(last.level, LEVEL)}, from 100 on {facts.start}; its best "
        f"month was {best.date:%Y-%m} ({shown(best.total_return, RETURN)}), its worst "
        f"{worst.date:%Y-%m} ({shown(worst.total_return, RETURN)})."
    )


def growth_section(facts: IndexFacts, currency: str) -> Section:
    """Growth by cause: a bar a year or month, the linked components, the carry conventions."""
    blocks: list[Block] = [Paragraph(_growth_words(facts))]
    periods, causes = _by_period(facts)
    chart = growth_bars(periods, causes, words="Growth", style=MONEY, currency=currency)
    table: dict[str, Sequence[object]] = {"Period": periods, **causes}
    styles = [LABEL, *[MONEY] * len(causes)]
    data = data_table("Growth by cause", table, styles)
    blocks.append(Figure(_growth_caption(causes, facts, currency), chart, data))
    blocks.append(_linked_table(facts))
    if facts.rate_split is not None:
        blocks.append(_split_table(facts.rate_split))
    return Section("Why it grew", blocks)


def _by_period(facts: IndexFacts) -> tuple[list[str], dict[str, list[float]]]:
    """Money by cause, month by month for a young index, else by calendar year."""
    monthly = len(facts.months) <= MONTHLY_BARS
    names = [f"{row.date:%Y-%m}" if monthly else str(row.date.year) for row in facts.months]
    periods = list(dict.fromkeys(names))
    causes = {
        title: [
            sum(
                getattr(row, key)
                for row, name in zip(facts.months, names, strict=True)
                if name == p
            )
            for p in periods
        ]
        for key, title in facts.causes.items()
    }
    return periods, causes


def _growth_words(facts: IndexFacts) -> str:
    found = facts.linked[CarryConvention.YIELD_AND_ROLL]
    if found is None:
        return (
            "The growth since the start has no percentage: in some month the present value is too "
            "small or negative. Money holds."
        )
    parts = [
        f"{name.lower()} {shown(getattr(found, key), RETURN)}" for key, name in facts.causes.items()
    ]
    return (
        f"Since {facts.start} the index returned {shown(found.total_return, RETURN)}: "
        f"{listed(parts)}. The parts add up without a remainder."
    )


def _growth_caption(causes: Mapping[str, Sequence[float]], facts: IndexFacts, currency: str) -> str:
    sums = {name: sum(values) for name, values in causes.items()}
    largest = max(sums, key=lambda name: abs(sums[name]))
    verb = "added" if sums[largest] >= 0 else "took away"
    return (
        f"{largest} moved the value most since {facts.start}: it {verb} "
        f"{money(abs(sums[largest]), currency)}."
    )


def _linked_table(facts: IndexFacts) -> Table:
    columns = [
        Column("carry", "If rates had not changed:"),
        Column("income", "Income", RETURN),
        Column("roll", "Roll", RETURN),
        Column("rate_change", "Rates", RETURN),
        Column("spread_change", "Spread", RETURN),
        *([Column("inflation", "Inflation", RETURN)] if facts.inflation else []),
        Column("total_return", "Return", RETURN),
    ]
    rows: list[list[Cell]] = [
        [CARRIES[carry], *(getattr(found, column.key) if found else None for column in columns[1:])]
        for carry, found in facts.linked.items()
    ]
    note = "Three conventions of carry, the same total: components linked since the start."
    return Table("Growth since the start by carry convention", columns, rows, note=note)


def _split_table(split: Sequence[float]) -> Table:
    names = (
        "Level: the 10-year rate at every term",
        "Slope: 30-year less 2-year rate",
        "Curvature: the rest of the move",
    )
    rows: list[list[Cell]] = [[name, amount] for name, amount in zip(names, split, strict=True)]
    rows.append(["Rate change", sum(split)])
    columns = [Column("part", "Part of the move"), Column("amount", "Since the start", MONEY)]
    return Table("The rate change by the shape of the move", columns, rows, totals=[-1])


def _conventions(facts: IndexFacts, currency: str) -> Section:
    entries = [
        ("Basis", label(facts.basis)),
        ("Amounts", f"{facts.amounts}: {_AMOUNTS[facts.amounts]}"),
        ("Level", f"100 on {facts.start}, chain-linked; a new projection never moves it"),
        ("Paid amounts", "earn nothing between payment and month end"),
        ("Time", "actual days over 365"),
    ]
    entries += [("Linked to", words) for words in facts.inflation]
    later = facts.projections[1:]
    if later:
        entries.append(("New projections", listed([str(day) for day in later])))
    if facts.spreading is not None:
        change = money(facts.spreading.change, currency)
        words = f"are paid in twelve monthly parts; that changes the present value by {change}"
        entries.append(("Annual amounts", words))
    return Section("Conventions of the index", [Definitions(entries)])


_AMOUNTS = {
    "net": "benefits and expenses less contributions",
    "gross": "benefits and expenses, contributions not counted",
}
