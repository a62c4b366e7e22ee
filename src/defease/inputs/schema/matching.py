"""[matching] and [matching.limits]: every convention of cash-flow matching under its own name."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from defease.bonds.ratings import RATINGS
from defease.inputs.schema.base import (
    Amount,
    Count,
    FileName,
    Positive,
    Rate,
    Section,
    Share,
    Text,
    whole_between,
    wrong,
)

NONE = Literal["none"]


def _known_buckets(caps: dict[str, float]) -> dict[str, float]:
    for bucket in caps:
        if bucket not in RATINGS:
            wrong(f"{bucket!r} is not a rating bucket", "use an S&P grade, such as A, BBB or BBB-")
    return caps


def _known_rating(rating: str) -> str:
    if rating not in RATINGS:
        wrong(f"{rating!r} is not an S&P rating", 'write a rating such as "BBB-"')
    return rating


RatingCaps = Annotated[dict[str, Share], AfterValidator(_known_buckets)]


class LimitsSection(Section):
    """[matching.limits]: what the matching portfolio may hold."""

    issuer: Share | None = None
    sector: Share | None = None
    ratings: RatingCaps = Field(default_factory=dict)
    ratings_at_or_below: RatingCaps = Field(default_factory=dict)
    minimum_rating: Annotated[str, AfterValidator(_known_rating)] | None = None
    unrated: Literal["exclude", "allow"] = "exclude"
    exclude_callable: bool = True
    exclude_watch_list: bool = True
    lot: Positive | None = None
    minimum_piece: Amount | None = None
    maximum_names: Count | None = None


class LoanSection(Section):
    """One general loan that matching may take."""

    rate: Rate
    tenor: Count
    cap: Amount


class MatchingSection(Section):
    """[matching]: universe, slice and conventions."""

    universe: FileName | None = None
    holdings: FileName | None = None
    amounts: Literal["net", "gross"] = "net"
    groups: list[Text] | None = None
    netting: Literal["in_order", "pro_rata"] = "in_order"
    surplus: Literal["carried", "lost"] = "carried"
    reinvestment_rate: Rate | list[Rate] = 0.0
    initial_cash: Literal["allowed", "none"] = "allowed"
    terminal_surplus: Literal["free", "credited", "target"] = "free"
    terminal_target: Amount | None = None
    terminal_curve: Text | None = None
    borrowing_cap: Amount | list[Amount] = 0.0
    borrowing_spread: Rate | None = None
    borrowing_rate: Rate | None = None
    initial_borrowing: Literal["none", "allowed"] = "none"
    loans: NONE | list[LoanSection] = "none"
    cash_cap_months: NONE | Annotated[int, AfterValidator(whole_between(1, 1200))] = 12
    limits_relative_to: Literal["cost", "amount"] = "cost"
    limits_amount: Positive | None = None
    haircut: Literal["none", "expected_loss", "table"] = "none"
    haircut_table: FileName | None = None
    objective: Literal["cost", "terminal_surplus", "yield", "turnover"] = "cost"
    payment_lag_days: Annotated[int, AfterValidator(whole_between(0, 366))] = 0
    years: Positive | None = None
    budget: Positive | None = None
    percent: Share | None = None
    savings_basis: Text | None = None
    limits: LimitsSection = LimitsSection()

    @model_validator(mode="after")
    def _one_slice(self) -> MatchingSection:
        given = [k for k in ("years", "budget", "percent") if getattr(self, k) is not None]
        if len(given) > 1:
            wrong(f"gives {' and '.join(given)}, which are different slices", "keep one of them")
        if self.terminal_surplus == "target" and self.terminal_target is None:
            wrong('terminal_surplus = "target" needs terminal_target', "give the amount")
        if self.limits_relative_to == "amount" and self.limits_amount is None:
            wrong('limits_relative_to = "amount" needs limits_amount', "give the amount")
        if self.haircut == "table" and self.haircut_table is None:
            wrong('haircut = "table" needs haircut_table', "name the file")
        return self
