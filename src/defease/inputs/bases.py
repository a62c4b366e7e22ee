"""[[discounting]] sections as bases of valuation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from defease.curves import (
    Compounding,
    CurveShift,
    DiscountCurve,
    Extrapolation,
    Interpolation,
    flat_curve,
    segment_curve,
)
from defease.errors import Caution
from defease.inputs.curve_file import CurveConventions, read_curve
from defease.inputs.rate_units import RateUnit
from defease.inputs.refusing import refuse
from defease.inputs.tables import Table
from defease.valuation import Basis

if TYPE_CHECKING:
    from defease.inputs.schema.discounting import BasisSection

NOT_CREDIT = frozenset({"", "ldrom"})
_BASIS_POINT = 1e-4


@dataclass(frozen=True, kw_only=True)
class GasbBasis:
    """The blended basis of GASB 67/68: its single rate follows from the plan's own projection.

    Attributes
    ----------
    assumed_return, municipal_rate
        Annual effective; the first discounts benefits that assets cover, the second all others.
    """

    name: str
    assumed_return: float
    municipal_rate: float
    regime: str = ""


PlanBasis = Basis | GasbBasis


@dataclass(frozen=True, eq=False)
class BasisReading:
    """A basis, what has to be said about it, and a sentence for `check`."""

    basis: PlanBasis
    cautions: tuple[Caution, ...]
    understood: str


def read_basis(
    section: BasisSection,
    *,
    assumed_return: float | None,
    table_of: Callable[[str], Table],
    source: str = "plan.toml",
) -> BasisReading:
    """Build the basis of one section; `table_of` reads a file of the plan by name."""
    where = f"{source}: discounting.{section.name}"
    if section.method == "gasb":
        return _gasb(section, _stated(section, assumed_return, where))
    if section.method == "curve":
        return _from_file(section, table_of)
    if section.method == "flat":
        rate = _stated(section, assumed_return, where)
        return _basis(section, flat_curve(rate), f"{100 * rate:.2f}% a year")
    if section.method == "segments":
        return _segments(section, where)
    return refuse(
        f"{where}.method",
        f'"{section.method}" is not available in this version',
        'use method = "curve", "flat", "segments" or "gasb"',
    )


def _stated(section: BasisSection, assumed_return: float | None, where: str) -> float:
    """The basis's own rate, else the plan's assumed return."""
    rate = assumed_return if section.rate is None else section.rate
    if rate is None:
        refuse(f"{where}.rate", "is missing", "state it, or exhaustion.assumed_return")
    return rate


def _gasb(section: BasisSection, rate: float) -> BasisReading:
    municipal = section.municipal_rate or 0.0
    basis = GasbBasis(
        name=section.name,
        assumed_return=rate,
        municipal_rate=municipal,
        regime=section.regime or "",
    )
    words = f"GASB: {100 * rate:.2f}% while assets last, {100 * municipal:.2f}% after"
    return BasisReading(basis, (), words)


def _from_file(section: BasisSection, table_of: Callable[[str], Table]) -> BasisReading:
    given = CurveConventions(
        quote=section.quote or "spot",
        compounding=Compounding(section.compounding) if section.compounding else None,
        unit=RateUnit(section.unit) if section.unit else None,
        interpolation=Interpolation(section.interpolation) if section.interpolation else None,
        extrapolation=Extrapolation(section.extrapolation) if section.extrapolation else None,
    )
    reading = read_curve(table_of(section.file or ""), given)
    return _basis(section, reading.curve, reading.understood, reading.cautions)


def _segments(section: BasisSection, where: str) -> BasisReading:
    unbuilt = ("hqm", "segment_rates", "plan_year", "averages_25_year")
    for key in unbuilt:
        if getattr(section, key) is not None:
            what = "is not available in this version"
            refuse(f"{where}.{key}", what, "give the three rates as published: rates = [...]")
    first, second, third = section.rates or (0.0, 0.0, 0.0)
    words = (
        f"segments {100 * first:.2f}% / {100 * second:.2f}% / {100 * third:.2f}%, at 5 and 20 years"
    )
    return _basis(section, segment_curve((first, second, third)), words)


def _basis(
    section: BasisSection,
    curve: DiscountCurve,
    rule: str,
    cautions: tuple[Caution, ...] = (),
) -> BasisReading:
    if section.spread_bp:
        curve = curve.shifted(CurveShift.parallel(section.spread_bp * _BASIS_POINT))
        rule = f"{rule}; plus a spread of {section.spread_bp:g} bp"
    regime = section.regime or ""
    is_credit = section.method == "segments" or regime not in NOT_CREDIT or section.spread_bp > 0
    basis = Basis(name=section.name, curve=curve, rule=rule, regime=regime, is_credit=is_credit)
    return BasisReading(basis, cautions, rule)
