"""The publisher's HQM workbook: a column for each month, turned into a row for each month.

Above the rates stand title lines, a row with each year over its January, and a row of month names;
maturities stand in the first filled column.  The same sheet saved as CSV is read alike.
"""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import io
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NoReturn

from defease.inputs.numbers import Number, Refusal, scan_number
from defease.inputs.refusing import refuse
from defease.inputs.tables import Caps, CellValue, Table
from defease.inputs.xlsx_package import Package
from defease.inputs.xlsx_parts import sheet_parts, strings_of, styles_of
from defease.inputs.xlsx_sheet import SheetCells
from defease.market.terms import month_number

Grid = Mapping[int, Mapping[int, CellValue]]
_FEWEST_MONTHS = 2
_FIRST_YEAR, _LAST_YEAR = 1900, 2200
_ZIP, _OLD = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"


@dataclass(frozen=True, slots=True)
class _Heading:
    """The row of month names, and the month (YYYY-MM) of each column."""

    row: int
    months: Mapping[int, str]


def month_by_month(data: bytes, *, source: str) -> Table:
    """The rates as a table with the columns `month`, `0.5`, `1`, ... and a row for each month."""
    is_workbook = data.startswith((_ZIP, _OLD))
    grid = _workbook_grid(data, source) if is_workbook else _text_grid(data, source)
    heading = _heading(grid, source)
    first = min(heading.months)
    rates = {
        name: cells
        for row, cells in sorted(grid.items())
        if row > heading.row and (name := _maturity(cells, first))
    }
    if not rates:
        refuse(source, "has no row that begins with a maturity", "give the spot rate workbook")
    columns = tuple(sorted(heading.months))
    kept = [c for c in columns if any(cells.get(c, "") != "" for cells in rates.values())]
    return Table(
        source=source,
        sha256=hashlib.sha256(data).hexdigest(),
        columns=("month", *rates),
        titles=("month", *rates),
        rows=tuple(
            (heading.months[c], *(cells.get(c, "") for cells in rates.values())) for c in kept
        ),
        row_numbers=tuple(c + 1 for c in kept),
    )


def _heading(grid: Grid, source: str) -> _Heading:
    for row in sorted(grid):
        names = {column: _month_of(cell) for column, cell in grid[row].items()}
        found = {column: month for column, month in names.items() if month}
        if len(found) >= _FEWEST_MONTHS:
            return _Heading(row, _dated(found, grid.get(row - 1, {}), source))
    return refuse(
        source,
        "has no row of month names above the rates",
        "give the publisher's HQM spot rate workbook, or a table month,0.5,1,...",
    )


def _dated(
    months: Mapping[int, int], above: Mapping[int, CellValue], source: str
) -> dict[int, str]:
    """Years stand over their first month only; each holds until the next year begins."""
    years = {column: year for column, cell in above.items() if (year := _year_of(cell))}
    year, last, dated = 0, 0, dict[int, str]()
    for column in sorted(months):
        month = months[column]
        if column in years:
            year = years[column]
        elif month <= last:
            year += 1 if year else 0
        if not year:
            _no_year(source, column)
        last = month
        dated[column] = f"{year:04d}-{month:02d}"
    return dated


def _no_year(source: str, column: int) -> NoReturn:
    what = f"names no year for the month in column {column + 1}"
    refuse(source, what, "keep the row of years above the row of months")


def _month_of(cell: CellValue) -> int:
    if isinstance(cell, dt.date):
        return cell.month
    return month_number(cell) if isinstance(cell, str) else 0


def _year_of(cell: CellValue) -> int:
    number = _number(cell)
    whole = number is not None and number == int(number)
    return int(number) if whole and number and _FIRST_YEAR < number < _LAST_YEAR else 0


def _maturity(cells: Mapping[int, CellValue], first: int) -> str:
    """The maturity that a row begins with, as the plain table spells it; empty when none."""
    left = [cells[c] for c in sorted(cells) if c < first and cells[c] != ""]
    number = _number(left[0]) if left else None
    return f"{number:g}" if number is not None and number > 0 else ""


def _number(cell: CellValue) -> float | None:
    if isinstance(cell, Number):
        return cell.value
    if isinstance(cell, str) and cell.strip():
        scanned = scan_number(cell)
        return None if isinstance(scanned, Refusal) else scanned.value
    return None


def _workbook_grid(data: bytes, source: str) -> Grid:
    caps = Caps()
    package = Package(data, source=source, caps=caps)
    workbook, parts = sheet_parts(package)
    visible = [entry.name for entry in workbook.sheets if entry.name in parts and not entry.hidden]
    if not visible:
        refuse(source, "has no sheet with cells", "give the publisher's workbook")
    cells = SheetCells(
        source=source,
        sheet=visible[0],
        caps=caps,
        styles=styles_of(package),
        strings=strings_of(package, longest=caps.text_length),
        from_1904=workbook.from_1904,
    )
    package.read_part(parts[visible[0]], cells)
    if cells.problems:
        first = cells.problems[0]
        refuse(first.where, first.what, first.remedy)
    return cells.rows


def _text_grid(data: bytes, source: str) -> Grid:
    try:
        text = data.decode("utf-8-sig")
        rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except (UnicodeDecodeError, csv.Error):
        refuse(source, "is neither a workbook nor CSV text", "save the sheet as .xlsx or CSV UTF-8")
    return {r: dict(enumerate(row)) for r, row in enumerate(rows) if any(map(str.strip, row))}
