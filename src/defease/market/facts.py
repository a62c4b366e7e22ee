"""Facts on two time axes: the day a figure is about, and when it became known here.

A correction is a new row; what was known before stays.  Every row carries `as_of`, `known_at`,
`source` and `version`, and every question names both dates: "day d as known at k".
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from defease.arrays import (
    BoolArray,
    DateArray,
    FloatArray,
    IntArray,
    Scalar,
    frozen_dates,
    read_only,
)
from defease.errors import bad_input
from defease.market.observations import Observations, Series, keys_of

END_OF_DAY = dt.time(23, 59, 59)


@dataclass(frozen=True, slots=True)
class Publication:
    """One file as it came in: when it became known, from where, and the hash of its bytes."""

    known_at: dt.datetime
    source: str
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class Revision:
    """A figure that a later publication gives differently from an earlier one."""

    series: Series
    as_of: dt.date
    version: int
    before: float
    after: float
    known_at: dt.datetime
    source: str


@dataclass(frozen=True, eq=False)
class FactTable:
    """Append-only rows of facts; begin with `FactTable.empty()` and add publications.

    Attributes
    ----------
    publications
        In the order in which they came in.
    series
        The different series.
    index, as_of, values
        Series, day and value of a row, shape (n,).
    versions
        1 for the figure as first published, 2 for its first correction, shape (n,).
    came_with
        Which publication a row came with, shape (n,).
    """

    publications: tuple[Publication, ...]
    series: tuple[Series, ...]
    index: IntArray
    as_of: DateArray
    values: FloatArray
    versions: IntArray
    came_with: IntArray

    @staticmethod
    def empty() -> FactTable:
        """A table without facts."""
        none = read_only(np.zeros(0, dtype=np.int64))
        days = frozen_dates([])
        return FactTable((), (), none, days, read_only(np.zeros(0)), none, none)

    def __len__(self) -> int:
        return len(self.values)

    def with_publication(self, observations: Observations, publication: Publication) -> FactTable:
        """The table with what is new or different in a publication added as rows.

        A figure that a later file no longer holds stays known: publishers drop old days.

        Examples
        --------
        >>> from defease.market.observations import gathered
        >>> cpi, month = Series("price_index", "CPI-U"), [dt.date(2026, 4, 1)]
        >>> first = Publication(dt.datetime(2026, 5, 13, tzinfo=dt.timezone.utc), "a.csv")
        >>> second = Publication(dt.datetime(2026, 6, 10, tzinfo=dt.timezone.utc), "b.csv")
        >>> table = FactTable.empty().with_publication(gathered([(cpi, month, [333.0])]), first)
        >>> table = table.with_publication(gathered([(cpi, month, [333.02])]), second)
        >>> table.versions, table.as_known(dt.date(2026, 5, 31)).values, table.latest().values
        (array([1, 2]), array([333.]), array([333.02]))
        """
        _check_time(self.publications, publication)
        series = (*self.series, *sorted(set(observations.series) - set(self.series)))
        place = {name: i for i, name in enumerate(series)}
        renamed = np.array([place[name] for name in observations.series], dtype=np.int64)
        index = renamed[observations.index] if len(observations) else observations.index
        known, versions = self._lookup(keys_of(index, observations.as_of))
        changed = (versions == 0) | (known != observations.values)
        rows = np.flatnonzero(changed)
        came = np.full(len(rows), len(self.publications), dtype=np.int64)
        return FactTable(
            (*self.publications, publication),
            series,
            _joined(self.index, index[rows]),
            _joined(self.as_of, observations.as_of[rows]),
            _joined(self.values, observations.values[rows]),
            _joined(self.versions, versions[rows] + 1),
            _joined(self.came_with, came),
        )

    def as_known(self, at: dt.datetime | dt.date) -> Observations:
        """Every figure in the newest version known at a moment (a date means its end, UTC)."""
        known = np.array([p.known_at <= moment(at) for p in self.publications], dtype=bool)
        rows = known[self.came_with] if len(self) else np.zeros(0, dtype=bool)
        return self._newest(rows)

    def latest(self) -> Observations:
        """Every figure in its newest version."""
        return self._newest(np.ones(len(self), dtype=bool))

    def first_published(self) -> Observations:
        """Every figure as it was first published."""
        return self._observations(np.flatnonzero(self.versions == 1))

    def revisions(self) -> tuple[Revision, ...]:
        """Every correction, with the value before and after, in the order in which they came."""
        order = np.lexsort((self.versions, self._keys()))
        place = np.empty_like(order)
        place[order] = np.arange(len(order))
        # Versions of a figure follow each other without a gap, so the row before is the last one.
        return tuple(
            self._revision(int(row), float(self.values[order[place[row] - 1]]))
            for row in np.flatnonzero(self.versions > 1)
        )

    def _revision(self, row: int, before: float) -> Revision:
        came = self.publications[int(self.came_with[row])]
        return Revision(
            self.series[int(self.index[row])],
            self.as_of[row].item(),
            int(self.versions[row]),
            before,
            float(self.values[row]),
            came.known_at,
            came.source,
        )

    def _keys(self) -> IntArray:
        return keys_of(self.index, self.as_of)

    def _newest(self, usable: BoolArray) -> Observations:
        rows = np.flatnonzero(usable)
        # By key, then version: the last row of each key is the newest.
        order = rows[np.lexsort((self.versions[rows], self._keys()[rows]))]
        keys = self._keys()[order]
        is_last = np.append(np.diff(keys) != 0, True) if len(keys) else np.zeros(0, dtype=bool)
        return self._observations(order[is_last])

    def _observations(self, rows: IntArray) -> Observations:
        return Observations(self.series, self.index, self.as_of, self.values).rows(rows)

    def _lookup(self, keys: IntArray) -> tuple[FloatArray, IntArray]:
        """Newest value and version held for each key; version 0 where there is none."""
        newest = np.lexsort((self.versions, self._keys()))
        held = self._keys()[newest]
        places = np.searchsorted(held, keys, side="right") - 1
        values, versions = np.zeros(len(keys)), np.zeros(len(keys), dtype=np.int64)
        found = np.flatnonzero(places >= 0)
        found = found[held[places[found]] == keys[found]]
        rows = newest[places[found]]
        values[found], versions[found] = self.values[rows], self.versions[rows]
        return values, versions


def moment(at: dt.datetime | dt.date) -> dt.datetime:
    """A point on the axis of knowledge: a date means its last second, UTC; naive times are refused.

    Examples
    --------
    >>> moment(dt.date(2026, 3, 31)).isoformat()
    '2026-03-31T23:59:59+00:00'
    """
    if not isinstance(at, dt.datetime):
        return dt.datetime.combine(at, END_OF_DAY, tzinfo=dt.UTC)
    if at.tzinfo is None:
        raise bad_input(
            where="known_at",
            what=f"{at.isoformat()} has no time zone",
            remedy="give the time in UTC, such as 2026-03-31T12:00:00+00:00",
        )
    return at.astimezone(dt.UTC)


def _check_time(earlier: tuple[Publication, ...], publication: Publication) -> None:
    now = moment(publication.known_at)
    if earlier and now < moment(earlier[-1].known_at):
        last = moment(earlier[-1].known_at).isoformat()
        raise bad_input(
            where=f"known_at of {publication.source}",
            what=f"{now.isoformat()} lies before the last publication ({last})",
            remedy="set the clock of this computer; facts are added in the order they become known",
        )


def _joined(old: npt.NDArray[Scalar], new: npt.NDArray[Scalar]) -> npt.NDArray[Scalar]:
    return read_only(np.concatenate([old, new]))
