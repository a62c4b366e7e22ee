"""Payments and bonds as plain arrays: what is due, what is promised, what is held already."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from defease.arrays import FloatArray, IntArray
from defease.matching.policy import MatchingPolicy

DAYS_PER_YEAR = 365.0
SAME_MOMENT = 1e-9
"""Years within which a payment received and a payment due count as simultaneous (0.03 s)."""


@dataclass(frozen=True, eq=False)
class Receipts:
    """Payments of bonds by the payment date they serve (T: after the last), compounded to it.

    `counted` are the positions of those that serve a date.
    """

    rows: IntArray
    amounts: FloatArray
    counted: IntArray


@dataclass(frozen=True, eq=False, kw_only=True)
class Trading:
    """A portfolio that is held already, and what buying and selling costs.

    Attributes
    ----------
    held
        Holdings in units of 100 face, shape (n,).
    buying, selling
        Cost of buying and of selling 100 face beyond the price (half the spread between bid and
        ask, and transaction costs), shape (n,).
    """

    held: FloatArray
    buying: FloatArray
    selling: FloatArray


@dataclass(frozen=True, eq=False, kw_only=True)
class CreditTerms:
    """General loans one by one: taken after payment `starts` (-1: at settlement), due at `ends`."""

    starts: IntArray
    ends: IntArray
    caps: FloatArray
    growth: FloatArray


@dataclass(frozen=True, eq=False, kw_only=True)
class MatchingData:
    """Payments and bonds as plain arrays: all that the programme needs without limits.

    Attributes
    ----------
    payment_times
        Years from settlement to each payment, above 0 and increasing, shape (T,).
    payments
        Net payments, outgo positive, shape (T,).
    prices
        Cost of 100 face with accrued interest, shape (n,).
    flow_bonds, flow_times, flow_amounts
        Payments promised by the bonds: whose, when (years), how much per 100 face; shape (flows,).
    flow_principals
        The part of each amount that repays principal, shape (flows,).
    cash_caps
        Largest cash carried out of settlement and of each payment date, shape (T + 1,); infinite
        where there is no cap.
    policy
        The conventions.
    trading
        What is held already and what trading costs; None: bonds are bought at their prices.
    """

    policy: MatchingPolicy
    payment_times: FloatArray
    payments: FloatArray
    prices: FloatArray
    flow_bonds: IntArray
    flow_times: FloatArray
    flow_amounts: FloatArray
    flow_principals: FloatArray
    cash_caps: FloatArray
    trading: Trading | None = None

    @property
    def periods(self) -> int:
        """Number of payment dates."""
        return len(self.payments)

    @cached_property
    def growth_of_cash(self) -> FloatArray:
        """What one unit of cash becomes over each period, ``(1 + c)^years``, shape (T,)."""
        rates = self.policy.reinvestment_rates(self.periods)
        return np.asarray((1.0 + rates) ** self._lengths, dtype=np.float64)

    @cached_property
    def growth_of_loans(self) -> FloatArray:
        """What one unit borrowed at the start of each period costs at its end, shape (T,)."""
        rates = self.policy.borrowing_rates(self.periods)
        return np.asarray((1.0 + rates) ** self._lengths, dtype=np.float64)

    @cached_property
    def receipts(self) -> Receipts:
        """For each payment of a bond, the payment date it serves and its amount compounded to it.

        A payment received on or before a date (less the lag) serves that date and earns the
        reinvestment rate until then, so pay dates between two dates need no rows; after the last
        date the row is T and the amount is not compounded.
        """
        lag = self.policy.payment_lag_days / DAYS_PER_YEAR
        rows = np.searchsorted(self.payment_times, self.flow_times + (lag - SAME_MOMENT))
        waiting = np.append(self.payment_times, -np.inf)[rows] - self.flow_times > SAME_MOMENT
        early = np.flatnonzero(waiting)
        logs = np.log1p(self.policy.reinvestment_rates(self.periods)) * self._lengths
        growth = np.concatenate(([0.0], np.cumsum(logs)))
        opening = np.concatenate(([0.0], self.payment_times))
        so_far = np.interp(self.flow_times[early], opening, growth)
        amounts = self.flow_amounts.copy()
        amounts[early] *= np.exp(growth[1:][rows[early]] - so_far)
        return Receipts(rows, amounts, np.flatnonzero(rows < self.periods))

    @cached_property
    def credit_terms(self) -> CreditTerms:
        """Every general loan that may be taken: when, until when, how much, at what growth."""
        loans, first = self.policy.loans, -1 if self.policy.borrows_at_settlement else 0
        starts = [np.arange(first, self.periods - loan.periods) for loan in loans]
        kinds = np.repeat(np.arange(len(loans)), [len(dates) for dates in starts])
        taken = np.concatenate([np.empty(0, dtype=np.int64), *starts])
        due = taken + np.array([loan.periods for loan in loans], dtype=np.int64)[kinds]
        when = np.concatenate(([0.0], self.payment_times))
        rates = np.array([loan.rate for loan in loans])[kinds]
        return CreditTerms(
            starts=taken,
            ends=due,
            caps=np.array([loan.cap for loan in loans])[kinds],
            growth=(1.0 + rates) ** (when[due + 1] - when[taken + 1]),
        )

    @property
    def _lengths(self) -> FloatArray:
        return np.diff(self.payment_times, prepend=0.0)

    @property
    def has_cash_cap(self) -> bool:
        """Whether carried cash is capped anywhere."""
        return bool(np.isfinite(self.cash_caps).any())
