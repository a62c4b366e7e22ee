"""The task `monitor` against a roll-forward done here month by month."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from defease.errors import InputError
from defease.services import index, monitor
from tests.index_plans import BONDS, EQUITY, OFFICIAL, PLAN, index_plan

FEBRUARY = dt.date(2025, 2, 28)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return index_plan(tmp_path_factory.mktemp("plan"))


def results(folder: Path, **asked: Any) -> dict[str, Any]:
    found: dict[str, Any] = monitor(folder, **asked).to_dict()["results"]
    return found


def returns(folder: Path) -> list[float]:
    months = index(folder).to_dict()["results"]["months"]
    return [row["total_return"] for row in months]


def test_from_the_last_value_known_to_the_last_month(folder: Path) -> None:
    found = results(folder)
    assert found["official"]["date"] == "2025-02-28"
    assert found["date"] == "2025-03-31"
    assert found["assets"] == pytest.approx(975 * (1 + 0.6 * 0.01 + 0.4 * 0.005))
    # the file leaves the liability of February to the index
    value = index(folder).to_dict()["results"]["months"][1]["present_value"]
    assert found["official"]["liabilities"] == value
    assert found["liabilities"] == pytest.approx(value * (1 + returns(folder)[2]))
    assert found["funded_ratio"] == found["assets"] / found["liabilities"]


def test_a_value_not_yet_known_is_not_used(folder: Path) -> None:
    answer = monitor(folder, to=FEBRUARY)
    found = answer.to_dict()["results"]
    assert found["official"] == {
        "date": "2024-12-31", "assets": 1000.0, "liabilities": 1100.0,
        "funded_ratio": 1000 / 1100,
    }  # fmt: skip
    equity, bonds = 0.6 * 1.03, 0.4 * 1.00
    grown = 1000 * (equity + bonds)
    equity, bonds = equity * 1.01 * 0.98, bonds * 1.01
    # daily returns of a month are linked; 41 is paid at the end of February
    assets = grown * (equity + bonds) / (0.6 * 1.03 + 0.4) - 41
    assert found["assets"] == pytest.approx(assets)
    january, february, _ = returns(folder)
    assert found["liabilities"] == pytest.approx(1100 * (1 + january) * (1 + february) - 41)
    weights = found["path"][-1]["weights"]
    assert weights["equity"] == pytest.approx(equity / (equity + bonds))
    assert found["back_test"] is None
    assert "no_back_test" in [w.code for w in answer.warnings]


def test_the_difference_is_booked_at_the_next_official_value(folder: Path) -> None:
    (error,) = results(folder)["back_test"]["errors"]
    estimate = results(folder, to="2025-02-28")
    assert error["estimated_assets"] == pytest.approx(estimate["assets"])
    assert error["asset_error"] == pytest.approx((975 - estimate["assets"]) / 975)
    assert results(folder)["back_test"]["assets"]["n"] == 1


def test_a_day_within_a_month_takes_the_month_end_before(folder: Path) -> None:
    answer = monitor(folder, to="2025-03-15")
    assert answer.as_of == FEBRUARY
    assert "month_end_before" in [w.code for w in answer.warnings]


def test_what_a_glide_path_will_fill_is_null_with_a_reason(folder: Path) -> None:
    answer = monitor(folder)
    found = answer.to_dict()["results"]
    for key in ("target_weight", "band", "trigger", "probability_next_trigger"):
        assert found[key] is None
        assert any(key in w.message for w in answer.warnings)
    assert (found["trades"], found["overlay"]) == ([], [])
    assert "no_risk_weight" in [w.code for w in answer.warnings]


def test_without_official_values_the_plans_own_are_taken(tmp_path: Path) -> None:
    plan = PLAN.replace('official = "official.csv"\n', "")
    found = results(index_plan(tmp_path, plan=plan))
    assert found["official"]["date"] == "2024-12-31"
    assert found["official"]["assets"] == 1000.0
    assert found["back_test"] is None


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"proxy_bonds": BONDS.replace("2025-02-28,0.01\n", "")}, "no return in 2025-02"),
        ({"proxy_bonds": BONDS.replace("0.005", "-1.0")}, "leaves nothing"),
        ({"proxy_bonds": BONDS.replace("2025", "2005"),
          "proxy_equity": EQUITY.replace("2025", "2005")}, "cover no month of the index"),
        ({"plan": PLAN.replace('bonds = "proxy_bonds.csv"\n', "")}, "bonds of the allocation"),
        ({"official": OFFICIAL.replace("2025-02-28", "2025-02-15")}, "is no month end"),
        ({"official": OFFICIAL.replace("2025", "2035").replace("2024", "2034")},
         "no official value"),
    ],
)  # fmt: skip
def test_refused_in_words(tmp_path: Path, files: dict[str, str], said: str) -> None:
    with pytest.raises(InputError, match=said):
        monitor(index_plan(tmp_path, **files))


def test_a_date_beyond_the_months_known_is_refused(folder: Path) -> None:
    with pytest.raises(InputError, match="choose a date from 2025-01-31 to 2025-03-31"):
        monitor(folder, to="2026-01-31")


def test_payments_larger_than_the_assets_are_refused(tmp_path: Path) -> None:
    official = OFFICIAL.replace("2024-12-31,1000", "2024-12-31,30")
    with pytest.raises(InputError, match="larger than the assets"):
        monitor(index_plan(tmp_path, official=official), to="2025-02-28")
