"""[allocation], [glide_path], [simulation] and their kin: what the investor decides."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from pydantic import AfterValidator, ConfigDict, Field, model_validator

from defease.errors import did_you_mean
from defease.inputs.schema.base import (
    Amount,
    Count,
    FileName,
    Positive,
    Rate,
    Real,
    Section,
    Share,
    Text,
    whole_between,
    wrong,
)

_MORE_THAN_ONE = 1.0 + 1e-9
HIGHEST_RATIO = 10.0


def _bounds(bounds: dict[str, list[float]]) -> dict[str, list[float]]:
    for name, pair in bounds.items():
        if len(pair) != 2 or pair[0] > pair[1]:
            wrong(f"{name} must be [lowest, highest], got {pair}", "write, for example, [0.0, 0.6]")
    if sum(pair[0] for pair in bounds.values()) > _MORE_THAN_ONE:
        wrong("the lowest weights sum to more than 1", "lower some of them")
    return bounds


def _ratio(value: float) -> float:
    if value > HIGHEST_RATIO:
        wrong(f"{value:g} would be {100 * value:g}% funded", f"did you mean {value / 100:g}?")
    return value


FundedRatio = Annotated[Positive, AfterValidator(_ratio)]
PaymentCount = Annotated[int, AfterValidator(whole_between(1, 100))]


class AssumptionsReference(Section):
    """[assumptions]: the file of capital-market assumptions."""

    file: FileName = "assumptions.toml"


class AllocationSection(Section):
    """[allocation]: bounds and hurdle of the surplus optimisation."""

    bounds: Annotated[dict[str, list[Share]], AfterValidator(_bounds)] = Field(default_factory=dict)
    hurdle: Literal["keep_surplus", "keep_ratio", "racs"] = "keep_surplus"
    duration_target: Literal["surplus", "ratio"] = "surplus"


class GlidePoint(Section):
    """A funded ratio and the weight of risky assets held there."""

    funded_ratio: Positive
    risk_weight: Share


def _rising_table(points: list[GlidePoint]) -> list[GlidePoint]:
    ratios = [point.funded_ratio for point in points]
    if len(points) < 2 or sorted(set(ratios)) != ratios:
        wrong("must hold two or more points with rising funded ratios", "sort the points")
    return points


class GlidePathSection(Section):
    """[glide_path]: the path, and how the portfolio is led back to it."""

    kind: Literal["dollar_linear", "percent_linear", "table"] = "dollar_linear"
    start: GlidePoint | None = None
    target: GlidePoint | None = None
    table: Annotated[list[GlidePoint], AfterValidator(_rising_table)] | None = None
    re_risk: bool = False
    band: Share = 0.0
    trade_to: Literal["target", "edge"] = "target"


class SimulationSection(Section):
    """[simulation]: paths, years and what is stored."""

    years: Annotated[int, AfterValidator(whole_between(1, 200))] = 30
    paths: Count = 10_000
    seed: Annotated[int, AfterValidator(whole_between(0, 2**63 - 1))] | None = None
    frequency: Literal["monthly", "annual"] = "monthly"
    policies: list[Text] = Field(default_factory=list)
    store: Literal["summary", "full"] = "summary"


class ContributionLayer(Section):
    """One of contributions.layers: what is unpaid of a base, and over how many payments."""

    balance: Real
    remaining: PaymentCount


class ContributionsSection(Section):
    """[contributions]: the policy; those of "adc" are known, others are checked where used."""

    model_config = ConfigDict(strict=True, extra="allow", frozen=True)

    policy: Literal["file", "percent_of_pay", "adc", "minimum_430", "none"] = "file"
    rate: Rate | None = None
    years: PaymentCount | None = None
    pattern: Literal["level_dollar", "level_percent"] = "level_dollar"
    pay_growth: Rate = 0.0
    period: Literal["closed", "open", "layered"] = "closed"
    timing: Literal["start_of_year", "mid_year", "end_of_year"] = "start_of_year"
    layers: list[ContributionLayer] = Field(default_factory=list)
    normal_cost: Amount | None = None
    paid: Amount | None = None

    @model_validator(mode="after")
    def _is_a_whole_policy(self) -> ContributionsSection:
        foreign = sorted(self.model_extra or ())
        if self.policy == "adc" and foreign:
            known = [name for name in type(self).model_fields if name != "policy"]
            wrong(
                f'{", ".join(foreign)} does not belong to policy "adc"',
                did_you_mean(foreign[0], known),
            )
        if self.pay_growth and self.pattern == "level_dollar":
            wrong(
                f"level dollar payments with pay_growth = {self.pay_growth:g}",
                'write pattern = "level_percent", or leave out pay_growth',
            )
        return self


class PriorBase(Section):
    """An amortisation base of an earlier year: its yearly instalment, and how many are left."""

    amount: Real
    remaining: PaymentCount


class FundingRulesSection(Section):
    """[funding_rules]: figures of the actuarial valuation that funding rules need."""

    target_normal_cost: Amount | None = None
    vested_liability: Amount | None = None
    participants: Count | None = None
    payroll: Amount | None = None
    prior_bases: list[PriorBase] = Field(default_factory=list)
    credit_used: Amount | None = None
    prior_year_ratio: FundedRatio | None = None


class PortableAlphaSection(Section):
    """[portable_alpha]: when and how much excess growth is moved into matched bonds."""

    start: dt.date | None = None
    trigger_ratio: FundedRatio | None = None
    trigger_amount: Amount | None = None
    share: Share | None = None
    minimum: Amount | None = None
    floor: FundedRatio | None = None
    direction: Literal["ratchet", "two_way"] = "ratchet"
    cooling_off_months: Annotated[int, AfterValidator(whole_between(0, 600))] = 0
    review_months: Annotated[int, AfterValidator(whole_between(1, 120))] = 1
    least_alpha_assets: Amount = 0.0
    settlement: Text = ""


class OverlayInstrument(Section):
    """A hedging contract."""

    name: Text
    price: Positive
    multiplier: Positive
    dv01: Real
    margin: Amount


class OverlaySection(Section):
    """[overlay]: the contracts a hedge may use."""

    instruments: list[OverlayInstrument] = Field(default_factory=list)
