"""Sentences that several parts of a report share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from defease.reports.formats import MONEY, PERCENT, shown

if TYPE_CHECKING:
    from collections.abc import Sequence


def money(amount: float | None, currency: str) -> str:
    """An amount as a sentence says it: $1.2bn."""
    return shown(amount, MONEY, currency=currency)


def percent(share: float | None) -> str:
    """A share as a sentence says it: 86.8%."""
    return shown(share, PERCENT)


def label(name: str) -> str:
    """A key of the plan file as people read it.

    Examples
    --------
    >>> label("aa_corporate"), label("ppa_segments"), label("gasb")
    ('AA corporate', 'PPA segments', 'GASB')
    """
    acronyms = {"aa", "ppa", "gasb", "pbgc", "hqm", "ldrom", "eiopa", "us", "tips", "ast", "asc715"}
    words = name.replace("_", " ").split()
    shaped = [word.upper() if word.lower() in acronyms else word for word in words]
    text = " ".join(shaped)
    return text[:1].upper() + text[1:]


def listed(items: Sequence[str]) -> str:
    """Several things in a sentence: a, b and c.

    Examples
    --------
    >>> listed(["rates", "spreads", "equities"])
    'rates, spreads and equities'
    """
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} and {items[-1]}"
