"""The same liability matched again month after month, each solve starting where the last ended.

From one month to the next prices change, payments are made, bonds mature and are issued, while the
programme keeps its shape: the statuses of the last optimum are carried over by identifier and by
payment day, and payments of bonds known already are not computed again.  Every answer is certified.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from itertools import repeat
from typing import TYPE_CHECKING

import numpy as np

from defease.arrays import IntArray, read_only
from defease.bonds.payments import BondPayments, payments_of
from defease.bonds.terms import FACE
from defease.errors import bad_input
from defease.matching.data import MatchingData, Receipts
from defease.matching.diagnosis import why_no_solution
from defease.matching.eligibility import screen
from defease.matching.problem import positions
from defease.matching.question import (
    DEFAULT_ELIGIBILITY,
    DEFAULT_POLICY,
    MatchingQuestion,
    cash_caps,
    payments_due,
)
from defease.matching.solve import result_of
from defease.solvers import (
    LinearSolution,
    NoSolution,
    carried_basis,
    solve_linear_program,
    solve_sifted,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from defease.bonds.universe import BondUniverse
    from defease.cashflows import Payments
    from defease.matching.data import Trading
    from defease.matching.eligibility import Eligibility
    from defease.matching.policy import MatchingPolicy
    from defease.matching.problem import Limit, LimitRow, MatchingProgram
    from defease.matching.question import DuePayments
    from defease.matching.result import MatchResult
    from defease.solvers import Basis

NOT_THERE = -1
TERMS = ("coupons", "maturities", "frequencies", "conventions", "first_coupons", "issue_dates")


@dataclass(frozen=True, eq=False)
class MonthlyRules:
    """What stays the same from month to month.

    Rates and caps by period belong to the periods that end with the liability's payments.
    """

    liability: Payments
    policy: MatchingPolicy = DEFAULT_POLICY
    limits: Sequence[Limit] = ()
    eligibility: Eligibility = DEFAULT_ELIGIBILITY

    def due(self, bonds: BondUniverse) -> DuePayments:
        """The payments after settlement; what is due on or before it was paid before trading."""
        later = self.liability.dates > np.datetime64(bonds.settlement, "D")
        return payments_due(self.liability.where(later), bonds.settlement, None)

    def policy_for(self, due: DuePayments) -> MatchingPolicy:
        """The conventions from the first payment still due on."""
        gone = len(self.liability) - len(due.dates)
        given = (self.policy.reinvestment_rate, self.policy.borrowing_cap)
        rates, caps = (value[gone:] if isinstance(value, tuple) else value for value in given)
        return replace(self.policy, reinvestment_rate=rates, borrowing_cap=caps)


@dataclass(frozen=True, eq=False)
class SolvedMonth:
    """One month's question with its certified optimum, the start of the next month's."""

    question: MatchingQuestion
    promised: BondPayments
    matching: MatchingProgram
    solution: LinearSolution

    @cached_property
    def result(self) -> MatchResult:
        """The portfolio with its ladder and explanation."""
        return result_of(self.question, self.matching, self.solution)


def monthly_matches(
    liability: Payments,
    months: Iterable[BondUniverse],
    *,
    policy: MatchingPolicy = DEFAULT_POLICY,
    limits: Sequence[Limit] = (),
    eligibility: Eligibility = DEFAULT_ELIGIBILITY,
) -> Iterator[MatchResult]:
    """The cheapest portfolio of every month's market for the payments still due.

    Payments due on or before a month's settlement count as paid.  The results are those of
    `match_cash_flows` in each month, found from the optimum of the month before.

    Examples
    --------
    >>> import datetime as dt
    >>> from defease.bonds.universe import BondUniverse
    >>> from defease.cashflows import Payments
    >>> days = np.array(["2027-01-31", "2028-01-31"], "datetime64[D]")
    >>> def market(day, prices):
    ...     return BondUniverse(
    ...         settlement=day, identifiers=("one", "two"), ratings=("UST", "UST"),
    ...         coupons=np.zeros(2), clean_prices=np.array(prices), maturities=days)
    >>> months = (market(dt.date(2026, 1, 31), [96.0, 92.0]),
    ...           market(dt.date(2026, 2, 28), [97.0, 91.0]))
    >>> liability = Payments.from_dates(dt.date(2026, 1, 31), days, [1000.0, 500.0])
    >>> [round(month.cost, 6) for month in monthly_matches(liability, months)]
    [1420.0, 1425.0]
    """
    rules = MonthlyRules(liability, policy, limits, eligibility)
    last: SolvedMonth | None = None
    for bonds in months:
        last = solve_month(rules, bonds, last=last)
        yield last.result


def solve_month(
    rules: MonthlyRules,
    bonds: BondUniverse,
    *,
    last: SolvedMonth | None = None,
    trading: Trading | None = None,
) -> SolvedMonth:
    """One month's certified optimum; from where `last` ended if it is given.

    Raises as `match_cash_flows` does, and InputError for a month before the last one.
    """
    question, promised, places = _question(rules, bonds, last)
    if trading is not None:
        question = question.with_trading(trading)
    matching = question.program()
    if last is None:
        solution = solve_linear_program(matching.program)
    else:
        columns, start = _start(question, matching, last, places)
        promise = np.append(last.solution.reduced_costs, 0.0)[columns]
        solution = solve_sifted(matching.program, start, promise)
    if isinstance(solution, NoSolution):
        raise why_no_solution(question, matching, solution)
    return SolvedMonth(question, promised, matching, solution)


def _question(
    rules: MonthlyRules, bonds: BondUniverse, last: SolvedMonth | None
) -> tuple[MatchingQuestion, BondPayments, IntArray]:
    """The month's question, what its bonds promise, and where they stood a month before."""
    due = rules.due(bonds)
    eligible, excluded = screen(bonds, rules.eligibility, rules.limits)
    places = _places(last.question.bonds.identifiers if last else (), eligible.identifiers)
    kept = None if last is None else _still_to_come(eligible, last, places)
    if last is None or kept is None:
        promised = payments_of(eligible)
    else:
        promised = _later_payments(eligible, last, kept)
    policy = rules.policy_for(due)
    principals = np.where(promised.periods == 0, FACE, 0.0)
    data = MatchingData(
        policy=policy,
        payment_times=due.times,
        payments=due.amounts,
        prices=eligible.dirty_prices,
        flow_bonds=promised.bond,
        flow_times=promised.times,
        flow_amounts=promised.amounts,
        flow_principals=read_only(principals),
        cash_caps=cash_caps(due, policy.cash_cap_months),
    )
    question = MatchingQuestion(due, data, eligible, tuple(rules.limits), excluded)
    if last is not None and kept is not None:
        _keep_receipts(question, last.question, kept.payments)
    return question, promised, places


