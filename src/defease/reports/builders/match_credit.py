"""A credit event: what can no longer be paid, and what it takes to pay everything again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from defease.reports.builders.match_trades import trades_section
from defease.reports.builders.words import money
from defease.reports.document import (
    Block,
    Callout,
    Cell,
    Column,
    KeyFigure,
    KeyFigures,
    Paragraph,
    Section,
    Table,
    Tone,
)
from defease.reports.formats import COUNT, DATE, LABEL, MONEY

if TYPE_CHECKING:
    from defease.matching import CreditEvent

MOST_DATES = 12


def credit_section(found: CreditEvent, currency: str) -> Section:
    """The shortfall date by date if nothing is done, and the cheapest repair with its trades."""
    blocks: list[Block] = [
        _tiles(found),
        Paragraph(_words(found, currency)),
        *_lost_table(found),
        *_shortfall_table(found),
    ]
    if len(found.trades):
        blocks += trades_section(found.trades, currency).blocks
    return Section("What if bonds of the portfolio fail", blocks)


def _tiles(found: CreditEvent) -> KeyFigures:
    short = found.shortfall
    return KeyFigures(
        [
            KeyFigure("Not paid if nothing is done", short.total, MONEY, note="over all dates"),
            KeyFigure("Payments short", len(short.dates), COUNT, note=_first(found)),
            KeyFigure(
                "Cost of repair", max(found.cost_to_repair, 0.0), MONEY, note="to pay all again"
            ),
        ]
    )


def _first(found: CreditEvent) -> str:
    day = found.shortfall.first
    return "every payment is still made" if day is None else f"the first on {day}"


def _words(found: CreditEvent, currency: str) -> str:
    short = found.shortfall
    event = f"{found.convention[:1].upper()}{found.convention[1:]}."
    if not len(short.dates):
        return f"{event} Every payment is still made; nothing has to be repaired."
    return (
        f"{event} Left alone, the portfolio misses {money(short.total, currency)} in all, first "
        f"on {short.first}. {money(found.cost_to_repair, currency)} buys bonds that pay everything "
        "again, within the limits."
    )


def _lost_table(found: CreditEvent) -> list[Block]:
    if not found.lost:
        words = "No bond that is held is hit: the portfolio loses nothing."
        return [Callout(words, Tone.NEUTRAL)]
    rows: list[list[Cell]] = [[name, face] for name, face in found.lost.items()]
    columns = [Column("bond", "Bond", LABEL), Column("face", "Face held", MONEY)]
    return [Table("Bonds hit", columns, rows)]


def _shortfall_table(found: CreditEvent) -> list[Block]:
    short = found.shortfall
    if not len(short.dates):
        return []
    pairs = zip(short.dates[:MOST_DATES].tolist(), short.amounts[:MOST_DATES].tolist(), strict=True)
    rows: list[list[Cell]] = [[day, amount] for day, amount in pairs]
    left = len(short.dates) - len(rows)
    note = f"The first {len(rows)} of {len(short.dates)} dates." if left else ""
    columns = [Column("date", "Payment of", DATE), Column("short", "Not paid", MONEY)]
    return [Table("What cannot be paid if nothing is done", columns, rows, note=note)]
