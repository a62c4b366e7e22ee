"""Cash-flow matching written out row by row from dates and conventions, solved by scipy.

Shares nothing with the matching room but the promised payments of the bonds: every convention is
read here anew from its definition, one payment and one bond at a time.
"""

from __future__ import annotations

import calendar
import datetime as dt
import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from scipy.optimize import linprog

Terms = dict[int, float]


@dataclass
class Written:
    """A linear programme as lists: what each column costs and allows, what each row sums to."""

    costs: list[float] = field(default_factory=list)
    bounds: list[tuple[float, float]] = field(default_factory=list)
    rows: list[tuple[Terms, float, float]] = field(default_factory=list)

    def column(self, cost: float = 0.0, *, least: float = 0.0, most: float = math.inf) -> int:
        """A new column."""
        self.costs.append(cost)
        self.bounds.append((least, most))
        return len(self.costs) - 1

    def row(self, terms: Terms, least: float, most: float) -> None:
        """A new row."""
        self.rows.append((terms, least, most))

    def optimum(self) -> float | None:
        """The least cost; None where there is no answer."""
        above, limits = [], []
        for terms, least, most in self.rows:
            line = np.zeros(len(self.costs))
            for column, value in terms.items():
                line[column] += value
            for side, sign in ((most, 1.0), (least, -1.0)):
                if math.isfinite(side):
                    above.append(sign * line)
                    limits.append(sign * side)
        matrix = np.array(above)
        found: Any = linprog(
            self.costs, A_ub=matrix, b_ub=limits, bounds=self.bounds, method="highs"
        )
        assert found.status in {0, 2}, found.message
        return float(found.fun) if found.status == 0 else None


@dataclass(frozen=True, kw_only=True)
class SlowBond:
    """One bond: what 100 face costs, pays, and is called."""

    price: float
    pays: tuple[tuple[dt.date, float], ...]
    maturity: dt.date
    issuer: str
    sector: str
    country: str
    rating: str
    exists: float
    on_offer: float


@dataclass(frozen=True, kw_only=True)
class SlowQuestion:
    """Payments, bonds and every convention under the name that a plan gives it."""

    settlement: dt.date
    payments: tuple[tuple[dt.date, float], ...]
    bonds: tuple[SlowBond, ...]
    surplus: str = "carried"
    reinvestment_rate: tuple[float, ...] = ()
    initial_cash: str = "allowed"
    terminal_surplus: str = "free"
    terminal_value: float = 0.0
    borrowing_cap: tuple[float, ...] = ()
    borrowing_rate: tuple[float, ...] = ()
    initial_borrowing: str = "none"
    loans: tuple[tuple[float, int, float], ...] = ()
    cash_cap_months: int | None = None
    limits_amount: float | None = None
    payment_lag_days: int = 0
    yearly_losses: dict[str, float] = field(default_factory=dict)
    issuer: float | None = None
    sector: float | None = None
    country: float | None = None
    bucket: tuple[tuple[str, ...], float] | None = None
    band: tuple[float, float, float] | None = None
    minimum_treasuries: float | None = None
    supply: float = 1.0
    held: tuple[float, ...] | None = None
    trading_cost: float = 0.0
    turnover: float | None = None

    @property
    def days(self) -> list[dt.date]:
        """Settlement and the payment dates."""
        return [self.settlement, *(day for day, _ in self.payments)]


def least_cost(asked: SlowQuestion) -> float | None:
    """The least cost of a portfolio that pays everything; None where there is none."""
    written = Written()
    levels = [written.column(bond.price) for bond in asked.bonds]
    balances: list[Terms] = [{} for _ in asked.payments]
    for level, bond in zip(levels, asked.bonds, strict=True):
        _receive(asked, bond, level, balances)
    carried = asked.surplus == "carried"
    cash = _carry(asked, written, balances) if carried else None
    _borrow(asked, written, balances)
    _lend(asked, written, balances)
    for (_, due), terms in zip(asked.payments, balances, strict=True):
        written.row(terms, due, due if carried else math.inf)
    _limit(asked, written, levels, cash)
    _bound_supply(asked, written, levels)
    return written.optimum()


def _growth(asked: SlowQuestion, rates: tuple[float, ...], start: dt.date, end: dt.date) -> float:
    """One unit of money from day to day, each day at the rate of its period."""
    grown, days = 1.0, asked.days
    for rate, opening, closing in zip(rates, days, days[1:], strict=False):
        inside = (min(closing, end) - max(opening, start)).days
        grown *= (1.0 + rate) ** (max(inside, 0) / 365.0)
    return grown


def _receive(asked: SlowQuestion, bond: SlowBond, level: int, balances: list[Terms]) -> None:
    """A payment serves the first date that is far enough after it, and earns until then."""
    yearly = asked.yearly_losses.get(bond.rating, 0.0)
    for day, amount in bond.pays:
        ready = day + dt.timedelta(days=asked.payment_lag_days)
        row = next((t for t, (due, _) in enumerate(asked.payments) if due >= ready), None)
        if row is None:
            continue
        survives = math.exp(-yearly * (day - asked.settlement).days / 365.0)
        grown = _growth(asked, asked.reinvestment_rate, day, asked.payments[row][0])
        balances[row][level] = balances[row].get(level, 0.0) + amount * survives * grown


