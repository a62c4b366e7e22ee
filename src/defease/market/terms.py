"""Maturities and months as publishers write them."""

from __future__ import annotations

import re

import numpy as np

from defease.inputs.dates_grammar import scan_date
from defease.inputs.numbers import Refusal

MONTHS_PER_YEAR = 12
_TENOR = re.compile(r"([0-9]{1,3}(?:\.[0-9]{1,3})?)[ _-]?(mo|month|m|yr|year|y)s?", re.IGNORECASE)
_ISO_MONTH = re.compile(r"([0-9]{4})-([0-9]{2})")
_NAMED_MONTH = re.compile(r"([A-Za-z]{3,9})[ -]([0-9]{4})")
MONTH_NAMES = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip


def tenor_of(text: str) -> str:
    """The one spelling of a maturity ("1M", "1.5M", "0.5Y", "30Y"); empty when it is none.

    Examples
    --------
    >>> tenor_of("1.5 Month"), tenor_of("30 Yr"), tenor_of("10Y"), tenor_of("Date")
    ('1.5M', '30Y', '10Y', '')
    """
    match = _TENOR.fullmatch(text.strip())
    if match is None or float(match[1]) == 0:
        return ""
    return f"{float(match[1]):g}{match[2][0].upper()}"


def years_of(tenor: str) -> float:
    """Years of a maturity in the spelling of `tenor_of`.

    Examples
    --------
    >>> years_of("6M"), years_of("0.5Y"), years_of("30Y")
    (0.5, 0.5, 30.0)
    """
    number = float(tenor[:-1])
    return number / MONTHS_PER_YEAR if tenor.endswith("M") else number


def month_number(name: str) -> int:
    """1 to 12 of an English month name, in full or by its first three letters; 0 if it is none.

    Examples
    --------
    >>> month_number("Sep"), month_number("september"), month_number("Sum")
    (9, 9, 0)
    """
    given = name.strip().rstrip(".").lower()
    found = (i for i, full in enumerate(MONTH_NAMES, start=1) if given in (full, full[:3]))
    return next(found, 0)


def scan_month(text: str) -> np.datetime64 | Refusal:
    """The first day of a month written 2016-11, as one of its days, or as November 2016.

    Examples
    --------
    >>> str(scan_month("2016-11")), str(scan_month("Nov 2016")), str(scan_month("2016-11-30"))
    ('2016-11-01', '2016-11-01', '2016-11-01')
    >>> scan_month("11/16").what
    "'11/16' is not a month"
    """
    given = text.strip()
    year, month = 0, 0
    if match := _ISO_MONTH.fullmatch(given):
        year, month = int(match[1]), int(match[2])
    elif match := _NAMED_MONTH.fullmatch(given):
        year, month = int(match[2]), month_number(match[1])
    else:
        day = scan_date(given)
        if not isinstance(day, Refusal):
            year, month = day.year, day.month
    if year < 1 or not 1 <= month <= MONTHS_PER_YEAR:
        return Refusal(f"{given[:40]!r} is not a month", "write the month as YYYY-MM")
    return first_day(year, month)


def first_day(year: int, month: int) -> np.datetime64:
    """The first day of a month, which stands for the whole month in monthly figures."""
    return np.datetime64(f"{year:04d}-{month:02d}-01", "D")
