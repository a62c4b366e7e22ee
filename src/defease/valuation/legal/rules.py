"""Figures set by law, by the year in which they apply: read from one data file, never constants."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from defease.errors import InputError, bad_input, did_you_mean

DATA_FILE = "us_rules.toml"
NEWEST = 9999
"""A year in which the newest rule is in force."""


@dataclass(frozen=True, kw_only=True)
class Dated:
    """Where a figure stands in law, and for which years.

    Attributes
    ----------
    first_year, last_year
        Calendar years in which the plan year begins; None while the rule is in force.
    source
        The text that states it.
    to_confirm
        Whether it still has to be compared with the primary text in force.
    """

    first_year: int
    last_year: int | None
    source: str
    to_confirm: bool

    @property
    def years(self) -> str:
        """The years in words."""
        if self.last_year is None:
            return f"{self.first_year} on"
        if self.last_year == self.first_year:
            return str(self.first_year)
        return f"{self.first_year}-{self.last_year}"

    @property
    def citation(self) -> str:
        """The source, marked when it has yet to be confirmed."""
        return f"{self.source} [to confirm]" if self.to_confirm else self.source


@dataclass(frozen=True, kw_only=True)
class SegmentBoundaries(Dated):
    """Years at which the second and the third segment begin."""

    boundaries: tuple[float, float]


@dataclass(frozen=True, kw_only=True)
class SegmentDerivation(Dated):
    """First and last half-year node (years) of the mean that makes each segment rate."""

    nodes: tuple[tuple[float, float], ...]
    step: float


@dataclass(frozen=True, kw_only=True)
class SegmentAverage(Dated):
    """Months averaged, and how far back the applicable month may be elected."""

    months: int
    most_lookback_months: int


@dataclass(frozen=True, kw_only=True)
class Corridor(Dated):
    """Lowest and highest share of a reference value, percent."""

    lowest: int
    highest: int

    @property
    def words(self) -> str:
        """The corridor as a page shows it."""
        return f"{self.lowest}-{self.highest}%"


@dataclass(frozen=True, kw_only=True)
class AverageFloor(Dated):
    """What a 25-year average of segment rates counts as at least, hundredths of a percent."""

    hundredths: int


@dataclass(frozen=True, kw_only=True)
class YearsOfAmortisation(Dated):
    """Number of yearly instalments of a new shortfall amortisation base."""

    number: int


@dataclass(frozen=True, kw_only=True)
class CreditBalanceUse(Dated):
    """Funded ratio of the year before, percent, below which credit balances may not be used."""

    least_prior_year_ratio: int


@dataclass(frozen=True, kw_only=True)
class AftapBand:
    """What the law restricts while the AFTAP is below a threshold (None: no upper limit)."""

    below: float | None
    meaning: str


@dataclass(frozen=True, kw_only=True)
class AftapRules(Dated):
    """Thresholds of the adjusted funding target attainment percentage, rising."""

    bands: tuple[AftapBand, ...]

    def band(self, ratio: float) -> AftapBand:
        """The band of a ratio; a ratio exactly at a threshold has reached it."""
        return next(b for b in self.bands if b.below is None or ratio < b.below)


@dataclass(frozen=True, kw_only=True)
class PbgcPremiumRates(Dated):
    """Premiums of a single-employer plan: dollars a head, a 1,000 unfunded, and the cap a head."""

    flat: float
    per_thousand: float
    cap: float


@dataclass(frozen=True, kw_only=True)
class SmallEmployer(Dated):
    """Number of employees up to which a lower cap on the PBGC's variable premium applies."""

    employees: int


@dataclass(frozen=True, kw_only=True)
class Regime:
    """What a legal or accounting measure prescribes.

    Attributes
    ----------
    key
        As in `regime = "..."` of the plan file.
    prescribes, benefits
        Rates and benefits, in words.
    is_credit
        Whether its rates contain a credit spread.
    average_months
        24 or 1 for segment bases; 0 where the basis is not one of segments.
    has_corridor
        Whether 24-month averages are held near their 25-year averages.
    """

    key: str
    title: str
    prescribes: str
    benefits: str
    is_credit: bool
    average_months: int
    has_corridor: bool
    source: str
    to_confirm: bool


