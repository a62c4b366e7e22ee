"""Funding: what is owned against what is owed, how long it lasts, what it must earn."""

from defease.funding.alternatives import PolicyOutcome, compare_policies
from defease.funding.by_basis import BasisValuation, value_on_bases
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
from defease.funding.study import ExhaustionStudy, study_exhaustion

__all__ = [
    "AfterShortfall",
    "AnnualFlows",
    "BasisValuation",
    "CountedContributions",
    "ExhaustedAssets",
    "ExhaustionPolicy",
    "ExhaustionStudy",
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
    "study_exhaustion",
    "terminal_returns",
    "value_on_bases",
]
