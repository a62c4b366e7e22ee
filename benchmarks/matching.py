"""Cash-flow matching of 10,000 bonds and 360 months: the whole task against its bare solve."""

import datetime as dt
import sys
from functools import partial
from typing import Any

import numpy as np

from benchmarks.harness import Row, at_least, at_most, compare, one_thread, report
from defease.bonds.generator import generate_universe
from defease.bonds.universe import BondUniverse
from defease.cashflows import Payments
from defease.curves import flat_curve
from defease.dates import add_months_to
from defease.matching import (
    IssuerLimit,
    MatchingPolicy,
    MatchResult,
    RatingAtOrBelowLimit,
    RatingLimit,
    SectorLimit,
    match_cash_flows,
)
from defease.matching.eligibility import Eligibility, screen
from defease.matching.question import MatchingQuestion, payments_due
from defease.solvers import LinearProgram

BONDS, MONTHS = 10_000, 360
AGREEMENT = 1e-8
SETTLEMENT = dt.date(2025, 12, 31)
LIMITS = (
    IssuerLimit(0.02),
    SectorLimit(0.25),
    RatingLimit(0.35, "BBB"),
    RatingAtOrBelowLimit(0.75, "A"),
)
POLICY = MatchingPolicy(reinvestment_rate=0.01)
ELIGIBILITY = Eligibility(minimum_rating="BBB-")


def payments() -> Payments:
    """A closed plan: payments grow for twelve years, then fade away (millions a month)."""
    years = np.arange(1, MONTHS + 1) / 12
    level = 1.03 ** np.minimum(years, 12) * np.exp(-(np.maximum(years - 12, 0) ** 2) / 392)
    days = add_months_to(SETTLEMENT, np.arange(1, MONTHS + 1))
    return Payments.from_dates(SETTLEMENT, days, 10.0 * level)


def task(liability: Payments, market: BondUniverse) -> MatchResult:
    """From bonds and payments to a certified, explained portfolio."""
    return match_cash_flows(
        liability, market, policy=POLICY, limits=LIMITS, eligibility=ELIGIBILITY
    )


def program_of(liability: Payments, market: BondUniverse) -> LinearProgram:
    """The matrix that the task solves."""
    eligible, _ = screen(market, ELIGIBILITY, LIMITS)
    due = payments_due(liability, market.settlement, None)
    question = MatchingQuestion.of(due, eligible, policy=POLICY, limits=LIMITS)
    return question.program().program


def bare_highspy(problem: LinearProgram, options: dict[str, str]) -> float:
    """The same matrix handed to highspy: no building, certificate, ladder or explanation."""
    import highspy

    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = len(problem.costs), len(problem.row_lower)
    lp.col_cost_ = problem.costs
    lp.col_lower_, lp.col_upper_ = problem.column_lower, problem.column_upper
    lp.row_lower_, lp.row_upper_ = problem.row_lower, problem.row_upper
    lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    lp.a_matrix_.start_ = problem.starts
    lp.a_matrix_.index_ = problem.rows
    lp.a_matrix_.value_ = problem.values
    solver = highspy.Highs()  # type: ignore[no-untyped-call]
    solver.setOptionValue("output_flag", False)
    for name, value in options.items():
        solver.setOptionValue(name, value)
    solver.passModel(lp)
    solver.run()
    return float(solver.getInfo().objective_function_value)


def by_scipy(problem: LinearProgram) -> float:
    """The same matrix by scipy's linprog (its own HiGHS)."""
    from scipy.optimize import linprog
    from scipy.sparse import csc_matrix, vstack

    shape = (len(problem.row_lower), len(problem.costs))
    matrix: Any = csc_matrix((problem.values, problem.rows, problem.starts), shape=shape).tocsr()
    equal = problem.row_lower == problem.row_upper
    upper = ~equal & np.isfinite(problem.row_upper)
    lower = ~equal & np.isfinite(problem.row_lower)
    bounds: Any = np.column_stack((problem.column_lower, problem.column_upper))
    found: Any = linprog(
        problem.costs,
        A_ub=vstack((matrix[upper], -matrix[lower])),
        b_ub=np.concatenate((problem.row_upper[upper], -problem.row_lower[lower])),
        A_eq=matrix[equal],
        b_eq=problem.row_lower[equal],
        bounds=bounds,
        method="highs",
    )
    return float(found.fun)


def same_cost(ours: MatchResult, other: float) -> None:
    """Both sides found the same optimum (the peers stop at 1e-7)."""
    assert abs(ours.cost / other - 1.0) < AGREEMENT, (ours.cost, other)  # noqa: S101


def rows() -> list[Row]:
    """The whole task against bare solves of the matrix it builds."""
    market = generate_universe(flat_curve(0.04), count=BONDS, settlement=SETTLEMENT, seed=1)
    liability = payments()
    problem = program_of(liability, market)
    ours = partial(task, liability, market)
    with one_thread():
        return [
            compare(
                "match 10,000 x 360 v. bare highspy, its defaults",
                ours,
                partial(bare_highspy, problem, {}),
                target=at_most(1.5),
                agree=same_cost,
                n=len(problem.values),
                note="theirs: the solve alone",
            ),
            compare(
                "match 10,000 x 360 v. bare highspy, presolve off",
                ours,
                partial(bare_highspy, problem, {"presolve": "off"}),
                target=at_most(1.5),
                agree=same_cost,
                n=len(problem.values),
                note="theirs: the solve alone, with the option that suits it",
            ),
            compare(
                "match 10,000 x 360 v. scipy linprog",
                ours,
                partial(by_scipy, problem),
                target=at_least(0.8),
                agree=same_cost,
                n=len(problem.values),
                note="theirs: the solve alone",
            ),
        ]


if __name__ == "__main__":
    sys.exit(report(__file__, rows()))
