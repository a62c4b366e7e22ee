"""Present values, durations and key rates of a monthly stream on six bases, against QuantLib."""

import datetime as dt
import sys
from importlib.util import find_spec
from typing import Any

import numpy as np

from benchmarks.harness import Row, at_least, compare, measure, missing, one_thread, report
from defease.cashflows import Payments
from defease.curves import (
    Compounding,
    DiscountCurve,
    Interpolation,
    curve_from_discount_factors,
    curve_from_spot_rates,
    flat_curve,
    segment_curve,
)
from defease.valuation import RiskMeasures, measure_risk, present_value

TODAY = dt.date(2025, 12, 31)
MONTHS = 1_200
TENORS = np.array([0.5, 1, 2, 3, 5, 7, 10, 20, 30, 50, 75, 100])


def stream() -> Payments:
    """1,200 month-end payments that rise, then die out."""
    months = np.arange(1, MONTHS + 1)
    amounts = 1e6 * np.exp(0.004 * months - (months / 450.0) ** 2)
    days = np.datetime64(TODAY) + np.rint(months * 365 / 12).astype(np.int64)
    return Payments.from_dates(TODAY, days, amounts)


def net_stream() -> Payments:
    """The same with contributions above outgo in the first years and the last: signs change."""
    gross = stream()
    inflow = np.where(gross.times < 5, 2.5e6, 0.0) + np.where(gross.times > 80, 1e4, 0.0)
    return Payments.from_times(TODAY, gross.times, gross.amounts - inflow)


def bases() -> list[DiscountCurve]:
    """Six curves of the kinds a report shows side by side."""
    rates = 0.03 + 0.015 * (1 - np.exp(-TENORS / 8))
    curves: list[DiscountCurve] = [
        curve_from_spot_rates(TENORS, rates + spread, compounding=compounding)
        for spread, compounding in (
            (0.0, Compounding.SEMIANNUAL),
            (0.008, Compounding.SEMIANNUAL),
            (0.012, Compounding.ANNUAL),
        )
    ]
    return [*curves, flat_curve(0.07), flat_curve(0.0486), segment_curve([0.0475, 0.0532, 0.0567])]


def on_all_bases(payments: Payments, curves: list[DiscountCurve]) -> list[RiskMeasures]:
    """Every measure of every basis, curves read anew."""
    return [measure_risk(payments, curve) for curve in curves]


def against_quantlib(payments: Payments) -> Row:
    """One present value on a log-linear discount curve, and the same leg in QuantLib."""
    name = "present value of 1,200 flows v. QuantLib CashFlows.npv"
    if find_spec("QuantLib") is None:
        return missing(name, "QuantLib")
    import QuantLib

    ql: Any = QuantLib
    node_days = np.rint(TENORS * 365).astype(np.int64)
    factors = np.exp(-0.04 * node_days / 365)
    ours = curve_from_discount_factors(
        node_days / 365, factors, interpolation=Interpolation.LOG_LINEAR_DISCOUNT
    )
    start = ql.Date(TODAY.day, TODAY.month, TODAY.year)
    ql.Settings.instance().evaluationDate = start
    dates = [start, *(start + int(days) for days in node_days)]
    curve = ql.DiscountCurve(dates, [1.0, *factors.tolist()], ql.Actual365Fixed())
    handle = ql.YieldTermStructureHandle(curve)
    days_ahead = np.rint(payments.times * 365).astype(np.int64)
    leg = ql.Leg(
        [
            ql.SimpleCashFlow(float(amount), start + int(days))
            for amount, days in zip(payments.amounts, days_ahead, strict=True)
        ]
    )

    def agree(first: float, second: float) -> None:
        np.testing.assert_allclose(first, second, rtol=1e-12)

    return compare(
        name,
        lambda: sum(present_value(payments, ours) for _ in range(50)) / 50,
        lambda: sum(ql.CashFlows.npv(leg, handle, False) for _ in range(50)) / 50,
        target=at_least(2.0),
        agree=agree,
        n=MONTHS,
    )


def rows() -> list[Row]:
    """The report's six bases in milliseconds, gross and net, and the ratio to QuantLib."""
    gross, net, curves = stream(), net_stream(), bases()
    with one_thread():
        return [
            measure(
                "1,200 flows, 6 bases, all measures",
                lambda: on_all_bases(gross, curves),
                seconds_at_most=0.020,
                n=MONTHS,
            ),
            measure(
                "the same where signs change",
                lambda: on_all_bases(net, curves),
                seconds_at_most=0.020,
                n=MONTHS,
            ),
            against_quantlib(gross),
        ]


if __name__ == "__main__":
    sys.exit(report(__file__, rows()))