@dataclass(frozen=True, eq=False)
class _Kept:
    """Last month's payments that are still to come, and the bond that each is now of."""

    payments: IntArray
    owners: IntArray


def _still_to_come(bonds: BondUniverse, last: SolvedMonth, places: IntArray) -> _Kept | None:
    """What is left of last month's payments; None where bonds are new, moved or changed terms."""
    known = last.question.bonds
    if bonds.settlement < known.settlement:
        what = f"settlement goes back from {known.settlement} to {bonds.settlement}"
        raise bad_input(where="months", what=what, remedy="give the months in order")
    in_order = len(places) > 0 and bool((np.diff(places, prepend=NOT_THERE) > 0).all())
    if not in_order or not _same_terms(bonds, known, places):
        return None
    earlier = last.promised
    position = np.full(len(known), NOT_THERE)
    position[places] = np.arange(len(bonds))
    coming = earlier.dates > np.datetime64(bonds.settlement, "D")
    kept = np.flatnonzero(coming & (position[earlier.bond] != NOT_THERE))
    return _Kept(kept, position[earlier.bond[kept]])


def _later_payments(bonds: BondUniverse, last: SolvedMonth, kept: _Kept) -> BondPayments:
    earlier, counts = last.promised, np.bincount(kept.owners, minlength=len(bonds))
    return BondPayments(
        settlement=bonds.settlement,
        bond=read_only(kept.owners),
        dates=read_only(earlier.dates[kept.payments]),
        amounts=read_only(earlier.amounts[kept.payments]),
        periods=read_only(earlier.periods[kept.payments]),
        starts=read_only(np.concatenate(([0], np.cumsum(counts)))),
    )


