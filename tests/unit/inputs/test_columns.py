from __future__ import annotations

import datetime as dt

import pytest

from defease.inputs.columns import ColumnReader, Missing, NumberRule
from defease.inputs.csv_reader import read_csv
from defease.inputs.dates_grammar import DateOrder
from defease.inputs.numbers import Number, Unit
from defease.inputs.rate_units import RateUnit, decimal_rates
from defease.inputs.tables import FileFormat, Table
from tests.unit.inputs.building import only_problem, problems_of


def reader(text: str, *, dates: DateOrder | None = None) -> ColumnReader:
    return ColumnReader(read_csv(text.encode(), source="a.csv", declared=FileFormat(dates=dates)))


def test_all_problems_of_a_file_are_raised_at_once_with_line_and_column() -> None:
    columns = reader("year,benefits\nx,1\n2027,nan\n2028,1_000\n")
    columns.numbers("year")
    columns.numbers("benefits")
    found = problems_of(columns.finish)
    assert [p.where for p in found] == [
        "a.csv: line 2, column year",
        "a.csv: line 3, column benefits",
        "a.csv: line 4, column benefits",
    ]
    assert "'nan'" in found[1].what


def test_nothing_is_raised_without_problems() -> None:
    columns = reader("year,benefits\n2026,1\n")
    assert columns.numbers("year") == [2026.0]
    columns.finish()


def test_empty_cells_are_never_zero() -> None:
    columns = reader("a,b\n,1\n-,2\n0,3\n")
    columns.numbers("a")
    assert [p.what for p in problems_of(columns.finish)] == ["is empty", "is empty"]
    allowed = reader("a,b\n,1\n-,2\n0,3\n")
    assert allowed.numbers("a", NumberRule(missing=Missing.ALLOWED)) == [None, None, 0.0]
    prices = reader("a,b\n0,1\n5,2\n")
    rule = NumberRule(missing=Missing.ALLOWED_AND_ZERO_TOO)
    assert prices.numbers("a", rule) == [None, 5.0]


@pytest.mark.parametrize(
    ("rule", "value", "said"),
    [
        (NumberRule(at_least=0), "-5", "-5 is below 0"),
        (NumberRule(above=0), "0", "0 is not above 0"),
        (NumberRule(at_most=10), "11", "11 is above 10"),
        (NumberRule(whole=True), "1.5", "1.5 is not a whole number"),
    ],
)
def test_rules(rule: NumberRule, value: str, said: str) -> None:
    columns = reader(f"a,b\n{value},1\n")
    columns.numbers("a", rule)
    assert only_problem(columns.finish).what == said


def test_amounts_may_not_carry_percent_or_a_foreign_currency() -> None:
    columns = reader("a,b\n5%,$5\n")
    columns.numbers("a")
    assert "written as a rate" in only_problem(columns.finish).what
    euro = ColumnReader(
        read_csv(b"a,b\n1,\xe2\x82\xac5\n", source="a.csv"), currency_signs=frozenset("$")
    )
    euro.numbers("b")
    assert "plan's currency" in only_problem(euro.finish).what


def test_missing_column_names_the_likely_one_and_unknown_columns_are_listed() -> None:
    columns = reader("yeer,benefits\n1,2\n")
    problem = only_problem(lambda: columns.expect(required=["year"], known=["year", "benefits"]))
    assert "no column 'year'" in problem.what
    assert "did you mean 'yeer'" in problem.remedy
    extra = reader("year,note\n1,2\n")
    extra.expect(required=["year"], known=["year"])
    assert [(c.code, "note" in c.message) for c in extra.cautions] == [("unknown_columns", True)]


def test_ambiguous_dates_are_refused_cell_by_cell() -> None:
    columns = reader("d,x\n03/04/2027,1\n05/06/2027,2\n")
    columns.dates("d")
    found = problems_of(columns.finish)
    assert [p.where for p in found] == ["a.csv: line 2, column d", "a.csv: line 3, column d"]
    assert "can be 4 March or 3 April" in found[0].what


