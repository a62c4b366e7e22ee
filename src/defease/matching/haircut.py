"""Expected losses from default: what share of a promised payment may be counted on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np

from defease.bonds.ratings import TREASURY, UNRATED, rating_bucket
from defease.errors import bad_input

if TYPE_CHECKING:
    from collections.abc import Sequence

    from defease.arrays import FloatArray, IntArray


class LossTable(Protocol):
    """Anything that says which share of a promised payment may be counted on."""

    @property
    def name(self) -> str:
        """The table's name in results."""

    @property
    def as_of(self) -> dt.date:
        """The day it is stated for."""

    @property
    def source(self) -> str:
        """Where its numbers come from."""

    def survival(self, ratings: Sequence[str], owners: IntArray, times: FloatArray) -> FloatArray:
        """Factor of each payment: bond `owners[k]` of these ratings, due in `times[k]` years."""


@dataclass(frozen=True)
class ExpectedLossTable:
    """Yearly default intensity by rating, and the share recovered after default.

    A payment due in t years counts with ``exp(-intensity (1 - recovery) t)``; Treasuries in full.
    Ratings without a row of their own take that of their bucket (BBB- that of BBB).
    """

    name: str
    as_of: dt.date
    source: str
    recovery: float
    intensities: Mapping[str, float]
    unrated_as: str

    def survival(self, ratings: Sequence[str], owners: IntArray, times: FloatArray) -> FloatArray:
        """Factor of each payment: bond `owners[k]` of these ratings, due in `times[k]` years.

        Examples
        --------
        >>> import numpy as np
        >>> owners, times = np.array([0, 1]), np.full(2, 10.0)
        >>> ILLUSTRATIVE_LOSSES.survival(("UST", "BBB"), owners, times).round(4)
        array([1.   , 0.991])
        """
        yearly = np.array([self._yearly_loss(rating) for rating in ratings], dtype=np.float64)
        return np.asarray(np.exp(-yearly[owners] * times), dtype=np.float64)

    def _yearly_loss(self, rating: str) -> float:
        if rating == TREASURY:
            return 0.0
        row = _row_for(
            rating,
            self.intensities,
            "default intensity",
            unrated_as=self.unrated_as,
            name=self.name,
        )
        return self.intensities[row] * (1.0 - self.recovery)


@dataclass(frozen=True)
class CumulativeLossTable:
    """Cumulative default probabilities by rating and year, and the share recovered after default.

    A payment due in t years counts with ``1 - (1 - recovery) D(t)``; Treasuries in full.  Between
    whole years, and from 0 today, D is linear; after the table's last year n the survivors go on
    to default at its rate: ``1 - D(t) = (1 - D_n) ((1 - D_n) / (1 - D_n-1))^(t-n)``.
    Ratings without a row of their own take that of their bucket (BBB- that of BBB).

    Attributes
    ----------
    cumulative
        By rating, the probabilities of default within 1, 2, .. years; "" is the row of bonds
        without a rating, which otherwise are counted as `unrated_as`.
    """

    name: str
    as_of: dt.date
    source: str
    recovery: float
    cumulative: Mapping[str, tuple[float, ...]]
    unrated_as: str

    def survival(self, ratings: Sequence[str], owners: IntArray, times: FloatArray) -> FloatArray:
        """Factor of each payment: bond `owners[k]` of these ratings, due in `times[k]` years.

        Examples
        --------
        >>> import numpy as np
        >>> table = CumulativeLossTable(
        ...     name="two years", as_of=dt.date(2025, 12, 31), source="an example", recovery=0.4,
        ...     cumulative={"BBB": (0.01, 0.03)}, unrated_as="BBB")
        >>> table.survival(("UST", "BBB+"), np.array([0, 1, 1]), np.array([1.5, 1.5, 2.0]))
        array([1.   , 0.988, 0.982])
        """
        factors = np.ones(len(times))
        row_of = {rating: self._row(rating) for rating in set(ratings) - {TREASURY}}
        for row in sorted(set(row_of.values())):
            members = np.array([row_of.get(rating) == row for rating in ratings], dtype=np.bool_)
            paid = members[owners]
            defaulted = _defaulted(self.cumulative[row], times[paid])
            factors[paid] = 1.0 - (1.0 - self.recovery) * defaulted
        return factors

    def _row(self, rating: str) -> str:
        return _row_for(
            rating,
            self.cumulative,
            "default probability",
            unrated_as=self.unrated_as,
            name=self.name,
        )


def _row_for(
    rating: str, table: Mapping[str, object], number: str, *, unrated_as: str, name: str
) -> str:
    """The row of a rating: its own, else its bucket's."""
    sought = unrated_as if rating == UNRATED and UNRATED not in table else rating
    for row in (sought, rating_bucket(sought)):
        if row in table:
            return row
    of_whom = f"rating '{rating}'" if rating else "bonds without a rating"
    what = f"has no {number} for {of_whom}"
    remedy = "add the row to the table; NR is that of bonds without a rating"
    raise bad_input(where=f"loss table '{name}'", what=what, remedy=remedy)


def _defaulted(cumulative: Sequence[float], times: FloatArray) -> FloatArray:
    """Probability of default within each time."""
    points = np.concatenate(([0.0], cumulative))
    years = np.arange(len(points))
    alive, before = 1.0 - points[-1], 1.0 - points[-2]
    yearly = alive / before if before > 0.0 else 0.0
    later = 1.0 - alive * yearly ** np.maximum(times - years[-1], 0.0)
    inside = np.interp(times, years, points)
    return np.asarray(np.where(times > years[-1], later, inside), dtype=np.float64)


ILLUSTRATIVE_LOSSES = ExpectedLossTable(
    name="illustrative expected losses",
    as_of=dt.date(2025, 12, 31),
    source="convention of this project: round figures of the order of long-run default statistics, "
    "not an estimate and not an agency's publication; replace it by a table of your own",
    recovery=0.4,
    intensities={
        "AAA": 0.0001,
        "AA": 0.0003,
        "A": 0.0006,
        "BBB": 0.0015,
        "BB": 0.0080,
        "B": 0.0300,
        "CCC": 0.1200,
        "CC": 0.2500,
        "C": 0.4000,
        "D": 1.0000,
    },
    unrated_as="BB",
)
"""Used for `after_default_haircut` unless another table is given; every report names it."""
