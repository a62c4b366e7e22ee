"""Business days against QuantLib's calendars on every day from 1990 to 2060."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import QuantLib as ql  # noqa: N813 - its customary name

from defease.calendars import HolidayCalendar, add_business_days, is_business_day

DAYS = np.arange("1990-01-01", "2061-01-01", dtype="datetime64[D]")
EXCEL_OF_1970 = 25_569
UNITED_STATES = ql.UnitedStates
CASES = [
    # QuantLib has no closures for the mourning of 1994 and the attack of 2001; no Treasury yields
    # were published on these days
    (
        HolidayCalendar.US_BOND_MARKET,
        UNITED_STATES(UNITED_STATES.GovernmentBond),
        ["1994-04-27", "2001-09-11", "2001-09-12"],
    ),
    # the first Juneteenth (Public Law 117-17, signed on Thursday 2021-06-17) was kept on Friday
    (HolidayCalendar.US_FEDERAL, UNITED_STATES(UNITED_STATES.Settlement), ["2021-06-18"]),
    (HolidayCalendar.TARGET, ql.TARGET(), []),
    (HolidayCalendar.UK, ql.UnitedKingdom(ql.UnitedKingdom.Settlement), []),
]


def their_date(day: np.datetime64) -> Any:
    return ql.Date(int(day.astype("datetime64[D]").astype(np.int64)) + EXCEL_OF_1970)


@pytest.mark.parametrize(("calendar", "theirs", "known"), CASES, ids=[str(c[0]) for c in CASES])
def test_every_day(calendar: HolidayCalendar, theirs: Any, known: list[str]) -> None:
    ours = is_business_day(DAYS, calendar)
    other = np.array([theirs.isBusinessDay(their_date(day)) for day in DAYS])
    assert DAYS[ours != other].astype(str).tolist() == known


@pytest.mark.parametrize("count", [-9, -1, 1, 2, 15])
def test_steps_of_business_days(count: int) -> None:
    _, theirs, _ = CASES[0]
    days = np.arange("2002-01-01", "2061-01-01", 97, dtype="datetime64[D]")
    moved = add_business_days(days, count, HolidayCalendar.US_BOND_MARKET)
    other = [theirs.advance(their_date(day), count, ql.Days).ISO() for day in days]
    assert moved.astype(str).tolist() == other
