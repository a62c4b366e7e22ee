"""What a default does to a matched portfolio: which payments are short, what repair costs.

Conventions, named in every result: a defaulted bond pays nothing from the event on, and its
recovery, a share of face, is paid in cash a given number of days later; a partial default scales
every payment still to come.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from defease.arrays import DateArray, FloatArray, read_only
from defease.bonds.terms import FACE
from defease.dates import to_date
from defease.errors import ProblemList
from defease.matching.data import DAYS_PER_YEAR, MatchingData
from defease.matching.desk.portfolio import (
    CurrentPortfolio,
    TradingCosts,
    levels_of,
    places_of,
    trading_of,
)
from defease.matching.desk.rebalance import NO_COSTS, ladder_of, money_needed
from defease.matching.desk.trades import TradeList, trade_list
from defease.matching.policy import Surplus
from defease.matching.solve import answer
from defease.matching.words import percent

if TYPE_CHECKING:
    from collections.abc import Sequence

    from defease.arrays import BoolArray
    from defease.matching.question import MatchingQuestion
    from defease.matching.result import MatchResult
    from defease.matching.runoff import RunOff

PLACE = "credit event"
NEGLIGIBLE = 1e-9


@dataclass(frozen=True, kw_only=True)
class Default:
    """A bond that pays nothing any more, but for a recovery.

    `recovery` is a share of face, received `recovery_days` after settlement in cash (default: at
    once, with settlement).
    """

    identifier: str
    recovery: float = 0.0
    recovery_days: int = 0

    def __post_init__(self) -> None:
        found = ProblemList()
        if not 0.0 <= self.recovery <= 1.0:
            what = f"{self.identifier}: recovery must be a share of face, got {self.recovery}"
            found.add(PLACE, what, "give a decimal from 0 to 1, as 0.4")
        if self.recovery_days < 0:
            what = f"{self.identifier}: recovery_days must not be negative"
            found.add(PLACE, what, "give days after settlement")
        found.raise_if_any()


@dataclass(frozen=True, kw_only=True)
class PartialDefault:
    """A bond whose payments to come are all made at a share only; nothing is recovered beyond."""

    identifier: str
    share_paid: float

    def __post_init__(self) -> None:
        if not 0.0 <= self.share_paid < 1.0:
            what = f"{self.identifier}: share_paid must be below 1, got {self.share_paid}"
            found = ProblemList()
            found.add(PLACE, what, "give a decimal from 0 to below 1")
            found.raise_if_any()


@dataclass(frozen=True, eq=False, kw_only=True)
class Shortfall:
    """Payments that the portfolio can no longer make, each paid as far as cash goes.

    `dates` and `amounts` of the payments that are short, shape (k,).
    """

    dates: DateArray
    amounts: FloatArray

    @property
    def total(self) -> float:
        """Sum of what cannot be paid."""
        return float(self.amounts.sum())

    @property
    def first(self) -> dt.date | None:
        """Day of the first short payment; None where all are made."""
        return to_date(self.dates[0]) if len(self.dates) else None


@dataclass(frozen=True, eq=False, kw_only=True)
class CreditEvent:
    """A portfolio after an event, before and after repair.

    Attributes
    ----------
    lost
        Face hit by the event, by identifier.
    shortfall
        What cannot be paid on which day if nothing is done.
    ladder_before
        The portfolio run off after the event without action; negative cash accumulates there.
    repaired
        The cheapest portfolio of the bonds spared that pays, with what the bonds hit still pay,
        everything again; its payments are net of that.
    trades
        How to get there.
    cost_to_repair
        Cash to be added (negative: the portfolio has cash to spare even so).
    convention
        What was assumed, in words.
    """

    lost: dict[str, float]
    shortfall: Shortfall
    ladder_before: RunOff
    repaired: MatchResult
    trades: TradeList
    cost_to_repair: float
    convention: str


def credit_event(
    question: MatchingQuestion,
    current: CurrentPortfolio,
    events: Sequence[Default | PartialDefault],
    *,
    costs: TradingCosts = NO_COSTS,
) -> CreditEvent:
    """What defaults of bonds held would do to a portfolio, and the cheapest repair.

    Bonds hit are kept, neither bought nor sold, and count in no limit; what they still pay is
    set against the payments due.  A recovery at once is cash at settlement.

    Parameters
    ----------
    question
        Payments, bonds, conventions and limits as they were before.
    current
        Holdings, all among the question's bonds, and cash.
    events
        One for each bond hit.
    costs
        Prices and fees of the repair.

    Raises
    ------
    InputError
        A bond that is not in the universe, or is hit twice.
    InfeasibleError
        No repair is possible within the limits.
    """
    places = _places(question, events)
    held = levels_of(question.bonds.identifiers, current.faces)
    struck = replace(question, data=_struck(question.data, events, places))
    cash = current.cash + _recovered_at_once(current, events)
    spared = np.ones(len(held), dtype=np.bool_)
    spared[list(places.values())] = False
    asked = _without(struck, held, spared)
    trading = trading_of(asked.bonds, current, costs, sold=places)
    repaired = answer(asked.with_trading(trading))
    names, faces = asked.bonds.identifiers, repaired.levels * FACE
    targets = {names[i]: float(faces[i]) for i in np.flatnonzero(faces).tolist()}
    lost = {name: current.faces[name] for name in places if name in current.faces}
    return CreditEvent(
        lost=lost,
        shortfall=_shortfall(struck, held, cash),
        ladder_before=ladder_of(struck, held, cash),
        repaired=repaired,
        trades=trade_list(question.bonds, current, targets | lost, costs=costs),
        cost_to_repair=money_needed(repaired, trading.held) - cash,
        convention="; ".join(_words(event) for event in events),
    )


def _places(
    question: MatchingQuestion, events: Sequence[Default | PartialDefault]
) -> dict[str, int]:
    names = [event.identifier for event in events]
    found = ProblemList()
    for name in sorted({name for name in names if names.count(name) > 1}):
        found.add(PLACE, f"{name} is hit twice", "give one event for a bond")
    if not events:
        found.add(PLACE, "no bond is hit", "name at least one")
    found.raise_if_any()
    return places_of(question.bonds.identifiers, names)


def _struck(
    data: MatchingData, events: Sequence[Default | PartialDefault], places: dict[str, int]
) -> MatchingData:
    """The payments that bonds still make: shares of the old ones, and recoveries on their day."""
    kept = np.ones(len(data.prices))
    bonds, times, amounts = [], [], []
    for event in events:
        bond = places[event.identifier]
        kept[bond] = event.share_paid if isinstance(event, PartialDefault) else 0.0
        if isinstance(event, Default) and event.recovery_days:
            bonds.append(bond)
            times.append(event.recovery_days / DAYS_PER_YEAR)
            amounts.append(event.recovery * FACE)
    share, recoveries = kept[data.flow_bonds], np.array(amounts)
    return replace(
        data,
        flow_bonds=read_only(np.append(data.flow_bonds, np.array(bonds, dtype=np.int64))),
        flow_times=read_only(np.append(data.flow_times, times)),
        flow_amounts=read_only(np.append(data.flow_amounts * share, recoveries)),
        flow_principals=read_only(np.append(data.flow_principals * share, recoveries)),
    )


def _recovered_at_once(
    current: CurrentPortfolio, events: Sequence[Default | PartialDefault]
) -> float:
    return sum(
        current.faces.get(event.identifier, 0.0) * event.recovery
        for event in events
        if isinstance(event, Default) and not event.recovery_days
    )


def _received(data: MatchingData, levels: FloatArray) -> FloatArray:
    """What holdings bring to each payment date, early payments with interest, shape (T,)."""
    amounts = levels[data.flow_bonds] * data.receipts.amounts
    received = np.bincount(data.receipts.rows, amounts, data.periods + 1)
    return received[: data.periods].astype(np.float64)


def _without(question: MatchingQuestion, held: FloatArray, spared: BoolArray) -> MatchingQuestion:
    """The question of the bonds spared; what the others still pay is set against what is due."""
    data = question.data
    from_hit = _received(data, np.where(spared, 0.0, held))
    due = replace(question.due, amounts=read_only(question.due.amounts - from_hit))
    flows = np.flatnonzero(spared[data.flow_bonds])
    position = np.cumsum(spared) - 1
    left = replace(
        data,
        payments=due.amounts,
        prices=read_only(data.prices[spared]),
        flow_bonds=read_only(position[data.flow_bonds[flows]]),
        flow_times=read_only(data.flow_times[flows]),
        flow_amounts=read_only(data.flow_amounts[flows]),
        flow_principals=read_only(data.flow_principals[flows]),
    )
    return replace(question, due=due, data=left, bonds=question.bonds.take(spared))


def _shortfall(question: MatchingQuestion, held: FloatArray, cash: float) -> Shortfall:
    """Each payment made as far as cash goes; what is short is not made up for later."""
    data = question.data
    received, carried = _received(data, held), data.policy.surplus is Surplus.CARRIED
    balance = max(cash - question.due.at_settlement, 0.0)
    short = [max(question.due.at_settlement - cash, 0.0)]
    for income, growth, payment in zip(
        received.tolist(), data.growth_of_cash.tolist(), data.payments.tolist(), strict=True
    ):
        balance = balance * growth + income - payment
        short.append(max(-balance, 0.0))
        balance = max(balance, 0.0) if carried else 0.0
    amounts = np.array(short)
    rounding = NEGLIGIBLE * float(np.abs(data.payments).max())
    days = np.append(np.datetime64(question.due.settlement, "D"), question.due.dates)
    unpaid = amounts > rounding
    return Shortfall(dates=read_only(days[unpaid]), amounts=read_only(amounts[unpaid]))


def _words(event: Default | PartialDefault) -> str:
    if isinstance(event, PartialDefault):
        return f"{event.identifier} makes {percent(event.share_paid)} of every payment to come"
    if not event.recovery:
        return f"{event.identifier} pays nothing more and nothing is recovered"
    when = f"{event.recovery_days} days after settlement" if event.recovery_days else "at once"
    return f"{event.identifier} pays nothing more; {percent(event.recovery)} of face comes {when}"
