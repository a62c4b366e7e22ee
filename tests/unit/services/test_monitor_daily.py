"""The roll-forward day by day: against that by month, and against plain loops within a month."""

from __future__ import annotations

import datetime as dt
import math
from pathlib import Path
from typing import Any

import pytest

from defease.errors import InputError
from defease.services import index, monitor
from tests.index_plans import PLAN, index_plan
from tests.unit.inputs.building import only_problem

DAILY = PLAN.replace("[monitoring]\n", '[monitoring]\nstep = "daily"\n')
FIRST, LAST = dt.date(2025, 1, 1), dt.date(2025, 4, 10)
DAYS = [
    day
    for k in range((LAST - FIRST).days + 1)
    if (day := FIRST + dt.timedelta(days=k)).weekday() < 5
]
# the AA curve of January 2025, percent by years
RATES = {1: 4.1, 5: 4.6, 10: 5.2}


def proxy(size: float, phase: float, days: list[dt.date] = DAYS) -> str:
    rows = [f"{day},{size * math.sin(phase * k)!r}" for k, day in enumerate(days)]
    return "\n".join(["date,return", *rows, ""])


EQUITY, BONDS = proxy(0.01, 1.3), proxy(0.003, 0.7)


def plan(folder: Path, *, text: str = DAILY, **files: str) -> Path:
    given = {"proxy_equity": EQUITY, "proxy_bonds": BONDS, **files}
    return index_plan(folder, plan=text, **given)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return plan(tmp_path_factory.mktemp("daily"))


def results(folder: Path, **asked: Any) -> dict[str, Any]:
    found: dict[str, Any] = monitor(folder, **asked).to_dict()["results"]
    return found


@pytest.mark.parametrize("to", ["2025-02-28", "2025-03-31"])
def test_month_ends_agree_with_the_roll_forward_by_month(
    folder: Path, tmp_path: Path, to: str
) -> None:
    daily, monthly = results(folder, to=to), results(plan(tmp_path, text=PLAN), to=to)
    assert (daily["step"], monthly["step"]) == ("daily", "monthly")
    for key in ("assets", "liabilities", "funded_ratio"):
        assert daily[key] == pytest.approx(monthly[key], rel=1e-12), key
    assert daily["date"] == monthly["date"] == to
    assert len(daily["path"]) > 15 * len(monthly["path"])


def test_errors_of_the_back_test_agree_and_are_printed(folder: Path, tmp_path: Path) -> None:
    daily = results(folder)["back_test"]
    monthly = results(plan(tmp_path, text=PLAN))["back_test"]
    for side in ("assets", "liabilities", "funded_ratio"):
        assert daily[side]["mean"] == pytest.approx(monthly[side]["mean"], abs=1e-12)
    # from the end of December to that of February
    assert daily["errors"][0]["periods"] == sum(day <= dt.date(2025, 2, 28) for day in DAYS)
    text = monitor(folder).to_text()
    assert "Distribution of the errors" in text
    assert "Days" in text


def slow_value(day: dt.date) -> float:
    """Payments at their own rates of the January curve, from its day to one of February."""
    opened = dt.date(2025, 1, 31)
    due = {"2025-02-15": 41, "2026-06-30": 202, "2028-12-31": 303, "2034-12-31": 900}
    h, total = (day - opened).days / 365, 0.0
    for date, amount in due.items():
        t = (dt.date.fromisoformat(date) - opened).days / 365
        rate = math.log1p(_rate(t) / 100) if t <= 1 or t >= 10 else _between(t)
        total += amount * math.exp(-rate * max(t - h, 0.0))
    return total


def _rate(t: float) -> float:
    return RATES[1] if t <= 1 else RATES[10]


def _between(t: float) -> float:
    """Linear in continuous zero rates."""
    low, high = (1, 5) if t <= 5 else (5, 10)
    a, b = (math.log1p(RATES[k] / 100) for k in (low, high))
    return a + (b - a) * (t - low) / (high - low)


def test_within_a_month_every_payment_earns_its_own_rate(folder: Path) -> None:
    opening = index(folder).to_dict()["results"]["months"][0]
    assert slow_value(dt.date(2025, 1, 31)) == pytest.approx(opening["present_value"], rel=1e-9)
    rows = {row["date"]: row for row in results(folder, to="2025-02-27")["path"]}
    for text in ("2025-02-03", "2025-02-14", "2025-02-17", "2025-02-27"):
        day = dt.date.fromisoformat(text)
        grown = rows[text]["liabilities"] / rows["2025-01-31"]["liabilities"]
        assert grown == pytest.approx(slow_value(day) / opening["present_value"], rel=1e-9)


def test_a_month_still_running_is_carried_and_says_so(folder: Path) -> None:
    answer = monitor(folder)
    assert answer.as_of == LAST
    codes = [w.code for w in answer.warnings]
    assert "no_later_curve" in codes
    found = answer.to_dict()["results"]
    (end,) = (row for row in found["path"] if row["date"] == "2025-03-31")
    # nothing falls due in April, and no curve moves
    assert 1.0 < found["liabilities"] / end["liabilities"] < 1.05 ** (10 / 365)


def test_a_day_without_returns_takes_the_one_before(folder: Path) -> None:
    answer = monitor(folder, to="2025-02-16")
    assert answer.as_of == dt.date(2025, 2, 14)
    assert "day_before" in [w.code for w in answer.warnings]


def test_returns_by_month_are_no_daily_returns(tmp_path: Path) -> None:
    monthly = "date,return\n2025-01-31,0.0\n2025-02-28,0.01\n2025-03-31,0.005\n"
    folder = plan(tmp_path, proxy_equity=monthly, proxy_bonds=monthly)
    with pytest.raises(InputError, match="periods missing after 2025-01-31"):
        monitor(folder)


def test_proxies_of_other_years_are_refused(tmp_path: Path) -> None:
    late = {name: text.replace("2025-", "2035-") for name, text in
            (("proxy_equity", EQUITY), ("proxy_bonds", BONDS))}  # fmt: skip
    problem = only_problem(lambda: monitor(plan(tmp_path, **late)))
    assert "cover no month of the index" in problem.what
