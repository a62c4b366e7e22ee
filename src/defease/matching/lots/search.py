"""The search for pieces: rounding up, the dive, then whole-number programmes of growing pools."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

from defease.arrays import FloatArray, IntArray, read_only
from defease.matching.lots.cuts import Cut
from defease.matching.lots.dive import Candidate, Dive, evaluated, rounded_up
from defease.matching.lots.mixed import best_of, whole_program
from defease.matching.lots.pool import Pieces, largest_levels, pool_of
from defease.matching.lots.windows import Windows
from defease.solvers import Effort, LinearSolution, SolverStatus, TimeLimitError

if TYPE_CHECKING:
    from collections.abc import Callable

    from defease.matching.lots.clock import Clock
    from defease.matching.lots.pool import Pool
    from defease.matching.problem import MatchingProgram
    from defease.matching.question import MatchingQuestion

FIRST_POOL, NEXT_POOL = 3, 4
"""Bonds in the first pool for each one that the linear optimum holds, and in the next for each."""
FEWEST = 40
FIRST_SHARE = 0.25
ROOM = 10.0
LEAST_TIME = 0.05


class StageKind(StrEnum):
    """The ways in which an answer is found, in their order."""

    ROUNDED_UP = "rounding up"
    DIVE = "dive"
    RESTRICTED = "whole numbers among the most promising bonds"
    WINDOWS = "whole numbers by windows of maturities"
    WHOLE = "whole numbers among all bonds"


@dataclass(frozen=True, slots=True)
class Stage:
    """One step of the search: what it had found when it ended, and when; `cost` of the best yet."""

    kind: StageKind
    bonds: int
    seconds: float
    cost: float | None
    proven: float | None = None
    """What no choice among the bonds of this stage can cost less than."""


class Search:
    """Looks for pieces until the clock is out or the gap is small enough; keeps the best."""

    def __init__(
        self,
        question: MatchingQuestion,
        matching: MatchingProgram,
        relaxed: LinearSolution,
        *,
        pieces: Pieces,
        clock: Clock,
    ) -> None:
        self._question, self._matching, self._relaxed = question, matching, relaxed
        self._pieces, self._clock = pieces, clock
        self.bound = relaxed.objective
        self.best: Candidate | None = None
        self.found_by: StageKind | None = None
        self.stages: list[Stage] = []

    @property
    def seconds(self) -> float:
        """What the search was allowed to take."""
        return self._clock.allowed

    def run(
        self, *, relative_gap: float, progress: Callable[[float], None] | None = None
    ) -> SolverStatus:
        """Fill `best`, `bound` and `stages`; how the search ended.

        optimal: within the gap of the bound; feasible_gap: the search ended by itself;
        time_limit: the clock ended it; infeasible: proven that no pieces fit.
        """
        steps = (self._round_up, self._dive)
        for step in steps:
            self._attempt(step, progress)
            if self._within(relative_gap):
                return SolverStatus.OPTIMAL
        return self._enlarge(relative_gap, progress)

    def _attempt(self, step: Callable[[], None], progress: Callable[[float], None] | None) -> None:
        try:
            step()
        except TimeLimitError:
            return
        finally:
            if progress is not None:
                progress(min(1.0, self._clock.spent / self._clock.allowed))

    def _within(self, relative_gap: float) -> bool:
        if self.best is None:
            return False
        return self.best.cost - self.bound <= relative_gap * abs(self.bound)

    def _round_up(self) -> None:
        pool = self._pool(self._promising(0))
        self._offer(pool, rounded_up(pool, self._relaxed.x[pool.bonds]))
        self._note(StageKind.ROUNDED_UP, pool)

    def _dive(self) -> None:
        """Down by the quickest way; by the others too where names are too many."""
        for cut in Cut:
            pool = self._pool(self._promising(FIRST_POOL))
            dive = Dive(pool, self._clock, cut=cut)
            try:
                self._offer(pool, dive.run(), StageKind.DIVE)
            except TimeLimitError:
                self._offer(pool, rounded_up(pool, dive.levels), StageKind.DIVE)
                raise
            finally:
                self._note(StageKind.DIVE, pool)
            if not dive.names_were_cut:
                break

    def _enlarge(
        self, relative_gap: float, progress: Callable[[float], None] | None
    ) -> SolverStatus:
        """Whole-number programmes of ever larger pools, each started from the best so far."""
        factor = FIRST_POOL
        while self._clock.left > LEAST_TIME:
            pool = self._pool(self._promising(factor))
            share = FIRST_SHARE if factor == FIRST_POOL and self.best else 1.0
            ended = self._solve_whole(pool, relative_gap, self._clock.left * share)
            if ended is SolverStatus.TIME_LIMIT and not self._within(relative_gap):
                self._slide(pool, relative_gap)
            if progress is not None:
                progress(min(1.0, self._clock.spent / self._clock.allowed))
            status = self._status_after(pool, ended, relative_gap)
            if status is not None:
                return status
            factor *= NEXT_POOL
        return SolverStatus.TIME_LIMIT

    def _status_after(
        self, pool: Pool, ended: SolverStatus, relative_gap: float
    ) -> SolverStatus | None:
        """How the search ends with this pool; None where a larger one is worth its time."""
        if self._within(relative_gap):
            return SolverStatus.OPTIMAL
        if ended is SolverStatus.TIME_LIMIT:
            return SolverStatus.TIME_LIMIT
        if not self._is_complete(pool):
            return None
        none = self.best is None and ended is SolverStatus.INFEASIBLE
        return SolverStatus.INFEASIBLE if none else SolverStatus.FEASIBLE_GAP

    def _slide(self, pool: Pool, relative_gap: float) -> None:
        best = self._part_of_best(pool)
        if best is None or self._clock.left <= LEAST_TIME:
            return
        windows = Windows(whole_program(pool), self._clock)
        for found in windows.improvements(best, relative_gap=relative_gap):
            self._offer(pool, found, StageKind.WINDOWS)
            if self._within(relative_gap):
                break
        self._note(StageKind.WINDOWS, pool)

    def _solve_whole(self, pool: Pool, relative_gap: float, seconds: float) -> SolverStatus:
        kind = StageKind.WHOLE if pool.whole_universe else StageKind.RESTRICTED
        start = self._part_of_best(pool)
        effort = Effort(time_limit=seconds, relative_gap=relative_gap / 2.0)
        try:
            levels, proven, ended = best_of(whole_program(pool), start=start, effort=effort)
        except TimeLimitError:
            self._note(kind, pool)
            return SolverStatus.TIME_LIMIT
        if levels is not None:
            self._offer(pool, evaluated(pool, levels), kind)
        if np.isposinf(proven) and self.best is not None:
            # Nothing fits the bounds drawn from the best so far: nothing cheaper exists here.
            proven = self.best.cost
        if self._is_complete(pool) and np.isfinite(proven):
            self.bound = min(max(self.bound, proven), self.best.cost if self.best else proven)
        self._note(kind, pool, proven)
        return ended

    def _is_complete(self, pool: Pool) -> bool:
        """Whether no bond outside the pool can be part of a portfolio cheaper than the best.

        A piece of a bond adds at least its reduced cost to the linear optimum.
        """
        if pool.whole_universe:
            return True
        if self.best is None or not self._pieces.least:
            return False
        count = len(self._matching.bonds)
        outside = np.ones(count, dtype=np.bool_)
        outside[pool.bonds] = False
        dear = self._relaxed.objective + self._relaxed.reduced_costs[:count] * self._pieces.least
        return bool((dear[outside] >= self.best.cost).all())

    def _offer(
        self, pool: Pool, found: Candidate | None, kind: StageKind = StageKind.ROUNDED_UP
    ) -> None:
        """Keep a candidate that is cheaper than the best, in terms of all bonds."""
        if found is None or (self.best is not None and found.cost >= self.best.cost):
            return
        levels = np.zeros(len(self._matching.bonds))
        levels[pool.bonds] = found.levels
        x = np.zeros(len(self._matching.program.costs))
        x[pool.columns] = found.x
        self.best, self.found_by = Candidate(read_only(levels), x, found.cost), kind

    def _part_of_best(self, pool: Pool) -> Candidate | None:
        best = self.best
        if best is None or np.count_nonzero(best.levels[pool.bonds]) < np.count_nonzero(
            best.levels
        ):
            return None
        return Candidate(best.levels[pool.bonds], best.x[pool.columns], best.cost)

    def _note(self, kind: StageKind, pool: Pool, proven: float | None = None) -> None:
        cost = None if self.best is None else self.best.cost
        known = proven if proven is not None and np.isfinite(proven) else None
        self.stages.append(Stage(kind, pool.size, self._clock.spent, cost, known))

    def _promising(self, factor: int) -> IntArray:
        """What is held by the linear optimum, the best so far and today, and the least rich."""
        count = len(self._matching.bonds)
        wanted = self._relaxed.x[:count] > 0.0
        if self.best is not None:
            wanted |= self.best.levels > 0.0
        wanted |= self._pieces.held > 0.0
        prices = self._matching.program.costs[:count]
        rich = np.where(wanted, -np.inf, self._relaxed.reduced_costs[:count] / prices)
        number = int(np.count_nonzero(wanted))
        most = max(factor * number, FEWEST) if factor else number
        return np.sort(np.argsort(rich, kind="stable")[:most])

    def _pool(self, chosen: IntArray) -> Pool:
        most = largest_levels(self._matching, self._value())
        pieces = replace(self._pieces, most=most)
        return pool_of(self._question, self._matching, pieces, chosen)

    def _value(self) -> float:
        """What no portfolio cheaper than the best is worth more than; generous without a best."""
        return worth_at_most(self._matching, self._best_cost(), self._relaxed)

    def _best_cost(self) -> float:
        if self.best is not None:
            return self.best.cost
        prices: FloatArray = self._matching.program.costs[: len(self._matching.bonds)]
        pieces = (self._question.data.periods + 1) * max(self._pieces.least, self._pieces.unit)
        return ROOM * abs(self._relaxed.objective) + pieces * float(prices.max(initial=0.0))


def worth_at_most(matching: MatchingProgram, cost: float, relaxed: LinearSolution) -> float:
    """The largest value of bonds and cash in a portfolio that costs no more than `cost`.

    It is the cost itself, but for loans taken at settlement and credit for what is left at the end.
    """
    program = matching.program
    ours = len(matching.bonds)
    first = matching.cash.start if matching.cash else -1
    negative = np.flatnonzero(program.costs < 0.0)
    negative = negative[(negative >= ours) & (negative != first)]
    gains = -program.costs[negative] * program.column_upper[negative]
    if not np.isfinite(gains).all():
        # Uncapped: far beyond what the linear optimum uses.
        gains = np.where(np.isfinite(gains), 0.0, gains)
        used = -program.costs[negative] @ relaxed.x[negative]
        return float(cost + gains.sum() + ROOM * (abs(cost) + used))
    return float(cost + gains.sum())
