"""Savings as four numbers and one identity."""

from __future__ import annotations

import math

import numpy as np
import pytest

from defease.cashflows import Payments
from defease.errors import ModelError
from defease.matching import Savings, savings_of
from tests.unit.matching.bonds import START, yearly

YIELD = 0.046


def level(years: int, rate: float) -> tuple[Payments, float]:
    """Payments of 1 a day for some years, and their value at a continuous yield."""
    times = np.arange(1, 365 * years + 1) / 365.0
    stream = Payments.from_times(START, times, np.ones(len(times)))
    return stream, float(np.exp(-rate * times).sum())


def savings(matched: Payments, cost: float, **values: float) -> Savings:
    return savings_of(
        matched,
        cost=cost,
        cost_after_haircut=cost * 1.01,
        present_values=values,
        basis="aa",
        risk_free_basis="treasury",
    )


def test_the_steps_add_up_exactly() -> None:
    found = savings(yearly([600.0, 564.9]), 882.8, aa=907.7, treasury=927.1)
    amounts = found.amounts
    steps = amounts.time_value + amounts.spread_in_basis + amounts.saving
    assert steps == pytest.approx(amounts.future_value - amounts.cost, rel=1e-14)


def test_the_illustration_of_ten_years() -> None:
    # Future value 1,164.9, risk-free value 927.1, AA value 907.7, cost 882.8 (millions).
    found = savings(yearly([1164.9]), 882.8, aa=907.7, treasury=927.1)
    assert found.versus_future_value == pytest.approx(0.242, abs=5e-4)
    assert found.versus_basis["aa"] == pytest.approx(0.0274, abs=5e-5)
    assert found.time_value == pytest.approx(1 - 927.1 / 1164.9, rel=1e-12)
    assert found.after_default_haircut == pytest.approx(1 - 882.8 * 1.01 / 907.7, rel=1e-12)


def test_most_of_a_saving_against_future_value_is_time_value() -> None:
    # Level payments over H years at a flat yield y: 1 - (1 - exp(-yH)) / (yH), here 19.8%.
    matched, worth = level(10, YIELD)
    found = savings(matched, worth, aa=worth, treasury=worth)
    closed = 1 - (1 - math.exp(-YIELD * 10)) / (YIELD * 10)
    assert found.versus_future_value == pytest.approx(closed, abs=2e-4)
    assert found.versus_future_value_per_year == pytest.approx(closed / 10, abs=2e-5)
    assert found.versus_basis["aa"] == 0.0
    assert found.yield_pickup_bp == pytest.approx(0.0, abs=1e-9)


def test_the_yield_pickup_is_the_difference_of_yields() -> None:
    matched, worth = level(10, YIELD)
    _, cheaper = level(10, YIELD + 0.0057)
    found = savings(matched, cheaper, aa=worth, treasury=worth)
    expected = (math.exp(YIELD + 0.0057) - math.exp(YIELD)) * 1e4
    assert found.yield_pickup_bp == pytest.approx(expected, abs=1e-6)


def test_no_saving_against_nothing() -> None:
    with pytest.raises(ModelError, match="no saving can be stated against 'future value'"):
        savings(yearly([-1.0]), 1.0, aa=1.0, treasury=1.0)
