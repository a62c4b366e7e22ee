from __future__ import annotations

import hashlib

import pytest

from defease.inputs.csv_reader import read_csv
from defease.inputs.numbers import DecimalMark
from defease.inputs.tables import Caps, FileFormat, Table
from tests.unit.inputs.building import only_problem, problems_of


def read(data: bytes | str, declared: FileFormat | None = None) -> Table:
    raw = data.encode() if isinstance(data, str) else data
    return read_csv(raw, source="a.csv", declared=declared or FileFormat())


def test_rows_keep_their_line_numbers_and_the_hash_is_of_the_bytes() -> None:
    data = b"Year,Benefits\r\n\r\n2026,1\r\n2027,2\r\n"
    table = read(data)
    assert table.columns == ("year", "benefits")
    assert table.rows == (("2026", "1"), ("2027", "2"))
    assert table.row_numbers == (3, 4)
    assert table.where(1, "benefits") == "a.csv: line 4, column benefits"
    assert table.sha256 == hashlib.sha256(data).hexdigest()


@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
def test_any_line_ends(ends: str) -> None:
    assert read(ends.join(["a,b", "1,2", "3,4"])).rows == (("1", "2"), ("3", "4"))


def test_bom_is_not_part_of_the_first_heading() -> None:
    assert read(b"\xef\xbb\xbfyear,benefits\n1,2\n").columns == ("year", "benefits")


def test_latin_1_is_refused_with_byte_and_line_and_read_when_declared() -> None:
    data = "name,x\ncaf\u00e9,1\n".encode("latin-1")
    problem = only_problem(lambda: read(data))
    assert problem.where == "a.csv: line 2"
    assert "byte 10 (0xE9)" in problem.what
    assert read(data, FileFormat(encoding="latin-1")).rows == (("caf\u00e9", "1"),)


def test_utf_16_is_named() -> None:
    assert "UTF-16" in only_problem(lambda: read("a,b\n1,2\n".encode("utf-16"))).what


def test_quoted_field_with_line_end_and_comma_is_one_field() -> None:
    table = read('a,b\n"one,\ntwo ""x""",2\n3,4\n')
    assert table.rows == (('one,\ntwo "x"', "2"), ("3", "4"))
    assert table.row_numbers == (2, 4)


def test_unclosed_quote_names_the_line_that_opens_it() -> None:
    problem = only_problem(lambda: read('a,b\n1,2\n"3,4\n5,6\n'))
    assert problem.where == "a.csv: line 3"
    assert "never closed" in problem.what


def test_text_after_a_closing_quote_is_refused() -> None:
    problem = only_problem(lambda: read('a,b\n"1"x,2\n'))
    assert problem.where == "a.csv: line 2"
    assert "after a closing quote" in problem.what


def test_every_ragged_row_is_listed() -> None:
    found = problems_of(lambda: read("a,b\n1\n1,2\n1,2,3\n"))
    assert [p.where for p in found] == ["a.csv: line 2", "a.csv: line 4"]
    assert "has 1 cell where the header has 2" in found[0].what


def test_long_lists_of_problems_are_cut_and_counted() -> None:
    found = problems_of(lambda: read("a,b\n" + "1\n" * 80))
    assert len(found) == 51
    assert "30 further problems" in found[-1].what


def test_nul_is_refused_with_its_line() -> None:
    assert only_problem(lambda: read(b"a,b\n1,\x002\n")).where == "a.csv: line 2"


@pytest.mark.parametrize("data", [b"", b"  \n \n", b"\xef\xbb\xbf", b",,\n,,\n", b'""\n""\n'])
def test_empty_files(data: bytes) -> None:
    assert "is empty" in only_problem(lambda: read(data)).what


def test_header_only() -> None:
    assert "no rows" in only_problem(lambda: read("year,benefits\n")).what


def test_semicolon_leaves_the_decimal_mark_to_be_declared() -> None:
    table = read("year;benefits\n2026;1.000,50\n")
    assert table.mark is DecimalMark.UNDECLARED
    assert [c.code for c in table.cautions] == ["delimiter"]
    declared = read("year;benefits\n2026;1\n", FileFormat(decimal=DecimalMark.COMMA))
    assert declared.mark is DecimalMark.COMMA


def test_tabs_are_detected_and_reported() -> None:
    table = read("year\tbenefits\n2026\t1\n")
    assert table.rows == (("2026", "1"),)
    assert "tab" in table.cautions[0].message


def test_two_possible_delimiters_are_refused_unless_quoted_or_declared() -> None:
    assert "not clear" in only_problem(lambda: read("a;b,c\n1;2,3\n")).what
    assert read('"a;b",c\n1,2\n').columns == ("a_b", "c")
    assert read("a;b,c\n1;2\n", FileFormat(delimiter=";")).columns == ("a", "b_c")


def test_headings_are_normalised_and_duplicates_refused() -> None:
    assert read(" Coupon (%) ,Maturity  Years\n1,2\n").columns == ("coupon_pct", "maturity_years")
    problem = only_problem(lambda: read("Amount ,AMOUNT\n1,2\n"))
    assert problem.where == "a.csv: line 1, column 2"
    assert "same column as column 1" in problem.what


def test_column_without_heading() -> None:
    assert "no heading" in only_problem(lambda: read("a,\n1,2\n")).what


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"a,b\n" + b"1,2\n" * 3000, "lines"),
        (b"x" * 2**20, "MiB"),
        (b",".join(b"c%d" % i for i in range(60)) + b"\n" + b",".join([b"1"] * 60), "columns"),
        (b"a,b\n" + b"1" * 5000 + b",2\n", "characters"),
    ],
    ids=["rows", "bytes", "columns", "line length"],
)
def test_caps(data: bytes, said: str) -> None:
    caps = Caps(file_bytes=2**19, rows=2000, columns=50, line_length=4000)
    assert said in only_problem(lambda: read_csv(data, source="a.csv", caps=caps)).what


def test_default_caps_refuse_a_million_rows_before_parsing() -> None:
    data = b"year,benefits\n" + b"2026,1\n" * 1_000_000
    assert "at most 250,000" in only_problem(lambda: read(data)).what
