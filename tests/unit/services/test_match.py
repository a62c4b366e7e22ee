"""The task `match`: every way in which a plan may ask for a portfolio, end to end."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest

from defease.errors import InputError
from defease.services import copy_sample, match, write_trades


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("retiree") / "plan"
    copy_sample(folder, example="retiree")
    return folder


@pytest.fixture(scope="module")
def plain(plan: Path) -> dict[str, Any]:
    return answered(plan)


def answered(plan: Path, *overrides: str, **asked: Any) -> dict[str, Any]:
    return dict(match(plan, overrides=overrides, **asked).results)


def rewritten(plan: Path, folder: Path, old: str, new: str) -> Path:
    """A copy of the plan with other lines."""
    folder.mkdir()
    for file in plan.iterdir():
        (folder / file.name).write_bytes(file.read_bytes())
    text = (folder / "plan.toml").read_text(encoding="utf-8")
    assert old in text
    (folder / "plan.toml").write_text(text.replace(old, new), encoding="utf-8")
    return folder


def test_the_trades_from_nothing_are_the_holdings(plain: dict[str, Any]) -> None:
    faces = {holding["identifier"]: holding["face"] for holding in plain["holdings"]}
    bought = {trade["identifier"]: trade["face"] for trade in plain["trades"]}
    assert bought == pytest.approx(faces)
    assert {trade["side"] for trade in plain["trades"]} == {"buy"}
    paid = sum(trade["settlement_amount"] for trade in plain["trades"])
    assert paid + plain["initial_cash"] == pytest.approx(plain["cost"], rel=1e-9)


def test_a_budget_buys_years_and_the_same_budget_a_share_of_all(
    plan: Path, plain: dict[str, Any], tmp_path: Path
) -> None:
    budget = 0.5 * plain["cost"]
    years = rewritten(plan, tmp_path / "a", "years = 25", f"budget = {budget}")
    chronological = answered(years)
    assert chronological["cost"] == pytest.approx(budget, rel=1e-6)
    assert 5 < chronological["budget"]["horizon_years"] < 20
    assert 0.0 < chronological["budget"]["partial_share"] < 1.0
    vertical = answered(years, "matching.slice=vertical")
    assert vertical["budget"]["percent"] == pytest.approx(
        budget / answered(plan, "matching.years=30")["cost"], rel=1e-4
    )


def test_priorities_pay_what_is_protected_first(
    plan: Path, plain: dict[str, Any], tmp_path: Path
) -> None:
    lines = f'budget = {0.6 * plain["cost"]}\nslice = "priorities"\nprotect = 5'
    found = answered(rewritten(plan, tmp_path / "b", "years = 25", lines))
    payments = [row["payment"] for row in found["ladder"]]
    assert payments[:5] == pytest.approx([50_000.0] * 5)
    assert sum(payments) == pytest.approx(found["priorities"]["paid"]["payments"])
    assert found["cost"] <= 0.6 * plain["cost"] * (1 + 1e-9)


def test_whole_lots_cost_more_than_the_bound_and_are_whole(
    plan: Path, plain: dict[str, Any]
) -> None:
    overrides = ("matching.limits.lot=1000", "matching.limits.minimum_piece=5000")
    found = answered(plan, *overrides, "matching.time_limit=3")
    faces = [holding["face"] for holding in found["holdings"]]
    assert all(round(face) % 1000 == 0 and face >= 5000 - 1e-6 for face in faces)
    assert found["cost"] >= plain["cost"] - 1e-6
    assert found["lots"]["gap_bp"] == pytest.approx(
        1e4 * (found["cost"] / found["lots"]["bound"] - 1.0), abs=1e-6
    )
    assert found["status"] in {"optimal", "feasible_gap", "time_limit"}


def test_holdings_are_traded_into_the_portfolio(
    plan: Path, plain: dict[str, Any], tmp_path: Path
) -> None:
    held = plain["holdings"][:10]
    folder = rewritten(plan, tmp_path / "c", "years = 25", 'years = 25\nholdings = "held.csv"')
    rows = [f"{one['identifier']},{2 * one['face']}" for one in held]
    (folder / "held.csv").write_text("\n".join(["identifier,face", *rows]) + "\n", "utf-8")
    free = answered(folder)
    assert free["cost"] == pytest.approx(plain["cost"], rel=1e-8)
    sold = {t["identifier"]: t["face"] for t in free["trades"] if t["side"] == "sell"}
    assert sold == pytest.approx({one["identifier"]: one["face"] for one in held}, rel=1e-6)
    dear = answered(folder, "matching.transaction_cost_bp=50")
    assert dear["rebalance"]["cash_needed"] > free["rebalance"]["cash_needed"]
    bound = answered(folder, "matching.limits.turnover=0.9", "matching.transaction_cost_bp=50")
    assert bound["cost"] >= dear["cost"] - 1e-6


def test_conventions_move_the_cost_the_way_they_must(plan: Path, plain: dict[str, Any]) -> None:
    cost = plain["cost"]
    assert answered(plan, "matching.window_years=3")["cost"] < cost
    assert answered(plan, "matching.gamma=1")["cost"] > cost
    assert answered(plan, "matching.haircut=expected_loss")["cost"] > cost
    assert answered(plan, "matching.terminal_surplus=credited")["cost"] <= cost
    assert answered(plan, "matching.limits.minimum_treasuries=0.5")["cost"] > cost
    assert answered(plan, "matching.limits.duration=[0, 8]")["cost"] > cost
    assert answered(plan, "matching.surplus=lost")["cost"] > cost


def test_a_sweep_ends_at_the_cost_and_buys_less_with_less(
    plan: Path, plain: dict[str, Any]
) -> None:
    sweep = answered(plan, sweep="years")["sweep"]
    assert len(sweep) == 25
    assert sweep[-1]["cost"] == pytest.approx(plain["cost"], rel=1e-8)
    costs = [row["cost"] for row in sweep]
    assert costs == sorted(costs)
    assert sweep[-1]["first_unfunded"] is None


def test_rivals_and_buy_out_stand_beside_the_portfolio(plan: Path) -> None:
    found = answered(plan, compare=["rivals", "buyout=0.05"])
    rows = {row["rule"]: row for row in found["rivals"]}
    assert rows["cash-flow matching"]["negative_dates"] == 0
    assert "leveraged barbell" in rows["duration only"]["refused"]
    ways = {option["way"]: option["amount"] for option in found["buyout"]["options"]}
    assert ways["match"] == pytest.approx(found["cost"])
    assert found["reported"]["every_payment_covered"]


def test_a_credit_event_is_repaired_at_a_cost(plan: Path, plain: dict[str, Any]) -> None:
    name = next(h["identifier"] for h in plain["holdings"] if h["weight"] > 0.02)
    struck = answered(plan, f"matching.credit_events=[{name!r}]")["credit_event"]
    assert struck["shortfall_total"] > 0.0
    assert struck["cost_to_repair"] > 0.0
    page = match(plan, overrides=[f"matching.credit_events=[{name!r}]"]).to_text()
    assert "What if bonds of the portfolio fail" in page
    assert name in page
    half = answered(plan, f"matching.credit_events={{{name!r} = 0.5}}")["credit_event"]
    assert 0.0 < half["cost_to_repair"] < struck["cost_to_repair"]


def test_the_trade_file_has_every_trade(plan: Path, tmp_path: Path) -> None:
    found = match(plan)
    write_trades(found, tmp_path / "trades.csv")
    rows = list(csv.DictReader((tmp_path / "trades.csv").read_text("utf-8").splitlines()))
    assert len(rows) == len(found.results["trades"])
    total = sum(float(row["settlement_amount"]) for row in rows)
    assert total == pytest.approx(found.results["cost"], abs=0.01 * len(rows))


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"sweep": "moons"}, "cannot sweep over 'moons'"),
        ({"compare": ["love"]}, "cannot compare with 'love'"),
        ({"compare": ["buyout=much"]}, "cannot read 'buyout=much'"),
    ],
)
def test_what_cannot_be_asked_is_said(plan: Path, asked: dict[str, Any], said: str) -> None:
    with pytest.raises(InputError, match=said):
        match(plan, **asked)
