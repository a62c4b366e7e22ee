"""Real curves and the inflation that nominal and inflation-linked bonds imply together.

A real curve is an ordinary `DiscountCurve` fitted to the real payments and real (quoted) prices of
inflation-linked bonds, by any of the fits: an index ratio on both sides of a price cancels.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from defease.arrays import FloatArray, frozen_floats, read_only
from defease.errors import bad_input

if TYPE_CHECKING:
    import numpy.typing as npt

    from defease.curves.discount import DiscountCurve


@dataclass(frozen=True, eq=False)
class BreakevenCurve:
    """Inflation at which nominal and inflation-linked bonds earn the same.

    It is inflation of the reference index (three months behind prices in the US), and holds what
    investors pay for inflation risk, liquidity and the deflation floor: a price, not a forecast.

    Attributes
    ----------
    nominal, real
        Discount curves in money and in purchasing power, as of the same day.
    """

    nominal: DiscountCurve
    real: DiscountCurve

    @property
    def last_time(self) -> float:
        """Years to which both curves rest on market data."""
        return min(self.nominal.last_time, self.real.last_time)

    def index_growth(self, times: npt.ArrayLike) -> FloatArray:
        """Index at each time over the index today: ``P_real(t) / P_nominal(t)``."""
        logs = self.real.log_discounts(times) - self.nominal.log_discounts(times)
        growth: FloatArray = np.exp(logs)
        return growth

    def rates(self, times: npt.ArrayLike) -> FloatArray:
        """Average annual inflation to each time: ``(1 + nominal spot) / (1 + real spot) - 1``.

        Examples
        --------
        >>> from defease.curves import flat_curve
        >>> BreakevenCurve(flat_curve(0.0404), flat_curve(0.02)).rates([5.0, 30.0]).round(12)
        array([0.02, 0.02])
        """
        gap = self.nominal.continuous_spot_rates(times) - self.real.continuous_spot_rates(times)
        inflation: FloatArray = np.expm1(gap)
        return inflation

    def forward_rates(self, starts: npt.ArrayLike, ends: npt.ArrayLike) -> FloatArray:
        """Annual inflation between two times, from the nominal and the real forward rate."""
        money, goods = (curve.forward_rates(starts, ends) for curve in (self.nominal, self.real))
        inflation: FloatArray = (1.0 + money) / (1.0 + goods) - 1.0
        return inflation


def indexed_payments(
    coupons: npt.ArrayLike,
    principals: npt.ArrayLike,
    index_ratios: npt.ArrayLike,
    *,
    floor: float = 1.0,
) -> FloatArray:
    """What an inflation-linked bond pays in money, with its deflation floor on principal.

    ``coupon x ratio + principal x max(ratio, floor)``: US bonds repay at least their face amount
    (floor 1), while coupons follow the index down as well.

    Parameters
    ----------
    coupons, principals
        Real payments at each date, in the same unit.
    index_ratios
        Index ratio at each date: reference CPI over the bond's own base CPI.
    floor
        Least index ratio of principal; 0 for bonds without a floor.

    Examples
    --------
    >>> indexed_payments([1.0, 1.0], [0.0, 100.0], [0.99, 0.95])
    array([  0.99, 100.95])
    """
    ratios = frozen_floats(index_ratios, name="index ratios")
    interest, repaid = (
        frozen_floats(coupons, name="coupons"),
        frozen_floats(principals, name="principals"),
    )
    if not (ratios > 0).all():
        remedy = "give reference CPI over base CPI"
        raise bad_input(where="index ratios", what="one is not above 0", remedy=remedy)
    return read_only(interest * ratios + repaid * np.maximum(ratios, floor))
