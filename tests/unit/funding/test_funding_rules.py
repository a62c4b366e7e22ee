from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from defease.cashflows import Timing
from defease.curves import flat_curve, segment_curve
from defease.errors import InputError
from defease.funding.amortisation import (
    AmortisationLayer,
    AmortisationPattern,
    AmortisationPeriod,
    AmortisationPolicy,
    actuarial_contribution,
    amortisation_schedule,
)
from defease.funding.minimum import (
    MinimumQuestion,
    ShortfallBase,
    aftap,
    minimum_contribution,
    shortfall_factor,
)
from defease.funding.premium import pbgc_premium
from defease.funding.rules import FundingQuestion, funding_rules
from defease.funding.smoothing import smoothed_assets

CURVE = segment_curve([0.05, 0.055, 0.06])
PLAN = MinimumQuestion(
    plan_year=2026,
    funding_target=100e6,
    target_normal_cost=3e6,
    market_value=85e6,
    curve=CURVE,
)
POLICY = AmortisationPolicy(annual_rate=0.07, years=20)
GROWING = AmortisationPolicy(
    annual_rate=0.07, years=30, pattern=AmortisationPattern.LEVEL_PERCENT, pay_growth=0.03
)


def test_the_first_five_instalments_use_the_first_rate() -> None:
    by_hand = sum(1.05**-t for t in range(5)) + sum(1.055**-t for t in range(5, 15))
    assert shortfall_factor(CURVE, 15) == pytest.approx(by_hand, rel=1e-14)


def test_prior_bases_reduce_the_new_base_and_keep_their_instalments() -> None:
    prior = (ShortfallBase(400_000.0, 9), ShortfallBase(-100_000.0, 3))
    found = minimum_contribution(replace(PLAN, prior_bases=prior))
    nine = sum(1.05**-t for t in range(5)) + sum(1.055**-t for t in range(5, 9))
    three = sum(1.05**-t for t in range(3))
    new_base = 15e6 - 400_000 * nine + 100_000 * three
    fifteen = sum(1.05**-t for t in range(5)) + sum(1.055**-t for t in range(5, 15))
    assert found.new_base == pytest.approx(new_base, rel=1e-12)
    assert found.charge == pytest.approx(300_000 + new_base / fifteen, rel=1e-12)
    assert found.contribution == pytest.approx(3e6 + found.charge, rel=1e-12)


def test_instalments_paid_in_full_amortise_the_shortfall() -> None:
    found = minimum_contribution(PLAN)
    times = np.arange(15, dtype=np.float64)
    paid = found.new_instalment * CURVE.discount_factors(times).sum()
    assert paid == pytest.approx(found.shortfall, rel=1e-13)


def test_without_a_shortfall_every_base_ends_and_the_excess_pays_normal_cost() -> None:
    rich = replace(PLAN, market_value=102e6, prior_bases=(ShortfallBase(1e6, 5),))
    found = minimum_contribution(rich)
    assert (found.charge, found.new_base, found.contribution) == (0.0, 0.0, 1e6)
    assert any("all bases end" in line.formula for line in found.lines)
    assert minimum_contribution(replace(PLAN, market_value=200e6)).contribution == 0.0


def test_a_large_gain_never_makes_the_charge_negative() -> None:
    found = minimum_contribution(replace(PLAN, prior_bases=(ShortfallBase(5e6, 15),)))
    assert found.new_base < 0
    assert found.charge >= 0
    shorter = minimum_contribution(replace(PLAN, prior_bases=(ShortfallBase(-1e6, 1),)))
    assert shorter.charge == pytest.approx(-1e6 + 16e6 / found.factor, rel=1e-12)


def test_credit_balances_are_no_assets_and_pay_what_is_required() -> None:
    found = minimum_contribution(replace(PLAN, credit_balance=2e6, prior_year_ratio=0.85))
    assert found.shortfall == 17e6
    assert found.required == pytest.approx(3e6 + 17e6 / found.factor, rel=1e-13)
    assert found.contribution == pytest.approx(found.required - 2e6, rel=1e-13)
    assert not found.cautions


def test_credit_balances_are_barred_below_80_percent_of_the_year_before() -> None:
    found = minimum_contribution(replace(PLAN, credit_balance=2e6, prior_year_ratio=0.79))
    assert found.credit_used == 0.0
    assert [caution.code for caution in found.cautions] == ["credit_balance_use"]
    unknown = minimum_contribution(replace(PLAN, credit_balance=2e6))
    assert unknown.credit_used == 2e6
    assert "not given" in unknown.cautions[0].message


def test_credit_used_is_what_the_sponsor_elects() -> None:
    elected = replace(PLAN, credit_balance=2e6, credit_used=5e5, prior_year_ratio=0.9)
    assert minimum_contribution(elected).credit_used == 5e5


