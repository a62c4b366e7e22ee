"""The tables of a document as CSV: full precision, ISO dates, no cell that a spreadsheet runs."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from defease.reports.document import Document, Figure, Formatted, Table, walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from defease.reports.document import Cell

_RUNS_IN_SPREADSHEETS = ("=", "+", "-", "@", "\t", "\r", "\0")


def render_csv(document: Document) -> str:
    """All tables one after the other: title, headings, rows, an empty line."""
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\n")
    for position, table in enumerate(_tables(document)):
        if position:
            writer.writerow([])
        writer.writerow([harmless(table.title)])
        writer.writerow([harmless(column.label) for column in table.columns])
        writer.writerows([_csv_cell(cell) for cell in row] for row in table.rows)
    return written.getvalue()


def harmless(text: str) -> str:
    """Text that a spreadsheet will not run: an apostrophe before what looks like a formula.

    Examples
    --------
    >>> harmless("=1+1"), harmless("Bond A")
    ("'=1+1", 'Bond A')
    """
    return f"'{text}" if text.startswith(_RUNS_IN_SPREADSHEETS) else text


def _tables(document: Document) -> Iterator[Table]:
    for block in walk(document.blocks):
        if isinstance(block, Table):
            yield block
        elif isinstance(block, Figure):
            yield block.data


def _csv_cell(cell: Cell) -> str:
    value = cell.value if isinstance(cell, Formatted) else cell
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        return harmless(value)
    return str(value) if isinstance(value, int) else _number_or_date(value)


def _number_or_date(value: object) -> str:
    return repr(value) if isinstance(value, float) else str(value)
