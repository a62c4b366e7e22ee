"""Bad histories through the commands: exit code 2, and place, what and remedy in words."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.command_line import defease
from tests.index_plans import AA, EQUITY, FLOWS, OFFICIAL, PLAN, RETURNS, UST, index_plan

LATER = '[[liabilities.projection]]\neffective = 2024-11-30\nfile = "cash_flows.csv"\n'
ASKED = {"monitor": ("--roll-forward",)}


@pytest.mark.parametrize(
    ("command", "files", "where", "said"),
    [
        ("attribute", {"returns": RETURNS.replace("2025-02-28,960,-41,-0.01,0.005\n", "")},
         "returns.csv: date 2025-03", "1 month missing after 2025-01"),
        ("attribute", {"returns": RETURNS.replace("2025-01-31,1012,0,0.02,0.00\n", "")},
         "returns.csv: date 2025-02", "1 month missing after 2024-12"),
        ("attribute", {"returns": RETURNS.replace("2025-03-31", "2025-02-27")},
         "returns.csv: date 2025-02", "the same period stands twice"),
        ("attribute", {"returns": RETURNS.replace("985,10", "985,1000")},
         "returns.csv: assets 2025-03-31", "larger than the assets"),
        ("attribute", {"returns": RETURNS.replace("-0.01,0.005", "-1.00,0.005")},
         "returns.csv: line 4, column equity", "-100% leaves nothing"),
        ("attribute", {"returns": RETURNS.replace("960,-41", "0,0")},
         "returns.csv: assets 2025-02-28", "-100% leaves nothing"),
        ("attribute", {"returns": RETURNS.splitlines()[0] + "\n2024-12-31,1000,0,,\n"},
         "returns.csv: assets", "one market value alone has no return"),
        ("attribute", {"returns": RETURNS.replace("2025", "2035").replace("2024", "2034")},
         "performance.returns", "lies within the index"),
        ("monitor", {"proxy_equity": "date,return\n2025-01-31,0.03\n2025-03-31,0.01\n"},
         "equity", "no return in 2025-02"),
        ("monitor", {"proxy_equity": "date,return\n2025-03-31,0.01\n",
         "official": OFFICIAL.replace("2025-02-28,975,,2025-03-25\n", "")},
         "monitoring.proxies", "begin with 2025-03, the last official value is of 2024-12-31"),
        ("monitor", {"proxy_equity": EQUITY.replace("02-28", "02-10")},
         "proxy_equity.csv: line 4, column date", "2025-02-10 stands twice"),
        ("monitor", {"proxy_equity": EQUITY.replace("-0.02", "-1")},
         "proxy_equity.csv: line 4, column return", "-100% leaves nothing"),
        ("monitor", {"official": OFFICIAL.replace("2024-12-31", "2024-11-30")},
         "official values", "2024-11-30 is no month end of the index"),
        ("index", {"aa_history": AA.replace("2025-01", "2024-11")},
         "aa_history.csv", "2025-01 is missing"),
        ("index", {"aa_history": AA, "plan": PLAN.replace("start = 2024-12-31",
         "start = 2020-01-31")}, "index.start", "curves cover 2024-12-31 to 2025-03-31"),
        ("index", {"ust_history": UST.replace("2025-03,3.4,3.7,4.1,4.5\n", "")},
         "liability index", "the risk-free history has no curve on 2025-03-31"),
        ("index", {"plan": PLAN.replace("[[discounting]]", LATER + "[[discounting]]", 1)},
         "liabilities.projection[0].effective", "takes effect on 2024-11-30"),
    ],
)  # fmt: skip
def test_refused_in_words(
    tmp_path: Path, command: str, files: dict[str, str], where: str, said: str
) -> None:
    answer = defease(command, index_plan(tmp_path, **files), *ASKED.get(command, ()), "--json")
    assert answer.code == 2, answer
    assert any(where in p["where"] and said in p["what"] for p in answer.problems), answer.out
    assert all(p["remedy"] for p in answer.problems)


def test_a_hole_in_the_curves_is_filled_by_name_and_said(tmp_path: Path) -> None:
    folder = index_plan(tmp_path, aa_history=AA.replace("4.5,", ","))
    answer = defease("index", folder, "--json")
    assert answer.code == 0
    (said,) = [w for w in answer.json["warnings"] if w["code"] == "missing_tenor"]
    assert "5 years has no rate in 1 of 4 months (2024-12 to 2024-12)" in said["message"]


def test_a_gap_in_the_rows_is_one_problem_for_all_columns(tmp_path: Path) -> None:
    text = RETURNS.replace("2025-02-28,960,-41,-0.01,0.005\n", "")
    answer = defease("attribute", index_plan(tmp_path, returns=text), "--json")
    assert [p["where"] for p in answer.problems] == ["returns.csv: date 2025-03"]


def test_a_payment_larger_than_the_assets_before_it_is_flagged(tmp_path: Path) -> None:
    text = RETURNS.replace("960,-41", "960,-1013")
    answer = defease("attribute", index_plan(tmp_path, returns=text), "--json")
    assert answer.code == 0
    (said,) = [w for w in answer.json["warnings"] if w["code"] == "large_flow"]
    assert "flows larger than the opening assets in 2025-02" in said["message"]


@pytest.mark.parametrize("command", ["index", "attribute", "monitor", "rivals"])
def test_curves_that_end_before_the_plan_does_are_named(tmp_path: Path, command: str) -> None:
    folder = index_plan(tmp_path, plan=PLAN.replace("2024-12-31\nheadline", "2025-06-30\nheadline"))
    answer = defease(command, folder, *ASKED.get(command, ()), "--json")
    assert answer.code == 0, answer.err
    (said,) = [w for w in answer.json["warnings"] if w["code"] == "curves_end_early"]
    assert "end on 2025-03-31, before the plan's date of 2025-06-30" in said["message"]


def test_proxies_shorter_than_the_index_leave_out_no_month_silently(tmp_path: Path) -> None:
    """A month without proxies is not rolled over: the back-test begins after it, and says so."""
    late = index_plan(tmp_path / "late", proxy_equity=EQUITY.replace("2025-01-31,0.03\n", ""))
    answer = defease("monitor", late, "--roll-forward", "--json").json
    assert answer["results"]["back_test"] is None
    said = {w["code"]: w["message"] for w in answer["warnings"]}
    assert "official values of 2024-12-31 are not used" in said["proxies_begin_late"]
    assert "proxies_end_early" not in said
    early = index_plan(tmp_path / "early", proxy_equity=EQUITY.replace("2025-03-31,0.01\n", ""))
    answer = defease("monitor", early, "--roll-forward", "--json").json
    assert answer["as_of"] == "2025-02-28"
    said = {w["code"]: w["message"] for w in answer["warnings"]}
    assert "end with 2025-02, the index on 2025-03-31" in said["proxies_end_early"]


def test_curves_up_to_the_last_month_end_are_no_early_end(tmp_path: Path) -> None:
    for day in ("2025-03-31", "2025-04-29"):
        folder = index_plan(
            tmp_path / day, plan=PLAN.replace("2024-12-31\nheadline", f"{day}\nheadline")
        )
        codes = {w["code"] for w in defease("index", folder, "--json").json["warnings"]}
        assert "curves_end_early" not in codes


def test_a_net_bucket_below_zero_has_money_and_n_m_for_every_percentage(tmp_path: Path) -> None:
    """Contributions of 2,000 in the last bucket; nothing is divided by what is left of it."""
    flows = FLOWS.replace("expenses\n", "expenses,contributions\n").replace(",0\n", ",0,2000\n")
    flows = flows.replace(",1\n", ",1,0\n").replace(",2\n", ",2,0\n").replace(",3\n", ",3,0\n")
    folder = index_plan(tmp_path, cash_flows=flows)
    results = defease("index", folder, "--json").json["results"]
    (last,) = [b for b in results["buckets"] if b["name"] == "5+" and b["kind"] == "bucket"]
    assert last["future_value"] == pytest.approx(900 - 2000)
    assert last["present_value"] < 0
    assert [last[key] for key in ("share", "price", "yield", "modified_duration")] == [None] * 4
    assert last["returns"]["month"] is None
    assert last["sensitivities"][0]["change"] != 0
    assert last["sensitivities"][0]["relative_change"] is None
    lines = defease("index", folder).out.splitlines()
    rows = [line.split() for line in lines if line.startswith("5+ ")]
    # three tables of percentages, and the money of moves of one part of the curve
    assert [row.count("n/m") for row in rows] == [4, 4, 4, 0]


def test_eleven_months_give_no_annual_figure(tmp_path: Path) -> None:
    months = [f"2025-{k:02d}" for k in range(1, 12)]
    curves = "month,1,5,10\n2024-12,4,4.5,5\n" + "".join(
        f"{m},4,4.5,{5 + k / 50}\n" for k, m in enumerate(months)
    )
    returns = "date,assets\n" + "".join(f"{m}-28,0.0{k % 3}\n" for k, m in enumerate(months))
    plan = PLAN.replace('risk_free_curves = "ust_history.csv"\n', "")
    folder = index_plan(tmp_path, plan=plan, aa_history=curves, returns=returns)
    answer = defease("attribute", folder, "--json").json
    assert {w["code"] for w in answer["warnings"]} >= {"less_than_a_year", "not_meaningful"}
    for measure in answer["results"]["risk"].values():
        assert measure["value"] is None
    assert answer["results"]["reward"]["growth"]["value"] is None
    assert answer["results"]["reward"]["growth"]["parts"]["cumulative"]["value"] is not None


def test_all_problems_of_a_file_come_at_once(tmp_path: Path) -> None:
    text = RETURNS.replace("0.02,0.00", "x,0.00").replace("-0.01,0.005", "-1.0,y")
    answer = defease("attribute", index_plan(tmp_path, returns=text), "--json")
    assert len(answer.problems) == 3
