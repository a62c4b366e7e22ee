"""Why a matching problem has no answer, in words: dates, amounts, limits, loans against bonds.

First an elastic programme finds the payments that cannot be covered; then each limit, alone or with
another, is loosened as far as is needed.  A cost without lower bound is a loan that is cheaper than
a bond.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from defease.dates import to_date
from defease.errors import DefeaseError, InfeasibleError, ModelError, Problem, SolverError
from defease.matching.conflicts import conflict_in_words, observations
from defease.matching.elastic import shortfalls
from defease.matching.repairs import pair_repairs, single_repairs
from defease.matching.words import money, percent
from defease.solvers import (
    NoSolution,
    SolverStatus,
    find_root,
)

if TYPE_CHECKING:
    import datetime as dt

    from defease.arrays import FloatArray
    from defease.matching.problem import MatchingProgram
    from defease.matching.question import MatchingQuestion


@dataclass(frozen=True, slots=True)
class UncoveredPayment:
    """A payment that no portfolio within the rules can make in full."""

    date: dt.date
    payment: float
    shortfall: float


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """Why there is no portfolio, and what would change that.

    Attributes
    ----------
    uncovered
        Payments that cannot be made in full, early ones first served.
    repairs
        Rules whose change alone would do; where there are none, pairs of limits.
    conflict
        The smallest set of rules and payments that contradict each other, in words; empty where
        the problem is too large to look for it.
    observations
        What the data alone show, such as groups whose largest shares do not add up to the whole.
    """

    uncovered: tuple[UncoveredPayment, ...]
    repairs: tuple[str, ...]
    conflict: tuple[str, ...] = ()
    observations: tuple[str, ...] = ()


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
    """What stays unpaid when as much as possible is paid, early dates first."""
    short = shortfalls(question, matching)
    if short is None:
        return ()
    payments, dates = question.data.payments, question.due.dates
    return tuple(
        UncoveredPayment(to_date(dates[t]), float(payments[t]), float(short[t]))
        for t in np.flatnonzero(short).tolist()
    )


def _infeasible(question: MatchingQuestion, matching: MatchingProgram) -> DefeaseError:
    uncovered = uncovered_payments(question, matching)
    repairs = single_repairs(question) or pair_repairs(question)
    conflict = conflict_in_words(question, matching)
    diagnosis = Diagnosis(
        uncovered=uncovered,
        repairs=tuple(repair.sentence for repair in repairs),
        conflict=conflict,
        observations=observations(question),
    )
    if not uncovered and not repairs and not conflict:
        what = "the solver finds no portfolio although every payment can be covered"
        remedy = "check terminal_surplus, and the data for extreme amounts"
        return SolverError(Problem("matching", what, remedy))
    return UncoveredError(_problems(diagnosis), diagnosis)


def _problems(diagnosis: Diagnosis) -> tuple[Problem, ...]:
    where, what = "matching", "the rules contradict each other"
    if diagnosis.uncovered:
        where = f"matching: payment of {diagnosis.uncovered[0].date}"
        what = _uncovered_in_words(diagnosis.uncovered)
    elif diagnosis.conflict:
        what = f"no portfolio keeps all of: {'; '.join(diagnosis.conflict)}"
    if diagnosis.observations:
        what = f"{what}; {'; '.join(diagnosis.observations)}"
    repairs = "; or ".join(diagnosis.repairs)
    if not repairs:
        none = "no rule and no two limits repair it"
        remedy = f"{none}: shorten the horizon, or add bonds that pay near this date"
    elif " and " in repairs:
        remedy = f"these changes together would do: {repairs}"
    else:
        remedy = f"one change alone would do: {repairs}"
    return (Problem(where, what, remedy),)


def _uncovered_in_words(uncovered: tuple[UncoveredPayment, ...]) -> str:
    first, total = uncovered[0], sum(payment.shortfall for payment in uncovered)
    short, due = money(first.shortfall), money(first.payment)
    part = "all" if short == due else short
    what = f"{part} of the payment of {due} cannot be covered"
    if len(uncovered) > 1:
        what += f" (with {len(uncovered) - 1} later payments, {money(total)} in all)"
    return what


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
