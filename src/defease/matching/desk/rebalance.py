"""From the portfolio that is held to the cheapest one that pays: trades, cash, and what they save.

Money adds up exactly::

    cash needed = bonds + initial cash - initial loan + due at settlement + costs of trading
                  - market value of what is held and kept eligible - forced sales - cash held
                = purchases - sales + initial cash - initial loan + due at settlement - cash held
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from defease.arrays import read_only
from defease.bonds.terms import FACE
from defease.matching.desk.portfolio import (
    CurrentPortfolio,
    ForcedSale,
    TradingCosts,
    forced_sales,
    trading_of,
)
from defease.matching.desk.trades import TradeList, TradeReasons, trade_list
from defease.matching.policy import Availability
from defease.matching.question import DEFAULT_ELIGIBILITY, DEFAULT_POLICY, matching_question
from defease.matching.runoff import CashDecisions, RunOff, run_off
from defease.matching.solve import answer, result_of
from defease.solvers import NoSolution, solve_linear_program

if TYPE_CHECKING:
    from collections.abc import Sequence

    from defease.arrays import FloatArray
    from defease.bonds.universe import BondUniverse
    from defease.cashflows import Payments
    from defease.matching.eligibility import Eligibility
    from defease.matching.policy import MatchingPolicy
    from defease.matching.problem import Limit, ProgramDraft
    from defease.matching.question import MatchingQuestion
    from defease.matching.result import MatchResult

NO_COSTS = TradingCosts()
NEGLIGIBLE = 1e-9


@dataclass(frozen=True)
class NoSales:
    """Nothing that is held may be sold; purchases are free."""

    def add_to(self, draft: ProgramDraft) -> None:
        """Bounds on sales."""
        draft.builder.cap_columns(draft.sold, np.zeros(len(draft.sold)))


@dataclass(frozen=True)
class NoTrades:
    """Nothing may be bought or sold."""

    def add_to(self, draft: ProgramDraft) -> None:
        """Bounds on purchases and sales."""
        for block in (draft.bought, draft.sold):
            draft.builder.cap_columns(block, np.zeros(len(block)))


@dataclass(frozen=True, eq=False, kw_only=True)
class NotTrading:
    """What it costs to leave the portfolio as it is, forced sales apart.

    Attributes
    ----------
    covers
        Whether the bonds and the cash held pay everything as they are.
    cash_if_kept
        Cash to be added so that the bonds held, kept to maturity without trades or limits, and
        cash pay everything (negative: cash to spare); None where no amount of cash can, because
        surplus is lost.
    cash_with_top_up
        Cash to be added when bonds may be bought and none sold, within the limits; None where the
        limits do not allow it.
    top_up
        The portfolio that this leads to.
    """

    covers: bool
    cash_if_kept: float | None
    cash_with_top_up: float | None
    top_up: MatchResult | None

    @property
    def cash_needed(self) -> float | None:
        """Cash to be added at least without selling: purchases within the limits, else cash."""
        return self.cash_if_kept if self.cash_with_top_up is None else self.cash_with_top_up


@dataclass(frozen=True, eq=False, kw_only=True)
class Rebalance:
    """The portfolio after trading beside the one before.

    Attributes
    ----------
    result
        The cheapest portfolio, costs of trading included, with its certificate and ladder.
    held
        What is held of the result's bonds before trading, units of 100 face; forced sales are gone.
    forced_sales
        Holdings that may not stay, with the reason.
    trades
        What to buy and sell, forced sales included.
    cash_available
        Cash held and what forced sales bring.
    cash_needed
        Money to be added; negative: money set free.
    not_trading
        What the portfolio would cost without trading.
    ladder_before
        The holdings before trading run off with the cash available; negative cash is a shortfall.
    """

    result: MatchResult
    held: FloatArray
    forced_sales: tuple[ForcedSale, ...]
    trades: TradeList
    cash_available: float
    cash_needed: float
    not_trading: NotTrading
    ladder_before: RunOff

    @property
    def ladder_after(self) -> RunOff:
        """One row a payment date after trading."""
        return self.result.ladder

    @property
    def market_value_held(self) -> float:
        """What is held and stays eligible, at prices with accrued interest."""
        return float(self.held @ self.result.data.prices)

    @property
    def savings_from_trading(self) -> float | None:
        """Cash that selling as well as buying saves; None where there is nothing to compare with.

        Against purchases alone within the same limits it is never negative; against a portfolio
        kept as it is, whose limits may be broken, it can be.
        """
        kept = self.not_trading.cash_needed
        return None if kept is None else kept - self.cash_needed


def rebalance(
    liability: Payments,
    bonds: BondUniverse,
    current: CurrentPortfolio,
    *,
    policy: MatchingPolicy = DEFAULT_POLICY,
    limits: Sequence[Limit] = (),
    eligibility: Eligibility = DEFAULT_ELIGIBILITY,
    costs: TradingCosts = NO_COSTS,
) -> Rebalance:
    """The cheapest way from current holdings to a portfolio that pays every net liability.

    Buys at the ask, sells at the bid, pays fees; a `TurnoverLimit` among the limits caps trades.
    Holdings that are no longer eligible are sold.  Raises as `match_cash_flows` does, and
    InputError for a holding that the universe does not have.

    Examples
    --------
    >>> import datetime as dt
    >>> from defease.bonds.universe import BondUniverse
    >>> from defease.cashflows import Payments
    >>> days = np.array(["2027-01-31", "2028-01-31"], "datetime64[D]")
    >>> zeros = BondUniverse(
    ...     settlement=dt.date(2026, 1, 31), identifiers=("one", "two"), ratings=("UST", "UST"),
    ...     coupons=np.zeros(2), clean_prices=np.array([96.0, 92.0]), maturities=days)
    >>> liability = Payments.from_dates(dt.date(2026, 1, 31), days, [1000.0, 500.0])
    >>> held = CurrentPortfolio(faces={"one": 1500.0}, cash=10.0)
    >>> found = rebalance(liability, zeros, held)
    >>> [(str(t.side), t.identifier, t.face) for t in found.trades.trades]
    [('sell', 'one', 500.0), ('buy', 'two', 500.0)]
    >>> round(found.cash_needed, 6), found.not_trading.covers, found.savings_from_trading
    (-30.0, True, 20.0)
    """
    question = matching_question(
        liability, bonds, policy=policy, limits=limits, eligibility=eligibility
    )
    return rebalanced(question, bonds, current, costs=costs)


def rebalanced(
    question: MatchingQuestion,
    bonds: BondUniverse,
    current: CurrentPortfolio,
    *,
    costs: TradingCosts = NO_COSTS,
) -> Rebalance:
    """As `rebalance`, for a question made from the universe with a horizon or a haircut."""
    sales = forced_sales(bonds, question.excluded, current, costs)
    gone = {sale.identifier: sale.reason for sale in sales}
    trading = trading_of(question.bonds, current, costs, sold=gone)
    asked = question.with_trading(trading)
    result = answer(asked)
    available = current.cash + sum(sale.proceeds for sale in sales)
    names, faces = question.bonds.identifiers, result.levels * FACE
    targets = {names[i]: float(faces[i]) for i in np.flatnonzero(faces).tolist()}
    words = TradeReasons(by_identifier={name: f"forced: {why}" for name, why in gone.items()})
    return Rebalance(
        result=result,
        held=trading.held,
        forced_sales=sales,
        trades=trade_list(bonds, current, targets, costs=costs, reasons=words),
        cash_available=available,
        cash_needed=money_needed(result, trading.held) - available,
        not_trading=_not_trading(asked, trading.held, available),
        ladder_before=ladder_of(question, trading.held, available),
    )


def money_needed(result: MatchResult, held: FloatArray) -> float:
    """What a portfolio takes beyond the value of what is held: costs and cash included.

    ``sum p_i (x_i - held_i) + trading costs + s_0 - b_0 + due at settlement``.
    """
    bonds = float((result.levels - held) @ result.data.prices) + result.trading_cost
    return bonds + result.initial_cash - result.initial_loan + result.due_at_settlement


def ladder_of(question: MatchingQuestion, held: FloatArray, cash: float) -> RunOff:
    """Holdings and cash run off without loans; what is due at settlement is paid first."""
    none = read_only(np.zeros(question.data.periods))
    credit = read_only(np.zeros(len(question.data.credit_terms.starts)))
    start = cash - question.due.at_settlement
    decisions = CashDecisions(initial_cash=start, loans=none, released=none, credit=credit)
    return run_off(question.data, held, decisions)


def _not_trading(question: MatchingQuestion, held: FloatArray, available: float) -> NotTrading:
    free = replace(question.data.policy, cash_cap_months=None, initial_cash=Availability.ALLOWED)
    kept = _best(question.with_policy(free).with_limits([NoTrades()]))
    top_up = _best(question.with_limits([*question.limits, NoSales()]))
    to_add = None if kept is None else money_needed(kept, held) - available
    rounding = NEGLIGIBLE * float(np.abs(question.due.amounts).sum())
    return NotTrading(
        covers=to_add is not None and to_add <= rounding,
        cash_if_kept=to_add,
        cash_with_top_up=None if top_up is None else money_needed(top_up, held) - available,
        top_up=top_up,
    )


def _best(question: MatchingQuestion) -> MatchResult | None:
    """The optimum, or None where there is none."""
    matching = question.program()
    solution = solve_linear_program(matching.program)
    if isinstance(solution, NoSolution):
        return None
    return result_of(question, matching, solution)
