"""One scenario's cash when today's decisions are given: payable or not, its cost, its margins.

A small programme of T rows, kept in the solver; scenarios and today's decisions only change its
bounds.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from defease.arrays import FloatArray
from defease.errors import Problem, SolverError
from defease.matching.assembly import ProgramBuilder
from defease.matching.problem import positions
from defease.solvers import LinearSolution, Session

if TYPE_CHECKING:
    from defease.matching.uncertain.stages import Block, Stages

PAYABLE = 1e-8
"""Gaps below this share of the largest payment are rounding."""


@dataclass(frozen=True, eq=False)
class Response:
    """What one scenario makes of today's decisions.

    Attributes
    ----------
    gap
        What cannot be balanced, 0 where the scenario is payable.
    cost
        Cost of its own decisions; 0 where it is not payable.
    values
        Fall of `gap` (else of `cost`) for one unit more received on each date, shape (T,).
    allowance
        The same for one unit more that may stay unpaid on every date.
    later, unpaid
        Its decisions, and what stays unpaid.
    """

    gap: float
    cost: float
    values: FloatArray
    allowance: float
    later: FloatArray
    unpaid: FloatArray


class Recourse:
    """Scenarios answered one after another, each from where the last one ended.

    Parameters
    ----------
    stages
        The question in two stages.
    """

    def __init__(self, stages: Stages) -> None:
        self._stages = stages
        builder = ProgramBuilder()
        first = stages.blocks[0]
        self._places = stages.add_block(builder, first, weight=1.0, linked=False)
        rows = positions(self._places.rows)
        missing, excess = (builder.add_columns(np.zeros(stages.periods)) for _ in range(2))
        builder.add_entries(rows, positions(missing), 1.0)
        builder.add_entries(rows, positions(excess), -1.0)
        self._gaps = np.concatenate((positions(missing), positions(excess)))
        largest = float(np.abs(stages.scenarios.payments).max(initial=0.0)) or 1.0
        self._rounding = PAYABLE * largest
        # An answer near 0 is proven relative to this amount, not to nothing.
        self._yardstick = builder.add_columns(np.ones(1), lower=largest, upper=largest).start
        program = builder.build()
        self._carried = bool(np.isfinite(program.row_upper).all())
        gaps_alone = np.zeros(len(program.costs))
        gaps_alone[self._gaps] = gaps_alone[self._yardstick] = 1.0
        self._payable = Session(replace(program, costs=gaps_alone))
        self._cheapest = Session(program)

    def answer(self, block: Block, received: FloatArray, allowed: float) -> Response:
        """A scenario's answer to what is received, shape (T,), and to the most left unpaid."""
        found = self._solved(self._payable, block, received, allowed)
        gap = self._cost_of(found)
        if gap > self._rounding:
            return self._response(found, block, allowed, gap=gap)
        if not self._stages.later_decisions_cost:
            return self._response(found, block, allowed, gap=0.0)
        rest = found.x[self._gaps].clip(min=0.0)
        self._cheapest.bound_columns(self._gaps, np.zeros(len(rest)), rest)
        cheapest = self._solved(self._cheapest, block, received, allowed)
        return self._response(cheapest, block, allowed, gap=0.0)

    def _solved(
        self, session: Session, block: Block, received: FloatArray, allowed: float
    ) -> LinearSolution:
        places, due = self._places, block.payments - received
        most = due if self._carried else np.full(len(due), np.inf)
        session.bound_rows(positions(places.rows), due, most)
        lower = session.program.column_lower[places.later.start : places.later.stop]
        if places.later:
            session.bound_columns(positions(places.later), lower, block.upper)
        if places.unpaid:
            most_unpaid = np.minimum(block.unpaid, allowed)
            session.bound_columns(positions(places.unpaid), np.zeros(len(due)), most_unpaid)
        found = session.solve()
        if isinstance(found, LinearSolution):
            return found
        what = f"the cash of a scenario has no optimum ({found.status})"
        raise SolverError(Problem("matching.scenarios", what, "solve it directly"))

    def _cost_of(self, found: LinearSolution) -> float:
        return found.objective - float(found.x[self._yardstick])

    def _response(
        self, found: LinearSolution, block: Block, allowed: float, *, gap: float
    ) -> Response:
        places = self._places
        unpaid, allowance = np.zeros(self._stages.periods), 0.0
        if places.unpaid:
            columns = slice(places.unpaid.start, places.unpaid.stop)
            unpaid = found.x[columns]
            # The lower of two bounds is felt; an allowance above the payment itself is not.
            felt = allowed < block.unpaid
            allowance = float((-found.reduced_costs[columns][felt]).clip(min=0.0).sum())
        return Response(
            gap=gap,
            cost=0.0 if gap else self._cost_of(found),
            values=found.row_duals[: self._stages.periods],
            allowance=allowance,
            later=found.x[places.later.start : places.later.stop],
            unpaid=unpaid,
        )
