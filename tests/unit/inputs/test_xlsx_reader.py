from __future__ import annotations

import datetime as dt
import io
import zipfile

import openpyxl
import pytest
from openpyxl.utils.datetime import CALENDAR_MAC_1904
from openpyxl.worksheet.worksheet import Worksheet

from defease.inputs.numbers import Number, Unit
from defease.inputs.tables import Caps, FileFormat, Table
from defease.inputs.xlsx_reader import read_xlsx
from tests.unit.inputs.building import (
    only_problem,
    part_of,
    problems_of,
    saved,
    with_part,
    workbook,
)

SHEET = "xl/worksheets/sheet1.xml"


def read(data: bytes, sheet: str | None = None) -> Table:
    return read_xlsx(data, source="b.xlsx", declared=FileFormat(sheet=sheet))


def flows(sheet: Worksheet) -> None:
    sheet.append(["Year", "Benefits"])
    sheet.append([2026, 100.5])
    sheet.append([2027, "1,000"])


def test_values_and_addresses() -> None:
    table = read(workbook(flows, title="Liabilities"))
    assert table.columns == ("year", "benefits")
    assert table.rows == ((Number(2026.0), Number(100.5)), (Number(2027.0), "1,000"))
    assert table.where(1, "benefits") == "b.xlsx: Liabilities!B3 (benefits)"


def test_a_table_that_does_not_start_in_a1_keeps_its_addresses() -> None:
    def fill(sheet: Worksheet) -> None:
        sheet["C4"], sheet["D4"] = "year", "benefits"
        sheet["C6"], sheet["D6"] = 2026, 5

    table = read(workbook(fill))
    assert table.rows == ((Number(2026.0), Number(5.0)),)
    assert table.where(0, "benefits") == "b.xlsx: Sheet1!D6 (benefits)"


@pytest.mark.parametrize("mac", [False, True], ids=["1900", "1904"])
def test_dates_by_the_workbooks_own_system(*, mac: bool) -> None:
    book = openpyxl.Workbook()
    if mac:
        book.epoch = CALENDAR_MAC_1904
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    sheet.append(["date", "benefits"])
    sheet.append([dt.date(2028, 2, 29), 1])
    table = read(saved(book))
    assert table.from_1904 is mac
    assert table.rows[0][0] == dt.date(2028, 2, 29)


def test_percent_format_is_a_fraction_already() -> None:
    def fill(sheet: Worksheet) -> None:
        sheet.append(["maturity_years", "rate"])
        sheet.append([1, 0.05])
        sheet["B2"].number_format = "0.00%"

    assert read(workbook(fill)).rows[0][1] == Number(0.05, Unit.FRACTION)


def test_serial_60_formatted_as_a_date_is_refused() -> None:
    def fill(sheet: Worksheet) -> None:
        sheet.append(["date", "benefits"])
        sheet.append([60, 1])
        sheet["A2"].number_format = "yyyy-mm-dd"

    problem = only_problem(lambda: read(workbook(fill)))
    assert problem.where == "b.xlsx: Sheet1!A2"
    assert "never was" in problem.what


def test_every_formula_without_a_stored_result_is_refused_with_its_address() -> None:
    def fill(sheet: Worksheet) -> None:
        sheet.append(["year", "benefits"])
        sheet.append([2026, "=1+1"])
        sheet.append([2027, "=B2*2"])

    found = problems_of(lambda: read(workbook(fill)))
    assert [p.where for p in found] == ["b.xlsx: Sheet1!B2", "b.xlsx: Sheet1!B3"]
    assert "formula without a stored result" in found[0].what


def test_formula_with_a_stored_result_is_read() -> None:
    data = workbook(flows)
    xml = part_of(data, SHEET).replace(b"<v>100.5</v>", b"<f>1+1</f><v>2</v>")
    assert read(with_part(data, SHEET, xml)).rows[0][1] == Number(2.0)


def test_error_cells_are_refused_with_their_address() -> None:
    data = workbook(flows)
    xml = part_of(data, SHEET).replace(b'r="B2" t="n"><v>100.5', b'r="B2" t="e"><v>#DIV/0!')
    problem = only_problem(lambda: read(with_part(data, SHEET, xml)))
    assert problem.where == "b.xlsx: Sheet1!B2"
    assert "#DIV/0!" in problem.what


def test_sheets_are_chosen_by_name_and_listed() -> None:
    book = openpyxl.Workbook()
    first = book.active
    assert isinstance(first, Worksheet)
    flows(first)
    flows(book.create_sheet("Liabilities"))
    data = saved(book)
    assert "Sheet, Liabilities" in only_problem(lambda: read(data)).what
    assert read(data, "Liabilities").sheet == "Liabilities"
    assert "did you mean 'Liabilities'" in only_problem(lambda: read(data, "Liabilitys")).remedy


