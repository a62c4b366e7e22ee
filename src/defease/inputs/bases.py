"""[[discounting]] sections as bases of valuation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from defease.curves import (
    Compounding,
    CurveShift,
    DiscountCurve,
    Extrapolation,
    Interpolation,
    flat_curve,
)
from defease.errors import Caution
from defease.inputs.bond_curve import BondFit, Fit, FitChoice, fit_bonds
from defease.inputs.curve_file import CurveConventions, read_curve
from defease.inputs.rate_units import RateUnit
from defease.inputs.refusing import refuse
from defease.inputs.segment_basis import segment_rates_of
from defease.inputs.segment_file import read_hqm_curve
from defease.inputs.smith_wilson_basis import read_smith_wilson
from defease.inputs.tables import Table
from defease.valuation import Basis
from defease.valuation.legal import (
    Month,
    NamedBasis,
    aa_corporate_basis,
    assumed_return_basis,
    ldrom_basis,
    ppa_full_curve_basis,
    regime,
    segment_basis,
    strips_basis,
    treasury_basis,
)

if TYPE_CHECKING:
    import datetime as dt

    from defease.inputs.schema.discounting import BasisSection

ASSUMED_RETURN, FULL_CURVE = "assumed_return", "ppa_full_curve"
MARKET_BASES = {"treasury": treasury_basis, "strips": strips_basis}
TableOf = Callable[[str, str], Table]
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
    """A basis, what has to be said about it, a sentence for `check`, and its fit to bond prices."""

    basis: PlanBasis
    cautions: tuple[Caution, ...]
    understood: str
    fit: BondFit | None = None


def read_basis(
    section: BasisSection,
    *,
    assumed_return: float | None,
    valuation_date: dt.date,
    table_of: TableOf,
    currency: str = "USD",
    source: str = "plan.toml",
) -> BasisReading:
    """Build the basis of one section; `table_of` reads a file of the plan by name and key."""
    where = f"{source}: discounting.{section.name}"
    if section.method == "gasb":
        return _gasb(section, _stated(section, assumed_return, where))
    if section.method == "flat":
        return _reading(section, _flat(section, _stated(section, assumed_return, where)))
    if section.method == "curve":
        return _of_curve(section, table_of, valuation_date)
    if section.method == "segments":
        return _of_segments(section, table_of, valuation_date, where)
    if section.method == "smith_wilson":
        return _of_smith_wilson(section, table_of, where)
    return _of_bonds(section, table_of, valuation_date, currency=currency, where=where)


def _reading(
    section: BasisSection,
    basis: NamedBasis,
    of_file: tuple[Caution, ...] = (),
    of_basis: tuple[Caution, ...] = (),
) -> BasisReading:
    """The basis with its spread; what is said of the basis names it, as a file's cautions do."""
    said = (*of_basis, *_not_prescribed(section))
    named = (Caution(c.code, f"basis {section.name}: {c.message}") for c in said)
    spread = _with_spread(basis, section.spread_bp)
    return BasisReading(spread, (*of_file, *named), spread.rule)


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


def _flat(section: BasisSection, rate: float) -> NamedBasis:
    if section.name == ASSUMED_RETURN and not section.regime:
        return assumed_return_basis(rate)
    words = f"{100 * rate:.2f}% a year for every term"
    return _of_rates(section, flat_curve(rate), words)


def _of_curve(section: BasisSection, table_of: TableOf, valuation_date: dt.date) -> BasisReading:
    table = table_of(section.file or "", "file")
    if section.regime == FULL_CURVE and section.quote == "spot":
        return _full_curve(section, table, valuation_date)
    reading = read_curve(table, curve_conventions(section))
    basis = _of_rates(section, reading.curve, reading.understood)
    return _reading(section, basis, reading.cautions)


def curve_conventions(section: BasisSection) -> CurveConventions:
    """How the curve of a section is quoted and drawn through its points."""
    return CurveConventions(
        quote=section.quote or "spot",
        compounding=Compounding(section.compounding) if section.compounding else None,
        unit=RateUnit(section.unit) if section.unit else None,
        interpolation=Interpolation(section.interpolation) if section.interpolation else None,
        extrapolation=Extrapolation(section.extrapolation) if section.extrapolation else None,
    )


def _full_curve(section: BasisSection, table: Table, valuation_date: dt.date) -> BasisReading:
    """The elected HQM curve; printed rates are annual effective unless the section says not."""
    read_as = Compounding(section.compounding or Compounding.ANNUAL)
    unit = RateUnit(section.unit) if section.unit else None
    printed = read_hqm_curve(table, unit=unit)
    basis = ppa_full_curve_basis(
        printed.maturities,
        printed.rates,
        month=Month.of(valuation_date),
        read_as=read_as,
        name=section.name,
    )
    if section.interpolation or section.extrapolation:
        given = replace(curve_conventions(section), compounding=read_as)
        if given.extrapolation is None:
            given = replace(given, extrapolation=Extrapolation.FLAT_ZERO)
        basis = replace(basis, curve=read_curve(table, given).curve)
    return _reading(section, basis, printed.cautions, _other_reading(read_as))


def _other_reading(read_as: Compounding) -> tuple[Caution, ...]:
    if read_as is Compounding.ANNUAL:
        return ()
    message = (
        f"the elected curve is read as {read_as} rates; segment rates and, by the reading that "
        "has yet to be confirmed, this curve are annual effective (leave out compounding)"
    )
    return (Caution("compounding_of_full_curve", message),)


