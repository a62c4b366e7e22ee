"""The task `attribute` against arithmetic done here: alpha, bridge, scoreboard, missing money."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest

from defease.errors import InputError
from defease.services import attribute, index
from tests.index_plans import PLAN, RETURNS, index_plan

ASSETS = [1012 / 1000 - 1, (960 + 41) / 1012 - 1, (985 - 10) / 960 - 1]
RETURNS_ONLY = "date,assets\n2025-01-31,0.012\n2025-02-28,-0.01\n2025-03-31,0.02\n"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return index_plan(tmp_path_factory.mktemp("plan"))


@pytest.fixture(scope="module")
def results(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = attribute(folder).to_dict()["results"]
    return found


@pytest.fixture(scope="module")
def months(folder: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = index(folder).to_dict()["results"]["months"]
    return found


def test_fourteen_measures_each_with_unit_window_n_and_status(results: dict[str, Any]) -> None:
    assert [len(results[key]) for key in ("risk", "reward", "risk_adjusted")] == [8, 4, 2]
    for group in ("risk", "reward", "risk_adjusted"):
        for measure in results[group].values():
            assert {"value", "unit", "window", "n", "status"} <= set(measure)
            assert (measure["value"] is None) == (measure["status"] == "n/m")


def test_three_months_give_no_annual_measure(folder: Path, results: dict[str, Any]) -> None:
    assert results["risk"]["asset_volatility"]["status"] == "n/m"
    assert results["risk_adjusted"]["information_ratio"]["value"] is None
    said = [w.message for w in attribute(folder).warnings if w.code == "not_meaningful"]
    assert any("asset_volatility" in m and "less than one year" in m for m in said)
    assert results["rolling"] == []


def test_alpha_in_money_is_growth_less_growth(
    results: dict[str, Any], months: list[dict[str, Any]]
) -> None:
    earned = (1012 - 1000) + (960 - 1012 + 41) + (985 - 960 - 10)
    names = ("income", "roll", "rate_change", "spread_change")
    owed = math.fsum(row[name] for row in months for name in names)
    found = results["reward"]["liability_alpha_money"]["value"]
    assert found == pytest.approx(earned - owed, rel=1e-10)


def test_the_total_line_of_the_scoreboard(
    results: dict[str, Any], months: list[dict[str, Any]]
) -> None:
    total = results["scoreboard"][0]
    grown = math.prod(1 + r for r in ASSETS)
    owed = math.prod(1 + row["total_return"] for row in months)
    assert total["asset_return"] == pytest.approx(grown - 1, rel=1e-12)
    assert total["liability_return"] == pytest.approx(owed - 1, rel=1e-12)
    assert total["geometric_alpha"] == pytest.approx(grown / owed - 1, rel=1e-12)
    ahead = sum(a > row["total_return"] for a, row in zip(ASSETS, months, strict=True))
    assert total["periods_ahead"] == ahead


def test_a_class_against_what_it_funds_with_the_same_money(
    folder: Path, results: dict[str, Any]
) -> None:
    line = next(row for row in results["scoreboard"] if row["name"] == "equity")
    assert line["benchmark"].startswith("payments of 5+ years, same money")
    study = index(folder).result
    (part,) = [part for part in study.index.buckets if part.name == "5+"]
    equity, opening = [0.02, -0.01, 0.02], [1000, 1012, 960]
    expected = sum(
        0.6 * held * (own - owed)
        for held, own, owed in zip(opening, equity, part.total_returns.tolist(), strict=True)
    )
    assert line["money_alpha"] == pytest.approx(expected, rel=1e-10)
    assert line["contest"] == "asset_class"


class TestBridge:
    def test_effects_add_up_to_the_change(self, results: dict[str, Any]) -> None:
        ends = results["bridge_ends"]
        ratio = math.fsum(step["ratio_effect"] for step in results["bridge"])
        before = ends["opening_assets"] / ends["opening_liabilities"]
        after = ends["closing_assets"] / ends["closing_liabilities"]
        assert ratio == pytest.approx(after - before, abs=1e-14)
        for side in ("asset", "liability"):
            change = math.fsum(step[f"{side}_change"] for step in results["bridge"])
            name = "assets" if side == "asset" else "liabilities"
            assert change == pytest.approx(ends[f"closing_{name}"] - ends[f"opening_{name}"])

    def test_drivers_are_rates_spreads_classes_payments_and_contributions(
        self, results: dict[str, Any]
    ) -> None:
        steps = {step["driver"]: step for step in results["bridge"]}
        # 41 is paid in February on both sides; the flows of -41 and +10 leave 10 paid in
        assert steps["payments"]["asset_change"] == -41
        assert steps["payments"]["liability_change"] == -41
        assert steps["contributions"]["asset_change"] == pytest.approx(10)
        expected = 0.6 * (1000 * 0.02 - 1012 * 0.01 + 960 * 0.02)
        assert steps["assets: equity"]["asset_change"] == pytest.approx(expected)
        owed = ("income", "roll", "rates", "spread")
        assert {f"liability: {name}" for name in owed} <= set(steps)

    def test_one_month_is_the_formula(self, tmp_path: Path) -> None:
        text = "\n".join(RETURNS.splitlines()[:3]) + "\n"
        found = attribute(index_plan(tmp_path, returns=text)).to_dict()["results"]
        ends = found["bridge_ends"]
        a0, a1 = ends["opening_assets"], ends["closing_assets"]
        l0, l1 = ends["opening_liabilities"], ends["closing_liabilities"]
        for step in found["bridge"]:
            expected = step["asset_change"] * (1 / l0 + 1 / l1) / 2
            expected -= step["liability_change"] * (a0 + a1) / (2 * l0 * l1)
            assert step["ratio_effect"] == pytest.approx(expected, abs=1e-15)


def test_returns_without_money_leave_money_empty_with_the_reason(tmp_path: Path) -> None:
    found = attribute(index_plan(tmp_path, returns=RETURNS_ONLY))
    results = found.to_dict()["results"]
    assert results["bridge"] == []
    assert results["bridge_ends"] is None
    assert results["reward"]["liability_alpha_money"]["status"] == "n/m"
    assert results["risk"]["maximum_drawdown"]["value"] is None
    assert "no_money" in [w.code for w in found.warnings]
    assert "The bridge" not in found.to_text()


def test_a_benchmark_never_changes_the_portfolios_own_measures(tmp_path: Path) -> None:
    months = [f"{2013 + k // 12}-{k % 12 + 1:02d}" for k in range(1, 25)]
    curves = "month,1,5,10\n" + "".join(
        f"{m},4,4.5,{4.6 + 0.01 * k}\n" for k, m in enumerate(months)
    )
    returns = "date,assets\n" + "".join(
        f"{m}-28,{0.01 * (-1) ** k}\n" for k, m in enumerate(months)
    )
    plan = PLAN.replace('risk_free_curves = "ust_history.csv"\n', "").replace(
        "start = 2024-12-31", "start = 2013-02-28"
    )
    values = []
    for name, text in (("a", curves), ("b", curves.replace("4.5", "1.5"))):
        folder = index_plan(tmp_path / name, plan=plan, aa_history=text, returns=returns)
        values.append(attribute(folder).to_dict()["results"])
    one, other = values
    assert one["risk"]["asset_volatility"] == other["risk"]["asset_volatility"]
    assert one["reward"]["growth"]["value"] == other["reward"]["growth"]["value"]
    assert one["reward"]["liability_alpha"] != other["reward"]["liability_alpha"]
    assert len(one["rolling"]) == 23 - 12 + 1


def test_annual_returns_meet_twelve_months_of_the_index(tmp_path: Path) -> None:
    months = [f"{2013 + k // 12}-{k % 12 + 1:02d}" for k in range(11, 36)]
    curves = "month,1,5,10\n" + "".join(f"{m},4,4.5,5\n" for m in months)
    plan = (
        PLAN.replace('risk_free_curves = "ust_history.csv"\n', "")
        .replace("start = 2024-12-31", "start = 2013-12-31")
        .replace("[performance]", '[performance]\nfrequency = "annual"')
    )
    returns = "date,assets\n2013-12-31,0.05\n2014-12-31,0.07\n2015-12-31,-0.01\n"
    folder = index_plan(tmp_path, plan=plan, aa_history=curves, returns=returns)
    found = attribute(folder).to_dict()["results"]
    levels = {row["date"]: row["level"] for row in index(folder).to_dict()["results"]["months"]}
    total = found["scoreboard"][0]
    assert (total["n"], found["start"]) == (2, "2013-12-31")
    assert total["asset_return"] == pytest.approx(1.07 * 0.99 - 1)
    assert total["liability_return"] == pytest.approx(levels["2015-12-31"] / 100 - 1)


def test_returns_of_other_months_than_the_index_are_refused(tmp_path: Path) -> None:
    text = RETURNS_ONLY.replace("2025", "2005")
    with pytest.raises(InputError, match="lies within the index"):
        attribute(index_plan(tmp_path, returns=text))


def test_a_column_that_funds_nothing_known_is_refused(tmp_path: Path) -> None:
    plan = PLAN.replace('bonds = "retired"', 'bonds = "retirees"')
    with pytest.raises(InputError, match="did you mean 'retired'"):
        attribute(index_plan(tmp_path, plan=plan))


def test_a_span_that_is_bucket_and_segment_is_offered_once(tmp_path: Path) -> None:
    plan = PLAN.replace('bonds = "retired"', 'bonds = "nowhere near"')
    with pytest.raises(InputError) as raised:
        attribute(index_plan(tmp_path, plan=plan))
    (problem,) = raised.value.problems
    known = problem.remedy.removeprefix("known here: ").split(", ")
    assert "1-3" in known
    assert len(known) == len(set(known))


def test_a_deficit_is_given_the_alpha_that_closes_it(tmp_path: Path) -> None:
    text = RETURNS.replace("2024-12-31,1000", "2024-12-31,950").replace(",985,", ",900,")
    plan = PLAN.replace("valuation_date = 2024-12-31", "valuation_date = 2025-03-31")
    found = attribute(index_plan(tmp_path, plan=plan, returns=text)).to_dict()["results"]
    needed = found["required_alpha"]
    assert needed["status"] == "unique"
    assert needed["required_return"] == pytest.approx(needed["alpha"] + needed["liability_yield"])
    assert needed["alpha"] > 0


def test_python_says_the_same_again(folder: Path) -> None:
    assert attribute(folder).to_json() == attribute(folder).to_json()
