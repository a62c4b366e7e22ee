from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from defease.cashflows import Payments
from defease.curves import Compounding, curve_from_spot_rates, flat_curve
from defease.errors import InputError
from defease.valuation import present_value
from defease.valuation.effective_rate import effective_interest_rate
from defease.valuation.legal import (
    Month,
    SegmentElection,
    SegmentRates,
    aa_corporate_basis,
    deduction_404o_basis,
    elected_segment_rates,
    given_segment_rates,
    ldrom_basis,
    lump_sum_417e_basis,
    pbgc_alternative_basis,
    pbgc_standard_basis,
    ppa_430_basis,
    ppa_full_curve_basis,
    published_segment_rates,
    segment_basis,
    smith_wilson_basis,
    strips_basis,
    treasury_basis,
    within_corridor,
)
from defease.valuation.legal.bridge import BridgeCause, basis_bridge, bridge_between, bridges
from defease.valuation.legal.months import months_ending

TODAY = dt.date(2025, 8, 1)
STREAM = Payments.from_times(TODAY, np.arange(1, 61) - 0.5, np.linspace(100.0, 20.0, 60))
TREASURY = treasury_basis(
    curve_from_spot_rates([1, 10, 30], [0.04, 0.043, 0.048], compounding=Compounding.SEMIANNUAL)
)


def elected(*, plan_year: int | None, regime: str) -> SegmentRates:
    months = months_ending(Month(2025, 7), 24)
    rows = [[0.0300 + k / 1e4, 0.0400 + k / 1e4, 0.0450 + k / 1e4] for k in range(24)]
    election = SegmentElection(
        valuation_date=TODAY,
        regime=regime,
        plan_year=plan_year,
        averages_25_year=(0.03, 0.056, 0.062) if plan_year else None,
    )
    return elected_segment_rates(published_segment_rates(months, rows, source="made up"), election)


def test_segment_bases_take_what_their_regime_allows() -> None:
    free = elected(plan_year=None, regime="deduction_404o")
    for build in (deduction_404o_basis, pbgc_alternative_basis, lump_sum_417e_basis):
        basis = build(free)
        assert basis.is_credit
        assert basis.regime == basis.name
        assert basis.benefits
    held = elected(plan_year=2025, regime="ppa_430")
    with pytest.raises(InputError, match="knows no corridor"):
        pbgc_standard_basis(held)
    assert "95-105%" in ppa_430_basis(held).rule


def test_bases_carry_what_is_still_open() -> None:
    basis = ppa_430_basis(elected(plan_year=2025, regime="ppa_430"))
    assert any("compounding" in point for point in basis.to_confirm)
    assert any("rounding" in point for point in basis.to_confirm)
    assert not TREASURY.to_confirm


def test_a_segment_basis_without_regime_is_allowed() -> None:
    basis = segment_basis(given_segment_rates([0.02, 0.04, 0.05]), regime="")
    assert (basis.name, basis.regime, basis.is_credit) == ("segments", "", True)


def test_credit_marks() -> None:
    curve = flat_curve(0.05)
    assert aa_corporate_basis(curve).is_credit
    assert aa_corporate_basis(curve).regime == "asc715"
    assert not ldrom_basis(curve, yields="Treasuries").is_credit
    assert not strips_basis(curve).is_credit
    assert not smith_wilson_basis(curve, ultimate_forward_rate=0.0345, last_liquid=20).is_credit


def test_the_reading_of_the_hqm_curve_is_an_attribute_and_matters() -> None:
    printed = ppa_full_curve_basis([0.5, 100], [0.05, 0.05], month=Month(2025, 7))
    quoted = ppa_full_curve_basis(
        [0.5, 100], [0.05, 0.05], month=Month(2025, 7), read_as=Compounding.SEMIANNUAL
    )
    once = Payments.from_times(TODAY, [20.0], [1.0])
    values = [present_value(once, basis.curve) for basis in (printed, quoted)]
    assert values == pytest.approx([1.05**-20, 1.025**-40], rel=1e-12)
    assert values[0] / values[1] - 1 == pytest.approx(0.012, abs=0.0005)
    assert (printed.read_as, quoted.read_as) == (Compounding.ANNUAL, Compounding.SEMIANNUAL)
    assert "semiannual" in quoted.rule


def test_the_bridge_names_spread_averaging_and_corridor_and_leaves_nothing() -> None:
    end = ppa_430_basis(elected(plan_year=2025, regime="ppa_430"))
    bridge = bridge_between(STREAM, TREASURY, end)
    assert list(bridge.by_cause) == ["spread", "averaging", "corridor"]
    assert bridge.start_value == present_value(STREAM, TREASURY.curve)
    assert bridge.end_value == present_value(STREAM, end.curve)
    total = bridge.start_value + sum(change.change for change in bridge.changes)
    assert total == pytest.approx(bridge.end_value, rel=1e-14)
    # Rates rose through the window, so the average lies below the newest month; the corridor lifts.
    assert bridge.by_cause[BridgeCause.AVERAGING] > 0 > bridge.by_cause[BridgeCause.CORRIDOR]


def test_bases_that_share_their_average_differ_by_the_corridor_alone() -> None:
    start = ppa_430_basis(elected(plan_year=2025, regime="ppa_430"))
    end = deduction_404o_basis(elected(plan_year=None, regime="deduction_404o"))
    bridge = bridge_between(STREAM, start, end)
    assert list(bridge.by_cause) == ["corridor"]
    assert bridge.changes[0].change == pytest.approx(
        present_value(STREAM, end.curve) - present_value(STREAM, start.curve), rel=1e-12
    )


def test_monthly_to_average_is_averaging_alone() -> None:
    start = pbgc_standard_basis(elected(plan_year=None, regime="pbgc_standard"))
    end = pbgc_alternative_basis(elected(plan_year=None, regime="pbgc_alternative"))
    assert list(bridge_between(STREAM, start, end).by_cause) == ["averaging"]
    assert list(bridge_between(STREAM, end, start).by_cause) == ["averaging"]


def test_an_assumed_return_is_reached_by_rates_not_by_spread() -> None:
    flat = ldrom_basis(flat_curve(0.07), yields="none")
    corporate = aa_corporate_basis(flat_curve(0.055))
    assert list(bridge_between(STREAM, corporate, flat).by_cause) == ["rates"]


def test_a_basis_bridged_to_itself_changes_nothing() -> None:
    basis = ppa_430_basis(elected(plan_year=2025, regime="ppa_430"))
    assert bridge_between(STREAM, basis, basis).changes[0].change == 0.0


def test_one_bridge_between_neighbours() -> None:
    flat = ldrom_basis(flat_curve(0.07), yields="none")
    names = [(b.start_name, b.end_name) for b in bridges(STREAM, [TREASURY, flat, TREASURY])]
    assert names == [("treasury", "ldrom"), ("ldrom", "treasury")]
    with pytest.raises(InputError, match="at least one step"):
        basis_bridge(STREAM, TREASURY, "nowhere", [])


def test_effective_rate_gives_the_same_value() -> None:
    held = within_corridor(
        given_segment_rates([0.045, 0.05, 0.068]), plan_year=2026, averages_25_year=[0.05] * 3
    )
    rate = effective_interest_rate(STREAM, held.curve).rate
    assert rate is not None
    value = present_value(STREAM, held.curve)
    assert present_value(STREAM, flat_curve(rate)) == pytest.approx(value, rel=1e-12)
