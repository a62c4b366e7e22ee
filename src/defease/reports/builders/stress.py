"""What shocks do to both sides of the balance sheet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from defease.reports.builders.words import percent
from defease.reports.charts import stress_bars
from defease.reports.document import (
    Block,
    Cell,
    Column,
    Definitions,
    Figure,
    Paragraph,
    Section,
    Table,
    data_table,
)
from defease.reports.formats import LABEL, MONEY, PERCENT, PERCENT_CHANGE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from defease.shocks import StressResult


def stress_section(
    results: Sequence[StressResult], *, funded_ratio: float | None, rules: Sequence[tuple[str, str]]
) -> Section:
    """Scenarios, the dangerous ones first."""
    ordered = sorted(results, key=_worst_first)
    blocks: list[Block] = [
        Paragraph(
            "Assets and liabilities are both revalued in full under each scenario; combined shocks "
            "act together, not one after the other."
        )
    ]
    changes = [r.change_funded_ratio for r in ordered]
    if any(change is not None for change in changes):
        blocks.append(_figure(ordered, funded_ratio))
    blocks += [_table(ordered), Definitions(list(rules))]
    return Section("Stress tests", blocks)


def _worst_first(result: StressResult) -> float:
    return (
        result.change_surplus if result.change_funded_ratio is None else result.change_funded_ratio
    )


def _figure(ordered: Sequence[StressResult], funded_ratio: float | None) -> Figure:
    names = [r.name for r in ordered]
    changes = [r.change_funded_ratio for r in ordered]
    chart = stress_bars(names, changes, measure="Change of funded ratio", style=PERCENT)
    worst = ordered[0]
    caption = (
        f"The worst of these, {worst.name}, takes the funded ratio from {percent(funded_ratio)} to "
        f"{percent(worst.funded_ratio)}."
    )
    columns: dict[str, list[str] | list[float | None]] = {
        "Scenario": names,
        "Change of funded ratio": changes,
    }
    data = data_table("Change of the funded ratio by scenario", columns, [LABEL, PERCENT_CHANGE])
    return Figure(caption, chart, data)


def _table(ordered: Sequence[StressResult]) -> Table:
    columns = [
        Column("name", "Scenario"),
        Column("change_assets", "Change in assets", MONEY),
        Column("change_liabilities", "Change in liability", MONEY),
        Column("surplus", "Surplus after", MONEY),
        Column("funded_ratio", "Funded ratio", PERCENT),
        Column("estimate", "Liability by duration", MONEY),
    ]
    rows: list[list[Cell]] = [
        [
            r.name,
            r.change_assets,
            r.change_liabilities,
            r.surplus,
            r.funded_ratio,
            r.duration_estimate,
        ]
        for r in ordered
    ]
    note = "By duration: the change of the liability that duration alone would have predicted."
    return Table("Scenarios, the most harmful first", columns, rows, note=note)
