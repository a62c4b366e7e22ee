"""Scenario by scenario: today's decisions meet every scenario's answer until bound and cost agree.

The master programme knows today's decisions x, what they bring R, and cuts; each scenario answers
with what it cannot pay or what it costs, and its marginal values pi.  Both are convex in R, hence

    cost_w(R) >= cost_w(R') - pi'(R - R'),      0 >= gap_w(R') - pi'(R - R').

Besides the cuts the master holds the average scenario in full: the average of all later decisions
pays the average payments, so no portfolio that fails the average need be tried (Benders, 1962; with
one cut a scenario: Birge and Louveaux, 1988).
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from defease.arrays import FloatArray, IntArray
from defease.errors import Problem, SolverError
from defease.matching.assembly import ProgramBuilder
from defease.matching.problem import positions
from defease.matching.uncertain.direct import Decided, add_tail_bound
from defease.matching.uncertain.recourse import Recourse
from defease.solvers import NoSolution, TimeLimitError, solve_linear_program

if TYPE_CHECKING:
    from collections.abc import Sequence

    from defease.matching.uncertain.recourse import Response
    from defease.matching.uncertain.stages import Stages
    from defease.solvers import LinearProgram, LinearSolution

AGREED = 1e-8
"""Relative difference of cost and bound that is no difference."""
ROUNDS = 2000
PLACE = "matching.scenarios"
EMPTY = np.empty(0, dtype=np.int64)


@dataclass(frozen=True, eq=False)
class Master:
    """The programme of today's decisions without cuts; costs and allowances by scenario."""

    program: LinearProgram
    receipts: IntArray
    costs: IntArray
    allowances: IntArray

    @classmethod
    def of(cls, stages: Stages) -> Master:
        """Today's decisions and the average scenario."""
        builder, shares = stages.core(), stages.scenarios.probabilities
        average = stages.add_block(builder, stages.average_block, weight=0.0)
        costs = EMPTY
        if stages.later_decisions_cost:
            costs = positions(builder.add_columns(shares.copy(), lower=-np.inf))
            row = builder.add_rows(np.zeros(1), np.full(1, np.inf)).start
            builder.add_entries(np.full(len(costs), row), costs, shares)
            later, unpaid = positions(average.later), positions(average.unpaid)
            builder.add_entries(np.full(len(later), row), later, -stages.later_costs)
            builder.add_entries(
                np.full(len(unpaid), row), unpaid, -stages.unit_prices[: len(unpaid)]
            )
        bounded = stages.rule.cvar_bound is not None
        allowances = add_tail_bound(builder, stages) if bounded else EMPTY
        return cls(builder.build(), stages.receipts, costs, allowances)

    def allowed(self, x: FloatArray, scenario: int) -> float:
        """The most that may stay unpaid on a date of a scenario."""
        return float(x[self.allowances[scenario]]) if len(self.allowances) else math.inf

    def with_cuts(self, cuts: Sequence[Cut]) -> LinearProgram:
        """The programme with its cuts as rows."""
        builder = ProgramBuilder.extending(self.program)
        rows = positions(builder.add_rows(np.array([cut.least for cut in cuts]), _free(cuts)))
        for row, cut in zip(rows.tolist(), cuts, strict=True):
            builder.add_entries(np.full(len(cut.columns), row), cut.columns, cut.values)
        return builder.build()


@dataclass(frozen=True, eq=False)
class Cut:
    """A row that a scenario demands: ``values @ x[columns] >= least``."""

    columns: IntArray
    values: FloatArray
    least: float


