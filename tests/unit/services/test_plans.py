"""From a plan as read to what the tasks compute with."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from defease.services import copy_sample, exhaust, match, value
from defease.services.plans import annual_flows, ask


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