def test_hidden_and_merged_things_are_counted() -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    flows(sheet)
    sheet.row_dimensions[3].hidden = True
    sheet.merge_cells("A5:B5")
    book.create_sheet("Old").sheet_state = "hidden"
    table = read(saved(book))
    assert {c.code for c in table.cautions} == {"hidden_rows", "hidden_sheets", "merged_cells"}
    assert len(table) == 2


def test_cell_outside_the_header_is_refused() -> None:
    def fill(sheet: Worksheet) -> None:
        flows(sheet)
        sheet["D3"] = "note"

    problem = only_problem(lambda: read(workbook(fill)))
    assert problem.where == "b.xlsx: Sheet1!D3"


def test_empty_sheet_and_header_only() -> None:
    assert "is empty" in only_problem(lambda: read(workbook(lambda _: None))).what
    header = workbook(lambda sheet: sheet.append(["year"]))
    assert "no rows" in only_problem(lambda: read(header)).what


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "empty"),
        (b"year,benefits\n1,2\n", "not a readable .xlsx"),
        (b"PK\x03\x04garbage", "not a readable .xlsx"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "old .xls"),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"),
            "password",
        ),
    ],
    ids=["empty", "csv", "broken zip", "xls", "encrypted"],
)
def test_other_files_are_refused_clearly(data: bytes, said: str) -> None:
    assert said in only_problem(lambda: read(data)).what


def test_macros_are_refused() -> None:
    data = with_part(workbook(flows), "xl/vbaProject.bin", b"x")
    assert "macros" in only_problem(lambda: read(data)).what


def test_binary_workbook_and_foreign_archive() -> None:
    assert (
        ".xlsb"
        in only_problem(lambda: read(with_part(workbook(flows), "xl/workbook.bin", b""))).what
    )
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("a.txt", "hello")
    assert "not an .xlsx" in only_problem(lambda: read(stream.getvalue())).what


def test_document_types_are_refused() -> None:
    bomb = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa">]><worksheet>&a;</worksheet>'
    data = with_part(workbook(flows), SHEET, bomb)
    assert "entities" in only_problem(lambda: read(data)).what


def test_damaged_xml() -> None:
    data = with_part(workbook(flows), SHEET, b"<worksheet><sheetData>")
    assert "not well-formed" in only_problem(lambda: read(data)).what


def big_sheet(cells: int) -> bytes:
    row = b'<row><c t="n"><v>1</v></c></row>'
    return b"<worksheet><sheetData>" + row * cells + b"</sheetData></worksheet>"


def test_zip_bomb_is_stopped_by_its_directory() -> None:
    data = with_part(workbook(flows), SHEET, big_sheet(2_200_000))
    assert len(data) < 600_000
    assert "MiB" in only_problem(lambda: read(data)).what


def test_suspicious_ratio_is_refused() -> None:
    data = with_part(workbook(flows), SHEET, b"<worksheet>" + b" " * 20_000_000 + b"</worksheet>")
    assert "expands" in only_problem(lambda: read(data)).what


def test_a_lying_directory_is_stopped_while_streaming() -> None:
    caps = Caps(file_bytes=200_000)
    data = with_part(workbook(flows), SHEET, big_sheet(20_000))
    true_size = (len(big_sheet(20_000))).to_bytes(4, "little")
    lying = data.replace(true_size, (100).to_bytes(4, "little"))
    assert lying != data
    problem = only_problem(lambda: read_xlsx(lying, source="b.xlsx", caps=caps))
    assert "cannot be unpacked" in problem.what


@pytest.mark.parametrize(
    ("caps", "said"),
    [(Caps(rows=1), "rows"), (Caps(columns=1), "beyond column A"), (Caps(cells=3), "cells"),
     (Caps(text_length=4), "characters")],
    ids=["rows", "columns", "cells", "text"],
)  # fmt: skip
def test_caps(caps: Caps, said: str) -> None:
    problem = only_problem(lambda: read_xlsx(workbook(flows), source="b.xlsx", caps=caps))
    assert said in problem.what


def test_values_agree_with_another_reader() -> None:
    def fill(sheet: Worksheet) -> None:
        sheet.append(["date", "benefits", "note"])
        for i in range(50):
            sheet.append(
                [dt.date(2026, 1, 1) + dt.timedelta(days=97 * i), 1e6 / (i + 1), f"row {i}"]
            )

    data = workbook(fill)
    theirs = openpyxl.load_workbook(io.BytesIO(data), data_only=True).active
    assert isinstance(theirs, Worksheet)
    expected = [
        (day.date(), Number(float(amount)), note)
        for day, amount, note in theirs.iter_rows(min_row=2, values_only=True)
        if isinstance(day, dt.datetime) and isinstance(amount, int | float)
    ]
    assert list(read(data).rows) == expected
    assert len(expected) == 50
