"""Small sets of priced bonds for tests of curve fits."""

from __future__ import annotations

import numpy as np

from defease.arrays import FloatArray
from defease.curves import DiscountCurve, PricedPayments, priced_payments


def coupon_bonds(
    curve: DiscountCurve, maturities: FloatArray, *, coupon: float = 0.04, noise: float = 0.0
) -> PricedPayments:
    """Half-yearly coupon bonds priced on a curve, with noise of a fixed seed per 100."""
    times = [np.arange(last % 0.5 or 0.5, last + 1e-9, 0.5) for last in maturities.tolist()]
    amounts = [np.append(np.full(len(t) - 1, 50 * coupon), 100 + 50 * coupon) for t in times]
    exact = [float(a @ curve.discount_factors(t)) for t, a in zip(times, amounts, strict=True)]
    starts = np.concatenate([[0], np.cumsum([len(t) for t in times])])
    draw = np.random.default_rng(7).normal(0.0, 1.0, len(times))
    return priced_payments(
        np.concatenate(times), np.concatenate(amounts), starts, np.array(exact) + noise * draw
    )
