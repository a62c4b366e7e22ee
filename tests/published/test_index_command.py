"""Thirty-two years of HQM curves and six of Treasury month ends, each in one command.

HQM spot rates and constant-maturity Treasury yields: US Treasury and Federal Reserve H.15
(../shared/data/rates).  HQM months are taken as monthly means, dated at month end [to confirm]; the
Treasury yields beside them are means of the month of the daily ones.  The Texas retiree stream is
a projection of 2024 with its years moved to begin in 2010-02: an illustration.
"""

from __future__ import annotations

import datetime as dt
import math
from pathlib import Path
from statistics import fmean
from typing import Any

import pytest

from defease.dates import add_months
from tests.command_line import Answer, defease
from tests.shared_files import shared_rows
from tests.unit.inputs.building import plan_folder

TENORS = {"3M": 0.25, "6M": 0.5, "1Y": 1, "2Y": 2, "3Y": 3, "5Y": 5, "7Y": 7, "10Y": 10,
          "20Y": 20, "30Y": 30}  # fmt: skip
HQM = "data/rates/hqm_spot_monthly_1984_2016.csv"
CMT = "data/rates/ust_cmt_daily.csv"
TEXAS = "data/pension/txtrs_2024_benefit_projection_100y.csv"
MOVED = "payments of the 2024 projection, moved to start in February 2010"
PLAN = """
[plan]
name = "A closed plan"
valuation_date = 1984-11-30
headline_basis = "aa"
risk_free_basis = "treasury"
year_end = "11-30"
[liabilities]
timing = "monthly"
[[discounting]]
name = "aa"
method = "curve"
file = "aa.csv"
quote = "spot"
compounding = "semiannual"
unit = "percent"
interpolation = "linear_zero"
[[discounting]]
name = "treasury"
method = "curve"
file = "ust.csv"
quote = "par"
compounding = "semiannual"
unit = "percent"
interpolation = "linear_zero"
[index]
curves = "hqm_history.csv"
risk_free_curves = "ust_history.csv"
"""
CURVE = "maturity_years,rate\n1,11\n30,12\n"


def months(first: str, last: str) -> list[dict[str, str]]:
    return [row for row in shared_rows(HQM) if first <= row["month"] <= last]


def as_csv(header: list[str], rows: list[list[str]]) -> str:
    return "\n".join(",".join(row) for row in [header, *rows]) + "\n"


def hqm_history(first: str, last: str) -> str:
    rows = months(first, last)
    return as_csv(list(rows[0]), [list(row.values()) for row in rows])


def treasury_means(first: str, last: str) -> str:
    days: dict[str, list[dict[str, str]]] = {}
    for row in shared_rows(CMT):
        if first <= row["date"][:7] <= last:
            days.setdefault(row["date"][:7], []).append(row)
    rows = [
        [month, *(_mean([r[tenor] for r in found]) for tenor in TENORS)]
        for month, found in sorted(days.items())
    ]
    return as_csv(["month", *(f"{years:g}" for years in TENORS.values())], rows)


def _mean(cells: list[str]) -> str:
    given = [float(cell) for cell in cells if cell]
    return f"{fmean(given):.12f}" if given else ""


def closed_plan() -> str:
    """Sixty years of a closed group that fades away."""
    paid = [100e6 * math.exp(-(((k + 0.5) / 28.0) ** 2)) for k in range(60)]
    return "year,benefits\n" + "".join(f"{1985 + k},{b:.0f}\n" for k, b in enumerate(paid))


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> Answer:
    folder = plan_folder(
        tmp_path_factory.mktemp("plan"),
        plan=PLAN,
        cash_flows=closed_plan(),
        aa=CURVE,
        ust=CURVE,
        hqm_history=hqm_history("1984-11", "2016-11"),
        ust_history=treasury_means("1984-11", "2016-11"),
    )
    answer = defease("index", folder, "--json")
    assert (answer.code, answer.err) == (0, "")
    return answer


def test_the_command_makes_the_monthly_means_of_daily_treasury_yields(
    history: Answer, tmp_path: Path
) -> None:
    """The published daily yields as they are, in the same one command."""
    days = [row for row in shared_rows(CMT) if "1984-11" <= row["date"][:7] <= "2016-11"]
    daily = as_csv(["date", *TENORS], [[row["date"], *(row[t] for t in TENORS)] for row in days])
    folder = plan_folder(
        tmp_path,
        plan=PLAN + 'daily_rates = "month_mean"\n',
        cash_flows=closed_plan(),
        aa=CURVE,
        ust=CURVE,
        hqm_history=hqm_history("1984-11", "2016-11"),
        ust_history=daily,
    )
    answer = defease("index", folder, "--json")
    assert (answer.code, answer.err) == (0, "")
    for ours, theirs in zip(
        answer.json["results"]["months"], history.json["results"]["months"], strict=True
    ):
        scale = theirs["present_value"]
        for line in ("rate_change", "spread_change", "rate_level", "rate_slope"):
            assert ours[line] == pytest.approx(theirs[line], abs=1e-9 * scale)
    said = [w["message"] for w in answer.json["warnings"] if w["code"] == "monthly_means"]
    assert any("ust_history.csv: 80" in text and "in 385 months" in text for text in said), said


def test_thirty_two_years_month_by_month(history: Answer) -> None:
    found = history.json["results"]
    assert (found["start"], found["end"]) == ("1984-11-30", "2016-11-30")
    assert len(found["months"]) == 384
    value, level = found["opening_value"], 100.0
    lines = "income roll rate_change spread_change benefit_paid experience model_change"
    for row in found["months"]:
        value += sum(row[name] for name in lines.split())
        level *= 1 + row["total_return"]
        assert row["present_value"] == pytest.approx(value, rel=1e-12)
        assert row["level"] == pytest.approx(level, rel=1e-12)
    whole = found["since_inception"]
    parts = [whole[n] for n in ("income", "roll", "rate_change", "spread_change")]
    assert sum(parts) == pytest.approx(whole["total_return"], rel=1e-9)


