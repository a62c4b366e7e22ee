"""Which payments a budget makes when some come first: streams, protected dates, weights."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

from defease.arrays import BoolArray, FloatArray, IntArray, read_only
from defease.errors import InfeasibleError, Problem, bad_input
from defease.matching.slices.shares import (
    SharedPayments,
    largest_shares,
    shares_are_linear,
    with_payments,
)
from defease.matching.solve import answer
from defease.matching.words import money, percent

if TYPE_CHECKING:
    from collections.abc import Sequence

    from defease.matching.question import MatchingQuestion
    from defease.matching.result import MatchResult
    from defease.solvers import Certificate

PLACE, BUDGET = "matching.priorities", "matching.budget"
SAME_SUM = 1e-9


class Shares(StrEnum):
    """How the shares of a stream may differ between dates: freely, only fall, or not at all."""

    BY_DATE = "by_date"
    FALLING = "falling"
    LEVEL = "level"


@dataclass(frozen=True, eq=False, kw_only=True)
class Stream:
    """The payments of one group, on the dates of the question, and how much they matter.

    Attributes
    ----------
    name
        The group in sentences.
    amounts
        Payments, outgo positive, shape (T,); the streams of a question add up to its payments.
    weights
        What paying each date in full counts, shape (T,); None: the amount paid, so that the goal
        is the money paid.
    protected
        Dates that are paid in full in any case, shape (T,); None: none.
    shares
        How the shares may differ between dates.
    """

    name: str = "payments"
    amounts: FloatArray
    weights: FloatArray | None = None
    protected: BoolArray | None = None
    shares: Shares = Shares.BY_DATE


@dataclass(frozen=True, eq=False, kw_only=True)
class PriorityMatch:
    """The payments that a budget makes under priorities, and the portfolio that makes them.

    Attributes
    ----------
    budget, left_over
        What may be spent, and what is not needed.
    result
        The least-cost portfolio of the payments made.
    shares
        By stream: the share of each payment that is made, shape (T,).
    paid
        By stream: the sum of the payments made.
    bought_per_unit
        What one more unit of budget adds to the weighted sum (money paid, with default weights).
    certificate
        Of the programme that found the shares.
    sentence
        The answer in words.
    """

    budget: float
    left_over: float
    result: MatchResult
    shares: dict[str, FloatArray]
    paid: dict[str, float]
    bought_per_unit: float
    certificate: Certificate
    sentence: str


def match_priorities(
    question: MatchingQuestion, budget: float, *, streams: Sequence[Stream] = ()
) -> PriorityMatch:
    """The payments of greatest weight that a budget makes, protected ones first and in full.

    ``max sum w_k theta_k`` with ``cost <= budget``, ``0 <= theta_k <= 1``, one share a date of each
    stream.  Net inflows (negative amounts) are received in full; they are nobody's to cut.

    Parameters
    ----------
    question
        All payments, bonds and rules.
    budget
        Plan currency, spent at settlement; what is due at settlement is paid first.
    streams
        Groups of payments with weights and protected dates; default: one stream, any dates.

    Raises
    ------
    InputError
        Streams that do not add up to the payments, or arrays of another length.
    InfeasibleError
        The protected payments alone cost more than the budget, or cannot be covered.

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
    >>> question = matching_question(liability, zeros)
    >>> retired = Stream(name="retired", amounts=np.array([600.0, 300.0]),
    ...                  protected=np.array([True, True]))
    >>> active = Stream(name="active", amounts=np.array([400.0, 200.0]), shares=Shares.LEVEL)
    >>> found = match_priorities(question, 1136.0, streams=[retired, active])
    >>> found.paid, round(found.bought_per_unit, 6)
    ({'retired': 900.0, 'active': 300.0}, 1.056338)
    """
    given = tuple(streams) or (Stream(amounts=question.data.payments),)
    _check(question, budget, given)
    blocks = [_blocks(stream) for stream in given]
    shared = _joined(given, blocks, question.data.periods)
    found = largest_shares(question, shared, budget=budget - question.due.at_settlement)
    if found is None:
        raise _out_of_reach(question, budget, shared.fixed)
    levels = np.where(found.shares > 1.0 - SAME_SUM, 1.0, found.shares)
    shares = _by_stream(blocks, levels)
    paid = sum((s * stream.amounts for s, stream in zip(shares, given, strict=True)), np.zeros(1))
    result = answer(with_payments(question, np.asarray(paid)))
    totals = [float(s @ stream.amounts) for s, stream in zip(shares, given, strict=True)]
    names = [stream.name for stream in given]
    return PriorityMatch(
        budget=budget,
        left_over=max(budget - result.cost, 0.0),
        result=result,
        shares={name: read_only(s) for name, s in zip(names, shares, strict=True)},
        paid=dict(zip(names, totals, strict=True)),
        bought_per_unit=found.bought_per_unit,
        certificate=found.certificate,
        sentence=_said(budget, given, totals),
    )


@dataclass(frozen=True, eq=False)
class _Blocks:
    """The share that stands for each date of a stream (-1: paid in full), and their number."""

    columns: IntArray
    count: int


def _blocks(stream: Stream) -> _Blocks:
    free = stream.amounts > 0.0
    if stream.protected is not None:
        free &= ~stream.protected
    if stream.shares is Shares.LEVEL:
        return _Blocks(np.where(free, 0, -1).astype(np.int64), 1)
    return _Blocks(np.where(free, np.cumsum(free) - 1, -1).astype(np.int64), int(free.sum()))


def _joined(streams: Sequence[Stream], blocks: Sequence[_Blocks], periods: int) -> SharedPayments:
    rows, columns, amounts, weights, pairs = [], [], [], [], []
    fixed, first = np.zeros(periods), 0
    for stream, block in zip(streams, blocks, strict=True):
        free = np.flatnonzero(block.columns >= 0)
        own = block.columns[free]
        each = stream.amounts if stream.weights is None else stream.weights
        fixed += np.where(block.columns < 0, stream.amounts, 0.0)
        rows.append(free)
        columns.append(first + own)
        amounts.append(stream.amounts[free])
        weights.append(np.bincount(own, each[free], block.count).astype(np.float64))
        if stream.shares is Shares.FALLING:
            chain = first + np.arange(block.count, dtype=np.int64)
            pairs.append(np.column_stack((chain[:-1], chain[1:])))
        first += block.count
    none = np.empty((0, 2), dtype=np.int64)
    return SharedPayments(
        rows=np.concatenate(rows),
        columns=np.concatenate(columns),
        amounts=np.concatenate(amounts),
        fixed=fixed,
        weights=np.concatenate(weights),
        falling=np.concatenate([none, *pairs]),
    )


def _by_stream(blocks: Sequence[_Blocks], levels: FloatArray) -> list[FloatArray]:
    """The share of each payment of each stream; 1 where it is not to be cut."""
    shares, first = [], 0
    for block in blocks:
        own = np.append(levels[first : first + block.count], 1.0)
        shares.append(np.asarray(own[block.columns], dtype=np.float64))
        first += block.count
    return shares


def _check(question: MatchingQuestion, budget: float, streams: Sequence[Stream]) -> None:
    if not np.isfinite(budget):
        raise bad_input(BUDGET, f"must be an amount, got {budget}", "give a number")
    if not shares_are_linear(question):
        what = "key-rate limits, and limits of other kinds, follow the payments that are made"
        raise bad_input(PLACE, what, "leave them out, or ask for a chronological or vertical slice")
    _check_streams(question, streams)


def _check_streams(question: MatchingQuestion, streams: Sequence[Stream]) -> None:
    periods, payments = question.data.periods, question.data.payments
    for stream in streams:
        for values in (stream.amounts, stream.weights, stream.protected):
            if values is not None and values.shape != (periods,):
                what = f"{stream.name}: {len(values)} values for {periods} payment dates"
                raise bad_input(PLACE, what, "give one value for each payment date")
    if len({stream.name for stream in streams}) < len(streams):
        raise bad_input(PLACE, "two streams have the same name", "name each by its group")
    total = np.sum([stream.amounts for stream in streams], axis=0)
    apart = np.abs(total - payments)
    if apart.max() > SAME_SUM * np.abs(payments).max(initial=1.0):
        worst = int(np.argmax(apart))
        day, sums = question.due.dates[worst], f"{money(total[worst])}, {money(payments[worst])}"
        what = f"streams and payments differ on {day}: {sums}"
        raise bad_input(PLACE, what, "give streams that add up to the payments")


def _out_of_reach(question: MatchingQuestion, budget: float, fixed: FloatArray) -> InfeasibleError:
    """Why even the protected payments are not made."""
    needed = answer(with_payments(question, fixed)).cost
    what = f"the protected payments cost {money(needed)}, the budget is {money(budget)}"
    return InfeasibleError(Problem(BUDGET, what, "protect fewer dates, or spend more"))


def _said(budget: float, streams: Sequence[Stream], totals: Sequence[float]) -> str:
    parts = []
    for stream, total in zip(streams, totals, strict=True):
        full = float(stream.amounts.sum())
        share = f" ({percent(total / full)})" if full > 0.0 else ""
        parts.append(f"{money(total)} of {stream.name}{share}")
    return f"the budget of {money(budget)} pays {', '.join(parts)}"
