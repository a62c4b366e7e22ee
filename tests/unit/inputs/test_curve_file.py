from __future__ import annotations

import math

import pytest

from defease.curves import Compounding, Extrapolation, Interpolation
from defease.inputs.csv_reader import read_csv
from defease.inputs.curve_file import CurveConventions, CurveReading, read_curve
from defease.inputs.rate_units import RateUnit
from tests.unit.inputs.building import only_problem


def read(
    text: str,
    *,
    quote: str = "spot",
    compounding: Compounding | None = Compounding.ANNUAL,
    unit: RateUnit | None = None,
) -> CurveReading:
    table = read_csv(text.encode(), source="curve.csv")
    return read_curve(table, CurveConventions(quote=quote, compounding=compounding, unit=unit))


@pytest.mark.parametrize(
    ("quote", "compounding", "factor"),
    [
        ("spot", Compounding.ANNUAL, 1.05**-2),
        ("spot", Compounding.SEMIANNUAL, 1.025**-4),
        ("spot", Compounding.CONTINUOUS, math.exp(-0.1)),
        ("forward", Compounding.ANNUAL, 1 / (1.04 * 1.05)),
        # two annual par bonds: P2 = (1 - 0.05 P1) / 1.05, P1 = 1/1.04
        ("par", Compounding.ANNUAL, (1 - 0.05 / 1.04) / 1.05),
    ],
)
def test_quotes_and_compounding(quote: str, compounding: Compounding, factor: float) -> None:
    curve = read(
        "maturity_years,rate\n1,0.04\n2,0.05\n", quote=quote, compounding=compounding
    ).curve
    assert curve.discount_factors([2.0])[0] == pytest.approx(factor, rel=1e-12)


def test_discount_factors() -> None:
    curve = read("maturity_years,discount_factor\n1,0.96\n2,0.91\n", quote="discount_factor").curve
    assert curve.discount_factors([1.0, 2.0]) == pytest.approx([0.96, 0.91], rel=1e-14)


@pytest.mark.parametrize(
    "text",
    [
        "maturity_years,rate\n1,4\n2,5\n",
        "maturity_years,rate\n1,4%\n2,5%\n",
    ],
)
def test_percent(text: str) -> None:
    declared = read(text, unit=RateUnit.PERCENT).curve
    assert declared.annual_spot_rates([1.0, 2.0]) == pytest.approx([0.04, 0.05], rel=1e-12)


def test_percent_by_heading() -> None:
    curve = read("maturity_years,rate_pct\n1,4\n2,5\n").curve
    assert curve.annual_spot_rates([2.0])[0] == pytest.approx(0.05, rel=1e-12)


def test_compounding_not_stated_takes_the_default_of_the_quote_and_says_so() -> None:
    spot = read("maturity_years,rate\n1,0.04\n2,0.05\n", compounding=None)
    assert [c.code for c in spot.cautions] == ["compounding_default"]
    assert "annual" in spot.cautions[0].message
    par = read("maturity_years,rate\n1,0.04\n2,0.05\n", quote="par", compounding=None)
    assert "semiannual" in par.cautions[0].message


@pytest.mark.parametrize(
    ("quote", "compounding", "value", "rate"),
    [
        ("spot", Compounding.ANNUAL, "0.04", 0.04),
        ("par", Compounding.SEMIANNUAL, "0.04", 1.02**2 - 1),
        ("spot", Compounding.CONTINUOUS, "0.04", math.expm1(0.04)),
        ("discount_factor", Compounding.ANNUAL, "0.81", 1 / 0.9 - 1),
    ],
)
def test_one_point_is_a_flat_curve_and_said(
    quote: str, compounding: Compounding, value: str, rate: float
) -> None:
    reading = read(f"maturity_years,rate\n2,{value}\n", quote=quote, compounding=compounding)
    assert [c.code for c in reading.cautions] == ["flat_curve"]
    assert reading.curve.annual_spot_rates([1.0, 30.0]) == pytest.approx([rate, rate], rel=1e-12)


def test_declared_interpolation_and_extrapolation_are_used() -> None:
    table = read_csv(b"maturity_years,rate\n1,0.04\n2,0.05\n", source="curve.csv")
    given = CurveConventions(
        quote="spot",
        compounding=Compounding.CONTINUOUS,
        interpolation=Interpolation.LINEAR_ZERO,
        extrapolation=Extrapolation.REFUSE,
    )
    curve = read_curve(table, given).curve
    assert curve.continuous_spot_rates([1.5])[0] == pytest.approx(0.045, rel=1e-12)
    assert "3" in only_problem(lambda: curve.discount_factors([3.0])).what


@pytest.mark.parametrize(
    ("text", "place", "said"),
    [
        ("maturity_years,rate\n", "curve.csv", "no rows"),
        ("maturity_years,rate\n1,6.5\n2,7\n", "line 2, column rate", "650%"),
        ("maturity_years,rate\n1,nan\n", "line 2, column rate", "not a finite number"),
        ("maturity_years,rate\n1,\n", "line 2, column rate", "is empty"),
        ("maturity_years,rate\n0,0.04\n", "line 2, column maturity_years", "not above 0"),
        ("maturity_years,rate\n-1,0.04\n", "line 2, column maturity_years", "not above 0"),
        ("maturity_years,rate\n1000,0.04\n", "line 2, column maturity_years", "above 200"),
        ("maturity_years,rate\n2,0.04\n1,0.04\n", "line 3, column maturity_years", "comes after"),
        ("maturity_years,rate\n1,0.04\n1,0.05\n", "line 3, column maturity_years", "comes after"),
        ("maturity_years,rate\n1,-1\n", "line 2, column rate", "-100%"),
        ("maturity,rate\n1,0.04\n", "curve.csv", "no column 'maturity_years'"),
        ("maturity_years,rate,rate_pct\n1,0.04,4\n", "curve.csv", "rate and rate_pct"),
    ],
)
def test_refusals_name_the_place(text: str, place: str, said: str) -> None:
    problem = only_problem(lambda: read(text))
    assert place in problem.where
    assert said in problem.what


def test_decimals_declared_as_percent() -> None:
    text = "maturity_years,rate\n1,0.04\n2,0.05\n"
    assert "below 0.30" in only_problem(lambda: read(text, unit=RateUnit.PERCENT)).what


def test_par_yields_have_no_continuous_compounding() -> None:
    text = "maturity_years,rate\n1,0.04\n2,0.05\n"
    problem = only_problem(lambda: read(text, quote="par", compounding=Compounding.CONTINUOUS))
    assert "continuous" in problem.what


def test_discount_factor_out_of_range() -> None:
    text = "maturity_years,discount_factor\n1,0\n"
    assert "not above 0" in only_problem(lambda: read(text, quote="discount_factor")).what
