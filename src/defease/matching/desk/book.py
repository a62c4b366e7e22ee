"""A portfolio lived through day by day: receipts, payments, interest on cash."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from defease.bonds.payments import payments_of
from defease.bonds.terms import FACE
from defease.dates import to_date
from defease.matching.data import DAYS_PER_YEAR
from defease.matching.desk.trades import Side

if TYPE_CHECKING:
    from defease.arrays import DateArray, FloatArray
    from defease.bonds.universe import BondUniverse
    from defease.matching.desk.trades import TradeList

WHOLE_CENT = 0.005
NEGLIGIBLE = 1e-12


@dataclass(frozen=True, slots=True, kw_only=True)
class MissedPayment:
    """A payment that could not be made in full, and what was missing."""

    date: dt.date
    missing: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """What happened from one day to another: money in and out, and the highest balance."""

    income: float
    principal: float
    interest: float
    paid: float
    largest_cash: float
    missed: tuple[MissedPayment, ...]


@dataclass(slots=True)
class Book:
    """Holdings by identifier with their contractual payments, and cash; changes as time passes."""

    day: dt.date
    cash: float = 0.0
    faces: dict[str, float] = field(default_factory=dict)
    _schedules: dict[str, tuple[DateArray, FloatArray]] = field(default_factory=dict)

    def settle(self, trades: TradeList, bonds: BondUniverse) -> None:
        """Deliver what was bought and sold; the money is booked by who traded."""
        promised = payments_of(bonds)
        places = {name: i for i, name in enumerate(bonds.identifiers)}
        for trade in trades.trades:
            name, change = trade.identifier, trade.face
            face = self.faces.get(name, 0.0) + (change if trade.side is Side.BUY else -change)
            if face <= NEGLIGIBLE * change:
                self.faces.pop(name, None)
                continue
            self.faces[name] = face
            if name not in self._schedules:
                own = slice(promised.starts[places[name]], promised.starts[places[name] + 1])
                self._schedules[name] = promised.dates[own], promised.amounts[own]

    def pass_to(self, day: dt.date, due: dict[dt.date, float], *, cash_rate: float) -> Passage:
        """Live to a day, that day included: what is received is there for payments of its day."""
        received = self._receipts_until(day)
        owed = {when: amount for when, amount in due.items() if self.day < when <= day}
        before, interest, paid, missed = self.day, 0.0, 0.0, []
        largest = self.cash
        for when in sorted({*received, *owed, day}):
            grown = self.cash * (1.0 + cash_rate) ** ((when - before).days / DAYS_PER_YEAR)
            interest += grown - self.cash
            available = grown + sum(received.get(when, (0.0, 0.0)))
            made = min(owed.get(when, 0.0), available)
            short = owed.get(when, 0.0) - made
            if short >= WHOLE_CENT:
                missed.append(MissedPayment(date=when, missing=short))
            paid += made
            self.cash, before = available - made, when
            largest = max(largest, self.cash)
        self.day = day
        return Passage(
            income=sum(income for income, _ in received.values()),
            principal=sum(principal for _, principal in received.values()),
            interest=interest,
            paid=paid,
            largest_cash=largest,
            missed=tuple(missed),
        )

    def _receipts_until(self, day: dt.date) -> dict[dt.date, tuple[float, float]]:
        """Income and principal by day, after the book's day and up to the one given."""
        first, last = np.datetime64(self.day, "D"), np.datetime64(day, "D")
        found: dict[dt.date, tuple[float, float]] = {}
        matured = []
        for name, face in self.faces.items():
            dates, amounts = self._schedules[name]
            for at in np.flatnonzero((dates > first) & (dates <= last)).tolist():
                is_last = at == len(dates) - 1
                money, back = face * float(amounts[at]) / FACE, face if is_last else 0.0
                when = to_date(dates[at])
                income, principal = found.get(when, (0.0, 0.0))
                found[when] = income + money - back, principal + back
                if is_last:
                    matured.append(name)
        for name in matured:
            del self.faces[name]
        return found
