"""A curve on top of another, and inflation between two."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from defease.curves import (
    BreakevenCurve,
    Compounding,
    CurveShift,
    cpi_series,
    curve_from_spot_rates,
    curve_with_spread,
    flat_curve,
    index_ratios,
    indexed_payments,
    replacement_level,
    spread_between,
)
from defease.errors import InputError

TREASURY = curve_from_spot_rates([1, 5, 30], [0.03, 0.035, 0.045], compounding=Compounding.ANNUAL)
WHEN = np.array([0.5, 1.0, 3.0, 7.0, 30.0, 50.0])


@pytest.mark.parametrize("compounding", list(Compounding))
def test_spreads_are_added_to_rates_of_the_named_compounding(compounding: Compounding) -> None:
    curve = curve_with_spread(TREASURY, [2, 10], [0.01, 0.02], name="AA", compounding=compounding)
    gap = curve.spot_rates(WHEN, compounding) - TREASURY.spot_rates(WHEN, compounding)
    np.testing.assert_allclose(gap, [0.01, 0.01, 0.01125, 0.01625, 0.02, 0.02], atol=1e-14)
    assert curve.last_time == TREASURY.last_time
    assert curve.discount_factors([0.0])[0] == 1.0


def test_a_spread_read_off_two_curves_gives_the_upper_one_back() -> None:
    upper = flat_curve(0.055)
    curve = spread_between(upper, TREASURY, WHEN, name="AA over Treasury")
    np.testing.assert_allclose(curve.annual_spot_rates(WHEN), 0.055, rtol=1e-13)


def test_impossible_spreads_name_the_curve() -> None:
    with pytest.raises(InputError, match="AA: 2 tenors and 1 spreads"):
        curve_with_spread(TREASURY, [1, 2], [0.01], name="AA")
    with pytest.raises(InputError, match=r"AA: a rate of -1\.\d+ after the spread"):
        curve_with_spread(TREASURY, [1], [-1.2], name="AA").discount_factors([1.0])


def test_breakeven_inflation_turns_real_into_nominal_payments() -> None:
    curve = BreakevenCurve(TREASURY, flat_curve(0.01))
    inflated = curve.index_growth(WHEN) * TREASURY.discount_factors(WHEN)
    np.testing.assert_allclose(inflated, 1.01**-WHEN, rtol=1e-13)
    forward = curve.forward_rates([1.0], [7.0])
    np.testing.assert_allclose(
        (1 + forward) ** 6, curve.index_growth([7.0]) / curve.index_growth([1.0]), rtol=1e-13
    )
    assert curve.last_time == 30.0


def test_deflation_takes_from_coupons_but_not_from_principal() -> None:
    paid = indexed_payments([2.0, 2.0], [0.0, 100.0], [0.9, 0.8])
    np.testing.assert_allclose(paid, [1.8, 101.6])
    np.testing.assert_allclose(indexed_payments([2.0], [100.0], [0.8], floor=0.0), [81.6])
    with pytest.raises(InputError, match="index ratios: one is not above 0"):
        indexed_payments([1.0], [0.0], [0.0])


def test_the_first_of_a_month_needs_no_later_index() -> None:
    series = cpi_series(["2025-08", "2025-09"], [323.976, 324.8])
    assert series.reference_on([dt.date(2025, 12, 1)])[0] == 324.8
    with pytest.raises(InputError, match="has no index for 2025-10; it covers 2025-08 to 2025-09"):
        series.reference_on([dt.date(2025, 12, 2)])


def test_index_ratios_are_cut_after_six_decimals_then_rounded_to_five() -> None:
    reference = np.array([1.2345649999, 1.234565, 1.2345659])
    assert index_ratios(reference, 1.0).tolist() == [1.23456, 1.23457, 1.23457]
    with pytest.raises(InputError, match="base CPI: is not above 0"):
        index_ratios(reference, 0.0)


def test_a_projection_never_replaces_a_published_level() -> None:
    with pytest.raises(InputError, match="2025-09 is published; leave the projection out"):
        cpi_series(["2025-09"], [324.8], projected={"2025-09": 325.0})
    with pytest.raises(InputError, match="2025-09 is 0"):
        cpi_series(["2025-09"], [0.0])
    with pytest.raises(InputError, match="comes twice or out of order"):
        cpi_series(["2025-09", "2025-09"], [1.0, 1.0])
    with pytest.raises(InputError, match="1 months do not cover a year"):
        replacement_level(cpi_series(["2025-09"], [1.0]))


def test_key_rates_add_up_to_a_parallel_shift() -> None:
    tenors = [2, 5, 10, 30]
    total = CurveShift.key_rate(tenors, 0, 0.01)
    for index in (1, 2, 3):
        total = total + CurveShift.key_rate(tenors, index, 0.01)
    np.testing.assert_allclose(total.at(np.linspace(0, 60, 121)), 0.01, rtol=1e-13)
    with pytest.raises(InputError, match="key rate 4 of 4"):
        CurveShift.key_rate(tenors, 4, 0.01)
