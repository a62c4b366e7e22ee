"""EIOPA's risk-free curves without volatility adjustment, 53 currencies and countries.

Source: EIOPA, risk-free interest rate term structures (spring 2023): spot rates of 1 to 150 years,
and the parameters and Qb vectors that they were published with; rates are printed to five decimals.
"""

from __future__ import annotations

import numpy as np
import pytest

from defease.curves import (
    Compounding,
    SmithWilsonCurve,
    smith_wilson_from_par_rates,
    smith_wilson_from_spot_rates,
    smith_wilson_from_weights,
)
from tests.shared_files import shared_rows

PRINTED = 5.01e-6


def parameters() -> dict[str, dict[str, str]]:
    return {
        row["country"]: row for row in shared_rows("data/rates/eiopa_smith_wilson_params_2023.csv")
    }


def published_curve(country: str) -> SmithWilsonCurve:
    rows = shared_rows("data/rates/eiopa_smith_wilson_qb_2023.csv")
    own = [(float(row["u_years"]), float(row["qb"])) for row in rows if row["country"] == country]
    times, weights = zip(*own, strict=True)
    row = parameters()[country]
    return smith_wilson_from_weights(
        times, weights, ultimate_rate=float(row["ufr_pct"]) / 100, alpha=float(row["alpha"])
    )


def published_rates(country: str) -> tuple[np.ndarray, np.ndarray]:
    rows = shared_rows("data/rates/eiopa_rfr_spot_no_va_2023.csv")
    table = [(float(row["maturity"]), float(row[country])) for row in rows]
    years, rates = np.array(table).T
    return years, rates


def test_all_curves_follow_from_their_published_weights() -> None:
    countries = list(parameters())
    assert len(countries) == 53
    for country in countries:
        years, rates = published_rates(country)
        assert len(years) == 150
        found = published_curve(country).annual_spot_rates(years)
        np.testing.assert_allclose(found, rates, atol=PRINTED, err_msg=country)


def test_alpha_is_calibrated_to_the_published_one_everywhere() -> None:
    for country, row in parameters().items():
        curve = published_curve(country)
        times = curve.calibration_times
        found = smith_wilson_from_spot_rates(
            times,
            curve.annual_spot_rates(times),
            compounding=Compounding.ANNUAL,
            ultimate_rate=float(row["ufr_pct"]) / 100,
            convergence_time=float(row["llp_years"]) + float(row["convergence_years"]),
        )
        assert found.alpha == pytest.approx(float(row["alpha"]), abs=1.5e-6), country
        np.testing.assert_allclose(found.weights, curve.weights, rtol=2e-3, atol=2e-3)


def test_printed_rates_up_to_the_last_liquid_point_give_the_rest_of_the_euro_curve() -> None:
    years, rates = published_rates("Euro")
    weights = published_curve("Euro").calibration_times
    used = np.isin(years, weights)
    curve = smith_wilson_from_spot_rates(
        years[used], rates[used], compounding=Compounding.ANNUAL, ultimate_rate=0.0345
    )
    assert curve.alpha == pytest.approx(0.117567, abs=2e-3)
    np.testing.assert_allclose(curve.annual_spot_rates(years), rates, atol=5e-5)


def test_par_rates_of_the_euro_curve_give_it_back() -> None:
    published = published_curve("Euro")
    years = published.calibration_times
    adjustment = 0.0010
    swaps = published.par_yields(years, frequency=1) + adjustment
    curve = smith_wilson_from_par_rates(
        years, swaps, credit_adjustment=adjustment, ultimate_rate=0.0345, alpha=0.117567
    )
    np.testing.assert_allclose(curve.par_yields(years, frequency=1), swaps - adjustment, atol=1e-13)
    np.testing.assert_allclose(
        curve.annual_spot_rates(np.arange(1.0, 151.0)),
        published.annual_spot_rates(np.arange(1.0, 151.0)),
        atol=5e-5,
    )
