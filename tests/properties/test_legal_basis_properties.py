"""Legal bases: equal segments are flat, values fall with rates, bridges leave nothing over."""

from __future__ import annotations

import datetime as dt
import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from defease.cashflows import Payments
from defease.curves import CurveShift, curve_from_spot_rates, flat_curve
from defease.curves.compounding import Compounding
from defease.funding.amortisation import (
    AmortisationLayer,
    AmortisationPolicy,
    actuarial_contribution,
)
from defease.funding.minimum import MinimumQuestion, minimum_contribution
from defease.valuation import present_value
from defease.valuation.effective_rate import effective_interest_rate
from defease.valuation.legal import (
    Month,
    NamedBasis,
    SegmentRates,
    aa_corporate_basis,
    assumed_return_basis,
    given_segment_rates,
    ldrom_basis,
    ppa_full_curve_basis,
    segment_basis,
    treasury_basis,
    within_corridor,
)
from defease.valuation.legal.bridge import bridge_between
from defease.valuation.legal.hundredths import half_up, rounded_mean

TODAY = dt.date(2025, 12, 31)
printed = st.integers(1, 1400).map(lambda hundredths: hundredths / 10_000)
triples = st.tuples(printed, printed, printed)
TERMS = [0.5, 2.0, 5.0, 10.0, 20.0, 30.0, 60.0]


@st.composite
def streams(draw: st.DrawFn) -> Payments:
    months = draw(st.lists(st.integers(1, 700), min_size=1, max_size=15, unique=True))
    paid = draw(st.lists(st.floats(0.01, 1e6), min_size=len(months), max_size=len(months)))
    return Payments.from_times(TODAY, np.array(sorted(months)) / 12, paid)


@st.composite
def held_rates(draw: st.DrawFn) -> SegmentRates:
    rates = given_segment_rates(draw(triples))
    year = draw(st.integers(2012, 2045))
    return within_corridor(rates, plan_year=year, averages_25_year=draw(triples))


@st.composite
def bases(draw: st.DrawFn) -> NamedBasis:
    """A basis of any kind."""
    nodes = np.array(draw(st.lists(st.floats(0.005, 0.12), min_size=7, max_size=7)))
    curve = curve_from_spot_rates(TERMS, nodes, compounding=Compounding.ANNUAL)
    kinds = [
        treasury_basis(curve),
        aa_corporate_basis(curve),
        ldrom_basis(curve, yields="made up"),
        ppa_full_curve_basis(TERMS, nodes, month=Month(2025, 11)),
        assumed_return_basis(draw(printed)),
        segment_basis(draw(held_rates()), regime="ppa_430"),
        segment_basis(given_segment_rates(draw(triples)), regime="lump_sum_417e"),
    ]
    return draw(st.sampled_from(kinds))


@given(streams(), printed)
def test_three_equal_segments_are_flat(stream: Payments, rate: float) -> None:
    value = present_value(stream, given_segment_rates([rate] * 3).curve)
    assert value == pytest.approx(present_value(stream, flat_curve(rate)), rel=1e-12)


@given(streams(), bases(), st.floats(1e-6, 0.05))
def test_every_basis_falls_when_rates_rise(
    stream: Payments, basis: NamedBasis, rise: float
) -> None:
    higher = basis.curve.shifted(CurveShift.parallel(rise))
    assert present_value(stream, higher) < present_value(stream, basis.curve)


@given(streams(), triples, st.integers(0, 2), st.integers(1, 500))
def test_a_rise_of_one_segment_never_raises_the_value(
    stream: Payments, rates: tuple[float, float, float], which: int, rise: int
) -> None:
    raised = list(rates)
    raised[which] += rise / 10_000
    before = present_value(stream, given_segment_rates(rates).curve)
    assert present_value(stream, given_segment_rates(raised).curve) <= before


@given(streams(), bases(), bases())
def test_a_bridge_leaves_nothing_over(stream: Payments, start: NamedBasis, end: NamedBasis) -> None:
    bridge = bridge_between(stream, start, end)
    total = math.fsum([bridge.start_value, *bridge.by_cause.values()])
    size = max(bridge.start_value, bridge.end_value, *(c.present_value for c in bridge.changes))
    assert total == pytest.approx(present_value(stream, end.curve), abs=1e-12 * size)


@given(streams(), bases())
def test_the_effective_rate_gives_the_value_of_the_basis(
    stream: Payments, basis: NamedBasis
) -> None:
    rate = effective_interest_rate(stream, basis.curve).rate
    assert rate is not None
    value = present_value(stream, basis.curve)
    assert present_value(stream, flat_curve(rate)) == pytest.approx(value, rel=1e-12)


@given(triples, triples, st.integers(2012, 2045), st.integers(0, 2), st.integers(1, 300))
def test_the_corridor_keeps_order_and_limits(
    rates: tuple[float, float, float],
    averages: tuple[float, float, float],
    year: int,
    which: int,
    rise: int,
) -> None:
    raised = list(rates)
    raised[which] += rise / 10_000
    low = within_corridor(given_segment_rates(rates), plan_year=year, averages_25_year=averages)
    high = within_corridor(given_segment_rates(raised), plan_year=year, averages_25_year=averages)
    assert all(a <= b for a, b in zip(low.rates, high.rates, strict=True))
    again = within_corridor(
        given_segment_rates(low.rates), plan_year=year, averages_25_year=averages
    )
    assert again.rates == low.rates


@given(st.lists(st.integers(-200, 1500), min_size=1, max_size=300))
def test_means_round_half_up_exactly(hundredths: list[int]) -> None:
    mean = Fraction(sum(hundredths), len(hundredths))
    expected = math.floor(mean + Fraction(1, 2))
    found = rounded_mean([h / 10_000 for h in hundredths], where="rates")
    assert round(found * 10_000) == expected == half_up(sum(hundredths), len(hundredths))


@given(st.floats(0.0, 200.0), st.floats(0.0, 5.0), st.floats(1.0, 150.0))
def test_the_minimum_falls_as_assets_grow(assets: float, more: float, target: float) -> None:
    def contribution(market: float) -> float:
        return minimum_contribution(
            MinimumQuestion(
                plan_year=2026,
                funding_target=target,
                target_normal_cost=3.0,
                market_value=market,
                curve=flat_curve(0.05),
            )
        ).contribution

    assert 0.0 <= contribution(assets + more) <= contribution(assets) + 1e-12


@given(st.floats(-0.02, 0.12), st.integers(1, 40), st.floats(1.0, 1e9))
def test_level_payments_are_worth_what_they_amortise(
    rate: float, years: int, unfunded: float
) -> None:
    policy = AmortisationPolicy(annual_rate=rate, years=years)
    paid = actuarial_contribution([AmortisationLayer(unfunded, years)], policy).amortisation
    worth = sum(paid * (1.0 + rate) ** -k for k in range(years))
    assert worth == pytest.approx(unfunded, rel=1e-9)
