"""Buy-out, match or run off: three amounts for the same payments, and what each leaves open."""

from __future__ import annotations

from typing import TYPE_CHECKING

from defease.matching.rivals import Settlement
from defease.reports.builders.words import label, listed, money
from defease.reports.document import (
    Block,
    Callout,
    Cell,
    Column,
    Formatted,
    Paragraph,
    Section,
    Table,
    Tone,
)
from defease.reports.formats import LABEL, MONEY, PERCENT, RATE, TEXT, shown

if TYPE_CHECKING:
    from defease.matching.rivals import BuyoutComparison


def buyout_section(found: BuyoutComparison, currency: str) -> Section:
    """Three ways to see the payments made, side by side with the risks that stay."""
    blocks: list[Block] = [Paragraph(_words(found, currency)), _ways(found), _outlook(found)]
    if found.run_off.first_unpaid is not None:
        words = (
            f"At the assumed return the given assets do not reach the payment of "
            f"{found.run_off.first_unpaid}."
        )
        blocks.append(Callout(words, Tone.WARN))
    return Section("Buy out, match or run off", blocks)


def _words(found: BuyoutComparison, currency: str) -> str:
    bought, matched, kept = (
        money(found.option(way).amount, currency)
        for way in (Settlement.BUY_OUT, Settlement.MATCH, Settlement.RUN_OFF)
    )
    outlook = found.run_off
    rate = shown(outlook.assumed_return, RATE)
    lower = money(outlook.amount_at_lower_return, currency)
    return (
        f"An insurer takes over the payments for {bought}, longevity included. Matching them costs "
        f"{matched} and leaves longevity and default with the plan. Running off needs {kept} only "
        f"if {rate} is earned every year, and {lower} at one point less. The amounts buy different "
        "certainty and do not rank by price."
    )


def _ways(found: BuyoutComparison) -> Table:
    columns = [
        Column("way", "Way", LABEL),
        Column("amount", "Amount today", MONEY),
        Column("share", "Of payments", PERCENT),
        Column("rule", "How it is found", TEXT),
        Column("open", "What remains open", TEXT),
    ]
    total = found.future_value
    rows: list[list[Cell]] = [
        [
            label(option.way),
            option.amount,
            option.amount / total if total > 0.0 else None,
            option.rule,
            listed([str(risk) for risk in option.open_risks]),
        ]
        for option in found.options
    ]
    note = "Of payments: the amount as a share of the sum of all payments settled."
    return Table("Three ways to settle the same payments", columns, rows, note=note)


def _outlook(found: BuyoutComparison) -> Table:
    outlook = found.run_off
    rows: list[list[Cell]] = [
        ["Assumed return", Formatted(outlook.assumed_return, RATE)],
        ["Needed at the assumed return", found.option(Settlement.RUN_OFF).amount],
        ["Needed at one point less", outlook.amount_at_lower_return],
    ]
    if outlook.assets is not None:
        first = outlook.first_unpaid or "none"
        rows += [
            ["Given assets", outlook.assets],
            ["First payment not reached", first],
            ["Left after the last payment", outlook.left_at_end],
        ]
    columns = [Column("fact", "Running off"), Column("amount", "Amount", MONEY)]
    return Table("What a run-off rests on", columns, rows)
