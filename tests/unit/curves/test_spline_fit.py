"""Smoothing splines: exact where they can be, honest about what they leave."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.polynomial import Polynomial

from defease.curves import (
    Compounding,
    Extrapolation,
    Interpolation,
    Roughness,
    SmoothingPenalty,
    SplineCurve,
    choose_penalty,
    curve_from_spot_rates,
    fit_spline,
    flat_curve,
)
from defease.curves.spline import full_knots, penalty_rows, spline_basis
from defease.errors import InputError
from tests.unit.curves.bonds import coupon_bonds

YEARS = np.concatenate([np.arange(0.5, 10.0, 0.25), np.arange(10.0, 30.5, 0.5)])
CURVE = curve_from_spot_rates(
    [0.5, 2, 5, 10, 20, 30],
    [0.03, 0.032, 0.036, 0.041, 0.044, 0.043],
    compounding=Compounding.CONTINUOUS,
    interpolation=Interpolation.CUBIC_ZERO,
)
FREE = SmoothingPenalty(0.0)


def test_a_spline_recovers_a_cubic_zero_curve_from_coupon_bonds() -> None:
    # inner nodes but the second and the last but one are knots of a not-a-knot spline
    halves = np.arange(0.5, 30.5, 0.5)  # no payment before the first node, where it is level
    fit = fit_spline(coupon_bonds(CURVE, halves), inner_knots=[5, 10], penalty=FREE)
    when = np.linspace(0.5, 30, 60)
    np.testing.assert_allclose(
        fit.curve.continuous_spot_rates(when), CURVE.continuous_spot_rates(when), atol=1e-10
    )
    assert fit.report.price_rms < 1e-9


def test_the_errors_are_yields_on_the_curve_less_market_yields() -> None:
    bonds = coupon_bonds(CURVE, YEARS, noise=0.05)
    report = fit_spline(bonds).report
    on_curve = coupon_bonds(fit_spline(bonds).curve, YEARS)
    exact = on_curve.continuous_yields - bonds.continuous_yields
    np.testing.assert_allclose(report.yield_errors, exact, rtol=5e-3, atol=1e-7)
    assert report.yield_rms_bp == pytest.approx(1e4 * np.sqrt(np.mean(exact**2)), rel=5e-3)
    assert abs(report.worst[0].yield_error) == np.abs(report.yield_errors).max()


def test_the_leave_one_out_error_is_that_of_refitting_without_each_bond() -> None:
    bonds = coupon_bonds(CURVE, np.append(np.arange(1.0, 20.0), [30.0, 30.0]), noise=0.05)
    knots, strength = [3.0, 7.0, 12.0], 1e-7
    closed = fit_spline(bonds, inner_knots=knots, penalty=SmoothingPenalty(strength))
    fewer = SmoothingPenalty(strength * len(bonds) / (len(bonds) - 1))  # of a mean over one less
    misses = []
    for i in range(len(bonds)):
        others = bonds.take(np.arange(len(bonds)) != i)
        curve = fit_spline(others, inner_knots=knots, penalty=fewer).curve
        misses.append((bonds.prices[i] - bonds.prices_on(curve)[i]) / bonds.price_durations[i])
    assert closed.report.leave_one_out_rms == pytest.approx(
        np.sqrt(np.mean(np.square(misses))), rel=0.01
    )


def test_a_bond_that_alone_decides_its_term_is_named() -> None:
    bonds = coupon_bonds(CURVE, np.array([1.0, 2.0, 3.0, 4.0]))
    report = fit_spline(bonds, inner_knots=[], penalty=FREE).report
    assert report.alone == bonds.names
    assert report.leave_one_out_rms is None


@pytest.mark.parametrize("roughness", list(Roughness))
def test_the_penalty_integrates_what_it_says(roughness: Roughness) -> None:
    knots = full_knots([2.0, 5.0], 10.0)
    coefficients = np.array([0.03, 0.05, 0.02, 0.04, 0.045, 0.05])
    rows = penalty_rows(knots, SmoothingPenalty(2.0, roughness, term_weight=1.0))
    time = Polynomial([0.0, 1.0])
    expected = 0.0
    for start, end in ((0.0, 2.0), (2.0, 5.0), (5.0, 10.0)):
        grid = np.linspace(start, end, 4)
        zero = Polynomial.fit(grid, coefficients @ spline_basis(grid, knots), 3).convert()
        forward = (zero * time).deriv()
        rough = {
            Roughness.ZERO_CURVATURE: zero.deriv(2),
            Roughness.FORWARD_SLOPE: forward.deriv(1),
            Roughness.FORWARD_CURVATURE: forward.deriv(2),
        }[roughness]
        whole = (time * rough**2).integ()
        expected += 2.0 * float(whole(end) - whole(start))
    assert np.sum((rows @ coefficients) ** 2) == pytest.approx(expected, rel=1e-9)


def test_extrapolation_is_a_choice() -> None:
    bonds = coupon_bonds(CURVE, YEARS)
    forward, level, refusing = (fit_spline(bonds, extrapolation=e).curve for e in Extrapolation)
    np.testing.assert_allclose(
        forward.forward_rates([25.0], [30.0]), forward.forward_rates([40.0], [50.0]), rtol=1e-12
    )
    np.testing.assert_allclose(
        level.annual_spot_rates([60.0]), level.annual_spot_rates([30.0]), rtol=1e-12
    )
    with pytest.raises(InputError, match="asked at 31 years, its last point is 30 years"):
        refusing.discount_factors([31.0])


def test_the_penalty_with_the_smallest_leave_one_out_error_is_chosen() -> None:
    bonds = coupon_bonds(flat_curve(0.04), YEARS, noise=0.2)
    candidates = [SmoothingPenalty(0.0), SmoothingPenalty(1e-2)]
    assert choose_penalty(bonds, candidates) is candidates[1]  # the truth is a straight line
    with pytest.raises(InputError, match="no candidates"):
        choose_penalty(bonds, [])


def test_what_a_spline_cannot_be_fitted_to_is_refused() -> None:
    bonds = coupon_bonds(CURVE, np.array([1.0, 2.0, 3.0]))
    with pytest.raises(InputError, match="3 bonds for a cubic spline; give at least four bonds"):
        fit_spline(bonds)
    with pytest.raises(InputError, match="knots do not increase between 0 and 30 years"):
        fit_spline(coupon_bonds(CURVE, YEARS), inner_knots=[5, 5])
    with pytest.raises(InputError, match="strength -1"):
        SmoothingPenalty(-1.0)


def test_a_spline_curve_is_the_spline() -> None:
    knots = full_knots([2.0], 10.0)
    coefficients = np.array([0.03, 0.05, 0.02, 0.04, 0.05])
    times = np.linspace(0.0, 10.0, 41)
    np.testing.assert_allclose(
        SplineCurve(knots, coefficients, 10.0).continuous_spot_rates(times[1:]),
        (coefficients @ spline_basis(times, knots))[1:],
        rtol=1e-13,
    )
