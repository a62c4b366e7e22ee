"""Limits of an investment policy, one small object each.

Shares are of the portfolio's own cost, or of the amount that the policy states.  Treasuries are
exempt from the caps on issuers, sectors, countries and ratings, and count in the total.
"""

from __future__ import annotations

import datetime as dt
from abc import ABC, abstractmethod
from dataclasses import dataclass, replace
from itertools import compress
from typing import TYPE_CHECKING, ClassVar, Self

import numpy as np

from defease.bonds.ratings import TREASURY, UNRATED, at_or_below, in_rating_bucket
from defease.dates import years_between
from defease.errors import bad_input
from defease.matching.problem import Sense
from defease.matching.words import percent

if TYPE_CHECKING:
    from collections.abc import Sequence

    from defease.arrays import BoolArray, IntArray
    from defease.matching.problem import LabelledBonds, ProgramDraft

NO_SECTOR = "no sector given"
NO_COUNTRY = "no country given"
POINT = 0.01


class SizedLimit(ABC):
    """A limit with one size, which can be loosened step by step.

    `family` is the key under which a plan states it, `words` its name in a sentence, `step` what
    loosens it a little (negative for a minimum), `loosest` the size at which it binds least;
    `scales_with_base` says whether it adds rows bounded by its size times the base.
    """

    family: ClassVar[str]
    words: ClassVar[str]
    step: ClassVar[float] = POINT
    loosest: ClassVar[float] = 1.0
    scales_with_base: ClassVar[bool] = True

    @property
    @abstractmethod
    def size(self) -> float:
        """The number that the limit states."""

    @abstractmethod
    def resized(self, size: float) -> Self:
        """The same limit at another size."""

    @abstractmethod
    def add_to(self, draft: ProgramDraft) -> None:
        """Add the rows or bounds of this limit to a problem."""

    @property
    def key(self) -> str:
        """Where a plan states it."""
        return f"matching.limits.{self.family}"

    @property
    def name(self) -> str:
        """The limit in a sentence, with what it is about."""
        return self.words

    def said(self, size: float) -> str:
        """A size of this limit in a sentence."""
        return percent(size)

    def loosening(self, group: str) -> str:
        """One step of loosening in words: "raising the sector limit Energy from 25% to 26%"."""
        verb = "raising" if self.step > 0.0 else "lowering"
        which = f" {group}" if group else ""
        sizes = f"from {self.said(self.size)} to {self.said(self.size + self.step)}"
        return f"{verb} the {self.words}{which} {sizes}"


@dataclass(frozen=True)
class ShareLimit(SizedLimit):
    """A limit that is one share: of the cost, or of what exists."""

    share: float

    def __post_init__(self) -> None:
        highest = max(self.loosest, 1.0)
        if not 0.0 <= self.share <= highest:
            what = f"must be a share from 0 to {highest:g}, got {self.share}"
            raise bad_input(self.key, what, "give a decimal, as 0.02 for 2%")

    @property
    def size(self) -> float:
        """The share."""
        return self.share

    def resized(self, size: float) -> Self:
        """The same limit at another share."""
        return replace(self, share=size)


@dataclass(frozen=True)
class IssuerLimit(ShareLimit):
    """At most this share of the cost in the bonds of any one issuer.

    A bond without an issuer's name counts as an issuer of its own.
    """

    family = "issuer"
    words = "issuer limit"

    def add_to(self, draft: ProgramDraft) -> None:
        """One row an issuer."""
        groups, owners = _groups(_issuers(draft.bonds), draft.bonds)
        draft.bound_groups(self, groups, owners, share=self.share)


@dataclass(frozen=True)
class SectorLimit(ShareLimit):
    """At most this share of the cost in the bonds of any one sector."""

    family = "sector"
    words = "sector limit"

    def add_to(self, draft: ProgramDraft) -> None:
        """One row a sector."""
        labels = [sector or NO_SECTOR for sector in draft.bonds.sectors]
        groups, owners = _groups(labels, draft.bonds)
        draft.bound_groups(self, groups, owners, share=self.share)


@dataclass(frozen=True)
class CountryLimit(ShareLimit):
    """At most this share of the cost in the bonds of one country; none named: of each country."""

    country: str = ""
    family = "country"
    words = "country limit"

    @property
    def name(self) -> str:
        """With the country where one is named."""
        return f"{self.words} {self.country}".rstrip()

    def add_to(self, draft: ProgramDraft) -> None:
        """One row a country."""
        labels = [country or NO_COUNTRY for country in draft.bonds.countries]
        groups, owners = _groups(labels, draft.bonds)
        if self.country:
            chosen = groups.index(self.country) if self.country in groups else len(groups)
            groups, owners = [self.country], np.where(owners == chosen, 0, -1)
        draft.bound_groups(self, groups, owners, share=self.share)


