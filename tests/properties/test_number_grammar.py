"""The number and date grammars: what we write we read; what anybody writes never breaks them."""

from __future__ import annotations

import contextlib
import datetime as dt
import math

from hypothesis import given
from hypothesis import strategies as st

from defease.errors import InputError
from defease.inputs.csv_reader import read_csv
from defease.inputs.dates_grammar import DateOrder, read_date, scan_date
from defease.inputs.numbers import DecimalMark, Number, read_number, scan_number
from defease.inputs.overrides import with_overrides
from defease.inputs.toml_files import plan_settings
from defease.inputs.xlsx_reader import read_xlsx
from tests.unit.inputs.building import PLAN

finite = st.floats(allow_nan=False, allow_infinity=False)
days = st.dates(min_value=dt.date(1900, 1, 1), max_value=dt.date(2400, 12, 31))
texts = st.text(max_size=70) | st.text(alphabet="0123456789.,+-()%$eE_ bpnaif/", max_size=20)


@given(finite)
def test_shortest_form_is_read_back_exactly(value: float) -> None:
    assert read_number(repr(value), where="x") == Number(value + 0.0)


@given(st.integers(-(10**12), 10**12), st.integers(0, 4))
def test_separators_signs_and_parentheses_mean_the_same(value: int, decimals: int) -> None:
    plain = f"{value / 10**decimals:.{decimals}f}"
    grouped = f"{abs(value) / 10**decimals:,.{decimals}f}"
    forms = [plain, f"({grouped})" if value < 0 else grouped]
    forms += [f"{grouped}-", f"-${grouped}"] if value < 0 else [f"+{grouped}", f"${grouped}"]
    assert {read_number(form, where="x").value for form in forms} == {float(plain) + 0.0}


@given(st.integers(-(10**12), 10**12))
def test_decimal_comma_is_the_mirror_of_the_point(value: int) -> None:
    text = f"{value / 100:,.2f}"
    mirrored = text.translate(str.maketrans(",.", ".,"))
    assert scan_number(mirrored, DecimalMark.COMMA) == scan_number(text)


@given(texts, st.sampled_from(DecimalMark))
def test_any_text_is_a_finite_number_or_an_input_error(text: str, mark: DecimalMark) -> None:
    with contextlib.suppress(InputError):
        assert math.isfinite(read_number(text, where="x", mark=mark).value)


@given(texts)
def test_nothing_is_accepted_that_strict_reading_by_float_would_call_another_number(
    text: str,
) -> None:
    """Where both our grammar and Python read a plain text, they read the same number."""
    scanned = scan_number(text)
    if isinstance(scanned, Number) and not scanned.currency and scanned.unit.value == "plain":
        with contextlib.suppress(ValueError):
            assert scanned.value == float(text)


@given(days)
def test_dates_round_trip_in_every_order(day: dt.date) -> None:
    forms = {
        DateOrder.ISO: day.isoformat(),
        DateOrder.COMPACT: day.strftime("%Y%m%d"),
        DateOrder.DAY_FIRST: f"{day.day}/{day.month}/{day.year}",
        DateOrder.MONTH_FIRST: f"{day.month:02}-{day.day:02}-{day.year}",
    }
    assert {scan_date(text, order) for order, text in forms.items()} == {day}


@given(texts, st.sampled_from(DateOrder))
def test_any_text_is_a_day_or_an_input_error(text: str, order: DateOrder) -> None:
    with contextlib.suppress(InputError):
        assert (
            dt.date(1900, 1, 1) <= read_date(text, where="x", order=order) <= dt.date(2400, 12, 31)
        )


@given(st.binary(max_size=200) | st.text(alphabet='a1,;\t"\n\r\0 ', max_size=60).map(str.encode))
def test_any_bytes_are_a_table_or_an_input_error(data: bytes) -> None:
    with contextlib.suppress(InputError):
        table = read_csv(data, source="x.csv")
        assert len(table) > 0
        assert {len(row) for row in table.rows} == {len(table.columns)}


@given(st.binary(max_size=200).map(lambda tail: b"PK\x03\x04" + tail) | st.binary(max_size=50))
def test_any_bytes_called_a_workbook_are_an_input_error(data: bytes) -> None:
    with contextlib.suppress(InputError):
        raise AssertionError(read_xlsx(data, source="x.xlsx"))


@given(st.text(max_size=40), st.text(alphabet="abcdef.=[]{}\"'0123456789-_\n ", max_size=40))
def test_any_override_and_any_toml_is_a_plan_or_an_input_error(anything: str, toml: str) -> None:
    with contextlib.suppress(InputError):
        with_overrides({"plan": {"name": "x"}, "list": [1]}, [anything, f"list.{anything}=1"])
    with contextlib.suppress(InputError):
        plan_settings((PLAN + toml).encode(), source="plan.toml")
