"""Porting and the cash sweep over a later projection: the index's payments, nobody's growth."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest

from defease.services import index, port, rivals
from tests.owed_plans import INDEX, PLAN, RETURNS, flows_csv, month_after, owed_plan

MONTHS, CHANGE = 24, 9
RATES = [4.0 + 0.7 * math.sin(k / 3) for k in range(MONTHS + 1)]
FIRST = [10.0] * 120
EQUITY = [0.05 * math.sin(k) for k in range(MONTHS)]
BONDS = [0.004 * math.cos(k) for k in range(MONTHS)]
EARNED = [0.03 + 0.2 * each for each in EQUITY]
RULE = "[portable_alpha]\nshare = 0.5\ntrigger_amount = 1.0\n"
ALLOCATION = """
[[assets.allocation]]
asset_class = "equity"
weight = 0.6
[[assets.allocation]]
asset_class = "bonds"
weight = 0.4
"""


def plan_of(folder: Path, later: list[float] | None) -> Path:
    text = PLAN.replace("[liabilities]", ALLOCATION + "[liabilities]") + INDEX + RETURNS + RULE
    new = "" if later is None else flows_csv(later)
    if later is not None:
        text += f'[[liabilities.projection]]\neffective = {month_after(CHANGE)}\nfile = "later.csv"'
    rows = [f"{month_after(k + 1)},{EARNED[k]!r},{EQUITY[k]!r},{BONDS[k]!r}" for k in range(MONTHS)]
    returns = "\n".join(["date,assets,equity,bonds", *rows, ""])
    return owed_plan(
        folder, plan=text, amounts=FIRST, rates=RATES, slope=0.5, returns=returns, later=new
    )


def same(ours: Any, theirs: Any) -> None:
    """Two results, number by number."""
    assert type(ours) is type(theirs)
    if isinstance(ours, dict):
        assert ours.keys() == theirs.keys()
        for key in ours:
            same(ours[key], theirs[key])
    elif isinstance(ours, list):
        assert len(ours) == len(theirs)
        for one, other in zip(ours, theirs, strict=True):
            same(one, other)
    elif isinstance(ours, float):
        assert ours == pytest.approx(theirs, rel=1e-9, abs=1e-9)
    else:
        assert ours == theirs


def test_a_projection_that_says_the_same_changes_nothing(tmp_path: Path) -> None:
    again, one = plan_of(tmp_path / "again", FIRST), plan_of(tmp_path / "one", None)
    ported = port(one).results
    assert ported["ported"]["transferred"] > 0
    same(port(again).results, ported)
    same(rivals(again).results["cash_sweep"], rivals(one).results["cash_sweep"])


def test_the_liability_is_that_of_the_index(tmp_path: Path) -> None:
    plan = plan_of(tmp_path, [12.0] * 120)
    months = index(plan).results["months"]
    found = port(plan)
    ours = [row["liability"] for row in found.results["path"]][1:]
    assert ours == pytest.approx([row["present_value"] for row in months], rel=1e-9)
    told = [w.message[:15] for w in found.warnings if w.code == "new_projection"]
    assert told == [f"from {month_after(CHANGE)}"]


def test_the_jump_is_no_excess_and_a_bond_is_kept(tmp_path: Path) -> None:
    """The review of the change weighs the growth of the old payments, and sees more owed."""
    grown = port(plan_of(tmp_path / "grown", [12.0] * 120)).results
    plain = port(plan_of(tmp_path / "plain", None)).results
    for k in range(CHANGE):
        ours, theirs = grown["decisions"][k], plain["decisions"][k]
        assert ours["excess"] == pytest.approx(theirs["excess"], rel=1e-12)
    at = CHANGE - 1
    ratios = [each["decisions"][at]["funded_ratio"] for each in (grown, plain)]
    assert ratios[0] == pytest.approx(ratios[1] * 10 / 12, rel=1e-9)
    assert grown["path"][CHANGE - 1]["months_defeased"] > 1
    bought = grown["decisions"][at]["transferred"]
    assert grown["path"][CHANGE]["matched_assets"] - bought == pytest.approx(
        plain["path"][CHANGE]["matched_assets"] - plain["decisions"][at]["transferred"], rel=1e-9
    )


def test_bonds_for_payments_that_fall_away_pay_the_alpha_assets(tmp_path: Path) -> None:
    answer = port(plan_of(tmp_path, [0.0] * 12 + [10.0] * 108)).results
    found = answer["path"]
    held = [row["matched_assets"] for row in found]
    assert held[CHANGE] > 0
    never = [row["never_funded_ratio"] * row["liability"] for row in found]
    # nothing is due from then until month 12: never porting only grows
    for k in range(CHANGE, 12):
        assert never[k + 1] == pytest.approx(never[k] * (1 + EARNED[k]), rel=1e-9)
    # what the bonds bring meanwhile is with the alpha assets, less what the rule moves
    moved = [each["transferred"] for each in answer["decisions"]]
    for k in range(CHANGE, 12):
        alpha = found[k]["alpha_assets"] * (1 + EARNED[k]) + 10.0 - moved[k]
        assert found[k + 1]["alpha_assets"] == pytest.approx(alpha, rel=1e-9)


def test_the_sweep_pays_what_the_later_projection_says(tmp_path: Path) -> None:
    found = rivals(plan_of(tmp_path, [15.0] * 120))
    sweep = found.results["cash_sweep"]
    due = [10.0] * CHANGE + [15.0] * (MONTHS - CHANGE)
    assert sweep["due"] == pytest.approx(math.fsum(due), rel=1e-12)
    opening = found.results["path"][0]["liability"]
    equity, bonds = 0.6 * opening, 0.4 * opening
    for k in range(MONTHS):
        equity, bonds = equity * (1 + EQUITY[k]), bonds * (1 + BONDS[k])
        kept = 1 - due[k] / (equity + bonds)
        equity, bonds = equity * kept, bonds * kept
    assert sweep["sweep"]["assets"] == pytest.approx(equity + bonds, rel=1e-12)
    text = " ".join(found.to_text().split())
    assert f"as first projected (later projections take over on {month_after(CHANGE)})" in text
