"""The bonds among which pieces are chosen, and their linear programme: a part of the whole one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from defease.arrays import BoolArray, FloatArray, IntArray, read_only
from defease.matching.problem import Sense
from defease.solvers import LinearProgram

if TYPE_CHECKING:
    from defease.matching.problem import MatchingProgram
    from defease.matching.question import MatchingQuestion

SLACK = 1e-9


@dataclass(frozen=True, eq=False, kw_only=True)
class Pieces:
    """The rules in units of 100 face, bond by bond.

    `unit` is a lot (0: any size), `least` the smallest piece, `most` the largest level of each bond
    in a portfolio no dearer than one already known, `held` what may be kept as it is.
    """

    unit: float
    least: float
    names: int
    ticket: float
    most: FloatArray
    held: FloatArray
    trades: bool

    def of(self, chosen: IntArray) -> Pieces:
        """The rules for some of the bonds."""
        return replace(self, most=self.most[chosen], held=self.held[chosen])

    @property
    def needs_marks(self) -> bool:
        """Whether it matters, beyond lots, that a bond is held at all."""
        limited = self.least > self.unit or self.names < len(self.most)
        return limited or self.ticket > 0.0 or bool(self.held.any())

    def tickets(self, levels: FloatArray) -> float:
        """Fixed costs of the bonds held or, with current holdings, of the bonds traded."""
        return self.ticket * int(np.count_nonzero(levels != self.held if self.trades else levels))

    def as_kept(self, levels: FloatArray) -> BoolArray:
        """Which bonds stay as they are held."""
        return np.asarray((self.held > 0.0) & (levels == self.held), dtype=np.bool_)


@dataclass(frozen=True, eq=False)
class Pool:
    """Some of the bonds with their part of the programme, in which they are the first columns.

    `bonds` are positions among all bonds, `columns` those of the part in the whole programme,
    `last_dates` the last payment of each bond, in years.
    """

    bonds: IntArray
    columns: IntArray
    program: LinearProgram
    pieces: Pieces
    last_dates: FloatArray
    whole_universe: bool

    @property
    def size(self) -> int:
        """Number of bonds."""
        return len(self.bonds)


def pool_of(
    question: MatchingQuestion, matching: MatchingProgram, pieces: Pieces, chosen: IntArray
) -> Pool:
    """The programme of some of the bonds: the others are not held."""
    count = len(matching.bonds)
    among = np.zeros(count, dtype=np.bool_)
    among[chosen] = True
    keep = np.ones(len(matching.program.costs), dtype=np.bool_)
    for block in (matching.bonds, matching.bought, matching.sold):
        if block:
            keep[block.start : block.stop] = among
    columns = np.flatnonzero(keep)
    return Pool(
        bonds=np.flatnonzero(among),
        columns=columns,
        program=part_of(matching, columns),
        pieces=pieces.of(np.flatnonzero(among)),
        last_dates=last_payments(question)[among],
        whole_universe=len(chosen) == count,
    )


def last_payments(question: MatchingQuestion) -> FloatArray:
    """Years to the last payment of each bond."""
    data = question.data
    last = np.zeros(len(data.prices))
    np.maximum.at(last, data.flow_bonds, data.flow_times)
    return last


def part_of(matching: MatchingProgram, columns: IntArray) -> LinearProgram:
    """The programme with only some of its columns, without the rows that then say nothing."""
    program = matching.program
    place = np.full(len(program.costs), -1, dtype=np.int64)
    place[columns] = np.arange(len(columns))
    kept = place[program.entry_columns] >= 0
    rows_kept = _rows_that_matter(matching, kept)
    kept &= rows_kept[program.rows]
    counts = np.bincount(place[program.entry_columns[kept]], minlength=len(columns))
    number = np.cumsum(rows_kept) - 1
    return LinearProgram(
        costs=program.costs[columns],
        starts=read_only(np.concatenate(([0], np.cumsum(counts)))),
        rows=read_only(number[program.rows[kept]]),
        values=program.values[kept],
        row_lower=program.row_lower[rows_kept],
        row_upper=program.row_upper[rows_kept],
        column_lower=program.column_lower[columns],
        column_upper=program.column_upper[columns],
    )


def _rows_that_matter(matching: MatchingProgram, kept: BoolArray) -> BoolArray:
    """All but caps on groups without members, and bounds of nothing."""
    program, count = matching.program, len(matching.program.row_lower)
    of_value = np.zeros(len(kept), dtype=np.bool_)
    if matching.value:
        of_value = program.entry_columns == matching.value.start
    others = np.bincount(program.rows[kept & ~of_value], minlength=count)
    raises = np.bincount(program.rows[of_value & (program.values > 0.0)], minlength=count)
    harmless = (program.row_upper >= 0.0) & (program.row_lower <= 0.0)
    open_below = np.isneginf(program.row_lower) & (raises == 0)
    of_nothing = np.bincount(program.rows[of_value], minlength=count) == 0
    says_nothing = harmless & (open_below | of_nothing)
    return np.asarray((others > 0) | ~says_nothing, dtype=np.bool_)


def largest_levels(matching: MatchingProgram, value: float) -> FloatArray:
    """The most that each bond can be held in a portfolio worth no more than `value`.

    ``M_i = min(upper bound, value / p_i, (b_r + share_r value) / a_ri)`` over the caps r whose
    every term is positive: tight bounds are what makes whole numbers provable.
    """
    program = matching.program
    bonds = slice(matching.bonds.start, matching.bonds.stop)
    prices = program.costs[bonds]
    most = np.minimum(program.column_upper[bonds], value / prices)
    caps = np.zeros(len(program.row_lower), dtype=np.bool_)
    caps[[row.row for row in matching.limit_rows if row.sense is Sense.AT_MOST]] = True
    columns, entries = program.entry_columns, program.values
    of_value = np.zeros(len(columns), dtype=np.bool_)
    if matching.value:
        of_value = columns == matching.value.start
    caps[program.rows[(entries < 0.0) & ~of_value]] = False
    room = program.row_upper.copy()
    room[program.rows[of_value]] -= entries[of_value] * value
    counted = caps[program.rows] & (columns < len(prices)) & (entries > 0.0)
    levels = room[program.rows[counted]].clip(min=0.0) / entries[counted]
    np.minimum.at(most, columns[counted], levels)
    return np.asarray(most * (1.0 + SLACK), dtype=np.float64)
