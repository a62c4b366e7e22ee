"""The task `index` against a slow calculation, payment by payment in plain Python."""

from __future__ import annotations

import csv
import datetime as dt
import io
import itertools
import math
from pathlib import Path
from typing import Any

import pytest

from defease.services import index
from tests.index_plans import AA, FLOWS, PLAN, UST, index_plan

ENDS = [dt.date(2024, 12, 31), dt.date(2025, 1, 31), dt.date(2025, 2, 28), dt.date(2025, 3, 31)]
PAID = [
    (dt.date.fromisoformat(row["date"]), float(row["benefits"]) + float(row["expenses"]))
    for row in csv.DictReader(io.StringIO(FLOWS))
]


def test_moves_of_one_bucket_add_up_to_the_parallel_move_and_to_spreads_alone(
    tmp_path: Path,
) -> None:
    answer = index(index_plan(tmp_path))
    found = answer.results
    last, paid = len(ENDS) - 1, ahead(ENDS[-1])
    for number, move in enumerate(found["total"]["sensitivities"]):
        parts = [b for b in found["buckets"] if b["kind"] == "bucket"]
        changes = math.fsum(b["sensitivities"][number]["change"] for b in parts)
        assert changes == pytest.approx(move["change"], rel=1e-9)
        # risk-free rate as it is, spread wider by the shift
        wider = math.fsum(
            a * (1 + rate_at(UST, last, t) + spread + move["shift_bp"] / 1e4) ** -t
            for t, a in paid
            for spread in [rate_at(AA, last, t) - rate_at(UST, last, t)]
        )
        assert move["present_value"] == pytest.approx(wider, rel=1e-9)
    text = " ".join(answer.to_text().split())
    assert "Moves of one part of the curve" in text
    assert "Spreads that move alone" in text


def test_payments_that_illustrate_say_so_under_the_title(tmp_path: Path) -> None:
    words = "years moved to 2010"
    plan = PLAN.replace("[liabilities]", f'[liabilities]\nillustration = "{words}"', 1)
    found = index(index_plan(tmp_path, plan=plan))
    assert found.document.subtitle.endswith(f"Illustration: {words}")
    assert words in " ".join(w.message for w in found.warnings if w.code == "illustration")
    own = index(index_plan(tmp_path / "own"))
    assert "llustration" not in own.document.subtitle
    assert "illustration" not in {warning.code for warning in own.warnings}


def rate_at(text: str, month: int, years: float) -> float:
    """Annual spot rate: straight lines of continuous zeros, flat forward beyond the last node."""
    row = list(csv.DictReader(io.StringIO(text)))[month]
    nodes = [(float(k), math.log1p(float(v) / 100)) for k, v in row.items() if k != "month"]
    if years <= nodes[0][0]:
        return math.expm1(nodes[0][1])
    for (t0, z0), (t1, z1) in itertools.pairwise(nodes):
        if years <= t1:
            return math.expm1(z0 + (z1 - z0) * (years - t0) / (t1 - t0))
    (t0, z0), (t1, z1) = nodes[-2:]
    forward = (z1 * t1 - z0 * t0) / (t1 - t0)
    return math.expm1((z1 * t1 + forward * (years - t1)) / years)


def ahead(day: dt.date) -> list[tuple[float, float]]:
    return [((due - day).days / 365, amount) for due, amount in PAID if due > day]


def worth(month: int) -> float:
    return math.fsum(a * (1 + rate_at(AA, month, t)) ** -t for t, a in ahead(ENDS[month]))


def lines(month: int) -> dict[str, float]:
    """Income, roll, rate and spread change of the month that starts at `ENDS[month]`."""
    h = (ENDS[month + 1] - ENDS[month]).days / 365
    values = dict.fromkeys(("start", "aged", "rolled", "risk_free", "end"), 0.0)
    for t, amount in ahead(ENDS[month]):
        values["start"] += amount * (1 + rate_at(AA, month, t)) ** -t
        if t <= h:
            for stage in ("aged", "rolled", "risk_free", "end"):
                values[stage] += amount
            continue
        u = t - h
        rolled = rate_at(AA, month, u)
        moved = rolled + rate_at(UST, month + 1, u) - rate_at(UST, month, u)
        values["aged"] += amount * (1 + rate_at(AA, month, t)) ** -u
        values["rolled"] += amount * (1 + rolled) ** -u
        values["risk_free"] += amount * (1 + moved) ** -u
        values["end"] += amount * (1 + rate_at(AA, month + 1, u)) ** -u
    stages = list(values.values())
    names = ("income", "roll", "rate_change", "spread_change")
    return dict(zip(names, (b - a for a, b in itertools.pairwise(stages)), strict=True))


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    found: dict[str, Any] = index(index_plan(tmp_path_factory.mktemp("plan"))).to_dict()["results"]
    return found


@pytest.mark.parametrize("month", [0, 1, 2])
def test_each_line_of_each_month(results: dict[str, Any], month: int) -> None:
    row = results["months"][month]
    for name, expected in lines(month).items():
        assert row[name] == pytest.approx(expected, rel=1e-9), name
    assert row["date"] == ENDS[month + 1].isoformat()
    assert row["present_value"] == pytest.approx(worth(month + 1), rel=1e-12)
    paid = sum(a for due, a in PAID if ENDS[month] < due <= ENDS[month + 1])
    assert row["benefit_paid"] == -paid
    growth = (worth(month + 1) + paid) / worth(month) - 1
    assert row["total_return"] == pytest.approx(growth, rel=1e-9)


