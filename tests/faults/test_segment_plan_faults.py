"""Bad files and keys of segment rates through a plan: place, what and remedy, one sentence each."""

from __future__ import annotations

from pathlib import Path

import pytest

from defease.errors import Problem
from defease.inputs.plan import read_plan
from tests.unit.inputs.building import PLAN, plan_folder, problems_of
from tests.unit.inputs.test_bases_legal import FLAT_HQM, history, hqm_history

HEAD = '[[discounting]]\nname = "x"\nmethod = "segments"\n'
TABLE = 'segment_rates = "s.csv"\n'
HQM = 'hqm = "s.csv"\n'
GOOD = history((4.0, 5.0, 6.0))


def problems(folder: Path, keys: str, text: str) -> tuple[Problem, ...]:
    plan = plan_folder(folder, plan=PLAN + HEAD + keys, s=text)
    return problems_of(lambda: read_plan(plan))


def without(text: str, month: str) -> str:
    return "".join(line for line in text.splitlines(keepends=True) if not line.startswith(month))


@pytest.mark.parametrize(
    ("keys", "text", "where", "said"),
    [
        (TABLE, without(GOOD, "2024-07"), "x.segment_rates: segment rates", "2024-07 missing"),
        (HQM, without(hqm_history(4.0), "2025-03"), "x.hqm: segment rates", "2025-03 missing"),
        (TABLE, GOOD.replace("2025-02", "2025-01"), "rates: s.csv", "2025-01 more than once"),
        (TABLE, GOOD.replace("2025-02", "Feb 25"), "line 27, column month", "is not a month"),
        (TABLE, GOOD.replace("2025-02,4.0", "2025-02,"), "line 27, column first", "is empty"),
        (TABLE, GOOD.replace("2025-02,4.0", "2025-02,4.005"), "s.csv: 2025-02", "two decimals"),
        (TABLE, history((0.04, 0.05, 0.06)), "column first", "below 0.30"),
        (TABLE, GOOD.replace("third", "fourth"), "s.csv", "no column 'third'"),
        (TABLE, GOOD.replace("month", "when"), "s.csv", "no column 'month'"),
        (TABLE + 'unit = "decimal"\n', GOOD, "column first", "would be a rate of 400%"),
        (HQM, "month,a,b\n2025-01,4,5\n", "s.csv", "no column of a maturity"),
        (HQM, "rate\n4\n", "s.csv", "no column 'maturity_years'"),
        (HQM, FLAT_HQM.replace("\n1,", "\n0.2,"), "column maturity_years", "comes after"),
        (HQM, "maturity_years,rate\n1,4\n2,4\n3,4\n60,4\n", "s.csv", "maturities 1 to 60 years"),
        (HQM + "average_months = 24\n", FLAT_HQM, "x.average_months", "cannot be averaged"),
        (HQM + "plan_year = 2026\n", FLAT_HQM, "segment corridor", "needs the 25-year averages"),
        (TABLE + "plan_year = 2026\n", GOOD, "segment rates", "300 months"),
        (TABLE + "plan_year = 2010\naverages_25_year = [0.05, 0.05, 0.05]\n", GOOD,
         "plan year 2010", "no segment corridor is known"),
        (TABLE + 'regime = "lump_sum_417e"\nplan_year = 2026\n', GOOD, "x.plan_year",
         "knows no corridor"),
    ],
    ids=range(19),
)  # fmt: skip
def test_refused_with_place_what_and_remedy(
    tmp_path: Path, keys: str, text: str, where: str, said: str
) -> None:
    found = problems(tmp_path, keys, text)
    assert all(p.where.startswith("plan.toml: discounting.x") for p in found)
    assert any(where in p.where and said in f"{p.what}; {p.remedy}" for p in found), found


def test_all_bad_cells_of_a_file_come_at_once(tmp_path: Path) -> None:
    text = GOOD.replace("2025-02,4.0", "2025-02,").replace("2025-03,4.0", "2025-03,n/a")
    assert len(problems(tmp_path, TABLE, text)) == 2


def test_a_missing_file_names_the_key(tmp_path: Path) -> None:
    plan = plan_folder(tmp_path, plan=PLAN + HEAD + 'hqm = "hqm.csv"\n')
    (problem,) = problems_of(lambda: read_plan(plan))
    assert problem.where == "plan.toml: discounting.x.hqm"
