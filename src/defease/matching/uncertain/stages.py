"""A matching programme in two stages: bonds bought today, cash decided when payments are known.

::

    min   c'x + sum_w q_w (d'y_w + p sum_t u_wt)
    s.t.  A x in its bounds                          limits, trades
          R_t = sum_i F_it x_i + g_1 s_0 ...         what today's decisions bring on date t
          R_t + (W y_w)_t + u_wt = L_wt              balance of each date and scenario

x holds bonds, initial cash and initial loans, y_w carried cash, later loans and releases of
scenario w, u_w what stays unpaid.  The columns R keep the bonds out of the scenarios: T more
columns, and no scenario's rows grow with the number of bonds.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from defease.arrays import FloatArray, IntArray
from defease.errors import ModelError, Problem
from defease.matching.assembly import ProgramBuilder
from defease.matching.policy import Surplus, TerminalSurplus
from defease.matching.problem import positions
from defease.matching.question import cash_caps

if TYPE_CHECKING:
    from defease.arrays import BoolArray
    from defease.matching.problem import MatchingProgram
    from defease.matching.uncertain.scenarios import ScenarioQuestion
    from defease.matching.uncertain.shortfall import ShortfallRule
    from defease.solvers import LinearProgram


@dataclass(frozen=True, eq=False)
class Block:
    """What distinguishes one scenario: payments (T,), bounds of y, most that stays unpaid (T,)."""

    payments: FloatArray
    upper: FloatArray
    unpaid: FloatArray


@dataclass(frozen=True, eq=False)
class BlockPlaces:
    """Where a scenario stands in a programme; `unpaid` is empty where everything is paid."""

    rows: range
    later: range
    unpaid: range


@dataclass(frozen=True, eq=False)
class Stages:
    """The two stages of a question, and what each scenario adds.

    `first` and `later` are positions of columns in the programme of one stream of payments.
    """

    scenarios: ScenarioQuestion
    rule: ShortfallRule
    matching: MatchingProgram
    first: IntArray
    later: IntArray

    @classmethod
    def of(cls, scenarios: ScenarioQuestion, rule: ShortfallRule) -> Stages:
        """The stages of a question: its programme split by when a column is decided."""
        question = scenarios.average
        matching = question.program()
        is_later = np.zeros(len(matching.program.costs), dtype=np.bool_)
        for block in (matching.cash[1:], matching.loans[1:], matching.released):
            is_later[block.start : block.stop] = True
        if matching.credit:
            is_later[positions(matching.credit)] = question.data.credit_terms.starts >= 0
        _check_rows(matching, is_later)
        first, later = np.flatnonzero(~is_later), np.flatnonzero(is_later)
        return cls(scenarios, rule, matching, first, later)

    @property
    def periods(self) -> int:
        """Number of payment dates."""
        return len(self.matching.balances)

    @property
    def receipts(self) -> IntArray:
        """Columns R of the core programme."""
        return len(self.first) + np.arange(self.periods)

    @cached_property
    def later_costs(self) -> FloatArray:
        """Costs of the later decisions in one scenario; credit for cash that is left."""
        return np.asarray(self.matching.program.costs[self.later], dtype=np.float64)

    @property
    def later_decisions_cost(self) -> bool:
        """Whether anything decided later has a cost or a value."""
        return bool(self.later_costs.any() or self.unit_prices.any())

    @cached_property
    def unit_prices(self) -> FloatArray:
        """Penalty of one unit unpaid on each date, shape (T,)."""
        return self.rule.unit_prices(self.scenarios.average.data.growth_of_cash)

    @cached_property
    def blocks(self) -> tuple[Block, ...]:
        """What each scenario asks for."""
        return tuple(
            Block(payments, self._upper(caps), self._unpaid(payments))
            for payments, caps in zip(self.scenarios.payments, self._cash_caps, strict=True)
        )

    @cached_property
    def average_block(self) -> Block:
        """Averages of payments and bounds: what the average of all later decisions keeps."""
        shares = self.scenarios.probabilities
        return Block(
            shares @ self.scenarios.payments,
            _average([block.upper for block in self.blocks], shares),
            _average([block.unpaid for block in self.blocks], shares),
        )

    def core(self) -> ProgramBuilder:
        """The first stage alone: its columns, then R; rows stay where they were."""
        program, builder = self.matching.program, ProgramBuilder()
        upper = program.column_upper.copy()
        if self.matching.cash:
            start = self.matching.cash.start
            upper[start] = min(upper[start], float(self._cash_caps[:, 0].min()))
        builder.add_columns(
            program.costs[self.first],
            lower=program.column_lower[self.first],
            upper=upper[self.first],
        )
        builder.add_columns(np.zeros(self.periods), lower=-np.inf)
        lower, higher = program.row_lower.copy(), program.row_upper.copy()
        balances = positions(self.matching.balances)
        lower[balances] = higher[balances] = 0.0
        builder.add_rows(lower, higher)
        builder.add_entries(*_entries_of(program, self.first))
        builder.add_entries(balances, self.receipts, -1.0)
        return builder

    def add_block(
        self, builder: ProgramBuilder, block: Block, *, weight: float, linked: bool = True
    ) -> BlockPlaces:
        """Rows and columns of one scenario, its costs times a weight; not `linked`: without R."""
        carried = self.scenarios.average.data.policy.surplus is Surplus.CARRIED
        most = block.payments if carried else np.full(self.periods, np.inf)
        rows = builder.add_rows(block.payments, most)
        places = positions(rows)
        lower = self.matching.program.column_lower[self.later]
        later = builder.add_columns(weight * self.later_costs, lower=lower, upper=block.upper)
        entry_rows, columns, values = _entries_of(self.matching.program, self.later)
        own_rows = places[entry_rows - self.matching.balances.start]
        builder.add_entries(own_rows, later.start + columns, values)
        if linked:
            builder.add_entries(places, self.receipts, 1.0)
        unpaid = range(0)
        if self.rule.allows_any:
            unpaid = builder.add_columns(weight * self.unit_prices, upper=block.unpaid)
            builder.add_entries(places, positions(unpaid), 1.0)
        return BlockPlaces(rows, later, unpaid)

    @cached_property
    def _cash_caps(self) -> FloatArray:
        """Caps on cash in each scenario, shape (W, T + 1)."""
        questions = self.scenarios
        months = questions.average.data.policy.cash_cap_months
        dues = (questions.question_of(w).due for w in range(len(questions)))
        return np.array([cash_caps(due, months) for due in dues])

    def _upper(self, caps: FloatArray) -> FloatArray:
        """Bounds of the later decisions; a target for the end is a minimum in every scenario.

        Two scenarios that differ cannot both end at one amount, and spare cash is no harm.
        """
        upper = self.matching.program.column_upper.copy()
        cash = positions(self.matching.cash)
        at_the_end = self.scenarios.average.data.policy.terminal_surplus
        upper[cash[1:]] = caps[1 : 1 + len(cash[1:])]
        if at_the_end is not TerminalSurplus.FREE:
            upper[cash[-1:]] = np.inf
        return np.asarray(upper[self.later], dtype=np.float64)

    def _unpaid(self, payments: FloatArray) -> FloatArray:
        most = np.minimum(payments.clip(min=0.0), self.rule.largest)
        return np.asarray(most, dtype=np.float64)


def _entries_of(program: LinearProgram, columns: IntArray) -> tuple[IntArray, IntArray, FloatArray]:
    """Rows, places among these columns, and values of their matrix entries."""
    place = np.full(len(program.costs), -1, dtype=np.int64)
    place[columns] = np.arange(len(columns))
    own = place[program.entry_columns] >= 0
    return program.rows[own], place[program.entry_columns[own]], program.values[own]


def _average(bounds: list[FloatArray], shares: FloatArray) -> FloatArray:
    stacked = np.array(bounds)
    unbounded = np.isinf(stacked)
    mean = shares @ np.where(unbounded, 0.0, stacked)
    return np.asarray(np.where(unbounded.any(axis=0), np.inf, mean), dtype=np.float64)


def _check_rows(matching: MatchingProgram, is_later: BoolArray) -> None:
    """Later decisions may stand in balances alone: a limit on them has no meaning today."""
    later = is_later[matching.program.entry_columns]
    rows = matching.program.rows[later]
    if ((rows < matching.balances.start) | (rows >= matching.balances.stop)).any():
        what = "a limit refers to cash or loans after settlement, which scenarios decide later"
        raise ModelError(Problem("matching.limits", what, "leave it out, or match one scenario"))
