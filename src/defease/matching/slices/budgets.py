"""What a budget buys: years of payments, the last month in part, or a percent of every payment."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

from defease.arrays import FloatArray, read_only
from defease.dates import to_date
from defease.errors import InfeasibleError, Problem, bad_input
from defease.matching.policy import LimitsRelativeTo, TerminalSurplus
from defease.matching.slices.horizons import ROUNDING, horizon_curve
from defease.matching.slices.shares import SharedPayments, largest_shares, shares_are_linear
from defease.matching.solve import answer
from defease.matching.words import money, percent
from defease.solvers import NoSolution, solve_linear_program

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable

    from defease.matching.question import MatchingQuestion
    from defease.matching.result import MatchResult
    from defease.matching.slices.horizons import HorizonCurve

PLACE = "matching.budget"
NO_PAIRS = read_only(np.empty((0, 2), dtype=np.int64))
NEGLIGIBLE = 1e-9
BISECTIONS = 45


class Slice(StrEnum):
    """Which part of the liability a budget buys: the first years in full, or a part of all."""

    CHRONOLOGICAL = "chronological"
    VERTICAL = "vertical"


@dataclass(frozen=True, eq=False, kw_only=True)
class BudgetMatch:
    """What a budget buys, and the portfolio that pays it.

    Attributes
    ----------
    budget, left_over
        What may be spent, and what is not needed, plan currency.
    result
        The least-cost portfolio of what is bought.
    shares
        Share of each payment of the whole question that is made, shape (T,).
    percent
        Vertical: the share of every payment; None for a chronological slice.
    horizon, horizon_years
        Last payment made in full with all before it; None and 0 where the first is not.
    partial_date, partial_share
        The payment that is made in part, and its share; None and 0 where there is none.
    sentence
        The answer in words.
    """

    budget: float
    left_over: float
    result: MatchResult
    shares: FloatArray
    percent: float | None
    horizon: dt.date | None
    horizon_years: float
    partial_date: dt.date | None
    partial_share: float
    sentence: str


def match_budget(
    question: MatchingQuestion,
    budget: float,
    *,
    slice: Slice = Slice.CHRONOLOGICAL,  # noqa: A002 - the word of plans and reports
    curve: HorizonCurve | None = None,
) -> BudgetMatch:
    """The most that a budget pays: years in full and part of the next payment, or a percent of all.

    Chronological: the last date with ``cost(H) <= budget`` (with borrowing an earlier horizon may
    cost more: the last one counts), then the largest share of the next payment, by one programme.
    Vertical: ``q = budget / cost(L)`` where the problem is homogeneous, else the largest q by one
    programme, or by bisection under limits that follow the payments.  What is due at settlement is
    paid in full first.  A budget above the full cost pays everything; the rest is `left_over`.

    Parameters
    ----------
    question
        All payments, bonds and rules.
    budget
        Plan currency, spent at settlement; costs as the policy defines them (loans taken at
        settlement and credited cash lower them).
    slice
        Which part of the liability to buy.
    curve
        The horizon curve of the same question for every date, where it is known already.

    Raises
    ------
    InputError
        The budget is not a finite number above 0; or the curve leaves out dates.
    InfeasibleError
        It buys no part of any payment; or a vertical slice cannot be covered at all.

    Examples
    --------
    >>> import datetime as dt, numpy as np
    >>> from defease.bonds.universe import BondUniverse
    >>> from defease.cashflows import Payments
    >>> from defease.matching import matching_question
    >>> days = np.array(["2027-01-31", "2028-01-31"], "datetime64[D]")
    >>> zeros = BondUniverse(
    ...     settlement=dt.date(2026, 1, 31), identifiers=("one", "two"), ratings=("UST", "UST"),
    ...     coupons=np.zeros(2), clean_prices=np.array([96.0, 92.0]), maturities=days)
    >>> liability = Payments.from_dates(dt.date(2026, 1, 31), days, [1000.0, 500.0])
    >>> found = match_budget(matching_question(liability, zeros), 1190.0)
    >>> found.sentence
    'the budget of 1,190 pays everything up to 2027-01-31 and 50% of the payment of 2028-01-31'
    >>> match_budget(matching_question(liability, zeros), 710.0, slice=Slice.VERTICAL).percent
    0.5
    """
    if not 0.0 < budget < np.inf:
        raise bad_input(PLACE, f"must be an amount above 0, got {budget}", "give what may be spent")
    if slice is Slice.VERTICAL:
        return _vertical(question, budget)
    return _chronological(question, budget, curve or horizon_curve(question))


def is_homogeneous(question: MatchingQuestion) -> bool:
    """Whether twice the payments cost twice as much: no amount is fixed anywhere.

    Shares of limits are of the portfolio's cost, no bond is scarce, nothing is traded, no loan has
    a finite cap, no amount of cash is aimed at; cash caps in months grow with the payments.
    """
    policy, data = question.data.policy, question.data
    caps = (*np.atleast_1d(np.asarray(policy.borrowing_cap)), *(loan.cap for loan in policy.loans))
    bonds = question.bonds
    conditions = (
        shares_are_linear(question),
        not np.isfinite(bonds.outstanding).any() and not np.isfinite(bonds.offered).any(),
        not question.limits or policy.limits_relative_to is LimitsRelativeTo.COST,
        data.trading is None,
        all(cap == 0.0 or np.isinf(cap) for cap in caps),
        policy.terminal_surplus is not TerminalSurplus.TARGET or policy.terminal_target == 0.0,
    )
    return all(conditions)


def _chronological(question: MatchingQuestion, budget: float, curve: HorizonCurve) -> BudgetMatch:
    if len(curve.periods) and curve.periods[-1] != len(curve.periods):
        what = "the curve leaves out payment dates"
        raise bad_input(PLACE, what, "give the curve of every date, or none")
    row = int(curve.last_within(np.array([budget]))[0])
    paid = int(curve.periods[row]) if row >= 0 else 0
    periods, shares = question.data.periods, np.zeros(question.data.periods)
    shares[:paid] = 1.0
    part = _share_of_next(question, paid, budget) if paid < periods else 0.0
    if part > NEGLIGIBLE:
        shares[paid] = part
        result = answer(question.until(paid + 1).with_shares_paid(shares[: paid + 1]))
    elif paid:
        part, result = 0.0, answer(question.until(paid))
    else:
        raise _buys_nothing(question, budget, curve)
    dates = question.due.dates
    partial = to_date(dates[paid]) if part else None
    return BudgetMatch(
        budget=budget,
        left_over=_left_over(budget, result),
        result=result,
        shares=read_only(shares),
        percent=None,
        horizon=to_date(dates[paid - 1]) if paid else None,
        horizon_years=float(question.data.payment_times[paid - 1]) if paid else 0.0,
        partial_date=partial,
        partial_share=part,
        sentence=_said(question, budget, paid=paid, part=part, curve=curve, result=result),
    )


def _said(
    question: MatchingQuestion,
    budget: float,
    *,
    paid: int,
    part: float,
    curve: HorizonCurve,
    result: MatchResult,
) -> str:
    dates, start = question.due.dates, f"the budget of {money(budget)} pays"
    if paid == question.data.periods:
        rest = _left_over(budget, result)
        return f"{start} everything" + (f" and leaves {money(rest)}" if rest else "")
    after = f"; {curve.end.sentence}" if curve.end and paid == len(curve.costs) else ""
    if not paid:
        return f"{start} {percent(part)} of the first payment, due on {dates[0]}{after}"
    more = f" and {percent(part)} of the payment of {dates[paid]}" if part else ""
    return f"{start} everything up to {dates[paid - 1]}{more}{after}"


def _buys_nothing(
    question: MatchingQuestion, budget: float, curve: HorizonCurve
) -> InfeasibleError:
    due = question.due
    first, date = money(float(due.amounts[0])), due.dates[0]
    what = f"the budget of {money(budget)} buys no part of the first payment, {first} on {date}"
    if due.at_settlement > budget:
        what = f"the budget of {money(budget)} is less than {money(due.at_settlement)} due at once"
    if len(curve.costs):
        needed = money(float(curve.costs[0]))
        remedy = f"a budget of {needed} pays that day in full"
    else:
        remedy = curve.end.sentence if curve.end else "give a larger budget"
    return InfeasibleError(Problem(PLACE, what, remedy))


def _share_of_next(question: MatchingQuestion, paid: int, budget: float) -> float:
    """The largest share of the payment after the first so many that the budget still buys."""
    longer = question.until(paid + 1)
    payments = longer.data.payments
    if not shares_are_linear(question):
        before = np.append(np.ones(paid), 0.0)
        unit = np.append(np.zeros(paid), 1.0)
        return _bisected(lambda q: _cost(longer.with_shares_paid(before + q * unit)), budget)
    shared = SharedPayments(
        rows=np.array([paid]),
        columns=np.zeros(1, dtype=np.int64),
        amounts=payments[-1:],
        fixed=np.append(payments[:-1], 0.0),
        weights=np.ones(1),
        falling=NO_PAIRS,
    )
    found = largest_shares(longer, shared, budget=budget - question.due.at_settlement)
    return float(found.shares[0]) if found else 0.0


def _vertical(question: MatchingQuestion, budget: float) -> BudgetMatch:
    periods, due = question.data.periods, question.due
    share = _largest_percent(question, budget)
    if share <= NEGLIGIBLE:
        answer(question)  # where no budget helps, the reason is another
        what = f"the budget of {money(budget)} buys no part of the payments"
        remedy = "give a larger budget, or pay what is due at settlement from elsewhere"
        raise InfeasibleError(Problem(PLACE, what, remedy))
    shares = np.full(periods, share)
    result = answer(question.with_shares_paid(shares) if share < 1.0 else question)
    rest = _left_over(budget, result)
    what = f"{percent(share)} of every payment" if share < 1.0 else "everything"
    kept = f" and leaves {money(rest)}" if rest else ""
    return BudgetMatch(
        budget=budget,
        left_over=rest,
        result=result,
        shares=read_only(shares),
        percent=share,
        horizon=to_date(due.dates[-1]) if share >= 1.0 else None,
        horizon_years=float(question.data.payment_times[-1]) if share >= 1.0 else 0.0,
        partial_date=None,
        partial_share=0.0,
        sentence=f"the budget of {money(budget)} pays {what}{kept}",
    )


def _largest_percent(question: MatchingQuestion, budget: float) -> float:
    at_settlement, periods = question.due.at_settlement, question.data.periods
    if is_homogeneous(question):
        cost = answer(question).cost - at_settlement
        free = budget - at_settlement
        return min(max(free / cost, 0.0), 1.0) if cost > 0.0 else float(free >= cost)
    if not shares_are_linear(question):
        ones = np.ones(periods)
        return _bisected(lambda q: _cost(question.with_shares_paid(q * ones)), budget)
    shared = SharedPayments(
        rows=np.arange(periods),
        columns=np.zeros(periods, dtype=np.int64),
        amounts=question.data.payments,
        fixed=np.zeros(periods),
        weights=np.ones(1),
        falling=NO_PAIRS,
    )
    found = largest_shares(question, shared, budget=budget - at_settlement)
    return _snapped(float(found.shares[0])) if found else 0.0


def _snapped(share: float) -> float:
    return 1.0 if share > 1.0 - NEGLIGIBLE else share


def _cost(question: MatchingQuestion) -> float:
    """The least cost, infinite where there is no portfolio."""
    found = solve_linear_program(question.program().program)
    if isinstance(found, NoSolution):
        return np.inf
    return found.objective + question.due.at_settlement


def _bisected(cost_of: Callable[[float], float], budget: float) -> float:
    """The largest share whose cost is within the budget, by halving: costs are convex in it."""
    if cost_of(1.0) <= budget * (1.0 + ROUNDING):
        return 1.0
    low, high = 0.0, 1.0
    for _ in range(BISECTIONS):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if cost_of(middle) <= budget else (low, middle)
    return low


def _left_over(budget: float, result: MatchResult) -> float:
    rest = budget - result.cost
    return rest if rest > NEGLIGIBLE * max(abs(budget), 1.0) else 0.0
