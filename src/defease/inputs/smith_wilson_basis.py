"""A Smith-Wilson basis out of market rates up to the last liquid point, or a regulator's vector."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from defease.curves import (
    Compounding,
    SmithWilsonCurve,
    smith_wilson_from_par_rates,
    smith_wilson_from_spot_rates,
    smith_wilson_from_weights,
)
from defease.errors import Caution
from defease.inputs.columns import ColumnReader, NumberRule
from defease.inputs.curve_file import (
    PERIODS,
    CurveConventions,
    QuotedRates,
    read_quoted_rates,
    require_rising,
)
from defease.inputs.rate_units import RateUnit
from defease.inputs.refusing import refuse, within
from defease.valuation.legal import NamedBasis, smith_wilson_basis

if TYPE_CHECKING:
    from defease.inputs.schema.discounting import BasisSection
    from defease.inputs.tables import Table

_YEARS = NumberRule(above=0.0, at_most=200.0, remedy="give calibration times in years above 0")
_BASIS_POINT = 1e-4


def read_smith_wilson(
    section: BasisSection, table: Table, *, where: str
) -> tuple[NamedBasis, tuple[Caution, ...]]:
    """The basis of a section of method smith_wilson, and what has to be said of its file.

    Rates are par rates of annual swaps unless `quote` says spot; those beyond `last_liquid` are
    left out.  Without `alpha` it is calibrated by the regulator's rule.
    """
    if section.qb is not None:
        curve, cautions = _from_weights(section, table, where)
        source = f"published vector of {len(curve.weights)} weights"
    else:
        quoted, cautions = _market_rates(section, table, where)
        with within(where):
            curve = _from_rates(section, quoted)
        source = f"{quoted.words}"
    basis = smith_wilson_basis(
        curve,
        ultimate_forward_rate=section.ufr or 0.0,
        last_liquid=curve.last_time,
        name=section.name,
    )
    speed = "given" if section.alpha is not None else "calibrated"
    rule = f"{basis.rule}, alpha {curve.alpha:g} ({speed}); {source}"
    return replace(basis, rule=rule), cautions


def _from_weights(
    section: BasisSection, table: Table, where: str
) -> tuple[SmithWilsonCurve, tuple[Caution, ...]]:
    reader = ColumnReader(table)
    years = "u_years" if "u_years" in reader else "maturity_years"
    reader.expect(required=(years, "qb"), known=(years, "qb", "country"))
    if "country" in reader and len(countries := set(reader.texts("country"))) > 1:
        what = f"holds the vectors of {len(countries)} countries"
        reader.file_problem(what, "keep the rows of one of them")
    times = reader.amounts(years, _YEARS)
    weights = reader.amounts("qb")
    if not reader.problems:
        require_rising(reader, years, times)
    reader.finish()
    stated = section.last_liquid
    if stated is not None and stated != times[-1]:
        what = f"is {stated:g}, but the vector's last calibration time is {times[-1]:g}"
        refuse(f"{where}.last_liquid", what, "leave it out: the vector says it")
    with within(where):
        curve = smith_wilson_from_weights(
            times, weights, ultimate_rate=section.ufr or 0.0, alpha=section.alpha or 0.0
        )
    return curve, tuple(reader.cautions)


def _market_rates(
    section: BasisSection, table: Table, where: str
) -> tuple[QuotedRates, tuple[Caution, ...]]:
    """The rates up to the last liquid point."""
    conventions = CurveConventions(
        quote=section.quote or "par",
        compounding=Compounding(section.compounding or Compounding.ANNUAL),
        unit=RateUnit(section.unit) if section.unit else None,
    )
    quoted = read_quoted_rates(table, conventions)
    cautions = list(quoted.cautions)
    if section.quote is None:
        message = f'{table.source}: read as par rates of swaps; write quote = "spot" for zero rates'
        cautions.append(Caution("quote_default", message))
    last, stated = float(quoted.maturities[-1]), section.last_liquid
    if stated is None:
        return quoted, tuple(cautions)
    if stated > last:
        what = f"is {stated:g}, but the rates of {table.source} end at {last:g} years"
        refuse(f"{where}.last_liquid", what, "add rates up to it, or lower it")
    liquid = quoted.up_to(stated)
    if not liquid.maturities.size:
        what = f"is {stated:g}, before the first rate of {table.source}"
        refuse(f"{where}.last_liquid", what, "add rates up to it, or raise it")
    cautions += _about_liquidity(table.source, quoted, liquid, stated)
    return liquid, tuple(cautions)


def _about_liquidity(
    source: str, quoted: QuotedRates, liquid: QuotedRates, stated: float
) -> list[Caution]:
    last, found = float(liquid.maturities[-1]), list[Caution]()
    if last < stated:
        message = f"{source}: no rate at {stated:g} years; the last liquid point is {last:g}"
        found.append(Caution("last_liquid", message))
    if beyond := len(quoted.maturities) - len(liquid.maturities):
        rates = "1 rate" if beyond == 1 else f"{beyond} rates"
        message = f"{source}: {rates} beyond the last liquid point {stated:g} not used"
        found.append(Caution("beyond_last_liquid", message))
    return found


def _from_rates(section: BasisSection, quoted: QuotedRates) -> SmithWilsonCurve:
    ultimate = section.ufr or 0.0
    if quoted.quote == "spot":
        return smith_wilson_from_spot_rates(
            quoted.maturities,
            quoted.values,
            compounding=quoted.compounding,
            ultimate_rate=ultimate,
            alpha=section.alpha,
        )
    return smith_wilson_from_par_rates(
        quoted.maturities,
        quoted.values,
        frequency=PERIODS[quoted.compounding],
        credit_adjustment=section.credit_adjustment_bp * _BASIS_POINT,
        ultimate_rate=ultimate,
        alpha=section.alpha,
    )
