"""One grammar for dates: ISO always; any other order only when declared or when the column decides.

03/04/2027 can be 4 March or 3 April.  A column decides when another of its rows has a day above 12;
the decision is reported.  Two-digit years are refused.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from defease.inputs.numbers import Refusal
from defease.inputs.refusing import refuse

if TYPE_CHECKING:
    from collections.abc import Iterable

FIRST_YEAR, LAST_YEAR = 1900, 2400
_LAST_MONTH = 12
_FICTITIOUS_SERIAL = 60
_LARGEST_SERIAL = 1e7
_REMEDY = "write the date as YYYY-MM-DD"


class DateOrder(Enum):
    """The order of day, month and year where dates are not ISO, as a plan declares it."""

    ISO = "iso"
    MONTH_FIRST = "month_first"
    DAY_FIRST = "day_first"
    COMPACT = "yyyymmdd"


@dataclass(frozen=True, slots=True)
class OrderDecision:
    """What a column's dates are read as, and which row decided (empty when none had to)."""

    order: DateOrder
    reason: str = ""


_ISO = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})(?:[T ]00:00(?::00(?:\.0+)?)?Z?)?")
_ISO_WITH_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9:.]+Z?")
_COMPACT = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})")
_PARTED = re.compile(r"([0-9]{1,2})([/.-])([0-9]{1,2})\2([0-9]{4})")
_SHORT_YEAR = re.compile(r"[0-9]{1,2}([/.-])(?:[0-9]{1,2}|[A-Za-z]{3,9})\1[0-9]{2}")
_NAMED = re.compile(r"([0-9]{1,2})[ -]([A-Za-z]{3,9})[ -]([0-9]{4})")
_SERIAL = re.compile(r"[0-9]{4,5}(?:\.[0-9]+)?")
_MONTHS = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip


def scan_date(text: str, order: DateOrder = DateOrder.ISO) -> dt.date | Refusal:
    """Read one date, or say why not.

    Examples
    --------
    >>> scan_date("2028-02-29")
    datetime.date(2028, 2, 29)
    >>> scan_date("03/04/2027").what
    "'03/04/2027' can be 4 March or 3 April 2027"
    >>> scan_date("03/04/2027", DateOrder.DAY_FIRST)
    datetime.date(2027, 4, 3)
    """
    stripped = text.strip(" \t")
    if match := _ISO.fullmatch(stripped):
        return _checked(stripped, int(match[1]), int(match[2]), int(match[3]))
    if order is DateOrder.COMPACT and (match := _COMPACT.fullmatch(stripped)):
        return _checked(stripped, int(match[1]), int(match[2]), int(match[3]))
    if match := _NAMED.fullmatch(stripped):
        return _named(stripped, match)
    if match := _PARTED.fullmatch(stripped):
        return _parted(stripped, match, order)
    return _explain(stripped)


def read_date(text: str, *, where: str, order: DateOrder = DateOrder.ISO) -> dt.date:
    """Read one date or raise `InputError` naming the place."""
    scanned = scan_date(text, order)
    if isinstance(scanned, Refusal):
        refuse(where, scanned.what, scanned.remedy)
    return scanned


def decide_order(texts: Iterable[tuple[str, str]]) -> OrderDecision | Refusal:
    """Let the column decide between day first and month first: some row has a day above 12.

    ``texts`` are (place, text) pairs.  Refused when two rows contradict each other; undecided
    columns stay ISO, so that each ambiguous cell is then refused by name.

    Examples
    --------
    >>> decide_order([("row 2", "03/04/2027"), ("row 3", "25/04/2027")]).reason
    "row 3 ('25/04/2027') has a day above 12: day first"
    """
    parted = [
        (f"{place} ({text.strip()!r}) has a day above 12", match)
        for place, text in texts
        if (match := _PARTED.fullmatch(text.strip(" \t")))
    ]
    day_first = [reason for reason, match in parted if int(match[1]) > _LAST_MONTH]
    month_first = [reason for reason, match in parted if int(match[3]) > _LAST_MONTH]
    if day_first and month_first:
        what = f"{day_first[0]}: day first; {month_first[0]}: month first"
        return Refusal(f"dates contradict each other: {what}", _REMEDY)
    if day_first:
        return OrderDecision(DateOrder.DAY_FIRST, f"{day_first[0]}: day first")
    if month_first:
        return OrderDecision(DateOrder.MONTH_FIRST, f"{month_first[0]}: month first")
    return OrderDecision(DateOrder.ISO)


