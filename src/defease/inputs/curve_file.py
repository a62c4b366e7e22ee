"""The curve file: `maturity_years, rate` in the quote, compounding and unit the plan declares."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from defease.arrays import FloatArray
from defease.curves import (
    Compounding,
    DiscountCurve,
    Extrapolation,
    Interpolation,
    curve_from_discount_factors,
    curve_from_forward_rates,
    curve_from_par_yields,
    curve_from_spot_rates,
    flat_curve,
)
from defease.errors import Caution
from defease.inputs.columns import ColumnReader, NumberRule
from defease.inputs.rate_units import RateUnit
from defease.inputs.refusing import refuse, within
from defease.inputs.tables import Table

LONGEST_MATURITY = 200.0
_MATURITY = NumberRule(
    above=0.0, at_most=LONGEST_MATURITY, remedy="give maturities in years above 0"
)
_FACTOR = NumberRule(above=0.0, at_most=2.0, remedy="discount factors are above 0, such as 0.97")
_FREQUENCIES = {Compounding.ANNUAL: 1, Compounding.SEMIANNUAL: 2}


@dataclass(frozen=True, slots=True, kw_only=True)
class CurveConventions:
    """How a curve is quoted; None takes the default of its quote, which is then said."""

    quote: str
    compounding: Compounding | None = None
    unit: RateUnit | None = None
    interpolation: Interpolation | None = None
    extrapolation: Extrapolation | None = None


@dataclass(frozen=True, eq=False)
class CurveReading:
    """A curve, what has to be said about it, and a sentence for `check`."""

    curve: DiscountCurve
    cautions: tuple[Caution, ...]
    understood: str


def read_curve(table: Table, conventions: CurveConventions) -> CurveReading:
    r"""Turn a table into a discount curve, or raise every problem of the file at once.

    Examples
    --------
    >>> from defease.inputs.csv_reader import read_csv
    >>> table = read_csv(b"maturity_years,rate\n1,4.0\n2,4.1\n", source="curve.csv")
    >>> given = CurveConventions(
    ...     quote="spot", compounding=Compounding.ANNUAL, unit=RateUnit.PERCENT)
    >>> read_curve(table, given).curve.annual_spot_rates([1.0, 2.0]).round(6)
    array([0.04 , 0.041])
    """
    reader = ColumnReader(table)
    values_in = _value_column(reader, conventions.quote)
    reader.expect(required=("maturity_years", values_in), known=("maturity_years", values_in))
    maturities = reader.amounts("maturity_years", _MATURITY)
    if conventions.quote == "discount_factor":
        values = reader.amounts(values_in, _FACTOR)
    else:
        rates = reader.rates(values_in, unit=conventions.unit)
        values = np.array([0.0 if rate is None else rate for rate in rates])
    if not reader.problems:
        _check_rising(reader, maturities)
    reader.finish()
    compounding = _compounding(reader, conventions)
    curve = _curve(reader, maturities, values, conventions, compounding)
    return CurveReading(
        curve, tuple(reader.cautions), _understood(maturities, values, conventions, compounding)
    )


def _value_column(reader: ColumnReader, quote: str) -> str:
    names = ("discount_factor", "rate") if quote == "discount_factor" else ("rate", "rate_pct")
    given = [name for name in names if name in reader]
    if len(given) > 1:
        refuse(reader.table.source, f"has the columns {' and '.join(given)}", "keep one of them")
    return given[0] if given else names[0]


def _check_rising(reader: ColumnReader, maturities: FloatArray) -> None:
    for row in np.flatnonzero(np.diff(maturities) <= 0) + 1:
        what = f"{maturities[row]:g} comes after {maturities[row - 1]:g}"
        remedy = "sort the maturities and keep each once"
        reader.problem(int(row), "maturity_years", what, remedy)


def _compounding(reader: ColumnReader, conventions: CurveConventions) -> Compounding:
    declared = conventions.compounding
    if declared is not None or conventions.quote == "discount_factor":
        return declared or Compounding.ANNUAL
    default = Compounding.SEMIANNUAL if conventions.quote == "par" else Compounding.ANNUAL
    message = f"{reader.table.source}: compounding is not declared; {default} was used"
    reader.cautions.append(Caution("compounding_default", message))
    return default


def _curve(
    reader: ColumnReader,
    maturities: FloatArray,
    values: FloatArray,
    conventions: CurveConventions,
    compounding: Compounding,
) -> DiscountCurve:
    if conventions.quote == "par" and compounding not in _FREQUENCIES:
        what = 'par yields cannot have compounding = "continuous"'
        refuse(reader.table.source, what, 'write "semiannual" or "annual"')
    if len(maturities) == 1:
        message = f"{reader.table.source}: one point only; the curve is flat at its rate"
        reader.cautions.append(Caution("flat_curve", message))
    with within(reader.table.source):
        return _built(maturities, values, conventions, compounding)


def _built(
    maturities: FloatArray,
    values: FloatArray,
    conventions: CurveConventions,
    compounding: Compounding,
) -> DiscountCurve:
    interpolation = conventions.interpolation or (
        Interpolation.LOG_LINEAR_DISCOUNT
        if conventions.quote == "forward"
        else Interpolation.MONOTONE_CONVEX
    )
    extrapolation = conventions.extrapolation or Extrapolation.FLAT_FORWARD
    if len(maturities) == 1:
        return flat_curve(_annual_rate(maturities, values, conventions.quote, compounding))
    if conventions.quote == "discount_factor":
        return curve_from_discount_factors(
            maturities, values, interpolation=interpolation, extrapolation=extrapolation
        )
    if conventions.quote == "par":
        return curve_from_par_yields(
            maturities,
            values,
            frequency=_FREQUENCIES[compounding],
            interpolation=interpolation,
            extrapolation=extrapolation,
        )
    build = curve_from_forward_rates if conventions.quote == "forward" else curve_from_spot_rates
    return build(
        maturities,
        values,
        compounding=compounding,
        interpolation=interpolation,
        extrapolation=extrapolation,
    )


def _annual_rate(
    maturities: FloatArray, values: FloatArray, quote: str, compounding: Compounding
) -> float:
    """The annual effective rate that one quoted point stands for."""
    time, value = float(maturities[0]), float(values[0])
    if quote == "discount_factor":
        return float(value ** (-1.0 / time) - 1.0)
    if compounding is Compounding.CONTINUOUS:
        return float(np.expm1(value))
    periods = _FREQUENCIES[compounding]
    return float((1.0 + value / periods) ** periods - 1.0)


def _understood(
    maturities: FloatArray,
    values: FloatArray,
    conventions: CurveConventions,
    compounding: Compounding,
) -> str:
    span = f"{len(maturities)} points, {maturities[0]:.3g} to {maturities[-1]:g} years"
    if conventions.quote == "discount_factor":
        return f"{span}; discount factors {values.min():.4f} to {values.max():.4f}"
    rates = f"{100 * values.min():.2f}% to {100 * values.max():.2f}%"
    return f"{span}; {conventions.quote} rates {rates}, {compounding} compounding"
