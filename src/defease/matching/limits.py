"""Limits of an investment policy, one small object each.

Shares are of the portfolio's own cost, or of the amount that the policy states.  Treasuries are
exempt but count in the total.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Self

import numpy as np

from defease.bonds.ratings import TREASURY, UNRATED, at_or_below, in_rating_bucket
from defease.errors import bad_input

if TYPE_CHECKING:
    from collections.abc import Sequence

    from defease.arrays import BoolArray, IntArray
    from defease.matching.problem import LabelledBonds, ProgramDraft

NO_SECTOR = "no sector given"


@dataclass(frozen=True)
class ShareLimit(ABC):
    """A limit that is one share: of the cost, or of what exists."""

    share: float

    def __post_init__(self) -> None:
        if not 0.0 < self.share <= 1.0:
            where = f"matching.limits.{self.family}"
            what = f"must be a share above 0 and at most 1, got {self.share}"
            raise bad_input(where, what, "give a decimal, as 0.02 for 2%")

    @property
    @abstractmethod
    def family(self) -> str:
        """The key under which a plan states the limit."""

    @property
    @abstractmethod
    def words(self) -> str:
        """The limit's name in a sentence."""

    @abstractmethod
    def add_to(self, draft: ProgramDraft) -> None:
        """Add the rows or bounds of this limit to a problem."""

    def with_share(self, share: float) -> Self:
        """The same limit at another share."""
        return replace(self, share=share)


@dataclass(frozen=True)
class IssuerLimit(ShareLimit):
    """At most this share of the cost in the bonds of any one issuer.

    A bond without an issuer's name counts as an issuer of its own.
    """

    family = "issuer"
    words = "issuer limit"

    def add_to(self, draft: ProgramDraft) -> None:
        """One row an issuer."""
        bonds = draft.bonds
        pairs = zip(bonds.issuers, bonds.identifiers, strict=True)
        groups, owners = _groups([issuer or identifier for issuer, identifier in pairs], bonds)
        draft.cap_groups(self, groups, owners)


@dataclass(frozen=True)
class SectorLimit(ShareLimit):
    """At most this share of the cost in the bonds of any one sector."""

    family = "sector"
    words = "sector limit"

    def add_to(self, draft: ProgramDraft) -> None:
        """One row a sector."""
        labels = [sector or NO_SECTOR for sector in draft.bonds.sectors]
        groups, owners = _groups(labels, draft.bonds)
        draft.cap_groups(self, groups, owners)


@dataclass(frozen=True)
class RatingLimit(ShareLimit):
    """At most this share of the cost in one rating bucket; "BBB" covers BBB+, BBB and BBB-."""

    bucket: str
    family = "ratings"
    words = "rating limit"

    def __post_init__(self) -> None:
        super().__post_init__()
        in_rating_bucket((), self.bucket)

    def add_to(self, draft: ProgramDraft) -> None:
        """One row for the bucket."""
        chosen = in_rating_bucket(draft.bonds.ratings, self.bucket)
        draft.cap_groups(self, [self.bucket], _members(chosen))


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

    def add_to(self, draft: ProgramDraft) -> None:
        """One row for the bucket and below."""
        ratings = draft.bonds.ratings
        unrated = np.array([rating == UNRATED for rating in ratings], dtype=np.bool_)
        chosen = at_or_below(ratings, self.bucket) | unrated
        draft.cap_groups(self, [self.bucket], _members(chosen))


@dataclass(frozen=True)
class SupplyLimit(ShareLimit):
    """At most this share of each bond's outstanding face amount, where that is known."""

    family = "supply"
    words = "limit on the share of outstanding amounts"

    def add_to(self, draft: ProgramDraft) -> None:
        """Bounds on the levels; no rows."""
        draft.cap_levels(draft.bonds.outstanding * self.share / 100.0)


def _groups(labels: Sequence[str], bonds: LabelledBonds) -> tuple[list[str], IntArray]:
    """Names of the groups in order of appearance, and the group of each bond (-1: Treasuries)."""
    number: dict[str, int] = {}
    owners = [
        -1 if rating == TREASURY else number.setdefault(label, len(number))
        for label, rating in zip(labels, bonds.ratings, strict=True)
    ]
    return list(number), np.array(owners, dtype=np.int64)


def _members(chosen: BoolArray) -> IntArray:
    return np.where(chosen, 0, -1).astype(np.int64)
