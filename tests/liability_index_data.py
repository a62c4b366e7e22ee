"""Plans, curve histories and a slow second computation for the tests of the liability index."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from defease.arrays import DateArray, FloatArray
from defease.cashflows import CashFlows, FlowKind
from defease.curves import (
    Compounding,
    CurveHistory,
    DiscountCurve,
    Interpolation,
    curve_history,
    month_ends,
)
from defease.liability_index import CurvesByDate

START = dt.date(2025, 12, 31)
MONTHS = ("2025-12", "2026-01", "2026-02", "2026-03", "2026-04", "2026-05")
NODES = (0.5, 2.0, 5.0, 10.0, 30.0)
RATES = np.array(
    [
        [0.040, 0.041, 0.043, 0.047, 0.049],
        [0.038, 0.040, 0.044, 0.048, 0.051],
        [0.041, 0.042, 0.043, 0.045, 0.046],
        [0.039, 0.043, 0.047, 0.050, 0.052],
        [0.043, 0.043, 0.044, 0.046, 0.047],
        [0.042, 0.041, 0.041, 0.044, 0.048],
    ]
)
SPREADS = np.array([0.010, 0.012, 0.009, 0.015, 0.013, 0.011])[:, None]


def history(
    rates: FloatArray = RATES,
    *,
    months: Sequence[str] = MONTHS,
    interpolation: Interpolation = Interpolation.CUBIC_ZERO,
) -> CurveHistory:
    """Month-end curves through five nodes, annual effective."""
    return curve_history(
        month_ends(months),
        NODES,
        rates,
        compounding=Compounding.ANNUAL,
        interpolation=interpolation,
    )


def flat_history(rate: float, months: Sequence[str] = MONTHS) -> CurveHistory:
    """The same annual effective rate at every term and date."""
    return history(np.full((len(months), len(NODES)), rate), months=months)


def flows_on(
    days: Sequence[str] | DateArray,
    amounts: Sequence[float] | FloatArray,
    *,
    kinds: Sequence[FlowKind] | None = None,
    groups: Sequence[str] | None = None,
    valuation_date: dt.date = START,
) -> CashFlows:
    """Dated amounts, benefits unless said otherwise."""
    dates = np.array(days, dtype="datetime64[D]")
    times = (dates - np.datetime64(valuation_date, "D")).astype(np.int64) / 365
    return CashFlows.from_times(
        valuation_date,
        times=times,
        amounts=amounts,
        kinds=[FlowKind.BENEFITS] * len(dates) if kinds is None else kinds,
        dates=dates,
        groups=groups,
    )


def plan(factor: float = 1.0) -> CashFlows:
    """Benefits and expenses over 35 years in two groups, contributions for ten.

    Monthly in the first year and around the 5th and 20th, else half-yearly.
    """
    monthly = [np.arange(first, first + 12) for first in (1, 55, 235)]
    months = np.unique(np.concatenate([*monthly, np.arange(6, 421, 6)]))
    days = month_ends(np.datetime64("2025-12") + months) - 12
    benefits = factor * 1000.0 * np.exp(0.003 * months - (months / 250.0) ** 2)
    columns = [
        (benefits * 0.7, FlowKind.BENEFITS, "retired"),
        (benefits * 0.3, FlowKind.BENEFITS, "active"),
        (benefits * 0.02, FlowKind.EXPENSES, "retired"),
        (np.where(months <= 120, 300.0, 0.0), FlowKind.CONTRIBUTIONS, "active"),
    ]
    return flows_on(
        np.tile(days, len(columns)),
        np.concatenate([amounts for amounts, _, _ in columns]),
        kinds=[kind for _, kind, _ in columns for _ in months],
        groups=[group for _, _, group in columns for _ in months],
    )


@dataclass
class SlowMonth:
    """One month of a stream by plain loops over its payments, from the definition alone."""

    start: float = 0.0
    income: float = 0.0
    roll: float = 0.0
    level: float = 0.0
    slope: float = 0.0
    curvature: float = 0.0
    rate_change: float = 0.0
    spread_change: float = 0.0
    end: float = 0.0
    forward: float = 0.0
    paid: float = 0.0


def rate(curve: DiscountCurve, time: float) -> float:
    """Annual effective spot rate."""
    return float(curve.annual_spot_rates([time])[0])


def slow_month(
    payments: Sequence[tuple[dt.date, float]],
    dates: tuple[dt.date, dt.date],
    curves: CurvesByDate,
    risk_free: CurvesByDate | None = None,
) -> SlowMonth:
    """Attribution of one month, payment by payment and curve by curve."""
    d0, d1 = dates
    s0, s1 = curves.curve_on(d0), curves.curve_on(d1)
    g0, g1 = (s0, s1) if risk_free is None else (risk_free.curve_on(d0), risk_free.curve_on(d1))
    h = (d1 - d0).days / 365
    two, ten, thirty = (rate(g1, t) - rate(g0, t) for t in (2.0, 10.0, 30.0))
    found = SlowMonth()
    for day, amount in payments:
        t = (day - d0).days / 365
        if t <= 0:
            continue
        v0 = amount * (1 + rate(s0, t)) ** -t
        found.start += v0
        if day <= d1:
            found.paid += amount
            found.income += amount - v0
            found.end += amount
            found.forward += amount
            continue
        left = (day - d1).days / 365
        before = rate(s0, left)
        lever = (min(max(left, 2.0), 30.0) - 10.0) / 28.0 * (thirty - two)
        steps = [
            rate(s0, t),
            before,
            before + ten,
            before + ten + lever,
            before + rate(g1, left) - rate(g0, left),
            rate(s1, left),
        ]
        va, vb, vl, vs, vg, v1 = (amount * (1 + s) ** -left for s in steps)
        found.income += va - v0
        found.roll += vb - va
        found.level += vl - vb
        found.slope += vs - vl
        found.curvature += vg - vs
        found.rate_change += vg - vb
        found.spread_change += v1 - vg
        found.end += v1
        found.forward += v0 * (1 + rate(s0, h)) ** h
    return found