def solve_by_scenario(stages: Stages, *, time_limit: float = math.inf) -> Decided | NoSolution:
    """The optimum with one small programme a scenario, proven by the master's bound."""
    master, recourse, cuts = Master.of(stages), Recourse(stages), list[Cut]()
    ends, best = time.monotonic() + time_limit, None
    for round_number in range(1, ROUNDS + 1):
        left = ends - time.monotonic()
        if left <= 0.0:
            raise _out_of_time(best)
        proposed = solve_linear_program(master.with_cuts(cuts), time_limit=left)
        if isinstance(proposed, NoSolution):
            return proposed
        responses = _responses(stages, master, recourse, proposed.x)
        best = _better(best, _decided(stages, proposed, responses, round_number))
        if best is not None and _agree(best, proposed.objective):
            return _proven(best, proposed, round_number)
        new = _new_cuts(master, proposed.x, responses, stages.scenarios.probabilities)
        if not new:
            break
        cuts += new
    what, remedy = "bound and cost do not meet, scenario by scenario", "solve it directly"
    raise SolverError(Problem(PLACE, what, remedy))


def _responses(
    stages: Stages, master: Master, recourse: Recourse, x: FloatArray
) -> tuple[Response, ...]:
    """What every scenario makes of the proposal."""
    return tuple(
        recourse.answer(block, x[master.receipts], master.allowed(x, scenario))
        for scenario, block in enumerate(stages.blocks)
    )


def _better(best: Decided | None, found: Decided | None) -> Decided | None:
    if best is None or found is None:
        return best or found
    return found if found.objective < best.objective else best


def _agree(best: Decided, bound: float) -> bool:
    return best.objective - bound <= AGREED * best.size


def _decided(
    stages: Stages, proposed: LinearSolution, responses: Sequence[Response], rounds: int
) -> Decided | None:
    """The proposal with the decisions of all scenarios; None where one of them cannot pay."""
    if any(response.gap for response in responses):
        return None
    first = proposed.x[: len(stages.first)]
    today = float(stages.matching.program.costs[stages.first] @ first)
    shares = stages.scenarios.probabilities
    costs = np.array([response.cost for response in responses])
    later = float(shares @ costs)
    return Decided(
        first=first,
        later=tuple(response.later for response in responses),
        unpaid=tuple(response.unpaid for response in responses),
        objective=today + later,
        bound=proposed.objective,
        certificate=proposed.certificate,
        rounds=rounds,
        size=abs(today) + float(shares @ np.abs(costs)),
    )


def _proven(best: Decided, proposed: LinearSolution, rounds: int) -> Decided:
    """The best decisions with the last bound, which is the highest."""
    return replace(
        best,
        bound=min(proposed.objective, best.objective),
        certificate=proposed.certificate,
        rounds=rounds,
    )


def _new_cuts(
    master: Master, x: FloatArray, responses: Sequence[Response], shares: FloatArray
) -> list[Cut]:
    """One cut of every scenario that cannot pay, or costs more than the master believes."""
    cuts = []
    for scenario, response in enumerate(responses):
        cost = response.gap or response.cost
        columns, values = [master.receipts], [response.values]
        if len(master.allowances):
            columns.append(master.allowances[scenario : scenario + 1])
            values.append(np.array([response.allowance]))
        if not response.gap:
            if not len(master.costs) or not shares[scenario]:
                continue
            believed = float(x[master.costs[scenario]])
            if cost - believed <= AGREED * abs(cost):
                continue
            columns.append(master.costs[scenario : scenario + 1])
            values.append(np.ones(1))
        places, slopes = np.concatenate(columns), np.concatenate(values)
        own = slopes[: len(slopes) - (0 if response.gap else 1)]
        least = cost + float(own @ x[places[: len(own)]])
        cuts.append(Cut(places, slopes, least))
    return cuts


def _free(cuts: Sequence[Cut]) -> FloatArray:
    return np.full(len(cuts), np.inf)


def _out_of_time(best: Decided | None) -> TimeLimitError:
    known = "none that pays in every scenario yet"
    if best is not None:
        known = f"best so far costs {best.objective:,.2f}, none costs less than {best.bound:,.2f}"
    return TimeLimitError(
        Problem(PLACE, f"the time limit was reached ({known})", "allow more time")
    )
