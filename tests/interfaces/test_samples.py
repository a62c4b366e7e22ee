"""The sample plans: made as they say, equal to their sources, and worth what arithmetic says."""

from __future__ import annotations

import csv
import datetime as dt
import math
from pathlib import Path
from typing import Any

import pytest
from tools import make_samples

from defease.services.samples import SAMPLES
from tests.command_line import defease
from tests.shared_files import mathematics_case, shared_rows

MATURITIES = {0.083333333333: "1M", 0.166666666667: "2M", 0.25: "3M", 0.5: "6M"}
TREASURY_DAYS = {
    "pension": "2024-08-30",
    "corporate": "2016-11-30",
    "retiree": "2025-12-31",
    "college": "2025-12-31",
    "bullet": "2025-12-31",
}


def rows_of(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as opened:
        return list(csv.DictReader(opened))


def results(plan: Path, command: str, *options: str) -> dict[str, Any]:
    answer = defease(command, plan, "--json", *options)
    assert answer.code == 0, answer
    found: dict[str, Any] = answer.json["results"]
    return found


def basis(plan: Path, name: str, *options: str) -> dict[str, Any]:
    found: list[dict[str, Any]] = results(plan, "value", *options)["bases"]
    return next(b for b in found if b["name"] == name)


@pytest.mark.parametrize("name", make_samples.UNIVERSES)
def test_the_committed_universe_is_the_one_that_the_tool_makes(name: str) -> None:
    committed = rows_of(make_samples.SAMPLES / name / "bonds.csv")
    made = list(csv.DictReader(make_samples.bonds_csv(name).splitlines()))
    assert len(committed) == len(made) == make_samples.UNIVERSES[name]
    for ours, theirs in zip(committed, made, strict=True):
        # The last printed digit of a price may differ between machines; nothing else may.
        assert float(ours.pop("price")) == pytest.approx(float(theirs.pop("price")), abs=1.01e-4)
        assert ours == theirs


def test_the_committed_corporate_flows_are_those_that_the_tool_makes() -> None:
    committed = (make_samples.SAMPLES / "corporate" / "cash_flows.csv").read_text("utf-8")
    assert committed == make_samples.corporate_cash_flows_csv()


def test_the_committed_history_is_the_one_that_the_tool_makes() -> None:
    for name, made in make_samples.corporate_history_files().items():
        committed = (make_samples.SAMPLES / "corporate" / name).read_text("utf-8")
        assert committed == made, name


@pytest.mark.parametrize("name", SAMPLES)
def test_every_sample_says_where_its_files_come_from(plans: Path, name: str) -> None:
    readme = (plans / name / "README.md").read_text("utf-8")
    for file in (plans / name).iterdir():
        assert file.suffix != ".csv" or f"`{file.name}`" in readme, file.name
    assert "invented" in readme


class TestSources:
    def test_texas_restates_the_published_projection(self, plans: Path) -> None:
        ours = rows_of(plans / "pension" / "cash_flows.csv")
        published = shared_rows("cases/texas_trs_2024.csv")
        assert len(ours) == len(published) == 99
        for row, printed in zip(ours, published, strict=True):
            assert int(row["year"]) == 2024 + int(printed["year"])
            assert row["benefits"] == printed["benefits"]
            assert row["expenses"] == printed["admin_expenses"]
            assert row["contributions"] == printed["contrib_total"]

    @pytest.mark.parametrize(("name", "day"), TREASURY_DAYS.items())
    def test_treasury_par_yields_are_those_of_the_day(
        self, plans: Path, name: str, day: str
    ) -> None:
        published = next(r for r in shared_rows("data/rates/ust_cmt_daily.csv") if r["date"] == day)
        for row in rows_of(plans / name / "treasury.csv"):
            years = float(row["maturity_years"])
            label = MATURITIES.get(years, f"{years:g}Y")
            assert float(row["rate"]) == float(published[label]), label

    def test_hqm_spot_rates_are_those_of_november_2016(self, plans: Path) -> None:
        months = shared_rows("data/rates/hqm_spot_monthly_1984_2016.csv")
        published = next(row for row in months if row["month"] == "2016-11")
        for row in rows_of(plans / "corporate" / "hqm.csv"):
            assert float(row["rate"]) == float(published[row["maturity_years"]])

    def test_the_history_of_the_corporate_curve_is_the_published_one(self, plans: Path) -> None:
        months = {r["month"]: r for r in shared_rows("data/rates/hqm_spot_monthly_1984_2016.csv")}
        ours = rows_of(plans / "corporate" / "hqm_history.csv")
        assert (ours[0]["month"], ours[-1]["month"], len(ours)) == ("2013-11", "2016-11", 37)
        for row in ours:
            published = months[row.pop("month")]
            for maturity, rate in row.items():
                assert float(rate) == float(published[maturity])

    def test_treasury_months_are_means_of_the_published_days(self, plans: Path) -> None:
        days = shared_rows("data/rates/ust_cmt_daily.csv")
        for row in rows_of(plans / "corporate" / "treasury_history.csv"):
            month = row.pop("month")
            for years, rate in row.items():
                label = MATURITIES.get(float(years), f"{float(years):g}Y")
                given = [float(d[label]) for d in days if d["date"][:7] == month and d[label]]
                assert float(rate) == pytest.approx(sum(given) / len(given), abs=0.00501)


class TestWorth:
    def test_the_retiree_is_the_closed_form(self, plans: Path) -> None:
        found = basis(plans / "retiree", "planning_rate")
        expected = 50_000 * (1 - 1.03**-30) / 0.03
        assert found["present_value"] == pytest.approx(expected, rel=1e-12)
        assert round(found["present_value"], 2) == 980_022.07
        case = mathematics_case("seed000_retiree_pv_arrears")["rows"][0]["expected"]
        assert found["present_value"] == pytest.approx(case["pv"], rel=1e-9)
        assert found["yield"] == pytest.approx(0.03, abs=1e-10)
        annuity_duration = 1.03 / 0.03 - 30 / (1.03**30 - 1)
        assert found["macaulay_duration"] == pytest.approx(annuity_duration, rel=1e-9)

    def test_the_bullet_is_one_discount_factor(self, plans: Path) -> None:
        found = basis(plans / "bullet", "planning_rate")
        assert found["present_value"] == pytest.approx(1e8 * 1.04**-20, rel=1e-12)
        assert found["macaulay_duration"] == pytest.approx(20, rel=1e-9)
        assert found["modified_duration"] == pytest.approx(20 / 1.04, rel=1e-9)
        assert found["convexity"] == pytest.approx(20 * 21 / 1.04**2, rel=1e-9)
        assert found["funded_ratio"] == pytest.approx(40e6 / (1e8 * 1.04**-20), rel=1e-12)

    def test_the_bullet_falls_by_full_revaluation_not_by_duration(self, plans: Path) -> None:
        scenarios = results(plans / "bullet", "stress")["scenarios"]
        up = next(s for s in scenarios if s["name"] == "rates up 200")
        before = 1e8 * 1.04**-20
        case = mathematics_case("seed000_100m_20y_discount")["rows"][0]["expected"]
        assert up["liabilities"] == pytest.approx(1e8 * 1.06**-20, rel=1e-12)
        assert up["change_liabilities"] / before == pytest.approx(case["change_pct"], rel=1e-9)
        by_duration = up["duration_estimate"] / before
        assert by_duration == pytest.approx(case["duration_only_pct"], rel=1e-9)

    def test_the_corporate_plan_on_hqm_rates_payment_by_payment(self, plans: Path) -> None:
        # Straight lines between continuously compounded spot rates, one payment after the other.
        folder, name = plans / "corporate", "aa_corporate"
        points = [
            (float(r["maturity_years"]), 2 * math.log1p(float(r["rate"]) / 200))
            for r in rows_of(folder / "hqm.csv")
        ]
        start = dt.date(2016, 11, 30)
        expected = 0.0
        for row in rows_of(folder / "cash_flows.csv"):
            t = (dt.date.fromisoformat(row["date"]) - start).days / 365
            amount = float(row["benefits"]) + float(row["expenses"])
            expected += amount * math.exp(-t * self.straight(points, t))
        linear = f"discounting.{name}.interpolation=linear_zero"
        found = basis(folder, name, "--set", linear)
        assert found["present_value"] == pytest.approx(expected, rel=1e-10)
        # The plan's own interpolation passes through the same points and so lies close by.
        assert basis(folder, name)["present_value"] == pytest.approx(expected, rel=1e-4)

    def straight(self, points: list[tuple[float, float]], t: float) -> float:
        if t <= points[0][0]:
            return points[0][1]
        above = next(i for i, (maturity, _) in enumerate(points) if maturity >= t)
        (t0, r0), (t1, r1) = points[above - 1], points[above]
        return r0 + (r1 - r0) * (t - t0) / (t1 - t0)

    def test_segments_discount_by_the_time_of_payment(self, plans: Path) -> None:
        folder = plans / "corporate"
        start, rates = dt.date(2016, 11, 30), (0.0155, 0.0376, 0.0473)
        expected = 0.0
        for row in rows_of(folder / "cash_flows.csv"):
            t = (dt.date.fromisoformat(row["date"]) - start).days / 365
            rate = rates[0] if t < 5 else rates[1] if t < 20 else rates[2]
            expected += (float(row["benefits"]) + float(row["expenses"])) * (1 + rate) ** -t
        found = basis(folder, "ppa_segments")
        assert found["present_value"] == pytest.approx(expected, rel=1e-12)

    def test_the_college_payments_on_a_flat_rate(self, plans: Path) -> None:
        start, expected = dt.date(2025, 12, 31), 0.0
        for row in rows_of(plans / "college" / "cash_flows.csv"):
            t = (dt.date.fromisoformat(row["date"]) - start).days / 365
            expected += float(row["benefits"]) * 1.05**-t
        found = basis(plans / "college", "savings_plan")
        assert found["present_value"] == pytest.approx(expected, rel=1e-12)

    def test_texas_at_the_assumed_return(self, plans: Path) -> None:
        net = [
            float(row["benefits"]) + float(row["expenses"]) - float(row["contributions"])
            for row in rows_of(plans / "pension" / "cash_flows.csv")
        ]
        expected = math.fsum(amount * 1.07 ** -(k + 0.5) for k, amount in enumerate(net))
        found = basis(plans / "pension", "assumed_return")
        assert found["present_value"] == pytest.approx(expected, rel=1e-12)
        exhaust = results(plans / "pension", "exhaust")
        assert exhaust["single_discount_rate"] == pytest.approx(0.07, abs=1e-10)
        assert exhaust["exhausted"] is False
        assert len(exhaust["projection"]) == 99


class TestPublishedFigures:
    def test_every_printed_figure_stands_beside_ours_with_the_reason(self, plans: Path) -> None:
        found = {f["name"]: f for f in results(plans / "pension", "value")["published"]}
        liability = found["total pension liability"]
        assert liability["value"] == 271627434294
        assert liability["as_of"] == "2024-08-31"
        assert "Cannot be reproduced" in liability["reason"]
        assert "measure = total" in liability["reason"]
        assert liability["difference"] == pytest.approx(liability["ours"] - liability["value"])
        gross = basis(plans / "pension", "assumed_return")["present_value_gross"]
        assert liability["ours"] == pytest.approx(gross, rel=1e-12)
        measure = found["low-default-risk obligation measure"]
        assert (measure["value"], measure["rate"]) == (361085000000, 0.0486)
        assert "Cannot be reproduced" in measure["reason"]
        position = found["fiduciary net position"]
        assert position["ours"] is None
        assert "no rate" in position["reason"]

    def test_the_page_shows_the_reason_too(self, plans: Path) -> None:
        text = " ".join(defease("value", plans / "pension").out.split())
        assert "Cannot be reproduced from these cash flows" in text

    def test_a_figure_of_the_same_payments_is_said_to_be_reproduced(self, plans: Path) -> None:
        worth = 50_000 * (1 - 1.03**-30) / 0.03
        printed = f'liabilities.published=[{{name="annuity", value={worth!r}, rate=0.03}}]'
        (found,) = results(plans / "retiree", "value", "--set", printed)["published"]
        assert "Reproduced" in found["reason"]
        half_year = (
            f'liabilities.published=[{{name="early", value={worth * 1.03**0.5!r}, rate=0.03}}]'
        )
        (found,) = results(plans / "retiree", "value", "--set", half_year)["published"]
        assert "half a year" in found["reason"]
