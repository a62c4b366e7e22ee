"""The elastic programme: payments may stay unpaid, and as little as possible does."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from defease.matching.policy import Availability
from defease.matching.problem import positions
from defease.solvers import LinearProgram, Method, NoSolution, Session

if TYPE_CHECKING:
    from defease.arrays import FloatArray
    from defease.matching.problem import MatchingProgram
    from defease.matching.question import MatchingQuestion

DECLINE = 1.001
"""An unpaid date weighs so much less than the one before it: early dates are covered first."""
LEAST_WEIGHT = 1e-6
NEGLIGIBLE = 1e-9


class ElasticQuestion:
    """A question whose payments may stay unpaid, kept in the solver while cash caps change.

    Adds ``u_t`` in [0, max(L_t, 0)] to every balance row and minimises ``sum w_t u_t``; the weights
    fall by 1.001 and by what carried cash earns, so that no date is left unpaid to earn interest.
    """

    def __init__(self, question: MatchingQuestion, matching: MatchingProgram) -> None:
        self._question, self._matching = question, matching
        weights = _unpaid_weights(question.data.growth_of_cash)
        payments = question.data.payments.clip(min=0.0)
        self._session = Session(_elastic_program(matching, payments, weights))
        self._prefer = Method.INTERIOR_POINT

    def shortfalls(self) -> FloatArray | None:
        """The unpaid part of each payment; None where forgiving payments does not help."""
        # Cold, interior point is much the faster way; warm, simplex is.
        found = self._session.solve(prefer=self._prefer)
        self._prefer = Method.DUAL_SIMPLEX
        if isinstance(found, NoSolution):
            return None
        short = found.x[len(self._matching.program.costs) :]
        largest = np.abs(self._question.data.payments).max(initial=1.0)
        return np.where(short > NEGLIGIBLE * largest, short, 0.0)

    def allow_cash(self, caps: FloatArray) -> None:
        """Other caps on the cash carried out of settlement and of each date, shape (T + 1,)."""
        program, cash = self._matching.program, positions(self._matching.cash)
        lower, upper = program.column_lower[cash], program.column_upper[cash]
        capped = np.where(np.isfinite(upper), caps, np.inf)
        if self._question.data.policy.initial_cash is Availability.NONE:
            capped[0] = 0.0
        aimed_at = lower > 0.0
        self._session.bound_columns(cash, lower, np.where(aimed_at, upper, capped))


def shortfalls(question: MatchingQuestion, matching: MatchingProgram) -> FloatArray | None:
    """The unpaid part of each payment when as much as possible is paid, early dates first.

    None where forgiving payments does not help: the rules contradict each other.
    """
    return ElasticQuestion(question, matching).shortfalls()


def solvable(question: MatchingQuestion) -> bool:
    """Whether some portfolio makes all payments within the rules, by a certified optimum."""
    # A solver's "infeasible" alone is only a claim.
    short = shortfalls(question, question.program())
    return short is not None and not short.any()


def _unpaid_weights(growth: FloatArray) -> FloatArray:
    """What an unpaid unit counts at each date: more than it could earn by waiting for the next.

    Bounded below, since a programme with weights of every size cannot be solved exactly.
    """
    fall = DECLINE * np.maximum(growth, 1.0)
    return np.asarray(np.maximum(1.0 / np.cumprod(fall), LEAST_WEIGHT), dtype=np.float64)


def _elastic_program(
    matching: MatchingProgram, most: FloatArray, weights: FloatArray
) -> LinearProgram:
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
