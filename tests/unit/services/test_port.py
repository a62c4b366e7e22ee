"""The task `port` through a plan file: what never porting equals, a worked case, refusals."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from defease.services import copy_sample, port
from defease.services.port import PortAnswer
from defease.services.task import TaskResult
from tests.command_line import defease, strict_json
from tests.owed_plans import INDEX, PLAN, RETURNS, month_after, owed_plan, returns_csv
from tests.unit.inputs.building import only_problem, problems_of

AMOUNTS = [10.0] * 120
EARNED = [0.10, 0.0, -0.05]
ZERO = [0.0, 0.0, 0.0, 0.0]
RULE = """
[portable_alpha]
share = 1.0
trigger_amount = 1.0
"""


def plan_with(rule: str, *, returns: str = RETURNS) -> str:
    return PLAN + INDEX + returns + rule


def asked(
    folder: Path, rule: str = RULE, *, earned: list[float] | None = None, **options: Any
) -> TaskResult[PortAnswer]:
    returns = returns_csv(EARNED if earned is None else earned, more="bonds")
    rates = options.pop("rates", ZERO)
    made = owed_plan(folder, plan=plan_with(rule), amounts=AMOUNTS, rates=rates, returns=returns)
    return port(made, **options)


def test_the_whole_excess_of_the_first_month_buys_the_next_payments(tmp_path: Path) -> None:
    """Rates of 0: 1,000 grow by 100, and 100 pay the ten payments that follow the first."""
    found = asked(tmp_path).results
    assert [each["transferred"] for each in found["decisions"]] == pytest.approx([100.0, 0.0, 0.0])
    path = found["path"]
    assert [row["months_defeased"] for row in path] == [0, 10, 9, 8]
    assert {row["coverage_date"] for row in path[1:]} == {month_after(11)}
    # 1,000 + 100 earned - 10 paid - 100 moved; the next payments come from the matched bonds
    alpha = [1000.0, 990.0, 990.0, 990.0 * 0.95]
    assert [row["alpha_assets"] for row in path] == pytest.approx(alpha)
    assert [row["matched_assets"] for row in path] == pytest.approx([0.0, 100.0, 90.0, 80.0])
    assert [row["liability"] for row in path] == pytest.approx([1200.0, 1190.0, 1180.0, 1170.0])
    # never porting loses 5% of what was moved and of the two payments met from bonds until then
    never = (1090.0 - 10.0) * 0.95 - 10.0
    assert found["never"]["alpha_assets"] == pytest.approx(never)
    assert found["comparison"]["final_surplus_gain"] == pytest.approx(alpha[-1] + 80.0 - never)


@pytest.mark.parametrize(
    "rule",
    [
        "[portable_alpha]\nshare = 1.0\ntrigger_amount = 1e12\n",
        "[portable_alpha]\nshare = 1.0\ntrigger_ratio = 9.0\n",
        "[portable_alpha]\nshare = 0.0\ntrigger_amount = 0.0\n",
        "[portable_alpha]\nshare = 1.0\ntrigger_amount = 1.0\nreview_months = 120\n",
    ],
)
def test_a_rule_that_never_moves_is_never_porting(tmp_path: Path, rule: str) -> None:
    found = asked(tmp_path, rule, rates=[4.0, 4.2, 3.9, 4.1])
    assert found.results["ported"] == found.results["never"]
    path = found.results["path"]
    assert [r["funded_ratio"] for r in path] == [r["never_funded_ratio"] for r in path]
    assert "the rule moved nothing: both ways are the same" in " ".join(found.to_text().split())


def test_a_tiny_share_is_almost_never_porting(tmp_path: Path) -> None:
    tiny = asked(tmp_path, "[portable_alpha]\nshare = 1e-9\ntrigger_amount = 0.0\n").results
    assert 0 < tiny["ported"]["transferred"] < 1e-6
    assert tiny["ported"]["funded_ratio"] == pytest.approx(tiny["never"]["funded_ratio"], rel=1e-9)


def test_every_review_stands_in_the_record_with_its_reason(tmp_path: Path) -> None:
    found = asked(tmp_path)
    assert [each["reason"] for each in found.results["decisions"]] == [
        "transferred",
        "no_excess",
        "no_excess",
    ]
    text = " ".join(found.to_text().split())
    assert "Of 3 reviews 1 moved money into matched bonds and 2 found no excess." in text


def test_alpha_assets_can_earn_a_named_column(tmp_path: Path) -> None:
    found = asked(tmp_path, alpha="bonds").results
    assert found["alpha"] == "bonds"
    assert found["never"]["alpha_assets"] == pytest.approx(1000.0 - 30.0)


def test_market_values_of_the_file_open_the_back_test(tmp_path: Path) -> None:
    rows = ["date,assets,flow", f"{month_after(0)},500,0", f"{month_after(1)},550,0", ""]
    made = owed_plan(
        tmp_path, plan=plan_with(RULE), amounts=AMOUNTS, rates=ZERO, returns="\n".join(rows)
    )
    found = port(made).results
    assert found["path"][0]["alpha_assets"] == pytest.approx(500.0)
    assert found["decisions"][0]["transferred"] == pytest.approx(50.0)


def test_a_later_start_takes_the_market_value_of_the_plan_and_says_so(tmp_path: Path) -> None:
    found = asked(tmp_path, overrides=["index.start=2021-01-31"])
    assert found.results["start"] == month_after(1)
    assert "market_value_of_another_day" in {warning.code for warning in found.warnings}
    assert len(found.results["decisions"]) == 2


def test_the_rule_begins_where_the_plan_says(tmp_path: Path) -> None:
    rows = [f"{month_after(k)},{value},0" for k, value in enumerate((500, 550, 600, 660))]
    returns = "\n".join(["date,assets,flow", *rows, ""])
    rule = f"{RULE}start = {month_after(1)}\n"
    made = owed_plan(tmp_path, plan=plan_with(rule), amounts=AMOUNTS, rates=ZERO, returns=returns)
    found = port(made).results
    assert found["start"] == month_after(1)
    assert found["path"][0]["alpha_assets"] == 550.0
    assert [each["excess"] for each in found["decisions"]][:1] == pytest.approx([50.0])


@pytest.mark.parametrize("start", ["2019-12-31", "2021-03-31", "2030-01-31"])
def test_a_start_outside_the_history_is_refused(tmp_path: Path, start: str) -> None:
    problem = only_problem(lambda: asked(tmp_path, f"{RULE}start = {start}\n"))
    assert problem.where == "plan.toml: portable_alpha.start"
    assert "from 2020-12 to 2021-03" in problem.remedy


def test_the_corporate_sample_moves_money(tmp_path: Path) -> None:
    copy_sample(tmp_path, example="corporate")
    found = port(tmp_path).results
    moved = [each["transferred"] for each in found["decisions"] if each["transferred"] > 0]
    assert 1 < len(moved) < len(found["decisions"])
    assert found["ported"]["transferred"] == pytest.approx(sum(moved), rel=1e-12)
    assert found["comparison"]["months_gained"] > 0


def test_alpha_assets_that_run_out_are_said(tmp_path: Path) -> None:
    found = asked(tmp_path, overrides=["assets.market_value=15"], earned=[0.0, 0.0, 0.0])
    assert found.results["ported"]["unpaid"] == pytest.approx(15.0)
    assert "exhausted" in {warning.code for warning in found.warnings}


def test_the_text_keeps_to_eighty_columns_and_the_json_parses(tmp_path: Path) -> None:
    found = asked(tmp_path)
    assert max(len(line) for line in found.to_text().splitlines()) <= 80
    assert strict_json(found.to_json())["results"]["policy"]["direction"] == "ratchet"
    assert found.plots == ("funded-ratio", "pools-and-coverage")


def test_a_plan_without_the_rule_or_its_share_is_refused(tmp_path: Path) -> None:
    none = only_problem(lambda: asked(tmp_path, ""))
    assert none.where == "plan.toml: portable_alpha"
    share = only_problem(lambda: asked(tmp_path, "[portable_alpha]\ntrigger_ratio = 0.9\n"))
    assert share.where == "plan.toml: portable_alpha.share"
    (trigger,) = problems_of(lambda: asked(tmp_path, "[portable_alpha]\nshare = 0.5\n"))
    assert "has no trigger" in trigger.what


def test_returns_that_do_not_fit_are_refused(tmp_path: Path) -> None:
    unknown = only_problem(lambda: asked(tmp_path, alpha="bnds"))
    assert "bonds" in unknown.remedy
    early = "date,assets\n2010-01-31,0.01\n2010-02-28,0.01\n"
    made = owed_plan(tmp_path, plan=plan_with(RULE), amounts=AMOUNTS, rates=ZERO, returns=early)
    assert "lies within the curves" in only_problem(lambda: port(made)).what
    annual = plan_with(RULE, returns=f'{RETURNS}frequency = "annual"\n')
    yearly = "date,assets\n2021-12-31,0.01\n"
    made = owed_plan(tmp_path, plan=annual, amounts=AMOUNTS, rates=ZERO, returns=yearly)
    assert "month by month" in only_problem(lambda: port(made)).what


def test_the_command_answers_and_a_plan_without_a_rule_leaves_with_2(tmp_path: Path) -> None:
    asked(tmp_path / "plan")
    told = defease("port", tmp_path / "plan", "--alpha", "bonds", "--json")
    assert told.code == 0
    assert told.json["results"]["alpha"] == "bonds"
    copy_sample(tmp_path / "college", example="college")
    refused = defease("port", tmp_path / "college")
    assert refused.code == 2
    assert "portable_alpha" in refused.err
