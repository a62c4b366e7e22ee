from __future__ import annotations

import datetime as dt

import pytest

from defease.reports import formats as f
from defease.reports.values import Value


@pytest.mark.parametrize(
    ("value", "style", "expected"),
    [
        (201_640_000_000.0, f.MONEY, "$201.6bn"),
        (-134_800_000_000.0, f.MONEY, "($134.8bn)"),
        (812_400_000.0, f.MONEY, "$812.4m"),
        (50_000.0, f.MONEY, "$50,000"),
        (12.5, f.MONEY, "$12.50"),
        (-0.001, f.MONEY_CENTS, "$0.00"),
        (1_500.0, f.MONEY_THOUSANDS, "$1.50k"),
        (0.0725, f.PERCENT, "7.3%"),
        (0.285, f.RATE, "28.50%"),
        (-0.0004, f.PERCENT, "0.0%"),
        (-0.1412, f.PERCENT_CHANGE, "-14.1%"),
        (0.082, f.PERCENT_CHANGE, "+8.2%"),
        (1.005, f.RATIO, "1.01"),
        (11.238, f.YEARS, "11.24 years"),
        (-100, f.SHIFT, "-100 bp"),
        (0, f.SHIFT, "0 bp"),
        (1_234_567, f.COUNT, "1,234,567"),
        (2026, f.LABEL, "2026"),
        (2026.0, f.LABEL, "2026"),
        (3.2e-12, f.SCIENTIFIC, "3.2e-12"),
        (dt.date(2025, 12, 31), f.DATE, "2025-12-31"),
        (None, f.MONEY, "\N{EN DASH}"),
        ("n/m", f.PERCENT, "n/m"),
        (True, f.COUNT, "yes"),
    ],
)
def test_one_value_with_its_unit(value: Value, style: f.Format, expected: str) -> None:
    assert f.shown(value, style) == expected


def test_other_currencies() -> None:
    assert f.shown(-25e6, f.MONEY, currency="GBP") == "(£25.0m)"
    assert f.shown(2.5e6, f.MONEY, currency="CHF") == "CHF 2.50m"


@pytest.mark.parametrize(
    ("largest", "unit"),
    [(999_999.0, "$"), (1e6, "$ thousands"), (1e8, "$ millions"), (1e12, "$ billions")],
)
def test_the_scale_of_a_table_follows_its_largest_amount(largest: float, unit: str) -> None:
    settled = f.settled_for_table(f.MONEY, [1.0, -largest, None, "n/m"])
    assert f.unit_of(settled) == unit


@pytest.mark.parametrize("value", [1e300, -1e300, 5e-324, 123456789012345678901234567890])
def test_extreme_numbers_are_shown_without_failure(value: float) -> None:
    for style in (f.MONEY, f.PERCENT, f.RATIO, f.YEARS, f.SCIENTIFIC, f.COUNT):
        assert f.shown(value, style)
        assert f.shown_bare(value, style)
