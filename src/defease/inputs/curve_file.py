"""The curve file: `maturity_years, rate` in the quote, compounding and unit the plan declares."""

from __future__ import annotations

from dataclasses import dataclass, replace

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
PERIODS = {Compounding.ANNUAL: 1, Compounding.SEMIANNUAL: 2}
"""Coupons a year of par yields."""


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


@dataclass(frozen=True, eq=False)
class QuotedRates:
    """Points of a curve as a file gives them: years, and rates or discount factors."""

    maturities: FloatArray
    values: FloatArray
    quote: str
    compounding: Compounding
    cautions: tuple[Caution, ...] = ()

    @property
    def words(self) -> str:
        """The points in a sentence."""
        times, values = self.maturities, self.values
        points = "1 point" if len(times) == 1 else f"{len(times)} points"
        span = f"{points}, {times[0]:.3g} to {times[-1]:g} years"
        if self.quote == "discount_factor":
            return f"{span}; discount factors {values.min():.4f} to {values.max():.4f}"
        rates = f"{100 * values.min():.2f}% to {100 * values.max():.2f}%"
        return f"{span}; {self.quote} rates {rates}, {self.compounding} compounding"

    def up_to(self, last: float) -> QuotedRates:
        """The points up to a maturity."""
        kept = self.maturities <= last
        return replace(self, maturities=self.maturities[kept], values=self.values[kept])


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
    quoted = read_quoted_rates(table, conventions)
    if conventions.quote == "par" and quoted.compounding not in PERIODS:
        what = 'par yields cannot have compounding = "continuous"'
        refuse(table.source, what, 'write "semiannual" or "annual"')
    cautions = list(quoted.cautions)
    if len(quoted.maturities) == 1:
        message = f"{table.source}: one point only; the curve is flat at its rate"
        cautions.append(Caution("flat_curve", message))
    with within(table.source):
        curve = _built(quoted.maturities, quoted.values, conventions, quoted.compounding)
    return CurveReading(curve, tuple(cautions), quoted.words)


def read_quoted_rates(table: Table, conventions: CurveConventions) -> QuotedRates:
    """The points of a curve file, checked, before any curve is drawn through them."""
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
        require_rising(reader, "maturity_years", maturities)
    reader.finish()
    compounding = _compounding(reader, conventions)
    return QuotedRates(maturities, values, conventions.quote, compounding, tuple(reader.cautions))


def _value_column(reader: ColumnReader, quote: str) -> str:
    names = ("discount_factor", "rate") if quote == "discount_factor" else ("rate", "rate_pct")
    given = [name for name in names if name in reader]
    if len(given) > 1:
        refuse(reader.table.source, f"has the columns {' and '.join(given)}", "keep one of them")
    return given[0] if given else names[0]


def require_rising(reader: ColumnReader, name: str, maturities: FloatArray) -> None:
    """Note every maturity of a column that does not come after the one before."""
    for row in np.flatnonzero(np.diff(maturities) <= 0) + 1:
        what = f"{maturities[row]:g} comes after {maturities[row - 1]:g}"
        reader.problem(int(row), name, what, "sort the maturities and keep each once")


def _compounding(reader: ColumnReader, conventions: CurveConventions) -> Compounding:
    declared = conventions.compounding
    if declared is not None or conventions.quote == "discount_factor":
        return declared or Compounding.ANNUAL
    default = Compounding.SEMIANNUAL if conventions.quote == "par" else Compounding.ANNUAL
    message = f"{reader.table.source}: compounding is not declared; {default} was used"
    reader.cautions.append(Caution("compounding_default", message))
    return default


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
            frequency=PERIODS[compounding],
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
    periods = PERIODS[compounding]
    return float((1.0 + value / periods) ** periods - 1.0)
