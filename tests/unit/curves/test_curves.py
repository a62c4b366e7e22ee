"""What each kind of curve says at and between its nodes, and what it refuses."""

from __future__ import annotations

import numpy as np
import pytest

from defease.curves import (
    Compounding,
    CurveShift,
    DiscountCurve,
    Extrapolation,
    Interpolation,
    curve_from_discount_factors,
    curve_from_forward_rates,
    curve_from_par_yields,
    curve_from_spot_rates,
    flat_curve,
    segment_curve,
)
from defease.curves.monotone_convex import monotone_convex
from defease.errors import InputError, SolverError

TIMES = np.array([0.5, 1.0, 2.0, 5.0, 10.0, 30.0])
RATES = np.array([0.05, 0.047, 0.043, 0.041, 0.044, 0.046])


def spot_curve(interpolation: Interpolation) -> DiscountCurve:
    return curve_from_spot_rates(
        TIMES, RATES, compounding=Compounding.SEMIANNUAL, interpolation=interpolation
    )


@pytest.mark.parametrize("interpolation", list(Interpolation))
def test_quoted_rates_come_back_at_the_nodes(interpolation: Interpolation) -> None:
    curve = spot_curve(interpolation)
    np.testing.assert_allclose(curve.spot_rates(TIMES, Compounding.SEMIANNUAL), RATES, rtol=1e-13)
    np.testing.assert_allclose(
        curve.discount_factors(TIMES), (1 + RATES / 2) ** (-2 * TIMES), rtol=1e-13
    )


def test_linear_zero_is_a_line_in_continuous_rates_between_nodes() -> None:
    zero = 2 * np.log1p(RATES / 2)
    when = np.array([0.7, 3.3, 20.0])
    np.testing.assert_allclose(
        spot_curve(Interpolation.LINEAR_ZERO).continuous_spot_rates(when),
        np.interp(when, TIMES, zero),
        rtol=1e-13,
    )


def test_log_linear_discount_has_constant_forwards_between_nodes() -> None:
    curve = spot_curve(Interpolation.LOG_LINEAR_DISCOUNT)
    first, second = curve.forward_rates([5.0, 7.0], [6.0, 9.0])
    assert first == pytest.approx(second, rel=1e-12)


def test_flat_forward_continues_the_last_average_forward_and_flat_zero_the_last_rate() -> None:
    forward = spot_curve(Interpolation.MONOTONE_CONVEX)
    inside = forward.forward_rates([10.0], [30.0])
    beyond = forward.forward_rates([30.0, 40.0], [35.0, 90.0])
    np.testing.assert_allclose(beyond, np.repeat(inside, 2), rtol=1e-12)
    level = curve_from_spot_rates(
        TIMES, RATES, compounding=Compounding.ANNUAL, extrapolation=Extrapolation.FLAT_ZERO
    )
    np.testing.assert_allclose(level.annual_spot_rates([45.0]), RATES[-1], rtol=1e-13)


def test_refusing_to_extrapolate_names_the_time_and_the_remedy() -> None:
    curve = curve_from_spot_rates(
        TIMES, RATES, compounding=Compounding.ANNUAL, extrapolation=Extrapolation.REFUSE
    )
    assert curve.discount_factors([30.0])[0] > 0
    with pytest.raises(
        InputError, match=r"asked at 60 years, its last point is 30 years; .*longer"
    ):
        curve.discount_factors([1.0, 60.0])


def test_factors_forwards_and_spots_are_three_views_of_one_curve() -> None:
    by_spot = spot_curve(Interpolation.LOG_LINEAR_DISCOUNT)
    by_factor = curve_from_discount_factors(
        TIMES, by_spot.discount_factors(TIMES), interpolation=Interpolation.LOG_LINEAR_DISCOUNT
    )
    forwards = by_spot.forward_rates(np.r_[0, TIMES[:-1]], TIMES)
    by_forward = curve_from_forward_rates(TIMES, forwards, compounding=Compounding.ANNUAL)
    when = np.linspace(0, 50, 101)
    for other in (by_factor, by_forward):
        np.testing.assert_allclose(
            other.discount_factors(when), by_spot.discount_factors(when), rtol=1e-12
        )


def test_par_bootstrap_on_a_full_grid_is_the_textbook_recursion() -> None:
    years = np.arange(0.5, 10.1, 0.5)
    yields = 0.03 + 0.002 * years - 0.0001 * years**2
    factors: list[float] = []
    for coupon in yields:
        factors.append((1 - coupon / 2 * sum(factors)) / (1 + coupon / 2))
    curve = curve_from_par_yields(years, yields)
    np.testing.assert_allclose(curve.discount_factors(years), factors, rtol=1e-13)


def test_a_bill_shorter_than_a_coupon_period_earns_simple_interest() -> None:
    curve = curve_from_par_yields([1 / 12, 0.5, 1.0], [0.0537, 0.0489, 0.0438])
    assert curve.discount_factors([1 / 12])[0] == pytest.approx(1 / (1 + 0.0537 / 12), rel=1e-13)


