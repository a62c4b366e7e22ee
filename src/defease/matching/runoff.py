"""Running a portfolio off date by date: what comes in, what is paid, what cash is left."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from defease.arrays import FloatArray, read_only
from defease.matching.policy import Surplus

if TYPE_CHECKING:
    from defease.arrays import IntArray
    from defease.matching.data import MatchingData


ROUNDING = 1e-9
"""A balance below this share of the largest payment is rounding, and shown as 0."""


@dataclass(frozen=True, eq=False, kw_only=True)
class CashDecisions:
    """What was decided beside the bonds: cash at the start, loans taken, cash released."""

    initial_cash: float
    loans: FloatArray
    """Taken at the start of each period and repaid at its end, shape (T,)."""
    released: FloatArray
    """Given up at each payment date, shape (T,)."""
    credit: FloatArray
    """General loans in the order of the data's credit terms."""


@dataclass(frozen=True, eq=False, kw_only=True)
class RunOff:
    """One row a payment date; amounts in plan currency, shape (T,).

    ``cash_after[t] = cash_after[t-1] + income + principal + interest + borrowed - repaid - payment
    - released``, with `interest` what carried cash and payments received early have earned.
    """

    payments: FloatArray
    income: FloatArray
    principal: FloatArray
    interest: FloatArray
    borrowed: FloatArray
    repaid: FloatArray
    released: FloatArray
    cash_after: FloatArray

    @property
    def lowest_cash(self) -> float:
        """The smallest cash balance after any payment."""
        return float(self.cash_after.min(initial=np.inf)) if len(self.cash_after) else 0.0


def run_off(data: MatchingData, levels: FloatArray, decisions: CashDecisions) -> RunOff:
    """The portfolio's cash, replayed from its holdings without looking at the solver's balances.

    Parameters
    ----------
    data
        Payments due and promised, and the conventions.
    levels
        Holdings in units of 100 face, shape (n,).
    decisions
        Cash, loans and releases that go with the holdings.
    """
    periods = data.periods
    paying = np.flatnonzero(levels[data.flow_bonds])
    held, rows = levels[data.flow_bonds[paying]], data.receipts.rows[paying]
    amounts = data.flow_amounts[paying]
    principal = _by_date(rows, held * data.flow_principals[paying], periods)
    received = _by_date(rows, held * amounts, periods)
    earned = _by_date(rows, held * (data.receipts.amounts[paying] - amounts), periods)
    borrowed, repaid = _loans(data, decisions)
    moved = received + earned + borrowed - repaid - data.payments
    carried = data.policy.surplus is Surplus.CARRIED
    cash, on_cash, released = np.zeros(periods), np.zeros(periods), decisions.released.copy()
    rounding = ROUNDING * np.abs(data.payments).max(initial=1.0)
    balance, growth = decisions.initial_cash, data.growth_of_cash
    for t in range(periods):
        on_cash[t] = balance * (growth[t] - 1.0)
        before_release = balance + on_cash[t] + moved[t]
        released[t] = released[t] if carried else before_release
        balance = before_release - released[t]
        cash[t] = balance if abs(balance) > rounding else 0.0
    return RunOff(
        payments=data.payments,
        income=read_only(received - principal),
        principal=read_only(principal),
        interest=read_only(earned + on_cash),
        borrowed=read_only(borrowed),
        repaid=read_only(repaid),
        released=read_only(released),
        cash_after=read_only(cash),
    )


def _loans(data: MatchingData, decisions: CashDecisions) -> tuple[FloatArray, FloatArray]:
    """What is borrowed and what is repaid at each date."""
    repaid = decisions.loans * data.growth_of_loans
    borrowed = np.append(decisions.loans[1:], 0.0)
    if len(decisions.credit):
        terms, periods = data.credit_terms, data.periods
        later = terms.starts >= 0
        borrowed += _by_date(terms.starts[later], decisions.credit[later], periods)
        repaid = repaid + _by_date(terms.ends, decisions.credit * terms.growth, periods)
    return borrowed, repaid


def _by_date(rows: IntArray, amounts: FloatArray, periods: int) -> FloatArray:
    """Sums by payment date; what comes after the last date is left out."""
    return np.bincount(rows, amounts, periods + 1)[:periods].astype(np.float64)
