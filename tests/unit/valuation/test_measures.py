import datetime as dt

import numpy as np
import pytest

from defease.cashflows import Payments
from defease.curves import (
    Compounding,
    CurveShift,
    curve_from_spot_rates,
    flat_curve,
    segment_curve,
)
from defease.errors import InputError
from defease.valuation import (
    KEY_RATE_TENORS,
    YieldStatus,
    discount,
    extrapolation_caution,
    measure_risk,
    parallel_sensitivities,
    present_value,
    share_beyond_curve,
    split_by_tenor,
    term_buckets,
)

TODAY = dt.date(2025, 12, 31)
SLOPED = curve_from_spot_rates(
    [1, 5, 10, 30], [0.02, 0.03, 0.04, 0.045], compounding=Compounding.ANNUAL
)


def stream(times: list[float], amounts: list[float]) -> Payments:
    return Payments.from_times(TODAY, times, amounts)


def test_a_payment_today_is_worth_itself_and_has_no_duration() -> None:
    risk = measure_risk(stream([0.0], [100.0]), SLOPED)
    assert risk.present_value == 100.0
    assert risk.modified_spot_duration == 0.0
    assert risk.dv01 == 0.0
    assert risk.stream_yield.status is YieldStatus.NONE
    assert risk.macaulay_duration is None
    assert risk.cautions[0].code == "no_unique_yield"


def test_effective_measures_agree_with_the_derivatives() -> None:
    risk = measure_risk(stream([1, 7, 25], [10, 20, 90]), SLOPED)
    assert risk.effective_duration == pytest.approx(risk.modified_spot_duration, rel=1e-6)
    assert risk.effective_convexity == pytest.approx(risk.convexity, rel=1e-3)


def test_effective_duration_is_the_curve_moved_by_one_basis_point() -> None:
    payments = stream([1, 7, 25], [10, 20, 90])
    up = present_value(payments, SLOPED.shifted(CurveShift.parallel(1e-4)))
    down = present_value(payments, SLOPED.shifted(CurveShift.parallel(-1e-4)))
    risk = measure_risk(payments, SLOPED)
    expected = (down - up) / (2e-4 * risk.present_value)
    assert risk.effective_duration == pytest.approx(expected, rel=1e-9)


def test_the_two_families_of_duration_agree_on_a_flat_curve_only() -> None:
    payments = stream([1, 7, 25], [10, 20, 90])
    flat = measure_risk(payments, flat_curve(0.05))
    assert flat.macaulay_duration == pytest.approx(flat.fisher_weil_duration, rel=1e-13)
    sloped = measure_risk(payments, SLOPED)
    assert sloped.macaulay_duration != pytest.approx(sloped.fisher_weil_duration, rel=1e-4)


def test_ratios_of_a_tiny_net_value_are_not_meaningful_but_money_is() -> None:
    risk = measure_risk(stream([1.0, 2.0], [100.0, -102.0]), flat_curve(0.02))
    assert risk.present_value == pytest.approx(0.0, abs=1e-12)
    assert risk.annual_yield is None
    assert risk.modified_spot_duration is None
    assert risk.convexity is None
    assert risk.key_rate_durations is None
    assert risk.effective_duration is None
    assert risk.cautions[0].code == "not_meaningful"
    assert risk.dv01 == pytest.approx(1e-4 * (100 / 1.02**2 - 2 * 102 / 1.02**3))
    assert risk.key_rate_dv01s.sum() == pytest.approx(risk.dv01)


def test_several_sign_changes_have_no_yield_but_a_spot_duration() -> None:
    risk = measure_risk(stream([1, 2, 3], [100, -50, 100]), flat_curve(0.03))
    assert risk.stream_yield.status is YieldStatus.SEVERAL
    assert risk.stream_yield.roots == pytest.approx((0.03,), abs=1e-12)
    assert risk.annual_yield is None
    assert risk.modified_duration is None
    assert risk.modified_spot_duration is not None
    assert risk.cautions[0].code == "no_unique_yield"


