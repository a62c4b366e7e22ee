"""All scenarios in one programme: while it fits, the plain way."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from defease.arrays import FloatArray
from defease.matching.problem import positions
from defease.solvers import NoSolution, solve_linear_program

if TYPE_CHECKING:
    from defease.arrays import IntArray
    from defease.matching.assembly import ProgramBuilder
    from defease.matching.uncertain.stages import BlockPlaces, Stages
    from defease.solvers import Certificate


@dataclass(frozen=True, eq=False)
class Decided:
    """Decisions of today and of each scenario, what they cost, and what none can cost less than.

    `later` and `unpaid` have one array a scenario; `certificate` is that of the programme that
    gave the bound; `size` adds up the sizes of all costs.
    """

    first: FloatArray
    later: tuple[FloatArray, ...]
    unpaid: tuple[FloatArray, ...]
    objective: float
    bound: float
    certificate: Certificate
    rounds: int
    size: float


def solve_directly(stages: Stages, *, time_limit: float = math.inf) -> Decided | NoSolution:
    """The optimum over all scenarios at once."""
    builder, shares = stages.core(), stages.scenarios.probabilities.tolist()
    places = [
        stages.add_block(builder, block, weight=share)
        for block, share in zip(stages.blocks, shares, strict=True)
    ]
    if stages.rule.cvar_bound is not None:
        _tie(builder, places, add_tail_bound(builder, stages))
    found = solve_linear_program(builder.build(), time_limit=time_limit)
    if isinstance(found, NoSolution):
        return found
    x = found.x
    nothing = np.zeros(stages.periods)
    return Decided(
        first=x[: len(stages.first)],
        later=tuple(x[place.later.start : place.later.stop] for place in places),
        unpaid=tuple(
            x[place.unpaid.start : place.unpaid.stop] if place.unpaid else nothing
            for place in places
        ),
        objective=found.objective,
        bound=found.objective,
        certificate=found.certificate,
        rounds=1,
        size=abs(found.objective),
    )


def add_tail_bound(builder: ProgramBuilder, stages: Stages) -> IntArray:
    """Rows that bound the average of the worst shortfalls; the columns m of worst shortfalls.

    ``xi_w >= m_w - eta``, ``eta + sum q_w xi_w / (1 - a) <= bound``, all at least 0 (Rockafellar
    and Uryasev, 2000; shortfalls are not negative, hence eta need not be).
    """
    rule, shares = stages.rule, stages.scenarios.probabilities
    count = len(shares)
    worst = positions(builder.add_columns(np.zeros(count)))
    beyond = positions(builder.add_columns(np.zeros(count)))
    quantile = builder.add_columns(np.zeros(1)).start
    rows = positions(builder.add_rows(np.zeros(count), np.full(count, np.inf)))
    builder.add_entries(rows, beyond, 1.0)
    builder.add_entries(rows, worst, -1.0)
    builder.add_entries(rows, np.full(count, quantile), 1.0)
    bound = np.array([rule.cvar_bound], dtype=np.float64)
    row = builder.add_rows(np.full(1, -np.inf), bound).start
    builder.add_entries(np.array([row]), np.array([quantile]), 1.0)
    builder.add_entries(np.full(count, row), beyond, shares / (1.0 - rule.cvar_level))
    return worst


def _tie(builder: ProgramBuilder, places: list[BlockPlaces], worst: IntArray) -> None:
    """``m_w >= u_wt``: nothing unpaid exceeds its scenario's worst shortfall."""
    for place, column in zip(places, worst.tolist(), strict=True):
        unpaid = positions(place.unpaid)
        count = len(unpaid)
        rows = positions(builder.add_rows(np.zeros(count), np.full(count, np.inf)))
        builder.add_entries(rows, np.full(count, column), 1.0)
        builder.add_entries(rows, unpaid, -1.0)
