"""Rivals over a later projection: the new payments, the jump that is nobody's growth."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest

from defease.services import index, rivals
from tests.owed_plans import INDEX, PLAN, flows_csv, month_after, owed_plan

MONTHS, CHANGE = 24, 9
RATES = [4.0 + 0.7 * math.sin(k / 3) for k in range(MONTHS + 1)]
FIRST = [10.0] * 120


def answer(folder: Path, later: float, **asked: Any) -> dict[str, Any]:
    text = (PLAN + INDEX).replace(
        "[[discounting]]",
        f'[[liabilities.projection]]\neffective = {month_after(CHANGE)}\nfile = "later.csv"\n'
        "[[discounting]]",
        1,
    )
    new = flows_csv([later] * 120)
    owed_plan(folder, plan=text, amounts=FIRST, rates=RATES, later=new)
    return dict(rivals(folder, **asked).results)


def test_a_projection_that_says_the_same_changes_nothing(tmp_path: Path) -> None:
    same = answer(tmp_path / "same", later=10.0)
    owed_plan(tmp_path / "one", amounts=FIRST, rates=RATES)
    one = rivals(tmp_path / "one").results
    for ours, theirs in zip(same["rivals"], one["rivals"], strict=True):
        assert ours["funded_ratio"] == pytest.approx(theirs["funded_ratio"], rel=1e-9)
        assert ours["tracking_error"] == pytest.approx(theirs["tracking_error"], abs=1e-9)


def test_the_liability_is_that_of_the_index_and_the_jump_is_nobodys(tmp_path: Path) -> None:
    found = answer(tmp_path, later=12.0)
    months = index(tmp_path).results["months"]
    ours = [row["liability"] for row in found["path"]][1:]
    assert ours == pytest.approx([row["present_value"] for row in months], rel=1e-9)
    matched = found["rivals"][0]
    # a fifth more is owed from then on, for the same money
    ratios = [row["funded_ratio"]["matched payments"] for row in found["path"]]
    assert ratios[CHANGE - 1] == pytest.approx(1.0, rel=1e-9)
    assert ratios[CHANGE] == pytest.approx(10 / 12, rel=1e-9)
    years = math.fsum(year["surplus_change"] for year in found["rivals"][1]["worst_years"])
    jump = -found["path"][CHANGE]["liability"] * (1 - 10 / 12)
    assert found["rivals"][1]["surplus"] == pytest.approx(years + jump, rel=1e-9)
    assert matched["unpaid"] == 0.0


def test_the_page_says_from_when_the_payments_are_others(tmp_path: Path) -> None:
    answer(tmp_path, later=12.0)
    told = [w.message for w in rivals(tmp_path).warnings if w.code == "new_projection"]
    assert [message[:15] for message in told] == [f"from {month_after(CHANGE)}"]
