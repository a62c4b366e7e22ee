"""Calendar rules: month ends, leap days and day counts."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from defease.dates import (
    DayCount,
    add_months,
    add_months_to,
    day_count_days,
    is_month_end,
    month_end,
    parse_iso_date,
    to_date,
    years_between,
)
from defease.errors import InputError


@pytest.mark.parametrize(
    ("start", "months", "expected"),
    [
        ("2024-01-31", 1, "2024-02-29"),
        ("2023-01-31", 1, "2023-02-28"),
        ("2028-02-29", 12, "2029-02-28"),
        ("2028-02-29", 48, "2032-02-29"),
        ("2024-08-31", -6, "2024-02-29"),
        ("2024-12-15", 1200, "2124-12-15"),
    ],
)
def test_months_are_added_by_the_calendar(start: str, months: int, expected: str) -> None:
    assert add_months(dt.date.fromisoformat(start), months).isoformat() == expected


def test_an_anchor_of_31_keeps_month_ends() -> None:
    days = add_months_to(dt.date(2023, 1, 31), np.arange(1, 4), anchor_days=31)
    assert [str(day) for day in days] == ["2023-02-28", "2023-03-31", "2023-04-30"]


def test_month_ends_are_recognised_in_leap_and_common_years() -> None:
    days = np.array(["2024-02-28", "2024-02-29", "2023-02-28", "2100-02-28"], dtype="datetime64[D]")
    assert is_month_end(days).tolist() == [False, True, True, True]
    assert month_end(dt.date(2100, 2, 3)) == dt.date(2100, 2, 28)


def test_time_is_actual_days_over_365_even_across_leap_days() -> None:
    days = np.array(["2024-08-31", "2025-08-31", "2028-08-31"], dtype="datetime64[D]")
    assert years_between(dt.date(2024, 8, 31), days).tolist() == [0.0, 1.0, 1461 / 365]


# Worked examples of the 30/360 US rule as listed in ISDA and SIFMA material.
@pytest.mark.parametrize(
    ("start", "end", "days"),
    [
        ("2006-08-20", "2007-02-20", 180),
        ("2006-08-31", "2007-02-28", 178),
        ("2007-02-28", "2007-08-31", 180),
        ("2008-02-29", "2009-02-28", 360),
        ("2006-01-31", "2006-02-28", 28),
        ("2007-01-15", "2007-01-30", 15),
        ("2006-09-30", "2006-10-31", 30),
        ("2006-09-29", "2006-10-31", 32),
    ],
)
def test_thirty_360_days(start: str, end: str, days: int) -> None:
    first, last = (np.array([text], dtype="datetime64[D]") for text in (start, end))
    assert day_count_days(first, last, DayCount.THIRTY_360).tolist() == [days]


def test_a_date_that_is_none_names_its_place() -> None:
    with pytest.raises(InputError, match=r"row 3: '2023-02-29' is not a date"):
        parse_iso_date("2023-02-29", where="row 3")


def test_many_dates_at_once_follow_the_same_calendar_as_single_ones() -> None:
    days = np.arange("1999-11-29", "2001-03-02", dtype="datetime64[D]")
    moved = add_months_to(days, np.arange(len(days)) % 30 - 15)
    singly = [add_months(to_date(day), i % 30 - 15) for i, day in enumerate(days)]
    assert moved.tolist() == singly
    assert is_month_end(days).tolist() == [month_end(to_date(d)) == to_date(d) for d in days]


def test_missing_dates_among_many_stay_missing() -> None:
    days = np.full(100, np.datetime64("2024-05-31", "D"))
    days[7] = np.datetime64("NaT")
    assert np.isnat(add_months_to(days, 1)).nonzero()[0].tolist() == [7]
