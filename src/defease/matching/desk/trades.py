"""What to buy and sell, line by line, and the file of it that a custodian reads."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from defease.bonds.terms import FACE
from defease.matching.desk.portfolio import (
    BASIS_POINT,
    CurrentPortfolio,
    TradingCosts,
    places_of,
    trading_prices,
)

if TYPE_CHECKING:
    import datetime as dt

    from defease.bonds.universe import BondUniverse

NEGLIGIBLE = 1e-9
"""A trade below this share of the largest holding is rounding of the solver."""
COLUMNS = (
    "side",
    "identifier",
    "issuer",
    "settlement_date",
    "face",
    "clean_price",
    "accrued_interest",
    "transaction_cost",
    "settlement_amount",
    "reason",
)
"""The columns of a trade file, in order; `trade_file` says what they hold."""
STARTS_A_FORMULA = ("=", "+", "-", "@", "'")


class Side(StrEnum):
    """Which way a trade goes."""

    BUY = "buy"
    SELL = "sell"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trade:
    """One line of a trade list.

    `clean_price` is per 100 face, the ask for a purchase and the bid for a sale where quoted;
    `accrued_interest`, `transaction_cost` and `settlement_amount` are money, all of them positive:
    what a purchase costs and a sale brings, ``face clean_price / 100 + accrued_interest`` plus or
    less `transaction_cost`.
    """

    side: Side
    identifier: str
    issuer: str
    face: float
    clean_price: float
    accrued_interest: float
    transaction_cost: float
    reason: str

    @property
    def settlement_amount(self) -> float:
        """Money paid for a purchase, received for a sale."""
        value = self.face * self.clean_price / FACE + self.accrued_interest
        return value + (self.transaction_cost if self.side is Side.BUY else -self.transaction_cost)


@dataclass(frozen=True, slots=True, kw_only=True)
class TradeList:
    """Every trade of one day, sales first, and their sums."""

    settlement: dt.date
    trades: tuple[Trade, ...]

    def __len__(self) -> int:
        return len(self.trades)

    @property
    def bought(self) -> float:
        """What the purchases cost."""
        return sum(t.settlement_amount for t in self.trades if t.side is Side.BUY)

    @property
    def sold(self) -> float:
        """What the sales bring."""
        return sum(t.settlement_amount for t in self.trades if t.side is Side.SELL)

    @property
    def accrued_interest(self) -> float:
        """Accrued interest paid, less that received."""
        return sum(
            t.accrued_interest if t.side is Side.BUY else -t.accrued_interest for t in self.trades
        )

    @property
    def transaction_costs(self) -> float:
        """Fees of all trades; spreads between bid and ask are in the prices."""
        return sum(t.transaction_cost for t in self.trades)

    @property
    def net_amount(self) -> float:
        """Money that the trades take: purchases less sales."""
        return self.bought - self.sold


@dataclass(frozen=True, kw_only=True)
class _Quote:
    """What one bond costs and brings, per 100 face."""

    issuer: str
    buy: float
    sell: float
    accrued: float
    fees: float


@dataclass(frozen=True, kw_only=True)
class TradeReasons:
    """Words for trades that have a reason of their own, by identifier."""

    by_identifier: Mapping[str, str] = field(default_factory=dict)

    def of(self, identifier: str, held: float, target: float) -> str:
        """The reason of one trade."""
        if identifier in self.by_identifier:
            return self.by_identifier[identifier]
        if target > held:
            return "adds to a holding" if held else "new holding"
        return "reduces a holding" if target else "closes a holding"


def trade_list(
    bonds: BondUniverse,
    current: CurrentPortfolio,
    targets: Mapping[str, float],
    *,
    costs: TradingCosts,
    reasons: TradeReasons | None = None,
) -> TradeList:
    """The trades from current holdings to target faces, which may already be rounded to lots.

    Parameters
    ----------
    bonds
        Every bond that is held or wanted, with its prices.
    current
        Holdings; those that the universe does not price are sold at their marks, which stand in the
        list as prices without accrued interest.
    targets
        Face by identifier after trading; what is held and not named here is sold.
    costs
        Prices and fees.
    reasons
        Words for some trades, such as forced sales.

    Examples
    --------
    >>> import datetime as dt, numpy as np
    >>> from defease.bonds.universe import BondUniverse
    >>> bonds = BondUniverse(
    ...     settlement=dt.date(2026, 3, 25), identifiers=("a", "b"), coupons=np.zeros(2),
    ...     clean_prices=np.array([90.0, 80.0]),
    ...     maturities=np.array(["2030-01-01"] * 2, "datetime64[D]"))
    >>> held = CurrentPortfolio(faces={"a": 1000.0})
    >>> found = trade_list(bonds, held, {"a": 400.0, "b": 500.0}, costs=TradingCosts())
    >>> [(str(t.side), t.identifier, t.face, t.settlement_amount) for t in found.trades]
    [('sell', 'a', 600.0, 540.0), ('buy', 'b', 500.0, 400.0)]
    >>> found.net_amount
    -140.0
    """
    words = reasons or TradeReasons()
    named = [*current.faces, *(name for name in targets if name not in current.faces)]
    quotes = _quotes(bonds, current, named, costs)
    largest = max([*current.faces.values(), *targets.values()], default=0.0)
    trades: list[Trade] = []
    for name in named:
        held, target = current.faces.get(name, 0.0), targets.get(name, 0.0)
        if abs(target - held) > NEGLIGIBLE * largest:
            trades.append(_trade(name, quotes[name], held, target, words))
    trades.sort(key=lambda trade: (trade.side is Side.BUY, -trade.settlement_amount))
    return TradeList(settlement=bonds.settlement, trades=tuple(trades))


def _trade(
    identifier: str, quote: _Quote, held: float, target: float, reasons: TradeReasons
) -> Trade:
    face, is_purchase = abs(target - held), target > held
    return Trade(
        side=Side.BUY if is_purchase else Side.SELL,
        identifier=identifier,
        issuer=quote.issuer,
        face=face,
        clean_price=quote.buy if is_purchase else quote.sell,
        accrued_interest=face * quote.accrued / FACE,
        transaction_cost=face * quote.fees / FACE,
        reason=reasons.of(identifier, held, target),
    )


def _quotes(
    bonds: BondUniverse, current: CurrentPortfolio, named: list[str], costs: TradingCosts
) -> dict[str, _Quote]:
    known = set(bonds.identifiers)
    marked = [name for name in named if name not in known and name in current.marks]
    places = places_of(bonds.identifiers, [name for name in named if name not in marked])
    prices = trading_prices(bonds, costs)
    quotes = {
        name: _Quote(
            issuer=bonds.issuers[i],
            buy=float(prices.buy[i]),
            sell=float(prices.sell[i]),
            accrued=float(bonds.accrued[i]),
            fees=float(prices.fees[i]),
        )
        for name, i in places.items()
    }
    for name in marked:
        mark = current.marks[name]
        fees = mark * costs.transaction_cost_bp * BASIS_POINT
        quotes[name] = _Quote(issuer="", buy=mark, sell=mark, accrued=0.0, fees=fees)
    return quotes


def trade_file(trades: TradeList) -> str:
    r"""The trades as CSV text for a custodian, one row each under the names of `COLUMNS`.

    ``side`` is buy or sell; ``settlement_date`` is ISO (year-month-day); ``face``,
    ``accrued_interest``, ``transaction_cost`` and ``settlement_amount`` are money with two
    decimals, ``clean_price`` is per 100 face with six; all numbers are positive and plain (a point,
    no thousands).  Text that a spreadsheet would take for a formula starts with an apostrophe;
    tabs and line breaks in it are blanks.

    Examples
    --------
    >>> import datetime as dt
    >>> one = Trade(side=Side.BUY, identifier="=A1", issuer="A, B", face=1000.0, clean_price=99.5,
    ...     accrued_interest=1.25, transaction_cost=0.0, reason="new holding")
    >>> trade_file(TradeList(settlement=dt.date(2026, 3, 25), trades=(one,))).splitlines()[1]
    'buy,\'=A1,"A, B",2026-03-25,1000.00,99.500000,1.25,0.00,996.25,new holding'
    """
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(COLUMNS)
    day = trades.settlement.isoformat()
    for trade in trades.trades:
        amounts = (trade.accrued_interest, trade.transaction_cost, trade.settlement_amount)
        rows.writerow(
            (
                trade.side.value,
                _plain_text(trade.identifier),
                _plain_text(trade.issuer),
                day,
                f"{trade.face:.2f}",
                f"{trade.clean_price:.6f}",
                *(f"{amount:.2f}" for amount in amounts),
                _plain_text(trade.reason),
            )
        )
    return text.getvalue()


def _plain_text(text: str) -> str:
    shown = "".join(letter if letter.isprintable() else " " for letter in text)
    return f"'{shown}" if shown.lstrip().startswith(STARTS_A_FORMULA) else shown
