"""The swaps overlay: no cost today, no key rate left open, payments at forward rates."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from defease.curves import CurveShift, flat_curve
from defease.errors import InputError
from defease.matching.rivals import (
    RivalQuestion,
    compare_portfolios,
    redington_portfolio,
    run_off_without_selling,
    swaps_portfolio,
)
from defease.matching.rivals.shocks import RevaluedPortfolio, liability_under
from tests.rival_data import SLOPED, coupon_question, zeros_question


@pytest.fixture(scope="module")
def question() -> RivalQuestion:
    return coupon_question(years=20)


def test_swaps_cost_nothing_and_their_payments_are_worth_nothing(question: RivalQuestion) -> None:
    found = swaps_portfolio(question)
    swaps = found.swaps
    assert swaps is not None
    assert found.cost == pytest.approx(question.liability_value, rel=1e-12)
    worth = swaps.amounts @ question.curve.discount_factors(swaps.times)
    assert worth == pytest.approx(0.0, abs=1e-9 * np.abs(swaps.notionals).sum())
    fixed = swaps.fixed_amounts @ question.curve.discount_factors(swaps.times)
    assert fixed == pytest.approx(swaps.notionals.sum(), rel=1e-12)


@pytest.mark.parametrize("over", ["cash", "bonds"])
def test_the_surplus_is_neutral_to_a_small_move_of_every_key_rate(
    question: RivalQuestion, over: str
) -> None:
    base = redington_portfolio(question) if over == "bonds" else None
    found = swaps_portfolio(question, base=base)
    assert found.swaps is not None
    revalued = RevaluedPortfolio(question, found)
    size = 1e-6
    for index in range(len(found.swaps.tenors)):
        up = CurveShift.key_rate(found.swaps.tenors, index, size)
        down = CurveShift.key_rate(found.swaps.tenors, index, -size)
        owed = liability_under(question, up) - liability_under(question, down)
        owned = revalued.change_on_curve(up) - revalued.change_on_curve(down)
        assert owned == pytest.approx(owed, abs=1e-6 * size * 20 * question.liability_value)


def test_a_single_payment_on_a_flat_curve_by_hand() -> None:
    question = zeros_question([1.0], times=[2.0], payments=[100.0], curve=flat_curve(0.05))
    found = swaps_portfolio(question, tenors=[1.0, 2.0], frequency=1)
    assert found.swaps is not None
    # The 2-year par bond: 5 / 1.05^2 of value at year 1; the zero has nothing there.
    two_year = (2.0 * 100.0 / 1.05**3) / (2.0 * 1.05 / 1.05**3)
    one_year = -(two_year * 0.05 / 1.05**2) / (1.05 / 1.05**2)
    np.testing.assert_allclose(found.swaps.notionals, [one_year, two_year])
    np.testing.assert_allclose(found.swaps.fixed_rates, 0.05)
    np.testing.assert_allclose(found.swaps.amounts, 0.0, atol=1e-12)  # forwards are 5% as well
    assert found.initial_cash == pytest.approx(100.0 / 1.05**2)


def test_cash_earning_the_forwards_pays_one_payment_exactly() -> None:
    forward = float(SLOPED.forward_rates([1.0], [2.0])[0])
    first = float(SLOPED.annual_spot_rates([1.0])[0])
    question = zeros_question([1.0], times=[1.0, 2.0], payments=[0.0, 100.0], curve=SLOPED)
    policy = replace(question.data.policy, reinvestment_rate=(first, forward), borrowing_spread=0.0)
    question = replace(question, data=replace(question.data, policy=policy))
    found = swaps_portfolio(question, tenors=[1.0, 2.0], frequency=1)
    run = run_off_without_selling(question.data, found)
    assert run.balances[-1] == pytest.approx(0.0, abs=1e-9)


def test_gaps_of_the_comparison_are_closed(question: RivalQuestion) -> None:
    found = swaps_portfolio(question)
    assert found.swaps is not None
    row = compare_portfolios(question, [found], tenors=found.swaps.tenors).rows[0]
    np.testing.assert_allclose(row.key_rate_gaps, 0.0, atol=1e-9 * question.liability_value)


def test_no_payments_a_year_is_refused(question: RivalQuestion) -> None:
    with pytest.raises(InputError, match="payments a year"):
        swaps_portfolio(question, frequency=0)
