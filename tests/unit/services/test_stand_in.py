"""`attribute` against a liability of one duration, and classes known by the year."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest

from defease.services import attribute, report
from tests.index_plans import PLAN as INDEX_PLAN
from tests.index_plans import RETURNS as INDEX_RETURNS
from tests.index_plans import index_plan
from tests.owed_plans import INDEX, PLAN, RETURNS, month_after, owed_plan, returns_csv
from tests.unit.inputs.building import only_problem

MONTHS = 36
RATES = [3.0 + 0.4 * math.sin(k / 2) for k in range(MONTHS + 1)]
EARNED = [0.004 + 0.02 * math.sin(1.3 * k) for k in range(MONTHS)]
DURATION = 8
STAND_IN = "liability = { duration = 8 }\n"


def asked(folder: Path, *, more: str = STAND_IN, returns: str = "", **files: Any) -> Any:
    owed_plan(
        folder,
        plan=PLAN + INDEX + RETURNS + more,
        amounts=[1.0],
        rates=RATES,
        returns=returns or returns_csv(EARNED),
        **files,
    )
    return attribute(folder)


def slow_zero() -> list[float]:
    """A zero of eight years bought every month; the curve has one rate from 1 to 10 years."""
    found = []
    for k in range(MONTHS):
        h = (month_after(k + 1) - month_after(k)).days / 365
        sold = (1 + RATES[k + 1] / 100) ** -(DURATION - h)
        found.append(sold * (1 + RATES[k] / 100) ** DURATION - 1)
    return found


def linked(returns: list[float]) -> float:
    return math.prod(1 + r for r in returns) - 1


def test_the_liability_is_a_zero_bought_anew_every_month(tmp_path: Path) -> None:
    found = asked(tmp_path).results
    assert found["liability_duration"] == DURATION
    (total,) = found["scoreboard"]
    assert total["liability_return"] == pytest.approx(linked(slow_zero()), rel=1e-12)
    assert total["asset_return"] == pytest.approx(linked(EARNED), rel=1e-12)
    money = 100 * (linked(EARNED) - linked(slow_zero()))
    assert total["money_alpha"] == pytest.approx(money, rel=1e-9)
    assert (found["bridge"], found["required_alpha"], found["annual"]) == ([], None, [])


def test_the_funded_ratio_at_the_start_is_that_of_the_plan(tmp_path: Path) -> None:
    more = "liability = { duration = 8, funded_ratio = 0.8 }\n"
    found = asked(tmp_path, more=more).results
    change = found["reward"]["funded_change"]["value"]
    ratio = 0.8 * (1 + linked(EARNED)) / (1 + linked(slow_zero()))
    assert change == pytest.approx(ratio - 0.8, rel=1e-9)


def test_quarters_are_compared_with_linked_months(tmp_path: Path) -> None:
    rows = [f"{month_after(3 * k + 3)},{linked(EARNED[3 * k : 3 * k + 3])!r}" for k in range(12)]
    text = "\n".join(["date,assets", *rows, ""])
    found = asked(tmp_path, more='frequency = "quarterly"\n' + STAND_IN, returns=text).results
    (total,) = found["scoreboard"]
    assert total["n"] == 12
    assert total["liability_return"] == pytest.approx(linked(slow_zero()), rel=1e-12)


def test_a_class_is_compared_by_the_years_that_both_have(tmp_path: Path) -> None:
    annual = "date,houses\n2019-12-31,0.03\n2020-12-31,0.01\n2021-12-31,0.05\n2022-12-31,0.02\n"
    more = 'annual_returns = "annual.csv"\n' + STAND_IN
    answer = asked(tmp_path, more=more, annual=annual)
    (found,) = answer.results["annual"]
    assert [(row["year"], row["assets"]) for row in found["years"]] == [(2021, 0.05), (2022, 0.02)]
    assert found["years"][0]["liability"] == pytest.approx(linked(slow_zero()[:12]), rel=1e-12)
    assert "Classes by the year" in answer.to_text()


def test_a_class_without_a_common_year_is_left_out_and_said_so(tmp_path: Path) -> None:
    annual = "date,houses\n1999-12-31,0.03\n2000-12-31,0.01\n"
    answer = asked(tmp_path, more='annual_returns = "annual.csv"\n' + STAND_IN, annual=annual)
    assert answer.results["annual"] == []
    assert any("houses: no year" in w.message for w in answer.warnings)
    assert "Classes by the year" not in answer.to_text()


def test_an_index_has_classes_by_the_year_too(tmp_path: Path) -> None:
    plan = INDEX_PLAN.replace(
        'returns = "returns.csv"\n', 'returns = "returns.csv"\nannual_returns = "annual.csv"\n'
    )
    answer = attribute(index_plan(tmp_path, plan=plan, annual="date,bills\n2025-12-31,0.04\n"))
    # the index of that plan ends in March
    assert any("bills: no year" in w.message for w in answer.warnings)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ("liability = { duration = 0.25 }\n", "a duration of 0.25 years"),
        ("liability = { duration = 120 }\n", "a duration of 120 years"),
        (STAND_IN + '[performance.funds]\nassets = "5+"\n', "has no buckets or groups"),
        (STAND_IN + 'annual_returns = "empty.csv"\n', "has no return"),
    ],
)
def test_refused_in_words(tmp_path: Path, more: str, said: str) -> None:
    problem = only_problem(lambda: asked(tmp_path, more=more, empty="date,houses\n2021-12-31,\n"))
    assert said in problem.what


def test_the_board_report_says_why_it_leaves_the_comparison_out(tmp_path: Path) -> None:
    asked(tmp_path)
    text = " ".join(report(tmp_path).to_text().split())
    assert "Performance against the liability" in text
    assert "a liability of one duration has no bridge" in text


def test_returns_outside_the_curves_are_refused(tmp_path: Path) -> None:
    text = "date,assets\n2001-01-31,0.01\n"
    problem = only_problem(lambda: asked(tmp_path, returns=text))
    assert problem.where == "plan.toml: performance.returns"
    assert "lies within the curves" in problem.what


def test_a_manager_without_money_leaves_the_money_of_the_total(tmp_path: Path) -> None:
    """Measured against the same whole index, a manager must not take its money away."""
    lines = INDEX_RETURNS.splitlines()
    added = [",desk", ",", ",0.01", ",0.02", ",0.0"]
    text = "\n".join(line + more for line, more in zip(lines, added, strict=True)) + "\n"
    found = attribute(index_plan(tmp_path, returns=text)).results["scoreboard"]
    alone = attribute(index_plan(tmp_path / "alone")).results["scoreboard"]
    assert found[0]["money_alpha"] is not None
    assert found[0]["money_alpha"] == alone[0]["money_alpha"]
    assert found[-1]["name"] == "desk"
    assert found[-1]["money_alpha"] is None
