"""What the pages of matching share: which rows are printed, plain dates, missing amounts."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from defease.dates import to_date

if TYPE_CHECKING:
    import datetime as dt

    from defease.arrays import DateArray, FloatArray

MOST_ROWS = 37
"""Longer tables are printed once a year; charts and the JSON have every date."""

LEAP_DAYS = 0.03
"""Years of 365 days run ahead of the calendar by this much in four decades."""


def rows_by_year(times: FloatArray) -> list[int]:
    """Every row of a short table, the last row of each year from settlement of a long one.

    Examples
    --------
    >>> rows_by_year(np.arange(1, 49) / 12.0)
    [11, 23, 35, 47]
    """
    count = len(times)
    if count <= MOST_ROWS:
        return list(range(count))
    years = np.ceil(np.asarray(times) - LEAP_DAYS).astype(np.int64)
    return np.flatnonzero(np.append(years[1:] != years[:-1], [True])).tolist()


def days_of(dates: DateArray) -> list[dt.date]:
    """Days of the core as plain dates."""
    return [to_date(day) for day in dates]


def finite_or_none(value: float | None) -> float | None:
    """An amount, or nothing where there is none: no portfolio at all costs infinitely much.

    Examples
    --------
    >>> finite_or_none(float("inf")), finite_or_none(2.0)
    (None, 2.0)
    """
    return None if value is None or not math.isfinite(value) else float(value)
