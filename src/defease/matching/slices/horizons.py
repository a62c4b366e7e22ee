"""What every horizon costs, from one programme solved again and again from where it stood."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from defease.arrays import DateArray, FloatArray, IntArray, read_only
from defease.dates import to_date
from defease.errors import SolverError, bad_input
from defease.matching.diagnosis import why_no_solution
from defease.matching.slices.sweep import sweep_of, why_cold
from defease.solvers import NoSolution

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Sequence

    from defease.errors import DefeaseError
    from defease.matching.question import MatchingQuestion

PLACE = "matching.horizons"
ROUNDING = 1e-9
"""A cost this far (relative) above a budget still counts as within it."""


@dataclass(frozen=True, slots=True)
class CurveEnd:
    """The first horizon that has no answer, and the error that explains it."""

    date: dt.date
    reason: DefeaseError

    @property
    def sentence(self) -> str:
        """The end of the curve in words."""
        return f"the horizon to {self.date} has no answer: {self.reason}"


@dataclass(frozen=True, eq=False, kw_only=True)
class HorizonCurve:
    """The least cost of paying everything up to each of a series of dates; one row a horizon.

    Attributes
    ----------
    settlement
        Day of purchase.
    dates, years, periods
        Last day paid, years to it from settlement, number of payment dates up to it; shape (k,).
    costs
        Least cost, shape (k,).
    future_values
        Sum of the payments up to each horizon, one at settlement included, shape (k,).
    full_cost
        Cost of all payments; None where they cannot all be covered.
    total_future_value
        Sum of all payments.
    first_unfunded
        The first payment date after each horizon; None after the last.
    iterations, residuals
        Of each solve: simplex steps, and the largest residual of its certificate; shape (k,).
    end
        The first horizon without an answer, where the curve stops; None where it is complete.
    cancelled
        Whether the sweep was stopped by its caller before the last horizon.
    cold
        Why the horizons were solved one by one, in words; empty for one warm sweep.
    """

    settlement: dt.date
    dates: DateArray
    years: FloatArray
    periods: IntArray
    costs: FloatArray
    future_values: FloatArray
    full_cost: float | None
    total_future_value: float
    first_unfunded: tuple[dt.date | None, ...]
    iterations: IntArray
    residuals: FloatArray
    end: CurveEnd | None
    cancelled: bool
    cold: str

    @property
    def cost_shares(self) -> FloatArray | None:
        """Cost over full cost; None without a full cost above 0."""
        if self.full_cost is None or self.full_cost <= 0.0:
            return None
        return read_only(self.costs / self.full_cost)

    @property
    def funded_shares(self) -> FloatArray | None:
        """Share of future value paid; None where all payments do not add up to outgo."""
        if self.total_future_value <= 0.0:
            return None
        return read_only(self.future_values / self.total_future_value)

    def last_within(self, budgets: FloatArray) -> IntArray:
        """The last row whose cost is within each budget, -1 for none; same shape.

        With borrowing a longer horizon may cost less than a shorter one: the longest counts.
        """
        least = np.minimum.accumulate(self.costs[::-1])[::-1]
        given = np.asarray(budgets, dtype=np.float64)
        allowed = given + ROUNDING * np.abs(given)
        return np.asarray(np.searchsorted(least, allowed, side="right") - 1, dtype=np.int64)

    def years_within(self, budgets: FloatArray) -> FloatArray:
        """Years of payments that each budget buys in full, 0 for none; same shape."""
        years = np.concatenate(([0.0], self.years))
        return np.asarray(years[self.last_within(budgets) + 1], dtype=np.float64)


def horizon_curve(
    question: MatchingQuestion,
    *,
    dates: Sequence[dt.date] | DateArray | None = None,
    progress: Callable[[float], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> HorizonCurve:
    """What it costs to pay everything up to each date: the price list of chronological slices.

    ``cost(H) = min cost of L_1 .. L_H``; equals matching each horizon by itself, limits, caps and
    loans included, from one programme whose bounds are changed in place.  Every cost is certified.

    Parameters
    ----------
    question
        All payments, bonds and rules.
    dates
        Horizons: a day stands for the last payment date on or before it (default: every one).
    progress
        Called with the share of horizons done.
    cancelled
        Asked before each horizon whether to stop; the curve then ends there.

    Raises
    ------
    InputError
        A date before the first payment.
    SolverError
        No certified answer was found.

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
    >>> curve = horizon_curve(matching_question(liability, zeros))
    >>> curve.costs, curve.years_within(np.array([500.0, 1000.0])), curve.first_unfunded[0]
    (array([ 960., 1420.]), array([0., 1.]), datetime.date(2028, 1, 31))
    """
    horizons = _horizons(question, dates)
    full = question.data.periods
    asked = horizons if len(horizons) and horizons[-1] == full else np.append(horizons, full)
    sweep, solutions, end, stopped = sweep_of(question), [], None, False
    for done, periods in enumerate(asked.tolist()):
        if cancelled is not None and cancelled():
            stopped = True
            break
        found = sweep.solve_until(periods)
        if isinstance(found, NoSolution):
            end = _end(question, periods, found)
            break
        # Of each solve a few numbers are kept: thousands of portfolios would fill the memory.
        solutions.append((found.objective, found.iterations, found.certificate.worst))
        if progress is not None:
            progress((done + 1) / len(asked))
    answered = len(solutions) >= len(horizons)
    ending = _Ending(None if answered else end, stopped, len(solutions) == len(asked))
    return _curve(question, horizons, solutions, ending)


@dataclass(frozen=True, slots=True)
class _Ending:
    end: CurveEnd | None
    cancelled: bool
    complete: bool


def _curve(
    question: MatchingQuestion,
    horizons: IntArray,
    solved: list[tuple[float, int, float]],
    ending: _Ending,
) -> HorizonCurve:
    due, count = question.due, min(len(horizons), len(solved))
    periods = horizons[:count]
    numbers = np.array(solved, dtype=np.float64).reshape(-1, 3)
    paid = due.at_settlement + np.cumsum(due.amounts)
    return HorizonCurve(
        settlement=due.settlement,
        dates=read_only(due.dates[periods - 1]),
        years=read_only(question.data.payment_times[periods - 1]),
        periods=read_only(periods),
        costs=read_only(numbers[:count, 0] + due.at_settlement),
        future_values=read_only(paid[periods - 1]),
        full_cost=float(numbers[-1, 0]) + due.at_settlement if ending.complete else None,
        total_future_value=float(paid[-1]),
        first_unfunded=tuple(next_date(question, at) for at in periods.tolist()),
        iterations=read_only(numbers[:count, 1].astype(np.int64)),
        residuals=read_only(numbers[:count, 2]),
        end=ending.end,
        cancelled=ending.cancelled,
        cold=why_cold(question),
    )


def next_date(question: MatchingQuestion, periods: int) -> dt.date | None:
    """The payment date after the first so many; None after the last."""
    dates = question.due.dates
    return to_date(dates[periods]) if periods < len(dates) else None


def _horizons(question: MatchingQuestion, dates: Sequence[dt.date] | DateArray | None) -> IntArray:
    """Numbers of payment dates, increasing."""
    due = question.due
    if dates is None:
        return np.arange(1, len(due.dates) + 1, dtype=np.int64)
    days = np.array(dates, dtype="datetime64[D]")
    if not len(days) or (days < due.dates[0]).any():
        early = f"{days.min()} is before the first payment" if len(days) else "none are given"
        remedy = f"give dates from {due.dates[0]} on"
        raise bad_input(PLACE, f"dates of horizons: {early}", remedy)
    return np.unique(np.searchsorted(due.dates, days, side="right")).astype(np.int64)


def _end(question: MatchingQuestion, periods: int, finding: NoSolution) -> CurveEnd:
    short = question.until(periods)
    try:
        reason = why_no_solution(short, short.program(), finding)
    except SolverError as error:
        reason = error  # the costs found so far stand, whether or not their end can be explained
    return CurveEnd(to_date(question.due.dates[periods - 1]), reason)
