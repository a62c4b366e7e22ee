"""How each rival fared against the same liability: tracking, surplus swings, worst years, cash."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from defease.arrays import DateArray, FloatArray, read_only
from defease.dates import MONTHS_PER_YEAR
from defease.errors import Caution, ProblemList, bad_input
from defease.performance.balances import BalanceHistory
from defease.performance.measures import SHORT_HISTORY, standard_deviation
from defease.performance.paid_balances import balances_while_paid
from defease.performance.sleeve import buy_in_date_order

if TYPE_CHECKING:
    from collections.abc import Sequence

    from defease.performance.panels import DiscountPanel
    from defease.performance.rivals.strategies import HedgedLiability, Strategy

NOTHING_LEFT = 1e-9
"""Assets below this share of what they opened with are spent: rounding, not money."""


@dataclass(frozen=True, eq=False, kw_only=True)
class CashLadder:
    """Where the cash of each month came from, plan currency, shape (months,) each.

    ``due = from_payments + from_settlements + sold + unpaid - reinvested`` in every month.

    Attributes
    ----------
    due
        Benefits and expenses to pay, less contributions.
    from_payments
        Paid by what the assets themselves mature to: matched bonds; 0 for a rival.
    from_settlements
        Gains of the overlay, negative where it calls for cash.
    sold
        Assets sold to raise the rest (borrowed, where a leveraged rival has none to sell).
    reinvested
        Cash left over and put back into the assets.
    unpaid
        What the assets no longer had, losses beyond them included.
    """

    due: FloatArray
    from_payments: FloatArray
    from_settlements: FloatArray
    sold: FloatArray
    reinvested: FloatArray
    unpaid: FloatArray

    @property
    def total_sold(self) -> float:
        """Assets sold over all months."""
        return float(self.sold.sum())

    @property
    def cash_calls(self) -> FloatArray:
        """Losing settlements as positive amounts, shape (months,)."""
        return read_only(np.maximum(-self.from_settlements, 0.0))


@dataclass(frozen=True)
class YearOfSurplus:
    """Surplus gained or lost to the liability in one calendar year of the history.

    Attributes
    ----------
    year, months
        Calendar year, and how many of its months the history has (and opens with assets).
    surplus_change
        Plan currency, asset growth less liability growth.
    share
        Of the liability at the year's opening.
    """

    year: int
    months: int
    surplus_change: float
    share: float


@dataclass(frozen=True, eq=False, kw_only=True)
class RivalResult:
    """One way of holding the assets against the liability, month by month.

    Attributes
    ----------
    name, description
        As reports print them.
    dates
        Month ends, shape (months + 1,).
    assets, liabilities
        After each date's payments, plan currency, shape (months + 1,).
    asset_growth, liability_growth
        Money, flows removed, shape (months,).
    cash
        The cash ladder.
    notionals
        Swap notional of each month, 0 without an overlay, shape (months,).
    """

    name: str
    description: str
    dates: DateArray
    assets: FloatArray
    liabilities: FloatArray
    asset_growth: FloatArray
    liability_growth: FloatArray
    cash: CashLadder
    notionals: FloatArray
    cautions: tuple[Caution, ...] = ()

    @property
    def surplus(self) -> FloatArray:
        """A - L, shape (months + 1,)."""
        return read_only(self.assets - self.liabilities)

    @property
    def funded_ratio(self) -> FloatArray:
        """A/L, shape (months + 1,)."""
        return read_only(self.assets / self.liabilities)

    @property
    def surplus_changes(self) -> FloatArray:
        """Asset growth less liability growth, payments removed from both, shape (months,)."""
        return read_only(self.asset_growth - self.liability_growth)

    @property
    def balances(self) -> BalanceHistory:
        """The months in which everything was paid, for the measures of the performance report."""
        return balances_while_paid(
            self.dates, self.assets, self.liabilities, due=self.cash.due, unpaid=self.cash.unpaid
        )

    @property
    def months_with_assets(self) -> int:
        """Months that open with assets; later ones have no return."""
        spent = self.assets[:-1] <= NOTHING_LEFT * self.assets[0]
        return int(np.argmax(spent)) if spent.any() else len(spent)

    @property
    def exhausted_on(self) -> np.datetime64 | None:
        """First month end at which a payment could not be met; None if all were."""
        failed = np.flatnonzero(self.cash.unpaid > NOTHING_LEFT * self.assets[0])
        return self.dates[int(failed[0]) + 1] if failed.size else None

    @property
    def differences(self) -> FloatArray:
        """Asset less liability return of the months that open with assets."""
        n = self.months_with_assets
        asset = self.asset_growth[:n] / self.assets[:n]
        return read_only(asset - self.liability_growth[:n] / self.liabilities[:n])

    @property
    def tracking_error(self) -> float | None:
        """``sd(Ra - Rl) sqrt(12)``, sd with n - 1; None for less than a year (n/m)."""
        if self.months_with_assets < MONTHS_PER_YEAR:
            return None
        spread = standard_deviation(self.differences)
        return None if spread is None else spread * math.sqrt(MONTHS_PER_YEAR)

    @property
    def surplus_range(self) -> float:
        """Highest less lowest month-end surplus, plan currency."""
        return float(self.surplus.max() - self.surplus.min())

    @property
    def worst_month(self) -> tuple[np.datetime64, float]:
        """Month end and money of the largest surplus loss while there were assets."""
        changes = self.surplus_changes[: self.months_with_assets]
        at = int(np.argmin(changes))
        return self.dates[at + 1], float(changes[at])

    @property
    def worst_twelve_months(self) -> float | None:
        """Largest surplus loss over twelve consecutive months, money; None for less than a year.

        Months that open without assets are left out, here and in `years`: they say what the
        liability does, not the rival.
        """
        changes = self.surplus_changes[: self.months_with_assets]
        if len(changes) < MONTHS_PER_YEAR:
            return None
        sums = np.convolve(changes, np.ones(MONTHS_PER_YEAR), mode="valid")
        return float(sums.min())

    @property
    def years(self) -> tuple[YearOfSurplus, ...]:
        """Every calendar year that has a month with assets, in order of time."""
        held = self.months_with_assets
        of_month = self.dates[1 : held + 1].astype("datetime64[Y]").astype(np.int64) + 1970
        found = []
        for year in np.unique(of_month):
            inside = np.flatnonzero(of_month == year)
            change = float(self.surplus_changes[inside].sum())
            share = change / float(self.liabilities[inside[0]])
            found.append(YearOfSurplus(int(year), len(inside), change, share))
        return tuple(found)

    def worst_years(self, count: int = 3) -> tuple[YearOfSurplus, ...]:
        """The calendar years that cost most of the liability, worst first."""
        return tuple(sorted(self.years, key=lambda year: year.share)[:count])


@dataclass(frozen=True, eq=False)
class RivalComparison:
    """The matched portfolio and its rivals, the same opening money against the same liability."""

    liability: HedgedLiability
    results: tuple[RivalResult, ...]

    def named(self, name: str) -> RivalResult:
        """The result of one strategy."""
        for result in self.results:
            if result.name == name:
                return result
        names = ", ".join(result.name for result in self.results)
        raise bad_input(where="rivals", what=f"no '{name}'", remedy=f"known here: {names}")


def years_of_expenses(money: float, annual_expenses: float) -> float:
    """A loss in years of what the plan spends on running itself, 0 where nothing is lost.

    Examples
    --------
    >>> years_of_expenses(-20e6, 2.5e6)
    8.0
    """
    if not 0 < annual_expenses < math.inf:
        what = f"annual expenses of {annual_expenses:g}"
        remedy = "give the plan's own expenses of a year, above 0"
        raise bad_input(where="mismatch in years of expenses", what=what, remedy=remedy)
    return max(0.0, -money) / annual_expenses


def run_strategy(
    liability: HedgedLiability, strategy: Strategy, *, opening_assets: float
) -> RivalResult:
    """One strategy through all months, benefits paid at each month's end.

    ``A1 = A0 (1 + per_unit) + fixed - paid``; assets do not fall below 0, what they cannot pay is
    unpaid and met from outside.
    """
    _check_opening(opening_assets)
    if not np.array_equal(strategy.dates, liability.dates):
        what = "the strategy has other dates than the liability"
        raise bad_input(where=strategy.name, what=what, remedy="build both on one history")
    rules = (strategy.per_unit.tolist(), strategy.fixed.tolist(), liability.payments.tolist())
    assets, growth, unpaid = [opening_assets], [], []
    for per_unit, fixed, due in zip(*rules, strict=True):
        earned = assets[-1] * per_unit + fixed if assets[-1] > 0 else 0.0
        closing = assets[-1] + earned - due
        growth.append(earned)
        assets.append(max(closing, 0.0))
        unpaid.append(assets[-1] - closing)
    held, none = np.array(assets), np.zeros(len(growth))
    notionals = _notionals(strategy, held)
    settled = notionals * strategy.overlay.gains if strategy.overlay else none
    cash = _ladder(liability.payments, none, settled, np.array(unpaid))
    books = _Books(held, np.array(growth), cash, notionals)
    return _result(strategy.name, strategy.description, liability, books)


def run_matched(
    liability: HedgedLiability,
    panel: DiscountPanel,
    amounts: FloatArray,
    *,
    opening_assets: float,
    cash: FloatArray,
) -> RivalResult:
    """Zeros bought for the liability's own payments in order of date, held until each is due.

    Money left over when everything is matched stays in cash; payments that were not matched are
    met from it while it lasts.  `panel` prices the zeros; the money buys less where they cost more
    than the liability is valued at.
    """
    _check_opening(opening_assets)
    trade = buy_in_date_order(amounts, panel.factors[0], opening_assets)
    maturing = panel.paid(trade.amounts)
    account, growth, unpaid = [opening_assets - trade.money], [], []
    for rate, due, paid in zip(
        cash.tolist(), liability.payments.tolist(), maturing.tolist(), strict=True
    ):
        closing = account[-1] * (1.0 + rate) + paid - due
        growth.append(account[-1] * rate)
        account.append(max(closing, 0.0))
        unpaid.append(account[-1] - closing)
    zeros = panel.values(trade.amounts)
    earned = np.array(growth) + np.diff(zeros) + maturing
    ladder = _ladder(liability.payments, maturing, np.zeros(len(earned)), np.array(unpaid))
    books = _Books(zeros + np.array(account), earned, ladder, np.zeros(len(earned)))
    description = "zeros for the payments themselves, bought once, in order of date"
    return _result("matched payments", description, liability, books)


def _ladder(
    due: FloatArray, maturing: FloatArray, settled: FloatArray, unpaid: FloatArray
) -> CashLadder:
    need = due - maturing - settled - unpaid
    return CashLadder(
        due=due,
        from_payments=read_only(maturing),
        from_settlements=read_only(settled),
        sold=read_only(np.maximum(need, 0.0)),
        reinvested=read_only(np.maximum(-need, 0.0)),
        unpaid=read_only(unpaid),
    )


def _notionals(strategy: Strategy, assets: FloatArray) -> FloatArray:
    if strategy.overlay is None:
        return np.zeros(len(assets) - 1)
    opening = assets[:-1]
    return np.where(opening > 0, strategy.overlay.notionals(opening), 0.0)


@dataclass(frozen=True, eq=False)
class _Books:
    """What a run has written down: values at every date, and each month's growth and cash."""

    assets: FloatArray
    growth: FloatArray
    cash: CashLadder
    notionals: FloatArray


