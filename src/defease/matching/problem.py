"""The linear programme of cash-flow matching in flow form: one balance row a payment date.

::

    min   sum p_i x_i + s_0 - b_0
    s.t.  sum_i h_it F_it x_i + g_t s_{t-1} - s_t - d_t + b_t - G_t b_{t-1} = L_t    t = 1..T

with b_T = 0, x_i in units of 100 face, s_t cash carried out of date t, d_t cash released (only
under a cash cap), b_t one-period loans, g_t and G_t growth of cash and of loans, F_it the payments
of bond i compounded to date t and h_it the haircut, already in the amounts.
Limits add rows of their own.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

import numpy as np

from defease.arrays import FloatArray, IntArray, read_only
from defease.matching.assembly import ProgramBuilder
from defease.matching.policy import (
    Availability,
    LimitsRelativeTo,
    MatchingPolicy,
    Surplus,
    TerminalSurplus,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from defease.solvers import LinearProgram, LinearSolution

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

    @property
    def _lengths(self) -> FloatArray:
        return np.diff(self.payment_times, prepend=0.0)

    @property
    def has_cash_cap(self) -> bool:
        """Whether carried cash is capped anywhere."""
        return bool(np.isfinite(self.cash_caps).any())


class LabelledBonds(Protocol):
    """What limits need to know about bonds (a `BondUniverse` does)."""

    @property
    def identifiers(self) -> tuple[str, ...]: ...  # noqa: D102 - the names say it
    @property
    def issuers(self) -> tuple[str, ...]: ...  # noqa: D102
    @property
    def sectors(self) -> tuple[str, ...]: ...  # noqa: D102
    @property
    def ratings(self) -> tuple[str, ...]: ...  # noqa: D102
    @property
    def outstanding(self) -> FloatArray: ...  # noqa: D102


class Limit(Protocol):
    """A limit of the investment policy: it adds its own rows or bounds to a problem."""

    def add_to(self, draft: ProgramDraft) -> None:
        """Add the rows of this limit."""


class ShareRule(Protocol):
    """A limit that is one share, with its name in plans and in sentences."""

    @property
    def share(self) -> float: ...  # noqa: D102
    @property
    def family(self) -> str: ...  # noqa: D102
    @property
    def words(self) -> str: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class LimitRow:
    """One capped group: by which limit, which group, and the row that holds it."""

    limit: ShareRule
    group: str
    row: int


@dataclass(frozen=True, eq=False)
class MatchingProgram:
    """A linear programme with the places of its blocks.

    `cash` holds s_0..s_T (empty when surplus is lost), `loans` b_0..b_{T-1}, `released` d_1..d_T;
    `value` is the column V of the portfolio's own cost (empty when no limit refers to it).
    """

    program: LinearProgram
    bonds: range
    cash: range
    loans: range
    released: range
    value: range
    balances: range
    limit_rows: tuple[LimitRow, ...]

    def of_block(self, block: range, solution: LinearSolution) -> FloatArray:
        """The levels of one block of columns."""
        return read_only(solution.x[block.start : block.stop])


class ProgramDraft:
    """A matching problem under construction, to which limits add their rows.

    Parameters
    ----------
    data
        What is matched, and the conventions.
    bonds
        Labels of the same bonds, for limits.
    """

    def __init__(self, data: MatchingData, bonds: LabelledBonds) -> None:
        self.data, self.policy, self.bonds = data, data.policy, bonds
        self.builder = ProgramBuilder()
        self.limit_rows: list[LimitRow] = []
        carried = self.policy.surplus is Surplus.CARRIED
        self._bond_columns = self.builder.add_columns(data.prices)
        upper = data.payments if carried else np.full(data.periods, np.inf)
        self._balances = self.builder.add_rows(data.payments, upper)
        self._add_receipts()
        self._cash = self._add_cash() if carried else range(0)
        self._loans = self._add_loans() if self.policy.borrows else range(0)
        releases = carried and data.has_cash_cap
        self._released = self._add_released() if releases else range(0)
        self._value = range(0)

    def cap_levels(self, upper: FloatArray) -> None:
        """At most so many units of 100 face of each bond, shape (n,)."""
        self.builder.cap_columns(self._bond_columns, upper)

    def cap_groups(self, limit: ShareRule, groups: Sequence[str], group_of_bond: IntArray) -> None:
        """Cost of each group at most the limit's share of the base; bonds of group -1 are exempt.

        ``sum_{i in G} p_i x_i <= share V`` with V the portfolio's cost, or a stated amount.
        """
        relative = self.policy.limits_relative_to is LimitsRelativeTo.COST
        ceiling = 0.0 if relative else limit.share * self.policy.limits_amount
        count = len(groups)
        rows = self.builder.add_rows(np.full(count, -np.inf), np.full(count, ceiling))
        members = np.flatnonzero(group_of_bond >= 0)
        entry_rows = rows.start + group_of_bond[members]
        self.builder.add_entries(entry_rows, members, self.data.prices[members])
        if relative:
            value = np.full(count, self._value_column())
            self.builder.add_entries(_positions(rows), value, -limit.share)
        named = zip(groups, rows, strict=True)
        self.limit_rows += [LimitRow(limit, group, row) for group, row in named]

    def finish(self) -> MatchingProgram:
        """The programme as it stands."""
        return MatchingProgram(
            program=self.builder.build(),
            bonds=self._bond_columns,
            cash=self._cash,
            loans=self._loans,
            released=self._released,
            value=self._value,
            balances=self._balances,
            limit_rows=tuple(self.limit_rows),
        )

    def _add_receipts(self) -> None:
        received = self.data.receipts
        counted = received.counted
        columns = self.data.flow_bonds[counted]
        self.builder.add_entries(received.rows[counted], columns, received.amounts[counted])

    def _add_cash(self) -> range:
        """s_0..s_T: bought at par, earns g_t into row t, leaves row t; capped; has a value at T."""
        periods, policy = self.data.periods, self.policy
        costs, lower, upper = (
            np.zeros(periods + 1),
            np.zeros(periods + 1),
            self.data.cash_caps.copy(),
        )
        costs[0] = 1.0
        if policy.initial_cash is Availability.NONE:
            upper[0] = 0.0
        if policy.terminal_surplus is TerminalSurplus.CREDITED:
            costs[-1], upper[-1] = -policy.terminal_discount_factor, np.inf
        elif policy.terminal_surplus is TerminalSurplus.TARGET:
            lower[-1] = upper[-1] = policy.terminal_target
        cash = self.builder.add_columns(costs, lower=lower, upper=upper)
        columns, rows = _positions(cash), _positions(self._balances)
        self.builder.add_entries(rows, columns[:-1], self.data.growth_of_cash)
        self.builder.add_entries(rows, columns[1:], -1.0)
        return cash

    def _add_loans(self) -> range:
        """b_0..b_{T-1}: received at the start of a period, repaid with interest at its end."""
        periods = self.data.periods
        costs = np.zeros(periods)
        costs[0] = -1.0
        loans = self.builder.add_columns(costs, upper=self.policy.borrowing_caps(periods))
        columns, rows = _positions(loans), _positions(self._balances)
        self.builder.add_entries(rows, columns, -self.data.growth_of_loans)
        self.builder.add_entries(rows[:-1], columns[1:], 1.0)
        return loans

    def _add_released(self) -> range:
        """d_1..d_T: cash that the cap does not let the plan carry, of no value."""
        released = self.builder.add_columns(np.zeros(self.data.periods))
        self.builder.add_entries(_positions(self._balances), _positions(released), -1.0)
        return released

    def _value_column(self) -> int:
        """The column V = sum p_i x_i + s_0, made when the first limit refers to it."""
        if not self._value:
            self._value = self.builder.add_columns(np.zeros(1))
            row = self.builder.add_rows(np.zeros(1), np.zeros(1)).start
            bonds = _positions(self._bond_columns)
            self.builder.add_entries(np.full(len(bonds), row), bonds, self.data.prices)
            self.builder.add_entries(np.array([row]), np.array([self._value.start]), -1.0)
            if self._cash:
                self.builder.add_entries(np.array([row]), np.array([self._cash.start]), 1.0)
        return self._value.start


def build_program(
    data: MatchingData, bonds: LabelledBonds, limits: Sequence[Limit] = ()
) -> MatchingProgram:
    """The linear programme of a matching problem with the rows of all its limits."""
    draft = ProgramDraft(data, bonds)
    for limit in limits:
        limit.add_to(draft)
    return draft.finish()


def _positions(block: range) -> IntArray:
    return np.arange(block.start, block.stop, dtype=np.int64)
