"""Why a matching problem has no answer, in words: dates, amounts, limits, loans against bonds.

First an elastic programme finds the payments that cannot be covered; then each limit, alone, is
loosened as far as is needed.  A cost without lower bound is a loan that is cheaper than a bond.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from defease.dates import to_date
from defease.errors import DefeaseError, InfeasibleError, ModelError, Problem, SolverError
from defease.matching.limits import SizedLimit
from defease.matching.words import money, percent
from defease.solvers import (
    LinearProgram,
    Method,
    NoSolution,
    SolverStatus,
    find_root,
    solve_linear_program,
)

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable

    from defease.arrays import FloatArray
    from defease.matching.problem import MatchingProgram
    from defease.matching.question import MatchingQuestion

DECLINE = 1.001
"""An unpaid date weighs so much less than the one before it: early dates are covered first."""
LEAST_WEIGHT = 1e-6
NEGLIGIBLE = 1e-9
POINT = 0.01
SHARE_STEP = 0.0005
LONGEST_CAP = 1200


@dataclass(frozen=True, slots=True)
class UncoveredPayment:
    """A payment that no portfolio within the rules can make in full."""

    date: dt.date
    payment: float
    shortfall: float


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """The payments that cannot be covered, and the single rules whose change would cover them."""

    uncovered: tuple[UncoveredPayment, ...]
    repairs: tuple[str, ...]


class UncoveredError(InfeasibleError):
    """No portfolio within the rules covers every payment; `diagnosis` says which and why."""

    def __init__(self, problems: Any, diagnosis: Diagnosis) -> None:
        super().__init__(problems)
        self.diagnosis = diagnosis

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.problems, self.diagnosis)


def why_no_solution(
    question: MatchingQuestion, matching: MatchingProgram, finding: NoSolution
) -> DefeaseError:
    """The error that explains a programme without optimum."""
    if finding.status is SolverStatus.UNBOUNDED:
        return _unbounded(question, matching, finding.ray)
    return _infeasible(question, matching)


def uncovered_payments(
    question: MatchingQuestion, matching: MatchingProgram
) -> tuple[UncoveredPayment, ...]:
    """What stays unpaid when as much as possible is paid, early dates first.

    Adds ``u_t`` in [0, max(L_t, 0)] to every balance row and minimises ``sum w_t u_t``; the weights
    fall by 1.001 and by what carried cash earns, so that no date is left unpaid to earn interest.
    """
    short = _shortfalls(question, matching)
    if short is None:
        return ()
    payments, dates = question.data.payments, question.due.dates
    return tuple(
        UncoveredPayment(to_date(dates[t]), float(payments[t]), float(short[t]))
        for t in np.flatnonzero(short).tolist()
    )


def _shortfalls(question: MatchingQuestion, matching: MatchingProgram) -> FloatArray | None:
    """The unpaid part of each payment; None where forgiving payments does not help."""
    payments = question.data.payments
    elastic = _elastic(matching, payments.clip(min=0.0), _weights(question.data.growth_of_cash))
    solution = solve_linear_program(elastic, prefer=Method.INTERIOR_POINT)
    if isinstance(solution, NoSolution):
        return None
    short = solution.x[len(matching.program.costs) :]
    return np.where(short > NEGLIGIBLE * np.abs(payments).max(initial=1.0), short, 0.0)


def _weights(growth: FloatArray) -> FloatArray:
    """What an unpaid unit counts at each date: more than it could earn by waiting for the next.

    Bounded below, since a programme with weights of every size cannot be solved exactly.
    """
    fall = DECLINE * np.maximum(growth, 1.0)
    return np.asarray(np.maximum(1.0 / np.cumprod(fall), LEAST_WEIGHT), dtype=np.float64)


def _elastic(matching: MatchingProgram, most: FloatArray, weights: FloatArray) -> LinearProgram:
    program, periods = matching.program, len(most)
    rows = np.arange(matching.balances.start, matching.balances.stop)
    entries = program.starts[-1] + np.arange(1, periods + 1)
    return replace(
        program,
        costs=np.concatenate((np.zeros(len(program.costs)), weights)),
        starts=np.concatenate((program.starts, entries)),
        rows=np.concatenate((program.rows, rows)),
        values=np.concatenate((program.values, np.ones(periods))),
        column_lower=np.concatenate((program.column_lower, np.zeros(periods))),
        column_upper=np.concatenate((program.column_upper, most)),
    )


def _infeasible(question: MatchingQuestion, matching: MatchingProgram) -> DefeaseError:
    uncovered = uncovered_payments(question, matching)
    if not uncovered:
        what = "the solver finds no portfolio although every payment can be covered"
        remedy = "check terminal_surplus, and the data for extreme amounts"
        return SolverError(Problem("matching", what, remedy))
    repairs = tuple(_repairs(question))
    return UncoveredError(_problems(uncovered, repairs), Diagnosis(uncovered, repairs))


def _problems(
    uncovered: tuple[UncoveredPayment, ...], repairs: tuple[str, ...]
) -> tuple[Problem, ...]:
    first, total = uncovered[0], sum(payment.shortfall for payment in uncovered)
    short, due = money(first.shortfall), money(first.payment)
    part = "all" if short == due else short
    what = f"{part} of the payment of {due} cannot be covered"
    if len(uncovered) > 1:
        what += f" (with {len(uncovered) - 1} later payments, {money(total)} in all)"
    alone = f"one change alone would do: {'; or '.join(repairs)}"
    none_alone = "no single rule repairs it: shorten the horizon, add bonds that pay near this date"
    remedy = alone if repairs else f"{none_alone}, or loosen several limits together"
    return (Problem(f"matching: payment of {first.date}", what, remedy),)


def _repairs(question: MatchingQuestion) -> list[str]:
    """One sentence for each rule that, changed alone, makes the problem solvable."""
    found = []
    for position, limit in enumerate(question.limits):
        others = question.limits[:position] + question.limits[position + 1 :]
        if isinstance(limit, SizedLimit) and _solvable(question.with_limits(others)):
            found.append(_limit_repair(question, position, limit))
    cap = question.data.policy.cash_cap_months
    if cap is not None and question.data.has_cash_cap and _solvable(question.with_cash_cap(None)):
        found.append(_cash_cap_repair(question, cap))
    return [sentence for sentence in found if sentence]


def _limit_repair(question: MatchingQuestion, position: int, limit: SizedLimit) -> str:
    def solvable_at(loosened: float) -> bool:
        limits = list(question.limits)
        limits[position] = limit.resized(_moved(limit, loosened))
        return _solvable(question.with_limits(limits))

    name = f"the {limit.name} of {limit.said(limit.size)}"
    room = abs(limit.loosest - limit.size)
    if not solvable_at(room):
        return f"{name} would have to be lifted altogether"
    step = SHARE_STEP * abs(limit.step) / POINT
    size = _moved(limit, _smallest(solvable_at, 0.0, room, step))
    return f"{name} would have to be {limit.said(size)}"


def _moved(limit: SizedLimit, loosened: float) -> float:
    """The size of a limit loosened by so much, never beyond its loosest."""
    if limit.step > 0.0:
        return min(limit.size + loosened, limit.loosest)
    return max(limit.size - loosened, limit.loosest)


def _cash_cap_repair(question: MatchingQuestion, cap: int) -> str:
    def solvable_at(months: float) -> bool:
        return _solvable(question.with_cash_cap(round(months)))

    name = f"cash_cap_months of {cap}"
    if not solvable_at(LONGEST_CAP):
        return f'{name} would have to be "none"'
    months = _smallest(solvable_at, float(cap), float(LONGEST_CAP), 1.0)
    return f"{name} would have to be {round(months)}"


def _smallest(works: Callable[[float], bool], too_low: float, enough: float, step: float) -> float:
    """The smallest multiple of `step` that works: doubling, then bisection."""
    low, most = int(too_low / step), round(enough / step)
    high = min(2 * low + 1, most)
    while high < most and not works(high * step):
        low, high = high, min(2 * high, most)
    while high - low > 1:
        middle = (low + high) // 2
        if works(middle * step):
            high = middle
        else:
            low = middle
    return high * step


def _solvable(question: MatchingQuestion) -> bool:
    # By a certified optimum of the elastic programme: a solver's "infeasible" is only a claim.
    short = _shortfalls(question, question.program())
    return short is not None and not short.any()


def _unbounded(
    question: MatchingQuestion, matching: MatchingProgram, ray: FloatArray
) -> DefeaseError:
    remedy = "set borrowing_cap to an amount, or correct the rates"
    where = "matching.borrowing_cap"
    what = _profitable_loan(question, matching, ray)
    return ModelError(Problem(where, f"the cost has no lower bound: {what}", remedy))


def _profitable_loan(question: MatchingQuestion, matching: MatchingProgram, ray: FloatArray) -> str:
    """Which loan is taken against which bond in the direction of ever lower cost."""
    loans = ray[matching.loans.start : matching.loans.stop] if len(ray) else np.empty(0)
    if not (loans > 0.0).any():
        return "payments received are worth more than they cost"
    period = int(np.argmax(loans))
    rate = question.data.policy.borrowing_rates(question.data.periods)[period]
    bonds = ray[matching.bonds.start : matching.bonds.stop] * question.data.prices
    if not (bonds > 0.0).any():
        return f"borrowing at {percent(rate)} is cheaper than what carried cash earns"
    bond = int(np.argmax(bonds))
    earned = f"{question.bonds.identifiers[bond]} yielding {percent(_yield(question, bond))}"
    return f"borrowing at {percent(rate)} is cheaper than {earned}"


def _yield(question: MatchingQuestion, bond: int) -> float:
    """Annual effective yield of one bond at its price."""
    data = question.data
    own = data.flow_bonds == bond
    times, amounts, price = data.flow_times[own], data.flow_amounts[own], data.prices[bond]

    def gain(rate: float) -> float:
        return float(amounts @ (1.0 + rate) ** -times - price)

    return find_root(gain, -0.99, 10.0)