def _carry(asked: SlowQuestion, written: Written, balances: list[Terms]) -> int:
    """Cash from date to date; returns the column of initial cash."""
    count = len(asked.payments)
    columns = [
        written.column(1.0 if t == 0 else 0.0, most=_cash_cap(asked, t)) for t in range(count + 1)
    ]
    if asked.initial_cash == "none":
        written.bounds[columns[0]] = (0.0, 0.0)
    last = columns[-1]
    if asked.terminal_surplus == "credited":
        written.costs[last], written.bounds[last] = -asked.terminal_value, (0.0, math.inf)
    elif asked.terminal_surplus == "target":
        written.bounds[last] = (asked.terminal_value, asked.terminal_value)
    for t in range(count):
        before, after = asked.days[t], asked.days[t + 1]
        balances[t][columns[t]] = _growth(asked, asked.reinvestment_rate, before, after)
        balances[t][columns[t + 1]] = -1.0
        if asked.cash_cap_months is not None:
            balances[t][written.column()] = -1.0
    return columns[0]


def _cash_cap(asked: SlowQuestion, t: int) -> float:
    if asked.cash_cap_months is None:
        return math.inf
    start = asked.days[t]
    months = start.month - 1 + asked.cash_cap_months
    year, month = start.year + months // 12, months % 12 + 1
    longest = calendar.monthrange(year, month)[1]
    at_end = start.day == calendar.monthrange(start.year, start.month)[1]
    end = dt.date(year, month, longest if at_end else min(start.day, longest))
    return sum(max(due, 0.0) for day, due in asked.payments if start < day <= end)


def _borrow(asked: SlowQuestion, written: Written, balances: list[Terms]) -> None:
    for t, cap in enumerate(asked.borrowing_cap):
        if t == 0 and asked.initial_borrowing == "none":
            continue
        loan = written.column(-1.0 if t == 0 else 0.0, most=cap)
        if t:
            balances[t - 1][loan] = 1.0
        before, after = asked.days[t], asked.days[t + 1]
        balances[t][loan] = -_growth(asked, asked.borrowing_rate, before, after)


def _lend(asked: SlowQuestion, written: Written, balances: list[Terms]) -> None:
    first = 0 if asked.initial_borrowing == "allowed" else 1
    for rate, tenor, cap in asked.loans:
        for t in range(first, len(asked.payments) + 1 - tenor):
            loan = written.column(-1.0 if t == 0 else 0.0, most=cap)
            if t:
                balances[t - 1][loan] = 1.0
            years = (asked.days[t + tenor] - asked.days[t]).days / 365.0
            balances[t + tenor - 1][loan] = -((1.0 + rate) ** years)


def _limit(asked: SlowQuestion, written: Written, levels: list[int], cash: int | None) -> None:
    """Shares of the portfolio's own cost, or of an amount."""
    value: Terms = {level: bond.price for level, bond in zip(levels, asked.bonds, strict=True)}
    if cash is not None:
        value[cash] = 1.0
    for chosen, share, sense in _shares(asked):
        terms: Terms = {levels[i]: asked.bonds[i].price for i in chosen}
        _against(asked, written, terms, value, share, sense)
    if asked.held is not None:
        _trade(asked, written, levels, value)


def _against(
    asked: SlowQuestion,
    written: Written,
    terms: Terms,
    value: Terms,
    share: float,
    sense: int,
) -> None:
    bound = share * asked.limits_amount if asked.limits_amount else 0.0
    if not asked.limits_amount:
        terms = {c: terms.get(c, 0.0) - share * value.get(c, 0.0) for c in {*terms, *value}}
    written.row(terms, -math.inf if sense < 0 else bound, bound if sense < 0 else math.inf)


def _shares(asked: SlowQuestion) -> list[tuple[list[int], float, int]]:
    """Which bonds, which share, at most (-1) or at least (1)."""
    found = [each for kind in ("issuer", "sector", "country") for each in _named(asked, kind)]
    if asked.bucket is not None:
        ratings, share = asked.bucket
        found.append((_rated(asked, ratings), share, -1))
    if asked.band is not None:
        low, high, share = asked.band
        years = [(bond.maturity - asked.settlement).days / 365.0 for bond in asked.bonds]
        found.append(([i for i, year in enumerate(years) if low <= year < high], share, -1))
    if asked.minimum_treasuries is not None:
        found.append((_rated(asked, ("UST",)), asked.minimum_treasuries, 1))
    return found


def _named(asked: SlowQuestion, kind: str) -> list[tuple[list[int], float, int]]:
    """One cap for each issuer, sector or country; Treasuries are exempt."""
    share = getattr(asked, kind)
    if share is None:
        return []
    owned: dict[str, list[int]] = {}
    for i, bond in enumerate(asked.bonds):
        if bond.rating != "UST":
            owned.setdefault(getattr(bond, kind), []).append(i)
    return [(own, share, -1) for own in owned.values()]


def _rated(asked: SlowQuestion, ratings: tuple[str, ...]) -> list[int]:
    return [i for i, bond in enumerate(asked.bonds) if bond.rating in ratings]


def _trade(asked: SlowQuestion, written: Written, levels: list[int], value: Terms) -> None:
    assert asked.held is not None
    turned: Terms = {}
    for level, bond, held in zip(levels, asked.bonds, asked.held, strict=True):
        bought = written.column(asked.trading_cost, most=bond.on_offer / 100.0)
        sold = written.column(asked.trading_cost, most=held)
        written.row({level: 1.0, bought: -1.0, sold: 1.0}, held, held)
        turned |= {bought: bond.price, sold: bond.price}
    if asked.turnover is not None:
        _against(asked, written, turned, value, asked.turnover, -1)


def _bound_supply(asked: SlowQuestion, written: Written, levels: list[int]) -> None:
    for level, bond in zip(levels, asked.bonds, strict=True):
        most = asked.supply * bond.exists / 100.0
        if asked.held is None:
            most = min(most, bond.on_offer / 100.0)
        written.bounds[level] = (0.0, most)
