"""One programme for every horizon: payments beyond it are set free, and it is solved from there.

A question until date H differs from the whole question only in what is bounded: balance rows after
H ask for nothing, loans that would fall due after H are not taken, cash caps count payments up to
H, the value of cash left over stands at H, and the bounds of limits that follow the payments.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from defease.matching.duration_limits import DurationLimit, KeyRateLimit
from defease.matching.limits import ShareLimit
from defease.matching.policy import Availability, TerminalSurplus
from defease.matching.problem import positions
from defease.matching.uncertain.defaults import DefaultBudget
from defease.solvers import Session, solve_linear_program

if TYPE_CHECKING:
    from defease.arrays import FloatArray
    from defease.matching.question import MatchingQuestion
    from defease.solvers import LinearSolution, NoSolution

SAME_FOR_ALL_PAYMENTS = (ShareLimit, DurationLimit, DefaultBudget)
"""Limits whose rows ask the same of bonds whatever is paid, and grow with the portfolio."""


def why_cold(question: MatchingQuestion) -> str:
    """Why horizons have to be solved one by one, in words; empty where one programme serves all.

    Only a limit of a kind unknown here, whose rows might depend on the payments in any way.
    """
    known = (*SAME_FOR_ALL_PAYMENTS, KeyRateLimit)
    unknown = sorted({type(lim).__name__ for lim in question.limits if not isinstance(lim, known)})
    if not unknown:
        return ""
    return f"each horizon was solved by itself: {', '.join(unknown)} may depend on the payments"


class ColdSweep:
    """The same question until one date after another, each built and solved by itself."""

    def __init__(self, question: MatchingQuestion) -> None:
        self._question = question

    def solve_until(self, periods: int) -> LinearSolution | NoSolution:
        """The least cost of the first so many payment dates."""
        return solve_linear_program(self._question.until(periods).program().program)


class WarmSweep:
    """The same question until one date after another, in one session.

    Parameters
    ----------
    question
        The question with all its payments.
    """

    def __init__(self, question: MatchingQuestion) -> None:
        self._question = question
        self._matching = matching = question.program()
        self._session = Session(matching.program)
        self._row_bounds = [
            side[matching.balances.start : matching.balances.stop].copy()
            for side in (matching.program.row_lower, matching.program.row_upper)
        ]
        payments = question.data.payments.clip(min=0.0)
        self._paid = np.concatenate(([0.0], np.cumsum(payments)))
        self._follows = any(isinstance(limit, KeyRateLimit) for limit in question.limits)

    def solve_until(self, periods: int) -> LinearSolution | NoSolution:
        """The least cost of the first so many payment dates."""
        self._free_later_payments(periods)
        if self._matching.cash:
            self._bound_cash(periods)
        self._refuse_later_loans(periods)
        if self._follows:
            self._bound_limits(self._question.until(periods))
        return self._session.solve()

    def _free_later_payments(self, periods: int) -> None:
        lower, upper = (side.copy() for side in self._row_bounds)
        lower[periods:], upper[periods:] = -np.inf, np.inf
        self._session.bound_rows(positions(self._matching.balances), lower, upper)

    def _bound_cash(self, periods: int) -> None:
        """Caps of the payments up to the horizon; what is left there has the value it had at T."""
        policy, columns = self._question.data.policy, positions(self._matching.cash)
        lower, upper = np.zeros(len(columns)), np.full(len(columns), np.inf)
        upper[: periods + 1] = self._caps_until(periods)
        if policy.initial_cash is Availability.NONE:
            upper[0] = 0.0
        if policy.terminal_surplus is TerminalSurplus.CREDITED:
            upper[periods] = np.inf
            costs = np.zeros(len(columns))
            costs[0], costs[periods] = 1.0, -policy.terminal_discount_factor
            self._session.price_columns(columns, costs)
        elif policy.terminal_surplus is TerminalSurplus.TARGET:
            lower[periods] = upper[periods] = policy.terminal_target
        self._session.bound_columns(columns, lower, upper)

    def _caps_until(self, periods: int) -> FloatArray:
        """A cap counts payments of its months up to the horizon: the lesser of the two sums."""
        within = self._paid[periods] - self._paid[: periods + 1]
        caps = self._question.data.cash_caps[: periods + 1]
        return np.where(np.isfinite(caps), np.minimum(caps, within), caps)

    def _refuse_later_loans(self, periods: int) -> None:
        data, matching = self._question.data, self._matching
        if matching.loans:
            caps = data.policy.borrowing_caps(data.periods).copy()
            caps[periods:] = 0.0
            self._session.bound_columns(positions(matching.loans), np.zeros(len(caps)), caps)
        if matching.credit:
            terms = data.credit_terms
            caps = np.where(terms.ends < periods, terms.caps, 0.0)
            self._session.bound_columns(positions(matching.credit), np.zeros(len(caps)), caps)

    def _bound_limits(self, short: MatchingQuestion) -> None:
        """The bounds of limits as the payments up to the horizon have them."""
        program = short.program()
        theirs = np.array([row.row for row in program.limit_rows])
        ours = np.array([row.row for row in self._matching.limit_rows])
        bounds = (program.program.row_lower[theirs], program.program.row_upper[theirs])
        self._session.bound_rows(ours, *bounds)


def sweep_of(question: MatchingQuestion) -> WarmSweep | ColdSweep:
    """The sweep that is exact for this question."""
    return ColdSweep(question) if why_cold(question) else WarmSweep(question)
