"""Discount bases: the same payments, different rates, each with its rule in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import datetime as dt

    from defease.curves import DiscountCurve


@dataclass(frozen=True, eq=False, kw_only=True)
class Basis:
    """A named way to discount.

    Attributes
    ----------
    name
        As in the plan file.
    curve
        The discount curve.
    rule
        How the rates come about, in words, for the page that shows the basis.
    regime
        The legal or accounting measure it serves (such as "asc715"); "" for none.
    is_credit
        Whether its rates contain a credit spread, so that a spread shock moves them.
    curve_date
        The day of the market data behind it, when known.

    Examples
    --------
    >>> from defease.curves import flat_curve
    >>> Basis(name="assumed_return", curve=flat_curve(0.07), rule="7.00% a year").is_credit
    False
    """

    name: str
    curve: DiscountCurve
    rule: str
    regime: str = ""
    is_credit: bool = False
    curve_date: dt.date | None = None
