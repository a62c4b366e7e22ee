"""A table as read from a file: cells with addresses, before anyone decides what they mean."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from defease.errors import Caution, InputError, Problem, ProblemList
from defease.inputs.dates_grammar import DateOrder
from defease.inputs.numbers import DecimalMark, Number

CellValue = str | Number | dt.date
SHOWN_PROBLEMS = 50


@dataclass(frozen=True, slots=True)
class Caps:
    """What a file may hold at most; larger files are refused before they are parsed."""

    file_bytes: int = 64 * 2**20
    rows: int = 250_000
    columns: int = 500
    cells: int = 4_000_000
    line_length: int = 2**16
    text_length: int = 2**15


@dataclass(frozen=True, slots=True)
class FileFormat:
    """What a plan declares about one file; None leaves the choice to the file itself."""

    encoding: str = "utf-8"
    delimiter: str | None = None
    decimal: DecimalMark | None = None
    dates: DateOrder | None = None
    sheet: str | None = None


@dataclass(frozen=True, eq=False)
class Table:
    """Rows of cells under normalised column names.

    Attributes
    ----------
    source, sha256
        File name as the plan writes it, and the hash of its bytes.
    columns, titles
        Normalised names (lower case, blanks to underscore, % to pct) and the headings as written.
    rows, row_numbers
        Cells, and the line (CSV) or row (workbook) each row stands in.
    letters
        Workbook column letters; empty for text files.
    """

    source: str
    sha256: str
    columns: tuple[str, ...]
    titles: tuple[str, ...]
    rows: tuple[tuple[CellValue, ...], ...]
    row_numbers: tuple[int, ...]
    letters: tuple[str, ...] = ()
    sheet: str = ""
    mark: DecimalMark = DecimalMark.POINT
    date_order: DateOrder | None = None
    from_1904: bool = False
    cautions: tuple[Caution, ...] = ()

    def __len__(self) -> int:
        return len(self.rows)

    def column(self, name: str) -> tuple[CellValue, ...]:
        """All cells of one column."""
        index = self.columns.index(name)
        return tuple(row[index] for row in self.rows)

    def where(self, row: int, name: str) -> str:
        """The address of a cell as a user finds it.

        Examples
        --------
        >>> table = Table("a.csv", "", ("year",), ("Year",), (("2026",),), (2,))
        >>> table.where(0, "year")
        'a.csv: line 2, column year'
        """
        number = self.row_numbers[row]
        if self.letters:
            letter = self.letters[self.columns.index(name)]
            return f"{self.source}: {self.sheet}!{letter}{number} ({name})"
        return f"{self.source}: line {number}, column {name}"


@dataclass(frozen=True, slots=True)
class RawSheet:
    """Header and rows as a reader found them; text files give every row its own width."""

    header: Sequence[CellValue]
    header_row: int
    rows: Sequence[tuple[int, Sequence[CellValue]]]
    ragged_allowed: bool = False


def normalised_name(title: str) -> str:
    """One rule for headings: lower case, % to pct, all but letters, digits, points to underscore.

    Examples
    --------
    >>> normalised_name(" Coupon (%) "), normalised_name("Maturity Years"), normalised_name("0.5")
    ('coupon_pct', 'maturity_years', '0.5')
    """
    spelled = title.lower().replace("%", " pct ")
    return re.sub(r"[^\w.]+", "_", spelled).strip("_")


def column_letter(index: int) -> str:
    """The letters of a workbook column counted from zero.

    Examples
    --------
    >>> column_letter(0), column_letter(27)
    ('A', 'AB')
    """
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def header_names(source: str, raw: RawSheet) -> tuple[str, ...]:
    """Normalised, distinct, non-empty names of the header's columns; all faults at once."""
    found = ProblemList()
    names: list[str] = []
    for position, cell in enumerate(raw.header, start=1):
        name = normalised_name(_as_text(cell))
        where = f"{source}: line {raw.header_row}, column {position}"
        if not name:
            found.add(where, "has no heading", "name the column in the first row, or remove it")
        elif name in names:
            first = names.index(name) + 1
            found.add(
                where,
                f"heading {_as_text(cell)!r} names the same column as column {first} ({name})",
                "give every column its own heading",
            )
        names.append(name)
    found.raise_if_any()
    return tuple(names)


def squared_rows(source: str, raw: RawSheet) -> list[tuple[int, tuple[CellValue, ...]]]:
    """Rows of the header's width; blank rows left out, ragged rows refused with their line."""
    width = len(raw.header)
    found: list[Problem] = []
    kept: list[tuple[int, tuple[CellValue, ...]]] = []
    for number, cells in raw.rows:
        if is_blank(cells):
            continue
        row = tuple(cells)
        if len(row) < width and raw.ragged_allowed:
            row += ("",) * (width - len(row))
        if len(row) > width and raw.ragged_allowed and is_blank(row[width:]):
            row = row[:width]
        if len(row) != width:
            found.append(
                Problem(
                    f"{source}: line {number}",
                    f"has {_counted(len(row))} where the header has {width}",
                    "give every row as many cells as the header; quote text with delimiters in it",
                )
            )
        kept.append((number, row))
    if found:
        raise InputError(shortened(found, source))
    return kept


def _counted(cells: int) -> str:
    return "1 cell" if cells == 1 else f"{cells} cells"


def shortened(problems: Sequence[Problem], source: str) -> list[Problem]:
    """The first problems, and a last one that counts the rest."""
    if len(problems) <= SHOWN_PROBLEMS:
        return list(problems)
    rest = len(problems) - SHOWN_PROBLEMS
    more = Problem(
        source, f"has {rest} further problems like these", "repair the first ones and read again"
    )
    return [*problems[:SHOWN_PROBLEMS], more]


def is_blank(cells: Sequence[CellValue]) -> bool:
    """Whether no cell holds anything."""
    return all(isinstance(cell, str) and not cell.strip() for cell in cells)


def cells_with_rows(table: Table, name: str) -> Iterator[tuple[int, CellValue]]:
    """Row index and cell of one column."""
    index = table.columns.index(name)
    for row, cells in enumerate(table.rows):
        yield row, cells[index]


def _as_text(cell: CellValue) -> str:
    """A heading as text; numeric headings (maturities) keep their shortest form."""
    if isinstance(cell, Number):
        return f"{cell.value:g}"
    return cell if isinstance(cell, str) else cell.isoformat()
