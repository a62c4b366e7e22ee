"""The programme of a pool in whole lots: numbers of lots, marks for what is held, kept or traded.

::

    x_i = unit k_i + held_i w_i            k_i whole, w_i 1 where a present holding is kept as it is
    smallest z_i <= k_i <= K_i z_i         z_i 1 where a piece is held
    z_i + w_i <= 1,  t_i + w_i >= 1        t_i 1 where a present holding is traded
    sum z_i + sum w_i <= names             ticket for each z_i, or with trading for each t_i
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from defease.arrays import BoolArray, FloatArray, read_only
from defease.matching.assembly import ProgramBuilder
from defease.matching.lots.dive import Candidate, in_lots
from defease.matching.problem import NONE, positions
from defease.solvers import NoSolution, solve_mixed_program

if TYPE_CHECKING:
    from defease.matching.lots.pool import Pool
    from defease.solvers import Effort, LinearProgram, SolverStatus

WHOLE = 1e-9


@dataclass(frozen=True, eq=False)
class WholeProgram:
    """The mixed programme of a pool with the places of its marks.

    `marks` are z of all bonds, `kept` and `traded` w and t of the bonds held today.
    """

    pool: Pool
    program: LinearProgram
    whole: BoolArray
    marks: range
    kept: range
    traded: range

    def start(self, found: Candidate) -> FloatArray:
        """A candidate as levels of all columns."""
        pieces = self.pool.pieces
        keeps = pieces.as_kept(found.levels)
        own = np.where(keeps, 0.0, found.levels) / (pieces.unit or 1.0)
        x = np.zeros(len(self.program.costs))
        x[: len(found.x)] = found.x
        x[: self.pool.size] = np.round(own) if pieces.unit else own
        present = np.flatnonzero(pieces.held)
        for block, values in (
            (self.marks, own > 0.0),
            (self.kept, keeps[present]),
            (self.traded, ~keeps[present]),
        ):
            x[block.start : block.stop] = values if block else 0.0
        return x

    def levels(self, x: FloatArray) -> FloatArray:
        """Units of 100 face of each bond, whole lots exactly."""
        pieces, size = self.pool.pieces, self.pool.size
        own = np.round(x[:size]) * pieces.unit if pieces.unit else x[:size].copy()
        if self.marks:
            own[np.round(x[self.marks.start : self.marks.stop]) == 0.0] = 0.0
        if self.kept:
            present = np.flatnonzero(pieces.held)
            keeps = np.round(x[self.kept.start : self.kept.stop]) == 1.0
            own[present[keeps]] = pieces.held[present[keeps]]
        return in_lots(self.pool, own)


def whole_program(pool: Pool) -> WholeProgram:
    """The mixed programme of a pool."""
    pieces, size = pool.pieces, pool.size
    builder = ProgramBuilder.extending(_in_units(pool))
    count = len(pool.program.costs)
    most = _most(pool)
    marks = kept = traded = NONE
    if pieces.needs_marks:
        marks = _add_marks(builder, pool, most)
        kept, traded = _add_present(builder, pool, marks)
        names = np.concatenate((positions(marks), positions(kept)))
        if pieces.names < size:
            row = builder.add_rows(np.array([-np.inf]), np.array([float(pieces.names)])).start
            builder.add_entries(np.full(len(names), row), names, 1.0)
    builder.cap_columns(range(size), most)
    program = builder.build()
    whole = np.zeros(len(program.costs), dtype=np.bool_)
    whole[:size] = pieces.unit > 0.0
    whole[count:] = True
    return WholeProgram(pool, program, whole, marks, kept, traded)


def best_of(
    mixed: WholeProgram, *, start: Candidate | None, effort: Effort
) -> tuple[FloatArray | None, float, SolverStatus]:
    """The best pieces found, what nothing in this pool can cost less than, and how it ended."""
    begin = mixed.start(start) if start is not None else None
    found = solve_mixed_program(mixed.program, mixed.whole, start=begin, effort=effort)
    if isinstance(found, NoSolution):
        return None, np.inf, found.status
    return read_only(mixed.levels(found.x)), found.bound, found.status


def _most(pool: Pool) -> FloatArray:
    """The most lots (or units of 100 face) of each bond; 0 where the smallest piece is too much."""
    pieces = pool.pieces
    upper = np.minimum(pool.program.column_upper[: pool.size] * (1.0 + WHOLE), pieces.most)
    if pieces.unit:
        upper = np.floor(upper / pieces.unit + WHOLE)
    least = _least(pool)
    return np.asarray(np.where(upper >= least * (1.0 - WHOLE), upper, 0.0), dtype=np.float64)


def _least(pool: Pool) -> float:
    pieces = pool.pieces
    return float(np.round(pieces.least / pieces.unit)) if pieces.unit else pieces.least


def _in_units(pool: Pool) -> LinearProgram:
    """The programme with bonds counted in lots, bounded by the lots alone."""
    program, size, unit = pool.program, pool.size, pool.pieces.unit or 1.0
    units = np.ones(len(program.costs))
    units[:size] = unit
    upper = program.column_upper.copy()
    upper[:size] = np.inf
    return replace(
        program,
        costs=program.costs * units,
        values=program.values * units[program.entry_columns],
        column_upper=read_only(upper),
    )


def _add_marks(builder: ProgramBuilder, pool: Pool, most: FloatArray) -> range:
    """z_i with the two rows that tie it to the holding."""
    pieces, bonds = pool.pieces, np.arange(pool.size)
    costs = np.full(pool.size, pieces.ticket)
    if pieces.trades:
        costs[pieces.held > 0.0] = 0.0
    marks = builder.add_columns(costs, upper=(most > 0.0).astype(np.float64))
    below, none = np.full(pool.size, -np.inf), np.zeros(pool.size)
    for ends, factor in (((below, none), most), ((none, -below), np.full(pool.size, _least(pool)))):
        rows = positions(builder.add_rows(*ends))
        builder.add_entries(rows, bonds, 1.0)
        builder.add_entries(rows, positions(marks), -factor)
    return marks


def _add_present(builder: ProgramBuilder, pool: Pool, marks: range) -> tuple[range, range]:
    """w_i and t_i of the bonds held today."""
    pieces, program = pool.pieces, pool.program
    present = np.flatnonzero(pieces.held)
    if not len(present):
        return NONE, NONE
    held = pieces.held[present]
    allowed = held <= program.column_upper[present]
    kept = builder.add_columns(program.costs[present] * held, upper=allowed.astype(np.float64))
    for column, bond in zip(kept, present.tolist(), strict=True):
        entries = slice(program.starts[bond], program.starts[bond + 1])
        rows, amounts = program.rows[entries], program.values[entries] * pieces.held[bond]
        builder.add_entries(rows, np.full(len(rows), column), amounts)
    none, ones = np.full(len(present), -np.inf), np.ones(len(present))
    either = positions(builder.add_rows(none, ones))
    builder.add_entries(either, marks.start + present, 1.0)
    builder.add_entries(either, positions(kept), 1.0)
    if not (pieces.trades and pieces.ticket > 0.0):
        return kept, NONE
    traded = builder.add_columns(np.full(len(present), pieces.ticket), upper=1.0)
    one_of = positions(builder.add_rows(ones, -none))
    builder.add_entries(one_of, positions(traded), 1.0)
    builder.add_entries(one_of, positions(kept), 1.0)
    return kept, traded
