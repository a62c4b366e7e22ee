"""Immunisation by each rule: what it meets, what decides, what it refuses."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from defease.curves import CurveShift, flat_curve
from defease.errors import InfeasibleError, InputError, ModelError
from defease.matching import IssuerLimit
from defease.matching.rivals import (
    Condition,
    FactorLoadings,
    Objective,
    PlainLabels,
    RivalPortfolio,
    RivalQuestion,
    TargetSense,
    continuous_measures,
    duration_only_portfolio,
    factor_portfolio,
    key_rate_portfolio,
    own_yield_portfolio,
    redington_portfolio,
    smallest_dispersion_portfolio,
    spot_measures,
)
from tests.rival_data import coupon_question, zeros_question


@pytest.fixture(scope="module")
def question() -> RivalQuestion:
    return coupon_question()


def assert_met(conditions: tuple[Condition, ...]) -> None:
    assert conditions
    for condition in conditions:
        least = condition.target - 1e-7 * abs(condition.target)
        assert condition.achieved >= least, condition
        if condition.sense is TargetSense.EQUAL:
            assert condition.achieved == pytest.approx(condition.target, rel=1e-7), condition


def build_each(question: RivalQuestion) -> list[RivalPortfolio]:
    factors = FactorLoadings.given(
        ["level", "slope", "curvature"],
        tenors=[1.0, 10.0, 30.0],
        loadings=[[1.0, -1.0, 0.0], [1.0, 0.0, 1.0], [1.0, 1.0, 0.0]],
    )
    return [
        redington_portfolio(question),
        key_rate_portfolio(question),
        factor_portfolio(question, factors),
        smallest_dispersion_portfolio(question),
        own_yield_portfolio(question),
    ]


def test_every_rule_meets_its_conditions_with_a_certificate(question: RivalQuestion) -> None:
    for portfolio in build_each(question):
        assert_met(portfolio.conditions)
        assert portfolio.certificate is not None
        assert portfolio.certificate.holds
        assert (portfolio.levels >= 0.0).all()
        bought = float(portfolio.levels @ question.data.prices) + portfolio.initial_cash
        assert portfolio.cost == pytest.approx(bought, rel=1e-12)
        assert str(portfolio.rule) in portfolio.sentence


def test_conditions_hold_when_recomputed_by_bumping_the_curve(question: RivalQuestion) -> None:
    found = redington_portfolio(question)
    size = 1e-4

    def surplus(move: float) -> float:
        shift = CurveShift.parallel(move)
        bonds = question.assets.values_under(shift, np.zeros(len(question.data.prices)))
        owed = question.liability.values_under(shift, np.zeros(1))[0]
        return float(bonds @ found.levels) + found.initial_cash - float(owed)

    value = question.liability_value
    assert surplus(0.0) == pytest.approx(0.0, abs=1e-9 * value)
    slope = (surplus(size) - surplus(-size)) / (2.0 * size)
    assert slope == pytest.approx(0.0, abs=1e-5 * value)


def test_bonds_priced_on_the_curve_leave_the_cost_no_choice_and_m_squared_decides() -> None:
    question = zeros_question(
        np.arange(1.0, 21.0), times=[8.0], payments=[100.0], curve=flat_curve(0.04)
    )
    found = redington_portfolio(question)
    assert found.objective is Objective.LEAST_M_SQUARED
    assert 100.0 * found.levels[7] == pytest.approx(100.0)  # the zero due with the payment
    assert found.cost == pytest.approx(question.liability_value)


def test_least_cost_is_the_least_among_objectives(question: RivalQuestion) -> None:
    cheapest = redington_portfolio(question)
    assert cheapest.objective is Objective.LEAST_COST
    for objective in Objective:
        other = redington_portfolio(question, objective=objective)
        assert other.objective is objective
        assert other.cost >= cheapest.cost - 1e-7 * cheapest.cost


def test_smallest_dispersion_is_tightest(question: RivalQuestion) -> None:
    centre = float(question.liability.times @ question.liability.values)
    centre /= question.liability_value

    def dispersion(portfolio: RivalPortfolio) -> float:
        spread = float(question.assets.squares_about(centre) @ portfolio.levels)
        return spread + centre**2 * portfolio.initial_cash

    tight = dispersion(smallest_dispersion_portfolio(question))
    assert tight < dispersion(redington_portfolio(question))


def test_own_yields_price_the_bonds(question: RivalQuestion) -> None:
    data, yields = question.data, question.own_yields
    discount = (1.0 + yields[data.flow_bonds] / 2.0) ** (-2.0 * data.flow_times)
    values = np.bincount(data.flow_bonds, data.flow_amounts * discount)
    np.testing.assert_allclose(values, data.prices, rtol=1e-9)


def test_highest_and_lowest_weighted_yield_differ(question: RivalQuestion) -> None:
    weights = question.own_sensitivities * question.own_yields
    high = own_yield_portfolio(question)
    low = own_yield_portfolio(question, objective=Objective.LOWEST_YIELD)
    assert -weights @ high.levels > -weights @ low.levels
    assert high.cost == pytest.approx(low.cost)


def test_duration_only_is_refused_with_the_share_of_the_liability(
    question: RivalQuestion,
) -> None:
    measures = question.assets.measures
    cheapest = float((question.data.prices / measures.money_duration).min())
    cost = cheapest * float(question.liability.measures.money_duration[0])
    share = cost / question.liability_value
    assert share < 0.6
    with pytest.raises(ModelError, match="leveraged barbell") as caught:
        duration_only_portfolio(question)
    assert f"{100.0 * share:.1f}% of the liability" in str(caught.value)


def test_duration_only_with_bonds_too_short_says_so() -> None:
    question = zeros_question([1.0, 2.0], times=[10.0], payments=[100.0], curve=flat_curve(0.04))
    with pytest.raises(ModelError, match=r"500% of the liability.*bonds too short"):
        duration_only_portfolio(question)


def test_limits_of_matching_bind_rivals_too(question: RivalQuestion) -> None:
    count = len(question.data.prices)
    plain = question.bonds
    assert isinstance(plain, PlainLabels)
    owned = replace(plain, issuers=tuple(f"issuer {i % 10}" for i in range(count)))
    limited = replace(question, bonds=owned, limits=(IssuerLimit(0.2),))
    free, bound = redington_portfolio(question), redington_portfolio(limited)
    costs = bound.levels * question.data.prices
    shares = np.bincount(np.arange(count) % 10, costs) / bound.cost
    assert shares.max() <= 0.2 + 1e-9
    assert bound.cost > free.cost


def test_a_target_out_of_reach_is_named_with_its_gap() -> None:
    question = zeros_question([1.0, 3.0], times=[8.0], payments=[100.0], curve=flat_curve(0.04))
    with pytest.raises(InfeasibleError, match=r"money duration .* short") as caught:
        redington_portfolio(question)
    assert "longer than the liability" in str(caught.value)


def test_inflow_worth_more_than_outgo_is_refused() -> None:
    question = zeros_question(
        [1.0, 3.0], times=[1.0, 2.0], payments=[-100.0, 50.0], curve=flat_curve(0.04)
    )
    with pytest.raises(InputError, match="not above 0"):
        smallest_dispersion_portfolio(question)


def test_tenors_and_loadings_must_increase(question: RivalQuestion) -> None:
    with pytest.raises(InputError, match="tenors must increase"):
        key_rate_portfolio(question, tenors=[5.0, 2.0])
    with pytest.raises(InputError, match="factor loadings"):
        FactorLoadings.given(["level"], tenors=[2.0, 1.0], loadings=[[1.0], [1.0]])


def test_continuous_and_annual_measures_tell_the_same_value() -> None:
    times, amounts = np.array([1.0, 2.5]), np.array([10.0, 110.0])
    owners, annual = np.zeros(2, dtype=np.int64), np.array([0.03, 0.05])
    discrete = spot_measures(times, amounts, annual, owners, 1)
    continuous = continuous_measures(times, amounts, np.log1p(annual), owners, 1)
    np.testing.assert_allclose(continuous.present_value, discrete.present_value)
    value = amounts * (1.0 + annual) ** -times
    assert continuous.money_duration[0] == pytest.approx(times @ value)
    assert continuous.money_convexity[0] == pytest.approx(times**2 @ value)
    assert discrete.money_duration[0] == pytest.approx((times / (1.0 + annual)) @ value)
