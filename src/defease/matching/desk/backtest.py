"""A matched portfolio on past markets: bought once, lived through, traded again if so decided."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from defease.bonds.terms import FACE
from defease.cashflows import Payments
from defease.dates import to_date
from defease.errors import InfeasibleError, ProblemList
from defease.matching.desk.book import Book, MissedPayment, Passage
from defease.matching.desk.monthly import MonthlyRules, SolvedMonth, solve_month
from defease.matching.desk.portfolio import (
    CurrentPortfolio,
    TradingCosts,
    forced_sales,
    trading_of,
)
from defease.matching.desk.rebalance import NO_COSTS
from defease.matching.desk.trades import TradeList, trade_list
from defease.matching.eligibility import screen
from defease.matching.limits import TurnoverLimit
from defease.matching.question import DEFAULT_ELIGIBILITY, DEFAULT_POLICY
from defease.valuation.discounting import present_value

if TYPE_CHECKING:
    from collections.abc import Sequence

    from defease.bonds.universe import BondUniverse
    from defease.curves import DiscountCurve
    from defease.matching.eligibility import Eligibility
    from defease.matching.policy import MatchingPolicy
    from defease.matching.problem import Limit
    from defease.matching.result import MatchResult

PLACE = "backtest"
SMALLEST_GAIN = 1e-9


@dataclass(frozen=True, kw_only=True)
class BacktestRules:
    """How the portfolio is run after it was bought.

    Attributes
    ----------
    every_months
        Re-optimise at every so many-th market; None: never (buy and hold).
    turnover
        Largest share of the portfolio's cost traded at each re-optimisation; None: no limit.
    costs
        Prices and fees of trades, the first purchase included.
    cash_rates
        What cash earns from each market day to the next, annual effective, such as a bill rate;
        empty: the policy's reinvestment rate, as after the last market day.
    """

    every_months: int | None = None
    turnover: float | None = None
    costs: TradingCosts = NO_COSTS
    cash_rates: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        found = ProblemList()
        if self.every_months is not None and self.every_months < 1:
            what = f"every_months must be at least 1, got {self.every_months}"
            found.add(PLACE, what, "give months, or None for buy and hold")
        if not all(rate > -1.0 for rate in self.cash_rates):
            found.add(PLACE, "cash rates must be above -100%", "give decimals, as 0.02")
        found.raise_if_any()


HOLD = BacktestRules()


@dataclass(frozen=True, slots=True, kw_only=True)
class BacktestMonth:
    """From the last market day to this one, and what was traded on it; plan currency.

    ``cash_after = cash before + income + principal + interest - paid + sold - bought - withdrawn``.
    On a market day money that the new portfolio does not need is withdrawn.
    """

    date: dt.date
    income: float
    principal: float
    interest: float
    paid: float
    missing: float
    bought: float
    sold: float
    trading_cost: float
    withdrawn: float
    cash_after: float
    trades: TradeList | None = None
    note: str = ""


@dataclass(frozen=True, eq=False, kw_only=True)
class Backtest:
    """What became of a matched portfolio.

    Attributes
    ----------
    first
        The portfolio bought, with its certificate.
    cost
        Money paid on the first day, costs of trading and payments due that day included.
    value_on_curve
        The same payments discounted on the curve of that day; None where no curve is given.
    months
        One row a market day after the first, and one for the time after the last.
    missed
        Payments not made in full.
    largest_cash
        The highest cash balance at the end of any day on which money came or went.
    """

    first: MatchResult
    cost: float
    value_on_curve: float | None
    months: tuple[BacktestMonth, ...]
    missed: tuple[MissedPayment, ...]
    largest_cash: float

    @property
    def every_payment_was_met(self) -> bool:
        """Whether no payment was short by half a cent or more."""
        return not self.missed

    @property
    def trading_costs(self) -> float:
        """Spreads and fees, those of the first purchase included."""
        return self.first.trading_cost + sum(month.trading_cost for month in self.months)

    @property
    def withdrawn(self) -> float:
        """Money that re-optimisation set free."""
        return sum(month.withdrawn for month in self.months)

    @property
    def final_cash(self) -> float:
        """Cash after the last payment and the last receipt before it."""
        return self.months[-1].cash_after

    @property
    def cost_over_value(self) -> float | None:
        """Cost as a share of the value on the curve; None where there is no value."""
        return self.cost / self.value_on_curve if self.value_on_curve else None


def backtest(
    liability: Payments,
    months: Sequence[BondUniverse],
    *,
    policy: MatchingPolicy = DEFAULT_POLICY,
    limits: Sequence[Limit] = (),
    eligibility: Eligibility = DEFAULT_ELIGIBILITY,
    rules: BacktestRules = HOLD,
    curve: DiscountCurve | None = None,
) -> Backtest:
    """Buys at the first market day, then receives, pays and reinvests on the days things happen.

    Parameters
    ----------
    liability
        Payments after the first settlement.
    months
        Markets in the order of their settlement days, all priced as they were.
    policy, limits, eligibility
        As of matching.
    rules
        How the portfolio is run, at what costs, and what cash really earned.
    curve
        For the value of the payments on the first day.

    Raises
    ------
    InputError
        Fewer than one market, markets out of order, or a number of cash rates that does not fit.
    InfeasibleError
        Nothing covers the payments on the first day.

    Examples
    --------
    >>> from defease.bonds.universe import BondUniverse
    >>> from defease.cashflows import Payments
    >>> days = np.array(["2027-01-31", "2028-01-31"], "datetime64[D]")
    >>> def market(day, prices):
    ...     return BondUniverse(
    ...         settlement=day, identifiers=("one", "two"), ratings=("UST", "UST"),
    ...         coupons=np.zeros(2), clean_prices=np.array(prices), maturities=days)
    >>> months = [market(dt.date(2026, 1, 31), [96.0, 92.0]),
    ...           market(dt.date(2026, 2, 28), [90.0, 93.0])]
    >>> liability = Payments.from_dates(dt.date(2026, 1, 31), days, [1000.0, 500.0])
    >>> found = backtest(liability, months, rules=BacktestRules(every_months=1))
    >>> found.cost, found.every_payment_was_met, round(found.withdrawn, 6)
    (1420.0, True, 15.0)
    """
    _check(liability, months, policy, rules)
    monthly = MonthlyRules(liability, policy, tuple(limits), eligibility)
    run = _Run(monthly, rules, months[0])
    last_day = max(to_date(liability.dates[-1]), months[-1].settlement)
    rows = [
        run.month(bonds, number, rate)
        for number, (bonds, rate) in enumerate(zip(months[1:], run.rates(months), strict=True), 1)
    ]
    rows.append(run.after(last_day))
    return Backtest(
        first=run.first,
        cost=run.cost,
        value_on_curve=None if curve is None else _value(liability, months[0].settlement, curve),
        months=tuple(rows),
        missed=tuple(run.missed),
        largest_cash=run.largest_cash,
    )


class _Run:
    """One backtest as it goes along."""

    def __init__(self, monthly: MonthlyRules, rules: BacktestRules, bonds: BondUniverse) -> None:
        self.monthly, self.rules = monthly, rules
        self.book = Book(bonds.settlement)
        liability = monthly.liability
        pairs = zip(liability.dates, liability.amounts.tolist(), strict=True)
        self.due: dict[dt.date, float] = {}
        for day, amount in pairs:
            self.due[to_date(day)] = self.due.get(to_date(day), 0.0) + amount
        self.missed: list[MissedPayment] = []
        solved, trades = self._traded(bonds, CurrentPortfolio(), last=None)
        self.first, self._last = solved.result, solved
        self.book.settle(trades, bonds)
        self.book.cash = self.largest_cash = self.first.initial_cash
        self.cost = trades.net_amount + self.first.initial_cash - self.first.initial_loan

    def rates(self, months: Sequence[BondUniverse]) -> tuple[float, ...]:
        """What cash earns up to each market day after the first."""
        return self.rules.cash_rates or (self._policy_rate,) * (len(months) - 1)

    @property
    def _policy_rate(self) -> float:
        rate = self.monthly.policy.reinvestment_rate
        return min(rate) if isinstance(rate, tuple) else rate

    def month(self, bonds: BondUniverse, number: int, rate: float) -> BacktestMonth:
        """Live to a market day and trade on it if it is time."""
        passage = self._pass(bonds.settlement, rate)
        every = self.rules.every_months
        row = self._row(passage)
        if every is None or number % every or not self._still_due():
            return row
        return self._reoptimised(row, bonds)

    def after(self, day: dt.date) -> BacktestMonth:
        """Run off what is held to the last payment."""
        return self._row(self._pass(day, self._policy_rate))

    def _pass(self, day: dt.date, rate: float) -> Passage:
        passage = self.book.pass_to(day, self.due, cash_rate=rate)
        self.missed += passage.missed
        self.largest_cash = max(self.largest_cash, passage.largest_cash)
        return passage

    def _row(self, passage: Passage) -> BacktestMonth:
        return BacktestMonth(
            date=self.book.day,
            income=passage.income,
            principal=passage.principal,
            interest=passage.interest,
            paid=passage.paid,
            missing=sum(item.missing for item in passage.missed),
            bought=0.0,
            sold=0.0,
            trading_cost=0.0,
            withdrawn=0.0,
            cash_after=self.book.cash,
        )

    def _still_due(self) -> bool:
        return any(day > self.book.day for day in self.due)

    def _reoptimised(self, row: BacktestMonth, bonds: BondUniverse) -> BacktestMonth:
        unpriced = sorted(set(self.book.faces) - set(bonds.identifiers))
        if unpriced:
            return replace(row, note=f"not traded: no price of {', '.join(unpriced)}")
        current = CurrentPortfolio(faces=dict(self.book.faces), cash=self.book.cash)
        try:
            solved, trades = self._traded(bonds, current, last=self._last)
        except InfeasibleError:
            return replace(row, note="not traded: nothing within the limits covers the payments")
        self._last = solved
        cash = solved.result.initial_cash
        free = self.book.cash - trades.net_amount - cash
        if free < -SMALLEST_GAIN * self.cost:
            return replace(row, note="not traded: it would take more money than there is")
        self.book.settle(trades, bonds)
        self.book.cash = cash
        return replace(
            row,
            bought=trades.bought,
            sold=trades.sold,
            trading_cost=_cost_beyond_prices(trades, bonds),
            withdrawn=free,
            cash_after=cash,
            trades=trades,
        )

    def _traded(
        self, bonds: BondUniverse, current: CurrentPortfolio, *, last: SolvedMonth | None
    ) -> tuple[SolvedMonth, TradeList]:
        """The cheapest portfolio of a market day from what is held, and the way there."""
        monthly, costs = self.monthly, self.rules.costs
        eligible, excluded = screen(bonds, monthly.eligibility, monthly.limits)
        sold = {sale.identifier for sale in forced_sales(bonds, excluded, current, costs)}
        trading = trading_of(eligible, current, costs, sold=sold)
        if last is not None and self.rules.turnover is not None:
            limits = (*monthly.limits, TurnoverLimit(self.rules.turnover))
            monthly = replace(monthly, limits=limits)
        solved = solve_month(monthly, eligible, last=last, trading=trading)
        faces = solved.result.levels * FACE
        targets = {eligible.identifiers[i]: float(faces[i]) for i in np.flatnonzero(faces).tolist()}
        return solved, trade_list(bonds, current, targets, costs=costs)


def _cost_beyond_prices(trades: TradeList, bonds: BondUniverse) -> float:
    """Spreads and fees: what the trades cost beyond the prices of the universe."""
    prices: dict[str, float] = dict(
        zip(bonds.identifiers, bonds.clean_prices.tolist(), strict=True)
    )
    spreads = sum(
        trade.face * abs(trade.clean_price - prices[trade.identifier]) / FACE
        for trade in trades.trades
    )
    return spreads + trades.transaction_costs


def _check(
    liability: Payments,
    months: Sequence[BondUniverse],
    policy: MatchingPolicy,
    rules: BacktestRules,
) -> None:
    found = ProblemList()
    if not months:
        found.add(PLACE, "there is no market to buy in", "give one universe or more")
    if policy.borrows or policy.loans:
        found.add(PLACE, "the policy borrows, and a backtest does not", "set borrowing_cap to 0")
    if months and len(liability) and to_date(liability.dates[0]) <= months[0].settlement:
        what = f"a payment is due on {liability.dates[0]}, not after the first market day"
        found.add(PLACE, what, "give the payments after the first settlement")
    _check_months(found, months, rules)
    found.raise_if_any()


def _check_months(found: ProblemList, months: Sequence[BondUniverse], rules: BacktestRules) -> None:
    days = [bonds.settlement for bonds in months]
    if any(later <= earlier for earlier, later in pairwise(days)):
        found.add(PLACE, "markets are not in the order of settlement", "sort them by day")
    if rules.cash_rates and len(rules.cash_rates) != len(months) - 1:
        what = f"{len(rules.cash_rates)} cash rates, but {len(months) - 1} spans between markets"
        found.add(PLACE, what, "give one rate for each span")


def _value(liability: Payments, day: dt.date, curve: DiscountCurve) -> float:
    return present_value(Payments.from_dates(day, liability.dates, liability.amounts), curve)