def test_the_lines_add_up_to_the_new_value(results: dict[str, Any]) -> None:
    value = results["opening_value"]
    names = """income roll rate_change spread_change benefit_paid contributions experience
        model_change"""
    for row in results["months"]:
        value += sum(row[name] for name in names.split())
        assert row["present_value"] == pytest.approx(value, rel=1e-13)
        split = row["rate_level"] + row["rate_slope"] + row["rate_curvature"]
        assert split == pytest.approx(row["rate_change"], rel=1e-9)


def test_levels_are_linked_returns(results: dict[str, Any]) -> None:
    level = 100.0
    for row in results["months"]:
        level *= 1 + row["total_return"]
        assert row["level"] == pytest.approx(level, rel=1e-13)
    whole = results["since_inception"]
    assert whole["total_return"] == pytest.approx(level / 100 - 1, rel=1e-12)
    for linked in results["carry"].values():
        parts = [linked[n] for n in ("income", "roll", "rate_change", "spread_change")]
        assert sum(parts) == pytest.approx(whole["total_return"], rel=1e-10)


def test_buckets_and_groups_add_up_to_the_whole(results: dict[str, Any]) -> None:
    for kind, names in {"bucket": ["0-2", "2-5", "5+"], "group": ["active", "retired"]}.items():
        parts = [part for part in results["buckets"] if part["kind"] == kind]
        assert [part["name"] for part in parts] == names
        for key in ("present_value", "future_value", "share", "dv01"):
            total = 1.0 if key == "share" else results["total"][key]
            assert sum(part[key] for part in parts) == pytest.approx(total, rel=1e-12)
    assert sum(p["migration"] for p in results["buckets"] if p["kind"] == "bucket") == (
        pytest.approx(0, abs=1e-9)
    )


def test_sensitivities_are_full_revaluations(results: dict[str, Any]) -> None:
    up = next(s for s in results["total"]["sensitivities"] if s["shift_bp"] == 100)
    moved = sum(a * (1.01 + rate_at(AA, 3, t)) ** -t for t, a in ahead(ENDS[3]))
    assert up["present_value"] == pytest.approx(moved, rel=1e-12)
    assert up["change"] == pytest.approx(moved - worth(3), rel=1e-9)


def test_without_a_risk_free_history_the_spread_is_part_of_the_rates(tmp_path: Path) -> None:
    plan = PLAN.replace('risk_free_curves = "ust_history.csv"\n', "")
    found = index(index_plan(tmp_path, plan=plan))
    (row, *_) = found.to_dict()["results"]["months"]
    expected = lines(0)
    both = expected["rate_change"] + expected["spread_change"]
    assert row["rate_change"] == pytest.approx(both, rel=1e-9)
    assert row["spread_change"] == pytest.approx(0, abs=1e-12)
    assert "no_risk_free_curves" in [w.code for w in found.warnings]


def test_payments_made_are_experience_and_never_enter_the_return(tmp_path: Path) -> None:
    plan = PLAN.replace("[index]", '[index]\npayments = "paid.csv"')
    made = "date,benefits,expenses\n2025-02-20,50,1\n"
    expected = index(index_plan(tmp_path / "a")).to_dict()["results"]["months"][1]
    row = index(index_plan(tmp_path / "b", plan=plan, paid=made)).to_dict()["results"]["months"][1]
    assert row["benefit_paid"] == -51.0
    assert row["experience"] == pytest.approx(10.0)
    assert row["total_return"] == expected["total_return"]
    assert row["present_value"] == expected["present_value"]


def test_a_new_projection_leaves_the_level_alone(tmp_path: Path) -> None:
    more = '[[liabilities.projection]]\neffective = 2025-01-31\nfile = "later.csv"\n'
    plan = PLAN.replace("[[discounting]]", f"{more}[[discounting]]", 1)
    before = index(index_plan(tmp_path / "a")).to_dict()["results"]["months"]
    text = FLOWS.replace("900", "1000")
    after = index(index_plan(tmp_path / "b", plan=plan, later=text)).to_dict()["results"]["months"]
    t = (dt.date(2034, 12, 31) - ENDS[1]).days / 365
    jump = 100 * (1 + rate_at(AA, 1, t)) ** -t
    assert after[0]["experience"] == pytest.approx(jump, rel=1e-9)
    assert after[0]["level"] == before[0]["level"]
    assert after[0]["present_value"] - before[0]["present_value"] == pytest.approx(jump, rel=1e-9)


def test_a_stream_that_turns_negative_has_money_but_no_percentages(tmp_path: Path) -> None:
    flows = "date,benefits,contributions\n2025-06-30,10,0\n2027-06-30,0,20\n"
    found = index(index_plan(tmp_path, cash_flows=flows))
    results = found.to_dict()["results"]
    assert results["opening_value"] < 0
    assert {row["total_return"] for row in results["months"]} == {None}
    assert {row["level"] for row in results["months"]} == {None}
    assert all(isinstance(row["income"], float) for row in results["months"])
    assert results["since_inception"] is None
    assert "not_meaningful" in [w.code for w in found.warnings]
    assert "no level" in " ".join(found.to_text().split())


def test_the_page_says_what_the_numbers_say(tmp_path: Path) -> None:
    found = index(index_plan(tmp_path))
    text = " ".join(found.to_text().split())
    level = found.to_dict()["results"]["months"][-1]["level"]
    assert f"The index stands at {level:.2f}, from 100 on 2024-12-31" in text
    assert "nothing fell due" not in text
    assert "$41" in text
    assert found.plots == ("index-level-by-month", "growth-by-cause")
    assert found.as_of == ENDS[-1]
