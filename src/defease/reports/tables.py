"""A table ready to be shown: every cell as its final text, units said once, for all renderers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from defease.reports.formats import Format, Kind, Scale, settled_for_table, shown_bare, unit_of

if TYPE_CHECKING:
    from defease.reports.document import Align, Column, Table
    from defease.reports.values import Value

_SHORT = 12


@dataclass(frozen=True, slots=True)
class ShownCell:
    """The text of a cell, the side it stands on, and whether it is a negative number."""

    text: str
    side: Align
    negative: bool = False

    @property
    def classes(self) -> str:
        """How a page tells the cell apart: side, sign, and whether it must stay on one line."""
        marks = {"negative": self.negative, "hung": self.in_parentheses, "whole": self.is_short}
        return " ".join([self.side.value, *(name for name, holds in marks.items() if holds)])

    @property
    def is_short(self) -> bool:
        """Whether the text is as short as a date and should never be broken."""
        return len(self.text) <= _SHORT

    @property
    def in_parentheses(self) -> bool:
        """Whether the cell is an amount below zero."""
        return self.negative and self.text.endswith(")")


@dataclass(frozen=True, slots=True)
class ShownTable:
    """Final texts of a table; `unit` is shared by all its amounts and said once, in the caption."""

    title: str
    unit: str
    headings: tuple[ShownCell, ...]
    rows: tuple[tuple[ShownCell, ...], ...]
    totals: frozenset[int]
    note: str

    @property
    def caption(self) -> str:
        """Title and common unit in one line."""
        return f"{self.title} ({self.unit})" if self.unit else self.title


def shown_table(table: Table, *, currency: str) -> ShownTable:
    """Every cell as text; one scale for all amounts of the table unless a column fixes its own."""
    positions = range(len(table.columns))
    amounts = [
        value for p in positions for value, style in table.cells_of(p) if _is_auto_money(style)
    ]
    columns = [_shown_column(table, p, amounts) for p in positions]
    units = {_money_unit(column, amounts, currency) for column in table.columns} - {""}
    common = units.pop() if len(units) == 1 else ""
    return ShownTable(
        title=table.title,
        unit=common,
        headings=tuple(_heading(column, amounts, common, currency) for column in table.columns),
        rows=tuple(zip(*columns, strict=True)) if columns else (),
        totals=frozenset(table.totals),
        note=table.note,
    )


def _is_auto_money(style: Format) -> bool:
    return style.kind is Kind.MONEY and style.scale is Scale.AUTO


def _shown_column(table: Table, position: int, amounts: list[Value]) -> list[ShownCell]:
    side = table.columns[position].side
    own = [value for value, _ in table.cells_of(position)]
    return [
        _shown_cell(
            value, settled_for_table(style, amounts if _is_auto_money(style) else own), side
        )
        for value, style in table.cells_of(position)
    ]


def _shown_cell(value: Value, style: Format, side: Align) -> ShownCell:
    text = shown_bare(value, style)
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return ShownCell(text, side, negative=is_number and text[:1] in {"-", "("})


def _money_unit(column: Column, amounts: list[Value], currency: str) -> str:
    if column.format.kind is not Kind.MONEY or column.unit:
        return ""
    return unit_of(settled_for_table(column.format, amounts), currency=currency)


def _heading(column: Column, amounts: list[Value], common: str, currency: str) -> ShownCell:
    unit = column.unit or unit_of(settled_for_table(column.format, amounts), currency=currency)
    text = f"{column.label} ({unit})" if unit and unit != common else column.label
    return ShownCell(text, column.side)