def _result(name: str, description: str, liability: HedgedLiability, books: _Books) -> RivalResult:
    return RivalResult(
        name=name,
        description=description,
        dates=liability.dates,
        assets=read_only(books.assets),
        liabilities=liability.values,
        asset_growth=read_only(books.growth),
        liability_growth=liability.growth,
        cash=books.cash,
        notionals=read_only(books.notionals),
        cautions=_cautions(liability, books),
    )


def _cautions(liability: HedgedLiability, books: _Books) -> tuple[Caution, ...]:
    found = list(liability.cautions)
    months = len(liability.payments)
    if months < SHORT_HISTORY:
        message = f"{months} months of history say little about risk; {SHORT_HISTORY} are the least"
        found.append(Caution("short_history", message))
    failed = np.flatnonzero(books.cash.unpaid > NOTHING_LEFT * books.assets[0])
    if failed.size:
        day = liability.dates[int(failed[0]) + 1]
        message = f"assets are spent on {day}; later payments are met from outside"
        found.append(Caution("exhausted", message))
    return tuple(found)


def _check_opening(opening_assets: float) -> None:
    if not 0 <= opening_assets < math.inf:
        what = f"opening assets of {opening_assets:g}"
        raise bad_input(where="rivals", what=what, remedy="give assets from 0, plan currency")


def compare_rivals(
    liability: HedgedLiability,
    strategies: Sequence[Strategy],
    *,
    opening_assets: float,
    matched: RivalResult | None = None,
) -> RivalComparison:
    """Every strategy with the same opening money, the matched portfolio first where given."""
    found = ProblemList()
    names = [each.name for each in strategies] + ([matched.name] if matched else [])
    for name in sorted({each for each in names if names.count(each) > 1}):
        found.add("rivals", f"'{name}' comes twice", "give each rival its own name")
    found.raise_if_any()
    runs = (run_strategy(liability, each, opening_assets=opening_assets) for each in strategies)
    return RivalComparison(liability, (*((matched,) if matched else ()), *runs))
