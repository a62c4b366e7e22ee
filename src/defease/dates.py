"""Days, months and year fractions, the same rules in every room.

Time is measured in years of 365 days from the valuation date wherever money is discounted:
``t = (date - valuation_date) / 365``.  Months are added by the calendar: the same day of the month,
or the month's last day when the month is shorter (29 February plus twelve months is 28 February).
"""

from __future__ import annotations

import datetime as dt
from enum import StrEnum

import numpy as np

from defease.arrays import BoolArray, DateArray, FloatArray, IntArray, read_only
from defease.errors import bad_input

DAYS_PER_YEAR = 365.0
MONTHS_PER_YEAR = 12
LONGEST_MONTH = 31
MANY_DATES = 64


class DayCount(StrEnum):
    """How days between two dates become a share of a year or of a coupon period."""

    THIRTY_360 = "30/360"
    ACT_ACT_ICMA = "ACT/ACT"
    ACT_365F = "ACT/365F"
    ACT_360 = "ACT/360"


def parse_iso_date(text: str, *, where: str = "date") -> dt.date:
    """A date written year-month-day.

    Examples
    --------
    >>> parse_iso_date("2024-08-31")
    datetime.date(2024, 8, 31)
    >>> parse_iso_date("31/8/2024")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    ...
    defease.errors.InputError: date: '31/8/2024' is not a date; write it year-month-day, ...
    """
    try:
        return dt.date.fromisoformat(text.strip())
    except ValueError:
        remedy = "write it year-month-day, as 2025-12-31"
        raise bad_input(where=where, what=f"'{text}' is not a date", remedy=remedy) from None


def to_date(day: np.datetime64) -> dt.date:
    """A numpy day as a plain date."""
    found: dt.date = day.astype("datetime64[D]").item()
    return found


def days_in_month(months: DateArray) -> IntArray:
    """Length of each calendar month (`datetime64[M]`) in days."""
    first = months.astype("datetime64[M]")
    return (_first_day(first + 1) - _first_day(first)).astype(np.int64)


def month_end(day: dt.date) -> dt.date:
    """The last day of the date's month.

    Examples
    --------
    >>> month_end(dt.date(2024, 2, 5))
    datetime.date(2024, 2, 29)
    """
    next_month = np.datetime64(day, "M") + 1
    return to_date(next_month.astype("datetime64[D]") - np.timedelta64(1, "D"))


def is_month_end(days: DateArray) -> BoolArray:
    """Whether each day is the last of its month."""
    tomorrow = days.astype("datetime64[D]") + 1
    last: BoolArray = _month_of(tomorrow) != _month_of(days)
    return last


def day_of_month(days: DateArray) -> IntArray:
    """The day's number within its month, 1 to 31."""
    return (days - _first_day(_month_of(days))).astype(np.int64) + 1


def add_months_to(
    days: DateArray | dt.date, months: IntArray | int, *, anchor_days: IntArray | int | None = None
) -> DateArray:
    """Each day moved by whole calendar months, cut to the length of the month it falls in.

    Parameters
    ----------
    days
        Starting days; broadcast against `months`.
    months
        Months to add; negative moves back.
    anchor_days
        Day of the month to aim at instead of the starting day's own: 31 gives month ends.

    Examples
    --------
    >>> add_months_to(dt.date(2028, 2, 29), np.array([12, 48]))
    array(['2029-02-28', '2032-02-29'], dtype='datetime64[D]')
    """
    start = np.asarray(days, dtype="datetime64[D]")
    aimed = day_of_month(start) if anchor_days is None else np.asarray(anchor_days, dtype=np.int64)
    target = _month_of(start) + np.asarray(months, dtype=np.int64)
    day = np.minimum(aimed, days_in_month(target))
    moved: DateArray = _first_day(target) + (day - 1)
    return moved


def add_months(day: dt.date, months: int) -> dt.date:
    """The same day `months` later, or the month's last day when the month is shorter.

    Examples
    --------
    >>> add_months(dt.date(2024, 8, 31), 6)
    datetime.date(2025, 2, 28)
    """
    return to_date(np.datetime64(add_months_to(day, months).item(), "D"))


def years_between(start: dt.date, days: DateArray) -> FloatArray:
    """Years from `start` to each day, actual days over 365: the time of all discounting.

    Examples
    --------
    >>> import numpy as np
    >>> years_between(dt.date(2024, 1, 1), np.array(["2024-12-31"], dtype="datetime64[D]"))
    array([1.])
    """
    elapsed = days.astype("datetime64[D]") - np.datetime64(start, "D")
    return read_only(elapsed.astype(np.int64) / DAYS_PER_YEAR)


def day_count_days(start: DateArray, end: DateArray, convention: DayCount) -> FloatArray:
    """Days between two dates: actual ones, or months of 30 days for 30/360.

    30/360 is the US bond basis: a start on the 31st (or on the last day of February) counts as the
    30th; an end on the 31st counts as the 30th when the start is the 30th or 31st; an end on the
    last day of February counts as the 30th when the start is one too.

    Examples
    --------
    >>> import numpy as np
    >>> first, last = (np.array([d], dtype="datetime64[D]") for d in ("2025-01-31", "2025-07-31"))
    >>> day_count_days(first, last, DayCount.THIRTY_360)
    array([180.])
    >>> day_count_days(first, last, DayCount.ACT_360)
    array([181.])
    """
    if convention is not DayCount.THIRTY_360:
        return (end - start).astype(np.int64).astype(np.float64)
    start_in_february, end_in_february = _is_february_end(start), _is_february_end(end)
    first, last = day_of_month(start), day_of_month(end)
    last = np.where(start_in_february & end_in_february, 30, last)
    first = np.where(start_in_february | (first == 31), 30, first)
    last = np.where((last == 31) & (first >= 30), 30, last)
    months = (_month_of(end) - _month_of(start)).astype(np.int64)
    counted: FloatArray = 30.0 * months + (last - first)
    return counted


def _first_day(months: DateArray | np.datetime64) -> DateArray:
    wanted = np.asarray(months, dtype="datetime64[M]")
    low, high = _span(wanted)
    if not 0 <= high - low <= wanted.size:
        return wanted.astype("datetime64[D]")
    # numpy converts one date in 40 ns: many dates of few months are looked up instead
    starts = np.arange(low, high + 1).astype("datetime64[M]").astype("datetime64[D]")
    return np.asarray(starts[wanted.astype(np.int64) - low])


def _month_of(days: DateArray) -> DateArray:
    given = np.asarray(days, dtype="datetime64[D]")
    low, high = _span(given)
    if not 0 <= high - low <= LONGEST_MONTH * given.size:
        return given.astype("datetime64[M]")
    first, last = (np.datetime64(day, "D").astype("datetime64[M]") for day in (low, high))
    months = np.arange(first, last + 1)
    starts = _first_day(np.arange(first, last + 2))
    by_day = np.repeat(months, (starts[1:] - starts[:-1]).astype(np.int64))
    return np.asarray(by_day[(given - starts[0]).astype(np.int64)])


def _span(dates: DateArray) -> tuple[int, int]:
    """Smallest and largest date as numbers, in the wrong order when there are too few to matter."""
    numbers = dates.astype(np.int64)
    if numbers.size < MANY_DATES:
        return 0, -1
    return int(numbers.min()), int(numbers.max())


def _is_february_end(days: DateArray) -> BoolArray:
    february = 1  # months of a year counted from zero
    months = _month_of(days).astype(np.int64) % MONTHS_PER_YEAR
    found: BoolArray = (months == february) & is_month_end(days)
    return found
