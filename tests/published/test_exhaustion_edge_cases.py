"""Edge cases of exhaustion and required return: ../shared/cases/aet_edge_cases.json."""

from __future__ import annotations

from typing import Any

import pytest

from defease.cashflows import Timing
from defease.funding import (
    AfterShortfall,
    AnnualFlows,
    ExhaustedAssets,
    ExhaustionPolicy,
    ShortfallYear,
    required_return,
    single_discount_rate,
    terminal_returns,
)
from tests.shared_files import shared_json

TOLERANCE = 1e-9
CASES = ("two_terminal_roots", "depletes_year_1_all_muni", "level_outgo_800")


def case(identifier: str) -> dict[str, Any]:
    cases = shared_json("cases/aet_edge_cases.json")["cases"]
    found: dict[str, Any] = next(c for c in cases if c["id"] == identifier)
    return found


def flows_of(given: dict[str, Any]) -> AnnualFlows:
    return AnnualFlows.from_columns(
        benefits=given["benefits"],
        expenses=given["expenses"],
        contributions=given["contributions"],
    )


def test_no_case_is_left_out() -> None:
    assert {c["id"] for c in shared_json("cases/aet_edge_cases.json")["cases"]} == set(CASES)


@pytest.mark.parametrize("identifier", ["two_terminal_roots", "level_outgo_800"])
def test_required_return(identifier: str) -> None:
    given = case(identifier)
    policy = ExhaustionPolicy(timing=Timing(given["timing"]))
    found = required_return(flows_of(given), opening_assets=given["opening_assets"], policy=policy)
    assert found.rate == pytest.approx(given["required_return"], abs=TOLERANCE)


def test_two_terminal_returns() -> None:
    given = case("two_terminal_roots")
    policy = ExhaustionPolicy(timing=Timing(given["timing"]))
    found = terminal_returns(flows_of(given), opening_assets=given["opening_assets"], policy=policy)
    assert found == pytest.approx(given["terminal_returns"], abs=TOLERANCE)


def test_insufficient_from_the_first_year_is_all_municipal() -> None:
    given = case("depletes_year_1_all_muni")
    policy = ExhaustionPolicy(
        timing=Timing(given["timing"]),
        shortfall_year=ShortfallYear(given["shortfall_year"]),
        after_shortfall=AfterShortfall(given["after_shortfall"]),
        exhausted_assets=ExhaustedAssets(given["exhausted_assets"]),
    )
    found = single_discount_rate(
        flows_of(given),
        opening_assets=given["opening_assets"],
        assumed_return=given["assumed_return"],
        municipal_rate=given["municipal_rate"],
        policy=policy,
    )
    assert found.rate == given["single_discount_rate"]
    assert found.projection.first_insufficient_year == given["first_unfunded_year"]
