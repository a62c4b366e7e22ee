"""One worksheet, cell by cell: values, dates, percent formats; formulas need stored results."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from defease.errors import Problem
from defease.inputs.dates_grammar import date_from_serial
from defease.inputs.numbers import Number, Refusal, Unit, scan_number
from defease.inputs.refusing import refuse
from defease.inputs.tables import Caps, CellValue, column_letter
from defease.inputs.xlsx_parts import Shown, Styles

_ADDRESS = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
_RE_SAVE = "open the workbook in a spreadsheet program and save it, so that results are stored"


@dataclass
class SheetCells:
    """Handler of a worksheet part: rows of non-empty cells by column number."""

    source: str
    sheet: str
    caps: Caps
    styles: Styles
    strings: list[str]
    from_1904: bool
    rows: dict[int, dict[int, CellValue]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    hidden_rows: int = 0
    merged_ranges: int = 0
    _row: int = 0
    _column: int = -1
    _cells: int = 0
    _attributes: dict[str, str] = field(default_factory=dict)
    _text: list[str] = field(default_factory=list)
    _length: int = 0
    _has_formula: bool = False
    _reading: bool = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """A row, a cell or one of its parts opens."""
        if name == "c":
            self._start_cell(attributes)
        elif name in {"v", "t"}:
            self._reading = True
        elif name == "f":
            self._has_formula = True
        elif name == "row":
            self._start_row(attributes)
        elif name == "mergeCell":
            self.merged_ranges += 1

    def text(self, data: str) -> None:
        """Characters of a value, up to the cap."""
        if self._reading:
            self._length += len(data)
            if self._length > self.caps.text_length:
                what = f"holds more than {self.caps.text_length} characters"
                refuse(self._address(), what, "shorten the text")
            self._text.append(data)

    def end(self, name: str) -> None:
        """A value or a cell is complete."""
        if name in {"v", "t"}:
            self._reading = False
        elif name == "c":
            self._end_cell()

    def _start_row(self, attributes: dict[str, str]) -> None:
        given = attributes.get("r", "")
        self._row = int(given) if given.isdigit() and len(given) < 8 else self._row + 1
        self._column = -1
        self.hidden_rows += attributes.get("hidden") in {"1", "true"}

    def _start_cell(self, attributes: dict[str, str]) -> None:
        match = _ADDRESS.fullmatch(attributes.get("r", ""))
        self._column = _column_number(match[1]) if match else self._column + 1
        self._attributes, self._text, self._length = attributes, [], 0
        self._has_formula = False
        self._cells += 1
        if self._cells > self.caps.cells:
            what = f"has more than {self.caps.cells:,} cells"
            refuse(f"{self.source}: {self.sheet}", what, "copy the table alone into a new workbook")

    def _end_cell(self) -> None:
        value = self._value("".join(self._text))
        if isinstance(value, Refusal):
            self.problems.append(Problem(self._address(), value.what, value.remedy))
        elif value != "":
            self._store(value)

    def _store(self, value: CellValue) -> None:
        if self._column >= self.caps.columns:
            what = f"lies beyond column {column_letter(self.caps.columns - 1)}"
            refuse(self._address(), what, f"keep at most {self.caps.columns} columns")
        row = self.rows.setdefault(self._row, {})
        if len(self.rows) > self.caps.rows:
            what = f"has more than {self.caps.rows:,} rows"
            refuse(f"{self.source}: {self.sheet}", what, "add up the rows by year or month")
        row[self._column] = value

    def _value(self, text: str) -> CellValue | Refusal:
        kind = self._attributes.get("t", "n")
        if self._has_formula and not text and kind != "str":
            return Refusal("holds a formula without a stored result", _RE_SAVE)
        if kind == "e":
            return Refusal(f"holds the error {text}", "repair the formula")
        if kind == "s":
            return self._shared(text)
        if kind == "b":
            return "TRUE" if text == "1" else "FALSE"
        if kind != "n" or not text:
            return text
        return self._number(text)

    def _shared(self, text: str) -> CellValue | Refusal:
        position = int(text) if text.isascii() and text.isdigit() and len(text) < 9 else -1
        if 0 <= position < len(self.strings):
            return self.strings[position]
        return Refusal(
            "names a text that the workbook does not hold", "save the workbook again as .xlsx"
        )

    def _number(self, text: str) -> CellValue | Refusal:
        scanned = scan_number(text)
        if isinstance(scanned, Refusal):
            return scanned
        shown = self.styles.of(self._attributes.get("s"))
        if shown is Shown.DATE:
            return date_from_serial(scanned.value, from_1904=self.from_1904)
        return Number(scanned.value, Unit.FRACTION) if shown is Shown.PERCENT else scanned

    def _address(self) -> str:
        return f"{self.source}: {self.sheet}!{column_letter(max(self._column, 0))}{self._row}"


def _column_number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = 26 * number + ord(letter) - ord("A") + 1
    return number - 1
