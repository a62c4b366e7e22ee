"""Small liabilities and curve histories for tests of portable alpha and of matching's rivals."""

from __future__ import annotations

import numpy as np

from defease.arrays import DateArray, FloatArray
from defease.curves import Compounding, CurveHistory, Interpolation, curve_history, month_ends
from defease.performance.panels import DiscountPanel, discount_panel

NODES = [1.0, 5.0, 10.0, 30.0]


def months_of(count: int) -> DateArray:
    """Month ends from January 2020."""
    first = np.datetime64("2020-01")
    return month_ends(np.arange(first, first + count))


def history_of(rates: FloatArray) -> CurveHistory:
    """A monthly history from annual spot rates at `NODES`, shape (dates, 4)."""
    return curve_history(
        months_of(len(rates)),
        NODES,
        rates,
        compounding=Compounding.ANNUAL,
        interpolation=Interpolation.LINEAR_ZERO,
    )


def flat_history(rate: float, dates: int) -> CurveHistory:
    """The same flat curve at every date."""
    return history_of(np.full((dates, len(NODES)), rate))


def wandering_history(dates: int, *, seed: int = 4) -> CurveHistory:
    """Curves whose four nodes walk on their own."""
    steps = np.random.default_rng(seed).normal(0.0, 0.003, (dates, len(NODES)))
    return history_of(np.clip(0.04 + steps.cumsum(axis=0), 0.001, 0.15))


def monthly_payments(curves: CurveHistory, months: int) -> DiscountPanel:
    """A panel of payments at each month end after the first curve."""
    first = curves.dates[0].astype("datetime64[M]") + 1
    return discount_panel(curves, month_ends(np.arange(first, first + months)))
