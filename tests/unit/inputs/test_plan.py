from __future__ import annotations

import datetime as dt
import hashlib
from pathlib import Path

import pytest

from defease.inputs.bases import GasbBasis
from defease.inputs.plan import read_plan
from defease.valuation import Basis
from tests.unit.inputs.building import FLOWS, PLAN, only_problem, plan_folder, problems_of, sheet_of

CURVE = """
[[discounting]]
name = "treasury"
method = "curve"
file = "treasury.csv"
quote = "spot"
compounding = "annual"
unit = "percent"
"""
ASSUMPTIONS = """
risk_free = 0.04
[[asset_class]]
name = "equity"
expected_return = 0.08
volatility = 0.2
"""
BONDS = "identifier,rating,coupon,maturity,price\na,AA,0.04,2030-06-30,99.5\n"


def test_a_plan_with_its_files_hashes_and_listing(tmp_path: Path) -> None:
    folder = plan_folder(tmp_path, plan=PLAN + CURVE, treasury="maturity_years,rate\n1,4\n30,5\n")
    plan = read_plan(folder)
    assert plan.name == "Test plan"
    assert plan.cash_flows.gross.total == 210.0
    assert [basis.name for basis in plan.bases] == ["flat", "treasury"]
    assert (plan.headline_basis, plan.risk_free_basis) == ("flat", "flat")
    treasury = plan.basis("treasury")
    assert isinstance(treasury, Basis)
    assert treasury.curve.annual_spot_rates([1.0])[0] == pytest.approx(0.04, rel=1e-12)
    assert plan.market_value == 1000.0
    assert plan.inputs["cash_flows.csv"] == hashlib.sha256(FLOWS.encode()).hexdigest()
    assert set(plan.inputs) == {"plan.toml", "cash_flows.csv", "treasury.csv"}
    assert [line.topic for line in plan.understood] == [
        "cash_flows.csv", "basis flat", "basis treasury",
    ]  # fmt: skip


def test_the_plan_file_itself_may_be_named(tmp_path: Path) -> None:
    folder = plan_folder(tmp_path / "日本 😀")
    assert read_plan(folder / "plan.toml").name == read_plan(str(folder)).name


def test_spread_and_gasb_and_segments(tmp_path: Path) -> None:
    more = """
[[discounting]]
name = "aa"
method = "flat"
rate = 0.04
spread_bp = 90
[[discounting]]
name = "gasb"
method = "gasb"
municipal_rate = 0.03
[[discounting]]
name = "segments"
method = "segments"
rates = [0.01, 0.02, 0.03]
[exhaustion]
assumed_return = 0.07
"""
    plan = read_plan(plan_folder(tmp_path, plan=PLAN + more))
    spread, gasb, segments = plan.bases[1:]
    assert isinstance(spread, Basis)
    assert spread.curve.annual_spot_rates([7.0])[0] == pytest.approx(0.049, rel=1e-12)
    assert spread.is_credit
    assert gasb == GasbBasis(name="gasb", assumed_return=0.07, municipal_rate=0.03)
    assert isinstance(segments, Basis)
    rates = segments.curve.annual_spot_rates([4.99, 5.0, 19.99, 20.0])
    assert rates == pytest.approx([0.01, 0.02, 0.02, 0.03], rel=1e-12)
    assert plan.assumed_return == 0.07


def test_universe_holdings_allocation_and_assumptions(tmp_path: Path) -> None:
    text = PLAN.replace("market_value = 1000.0", 'holdings = "held.csv"') + (
        '[[assets.allocation]]\nasset_class = "equity"\nweight = 1\n'
        '[matching]\nuniverse = "bonds.csv"\nholdings = "held.csv"\n[assumptions]\n'
    )
    held = "identifier,coupon,maturity,price,face\nz,0,2030-06-30,80,1000\n"
    folder = plan_folder(tmp_path, plan=text, bonds=BONDS, held=held)
    (folder / "assumptions.toml").write_text(ASSUMPTIONS)
    plan = read_plan(folder)
    assert plan.universe is not None
    assert plan.universe.bonds.identifiers == ("a",)
    assert plan.market_value == pytest.approx(800.0, rel=1e-12)
    assert dict(plan.allocation) == {"equity": 1.0}
    assert plan.assumptions is not None
    assert plan.assumptions.risk_free == 0.04


def test_names_must_agree_between_the_files(tmp_path: Path) -> None:
    text = PLAN + (
        '[[assets.allocation]]\nasset_class = "equities"\nweight = 1\n'
        '[matching]\ngroups = ["retired"]\n[assumptions]\n[files."flows.csv"]\ndecimal = ","\n'
    )
    folder = plan_folder(tmp_path, plan=text)
    (folder / "assumptions.toml").write_text(ASSUMPTIONS)
    found = problems_of(lambda: read_plan(folder))
    assert {p.where for p in found} == {
        "plan.toml: matching.groups", "plan.toml: assets.allocation", "plan.toml: files.flows.csv",
    }  # fmt: skip


def test_problems_of_all_files_come_together_each_once(tmp_path: Path) -> None:
    text = (
        PLAN
        + CURVE
        + CURVE.replace('"treasury"', '"again"')
        + '[matching]\nuniverse = "bonds.csv"\n'
    )
    folder = plan_folder(
        tmp_path, plan=text, cash_flows="year,benefits\n2026,-1\n",
        treasury="maturity_years,rate\n1,x\n", bonds=BONDS.replace("99.5", "y"),
    )  # fmt: skip
    found = problems_of(lambda: read_plan(folder))
    assert [p.where for p in found] == [
        "cash_flows.csv: line 2, column benefits",
        "treasury.csv: line 2, column rate",
        "bonds.csv: line 2, column price",
    ]


def test_overrides_and_as_of(tmp_path: Path) -> None:
    folder = plan_folder(tmp_path)
    plan = read_plan(folder, overrides=["discounting.flat.rate=0.06"], as_of=dt.date(2026, 12, 31))
    assert plan.valuation_date == dt.date(2026, 12, 31)
    assert plan.cash_flows.times.tolist() == [0.5]
    assert [c.code for c in plan.cautions] == ["past_flows"]
    flat = plan.basis("flat")
    assert isinstance(flat, Basis)
    assert flat.curve.annual_spot_rates([1.0])[0] == pytest.approx(0.06, rel=1e-12)
    assert read_plan(folder).cash_flows.times.tolist() == [0.5, 1.5]


def test_declared_form_of_a_file(tmp_path: Path) -> None:
    text = PLAN + '[files."cash_flows.csv"]\ndecimal = ","\ndelimiter = ";"\n'
    folder = plan_folder(tmp_path, plan=text, cash_flows="year;benefits\n2026;1.000,50\n")
    assert read_plan(folder).cash_flows.gross.total == 1000.5


def test_workbook_with_a_named_sheet(tmp_path: Path) -> None:
    text = PLAN.replace('"cash_flows.csv"', '"cash_flows.xlsx"\nsheet = "Liabilities"')
    folder = plan_folder(tmp_path, plan=text)
    data = sheet_of(["Year", "Benefits"], [2026, 100], [2027, 110], title="Liabilities")
    (folder / "cash_flows.xlsx").write_bytes(data)
    assert read_plan(folder).cash_flows.gross.total == 210.0


def test_missing_plan(tmp_path: Path) -> None:
    assert "holds no plan.toml" in only_problem(lambda: read_plan(tmp_path)).what
    plan_folder(tmp_path / "pension")
    problem = only_problem(lambda: read_plan(tmp_path / "pensoin"))
    assert problem.remedy == "did you mean 'pension'?"
