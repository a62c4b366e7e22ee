"""Price indices of a plan through the commands: shown where they act, refused in words."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.command_line import defease
from tests.index_plans import FLOWS, PLAN, index_plan

SECTION = '[[index.inflation]]\nname = "CPI"\nfile = "cpi.csv"\nexpected = 0.02\n'
CPI = "month,index\n2024-09,300\n2024-10,303\n2024-11,304\n2024-12,305\n"
CURVES = 'expected_curves = "breakevens.csv"\nunit = "percent"'
LINKED = "\n".join(
    f"{line},{tag}"
    for line, tag in zip(FLOWS.split(), ["index", "cpi", "", "cpi", "cpi"], strict=True)
)


def linked_plan(folder: Path, *, section: str = SECTION, **files: str) -> Path:
    plan = PLAN.replace("[performance]\n", section + "[performance]\n", 1)
    return index_plan(folder, plan=plan, **{"cash_flows": LINKED, "cpi": CPI, **files})


def answered(folder: Path, command: str) -> dict[str, Any]:
    answer = defease(command, folder, "--json")
    assert answer.code == 0, answer.out
    found: dict[str, Any] = answer.json["results"]
    return found


def test_index_shows_the_line_and_adds_up(tmp_path: Path) -> None:
    found = answered(linked_plan(tmp_path), "index")
    names = "income roll rate_change spread_change inflation benefit_paid contributions experience"
    value = found["opening_value"]
    for row in found["months"]:
        value += sum(row[name] for name in names.split())
        assert row["present_value"] == pytest.approx(value, rel=1e-12)
    first = found["months"][0]
    assert first["inflation"] > 0  # prices rose by 1% in a month
    assert found["linked_to"] == ["cpi"]
    for linked in (found["since_inception"], *found["carry"].values()):
        parts = [linked[n] for n in names.split()[:5]]
        assert sum(parts) == pytest.approx(linked["total_return"], rel=1e-12)
        assert linked["price_return"] == pytest.approx(sum(parts[1:]), rel=1e-12)


def test_the_bridge_closes_with_inflation_as_a_driver(tmp_path: Path) -> None:
    found = answered(linked_plan(tmp_path), "attribute")
    index = answered(tmp_path, "index")
    steps = {step["driver"]: step for step in found["bridge"]}
    line = sum(row["inflation"] for row in index["months"])
    assert steps["liability: inflation"]["liability_change"] == pytest.approx(line, rel=1e-12)
    assert steps["liability: inflation"]["surplus_effect"] == pytest.approx(-line, rel=1e-12)
    ends = found["bridge_ends"]
    moved = sum(step["surplus_effect"] for step in found["bridge"])
    assert moved == pytest.approx(ends["surplus_change"], abs=0.005)
    whole = found["liability_return"]
    assert whole["inflation"] == pytest.approx(index["since_inception"]["inflation"], rel=1e-12)


def test_pages_name_the_line_and_its_conventions(tmp_path: Path) -> None:
    folder = linked_plan(tmp_path)
    page = defease("index", folder).out
    assert "Inflation" in page
    assert "cpi: payments take the number of 3 months before their month" in " ".join(page.split())
    assert "inflation +" in " ".join(defease("attribute", folder).out.split())
    assert "linked to: cpi" in " ".join(defease("check", folder).out.split())


def test_a_fixed_plan_shows_no_line(tmp_path: Path) -> None:
    folder = index_plan(tmp_path)
    found = answered(folder, "index")
    assert {row["inflation"] for row in found["months"]} == {0.0}
    assert found["linked_to"] == []
    assert "Inflation" not in defease("index", folder).out
    assert "inflation" not in [s["driver"] for s in answered(folder, "attribute")["bridge"]]


def test_a_changed_expectation_is_part_of_the_line(tmp_path: Path) -> None:
    steady = "month,1,10\n" + "".join(
        f"{m},2,2\n" for m in ("2024-12", "2025-01", "2025-02", "2025-03")
    )
    section = SECTION.replace("expected = 0.02", CURVES)
    constant = answered(linked_plan(tmp_path / "a"), "index")
    flat = answered(linked_plan(tmp_path / "b", section=section, breakevens=steady), "index")
    raised = steady.replace("2025-03,2,2", "2025-03,2.5,2.5")
    higher = answered(linked_plan(tmp_path / "c", section=section, breakevens=raised), "index")
    for one, other in zip(constant["months"], flat["months"], strict=True):
        assert one["inflation"] == pytest.approx(other["inflation"], rel=1e-9)
    before, after = flat["months"][2], higher["months"][2]
    assert after["inflation"] > before["inflation"]
    for name in ("income", "roll", "rate_change", "spread_change"):
        assert after[name] == pytest.approx(before[name], rel=1e-12)


def test_an_index_that_nothing_is_linked_to_is_said(tmp_path: Path) -> None:
    answer = defease("index", linked_plan(tmp_path, cash_flows=FLOWS), "--json")
    (said,) = [w for w in answer.json["warnings"] if w["code"] == "unused_index"]
    assert "cpi: no payment is linked to it" in said["message"]


def test_a_rebased_series_is_said(tmp_path: Path) -> None:
    rebased = CPI.replace("2024-11,304", "2024-11,101").replace("2024-12,305", "2024-12,102")
    answer = defease("index", linked_plan(tmp_path, cpi=rebased), "--json")
    (said,) = [w for w in answer.json["warnings"] if w["code"] == "rebased"]
    assert "the number of 2024-11 is -67% from the one before" in said["message"]


@pytest.mark.parametrize(
    ("section", "files", "where", "said"),
    [
        ("", {}, "cash_flows.csv: index", "'cpi', which is no index of the plan"),
        (SECTION.replace("CPI", "rpi"), {}, "cash_flows.csv: index", "no index of the plan"),
        (SECTION, {"cpi": CPI.replace("2024-10,303\n", "")}, "index cpi", "no number for 2024-10"),
        (SECTION, {"cpi": CPI.replace("2024-12,305\n", "")}, "index cpi", "no number for 2024-12"),
        (SECTION, {"cpi": CPI.replace("2024-10", "2024-09")}, "cpi.csv: line 3", "stands twice"),
        (SECTION, {"cpi": CPI.replace("2024-10", "2024-08")}, "cpi.csv: line 3", "comes after"),
        (SECTION, {"cpi": CPI.replace("303", "-0.2")}, "cpi.csv: line 3", "not above 0"),
        (SECTION, {"cpi": CPI.replace("303", "n/a")}, "cpi.csv: line 3", ""),
        (SECTION, {"cpi": CPI.replace("index", "inflation")}, "cpi.csv", "no column 'index'"),
        (SECTION, {"cpi": "month,index\n"}, "cpi.csv", "no row"),
        (SECTION + SECTION, {}, "index.inflation.CPI.name", "'cpi' stands twice"),
        (SECTION.replace("expected = 0.02\n", ""), {}, "index.inflation.CPI", "neither expected"),
        (SECTION + CURVES + "\n", {}, "index.inflation.CPI", "both expected"),
        (SECTION.replace("0.02", "2.0"), {}, "index.inflation.CPI.expected", "200%"),
        (SECTION + "lag_months = 30\n", {}, "index.inflation.CPI.lag_months", "between 0 and 24"),
        (SECTION.replace("expected = 0.02", CURVES),
         {"breakevens": "month,1,10\n2024-12,2,2\n2025-01,2,2\n"},
         "index cpi", "no expected inflation on 2025-02, 2025-03"),
    ],
)  # fmt: skip
def test_refused_in_words(
    tmp_path: Path, section: str, files: dict[str, str], where: str, said: str
) -> None:
    answer = defease("index", linked_plan(tmp_path, section=section, **files), "--json")
    assert answer.code == 2, answer.out
    found = answer.problems
    assert any(where in p["where"] and said in p["what"] for p in found), found
    assert all(p["remedy"] for p in found)


def test_one_year_of_a_group_fixed_and_linked_is_two_rows_not_a_repeat(tmp_path: Path) -> None:
    twice = "year,index,benefits\n2026,,100\n2026,cpi,100\n2030,cpi,50\n"
    plan = PLAN.replace('timing = "dated"', 'timing = "mid_year"')
    folder = index_plan(
        tmp_path, plan=plan.replace("[performance]\n", SECTION + "[performance]\n", 1),
        cash_flows=twice, cpi=CPI,
    )  # fmt: skip
    assert answered(folder, "index")["linked_to"] == ["cpi"]
    again = twice + "2030,cpi,50\n"
    (folder / "cash_flows.csv").write_text(again, encoding="utf-8")
    answer = defease("index", folder, "--json")
    assert answer.code == 2
    assert any("2030 appears twice" in p["what"] and "cpi" in p["what"] for p in answer.problems)


def test_buckets_without_payments_of_the_month_do_not_migrate(tmp_path: Path) -> None:
    found = answered(linked_plan(tmp_path), "index")
    (long,) = [row for row in found["buckets"] if row["name"] == "5+"]
    assert long["migration"] == 0.0


def test_comparisons_without_inflation_say_so(tmp_path: Path) -> None:
    answer = defease("rivals", linked_plan(tmp_path), "--json")
    assert answer.code == 0, answer.out
    (said,) = [w for w in answer.json["warnings"] if w["code"] == "inflation_left_out"]
    assert "payments linked to cpi stay as projected" in said["message"]


def test_a_date_before_the_stated_one_is_scaled_back(tmp_path: Path) -> None:
    """Amounts stated in February: the value at the start is that of prices then."""
    later = PLAN.replace("valuation_date = 2024-12-31", "valuation_date = 2025-02-28")
    plan = later.replace("[performance]\n", SECTION + "[performance]\n", 1)
    flows = "date,index,benefits\n2034-12-31,cpi,900\n"
    folder = index_plan(tmp_path, plan=plan, cash_flows=flows, cpi=CPI)
    found = answered(folder, "index")
    rate = 0.045 + 0.005 * (3652 / 365 - 5) / 5  # beyond 10 years the curve goes on
    amount = 900 * 300 / 304 * 1.02 ** (2 / 12)
    assert found["opening_value"] == pytest.approx(amount * (1 + rate) ** (-3652 / 365), rel=1e-4)
    assert found["total"]["future_value"] == pytest.approx(
        900 * 305 / 304 / 1.02 ** (1 / 12), rel=1e-12
    )
