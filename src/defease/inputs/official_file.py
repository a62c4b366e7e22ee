"""Official values between which a plan is rolled forward: `date, assets, liabilities, known_at`."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from defease.errors import Caution
from defease.inputs.columns import ColumnReader, Missing, NumberRule
from defease.inputs.schema.base import sums_to_one

if TYPE_CHECKING:
    from collections.abc import Iterable

    from defease.inputs.tables import Table

DATE, ASSETS, LIABILITIES, KNOWN_AT = "date", "assets", "liabilities", "known_at"
_AMOUNT = NumberRule(above=0.0, at_most=1e18, remedy="give a value above 0 in plan currency")
_OWED = NumberRule(
    missing=Missing.ALLOWED, above=0.0, at_most=1e18, remedy="give a value above 0, or leave empty"
)
_WEIGHT = NumberRule(at_least=0.0, at_most=1.0, remedy="give shares of the assets such as 0.45")


@dataclass(frozen=True, kw_only=True)
class OfficialFigure:
    """What a valuation states.

    Attributes
    ----------
    date
        The day it is about.
    assets, liabilities
        Plan currency; liabilities None where the file leaves them to the index.
    known_at
        The day it became known, at or after `date`; None when the file does not say.
    weights
        Share of each class; empty where the file gives none.
    """

    date: dt.date
    assets: float
    liabilities: float | None
    known_at: dt.date | None
    weights: Mapping[str, float]


@dataclass(frozen=True, eq=False)
class OfficialReading:
    """Official figures in order of date, and what has to be said about them."""

    figures: tuple[OfficialFigure, ...]
    cautions: tuple[Caution, ...]
    understood: str


def read_official(table: Table, *, classes: Iterable[str] = ()) -> OfficialReading:
    r"""Turn a table into official figures, or raise every problem of the file at once.

    Columns named like an asset class hold its share of the assets on that day.  A date may stand
    several times when later rows became known later: they are corrections.

    Examples
    --------
    >>> from defease.inputs.csv_reader import read_csv
    >>> text = b"date,assets,liabilities,known_at\n2025-12-31,90,100,2026-03-15\n"
    >>> figure, = read_official(read_csv(text, source="official.csv")).figures
    >>> figure.liabilities, figure.known_at.isoformat()
    (100.0, '2026-03-15')
    """
    reader = ColumnReader(table)
    weighed = [name for name in classes if name in reader]
    known = (DATE, ASSETS, LIABILITIES, KNOWN_AT, *weighed)
    reader.expect(required=(DATE, ASSETS), known=known)
    days, known_at = reader.dates(DATE), _known_at(reader)
    assets, owed = reader.numbers(ASSETS, _AMOUNT), _owed(reader)
    weights = _weights(reader, weighed)
    for row, (day, told) in enumerate(zip(days, known_at, strict=True)):
        _check_row(reader, row, day, told)
    if not len(table):
        reader.file_problem("has no row", "give at least one official value")
    reader.finish()
    rows = zip(days, assets, owed, known_at, weights, strict=True)
    figures = [
        OfficialFigure(date=day, assets=value, liabilities=debt, known_at=told, weights=shares)
        for day, value, debt, told, shares in rows
        if day is not None and value is not None
    ]
    ordered = tuple(sorted(figures, key=lambda f: (f.date, f.known_at or f.date)))
    _refuse_repeats(reader, ordered)
    words = f"{len(ordered)} official values, {ordered[0].date} to {ordered[-1].date}"
    return OfficialReading(ordered, tuple(reader.cautions), words)


def known_by(figures: Iterable[OfficialFigure], day: dt.date) -> tuple[OfficialFigure, ...]:
    """What was known on a day: for each date the last figure that had become known by then.

    Examples
    --------
    >>> late = OfficialFigure(date=dt.date(2025, 12, 31), assets=1.0, liabilities=None,
    ...                       known_at=dt.date(2026, 3, 15), weights={})
    >>> known_by([late], dt.date(2026, 1, 31)), len(known_by([late], dt.date(2026, 3, 31)))
    ((), 1)
    """
    latest = {f.date: f for f in figures if (f.known_at or f.date) <= day}
    return tuple(latest[date] for date in sorted(latest))


def _weights(reader: ColumnReader, names: list[str]) -> list[Mapping[str, float]]:
    """Share of each class in each row; none where the file has no such column."""
    columns = {name: reader.numbers(name, _WEIGHT) for name in names}
    found: list[Mapping[str, float]] = []
    for row in range(len(reader.table)):
        shares = {name: column[row] or 0.0 for name, column in columns.items()}
        if shares and (what := sums_to_one([*shares.values()])):
            reader.problem(row, names[0], what, "give shares that sum to 1")
        found.append(MappingProxyType(shares))
    return found


def _owed(reader: ColumnReader) -> list[float | None]:
    return (
        reader.numbers(LIABILITIES, _OWED) if LIABILITIES in reader else [None] * len(reader.table)
    )


def _known_at(reader: ColumnReader) -> list[dt.date | None]:
    if KNOWN_AT not in reader:
        return [None] * len(reader.table)
    return reader.dates(KNOWN_AT, missing=Missing.ALLOWED)


def _check_row(reader: ColumnReader, row: int, day: dt.date | None, known: dt.date | None) -> None:
    if day is not None and known is not None and known < day:
        what = f"{known} is before the date it is about, {day}"
        reader.problem(row, KNOWN_AT, what, "write the day on which the figure became known")


def _refuse_repeats(reader: ColumnReader, ordered: tuple[OfficialFigure, ...]) -> None:
    for first, second in itertools.pairwise(ordered):
        same = (first.date, first.known_at) == (second.date, second.known_at)
        if same or (first.date == second.date and not (first.known_at and second.known_at)):
            what = f"{second.date} stands twice"
            reader.file_problem(what, "say with known_at when each became known, or keep one")
    reader.finish()
