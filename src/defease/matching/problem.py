"""The linear programme of cash-flow matching in flow form: one balance row a payment date.

::

    min   sum p_i x_i + s_0 - b_0 + sum (k_i buy_i + q_i sell_i)
    s.t.  sum_i h_it F_it x_i + g_t s_{t-1} - s_t - d_t + b_t - G_t b_{t-1} + loans = L_t   t = 1..T
          x_i - buy_i + sell_i = held_i

with b_T = 0, x_i in units of 100 face, s_t cash carried out of date t, d_t cash released (only
under a cash cap), b_t one-period loans, g_t and G_t growth of cash and of loans, F_it the payments
of bond i compounded to date t and h_it the haircut, already in the amounts; k_i and q_i are what
trading costs beyond the price.  Limits add rows of their own.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

import numpy as np

from defease.arrays import read_only
from defease.bonds.terms import FACE
from defease.matching.assembly import ProgramBuilder
from defease.matching.data import MatchingData
from defease.matching.policy import Availability, LimitsRelativeTo, Surplus, TerminalSurplus

if TYPE_CHECKING:
    from collections.abc import Sequence

    from defease.arrays import DateArray, FloatArray, IntArray
    from defease.matching.data import Trading
    from defease.solvers import LinearProgram, LinearSolution

NONE = range(0)


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
    def countries(self) -> tuple[str, ...]: ...  # noqa: D102
    @property
    def maturities(self) -> DateArray: ...  # noqa: D102
    @property
    def outstanding(self) -> FloatArray: ...  # noqa: D102
    @property
    def offered(self) -> FloatArray: ...  # noqa: D102


class Limit(Protocol):
    """A limit of the investment policy: it adds its own rows or bounds to a problem."""

    def add_to(self, draft: ProgramDraft) -> None:
        """Add the rows of this limit."""


class PricedRule(Protocol):
    """A limit whose price can be stated: its size, one step of loosening it, and the words."""

    @property
    def family(self) -> str: ...  # noqa: D102
    @property
    def size(self) -> float: ...  # noqa: D102
    @property
    def step(self) -> float: ...  # noqa: D102
    def loosening(self, group: str) -> str: ...  # noqa: D102


class Sense(StrEnum):
    """On which side a row is bounded."""

    AT_MOST = "at most"
    AT_LEAST = "at least"


@dataclass(frozen=True, slots=True)
class LimitRow:
    """One bounded group: by which limit, which group, the row that holds it, and which side.

    Loosening the limit by one step loosens the row's bound by ``step`` times `per_size`, or times
    the base where that is None: the portfolio's cost, or the amount that the policy states.
    """

    limit: PricedRule
    group: str
    row: int
    sense: Sense = Sense.AT_MOST
    per_size: float | None = None


@dataclass(frozen=True, eq=False)
class MatchingProgram:
    """A linear programme with the places of its blocks.

    `cash` holds s_0..s_T (empty when surplus is lost), `loans` b_0..b_{T-1}, `credit` the general
    loans in the order of the data's credit terms, `released` d_1..d_T; `value` is the column V of
    the portfolio's own cost and `value_row` the row that defines it (empty when no limit refers to
    it); `bought` and `sold` are there when trading has a cost or a limit.
    """

    program: LinearProgram
    bonds: range
    cash: range
    loans: range
    credit: range
    released: range
    value: range
    value_row: range
    bought: range
    sold: range
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
        self.bond_columns = self.builder.add_columns(data.prices, upper=self._most())
        upper = data.payments if carried else np.full(data.periods, np.inf)
        self.balance_rows = self.builder.add_rows(data.payments, upper)
        self._add_receipts()
        self._cash = self._add_cash() if carried else NONE
        self._loans = self._add_loans() if self.policy.borrows else NONE
        self._credit = self._add_credit() if self.policy.loans else NONE
        releases = carried and data.has_cash_cap
        self._released = self._add_released() if releases else NONE
        trading = data.trading
        self.bought, self.sold = self._add_trades(trading) if trading else (NONE, NONE)
        self._value = self._value_row = NONE

    @property
    def shares_are_of_cost(self) -> bool:
        """Whether shares of limits refer to the portfolio's own cost."""
        return self.policy.limits_relative_to is LimitsRelativeTo.COST

    def cap_levels(self, upper: FloatArray) -> None:
        """At most so many units of 100 face of each bond, shape (n,)."""
        self.builder.cap_columns(self.bond_columns, upper)

    def bound_groups(
        self,
        limit: PricedRule,
        groups: Sequence[str],
        group_of_bond: IntArray,
        *,
        share: float,
        sense: Sense = Sense.AT_MOST,
    ) -> None:
        """Cost of each group at most (or at least) a share of the base; group -1 is exempt.

        ``sum_{i in G} p_i x_i <= share V`` with V the portfolio's cost, or a stated amount.
        """
        rows = self.add_base_rows(np.full(len(groups), share), sense)
        members = np.flatnonzero(group_of_bond >= 0)
        entry_rows = rows.start + group_of_bond[members]
        self.builder.add_entries(entry_rows, members, self.data.prices[members])
        self.name_rows(limit, groups, rows, sense)

    def bound_total(
        self, limit: PricedRule, weights: FloatArray, *, share: float, sense: Sense
    ) -> None:
        """``sum weights_i x_i`` at most (or at least) a multiple of the base; shape (n,)."""
        rows = self.add_base_rows(np.array([share]), sense)
        bonds = positions(self.bond_columns)
        self.builder.add_entries(np.full(len(bonds), rows.start), bonds, weights)
        self.name_rows(limit, [""], rows, sense)

    def cap_turnover(self, limit: PricedRule, *, share: float) -> None:
        """What is bought and sold together at most a share of the base."""
        rows = self.add_base_rows(np.array([share]), Sense.AT_MOST)
        for block in (self.bought, self.sold):
            columns = positions(block)
            places = np.full(len(columns), rows.start)
            self.builder.add_entries(places, columns, self.data.prices)
        self.name_rows(limit, [""], rows, Sense.AT_MOST)

    def add_base_rows(self, shares: FloatArray, sense: Sense) -> range:
        """Rows whose bound is a share of the base each."""
        bound = np.zeros(len(shares))
        if not self.shares_are_of_cost:
            bound = shares * self.policy.limits_amount
        free = np.full(len(shares), np.inf)
        ends = (-free, bound) if sense is Sense.AT_MOST else (bound, free)
        rows = self.builder.add_rows(*ends)
        if self.shares_are_of_cost:
            value = np.full(len(shares), self.value_column())
            self.builder.add_entries(positions(rows), value, -shares)
        return rows

    def name_rows(
        self,
        limit: PricedRule,
        groups: Sequence[str],
        rows: range,
        sense: Sense,
        *,
        per_size: float | None = None,
    ) -> None:
        """Remember which limit and group each row is of."""
        for group, row in zip(groups, rows, strict=True):
            self.limit_rows.append(LimitRow(limit, group, row, sense, per_size))

    def value_column(self) -> int:
        """The column V = sum p_i x_i + s_0, made when the first limit refers to it."""
        if not self._value:
            self._value = self.builder.add_columns(np.zeros(1))
            self._value_row = self.builder.add_rows(np.zeros(1), np.zeros(1))
            row = self._value_row.start
            bonds = positions(self.bond_columns)
            self.builder.add_entries(np.full(len(bonds), row), bonds, self.data.prices)
            self.builder.add_entries(np.array([row]), np.array([self._value.start]), -1.0)
            if self._cash:
                self.builder.add_entries(np.array([row]), np.array([self._cash.start]), 1.0)
        return self._value.start

    def finish(self) -> MatchingProgram:
        """The programme as it stands."""
        return MatchingProgram(
            program=self.builder.build(),
            bonds=self.bond_columns,
            cash=self._cash,
            loans=self._loans,
            credit=self._credit,
            released=self._released,
            value=self._value,
            value_row=self._value_row,
            bought=self.bought,
            sold=self.sold,
            balances=self.balance_rows,
            limit_rows=tuple(self.limit_rows),
        )

    def _most(self) -> FloatArray:
        """What can be held of each bond: what exists, what is on offer, or what is held already."""
        exists, offered = self.bonds.outstanding / FACE, self.bonds.offered / FACE
        if self.data.trading:
            return np.maximum(exists, self.data.trading.held)
        return np.minimum(exists, offered)

    def _add_receipts(self) -> None:
        received = self.data.receipts
        counted = received.counted
        columns = self.data.flow_bonds[counted]
        self.builder.add_entries(received.rows[counted], columns, received.amounts[counted])

    def _add_cash(self) -> range:
        """s_0..s_T: bought at par, earns g_t into row t, leaves row t; capped; has a value at T."""
        periods, policy = self.data.periods, self.policy
        costs, lower = np.zeros(periods + 1), np.zeros(periods + 1)
        upper = self.data.cash_caps.copy()
        costs[0] = 1.0
        if policy.initial_cash is Availability.NONE:
            upper[0] = 0.0
        if policy.terminal_surplus is TerminalSurplus.CREDITED:
            costs[-1], upper[-1] = -policy.terminal_discount_factor, np.inf
        elif policy.terminal_surplus is TerminalSurplus.TARGET:
            lower[-1] = upper[-1] = policy.terminal_target
        cash = self.builder.add_columns(costs, lower=lower, upper=upper)
        columns, rows = positions(cash), positions(self.balance_rows)
        self.builder.add_entries(rows, columns[:-1], self.data.growth_of_cash)
        self.builder.add_entries(rows, columns[1:], -1.0)
        return cash

    def _add_loans(self) -> range:
        """b_0..b_{T-1}: received at the start of a period, repaid with interest at its end."""
        periods = self.data.periods
        costs = np.zeros(periods)
        costs[0] = -1.0
        loans = self.builder.add_columns(costs, upper=self.policy.borrowing_caps(periods))
        columns, rows = positions(loans), positions(self.balance_rows)
        self.builder.add_entries(rows, columns, -self.data.growth_of_loans)
        self.builder.add_entries(rows[:-1], columns[1:], 1.0)
        return loans

    def _add_credit(self) -> range:
        """General loans: received at one date, repaid with interest at a later one."""
        terms = self.data.credit_terms
        taken_at_settlement = terms.starts < 0
        credit = self.builder.add_columns(-taken_at_settlement.astype(np.float64), upper=terms.caps)
        columns, first = positions(credit), self.balance_rows.start
        later = ~taken_at_settlement
        self.builder.add_entries(first + terms.starts[later], columns[later], 1.0)
        self.builder.add_entries(first + terms.ends, columns, -terms.growth)
        return credit

    def _add_released(self) -> range:
        """d_1..d_T: cash that the cap does not let the plan carry, of no value."""
        released = self.builder.add_columns(np.zeros(self.data.periods))
        self.builder.add_entries(positions(self.balance_rows), positions(released), -1.0)
        return released

    def _add_trades(self, trading: Trading) -> tuple[range, range]:
        """What is bought and sold of each bond, tied to what is held before and after."""
        bought = self.builder.add_columns(trading.buying, upper=self.bonds.offered / FACE)
        sold = self.builder.add_columns(trading.selling, upper=trading.held)
        rows = positions(self.builder.add_rows(trading.held, trading.held))
        self.builder.add_entries(rows, positions(self.bond_columns), 1.0)
        self.builder.add_entries(rows, positions(bought), -1.0)
        self.builder.add_entries(rows, positions(sold), 1.0)
        return bought, sold


def build_program(
    data: MatchingData, bonds: LabelledBonds, limits: Sequence[Limit] = ()
) -> MatchingProgram:
    """The linear programme of a matching problem with the rows of all its limits."""
    draft = ProgramDraft(data, bonds)
    for limit in limits:
        limit.add_to(draft)
    return draft.finish()


def positions(block: range) -> IntArray:
    """The places of a block as an array."""
    return np.arange(block.start, block.stop, dtype=np.int64)