@pytest.mark.parametrize(("smoothed", "counted"), [(100e6, 93.5e6), (70e6, 76.5e6), (88e6, 88e6)])
def test_the_actuarial_value_stays_near_market(smoothed: float, counted: float) -> None:
    found = minimum_contribution(replace(PLAN, actuarial_value=smoothed))
    assert found.assets == pytest.approx(counted, rel=1e-14)
    assert bool(found.cautions) == (smoothed != counted)


@pytest.mark.parametrize(
    ("market", "words"),
    [(59e6, "accruals stop"), (79e6, "half"), (99e6, "bankrupt"), (100e6, "no restriction")],
)
def test_what_an_aftap_restricts(market: float, words: str) -> None:
    found = aftap(replace(PLAN, market_value=market))
    assert found.ratio == pytest.approx(market / 100e6, rel=1e-14)
    assert words in found.meaning


def test_aftap_subtracts_credit_balances_and_needs_a_target() -> None:
    assert aftap(replace(PLAN, credit_balance=5e6)).ratio == pytest.approx(0.80, rel=1e-14)
    empty = aftap(replace(PLAN, funding_target=0.0))
    assert empty.ratio is None
    assert empty.cautions[0].code == "aftap_not_meaningful"


def test_the_year_decides_the_period() -> None:
    assert minimum_contribution(replace(PLAN, plan_year=2021)).factor == pytest.approx(
        shortfall_factor(CURVE, 7), rel=1e-14
    )


@pytest.mark.parametrize(
    ("vested", "variable", "capped"),
    [(90e6, 0.0, False), (101e6, 52_000.0, False), (300e6, 751_000.0, True)],
)
def test_pbgc_premium(vested: float, variable: float, *, capped: bool) -> None:
    found = pbgc_premium(2026, participants=1000, vested_liability=vested, market_value=100e6)
    assert (found.flat, found.variable, found.is_capped) == (111_000.0, variable, capped)
    assert found.total == 111_000.0 + variable


def test_small_employers_are_told_of_their_lower_cap() -> None:
    found = pbgc_premium(2026, participants=20, vested_liability=2e6, market_value=1e6)
    assert [caution.code for caution in found.cautions] == ["pbgc_small_employer"]


@pytest.mark.parametrize("timing", [Timing.START_OF_YEAR, Timing.MID_YEAR, Timing.END_OF_YEAR])
@pytest.mark.parametrize("policy", [POLICY, GROWING])
def test_a_closed_base_is_paid_off_in_its_period(
    policy: AmortisationPolicy, timing: Timing
) -> None:
    timed = replace(policy, timing=timing)
    run = amortisation_schedule([AmortisationLayer(100e6, timed.years)], timed, years=timed.years)
    assert run.closing[-1] == pytest.approx(0.0, abs=1.0)
    growth = run.payments[1:] / run.payments[:-1]
    assert growth == pytest.approx(1.0 + timed.pay_growth, rel=1e-9)
    assert run.opening[1:] == pytest.approx(run.closing[:-1], rel=1e-14)


def test_an_open_period_never_pays_off() -> None:
    open_policy = replace(POLICY, period=AmortisationPeriod.OPEN)
    run = amortisation_schedule([AmortisationLayer(100e6, 20)], open_policy, years=60)
    ratio = (1.0 - 1.0 / POLICY.factor(20)) * 1.07
    assert run.closing == pytest.approx(100e6 * ratio ** np.arange(1, 61), rel=1e-12)
    assert run.closing[-1] > 0


def test_layers_add_up() -> None:
    layers = [AmortisationLayer(60e6, 18), AmortisationLayer(-5e6, 19), AmortisationLayer(9e6, 20)]
    layered = replace(POLICY, period=AmortisationPeriod.LAYERED)
    found = actuarial_contribution(layers, layered, normal_cost=2e6)
    alone = [actuarial_contribution([layer], POLICY).payments[0] for layer in layers]
    assert found.payments == pytest.approx(alone, rel=1e-14)
    assert found.contribution == pytest.approx(2e6 + sum(alone), rel=1e-14)
    run = amortisation_schedule(layers, layered, years=20)
    assert run.closing[-1] == pytest.approx(0.0, abs=1.0)


@pytest.mark.parametrize("timing", [Timing.START_OF_YEAR, Timing.MID_YEAR, Timing.END_OF_YEAR])
def test_negative_amortisation_is_a_rising_balance(timing: Timing) -> None:
    for years in range(1, 41):
        policy = replace(GROWING, years=years, timing=timing)
        layers = [AmortisationLayer(100.0, years)]
        run = amortisation_schedule(layers, policy, years=1)
        found = actuarial_contribution(layers, policy)
        assert found.has_negative_amortisation == (run.closing[0] > 100.0)


