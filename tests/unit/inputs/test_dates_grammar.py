from __future__ import annotations

import datetime as dt

import pytest

from defease.inputs.dates_grammar import (
    DateOrder,
    OrderDecision,
    date_from_serial,
    decide_order,
    scan_date,
)
from defease.inputs.numbers import Refusal


@pytest.mark.parametrize(
    ("text", "order", "day"),
    [
        ("2028-02-29", DateOrder.ISO, dt.date(2028, 2, 29)),
        ("2200-12-31", DateOrder.ISO, dt.date(2200, 12, 31)),
        ("2025-12-31 00:00:00", DateOrder.ISO, dt.date(2025, 12, 31)),
        ("2025-12-31T00:00:00Z", DateOrder.ISO, dt.date(2025, 12, 31)),
        ("31-Dec-2025", DateOrder.ISO, dt.date(2025, 12, 31)),
        ("1 September 2034", DateOrder.ISO, dt.date(2034, 9, 1)),
        ("03/03/2027", DateOrder.ISO, dt.date(2027, 3, 3)),
        ("03/04/2027", DateOrder.DAY_FIRST, dt.date(2027, 4, 3)),
        ("03/04/2027", DateOrder.MONTH_FIRST, dt.date(2027, 3, 4)),
        ("3.4.2027", DateOrder.DAY_FIRST, dt.date(2027, 4, 3)),
        ("20251231", DateOrder.COMPACT, dt.date(2025, 12, 31)),
        ("2025-12-31", DateOrder.DAY_FIRST, dt.date(2025, 12, 31)),
    ],
)
def test_accepted_dates(text: str, order: DateOrder, day: dt.date) -> None:
    assert scan_date(text, order) == day


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("03/04/2027", "can be 4 March or 3 April 2027"),
        ("25/04/2027", "not an ISO date"),
        ("2027-02-29", "not a day of the calendar"),
        ("3/4/27", "two-digit year"),
        ("31-Dec-25", "two-digit year"),
        ("45657", "serial day number"),
        ("20251231", "not an ISO date"),
        ("2025-12-31 10:30", "time of day"),
        ("1 Foo 2025", "month name"),
        ("0001-01-01", "outside the years"),
        ("9999-12-31", "outside the years"),
        ("soon", "not a date"),
        ("", "empty"),
        ("\uff12\uff10\uff12\uff15-12-31", "not a date"),
    ],
)
def test_refused_dates_each_with_its_own_sentence(text: str, said: str) -> None:
    scanned = scan_date(text)
    assert isinstance(scanned, Refusal)
    assert said in scanned.what
    assert scanned.remedy


def test_a_row_of_the_column_decides_and_is_named() -> None:
    decision = decide_order([("a.csv: line 2", "03/04/2027"), ("a.csv: line 3", "25/04/2027")])
    assert isinstance(decision, OrderDecision)
    assert decision.order is DateOrder.DAY_FIRST
    assert "a.csv: line 3" in decision.reason


def test_rows_that_contradict_each_other_are_refused() -> None:
    decision = decide_order([("line 2", "13/04/2027"), ("line 3", "04/13/2027")])
    assert isinstance(decision, Refusal)
    assert "line 2" in decision.what
    assert "line 3" in decision.what


def test_an_undecided_column_stays_iso() -> None:
    assert decide_order([("line 2", "03/04/2027")]) == OrderDecision(DateOrder.ISO)


@pytest.mark.parametrize(
    ("serial", "from_1904", "day"),
    [
        (1, False, dt.date(1900, 1, 1)),
        (59, False, dt.date(1900, 2, 28)),
        (61, False, dt.date(1900, 3, 1)),
        (45657, False, dt.date(2024, 12, 31)),
        (0, True, dt.date(1904, 1, 1)),
        # the two systems differ by 1,462 days
        (45657 - 1462, True, dt.date(2024, 12, 31)),
        (60, True, dt.date(1904, 3, 1)),
    ],
)
def test_serial_days_of_both_systems(*, serial: int, from_1904: bool, day: dt.date) -> None:
    assert date_from_serial(serial, from_1904=from_1904) == day


@pytest.mark.parametrize(
    ("serial", "said"),
    [
        (60, "never was"),
        (0, "before the calendar"),
        (-5, "before the calendar"),
        (45657.5, "not a whole day"),
        (1e9, "not a whole day"),
        (9e6, "beyond the calendar"),
        (2e5, "outside the years"),
    ],
)
def test_serial_days_refused(serial: float, said: str) -> None:
    found = date_from_serial(serial, from_1904=False)
    assert isinstance(found, Refusal)
    assert said in found.what
