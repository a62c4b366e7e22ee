"""`assumptions.toml`: capital-market assumptions, annual, simple, decimals."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from defease.errors import did_you_mean
from defease.inputs.schema.base import Amount, Rate, Real, Section, Share, Text, wrong


class AssetClassSection(Section):
    """One [[asset_class]]."""

    name: Text
    expected_return: Rate
    volatility: Annotated[Share, Field(description="standard deviation of annual returns")]
    role: Literal["growth", "hedge", "cash"] = "growth"
    duration: Amount | None = None
    inflation_beta: Real | None = None
    equity_beta: Real | None = None
    real_estate_beta: Real | None = None
    spread_beta: Real | None = None


def _distinct(classes: list[AssetClassSection]) -> list[AssetClassSection]:
    names = [c.name for c in classes]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        wrong(f"names {', '.join(twice)} twice", "give every asset class one name")
    return classes


def _correlation(value: float) -> float:
    if not -1.0 <= value <= 1.0:
        wrong(f"must lie between -1 and 1, got {value:g}", "correct the correlation")
    return value


Correlation = Annotated[Real, AfterValidator(_correlation)]


class LiabilityReturnSection(Section):
    """[liability_return]: R_L = risk_free + beta (R_index - risk_free) + noise."""

    bond_index: Text
    beta: Literal["from_durations", "from_history"] | Real = "from_durations"
    noise_mean: Rate = 0.0
    noise_volatility: Share = 0.0
    noise_correlations: dict[str, Correlation] = Field(default_factory=dict)


class AssumptionsFile(Section):
    """The whole of `assumptions.toml`."""

    source: Text | None = None
    date: dt.date | None = None
    risk_free: Rate
    asset_class: Annotated[list[AssetClassSection], AfterValidator(_distinct)] = Field(
        default_factory=list
    )
    correlations: dict[str, dict[str, Correlation]] = Field(default_factory=dict)
    liability_return: LiabilityReturnSection | None = None

    @model_validator(mode="after")
    def _names_exist(self) -> AssumptionsFile:
        names = {c.name for c in self.asset_class}
        used = {name for first, row in self.correlations.items() for name in (first, *row)}
        if self.liability_return is not None:
            used |= {self.liability_return.bond_index, *self.liability_return.noise_correlations}
        for name in sorted(used - names):
            wrong(f"{name!r} is not the name of an asset class", did_you_mean(name, names))
        return self
