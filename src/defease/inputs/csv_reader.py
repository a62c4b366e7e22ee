"""Text files as tables: UTF-8, RFC 4180 quoting, any line ends; all else refused by line."""

from __future__ import annotations

import codecs
import csv
import hashlib
import io
import re
from typing import NoReturn

from defease.errors import Caution
from defease.inputs.numbers import DecimalMark
from defease.inputs.refusing import refuse
from defease.inputs.tables import Caps, FileFormat, RawSheet, Table, header_names, squared_rows

_DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab"}
_QUOTED = re.compile(r'"(?:[^"]|"")*"')
_NEEDS = "give a header row and at least one row of data"
_DEFAULT_CAPS = Caps()
_DEFAULT_FORMAT = FileFormat()


def read_csv(
    data: bytes, *, source: str, declared: FileFormat = _DEFAULT_FORMAT, caps: Caps = _DEFAULT_CAPS
) -> Table:
    r"""Read the bytes of a delimited text file; every row or none.

    Examples
    --------
    >>> table = read_csv(b"Year,Benefits\n2026,100\n", source="flows.csv")
    >>> table.columns, table.rows
    (('year', 'benefits'), (('2026', '100'),))
    """
    _check_size(data, source, caps)
    text = _decode(data, source, declared.encoding)
    _check_lines(text, source, caps)
    delimiter, cautions = _delimiter(text, source, declared)
    raw = _parse(text, source, delimiter)
    if len(raw.header) > caps.columns:
        refuse(
            source,
            f"has {len(raw.header)} columns; at most {caps.columns} are read",
            "remove columns",
        )
    names = header_names(source, raw)
    rows = squared_rows(source, raw)
    if not rows:
        refuse(source, "has a header but no rows", "add at least one row of data")
    return Table(
        source=source,
        sha256=hashlib.sha256(data).hexdigest(),
        columns=names,
        titles=tuple(str(cell) for cell in raw.header),
        rows=tuple(cells for _, cells in rows),
        row_numbers=tuple(number for number, _ in rows),
        mark=declared.decimal
        or (DecimalMark.UNDECLARED if delimiter == ";" else DecimalMark.POINT),
        date_order=declared.dates,
        cautions=cautions,
    )


def _check_size(data: bytes, source: str, caps: Caps) -> None:
    if len(data) > caps.file_bytes:
        refuse(
            source,
            f"is {len(data) / 2**20:.0f} MiB; at most {caps.file_bytes / 2**20:.0f} MiB are read",
            "add up the rows by year or month, or split the file",
        )
    lines = data.count(b"\n") + data.count(b"\r") - data.count(b"\r\n")
    if lines > caps.rows:
        refuse(
            source,
            f"has {lines:,} lines; at most {caps.rows:,} are read",
            "add up the rows by year or month",
        )
    if not data.strip(b" \t\r\n\xef\xbb\xbf,;"):
        refuse(source, "is empty", _NEEDS)


def _decode(data: bytes, source: str, encoding: str) -> str:
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) and encoding == "utf-8":
        refuse(source, "is UTF-16 text", "save it as CSV UTF-8")
    name = "utf-8-sig" if encoding == "utf-8" else encoding
    try:
        text = data.decode(name)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        refuse(
            f"{source}: line {line}",
            f"byte {error.start} (0x{data[error.start]:02X}) is not {encoding.upper()} text",
            'save the file as CSV UTF-8, or declare its encoding, e.g. encoding = "latin-1"',
        )
    except LookupError:
        refuse(source, f"encoding {encoding!r} is not known", 'declare encoding = "utf-8"')
    position = text.find("\0")
    if position >= 0:
        line = text.count("\n", 0, position) + 1
        refuse(f"{source}: line {line}", "contains a NUL character", "export the file as plain CSV")
    return text


def _check_lines(text: str, source: str, caps: Caps) -> None:
    for number, line in enumerate(io.StringIO(text, newline=""), start=1):
        if len(line) > caps.line_length:
            refuse(
                f"{source}: line {number}",
                f"has {len(line):,} characters; at most {caps.line_length:,} are read",
                "check that the file has line ends and not too many columns",
            )


def _delimiter(text: str, source: str, declared: FileFormat) -> tuple[str, tuple[Caution, ...]]:
    if declared.delimiter:
        return declared.delimiter, ()
    header = _QUOTED.sub("", next((line for line in text.splitlines() if line.strip()), ""))
    present = [mark for mark in _DELIMITERS if mark in header]
    if len(present) > 1:
        names = " and ".join(_DELIMITERS[mark] for mark in present)
        refuse(
            f"{source}: line 1",
            f"the header contains {names}, so the delimiter is not clear",
            'declare delimiter = "," (or ";" or a tab) for this file, or quote the headings',
        )
    if not present or present[0] == ",":
        return ",", ()
    name = _DELIMITERS[present[0]]
    return present[0], (Caution("delimiter", f"{source} was read with the delimiter {name}"),)


def _parse(text: str, source: str, delimiter: str) -> RawSheet:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    records: list[tuple[int, list[str]]] = []
    start = 1
    try:
        for record in reader:
            records.append((start, record))
            start = reader.line_num + 1
    except csv.Error as error:
        _refuse_quoting(source, start, str(error))
    filled = (i for i, (_, cells) in enumerate(records) if any(cell.strip() for cell in cells))
    header_at = next(filled, None)
    if header_at is None:
        refuse(source, "is empty", _NEEDS)
    number, header = records[header_at]
    return RawSheet(header, number, records[header_at + 1 :])


def _refuse_quoting(source: str, line: int, message: str) -> NoReturn:
    if "expected after" in message:
        what = "has text right after a closing quote"
    else:
        what = "opens a quote that is never closed"
    refuse(f"{source}: line {line}", what, 'close the quote, and write a quote inside text as ""')
