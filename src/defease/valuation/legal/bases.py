"""The named bases of valuation: each with its rule in words, what law says, and what is open."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from defease.curves import Compounding, Extrapolation, curve_from_spot_rates, flat_curve
from defease.errors import bad_input
from defease.valuation.bases import Basis
from defease.valuation.legal import rules
from defease.valuation.legal.hundredths import in_percent

if TYPE_CHECKING:
    import datetime as dt

    import numpy.typing as npt

    from defease.curves import DiscountCurve
    from defease.errors import Caution
    from defease.valuation.legal.months import Month
    from defease.valuation.legal.segment_rates import SegmentRates

COMPOUNDING_OPEN = "compounding of segment rates and of the elected curve (26 CFR 1.430(h)(2)-1)"


@dataclass(frozen=True, eq=False, kw_only=True)
class NamedBasis(Basis):
    """A basis with what law or accounting prescribes for it.

    Attributes
    ----------
    read_as
        Compounding in which the printed rates are used for discounting.  HQM spot rates are quoted
        semiannually; segment rates and the elected full curve use the same printed numbers as
        annual effective rates.  At 5% and 20 years the two readings differ by 1.2% of the value.
    benefits
        Which benefits the measure prescribes; "" when none.
    segments
        The segment rates with their steps; None for other bases.
    cautions
        What a reader must know.
    to_confirm
        Points not yet compared with the primary text; a page marks the basis with [T] for them.
    """

    read_as: Compounding = Compounding.ANNUAL
    benefits: str = ""
    segments: SegmentRates | None = None
    cautions: tuple[Caution, ...] = ()
    to_confirm: tuple[str, ...] = ()


def treasury_basis(
    curve: DiscountCurve, *, name: str = "treasury", curve_date: dt.date | None = None
) -> NamedBasis:
    """Treasury zero rates from a curve fitted to notes and bonds.

    Quotes of STRIPS differ from it by up to about 16 basis points at 25 to 31 years.

    Examples
    --------
    >>> treasury_basis(flat_curve(0.04)).rule
    'Treasury curve fitted to notes and bonds'
    """
    rule = "Treasury curve fitted to notes and bonds"
    return NamedBasis(name=name, curve=curve, rule=rule, curve_date=curve_date)


def strips_basis(
    curve: DiscountCurve, *, name: str = "strips", curve_date: dt.date | None = None
) -> NamedBasis:
    """Treasury zero rates from quotes of STRIPS: what zero-coupon Treasuries cost."""
    rule = "Treasury zero rates quoted for STRIPS"
    return NamedBasis(name=name, curve=curve, rule=rule, curve_date=curve_date)


def aa_corporate_basis(
    curve: DiscountCurve,
    *,
    name: str = "asc715",
    quoted: Compounding = Compounding.ANNUAL,
    curve_date: dt.date | None = None,
) -> NamedBasis:
    """AA corporate spot rates: the accounting obligation of a corporate sponsor (ASC 715).

    Its single equivalent rate is `effective_interest_rate`.
    """
    rule = f"AA corporate spot curve, {quoted} compounding: rates of settlement"
    return _of_regime("asc715", name, curve, rule=rule, read_as=quoted, curve_date=curve_date)


def assumed_return_basis(annual_rate: float, *, name: str = "assumed_return") -> NamedBasis:
    """The return the plan's actuary assumes, the same for every term, annual effective.

    Examples
    --------
    >>> assumed_return_basis(0.07).rule
    'assumed return 7.00% a year for every term'
    """
    rule = f"assumed return {in_percent([annual_rate])} a year for every term"
    return NamedBasis(name=name, curve=flat_curve(annual_rate), rule=rule)


def ldrom_basis(
    curve: DiscountCurve, *, yields: str, name: str = "ldrom", curve_date: dt.date | None = None
) -> NamedBasis:
    """Low-default-risk obligation measure (ASOP 4); `yields` says which bonds it rests on.

    Examples
    --------
    >>> ldrom_basis(flat_curve(0.0486), yields="high-grade municipal bonds").rule
    'low-default-risk yields: high-grade municipal bonds'
    """
    rule = f"low-default-risk yields: {yields}"
    return _of_regime("ldrom", name, curve, rule=rule, curve_date=curve_date)


def smith_wilson_basis(
    curve: DiscountCurve,
    *,
    ultimate_forward_rate: float,
    last_liquid: float,
    name: str = "smith_wilson",
    curve_date: dt.date | None = None,
) -> NamedBasis:
    """An insurer's risk-free curve: swaps up to the last liquid point, then the ultimate rate."""
    ultimate = in_percent([ultimate_forward_rate])
    rule = (
        f"Smith-Wilson: market rates to {last_liquid:g} years, then towards a forward of {ultimate}"
    )
    return NamedBasis(name=name, curve=curve, rule=rule, curve_date=curve_date)


