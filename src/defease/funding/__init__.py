"""Funding: what is owned against what is owed, how long it lasts, what it must earn."""

from defease.funding.alternatives import PolicyOutcome, compare_policies
from defease.funding.amortisation import (
    ActuarialContribution,
    AmortisationLayer,
    AmortisationPattern,
    AmortisationPeriod,
    AmortisationPolicy,
    AmortisationSchedule,
    actuarial_contribution,
    amortisation_schedule,
)
from defease.funding.by_basis import BasisValuation, value_on_bases
from defease.funding.coverage import CoverageTest, coverage_test
from defease.funding.exhaustion import Projection, project_assets
from defease.funding.flows import AnnualFlows
from defease.funding.gasb import (
    RateSensitivity,
    SingleDiscountRate,
    single_discount_rate,
    single_rate_sensitivities,
)
from defease.funding.minimum import (
    Aftap,
    MinimumContribution,
    MinimumQuestion,
    ShortfallBase,
    aftap,
    minimum_contribution,
    shortfall_factor,
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
from defease.funding.premium import PbgcPremium, pbgc_premium
from defease.funding.required import (
    RequiredReturn,
    ReturnStatus,
    required_return,
    terminal_returns,
)
from defease.funding.rules import FundingQuestion, FundingRules, funding_rules
from defease.funding.smoothing import SmoothedAssets, smoothed_assets
from defease.funding.status import FundedStatus
from defease.funding.study import ExhaustionStudy, study_exhaustion
from defease.funding.trail import TrailLine, TrailUnit

__all__ = [
    "ActuarialContribution",
    "Aftap",
    "AfterShortfall",
    "AmortisationLayer",
    "AmortisationPattern",
    "AmortisationPeriod",
    "AmortisationPolicy",
    "AmortisationSchedule",
    "AnnualFlows",
    "BasisValuation",
    "CountedContributions",
    "CoverageTest",
    "ExhaustedAssets",
    "ExhaustionPolicy",
    "ExhaustionStudy",
    "FundedStatus",
    "FundingQuestion",
    "FundingRules",
    "MinimumContribution",
    "MinimumQuestion",
    "OutflowTested",
    "PbgcPremium",
    "PolicyOutcome",
    "Projection",
    "RateSensitivity",
    "RequiredReturn",
    "ReturnStatus",
    "ShortfallBase",
    "ShortfallYear",
    "SingleDiscountRate",
    "SmoothedAssets",
    "Sufficiency",
    "TrailLine",
    "TrailUnit",
    "actuarial_contribution",
    "aftap",
    "amortisation_schedule",
    "compare_policies",
    "coverage_test",
    "funding_rules",
    "minimum_contribution",
    "pbgc_premium",
    "project_assets",
    "required_return",
    "shortfall_factor",
    "single_discount_rate",
    "single_rate_sensitivities",
    "smoothed_assets",
    "study_exhaustion",
    "terminal_returns",
    "value_on_bases",
]
