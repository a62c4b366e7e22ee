"""[exhaustion], [index], [stress], [performance], [rivals]: questions asked of the plan."""

from __future__ import annotations

import datetime as dt
import re
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from defease.inputs.schema.base import (
    Amount,
    Change,
    Count,
    FileName,
    Positive,
    Rate,
    Real,
    Section,
    Share,
    Text,
    increasing,
    whole_between,
    wrong,
)
from defease.inputs.schema.strategy import FundedRatio

SEGMENT = re.compile(r"(\d+(?:\.\d+)?)(?:-(\d+(?:\.\d+)?)|\+)")
SHORTEST_DURATION, LONGEST_DURATION = 0.5, 100.0


class AuditSection(Section):
    """[exhaustion.audit]: foreign heading = our name."""

    columns: dict[str, Text] = Field(default_factory=dict)


class ExhaustionSection(Section):
    """[exhaustion]: the projection to the last payment and its conventions."""

    assumed_return: Rate | None = None
    contributions: Literal["all", "none", "current_members"] = "all"
    shortfall_year: Literal["whole", "split"] = "whole"
    after_shortfall: Literal["per_period", "once_failed"] = "per_period"
    exhausted_assets: Literal["floor_at_zero", "carry_negative"] = "floor_at_zero"
    sufficiency: Literal["opening_at_least", "opening_exceeds"] = "opening_at_least"
    tested_outflow: Literal["benefits", "benefits_and_expenses"] = "benefits"
    horizon: Literal["last_payment"] | Count = "last_payment"
    closing_target: Amount | None = None
    audit: AuditSection = AuditSection()


class InflationSection(Section):
    """One [[index.inflation]]: a price index that payments are linked to."""

    name: Text
    file: FileName
    expected: Rate | None = None
    expected_curves: FileName | None = None
    unit: Literal["percent", "decimal"] | None = None
    lag_months: Annotated[int, AfterValidator(whole_between(0, 24))] = 3


def _segment(text: str) -> str:
    """A span of years as the report names it: 2-7, or 10+."""
    found = SEGMENT.fullmatch(text.strip())
    if not found or (found[2] and float(found[1]) >= float(found[2])):
        wrong(f"{text!r} as a segment", 'write years from and to, as "2-7", or "10+"')
    return text.strip()


class IndexSection(Section):
    """[index]: the custom liability index."""

    curves: FileName | None = None
    risk_free_curves: FileName | None = None
    daily_rates: Literal["month_end", "month_mean"] = "month_end"
    basis: Text | None = None
    start: dt.date | None = None
    buckets: Annotated[list[Real], AfterValidator(increasing)] | None = None
    segments: list[Annotated[str, AfterValidator(_segment)]] = Field(default_factory=list)
    amounts: Literal["net", "gross"] = "net"
    payments: FileName | None = None
    inflation: list[InflationSection] = Field(default_factory=list)


class ScenarioSection(Section):
    """One [[stress.scenario]]."""

    name: Text
    rates_bp: Real = 0.0
    steepening_bp: Real = 0.0
    spread_bp: Real = 0.0
    equity: Change = 0.0
    real_estate: Change = 0.0
    inflation: Change = 0.0
    longevity: Change = 0.0


class StressSection(Section):
    """[stress]: the scenarios."""

    scenario: list[ScenarioSection] = Field(default_factory=list)


class DynamicsSection(Section):
    """[dynamics]: flows as fractions of the liability, at the end of the period."""

    payout: Share = 0.0
    contributions: Share = 0.0
    accruals: Share = 0.0
    horizon_years: Count | None = None


def _tradable(years: float) -> float:
    if not SHORTEST_DURATION <= years <= LONGEST_DURATION:
        wrong(f"a duration of {years:g} years", "give years from 0.5 to 100, such as 12")
    return years


class LiabilityStandIn(Section):
    """[performance.liability]: a zero of fixed duration in place of the plan's payments."""

    duration: Annotated[Positive, AfterValidator(_tradable)]
    funded_ratio: FundedRatio = 1.0


class PerformanceSection(Section):
    """[performance]: the file of returns, and what each of its columns is measured against."""

    returns: FileName | None = None
    frequency: Literal["monthly", "quarterly", "annual"] = "monthly"
    flow_timing: Literal["start", "middle", "end"] = "end"
    funds: dict[str, Text] = Field(default_factory=dict)
    seed: Annotated[int, AfterValidator(whole_between(0, 2**63 - 1))] = 20161130
    liability: LiabilityStandIn | None = None
    annual_returns: FileName | None = None


def _two_tenors(tenors: list[float]) -> list[float]:
    if len(tenors) != 2:
        wrong(f"has {len(tenors)} tenors", "give two, the shorter first, such as [5, 15]")
    return increasing(tenors)


class RivalsSection(Section):
    """[rivals]: what stands against the matched payments in `defease rivals`."""

    indexes: dict[str, list[Positive]] = Field(default_factory=dict)
    zeros: Annotated[list[Positive], AfterValidator(_two_tenors)] = Field(
        default_factory=lambda: [5.0, 15.0]
    )
    swap_maturity: Positive = 20.0
    hedge_ratio: Positive = 1.0
    sleeve_class: Text | None = None
    sleeve_share: Share = 1.0


class MonitoringSection(Section):
    """[monitoring]: official figures and daily proxies."""

    official: FileName | None = None
    proxies: dict[str, FileName] = Field(default_factory=dict)
    step: Literal["monthly", "daily"] = "monthly"
