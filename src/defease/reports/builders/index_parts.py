"""Tables of the liability index: its parts on the last date, its months, its sensitivity."""

from __future__ import annotations

from typing import TYPE_CHECKING

from defease.liability_index import Period
from defease.reports.builders.index_facts import CAUSES
from defease.reports.builders.words import label, listed, money, percent
from defease.reports.document import Block, Cell, Column, Paragraph, Section, Table
from defease.reports.formats import (
    DATE,
    LABEL,
    MONEY,
    PERCENT,
    PERCENT_CHANGE,
    RATE,
    YEARS,
    Format,
    Kind,
    shown,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from defease.liability_index import LinkedReturn, PartStatistics
    from defease.reports.builders.index_facts import IndexFacts, PartFacts

LEVEL = Format(Kind.NUMBER, 2)
RETURN = Format(Kind.PERCENT, 2, signed=True)
PERIODS = {
    Period.MONTH: "Month",
    Period.QUARTER: "3 months",
    Period.YEAR_TO_DATE: "Year to date",
    Period.TWELVE_MONTHS: "12 months",
    Period.SINCE_INCEPTION: "Since start",
}
MONTHS_NEEDED = {Period.MONTH: 1, Period.QUARTER: 3, Period.TWELVE_MONTHS: 12}
SHOWN_MONTHS = 24
BUCKET_SHIFTS = (-100, 100)
NOT_MEANINGFUL = "n/m"


def parts_section(facts: IndexFacts, currency: str) -> Section:
    """Buckets, segments and groups on the last date: value, yield, duration, returns."""
    parts = {
        **{p.statistics.part.name: p for p in facts.buckets},
        **{f"Segment {p.statistics.part.name}": p for p in facts.segments},
        **{label(p.statistics.part.name or "no group"): p for p in facts.groups},
        "Total": facts.whole,
    }
    blocks: list[Block] = [
        Paragraph(_parts_words(facts, currency)),
        _statistics_table(facts, parts),
        _returns_table(parts, months=len(facts.months)),
        _price_and_income_table(parts, months=len(facts.months)),
    ]
    return Section("Term buckets, segments and groups", blocks)


def _parts_words(facts: IndexFacts, currency: str) -> str:
    largest = max(facts.buckets, key=lambda p: p.statistics.risk.present_value).statistics
    share = f" ({percent(largest.weight)} of the whole)" if largest.weight is not None else ""
    words = (
        f"The bucket {_years(largest.part.name)} weighs most: "
        f"{money(largest.risk.present_value, currency)}{share}."
    )
    bare = [p.statistics.part.name for p in facts.buckets if p.statistics.risk.present_value <= 0]
    if bare:
        words += (
            f" {listed([_years(name) for name in bare])}: nothing owed on balance, so that "
            "percentages are not meaningful."
        )
    moved = [(name, amount) for name, amount in facts.migration if amount]
    if moved:
        name, amount = max(moved, key=lambda item: abs(item[1]))
        way = "into" if amount > 0 else "out of"
        words += (
            f" As time passed in the last month, {money(abs(amount), currency)} moved {way} the "
            f"bucket {_years(name)}; moves between buckets add up to zero."
        )
    return words


def _years(name: str) -> str:
    return f"{name} years"


def _statistics_table(facts: IndexFacts, parts: Mapping[str, PartFacts]) -> Table:
    columns = [
        Column("part", "Part", LABEL),
        Column("future_value", "Payments", MONEY),
        Column("present_value", "Present value", MONEY),
        Column("share", "Share", PERCENT),
        Column("price", "Price", Format(Kind.NUMBER, 1)),
        Column("yield", "Yield", RATE),
        Column("modified_duration", "Mod. duration", YEARS),
    ]
    rows = [_statistics_row(name, p.statistics) for name, p in parts.items()]
    note = (
        "Buckets add up to the total; segments overlap them. Price: per 100 of payments. n/m: not "
        "meaningful, the value being zero, negative or small beside what it is made of."
    )
    return Table(f"What the index holds on {facts.end}", columns, rows, note=note, totals=[-1])


def _statistics_row(name: str, found: PartStatistics) -> list[Cell]:
    risk = found.risk
    return [
        name,
        risk.future_value,
        risk.present_value,
        *(
            NOT_MEANINGFUL if value is None else value
            for value in (found.weight, found.price, risk.annual_yield, risk.modified_duration)
        ),
    ]


def _returns_table(parts: Mapping[str, PartFacts], *, months: int) -> Table:
    columns = [
        Column("part", "Part", LABEL),
        *(Column(period.value, title, RETURN) for period, title in PERIODS.items()),
    ]
    rows: list[list[Cell]] = [
        [
            name,
            *(
                _component(part.returns[period], "total_return", period, months)
                for period in PERIODS
            ),
        ]
        for name, part in parts.items()
    ]
    note = "Total returns to the last date; n/m: not meaningful in some month of the period. "
    note += "A bucket keeps a month's payments from its start to its end."
    return Table("Total returns", columns, rows, note=note, totals=[-1])


def _price_and_income_table(parts: Mapping[str, PartFacts], *, months: int) -> Table:
    """Total returns parted: what payments earned at their own rates, and all that moved prices."""
    periods = (Period.MONTH, Period.TWELVE_MONTHS, Period.SINCE_INCEPTION)
    kinds = {"price_return": "price", "income": "income"}
    columns = [
        Column("part", "Part", LABEL),
        *(
            Column(f"{period.value}_{key}", f"{PERIODS[period]}, {word}", RETURN)
            for period in periods
            for key, word in kinds.items()
        ),
    ]
    rows: list[list[Cell]] = [
        [
            name,
            *(
                _component(part.returns[period], key, period, months)
                for period in periods
                for key in kinds
            ),
        ]
        for name, part in parts.items()
    ]
    note = "Income: each payment at its own rate. Price: the rest. Together the total return."
    return Table("Price and income returns", columns, rows, note=note, totals=[-1])


def _component(found: LinkedReturn | None, key: str, period: Period, months: int) -> Cell:
    """A return, n/m, or nothing for an index younger than the period."""
    if found is not None:
        return float(getattr(found, key))
    return None if months < MONTHS_NEEDED.get(period, 1) else NOT_MEANINGFUL


def liability_words(found: LinkedReturn) -> str:
    """What a liability's return is made of, in one sentence; lines of zero are left out."""
    parts = [
        f"{title.lower()} {shown(getattr(found, key), RETURN)}"
        for key, title in CAUSES.items()
        if getattr(found, key)
    ]
    return f"The liability's return of {shown(found.total_return, RETURN)}: {listed(parts)}."


def months_section(facts: IndexFacts) -> Section:
    """The last two years month by month, growth line by line."""
    shown_rows = facts.months[-SHOWN_MONTHS:]
    columns = [
        Column("date", "Month end", DATE),
        Column("level", "Level", LEVEL),
        Column("total_return", "Return", RETURN),
        Column("income", "Income", MONEY),
        Column("roll", "Roll", MONEY),
        Column("rate_change", "Rates", MONEY),
        Column("spread_change", "Spread", MONEY),
        *([Column("inflation", "Inflation", MONEY)] if facts.inflation else []),
        Column("other", "Paid, other", MONEY),
        Column("present_value", "Value", MONEY),
    ]
    rows: list[list[Cell]] = [
        [
            row.date,
            row.level,
            row.total_return,
            row.income,
            row.roll,
            row.rate_change,
            row.spread_change,
            *([row.inflation] if facts.inflation else []),
            row.benefit_paid + row.contributions + row.experience + row.model_change,
            row.present_value,
        ]
        for row in shown_rows
    ]
    note = "Paid, other: benefits and expenses paid, contributions, experience, new projections."
    if len(facts.months) > len(shown_rows):
        note += f" The last {len(shown_rows)} of {len(facts.months)} months; --json has them all."
    return Section("Month by month", [Table("The index by month", columns, rows, note=note)])


def sensitivity_section(facts: IndexFacts, currency: str) -> Section:
    """What parallel moves of the curve do to the value, by full revaluation."""
    columns = [
        Column("shift", "Rates move by", Format(Kind.BASIS_POINTS, 0, signed=True)),
        Column("present_value", "Present value", MONEY),
        Column("change", "Change", MONEY),
        Column("relative", "Change, %", PERCENT_CHANGE),
        Column("estimate", "By duration", MONEY),
    ]
    moves = facts.whole.sensitivities.moves
    rows: list[list[Cell]] = [
        [m.shift_bp, m.present_value, m.change, m.relative_change, m.duration_estimate]
        for m in moves
    ]
    up = next((m for m in moves if m.shift_bp == 100), moves[-1])
    words = (
        f"A rise of {up.shift_bp:g} bp at every term takes the present value to "
        f"{money(up.present_value, currency)}. One year of duration more or less in the assets "
        "moves their growth by about 1% of value for each 100 bp."
    )
    if facts.has_risk_free:
        words += (
            " Spreads that move alone by as much, risk-free rates unchanged, do the same: payments "
            "are discounted at the sum of both."
        )
    table = Table(f"Parallel moves of the curve on {facts.end}", columns, rows)
    blocks: list[Block] = [Paragraph(words), table, _by_bucket(facts)]
    return Section("Sensitivity to rates", blocks)


def _by_bucket(facts: IndexFacts) -> Table:
    """What each bucket adds to the change: only the rates of its own terms move."""
    columns = [
        Column("part", "Rates that move", LABEL),
        *(Column(f"{bp:+d}_bp", f"{bp:+d} bp", MONEY) for bp in BUCKET_SHIFTS),
    ]
    rows: list[list[Cell]] = [
        [name, *(_change(found, bp) for bp in BUCKET_SHIFTS)]
        for name, found in (
            *((_years(p.statistics.part.name), p) for p in facts.buckets),
            ("All", facts.whole),
        )
    ]
    note = "Change of the present value where only rates of these terms move; buckets add up."
    return Table("Moves of one part of the curve", columns, rows, note=note, totals=[-1])


def _change(found: PartFacts, shift_bp: int) -> float | None:
    moves = found.sensitivities.moves
    return next((move.change for move in moves if move.shift_bp == shift_bp), None)
