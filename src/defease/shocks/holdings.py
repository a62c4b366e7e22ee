"""What is owned, in the forms a stress can reprice: asset-class sleeves and bonds by payments."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

from defease.curves import CurveShift
from defease.errors import bad_input
from defease.solvers import find_root
from defease.valuation import discount, present_value

if TYPE_CHECKING:
    from defease.cashflows import Payments
    from defease.curves import DiscountCurve
    from defease.shocks.scenarios import StressScenario


class SleeveRole(StrEnum):
    """What an asset class is held for."""

    GROWTH = "growth"
    HEDGE = "hedge"
    CASH = "cash"


@dataclass(frozen=True, kw_only=True)
class AssetSleeve:
    """An asset class at market value, known by its exposures and not by its payments.

    Convention: a sleeve with a duration is repriced as the zero-coupon bond whose modified
    (annual-spot) duration on the curve equals it, ``T = D (1 + s(T))``; market exposures multiply:
    ``V' = V (P'(T)/P(T)) (1 + b_e equity) (1 + b_r real_estate) (1 + b_i inflation)``.

    Attributes
    ----------
    name
        The asset class.
    market_value
        Plan currency.
    role
        A hedge sleeve without a duration does not move with rates, which the result says.
    modified_duration
        Years against annual effective spot rates; None for none.
    spread_exposure
        Share of a spread shock that its rates feel: 1 for corporate bonds, 0 for governments.
    equity_exposure, real_estate_exposure
        Return per unit of the market's return.
    inflation_beta
        Return per unit of change of the rate of inflation; None when unknown.
    """

    name: str
    market_value: float
    role: SleeveRole
    modified_duration: float | None = None
    spread_exposure: float = 0.0
    equity_exposure: float = 0.0
    real_estate_exposure: float = 0.0
    inflation_beta: float | None = None

    def __post_init__(self) -> None:
        if self.modified_duration is not None and not 0 <= self.modified_duration < np.inf:
            where = f"asset class {self.name!r}: duration"
            what = f"is {self.modified_duration:g} years"
            raise bad_input(where=where, what=what, remedy="give years of zero or more")

    @property
    def moves_with_inflation(self) -> bool:
        """Whether an inflation shock can be computed for it."""
        return self.inflation_beta is not None

    def value_under(self, scenario: StressScenario, curve: DiscountCurve) -> float:
        """Market value after the shock, each exposure fully revalued."""
        return (
            self.market_value
            * self._rate_factor(scenario, curve)
            * (1.0 + self.equity_exposure * scenario.equity)
            * (1.0 + self.real_estate_exposure * scenario.real_estate)
            * (1.0 + (self.inflation_beta or 0.0) * scenario.inflation)
        )

    def first_order_change(self, scenario: StressScenario, curve: DiscountCurve) -> float:
        """Money change that durations and exposures alone would predict."""
        term = zero_coupon_term(curve, self.modified_duration or 0.0)
        move = float(self._shift(scenario).at(np.array([term]))[0])
        relative = (
            -(self.modified_duration or 0.0) * move
            + self.equity_exposure * scenario.equity
            + self.real_estate_exposure * scenario.real_estate
            + (self.inflation_beta or 0.0) * scenario.inflation
        )
        return self.market_value * relative

    def _shift(self, scenario: StressScenario) -> CurveShift:
        return scenario.rate_shift + CurveShift.parallel(self.spread_exposure * scenario.spread)

    def _rate_factor(self, scenario: StressScenario, curve: DiscountCurve) -> float:
        if not self.modified_duration:
            return 1.0
        term = np.array([zero_coupon_term(curve, self.modified_duration)])
        shifted = curve.shifted(self._shift(scenario))
        return float(np.exp(shifted.log_discounts(term) - curve.log_discounts(term))[0])


def zero_coupon_term(curve: DiscountCurve, modified_duration: float) -> float:
    """Years T of the zero-coupon bond with a given modified spot duration: ``T = D (1 + s(T))``.

    Examples
    --------
    >>> from defease.curves import flat_curve
    >>> round(zero_coupon_term(flat_curve(0.04), 10.0), 9)
    10.4
    """
    if modified_duration == 0:
        return 0.0

    def excess(term: float) -> float:
        return term - modified_duration * (1.0 + float(curve.annual_spot_rates(term)))

    high = 2.0 * modified_duration
    while excess(high) < 0:
        high *= 2.0
    return find_root(excess, 0.0, high)


@dataclass(frozen=True, eq=False, kw_only=True)
class BondSleeve:
    """Bonds known by their payments, repriced on a curve plus their own spread.

    Attributes
    ----------
    name
        As the report shows it.
    payments
        What the bonds pay, positive amounts.
    curve
        Spot rates before the spread.
    spread
        Added to annual effective spot rates, decimal; see `spread_to_price`.
    spread_exposure
        Share of a spread shock that its rates feel: 1 for corporate bonds, 0 for governments.
    """

    name: str
    payments: Payments
    curve: DiscountCurve
    spread: float = 0.0
    spread_exposure: float = 0.0

    @property
    def market_value(self) -> float:
        """Present value before any shock."""
        return present_value(self.payments, self._own_curve)

    @property
    def moves_with_inflation(self) -> bool:
        """Fixed payments do not follow inflation, which is an answer: they do not move."""
        return True

    @property
    def _own_curve(self) -> DiscountCurve:
        return self.curve.shifted(CurveShift.parallel(self.spread))

    def _shift(self, scenario: StressScenario) -> CurveShift:
        return scenario.rate_shift + CurveShift.parallel(self.spread_exposure * scenario.spread)

    def value_under(self, scenario: StressScenario, curve: DiscountCurve) -> float:  # noqa: ARG002
        """Value of the payments after the shock; bonds keep to their own curve."""
        return present_value(self.payments, self._own_curve.shifted(self._shift(scenario)))

    def first_order_change(self, scenario: StressScenario, curve: DiscountCurve) -> float:  # noqa: ARG002
        """Money change that durations alone would predict."""
        return first_order_change(self.payments, self._own_curve, self._shift(scenario))


def first_order_change(payments: Payments, curve: DiscountCurve, shift: CurveShift) -> float:
    """The duration estimate of a shift: ``-sum t PV_j/(1+s_j) x shift(t_j)``, money.

    Examples
    --------
    >>> import datetime as dt
    >>> from defease.cashflows import Payments
    >>> from defease.curves import flat_curve
    >>> due = Payments.from_times(dt.date(2025, 12, 31), [20.0], [100.0])
    >>> round(first_order_change(due, flat_curve(0.04), CurveShift.parallel(0.02)), 4)
    -17.5533
    """
    stream = discount(payments, curve)
    slopes = stream.times * stream.values / stream.growth
    return -float(slopes @ shift.at(stream.times))


def spread_to_price(payments: Payments, curve: DiscountCurve, market_value: float) -> float:
    """The constant added to annual spot rates at which payments are worth their market value.

    Examples
    --------
    >>> import datetime as dt
    >>> from defease.cashflows import Payments
    >>> from defease.curves import flat_curve
    >>> bond = Payments.from_times(dt.date(2025, 12, 31), [1.0, 2.0], [5.0, 105.0])
    >>> round(spread_to_price(bond, flat_curve(0.04), 100.0), 9)
    0.01
    """
    stream = discount(payments, curve)
    if not market_value > 0 or not stream.present_value > 0 or (stream.amounts < 0).any():
        what = f"payments worth {stream.present_value:g} cannot be priced at {market_value:g}"
        remedy = "give positive payments and a positive market value"
        raise bad_input(where="bond holdings", what=what, remedy=remedy)

    def excess(spread: float) -> float:
        return stream.moved(spread) - market_value

    low, high = -0.5 * (float(stream.growth.min())), 1.0
    return find_root(excess, low, high)
