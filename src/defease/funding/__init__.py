"""Funding: what is owned against what is owed, how long it lasts, what it must earn."""

from defease.funding.alternatives import PolicyOutcome, compare_policies
from defease.funding.exhaustion import Projection, project_assets
from defease.funding.flows import AnnualFlows
from defease.funding.gasb import (
    RateSensitivity,
    SingleDiscountRate,
    single_discount_rate,
    single_rate_sensitivities,
)
from defease.funding.policies import (
    AfterShortfall,
    CountedContributions,
    ExhaustedAssets,
    ExhaustionPolicy,
    OutflowTested,
    ShortfallYear,
    Sufficiency,
)
from defease.funding.required import (
    RequiredReturn,
    ReturnStatus,
    required_return,
    terminal_returns,
)
from defease.funding.status import FundedStatus

__all__ = [
    "AfterShortfall",
    "AnnualFlows",
    "CountedContributions",
    "ExhaustedAssets",
    "ExhaustionPolicy",
    "FundedStatus",
    "OutflowTested",
    "PolicyOutcome",
    "Projection",
    "RateSensitivity",
    "RequiredReturn",
    "ReturnStatus",
    "ShortfallYear",
    "SingleDiscountRate",
    "Sufficiency",
    "compare_policies",
    "project_assets",
    "required_return",
    "single_discount_rate",
    "single_rate_sensitivities",
    "terminal_returns",
]
