"""Workbook list, styles and shared strings of an .xlsx file."""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass, field
from enum import Enum

from defease.inputs.refusing import refuse
from defease.inputs.xlsx_package import Package

_BUILT_IN_DATES = frozenset([*range(14, 18), 22, *range(27, 37), *range(50, 59)])
_BUILT_IN_PERCENT = frozenset([9, 10])
_NOT_CODE = re.compile(r'"[^"]*"|\\.|_.|\*.|\[[^\]]*\]')


class Shown(Enum):
    """How a style shows a number, as far as its meaning depends on it."""

    NUMBER = "number"
    DATE = "date"
    PERCENT = "percent"


@dataclass
class SheetEntry:
    """One sheet of the workbook's list."""

    name: str
    relation: str
    hidden: bool


@dataclass
class WorkbookList:
    """Handler of xl/workbook.xml."""

    sheets: list[SheetEntry] = field(default_factory=list)
    from_1904: bool = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Note sheets and the date system."""
        if name == "sheet":
            hidden = attributes.get("state", "visible") != "visible"
            self.sheets.append(
                SheetEntry(attributes.get("name", ""), attributes.get("id", ""), hidden)
            )
        elif name == "workbookPr":
            self.from_1904 = attributes.get("date1904", "0") in {"1", "true"}

    def text(self, data: str) -> None:
        """Nothing is said in text here."""

    def end(self, name: str) -> None:
        """Nothing waits for an end here."""


@dataclass
class Relations:
    """Handler of a .rels part: identifier to part name; external targets are left out."""

    targets: dict[str, str] = field(default_factory=dict)

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Note the targets inside the archive."""
        if name == "Relationship" and attributes.get("TargetMode") != "External":
            target = attributes.get("Target", "")
            inside = target.lstrip("/") if target.startswith("/") else posixpath.join("xl", target)
            self.targets[attributes.get("Id", "")] = posixpath.normpath(inside)

    def text(self, data: str) -> None:
        """Nothing is said in text here."""

    def end(self, name: str) -> None:
        """Nothing waits for an end here."""


@dataclass
class Styles:
    """Handler of xl/styles.xml: what each cell style shows a number as."""

    shown: list[Shown] = field(default_factory=list)
    _codes: dict[int, str] = field(default_factory=dict)
    _in_cell_formats: bool = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Note own number formats, then the cell formats in order."""
        if name == "numFmt":
            self._codes[_whole(attributes.get("numFmtId"))] = attributes.get("formatCode", "")
        elif name == "cellXfs":
            self._in_cell_formats = True
        elif name == "xf" and self._in_cell_formats:
            self.shown.append(self._kind(_whole(attributes.get("numFmtId"))))

    def text(self, data: str) -> None:
        """Nothing is said in text here."""

    def end(self, name: str) -> None:
        """The list of cell formats is over."""
        if name == "cellXfs":
            self._in_cell_formats = False

    def of(self, index: str | None) -> Shown:
        """What style `index` shows; unknown styles show plain numbers."""
        position = _whole(index)
        return self.shown[position] if 0 <= position < len(self.shown) else Shown.NUMBER

    def _kind(self, number: int) -> Shown:
        if number in _BUILT_IN_DATES:
            return Shown.DATE
        if number in _BUILT_IN_PERCENT:
            return Shown.PERCENT
        code = _NOT_CODE.sub("", self._codes.get(number, "")).lower()
        if "%" in code:
            return Shown.PERCENT
        return Shown.DATE if code != "general" and ("y" in code or "d" in code) else Shown.NUMBER


@dataclass
class SharedStrings:
    """Handler of xl/sharedStrings.xml; phonetic guides are left out."""

    source: str
    longest: int
    strings: list[str] = field(default_factory=list)
    _parts: list[str] = field(default_factory=list)
    _length: int = 0
    _reading: bool = False
    _phonetic: bool = False

    def start(self, name: str, attributes: dict[str, str]) -> None:  # noqa: ARG002
        """A string or one of its runs opens."""
        if name == "si":
            self._parts, self._length = [], 0
        elif name == "rPh":
            self._phonetic = True
        self._reading = name == "t" and not self._phonetic

    def text(self, data: str) -> None:
        """Characters of a run, up to the cap."""
        if not self._reading:
            return
        self._length += len(data)
        if self._length > self.longest:
            refuse(
                self.source,
                f"has a cell with more than {self.longest} characters",
                "shorten the text",
            )
        self._parts.append(data)

    def end(self, name: str) -> None:
        """The string is complete."""
        self._reading = False
        if name == "rPh":
            self._phonetic = False
        elif name == "si":
            self.strings.append("".join(self._parts))


def sheet_parts(package: Package) -> tuple[WorkbookList, dict[str, str]]:
    """The workbook's sheets and the part that holds each, by sheet name."""
    workbook, relations = WorkbookList(), Relations()
    package.read_part("xl/workbook.xml", workbook)
    if "xl/_rels/workbook.xml.rels" in package.names:
        package.read_part("xl/_rels/workbook.xml.rels", relations)
    parts = {
        sheet.name: relations.targets[sheet.relation]
        for sheet in workbook.sheets
        if relations.targets.get(sheet.relation, "") in package.names
    }
    return workbook, parts


def styles_of(package: Package) -> Styles:
    """The workbook's cell styles; none when it has no style part."""
    styles = Styles()
    if "xl/styles.xml" in package.names:
        package.read_part("xl/styles.xml", styles)
    return styles


def strings_of(package: Package, *, longest: int) -> list[str]:
    """The workbook's shared strings."""
    shared = SharedStrings(package.source, longest)
    if "xl/sharedStrings.xml" in package.names:
        package.read_part("xl/sharedStrings.xml", shared)
    return shared.strings


def _whole(text: str | None) -> int:
    return (
        int(text)
        if text is not None and text.isascii() and text.isdigit() and len(text) < 8
        else -1
    )