def test_monotone_convex_agrees_with_the_papers_formulas_by_integration() -> None:
    """Forwards from the four printed cases of Hagan and West, integrated numerically."""
    times = np.array([1.0, 2.0, 3.5, 5.0, 8.0, 12.0])
    average = np.array([0.03, 0.04, 0.035, 0.06, 0.05, 0.052])
    widths = np.diff(np.r_[0.0, times])
    curve = monotone_convex(times, np.cumsum(average * widths))
    for t in np.linspace(0.01, 11.99, 41):
        grid = np.linspace(0.0, t, 2001)
        rates = [_paper_forward(times, average, s) for s in grid]
        assert curve(np.array([t]))[0] == pytest.approx(np.trapezoid(rates, grid), rel=2e-4)


def _paper_forward(times: np.ndarray, average: np.ndarray, t: float) -> float:
    ends = np.r_[0.0, times]
    n = len(times)
    f = np.zeros(n + 1)
    for i in range(1, n):
        span = ends[i + 1] - ends[i - 1]
        f[i] = (ends[i] - ends[i - 1]) / span * average[i] + (
            ends[i + 1] - ends[i]
        ) / span * average[i - 1]
    f[0] = average[0] - 0.5 * (f[1] - average[0])
    f[n] = average[n - 1] - 0.5 * (f[n - 1] - average[n - 1])
    f[0] = min(max(f[0], 0), 2 * average[0])
    for i in range(1, n):
        f[i] = min(max(f[i], 0), 2 * min(average[i - 1], average[i]))
    f[n] = min(max(f[n], 0), 2 * average[n - 1])
    i = min(max(int(np.searchsorted(ends, t, side="left")), 1), n)
    x = (t - ends[i - 1]) / (ends[i] - ends[i - 1])
    return float(
        average[i - 1] + _paper_deviation(f[i - 1] - average[i - 1], f[i] - average[i - 1], x)
    )


def _paper_deviation(g0: float, g1: float, x: float) -> float:
    """The four regions of the paper, written for g0 < 0; the others are mirror images."""
    if g0 > 0:
        return -_paper_deviation(-g0, -g1, x)
    if -0.5 * g0 <= g1 <= -2 * g0:
        return g0 * (1 - 4 * x + 3 * x * x) + g1 * (-2 * x + 3 * x * x)
    if g1 > -2 * g0:
        eta = (g1 + 2 * g0) / (g1 - g0)
        return g0 if x <= eta else g0 + (g1 - g0) * ((x - eta) / (1 - eta)) ** 2
    if g1 > 0:
        eta = 3 * g1 / (g1 - g0)
        return g1 + (g0 - g1) * ((eta - x) / eta) ** 2 if x < eta else g1
    eta, level = g1 / (g1 + g0), -g0 * g1 / (g0 + g1)
    end, way = (g0, (eta - x) / eta) if x <= eta else (g1, (x - eta) / (1 - eta))
    return level + (end - level) * way**2


def test_segments_belong_to_the_time_of_payment() -> None:
    curve = segment_curve([0.0155, 0.0376, 0.0473])
    when = np.array([4.99, 5.0, 19.99, 20.0])
    expected = 1 / np.array([1.0155, 1.0376, 1.0376, 1.0473]) ** when
    np.testing.assert_allclose(curve.discount_factors(when), expected, rtol=1e-14)


def test_a_steepening_turns_around_ten_years_and_stops_at_two_and_thirty() -> None:
    moved = flat_curve(0.04).shifted(CurveShift.steepening(0.01))
    change = moved.annual_spot_rates([0.5, 2.0, 10.0, 30.0, 60.0]) - 0.04
    np.testing.assert_allclose(
        change, [-8 / 2800, -8 / 2800, 0.0, 20 / 2800, 20 / 2800], atol=1e-15
    )


def test_a_shift_and_its_opposite_return_the_curve_itself() -> None:
    curve = spot_curve(Interpolation.MONOTONE_CONVEX)
    shift = CurveShift.parallel(0.02) + CurveShift.steepening(-0.01)
    assert curve.shifted(shift).shifted(-shift) is curve


@pytest.mark.parametrize(
    ("times", "rates", "message"),
    [
        ([], [], "no points"),
        ([1.0, 1.0], [0.03, 0.04], "increasing"),
        ([2.0, 1.0], [0.03, 0.04], "increasing"),
        ([0.0, 1.0], [0.03, 0.04], "above 0"),
        ([1.0], [0.03, 0.04], "1 maturities but 2 values"),
        ([1.0], [-1.0], "-100%"),
        ([1.0], [float("nan")], "not a finite number"),
    ],
)
def test_tables_that_are_no_curve_are_refused(
    times: list[float], rates: list[float], message: str
) -> None:
    with pytest.raises(InputError, match=message):
        curve_from_spot_rates(times, rates, compounding=Compounding.ANNUAL)


def test_par_yields_that_no_curve_can_price_are_a_solver_error() -> None:
    with pytest.raises(SolverError, match="away from par"):
        curve_from_par_yields([1.0, 2.0], [0.01, 5.0])


def test_a_shift_that_takes_a_rate_to_minus_100_percent_is_refused() -> None:
    with pytest.raises(InputError, match="-100%"):
        flat_curve(0.04).shifted(CurveShift.parallel(-1.05)).discount_factors([1.0])


def test_negative_times_are_refused() -> None:
    with pytest.raises(InputError, match="count forward"):
        flat_curve(0.04).discount_factors([-1.0])
