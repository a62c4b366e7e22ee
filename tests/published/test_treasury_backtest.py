"""Six years of the Texas teachers' payments, bought at a month end of 2010 and lived through.

Payments: GASB 67 projection of the Teacher Retirement System of Texas at 2024-08-31, benefits and
expenses less contributions of its first six years, re-dated to the ends of 72 months from February
2010 on and scaled to $1bn.  Prices: TreasuryDirect FedInvest, month ends 2010-01-29 to 2016-02-23:
bought at the buy price, sold at the sell price, settled on the next business day; where the file
has neither (2010-05-31) the end-of-day price.
"""

from __future__ import annotations

import calendar
import datetime as dt
from functools import cache

import numpy as np
import pytest

from defease.bonds import BondUniverse
from defease.cashflows import Payments
from defease.curves import DiscountCurve, fit_spline
from defease.dates import add_months_to, to_date
from defease.matching import MatchingPolicy
from defease.matching.desk import Backtest, BacktestRules, Side, backtest
from tests.desk_data import with_columns
from tests.shared_files import shared_rows
from tests.treasury_fits import (
    month_end_rows,
    month_end_universe,
    next_business_day,
    notes_and_bonds,
    payments_and_prices,
)
from tests.treasury_prices import treasuries

TOTAL, YEARS = 1e9, 6
RATE = 0.001
POLICY = MatchingPolicy(reinvestment_rate=RATE)
CENT = 0.01


@cache
def owed() -> Payments:
    rows = shared_rows("cases/texas_trs_2024.csv")[:YEARS]
    net = np.array(
        [
            float(row["benefits"]) + float(row["admin_expenses"]) - float(row["contrib_total"])
            for row in rows
        ]
    )
    days = add_months_to(dt.date(2010, 1, 31), np.arange(1, 12 * YEARS + 1))
    return Payments.from_dates(
        dt.date(2010, 1, 31), days, np.repeat(net * TOTAL / net.sum(), 12) / 12
    )


def market(day: str) -> BondUniverse:
    rows = month_end_rows()[day]
    quotes = {row["cusip"]: (float(row["buy"]), float(row["sell"])) for row in rows}
    middle = [
        (float(row["buy"]) + float(row["sell"])) / 2 if min(quotes[row["cusip"]]) > 0
        else float(row["eod"])
        for row in rows
    ]  # fmt: skip
    bonds = treasuries(rows, middle, next_business_day(day))
    sides = np.array([quotes[name] for name in bonds.identifiers])
    sides[(sides <= 0.0).any(axis=1)] = np.nan
    return with_columns(bonds, asks=sides[:, 0], bids=sides[:, 1])


@cache
def markets() -> tuple[BondUniverse, ...]:
    return tuple(market(day) for day in month_end_rows())


@cache
def first_curve() -> DiscountCurve:
    day = next(iter(month_end_rows()))
    return fit_spline(payments_and_prices(notes_and_bonds(month_end_universe(day)))).curve


@cache
def held() -> Backtest:
    return backtest(owed(), markets(), policy=POLICY, curve=first_curve())


@cache
def traded() -> Backtest:
    rules = BacktestRules(every_months=1, turnover=0.10)
    return backtest(owed(), markets(), policy=POLICY, rules=rules)


def coupon_days(maturity: dt.date) -> set[dt.date]:
    """Every half year back from maturity, on month ends where it matures on one."""
    last = maturity.day == calendar.monthrange(maturity.year, maturity.month)[1]
    days, month = set(), maturity.year * 12 + maturity.month - 1
    for back in range(month - 6 * 80, month + 1, 6):
        year, number = divmod(back, 12)
        longest = calendar.monthrange(year, number + 1)[1]
        days.add(dt.date(year, number + 1, longest if last else min(maturity.day, longest)))
    return days


