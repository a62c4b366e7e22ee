"""Nelson-Siegel and Svensson fits."""

from __future__ import annotations

import numpy as np
import pytest

from defease.curves import (
    SvenssonCurve,
    fit_nelson_siegel,
    fit_svensson,
    flat_curve,
    gsw_curve,
    nelson_siegel_curve,
    svensson_curve,
)
from defease.curves.svensson_fit import zero_rates_and_slopes
from defease.errors import InputError
from tests.unit.curves.bonds import coupon_bonds

YEARS = np.arange(0.5, 30.5, 0.5)
TRUE = svensson_curve([0.045, -0.02, 0.01, 0.02], [1.5, 8.0])


@pytest.mark.parametrize("humps", [1, 2])
def test_derivatives_agree_with_differences(humps: int) -> None:
    point = np.array([0.04, -0.02, 0.03, -0.01][: 2 + humps] + [0.3, -1.2][:humps])
    times, bump = np.array([0.05, 1.0, 7.0, 30.0]), 1e-6
    _, slopes = zero_rates_and_slopes(point, times, humps=humps)
    for k, unit in enumerate(np.eye(len(point))):
        up, _ = zero_rates_and_slopes(point + bump * unit, times, humps=humps)
        down, _ = zero_rates_and_slopes(point - bump * unit, times, humps=humps)
        np.testing.assert_allclose(slopes[k], (up - down) / (2 * bump), atol=1e-9)


def test_rates_of_the_fit_are_those_of_the_curve() -> None:
    point = np.concatenate([TRUE.betas, np.log(1 / TRUE.taus)])
    rates, _ = zero_rates_and_slopes(point, YEARS, humps=2)
    np.testing.assert_allclose(rates, TRUE.continuous_spot_rates(YEARS), rtol=1e-12)


def test_rates_of_a_svensson_curve_are_recovered_from_its_bonds() -> None:
    # other parameters give nearly the same curve: a tenth of a basis point tells them apart
    fit = fit_svensson(coupon_bonds(TRUE, YEARS))
    gaps = fit.curve.continuous_spot_rates(YEARS) - TRUE.continuous_spot_rates(YEARS)
    assert np.abs(gaps).max() < 3e-5
    assert fit.report.yield_rms_bp < 0.1


def test_a_nelson_siegel_curve_is_recovered_from_its_bonds() -> None:
    true = nelson_siegel_curve([0.045, -0.02, 0.01], 2.0)
    fit = fit_nelson_siegel(coupon_bonds(true, YEARS))
    assert isinstance(fit.curve, SvenssonCurve)
    np.testing.assert_allclose(fit.curve.betas, true.betas, atol=1e-6)
    assert fit.curve.taus[0] == pytest.approx(2.0, rel=1e-4)


def test_errors_stay_at_the_noise() -> None:
    fit = fit_svensson(coupon_bonds(TRUE, YEARS, noise=0.02))
    assert 0.015 < fit.report.price_rms < 0.025


def test_a_decay_at_its_bound_is_said() -> None:
    slow = nelson_siegel_curve([0.10, -0.07, 0.0], 90.0)
    fit = fit_nelson_siegel(coupon_bonds(slow, YEARS))
    assert [caution.code for caution in fit.cautions][:1] == ["fit_bound"]
    assert "ended at its bound" in fit.cautions[0].message


def test_a_flat_market_gives_a_flat_curve() -> None:
    fit = fit_svensson(coupon_bonds(flat_curve(0.04), YEARS))
    np.testing.assert_allclose(fit.curve.annual_spot_rates(YEARS), 0.04, atol=1e-6)


def test_forward_rates_are_the_slope_of_the_discount_factors() -> None:
    step = 1e-5
    logs = TRUE.log_discounts(YEARS - step) - TRUE.log_discounts(YEARS + step)
    np.testing.assert_allclose(
        TRUE.instantaneous_forward_rates(YEARS), logs / (2 * step), atol=1e-9
    )


@pytest.mark.parametrize("rate", [-0.005, 0.0, 0.5])
def test_markets_far_from_the_usual(rate: float) -> None:
    bonds = coupon_bonds(flat_curve(rate), YEARS, noise=0.02)
    assert fit_svensson(bonds).report.price_rms < 0.03


def test_parameters_that_make_no_curve_are_refused() -> None:
    with pytest.raises(InputError, match="taus"):
        svensson_curve([0.04, 0, 0, 0], [1.0, 0.0])
    with pytest.raises(InputError, match="taus"):
        gsw_curve([4.0, 0, 0, 1.0], [1.0, -5.0])
    with pytest.raises(InputError, match="5 bonds for 6 parameters"):
        fit_svensson(coupon_bonds(TRUE, YEARS[:5]))
