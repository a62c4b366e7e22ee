"""What budgets buy: worked by hand with zeros, and what cannot be bought, in words."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
import pytest

from defease.curves import flat_curve
from defease.errors import InfeasibleError, InputError
from defease.matching import (
    DefaultBudget,
    KeyRateLimit,
    MatchingPolicy,
    SupplyLimit,
    TerminalSurplus,
    UncoveredError,
    answer,
)
from defease.matching.slices import (
    Shares,
    Slice,
    Stream,
    horizon_curve,
    is_homogeneous,
    match_budget,
    match_priorities,
)
from tests.slice_data import market_question, zero_question

PRICES, PAYMENTS = [0.96, 0.92, 0.88], [1000.0, 500.0, 100.0]


def test_years_in_full_and_a_part_of_the_next_payment() -> None:
    found = match_budget(zero_question(PRICES, PAYMENTS), 1464.0)
    assert found.horizon == dt.date(2028, 1, 31)
    assert found.partial_date == dt.date(2029, 1, 31)
    assert found.partial_share == pytest.approx(44.0 / 88.0, rel=1e-12)
    assert found.result.cost == pytest.approx(1464.0, rel=1e-12)
    assert found.percent is None


def test_exactly_a_horizon_leaves_no_part() -> None:
    found = match_budget(zero_question(PRICES, PAYMENTS), 1420.0)
    assert found.sentence == "the budget of 1,420 pays everything up to 2028-01-31"
    assert (found.partial_date, found.partial_share) == (None, 0.0)


def test_more_than_everything_costs_is_left_over() -> None:
    for chosen in Slice:
        found = match_budget(zero_question(PRICES, PAYMENTS), 1600.0, slice=chosen)
        assert found.sentence == "the budget of 1,600 pays everything and leaves 92.00"
        assert found.left_over == pytest.approx(92.0)
        assert found.horizon == dt.date(2029, 1, 31)


def test_less_than_the_first_payment() -> None:
    found = match_budget(zero_question(PRICES, PAYMENTS), 480.0)
    assert found.horizon is None
    assert found.partial_share == pytest.approx(0.5)
    assert found.sentence == "the budget of 480 pays 50% of the first payment, due on 2027-01-31"


def test_what_is_due_at_once_comes_first() -> None:
    question = zero_question(PRICES, PAYMENTS)
    question = replace(question, due=replace(question.due, at_settlement=100.0))
    assert match_budget(question, 100.0 + 960.0).horizon == dt.date(2027, 1, 31)
    vertical = match_budget(question, 100.0 + 754.0, slice=Slice.VERTICAL)
    assert vertical.percent == pytest.approx(0.5)
    with pytest.raises(InfeasibleError, match=r"99\.00 is less than 100 due at once"):
        match_budget(question, 99.0)
    with pytest.raises(InfeasibleError, match="buys no part of the payments"):
        match_budget(question, 99.0, slice=Slice.VERTICAL)


@pytest.mark.parametrize("budget", [0.0, -1.0, np.nan, np.inf])
def test_a_budget_is_an_amount_above_zero(budget: float) -> None:
    with pytest.raises(InputError, match="must be an amount above 0"):
        match_budget(zero_question(PRICES, PAYMENTS), budget)


def test_beyond_what_can_be_covered_the_budget_stays() -> None:
    policy = MatchingPolicy(cash_cap_months=12)
    question = zero_question([0.96, 0.92], [100.0, 100.0, 100.0, 100.0, 50.0], policy=policy)
    found = match_budget(question, 1e6)
    # Cash of at most 12 months' payments reaches 2029; then what is left of nothing.
    assert found.horizon == dt.date(2029, 1, 31)
    assert found.left_over == pytest.approx(1e6 - 96.0 - 92.0 - 92.0)
    assert "the horizon to 2030-01-31 has no answer" in found.sentence
    with pytest.raises(UncoveredError, match="2030-01-31"):
        match_budget(question, 1e6, slice=Slice.VERTICAL)


def test_supply_breaks_homogeneity_and_the_programme_answers() -> None:
    question = market_question(6, bonds=20)
    assert is_homogeneous(question)
    scarce = replace(question.bonds, outstanding=np.full(len(question.bonds), 60.0))
    question = replace(question, bonds=scarce).with_limits((SupplyLimit(1.0),))
    assert not is_homogeneous(question)
    found = match_budget(question, 200.0, slice=Slice.VERTICAL)
    assert found.result.cost == pytest.approx(200.0)
    assert found.result.levels.max() <= 0.6 + 1e-9


def test_protected_payments_come_first() -> None:
    question = zero_question(PRICES, PAYMENTS)
    last = np.array([False, False, True])
    stream = Stream(amounts=np.array(PAYMENTS), protected=last, shares=Shares.FALLING)
    found = match_priorities(question, 88.0 + 480.0, streams=[stream])
    # A unit of cost buys more of the second payment than of the first; falling shares tie them.
    level = 480.0 / (960.0 + 460.0)
    np.testing.assert_allclose(found.shares["payments"], [level, level, 1.0])
    assert found.bought_per_unit == pytest.approx(1500.0 / 1420.0)
    with pytest.raises(InfeasibleError, match=r"protected payments cost 88\.00, the budget is 80"):
        match_priorities(question, 80.0, streams=[stream])


def test_weights_decide() -> None:
    question = zero_question(PRICES, PAYMENTS)
    counts = Stream(amounts=np.array(PAYMENTS), weights=np.ones(3))
    found = match_priorities(question, 88.0 + 460.0, streams=[counts])
    np.testing.assert_allclose(found.shares["payments"], [0.0, 1.0, 1.0], atol=1e-12)
    first = Stream(amounts=np.array(PAYMENTS), weights=np.array([1e4, 1.0, 1.0]))
    found = match_priorities(question, 960.0 + 44.0, streams=[first])
    np.testing.assert_allclose(found.shares["payments"], [1.0, 0.0, 0.5], atol=1e-12)


def test_a_whole_group_first_and_the_other_in_equal_parts() -> None:
    question = zero_question(PRICES, PAYMENTS)
    retired = Stream(
        name="retired", amounts=np.array([700.0, 200.0, 0.0]), protected=np.ones(3, dtype=np.bool_)
    )
    active = Stream(name="active", amounts=np.array([300.0, 300.0, 100.0]), shares=Shares.LEVEL)
    protected = 672.0 + 184.0
    rest = 288.0 + 276.0 + 88.0
    found = match_priorities(question, protected + 0.25 * rest, streams=[retired, active])
    np.testing.assert_allclose(found.shares["active"], 0.25, rtol=1e-10)
    assert found.sentence == "the budget of 1,019 pays 900 of retired (100%), 175 of active (25%)"


def test_bad_priorities_are_refused() -> None:
    question = zero_question(PRICES, PAYMENTS)
    with pytest.raises(InputError, match="streams and payments differ on 2028-01-31: 400, 500"):
        match_priorities(question, 1.0, streams=[Stream(amounts=np.array([1000.0, 400.0, 100.0]))])
    with pytest.raises(InputError, match="2 values for 3 payment dates"):
        match_priorities(question, 1.0, streams=[Stream(amounts=np.array([1000.0, 400.0]))])
    half = Stream(amounts=np.array(PAYMENTS) / 2)
    with pytest.raises(InputError, match="same name"):
        match_priorities(question, 1.0, streams=[half, half])
    with pytest.raises(InputError, match="key-rate limits"):
        match_priorities(question.with_limits((KeyRateLimit(0.1, flat_curve(0.04)),)), 1.0)
    with pytest.raises(InputError, match="must be an amount"):
        match_priorities(question, np.nan)


def test_a_curve_with_gaps_is_refused() -> None:
    question = zero_question(PRICES, PAYMENTS)
    gaps = horizon_curve(question, dates=[dt.date(2027, 1, 31), dt.date(2029, 1, 31)])
    with pytest.raises(InputError, match="leaves out payment dates"):
        match_budget(question, 1000.0, curve=gaps)
    whole = horizon_curve(question)
    assert match_budget(question, 1000.0, curve=whole).horizon == dt.date(2027, 1, 31)


@pytest.mark.parametrize("months", [None, 24])
def test_cash_aimed_at_is_kept_whatever_part_of_the_payments_is_bought(months: int | None) -> None:
    policy = MatchingPolicy(
        cash_cap_months=months, terminal_surplus=TerminalSurplus.TARGET, terminal_target=50.0
    )
    question = zero_question(PRICES, PAYMENTS, policy=policy)
    # The zero of the last date pays the target; half of every payment is half of the rest.
    full = answer(question).cost
    assert full == pytest.approx(960.0 + 460.0 + 88.0 + 44.0)
    half = match_budget(question, 44.0 + (full - 44.0) / 2.0, slice=Slice.VERTICAL)
    assert half.percent == pytest.approx(0.5)
    assert half.result.ladder.cash_after[-1] == pytest.approx(50.0)


def test_a_budget_of_defaults_needs_no_solve_of_its_own_for_each_horizon() -> None:
    question = market_question(8).with_limits((DefaultBudget(1),))
    curve = horizon_curve(question)
    alone = [answer(question.until(count)).cost for count in curve.periods.tolist()]
    assert curve.costs == pytest.approx(alone, rel=1e-9)
    assert is_homogeneous(question)
    half = match_budget(question, alone[-1] / 2.0, slice=Slice.VERTICAL)
    assert half.percent == pytest.approx(0.5)
    assert half.result.cost == pytest.approx(alone[-1] / 2.0, rel=1e-9)
    plain = answer(question.with_limits(())).cost
    assert alone[-1] > plain + 0.1
