"""Cash-flow matching of 10,000 bonds and 600 or 360 months: the whole task against bare solves.

The whole task reads plain arrays, checks them, screens the bonds, builds the programme, solves it,
certifies it and explains it.  Peers get the finished matrix and only solve it.
"""

import datetime as dt
import importlib.util
import pickle
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, fields
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np

from benchmarks.harness import (
    Row,
    at_least,
    at_most,
    compare,
    missing,
    one_thread,
    report,
    weigh,
)
from defease.bonds import price_on_curve, z_spreads
from defease.bonds.generator import generate_universe
from defease.bonds.universe import BondUniverse
from defease.cashflows import Payments
from defease.curves import flat_curve
from defease.dates import add_months, add_months_to
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
LONG_MARKET, LONG_MONTHS = 12_200, 600
"""Of these bonds a little over 10,000 may be bought; some of them run for fifty years."""
RATE = 0.04
AGREEMENT = 1e-8
SETTLEMENT = dt.date(2025, 12, 31)
LIMITS = (
    IssuerLimit(0.02),
    SectorLimit(0.25),
    RatingLimit(0.35, "BBB"),
    RatingAtOrBelowLimit(0.75, "A"),
)
POLICY = MatchingPolicy(reinvestment_rate=0.01)
LONG_NAME = "10,000 x 600 with limits"
CVXPY_SOLVERS = ("CLARABEL", "HIGHS", "SCIPY")
ELIGIBILITY = Eligibility(minimum_rating="BBB-")


@dataclass(frozen=True)
class Arrays:
    """A market and a liability as plain arrays, before anything has been checked."""

    columns: dict[str, Any]
    days: Any
    amounts: Any

    @property
    def bonds(self) -> BondUniverse:
        """The market, checked."""
        return BondUniverse(settlement=SETTLEMENT, **self.columns)

    @property
    def liability(self) -> Payments:
        """The payments, checked."""
        return Payments.from_dates(SETTLEMENT, self.days, self.amounts)


def long_arrays() -> Arrays:
    """Bonds to fifty years, the long ones sparse, and six hundred monthly payments, in millions."""
    curve = flat_curve(RATE)
    market = generate_universe(curve, count=LONG_MARKET, settlement=SETTLEMENT, seed=1)
    names = {field.name for field in fields(market)} - {"terms", "settlement", "accrued"}
    columns = {name: getattr(market, name) for name in names}
    ten = np.datetime64(add_months(SETTLEMENT, 120), "D")
    later = (market.maturities - ten).clip(min=np.timedelta64(0, "D"))
    columns["maturities"] = market.maturities + later
    columns["clean_prices"] = np.full(LONG_MARKET, 100.0)
    unpriced = BondUniverse(settlement=SETTLEMENT, **columns)
    dirty = price_on_curve(unpriced, curve, spread=z_spreads(market, curve))
    columns["clean_prices"] = np.round(dirty - unpriced.accrued, 4)
    for name in ("outstanding", "offered"):
        columns[name] = columns[name] / 1e6
    paid = payments(LONG_MONTHS)
    return Arrays(columns, paid.dates, paid.amounts)


def payments(months: int = MONTHS) -> Payments:
    """A closed plan: payments grow for twelve years, then fade away (millions a month)."""
    years = np.arange(1, months + 1) / 12
    level = 1.03 ** np.minimum(years, 12) * np.exp(-(np.maximum(years - 12, 0) ** 2) / 392)
    days = add_months_to(SETTLEMENT, np.arange(1, months + 1))
    return Payments.from_dates(SETTLEMENT, days, 10.0 * level)


def from_arrays(arrays: Arrays) -> MatchResult:
    """From plain arrays to a certified, explained portfolio."""
    return task(arrays.liability, arrays.bonds)


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


def by_cvxpy(problem: LinearProgram, solver: str) -> float:
    """The same matrix stated in cvxpy: its own translation, then the solver named."""
    import cvxpy as cp
    from scipy.sparse import csc_matrix

    shape = (len(problem.row_lower), len(problem.costs))
    matrix: Any = csc_matrix((problem.values, problem.rows, problem.starts), shape=shape).tocsr()
    equal = problem.row_lower == problem.row_upper
    upper = ~equal & np.isfinite(problem.row_upper)
    lower = ~equal & np.isfinite(problem.row_lower)
    capped = np.isfinite(problem.column_upper)
    x: Any = cp.Variable(shape[1])
    rules = [matrix[equal] @ x == problem.row_lower[equal], x >= problem.column_lower]
    if upper.any():
        rules.append(matrix[upper] @ x <= problem.row_upper[upper])
    if lower.any():
        rules.append(matrix[lower] @ x >= problem.row_lower[lower])
    if capped.any():
        rules.append(x[capped] <= problem.column_upper[capped])
    stated: Any = cp.Problem(cp.Minimize(problem.costs @ x), rules)
    stated.solve(solver=solver)
    return float(stated.value)


