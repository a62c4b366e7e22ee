"""[[discounting]]: one basis of valuation each, by method."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, model_validator

from defease.inputs.schema.base import (
    Amount,
    CalendarYear,
    FileName,
    Positive,
    Rate,
    Real,
    Section,
    Text,
    whole_between,
    wrong,
)

Method = Literal["curve", "flat", "segments", "gasb", "bonds", "smith_wilson"]
Regime = Literal[
    "asc715",
    "ppa_full_curve",
    "ppa_430",
    "deduction_404o",
    "lump_sum_417e",
    "pbgc_standard",
    "pbgc_alternative",
    "ldrom",
]
ASSUMED_RETURN = "assumed_return"
_COMMON = frozenset({"name", "method", "regime", "spread_bp"})
_SHAPE = frozenset({"interpolation", "extrapolation"})
_QUOTED = frozenset({"quote", "compounding", "unit"})
KEYS_OF_METHOD: dict[str, frozenset[str]] = {
    "curve": _COMMON | _SHAPE | _QUOTED | {"file"},
    "flat": _COMMON | {"rate"},
    "segments": _COMMON
    | {"rates", "hqm", "segment_rates", "average_months", "lookback_months", "plan_year"}
    | {"averages_25_year", "unit"},
    "gasb": _COMMON | {"rate", "municipal_rate"},
    "bonds": _COMMON | _SHAPE | {"file", "fit"},
    "smith_wilson": _COMMON
    | _QUOTED
    | {"file", "qb", "ufr", "alpha", "last_liquid"}
    | {"credit_adjustment_bp"},
}
"""Which keys each method understands."""


def _three(rates: list[float]) -> list[float]:
    if len(rates) != 3:
        wrong(f"must hold three segment rates, got {len(rates)}", "write [first, second, third]")
    return rates


def _one_of_1_24(months: int) -> int:
    if months not in (1, 24):
        wrong(f"must be 1 or 24, got {months}", "write 1 for spot rates or 24 for the average")
    return months


ThreeRates = Annotated[list[Rate], AfterValidator(_three)]


class BasisSection(Section):
    """One [[discounting]] basis."""

    name: Text
    method: Method
    regime: Regime | None = None
    spread_bp: Real = 0.0
    file: FileName | None = None
    quote: Literal["par", "spot", "discount_factor", "forward"] | None = None
    compounding: Literal["annual", "semiannual", "continuous"] | None = None
    unit: Literal["percent", "decimal"] | None = None
    interpolation: (
        Literal["linear_zero", "cubic_zero", "monotone_convex", "log_linear_discount"] | None
    ) = None
    extrapolation: Literal["flat_forward", "flat_zero", "refuse"] | None = None
    rate: Rate | None = None
    rates: ThreeRates | None = None
    hqm: FileName | None = None
    segment_rates: FileName | None = None
    average_months: Annotated[int, AfterValidator(_one_of_1_24)] | None = None
    lookback_months: Annotated[int, AfterValidator(whole_between(0, 4))] | None = None
    plan_year: CalendarYear | None = None
    averages_25_year: ThreeRates | None = None
    municipal_rate: Rate | None = None
    fit: Literal["bootstrap", "svensson", "spline"] | None = None
    qb: FileName | None = None
    ufr: Rate | None = None
    alpha: Positive | None = None
    last_liquid: Positive | None = None
    credit_adjustment_bp: Amount = 0.0

    @model_validator(mode="after")
    def _has_what_its_method_needs(self) -> BasisSection:
        foreign = sorted(self.model_fields_set - KEYS_OF_METHOD[self.method])
        if foreign:
            known = ", ".join(sorted(KEYS_OF_METHOD[self.method] - _COMMON))
            listed = ", ".join(foreign)
            wrong(f'{listed} does not belong to method "{self.method}"', f"it understands {known}")
        if what := _NEEDS[self.method](self):
            wrong(*what)
        return self


Lack = tuple[str, str] | None


def _curve(basis: BasisSection) -> Lack:
    if basis.file is None:
        return 'needs the key "file" for method "curve"', 'write file = "curve.csv"'
    if basis.quote is None:
        return (
            'needs the key "quote"',
            'write quote = "par", "spot", "discount_factor" or "forward"',
        )
    return None


def _flat(basis: BasisSection) -> Lack:
    if basis.rate is None and basis.name != ASSUMED_RETURN:
        return 'needs the key "rate" for method "flat"', "write rate = 0.05"
    return None


def _segments(basis: BasisSection) -> Lack:
    given = [basis.rates, basis.hqm, basis.segment_rates]
    if sum(source is not None for source in given) != 1:
        return "needs exactly one of rates, hqm, segment_rates", "give one source of segment rates"
    return None


def _gasb(basis: BasisSection) -> Lack:
    if basis.municipal_rate is None:
        return 'needs the key "municipal_rate" for method "gasb"', "write municipal_rate = 0.04"
    return None


def _bonds(basis: BasisSection) -> Lack:
    if basis.file is None:
        return 'needs the key "file" for method "bonds"', 'write file = "treasuries.csv"'
    if basis.interpolation and basis.fit != "bootstrap":
        return "interpolation belongs to the fit bootstrap", "leave it out: other fits are smooth"
    if basis.interpolation == "cubic_zero":
        what = "a cubic interpolation cannot be bootstrapped"
        return what, "use log_linear_discount, monotone_convex or linear_zero"
    if basis.extrapolation and basis.fit == "svensson":
        return "extrapolation does not belong to the fit svensson", "leave it out: it has its own"
    return None


def _smith_wilson(basis: BasisSection) -> Lack:
    if (basis.file is None) == (basis.qb is None):
        return "needs exactly one of file and qb", "give swap rates or the Qb vector"
    if basis.ufr is None:
        return "needs the ultimate forward rate", "write ufr = 0.0345"
    if basis.qb is not None:
        return _of_weights(basis)
    if basis.quote not in (None, "par", "spot"):
        return f'cannot read quote = "{basis.quote}"', 'write quote = "par" or "spot"'
    if basis.quote != "spot" and basis.compounding == "continuous":
        return "par rates cannot compound continuously", 'write compounding = "annual"'
    if basis.quote == "spot" and basis.credit_adjustment_bp:
        return "credit_adjustment_bp belongs to par rates", "leave it out for spot rates"
    return None


def _of_weights(basis: BasisSection) -> Lack:
    if basis.alpha is None:
        return "needs the alpha that qb was published with", "write alpha = 0.12"
    foreign = sorted(basis.model_fields_set & (_QUOTED | {"credit_adjustment_bp"}))
    if foreign:
        return f"{', '.join(foreign)} does not belong to qb", "weights are not rates: leave it out"
    return None


_NEEDS = {
    "curve": _curve,
    "flat": _flat,
    "segments": _segments,
    "gasb": _gasb,
    "bonds": _bonds,
    "smith_wilson": _smith_wilson,
}
