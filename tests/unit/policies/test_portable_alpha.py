"""The portable alpha rule of the investment policy, review by review."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import replace

import pytest

from defease.errors import InputError
from defease.policies import (
    Direction,
    PortableAlphaPolicy,
    Reason,
    ReviewFacts,
    decide,
)

POLICY = PortableAlphaPolicy(trigger_ratio=0.9, trigger_amount=50.0, share=0.5)
FACTS = ReviewFacts(
    date=dt.date(2026, 6, 30),
    funded_ratio=0.85,
    cumulative_alpha=60.0,
    alpha_assets=500.0,
    matched_assets=100.0,
    unfunded_cost=900.0,
)


def test_either_trigger_releases_a_transfer_and_the_record_names_it() -> None:
    by_amount = decide(POLICY, FACTS)
    assert (by_amount.transferred, by_amount.not_transferred) == (30.0, 30.0)
    assert by_amount.sentence == "excess 60 reached 50"
    by_ratio = decide(POLICY, replace(FACTS, funded_ratio=0.9, cumulative_alpha=10.0))
    assert by_ratio.transferred == 5.0
    assert by_ratio.sentence == "funded ratio 90.0% reached 90.0%"


@pytest.mark.parametrize(
    ("facts", "policy", "reason"),
    [
        (replace(FACTS, cumulative_alpha=49.0), POLICY, Reason.NOT_TRIGGERED),
        (replace(FACTS, cumulative_alpha=0.0), POLICY, Reason.NO_EXCESS),
        (replace(FACTS, cumulative_alpha=-80.0), POLICY, Reason.NO_EXCESS),
        (FACTS, replace(POLICY, minimum=61.0), Reason.BELOW_MINIMUM),
        (FACTS, replace(POLICY, floor=0.86), Reason.BELOW_FLOOR),
        (FACTS, replace(POLICY, share=0.0), Reason.ZERO_SHARE),
        (
            replace(FACTS, months_since_transfer=11),
            replace(POLICY, cooling_off_months=12),
            Reason.COOLING_OFF,
        ),
        (FACTS, replace(POLICY, least_alpha_assets=500.0), Reason.LIMITED_TO_NOTHING),
    ],
)
def test_every_reason_not_to_move_money_is_told_apart(
    facts: ReviewFacts, policy: PortableAlphaPolicy, reason: Reason
) -> None:
    decision = decide(policy, facts)
    assert decision.reason is reason
    assert decision.transferred == 0.0
    assert not decision.moves_money
    assert decision.sentence
    assert decision.not_transferred == facts.cumulative_alpha


def test_thresholds_are_reached_by_equality() -> None:
    policy = replace(POLICY, minimum=60.0, floor=0.85, cooling_off_months=12)
    assert decide(policy, replace(FACTS, months_since_transfer=12)).transferred == 30.0


def test_the_tighter_limit_binds_and_is_named() -> None:
    tight = decide(replace(POLICY, least_alpha_assets=480.0), replace(FACTS, unfunded_cost=25.0))
    assert (tight.wanted, tight.transferred) == (30.0, 20.0)
    assert tight.limited_by == ("alpha assets of 500 must keep 480",)
    covered = decide(POLICY, replace(FACTS, unfunded_cost=25.0))
    assert covered.transferred == 25.0
    assert covered.limited_by == ("matching all that is unfunded costs 25",)


def test_two_way_returns_a_shortfall_from_the_bonds_as_far_as_they_go() -> None:
    policy = replace(POLICY, direction=Direction.TWO_WAY, share=1.0)
    by_ratio = decide(policy, replace(FACTS, cumulative_alpha=-40.0))
    assert (by_ratio.transferred, by_ratio.reason) == (-40.0, Reason.RETURNED)
    limited = decide(policy, replace(FACTS, cumulative_alpha=-150.0))
    assert (limited.wanted, limited.transferred) == (-150.0, -100.0)
    assert limited.limited_by == ("matched bonds are worth 100",)
    well_funded = replace(FACTS, cumulative_alpha=-40.0, funded_ratio=0.95)
    assert decide(policy, well_funded).reason is Reason.NOT_TRIGGERED


def test_all_problems_of_a_policy_are_reported_at_once() -> None:
    with pytest.raises(InputError) as raised:
        PortableAlphaPolicy(
            share=1.5,
            trigger_ratio=90.0,
            minimum=-1.0,
            floor=math.nan,
            cooling_off_months=-1,
            review_months=0,
            least_alpha_assets=math.inf,
        )
    assert [problem.where.removeprefix("portable_alpha.") for problem in raised.value.problems] == [
        "share",
        "trigger_ratio",
        "minimum",
        "least_alpha_assets",
        "floor",
        "cooling_off_months",
        "review_months",
    ]


def test_a_policy_without_a_trigger_and_facts_that_are_no_numbers_are_refused() -> None:
    with pytest.raises(InputError, match="has no trigger"):
        PortableAlphaPolicy(share=1.0)
    with pytest.raises(InputError, match="2026-06-30: a fact is not a finite number"):
        decide(POLICY, replace(FACTS, funded_ratio=math.nan))
    with pytest.raises(InputError, match="did you mean 'two_way'"):
        Direction.named("twoway")
