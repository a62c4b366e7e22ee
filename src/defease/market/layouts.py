"""Publishers' text files as tables: preambles left out, headings supplied where there are none."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from defease.arrays import DateArray, frozen_dates
from defease.errors import Caution
from defease.inputs.columns import ColumnReader, Missing, NumberRule
from defease.inputs.csv_reader import read_csv
from defease.inputs.dates_grammar import DateOrder
from defease.inputs.numbers import Refusal
from defease.inputs.refusing import refuse
from defease.inputs.tables import CellValue, FileFormat, Table, cells_with_rows
from defease.market.reading import Dropped, FileReport
from defease.market.terms import scan_month

PER_CENT = 100.0
# US Treasury rates have stood between -2% (real, 2021) and 17% (bills, 1981).
PERCENT_RATE = NumberRule(
    missing=Missing.ALLOWED,
    at_least=-20.0,
    at_most=60.0,
    remedy="rates of this file are in percent, such as 4.25",
)
LOWEST_TOP_RATE = 0.30
_PREAMBLE_AT_MOST = 60
_PLAIN = re.compile(r"[+-]?[0-9]{1,15}(?:\.[0-9]{1,20})?")
_NO_VALUE = frozenset({"", "NA"})


@dataclass
class Findings:
    """Collects what a parser understood, left out and wondered about."""

    table: Table
    layout: str
    understood: list[str] = field(default_factory=list)
    dropped: list[Dropped] = field(default_factory=list)
    cautions: list[Caution] = field(default_factory=list)

    def drop(self, row: int, reason: str) -> None:
        """Note a row that is left out."""
        where = f"{self.table.source}: line {self.table.row_numbers[row]}"
        self.dropped.append(Dropped(where, reason))

    def caution(self, code: str, message: str) -> None:
        """Note a caution about the file."""
        self.cautions.append(Caution(code, f"{self.table.source}: {message}"))

    def report(self, reader: ColumnReader | None = None) -> FileReport:
        """The report of the whole file, with what the column reader had to say."""
        said = tuple(reader.cautions) if reader else self.table.cautions
        return FileReport(
            source=self.table.source,
            sha256=self.table.sha256,
            layout=self.layout,
            understood=tuple(self.understood),
            dropped=tuple(self.dropped),
            cautions=(*said, *self.cautions),
        )


def publisher_table(
    data: bytes,
    *,
    source: str,
    header: Sequence[str] = (),
    starts_with: bytes = b"",
    dates: DateOrder = DateOrder.MONTH_FIRST,
) -> Table:
    r"""A publisher's CSV as a table; line numbers and hash stay those of the file as it came.

    Parameters
    ----------
    header
        Headings, for a layout that has none in the file.
    starts_with
        How the header line begins (in small letters); lines before it are a preamble.

    Examples
    --------
    >>> given = b"The Board's staff\n\nDate,A\n2024-08-30,1\n"
    >>> table = publisher_table(given, source="a.csv", starts_with=b"date,")
    >>> table.columns, table.row_numbers
    (('date', 'a'), (4,))
    """
    sha256 = hashlib.sha256(data).hexdigest()
    skipped = 0
    body = data
    if header:
        skipped = -1
        body = ",".join(header).encode() + b"\n" + data.removeprefix(b"\xef\xbb\xbf")
    elif starts_with:
        skipped, body = _after_preamble(data, starts_with, source)
    table = read_csv(body, source=source, declared=FileFormat(delimiter=",", dates=dates))
    numbers = tuple(number + skipped for number in table.row_numbers)
    return replace(table, sha256=sha256, row_numbers=numbers)


def _after_preamble(data: bytes, starts_with: bytes, source: str) -> tuple[int, bytes]:
    lines = data.removeprefix(b"\xef\xbb\xbf").splitlines(keepends=True)
    for number, line in enumerate(lines[:_PREAMBLE_AT_MOST]):
        if line.lstrip(b' "').lower().replace(b'"', b"").startswith(starts_with):
            return number, b"".join(lines[number:])
    wanted = starts_with.decode()
    return refuse(
        source,
        f"has no header line that starts with {wanted!r} in its first {_PREAMBLE_AT_MOST} lines",
        "give the publisher's file as it was downloaded",
    )


def blanked(table: Table, marks: frozenset[str]) -> Table:
    """The same table with a publisher's own marks for 'no value' made empty."""
    rows = tuple(
        tuple("" if isinstance(cell, str) and cell.strip() in marks else cell for cell in row)
        for row in table.rows
    )
    return replace(table, rows=rows)