def _of_segments(
    section: BasisSection, table_of: TableOf, valuation_date: dt.date, where: str
) -> BasisReading:
    rates = segment_rates_of(section, valuation_date=valuation_date, table_of=table_of, where=where)
    basis = segment_basis(rates, regime=section.regime or "", name=section.name)
    return _reading(section, basis, of_basis=rates.cautions)


def _of_smith_wilson(section: BasisSection, table_of: TableOf, where: str) -> BasisReading:
    key = "file" if section.qb is None else "qb"
    table = table_of(section.qb or section.file or "", key)
    basis, cautions = read_smith_wilson(section, table, where=where)
    if section.regime:
        basis = _of_law(section.regime, basis)
    return _reading(section, basis, cautions)


def _of_bonds(
    section: BasisSection,
    table_of: TableOf,
    valuation_date: dt.date,
    *,
    currency: str,
    where: str,
) -> BasisReading:
    """A basis on a curve fitted to the prices of a bond file."""
    choice = FitChoice(
        fit=Fit(section.fit or Fit.SPLINE),
        interpolation=Interpolation(section.interpolation) if section.interpolation else None,
        extrapolation=Extrapolation(section.extrapolation) if section.extrapolation else None,
    )
    table = table_of(section.file or "", "file")
    found = fit_bonds(table, choice, settlement=valuation_date, currency=currency, where=where)
    basis = _of_fit(section, found)
    said = (*found.curve_fit.cautions, *_other_day(found, valuation_date))
    reading = _reading(section, basis, found.cautions, said)
    understood = reading.understood.replace(found.words, found.quality)
    return replace(reading, understood=understood, fit=found)


def _of_fit(section: BasisSection, found: BondFit) -> NamedBasis:
    """The basis of a fit: of its regime, else STRIPS, Treasuries or bonds, whatever its name."""
    curve, words = found.curve_fit.curve, found.words
    if section.regime:
        basis = _of_rates(section, curve, words)
    elif found.are_treasuries:
        quoted = found.are_zeros and found.method is Fit.BOOTSTRAP
        basis = MARKET_BASES["strips" if quoted else "treasury"](curve, name=section.name)
        basis = replace(basis, rule=f"{basis.rule}: {words}")
    else:
        basis = NamedBasis(name=section.name, curve=curve, rule=words)
    is_credit = basis.is_credit or not found.are_treasuries
    return replace(basis, is_credit=is_credit, curve_date=found.settlement)


def _other_day(found: BondFit, valuation_date: dt.date) -> tuple[Caution, ...]:
    if found.settlement == valuation_date:
        return ()
    message = (
        f"its bonds settle on {found.settlement}; their rates are used, term by term, as those of "
        f"the valuation date {valuation_date}"
    )
    return (Caution("settlement_of_curve", message),)


def _of_rates(section: BasisSection, curve: DiscountCurve, words: str) -> NamedBasis:
    """A basis on one curve (flat ones too): of its regime, else of its name, else of no law."""
    name, is_flat = section.name, section.method == "flat"
    if section.regime == "ldrom":
        return ldrom_basis(curve, yields=words, name=name)
    if section.regime == "asc715" and not is_flat:
        quoted = Compounding(section.compounding or Compounding.ANNUAL)
        basis = aa_corporate_basis(curve, name=name, quoted=quoted)
        return replace(basis, rule=f"rates of settlement (AA corporate): {words}")
    if section.regime:
        return _of_law(section.regime, NamedBasis(name=name, curve=curve, rule=words))
    if name in MARKET_BASES and not is_flat:
        basis = MARKET_BASES[name](curve, name=name)
        return replace(basis, rule=f"{basis.rule}: {words}")
    return NamedBasis(name=name, curve=curve, rule=words)


def _of_law(key: str, basis: NamedBasis) -> NamedBasis:
    """A basis with what its regime says of benefits and credit, whatever its rates rest on."""
    law = regime(key)
    return replace(
        basis,
        regime=key,
        is_credit=law.is_credit,
        benefits=law.benefits,
        to_confirm=(law.source,) if law.to_confirm else (),
    )


def _not_prescribed(section: BasisSection) -> tuple[Caution, ...]:
    """A measure of segment rates, or of the HQM curve, that was given other rates."""
    law = regime(section.regime) if section.regime else None
    is_other = section.method in ("curve", "flat", "bonds", "smith_wilson")
    if law is None or not is_other or not (law.average_months or _flat_full_curve(section)):
        return ()
    message = f"{law.title} prescribes {law.prescribes}; this basis uses a {_kind(section)}"
    return (Caution("not_the_prescribed_rates", message),)


def _flat_full_curve(section: BasisSection) -> bool:
    quoted = section.method == "curve" and section.quote == "spot"
    return section.regime == FULL_CURVE and not quoted


def _kind(section: BasisSection) -> str:
    kinds = {
        "flat": "flat rate",
        "bonds": "curve fitted to bond prices",
        "smith_wilson": "Smith-Wilson curve",
    }
    return kinds.get(section.method, f"curve of {section.quote} rates")


def _with_spread(basis: NamedBasis, spread_bp: float) -> NamedBasis:
    """The basis with a spread on every rate; segment rates are then no longer those of law."""
    if not spread_bp:
        return basis
    return replace(
        basis,
        curve=basis.curve.shifted(CurveShift.parallel(spread_bp * _BASIS_POINT)),
        rule=f"{basis.rule}; plus a spread of {spread_bp:g} bp",
        is_credit=basis.is_credit or spread_bp > 0,
        segments=None,
    )
