import datetime as dt

import numpy as np
import pytest

from defease.cashflows import Payments, Timing
from defease.errors import InputError
from defease.valuation import (
    YieldStatus,
    macaulay_duration_of_level_payments,
    present_value_of_level_payments,
    rates_of_zero_value,
    yield_of_amounts,
    yield_of_stream,
)

TODAY = dt.date(2025, 12, 31)


def stream(times: list[float], amounts: list[float]) -> Payments:
    return Payments.from_times(TODAY, times, amounts)


def roots_of(*growth_factors: float) -> tuple[float, ...]:
    """Roots of payments whose value is zero exactly at the given factors 1 + r."""
    amounts = np.asarray(np.poly(growth_factors), dtype=np.float64)
    return rates_of_zero_value(np.arange(len(amounts), dtype=np.float64), amounts)


@pytest.mark.parametrize("rate", [-0.9, -0.3, 0.0, 1e-9, 0.05, 3.0, 50.0])
def test_yield_of_positive_payments_at_any_rate(rate: float) -> None:
    payments = stream([0.01, 1.0, 3.5, 80.0], [3.0, 5.0, 105.0, 2.0])
    value = float(payments.amounts @ (1 + rate) ** -payments.times)
    found = yield_of_stream(payments, value)
    assert found.status is YieldStatus.UNIQUE
    assert found.rate == pytest.approx(rate, rel=1e-12, abs=1e-13)


def test_one_change_of_sign_is_a_proof_of_uniqueness() -> None:
    # Contributions for two years, then benefits: (-PV, -, -, +, +) changes sign once.
    payments = stream([1, 2, 3, 20], [-10, -10, 40, 100])
    value = float(payments.amounts @ 1.06**-payments.times)
    found = yield_of_stream(payments, value)
    assert found.status is YieldStatus.UNIQUE
    assert found.sign_changes == 1
    assert found.rate == pytest.approx(0.06, abs=1e-12)


def test_three_roots_are_all_found() -> None:
    # (x - 1.05)(x - 1.10)(x - 1.20), x = 1 + r, as payments in arrears against the first amount.
    assert roots_of(1.05, 1.10, 1.20) == pytest.approx((0.05, 0.10, 0.20), abs=1e-9)


def test_a_double_root_is_found_once() -> None:
    assert roots_of(1.15, 1.15) == pytest.approx((0.15,), abs=1e-6)


def test_two_close_roots_between_grid_points_are_found() -> None:
    roots = roots_of(1.0801, 1.0805)
    assert roots == pytest.approx((0.0801, 0.0805), abs=1e-9)


def test_a_root_of_zero_is_found_once() -> None:
    roots = roots_of(1.0, 1.5)
    assert roots == pytest.approx((0.0, 0.5), abs=1e-12)


def test_negative_roots_and_long_terms_do_not_overflow() -> None:
    times = np.array([0.0, 1.0, 150.0])
    amounts = np.array([-1.0, 0.0, 0.5**150])
    assert rates_of_zero_value(times, amounts) == pytest.approx((-0.5,), abs=1e-12)


def test_payments_of_one_sign_against_a_negative_value_have_none() -> None:
    found = yield_of_stream(stream([1, 2], [10, 10]), -5.0)
    assert found.status is YieldStatus.NONE
    assert found.rate is None
    assert "signs" in found.reason


def test_a_yield_outside_the_search_is_refused_with_the_range() -> None:
    payments = stream([1, 2], [-10, 1e9])
    found = yield_of_stream(payments, 10.0)
    assert found.status is YieldStatus.NONE
    assert "1000%" in found.reason


def test_payments_today_only_change_the_price() -> None:
    later = yield_of_stream(stream([1.0, 2.0], [60.0, 60.0]), 100.0)
    with_today = yield_of_stream(stream([0.0, 1.0, 2.0], [7.0, 60.0, 60.0]), 107.0)
    assert with_today.rate == later.rate


def test_no_payments_have_no_yield() -> None:
    empty = np.array([])
    assert yield_of_amounts(empty, empty, 0.0).status is YieldStatus.NONE


def test_mid_period_annuity_lies_between_arrears_and_advance() -> None:
    arrears, middle, advance = (
        present_value_of_level_payments(1, 0.21, 10, timing=timing)
        for timing in (Timing.END_OF_YEAR, Timing.MID_YEAR, Timing.START_OF_YEAR)
    )
    assert middle == pytest.approx(arrears * 1.1, rel=1e-14)
    assert advance == pytest.approx(arrears * 1.21, rel=1e-14)


@pytest.mark.parametrize("rate", [0.0, 1e-12, 1e-7, 3.3e-6, 1e-4, 0.04])
def test_macaulay_duration_is_smooth_at_zero(rate: float) -> None:
    k = np.arange(1, 31)
    weights = np.exp(-k * np.log1p(rate))
    expected = float(k @ weights / weights.sum())
    assert macaulay_duration_of_level_payments(rate, 30) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize(
    ("rate", "years", "match"),
    [(-1.0, 10, "above"), (float("nan"), 10, "above"), (0.03, 0, "positive")],
)
def test_annuity_inputs_are_checked(rate: float, years: int, match: str) -> None:
    with pytest.raises(InputError, match=match):
        present_value_of_level_payments(1.0, rate, years)


def test_timing_that_means_nothing_for_an_annuity_is_refused() -> None:
    with pytest.raises(InputError, match="timing"):
        present_value_of_level_payments(1.0, 0.03, 10, timing=Timing.DATED)
