"""What is held on the day, what trading costs, and which holdings have to be sold."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from defease.arrays import FloatArray, read_only
from defease.bonds.terms import FACE
from defease.errors import ProblemList
from defease.matching.data import Trading

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from defease.bonds.universe import BondUniverse
    from defease.matching.eligibility import Excluded

BASIS_POINT = 1e-4
WHOLE_PRICE_BP = 10_000.0
PLACE = "holdings"
NO_PRICE = "no price in the universe"


@dataclass(frozen=True, kw_only=True)
class CurrentPortfolio:
    """What is held before trading: face by identifier, and cash.

    Bonds that have matured are not holdings any more: what they paid is part of `cash`, and so are
    contributions received.

    Attributes
    ----------
    faces
        Face amount by identifier, above 0.
    cash
        Cash at settlement, 0 or more.
    marks
        For held bonds that the universe does not price: what 100 face can be sold for, accrued
        interest included.

    Examples
    --------
    >>> CurrentPortfolio(faces={"note": -5.0})
    Traceback (most recent call last):
    ...
    defease.errors.InputError: holdings: note: face must be above 0, got -5.0; drop the row, or correct it
    """  # noqa: E501 - the message as it is shown

    faces: Mapping[str, float] = field(default_factory=dict)
    cash: float = 0.0
    marks: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        found = ProblemList()
        for what, remedy, values in (
            ("face", "drop the row, or correct it", self.faces),
            ("mark", "give what 100 face can be sold for", self.marks),
        ):
            for identifier, value in values.items():
                if not 0.0 < value < math.inf:
                    words = f"{identifier}: {what} must be above 0, got {value}"
                    found.add(PLACE, words, remedy)
        if not 0.0 <= self.cash < math.inf:
            what = f"cash must be 0 or more, got {self.cash}"
            found.add(PLACE, what, "add an overdraft to the payments due, as one at settlement")
        found.raise_if_any()


@dataclass(frozen=True, kw_only=True)
class TradingCosts:
    """What trading costs: the quoted bid and ask where there are both, else a half spread; fees.

    Attributes
    ----------
    transaction_cost_bp
        Fees of every trade in basis points of the price with accrued interest.
    half_spread_bp
        Where a side is not quoted: half of ask less bid, in basis points of the clean price.
    """

    transaction_cost_bp: float = 0.0
    half_spread_bp: float = 0.0

    def __post_init__(self) -> None:
        found = ProblemList()
        if not 0.0 <= self.transaction_cost_bp < math.inf:
            what = f"transaction_cost_bp must be 0 or more, got {self.transaction_cost_bp}"
            found.add("matching", what, "give basis points, as 2.0")
        if not 0.0 <= self.half_spread_bp < WHOLE_PRICE_BP:
            what = f"half_spread_bp must be from 0 to below 10,000, got {self.half_spread_bp}"
            found.add("matching", what, "give basis points of the price, as 10.0")
        found.raise_if_any()


@dataclass(frozen=True, eq=False, kw_only=True)
class TradingPrices:
    """Clean prices at which each bond is bought and sold, and fees, per 100 face, shape (n,)."""

    buy: FloatArray
    sell: FloatArray
    fees: FloatArray


@dataclass(frozen=True, slots=True, kw_only=True)
class ForcedSale:
    """A holding that may not stay: how much, what its sale brings after fees, and why."""

    identifier: str
    face: float
    proceeds: float
    reason: str


def trading_prices(bonds: BondUniverse, costs: TradingCosts) -> TradingPrices:
    """At what price each bond of a universe can be bought and sold.

    Examples
    --------
    >>> import datetime as dt
    >>> from defease.bonds.universe import BondUniverse
    >>> bonds = BondUniverse(
    ...     settlement=dt.date(2026, 3, 25), identifiers=("quoted", "not"), coupons=np.zeros(2),
    ...     clean_prices=np.full(2, 90.0), maturities=np.array(["2030-01-01"] * 2, "datetime64[D]"),
    ...     bids=np.array([89.5, np.nan]), asks=np.array([90.25, np.nan]))
    >>> found = trading_prices(bonds, TradingCosts(half_spread_bp=10.0, transaction_cost_bp=1.0))
    >>> found.buy, found.sell, found.fees
    (array([90.25, 90.09]), array([89.5 , 89.91]), array([0.009, 0.009]))
    """
    half = bonds.clean_prices * (costs.half_spread_bp * BASIS_POINT)
    buy = np.where(np.isnan(bonds.asks), bonds.clean_prices + half, bonds.asks)
    sell = np.where(np.isnan(bonds.bids), bonds.clean_prices - half, bonds.bids)
    fees = bonds.dirty_prices * (costs.transaction_cost_bp * BASIS_POINT)
    # One side quoted and the other made up: nobody buys below where he can sell.
    return TradingPrices(
        buy=read_only(np.maximum(buy, sell)), sell=read_only(sell), fees=read_only(fees)
    )


def trading_of(
    bonds: BondUniverse, current: CurrentPortfolio, costs: TradingCosts, *, sold: Iterable[str] = ()
) -> Trading:
    """Holdings of the bonds of a universe, and what trading costs beyond their prices.

    `sold` are holdings that are no longer there.
    """
    gone = set(sold)
    faces = {name: face for name, face in current.faces.items() if name not in gone}
    prices = trading_prices(bonds, costs)
    return Trading(
        held=read_only(levels_of(bonds.identifiers, faces)),
        buying=read_only(prices.buy - bonds.clean_prices + prices.fees),
        selling=read_only(bonds.clean_prices - prices.sell + prices.fees),
    )


def levels_of(identifiers: Sequence[str], faces: Mapping[str, float]) -> FloatArray:
    """Faces by identifier as levels in units of 100, shape (n,); an unknown one is an error."""
    places = places_of(identifiers, faces)
    levels = np.zeros(len(identifiers))
    levels[list(places.values())] = [faces[name] / FACE for name in places]
    return levels


def places_of(identifiers: Sequence[str], sought: Iterable[str]) -> dict[str, int]:
    """Where each identifier stands; unknown and ambiguous ones are errors, all at once."""
    found, places = ProblemList(), dict(zip(identifiers, range(len(identifiers)), strict=True))
    repeated = len(places) < len(identifiers)
    chosen: dict[str, int] = {}
    for name in sought:
        if repeated and identifiers.count(name) > 1:
            what = f"{name} names more than one bond of the universe"
            found.add(PLACE, what, "give every bond an identifier of its own")
        elif name not in places:
            remedy = "count a matured bond as cash, correct the identifier, or give a mark"
            found.add(PLACE, f"{name} is not in the universe", remedy)
        else:
            chosen[name] = places[name]
    found.raise_if_any()
    return chosen


def forced_sales(
    bonds: BondUniverse,
    excluded: Sequence[Excluded],
    current: CurrentPortfolio,
    costs: TradingCosts,
) -> tuple[ForcedSale, ...]:
    """Holdings that may not be kept: no longer eligible (sold at the bid), or without a price.

    A held bond that the universe does not have is sold at its mark; without one it is an error.
    """
    reasons = {item.identifier: str(item.reason) for item in excluded}
    known = set(bonds.identifiers)
    marked = [name for name in current.faces if name not in known and name in current.marks]
    others = [name for name in current.faces if name not in marked]
    places = places_of(bonds.identifiers, others)
    prices = trading_prices(bonds, costs)
    received = prices.sell + bonds.accrued - prices.fees
    per_100 = {name: float(received[places[name]]) for name in others if name in reasons}
    kept_of_mark = 1.0 - costs.transaction_cost_bp * BASIS_POINT
    per_100 |= {name: current.marks[name] * kept_of_mark for name in marked}
    return tuple(
        ForcedSale(
            identifier=name,
            face=current.faces[name],
            proceeds=current.faces[name] * price / FACE,
            reason=reasons.get(name, NO_PRICE),
        )
        for name, price in per_100.items()
    )