def test_no_payments_are_worth_nothing() -> None:
    risk = measure_risk(stream([], []), flat_curve(0.03))
    assert (risk.present_value, risk.future_value, risk.dv01) == (0.0, 0.0, 0.0)
    assert risk.annual_yield is None


def test_key_rate_hats_at_their_nodes_and_outside() -> None:
    tenors = np.array(KEY_RATE_TENORS)
    parts = split_by_tenor(tenors, np.arange(1.0, 13.0))
    np.testing.assert_array_equal(parts, np.arange(1.0, 13.0))
    outside = split_by_tenor(np.array([0.0, 99.0]), np.array([3.0, 4.0]))
    assert outside[0] == 3.0
    assert outside[-1] == 4.0


def test_key_rate_is_the_move_of_one_tenor() -> None:
    payments = stream([1, 7, 25], [10, 20, 90])
    risk = measure_risk(payments, SLOPED)
    assert risk.key_rate_durations is not None
    for place, tenor in enumerate(KEY_RATE_TENORS):
        bump = np.zeros(len(KEY_RATE_TENORS))
        bump[place] = 1e-5
        up = present_value(payments, SLOPED.shifted(CurveShift.at_tenors(KEY_RATE_TENORS, bump)))
        down = present_value(payments, SLOPED.shifted(CurveShift.at_tenors(KEY_RATE_TENORS, -bump)))
        expected = (down - up) / (2e-5 * risk.present_value)
        assert risk.key_rate_durations[place] == pytest.approx(expected, abs=1e-6), tenor


def test_buckets_take_their_lower_edge_and_leave_their_upper() -> None:
    buckets = term_buckets(stream([0.0, 1.0, 2.99, 3.0], [1, 2, 4, 8]), flat_curve(0.05))
    assert [b.future_value for b in buckets] == [1, 6, 8, 0, 0, 0, 0]
    assert buckets[-1].to_year is None
    assert buckets[-1].annual_yield is None
    assert buckets[2].annual_yield == pytest.approx(0.05, abs=1e-12)
    assert buckets[2].macaulay_duration == pytest.approx(3.0)


def test_bucket_edges_are_checked() -> None:
    with pytest.raises(InputError, match="start at 0"):
        term_buckets(stream([1], [1]), flat_curve(0.05), edges=[1, 2])


def test_share_beyond_the_curve_is_by_value() -> None:
    payments = stream([10.0, 40.0], [100.0, 100.0])
    factors = SLOPED.discount_factors([10.0, 40.0])
    expected = factors[1] / factors.sum()
    assert share_beyond_curve(payments, SLOPED) == pytest.approx(expected, rel=1e-14)
    caution = extrapolation_caution(payments, SLOPED)
    assert caution is not None
    assert "30 years" in caution.message
    assert extrapolation_caution(stream([10.0], [1.0]), SLOPED) is None


def test_segment_boundaries_belong_to_the_later_segment() -> None:
    curve = segment_curve([0.01, 0.03, 0.05])
    growth = discount(stream([4.99, 5.0, 19.99, 20.0], [1, 1, 1, 1]), curve).growth
    np.testing.assert_allclose(growth - 1, [0.01, 0.03, 0.03, 0.05], rtol=1e-12)


def test_equal_segments_are_a_flat_curve() -> None:
    payments = stream([1.0, 5.0, 12.0, 33.0], [1, 2, 3, 4])
    segments = present_value(payments, segment_curve([0.04, 0.04, 0.04]))
    assert segments == pytest.approx(present_value(payments, flat_curve(0.04)), rel=1e-15)


def test_sensitivities_of_a_zero_coupon() -> None:
    moved = parallel_sensitivities(stream([20.0], [100.0]), flat_curve(0.04), shifts_bp=[-100, 100])
    assert [m.present_value for m in moved] == pytest.approx([100 / 1.03**20, 100 / 1.05**20])
    assert moved[0].change == pytest.approx(100 / 1.03**20 - 100 / 1.04**20)
    assert moved[0].duration_estimate == pytest.approx(-moved[1].duration_estimate)
