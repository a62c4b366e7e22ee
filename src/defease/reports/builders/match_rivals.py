"""Matching beside its rivals: cost, surplus under moves of the curve, cash when run off."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from defease.matching.rivals import RivalRule
from defease.reports.builders.match_parts import rows_by_year
from defease.reports.builders.words import label, listed, money, percent
from defease.reports.charts import horizon_lines, stress_bars
from defease.reports.document import (
    Block,
    Callout,
    Cell,
    Column,
    Definitions,
    Figure,
    Paragraph,
    Section,
    Table,
    Tone,
    data_table,
)
from defease.reports.formats import COUNT, LABEL, MONEY, PERCENT_CHANGE, Format, Kind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from defease.matching.rivals import ReportedRisk, RivalComparison, RivalRow

SPAN = Format(Kind.NUMBER, 1)
DRAWN = 4
"""Lines that can be told apart; one wild rival would flatten all others."""


def rivals_section(found: RivalComparison, currency: str, *, basis: str) -> Section:
    """Every way to cover the same payments in one table and drawn by cash; refusals with reasons.

    `basis` names the curve on which values and key rates are measured.
    """
    blocks: list[Block] = []
    if found.rows:
        blocks = [
            Paragraph(_words(found, currency)),
            _main_table(found, currency, basis),
            _worst_figure(found.rows, currency),
            _cash_figure(found.rows, currency),
            _on_curve_table(found, basis),
        ]
    blocks += [_refusal(str(each.rule), each.reason) for each in found.refused]
    if found.conventions:
        blocks.append(Definitions([("How they are compared", "; ".join(found.conventions))]))
    return Section("Matching and its rivals", blocks)


def _refusal(rule: str, reason: str) -> Callout:
    stated = reason.removeprefix(f"{rule}: ")
    return Callout(f"No portfolio is shown for {rule}: {stated}.", Tone.WARN)


def _words(found: RivalComparison, currency: str) -> str:
    sentences = [_of_matching(row, currency) for row in found.rows if _is_matching(row)]
    rivals = [row for row in found.rows if not _is_matching(row)]
    short = [row for row in rivals if row.run_off.negative_dates]
    if short:
        deepest = min(short, key=lambda row: row.run_off.worst_balance)
        sentences.append(
            f"Run off without selling, {len(short)} of {len(rivals)} rivals would have to borrow "
            f"or sell: {deepest.rule} on {deepest.run_off.negative_dates} of "
            f"{len(deepest.run_off.balances)} dates, at worst for "
            f"{money(-deepest.run_off.worst_balance, currency)}."
        )
    elif rivals:
        sentences.append("Run off without selling, no rival is short of cash on any date.")
    return " ".join([*sentences, *_steadiest(found, currency)])


def _is_matching(row: RivalRow) -> bool:
    return row.rule is RivalRule.MATCHING


def _of_matching(row: RivalRow, currency: str) -> str:
    run, dates = row.run_off, len(row.run_off.balances)
    paid = (
        f"has the cash for all {dates} payments"
        if run.covers_every_payment
        else f"is short of cash on {run.negative_dates} of {dates} dates"
    )
    return f"{label(row.rule)} costs {money(row.cost, currency)} and {paid}."


def _steadiest(found: RivalComparison, currency: str) -> list[str]:
    """What the other view says: whose surplus moves least."""
    if not found.shocks or len(found.rows) < 2:
        return []
    lost = {id(row): max(-float(row.surplus_changes.min()), 0.0) for row in found.rows}
    best = min(found.rows, key=lambda row: lost[id(row)])
    words = (
        f"Seen by surplus at market value, {best.rule} loses least, "
        f"{money(lost[id(best)], currency)} in the worst of {len(found.shocks)} moves"
    )
    matched = next((row for row in found.rows if _is_matching(row)), None)
    if matched is None or matched is best:
        return [f"{words}."]
    return [f"{words}; cash-flow matching loses {money(lost[id(matched)], currency)}."]


def _main_table(found: RivalComparison, currency: str, basis: str) -> Table:
    columns = [
        Column("name", "Held", LABEL),
        Column("cost", "Cost", MONEY),
        Column("value", "Value on curve", MONEY),
        *(
            Column(f"shock_{k}", f"Surplus, {each.name}", MONEY)
            for k, each in enumerate(found.shocks)
        ),
        Column("short", "Dates short of cash", COUNT),
        Column("worst", "Worst balance", MONEY),
        Column("gap", "Largest key-rate gap, 1 bp", MONEY),
    ]
    rows: list[list[Cell]] = [
        [
            label(row.rule),
            row.cost,
            row.present_value,
            *row.surplus_changes.tolist(),
            row.run_off.negative_dates,
            row.run_off.worst_balance,
            _largest_gap(row),
        ]
        for row in found.rows
    ]
    note = (
        f"The payments are worth {money(found.liability_value, currency)} on {label(basis)}. "
        "Surplus: its change at market value under each move of the curve. Short of cash: run off "
        f"without selling, {len(found.rows[0].run_off.balances)} dates in all. Key-rate gap: what "
        "assets lose beyond the payments when one key rate rises by 1 bp, at its largest."
    )
    return Table("Cost, surplus and cash of each", columns, rows, note=note)


def _largest_gap(row: RivalRow) -> float:
    gaps = row.key_rate_gaps
    return float(gaps[int(np.abs(gaps).argmax())]) if len(gaps) else 0.0


def _on_curve_table(found: RivalComparison, basis: str) -> Table:
    columns = [
        Column("name", "Held", LABEL),
        *(Column(f"shock_{k}", each.name, MONEY) for k, each in enumerate(found.shocks)),
    ]
    rows: list[list[Cell]] = [
        [label(row.rule), *row.surplus_changes_on_curve.tolist()] for row in found.rows
    ]
    note = (
        f"Every bond priced on {label(basis)} itself, without its spread: what rules of "
        "immunisation promise. The difference to market value is the spread of the bonds held."
    )
    return Table("Change of surplus with bonds priced on the curve", columns, rows, note=note)


def _worst_figure(rows: Sequence[RivalRow], currency: str) -> Figure:
    names = [label(row.rule) for row in rows]
    balances = [row.run_off.worst_balance for row in rows]
    chart = stress_bars(
        names,
        balances,
        measure="Lowest cash, nothing sold",
        style=MONEY,
        currency=currency,
    )
    columns: dict[str, Sequence[object]] = {
        "Held": names,
        "Worst balance": balances,
        "Years to it": [row.run_off.worst_time for row in rows],
        "Dates short of cash": [row.run_off.negative_dates for row in rows],
        "Cost": [row.cost for row in rows],
    }
    data = data_table("Lowest cash and cost", columns, [LABEL, MONEY, SPAN, COUNT, MONEY])
    never = [label(row.rule) for row in rows if row.run_off.covers_every_payment]
    caption = (
        f"Never short of cash when nothing is sold: {listed(never)}."
        if never
        else "Each of them is short of cash on some date when nothing is sold."
    )
    return Figure(caption, chart, data)


def _cash_figure(rows: Sequence[RivalRow], currency: str) -> Figure:
    times = rows[0].run_off.times
    series = {label(row.rule): row.run_off.balances.tolist() for row in rows}
    drawn = dict(list(series.items())[:DRAWN])
    chart = horizon_lines(
        times.tolist(), drawn, words="Cash, nothing sold", style=MONEY, currency=currency
    )
    kept = rows_by_year(times)
    columns = {"Years": times[kept].tolist()}
    columns |= {name: [values[k] for k in kept] for name, values in series.items()}
    title = "Cash after each payment" + ("" if len(kept) == len(times) else ", once a year")
    data = data_table(title, columns, [SPAN, *[MONEY] * len(series)])
    caption = (
        "Cash if the bonds are run off without selling: below zero a payment has to be borrowed "
        "for, or bonds sold at the price of the day."
    )
    if len(drawn) < len(series):
        caption += f" Drawn: {listed(list(drawn))}; the data have all {len(series)}."
    return Figure(caption, chart, data)


def reported_status_section(found: ReportedRisk, currency: str) -> Section:
    """Two truths side by side: whether every payment is covered, and how reported surplus moves."""
    blocks: list[Block] = [Paragraph(_reported_words(found, currency))]
    if found.changes:
        blocks += [_reported_figure(found, currency), _reported_table(found)]
    return Section("Reported status and certainty of cash", blocks)


def _reported_words(found: ReportedRisk, currency: str) -> str:
    start = (
        f"Assets of {money(found.assets, currency)} against {money(found.liabilities, currency)} "
        f"on {label(found.basis)} are reported as {percent(found.funded_ratio)} funded."
    )
    run, dates = found.run_off, len(found.run_off.balances)
    cash = (
        f"Under every one of these moves cash covers all {dates} payments: nothing has to be sold."
        if found.every_payment_covered
        else f"Cash is short on {run.negative_dates} of {dates} dates, at worst by "
        f"{money(-run.worst_balance, currency)}."
    )
    if not found.changes:
        return f"{start} {cash}"
    worst = min(found.changes, key=lambda change: change.change_of_surplus)
    verb = "falls" if worst.change_of_surplus < 0 else "rises"
    moved = f"At {worst.shock} the reported surplus {verb} by "
    return f"{start} {moved}{money(abs(worst.change_of_surplus), currency)}. {cash}"


def _reported_figure(found: ReportedRisk, currency: str) -> Figure:
    names = [change.shock for change in found.changes]
    amounts = [change.change_of_surplus for change in found.changes]
    chart = stress_bars(
        names, amounts, measure="Change of reported surplus", style=MONEY, currency=currency
    )
    data = data_table(
        "Change of reported surplus", {"Move": names, "Surplus": amounts}, [LABEL, MONEY]
    )
    caption = "What moves of the curve do to the reported surplus while the payments stay covered."
    if not found.every_payment_covered:
        caption = "What moves of the curve do to the reported surplus."
    return Figure(caption, chart, data)


def _reported_table(found: ReportedRisk) -> Table:
    columns = [
        Column("shock", "Move of the curve", LABEL),
        Column("assets", "Assets", MONEY),
        Column("liabilities", "Liabilities", MONEY),
        Column("surplus", "Surplus, change", MONEY),
        Column("ratio", "Funded ratio, change", PERCENT_CHANGE),
    ]
    rows: list[list[Cell]] = [
        [
            each.shock,
            each.assets,
            each.liabilities,
            each.change_of_surplus,
            each.change_of_funded_ratio,
        ]
        for each in found.changes
    ]
    note = (
        f"Liabilities on {label(found.basis)}; assets at market, each bond's spread unchanged. "
        "Changes of the funded ratio are percentage points."
    )
    return Table("Reported position after each move", columns, rows, note=note)