@dataclass(frozen=True, kw_only=True)
class RequiredBasis:
    """A basis that plans of a sponsor show, and why.

    Attributes
    ----------
    basis
        A regime, or one of treasury, assumed_return, gasb, smith_wilson.
    must
        False for bases that depend on an election or a feature of the plan.
    """

    basis: str
    must: bool
    reason: str


def segment_boundaries(plan_year: int) -> SegmentBoundaries:
    """Where the segments of a plan year begin.

    Examples
    --------
    >>> segment_boundaries(2026).boundaries
    (5.0, 20.0)
    """
    entry = _entry("segments", plan_year, "segment boundaries")
    first, second = entry["boundaries_years"]
    return SegmentBoundaries(boundaries=(first, second), **_dated(entry))


def segment_derivation(year: int) -> SegmentDerivation:
    """Which nodes of the monthly corporate curve make the segment rates of a year."""
    entry = _entry("segment_derivation", year, "derivation of segment rates")
    nodes = tuple((first, last) for first, last in entry["nodes_years"])
    return SegmentDerivation(nodes=nodes, step=entry["step_years"], **_dated(entry))


def segment_average(plan_year: int) -> SegmentAverage:
    """How many months of segment rates are averaged for a plan year."""
    entry = _entry("segment_average", plan_year, "average of segment rates")
    return SegmentAverage(
        months=entry["months"], most_lookback_months=entry["most_lookback_months"], **_dated(entry)
    )


def corridor(plan_year: int) -> Corridor:
    """How far a 24-month average may lie from its 25-year average, by plan year.

    Examples
    --------
    >>> corridor(2026).words, corridor(2033).words, corridor(2050).words
    ('95-105%', '80-120%', '70-130%')
    >>> corridor(2009)
    Traceback (most recent call last):
    ...
    defease.errors.InputError: plan year 2009: no segment corridor is known, only for 2012-2019, \
2020-2030, 2031, 2032, 2033, 2034, 2035 on; use a year listed, or add the figures with their \
source to us_rules.toml
    """
    return _corridor("corridor", plan_year, "segment corridor")


def asset_corridor(plan_year: int) -> Corridor:
    """How far the actuarial value of assets may lie from market value for minimum funding."""
    return _corridor("asset_corridor", plan_year, "asset corridor")


def average_floor(plan_year: int) -> AverageFloor:
    """What a 25-year average counts as at least, applied before the corridor.

    Examples
    --------
    >>> average_floor(2026).hundredths, average_floor(2015).hundredths
    (500, 0)
    """
    entry = _entry("average_floor", plan_year, "floor of 25-year averages")
    return AverageFloor(hundredths=entry["hundredths"], **_dated(entry))


def years_of_amortisation(plan_year: int) -> YearsOfAmortisation:
    """Over how many yearly instalments a shortfall base set up in a plan year is paid.

    Examples
    --------
    >>> years_of_amortisation(2021).number, years_of_amortisation(2022).number
    (7, 15)
    """
    entry = _entry("shortfall_amortisation", plan_year, "amortisation period")
    return YearsOfAmortisation(number=entry["years"], **_dated(entry))


def credit_balance_use(plan_year: int) -> CreditBalanceUse:
    """When credit balances may be used against the minimum required contribution."""
    entry = _entry("credit_balance_use", plan_year, "rule on credit balances")
    return CreditBalanceUse(least_prior_year_ratio=entry["least_prior_year_ratio"], **_dated(entry))


