"""Recipes of generic bond indexes: what 1 of plan currency buys on a curve.

Bonds are bought new on every curve, so that an index of par bonds keeps its maturities while its
duration moves with rates, as the indexes that plans use for a benchmark do.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np

from defease.arrays import FloatArray
from defease.errors import ProblemList, bad_input

if TYPE_CHECKING:
    from collections.abc import Sequence

    from defease.curves import DiscountCurve

COUPONS_A_YEAR = 2
WHOLE = 1e-9
SHORTEST_MATURITY = 0.5
"""Years: no coupon or redemption falls inside the month a holding is kept."""


@dataclass(frozen=True, eq=False)
class UnitHolding:
    """The payments that 1 of plan currency buys: times in years and amounts, shape (n,)."""

    times: FloatArray
    amounts: FloatArray

    def value(self, curve: DiscountCurve, *, elapsed: float = 0.0) -> float:
        """Value when `elapsed` years have gone by; payments inside them count at face."""
        ahead = np.maximum(self.times - elapsed, 0.0)
        return float(self.amounts @ curve.discount_factors(ahead))

    def time_values(self, curve: DiscountCurve) -> FloatArray:
        """``t PV`` of each payment: its loss per unit rise of continuous spot rates."""
        money: FloatArray = self.times * self.amounts * curve.discount_factors(self.times)
        return money


class Recipe(Protocol):
    """How an index is put together anew on a curve."""

    @property
    def name(self) -> str:
        """As reports print it."""

    def bought_on(self, curve: DiscountCurve) -> UnitHolding:
        """What 1 of plan currency buys on that curve."""


@dataclass(frozen=True)
class ParBondIndex:
    """Semiannual par bonds of fixed maturities in fixed weights, renewed every month.

    Attributes
    ----------
    name
        As reports print it.
    maturities
        Years, multiples of one half.
    weights
        Shares of the money, adding up to 1; equal when left out.

    Examples
    --------
    >>> from defease.curves import flat_curve
    >>> index = ParBondIndex("five and ten", (5.0, 10.0))
    >>> curve = flat_curve(0.04)
    >>> holding = index.bought_on(curve)
    >>> round(holding.value(curve), 12), round(float(holding.time_values(curve).sum()), 4)
    (1.0, 6.4692)
    """

    name: str
    maturities: tuple[float, ...]
    weights: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        found = ProblemList()
        for years in self.maturities:
            halves = years * COUPONS_A_YEAR
            if years < SHORTEST_MATURITY or abs(halves - round(halves)) > WHOLE:
                found.add(self.name, f"a maturity of {years:g} years", "give half years above 0")
        if not self.maturities:
            found.add(self.name, "has no maturity", "give maturities in years")
        _check_weights(self.name, self.weights, len(self.maturities), found)
        found.raise_if_any()

    def bought_on(self, curve: DiscountCurve) -> UnitHolding:
        """Par bonds of that curve for 1 of plan currency."""
        count = len(self.maturities)
        weights = self.weights or (1.0 / count,) * count
        parts = [_par_bond(curve, years) for years in self.maturities]
        times = np.concatenate([part.times for part in parts])
        amounts = [weight * part.amounts for weight, part in zip(weights, parts, strict=True)]
        return UnitHolding(times, np.concatenate(amounts))


@dataclass(frozen=True)
class ZeroIndex:
    """Zeros of fixed tenors in fixed weights; the rest of the money is cash (a zero due now).

    Attributes
    ----------
    name
        As reports print it.
    tenors
        Years, at least one half.
    weights
        Shares of the money; what they leave of 1 is cash earning the month's rate.
    """

    name: str
    tenors: tuple[float, ...]
    weights: tuple[float, ...]

    def __post_init__(self) -> None:
        found = ProblemList()
        if len(self.tenors) != len(self.weights) or not self.tenors:
            what = f"{len(self.tenors)} tenors, {len(self.weights)} weights"
            found.add(self.name, what, "give one weight for each tenor")
        if self.tenors and not min(self.tenors) >= SHORTEST_MATURITY:
            what = f"a tenor of {min(self.tenors):g} years"
            found.add(self.name, what, f"give tenors from {SHORTEST_MATURITY} years")
        if not np.isfinite(self.weights).all():
            found.add(self.name, "a weight is not a number", "give finite weights")
        found.raise_if_any()

    @classmethod
    def of_key_rates(
        cls, name: str, durations: Sequence[float], tenors: Sequence[float]
    ) -> ZeroIndex:
        """An index known by its key-rate durations alone, as zeros that have exactly these.

        Examples
        --------
        >>> index = ZeroIndex.of_key_rates("fact sheet", [0.4, 1.5, 2.5], [2.0, 5.0, 10.0])
        >>> [round(weight, 6) for weight in index.weights]
        [0.2, 0.3, 0.25]
        """
        if len(durations) != len(tenors):
            what = f"{len(durations)} durations for {len(tenors)} tenors"
            raise bad_input(where=name, what=what, remedy="give one for each tenor")
        if not all(tenor >= SHORTEST_MATURITY for tenor in tenors):
            remedy = f"give tenors from {SHORTEST_MATURITY} years"
            raise bad_input(where=name, what="a key rate too short to hold", remedy=remedy)
        weights = (each / tenor for each, tenor in zip(durations, tenors, strict=True))
        return cls(name, tuple(tenors), tuple(weights))

    def bought_on(self, curve: DiscountCurve) -> UnitHolding:
        """Zeros of that curve for 1 of plan currency, cash as a payment at time 0."""
        times = np.array(self.tenors)
        amounts = np.array(self.weights) / curve.discount_factors(times)
        cash = 1.0 - sum(self.weights)
        return UnitHolding(np.append(times, 0.0), np.append(amounts, cash))


def _par_bond(curve: DiscountCurve, years: float) -> UnitHolding:
    times = np.arange(1, round(years * COUPONS_A_YEAR) + 1) / COUPONS_A_YEAR
    factors = curve.discount_factors(times)
    amounts = np.full(len(times), (1.0 - factors[-1]) / factors.sum())
    amounts[-1] += 1.0
    return UnitHolding(times, amounts)


def _check_weights(name: str, weights: tuple[float, ...], count: int, found: ProblemList) -> None:
    if not weights:
        return
    if len(weights) != count:
        found.add(name, f"{len(weights)} weights for {count} maturities", "give one for each")
    elif min(weights) < 0 or abs(sum(weights) - 1.0) > WHOLE:
        found.add(name, f"weights add up to {sum(weights):g}", "give shares from 0 adding up to 1")


BROAD_STAND_IN = ParBondIndex("broad index stand-in (par 1-10)", (1.0, 2.0, 3.0, 5.0, 7.0, 10.0))
"""A stand-in for a broad bond index, duration four to five years: a recipe, not that index."""
LONG_STAND_IN = ParBondIndex("long index stand-in (par 10-30)", (10.0, 15.0, 20.0, 25.0, 30.0))
"""A stand-in for a long bond index, nothing shorter than ten years: a recipe, not that index."""