def ppa_full_curve_basis(
    maturities: npt.ArrayLike,
    rates: npt.ArrayLike,
    *,
    month: Month,
    read_as: Compounding = Compounding.ANNUAL,
    name: str = "ppa_full_curve",
) -> NamedBasis:
    """The monthly corporate (HQM) curve by election: no averaging, no corridor.

    Parameters
    ----------
    maturities, rates : array-like
        Years and printed spot rates, decimals, shape (m,).
    read_as : Compounding
        `ANNUAL` (default): the printed numbers as annual effective rates, as segment rates are;
        `SEMIANNUAL`: as the curve itself is quoted.

    Examples
    --------
    >>> from defease.valuation.legal.months import Month
    >>> basis = ppa_full_curve_basis([0.5, 100], [0.05, 0.05], month=Month(2026, 7))
    >>> print(basis.rule)
    HQM spot curve of 2026-07, printed rates used as annual effective rates; \
no averaging, no corridor
    """
    curve = curve_from_spot_rates(
        maturities, rates, compounding=read_as, extrapolation=Extrapolation.FLAT_ZERO
    )
    reading = "effective" if read_as is Compounding.ANNUAL else "compounded"
    rule = (
        f"HQM spot curve of {month}, printed rates used as {read_as} {reading} rates; "
        "no averaging, no corridor"
    )
    return _of_regime("ppa_full_curve", name, curve, rule=rule, read_as=read_as)


def segment_basis(segments: SegmentRates, *, regime: str, name: str = "") -> NamedBasis:
    """A basis on segment rates, for any measure of law that uses them.

    Examples
    --------
    >>> from defease.valuation.legal.segment_rates import given_segment_rates
    >>> basis = segment_basis(given_segment_rates([0.0155, 0.0376, 0.0473]), regime="ppa_430")
    >>> basis.name, basis.rule, basis.is_credit
    ('ppa_430', '1.55% / 3.76% / 4.73% as given; from 5 and 20 years', True)
    """
    second, third = segments.boundaries
    rule = f"{segments.words}; from {second:g} and {third:g} years"
    if not regime:
        return NamedBasis(
            name=name or "segments",
            curve=segments.curve,
            rule=rule,
            is_credit=True,
            segments=segments,
            cautions=segments.cautions,
            to_confirm=(COMPOUNDING_OPEN, *segments.to_confirm),
        )
    return _of_regime(regime, name or regime, segments.curve, rule=rule, segments=segments)


def ppa_430_basis(segments: SegmentRates, *, name: str = "ppa_430") -> NamedBasis:
    """Minimum funding and AFTAP: 24-month average segment rates in the corridor."""
    return segment_basis(segments, regime="ppa_430", name=name)


def deduction_404o_basis(segments: SegmentRates, *, name: str = "deduction_404o") -> NamedBasis:
    """The deduction limit: 24-month average segment rates without corridor."""
    return segment_basis(segments, regime="deduction_404o", name=name)


def lump_sum_417e_basis(segments: SegmentRates, *, name: str = "lump_sum_417e") -> NamedBasis:
    """Lump sums: monthly segment rates of the plan's lookback month."""
    return segment_basis(segments, regime="lump_sum_417e", name=name)


def pbgc_standard_basis(segments: SegmentRates, *, name: str = "pbgc_standard") -> NamedBasis:
    """The variable premium: monthly segment rates of the month before the premium year."""
    return segment_basis(segments, regime="pbgc_standard", name=name)


def pbgc_alternative_basis(segments: SegmentRates, *, name: str = "pbgc_alternative") -> NamedBasis:
    """The variable premium by election: 24-month average segment rates without corridor."""
    return segment_basis(segments, regime="pbgc_alternative", name=name)


def _of_regime(
    key: str,
    name: str,
    curve: DiscountCurve,
    *,
    rule: str,
    read_as: Compounding = Compounding.ANNUAL,
    segments: SegmentRates | None = None,
    curve_date: dt.date | None = None,
) -> NamedBasis:
    law = rules.regime(key)
    _check_corridor(segments, law)
    return NamedBasis(
        name=name,
        curve=curve,
        rule=rule,
        regime=key,
        is_credit=law.is_credit,
        curve_date=curve_date,
        read_as=read_as,
        benefits=law.benefits,
        segments=segments,
        cautions=segments.cautions if segments else (),
        to_confirm=_open_points(law, segments),
    )


def _check_corridor(segments: SegmentRates | None, law: rules.Regime) -> None:
    if segments is None or law.has_corridor:
        return
    if segments.is_in_corridor:
        what = f"{law.title} knows no corridor, but these segment rates are in one"
        raise bad_input(where=law.key, what=what, remedy=f"use {law.prescribes}")


def _open_points(law: rules.Regime, segments: SegmentRates | None) -> tuple[str, ...]:
    own = (law.source,) if law.to_confirm else ()
    if segments is None:
        return (*own, COMPOUNDING_OPEN) if law.key == "ppa_full_curve" else own
    return tuple(dict.fromkeys((*own, COMPOUNDING_OPEN, *segments.to_confirm)))