def test_the_first_and_last_values_on_the_published_rates(history: Answer) -> None:
    """Payment by payment, on straight lines between the published half-year spot rates."""
    for month, key in (("1984-11", "opening_value"), ("2016-11", "present_value")):
        (row,) = months(month, month)
        nodes = [(float(k), 2 * math.log1p(float(v) / 200)) for k, v in row.items() if k != "month"]
        expected = math.fsum(a * math.exp(-t * _zero(nodes, t)) for t, a in payments(month))
        results = history.json["results"]
        ours = results[key] if key in results else results["months"][-1][key]
        assert ours == pytest.approx(expected, rel=1e-10)


def payments(month: str) -> list[tuple[float, float]]:
    """Twelfths in the middle of each month (15 days into it), seen from a month end."""
    start, today = dt.date(1984, 11, 30), dt.date.fromisoformat(f"{month}-30")
    found = []
    for line in closed_plan().splitlines()[1:]:
        year, amount = line.split(",")
        for part in range(12):
            day = add_months(start, 12 * (int(year) - 1985) + part) + dt.timedelta(days=15)
            if day > today:
                found.append(((day - today).days / 365, float(amount) / 12))
    return found


def _zero(nodes: list[tuple[float, float]], t: float) -> float:
    if t <= nodes[0][0]:
        return nodes[0][1]
    above = next(i for i, (years, _) in enumerate(nodes) if years >= t)
    (t0, z0), (t1, z1) = nodes[above - 1], nodes[above]
    return z0 + (z1 - z0) * (t - t0) / (t1 - t0)


def test_what_was_assumed_is_said(history: Answer) -> None:
    said = {w["code"]: w["message"] for w in history.json["warnings"]}
    assert "[to confirm with the publisher]" in said["monthly_means"]
    holes = [w["message"] for w in history.json["warnings"] if w["code"] == "missing_tenor"]
    # the 20-year yield was not published before October 1993, the 30-year not from 2002 to 2006
    twenty, thirty = sorted(holes, key=lambda text: "30 years" in text)
    assert "20 years has no rate in" in twenty
    assert "(1984-11 to 1993-09)" in twenty
    assert "linear_zero" in twenty
    assert "30 years has no rate in" in thirty
    assert "(2002-03 to 2006-01)" in thirty
    assert "flat_forward" in thirty


def test_falling_rates_made_most_of_the_growth(history: Answer) -> None:
    months_: list[dict[str, Any]] = history.json["results"]["months"]
    assert sum(row["rate_change"] for row in months_) > 0
    assert sum(row["income"] for row in months_) > 0
    worst = min(months_, key=lambda row: row["spread_change"] / row["present_value"])
    assert worst["date"][:4] == "2008"


@pytest.fixture(scope="module")
def texas_answer(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The retirees of the 2024 valuation, re-dated to 2010-02, on Treasury month ends."""
    last: dict[str, dict[str, str]] = {}
    for row in shared_rows(CMT):
        if "2010-01" <= row["date"][:7] <= "2016-11" and row["10Y"]:
            last[row["date"][:7]] = row
    rows = [[r["date"], *(r[tenor] for tenor in TENORS)] for r in last.values()]
    history = as_csv(["date", *TENORS], rows)
    flows = "period,group,benefits\n" + "".join(
        f"{k},retired,{row['retirees_current']}\n"
        for k, row in enumerate(shared_rows(TEXAS), start=1)
        if float(row["retirees_current"]) > 0
    )
    plan = (
        PLAN.replace("1984-11-30", "2010-01-31")
        .replace('year_end = "11-30"\n', "")
        .replace('headline_basis = "aa"', 'headline_basis = "treasury"')
        .replace('risk_free_curves = "ust_history.csv"\n', "")
        .replace("[liabilities]\n", f'[liabilities]\nillustration = "{MOVED}"\n')
    )
    folder = plan_folder(
        tmp_path_factory.mktemp("texas"),
        plan=plan,
        cash_flows=flows,
        aa=CURVE,
        ust=CURVE,
        hqm_history=history,
    )
    answer = defease("index", folder, "--json")
    assert (answer.code, answer.err) == (0, "")
    found: dict[str, Any] = answer.json
    return found


def test_texas_says_that_it_is_an_illustration(texas_answer: dict[str, Any]) -> None:
    told = [w["message"] for w in texas_answer["warnings"] if w["code"] == "illustration"]
    assert [MOVED in message for message in told] == [True]


@pytest.fixture(scope="module")
def texas(texas_answer: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = texas_answer["results"]
    return found


def test_texas_eighty_two_months_from_february_2010(texas: dict[str, Any]) -> None:
    assert (texas["start"], len(texas["months"])) == ("2010-01-31", 82)
    paid = -texas["months"][0]["benefit_paid"]
    (first, *_) = shared_rows(TEXAS)
    assert paid == pytest.approx(float(first["retirees_current"]) / 12)


def test_texas_value_adds_up_line_by_line(texas: dict[str, Any]) -> None:
    value = texas["opening_value"]
    lines = "income roll rate_change spread_change benefit_paid experience"
    for row in texas["months"]:
        value += sum(row[name] for name in lines.split())
        assert row["present_value"] == pytest.approx(value, rel=1e-12)
