"""Contributions: shortfall instalments, the minimum of IRC 430, amortisation of what is unfunded.

Source: worked figures derived from the stated rules (funding_lump_sums.json).
"""

from __future__ import annotations

import pytest

from defease.curves import segment_curve
from defease.funding.amortisation import (
    AmortisationLayer,
    AmortisationPattern,
    AmortisationPolicy,
    actuarial_contribution,
)
from defease.funding.minimum import MinimumQuestion, minimum_contribution, shortfall_factor
from defease.valuation.legal import years_of_amortisation
from tests.shared_files import shared_json

CASES = "cases/funding_lump_sums.json"
RELATIVE = 1e-9


def test_shortfall_instalments() -> None:
    for case in shared_json(CASES)["shortfall_amortization"]:
        first, second = case["seg"]
        factor = shortfall_factor(segment_curve([first, second, second]), case["years"])
        assert factor == pytest.approx(case["factor"], rel=RELATIVE)
        assert case["base"] / factor == pytest.approx(case["installment"], rel=RELATIVE)


def test_minimum_required_contribution() -> None:
    for case in shared_json(CASES)["minimum_required_contribution"]:
        first, second = case["seg"]
        assert years_of_amortisation(2026).number == case["amort_years"]
        found = minimum_contribution(
            MinimumQuestion(
                plan_year=2026,
                funding_target=case["funding_target"],
                target_normal_cost=case["target_normal_cost"],
                market_value=case["assets"],
                curve=segment_curve([first, second, second]),
            )
        )
        expected = case["minimum_required_contribution"]
        assert found.contribution == pytest.approx(expected, rel=RELATIVE)


def test_level_dollar() -> None:
    case = shared_json(CASES)["adc"][0]
    policy = AmortisationPolicy(annual_rate=0.07, years=20)
    found = actuarial_contribution([AmortisationLayer(case["uaal"], 20)], policy)
    assert found.amortisation == pytest.approx(case["first_payment"], rel=RELATIVE)
    assert not found.has_negative_amortisation
    assert not found.cautions


def test_level_percent_of_pay_is_negative_amortisation() -> None:
    case = shared_json(CASES)["adc"][1]
    policy = AmortisationPolicy(
        annual_rate=0.07,
        years=30,
        pattern=AmortisationPattern.LEVEL_PERCENT,
        pay_growth=0.03,
    )
    found = actuarial_contribution([AmortisationLayer(case["uaal"], 30)], policy)
    assert found.amortisation == pytest.approx(case["first_payment"], rel=RELATIVE)
    assert found.has_negative_amortisation
    assert [caution.code for caution in found.cautions] == ["negative_amortisation"]
