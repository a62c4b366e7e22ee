"""Thirty-two years of a partly indexed plan on HQM curves and the consumer price index.

HQM spot rates: US Treasury, taken as monthly means dated at month end [to confirm].  CPI-U, all
items, not seasonally adjusted, 1982-84 = 100: US Bureau of Labor Statistics; the number of
2025-10 was never published.
"""

from __future__ import annotations

import datetime as dt
import math
from pathlib import Path
from typing import Any

import pytest

from tests.command_line import defease
from tests.published.test_index_command import (
    CURVE,
    PLAN,
    _zero,
    as_csv,
    closed_plan,
    hqm_history,
    months,
    payments,
)
from tests.shared_files import shared_rows
from tests.unit.inputs.building import plan_folder

CPI = "data/returns/cpi_u_monthly_1913_2026.csv"
EXPECTED = 0.04
INFLATION = f"""
[[index.inflation]]
name = "cpi"
file = "cpi.csv"
expected = {EXPECTED}
lag_months = 3
"""


def price_numbers() -> dict[str, float]:
    return {row["month"]: float(row["index"]) for row in shared_rows(CPI)}


def price_file(first: str = "1984-01") -> str:
    rows = [[month, f"{level}"] for month, level in price_numbers().items() if month >= first]
    return as_csv(["month", "index"], rows)


def half_linked() -> str:
    """The closed plan twice: as it stands, and linked to consumer prices."""
    rows = [line.split(",") for line in closed_plan().splitlines()[1:]]
    fixed = [[year, "fixed", "", amount] for year, amount in rows]
    linked = [[year, "linked", "CPI", amount] for year, amount in rows]
    ordered = [row for pair in zip(fixed, linked, strict=True) for row in pair]
    return as_csv(["year", "group", "index", "benefits"], ordered)


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = plan_folder(
        tmp_path_factory.mktemp("plan"),
        plan=PLAN.replace('risk_free_curves = "ust_history.csv"\n', "") + INFLATION,
        cash_flows=half_linked(),
        aa=CURVE,
        ust=CURVE,
        hqm_history=hqm_history("1984-11", "2016-11"),
        cpi=price_file(),
    )
    answer = defease("index", folder, "--json")
    assert (answer.code, answer.err) == (0, "")
    said = [w["message"] for w in answer.json["warnings"] if w["code"] == "missing_months"]
    assert said == [
        "cpi.csv: no index number for 2025-10; none is made up, and a date that needs it is refused"
    ]
    found: dict[str, Any] = answer.json["results"]
    return found


def surprise(month: dt.date, numbers: dict[str, float]) -> float:
    """Realised over expected growth of prices that a month's payments learn of."""
    later = month.year * 12 + month.month - 1 - 3
    now, before = (f"{n // 12}-{n % 12 + 1:02d}" for n in (later, later - 1))
    return numbers[now] / numbers[before] / math.pow(1 + EXPECTED, 1 / 12)


def test_the_value_adds_up_line_by_line(results: dict[str, Any]) -> None:
    value = results["opening_value"]
    lines = "income roll rate_change spread_change inflation benefit_paid"
    assert len(results["months"]) == 384
    for row in results["months"]:
        value += sum(row[name] for name in lines.split())
        assert row["present_value"] == pytest.approx(value, rel=1e-12)
    whole = results["since_inception"]
    parts = [whole[name] for name in lines.split()[:5]]
    assert math.fsum(parts) == pytest.approx(whole["total_return"], rel=1e-12)
    assert results["linked_to"] == ["cpi"]


def test_the_line_has_the_sign_of_the_published_surprise(results: dict[str, Any]) -> None:
    numbers = price_numbers()
    for row in results["months"]:
        moved = surprise(dt.date.fromisoformat(row["date"]), numbers) - 1
        assert row["inflation"] * moved > 0, row["date"]


def test_the_last_value_is_that_of_payments_at_published_prices(results: dict[str, Any]) -> None:
    """Linked payments stand at what prices did from 1984-08 to 2016-08 over 4% a year."""
    numbers = price_numbers()
    factor = numbers["2016-08"] / numbers["1984-08"] / (1 + EXPECTED) ** 32
    assert factor < 1  # prices rose by 2.6% a year
    (row,) = months("2016-11", "2016-11")
    nodes = [(float(k), 2 * math.log1p(float(v) / 200)) for k, v in row.items() if k != "month"]
    once = math.fsum(a * math.exp(-t * _zero(nodes, t)) for t, a in payments("2016-11"))
    ours = results["months"][-1]["present_value"]
    assert ours == pytest.approx(once * (1 + factor), rel=1e-10)
    groups = {row["name"]: row for row in results["buckets"] if row["kind"] == "group"}
    assert groups["linked"]["present_value"] == pytest.approx(once * factor, rel=1e-10)
    assert groups["fixed"]["returns"]["since_inception"]["inflation"] == 0.0


def test_the_last_payment_is_at_published_prices(results: dict[str, Any]) -> None:
    numbers = price_numbers()
    factor = numbers["2016-08"] / numbers["1984-08"] / (1 + EXPECTED) ** 32
    (year,) = [line for line in closed_plan().splitlines() if line.startswith("2016,")]
    monthly = float(year.split(",")[1]) / 12
    paid = -results["months"][-1]["benefit_paid"]
    assert paid == pytest.approx(monthly * (1 + factor), rel=1e-10)


def test_the_month_that_was_never_published_is_refused(tmp_path: Path) -> None:
    curves = "month,1,10,30\n" + "".join(
        f"{month},4,5,6\n" for month in ("2025-12", "2026-01", "2026-02")
    )
    plan = PLAN.replace("1984-11-30", "2025-12-31").replace('year_end = "11-30"\n', "")
    folder = plan_folder(
        tmp_path,
        plan=plan.replace('risk_free_curves = "ust_history.csv"\n', "") + INFLATION,
        cash_flows="year,index,benefits\n2026,cpi,100\n2040,cpi,100\n",
        aa=CURVE,
        ust=CURVE,
        hqm_history=curves,
        cpi=price_file("2020-01"),
    )
    answer = defease("index", folder, "--json")
    assert answer.code == 2
    (problem,) = answer.problems
    assert problem["where"] == "index cpi"
    assert "has no number for 2025-10" in problem["what"]
    assert "none is made up" in problem["remedy"]
