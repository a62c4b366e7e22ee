"""Published figures as one long table: what is measured, of whom, for which day, and the value.

Only what was published is there: a blank, a holiday and a tenor that did not exist are absent,
never zero and never interpolated.  Rates are decimals, prices per 100, indices as published.  A
monthly figure stands at the first day of its month.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from defease.arrays import (
    BoolArray,
    DateArray,
    FloatArray,
    IntArray,
    frozen_dates,
    frozen_floats,
    read_only,
)
from defease.errors import bad_input
from defease.market.terms import years_of

# One integer names a series and a day: room for every day from year 1 to 9999.
_DAYS = 4_000_000
_DAY_ZERO = 1_000_000


@dataclass(frozen=True, order=True, slots=True)
class Series:
    """What one column of figures measures: measure, subject, and maturity or other item.

    Examples
    --------
    >>> str(Series("par_yield", "UST", "10Y"))
    'par_yield UST 10Y'
    """

    measure: str
    subject: str
    item: str = ""

    def __str__(self) -> str:
        return " ".join(part for part in (self.measure, self.subject, self.item) if part)


@dataclass(frozen=True, eq=False)
class Observations:
    """Published figures, one row each; made by `gathered`.

    Attributes
    ----------
    series
        The different series, in the order of the file.
    index
        Which series a row belongs to, shape (n,).
    as_of
        The day (or first day of the month) a row is about, shape (n,).
    values
        Rates as decimals, prices per 100 face, index levels; finite, shape (n,).
    """

    series: tuple[Series, ...]
    index: IntArray
    as_of: DateArray
    values: FloatArray

    def __len__(self) -> int:
        return len(self.values)

    @property
    def days(self) -> DateArray:
        """The different days, in order."""
        return read_only(np.unique(self.as_of))

    def where(self, wanted: Callable[[Series], bool]) -> Observations:
        """The rows of the series that satisfy a condition."""
        kept = [i for i, series in enumerate(self.series) if wanted(series)]
        place = np.full(len(self.series) + 1, -1)
        place[kept] = np.arange(len(kept))
        rows = place[self.index] >= 0
        names = tuple(self.series[i] for i in kept)
        return Observations(
            names,
            read_only(place[self.index[rows]]),
            read_only(self.as_of[rows]),
            read_only(self.values[rows]),
        )

    def of(self, measure: str, subject: str | None = None) -> Observations:
        """The rows of one measure, of one subject where it is named."""
        return self.where(lambda s: s.measure == measure and subject in (None, s.subject))

    def history(self, series: Series) -> tuple[DateArray, FloatArray]:
        """Days and values of one series, by day; empty when there is no such series."""
        place = self.series.index(series) if series in self.series else -1
        rows = np.flatnonzero(self.index == place)
        order = rows[np.argsort(self.as_of[rows], kind="stable")]
        return read_only(self.as_of[order]), read_only(self.values[order])

    def on(self, day: dt.date) -> Observations:
        """The rows of one day."""
        rows = self.as_of == np.datetime64(day, "D")
        return self.rows(rows)

    def between(self, first: dt.date, last: dt.date) -> Observations:
        """The rows of all days from first to last, both included."""
        first_day, last_day = np.datetime64(first, "D"), np.datetime64(last, "D")
        return self.rows((self.as_of >= first_day) & (self.as_of <= last_day))

    def value(self, series: Series, day: dt.date) -> float:
        """One figure; where it was not published, `InputError` names it."""
        found = self.on(day).where(lambda s: s == series)
        if not len(found):
            raise bad_input(
                where=f"{series} on {day}",
                what="was not published",
                remedy="choose another day, or give the figure yourself",
            )
        return float(found.values[0])

    def rows(self, rows: BoolArray | IntArray) -> Observations:
        """The rows of a mask, or of row numbers in their order."""
        return Observations(
            self.series,
            read_only(self.index[rows]),
            read_only(self.as_of[rows]),
            read_only(self.values[rows]),
        )


Column = tuple[Series, Sequence[dt.date] | DateArray, Sequence[float | None]]


def gathered(columns: Iterable[Column], *, source: str = "") -> Observations:
    """Columns of figures as one table; missing cells (None) leave no row.

    A day that comes twice in a series is refused; `source` is the file named then.

    Examples
    --------
    >>> days = [dt.date(2026, 1, 2), dt.date(2026, 1, 5)]
    >>> found = gathered([(Series("par_yield", "UST", "10Y"), days, [0.042, None])])
    >>> len(found), found.values
    (1, array([0.042]))
    """
    names: dict[Series, int] = {}
    index: list[IntArray] = []
    days: list[DateArray] = []
    values: list[float] = []
    for series, when, figures in columns:
        given = np.array([figure is not None for figure in figures], dtype=bool)
        place = names.setdefault(series, len(names))
        index.append(np.full(int(given.sum()), place))
        days.append(np.array(when, dtype="datetime64[D]")[given])
        values.extend(figure for figure in figures if figure is not None)
    found = Observations(
        tuple(names),
        read_only(np.concatenate(index) if index else np.zeros(0, dtype=np.int64)),
        frozen_dates(np.concatenate(days) if days else np.zeros(0, dtype="datetime64[D]")),
        frozen_floats(values, name="figures"),
    )
    _refuse_twice(found, source)
    return found


def keys_of(index: IntArray, as_of: DateArray) -> IntArray:
    """One integer for each pair of series and day, in order of series, then day."""
    numbers: IntArray = index.astype(np.int64) * _DAYS + as_of.astype(np.int64) + _DAY_ZERO
    return numbers


def _refuse_twice(found: Observations, source: str) -> None:
    keys = keys_of(found.index, found.as_of)
    order = np.argsort(keys, kind="stable")
    twice = np.flatnonzero(np.diff(keys[order]) == 0)
    if twice.size:
        row = int(order[twice[0]])
        raise bad_input(
            where=f"{source}: {found.series[int(found.index[row])]}".removeprefix(": "),
            what=f"has two figures for {found.as_of[row]}",
            remedy="keep one row for each day",
        )


@dataclass(frozen=True, eq=False)
class CurvePoints:
    """The points of one curve on one day: years and decimal rates, both increasing in years."""

    day: dt.date
    maturities: FloatArray
    rates: FloatArray


def curve_points(
    observations: Observations, measure: str, subject: str, day: dt.date
) -> CurvePoints:
    """The published points of a curve on a day, no more and no fewer than were published.

    Examples
    --------
    >>> days = [dt.date(2026, 1, 2)]
    >>> found = gathered((Series("par_yield", "UST", t), days, [r])
    ...                  for t, r in [("10Y", 0.042), ("6M", 0.037), ("20Y", None)])
    >>> curve_points(found, "par_yield", "UST", days[0]).maturities
    array([ 0.5, 10. ])
    """
    curve = observations.of(measure, subject)
    rows = curve.on(day)
    if not len(rows):
        earlier = curve.days[curve.days <= np.datetime64(day, "D")]
        nearest = f"the last before is {earlier[-1]}" if earlier.size else "there is none before"
        raise bad_input(
            where=f"{measure} {subject}".strip(),
            what=f"has no curve of {day}",
            remedy=f"{nearest}; choose a day that was published",
        )
    years = np.array([years_of(rows.series[i].item) for i in rows.index])
    order = np.argsort(years, kind="stable")
    return CurvePoints(day, read_only(years[order]), read_only(rows.values[order]))


@dataclass(frozen=True, slots=True)
class Difference:
    """One figure that two copies of the same data give differently."""

    series: Series
    day: dt.date
    first: float
    second: float


def differences(
    first: Observations, second: Observations, *, above: float = 0.0
) -> tuple[Difference, ...]:
    """The figures that two copies both hold and give differently by more than ``above``.

    Examples
    --------
    >>> day, ten = [dt.date(2001, 7, 31)], Series("par_yield", "UST", "10Y")
    >>> one, other = gathered([(ten, day, [0.0507])]), gathered([(ten, day, [0.0517])])
    >>> len(differences(one, other, above=0.0005)), len(differences(one, one))
    (1, 0)
    """
    names = {series: i for i, series in enumerate(first.series)}
    renamed = np.array([names.get(series, -1) for series in second.series], dtype=np.int64)
    place = renamed[second.index] if len(second) else np.zeros(0, dtype=np.int64)
    shared = place >= 0
    keys = keys_of(first.index, first.as_of)
    _, here, there = np.intersect1d(
        keys, keys_of(place[shared], second.as_of[shared]), return_indices=True
    )
    ours, theirs = first.values[here], second.values[shared][there]
    rows = np.flatnonzero(np.abs(ours - theirs) > above)
    return tuple(
        Difference(
            first.series[int(first.index[here[row]])],
            first.as_of[here[row]].item(),
            float(ours[row]),
            float(theirs[row]),
        )
        for row in rows
    )
