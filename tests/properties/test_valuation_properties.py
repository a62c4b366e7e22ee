"""What must hold for any stream: additivity, sums, reversibility, order, up-sets."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from defease.cashflows import Payments, Timing
from defease.curves import Compounding, CurveShift, DiscountCurve, curve_from_spot_rates
from defease.funding import (
    AnnualFlows,
    ExhaustedAssets,
    ExhaustionPolicy,
    OutflowTested,
    ReturnStatus,
    ShortfallYear,
    project_assets,
    required_return,
    single_discount_rate,
    terminal_returns,
)
from defease.shocks import StressScenario
from defease.valuation import (
    measure_risk,
    present_value,
    present_value_of_growing_payments,
    present_value_of_level_payments,
    term_buckets,
    yield_of_stream,
)

if TYPE_CHECKING:
    from defease.arrays import FloatArray

TODAY = dt.date(2025, 12, 31)
amounts = st.floats(0.01, 1e6)
nodes = st.lists(st.floats(-0.01, 0.12), min_size=6, max_size=6)
yearly_timings = st.sampled_from([t for t in Timing if t is not Timing.DATED])


def cents(lowest: int, highest: int) -> st.SearchStrategy[float]:
    """Amounts of money: whole hundredths, so that no test turns on numbers of 1e-300."""
    return st.integers(lowest, highest).map(lambda amount: amount / 100)


@st.composite
def curves(draw: st.DrawFn) -> DiscountCurve:
    rates = draw(nodes)
    return curve_from_spot_rates([1, 2, 5, 10, 20, 30], rates, compounding=Compounding.ANNUAL)


@st.composite
def streams(draw: st.DrawFn, size: st.SearchStrategy[float] = amounts) -> Payments:
    months = draw(st.lists(st.integers(1, 600), min_size=1, max_size=20, unique=True))
    paid = draw(st.lists(size, min_size=len(months), max_size=len(months)))
    return Payments.from_times(TODAY, np.array(sorted(months)) / 12, paid)


@st.composite
def annual_flows(draw: st.DrawFn) -> AnnualFlows:
    years = draw(st.integers(1, 30))
    column = st.lists(cents(0, 10_000), min_size=years, max_size=years)
    return AnnualFlows.from_columns(
        benefits=draw(column), expenses=draw(column), contributions=draw(column)
    )


@given(streams(), streams(), curves())
def test_present_values_add_up(first: Payments, second: Payments, curve: DiscountCurve) -> None:
    both = Payments.from_times(
        TODAY,
        np.concatenate([first.times, second.times]),
        np.concatenate([first.amounts, second.amounts]),
    )
    parts = present_value(first, curve) + present_value(second, curve)
    assert present_value(both, curve) == pytest.approx(parts, rel=1e-12)


@given(streams(), curves())
def test_splitting_payments_changes_nothing(stream: Payments, curve: DiscountCurve) -> None:
    split = Payments.from_times(
        TODAY,
        np.tile(stream.times, 2),
        np.concatenate([0.3 * stream.amounts, 0.7 * stream.amounts]),
    )
    whole, parts = measure_risk(stream, curve), measure_risk(split, curve)
    assert parts.present_value == pytest.approx(whole.present_value, rel=1e-12)
    assert parts.macaulay_duration == pytest.approx(whole.macaulay_duration, rel=1e-9)
    assert parts.convexity == pytest.approx(whole.convexity, rel=1e-12)


@given(streams(), curves())
def test_key_rates_add_up(stream: Payments, curve: DiscountCurve) -> None:
    risk = measure_risk(stream, curve)
    assert risk.key_rate_durations is not None
    assert risk.modified_spot_duration is not None
    total = float(risk.key_rate_durations.sum())
    assert abs(total - risk.modified_spot_duration) <= 1e-12 * max(1, risk.modified_spot_duration)
    assert float(risk.key_rate_dv01s.sum()) == pytest.approx(risk.dv01, rel=1e-12)


@given(streams(), curves())
def test_buckets_add_up(stream: Payments, curve: DiscountCurve) -> None:
    buckets = term_buckets(stream, curve)
    assert sum(b.future_value for b in buckets) == pytest.approx(stream.total, rel=1e-12)
    assert sum(b.present_value for b in buckets) == pytest.approx(
        present_value(stream, curve), rel=1e-12
    )
    assert sum(b.share or 0.0 for b in buckets) == pytest.approx(1.0, rel=1e-12)


@given(streams(), curves(), st.floats(-0.01, 0.03))
def test_a_shift_and_its_reverse_leave_the_value(
    stream: Payments, curve: DiscountCurve, move: float
) -> None:
    shift = CurveShift.parallel(move)
    back = curve.shifted(shift).shifted(-shift)
    assert present_value(stream, back) == pytest.approx(present_value(stream, curve), rel=1e-12)


@given(streams(), curves(), st.floats(1e-5, 0.03))
def test_value_falls_as_rates_rise(stream: Payments, curve: DiscountCurve, move: float) -> None:
    up = curve.shifted(CurveShift.parallel(move))
    assert present_value(stream, up) < present_value(stream, curve)


@given(streams(), curves())
def test_yield_reproduces_the_value(stream: Payments, curve: DiscountCurve) -> None:
    value = present_value(stream, curve)
    rate = yield_of_stream(stream, value).rate
    assert rate is not None
    again = float(stream.amounts @ (1 + rate) ** -stream.times)
    assert again == pytest.approx(value, rel=1e-12)


@given(streams(cents(-100_000, 100_000)), st.floats(-0.5, 3.0))
def test_every_root_of_a_mixed_stream_is_a_root_and_the_planted_one_is_found(
    stream: Payments, planted: float
) -> None:
    value = float(stream.amounts @ (1 + planted) ** -stream.times)
    assume(abs(value) > 1e-9 * np.abs(stream.amounts).sum())
    roots = np.array(yield_of_stream(stream, value).roots)
    for root in roots:
        discounts = (1 + root) ** -stream.times
        size = abs(value) + float(np.abs(stream.amounts) @ discounts)
        assert abs(float(stream.amounts @ discounts) - value) <= 1e-9 * size
    slope = float((stream.times * stream.amounts) @ (1 + planted) ** (-stream.times - 1))
    steepness = abs(slope) / float(np.abs(stream.amounts) @ (1 + planted) ** -stream.times)
    if steepness > 1e-3:  # a root on a plateau of rounding has no exact place
        assert np.abs(roots - planted).min() <= 1e-8


@given(st.floats(-0.5, 1.0), st.floats(-0.2, 0.2), st.integers(1, 60))
def test_annuities_are_sums_of_payments(rate: float, growth: float, years: int) -> None:
    k = np.arange(1, years + 1)
    level = float(np.sum((1 + rate) ** -k))
    growing = float(np.sum((1 + growth) ** (k - 1) * (1 + rate) ** -k))
    assert present_value_of_level_payments(1, rate, years) == pytest.approx(level, rel=1e-11)
    assert present_value_of_growing_payments(1, rate, growth, years) == pytest.approx(
        growing, rel=1e-11
    )


@given(st.floats(1e-14, 1e-6), st.floats(-0.1, 0.1))
def test_annuities_are_smooth_through_their_limits(small: float, growth: float) -> None:
    level = present_value_of_level_payments(1, small, 30)
    assert level == pytest.approx(30 - small * 465, abs=1e-8)
    growing = present_value_of_growing_payments(1, growth + small, growth, 30)
    at_limit = present_value_of_growing_payments(1, growth, growth, 30)
    assert growing == pytest.approx(at_limit, rel=1e-4)
    assert at_limit == pytest.approx(30 / (1 + growth), rel=1e-12)


@given(annual_flows(), st.floats(0, 2000), yearly_timings, st.floats(1e-6, 0.5))
def test_returns_that_hold_form_an_up_set(
    flows: AnnualFlows, assets: float, timing: Timing, above: float
) -> None:
    policy = ExhaustionPolicy(timing=timing, exhausted_assets=ExhaustedAssets.CARRY_NEGATIVE)
    found = required_return(flows, opening_assets=assets, policy=policy)
    assume(found.status is ReturnStatus.UNIQUE)
    assert found.rate is not None
    assume(-0.99 < found.rate < 1e3)  # nearer to -1 the rate itself has few digits
    assert not exhausted(flows, assets, found.rate, policy)
    assert not exhausted(flows, assets, found.rate + above, policy)
    below = found.rate - 1e-6 * (1 + found.rate)
    assert exhausted(flows, assets, below, policy)


def exhausted(flows: AnnualFlows, assets: float, rate: float, policy: ExhaustionPolicy) -> bool:
    return project_assets(flows, opening_assets=assets, annual_return=rate, policy=policy).exhausted


@given(annual_flows(), st.floats(1, 1000), st.floats(1, 1000), yearly_timings)
def test_more_assets_need_less_return(
    flows: AnnualFlows, assets: float, more: float, timing: Timing
) -> None:
    policy = ExhaustionPolicy(timing=timing)
    poor = required_return(flows, opening_assets=assets, policy=policy)
    rich = required_return(flows, opening_assets=assets + more, policy=policy)
    order = {ReturnStatus.NONE: 2, ReturnStatus.UNIQUE: 1, ReturnStatus.ANY: 0}
    assert order[rich.status] <= order[poor.status]
    if poor.rate is not None and rich.rate is not None:
        assert rich.rate <= poor.rate


@given(annual_flows(), st.floats(1, 1000), yearly_timings)
def test_status_agrees_with_extreme_returns(
    flows: AnnualFlows, assets: float, timing: Timing
) -> None:
    policy = ExhaustionPolicy(timing=timing, exhausted_assets=ExhaustedAssets.CARRY_NEGATIVE)
    found = required_return(flows, opening_assets=assets, policy=policy)
    if found.status is ReturnStatus.ANY:
        assert not exhausted(flows, assets, -0.999, policy)
    if found.status is ReturnStatus.NONE:
        assert exhausted(flows, assets, 1e3, policy)


@given(annual_flows(), st.floats(1, 1000), yearly_timings)
def test_with_net_outgo_every_year_the_yield_is_the_required_return(
    flows: AnnualFlows, assets: float, timing: Timing
) -> None:
    outgo = AnnualFlows.from_columns(benefits=flows.benefits + 1.0)
    policy = ExhaustionPolicy(timing=timing)
    found = required_return(outgo, opening_assets=assets, policy=policy)
    assume(found.rate is not None and -0.98 < found.rate < 9.9)
    terminal = terminal_returns(outgo, opening_assets=assets, policy=policy)
    assert terminal == pytest.approx((found.rate,), rel=1e-9, abs=1e-11)


@given(
    annual_flows(),
    st.floats(0, 2000),
    st.floats(0.0, 0.12),
    st.floats(0.0, 0.12),
    st.sampled_from(list(ShortfallYear)),
    st.sampled_from(list(OutflowTested)),
)
def test_single_rate_lies_between_its_two_rates_and_reproduces_the_value(
    flows: AnnualFlows,
    assets: float,
    assumed: float,
    municipal: float,
    shortfall: ShortfallYear,
    tested: OutflowTested,
) -> None:
    policy = ExhaustionPolicy(shortfall_year=shortfall, tested_outflow=tested)
    blend = single_discount_rate(
        flows,
        opening_assets=assets,
        assumed_return=assumed,
        municipal_rate=municipal,
        policy=policy,
    )
    assert min(assumed, municipal) <= blend.rate <= max(assumed, municipal)
    benefits = blend.projection.benefits
    times = np.arange(len(benefits)) + 0.5
    again = float(benefits @ (1 + blend.rate) ** -times)
    assert again == pytest.approx(blend.present_value, rel=1e-11, abs=1e-11)
    if blend.projection.first_insufficient_year is None:
        assert blend.rate == assumed


@given(annual_flows(), st.floats(0, 2000), st.floats(-0.2, 0.3), yearly_timings)
def test_assets_move_by_what_is_paid_and_earned(
    flows: AnnualFlows, assets: float, rate: float, timing: Timing
) -> None:
    path = project_assets(
        flows,
        opening_assets=assets,
        annual_return=rate,
        policy=ExhaustionPolicy(timing=timing),
    )
    moved = path.opening + path.contributions - path.benefits - path.expenses + path.earnings
    scale = 1.0 + np.abs(path.opening) + path.benefits + path.expenses + path.contributions
    assert (np.abs(moved + path.unpaid - path.closing) <= 1e-11 * scale).all()
    assert (path.closing >= 0).all()
    np.testing.assert_array_equal(path.opening[1:], path.closing[:-1])


@given(st.floats(-0.5, 0.5), st.floats(-0.5, 0.5), st.floats(0, 2))
def test_scaling_a_scenario_scales_every_shock(rates: float, equity: float, size: float) -> None:
    unit = StressScenario(name="unit", rates=rates, equity=equity)
    scaled = unit.scaled(size)
    assert scaled == replace(unit, rates=size * rates, equity=size * equity)


def independent_path(net: FloatArray, assets: float, rate: float) -> list[float]:
    """Mid-year accumulation from first principles: every flow grown to every later year's end."""
    return [
        assets * (1 + rate) ** t - sum(net[k] * (1 + rate) ** (t - k - 0.5) for k in range(t))
        for t in range(1, len(net) + 1)
    ]


@given(annual_flows(), st.floats(0, 2000), st.floats(-0.2, 0.3))
def test_projection_equals_direct_accumulation(
    flows: AnnualFlows, assets: float, rate: float
) -> None:
    policy = ExhaustionPolicy(exhausted_assets=ExhaustedAssets.CARRY_NEGATIVE)
    path = project_assets(flows, opening_assets=assets, annual_return=rate, policy=policy)
    direct = independent_path(flows.net[: len(path)], assets, rate)
    scale = (assets + np.abs(flows.net).sum() + 1) * max(1.0, 1 + rate) ** len(path)
    assert np.abs(path.closing - direct).max() <= 1e-12 * scale
