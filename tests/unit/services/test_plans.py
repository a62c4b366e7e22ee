"""From a plan as read to what the tasks compute with."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from defease.errors import InputError
from defease.services import copy_sample, exhaust, match, value
from defease.services.plans import annual_flows, ask
from tests.command_line import edited


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    copy_sample(tmp_path / "plan", example="bullet")
    return tmp_path / "plan"


def test_the_projection_starts_in_the_first_year_ahead_though_nothing_is_due(folder: Path) -> None:
    """A payment in year 20 earns interest for twenty years before it is made."""
    flows = annual_flows(ask("exhaust", folder).plan)
    assert flows.labels.tolist() == list(range(1, 21))
    assert flows.benefits.tolist() == [0.0] * 19 + [100e6]
    needed = exhaust(folder).result.required.rate
    assert needed == pytest.approx((100 / 40) ** (1 / 20) - 1, abs=1e-12)


@pytest.mark.parametrize(
    ("rows", "first"),
    [
        ("period,benefits\n20,100\n", 1),
        ("year,benefits\n2040,100\n", 2026),
        ("date,benefits\n2034-09-01,100\n", 2026),
    ],
)
def test_the_first_year_ahead_follows_the_files_own_labels(
    folder: Path, rows: str, first: int
) -> None:
    (folder / "cash_flows.csv").write_text(rows)
    timing = "dated" if rows.startswith("date") else "mid_year"
    asked = ask("exhaust", folder, overrides=[f"liabilities.timing={timing}"])
    assert annual_flows(asked.plan).labels[0] == first


def test_a_later_day_moves_the_first_year(folder: Path) -> None:
    later = ask("exhaust", folder, as_of=dt.date(2028, 12, 31)).plan
    assert later.first_year == 4
    assert annual_flows(later).labels.tolist() == list(range(4, 21))


def test_the_headline_basis_leads_whatever_its_place_in_the_file(folder: Path) -> None:
    found = value(folder, overrides=["plan.headline_basis=treasury"])
    assert found.result.headline.basis.name == "treasury"
    assert found.results["headline_basis"] == "treasury"


def test_a_share_of_every_payment_costs_that_share(folder: Path) -> None:
    """Without supply or cash bounds the cost is homogeneous in the payments."""
    whole = match(folder, overrides=["matching.years=20"]).result.matched.cost
    half = folder / "half"
    copy_sample(half, example="bullet")
    text = (half / "plan.toml").read_text().replace("years = 20\n", "percent = 0.5\n")
    (half / "plan.toml").write_text(text)
    assert match(half).result.matched.cost == pytest.approx(0.5 * whole, rel=1e-9)


CURRENT = """year,benefits,contributions,contributions_current_members
2026,100,30,20
2027,110,30,18
"""
PAYROLLS = """year,benefits,contributions,payroll_current,payroll_total,contributions_members,\
contributions_employer
2026,100,30,80,100,10,12.5
2027,110,30,60,100,9,10
"""


class TestContributionsOfCurrentMembers:
    @pytest.fixture
    def plan(self, tmp_path: Path) -> Path:
        copy_sample(tmp_path / "plan", example="retiree")
        edited(tmp_path / "plan" / "plan.toml", 'file = "cash_flows.csv"', 'file = "f.csv"')
        return tmp_path / "plan"

    def test_a_column_of_its_own(self, plan: Path) -> None:
        (plan / "f.csv").write_text(CURRENT)
        flows = annual_flows(ask("exhaust", plan).plan)
        assert flows.contributions_current_members is not None
        assert flows.contributions_current_members.tolist() == [20.0, 18.0]
        assert flows.contributions.tolist() == [30.0, 30.0]

    def test_members_and_the_employers_share_by_payroll(self, plan: Path) -> None:
        (plan / "f.csv").write_text(PAYROLLS)
        flows = annual_flows(ask("exhaust", plan).plan)
        assert flows.contributions_current_members is not None
        # 10 + 12.5 x 80/100 and 9 + 10 x 60/100
        assert flows.contributions_current_members.tolist() == pytest.approx([20.0, 15.0])

    def test_the_projection_counts_them_alone(self, plan: Path) -> None:
        (plan / "f.csv").write_text(CURRENT)
        chosen = ["exhaustion.contributions=current_members", "assets.market_value=200"]
        rows = exhaust(plan, overrides=chosen).results["projection"]
        assert [row["contributions"] for row in rows] == [20.0, 18.0]
        assert exhaust(plan, overrides=chosen[1:]).results["projection"][0]["contributions"] == 30.0

    def test_from_a_later_day_the_years_over_are_gone(self, plan: Path) -> None:
        (plan / "f.csv").write_text(CURRENT)
        flows = annual_flows(ask("exhaust", plan, as_of="2026-12-31").plan)
        assert flows.contributions_current_members is not None
        assert flows.contributions_current_members.tolist() == [18.0]

    def test_without_either_the_question_is_refused_in_words(self, plan: Path) -> None:
        (plan / "f.csv").write_text("year,benefits,contributions\n2026,100,30\n")
        with pytest.raises(InputError, match="contributions_current_members"):
            exhaust(plan, overrides=["exhaustion.contributions=current_members"])

    def test_a_payroll_of_all_below_that_of_some_is_refused(self, plan: Path) -> None:
        text = PAYROLLS.replace("60,100", "160,100")
        (plan / "f.csv").write_text(text)
        with pytest.raises(InputError, match="line 3, column payroll_total"):
            ask("exhaust", plan)


def test_a_curve_that_is_too_short_is_named_by_its_basis(tmp_path: Path) -> None:
    copy_sample(tmp_path / "long", example="corporate")
    with pytest.raises(InputError, match=r"basis treasury: curve: .*last point is 30 years"):
        value(tmp_path / "long", overrides=["discounting.treasury.extrapolation=refuse"])
