"""The whole of `plan.toml`."""

from __future__ import annotations

from pydantic import Field

from defease.inputs.schema.analysis import (
    DynamicsSection,
    ExhaustionSection,
    IndexSection,
    MonitoringSection,
    PerformanceSection,
    RivalsSection,
    StressSection,
)
from defease.inputs.schema.base import Section
from defease.inputs.schema.discounting import BasisSection
from defease.inputs.schema.matching import MatchingSection
from defease.inputs.schema.plan_sections import (
    AssetsSection,
    FileSection,
    LiabilitiesSection,
    PlanSection,
)
from defease.inputs.schema.strategy import (
    AllocationSection,
    AssumptionsReference,
    ContributionsSection,
    FundingRulesSection,
    GlidePathSection,
    OverlaySection,
    PortableAlphaSection,
    SimulationSection,
)


class PlanFile(Section):
    """Every section of a plan; all but [plan] may be left out."""

    plan: PlanSection
    assets: AssetsSection = AssetsSection()
    liabilities: LiabilitiesSection = LiabilitiesSection()
    discounting: list[BasisSection] = Field(default_factory=list)
    exhaustion: ExhaustionSection = ExhaustionSection()
    index: IndexSection | None = None
    matching: MatchingSection | None = None
    assumptions: AssumptionsReference | None = None
    allocation: AllocationSection | None = None
    dynamics: DynamicsSection | None = None
    stress: StressSection = StressSection()
    glide_path: GlidePathSection | None = None
    simulation: SimulationSection | None = None
    contributions: ContributionsSection | None = None
    funding_rules: FundingRulesSection | None = None
    portable_alpha: PortableAlphaSection | None = None
    overlay: OverlaySection | None = None
    performance: PerformanceSection | None = None
    rivals: RivalsSection = RivalsSection()
    monitoring: MonitoringSection | None = None
    files: dict[str, FileSection] = Field(default_factory=dict)