@dataclass(frozen=True)
class RatingLimit(ShareLimit):
    """At most this share of the cost in one rating bucket; "BBB" covers BBB+, BBB and BBB-."""

    bucket: str
    family = "ratings"
    words = "rating limit"

    def __post_init__(self) -> None:
        super().__post_init__()
        in_rating_bucket((), self.bucket)

    @property
    def name(self) -> str:
        """With the bucket."""
        return f"{self.words} {self.bucket}"

    def add_to(self, draft: ProgramDraft) -> None:
        """One row for the bucket."""
        chosen = in_rating_bucket(draft.bonds.ratings, self.bucket)
        draft.bound_groups(self, [self.bucket], _members(chosen), share=self.share)


@dataclass(frozen=True)
class RatingAtOrBelowLimit(ShareLimit):
    """At most this share of the cost in one rating bucket and everything worse.

    Bonds without rating, where they are allowed at all, count among the worse.
    """

    bucket: str
    family = "ratings_at_or_below"
    words = "limit on ratings at or below"

    def __post_init__(self) -> None:
        super().__post_init__()
        at_or_below((), self.bucket)

    @property
    def name(self) -> str:
        """With the bucket."""
        return f"{self.words} {self.bucket}"

    def add_to(self, draft: ProgramDraft) -> None:
        """One row for the bucket and below."""
        ratings = draft.bonds.ratings
        unrated = np.array([rating == UNRATED for rating in ratings], dtype=np.bool_)
        chosen = at_or_below(ratings, self.bucket) | unrated
        draft.bound_groups(self, [self.bucket], _members(chosen), share=self.share)


@dataclass(frozen=True)
class MaturityBandLimit(ShareLimit):
    """At most this share of the cost in bonds maturing in ``[from_year, to_year)``, Treasuries too.

    Years from settlement to maturity, actual days over 365.
    """

    settlement: dt.date
    from_year: float = 0.0
    to_year: float = np.inf
    family = "maturity_bands"
    words = "limit on maturities"

    def __post_init__(self) -> None:
        super().__post_init__()
        if not 0.0 <= self.from_year < self.to_year:
            what = f"runs from {self.from_year:g} to {self.to_year:g} years"
            where = f"matching.limits.{self.family}"
            raise bad_input(where, what, "give a band whose end is after its start")

    @property
    def band(self) -> str:
        """The band in words."""
        if np.isinf(self.to_year):
            return f"of {self.from_year:g} years and more"
        return f"of {self.from_year:g} to {self.to_year:g} years"

    @property
    def name(self) -> str:
        """With the band."""
        return f"{self.words} {self.band}"

    def add_to(self, draft: ProgramDraft) -> None:
        """One row for the band."""
        years = years_between(self.settlement, draft.bonds.maturities)
        chosen = (years >= self.from_year) & (years < self.to_year)
        draft.bound_groups(self, [self.band], _members(chosen), share=self.share)


@dataclass(frozen=True)
class MinimumTreasuries(ShareLimit):
    """At least this share of the cost in Treasuries."""

    family = "minimum_treasuries"
    words = "minimum of Treasuries"
    step = -POINT
    loosest = 0.0

    def add_to(self, draft: ProgramDraft) -> None:
        """One row."""
        chosen = np.array([rating == TREASURY for rating in draft.bonds.ratings], dtype=np.bool_)
        draft.bound_groups(self, [""], _members(chosen), share=self.share, sense=Sense.AT_LEAST)


@dataclass(frozen=True)
class SupplyLimit(ShareLimit):
    """At most this share of each bond's outstanding face amount, where that is known.

    What is on offer bounds purchases with or without this limit.
    """

    family = "supply"
    words = "limit on the share of outstanding amounts"
    scales_with_base = False

    def add_to(self, draft: ProgramDraft) -> None:
        """Bounds on the levels; no rows."""
        draft.cap_levels(draft.bonds.outstanding * self.share / 100.0)


@dataclass(frozen=True)
class TurnoverLimit(ShareLimit):
    """What is bought and sold together at most this share of the cost of the portfolio."""

    family = "turnover"
    words = "turnover limit"
    loosest = 2.0

    def add_to(self, draft: ProgramDraft) -> None:
        """One row; needs current holdings."""
        if not draft.bought:
            what = "limits trades, and no current holdings are given"
            where, remedy = "matching.limits.turnover", "give holdings, or leave it out"
            raise bad_input(where, what, remedy)
        draft.cap_turnover(self, share=self.share)


def _issuers(bonds: LabelledBonds) -> Sequence[str]:
    if "" not in bonds.issuers:
        return bonds.issuers
    pairs = zip(bonds.issuers, bonds.identifiers, strict=True)
    return [issuer or identifier for issuer, identifier in pairs]


def _groups(labels: Sequence[str], bonds: LabelledBonds) -> tuple[list[str], IntArray]:
    """Names of the groups in order of appearance, and the group of each bond (-1: Treasuries)."""
    counted = [rating != TREASURY for rating in bonds.ratings]
    named = list(compress(labels, counted))
    number = {label: place for place, label in enumerate(dict.fromkeys(named))}
    owners = np.full(len(counted), -1, dtype=np.int64)
    owners[np.array(counted, dtype=np.bool_)] = np.fromiter(
        map(number.__getitem__, named), np.int64, len(named)
    )
    return list(number), owners


def _members(chosen: BoolArray) -> IntArray:
    return np.where(chosen, 0, -1).astype(np.int64)
