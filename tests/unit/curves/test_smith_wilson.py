"""Smith-Wilson curves: the market up to the last liquid point, the ultimate rate beyond."""

from __future__ import annotations

import numpy as np
import pytest

from defease.curves import (
    Compounding,
    smith_wilson_from_par_rates,
    smith_wilson_from_spot_rates,
    smith_wilson_from_weights,
)
from defease.curves.smith_wilson import heart
from defease.errors import InputError, ModelError

YEARS = np.array([1.0, 2.0, 5.0, 10.0, 20.0])
RATES = np.array([0.035, 0.033, 0.030, 0.029, 0.027])


def test_the_kernel_is_that_of_the_regulator() -> None:
    times, knots, a = np.array([0.5, 3.0, 30.0]), np.array([1.0, 10.0]), 0.13
    least, most = np.minimum.outer(times, knots), np.maximum.outer(times, knots)
    expected = a * least - np.exp(-a * most) * np.sinh(a * least)
    np.testing.assert_allclose(heart(times, knots, a), expected, rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("compounding", list(Compounding))
def test_market_rates_come_back(compounding: Compounding) -> None:
    curve = smith_wilson_from_spot_rates(
        YEARS, RATES, compounding=compounding, ultimate_rate=0.0345, alpha=0.12
    )
    np.testing.assert_allclose(curve.spot_rates(YEARS, compounding), RATES, rtol=1e-11)
    assert curve.last_time == 20.0


def test_alpha_is_the_smallest_that_converges_in_time() -> None:
    curve = smith_wilson_from_spot_rates(
        YEARS, RATES, compounding=Compounding.ANNUAL, ultimate_rate=0.0345
    )
    assert curve.distance_from_ultimate(60.0) <= 1e-4
    slower = smith_wilson_from_spot_rates(
        YEARS, RATES, compounding=Compounding.ANNUAL, ultimate_rate=0.0345, alpha=curve.alpha - 1e-5
    )
    assert slower.distance_from_ultimate(60.0) > 1e-4


def test_the_distance_is_that_of_the_instantaneous_forward_rate() -> None:
    curve = smith_wilson_from_spot_rates(
        YEARS, RATES, compounding=Compounding.ANNUAL, ultimate_rate=0.0345, alpha=0.1
    )
    logs = curve.log_discounts([39.9999, 40.0001])
    forward = (logs[0] - logs[1]) / 0.0002
    found = abs(forward - np.log1p(0.0345))
    assert curve.distance_from_ultimate(40.0) == pytest.approx(found, rel=1e-5)


def test_swaps_are_worth_par_after_the_credit_adjustment() -> None:
    curve = smith_wilson_from_par_rates(
        np.arange(1.0, 21.0), np.linspace(0.035, 0.028, 20), credit_adjustment=0.001,
        ultimate_rate=0.0345, alpha=0.12,
    )  # fmt: skip
    np.testing.assert_allclose(
        curve.par_yields(np.arange(1.0, 21.0), frequency=1),
        np.linspace(0.035, 0.028, 20) - 0.001,
        rtol=1e-10,
    )


def test_what_makes_no_curve_is_refused() -> None:
    with pytest.raises(InputError, match="2 times and 1 weights"):
        smith_wilson_from_weights([1, 2], [0.0], ultimate_rate=0.03, alpha=0.1)
    with pytest.raises(InputError, match="alpha is 0"):
        smith_wilson_from_weights([1], [0.0], ultimate_rate=0.03, alpha=0.0)
    with pytest.raises(InputError, match="not above 0 and increasing"):
        smith_wilson_from_weights([2, 1], [0.0, 0.0], ultimate_rate=0.03, alpha=0.1)
    with pytest.raises(InputError, match="convergence at 10 years, not after"):
        smith_wilson_from_spot_rates(
            YEARS, RATES, compounding=Compounding.ANNUAL, ultimate_rate=0.03, convergence_time=10.0
        )


def test_discount_factors_at_or_below_zero_are_an_error_with_their_time() -> None:
    curve = smith_wilson_from_weights([1.0], [-50.0], ultimate_rate=0.03, alpha=0.1)
    with pytest.raises(ModelError, match=r"the discount factor at 30 years is not above 0"):
        curve.discount_factors([0.0, 30.0])
