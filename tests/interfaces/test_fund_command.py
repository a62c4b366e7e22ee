"""`defease fund`: text, JSON, Python and refusals, as for every command."""

from __future__ import annotations

from pathlib import Path

import pytest

import defease as package
from defease import services
from tests.command_line import defease

KEYS = """plan_year funding_target funding_target_basis effective_interest_rate
minimum_contribution minimum aftap aftap_meaning pbgc_premium premium
actuarially_determined_contribution adc paid trail"""


def test_text_fits_80_columns_and_shows_every_part(plans: Path) -> None:
    answer = defease("fund", plans / "corporate")
    assert (answer.code, answer.err) == (0, "")
    assert [line for line in answer.out.splitlines() if len(line) > 80] == []
    for part in ("Minimum contribution", "AFTAP", "PBGC premium", "Actuarially determined"):
        assert part in answer.out
    assert "this plan" in answer.out


def test_json_is_the_envelope_and_python_gives_the_same(plans: Path) -> None:
    answer = defease("fund", plans / "corporate", "--json")
    assert answer.code == 0
    body = answer.json
    assert list(body) == ["schema", "plan", "as_of", "run", "warnings", "results"]
    assert body["schema"] == "defease/fund/1"
    assert set(KEYS.split()) == set(body["results"])
    assert package.fund is services.fund
    assert services.fund(plans / "corporate").to_dict() == body


def test_a_missing_part_is_null_with_its_reason(plans: Path) -> None:
    override = "contributions.policy=none"
    body = defease("fund", plans / "corporate", "--json", "--set", override).json
    assert body["results"]["adc"] is None
    reasons = [w["message"] for w in body["warnings"] if w["code"] == "no_actuarial_contribution"]
    assert len(reasons) == 1
    assert "contributions.policy" in reasons[0]
    assert "Not computed" in defease("fund", plans / "corporate", "--set", override).out


@pytest.mark.parametrize("suffix", [".json", ".txt", ".csv", ".html"])
def test_files_by_suffix(plans: Path, tmp_path: Path, suffix: str) -> None:
    target = tmp_path / f"fund{suffix}"
    assert defease("fund", plans / "corporate", "-o", target).code == 0
    assert "minimum required" in " ".join(target.read_text("utf-8").split())


def test_a_plan_without_any_figures_has_no_answer(plans: Path) -> None:
    answer = defease("fund", plans / "bullet", "--json")
    assert answer.code == 1
    assert answer.json["error"]["code"] == "model"


@pytest.mark.parametrize("option", ["--reach", "--year", "--confidence"])
def test_what_is_promised_for_later_is_refused_in_words(plans: Path, option: str) -> None:
    answer = defease("fund", plans / "corporate", option, "1")
    assert (answer.code, answer.out) == (2, "")
    assert "is not available in this version" in answer.err
    assert option in answer.err
    assert option not in defease("fund", "--help").out
