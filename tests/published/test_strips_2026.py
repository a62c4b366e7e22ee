"""STRIPS against the curve of coupon bonds.

Source: broker quotes of 243 STRIPS on 2026-03-25, and TreasuryDirect FedInvest prices of 2026-03-24
(middle of buy and sell), both settled the next day.  Ask prices, from one year to run on: nearer
than that the quotes themselves are 4 to 25 basis points wide.
"""

from __future__ import annotations

import numpy as np
import pytest

from defease.arrays import FloatArray
from defease.curves import Compounding, CurveFit, DiscountCurve, fit_svensson
from tests.shared_files import shared_rows
from tests.treasury_fits import notes_and_bonds, payments_and_prices
from tests.treasury_prices import treasuries_of_2026

SETTLEMENT = np.datetime64("2026-03-26", "D")


@pytest.fixture(scope="module")
def fit() -> CurveFit:
    return fit_svensson(payments_and_prices(notes_and_bonds(treasuries_of_2026())))


def yield_gaps(kind: str, curve: DiscountCurve) -> FloatArray:
    """Basis points of bond-equivalent yield that STRIPS lie above the curve."""
    rows = [r for r in shared_rows("data/bonds/strips_quotes_2026-03-25.csv") if r["kind"] == kind]
    assert len(rows) == {"coupon": 120, "principal": 123}[kind]
    days = np.array([row["maturity"] for row in rows], dtype="datetime64[D]") - SETTLEMENT
    years, prices = days.astype(float) / 365, np.array([float(row["ask"]) for row in rows])
    market = 2 * ((prices / 100) ** (-1 / (2 * years)) - 1)
    gaps: FloatArray = 1e4 * (market - curve.spot_rates(years, Compounding.SEMIANNUAL))
    return gaps[years >= 1.0]


def test_coupon_strips_yield_as_published_against_the_curve(fit: CurveFit) -> None:
    gaps = yield_gaps("coupon", fit.curve)
    assert -11.5 < gaps.min() < -8.0
    assert 2.0 < gaps.max() < 5.0


def test_principal_strips_are_dearer_but_follow_the_curve_too(fit: CurveFit) -> None:
    assert -15.0 < np.median(yield_gaps("principal", fit.curve)) < 0.0


def test_the_curve_itself_explains_coupon_bonds(fit: CurveFit) -> None:
    assert fit.report.yield_rms_bp < 5.0