def date_from_serial(serial: float, *, from_1904: bool) -> dt.date | Refusal:
    """The day a spreadsheet's serial number means in the workbook's own system.

    1900 system: 1 = 1900-01-01, with a fictitious 1900-02-29 as serial 60, which is refused.
    1904 system: 0 = 1904-01-01.

    Examples
    --------
    >>> date_from_serial(45657, from_1904=False)
    datetime.date(2024, 12, 31)
    >>> date_from_serial(60, from_1904=False).what
    'serial day 60 is 1900-02-29, a day that never was'
    """
    days = int(serial) if abs(serial) < _LARGEST_SERIAL else -1
    if days != serial:
        return Refusal(f"serial day {serial:g} is not a whole day", _REMEDY)
    if days < (0 if from_1904 else 1):
        return Refusal(f"serial day {days} lies before the calendar of the workbook", _REMEDY)
    if days == _FICTITIOUS_SERIAL and not from_1904:
        return Refusal("serial day 60 is 1900-02-29, a day that never was", _REMEDY)
    start = (
        dt.date(1904, 1, 1)
        if from_1904
        else dt.date(1899, 12, 30 if days > _FICTITIOUS_SERIAL else 31)
    )
    try:
        day = start + dt.timedelta(days=days)
    except OverflowError:
        return Refusal(f"serial day {days} lies beyond the calendar", _REMEDY)
    return _checked(f"serial day {days}", day.year, day.month, day.day)


def _checked(text: str, year: int, month: int, day: int) -> dt.date | Refusal:
    try:
        found = dt.date(year, month, day)
    except ValueError:
        return Refusal(f"{text!r} is not a day of the calendar", _REMEDY)
    if not FIRST_YEAR <= year <= LAST_YEAR:
        return Refusal(
            f"{text!r} lies outside the years {FIRST_YEAR} to {LAST_YEAR}", "check the year"
        )
    return found


def _named(text: str, match: re.Match[str]) -> dt.date | Refusal:
    name = match[2].lower()
    found = [i for i, month in enumerate(_MONTHS, start=1) if name in (month, month[:3])]
    if not found:
        return Refusal(f"{text!r} has no English month name", _REMEDY)
    return _checked(text, int(match[3]), found[0], int(match[1]))


def _parted(text: str, match: re.Match[str], order: DateOrder) -> dt.date | Refusal:
    first, second, year = int(match[1]), int(match[3]), int(match[4])
    if order is DateOrder.DAY_FIRST:
        return _checked(text, year, second, first)
    if order is DateOrder.MONTH_FIRST or first == second:
        return _checked(text, year, first, second)
    if max(first, second) > _LAST_MONTH or min(first, second) < 1:
        return Refusal(
            f"{text!r} is not an ISO date",
            f'{_REMEDY}, or declare dates = "day_first" or "month_first"',
        )
    one, other = _MONTHS[first - 1].capitalize(), _MONTHS[second - 1].capitalize()
    return Refusal(
        f"{text!r} can be {second} {one} or {first} {other} {year}",
        f'{_REMEDY}, or declare dates = "day_first" or "month_first" for this file',
    )


def _explain(text: str) -> Refusal:
    if not text:
        return Refusal("is empty where a date is needed", _REMEDY)
    if len(text) > 40:
        return Refusal(f"is too long for a date ({len(text)} characters)", _REMEDY)
    if _ISO_WITH_TIME.fullmatch(text):
        return Refusal(f"{text!r} carries a time of day", _REMEDY)
    if _SHORT_YEAR.fullmatch(text):
        return Refusal(f"{text!r} has a two-digit year", "write the year with four digits")
    if _COMPACT.fullmatch(text):
        return Refusal(
            f"{text!r} is not an ISO date",
            f'{_REMEDY}, or declare dates = "yyyymmdd" for this file',
        )
    if _SERIAL.fullmatch(text):
        return Refusal(
            f"{text!r} looks like a spreadsheet's serial day number",
            f"format the column as a date, or {_REMEDY}",
        )
    return Refusal(f"{text!r} is not a date", _REMEDY)
