"""The reference of files names every key of a plan that is used today, and no other."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from defease.inputs.bond_file import KNOWN as BOND_COLUMNS
from defease.inputs.schema.analysis import (
    ExhaustionSection,
    IndexSection,
    InflationSection,
    MonitoringSection,
    PerformanceSection,
    RivalsSection,
    ScenarioSection,
)
from defease.inputs.schema.assumptions import AssetClassSection, LiabilityReturnSection
from defease.inputs.schema.base import Section
from defease.inputs.schema.discounting import BasisSection
from defease.inputs.schema.document import PlanFile
from defease.inputs.schema.matching import MatchingSection
from defease.inputs.schema.matching_limits import LimitsSection
from defease.inputs.schema.plan_sections import (
    AllocationWeight,
    AssetsSection,
    FileSection,
    LaterProjection,
    LiabilitiesSection,
    PlanSection,
    PublishedFigure,
)
from defease.inputs.schema.strategy import AssumptionsReference, PortableAlphaSection

PAGE = Path(__file__).resolve().parents[2] / "docs" / "reference" / "files.md"
SECTIONS: dict[str, type[Section]] = {
    "[plan]": PlanSection,
    "[assets]": AssetsSection,
    "[[assets.allocation]]": AllocationWeight,
    "[liabilities]": LiabilitiesSection,
    "[[liabilities.published]]": PublishedFigure,
    "[[liabilities.projection]]": LaterProjection,
    "[[discounting]]": BasisSection,
    "[exhaustion]": ExhaustionSection,
    "[matching]": MatchingSection,
    "[matching.limits]": LimitsSection,
    "[[stress.scenario]]": ScenarioSection,
    "[index]": IndexSection,
    "[[index.inflation]]": InflationSection,
    "[performance]": PerformanceSection,
    "[rivals]": RivalsSection,
    "[monitoring]": MonitoringSection,
    "[portable_alpha]": PortableAlphaSection,
    "[assumptions]": AssumptionsReference,
    '[files."NAME"]': FileSection,
    "[[asset_class]]": AssetClassSection,
    "[liability_return]": LiabilityReturnSection,
}


def part_of_page(heading: str) -> str:
    """The text under a heading, up to the next one."""
    parts = re.split(r"^#+ +", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    found = [part for part in parts if part.splitlines()[:1] == [heading]]
    assert len(found) == 1, heading
    return found[0]


def keys_of(heading: str) -> list[str]:
    """Keys in the first column of the table under a heading."""
    rows = [line for line in part_of_page(heading).splitlines() if line.startswith("| `")]
    return [key for row in rows for key in re.findall(r"`([^`]+)`", row.split("|")[1])]


@pytest.mark.parametrize("heading", SECTIONS)
def test_a_section_has_a_row_for_each_of_its_keys(heading: str) -> None:
    assert sorted(keys_of(f"`{heading}`")) == sorted(SECTIONS[heading].model_fields)


def test_sections_used_later_are_named() -> None:
    later = set(re.findall(r"`\[(\w+)\]`", part_of_page("Later sections")))
    described = {re.split(r"[.\]]", heading.strip("["))[0] for heading in SECTIONS}
    assert later | described >= set(PlanFile.model_fields)
    assert not later & described


def test_the_columns_of_bonds_are_those_that_are_read() -> None:
    named = set(keys_of("Bonds and holdings")) | {"coupon_pct"}
    assert named == set(BOND_COLUMNS)
