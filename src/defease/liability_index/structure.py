"""How an index is cut: term buckets, named segments, member groups, gross or net."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

from defease.arrays import FloatArray, IntArray, read_only
from defease.cashflows import SIGN_IN_NET
from defease.dates import DAYS_PER_YEAR
from defease.errors import bad_input
from defease.valuation import DEFAULT_EDGES

if TYPE_CHECKING:
    from collections.abc import Sequence


class Amounts(StrEnum):
    """Which payments an index is made of: benefits plus expenses, less contributions, or these."""

    NET = "net"
    GROSS = "gross"
    CONTRIBUTIONS = "contributions"

    @property
    def signs(self) -> FloatArray:
        """Sign of benefits, expenses and contributions in the stream, shape (3,)."""
        return _SIGNS[self]


_SIGNS = {
    Amounts.NET: read_only(SIGN_IN_NET.copy()),
    Amounts.GROSS: read_only(np.array([1.0, 1.0, 0.0])),
    Amounts.CONTRIBUTIONS: read_only(np.array([0.0, 0.0, 1.0])),
}


@dataclass(frozen=True, slots=True)
class Span:
    """The payments due at from_year <= t < to_year, counted from each month's start.

    Examples
    --------
    >>> Span(10.0, None).name, Span(1.0, 3.0).name
    ('10+', '1-3')
    """

    from_year: float
    to_year: float | None = None

    @property
    def name(self) -> str:
        """As printed in a table."""
        return (
            f"{self.from_year:g}+"
            if self.to_year is None
            else f"{self.from_year:g}-{self.to_year:g}"
        )


DEFAULT_SEGMENTS = (Span(1.0, 3.0), Span(1.0, 10.0), Span(10.0, None))
"""Segments that bond managers are usually measured against."""


@dataclass(frozen=True)
class IndexStructure:
    """The buckets of an index, which cover every term once, and segments, which may overlap.

    Attributes
    ----------
    edges
        Years at which buckets begin, from 0 on, increasing; the last bucket has no end.
    segments
        Further spans of years; the segments 1-3, 1-10 and 10+ unless said otherwise.

    Examples
    --------
    >>> [bucket.name for bucket in IndexStructure((0, 5, 20)).buckets]
    ['0-5', '5-20', '20+']
    """

    edges: Sequence[float] = DEFAULT_EDGES
    segments: tuple[Span, ...] = DEFAULT_SEGMENTS

    def __post_init__(self) -> None:
        starts = np.asarray(self.edges, dtype=np.float64)
        if not len(starts) or starts[0] != 0 or not (np.diff(starts) > 0).all():
            what = f"bucket edges {list(self.edges)} do not start at 0 and increase"
            remedy = "give increasing years that start at 0, as 0, 1, 3, 5, 10"
            raise bad_input(where="liability index", what=what, remedy=remedy)
        for span in self.segments:
            if not 0 <= span.from_year < (np.inf if span.to_year is None else span.to_year):
                what = f"segment {span.name} does not end after it begins"
                remedy = "give years from 0 on, the first below the last"
                raise bad_input(where="liability index", what=what, remedy=remedy)

    @property
    def buckets(self) -> tuple[Span, ...]:
        """The buckets in order."""
        ends = [*self.edges[1:], None]
        return tuple(
            Span(float(start), None if end is None else float(end))
            for start, end in zip(self.edges, ends, strict=True)
        )

    @property
    def spans(self) -> tuple[Span, ...]:
        """Buckets, then segments."""
        return (*self.buckets, *self.segments)

    @property
    def cell_edges(self) -> FloatArray:
        """Where the cells begin of which every bucket and segment is a union, shape (cells,)."""
        ends = [y for span in self.spans for y in (span.from_year, span.to_year) if y is not None]
        return read_only(np.unique(np.array(ends, dtype=np.float64)))

    @property
    def membership(self) -> FloatArray:
        """1 where a cell belongs to a bucket or segment, else 0, shape (spans, cells)."""
        starts = self.cell_edges
        rows = [
            (starts >= span.from_year)
            & (starts < (np.inf if span.to_year is None else span.to_year))
            for span in self.spans
        ]
        return read_only(np.array(rows, dtype=np.float64))


def cell_starts(payment_days: IntArray, dates: IntArray, edges: FloatArray) -> IntArray:
    """Place of each cell's first payment at each date, shape (dates, cells).

    A payment on the date itself is made: the first cell begins after it.
    """
    first_days = dates[:, None] + DAYS_PER_YEAR * edges
    places = np.searchsorted(payment_days, first_days.ravel()).reshape(first_days.shape)
    places[:, 0] = np.searchsorted(payment_days, dates, side="right")
    return read_only(np.maximum.accumulate(places, axis=1))
