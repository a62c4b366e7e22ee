"""Funding rules asked of a plan file: published amounts, what is missing, what is said."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from defease.errors import InputError, ModelError
from defease.services import copy_sample, fund, report
from defease.services.fund import FundStudy
from defease.services.task import TaskResult
from tests.unit.inputs.building import only_problem, plan_folder

CENT = 0.005
SEGMENTS = """
[[discounting]]
name = "minimum"
method = "segments"
regime = "ppa_430"
rates = [0.0475, 0.0487, 0.05]
"""
FLOWS = "year,benefits,expenses\n2020,100000000,7000000\n"
TARGET = 100e6 * 1.0475**-0.5


def plan_text(assets: float, more: str, *, year: int = 2019, sponsor: str = "corporate") -> str:
    return f"""
[plan]
name = "Test"
valuation_date = {year}-12-31
sponsor = "{sponsor}"
[assets]
market_value = {assets!r}
[liabilities]
timing = "mid_year"
{more}"""


def asked(
    folder: Path, assets: float, more: str, *, flows: str = FLOWS, **plan: Any
) -> TaskResult[FundStudy]:
    text = plan_text(assets, more, **plan)
    return fund(plan_folder(folder, plan=text, cash_flows=flows))


def said(result: TaskResult[FundStudy], code: str) -> str:
    (message,) = [w.message for w in result.warnings if w.code == code]
    return message


def rules(keys: str = "") -> str:
    return f"{SEGMENTS}[funding_rules]\ntarget_normal_cost = 0\n{keys}"


def adc(keys: str) -> str:
    return f'[contributions]\npolicy = "adc"\n{keys}'


class TestMinimum:
    @pytest.mark.parametrize(
        ("rates", "factor", "instalment"),
        [([0.0475, 0.0487, 0.05], 6.106817, 2_456_271.21), ([0.05] * 3, 6.075692, 2_468_854.55)],
    )
    def test_published_instalment_of_a_shortfall_of_15_million(
        self, tmp_path: Path, rates: list[float], factor: float, instalment: float
    ) -> None:
        """15 million over 7 years at 4.75% and 4.87%, and at 5%: worked by hand."""
        target = 100e6 * (1 + rates[0]) ** -0.5
        more = rules().replace("[0.0475, 0.0487, 0.05]", str(rates))
        found = asked(tmp_path, target - 15e6, more).results
        assert found["funding_target"] == pytest.approx(target, rel=1e-12)
        assert found["minimum"]["shortfall"] == pytest.approx(15e6)
        assert found["minimum"]["factor"] == pytest.approx(factor, abs=5e-7)
        assert found["minimum_contribution"] == pytest.approx(instalment, abs=CENT)

    def test_credit_used_is_what_the_sponsor_says(self, tmp_path: Path) -> None:
        text = plan_text(TARGET - 10e6, rules("credit_used = 1e6\nprior_year_ratio = 0.85\n"))
        text = text.replace("[liabilities]", "credit_balance = 5e6\n[liabilities]")
        folder = plan_folder(tmp_path, plan=text, cash_flows="year,benefits\n2020,100000000\n")
        found = fund(folder).results["minimum"]
        assert found["shortfall"] == pytest.approx(15e6)
        assert found["credit_used"] == 1e6
        assert found["required"] - found["contribution"] == pytest.approx(1e6)

    def test_expenses_are_no_part_of_the_funding_target(self, tmp_path: Path) -> None:
        one = asked(tmp_path / "a", TARGET, rules()).results
        other = asked(tmp_path / "b", TARGET, rules(), flows=FLOWS.replace("7000000", "0")).results
        assert one["funding_target"] == other["funding_target"]

    def test_effective_rate_of_payments_in_one_segment_is_its_rate(self, tmp_path: Path) -> None:
        found = asked(tmp_path, TARGET, rules())
        assert found.results["effective_interest_rate"] == pytest.approx(0.0475, abs=1e-10)

    def test_no_normal_cost_leaves_the_aftap(self, tmp_path: Path) -> None:
        found = asked(tmp_path, 0.79 * TARGET, SEGMENTS)
        assert found.results["minimum_contribution"] is None
        assert "funding_rules.target_normal_cost" in said(found, "no_minimum_contribution")
        assert found.results["aftap"] == pytest.approx(0.79)
        assert "lump sums restricted to half" in found.results["aftap_meaning"]

    def test_elected_curve_is_a_funding_target_too(self, tmp_path: Path) -> None:
        more = (
            '[[discounting]]\nname = "c"\nmethod = "flat"\nregime = "ppa_full_curve"\nrate = 0.05\n'
        )
        found = asked(tmp_path, 90e6, more + "[funding_rules]\ntarget_normal_cost = 1e6\n").results
        assert found["funding_target_basis"] == "c"
        assert found["funding_target"] == pytest.approx(100e6 * 1.05**-0.5)

    def test_segments_come_before_the_curve_and_the_other_is_named(self, tmp_path: Path) -> None:
        other = (
            '[[discounting]]\nname = "c"\nmethod = "flat"\nregime = "ppa_full_curve"\nrate = 0.05\n'
        )
        found = asked(tmp_path, 90e6, other + rules())
        assert found.results["funding_target_basis"] == "minimum"
        assert "not used: c" in said(found, "several_funding_bases")

    def test_flows_with_future_service_are_said(self, tmp_path: Path) -> None:
        text = plan_text(90e6, rules()).replace("[liabilities]", '[liabilities]\nmeasure = "total"')
        folder = plan_folder(tmp_path, plan=text, cash_flows="year,benefits\n2020,100\n")
        assert "too high" in said(fund(folder), "funding_target_of_total")


class TestPlanYear:
    @pytest.mark.parametrize(
        ("day", "year_end", "begins"),
        [
            ("2025-12-31", "12-31", 2026),
            ("2026-01-01", "12-31", 2026),
            ("2026-09-15", "12-31", 2026),
            ("2016-11-30", "11-30", 2016),
            ("2026-06-29", "06-30", 2025),
            ("2024-02-29", "02-28", 2024),
        ],
    )
    def test_is_the_one_that_begins_at_or_holds_the_date(
        self, tmp_path: Path, day: str, year_end: str, begins: int
    ) -> None:
        text = plan_text(90e6, rules()).replace("2019-12-31", day)
        text = text.replace("[assets]", f'year_end = "{year_end}"\n[assets]')
        flows = "date,benefits\n2030-06-30,100\n"
        folder = plan_folder(tmp_path, plan=text.replace("mid_year", "dated"), cash_flows=flows)
        assert fund(folder).results["plan_year"] == begins

    def test_of_the_corridor_wins_and_the_difference_is_said(self, tmp_path: Path) -> None:
        held = "plan_year = 2021\naverages_25_year = [0.05, 0.05, 0.05]\n"
        found = asked(tmp_path, 90e6, rules().replace("[funding_rules]", f"{held}[funding_rules]"))
        assert found.results["plan_year"] == 2021
        assert "begins in 2020" in said(found, "plan_year_differs")

    def test_a_later_day_has_fewer_payments_and_another_year(self, tmp_path: Path) -> None:
        copy_sample(tmp_path / "p", example="corporate")
        later = fund(tmp_path / "p", as_of=dt.date(2018, 11, 30)).results
        assert later["plan_year"] == 2018
        assert later["funding_target"] < fund(tmp_path / "p").results["funding_target"] * 1.05


class TestPremium:
    KEYS = "participants = 1000\nvested_liability = 100e6\n"

    def test_rates_of_2026(self, tmp_path: Path) -> None:
        found = asked(
            tmp_path, 90e6, rules(self.KEYS), year=2025, flows=FLOWS.replace("2020", "2026")
        ).results
        assert found["pbgc_premium"] == 111 * 1000 + 52 * 10e6 / 1000
        assert found["premium"]["unfunded_vested"] == 10e6

    def test_a_year_without_rates_leaves_the_other_parts(self, tmp_path: Path) -> None:
        found = asked(
            tmp_path, 90e6, rules(self.KEYS), year=2039, flows=FLOWS.replace("2020", "2040")
        )
        assert found.results["pbgc_premium"] is None
        assert "no PBGC premium is known" in said(found, "no_pbgc_premium")
        assert found.results["minimum_contribution"] is not None

    def test_a_missing_key_is_named(self, tmp_path: Path) -> None:
        found = asked(tmp_path, 90e6, rules("participants = 10\n"))
        assert "funding_rules.vested_liability" in said(found, "no_pbgc_premium")


class TestActuarial:
    @pytest.mark.parametrize(
        ("years", "pattern", "payment", "rises"),
        [
            (20, "", 8_821_768.76, "no"),
            (30, 'pattern = "level_percent"\npay_growth = 0.03\n', 5_488_345.03, "yes"),
        ],
    )
    def test_published_payments_of_100_million_at_7_percent(
        self, tmp_path: Path, years: int, pattern: str, payment: float, rises: str
    ) -> None:
        layers = f"layers = [{{ balance = 100e6, remaining = {years} }}]\n"
        keys = f"rate = 0.07\nyears = {years}\n{layers}{pattern}"
        found = asked(tmp_path, 90e6, adc(keys), sponsor="public")
        contribution = found.results["actuarially_determined_contribution"]
        assert contribution == pytest.approx(payment, abs=CENT)
        assert found.results["adc"]["has_negative_amortisation"] is (rises == "yes")
        assert ("negative_amortisation" in {w.code for w in found.warnings}) is (rises == "yes")
        assert ("Negative amortisation" in found.to_text()) is (rises == "yes")

    def test_without_layers_what_is_unfunded_is_one(self, tmp_path: Path) -> None:
        keys = "rate = 0.05\nyears = 1\nnormal_cost = 2e6\n"
        found = asked(tmp_path, 90e6, adc(keys), sponsor="public")
        unfunded = 107e6 * 1.05**-0.5 - 90e6
        assert found.results["adc"]["unfunded"] == pytest.approx(unfunded)
        assert found.results["actuarially_determined_contribution"] == pytest.approx(unfunded + 2e6)
        assert "5.00%" in said(found, "one_amortisation_layer")

    def test_rate_is_the_assumed_return_when_none_is_given(self, tmp_path: Path) -> None:
        keys = "years = 5\nnormal_cost = 0\nlayers = [{ balance = 100, remaining = 1 }]\n"
        more = adc(keys) + "[exhaustion]\nassumed_return = 0.06\n"
        found = asked(tmp_path, 90e6, more, sponsor="public")
        assert found.results["adc"]["interest_threshold"] == pytest.approx(100 * 0.06 / 1.06)

    @pytest.mark.parametrize(
        ("keys", "named"), [("rate = 0.05\n", "years"), ("years = 5\n", "rate")]
    )
    def test_a_missing_key_is_named(self, tmp_path: Path, keys: str, named: str) -> None:
        found = asked(tmp_path, 90e6, rules() + adc(keys))
        assert f"contributions.{named}" in said(found, "no_actuarial_contribution")

    def test_too_little_paid_is_said(self, tmp_path: Path) -> None:
        keys = "rate = 0.05\nyears = 9\nnormal_cost = 2e6\npaid = 2e6\n"
        layers = "layers = [{ balance = 10e6, remaining = 9 }]\n"
        found = asked(tmp_path, TARGET - 40e6, rules() + adc(keys + layers))
        assert "normal cost plus interest" in said(found, "contribution_below_interest")
        assert "less than the minimum" in said(found, "contribution_below_minimum")

    def test_what_is_paid_comes_from_the_cash_flows(self, tmp_path: Path) -> None:
        flows = "year,benefits,contributions\n2020,100,3\n2021,100,4\n"
        keys = (
            "rate = 0.05\nyears = 9\nnormal_cost = 2\nlayers = [{ balance = 1, remaining = 1 }]\n"
        )
        found = asked(tmp_path, 50.0, adc(keys), flows=flows, sponsor="public")
        assert found.results["paid"] == 3.0


def test_other_sponsors_have_no_430_and_no_premium(tmp_path: Path) -> None:
    keys = rules("participants = 10\nvested_liability = 1e6\n") + adc("rate = 0.05\nyears = 9\n")
    found = asked(tmp_path, 90e6, keys, sponsor="public")
    assert found.results["minimum"] is None
    assert found.results["aftap"] is None
    assert found.results["pbgc_premium"] is None
    assert "single-employer" in said(found, "no_minimum_contribution")
    assert found.results["adc"] is not None


def test_a_plan_without_any_part_has_no_answer(tmp_path: Path) -> None:
    copy_sample(tmp_path / "p", example="retiree")
    with pytest.raises(ModelError) as caught:
        fund(tmp_path / "p")
    assert len(caught.value.problems) == 3
    assert all(p.where and p.what and p.remedy for p in caught.value.problems)


@pytest.mark.parametrize(
    ("more", "where", "what"),
    [
        (adc("yeers = 5\n"), "contributions", "yeers does not belong"),
        (adc("years = 5\npay_growth = 0.03\n"), "contributions", "level dollar"),
        (adc("years = 0\n"), "contributions.years", "must be positive"),
        (adc("years = 5\nlayers = [{ balance = 1 }]\n"), "layers.0.remaining", "is required"),
        ("[funding_rules]\nprior_year_ratio = 97\n", "prior_year_ratio", "9700%"),
        (
            "[funding_rules]\nprior_bases = [{ amount = 1, remaining = 1.5 }]\n",
            "remaining",
            "whole",
        ),
        ("[funding_rules]\nparticipants = -1\n", "participants", "must be positive"),
    ],
)
def test_keys_that_cannot_be_meant(tmp_path: Path, more: str, where: str, what: str) -> None:
    problem = only_problem(lambda: asked(tmp_path, 90e6, more))
    assert where in problem.where
    assert what in problem.what


def test_credit_balances_above_the_assets_are_refused(tmp_path: Path) -> None:
    text = plan_text(10.0, rules()).replace("[liabilities]", "credit_balance = 11\n[liabilities]")
    folder = plan_folder(tmp_path, plan=text, cash_flows="year,benefits\n2020,100\n")
    with pytest.raises(InputError, match="exceed the assets"):
        fund(folder)


class TestSample:
    @pytest.fixture
    def folder(self, tmp_path: Path) -> Path:
        copy_sample(tmp_path / "p", example="corporate")
        return tmp_path / "p"

    def test_every_part_is_there_and_every_line_has_its_how(self, folder: Path) -> None:
        found = fund(folder).results
        assert {line["part"] for line in found["trail"]} == {
            "minimum", "aftap", "premium", "actuarial",
        }  # fmt: skip
        assert all(line["formula"] for line in found["trail"])
        assert "1.55%" in found["trail"][0]["formula"]

    def test_the_lines_lead_from_one_to_the_next(self, folder: Path) -> None:
        """The trail recomputed by hand from its own figures."""
        f = fund(folder).results["minimum"]
        target = fund(folder).results["funding_target"]
        assert f["shortfall"] == pytest.approx(max(target - f["reduced_assets"], 0))
        rates = [0.0155] * 5 + [0.0376] * 15
        factors = [sum((1 + rates[t]) ** -t for t in range(n)) for n in range(16)]
        prior = 1.2e6 * factors[5] - 0.4e6 * factors[6]
        assert f["prior_value"] == pytest.approx(prior, rel=1e-12)
        instalment = (f["shortfall"] - prior) / factors[7]
        assert f["contribution"] == pytest.approx(14.2e6 + 0.8e6 + instalment - 5e6, rel=1e-12)

    def test_the_board_report_has_the_section(self, folder: Path) -> None:
        text = report(folder).to_text()
        assert "What must be paid" in text
        assert "Thresholds of the AFTAP" in text

    def test_the_board_report_of_others_has_not(self, tmp_path: Path) -> None:
        copy_sample(tmp_path / "r", example="retiree")
        assert "What must be paid" not in report(tmp_path / "r").to_text()
