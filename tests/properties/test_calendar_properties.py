"""What must hold for business days of every calendar."""

from __future__ import annotations

import datetime as dt

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from defease.calendars import (
    HolidayCalendar,
    add_business_days,
    business_day_on_or_after,
    business_day_on_or_before,
    is_business_day,
)

CALENDARS = st.sampled_from(list(HolidayCalendar))
DAYS = st.dates(dt.date(1991, 1, 1), dt.date(2199, 12, 31))


@given(DAYS, CALENDARS, st.integers(-200, 200), st.integers(-200, 200))
def test_steps_add_up_and_come_back(
    day: dt.date, calendar: HolidayCalendar, first: int, second: int
) -> None:
    start = business_day_on_or_after(day, calendar)
    there = add_business_days(start, first, calendar)
    assert is_business_day(there, calendar)
    assert add_business_days(there, second, calendar) == add_business_days(
        start, first + second, calendar
    )


@given(DAYS, CALENDARS)
def test_neighbours_enclose_a_day_and_nothing_else(day: dt.date, calendar: HolidayCalendar) -> None:
    before, after = (
        business_day_on_or_before(day, calendar),
        business_day_on_or_after(day, calendar),
    )
    assert before <= np.datetime64(day) <= after
    inside = int((after - before).astype(np.int64))
    between = before + np.arange(1, max(inside, 1))
    assert not is_business_day(between, calendar).any()
    assert (before == after) == bool(is_business_day(day, calendar))


@given(DAYS, CALENDARS)
def test_no_calendar_closes_for_a_working_week(day: dt.date, calendar: HolidayCalendar) -> None:
    week = np.datetime64(day) + np.arange(7)
    assert is_business_day(week, calendar).sum() >= 2
