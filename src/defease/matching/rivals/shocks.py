"""What moves of the curve do to a portfolio and to a liability, each payment repriced."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from defease.curves import CurveShift
from defease.matching.rivals.streams import DiscountedStreams

if TYPE_CHECKING:
    from defease.arrays import FloatArray, IntArray
    from defease.matching.rivals.question import RivalPortfolio, RivalQuestion

HUMP_TENORS = (2.0, 10.0, 30.0)
"""Years at which the hump begins, is highest and ends, on the pivots of a steepening."""


@dataclass(frozen=True, eq=False)
class CurveShock:
    """A named move of annual spot rates."""

    name: str
    shift: CurveShift


def rival_shocks(*, parallel: float = 0.01, bend: float = 0.005) -> tuple[CurveShock, ...]:
    """Parallel up and down, a steepening and a hump, each stated in its name.

    The steepening moves the 30-year rate by `bend` against the 2-year rate and leaves the 10-year
    rate; the hump moves the 10-year rate by `bend` and leaves the 2-year and the 30-year rates.

    Examples
    --------
    >>> [shock.name for shock in rival_shocks()]
    ['+100 bp', '-100 bp', 'steeper by 50 bp', 'hump of 50 bp']
    """
    size, bent = f"{parallel * 1e4:g} bp", f"{bend * 1e4:g} bp"
    return (
        CurveShock(f"+{size}", CurveShift.parallel(parallel)),
        CurveShock(f"-{size}", CurveShift.parallel(-parallel)),
        CurveShock(f"steeper by {bent}", CurveShift.steepening(bend)),
        CurveShock(f"hump of {bent}", CurveShift.at_tenors(HUMP_TENORS, [0.0, bend, 0.0])),
    )


@dataclass(frozen=True, eq=False)
class RevaluedPortfolio:
    """A rival's assets under moves of the curve, every bond's spread over it unchanged."""

    question: RivalQuestion
    portfolio: RivalPortfolio

    def value_under(self, shift: CurveShift) -> float:
        """Market value of bonds, cash and swaps after the move."""
        streams, spreads = self._bonds
        bonds = self._held_levels @ streams.values_under(shift, spreads)
        return float(bonds) + self.portfolio.initial_cash + self._swaps_under(shift)

    def change_under(self, shift: CurveShift) -> float:
        """Change of that value."""
        return self.value_under(shift) - self.portfolio.cost

    def change_on_curve(self, shift: CurveShift) -> float:
        """Change of the value of the same assets when every bond is priced on the curve itself."""
        streams, none = self._bonds[0], np.zeros(len(self._held))
        moved = self._held_levels @ (
            streams.values_under(shift, none) - streams.sums(streams.values)
        )
        return float(moved) + self._swaps_under(shift)

    @cached_property
    def _held(self) -> IntArray:
        return np.flatnonzero(self.portfolio.levels)

    @property
    def _held_levels(self) -> FloatArray:
        return self.portfolio.levels[self._held]

    @cached_property
    def _bonds(self) -> tuple[DiscountedStreams, FloatArray]:
        streams = self.question.assets.where_owner(self._held)
        return streams, streams.spreads_to(self.question.data.prices[self._held])

    def _swaps_under(self, shift: CurveShift) -> float:
        """Fixed legs repriced, less floating legs at par: their next payment is set on the day."""
        swaps = self.portfolio.swaps
        if swaps is None:
            return 0.0
        legs = self.question.fixed_legs(swaps)
        fixed = float(legs.values_under(shift, np.zeros(1))[0])
        return fixed - float(swaps.notionals.sum())


def liability_under(question: RivalQuestion, shift: CurveShift) -> float:
    """Present value of the payments after the move."""
    return float(question.liability.values_under(shift, np.zeros(1))[0])
