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
from defease.matching.words import money

if TYPE_CHECKING:
    from defease.arrays import FloatArray
    from defease.curves import DiscountCurve
    from defease.matching.problem import ProgramDraft

PLACE = "matching.limits"
DEFAULT_TENORS = (0.5, 1.0, 2.0, 3.0, 5.0, 7.0, 10.0, 15.0, 20.0, 25.0, 30.0, 40.0)
LONGEST = 100.0
HALF_A_YEAR = 0.5
TENTH = 0.1
THOUSANDFOLD = 1000.0


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
    """Money key-rate durations of bonds and liability apart by at most a stated amount.

    ``|sum_i k_ij x_i - k_Lj| <= tolerance_j`` at each tenor j, with k the loss of value on the
    curve per unit of the key rate's hat, annual effective spot rates: plan currency times years
    (1,000 here is 10 cents a basis point).  One tolerance for all tenors, or one each.
    """

    tolerances: float | tuple[float, ...]
    curve: DiscountCurve
    tenors: tuple[float, ...] = DEFAULT_TENORS
    family = "key_rate_tolerance"
    words = "key-rate tolerance"
    scales_with_base = False

    def __post_init__(self) -> None:
        given = self.each
        if len(given) != len(self.tenors) or not all(0.0 <= one < np.inf for one in given):
            what = f"must be one amount of 0 or more, or {len(self.tenors)} of them, got {given}"
            raise bad_input(where=PLACE, what=what, remedy="give money duration: value times years")

    @property
    def each(self) -> tuple[float, ...]:
        """The tolerance of each tenor."""
        given = self.tolerances
        return given if isinstance(given, tuple) else (given,) * len(self.tenors)

    @property
    def size(self) -> float:
        """The largest tolerance; the others move in proportion."""
        return max(self.each)

    @property
    def step(self) -> float:  # type: ignore[override]  # a step of money depends on the money
        """A tenth of the largest tolerance."""
        return TENTH * self.size or 1.0

    @property
    def loosest(self) -> float:  # type: ignore[override]
        """A thousand times the largest tolerance."""
        return THOUSANDFOLD * (self.size or 1.0)

    def resized(self, size: float) -> Self:
        """The same limit with tolerances in the same proportions."""
        scale = size / self.size if self.size else 0.0
        return replace(self, tolerances=tuple(one * scale or size for one in self.each))

    def said(self, size: float) -> str:
        """An amount of money duration."""
        return money(size)

    def add_to(self, draft: ProgramDraft) -> None:
        """Two rows a tenor: not above, not below."""
        data, room = draft.data, np.array(self.each)
        target = self._money_durations(data.payment_times, data.payments).sum(axis=1)
        paid = self._money_durations(data.flow_times, data.flow_amounts)
        names = [f"{tenor:g}y" for tenor in self.tenors]
        free = np.full(len(target), np.inf)
        for sense in Sense:
            ends = (-free, target + room) if sense is Sense.AT_MOST else (target - room, free)
            rows = draft.builder.add_rows(*ends)
            for row, contributions in zip(rows, paid, strict=True):
                sums = np.bincount(data.flow_bonds, contributions, len(data.prices))
                bonds = positions(draft.bond_columns)
                places = np.full(len(bonds), row)
                draft.builder.add_entries(places, bonds, sums.astype(np.float64))
            draft.name_rows(self, names, rows, sense, per_size=1.0)

    def _money_durations(self, times: FloatArray, amounts: FloatArray) -> FloatArray:
        """Each payment's loss of value per unit of each key rate, shape (tenors, payments)."""
        spots = self.curve.annual_spot_rates(times)
        slope = amounts * self.curve.discount_factors(times) * times / (1.0 + spots)
        unit = np.eye(len(self.tenors))
        hats = [CurveShift.at_tenors(self.tenors, row).at(times) for row in unit]
        return np.array([hat * slope for hat in hats])
