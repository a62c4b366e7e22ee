"""Rules of immunisation on random liabilities: identities that need no data."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given, reject, settings
from hypothesis import strategies as st

from defease.curves import CurveShift, flat_curve
from defease.errors import InfeasibleError
from defease.matching.rivals import (
    RivalPortfolio,
    RivalQuestion,
    RivalRule,
    horizon_portfolio,
    immunised_portfolio,
    key_rate_portfolio,
    matching_portfolio,
    redington_portfolio,
    run_off_without_selling,
    swaps_portfolio,
    value_and_duration,
)
from defease.matching.rivals.shocks import RevaluedPortfolio, liability_under
from tests.rival_data import SLOPED, coupon_question, with_bonds, zeros_question

few = settings(max_examples=15, deadline=None)
seeds = st.integers(0, 10_000)


def change_of_surplus(question: RivalQuestion, found: RivalPortfolio, shift: CurveShift) -> float:
    """Of assets priced on the curve itself, less the liability."""
    owed = liability_under(question, shift) - question.liability_value
    return RevaluedPortfolio(question, found).change_on_curve(shift) - owed


@given(
    early=st.floats(0.5, 9.0),
    gaps=st.tuples(st.floats(0.2, 10.0), st.floats(0.2, 10.0)),
    rate=st.floats(0.0, 0.12),
    amount=st.floats(1.0, 1e6),
)
def test_two_zeros_around_one_payment_share_its_value_by_time(
    early: float, gaps: tuple[float, float], rate: float, amount: float
) -> None:
    due = early + gaps[0]
    late = due + gaps[1]
    curve = flat_curve(rate)
    question = zeros_question([early, late], times=[due], payments=[amount], curve=curve)
    rows = value_and_duration(question)
    found = immunised_portfolio(question, RivalRule.REDINGTON, rows)
    values = found.levels * question.data.prices
    expected = np.array([late - due, due - early]) / (late - early) * question.liability_value
    np.testing.assert_allclose(values, expected, rtol=1e-6)


@few
@given(seed=seeds)
def test_where_convexity_binds_the_remainder_is_of_third_order(seed: int) -> None:
    question = coupon_question(years=20, bonds=40, seed=seed)
    found = redington_portfolio(question)
    convexity = found.conditions[2]
    assume(convexity.achieved <= convexity.target * (1.0 + 1e-9))
    size = 0.004
    up, down, half = (
        change_of_surplus(question, found, CurveShift.parallel(move))
        for move in (size, -size, size / 2.0)
    )
    assume(abs(up) > 1e-7 * question.liability_value)  # else the fourth order may rule
    assert np.sign(up) == -np.sign(down)
    assert up / half == pytest.approx(8.0, rel=0.15)


@few
@given(seed=seeds)
def test_key_rate_matching_is_neutral_to_every_key_rate(seed: int) -> None:
    question = coupon_question(years=20, bonds=150, seed=seed)
    tenors = question.tenors()
    try:
        found = key_rate_portfolio(question, tenors=tenors)
    except InfeasibleError:
        reject()  # random bonds may leave a tenor without a payment near it
    for index in range(len(tenors)):
        changes = [
            change_of_surplus(question, found, CurveShift.key_rate(tenors, index, move))
            for move in (1e-4, 5e-5)
        ]
        second_order = 1e-4**2 * 20.0**2 * question.liability_value
        assert abs(changes[0]) <= second_order
        assert abs(changes[1]) <= second_order / 4.0 + 1e-9 * question.liability_value


@few
@given(seed=seeds, dedicated=st.integers(1, 60))
def test_more_dedicated_dates_are_paid_by_horizon_matching(seed: int, dedicated: int) -> None:
    question = coupon_question(years=10, bonds=80, seed=seed)
    run = run_off_without_selling(question.data, horizon_portfolio(question, dedicated=dedicated))
    assert run.balances[:dedicated].min() >= 0.0


@few
@given(seed=seeds)
def test_matching_has_no_month_below_zero_and_more_bonds_never_cost_more(seed: int) -> None:
    question = coupon_question(years=8, bonds=40, seed=seed)
    found = matching_portfolio(question)
    assert run_off_without_selling(question.data, found).covers_every_payment
    fewer = with_bonds(question, np.append(np.arange(0.0, 39.0, 3.0), 39.0))
    assert matching_portfolio(fewer).cost >= found.cost * (1.0 - 1e-9)


@few
@given(seed=seeds, factor=st.floats(0.01, 100.0))
def test_rivals_grow_with_the_liability(seed: int, factor: float) -> None:
    question = coupon_question(years=10, bonds=60, seed=seed)
    data = question.data
    larger = replace(question, data=replace(data, payments=factor * data.payments))
    for build in (redington_portfolio, swaps_portfolio, matching_portfolio):
        expected = factor * build(question).cost
        assert build(larger).cost == pytest.approx(expected, rel=1e-7)


@few
@given(seed=seeds)
def test_no_rule_beats_the_bound_of_its_own_conditions(seed: int) -> None:
    """Fewer conditions cost no more: value and duration, then convexity, on the same bonds."""
    question = coupon_question(years=20, bonds=60, seed=seed)
    fewer = immunised_portfolio(question, RivalRule.REDINGTON, value_and_duration(question))
    assert fewer.cost <= redington_portfolio(question).cost * (1.0 + 1e-9)


def test_the_curve_of_these_tests_slopes() -> None:
    short, long = SLOPED.annual_spot_rates([1.0, 30.0])
    assert long - short == pytest.approx(0.016)
