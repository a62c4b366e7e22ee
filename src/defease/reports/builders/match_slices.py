"""What a budget buys: years in full, a percent of every payment, or what comes first."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from defease.reports.builders.words import label, listed, money, percent
from defease.reports.charts import before_after_bars
from defease.reports.document import (
    Block,
    Cell,
    Column,
    Figure,
    Paragraph,
    Section,
    Table,
    data_table,
)
from defease.reports.formats import DATE, LABEL, MONEY, PERCENT, YEARS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from defease.arrays import DateArray, FloatArray
    from defease.matching import MatchResult
    from defease.matching.question import DuePayments
    from defease.matching.slices import BudgetMatch, PriorityMatch

YEARS_FULL, PERCENT_OF_ALL = "years in full", "a percent of all"


def budget_section(found: Sequence[BudgetMatch], due: DuePayments, currency: str) -> Section:
    """Slices that the same budget buys, beside each other; `due` are all payments asked for."""
    paid = {slice_name(each): each.result for each in found}
    blocks: list[Block] = [Paragraph(" ".join(_words(each, currency) for each in found))]
    if found:
        blocks += [_paid_figure(paid, due, currency), _slices_table(found, due)]
    return Section("What a budget buys", blocks)


def slice_name(found: BudgetMatch) -> str:
    """Which slice an answer is, as a table says it."""
    return YEARS_FULL if found.percent is None else PERCENT_OF_ALL


def _words(found: BudgetMatch, currency: str) -> str:
    budget, rest = money(found.budget, currency), ""
    if found.left_over:
        rest = f" and leaves {money(found.left_over, currency)}"
    if found.percent is not None:
        return f"Spread evenly, {budget} pays {percent(found.percent)} of every payment{rest}."
    part = (
        ""
        if found.partial_date is None
        else f"{percent(found.partial_share)} of the payment of {found.partial_date}"
    )
    if found.horizon is None:
        return f"Paying years in full, {budget} pays {part or 'no payment'}{rest}."
    more = f" and {part}" if part else ""
    return f"Paying years in full, {budget} pays everything up to {found.horizon}{more}{rest}."


def _slices_table(found: Sequence[BudgetMatch], due: DuePayments) -> Table:
    total = _total(due)
    columns = [
        Column("slice", "Bought", LABEL),
        Column("budget", "Budget", MONEY),
        Column("cost", "Cost", MONEY),
        Column("paid", "Payments made", MONEY),
        Column("share", "Of all", PERCENT),
        Column("years", "In full", YEARS),
        Column("until", "All payments to", DATE),
        Column("partial", "Then in part", DATE),
        Column("part", "Of it", PERCENT),
        Column("bonds", "Bonds", LABEL),
    ]
    rows: list[list[Cell]] = [
        [
            label(slice_name(each)),
            each.budget,
            each.result.cost,
            each.result.future_value,
            each.result.future_value / total if total > 0.0 else None,
            each.horizon_years,
            each.horizon,
            each.partial_date,
            each.partial_share if each.partial_date is not None else None,
            len(each.result.holdings),
        ]
        for each in found
    ]
    note = "Of all: the share of the sum of all payments asked for."
    return Table("What the budget pays", columns, rows, note=note)


def _total(due: DuePayments) -> float:
    return float(due.amounts.sum()) + due.at_settlement


def priority_section(
    found: PriorityMatch, amounts: Mapping[str, FloatArray], due: DuePayments, currency: str
) -> Section:
    """Which payments a budget makes when some come first; `amounts` by stream, as asked for."""
    names = list(found.paid)
    cut = [name for name in names if found.paid[name] < (1.0 - 1e-9) * float(amounts[name].sum())]
    held = f"{label(listed(cut))} cannot be paid in full." if cut else "Every stream is paid."
    words = (
        f"{money(found.budget, currency)} pays {money(found.result.future_value, currency)} of "
        f"{money(_total(due), currency)}. {held} One more unit of budget adds "
        f"{found.bought_per_unit:.2f} to what counts."
    )
    columns = [
        Column("stream", "Payments", LABEL),
        Column("due", "Due", MONEY),
        Column("paid", "Paid", MONEY),
        Column("share", "Share", PERCENT),
        Column("least", "Lowest share on a date", PERCENT),
    ]
    rows = [_stream_row(found, name, amounts[name]) for name in names]
    table = Table("Paid by stream", columns, rows)
    figure = _paid_figure({"paid": found.result}, due, currency)
    return Section("What comes first", [Paragraph(words), figure, table])


def _stream_row(found: PriorityMatch, name: str, amounts: FloatArray) -> list[Cell]:
    owed = float(amounts.sum())
    shares = found.shares[name][amounts > 0.0]
    return [
        label(name),
        owed,
        found.paid[name],
        found.paid[name] / owed if owed > 0.0 else None,
        float(shares.min()) if len(shares) else None,
    ]


def _paid_figure(paid: Mapping[str, MatchResult], due: DuePayments, currency: str) -> Figure:
    first = int(_calendar(due.dates)[0])
    count = int(_calendar(due.dates)[-1]) - first + 1
    years = list(range(first, first + count))
    owed = _yearly(due.dates, due.amounts, first, count)
    bars = {
        name: _yearly(result.dates, result.data.payments, first, count)
        for name, result in paid.items()
    }
    chart = before_after_bars(years, bars, owed, currency=currency, words="Payments a year")
    columns: dict[str, Sequence[object]] = {"Year": years, "payments due": owed, **bars}
    data = data_table("Payments made by year", columns, [LABEL, *[MONEY] * (1 + len(bars))])
    caption = "What the budget pays of each calendar year's payments."
    return Figure(caption, chart, data)


def _calendar(dates: DateArray) -> FloatArray:
    return np.asarray(dates.astype("datetime64[Y]").astype(np.int64) + 1970)


def _yearly(dates: DateArray, amounts: FloatArray, first: int, count: int) -> list[float]:
    places = _calendar(dates).astype(np.int64) - first
    return [float(amount) for amount in np.bincount(places, amounts, count)]