def test_the_column_decides_the_order_of_its_dates_and_says_so() -> None:
    columns = reader("d,x\n03/04/2027,1\n25/04/2027,2\n")
    assert columns.dates("d") == [dt.date(2027, 4, 3), dt.date(2027, 4, 25)]
    assert columns.cautions[0].code == "date_order"
    assert "line 3" in columns.cautions[0].message


def test_a_declared_order_wins() -> None:
    columns = reader("d,x\n03/04/2027,1\n", dates=DateOrder.MONTH_FIRST)
    assert columns.dates("d") == [dt.date(2027, 3, 4)]


def test_numbers_in_a_workbooks_date_column_are_serial_days() -> None:
    table = Table(
        "b.xlsx", "", ("d",), ("d",), ((Number(45657.0),), (Number(60.0),)), (2, 3),
        letters=("A",), sheet="S",
    )  # fmt: skip
    columns = ColumnReader(table)
    assert columns.dates("d")[0] == dt.date(2024, 12, 31)
    assert only_problem(columns.finish).where == "b.xlsx: S!A3 (d)"


def test_texts_and_flags() -> None:
    columns = reader("t,f\n a ,yes\n,no\nb,maybe\n")
    assert columns.texts("t") == ["a", "", "b"]
    columns.texts("t", required=True)
    columns.flags("f")
    found = problems_of(columns.finish)
    assert [p.where for p in found] == ["a.csv: line 3, column t", "a.csv: line 4, column f"]
    assert columns.optional("absent", columns.texts) == ["", "", ""]


def numbers(*values: float, unit: Unit = Unit.PLAIN) -> list[Number | None]:
    return [Number(value, unit) for value in values]


@pytest.mark.parametrize(
    ("given", "declared", "rates"),
    [
        (numbers(0.04, 0.05), None, [0.04, 0.05]),
        (numbers(4, 5), RateUnit.PERCENT, [0.04, 0.05]),
        (numbers(4, 5, unit=Unit.PERCENT), None, [0.04, 0.05]),
        (numbers(0.1, unit=Unit.PERCENT), RateUnit.PERCENT, [0.001]),
        ([Number(0.05, Unit.FRACTION)], RateUnit.PERCENT, [0.05]),
        (numbers(450, unit=Unit.BASIS_POINTS), None, [0.045]),
        (numbers(0.0), RateUnit.PERCENT, [0.0]),
        (numbers(-0.5, 0.5), RateUnit.PERCENT, [-0.005, 0.005]),
    ],
)
def test_units_of_rates(
    given: list[Number | None], declared: RateUnit | None, rates: list[float]
) -> None:
    assert decimal_rates(given, declared=declared) == (rates, [])


@pytest.mark.parametrize(
    ("given", "declared", "said"),
    [
        (numbers(6.5), None, "6.5 would be a rate of 650%"),
        (numbers(0.045, 6.5, 7), None, "(and 1 more cells)"),
        (numbers(0.045, 0.05), RateUnit.PERCENT, "below 0.30"),
        (numbers(5, unit=Unit.PERCENT), RateUnit.DECIMAL, "% sign in a column of decimals"),
        ([Number(5, Unit.PERCENT), Number(5)], None, "no % sign while other cells"),
        (numbers(-100, unit=Unit.PERCENT), None, "-100% is not possible"),
        (numbers(-100), RateUnit.PERCENT, "-100% is not possible"),
        (numbers(500), RateUnit.PERCENT, "500% is not possible"),
    ],
)
def test_contradicting_units_are_refused(
    given: list[Number | None], declared: RateUnit | None, said: str
) -> None:
    _, found = decimal_rates(given, declared=declared)
    assert any(said in what for _, what, _ in found)
    assert all(remedy for _, _, remedy in found)
