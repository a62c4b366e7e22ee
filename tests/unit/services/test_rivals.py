"""The task `rivals` through a plan file: identities, independent numbers, words, refusals."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest

from defease.services import copy_sample, index, rivals
from defease.services.rivals import RivalsAnswer
from defease.services.task import TaskResult
from tests.command_line import defease, strict_json
from tests.owed_plans import PLAN, START, month_after, owed_plan
from tests.unit.inputs.building import only_problem

MONTHS = 24
RATES = [4.0 + 0.7 * math.sin(k / 3) for k in range(MONTHS + 1)]
AMOUNTS = [10.0 + 0.05 * k for k in range(240)]
EXPENSES = 0.5


def asked(folder: Path, **changed: Any) -> TaskResult[RivalsAnswer]:
    options = {key: changed.pop(key) for key in ("opening_ratio", "overrides") if key in changed}
    given = {"amounts": AMOUNTS, "rates": RATES, "slope": 0.5, "expenses": EXPENSES, **changed}
    return rivals(owed_plan(folder, **given), **options)


@pytest.fixture(scope="module")
def answer(tmp_path_factory: pytest.TempPathFactory) -> TaskResult[RivalsAnswer]:
    return asked(tmp_path_factory.mktemp("rivals"))


def test_bonds_matched_to_the_payments_keep_surplus_and_ratio(
    answer: TaskResult[RivalsAnswer],
) -> None:
    matched = answer.results["rivals"][0]
    scale = answer.results["opening_liability"]
    assert matched["name"] == "matched payments"
    assert matched["surplus_range"] == pytest.approx(0.0, abs=1e-9 * scale)
    assert matched["worst_month"]["surplus_change"] == pytest.approx(0.0, abs=1e-9 * scale)
    assert matched["tracking_error"] == pytest.approx(0.0, abs=1e-12)
    ratios = [row["funded_ratio"]["matched payments"] for row in answer.results["path"]]
    assert ratios == pytest.approx([1.0] * (MONTHS + 1), rel=1e-12)
    assert all(each["surplus_range"] > 1e-4 * scale for each in answer.results["rivals"][1:])


def test_every_month_end_of_the_curves_is_in_the_path(answer: TaskResult[RivalsAnswer]) -> None:
    assert answer.results["start"] == START
    path = answer.results["path"]
    assert [row["date"] for row in path] == [month_after(k) for k in range(MONTHS + 1)]


def test_the_liability_path_agrees_with_the_task_index(tmp_path: Path) -> None:
    found = asked(tmp_path)
    months = index(tmp_path).results["months"]
    theirs = [row["present_value"] for row in months]
    ours = [row["liability"] for row in found.results["path"]]
    assert ours[-len(theirs) :] == pytest.approx(theirs, rel=1e-12)


def test_a_flat_curve_gives_the_textbook_duration_and_growth(tmp_path: Path) -> None:
    found = asked(tmp_path, rates=[4.0] * (MONTHS + 1), slope=0.0)
    end = month_after(MONTHS)
    due = [
        ((month_after(k + 1) - end).days / 365, amount + EXPENSES)
        for k, amount in enumerate(AMOUNTS)
        if k >= MONTHS
    ]

    def worth(rate: float) -> float:
        return math.fsum(a * (1 + rate) ** -t for t, a in due)

    duration = math.fsum(t * a * 1.04**-t for t, a in due) / worth(0.04)
    first = found.results["mismatches"][0]
    assert first["liability_duration"] == pytest.approx(duration, rel=1e-10)
    assert math.fsum(row["gap"] for row in first["key_rates"]) == pytest.approx(
        first["duration_gap"], rel=1e-9
    )
    down = next(move for move in first["growth"] if move["shift_bp"] == -100)
    assert down["liability"] == pytest.approx(worth(0.03) / worth(0.04) - 1, rel=1e-9)
    loss = -(down["liability"] - down["index"]) * worth(0.04)
    assert down["money"] == pytest.approx(loss, rel=1e-9)
    assert down["years_of_expenses"] == pytest.approx(-loss / (12 * EXPENSES), rel=1e-9)


def test_surplus_changes_of_the_years_add_up_to_the_change_of_surplus(
    answer: TaskResult[RivalsAnswer],
) -> None:
    for each in answer.results["rivals"]:
        assert len(each["worst_years"]) == 2
        total = math.fsum(year["surplus_change"] for year in each["worst_years"])
        assert total == pytest.approx(each["surplus"], abs=1e-9)


def test_the_opening_ratio_is_that_of_everybody(tmp_path: Path) -> None:
    found = asked(tmp_path, opening_ratio=0.8)
    opening = found.results["path"][0]["funded_ratio"]
    assert list(opening.values()) == pytest.approx([0.8] * 6, rel=1e-12)


def test_assets_that_are_spent_say_when(tmp_path: Path) -> None:
    found = asked(tmp_path, opening_ratio=0.02)
    broad = found.results["rivals"][1]
    assert broad["exhausted_on"] is not None
    assert f"could no longer pay on {broad['exhausted_on']}" in " ".join(found.to_text().split())
    assert any(
        warning.code == "exhausted" and warning.message.startswith(broad["name"])
        for warning in found.warnings
    )


def test_without_expenses_there_are_no_years_of_them(tmp_path: Path) -> None:
    found = asked(tmp_path, expenses=0.0)
    assert found.results["annual_expenses"] is None
    assert found.results["rivals"][1]["worst_year_in_years_of_expenses"] is None
    assert "no_expenses" in {warning.code for warning in found.warnings}
    assert "years of the plan's expenses" not in " ".join(found.to_text().split())


def test_a_few_months_have_no_tracking_error(tmp_path: Path) -> None:
    found = asked(tmp_path, rates=RATES[:4])
    assert [each["tracking_error"] for each in found.results["rivals"]] == [None] * 6
    assert "short_history" in {warning.code for warning in found.warnings}


def test_the_text_keeps_to_eighty_columns_and_the_json_parses(
    answer: TaskResult[RivalsAnswer],
) -> None:
    assert max(len(line) for line in answer.to_text().splitlines()) <= 80
    assert strict_json(answer.to_json())["results"]["rivals"][0]["name"] == "matched payments"
    assert answer.plots == ("funded-ratio",)


def test_a_plan_without_curves_is_refused_with_the_key_to_add(tmp_path: Path) -> None:
    folder = owed_plan(tmp_path, plan=PLAN, amounts=AMOUNTS, rates=RATES)
    problem = only_problem(lambda: rivals(folder))
    assert problem.where == "plan.toml: index.curves"
    assert "[index]" in problem.remedy


def test_a_ratio_of_nothing_is_refused(tmp_path: Path) -> None:
    folder = owed_plan(tmp_path, amounts=AMOUNTS, rates=RATES)
    assert "opening funded ratio of 0" in only_problem(lambda: rivals(folder, opening_ratio=0)).what


def test_the_command_answers_and_a_plan_without_an_index_leaves_with_2(tmp_path: Path) -> None:
    folder = owed_plan(tmp_path / "plan", amounts=AMOUNTS, rates=RATES, slope=0.5)
    told = defease("rivals", folder, "--opening-ratio", "0.9", "--json")
    assert told.code == 0
    assert told.json["results"]["opening_ratio"] == 0.9
    copy_sample(tmp_path / "college", example="college")
    refused = defease("rivals", tmp_path / "college")
    assert refused.code == 2
    assert "index.curves" in refused.err


def test_a_history_given_by_hand_stands_in_for_that_of_the_plan(tmp_path: Path) -> None:
    folder = owed_plan(tmp_path / "plan", amounts=AMOUNTS, rates=RATES)
    bare = owed_plan(tmp_path / "bare", plan=PLAN, amounts=AMOUNTS, rates=[1.0])
    ours, theirs = rivals(folder), rivals(bare, curves=folder / "history.csv")
    assert theirs.results["rivals"] == ours.results["rivals"]
