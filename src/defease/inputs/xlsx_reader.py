"""Workbooks as tables: one sheet, its first filled row the header, every cell with its address."""

from __future__ import annotations

import hashlib

from defease.errors import Caution, InputError, Problem, did_you_mean
from defease.inputs.numbers import DecimalMark
from defease.inputs.refusing import refuse
from defease.inputs.tables import (
    Caps,
    CellValue,
    FileFormat,
    RawSheet,
    Table,
    column_letter,
    header_names,
    is_blank,
    shortened,
    squared_rows,
)
from defease.inputs.xlsx_package import Package
from defease.inputs.xlsx_parts import WorkbookList, sheet_parts, strings_of, styles_of
from defease.inputs.xlsx_sheet import SheetCells

_DEFAULT_CAPS = Caps()
_DEFAULT_FORMAT = FileFormat()


def read_xlsx(
    data: bytes, *, source: str, declared: FileFormat = _DEFAULT_FORMAT, caps: Caps = _DEFAULT_CAPS
) -> Table:
    """Read one sheet of an .xlsx workbook; error cells and formulas without results are refused.

    Dates are read by the workbook's own system (1900 or 1904); hidden rows and sheets, merged cells
    and external links are counted in the table's cautions, never followed or dropped.
    """
    package = Package(data, source=source, caps=caps)
    workbook, parts = sheet_parts(package)
    sheet = _chosen_sheet(workbook, parts, source, declared.sheet)
    cells = SheetCells(
        source=source,
        sheet=sheet,
        caps=caps,
        styles=styles_of(package),
        strings=strings_of(package, longest=caps.text_length),
        from_1904=workbook.from_1904,
    )
    package.read_part(parts[sheet], cells)
    if cells.problems:
        raise InputError(shortened(cells.problems, source))
    return _table(
        cells, hashlib.sha256(data).hexdigest(), declared, _cautions(cells, workbook, package)
    )


def _chosen_sheet(
    workbook: WorkbookList, parts: dict[str, str], source: str, wanted: str | None
) -> str:
    names = [entry.name for entry in workbook.sheets if entry.name in parts]
    if wanted is not None:
        if wanted not in names:
            refuse(source, f"has no sheet {wanted!r}", did_you_mean(wanted, names))
        return wanted
    visible = [entry.name for entry in workbook.sheets if entry.name in parts and not entry.hidden]
    if len(visible) == 1:
        return visible[0]
    if not names:
        refuse(source, "has no sheet with cells", "save the table on a sheet of the workbook")
    listed = ", ".join(names)
    return refuse(source, f"has several sheets ({listed})", 'name one: sheet = "..."')


def _table(
    cells: SheetCells, sha256: str, declared: FileFormat, cautions: tuple[Caution, ...]
) -> Table:
    filled = sorted(
        number for number, row in cells.rows.items() if not is_blank(list(row.values()))
    )
    if not filled:
        refuse(
            f"{cells.source}: {cells.sheet}", "is empty", "give a header row and at least one row"
        )
    heading = cells.rows[filled[0]]
    first, last = min(heading), max(heading)
    raw = RawSheet(
        header=_span(heading, first, last),
        header_row=filled[0],
        rows=[(number, _span(cells.rows[number], first, last)) for number in filled[1:]],
        ragged_allowed=True,
    )
    _refuse_cells_outside(cells, filled[1:], first, last)
    names = header_names(f"{cells.source}: {cells.sheet}", raw)
    rows = squared_rows(cells.source, raw)
    if not rows:
        refuse(
            f"{cells.source}: {cells.sheet}",
            "has a header but no rows",
            "add at least one row of data",
        )
    return Table(
        source=cells.source,
        sha256=sha256,
        columns=names,
        titles=names,
        rows=tuple(row for _, row in rows),
        row_numbers=tuple(number for number, _ in rows),
        letters=tuple(column_letter(index) for index in range(first, last + 1)),
        sheet=cells.sheet,
        mark=declared.decimal or DecimalMark.POINT,
        date_order=declared.dates,
        from_1904=cells.from_1904,
        cautions=cautions,
    )


def _span(row: dict[int, CellValue], first: int, last: int) -> tuple[CellValue, ...]:
    return tuple(row.get(index, "") for index in range(first, last + 1))


def _refuse_cells_outside(cells: SheetCells, rows: list[int], first: int, last: int) -> None:
    outside = [
        Problem(
            f"{cells.source}: {cells.sheet}!{column_letter(index)}{number}",
            "stands in a column without a heading",
            "give every column a heading, and keep nothing above or beside the table",
        )
        for number in rows
        for index, value in cells.rows[number].items()
        if not first <= index <= last and not is_blank([value])
    ]
    if outside:
        raise InputError(shortened(outside, cells.source))


def _cautions(cells: SheetCells, workbook: WorkbookList, package: Package) -> tuple[Caution, ...]:
    hidden_sheets = sum(1 for entry in workbook.sheets if entry.hidden)
    links = sum(1 for name in package.names if name.startswith("xl/externalLinks/externalLink"))
    counted = (
        (cells.hidden_rows, "hidden_rows", "{} hidden rows were read like all others"),
        (hidden_sheets, "hidden_sheets", "{} hidden sheets were not read"),
        (
            cells.merged_ranges,
            "merged_cells",
            "{} merged ranges: only the first cell of each holds a value",
        ),
        (
            links,
            "external_links",
            "{} links to other workbooks were not followed; stored values were used",
        ),
    )
    where = f"{cells.source} ({cells.sheet})"
    return tuple(
        Caution(code, f"{where}: {text.format(count)}") for count, code, text in counted if count
    )
