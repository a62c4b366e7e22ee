"""Valuation against QuantLib: present value, durations and convexity of random streams at 1e-12."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from defease.cashflows import Payments
from defease.curves import Interpolation, curve_from_discount_factors, flat_curve
from defease.valuation import measure_risk, present_value

if TYPE_CHECKING:
    from collections.abc import Iterator

ql: Any = pytest.importorskip("QuantLib")

TODAY = dt.date(2025, 12, 31)
TOLERANCE = 1e-12


@pytest.fixture(autouse=True)
def evaluation_date() -> Iterator[None]:
    settings = ql.Settings.instance()
    before = settings.evaluationDate
    settings.evaluationDate = ql_date(TODAY)
    yield
    settings.evaluationDate = before


def ql_date(day: dt.date) -> Any:
    return ql.Date(day.day, day.month, day.year)


def random_stream(seed: int) -> Payments:
    rng = np.random.default_rng(seed)
    days = np.sort(rng.choice(np.arange(10, 365 * 45), size=120, replace=False))
    return Payments.from_dates(
        TODAY, np.datetime64(TODAY) + days, rng.uniform(1.0, 100.0, size=120)
    )


def leg_of(stream: Payments) -> Any:
    days = stream.dates.astype(object)
    flows = [
        ql.SimpleCashFlow(float(amount), ql_date(day))
        for amount, day in zip(stream.amounts, days, strict=True)
    ]
    return ql.Leg(flows)


@pytest.mark.parametrize("seed", range(5))
def test_present_value_on_discount_factors(seed: int) -> None:
    stream = random_stream(seed)
    node_days = np.array([365 * k for k in (1, 2, 3, 5, 7, 10, 15, 20, 30, 50)])
    rng = np.random.default_rng(100 + seed)
    forwards = rng.uniform(0.0, 0.08, size=len(node_days))
    factors = np.exp(-np.cumsum(forwards * np.diff(node_days / 365, prepend=0.0)))
    ours = curve_from_discount_factors(
        node_days / 365, factors, interpolation=Interpolation.LOG_LINEAR_DISCOUNT
    )
    dates = [ql_date(TODAY), *(ql_date(TODAY + dt.timedelta(days=int(d))) for d in node_days)]
    theirs = ql.DiscountCurve(dates, [1.0, *factors.tolist()], ql.Actual365Fixed())
    expected = ql.CashFlows.npv(leg_of(stream), ql.YieldTermStructureHandle(theirs), False)
    assert present_value(stream, ours) == pytest.approx(expected, rel=TOLERANCE)


@pytest.mark.parametrize("rate", [-0.005, 0.0001, 0.03, 0.07, 0.25])
def test_durations_and_convexity_at_a_yield(rate: float) -> None:
    stream = random_stream(7)
    leg = leg_of(stream)
    theirs = ql.InterestRate(rate, ql.Actual365Fixed(), ql.Compounded, ql.Annual)
    risk = measure_risk(stream, flat_curve(rate))
    assert risk.present_value == pytest.approx(ql.CashFlows.npv(leg, theirs, False), rel=TOLERANCE)
    for ours, kind in (
        (risk.macaulay_duration, ql.Duration.Macaulay),
        (risk.modified_duration, ql.Duration.Modified),
        (risk.modified_spot_duration, ql.Duration.Modified),
    ):
        expected = ql.CashFlows.duration(leg, theirs, kind, False)
        assert ours == pytest.approx(expected, rel=TOLERANCE)
    expected = ql.CashFlows.convexity(leg, theirs, False)
    assert risk.convexity == pytest.approx(expected, rel=TOLERANCE)


def test_yield_of_a_stream() -> None:
    stream = random_stream(11)
    risk = measure_risk(stream, curve_from_discount_factors([10.0, 50.0], [0.7, 0.1]))
    expected = ql.CashFlows.yieldRate(
        leg_of(stream),
        risk.present_value,
        ql.Actual365Fixed(),
        ql.Compounded,
        ql.Annual,
        False,
        ql_date(TODAY),
        ql_date(TODAY),
        1e-14,
        500,
        0.05,
    )
    assert risk.annual_yield == pytest.approx(expected, abs=1e-12)
