"""The 60/40 plan and the annual classes of `test_sixty_forty_history` as a page of the product.

A plan folder is written from ../shared/data: monthly returns of the mix, of stocks and of bonds
(Shiller's monthly means and dividends; ten-year Treasury yields), HQM spot rates for a zero of
twelve years, and annual returns of Baa bonds, bills and real estate (Damodaran).  One command makes
the page; its numbers are compared with plain loops and its sentences with its numbers.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from defease.dates import month_end
from defease.performance import ReturnSeries
from tests.command_line import Answer, defease
from tests.published.test_index_command import hqm_history
from tests.published.test_sixty_forty_history import (
    ANNUAL_CLASSES,
    FIRST,
    HQM_FILE,
    LAST,
    bonds,
    monthly,
    plan,
    stocks,
    yearly,
)
from tests.slow_performance import comparative, linked
from tests.unit.inputs.building import plan_folder

YEARS = 12
PLAN = """
[plan]
name = "60/40 against twelve years of duration"
valuation_date = 2016-11-30
[assets]
[[assets.allocation]]
asset_class = "stocks"
weight = 0.6
[[assets.allocation]]
asset_class = "treasuries"
weight = 0.4
[liabilities]
timing = "dated"
[[discounting]]
name = "hqm"
method = "curve"
file = "hqm.csv"
quote = "spot"
compounding = "semiannual"
unit = "percent"
interpolation = "linear_zero"
[index]
curves = "hqm_history.csv"
[performance]
returns = "returns.csv"
annual_returns = "annual.csv"
liability = { duration = 12 }
"""


def table(head: str, columns: list[ReturnSeries]) -> str:
    rows = zip(columns[0].dates, *(series.returns for series in columns), strict=True)
    lines = [f"{day},{','.join(repr(float(r)) for r in row)}" for day, *row in rows]
    return "\n".join([head, *lines, ""])


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    annual = [yearly(name, column) for name, column in ANNUAL_CLASSES.items()]
    names = ",".join(ANNUAL_CLASSES)
    return plan_folder(
        tmp_path_factory.mktemp("sixty_forty"),
        plan=PLAN,
        # what the plan owes on its date: one payment, as far away as the stand-in is long
        cash_flows="date,benefits\n2028-11-30,100\n",
        hqm="maturity_years,rate\n1,2.0\n30,4.5\n",
        hqm_history=hqm_history(FIRST, LAST),
        returns=table("date,assets,stocks,treasuries", [plan(), stocks(), bonds()]),
        annual=table(f"date,{names}", annual),
    )


@pytest.fixture(scope="module")
def answer(folder: Path) -> Answer:
    return defease("attribute", folder, "--json")


@pytest.fixture(scope="module")
def page(folder: Path) -> str:
    told = defease("attribute", folder)
    assert told.code == 0
    assert max(len(line) for line in told.out.splitlines()) <= 80
    return " ".join(told.out.split())


def liability() -> list[float]:
    """The zero of twelve years, month by month, in actual days, linear in continuous rates."""
    at, below = (monthly(HQM_FILE, "month", column) for column in ("12", "11.5"))
    returns = []
    for before, after in pairwise(sorted(at)):
        h = (end(after) - end(before)).days / 365
        near, far = (2 * math.log1p(rates[after] / 200) for rates in (below, at))
        sold = far + (near - far) * h / 0.5
        bought = 2 * math.log1p(at[before] / 200)
        returns.append(math.expm1(YEARS * bought - (YEARS - h) * sold))
    return returns


def end(month: str) -> dt.date:
    return month_end(dt.date.fromisoformat(f"{month}-01"))


def results(answer: Answer) -> dict[str, Any]:
    assert answer.code == 0
    found: dict[str, Any] = answer.json["results"]
    return found


def test_all_comparative_measures_against_plain_loops(answer: Answer) -> None:
    found = results(answer)
    assert (found["start"], found["end"]) == ("1984-12-31", "2016-11-30")
    measures = found["risk"] | found["reward"] | found["risk_adjusted"]
    slow = comparative(plan().returns.tolist(), liability(), 12)
    for key, expected in slow.items():
        assert measures[key]["value"] == pytest.approx(expected, rel=1e-9), key
        assert measures[key]["n"] == 383
    owed = linked(liability())
    earned = linked(plan().returns.tolist())
    assert measures["funded_change"]["value"] == pytest.approx((1 + earned) / (1 + owed) - 1)
    # money is per 100 of liability at the start, from full funding
    assert measures["liability_alpha_money"]["value"] == pytest.approx(100 * (earned - owed))


def test_scoreboard_of_the_managers(answer: Answer) -> None:
    lines = {line["name"]: line for line in results(answer)["scoreboard"]}
    owed = linked(liability())
    for name, series in (("assets", plan()), ("stocks", stocks()), ("treasuries", bonds())):
        earned = linked(series.returns.tolist())
        assert lines[name]["geometric_alpha"] == pytest.approx((1 + earned) / (1 + owed) - 1)
        assert lines[name]["n"] == 383


@pytest.mark.parametrize("name", ANNUAL_CLASSES)
def test_the_annual_table_against_plain_loops(answer: Answer, name: str) -> None:
    (found,) = [each for each in results(answer)["annual"] if each["name"] == name]
    by_year = [linked(liability()[12 * k : 12 * k + 12]) for k in range(31)]
    slow = comparative(yearly(name, ANNUAL_CLASSES[name]).returns.tolist(), by_year, 1)
    for key, expected in slow.items():
        assert found[key] == pytest.approx(expected, rel=1e-9), key
    assert [row["year"] for row in found["years"]] == list(range(1985, 2016))
    assert [row["liability"] for row in found["years"]] == pytest.approx(by_year, rel=1e-9)


def plain(text: str) -> str:
    """One kind of minus."""
    return text.replace("\N{MINUS SIGN}", "-")


def test_sentences_say_the_numbers(answer: Answer, page: str) -> None:
    found, said = results(answer), plain(page)
    total = found["scoreboard"][0]
    earned, owed = (f"{100 * total[key]:+,.2f}%" for key in ("asset_return", "liability_return"))
    assert f"From 1984-12-31 to 2016-11-30 the assets returned {earned}" in said
    assert "(zero of 12 years)" in said
    assert owed in said
    assert f"ahead in {total['periods_ahead']} of 383 periods" in said
    assert "stand-in, a zero of 12 years bought anew every month, not the plan's payments" in said


def test_sentences_of_the_annual_table(answer: Answer, page: str) -> None:
    classes = results(answer)["annual"]
    alpha = {each["name"]: each["liability_alpha"] for each in classes}
    ahead = sorted((name for name in alpha if alpha[name] > 0), key=lambda name: -alpha[name])
    said = plain(page)
    assert "Over the years 1985 to 2015 the liability grew by" in said
    if ahead:
        assert f"{len(ahead)} of {len(alpha)} classes beat the liability: {ahead[0]} " in said
    else:
        assert f"None of {len(alpha)} classes kept up with the liability" in said
    last = min(alpha, key=lambda name: alpha[name])
    rate = f"{100 * alpha[last]:+.1f}%"
    assert re.search(rf"Furthest behind: {last} \({re.escape(rate)} a year\)", said, re.IGNORECASE)
    explained = {each["name"]: each["r_squared"] for each in classes}
    most = max(explained, key=lambda name: explained[name])
    told = rf"{most} moved most like it: its returns explain {100 * explained[most]:.1f}%"
    assert re.search(told, said, re.IGNORECASE)
    assert "31 yearly returns are a short history" in said


def test_the_html_page_is_written(folder: Path, tmp_path: Path) -> None:
    told = defease("attribute", folder, "-o", tmp_path / "page.html")
    assert told.code == 0
    text = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert "Classes by the year" in text
    assert "Scoreboard" in text
    assert text.count("<svg") >= 3
