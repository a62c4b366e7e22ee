"""Improving pieces by parts: the bonds of a few maturities are chosen anew, the others stay.

A whole-number programme of a window is solved in a second or so where that of all bonds would not
move for minutes; windows slide from the longest maturities to the shortest, in pairs so that a
place in the list of names can move from one to the other.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from defease.arrays import BoolArray, read_only
from defease.matching.lots.dive import Candidate, evaluated
from defease.matching.lots.mixed import best_of
from defease.solvers import Effort, SolverStatus, TimeLimitError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from defease.matching.lots.clock import Clock
    from defease.matching.lots.mixed import WholeProgram

FIRST_PART = 6
NARROWEST = 24
WIDER, NARROWER = 1.4, 0.7
QUICK = 0.3
SECONDS = 2.0
STRIDE = 0.382


class Windows:
    """Windows over the bonds of a pool in order of maturity, as wide as time lets them be."""

    def __init__(self, mixed: WholeProgram, clock: Clock) -> None:
        self._mixed, self._clock = mixed, clock
        self._order = np.argsort(-mixed.pool.last_dates, kind="stable")
        self._width: float = max(NARROWEST, mixed.pool.size // FIRST_PART)
        self._seconds = min(SECONDS, clock.left / 4.0)

    def improvements(self, best: Candidate, *, relative_gap: float) -> Iterator[Candidate]:
        """Ever cheaper candidates; ends when the time is out or no window is left to try."""
        turn, since = 0, 0
        while not self._clock.is_out and since <= self._patience:
            free = self._window(turn)
            turn, since = turn + 1, since + 1
            found = self._chosen_anew(best, free, relative_gap)
            if found is not None and found.cost < best.cost:
                best, since = found, 0
                yield found

    @property
    def _patience(self) -> int:
        """Windows tried in vain before the search is given up: each bond several times over."""
        return 8 * max(1, round(self._mixed.pool.size / self._width))

    def _window(self, turn: int) -> BoolArray:
        """Two stretches of maturities: one that slides, and one that jumps about."""
        size, half = self._mixed.pool.size, max(1, int(self._width) // 2)
        first = (turn * half) % size
        # Multiples of the golden ratio fall evenly, whatever the number of turns.
        second = int(size * ((turn * STRIDE) % 1.0))
        chosen = np.zeros(size, dtype=np.bool_)
        for start in (first, second):
            chosen[np.take(self._order, np.arange(start, start + half), mode="wrap")] = True
        return chosen

    def _chosen_anew(
        self, best: Candidate, free: BoolArray, relative_gap: float
    ) -> Candidate | None:
        limited = _with_fixed(self._mixed, best, free)
        seconds = min(self._seconds, self._clock.left)
        before = self._clock.spent
        effort = Effort(time_limit=seconds, relative_gap=relative_gap / 10.0)
        try:
            levels, _, ended = best_of(limited, start=best, effort=effort)
        except TimeLimitError:
            self._width = max(NARROWEST, self._width * NARROWER)
            return None
        self._adapt(ended, self._clock.spent - before)
        return None if levels is None else evaluated(self._mixed.pool, levels)

    def _adapt(self, ended: SolverStatus, seconds: float) -> None:
        if ended is SolverStatus.TIME_LIMIT:
            self._width = max(NARROWEST, self._width * NARROWER)
        elif seconds < QUICK * self._seconds:
            self._width = min(2.0 * self._mixed.pool.size, self._width * WIDER)


def _with_fixed(mixed: WholeProgram, best: Candidate, free: BoolArray) -> WholeProgram:
    """The programme in which the bonds that are not free stay as they are in a candidate."""
    size, held = mixed.pool.size, np.flatnonzero(mixed.pool.pieces.held)
    fixed = np.zeros(len(mixed.program.costs), dtype=np.bool_)
    fixed[:size] = ~free
    for block, bonds in ((mixed.marks, np.arange(size)), (mixed.kept, held), (mixed.traded, held)):
        if block:
            fixed[block.start : block.stop] = ~free[bonds]
    at = mixed.start(best)
    lower = np.where(fixed, at, mixed.program.column_lower)
    upper = np.where(fixed, at, mixed.program.column_upper)
    program = replace(mixed.program, column_lower=read_only(lower), column_upper=read_only(upper))
    return replace(mixed, program=program)
