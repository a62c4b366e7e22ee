from __future__ import annotations

import pytest

from defease.inputs.numbers import DecimalMark, Number, Refusal, Unit, is_missing, scan_number


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("1", 1.0, Unit.PLAIN),
        ("+1.5", 1.5, Unit.PLAIN),
        (" -2 ", -2.0, Unit.PLAIN),
        (".5", 0.5, Unit.PLAIN),
        ("1e5", 1e5, Unit.PLAIN),
        ("1,234,567.8", 1234567.8, Unit.PLAIN),
        ("(1,000)", -1000.0, Unit.PLAIN),
        ("1,234-", -1234.0, Unit.PLAIN),
        ("$5", 5.0, Unit.PLAIN),
        ("-$1,000", -1000.0, Unit.PLAIN),
        ("$-5", -5.0, Unit.PLAIN),
        ("($5)", -5.0, Unit.PLAIN),
        ("$(5)", -5.0, Unit.PLAIN),
        ("5 €", 5.0, Unit.PLAIN),
        ("5%", 5.0, Unit.PERCENT),
        ("(5%)", -5.0, Unit.PERCENT),
        ("-5 bp", -5.0, Unit.BASIS_POINTS),
        ("1e-320", 1e-320, Unit.PLAIN),
        ("1e18", 1e18, Unit.PLAIN),
    ],
)
def test_accepted_numbers(text: str, value: float, unit: Unit) -> None:
    scanned = scan_number(text)
    assert isinstance(scanned, Number)
    assert (scanned.value, scanned.unit) == (value, unit)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("1e400", "not finite"),
        ("-1e400", "not finite"),
        ("1e-400", "too small"),
        ("nan", "not a finite number"),
        ("NaN", "not a finite number"),
        ("inf", "not a finite number"),
        ("-Infinity", "not a finite number"),
        ("1_000", "underscore"),
        ("99-16+", "32nds"),
        ("\uff11\uff12", "U+FF11"),
        ("٣", "U+0663"),
        ("5\u00a0000", "U+00A0"),
        ("#DIV/0!", "spreadsheet error"),
        ("#N/A", "spreadsheet error"),
        ("TRUE", "truth value"),
        ("1.000,50", "decimal comma"),
        ("1,5", "groups of three"),
        ("1,00,000", "groups of three"),
        ("12,34", "groups of three"),
        ("--5", "more than one sign"),
        ("(-5)", "more than one sign"),
        ("-5-", "more than one sign"),
        ("USD 5", "currency code"),
        ("5 000", "not a number"),
        ("0x10", "not a number"),
        ("$5%", "not a number"),
        ("((5))", "not a number"),
        ("5%%", "not a number"),
        ("", "empty"),
        ("1" * 65, "too long"),
    ],
)
def test_refused_numbers_each_with_its_own_sentence(text: str, said: str) -> None:
    scanned = scan_number(text)
    assert isinstance(scanned, Refusal)
    assert said in scanned.what
    assert scanned.remedy


@pytest.mark.parametrize(
    ("text", "value"), [("1.000,50", 1000.5), ("1.000", 1000.0), ("1,5", 1.5), ("-5,25%", -5.25)]
)
def test_decimal_comma_only_when_declared(text: str, value: float) -> None:
    declared = scan_number(text, DecimalMark.COMMA)
    assert isinstance(declared, Number)
    assert declared.value == value
    assert isinstance(scan_number(text, DecimalMark.UNDECLARED), Refusal)


def test_undeclared_mark_accepts_what_reads_one_way() -> None:
    assert scan_number("1250.5", DecimalMark.UNDECLARED) == Number(1250.5)


def test_units_travel_and_scale_exactly() -> None:
    for text, value in (("7%", 0.07), ("700bp", 0.07), ("0.07", 0.07)):
        scanned = scan_number(text)
        assert isinstance(scanned, Number)
        assert scanned.as_decimal == value
    assert Number(0.05, Unit.FRACTION).as_decimal == 0.05


def test_minus_zero_is_zero() -> None:
    for text in ("-0", "(0)", "0-"):
        scanned = scan_number(text)
        assert isinstance(scanned, Number)
        assert str(scanned.value) == "0.0"


@pytest.mark.parametrize("text", ["", " ", "-", "n/a", "N/A", "NA"])
def test_missing_marks(text: str) -> None:
    assert is_missing(text)


@pytest.mark.parametrize("text", ["0", "none", "#N/A", "--"])
def test_not_missing(text: str) -> None:
    assert not is_missing(text)
