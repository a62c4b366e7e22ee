"""The audit trail of a funding rule: every line with its amount, its formula and its source."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from defease.errors import bad_input

if TYPE_CHECKING:
    from collections.abc import Mapping


class TrailUnit(StrEnum):
    """What the number of a line counts."""

    MONEY = "money"
    RATIO = "ratio"
    FACTOR = "factor"
    YEARS = "years"
    HEADS = "heads"


@dataclass(frozen=True)
class TrailLine:
    """One line of a calculation as an auditor reads it.

    Attributes
    ----------
    label
        What the number is.
    value
        Plan currency, a decimal ratio, a factor or a count, as `unit` says.
    formula
        How it comes from the lines above, in words.
    source
        The text of law behind it, marked when it has yet to be confirmed; "" for given figures.
    """

    label: str
    value: float
    formula: str
    source: str = ""
    unit: TrailUnit = TrailUnit.MONEY


def require_not_negative(where: str, amounts: Mapping[str, float]) -> None:
    """Refuse the first amount below zero (or not a number) by name."""
    for name, amount in amounts.items():
        if not 0 <= amount < float("inf"):
            what = f"{name} is {amount:g}"
            raise bad_input(where=where, what=what, remedy=f"give {name} as 0 or above")
