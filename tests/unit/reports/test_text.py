from __future__ import annotations

import datetime as dt
import re

import pytest

from defease.reports.document import Column, Document, Table
from defease.reports.formats import MONEY_CENTS
from defease.reports.tables import shown_table
from defease.reports.text import render_text
from tests.unit.reports.sample_document import sample_document


def document_of(table: Table) -> Document:
    return Document(title="T", plan="P", as_of=dt.date(2026, 1, 1), blocks=[table])


def test_the_whole_report_fits_80_columns_without_colour() -> None:
    text = render_text(sample_document())
    assert max(len(line) for line in text.splitlines()) <= 80
    assert "\x1b" not in text
    assert text.endswith("\n")
    assert not text.endswith("\n\n")


@pytest.mark.parametrize("width", [40, 60, 80])
def test_a_wide_table_is_split_and_every_number_survives(width: int) -> None:
    columns = [
        Column("name", "Name"),
        *(Column(f"c{i}", f"Col {i}", MONEY_CENTS) for i in range(12)),
    ]
    rows = [["first", *(1_234_567.0 + i for i in range(12))], ["second", *range(-12, 0)]]
    table = Table("Wide", columns, rows)
    text = render_text(document_of(table), width=width)
    assert max(len(line) for line in text.splitlines()) <= width
    for row in shown_table(table, currency="USD").rows:
        for cell in row[1:]:
            assert re.search(rf"(?<![\d,]){re.escape(cell.text)}(?![\d,])", text)
    assert text.count("first") == text.count("second") > 1


def test_digits_stand_above_digits_beside_parentheses() -> None:
    table = Table("T", [Column("n", "Amount", MONEY_CENTS)], [[1_000.0], [-25.5]])
    lines = render_text(document_of(table)).splitlines()
    plus = next(line for line in lines if "1,000.00" in line)
    minus = next(line for line in lines if "(25.50)" in line)
    assert plus.index(".") == minus.index(".")


def test_long_text_is_wrapped_inside_its_cell() -> None:
    table = Table("T", [Column("a", "A"), Column("b", "B")], [["word " * 30, "other " * 30]])
    text = render_text(document_of(table))
    assert max(len(line) for line in text.splitlines()) <= 80
    assert text.split().count("word") == 30
    assert text.split().count("other") == 30


def test_an_empty_table_shows_its_headings() -> None:
    text = render_text(document_of(Table("None held", [Column("a", "Alpha")], [])))
    assert "None held" in text
    assert "Alpha" in text