def _keep_receipts(question: MatchingQuestion, before: MatchingQuestion, kept: IntArray) -> None:
    """Which date each payment serves, and what it has earned by then, does not change with time."""
    gone = before.data.periods - question.data.periods
    later = before.data.policy.reinvestment_rates(before.data.periods)[gone:]
    same_dates = np.array_equal(before.due.dates[gone:], question.due.dates)
    same_rates = np.array_equal(later, question.data.policy.reinvestment_rates(len(later)))
    same_lag = before.data.policy.payment_lag_days == question.data.policy.payment_lag_days
    if gone < 0 or not (same_dates and same_rates and same_lag):
        return
    earlier = before.data.receipts
    rows = earlier.rows[kept] - gone
    counted = np.flatnonzero(rows < question.data.periods)
    # A cached property is a value of the instance that is not there until it is asked for.
    vars(question.data)["receipts"] = Receipts(rows, earlier.amounts[kept], counted)


def _same_terms(bonds: BondUniverse, known: BondUniverse, places: IntArray) -> bool:
    pairs = ((getattr(bonds.terms, name), getattr(known.terms, name)[places]) for name in TERMS)
    return all(np.array_equal(new, old, equal_nan=new.dtype.kind in "fM") for new, old in pairs)


def _start(
    question: MatchingQuestion, matching: MatchingProgram, last: SolvedMonth, bonds: IntArray
) -> tuple[IntArray, Basis]:
    """Where each column stood last month, and its basis moved to this month's columns and rows."""
    earlier, before = last.matching, last.question
    paid = np.searchsorted(before.due.dates, question.due.dates[0])
    dates = np.arange(paid, before.data.periods)
    columns = np.full(len(matching.program.costs), NOT_THERE)
    for block, old, places in (
        (matching.bonds, earlier.bonds, bonds),
        (matching.bought, earlier.bought, bonds),
        (matching.sold, earlier.sold, bonds),
        (matching.cash, earlier.cash, np.append(dates, before.data.periods)),
        (matching.loans, earlier.loans, dates),
        (matching.released, earlier.released, dates),
        (matching.value, earlier.value, np.zeros(1, dtype=np.int64)),
    ):
        if len(block) and len(old) > places.max(initial=0):
            known = places != NOT_THERE
            columns[positions(block)[known]] = old.start + places[known]
    rows = _rows(matching, earlier, dates, bonds)
    return columns, carried_basis(last.solution.basis, columns, rows)


def _rows(
    matching: MatchingProgram, earlier: MatchingProgram, dates: IntArray, bonds: IntArray
) -> IntArray:
    rows = np.full(len(matching.program.row_lower), NOT_THERE)
    rows[positions(matching.balances)] = earlier.balances.start + dates
    # Rows of trades follow the balances, one a bond.
    trades = len(matching.bought)
    if trades and len(earlier.bought):
        known = np.flatnonzero(bonds != NOT_THERE)
        rows[matching.balances.stop + known] = earlier.balances.stop + bonds[known]
    of_limit = {_key(row): row.row for row in earlier.limit_rows}
    for row in matching.limit_rows:
        rows[row.row] = of_limit.get(_key(row), NOT_THERE)
    others, old_others = _other_rows(matching), _other_rows(earlier)
    if len(others) == len(old_others):
        rows[others] = old_others
    return rows


def _other_rows(matching: MatchingProgram) -> IntArray:
    """Rows that are of no date, bond or limit: the portfolio's own cost."""
    free = np.ones(len(matching.program.row_lower), dtype=np.bool_)
    free[: matching.balances.stop + len(matching.bought)] = False
    free[[row.row for row in matching.limit_rows]] = False
    return np.flatnonzero(free)


def _key(row: LimitRow) -> tuple[str, float, str, str]:
    return type(row.limit).__name__, row.limit.size, row.group, str(row.sense)


def _places(identifiers: Sequence[str], sought: Sequence[str]) -> IntArray:
    """Where each identifier stood before, or -1; of equal ones the last."""
    known = dict(zip(identifiers, range(len(identifiers)), strict=True))
    return np.fromiter(map(known.get, sought, repeat(NOT_THERE)), np.int64, len(sought))
