"""Identities of curves that hold for any rates."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from defease.curves import (
    Compounding,
    CurveShift,
    Interpolation,
    curve_from_par_yields,
    curve_from_spot_rates,
)
from defease.curves.compounding import from_continuous, to_continuous
from defease.curves.monotone_convex import monotone_convex

TENORS = np.array([0.25, 0.5, 1.0, 2.0, 3.0, 5.0, 7.0, 10.0, 20.0, 30.0])
rates = st.lists(st.floats(-0.01, 0.15), min_size=len(TENORS), max_size=len(TENORS))
smooth = st.tuples(st.floats(0.005, 0.12), st.floats(-0.03, 0.03), st.floats(0.5, 8.0))
interpolations = st.sampled_from(list(Interpolation))
positive_forwards = st.lists(
    st.tuples(st.floats(0.1, 5.0), st.floats(1e-4, 0.3)), min_size=1, max_size=12
)


@given(rates, st.sampled_from(list(Compounding)))
def test_compounding_there_and_back_is_the_identity(quoted: list[float], kind: Compounding) -> None:
    given_rates = np.array(quoted)
    np.testing.assert_allclose(
        from_continuous(to_continuous(given_rates, kind), kind), given_rates, atol=1e-15
    )


@settings(max_examples=60, deadline=None)
@given(smooth, interpolations)
def test_par_to_spot_to_par_is_the_identity(
    shape: tuple[float, float, float], interpolation: Interpolation
) -> None:
    level, slope, decay = shape
    yields = np.maximum(level + slope * (1 - np.exp(-TENORS / decay)), 0.001)
    curve = curve_from_par_yields(TENORS, yields, interpolation=interpolation)
    np.testing.assert_allclose(curve.par_yields(TENORS), yields, atol=1e-12)


@given(rates, interpolations, st.floats(-0.005, 0.05), st.floats(-0.02, 0.02))
def test_shift_then_unshift_restores_every_discount_factor(
    quoted: list[float], interpolation: Interpolation, level: float, slope: float
) -> None:
    curve = curve_from_spot_rates(
        TENORS, quoted, compounding=Compounding.ANNUAL, interpolation=interpolation
    )
    when = np.linspace(0, 60, 121)
    shift = CurveShift.parallel(level) + CurveShift.steepening(slope)
    back = curve.shifted(shift).shifted(-shift)
    np.testing.assert_array_equal(back.discount_factors(when), curve.discount_factors(when))


@given(rates, st.floats(-0.01, 0.05), st.floats(-0.01, 0.05))
def test_stacked_shifts_add(quoted: list[float], first: float, second: float) -> None:
    curve = curve_from_spot_rates(TENORS, quoted, compounding=Compounding.ANNUAL)
    when = np.linspace(0.5, 60, 120)
    stacked = curve.shifted(CurveShift.parallel(first)).shifted(CurveShift.parallel(second))
    np.testing.assert_allclose(
        stacked.annual_spot_rates(when), curve.annual_spot_rates(when) + first + second, atol=1e-13
    )


@given(positive_forwards)
def test_monotone_convex_keeps_averages_and_positivity(
    steps: list[tuple[float, float]],
) -> None:
    widths, average = np.array(steps).T
    times = np.cumsum(widths)
    logs = np.cumsum(widths * average)
    curve = monotone_convex(times, logs)
    np.testing.assert_allclose(curve(times), logs, rtol=1e-12)
    assert curve.slope(np.linspace(0, times[-1], 1001)).min() >= -1e-12


@given(rates, interpolations)
def test_discount_factors_are_forwards_chained(
    quoted: list[float], interpolation: Interpolation
) -> None:
    curve = curve_from_spot_rates(
        TENORS, quoted, compounding=Compounding.CONTINUOUS, interpolation=interpolation
    )
    ends = np.arange(1.0, 51.0)
    chained = np.cumprod(1 / (1 + curve.forward_rates(ends - 1, ends)))
    np.testing.assert_allclose(chained, curve.discount_factors(ends), rtol=1e-11)
