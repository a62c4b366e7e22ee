"""Limits that no portfolio can keep, found from their numbers alone, before anything is solved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from defease.bonds.ratings import rating_bucket
from defease.bonds.terms import FACE
from defease.errors import Problem
from defease.matching.limits import (
    CountryLimit,
    IssuerLimit,
    MinimumTreasuries,
    RatingLimit,
    SectorLimit,
    ShareLimit,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from defease.bonds.universe import BondUniverse

PLACE = "matching.limits"
WHOLE = 1.0 - 1e-9


@dataclass(frozen=True, kw_only=True)
class StatedShares:
    """Shares of the cost as a policy states them; None and missing groups are without limit.

    Treasuries are exempt from issuer, sector and rating limits; cash counts in the cost.
    """

    issuer: float | None = None
    sector: float | None = None
    ratings: Mapping[str, float] = field(default_factory=dict)
    country: float | Mapping[str, float] | None = None
    minimum_treasuries: float = 0.0
    maximum_names: int | None = None
    cash_allowed: bool = True

    @classmethod
    def of(cls, limits: Sequence[object], **others: Any) -> StatedShares:
        """The shares that the limits of a question state; `others` are fields beside them."""
        countries = [limit for limit in limits if isinstance(limit, CountryLimit)]
        named = {limit.country: limit.share for limit in countries if limit.country}
        for_each = [limit.share for limit in countries if not limit.country]
        return cls(
            issuer=_share(limits, IssuerLimit),
            sector=_share(limits, SectorLimit),
            ratings={one.bucket: one.share for one in limits if isinstance(one, RatingLimit)},
            country=for_each[0] if for_each else named or None,
            minimum_treasuries=_share(limits, MinimumTreasuries) or 0.0,
            **others,
        )


def _share(limits: Sequence[object], kind: type[ShareLimit]) -> float | None:
    return next((limit.share for limit in limits if isinstance(limit, kind)), None)


def contradictions(bonds: BondUniverse, stated: StatedShares) -> tuple[Problem, ...]:
    """Why these bonds can never be a whole portfolio within these limits; empty when they may.

    The largest shares of every family must sum to at least 1, unless Treasuries or cash bought at
    settlement can fill the rest.

    Examples
    --------
    >>> import datetime as dt, numpy as np
    >>> from defease.bonds.universe import BondUniverse
    >>> bonds = BondUniverse(
    ...     settlement=dt.date(2026, 3, 25), identifiers=("a", "b"), sectors=("Energy", "Banks"),
    ...     coupons=np.zeros(2), clean_prices=np.full(2, 90.0),
    ...     maturities=np.array(["2030-01-01"] * 2, "datetime64[D]"))
    >>> contradictions(bonds, StatedShares(sector=0.25, cash_allowed=False))[0].what
    '2 sectors at 25% each can hold 50% of the cost, and there are no Treasuries and no cash'
    """
    return tuple(_found(bonds, stated))


def piece_above_cap(bonds: BondUniverse, *, piece: float, share: float, amount: float) -> str:
    """Why not even the cheapest bond that limits count can be bought in pieces of this face.

    Empty when one can, or when there are only Treasuries, which are exempt.
    """
    counted = ~bonds.is_treasury
    if not counted.any():
        return ""
    cost = piece * float(bonds.dirty_prices[counted].min()) / FACE
    if cost <= share * amount:
        return ""
    return (
        f"{piece:,.0f} of the cheapest bond that is not a Treasury costs {cost:,.0f}, but "
        f"{share:.4g} of {amount:,.0f} is {share * amount:,.0f}"
    )


def _found(bonds: BondUniverse, stated: StatedShares) -> Iterator[Problem]:
    has_treasuries = bool(bonds.is_treasury.any())
    if stated.minimum_treasuries > 0 and not has_treasuries:
        what = f"{_percent(stated.minimum_treasuries)} must be Treasuries, and no bond is rated UST"
        remedy = "add Treasuries to the universe, or drop the minimum"
        yield Problem(f"{PLACE}.minimum_treasuries", what, remedy)
    if stated.cash_allowed:
        return
    if stated.country is not None:
        groups = [name or "no country given" for name in bonds.countries]
        yield from _short("country", "countries", groups, stated.country)
    if not has_treasuries:
        yield from _without_treasuries(bonds, stated)


def _without_treasuries(bonds: BondUniverse, stated: StatedShares) -> Iterator[Problem]:
    if stated.issuer is not None:
        named = zip(bonds.issuers, bonds.identifiers, strict=True)
        yield from _short("issuer", "issuers", [a or b for a, b in named], stated.issuer)
        yield from _few_names(stated.issuer, stated.maximum_names)
    if stated.sector is not None:
        groups = [name or "no sector given" for name in bonds.sectors]
        yield from _short("sector", "sectors", groups, stated.sector)
    if stated.ratings:
        buckets = [rating_bucket(rating) for rating in bonds.ratings]
        yield from _short("ratings", "rating buckets", buckets, stated.ratings)


def _short(
    family: str, plural: str, groups: Sequence[str], shares: float | Mapping[str, float]
) -> Iterator[Problem]:
    """A problem where the groups present cannot hold the whole cost."""
    present = sorted(set(groups))
    by_group = shares if isinstance(shares, Mapping) else dict.fromkeys(present, shares)
    most = float(np.sum([by_group.get(group, 1.0) for group in present]))
    if most >= WHOLE or not present:
        return
    each = "" if isinstance(shares, Mapping) else f" at {_percent(shares)} each"
    nothing_else = (
        "there is no cash" if family == "country" else "there are no Treasuries and no cash"
    )
    what = (
        f"{len(present)} {plural}{each} can hold {_percent(most)} of the cost, and {nothing_else}"
    )
    raised = f"raise it to at least {1 / len(present):.4f}" if each else "raise the shares"
    remedy = f'{raised}, add Treasuries or other {plural}, or set initial_cash = "allowed"'
    yield Problem(f"{PLACE}.{family}", what, remedy)


def _few_names(issuer: float, names: int | None) -> Iterator[Problem]:
    if names is None or names * issuer >= WHOLE:
        return
    what = (
        f"{names} bonds at {_percent(issuer)} an issuer can hold {_percent(names * issuer)} of the "
        "cost, and there are no Treasuries and no cash"
    )
    remedy = "raise maximum_names or the issuer limit"
    yield Problem(f"{PLACE}.maximum_names", what, remedy)


def _percent(share: float) -> str:
    return f"{100 * share:.4g}%"
