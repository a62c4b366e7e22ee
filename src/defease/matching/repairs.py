"""By how much a limit would have to be loosened, alone or with one other, to make all payments.

A limit on shares of the portfolio's own cost is loosened by solving for the least excess, moving
the share to what that portfolio needs, and repeating (Dinkelbach's method for ratios): each round
is one linear programme, and three to five rounds suffice.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from defease.errors import SolverError
from defease.matching.assembly import ProgramBuilder
from defease.matching.elastic import ElasticQuestion, solvable
from defease.matching.limits import SizedLimit
from defease.matching.problem import Sense
from defease.matching.question import cash_caps
from defease.solvers import LinearSolution, solve_linear_program

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from defease.matching.problem import LimitRow, MatchingProgram
    from defease.matching.question import MatchingQuestion

FINEST = 0.05
"""A size is rounded up to a twentieth of a step: shares to 0.05%."""
ROUNDS = 30
DILUTED = 10.0
THOUSAND = 1000
SETTLED = 1e-7
LONGEST_CAP = 1200


@dataclass(frozen=True, slots=True)
class Repair:
    """Limits that, loosened together to these sizes, let every payment be made."""

    sentence: str


def single_repairs(question: MatchingQuestion) -> tuple[Repair, ...]:
    """Every rule that repairs the problem alone, with the size it would need."""
    found = [_repair(question, (limit,)) for limit in _sized(question)]
    found.append(_cash_cap_repair(question))
    return tuple(repair for repair in found if repair is not None)


def pair_repairs(question: MatchingQuestion) -> tuple[Repair, ...]:
    """Every two limits that repair the problem together, both loosened by the same factor."""
    pairs = combinations(_sized(question), 2)
    found = [_repair(question, pair) for pair in pairs]
    return tuple(repair for repair in found if repair is not None)


def _sized(question: MatchingQuestion) -> list[SizedLimit]:
    return [limit for limit in question.limits if isinstance(limit, SizedLimit)]


def _repair(question: MatchingQuestion, limits: tuple[SizedLimit, ...]) -> Repair | None:
    """The smallest common loosening of some limits, in words; None where it does not help."""
    if not solvable(_without(question, limits)):
        return None
    factor = _smallest_factor(question, limits)
    names = [f"the {limit.name} of {limit.said(limit.size)}" for limit in limits]
    if factor is None:
        verb = "would have to be lifted altogether"
        return Repair(f"{' and '.join(names)} {verb}")
    sizes = [limit.said(_rounded(limit, _loosened(limit, factor))) for limit in limits]
    return Repair(
        " and ".join(
            f"{name} would have to be {size}" for name, size in zip(names, sizes, strict=True)
        )
    )


def _smallest_factor(question: MatchingQuestion, limits: tuple[SizedLimit, ...]) -> float | None:
    """The smallest factor; by trying sizes where the quick way has no certified answer."""
    if not all(limit.scales_with_base for limit in limits):
        return _by_bisection(question, limits)
    try:
        return _by_ratios(question, limits)
    except SolverError:
        return _by_bisection(question, limits)


def _without(question: MatchingQuestion, limits: Sequence[SizedLimit]) -> MatchingQuestion:
    kept = [limit for limit in question.limits if all(limit is not one for one in limits)]
    return question.with_limits(kept)


def _loosened(limit: SizedLimit, factor: float) -> float:
    """The size after loosening by `factor` weights, never beyond the loosest."""
    moved = limit.size + math.copysign(factor * _weight(limit), limit.step)
    return min(moved, limit.loosest) if limit.step > 0.0 else max(moved, limit.loosest)


def _weight(limit: SizedLimit) -> float:
    return limit.size or abs(limit.step)


def _rounded(limit: SizedLimit, size: float) -> float:
    """The size rounded to the loose side, so that the size that is said works."""
    grain = FINEST * abs(limit.step)
    steps = size / grain
    nearest = round(steps)
    if abs(steps - nearest) < 1e-6 * max(abs(steps), 1.0):
        return nearest * grain
    whole = math.ceil(steps) if limit.step > 0.0 else math.floor(steps)
    return min(whole * grain, limit.loosest) if limit.step > 0.0 else max(whole * grain, 0.0)


def _by_ratios(question: MatchingQuestion, limits: tuple[SizedLimit, ...]) -> float | None:
    """The smallest factor; None when even the loosest sizes do not do."""
    factor, largest = 0.0, math.inf
    for _ in range(ROUNDS):
        trial = _least_excess(_resized(question, limits, factor), limits, largest)
        if trial is None:
            return None
        more, base = trial
        largest = min(largest, DILUTED * base)
        if abs(more) <= SETTLED:
            break
        factor += more
    beyond = all(_loosened(limit, factor) == limit.loosest for limit in limits)
    return factor if not beyond or solvable(_resized(question, limits, factor)) else None


def _by_bisection(question: MatchingQuestion, limits: tuple[SizedLimit, ...]) -> float | None:
    """The smallest factor to a thousandth, by trying; None when the loosest sizes do not do."""

    def works(thousandths: int) -> bool:
        return solvable(_resized(question, limits, thousandths / THOUSAND))

    most = max(abs(limit.loosest - limit.size) / _weight(limit) for limit in limits)
    found = _smallest(works, 0, math.ceil(THOUSAND * most))
    return None if found is None else found / THOUSAND


def _smallest(works: Callable[[int], bool], too_low: int, most: int) -> int | None:
    """The smallest number that works: doubling, then bisection; None where none does."""
    low, high = too_low, min(max(2 * too_low, too_low + 1), most)
    while not works(high):
        if high >= most:
            return None
        low, high = high, min(2 * high, most)
    while high - low > 1:
        middle = (low + high) // 2
        if works(middle):
            high = middle
        else:
            low = middle
    return high


def _cash_cap_repair(question: MatchingQuestion) -> Repair | None:
    cap, due = question.data.policy.cash_cap_months, question.due
    if cap is None or not question.data.has_cash_cap:
        return None
    matching = question.program()
    if not matching.cash:
        return None
    elastic = ElasticQuestion(question, matching)

    def works(months: int | None) -> bool:
        elastic.allow_cash(cash_caps(due, months))
        short = elastic.shortfalls()
        return short is not None and not short.any()

    if not works(None):
        return None
    months = _smallest(works, cap, LONGEST_CAP)
    size = '"none"' if months is None else str(months)
    return Repair(f"cash_cap_months of {cap} would have to be {size}")


def _resized(
    question: MatchingQuestion, limits: tuple[SizedLimit, ...], factor: float
) -> MatchingQuestion:
    """The question with these limits loosened."""
    return question.with_limits(
        [
            limit.resized(_loosened(limit, factor))
            if isinstance(limit, SizedLimit) and any(limit is one for one in limits)
            else limit
            for limit in question.limits
        ]
    )


def _least_excess(
    question: MatchingQuestion, limits: tuple[SizedLimit, ...], largest: float
) -> tuple[float, float] | None:
    """How many weights more the loosened limits need at least, and the base of their shares.

    Negative where they could be tighter; None where no portfolio exists at all.  The portfolio may
    cost up to `largest`: diluting a holding without end is no remedy.
    """
    matching = question.program()
    families = {(limit.family, limit.name): _weight(limit) for limit in limits}
    rows = [row for row in matching.limit_rows if _key(row) in families]
    weights = [families[_key(row)] for row in rows]
    solution = _excess_solution(matching, rows, weights, largest)
    if solution is None:
        return None
    excess = float(solution.x[-1])
    base = question.data.policy.limits_amount
    if matching.value:
        base = float(solution.x[matching.value.start])
    return (excess / base, base) if base > 0.0 else None


def _key(row: LimitRow) -> tuple[str, str]:
    limit = row.limit
    return (limit.family, limit.name if isinstance(limit, SizedLimit) else "")


def _excess_solution(
    matching: MatchingProgram, rows: Sequence[LimitRow], weights: Sequence[float], largest: float
) -> LinearSolution | None:
    """The portfolio that exceeds these rows least; its last column is by how many weights."""
    costs = np.zeros(len(matching.program.costs))
    builder = ProgramBuilder.extending(matching.program, costs=costs)
    if matching.value:
        builder.cap_columns(matching.value, np.array([largest]))
    # From below 0 only once a portfolio is known that bounds what "smaller" may mean.
    least = 0.0 if math.isinf(largest) else -np.inf
    excess = builder.add_columns(np.ones(1), lower=least).start
    signs = np.array([-1.0 if row.sense is Sense.AT_MOST else 1.0 for row in rows])
    places = np.array([row.row for row in rows], dtype=np.int64)
    builder.add_entries(places, np.full(len(rows), excess), signs * np.array(weights))
    found = solve_linear_program(builder.build())
    return found if isinstance(found, LinearSolution) else None
