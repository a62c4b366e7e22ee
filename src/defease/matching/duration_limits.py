"""Limits on interest sensitivity: duration of the portfolio, key rates against the liability."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Self

import numpy as np

from defease.bonds.universe import BondUniverse
from defease.bonds.yields import modified_durations, yields_to_maturity
from defease.curves import CurveShift
from defease.errors import bad_input
from defease.matching.limits import SizedLimit
from defease.matching.problem import Sense, positions
from defease.matching.words import percent

if TYPE_CHECKING:
    from defease.arrays import FloatArray
    from defease.curves import DiscountCurve
    from defease.matching.problem import ProgramDraft

PLACE = "matching.limits"
DEFAULT_TENORS = (0.5, 1.0, 2.0, 3.0, 5.0, 7.0, 10.0, 15.0, 20.0, 25.0, 30.0, 40.0)
LONGEST = 100.0
HALF_A_YEAR = 0.5


@dataclass(frozen=True)
class DurationLimit(SizedLimit):
    """The portfolio's modified duration within a bound, cash counted as 0.

    ``sum D_i p_i x_i`` against ``years x V``, D_i the modified duration of each bond at its own
    yield to maturity (street convention).
    """

    years: float
    family = "duration"

    def __post_init__(self) -> None:
        if not 0.0 <= self.years < np.inf:
            what = f"must be years of duration, 0 or more, got {self.years}"
            raise bad_input(where=PLACE, what=what, remedy="give the two bounds in years")

    @property
    def size(self) -> float:
        """The bound in years."""
        return self.years

    def resized(self, size: float) -> Self:
        """The same limit at another bound."""
        return replace(self, years=size)

    def said(self, size: float) -> str:
        """Years in words."""
        return f"{size:.3g} years"

    @property
    def sense(self) -> Sense:
        """On which side the bound is."""
        return Sense.AT_MOST if self.step > 0.0 else Sense.AT_LEAST

    def add_to(self, draft: ProgramDraft) -> None:
        """One row."""
        if not isinstance(draft.bonds, BondUniverse):
            what = "needs the terms of the bonds"
            raise bad_input(where=PLACE, what=what, remedy="give a bond universe")
        durations = modified_durations(draft.bonds, yields_to_maturity(draft.bonds))
        weights = durations * draft.data.prices
        draft.bound_total(self, weights, share=self.years, sense=self.sense)


@dataclass(frozen=True)
class LongestDuration(DurationLimit):
    """The portfolio's duration at most so many years."""

    words = "longest duration"
    step = HALF_A_YEAR
    loosest = LONGEST


@dataclass(frozen=True)
class ShortestDuration(DurationLimit):
    """The portfolio's duration at least so many years."""

    words = "shortest duration"
    step = -HALF_A_YEAR
    loosest = 0.0


@dataclass(frozen=True, eq=False)
class KeyRateLimit(SizedLimit):
    """Money key-rate durations of bonds and liability apart by at most a share of the liability's.

    ``|sum_i k_ij x_i - k_Lj| <= tolerance x sum_j |k_Lj|`` at each tenor j, with k the change of
    value on the curve for one unit of the key rate's hat, annual effective spot rates.
    """

    tolerance: float
    curve: DiscountCurve
    tenors: tuple[float, ...] = DEFAULT_TENORS
    family = "key_rate_tolerance"
    words = "key-rate tolerance"
    loosest = 10.0
    scales_with_base = False

    def __post_init__(self) -> None:
        if not 0.0 <= self.tolerance < np.inf:
            what = f"must be a share of the liability's money duration, got {self.tolerance}"
            raise bad_input(where=PLACE, what=what, remedy="give a decimal, as 0.02")

    @property
    def size(self) -> float:
        """The tolerance."""
        return self.tolerance

    def resized(self, size: float) -> Self:
        """The same limit at another tolerance."""
        return replace(self, tolerance=size)

    def said(self, size: float) -> str:
        """A share of the liability's money duration."""
        return percent(size)

    def add_to(self, draft: ProgramDraft) -> None:
        """Two rows a tenor: not above, not below."""
        data = draft.data
        owed = self._money_durations(data.payment_times, data.payments)
        paid = self._money_durations(data.flow_times, data.flow_amounts)
        room = self.tolerance * float(np.abs(owed.sum(axis=1)).sum())
        names = [f"{tenor:g}y" for tenor in self.tenors]
        target = owed.sum(axis=1)
        free = np.full(len(target), np.inf)
        scale = float(np.abs(target).sum())
        for sense in Sense:
            ends = (-free, target + room) if sense is Sense.AT_MOST else (target - room, free)
            rows = draft.builder.add_rows(*ends)
            for row, contributions in zip(rows, paid, strict=True):
                sums = np.bincount(data.flow_bonds, contributions, len(data.prices))
                bonds = positions(draft.bond_columns)
                places = np.full(len(bonds), row)
                draft.builder.add_entries(places, bonds, sums.astype(np.float64))
            draft.name_rows(self, names, rows, sense, per_size=scale)

    def _money_durations(self, times: FloatArray, amounts: FloatArray) -> FloatArray:
        """Each payment's loss of value per unit of each key rate, shape (tenors, payments)."""
        spots = self.curve.annual_spot_rates(times)
        slope = amounts * self.curve.discount_factors(times) * times / (1.0 + spots)
        unit = np.eye(len(self.tenors))
        hats = [CurveShift.at_tenors(self.tenors, row).at(times) for row in unit]
        return np.array([hat * slope for hat in hats])
