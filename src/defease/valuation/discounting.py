"""What a stream of payments is worth today on a discount curve."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from defease.arrays import FloatArray, read_only
from defease.errors import Caution

if TYPE_CHECKING:
    from defease.cashflows import Payments
    from defease.curves import DiscountCurve

SMALLEST_MEANINGFUL_SHARE = 0.01
"""A ratio is not meaningful when its present value is at or below this share of sum |PV_j|."""


@dataclass(frozen=True, eq=False)
class DiscountedPayments:
    """A stream with each payment's annual growth factor and present value on one curve.

    Attributes
    ----------
    times, amounts
        Years and plan currency, shape (n,).
    growth
        1 + annual effective spot rate at each payment's time (1 at t = 0), shape (n,).
    values
        Present value of each payment ``PV_j = CF_j P(t_j)``, shape (n,).
    """

    times: FloatArray
    amounts: FloatArray
    growth: FloatArray
    values: FloatArray

    @property
    def present_value(self) -> float:
        """Sum of the values."""
        return float(self.values.sum())

    @property
    def smallest_meaningful(self) -> float:
        """The present value at or below which ratios of this stream are not meaningful."""
        return SMALLEST_MEANINGFUL_SHARE * float(np.abs(self.values).sum())

    @property
    def is_meaningful(self) -> bool:
        """Whether ratios to the present value (durations, shares, returns) say anything."""
        return self.present_value > self.smallest_meaningful

    def moved(self, move: float | FloatArray) -> float:
        """Present value after annual spot rates move by `move`, each payment repriced."""
        shifted: FloatArray = self.amounts * np.exp(-self.times * np.log(self.growth + move))
        return float(shifted.sum())


def discount(payments: Payments, curve: DiscountCurve) -> DiscountedPayments:
    """Every payment of a stream valued on a curve.

    Examples
    --------
    >>> import datetime as dt
    >>> from defease.cashflows import Payments
    >>> from defease.curves import flat_curve
    >>> stream = Payments.from_times(dt.date(2025, 12, 31), [1.0, 2.0], [110.0, 121.0])
    >>> discount(stream, flat_curve(0.10)).values.round(9)
    array([100., 100.])
    """
    times = payments.times
    log_discounts = curve.log_discounts(times)
    # At t = 0 a spot rate is a limit that multiplies nothing: any finite growth factor serves.
    growth = np.exp(np.divide(-log_discounts, times, out=np.zeros(len(times)), where=times > 0))
    values = payments.amounts * np.exp(log_discounts)
    return DiscountedPayments(times, payments.amounts, read_only(growth), read_only(values))


def present_value(payments: Payments, curve: DiscountCurve) -> float:
    """What a stream of payments is worth today: ``sum CF_j P(t_j)``, plan currency.

    Negative when inflows are worth more than outgo.

    Examples
    --------
    >>> import datetime as dt
    >>> from defease.cashflows import Payments
    >>> from defease.curves import flat_curve
    >>> due = Payments.from_times(dt.date(2025, 12, 31), [20.0], [100.0])
    >>> round(present_value(due, flat_curve(0.04)), 6)
    45.638695
    """
    return float(payments.amounts @ curve.discount_factors(payments.times))


def share_beyond_curve(payments: Payments, curve: DiscountCurve) -> float:
    """Share of the present value (in absolute amounts) that rests on extrapolated rates.

    Examples
    --------
    >>> import datetime as dt
    >>> from defease.cashflows import Payments
    >>> from defease.curves import flat_curve
    >>> share_beyond_curve(Payments.from_times(dt.date(2025, 12, 31), [90], [1]), flat_curve(0.04))
    0.0
    """
    sizes = np.abs(payments.amounts) * curve.discount_factors(payments.times)
    total = float(sizes.sum())
    return float(sizes[payments.times > curve.last_time].sum()) / total if total > 0 else 0.0


def extrapolation_caution(payments: Payments, curve: DiscountCurve) -> Caution | None:
    """The sentence that goes with values resting on extrapolated rates; None when none do."""
    share = share_beyond_curve(payments, curve)
    if not share:
        return None
    message = (
        f"{share:.1%} of the present value is due after {curve.last_time:g} years, "
        "beyond the curve's last point: rates are extrapolated there"
    )
    return Caution("extrapolated", message)
