"""What the pages of the liability index show."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from defease.liability_index import CarryConvention, Period

if TYPE_CHECKING:
    from defease.liability_index import (
        IndexMonth,
        LinkedReturn,
        PartSensitivities,
        PartStatistics,
        SpreadingEffect,
    )


CAUSES = {
    "income": "Income",
    "roll": "Roll",
    "rate_change": "Rate change",
    "spread_change": "Spread change",
    "inflation": "Inflation",
}


@dataclass(frozen=True, eq=False)
class PartFacts:
    """A part of the index on its last date, with its returns."""

    statistics: PartStatistics
    sensitivities: PartSensitivities
    returns: Mapping[Period, LinkedReturn | None]


@dataclass(frozen=True, eq=False, kw_only=True)
class IndexFacts:
    """What the pages show.

    Attributes
    ----------
    linked
        The return since the start by carry convention; None when a month has no return.
    rate_split
        Level, slope and curvature since the start in money; None when not known.
    migration
        Value that changed bucket at the last month's end, by bucket; adds up to zero.
    inflation
        A sentence for each price index that payments are linked to; empty when none is.
    """

    basis: str
    amounts: str
    start: dt.date
    end: dt.date
    months: tuple[IndexMonth, ...]
    opening_value: float
    whole: PartFacts
    buckets: tuple[PartFacts, ...]
    segments: tuple[PartFacts, ...]
    groups: tuple[PartFacts, ...]
    linked: Mapping[CarryConvention, LinkedReturn | None]
    rate_split: tuple[float, ...] | None
    spreading: SpreadingEffect | None
    projections: tuple[dt.date, ...]
    migration: tuple[tuple[str, float], ...]
    has_risk_free: bool
    inflation: tuple[str, ...] = ()

    @property
    def causes(self) -> dict[str, str]:
        """Lines of growth that can be other than zero here, with their titles."""
        absent = {"spread_change": not self.has_risk_free, "inflation": not self.inflation}
        return {key: title for key, title in CAUSES.items() if not absent.get(key, False)}
