"""What `value` says of its bases: rules, duties, bridges, and the ratio on actuarial assets."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from defease.services import copy_sample, value
from defease.services.samples import SAMPLES
from tests.unit.inputs.building import PLAN, plan_folder


def results(folder: Path, *overrides: str) -> dict[str, Any]:
    return dict(value(folder, overrides=overrides).results)


@pytest.fixture
def corporate(tmp_path: Path) -> Path:
    copy_sample(tmp_path / "p", example="corporate")
    return tmp_path / "p"


@pytest.mark.parametrize("name", SAMPLES)
def test_bridges_lead_from_each_basis_to_the_next_and_leave_nothing_over(
    tmp_path: Path, name: str
) -> None:
    copy_sample(tmp_path / "p", example=name)
    found = results(tmp_path / "p")
    worth = {basis["name"]: basis["present_value"] for basis in found["bases"]}
    names = list(worth)
    ways = [(bridge["from"], bridge["to"]) for bridge in found["bridges"]]
    assert ways == list(pairwise(names))
    for bridge in found["bridges"]:
        assert bridge["start"] == pytest.approx(worth[bridge["from"]], rel=1e-12)
        assert bridge["end"] == pytest.approx(worth[bridge["to"]], rel=1e-12)
        moved = sum(change["change"] for change in bridge["changes"])
        assert bridge["start"] + moved == pytest.approx(bridge["end"], rel=1e-12)


def test_averaging_and_corridor_are_steps_of_their_own(tmp_path: Path) -> None:
    sections = """
[[discounting]]
name = "month"
method = "segments"
regime = "pbgc_standard"
segment_rates = "irs.csv"
[[discounting]]
name = "minimum"
method = "segments"
regime = "ppa_430"
segment_rates = "irs.csv"
plan_year = 2026
averages_25_year = [0.05, 0.056, 0.062]
"""
    months = [f"{y}-{m:02d}" for y in (2024, 2025) for m in range(1, 13)]
    months = ["2023-12", *months]
    rows = "".join(f"{m},{3.0 + k / 10:.1f},4,5\n" for k, m in enumerate(months))
    folder = plan_folder(tmp_path, plan=PLAN + sections, irs="month,first,second,third\n" + rows)
    last = results(folder)["bridges"][-1]
    assert [change["cause"] for change in last["changes"]] == ["averaging", "corridor"]
    text = value(folder).to_text()
    assert "in all" in text
    assert "95-105%" in text


def test_a_basis_that_must_be_shown_and_is_not(corporate: Path) -> None:
    duties = {d["basis"]: d for d in results(corporate)["required_bases"]}
    assert duties["asc715"]["shown_as"] == "aa_corporate"
    assert duties["lump_sum_417e"] == {**duties["lump_sum_417e"], "must": False, "shown_as": None}
    public = value(corporate, overrides=["plan.sponsor=public"])
    missing = {
        d["basis"] for d in public.results["required_bases"] if d["must"] and not d["shown_as"]
    }
    assert missing == {"gasb", "ldrom"}
    assert "Missing here: GASB;" in public.to_text()


def test_households_are_told_of_no_duty(tmp_path: Path) -> None:
    copy_sample(tmp_path / "p", example="retiree")
    assert "Bases a plan of this kind must show" not in value(tmp_path / "p").to_text()


def test_the_ratio_on_actuarial_assets(corporate: Path) -> None:
    for basis in results(corporate)["bases"]:
        expected = 760e6 / basis["present_value"]
        assert basis["funded_ratio_actuarial"] == pytest.approx(expected, rel=1e-12)
        assert basis["funded_ratio"] == pytest.approx(742e6 / basis["present_value"], rel=1e-12)


def test_no_actuarial_assets_no_column(tmp_path: Path) -> None:
    folder = plan_folder(tmp_path)
    assert "funded_ratio_actuarial" not in results(folder)["bases"][0]
    assert "actuarial value" not in value(folder).to_text()


def test_rules_name_their_single_rate_and_what_is_to_confirm(corporate: Path) -> None:
    result = value(corporate)
    marked = {b["name"]: b["to_confirm"] for b in result.results["bases"]}
    assert marked["ppa_segments"]
    assert not marked["treasury"]
    text = " ".join(result.to_text().split())
    assert "single equivalent rate 4.20% [T]" in text
    assert "effective interest rate 4.12% [T]" in text
    assert "[T]: to confirm against the primary text: FASB ASC 715-30-35" in text
