"""Small plans and workbooks for tests, written as a user would write them."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from defease.errors import InputError, Problem

Result = TypeVar("Result")

PLAN = """
[plan]
name = "Test plan"
valuation_date = 2025-12-31
[assets]
market_value = 1000.0
[liabilities]
file = "cash_flows.csv"
timing = "mid_year"
[[discounting]]
name = "flat"
method = "flat"
rate = 0.05
"""
FLOWS = "year,benefits\n2026,100\n2027,110\n"


def problems_of(action: Callable[[], object]) -> tuple[Problem, ...]:
    """The problems an action must raise as `InputError`; each has place, what and remedy."""
    with pytest.raises(InputError) as caught:
        action()
    for problem in caught.value.problems:
        assert problem.where
        assert problem.what
        assert problem.remedy
    return caught.value.problems


def only_problem(action: Callable[[], object]) -> Problem:
    """The single problem an action must raise."""
    (problem,) = problems_of(action)
    return problem


def plan_folder(folder: Path, *, plan: str = PLAN, **files: str | bytes) -> Path:
    """A plan folder; keyword `cash_flows` becomes cash_flows.csv."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "plan.toml").write_text(plan, encoding="utf-8")
    for name, content in {"cash_flows": FLOWS, **files}.items():
        data = content.encode() if isinstance(content, str) else content
        (folder / f"{name}.csv").write_bytes(data)
    return folder


def workbook(fill: Callable[[Worksheet], None], *, title: str = "Sheet1") -> bytes:
    """The bytes of a workbook with one sheet."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    sheet.title = title
    fill(sheet)
    return saved(book)


def sheet_of(*rows: list[object], title: str = "Sheet1") -> bytes:
    """The bytes of a workbook whose one sheet holds these rows."""

    def fill(sheet: Worksheet) -> None:
        for row in rows:
            sheet.append(row)

    return workbook(fill, title=title)


def saved(book: openpyxl.Workbook) -> bytes:
    """The bytes of a workbook."""
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def with_part(data: bytes, name: str, content: bytes) -> bytes:
    """A workbook with one part of its archive replaced or added."""
    stream = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as old,
        zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for entry in old.namelist():
            if entry != name:
                new.writestr(entry, old.read(entry))
        new.writestr(name, content)
    return stream.getvalue()


def part_of(data: bytes, name: str) -> bytes:
    """One part of a workbook's archive."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return archive.read(name)
