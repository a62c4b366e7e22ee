"""Shortfalls that are allowed for a while: inside windows of years, or for a number of months."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from defease.arrays import BoolArray, DateArray, FloatArray, IntArray, read_only
from defease.dates import add_months_to, to_date
from defease.errors import bad_input
from defease.matching.assembly import ProgramBuilder
from defease.matching.diagnosis import why_no_solution
from defease.matching.policy import Availability, Loan, MatchingPolicy
from defease.matching.problem import positions
from defease.matching.solve import result_of
from defease.matching.words import money
from defease.solvers import NoSolution, solve_linear_program

if TYPE_CHECKING:
    import datetime as dt

    from defease.matching.problem import MatchingProgram
    from defease.matching.question import MatchingQuestion
    from defease.matching.result import MatchResult
    from defease.solvers import LinearSolution

PLACE = "matching.window"
EPOCH_YEAR = 1970


@dataclass(frozen=True, eq=False, kw_only=True)
class WindowedMatch:
    """A match that may fall short inside windows, and by how much it does.

    Attributes
    ----------
    result
        The least-cost portfolio.
    borrowed
        What is owed after each payment date, net of cash carried, shape (T,).
    largest, largest_date
        The largest of them and its day; 0 and None where nothing is ever borrowed.
    sentence
        The same in words.
    """

    result: MatchResult
    borrowed: FloatArray
    largest: float
    largest_date: dt.date | None
    sentence: str


def window_ends(dates: DateArray, years: int) -> BoolArray:
    """Which dates are the last of their window of so many calendar years, shape (T,).

    The first window begins with the calendar year of the first date.

    Examples
    --------
    >>> days = np.array(["2026-06-30", "2027-06-30", "2028-06-30"], "datetime64[D]")
    >>> window_ends(days, 2).tolist()
    [False, True, True]
    """
    if years < 1:
        raise bad_input(PLACE, f"must be at least 1 year, got {years}", "give whole years")
    calendar = dates.astype("datetime64[Y]").astype(np.int64) + EPOCH_YEAR
    window = (calendar - calendar[0]) // years
    return np.asarray(np.append(np.diff(window) > 0, np.True_), dtype=np.bool_)


def windowed(
    policy: MatchingPolicy, dates: DateArray, *, years: int, spread: float = 0.0
) -> MatchingPolicy:
    """The same conventions with one-period loans inside windows of calendar years.

    ``b_t`` is not capped within a window, 0 at its last date and at settlement; loans cost the
    reinvestment rate plus `spread`.  With spread 0 this is the same as asking for a balance at the
    ends of windows alone.

    Parameters
    ----------
    policy
        The conventions otherwise; its own one-period borrowing is replaced.
    dates
        Payment dates of the question, shape (T,).
    years, spread
        Calendar years a window; annual effective spread, decimal.
    """
    ends = window_ends(dates, years)
    caps = np.where(ends[:-1], 0.0, np.inf)
    return replace(
        policy,
        borrowing_cap=(0.0, *caps.tolist()),
        borrowing_rate=None,
        borrowing_spread=spread,
        initial_borrowing=Availability.NONE,
    )


def match_windowed(question: MatchingQuestion, *, years: int, spread: float = 0.0) -> WindowedMatch:
    """The cheapest portfolio whose balance is restored at the end of every window.

    Raises as `answer` does.

    Examples
    --------
    >>> import datetime as dt
    >>> from defease.bonds.universe import BondUniverse
    >>> from defease.cashflows import Payments
    >>> from defease.matching import matching_question
    >>> days = np.array(["2027-01-31", "2027-10-31"], "datetime64[D]")
    >>> zero = BondUniverse(
    ...     settlement=dt.date(2026, 1, 31), identifiers=("z",), ratings=("UST",),
    ...     coupons=np.zeros(1), clean_prices=np.array([90.0]), maturities=days[1:])
    >>> liability = Payments.from_dates(dt.date(2026, 1, 31), days, [100.0, 100.0])
    >>> found = match_windowed(matching_question(liability, zero), years=1)
    >>> round(found.result.cost, 6), found.largest, found.largest_date
    (180.0, 100.0, datetime.date(2027, 1, 31))
    """
    policy = windowed(question.data.policy, question.due.dates, years=years, spread=spread)
    asked = question.with_policy(policy)
    return _matched(asked, asked.program())


def match_rolling(
    question: MatchingQuestion, *, months: int, rate: float | None = None
) -> WindowedMatch:
    """The cheapest portfolio that owes no payment longer than so many months.

    Loans of every tenor up to `months` at an annual effective `rate` (default: the reinvestment
    rate, where that is one number); what is borrowed on a date is at most the payment of that date,
    so that loans make payments and do not renew loans for ever.

    Raises as `answer` does.
    """
    if months < 1:
        raise bad_input(PLACE, f"must be at least 1 month, got {months}", "give whole months")
    dates, policy = question.due.dates, question.data.policy
    latest = add_months_to(dates, months)
    reach = np.searchsorted(dates, latest, side="right") - 1 - np.arange(len(dates))
    longest = int(reach.max())
    cost = _rate(policy, rate)
    loans = tuple(Loan(rate=cost, periods=k, cap=np.inf) for k in range(1, longest + 1))
    conventions = replace(
        policy,
        loans=loans,
        borrowing_cap=0.0,
        initial_borrowing=Availability.NONE,
    )
    asked = question.with_policy(conventions)
    matching = asked.program()
    return _matched(asked, _within_reach(asked, matching, reach) if loans else matching)


def _rate(policy: MatchingPolicy, rate: float | None) -> float:
    if rate is not None:
        return rate
    if isinstance(policy.reinvestment_rate, tuple):
        what = "the reinvestment rate differs by period and no rate of loans is given"
        raise bad_input(PLACE, what, "give the annual effective rate of loans")
    return policy.reinvestment_rate


def _within_reach(
    question: MatchingQuestion, matching: MatchingProgram, reach: IntArray
) -> MatchingProgram:
    """Loans fall due within the window, and together are at most the payment they make."""
    terms, program = question.data.credit_terms, matching.program
    columns = positions(matching.credit)
    upper = program.column_upper.copy()
    upper[columns[terms.ends - terms.starts > reach[terms.starts]]] = 0.0
    builder = ProgramBuilder.extending(replace(program, column_upper=upper))
    payments = question.data.payments.clip(min=0.0)
    rows = builder.add_rows(np.full(len(payments), -np.inf), payments)
    builder.add_entries(rows.start + terms.starts, columns, 1.0)
    return replace(matching, program=builder.build())


def _matched(question: MatchingQuestion, matching: MatchingProgram) -> WindowedMatch:
    solution = solve_linear_program(matching.program)
    if isinstance(solution, NoSolution):
        raise why_no_solution(question, matching, solution)
    result = result_of(question, matching, solution)
    owed = _owed(question, matching, solution)
    worst = int(np.argmax(owed))
    largest = float(owed[worst])
    day = to_date(question.due.dates[worst]) if largest else None
    borrowed = f"the largest interim borrowing is {money(largest)}, after the payment of {day}"
    return WindowedMatch(
        result=result,
        borrowed=read_only(owed),
        largest=largest,
        largest_date=day,
        sentence=borrowed if largest else "nothing is ever borrowed",
    )


def _owed(
    question: MatchingQuestion, matching: MatchingProgram, solution: LinearSolution
) -> FloatArray:
    """Loans not yet due after each payment date, less cash carried, shape (T,)."""
    data, periods = question.data, question.data.periods
    owed = np.zeros(periods)
    if matching.loans:
        owed[:-1] += matching.of_block(matching.loans, solution)[1:]
    if matching.credit:
        terms, taken = data.credit_terms, matching.of_block(matching.credit, solution)
        changes = np.bincount(terms.starts, taken, periods + 1)
        changes -= np.bincount(terms.ends, taken, periods + 1)
        owed += np.cumsum(changes)[:periods]
    if matching.cash:
        owed -= matching.of_block(matching.cash, solution)[1:]
    negligible = 1e-9 * np.abs(data.payments).max(initial=1.0)
    return np.where(owed > negligible, owed, 0.0)