def test_a_payment_below_normal_cost_and_interest_is_flagged() -> None:
    layers = [AmortisationLayer(100e6, 20)]
    interest = 100e6 * 0.07 / 1.07
    enough = actuarial_contribution(layers, POLICY, normal_cost=1e6, paid=1e6 + interest)
    short = actuarial_contribution(layers, POLICY, normal_cost=1e6, paid=0.99e6 + interest)
    assert not enough.cautions
    assert [caution.code for caution in short.cautions] == ["contribution_below_interest"]


def test_a_surplus_is_not_amortised() -> None:
    found = actuarial_contribution([AmortisationLayer(-10e6, 20)], POLICY, normal_cost=1e6)
    assert (found.amortisation, found.contribution) == (0.0, 1e6)
    assert not found.has_negative_amortisation


def test_smoothing_recognises_a_gain_in_equal_parts() -> None:
    values = [smoothed_assets(1000.0, [0.0] * k + [50.0]).value for k in range(6)]
    assert values == pytest.approx([960.0, 970.0, 980.0, 990.0, 1000.0, 1000.0], rel=1e-14)
    assert smoothed_assets(1000.0, [500.0], years=1).value == 1000.0


def test_smoothing_stays_in_its_corridor() -> None:
    found = smoothed_assets(1000.0, [900.0], corridor=(0.8, 1.2))
    assert (found.value, found.is_limited) == (800.0, True)
    assert found.before_corridor == pytest.approx(280.0, rel=1e-14)


def test_a_study_leaves_out_what_it_cannot_compute_and_says_why() -> None:
    found = funding_rules(FundingQuestion(plan_year=2026, market_value=85e6))
    assert (found.minimum, found.aftap, found.premium, found.actuarial) == (None,) * 4
    assert [caution.code for caution in found.cautions] == [
        "no_minimum_contribution",
        "no_pbgc_premium",
        "no_actuarial_contribution",
    ]
    assert found.trail == ()


def test_a_whole_study_has_a_trail_of_every_part() -> None:
    found = funding_rules(
        FundingQuestion(
            plan_year=2026,
            market_value=85e6,
            funding_target=100e6,
            segment_curve=CURVE,
            target_normal_cost=3e6,
            vested_liability=95e6,
            participants=1000,
            amortisation=POLICY,
            layers=(AmortisationLayer(15e6, 20),),
            normal_cost=3e6,
        )
    )
    assert {name for name, _ in found.trail} == {"minimum", "aftap", "premium", "actuarial"}
    labels = {line.label: line.value for _, line in found.trail}
    assert found.minimum is not None
    assert found.premium is not None
    assert labels["minimum required contribution"] == found.minimum.contribution
    assert labels["PBGC premium"] == found.premium.total
    without_cost = funding_rules(replace_cost())
    assert without_cost.minimum is None
    assert without_cost.aftap is not None


def replace_cost() -> FundingQuestion:
    return FundingQuestion(
        plan_year=2026, market_value=85e6, funding_target=100e6, segment_curve=CURVE
    )


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"funding_target": -1.0}, "funding_target is -1"),
        ({"target_normal_cost": float("nan")}, "target_normal_cost is nan"),
        ({"credit_balance": 90e6}, "exceed the assets"),
        ({"prior_bases": (ShortfallBase(1.0, 0),)}, "whole number of payments"),
        ({"plan_year": 2005}, "no asset corridor is known"),
    ],
)
def test_minimum_questions_that_make_no_sense(changes: dict[str, object], message: str) -> None:
    given = {
        "plan_year": 2026,
        "funding_target": 100e6,
        "target_normal_cost": 3e6,
        "market_value": 85e6,
        "curve": CURVE,
    }
    with pytest.raises(InputError, match=message):
        minimum_contribution(MinimumQuestion(**{**given, **changes}))  # type: ignore[arg-type]


def test_policies_and_amounts_that_make_no_sense() -> None:
    with pytest.raises(InputError, match="level dollar payments with pay growth"):
        AmortisationPolicy(annual_rate=0.07, years=20, pay_growth=0.03)
    with pytest.raises(InputError, match="start_of_year, mid_year or end_of_year"):
        AmortisationPolicy(annual_rate=0.07, years=20, timing=Timing.MONTHLY)
    with pytest.raises(InputError, match="whole number"):
        AmortisationPolicy(annual_rate=0.07, years=0)
    with pytest.raises(InputError, match="finite amount"):
        actuarial_contribution([AmortisationLayer(float("inf"), 20)], POLICY)
    with pytest.raises(InputError, match="corridor around 1"):
        smoothed_assets(100.0, [1.0], corridor=(1.1, 1.2))
    with pytest.raises(InputError, match="participants is -1"):
        pbgc_premium(2026, participants=-1, vested_liability=1.0, market_value=1.0)


def test_zero_interest_pays_by_headcount_of_years() -> None:
    free = AmortisationPolicy(annual_rate=0.0, years=10)
    assert actuarial_contribution([AmortisationLayer(100.0, 10)], free).amortisation == 10.0
    assert shortfall_factor(flat_curve(0.0), 15) == 15.0
