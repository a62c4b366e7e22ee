"""What holds for every market that curves are fitted to."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from defease.curves import (
    Compounding,
    Interpolation,
    SmoothingPenalty,
    bootstrap_bonds,
    fit_spline,
    smith_wilson_from_spot_rates,
    svensson_curve,
)
from tests.unit.curves.bonds import coupon_bonds

levels = st.floats(-0.005, 0.09)
humps = st.floats(-0.04, 0.04)
taus = st.floats(0.5, 20.0)
local = st.sampled_from([each for each in Interpolation if each is not Interpolation.CUBIC_ZERO])


@settings(max_examples=40, deadline=None)
@given(
    level=levels, hump=humps, tau=taus, interpolation=local,
    months=st.sets(st.integers(1, 360), min_size=2, max_size=12),
)  # fmt: skip
def test_bootstrapped_curves_reprice_their_bonds(
    level: float, hump: float, tau: float, interpolation: Interpolation, months: set[int]
) -> None:
    true = svensson_curve([level, 0.0, hump, 0.0], [tau, tau])
    bonds = coupon_bonds(true, np.array(sorted(months)) / 12.0)
    curve = bootstrap_bonds(bonds, interpolation=interpolation).curve
    np.testing.assert_allclose(bonds.prices_on(curve), bonds.prices, rtol=1e-12)


@settings(max_examples=25, deadline=None)
@given(level=levels, hump=humps, tau=taus, weak=st.floats(-9.0, -3.0), more=st.floats(0.5, 4.0))
def test_a_stronger_penalty_never_fits_better(
    level: float, hump: float, tau: float, weak: float, more: float
) -> None:
    true = svensson_curve([level, 0.0, hump, 0.0], [tau, tau])
    bonds = coupon_bonds(true, np.arange(0.5, 30.5, 0.5), noise=0.1)
    loose, tight = (
        fit_spline(bonds, penalty=SmoothingPenalty(10.0**power)).report
        for power in (weak, weak + more)
    )
    # the penalty acts on errors per price x duration, whose mean square the report gives
    assert tight.yield_rms >= loose.yield_rms * (1 - 1e-9)


@settings(max_examples=60, deadline=None)
@given(
    gap=st.floats(-0.02, 0.02), slope=st.floats(-0.0005, 0.0005), ultimate=st.floats(0.02, 0.06),
    alpha=st.floats(0.1, 0.5),
)  # fmt: skip
def test_smith_wilson_is_positive_and_ends_at_the_ultimate_rate(
    gap: float, slope: float, ultimate: float, alpha: float
) -> None:
    years = np.array([1.0, 3.0, 5.0, 10.0, 20.0])
    rates = ultimate + gap + slope * years
    curve = smith_wilson_from_spot_rates(
        years, rates, compounding=Compounding.ANNUAL, ultimate_rate=ultimate, alpha=alpha
    )
    assert (curve.discount_factors(np.arange(0.0, 151.0)) > 0).all()
    np.testing.assert_allclose(curve.annual_spot_rates(years), rates, atol=1e-9)
    far = 20.0 + 40.0 / alpha
    np.testing.assert_allclose(curve.forward_rates([far], [far + 1]), ultimate, atol=1e-9)
