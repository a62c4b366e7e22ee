"""Histories of curves: the same numbers as single curves, gaps refused by name."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from defease.curves import (
    Compounding,
    CurveHistory,
    Extrapolation,
    Interpolation,
    curve_from_spot_rates,
    curve_history,
    month_ends,
    principal_components,
)
from defease.errors import InputError

MONTHS = np.arange("2024-01", "2026-01", dtype="datetime64[M]")
NODES = np.array([0.5, 1.0, 2.0, 5.0, 10.0, 30.0])
WHEN = np.concatenate([[0.0, 0.1], np.linspace(0.5, 60.0, 60)])


def table() -> np.ndarray:
    draw = np.random.default_rng(11)
    return 0.03 + 0.001 * NODES**0.5 + 0.003 * draw.standard_normal((len(MONTHS), 1))


def history(
    interpolation: Interpolation, extrapolation: Extrapolation = Extrapolation.FLAT_FORWARD
) -> CurveHistory:
    return curve_history(
        month_ends(MONTHS), NODES, table(), compounding=Compounding.SEMIANNUAL,
        interpolation=interpolation, extrapolation=extrapolation,
    )  # fmt: skip


@pytest.mark.parametrize("extrapolation", [Extrapolation.FLAT_FORWARD, Extrapolation.FLAT_ZERO])
@pytest.mark.parametrize("interpolation", list(Interpolation))
def test_every_row_is_the_single_curve_of_its_date(
    interpolation: Interpolation, extrapolation: Extrapolation
) -> None:
    found = history(interpolation, extrapolation).discount_factors(WHEN)
    assert found.shape == (24, len(WHEN))
    for row, rates in zip(found, table(), strict=True):
        single = curve_from_spot_rates(
            NODES, rates, compounding=Compounding.SEMIANNUAL,
            interpolation=interpolation, extrapolation=extrapolation,
        )  # fmt: skip
        np.testing.assert_allclose(row, single.discount_factors(WHEN), rtol=1e-12)


def test_one_date_and_a_span_of_dates() -> None:
    whole = history(Interpolation.LINEAR_ZERO)
    february = whole.curve_on(dt.date(2024, 2, 29))
    np.testing.assert_allclose(
        february.discount_factors(WHEN), whole.discount_factors(WHEN)[1], rtol=1e-13
    )
    part = whole.between(dt.date(2024, 2, 1), dt.date(2024, 4, 30))
    assert part.dates.astype(str).tolist() == ["2024-02-29", "2024-03-31", "2024-04-30"]
    with pytest.raises(InputError, match="has no curve of 2024-02-28"):
        whole.curve_on(dt.date(2024, 2, 28))
    with pytest.raises(InputError, match="has no date from 2030-01-01"):
        whole.between(dt.date(2030, 1, 1), dt.date(2031, 1, 1))


def test_an_empty_cell_is_refused_with_its_date_and_tenor() -> None:
    rates = table()
    rates[3, 2] = np.nan
    with pytest.raises(InputError, match="2024-04-30, 2 years: no rate; add it, or leave out"):
        curve_history(month_ends(MONTHS), NODES, rates, compounding=Compounding.ANNUAL)


def test_a_missing_month_is_refused_by_name_where_every_month_is_needed() -> None:
    rows = np.arange(len(MONTHS)) != 5
    gappy = curve_history(
        month_ends(MONTHS[rows]), NODES, table()[rows], compounding=Compounding.ANNUAL
    )
    with pytest.raises(InputError, match="2024-06 is missing"):
        gappy.require_every_month()
    whole = history(Interpolation.LINEAR_ZERO)
    assert whole.require_every_month() is whole


def test_dates_and_times_out_of_order_are_refused() -> None:
    days = month_ends(MONTHS[:2])
    with pytest.raises(InputError, match="2024-01-31 comes twice or out of order"):
        curve_history(days[::-1], [1], [[0.03], [0.03]], compounding=Compounding.ANNUAL)
    with pytest.raises(InputError, match="maturities are not above 0"):
        curve_history(days, [0, 1], np.full((2, 2), 0.03), compounding=Compounding.ANNUAL)
    with pytest.raises(InputError, match="1 x 1 rates for 2 dates, 1 times"):
        curve_history(days, [1], [[0.03]], compounding=Compounding.ANNUAL)


def test_refusing_to_extrapolate_holds_for_every_date() -> None:
    refusing = history(Interpolation.CUBIC_ZERO, Extrapolation.REFUSE)
    assert refusing.discount_factors([30.0]).shape == (24, 1)
    with pytest.raises(InputError, match="asked at 31 years"):
        refusing.discount_factors([31.0])
    with pytest.raises(InputError, match="discount factor at -1 years"):
        refusing.discount_factors([-1.0])
    with pytest.raises(InputError, match="rate at 0 years"):
        refusing.annual_spot_rates([0.0])


def test_three_known_movements_are_found_again() -> None:
    """Rates built from orthogonal level, slope and curvature moves of known size."""
    tenors = np.array([1.0, 5.0, 10.0, 20.0, 30.0])
    shapes = np.array([[1, 1, 1, 1, 1], [-2, -1, 0, 1, 2], [-2, 1, 2, 1, -2]], dtype=float)
    shapes /= np.linalg.norm(shapes, axis=1)[:, None]
    waves = np.sin(2 * np.pi * np.outer(np.arange(600), [7, 23, 41]) / 599.0)
    steps = waves[:599] * [0.004, 0.002, 0.001]
    rates = 0.04 + np.vstack([np.zeros(5), np.cumsum(steps @ shapes, axis=0)])
    months = np.datetime64("1970-01", "M") + np.arange(600)
    found = principal_components(
        curve_history(month_ends(months), tenors, rates, compounding=Compounding.ANNUAL,
                      interpolation=Interpolation.LINEAR_ZERO), tenors
    )  # fmt: skip
    assert found.names == ("level", "slope", "curvature")
    np.testing.assert_allclose(found.loadings, shapes, atol=1e-9)
    expected = np.std(steps, axis=0, ddof=1)
    np.testing.assert_allclose(found.standard_deviations, expected, rtol=1e-9)
    np.testing.assert_allclose(found.shares.sum(), 1.0, rtol=1e-12)
    named = found.shift(1, standard_deviations=-2.0, periods=12.0)
    assert named.name == "slope -2 standard deviations"
    np.testing.assert_allclose(
        named.shift.at(tenors), -2 * np.sqrt(12) * expected[1] * shapes[1], atol=1e-12
    )


def test_too_little_history_is_refused() -> None:
    short = history(Interpolation.LINEAR_ZERO).between(dt.date(2024, 1, 1), dt.date(2024, 12, 31))
    with pytest.raises(InputError, match="11 changes, 2 tenors, 3 components asked for"):
        principal_components(short, [1, 10])
    found = principal_components(history(Interpolation.LINEAR_ZERO), [1, 10], components=1)
    with pytest.raises(InputError, match="component 1 of 1"):
        found.shift(1, standard_deviations=1.0)
