"""What a bond yields above a discount curve, quoted as yields are."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

from defease.arrays import FloatArray, read_only
from defease.bonds.pricing import price_on_curve
from defease.bonds.yields import yields_to_maturity
from defease.dates import years_between

if TYPE_CHECKING:
    from defease.bonds.universe import BondUniverse
    from defease.curves import DiscountCurve


class YieldBenchmark(StrEnum):
    """The yield of the curve that a bond's own yield is compared with.

    ``same_payments``: the yield of the bond's payments at their price on the curve; ``par``: of a
    par bond of the curve with the bond's maturity; ``zero``: the curve's spot rate there.
    """

    SAME_PAYMENTS = "same_payments"
    PAR = "par"
    ZERO = "zero"


def yield_spreads(
    universe: BondUniverse,
    curve: DiscountCurve,
    *,
    benchmark: YieldBenchmark = YieldBenchmark.SAME_PAYMENTS,
    dirty_prices: FloatArray | None = None,
) -> FloatArray:
    """Yield to maturity above that of the curve, both compounded at the bond's own frequency.

    Only the spread over the same payments is zero for every bond that is priced on the curve; par
    and zero spreads also hold what the coupon does on a curve that is not flat.  A z-spread
    (`z_spreads`) adds to annual effective spot rates instead.

    Parameters
    ----------
    universe : BondUniverse
        The bonds.
    curve : DiscountCurve
        Spot rates as of settlement.
    benchmark : YieldBenchmark
        What the yields are compared with.
    dirty_prices : ndarray of shape (n,)
        Prices other than the universe's own.

    Examples
    --------
    >>> import datetime as dt
    >>> from defease.bonds import BondUniverse
    >>> from defease.curves import flat_curve
    >>> zero = BondUniverse(
    ...     settlement=dt.date(2026, 1, 1), identifiers=("Z",), frequencies=np.array([1]),
    ...     clean_prices=np.array([100 / 1.05]), coupons=np.array([0.0]),
    ...     maturities=np.array(["2027-01-01"], "datetime64[D]"))
    >>> yield_spreads(zero, flat_curve(0.04)).round(12)
    array([0.01])
    """
    yields = yields_to_maturity(universe, dirty_prices=dirty_prices)
    if benchmark is YieldBenchmark.SAME_PAYMENTS:
        on_curve = price_on_curve(universe, curve)
        return read_only(yields - yields_to_maturity(universe, dirty_prices=on_curve))
    return read_only(yields - _curve_yields(universe, curve, benchmark))


def _curve_yields(
    universe: BondUniverse, curve: DiscountCurve, benchmark: YieldBenchmark
) -> FloatArray:
    """Par yield or spot rate at each maturity, asked for once per distinct day and frequency."""
    frequencies = universe.terms.compounding_frequencies
    found = np.zeros(len(universe))
    for frequency in np.unique(frequencies).tolist():
        chosen = frequencies == frequency
        days, places = np.unique(universe.maturities[chosen], return_inverse=True)
        times = years_between(universe.settlement, days)
        if benchmark is YieldBenchmark.PAR:
            rates = curve.par_yields(times, frequency=frequency)
        else:
            rates = frequency * np.expm1(curve.continuous_spot_rates(times) / frequency)
        found[chosen] = rates[places]
    return found
