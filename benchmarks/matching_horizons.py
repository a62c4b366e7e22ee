"""What each of 360 horizons costs, 2,000 bonds: one warm sweep against cold solves."""

import sys
from functools import partial

import numpy as np

from benchmarks.harness import Row, at_least, compare, one_thread, report
from benchmarks.matching import ELIGIBILITY, LIMITS, POLICY, SETTLEMENT, payments
from defease.bonds.generator import generate_universe
from defease.curves import flat_curve
from defease.matching import MatchingQuestion, matching_question
from defease.matching.slices import HorizonCurve, horizon_curve
from defease.solvers import LinearSolution, solve_linear_program

BONDS = 2_000
EVERY = 12
AGREEMENT = 1e-8


def cold(question: MatchingQuestion, every: int) -> dict[int, float]:
    """The cost of every so many horizons, each built, solved and certified by itself."""
    costs = {}
    for periods in range(every, question.data.periods + 1, every):
        found = solve_linear_program(question.until(periods).program().program)
        assert isinstance(found, LinearSolution)  # noqa: S101
        costs[periods] = found.objective
    return costs


def same_costs(ours: HorizonCurve, other: dict[int, float]) -> None:
    """Both sides found the same optima, and ours are all certified."""
    assert len(ours.costs) == len(ours.first_unfunded)  # noqa: S101
    assert not ours.cold  # noqa: S101
    assert ours.end is None  # noqa: S101
    assert ours.residuals.max() <= AGREEMENT  # noqa: S101
    for periods, cost in other.items():
        assert abs(ours.costs[periods - 1] / cost - 1.0) < AGREEMENT  # noqa: S101


def row(name: str, question: MatchingQuestion, *, target: float) -> Row:
    """All horizons warm against every twelfth cold, counted twelve times."""
    return compare(
        name,
        partial(horizon_curve, question),
        partial(cold, question, EVERY),
        target=at_least(target),
        agree=same_costs,
        rounds=5,
        other_counts=EVERY,
        n=question.data.periods,
        note="certificates on both sides; theirs: every twelfth horizon, times twelve",
    )


def rows() -> list[Row]:
    """With limits, as a plan has them, and without."""
    market = generate_universe(flat_curve(0.04), count=BONDS, settlement=SETTLEMENT, seed=1)
    question = matching_question(
        payments(), market, policy=POLICY, limits=LIMITS, eligibility=ELIGIBILITY
    )
    hundred = np.linspace(1, question.data.periods, 100).round().astype(np.int64)
    with one_thread():
        return [
            row("360 horizons of 2,000 bonds with limits v. cold", question, target=10.0),
            row(
                "360 horizons of 2,000 bonds, no limits v. cold",
                question.with_limits(()),
                target=10.0,
            ),
            compare(
                "100 horizons of 2,000 bonds with limits v. cold",
                lambda: horizon_curve(question, dates=question.due.dates[hundred - 1]),
                partial(cold, question, EVERY),
                target=at_least(4.0),
                rounds=5,
                other_counts=len(hundred) * EVERY / question.data.periods,
                n=len(hundred),
                note="certificates on both sides; theirs: thirty horizons, in proportion",
            ),
        ]


if __name__ == "__main__":
    sys.exit(report(__file__, rows()))
