"""Shifts of a curve: how much every annual effective spot rate moves, by term."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from defease.arrays import FloatArray, frozen_floats
from defease.errors import bad_input

if TYPE_CHECKING:
    import numpy.typing as npt

SHORT_END, PIVOT, LONG_END = 2.0, 10.0, 30.0
"""Years between which a steepening acts, and the year it leaves unmoved (spec 5.2)."""


@dataclass(frozen=True, eq=False)
class CurveShift:
    """A move of annual effective spot rates: linear between tenors, flat outside them.

    Attributes
    ----------
    tenors
        Years, increasing, shape (n,).
    moves
        Added to the annual effective spot rate at each tenor, decimal, shape (n,).

    Examples
    --------
    >>> import numpy as np
    >>> twist = CurveShift.parallel(0.01) + CurveShift.steepening(0.0028)
    >>> twist.at(np.array([1.0, 10.0, 30.0])).round(4)
    array([0.0092, 0.01  , 0.012 ])
    """

    tenors: FloatArray
    moves: FloatArray

    @classmethod
    def parallel(cls, move: float) -> CurveShift:
        """Every term moves by the same amount (0.01 is +100 basis points)."""
        return cls.at_tenors([0.0], [move])

    @classmethod
    def steepening(cls, move: float) -> CurveShift:
        """The 30-year rate gains `move` on the 2-year rate; the 10-year rate stays."""
        span = LONG_END - SHORT_END
        ends = [(SHORT_END - PIVOT) / span * move, (LONG_END - PIVOT) / span * move]
        return cls.at_tenors([SHORT_END, LONG_END], ends)

    @classmethod
    def at_tenors(cls, tenors: npt.ArrayLike, moves: npt.ArrayLike) -> CurveShift:
        """Given moves at given tenors, linear between, flat outside."""
        years, moved = frozen_floats(tenors, name="tenors"), frozen_floats(moves, name="moves")
        if len(years) != len(moved) or not len(years) or (np.diff(years) <= 0).any():
            what = f"{len(years)} tenors and {len(moved)} moves, tenors must increase"
            raise bad_input(
                where="curve shift",
                what=what,
                remedy="give one move for each of the increasing tenors",
            )
        return cls(years, moved)

    @classmethod
    def key_rate(cls, tenors: npt.ArrayLike, index: int, move: float) -> CurveShift:
        """One of the key rates moves: a hat that is `move` at its tenor and 0 at the others.

        The first hat stays level before its tenor, the last one after it, so that all hats
        together are a parallel shift.

        Examples
        --------
        >>> import numpy as np
        >>> CurveShift.key_rate([2, 5, 10], 1, 0.01).at(np.array([2.0, 3.5, 5.0, 10.0])).round(4)
        array([0.   , 0.005, 0.01 , 0.   ])
        """
        moves = np.zeros(len(np.atleast_1d(np.asarray(tenors))))
        if not 0 <= index < len(moves):
            what = f"key rate {index} of {len(moves)}"
            remedy = f"number the tenors from 0 to {len(moves) - 1}"
            raise bad_input(where="curve shift", what=what, remedy=remedy)
        moves[index] = move
        return cls.at_tenors(tenors, moves)

    def at(self, times: FloatArray) -> FloatArray:
        """The move at each time."""
        moved: FloatArray = np.interp(times, self.tenors, self.moves)
        return moved

    def __add__(self, other: CurveShift) -> CurveShift:
        tenors = np.union1d(self.tenors, other.tenors)
        return CurveShift.at_tenors(tenors, self.at(tenors) + other.at(tenors))

    def __neg__(self) -> CurveShift:
        return CurveShift.at_tenors(self.tenors, -self.moves)

    @property
    def is_zero(self) -> bool:
        """Whether nothing moves."""
        return not self.moves.any()
