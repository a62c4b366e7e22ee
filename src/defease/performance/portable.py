"""Portable alpha over a history: excess growth becomes matched bonds, months defeased grow.

Two pools back one liability.  Matched bonds are zeros that pay named payments; alpha assets earn
given returns and pay what is not matched.  Each month, in this order: growth, payments at the
month's end (what is paid earns nothing between its day and the month end, as in the liability
index), a later projection where one takes effect, review, transfer.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from defease.arrays import DateArray, FloatArray, frozen_floats, read_only
from defease.dates import to_date
from defease.errors import ModelError, Problem, ProblemList
from defease.performance.in_force import AmountsInForce, Later, as_amounts
from defease.performance.panels import check_every_month
from defease.performance.portable_result import PortableAlphaComparison, PortableAlphaResult
from defease.performance.sleeve import buy_in_date_order, coverage_date, sell_latest_first
from defease.policies import Decision, PortableAlphaPolicy, ReviewFacts, decide

if TYPE_CHECKING:
    import numpy.typing as npt

    from defease.performance.panels import DiscountPanel


@dataclass(frozen=True, eq=False, kw_only=True)
class AlphaHistory:
    """What happened: liabilities, prices of matched zeros, returns of alpha assets; all checked.

    Attributes
    ----------
    amounts
        The payments, plan currency, negative where contributions exceed outgo; only positive ones
        are ever matched; shape (payments,).
    liability
        Discount factors of the headline basis at each month end.
    prices
        Prices at which a matched unit is bought and sold, same dates and payments; the liability's
        own panel where the matched bonds are zeros of the same curve.
    alpha_returns
        Simple returns of the alpha assets, shape (months,).
    alpha_assets
        Their value at the first date, plan currency.
    matched_assets
        Money that buys the first payments in order of date at the first date.
    trading_cost
        Share of every transfer, either way, that is lost in trading.
    later
        Amounts of later projections and the places of the dates at which they take over.  Bonds
        are kept; what they pay beyond what is then due goes to the alpha assets.
    """

    amounts: FloatArray
    liability: DiscountPanel
    prices: DiscountPanel
    alpha_returns: FloatArray
    alpha_assets: float
    matched_assets: float = 0.0
    trading_cost: float = 0.0
    later: Later = ()

    def __post_init__(self) -> None:
        check_every_month(self.liability.dates, name="portable alpha: dates")
        found = ProblemList()
        _check_shapes(self, found)
        _check_money(self, found)
        found.raise_if_any()
        gone = np.flatnonzero(self.in_force.values(self.liability) <= 0)
        if gone.size:
            what = f"nothing is owed any more on {self.liability.dates[int(gone[0])]}"
            remedy = "end the history before, or give the payments gross of contributions"
            raise ModelError(Problem("portable alpha", what, remedy))

    @property
    def in_force(self) -> AmountsInForce:
        """The amounts, by date."""
        return AmountsInForce(self.amounts, self.later)


def alpha_history(
    amounts: npt.ArrayLike | AmountsInForce,
    liability: DiscountPanel,
    alpha_returns: npt.ArrayLike,
    *,
    alpha_assets: float,
    matched_assets: float = 0.0,
    prices: DiscountPanel | None = None,
    trading_cost: float = 0.0,
) -> AlphaHistory:
    """An `AlphaHistory` from arrays; matched zeros are priced as the liability unless given."""
    owed = as_amounts(amounts)
    return AlphaHistory(
        amounts=owed.opening,
        later=owed.later,
        liability=liability,
        prices=liability if prices is None else prices,
        alpha_returns=frozen_floats(alpha_returns, name="alpha returns"),
        alpha_assets=alpha_assets,
        matched_assets=matched_assets,
        trading_cost=trading_cost,
    )


def back_test_portable_alpha(
    history: AlphaHistory, policy: PortableAlphaPolicy
) -> PortableAlphaResult:
    """The rule applied month after month, with a record of every review.

    Examples
    --------
    >>> from defease.curves import Compounding, Interpolation, curve_history, month_ends
    >>> from defease.performance.panels import discount_panel
    >>> months = np.arange("2026-01", "2028-01", dtype="datetime64[M]")
    >>> curves = curve_history(month_ends(months[:4]), [1.0], [[0.0]] * 4,
    ...     compounding=Compounding.ANNUAL, interpolation=Interpolation.LINEAR_ZERO)
    >>> liability = discount_panel(curves, month_ends(months[1:]))
    >>> history = alpha_history([1.0] * 23, liability, [0.10, 0.0, -0.05], alpha_assets=20.0)
    >>> policy = PortableAlphaPolicy(trigger_amount=1.0, share=1.0)
    >>> result = back_test_portable_alpha(history, policy)
    >>> [round(each.transferred, 9) for each in result.decisions]
    [2.0, 0.0, 0.0]
    >>> result.months_defeased.tolist()
    [0, 2, 1, 0]
    """
    return _Run(history).through(policy)


def never_port(history: AlphaHistory) -> PortableAlphaResult:
    """The same months without any transfer."""
    return _Run(history).through(None)


def compare_with_never_porting(
    history: AlphaHistory, policy: PortableAlphaPolicy
) -> PortableAlphaComparison:
    """The rule beside never porting, on the same months."""
    return PortableAlphaComparison(back_test_portable_alpha(history, policy), never_port(history))


class _Run:
    """Books of one back-test while it runs; nothing of it is seen outside."""

    def __init__(self, history: AlphaHistory) -> None:
        self.history = history
        self.owed = history.in_force
        self.residual_growth = np.zeros(history.liability.months)
        opening = buy_in_date_order(
            history.amounts, history.prices.factors[0], history.matched_assets
        )
        self.matched = opening.amounts.copy()
        self.alpha = history.alpha_assets + (history.matched_assets - opening.money)
        self.cumulative = 0.0
        self.since: int | None = None
        self.decisions: list[Decision] = []
        self.rows: list[tuple[float, ...]] = []
        self.covered: list[np.datetime64] = [self._coverage(0)]
        self.alphas, self.sleeves = [self.alpha], [self._sleeve(0)]

    def through(self, policy: PortableAlphaPolicy | None) -> PortableAlphaResult:
        for month in range(self.history.liability.months):
            self._month(month, policy)
        return self._result(policy)

    def _month(self, month: int, policy: PortableAlphaPolicy | None) -> None:
        growth, from_alpha, from_sleeve, unpaid = self._grow_and_pay(month)
        self.since = None if self.since is None else self.since + 1
        moved = cost = 0.0
        if policy is not None and (month + 1) % policy.review_months == 0:
            moved, cost = self._review(month + 1, policy)
        self.rows.append((growth, from_alpha, from_sleeve, unpaid, moved, cost))
        self.alphas.append(self.alpha)
        self.sleeves.append(self._sleeve(month + 1))
        self.covered.append(self._coverage(month + 1))

    def _grow_and_pay(self, month: int) -> tuple[float, float, float, float]:
        history = self.history
        due = history.liability.due_in == month
        open_amounts = self.owed.at(month) - self.matched
        before, after = history.liability.factors[month : month + 2]
        residual = float(open_amounts @ (np.where(due, 1.0, after) - before))
        growth = self.alpha * float(history.alpha_returns[month])
        self.cumulative += growth - residual
        self.residual_growth[month] = residual
        from_sleeve = float(self.matched[due].sum())
        owed = float(open_amounts[due].sum())
        from_alpha = min(owed, self.alpha + growth)
        self.alpha += growth - from_alpha
        return growth, from_alpha, from_sleeve, owed - from_alpha

    def _review(self, at: int, policy: PortableAlphaPolicy) -> tuple[float, float]:
        prices = self.history.prices.factors[at]
        decision = decide(policy, self._facts(at, prices))
        self.decisions.append(decision)
        if not decision.moves_money:
            return 0.0, 0.0
        self.since, self.cumulative = 0, 0.0
        if decision.transferred > 0:
            return self._buy(at, decision.transferred, prices)
        return self._sell(-decision.transferred, prices)

    def _facts(self, at: int, prices: FloatArray) -> ReviewFacts:
        history = self.history
        sleeve = self._sleeve(at)
        amounts = self.owed.at(at)
        owed = float(history.liability.factors[at] @ amounts)
        open_cost = float(np.maximum(amounts - self.matched, 0.0) @ prices)
        return ReviewFacts(
            date=to_date(history.liability.dates[at]),
            funded_ratio=(self.alpha + sleeve) / owed,
            cumulative_alpha=self.cumulative,
            alpha_assets=self.alpha,
            matched_assets=sleeve,
            unfunded_cost=open_cost * (1.0 + history.trading_cost),
            months_since_transfer=self.since,
        )

    def _buy(self, at: int, money: float, prices: FloatArray) -> tuple[float, float]:
        cost_rate = self.history.trading_cost
        open_amounts = self.owed.at(at) - self.matched
        trade = buy_in_date_order(open_amounts, prices, money / (1.0 + cost_rate))
        self.matched += trade.amounts
        cost = trade.money * cost_rate
        self.alpha -= trade.money + cost
        return trade.money, cost

    def _sell(self, money: float, prices: FloatArray) -> tuple[float, float]:
        trade = sell_latest_first(self.matched, prices, money)
        self.matched -= trade.amounts
        cost = trade.money * self.history.trading_cost
        self.alpha += trade.money - cost
        return -trade.money, cost

    def _sleeve(self, at: int) -> float:
        return float(self.history.prices.factors[at] @ self.matched)

    def _coverage(self, at: int) -> np.datetime64:
        panel, amounts = self.history.liability, self.owed.at(at)
        return coverage_date(panel.payment_dates, amounts, self.matched, panel.dates[at])

    def _result(self, policy: PortableAlphaPolicy | None) -> PortableAlphaResult:
        columns = np.array(self.rows).T.copy()
        growth, from_alpha, from_sleeve, unpaid, moved, cost = (read_only(c) for c in columns)
        return PortableAlphaResult(
            name="never port" if policy is None else "portable alpha",
            dates=self.history.liability.dates,
            alpha_assets=read_only(np.array(self.alphas)),
            matched_assets=read_only(np.array(self.sleeves)),
            liabilities=self.owed.values(self.history.liability),
            experience=self.owed.jumps(self.history.liability),
            alpha_growth=growth,
            residual_liability_growth=read_only(self.residual_growth),
            paid_from_alpha=from_alpha,
            paid_from_matched=from_sleeve,
            unpaid=unpaid,
            transferred=moved,
            trading_costs=cost,
            coverage_dates=_days(self.covered),
            decisions=tuple(self.decisions),
            cautions=self.history.liability.cautions,
        )


def _days(days: list[np.datetime64]) -> DateArray:
    return read_only(np.array(days, dtype="datetime64[D]"))


def _check_shapes(history: AlphaHistory, found: ProblemList) -> None:
    panel, prices = history.liability, history.prices
    found.extend(history.in_force.problems("portable alpha", panel))
    if history.alpha_returns.shape != (panel.months,):
        what = f"{history.alpha_returns.size} returns for {panel.months} months"
        found.add("portable alpha: returns", what, "give one return for each month")
    same = np.array_equal(prices.dates, panel.dates) and np.array_equal(
        prices.payment_dates, panel.payment_dates
    )
    if not same:
        what = "prices and liability have other dates or payments"
        found.add("portable alpha: prices", what, "price the liability's payments at its dates")


def _check_money(history: AlphaHistory, found: ProblemList) -> None:
    for name in ("alpha_assets", "matched_assets"):
        value = getattr(history, name)
        if not 0 <= value < np.inf:
            found.add(f"portable alpha: {name}", f"is {value:g}", "give 0 or more plan currency")
    if not 0 <= history.trading_cost < 1:
        what = f"is {history.trading_cost:g}"
        found.add("portable alpha: trading_cost", what, "give a share such as 0.002 for 20 bp")
    lost = np.flatnonzero(history.alpha_returns <= -1)
    if lost.size:
        first = int(lost[0])
        what = f"month {first + 1} has a return of {history.alpha_returns[first]:.1%}"
        found.add("portable alpha: returns", what, "returns are decimals above -1")