class Diary:
    """Day after day in plain Python: the terms from the rows of the price file."""

    def __init__(self, found: Backtest) -> None:
        self.found, self.cash = found, found.first.initial_cash
        names, faces = found.first.holdings.identifiers, found.first.holdings.faces.tolist()
        self.faces = dict(zip(names, faces, strict=True))
        self.terms = {
            row["cusip"]: (float(row["coupon"]) / 200.0, dt.date.fromisoformat(row["maturity"]))
            for rows in month_end_rows().values()
            for row in rows
        }
        self.coupons = {name: coupon_days(end) for name, (_, end) in self.terms.items()}
        self.bills = {
            row["cusip"] for rows in month_end_rows().values() for row in rows
            if row["type"] == "BILL"
        }  # fmt: skip

    def live(self) -> list[float]:
        """Cash at the end of every month of the backtest."""
        due = dict(zip([to_date(d) for d in owed().dates], owed().amounts.tolist(), strict=True))
        rows = {month.date: month for month in self.found.months}
        day, balances = self.found.first.settlement, []
        for month in self.found.months:
            while day < month.date:
                day += dt.timedelta(days=1)
                self.cash *= (1.0 + RATE) ** (1.0 / 365.0)
                self.receive(day)
                self.cash -= due.get(day, 0.0)
                assert self.cash > -CENT
            self.trade(rows[month.date].trades, month.withdrawn)
            balances.append(self.cash)
        return balances

    def receive(self, day: dt.date) -> None:
        for name, face in list(self.faces.items()):
            coupon, maturity = self.terms[name]
            if day in self.coupons[name] and name not in self.bills:
                self.cash += face * coupon
            if day == maturity:
                self.cash += face
                del self.faces[name]

    def trade(self, trades: object, withdrawn: float) -> None:
        for trade in getattr(trades, "trades", ()):
            sign = 1.0 if trade.side is Side.BUY else -1.0
            self.faces[trade.identifier] = self.faces.get(trade.identifier, 0.0) + sign * trade.face
            self.cash -= sign * trade.settlement_amount
        self.cash -= withdrawn


@pytest.mark.parametrize("run", [held, traded])
def test_every_payment_was_met(run: object) -> None:
    assert callable(run)
    found = run()
    assert found.every_payment_was_met
    assert sum(month.paid for month in found.months) == pytest.approx(TOTAL, abs=CENT)
    assert all(month.cash_after >= -CENT for month in found.months)


@pytest.mark.parametrize("run", [held, traded])
def test_cash_agrees_with_a_diary_to_the_cent(run: object) -> None:
    assert callable(run)
    found = run()
    for month, cash in zip(found.months, Diary(found).live(), strict=True):
        assert month.cash_after == pytest.approx(cash, abs=CENT), month.date


@pytest.mark.parametrize("run", [held, traded])
def test_money_in_and_out_adds_up(run: object) -> None:
    assert callable(run)
    found = run()
    cash = found.first.initial_cash
    for month in found.months:
        cash += month.income + month.principal + month.interest - month.paid
        cash += month.sold - month.bought - month.withdrawn
        assert month.cash_after == pytest.approx(cash, abs=CENT)
        assert month.missing == 0.0


def test_the_cost_is_near_the_value_on_the_curve_of_the_day() -> None:
    found = held()
    assert found.value_on_curve is not None
    assert found.cost_over_value == pytest.approx(1.0, abs=0.01)
    assert found.cost < TOTAL
    # 72 monthly payments and a coupon calendar of its own: some months' payments wait as cash.
    assert 0.0 < found.largest_cash < 0.1 * TOTAL


def test_monthly_trading_sets_money_free_within_its_turnover() -> None:
    found = traded()
    assert found.cost == pytest.approx(held().cost, rel=1e-12)
    assert found.withdrawn > 0.0
    assert all(month.withdrawn >= -CENT for month in found.months)
    assert found.trading_costs > held().trading_costs
    some = [month for month in found.months if month.trades and len(month.trades)]
    assert len(some) > 20
    for month in some:
        assert month.bought + month.sold < 0.11 * held().cost
