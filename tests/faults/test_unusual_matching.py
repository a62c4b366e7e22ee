"""Legal but unusual plans through `defease match`: little time, few bonds, nothing to buy."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from tests.command_line import defease, sample

PLAN = """[plan]
name = "Small"
valuation_date = 2024-02-29
[liabilities]
source = "cash_flows"
file = "cash_flows.csv"
timing = "dated"
[[discounting]]
name = "flat"
method = "flat"
rate = 0.04
[matching]
universe = "bonds.csv"
"""
ZERO = "z,other,Treasury,Treasury,UST,0,2025-02-28,95"
HEADER = "identifier,identifier_type,issuer,sector,rating,coupon,maturity,price"


def small(folder: Path, *payments: str, bonds: tuple[str, ...] = (ZERO,)) -> Path:
    """A plan of a few dated payments and bonds."""
    (folder / "plan.toml").write_text(PLAN, encoding="utf-8")
    flows = "\n".join(["date,benefits,contributions", *payments])
    (folder / "cash_flows.csv").write_text(flows + "\n", encoding="utf-8")
    (folder / "bonds.csv").write_text("\n".join([HEADER, *bonds]) + "\n", encoding="utf-8")
    return folder


def answered(plan: Path, *options: str) -> Any:
    words = (word for option in options for word in ("--set", option))
    answer = defease("match", plan, "--json", *words)
    assert answer.code == 0, answer.out + answer.err
    return answer.json


@pytest.mark.parametrize("pieces", ["lot=1000", "maximum_names=8", "minimum_piece=20000"])
def test_a_tenth_of_a_second_gives_an_answer_with_its_gap_or_says_none_yet(
    tmp_path: Path, pieces: str
) -> None:
    plan = sample(tmp_path, "corporate")
    options = ("matching.limits." + pieces, "matching.limits.issuer=0.3", "matching.time_limit=0.1")
    words = [word for option in options for word in ("--set", option)]
    answer = defease("match", plan, "--json", *words)
    if answer.code == 1:
        (problem,) = answer.problems
        assert answer.json["error"]["code"] == "solver"
        assert problem["what"].startswith("no portfolio in pieces yet after")
        assert "more time" in problem["remedy"]
        return
    assert answer.code == 0
    found = answer.json["results"]
    lots = found["lots"]
    assert (lots["time_limit"], found["gap_bp"]) == (0.1, lots["gap_bp"])
    excess = 1e4 * (found["cost"] / lots["bound"] - 1.0)
    assert lots["gap_bp"] == pytest.approx(max(excess, 0.0), abs=1e-6)
    proven = lots["gap_bp"] <= 1e4 * lots["relative_gap_asked"] * (1.0 + 1e-9)
    assert (found["status"] == "optimal") == proven


def test_one_bond_and_one_payment(tmp_path: Path) -> None:
    found = answered(small(tmp_path, "2025-02-28,100,0"))["results"]
    assert found["cost"] == pytest.approx(95.0)
    assert [(one["identifier"], one["face"]) for one in found["holdings"]] == [("z", 100.0)]


def test_inflows_before_and_after_the_one_payment(tmp_path: Path) -> None:
    plan = small(tmp_path, "2024-06-30,0,30", "2025-02-28,100,0", "2025-03-31,0,50")
    found = answered(plan)["results"]
    # Thirty carried at 0% and seventy from the zero.
    assert found["cost"] == pytest.approx(0.7 * 95.0)


def test_nothing_to_buy_in_time_is_paid_in_cash_and_has_no_price_of_more(tmp_path: Path) -> None:
    body = answered(small(tmp_path, "2024-03-01,100,0"))
    assert body["results"]["cost"] == pytest.approx(100.0)
    assert body["results"]["initial_cash"] == pytest.approx(100.0)
    (price,) = body["results"]["prices"]["payment_prices"]
    # The cap on cash, a year's payments, stays where it is when one unit more is asked for.
    assert price["paying_more"] is None
    assert price["paying_less"] == pytest.approx(1.0)
    assert "payments_without_price" in {warning["code"] for warning in body["warnings"]}


def test_an_unrated_bond_under_a_rating_cap_is_out_unless_it_is_allowed(tmp_path: Path) -> None:
    plan = small(tmp_path, "2025-02-28,100,0", bonds=("c,other,Acme,Energy,,0,2025-02-28,90",))
    cap = "matching.limits.ratings={BBB=0.5}"
    out = answered(plan, cap)["results"]
    assert (out["cost"], out["excluded"][0]["identifier"]) == (pytest.approx(100.0), "c")
    allowed = answered(plan, cap, 'matching.limits.unrated="allow"')["results"]
    assert allowed["cost"] == pytest.approx(90.0)
    worse = "matching.limits.ratings_at_or_below={A=0.5}"
    counted = answered(plan, worse, 'matching.limits.unrated="allow"')["results"]
    # Half of the cost in the bond, half in cash: 100 = k / 2 / 0.9 + k / 2.
    assert counted["cost"] == pytest.approx(100.0 / (0.5 / 0.9 + 0.5))


def test_a_payment_on_every_day_of_a_year(tmp_path: Path) -> None:
    start = dt.date(2024, 3, 1)
    days = [f"{start + dt.timedelta(days=k)},1,0" for k in range(366)]
    assert days[-1].startswith("2025-03-01")
    found = answered(small(tmp_path, *days))["results"]
    # 364 days until the zero pays, in cash; the two after it by the zero.
    assert found["cost"] == pytest.approx(364.0 + 2.0 * 0.95)
    assert len(found["ladder"]) == 366


@pytest.mark.parametrize("share", ["issuer=0", "sector=0", "ratings_at_or_below={AAA=0}"])
def test_a_limit_of_zero_leaves_treasuries(tmp_path: Path, share: str) -> None:
    corporate = "c,other,Acme,Energy,A,0,2025-02-28,90"
    plan = small(tmp_path, "2025-02-28,100,0", bonds=(ZERO, corporate))
    assert answered(plan)["results"]["cost"] == pytest.approx(90.0)
    assert answered(plan, f"matching.limits.{share}")["results"]["cost"] == pytest.approx(95.0)


@pytest.mark.parametrize("objective", ["terminal_surplus", "yield"])
def test_the_gap_of_another_goal_is_of_that_goal(tmp_path: Path, objective: str) -> None:
    plan = small(tmp_path, "2025-02-28,100,0")
    found = answered(plan, f'matching.objective="{objective}"', "matching.budget=190")["results"]
    # Twice what the payment costs: the optimum of another goal is not 10,000 bp from it.
    assert found["status"] == "optimal"
    assert found["gap_bp"] == pytest.approx(0.0, abs=1e-4)
    assert found["cost"] <= 190.0 + 1e-6