def against_cvxpy(name: str, ours: Callable[[], MatchResult], problem: LinearProgram) -> Row:
    """Ours against the fastest of cvxpy's solvers that finds the optimum."""
    if importlib.util.find_spec("cvxpy") is None:
        return missing(name, "cvxpy")
    import cvxpy as cp

    cost, times, remarks = ours().cost, {}, []
    for solver in sorted(set(CVXPY_SOLVERS) & set(cp.installed_solvers())):
        start = perf_counter()
        try:
            found = by_cvxpy(problem, solver)
        except cp.error.SolverError:
            found = np.nan
        if abs(found / cost - 1.0) < AGREEMENT:
            times[solver] = perf_counter() - start
        else:
            remarks.append(f"{solver} does not find the optimum")
    best = min(times, key=times.__getitem__)
    told = ", ".join(f"{solver} {1e3 * took:.0f} ms" for solver, took in times.items())
    return compare(
        name,
        ours,
        partial(by_cvxpy, problem, best),
        target=at_least(1.5),
        agree=same_cost,
        rounds=5,
        n=len(problem.values),
        note="; ".join([f"theirs: from the finished matrix, {best} ({told})", *remarks]),
    )


def long_rows() -> list[Row]:
    """Ten thousand bonds and six hundred months from plain arrays, and the memory it takes."""
    arrays = long_arrays()
    problem = program_of(arrays.liability, arrays.bonds)
    ours = partial(from_arrays, arrays)
    name = f"match {LONG_NAME}"
    return [
        *against_highspy(name, ours, problem),
        against_cvxpy(f"{name} v. cvxpy, its best solver", ours, problem),
        memory_row(f"{name}, peak memory", arrays),
    ]


def memory_row(name: str, arrays: Arrays) -> Row:
    """What a process needs that reads the arrays and runs the task, interpreter and all."""
    if sys.platform != "linux":
        return Row(name=name, note="measured on Linux only", status="skipped")
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "arrays"
        file.write_bytes(pickle.dumps(arrays))
        command = [sys.executable, "-m", "benchmarks.matching", "memory", str(file)]
        told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    empty, loaded, peak = (float(word) for word in told.split())
    note = f"of it the bare interpreter {empty:.0f}, with libraries and arrays {loaded:.0f}"
    return weigh(name, peak, megabytes_at_most=150.0, note=note)


def tell_memory(file: str) -> None:
    """In a process of its own: peak memory with the arrays read, and after the task."""
    empty = bare_interpreter()
    arrays: Arrays = pickle.loads(Path(file).read_bytes())  # noqa: S301 - written by this script
    loaded = peak_megabytes("self")
    from_arrays(arrays)
    print(empty, loaded, peak_megabytes("self"))


def bare_interpreter() -> float:
    """Peak memory of Python doing nothing else."""
    asking = "print(open('/proc/self/status').read())"
    told = subprocess.run(
        [sys.executable, "-c", asking], check=True, capture_output=True, text=True
    )
    return megabytes_of(told.stdout)


def peak_megabytes(process: str) -> float:
    """Peak of one process; getrusage would count the parent's memory before it became itself."""
    return megabytes_of(Path(f"/proc/{process}/status").read_text(encoding="ascii"))


def megabytes_of(status: str) -> float:
    """The peak of resident memory in a process's own account."""
    line = next(line for line in status.splitlines() if line.startswith("VmHWM:"))
    return float(line.split()[1]) / 1024


def against_highspy(
    name: str, ours: Callable[[], MatchResult], problem: LinearProgram
) -> list[Row]:
    """Ours against the bare solve, as it comes and with the option that suits it."""
    options = {"its defaults": {}, "presolve off": {"presolve": "off"}}
    return [
        compare(
            f"{name} v. bare highspy, {words}",
            ours,
            partial(bare_highspy, problem, chosen),
            target=at_most(1.5),
            agree=same_cost,
            n=len(problem.values),
            note=f"theirs: the solve alone, {len(problem.costs):,} columns",
        )
        for words, chosen in options.items()
    ]


def rows() -> list[Row]:
    """The whole task against bare solves of the matrix it builds."""
    market = generate_universe(flat_curve(RATE), count=BONDS, settlement=SETTLEMENT, seed=1)
    liability = payments()
    problem = program_of(liability, market)
    ours = partial(task, liability, market)
    with one_thread():
        return [
            *long_rows(),
            *against_highspy("match 10,000 x 360", ours, problem),
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
    if sys.argv[1:2] == ["memory"]:
        tell_memory(sys.argv[2])
        sys.exit(0)
    sys.exit(report(__file__, rows()))