def day_column(reader: ColumnReader, name: str) -> DateArray:
    """The days of a column, to be used after `finish`; a day that comes twice is a problem."""
    days = reader.dates(name)
    _once(reader, name, [None if day is None else day.isoformat() for day in days])
    return frozen_dates([day for day in days if day is not None])


def month_column(reader: ColumnReader, name: str) -> DateArray:
    """First days of the months of a column; a month that comes twice is a problem."""
    months: list[np.datetime64] = []
    for row, cell in cells_with_rows(reader.table, name):
        scanned = scan_month(cell if isinstance(cell, str) else str(cell))
        if isinstance(scanned, Refusal):
            reader.problem(row, name, scanned.what, scanned.remedy)
        else:
            months.append(scanned)
    if not reader.problems:
        _once(reader, name, [str(month)[:7] for month in months])
    return frozen_dates(np.array(months, dtype="datetime64[D]"))


def _once(reader: ColumnReader, name: str, spelled: Sequence[str | None]) -> None:
    first: dict[str, int] = {}
    for row, text in enumerate(spelled):
        if text is None:
            continue
        if text in first:
            line = reader.table.row_numbers[first[text]]
            reader.problem(row, name, f"{text} stands already in line {line}", "keep one of them")
        first.setdefault(text, row)


def figures(reader: ColumnReader, name: str, rule: NumberRule) -> list[float | None]:
    """A column's plain numbers, as `ColumnReader.numbers` reads them, many times faster.

    A column of nothing but plain digits and blanks within the rule's bounds is converted at once;
    any other cell sends the whole column through the grammar, which has words for what is wrong.
    """
    found = _plain_figures(reader.table.column(name))
    if found is None or _is_broken(rule, found):
        return reader.numbers(name, rule)
    if rule.missing is Missing.ALLOWED_AND_ZERO_TOO:
        return [value or None for value in found]
    return found


def _plain_figures(cells: Sequence[CellValue]) -> list[float | None] | None:
    """Plain digits as numbers, blanks as None; None for a column that holds anything else."""
    found: list[float | None] = []
    for cell in cells:
        if not isinstance(cell, str):
            return None
        if _PLAIN.fullmatch(cell):
            found.append(float(cell) + 0.0)
        elif cell in _NO_VALUE:
            found.append(None)
        else:
            return None
    return found


def _is_broken(rule: NumberRule, found: Sequence[float | None]) -> bool:
    """Whether any figure breaks the rule: its bounds are intervals, so the extremes tell."""
    given = [value for value in found if value is not None]
    if rule.whole or (rule.missing is Missing.REFUSED and len(given) < len(found)):
        return True
    return bool(given) and any(rule.broken_by(extreme) for extreme in (min(given), max(given)))


def percent_column(reader: ColumnReader, name: str) -> list[float | None]:
    """A column of percent rates as decimals; blanks stay missing."""
    return [
        None if value is None else value / PER_CENT for value in figures(reader, name, PERCENT_RATE)
    ]


def refuse_decimals(source: str, rates: Sequence[Sequence[float | None]], columns: str) -> None:
    """Refuse a percent file in which no rate reaches 0.30%: it was typed in decimals."""
    largest = max((abs(r) for column in rates for r in column if r is not None), default=1.0)
    if 0 < PER_CENT * largest < LOWEST_TOP_RATE:
        refuse(
            source,
            f"no rate of the columns {columns} reaches 0.30 (largest {PER_CENT * largest:g})",
            "write the rates in percent, such as 4.25 and not 0.0425",
        )


def says_span(days: DateArray) -> str:
    """First and last day in words."""
    return f"{days.min()} to {days.max()}" if days.size else "no day"
