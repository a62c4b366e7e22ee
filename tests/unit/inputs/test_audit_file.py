"""Reading an actuary's printed table: headings, years, totals, units, and what is refused."""

from __future__ import annotations

import pytest

from defease.errors import InputError
from defease.inputs.audit_file import AuditReading, read_audit_table
from defease.inputs.csv_reader import read_csv


def read(
    text: str,
    *,
    headings: dict[str, str] | None = None,
    unit: float = 1.0,
    plan_first_year: int | None = None,
) -> AuditReading:
    table = read_csv(text.encode(), source="table.csv")
    return read_audit_table(table, headings=headings, unit=unit, plan_first_year=plan_first_year)


def message(text: str, headings: dict[str, str] | None = None) -> str:
    with pytest.raises(InputError) as caught:
        read(text, headings=headings)
    return str(caught.value)


def test_our_own_headings_and_negative_amounts() -> None:
    reading = read("year,benefits,contributions_future_members\n2026,100,(40)\n2027,110,-45\n")
    assert reading.table.years.tolist() == [2026, 2027]
    assert reading.table.columns["contributions_future_members"].tolist() == [-40, -45]
    assert reading.cautions == ()


def test_foreign_headings_whatever_their_case() -> None:
    reading = read(
        "Fiscal Year,Benefit Payments,Notes\n2026,100,a\n2027,110,b\n",
        headings={"fiscal year": "year", "Benefit Payments": "benefits"},
    )
    assert reading.table.columns["benefits"].tolist() == [100, 110]
    (caution,) = reading.cautions
    assert caution.code == "unknown_columns"
    assert "notes" in caution.message


def test_thousands_become_currency_and_set_the_printed_unit() -> None:
    reading = read("year,benefits\n2026,100\n2027,111\n", unit=1000)
    assert reading.table.columns["benefits"].tolist() == [100_000, 111_000]
    assert reading.table.units["benefits"] == 1000


def test_a_totals_row_is_no_year() -> None:
    reading = read("year,opening,benefits\n2026,900,100\n2027,850,110\nTotals:,,210\n", unit=1000)
    assert len(reading.table) == 2
    assert dict(reading.table.totals) == {"benefits": 210_000}


def test_empty_cells_are_zero_and_said() -> None:
    reading = read("year,benefits\n2026,100\n2027,\n2028,-\n")
    assert reading.table.columns["benefits"].tolist() == [100, 0, 0]
    assert [c.code for c in reading.cautions] == ["empty_cells"]
    assert "2 empty cells of benefits" in reading.cautions[0].message


def test_where_projection_year_one_lies() -> None:
    text = "year,benefits\n2027,1\n2028,1\n"
    assert read(text).first_year is None
    assert read(text, plan_first_year=2026).first_year == 2026
    assert read(text, plan_first_year=2011).first_year is None
    assert read("year,benefits\n3,1\n4,1\n", plan_first_year=2026).first_year == 1


def test_a_table_without_years_is_numbered() -> None:
    reading = read("benefits\n5\n6\n")
    assert reading.table.years.tolist() == [1, 2]
    assert [c.code for c in reading.cautions] == ["years_numbered"]


def test_what_is_refused() -> None:
    assert "has none of the columns" in message("year,paid\n2026,1\n")
    assert "did you mean 'benefits'" in message("year,paid\n2026,1\n", {"paid": "benefit"})
    assert "has no heading 'pay'" in message("year,paid\n2026,1\n", {"pay": "benefits"})
    assert "two columns for 'benefits'" in message(
        "year,paid,benefits\n2026,1,1\n", {"paid": "benefits"}
    )
    assert "second row of totals" in message("year,benefits\n1,1\nTotal,1\nTotal,1\n")
    assert "is not a whole number" in message("year,benefits\n2026.5,1\n")
    assert "line 3, column benefits" in message("year,benefits\n2026,1\n2027,x\n")
    assert "totals row" in message("year,benefits\n2026,1\nTotal,x\n")
    assert "both year and period" in message("year,period,benefits\n2026,1,1\n")
