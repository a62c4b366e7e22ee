"""Holes in published series: named, never filled."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from defease.arrays import DateArray, FloatArray, read_only
from defease.errors import bad_input
from defease.market.observations import Observations, Series
from defease.market.terms import years_of

# Weekends and the closure of September 2001 are no holes; a month without a quote is.
_HOLE_ROWS = 20
_SPIKE = 0.015
_LISTED = 12
Months = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Hole:
    """A stretch in which a tenor was not published although others were."""

    series: Series
    first: str
    last: str


def holes(observations: Observations) -> tuple[Hole, ...]:
    """Stretches of more than 20 published days within a series' life on which it has no figure."""
    days = observations.days
    found: list[Hole] = []
    for series in observations.series:
        own, _ = observations.history(series)
        places = np.searchsorted(days, own)
        found.extend(
            Hole(series, str(days[places[i] + 1]), str(days[places[i + 1] - 1]))
            for i in np.flatnonzero(np.diff(places) > _HOLE_ROWS)
        )
    return tuple(found)


def lives(observations: Observations) -> tuple[str, ...]:
    """First and last day and the holes of every series, one sentence each."""
    missing: dict[Series, list[str]] = {}
    for hole in holes(observations):
        missing.setdefault(hole.series, []).append(f"none from {hole.first} to {hole.last}")
    sentences = []
    for series in observations.series:
        own, _ = observations.history(series)
        if own.size:
            parts = [f"{series.item or series}: {own[0]} to {own[-1]}", *missing.get(series, [])]
            sentences.append(", ".join(parts))
    return tuple(sentences)


def missing_months(days: DateArray) -> Months:
    """The months between the first and the last that have no figure.

    Examples
    --------
    >>> missing_months(np.array(["2025-09-01", "2025-11-01"], dtype="datetime64[D]"))
    ('2025-10',)
    """
    if not days.size:
        return ()
    given = np.unique(days.astype("datetime64[M]"))
    every = np.arange(given[0], given[-1] + 1)
    return tuple(str(month) for month in np.setdiff1d(every, given))


def listed(names: Months) -> str:
    """Names in a sentence, shortened after twelve."""
    shown = ", ".join(names[:_LISTED])
    return shown if len(names) <= _LISTED else f"{shown} and {len(names) - _LISTED} more"


def spikes(observations: Observations) -> tuple[str, ...]:
    """Rates more than 1.5 points above, or below, both their neighbours in time.

    A misplaced decimal point or a swapped cell shows as such; a real move stays.

    Examples
    --------
    >>> from defease.market.observations import gathered
    >>> days = np.arange("2026-01-05", "2026-01-08", dtype="datetime64[D]")
    >>> spikes(gathered([(Series("par_yield", "UST", "10Y"), days, [0.042, 0.42, 0.042])]))
    ('10Y on 2026-01-06 is 42%, beside 4.2% and 4.2%',)
    """
    found: list[str] = []
    for series in observations.series:
        days, rates = observations.history(series)
        steps = np.diff(rates)
        jumps = (np.abs(steps[:-1]) > _SPIKE) & (np.abs(steps[1:]) > _SPIKE)
        for i in np.flatnonzero(jumps & (steps[:-1] * steps[1:] < 0)) + 1:
            before, here, after = 100 * rates[i - 1 : i + 2]
            name = series.item or str(series)
            found.append(f"{name} on {days[i]} is {here:g}%, beside {before:g}% and {after:g}%")
    return tuple(found)


@dataclass(frozen=True, eq=False)
class MonthlyTable:
    """Months in order without a hole, and the values of each item, shape (months, items)."""

    months: DateArray
    items: tuple[str, ...]
    values: FloatArray


def monthly_table(
    observations: Observations, measure: str, subject: str, *, first: str, last: str
) -> MonthlyTable:
    """Every month from first to last (YYYY-MM) of a measure; a month or cell missing is refused.

    Items come in order of maturity where they are maturities, else in the order of the file.

    Examples
    --------
    >>> from defease.market.observations import gathered
    >>> months = np.array(["2025-09-01", "2025-11-01"], dtype="datetime64[D]")
    >>> cpi = gathered([(Series("price_index", "CPI-U"), months, [324.8, 324.122])])
    >>> monthly_table(cpi, "price_index", "CPI-U", first="2025-09", last="2025-11")
    Traceback (most recent call last):
    ...
    defease.errors.InputError: price_index CPI-U: 2025-10 is missing of the 3 months 2025-09 to
    2025-11; add the months, or choose a period that has them all
    """
    found = observations.of(measure, subject)
    span = np.arange(np.datetime64(first, "M"), np.datetime64(last, "M") + 1)
    items = sorted({series.item for series in found.series}, key=_by_maturity)
    columns = [_monthly(found, Series(measure, subject, item), span) for item in items]
    absent = [month for month, _ in columns]
    lacking = tuple(str(m) for m in span[np.any(absent, axis=0)]) if columns else ("all",)
    if lacking:
        verb = "is" if len(lacking) == 1 else "are"
        raise bad_input(
            where=f"{measure} {subject}".strip(),
            what=f"{listed(lacking)} {verb} missing of the {len(span)} months {first} to {last}",
            remedy="add the months, or choose a period that has them all",
        )
    table = np.stack([values for _, values in columns], axis=1)
    return MonthlyTable(read_only(span.astype("datetime64[D]")), tuple(items), read_only(table))


def _monthly(
    found: Observations, series: Series, span: DateArray
) -> tuple[np.ndarray[tuple[int, ...], np.dtype[np.bool_]], FloatArray]:
    days, values = found.history(series)
    months = days.astype("datetime64[M]")
    places = np.minimum(np.searchsorted(months, span), max(len(months) - 1, 0))
    if not len(months):
        return np.ones(len(span), dtype=bool), np.zeros(len(span))
    return months[places] != span, values[places]


def _by_maturity(item: str) -> tuple[float, str]:
    try:
        return years_of(item), ""
    except ValueError:
        return 0.0, item
