"""Which bonds may be bought at all; every exclusion is listed with its reason."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

from defease.bonds.ratings import UNRATED, meets_minimum
from defease.matching.limits import RatingAtOrBelowLimit, RatingLimit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from defease.arrays import BoolArray
    from defease.bonds.universe import BondUniverse
    from defease.matching.problem import Limit


class Reason(StrEnum):
    """Why a bond may not be bought."""

    NOT_OFFERED = "nothing is on offer"
    CALLABLE = "callable by the issuer"
    WATCH_LIST = "on the watch list"
    BELOW_MINIMUM = "rated below the minimum"
    UNRATED = "without a rating, which a rating rule needs"


class Unrated(StrEnum):
    """What becomes of bonds without a rating when a rating rule is set."""

    EXCLUDE = "exclude"
    ALLOW = "allow"


@dataclass(frozen=True, kw_only=True)
class Eligibility:
    """Rules that keep bonds out; a rating rule also keeps out unrated bonds unless allowed.

    Bonds that are `held` already need no offer to stay.
    """

    minimum_rating: str = ""
    unrated: Unrated = Unrated.EXCLUDE
    exclude_callable: bool = True
    exclude_watch_list: bool = True
    held: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        if self.minimum_rating:
            meets_minimum((), self.minimum_rating)


@dataclass(frozen=True, slots=True)
class Excluded:
    """A bond that may not be bought, and why."""

    identifier: str
    reason: Reason


def screen(
    bonds: BondUniverse, rules: Eligibility, limits: Sequence[Limit]
) -> tuple[BondUniverse, tuple[Excluded, ...]]:
    """The bonds that may be bought, and the others with the first reason that applies.

    Examples
    --------
    >>> import datetime as dt, numpy as np
    >>> from defease.bonds.universe import BondUniverse
    >>> bonds = BondUniverse(
    ...     settlement=dt.date(2026, 3, 25), identifiers=("a", "b"), ratings=("A", "BB+"),
    ...     coupons=np.zeros(2), clean_prices=np.full(2, 90.0),
    ...     maturities=np.array(["2030-01-01"] * 2, "datetime64[D]"))
    >>> eligible, excluded = screen(bonds, Eligibility(minimum_rating="BBB-"), limits=())
    >>> eligible.identifiers, excluded[0].identifier, str(excluded[0].reason)
    (('a',), 'b', 'rated below the minimum')
    """
    reasons = _reasons(bonds, rules, limits)
    kept = np.ones(len(bonds), dtype=np.bool_)
    excluded: dict[int, Reason] = {}
    for reason, applies in reasons:
        for position in np.flatnonzero(applies & kept).tolist():
            excluded[position] = reason
        kept &= ~applies
    listed = tuple(Excluded(bonds.identifiers[i], excluded[i]) for i in sorted(excluded))
    return (bonds if kept.all() else bonds.take(kept)), listed


def _reasons(
    bonds: BondUniverse, rules: Eligibility, limits: Sequence[Limit]
) -> list[tuple[Reason, BoolArray]]:
    unrated = np.array([rating == UNRATED for rating in bonds.ratings], dtype=np.bool_)
    found: list[tuple[Reason, BoolArray]] = [(Reason.NOT_OFFERED, _not_on_offer(bonds, rules))]
    if rules.exclude_callable:
        found.append((Reason.CALLABLE, bonds.callable))
    if rules.exclude_watch_list:
        found.append((Reason.WATCH_LIST, bonds.watch))
    rating_rule = any(isinstance(limit, RatingLimit | RatingAtOrBelowLimit) for limit in limits)
    if (rules.minimum_rating or rating_rule) and rules.unrated is Unrated.EXCLUDE:
        found.append((Reason.UNRATED, unrated))
    if rules.minimum_rating:
        below = ~meets_minimum(bonds.ratings, rules.minimum_rating) & ~unrated
        found.append((Reason.BELOW_MINIMUM, below))
    return found


def _not_on_offer(bonds: BondUniverse, rules: Eligibility) -> BoolArray:
    unoffered = bonds.offered == 0.0
    if not unoffered.any():
        return np.asarray(unoffered, dtype=np.bool_)
    unheld = np.array([name not in rules.held for name in bonds.identifiers], dtype=np.bool_)
    return np.asarray(unoffered & unheld, dtype=np.bool_)
