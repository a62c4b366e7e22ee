"""Payments of several owners valued on one curve: the sums behind every rule of immunisation."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from defease.arrays import read_only
from defease.bonds.pricing import spreads_of_streams
from defease.errors import bad_input

if TYPE_CHECKING:
    from defease.arrays import BoolArray, FloatArray, IntArray
    from defease.curves import CurveShift, DiscountCurve


@dataclass(frozen=True, eq=False)
class SpotMeasures:
    """Present value, money duration and money convexity of streams, shape (streams,) each.

    On annual spot rates r: ``PV = sum F (1+r)^-t``, ``DD = sum t F (1+r)^-(t+1)``,
    ``DC = sum t (t+1) F (1+r)^-(t+2)``: value, minus its first and its second derivative by a
    parallel change of the rates.  On continuous rates: ``sum F P``, ``sum t F P``, ``sum t^2 F P``.
    """

    present_value: FloatArray
    money_duration: FloatArray
    money_convexity: FloatArray


def spot_measures(
    times: FloatArray, amounts: FloatArray, annual_spots: FloatArray, owners: IntArray, count: int
) -> SpotMeasures:
    """Measures of `count` streams whose payments are given flat, `owners` saying whose each is.

    Examples
    --------
    >>> import numpy as np
    >>> one = np.ones(1)
    >>> found = spot_measures(one, 104.0 * one, 0.04 * one, np.zeros(1, dtype=np.int64), 1)
    >>> found.present_value.round(9), found.money_duration.round(6)
    (array([100.]), array([96.153846]))
    """
    growth = 1.0 + annual_spots
    value = amounts * growth**-times
    return _measures(value, (times / growth, times * (times + 1.0) / growth**2), owners, count)


def continuous_measures(
    times: FloatArray,
    amounts: FloatArray,
    continuous_rates: FloatArray,
    owners: IntArray,
    count: int,
) -> SpotMeasures:
    """As `spot_measures`, from continuous rates: weights t and t^2 with no extra power.

    Examples
    --------
    >>> import numpy as np
    >>> one = np.ones(1)
    >>> found = continuous_measures(2 * one, 100 * one, 0 * one, np.zeros(1, dtype=np.int64), 1)
    >>> found.money_duration, found.money_convexity
    (array([200.]), array([400.]))
    """
    value = amounts * np.exp(-continuous_rates * times)
    return _measures(value, (times, times**2), owners, count)


def _measures(
    value: FloatArray, weights: tuple[FloatArray, FloatArray], owners: IntArray, count: int
) -> SpotMeasures:
    terms = (value, value * weights[0], value * weights[1])
    return SpotMeasures(*(np.bincount(owners, term, count).astype(np.float64) for term in terms))


def own_yield_sensitivities(
    times: FloatArray, amounts: FloatArray, semiannual_yields: FloatArray, owners: IntArray
) -> FloatArray:
    """Derivative of each bond's price by its own semiannual yield, negative, shape (bonds,).

    ``k_i = -sum_j F_ij t_j (1 + y_i/2)^(-2 t_j - 1)``.
    """
    discount = (1.0 + semiannual_yields[owners] / 2.0) ** (-2.0 * times - 1.0)
    total = np.bincount(owners, amounts * times * discount, len(semiannual_yields))
    return np.asarray(-total, dtype=np.float64)


@dataclass(frozen=True, eq=False)
class DiscountedStreams:
    """Payments of `count` owners with their values on one curve; arrays of shape (payments,).

    `growth` is 1 + the annual spot rate at each payment's time, `values` are ``F P(t)``.
    """

    times: FloatArray
    amounts: FloatArray
    growth: FloatArray
    values: FloatArray
    owners: IntArray
    count: int

    @classmethod
    def on(
        cls,
        curve: DiscountCurve,
        times: FloatArray,
        amounts: FloatArray,
        owners: IntArray,
        count: int,
    ) -> DiscountedStreams:
        """The payments on a curve; times in years, above 0."""
        growth = 1.0 + curve.annual_spot_rates(times)
        values = amounts * curve.discount_factors(times)
        return cls(times, amounts, read_only(growth), read_only(values), owners, count)

    def sums(self, terms: FloatArray) -> FloatArray:
        """One number a payment added up by owner, shape (count,)."""
        return np.bincount(self.owners, terms, self.count).astype(np.float64)

    @cached_property
    def slopes(self) -> FloatArray:
        """Fall of each payment's value per unit rise of its annual spot rate, ``t F P / (1+r)``."""
        return self.values * self.times / self.growth

    @cached_property
    def measures(self) -> SpotMeasures:
        """Value, money duration and money convexity on the curve's annual spot rates."""
        weights = (self.times / self.growth, self.times * (self.times + 1.0) / self.growth**2)
        return _measures(self.values, weights, self.owners, self.count)

    def squares_about(self, centre: float) -> FloatArray:
        """``sum (t - centre)^2 F P``: M-squared times value, by owner (Fong and Vasicek)."""
        return self.sums((self.times - centre) ** 2 * self.values)

    def key_rates(self, tenors: FloatArray) -> FloatArray:
        """Money key-rate durations, shape (tenors, count): the slopes shared out by hats.

        The hats add up to 1 at every time, so the key rates add up to the money duration.
        """
        hats = (np.interp(self.times, tenors, unit) for unit in np.eye(len(tenors)))
        return np.array([self.sums(self.slopes * hat) for hat in hats])

    def spreads_to(self, prices: FloatArray) -> FloatArray:
        """The addition to annual spot rates at which each owner's payments cost its price."""
        idle = np.flatnonzero(np.bincount(self.owners, minlength=self.count) == 0)
        if len(idle):
            where, remedy = f"bonds[{idle[0]}]", "leave out bonds without payments"
            raise bad_input(where, "has no payments", remedy)
        spreads, settled = spreads_of_streams(
            self.amounts, self.times, self.growth, self.owners, prices
        )
        if not settled.all():
            position = int(np.flatnonzero(~settled)[0])
            where, price = f"bonds[{position}]", prices[position]
            what = f"no spread over the curve explains the price {price:g}"
            raise bad_input(where, what, "check the price and the payments")
        return spreads

    def values_under(self, shift: CurveShift, spreads: FloatArray) -> FloatArray:
        """Value by owner after the curve moves, each owner's spread over it unchanged."""
        growth = self.growth + shift.at(self.times) + spreads[self.owners]
        if growth.size and not growth.min() > 0.0:
            where, what = "curve shift", "a rate at or below -100% after the shift"
            raise bad_input(where, what, "keep every shifted rate above -100%")
        return self.sums(self.amounts * growth**-self.times)

    def where_owner(self, chosen: IntArray) -> DiscountedStreams:
        """The payments of the chosen owners alone, renumbered in the order given."""
        numbers = np.full(self.count, -1, dtype=np.int64)
        numbers[chosen] = np.arange(len(chosen))
        owners = numbers[self.owners]
        kept = owners >= 0
        return replace(self.where(kept), owners=owners[kept], count=len(chosen))

    def where(self, kept: BoolArray) -> DiscountedStreams:
        """Some of the payments; the owners stay."""
        return replace(
            self,
            times=self.times[kept],
            amounts=self.amounts[kept],
            growth=self.growth[kept],
            values=self.values[kept],
            owners=self.owners[kept],
        )
