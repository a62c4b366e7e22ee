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
    days = reader.dates(DATE)
    assets = reader.numbers(ASSETS, _AMOUNT)
    owed, known_at = _owed(reader), _known_at(reader)
    weights = {name: reader.numbers(name, _WEIGHT) for name in weighed}
    for row in range(len(table)):
        _check_row(reader, row, days[row], known_at[row])
        shares = [column[row] for column in weights.values()]
        if weighed and None not in shares and (what := sums_to_one([s or 0.0 for s in shares])):
            reader.problem(row, weighed[0], what, "give shares that sum to 1")
    if not len(table):
        reader.file_problem("has no row", "give at least one official value")
    reader.finish()
    figures = [
        OfficialFigure(
            date=day,
            assets=assets[row] or 0.0,
            liabilities=owed[row],
            known_at=known_at[row],
            weights=MappingProxyType({name: c[row] or 0.0 for name, c in weights.items()}),
        )
        for row, day in enumerate(days)
        if day is not None
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
