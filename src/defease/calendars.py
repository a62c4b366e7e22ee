"""Business days by named holiday calendars, computed from each calendar's own rules.

A calendar is a list of holidays (a date rule, the years in which it holds, what happens on a
weekend), and the few days on which a market was closed or open against its rules, each with its
source.  Saturdays and Sundays are never business days.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, StrEnum
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from defease.arrays import BoolArray, DateArray, IntArray, read_only
from defease.dates import to_date
from defease.errors import bad_input

if TYPE_CHECKING:
    import numpy.typing as npt

FIRST_YEAR, LAST_YEAR = 1990, 2200
ONE_DAY = np.timedelta64(1, "D")
MONDAY, THURSDAY, FRIDAY, SATURDAY, SUNDAY = 0, 3, 4, 5, 6
DAYS_PER_WEEK = 7


class HolidayCalendar(StrEnum):
    """Whose holidays count.

    ``us_bond_market`` follows the recommendations of SIFMA for US government securities,
    ``us_federal`` the offices of the federal government (5 U.S.C. 6103), ``target`` the euro's
    payment system, ``uk`` the bank holidays of England and Wales; ``weekends`` knows no holidays.
    """

    US_BOND_MARKET = "us_bond_market"
    US_FEDERAL = "us_federal"
    TARGET = "target"
    UK = "uk"
    WEEKENDS = "weekends"


class _Moved(Enum):
    """Days by which a holiday moves that falls on a Saturday, and on a Sunday."""

    NOT = (0, 0)
    SUNDAY_TO_MONDAY = (0, 1)
    TO_NEAREST = (-1, 1)
    TO_MONDAY = (2, 1)
    TWO_DAYS_ON = (2, 2)


_Rule = Callable[[IntArray], DateArray]


@dataclass(frozen=True)
class _Holiday:
    rule: _Rule
    moved: _Moved = _Moved.NOT
    since: int = FIRST_YEAR


def is_business_day(days: DateArray | dt.date, calendar: HolidayCalendar) -> BoolArray:
    """Whether each day is neither on a weekend nor a holiday of the calendar.

    Raises
    ------
    InputError
        For a day outside 1990 to 2200, the years for which the rules are written.

    Examples
    --------
    >>> days = np.array(["2010-05-28", "2010-05-31"], dtype="datetime64[D]")
    >>> is_business_day(days, HolidayCalendar.US_BOND_MARKET)
    array([ True, False])
    """
    found: BoolArray = np.asarray(np.is_busday(_covered(days), busdaycal=_business(calendar)))
    return found


def business_day_on_or_after(days: DateArray | dt.date, calendar: HolidayCalendar) -> DateArray:
    """Each day itself when business is done on it, else the next day on which it is.

    Examples
    --------
    >>> business_day_on_or_after(dt.date(2025, 2, 15), HolidayCalendar.US_BOND_MARKET)
    array('2025-02-18', dtype='datetime64[D]')
    """
    return _offset(days, 0, calendar, roll="forward")


def business_day_on_or_before(days: DateArray | dt.date, calendar: HolidayCalendar) -> DateArray:
    """Each day itself when business is done on it, else the last day before on which it was."""
    return _offset(days, 0, calendar, roll="backward")


def add_business_days(
    days: DateArray | dt.date, count: npt.ArrayLike, calendar: HolidayCalendar
) -> DateArray:
    """The so many-th business day after each day, or before it when the count is negative.

    A count of 0 keeps business days and moves others to the next one.

    Examples
    --------
    >>> add_business_days(dt.date(2004, 9, 7), -7, HolidayCalendar.UK)
    array('2004-08-26', dtype='datetime64[D]')
    """
    counts = np.asarray(count, dtype=np.int64)
    later = _offset(days, np.maximum(counts, 0), calendar, roll="backward")
    earlier = _offset(days, np.minimum(counts, 0), calendar, roll="forward")
    moved: DateArray = np.where(counts > 0, later, earlier)
    return moved


def settlement_date(
    trade_date: dt.date, *, lag: int = 1, calendar: HolidayCalendar = HolidayCalendar.US_BOND_MARKET
) -> dt.date:
    """The day on which bonds and money change hands, `lag` business days after the trade.

    US Treasuries settle on the next business day (T+1, the default), so do US corporate bonds since
    28 May 2024 (before: T+2, before 5 September 2017: T+3).

    Examples
    --------
    >>> settlement_date(dt.date(2015, 12, 31))
    datetime.date(2016, 1, 4)
    """
    if lag < 0:
        remedy = "give a lag of 0 or more"
        raise bad_input(where="settlement", what=f"a lag of {lag} business days", remedy=remedy)
    return to_date(np.datetime64(add_business_days(trade_date, lag, calendar).item(), "D"))


@cache
def holidays(calendar: HolidayCalendar) -> DateArray:
    """The calendar's holidays on weekdays from 1990 to 2200, in order.

    Examples
    --------
    >>> days = holidays(HolidayCalendar.TARGET)
    >>> days[days.astype("datetime64[Y]") == np.datetime64("2024")].astype(str).tolist()
    ['2024-01-01', '2024-03-29', '2024-04-01', '2024-05-01', '2024-12-25', '2024-12-26']
    """
    years = np.arange(FIRST_YEAR, LAST_YEAR + 2)
    by_rule = [_observed(rule, years) for rule in _RULES[calendar]]
    closed = np.array(list(_CLOSED.get(calendar, ())), dtype="datetime64[D]")
    opened = np.array(list(_OPEN.get(calendar, ())), dtype="datetime64[D]")
    found = np.setdiff1d(np.concatenate([*by_rule, closed]), opened)
    within = (found >= _first_day(FIRST_YEAR)) & (found < _first_day(LAST_YEAR + 1))
    return read_only(found[within & (_weekday(found) < SATURDAY)])


@cache
def _business(calendar: HolidayCalendar) -> np.busdaycalendar:
    return np.busdaycalendar(weekmask="1111100", holidays=holidays(calendar))


def _offset(
    days: DateArray | dt.date, count: npt.ArrayLike, calendar: HolidayCalendar, *, roll: str
) -> DateArray:
    business = _business(calendar)
    moved = np.busday_offset(_covered(days), count, roll=roll, busdaycal=business)  # type: ignore[call-overload]
    return _covered(np.asarray(moved))


def _covered(days: DateArray | dt.date) -> DateArray:
    """The days, refused where the rules of no calendar reach."""
    given: DateArray = np.asarray(days, dtype="datetime64[D]")
    outside = ~((given >= _first_day(FIRST_YEAR)) & (given < _first_day(LAST_YEAR + 1)))
    if outside.any():
        what = f"{given[outside].flat[0]} is outside {FIRST_YEAR} to {LAST_YEAR}"
        remedy = "holiday rules are written for these years only; give a day within them"
        raise bad_input(where="business days", what=what, remedy=remedy)
    return given


def _observed(holiday: _Holiday, years: IntArray) -> DateArray:
    days = holiday.rule(years[years >= holiday.since])
    moved: DateArray = days + _shift(_weekday(days), holiday.moved)
    return moved


def _shift(weekday: IntArray, moved: _Moved) -> IntArray:
    days_on = np.zeros(DAYS_PER_WEEK, dtype=np.int64)
    days_on[[SATURDAY, SUNDAY]] = moved.value
    return days_on[weekday]


def _weekday(days: DateArray) -> IntArray:
    """Monday 0 to Sunday 6; 1970-01-01 was a Thursday."""
    weekday: IntArray = (days.astype(np.int64) + THURSDAY) % DAYS_PER_WEEK
    return weekday


def _first_day(year: int) -> np.datetime64:
    return np.datetime64(f"{year}-01-01", "D")


def _day(years: IntArray, month: int, day: int) -> DateArray:
    months = (years - 1970).astype("datetime64[Y]").astype("datetime64[M]") + (month - 1)
    found: DateArray = months.astype("datetime64[D]") + (day - 1)
    return found


def _on(month: int, day: int) -> _Rule:
    return lambda years: _day(years, month, day)


def _nth(count: int, weekday: int, month: int) -> _Rule:
    """The first, second, ... of a weekday within a month."""

    def rule(years: IntArray) -> DateArray:
        first = _day(years, month, 1)
        found: DateArray = (
            first + (weekday - _weekday(first)) % DAYS_PER_WEEK + DAYS_PER_WEEK * (count - 1)
        )
        return found

    return rule


def _last_monday(month: int) -> _Rule:
    """The last Monday of a month of 31 days."""

    def rule(years: IntArray) -> DateArray:
        last = _day(years, month, 31)
        found: DateArray = last - _weekday(last)
        return found

    return rule


def easter_sundays(years: IntArray) -> DateArray:
    """Easter Sunday of each year of the Gregorian calendar.

    The tables of the calendar reform as arithmetic (the anonymous rule printed in Nature, 1876):
    golden number, century and its leap-year and moon corrections, then the next Sunday.

    Examples
    --------
    >>> easter_sundays(np.array([2024, 2038])).astype(str).tolist()
    ['2024-03-31', '2038-04-25']
    """
    golden, century, of_century = years % 19, years // 100, years % 100
    moon = century - century // 4 - (century - (century + 8) // 25 + 1) // 3
    epact = (19 * golden + moon + 15) % 30
    to_sunday = (32 + 2 * (century % 4) + 2 * (of_century // 4) - epact - of_century % 4) % 7
    late = (golden + 11 * epact + 22 * to_sunday) // 451
    after_march_21 = epact + to_sunday - 7 * late + 1
    found: DateArray = _day(years, 3, 21) + after_march_21
    return found


def _easter(offset: int) -> _Rule:
    return lambda years: easter_sundays(years) + offset


def _good_friday_without_employment_report(years: IntArray) -> DateArray:
    """Good Fridays on which the bond market is shut.

    Since 1996 it opens for the morning when the employment report is published on the day, which
    is the first Friday of April.
    """
    days = easter_sundays(years) - 2
    in_april = (days - _day(years, 4, 1)).astype(np.int64)
    morning = (years >= 1996) & (in_april >= 0) & (in_april < DAYS_PER_WEEK)
    found: DateArray = days[~morning]
    return found


_US_COMMON = (
    _Holiday(_nth(3, MONDAY, 1)),  # birthday of Martin Luther King
    _Holiday(_nth(3, MONDAY, 2)),  # Washington's birthday
    _Holiday(_last_monday(5)),  # Memorial Day
    _Holiday(_on(7, 4), _Moved.TO_NEAREST),
    _Holiday(_nth(1, MONDAY, 9)),  # Labor Day
    _Holiday(_nth(2, MONDAY, 10)),  # Columbus Day
    _Holiday(_nth(4, THURSDAY, 11)),  # Thanksgiving
    _Holiday(_on(12, 25), _Moved.TO_NEAREST),
)
_RULES: dict[HolidayCalendar, tuple[_Holiday, ...]] = {
    HolidayCalendar.US_BOND_MARKET: (
        *_US_COMMON,
        _Holiday(_on(1, 1), _Moved.SUNDAY_TO_MONDAY),  # year-end business is not closed on a Friday
        _Holiday(_good_friday_without_employment_report),
        _Holiday(_on(6, 19), _Moved.TO_NEAREST, since=2022),  # Juneteenth
        _Holiday(_on(11, 11), _Moved.SUNDAY_TO_MONDAY),  # Veterans Day
    ),
    HolidayCalendar.US_FEDERAL: (
        *_US_COMMON,
        _Holiday(_on(1, 1), _Moved.TO_NEAREST),
        _Holiday(_on(6, 19), _Moved.TO_NEAREST, since=2021),  # Public Law 117-17
        _Holiday(_on(11, 11), _Moved.TO_NEAREST),
    ),
    HolidayCalendar.TARGET: (
        _Holiday(_on(1, 1)),
        _Holiday(_easter(-2), since=2000),
        _Holiday(_easter(1), since=2000),
        _Holiday(_on(5, 1), since=2000),
        _Holiday(_on(12, 25)),
        _Holiday(_on(12, 26), since=2000),
    ),
    HolidayCalendar.UK: (
        _Holiday(_on(1, 1), _Moved.TO_MONDAY),
        _Holiday(_easter(-2)),
        _Holiday(_easter(1)),
        _Holiday(_nth(1, MONDAY, 5)),  # early May
        _Holiday(_last_monday(5)),  # spring
        _Holiday(_last_monday(8)),  # summer
        _Holiday(_on(12, 25), _Moved.TWO_DAYS_ON),
        _Holiday(_on(12, 26), _Moved.TWO_DAYS_ON),
    ),
    HolidayCalendar.WEEKENDS: (),
}
_CLOSED: dict[HolidayCalendar, dict[str, str]] = {
    HolidayCalendar.US_BOND_MARKET: {
        "1994-04-27": "mourning for Richard Nixon; the Federal Reserve's H.15 has no yields",
        "2001-09-11": "attack on New York; H.15 has no yields",
        "2001-09-12": "attack on New York; H.15 has no yields",
        "2004-06-11": "mourning for Ronald Reagan; Bond Market Association",
        "2012-10-30": "Hurricane Sandy; SIFMA",
        "2018-12-05": "mourning for George H. W. Bush; SIFMA",
    },
    HolidayCalendar.TARGET: {
        "1998-12-31": "changeover to the euro; European Central Bank",
        "1999-12-31": "turn of the century; European Central Bank",
        "2001-12-31": "euro notes and coins; European Central Bank",
    },
    # proclamations under the Banking and Financial Dealings Act 1971
    HolidayCalendar.UK: {
        "1995-05-08": "fifty years since the end of the war in Europe, for the first Monday of May",
        "1999-12-31": "turn of the century",
        "2002-06-03": "Golden Jubilee",
        "2002-06-04": "spring holiday moved to the Golden Jubilee",
        "2011-04-29": "royal wedding",
        "2012-06-04": "spring holiday moved to the Diamond Jubilee",
        "2012-06-05": "Diamond Jubilee",
        "2020-05-08": "75 years since the end of the war in Europe, for the first Monday of May",
        "2022-06-02": "spring holiday moved to the Platinum Jubilee",
        "2022-06-03": "Platinum Jubilee",
        "2022-09-19": "state funeral of Elizabeth II",
        "2023-05-08": "coronation of Charles III",
    },
}
_OPEN: dict[HolidayCalendar, tuple[str, ...]] = {
    HolidayCalendar.UK: ("1995-05-01", "2002-05-27", "2012-05-28", "2020-05-04", "2022-05-30"),
}
