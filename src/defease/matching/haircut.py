"""Expected losses from default: what share of a promised payment may be counted on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from defease.bonds.ratings import TREASURY, UNRATED, rating_bucket
from defease.errors import bad_input

if TYPE_CHECKING:
    from collections.abc import Sequence

    from defease.arrays import FloatArray, IntArray


@dataclass(frozen=True)
class ExpectedLossTable:
    """Yearly default intensity by rating bucket, and the share recovered after default.

    A payment due in t years counts with ``exp(-intensity (1 - recovery) t)``; Treasuries in full.
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
        bucket = rating_bucket(self.unrated_as if rating == UNRATED else rating)
        if bucket not in self.intensities:
            what = f"has no default intensity for rating '{rating}'"
            where = f"loss table '{self.name}'"
            raise bad_input(where, what, "add the bucket to the table")
        return self.intensities[bucket] * (1.0 - self.recovery)


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
