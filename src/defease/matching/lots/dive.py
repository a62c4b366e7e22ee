"""From the linear optimum to pieces: sub-minimum holdings go, then lots are rounded one by one.

Every decision is followed by a warm re-solve of the rest, so that what one rounding adds the next
ones take away; a decision after which nothing is feasible is taken back.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from defease.arrays import BoolArray, FloatArray, read_only
from defease.errors import SolverError
from defease.solvers import LinearSolution, NoSolution, Session, TimeLimitError

if TYPE_CHECKING:
    from defease.arrays import IntArray
    from defease.matching.lots.clock import Clock
    from defease.matching.lots.pool import Pool

NOTHING = 1e-7
"""A level below this share of the largest is none."""
WHOLE = 1e-7
SHARE_DROPPED = 4
FEW = 6
TAKEN_BACK = 5
MOST_RETREATS = 20
GOOD_ENOUGH = 1e-8


@dataclass(frozen=True, eq=False)
class Candidate:
    """Pieces of the bonds of a pool that make every payment, and what they cost with tickets.

    `levels` are exact: whole lots, or a present holding; `x` are all columns of the pool.
    """

    levels: FloatArray
    x: FloatArray
    cost: float


def evaluated(pool: Pool, levels: FloatArray) -> Candidate | None:
    """The cheapest cash that goes with these pieces; None where they break a rule or a limit."""
    session = Session(pool.program)
    bonds = np.arange(pool.size)
    if (levels > pool.program.column_upper[: pool.size]).any() or not keeps_rules(pool, levels):
        return None
    session.bound_columns(bonds, levels, levels)
    return _candidate(pool, levels, _solved(session))


def keeps_rules(pool: Pool, levels: FloatArray) -> bool:
    """Whether pieces are large and few enough (lots are whole where they are made)."""
    pieces = pool.pieces
    small = (levels > 0.0) & (levels < pieces.least * (1.0 - WHOLE)) & ~pieces.as_kept(levels)
    return not small.any() and int(np.count_nonzero(levels)) <= pieces.names


def in_lots(pool: Pool, levels: FloatArray) -> FloatArray:
    """Levels as exact numbers of lots, present holdings as they are."""
    unit = pool.pieces.unit
    if not unit:
        return levels
    rounded = np.round(levels / unit) * unit
    return np.where(pool.pieces.as_kept(levels), levels, rounded)


def rounded_up(pool: Pool, levels: FloatArray) -> Candidate | None:
    """Every holding of the linear optimum rounded up: crude, and at hand at once."""
    pieces = pool.pieces
    held = np.where(levels > NOTHING * levels.max(initial=0.0), levels, 0.0)
    up = np.ceil(held / pieces.unit - WHOLE) * pieces.unit if pieces.unit else held
    chosen = np.where(held > 0.0, np.maximum(up, pieces.least), 0.0)
    kept = (pieces.held > 0.0) & np.isclose(held, pieces.held, rtol=1e-9)
    return evaluated(pool, np.where(kept, pieces.held, chosen))


class Dive:
    """One way down from the linear optimum of a pool to pieces."""

    def __init__(self, pool: Pool, clock: Clock) -> None:
        self._pool, self._pieces, self._clock = pool, pool.pieces, clock
        self._session = Session(pool.program)
        self._lower = np.zeros(pool.size)
        self._upper = np.minimum(pool.program.column_upper[: pool.size], self._largest())
        self._forced = np.zeros(pool.size, dtype=np.bool_)
        self._settled = np.zeros(pool.size, dtype=np.bool_)
        self._solution: LinearSolution | None = None

    def run(self) -> Candidate | None:
        """The pieces found; None where the rules leave nothing on this way down.

        Raises `TimeLimitError` when the clock runs out.
        """
        self._move(np.arange(self._pool.size), self._lower, self._upper)
        if self._solution is None:
            return None
        self._drop_small()
        if not self._drop_names():
            return None
        self._close()
        return self._round() if self._pieces.unit else self._finished()

    def _largest(self) -> FloatArray:
        unit = self._pieces.unit
        whole = np.floor(self._pieces.most / unit) * unit if unit else self._pieces.most
        usable = np.where(whole >= self._pieces.least, whole, 0.0)
        return np.asarray(np.maximum(usable, self._pieces.held), dtype=np.float64)

    @property
    def _levels(self) -> FloatArray:
        if self._solution is None:
            return np.zeros(self._pool.size)
        levels = self._solution.x[: self._pool.size]
        return np.where(levels > NOTHING * levels.max(initial=0.0), levels, 0.0)

    def _move(self, bonds: IntArray, lower: FloatArray, upper: FloatArray) -> bool:
        """Bound some bonds and solve again; what turns out infeasible is taken back."""
        before = self._lower[bonds], self._upper[bonds]
        self._bound(bonds, lower, upper)
        solution = _solved(self._session, time_limit=self._clock.left)
        if solution is None:
            self._bound(bonds, *before)
            return False
        self._solution = solution
        return True

    def _bound(self, bonds: IntArray, lower: FloatArray, upper: FloatArray) -> None:
        self._lower[bonds], self._upper[bonds] = lower, upper
        self._session.bound_columns(bonds, lower.astype(np.float64), upper.astype(np.float64))

    def _drop_small(self) -> None:
        """Pieces below the minimum go, the smallest quarter at a time, or are raised to it."""
        least = self._pieces.least
        for _ in range(2 * self._pool.size if least else 0):
            levels = self._levels
            below = (levels > 0.0) & (levels < least * (1.0 - WHOLE)) & ~self._as_held(levels)
            small = np.flatnonzero(below & ~self._forced)
            if not len(small):
                return
            small = small[np.argsort(levels[small], kind="stable")]
            if len(small) <= FEW:
                self._drop_or_raise(int(small[-1]))
                continue
            group = small[: len(small) // SHARE_DROPPED]
            if not self._move(group, np.zeros(len(group)), np.zeros(len(group))):
                self._drop_or_raise(int(group[0]))

    def _drop_or_raise(self, bond: int) -> None:
        """The cheaper of holding none of a bond and holding the smallest piece."""
        one, least = np.array([bond]), np.array([self._pieces.least])
        bounds = self._lower[one], self._upper[one]
        raised = self._move(one, least, np.maximum(least, bounds[1]))
        dear = self._cost if raised else np.inf
        self._bound(one, *bounds)
        if self._move(one, np.zeros(1), np.zeros(1)) and self._cost <= dear:
            return
        if raised:
            self._move(one, least, np.maximum(least, bounds[1]))
            self._forced[bond] = True
            return
        self._bound(one, *bounds)
        self._forced[bond] = True

    @property
    def _cost(self) -> float:
        return self._solution.objective if self._solution is not None else np.inf

    def _drop_names(self) -> bool:
        """The smallest holdings go, a quarter of the excess at a time, until names are few."""
        stuck = np.zeros(self._pool.size, dtype=np.bool_)
        while True:
            levels = self._levels
            held = np.flatnonzero(levels)
            excess = len(held) - self._pieces.names
            if excess <= 0:
                return True
            free = held[~stuck[held]]
            if not len(free):
                return False
            free = free[np.argsort(levels[free], kind="stable")]
            self._forbid(np.flatnonzero(levels == 0.0))
            group = free[: max(1, excess // SHARE_DROPPED)]
            if self._move(group, np.zeros(len(group)), np.zeros(len(group))):
                self._drop_small()
            else:
                stuck[group] = True

    def _forbid(self, bonds: IntArray) -> None:
        none = np.zeros(len(bonds))
        self._bound(bonds, none, none)

    def _close(self) -> None:
        """From here on the bonds held are held, and no others."""
        levels, least = self._levels, self._pieces.least
        self._forbid(np.flatnonzero(levels == 0.0))
        held = np.flatnonzero((levels > 0.0) & ~self._as_held(levels))
        floors = np.maximum(self._lower[held], np.minimum(least, levels[held]))
        self._bound(held, floors, self._upper[held])
        kept = np.flatnonzero((levels > 0.0) & self._as_held(levels))
        self._bound(kept, self._pieces.held[kept], self._pieces.held[kept])
        self._settled[kept] = True

    def _as_held(self, levels: FloatArray) -> BoolArray:
        held = self._pieces.held
        return np.asarray((held > 0.0) & (np.abs(levels - held) <= WHOLE * held), dtype=np.bool_)

    def _round(self) -> Candidate | None:
        """Whole lots in order of falling maturity; each time the cheaper of up and down."""
        held = np.flatnonzero(self._levels)
        order = held[np.argsort(-self._pool.last_dates[held], kind="stable")]
        waiting, done, retreats = deque(order.tolist()), list[int](), 0
        while waiting:
            bond = waiting.popleft()
            if self._settled[bond] or self._round_one(bond):
                done.append(bond)
                continue
            retreats += 1
            back = [done.pop() for _ in range(min(TAKEN_BACK, len(done)))]
            if not back or retreats > MOST_RETREATS:
                return None
            self._release(back)
            waiting.appendleft(bond)
            waiting.extend(back)
        return self._finished()

    def _release(self, bonds: list[int]) -> None:
        places = np.array(bonds)
        places = places[~self._as_held(self._levels)[places]]
        most = np.maximum(self._pieces.most[places], self._lower[places])
        least = np.minimum(self._pieces.least, self._lower[places])
        self._move(places, least, most)

    def _round_one(self, bond: int) -> bool:
        unit, one = self._pieces.unit, np.array([bond])
        bounds = self._lower[one], self._upper[one]
        lots = float(self._levels[bond] / unit)
        nearest, base = float(np.round(lots)), self._cost
        other = nearest + (1.0 if lots > nearest else -1.0)
        best, chosen = np.inf, None
        for count in (nearest, other):
            level = np.array([count * unit])
            if not bounds[0][0] - WHOLE <= level[0] <= bounds[1][0] * (1.0 + WHOLE):
                continue
            if self._move(one, level, level):
                if self._cost < best:
                    best, chosen = self._cost, level
                if abs(lots - nearest) < WHOLE or best <= base * (1.0 + GOOD_ENOUGH):
                    return True
                self._bound(one, *bounds)
        return chosen is not None and self._move(one, chosen, chosen)

    def _finished(self) -> Candidate | None:
        levels = in_lots(self._pool, self._levels)
        kept = self._as_held(levels)
        levels = np.where(kept, self._pieces.held, levels)
        return evaluated(self._pool, levels)


def _solved(session: Session, *, time_limit: float = np.inf) -> LinearSolution | None:
    """The certified optimum; None where there is none or it cannot be certified."""
    try:
        solution = session.solve(time_limit=time_limit)
    except TimeLimitError:
        raise
    except SolverError:
        return None
    return None if isinstance(solution, NoSolution) else solution


def _candidate(pool: Pool, levels: FloatArray, solution: LinearSolution | None) -> Candidate | None:
    if solution is None:
        return None
    cost = solution.objective + pool.pieces.tickets(levels)
    return Candidate(read_only(levels.copy()), solution.x, cost)
