"""Coverage through time: an identity, a slow loop, and what is refused."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from defease.cashflows import Payments
from defease.curves import Compounding, curve_from_spot_rates, flat_curve
from defease.errors import InputError
from defease.funding import FundedStatus, coverage_test
from defease.valuation import present_value

TODAY = dt.date(2025, 12, 31)
STREAM = Payments.from_times(TODAY, np.arange(1, 31) - 0.5, 10 + np.arange(30) % 7)
CURVE = curve_from_spot_rates(
    [1, 5, 10, 30], [0.03, 0.035, 0.04, 0.045], compounding=Compounding.ANNUAL
)


@pytest.mark.parametrize("assets", [100.0, 250.0])
def test_when_assets_earn_the_forwards_today_decides_every_day(assets: float) -> None:
    """Identity: A_t - PV_t = (A_0 - PV_0) / P(t)."""
    test = coverage_test(STREAM, CURVE, assets=assets)
    today = assets - present_value(STREAM, CURVE)
    np.testing.assert_allclose(test.margins, today / CURVE.discount_factors(test.times), rtol=1e-10)
    assert (test.first_failure is None) == (today >= 0)


def test_a_constant_return_is_rolled_payment_by_payment() -> None:
    test = coverage_test(STREAM, CURVE, assets=180.0, annual_return=0.06)
    held, before = 180.0, 0.0
    for k, (time, amount) in enumerate(zip(STREAM.times, STREAM.amounts, strict=True), start=1):
        held = held * 1.06 ** (time - before) - amount
        later = sum(
            a * CURVE.discount_factors([t])[0] / CURVE.discount_factors([time])[0]
            for t, a in zip(STREAM.times, STREAM.amounts, strict=True)
            if t > time
        )
        assert test.assets[k] == pytest.approx(held, rel=1e-12)
        assert test.present_values[k] == pytest.approx(later, rel=1e-11, abs=1e-11)
        before = float(time)


def test_a_return_that_loses_everything_is_refused() -> None:
    with pytest.raises(InputError, match="loses everything"):
        coverage_test(STREAM, flat_curve(0.04), assets=1.0, annual_return=-1.0)


def test_contributions_as_an_asset_and_netted_agree_only_at_full_funding() -> None:
    """80 + 17.807289 against 100: the published 97.81% (contributions in arrears at 4%)."""
    paid_in = present_value(
        Payments.from_times(TODAY, np.arange(1, 6), np.full(5, 4.0)), flat_curve(0.04)
    )
    status = FundedStatus(assets=80, liability_gross=100, liability_net=100 - paid_in, is_net=True)
    assert status.funded_ratio_contributions_as_assets == pytest.approx(
        0.9780728932406482, rel=1e-12
    )
    full = FundedStatus(
        assets=100 - paid_in, liability_gross=100, liability_net=100 - paid_in, is_net=True
    )
    assert full.funded_ratio_contributions_as_assets == pytest.approx(1.0)
    assert full.funded_ratio == pytest.approx(1.0)
