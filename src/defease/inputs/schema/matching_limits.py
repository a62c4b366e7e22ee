"""[matching.limits]: what the matching portfolio may hold, each limit under its own name."""

from __future__ import annotations

import math
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from defease.bonds.ratings import RATINGS
from defease.inputs.schema.base import Amount, Count, Positive, Section, Share, Text, wrong

HIGHEST_TURNOVER = 2.0
"""Selling everything and buying everything anew: purchases and sales are both counted."""


def _known_buckets(caps: dict[str, float]) -> dict[str, float]:
    for bucket in caps:
        if bucket not in RATINGS:
            wrong(f"{bucket!r} is not a rating bucket", "use an S&P grade, such as A, BBB or BBB-")
    return caps


def _known_rating(rating: str) -> str:
    if rating not in RATINGS:
        wrong(f"{rating!r} is not an S&P rating", 'write a rating such as "BBB-"')
    return rating


def _low_and_high(years: list[float]) -> list[float]:
    if len(years) != 2:
        wrong(f"has {len(years)} numbers", "write the least and the most years, as [6.5, 7.5]")
    if years[0] > years[1]:
        wrong(f"begins at {years[0]:g} and ends at {years[1]:g}", "write the lower number first")
    return years


def _turnover(share: float) -> float:
    if share > HIGHEST_TURNOVER:
        what = f"must be at most 2 (all sold and bought anew), got {share:g}"
        wrong(what, f"did you mean {share / 100:g}?")
    return share


RatingCaps = Annotated[dict[str, Share], AfterValidator(_known_buckets)]


class MaturityBandSection(Section):
    """One cap on bonds by their years to maturity, counted from settlement."""

    from_year: Amount = 0.0
    to_year: Positive | None = None
    share: Share

    @model_validator(mode="after")
    def _some_years(self) -> MaturityBandSection:
        if self.to_year is not None and self.to_year <= self.from_year:
            what = f"begins in year {self.from_year:g} and ends in year {self.to_year:g}"
            wrong(what, "end a band after it begins, or leave to_year out for no end")
        return self


class LimitsSection(Section):
    """[matching.limits]: what the matching portfolio may hold."""

    issuer: Share | None = None
    sector: Share | None = None
    country: Share | dict[str, Share] | None = None
    ratings: RatingCaps = Field(default_factory=dict)
    ratings_at_or_below: RatingCaps = Field(default_factory=dict)
    maturity_bands: list[MaturityBandSection] = Field(default_factory=list)
    minimum_treasuries: Share | None = None
    duration: Annotated[list[Amount], AfterValidator(_low_and_high)] | None = None
    key_rate_tolerance: Amount | list[Amount] | None = None
    key_rate_curve: Text | None = None
    supply: Share | None = None
    turnover: Annotated[Amount, AfterValidator(_turnover)] | None = None
    minimum_rating: Annotated[str, AfterValidator(_known_rating)] | None = None
    unrated: Literal["exclude", "allow"] = "exclude"
    exclude_callable: bool = True
    exclude_watch_list: bool = True
    lot: Positive | None = None
    minimum_piece: Amount | None = None
    maximum_names: Count | None = None

    @model_validator(mode="after")
    def _agree(self) -> LimitsSection:
        if self.lot and self.minimum_piece is not None and 0 < self.minimum_piece < self.lot:
            what = f"minimum_piece {self.minimum_piece:,.0f} is less than one lot ({self.lot:,.0f})"
            wrong(what, "raise minimum_piece to at least the lot, or leave it out")
        if self.key_rate_curve is not None and self.key_rate_tolerance is None:
            wrong(
                "key_rate_curve needs key_rate_tolerance", "give the tolerance, or drop the curve"
            )
        if room := _room_in(self.maturity_bands):
            wrong(room, "raise a share, or leave years without a band")
        return self


def _room_in(bands: list[MaturityBandSection]) -> str:
    """Why bands that leave no year out cannot hold a whole portfolio; empty when they can."""
    reached, shares = 0.0, 0.0
    for band in sorted(bands, key=lambda band: band.from_year):
        if band.from_year > reached:
            return ""
        reached = max(reached, math.inf if band.to_year is None else band.to_year)
        shares += band.share
    if not math.isinf(reached) or shares >= 1.0:
        return ""
    return f"maturity_bands cover every year with shares that sum to {shares:g}, below 1"
