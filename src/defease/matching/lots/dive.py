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
from defease.matching.lots.cuts import Cut, cut_names, spread_tickets
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

    def __init__(self, pool: Pool, clock: Clock, *, cut: Cut = Cut.SMALLEST) -> None:
        self._pool, self.pieces, self._clock, self._cut = pool, pool.pieces, clock, cut
        self._session = Session(pool.program)
        self._lower = np.zeros(pool.size)
        self._upper = np.minimum(pool.program.column_upper[: pool.size], self._largest())
        self._forced = np.zeros(pool.size, dtype=np.bool_)
        self._settled = np.zeros(pool.size, dtype=np.bool_)
        self._solution: LinearSolution | None = None
        self.names_were_cut = False

    def run(self) -> Candidate | None:
        """The pieces found; None where the rules leave nothing on this way down.

        Raises `TimeLimitError` when the clock runs out.
        """
        self._move(np.arange(self.size), self._lower, self._upper)
        if self._solution is None:
            return None
        if self.pieces.ticket > 0.0 and not self.pieces.trades:
            spread_tickets(self)
        self.settle_small()
        self.names_were_cut = self.excess_names > 0
        if self.names_were_cut and not cut_names(self, self._cut):
            return None
        self._close()
        return self._round() if self.pieces.unit else self._finished()

    @property
    def size(self) -> int:
        """Number of bonds in the pool."""
        return self._pool.size

    @property
    def prices(self) -> FloatArray:
        """Prices of the bonds as they are in the market."""
        return self._pool.program.costs[: self.size]

    @property
    def levels(self) -> FloatArray:
        """What is held as things stand, crumbs left out."""
        if self._solution is None:
            return np.zeros(self.size)
        levels = self._solution.x[: self.size]
        return np.where(levels > NOTHING * levels.max(initial=0.0), levels, 0.0)

    @property
    def held(self) -> IntArray:
        """Positions of the bonds held."""
        return np.flatnonzero(self.levels)

    @property
    def excess_names(self) -> int:
        """How many names there are beyond what is allowed."""
        return len(self.held) - self.pieces.names

    @property
    def cost(self) -> float:
        """The objective as things stand."""
        return self._solution.objective if self._solution is not None else np.inf

    def drop(self, bonds: IntArray) -> bool:
        """Hold none of some bonds from here on, if anything is feasible without them."""
        none = np.zeros(len(bonds))
        return self._move(bonds, none, none)

    def cost_without(self, bond: int) -> float:
        """What all would cost without one bond; infinite where nothing is feasible without it."""
        one = np.array([bond])
        bounds = self._lower[one], self._upper[one]
        stands = self._solution
        cost = self.cost if self.drop(one) else np.inf
        self._bound(one, *bounds)
        self._solution = stands
        return cost

    def forbid_the_rest(self) -> None:
        """What is not held now is not bought later."""
        rest = np.flatnonzero(self.levels == 0.0)
        none = np.zeros(len(rest))
        self._bound(rest, none, none)

    def reprice(self, prices: FloatArray) -> None:
        """Solve again at other prices of the bonds."""
        bonds = np.arange(self.size)
        self._session.price_columns(bonds, prices)
        self._move(bonds, self._lower.copy(), self._upper.copy())

    def settle_small(self) -> None:
        """Pieces below the minimum go, the smallest quarter at a time, or are raised to it."""
        least = self.pieces.least
        for _ in range(2 * self.size if least else 0):
            levels = self.levels
            below = (levels > 0.0) & (levels < least * (1.0 - WHOLE)) & ~self._as_held(levels)
            small = np.flatnonzero(below & ~self._forced)
            if not len(small):
                return
            small = small[np.argsort(levels[small], kind="stable")]
            if len(small) <= FEW:
                self._drop_or_raise(int(small[-1]))
                continue
            group = small[: len(small) // SHARE_DROPPED]
            if not self.drop(group):
                self._drop_or_raise(int(group[0]))

    def _drop_or_raise(self, bond: int) -> None:
        """The cheaper of holding none of a bond and holding the smallest piece."""
        one, least = np.array([bond]), np.array([self.pieces.least])
        without, upper = self.cost_without(bond), np.maximum(least, self._upper[one])
        bounds = self._lower[one], self._upper[one]
        if self._move(one, least, upper):
            self._forced[bond] = True
            if self.cost <= without:
                return
            self._bound(one, *bounds)
        self._forced[bond] = not (np.isfinite(without) and self.drop(one))

    def _largest(self) -> FloatArray:
        unit = self.pieces.unit
        whole = np.floor(self.pieces.most / unit) * unit if unit else self.pieces.most
        usable = np.where(whole >= self.pieces.least, whole, 0.0)
        return np.asarray(np.maximum(usable, self.pieces.held), dtype=np.float64)

    def _move(self, bonds: IntArray, lower: FloatArray, upper: FloatArray) -> bool:
        """Bound some bonds and solve again; what turns out infeasible is taken back."""
        # Single solves are too short for the solver's own clock.
        self._clock.check()
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

    def _close(self) -> None:
        """From here on the bonds held are held, and no others."""
        levels, least = self.levels, self.pieces.least
        self.forbid_the_rest()
        held = np.flatnonzero((levels > 0.0) & ~self._as_held(levels))
        floors = np.maximum(self._lower[held], np.minimum(least, levels[held]))
        self._bound(held, floors, self._upper[held])
        kept = np.flatnonzero((levels > 0.0) & self._as_held(levels))
        self._bound(kept, self.pieces.held[kept], self.pieces.held[kept])
        self._settled[kept] = True

    def _as_held(self, levels: FloatArray) -> BoolArray:
        held = self.pieces.held
        return np.asarray((held > 0.0) & (np.abs(levels - held) <= WHOLE * held), dtype=np.bool_)

    def _round(self) -> Candidate | None:
        """Whole lots in order of falling maturity; each time the cheaper of up and down."""
        held = np.flatnonzero(self.levels)
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
        places = places[~self._as_held(self.levels)[places]]
        most = np.maximum(self.pieces.most[places], self._lower[places])
        least = np.minimum(self.pieces.least, self._lower[places])
        self._move(places, least, most)

    def _round_one(self, bond: int) -> bool:
        unit, one = self.pieces.unit, np.array([bond])
        bounds = self._lower[one], self._upper[one]
        lots = float(self.levels[bond] / unit)
        nearest, base = float(np.round(lots)), self.cost
        other = nearest + (1.0 if lots > nearest else -1.0)
        best, chosen = np.inf, None
        for count in (nearest, other):
            level = np.array([count * unit])
            if not bounds[0][0] - WHOLE <= level[0] <= bounds[1][0] * (1.0 + WHOLE):
                continue
            if self._move(one, level, level):
                if self.cost < best:
                    best, chosen = self.cost, level
                if abs(lots - nearest) < WHOLE or best <= base * (1.0 + GOOD_ENOUGH):
                    return True
                self._bound(one, *bounds)
        return chosen is not None and self._move(one, chosen, chosen)

    def _finished(self) -> Candidate | None:
        levels = in_lots(self._pool, self.levels)
        kept = self._as_held(levels)
        levels = np.where(kept, self.pieces.held, levels)
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