def aftap_rules(plan_year: int) -> AftapRules:
    """Thresholds of the AFTAP and what each band means.

    Examples
    --------
    >>> [band.below for band in aftap_rules(2026).bands]
    [0.6, 0.8, 1.0, None]
    """
    entry = _entry("aftap", plan_year, "AFTAP thresholds")
    bands = tuple(
        AftapBand(below=band["below"] / 100 if band["below"] else None, meaning=band["meaning"])
        for band in entry["bands"]
    )
    return AftapRules(bands=bands, **_dated(entry))


def pbgc_premium_rates(year: int) -> PbgcPremiumRates:
    """PBGC premiums of single-employer plans for premium years beginning in `year`, dollars.

    Examples
    --------
    >>> rates = pbgc_premium_rates(2026)
    >>> rates.flat, rates.per_thousand, rates.cap
    (111.0, 52.0, 751.0)
    """
    entry = _entry("pbgc", year, "PBGC premium")
    return PbgcPremiumRates(
        flat=float(entry["flat"]),
        per_thousand=float(entry["per_thousand"]),
        cap=float(entry["cap"]),
        **_dated(entry),
    )


def small_employer(year: int) -> SmallEmployer:
    """Which employers have a lower cap on the variable premium."""
    entry = _entry("pbgc_small_employer", year, "rule on small employers")
    return SmallEmployer(employees=entry["employees"], **_dated(entry))


def regime(key: str) -> Regime:
    """What a measure of law or accounting prescribes.

    Examples
    --------
    >>> regime("deduction_404o").prescribes
    '24-month average segment rates, no corridor'
    """
    known = _rules()["regime"]
    if key not in known:
        raise bad_input(where="regime", what=f"'{key}'", remedy=did_you_mean(key, known))
    entry = known[key]
    return Regime(
        key=key,
        title=entry["title"],
        prescribes=entry["prescribes"],
        benefits=entry["benefits"],
        is_credit=entry["credit"],
        average_months=entry["average_months"],
        has_corridor=entry["corridor"],
        source=entry["source"],
        to_confirm=entry["to_confirm"],
    )


def required_bases(sponsor: str) -> tuple[RequiredBasis, ...]:
    """The bases that plans of a sponsor show, each with its reason; those it must show first.

    Examples
    --------
    >>> [entry.basis for entry in required_bases("public") if entry.must]
    ['assumed_return', 'gasb', 'ldrom']
    """
    listed = _rules()["required"]
    known = {name for entry in listed for name in entry["sponsors"]}
    if sponsor not in known:
        raise bad_input(where="sponsor", what=f"'{sponsor}'", remedy=did_you_mean(sponsor, known))
    found = [
        RequiredBasis(basis=entry["basis"], must=entry["must"], reason=entry["reason"])
        for entry in listed
        if sponsor in entry["sponsors"]
    ]
    return tuple(sorted(found, key=lambda entry: not entry.must))


def _corridor(table: str, plan_year: int, name: str) -> Corridor:
    entry = _entry(table, plan_year, name)
    return Corridor(lowest=entry["lowest"], highest=entry["highest"], **_dated(entry))


@cache
def _rules() -> dict[str, Any]:
    text = files("defease.valuation.legal").joinpath(DATA_FILE).read_text(encoding="utf-8")
    return tomllib.loads(text)


def _entry(table: str, year: int, name: str) -> dict[str, Any]:
    entries: list[dict[str, Any]] = _rules()[table]
    for entry in entries:
        if entry["from"] <= year <= entry.get("to", year):
            return entry
    raise _unknown_year(year, name, entries)


def _unknown_year(year: int, name: str, entries: list[dict[str, Any]]) -> InputError:
    known = ", ".join(Dated(**_dated(entry)).years for entry in entries)
    return bad_input(
        where=f"plan year {year}",
        what=f"no {name} is known, only for {known}",
        remedy=f"use a year listed, or add the figures with their source to {DATA_FILE}",
    )


def _dated(entry: dict[str, Any]) -> dict[str, Any]:
    return {
        "first_year": entry["from"],
        "last_year": entry.get("to"),
        "source": entry["source"],
        "to_confirm": entry["to_confirm"],
    }
