"""Slices of random liabilities: identities that hold for every instance."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from defease.curves import flat_curve
from defease.errors import ModelError
from defease.matching import (
    Availability,
    IssuerLimit,
    KeyRateLimit,
    Limit,
    Loan,
    LongestDuration,
    MatchingPolicy,
    SectorLimit,
    Surplus,
    TerminalSurplus,
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
from defease.solvers import NoSolution, solve_linear_program
from tests.slice_data import market_question

seeds = st.integers(0, 10_000)
few = settings(max_examples=10)
MONTHS = 14

BORROWING: dict[str, Any] = {
    "borrowing_cap": 60.0,
    "borrowing_spread": 0.01,
    "initial_borrowing": Availability.ALLOWED,
}
POLICIES: dict[str, dict[str, Any]] = {
    "plain": {},
    "cash cap": {"cash_cap_months": 3},
    "cash cap and falling cash": {"cash_cap_months": 6, "reinvestment_rate": -0.01},
    "no initial cash": {"initial_cash": Availability.NONE},
    "borrowing": BORROWING,
    "borrowing under a cash cap": {**BORROWING, "cash_cap_months": 2},
    "rates and caps by period": {
        "reinvestment_rate": tuple(0.001 * t for t in range(MONTHS)),
        "borrowing_cap": tuple(5.0 * t for t in range(MONTHS)),
    },
    "loans": {
        "loans": (Loan(rate=0.03, periods=3, cap=50.0), Loan(rate=0.035, periods=6, cap=20.0)),
        "initial_borrowing": Availability.ALLOWED,
    },
    "surplus lost": {"surplus": Surplus.LOST},
    "surplus lost, borrowing": {"surplus": Surplus.LOST, "borrowing_cap": 500.0},
    "terminal target": {
        "terminal_surplus": TerminalSurplus.TARGET,
        "terminal_target": 40.0,
    },
    "credited, no cap": {
        "terminal_surplus": TerminalSurplus.CREDITED,
        "terminal_discount_factor": 0.9,
    },
    "terminal credited": {
        "terminal_surplus": TerminalSurplus.CREDITED,
        "terminal_discount_factor": 0.93,
        "cash_cap_months": 4,
    },
}
LIMITS: dict[str, tuple[Limit, ...]] = {
    "none": (),
    "shares": (IssuerLimit(0.3), SectorLimit(0.6)),
    "duration": (LongestDuration(0.5), IssuerLimit(0.5)),
    "key rates": (KeyRateLimit(400.0, flat_curve(0.04)),),
}


@few
@given(seeds, st.sampled_from(["none", "shares", "duration"]))
@pytest.mark.parametrize("conventions", sorted(POLICIES))
def test_one_warm_sweep_equals_matching_each_horizon_by_itself(
    conventions: str, seed: int, limits: str
) -> None:
    policy = MatchingPolicy(
        **{"reinvestment_rate": 0.01, "cash_cap_months": None, **POLICIES[conventions]}
    )
    question = market_question(MONTHS, bonds=30, seed=seed, inflows=bool(seed % 2), policy=policy)
    question = question.with_limits(LIMITS[limits])
    curve = horizon_curve(question)
    assert not curve.cold
    for row, periods in enumerate(curve.periods.tolist()):
        cold = answer(question.until(periods))
        assert curve.costs[row] == pytest.approx(cold.cost, rel=1e-8, abs=1e-7)
        assert curve.residuals[row] <= 1e-8
    if curve.end is None:
        assert curve.full_cost == curve.costs[-1]
    else:
        beyond = question.until(len(curve.costs) + 1).program().program
        assert isinstance(solve_linear_program(beyond), NoSolution)


@pytest.mark.parametrize("seed", [1, 2, 4])
def test_key_rate_limits_follow_the_payments_of_each_horizon(seed: int) -> None:
    question = market_question(MONTHS, bonds=30, seed=seed, inflows=bool(seed % 2))
    question = question.with_limits(LIMITS["key rates"])
    curve = horizon_curve(question)
    assert curve.end is None
    for row, periods in enumerate(curve.periods.tolist()):
        cold = answer(question.until(periods))
        assert curve.costs[row] == pytest.approx(cold.cost, rel=1e-8, abs=1e-7)


@few
@given(seeds)
def test_cost_never_falls_with_the_horizon_without_borrowing(seed: int) -> None:
    question = market_question(20, seed=seed, inflows=True)
    curve = horizon_curve(question)
    slack = 1e-9 * np.abs(curve.costs).max()
    assert (np.diff(curve.costs) >= -slack).all()


@few
@given(seeds, st.floats(0.01, 1.2))
def test_years_within_a_budget_are_the_longest_affordable(seed: int, share: float) -> None:
    curve = horizon_curve(market_question(20, seed=seed))
    assume(curve.full_cost is not None)
    assert curve.full_cost is not None
    budget = share * curve.full_cost
    row = int(curve.last_within(np.array([budget]))[0])
    assert row == -1 or curve.costs[row] <= budget * (1 + 1e-9)
    assert math.isclose(
        curve.years_within(np.array([budget]))[0], curve.years[row] if row >= 0 else 0.0
    )
    assert (curve.costs[row + 1 :] > budget).all()
    assert curve.last_within(curve.costs).tolist() == list(range(20))


@few
@given(seeds, st.floats(0.02, 0.98))
@pytest.mark.parametrize(
    "conventions", ["plain", "cash cap", "borrowing under a cash cap", "loans", "credited, no cap"]
)
def test_a_budget_buys_the_last_affordable_date_and_all_of_itself(
    conventions: str, seed: int, share: float
) -> None:
    policy = MatchingPolicy(
        **{"reinvestment_rate": 0.01, "cash_cap_months": None, **POLICIES[conventions]}
    )
    question = market_question(MONTHS, bonds=30, seed=seed, policy=policy)
    curve = horizon_curve(question)
    assume(curve.full_cost is not None)
    assert curve.full_cost is not None
    budget = share * curve.full_cost
    assume(budget > 1.0)
    found = match_budget(question, budget, curve=curve)
    row = int(curve.last_within(np.array([budget]))[0])
    paid = row + 1
    assert found.shares[:paid].tolist() == [1.0] * paid
    assert (found.shares[paid + 1 :] == 0.0).all()
    # Re-costed by an ordinary match of the payments made, and nothing of the budget is left.
    again = answer(question.until(paid + 1).with_shares_paid(found.shares[: paid + 1]))
    assert again.cost == pytest.approx(budget, rel=1e-7)
    assert again.cost <= budget * (1 + 1e-8)
    assert found.result.certificate.holds
    # A little more of the next payment costs more than the budget.
    more = found.shares[: paid + 1].copy()
    more[-1] += 0.01
    assert answer(question.until(paid + 1).with_shares_paid(more)).cost > budget


@few
@given(seeds, st.integers(1, MONTHS - 1))
def test_the_cost_of_a_horizon_buys_that_horizon(seed: int, periods: int) -> None:
    question = market_question(MONTHS, seed=seed)
    curve = horizon_curve(question)
    found = match_budget(question, float(answer(question.until(periods)).cost), curve=curve)
    assert found.shares[:periods].tolist() == [1.0] * periods
    assert found.shares[periods:].sum() <= 1e-6
    assert found.horizon_years == pytest.approx(question.data.payment_times[periods - 1])


@few
@given(seeds, st.floats(0.02, 0.98))
def test_a_vertical_slice_is_a_closed_form_where_nothing_is_fixed(seed: int, share: float) -> None:
    policy = MatchingPolicy(reinvestment_rate=0.01, cash_cap_months=4)
    question = market_question(MONTHS, seed=seed, inflows=True, policy=policy)
    question = question.with_limits((IssuerLimit(0.4), SectorLimit(0.7)))
    assert is_homogeneous(question)
    full = horizon_curve(question).full_cost
    assume(full is not None)
    assert full is not None
    found = match_budget(question, share * full, slice=Slice.VERTICAL)
    assert found.percent == pytest.approx(share, rel=1e-9)
    assert found.result.cost == pytest.approx(share * full, rel=1e-9)


@settings(max_examples=5)
@given(seeds, st.floats(0.05, 0.95))
@pytest.mark.parametrize("limits", ["none", "key rates"])
def test_a_vertical_slice_under_fixed_amounts_spends_the_budget(
    limits: str, seed: int, share: float
) -> None:
    policy = MatchingPolicy(reinvestment_rate=0.01, cash_cap_months=4, **BORROWING)
    question = market_question(8, seed=seed, policy=policy).with_limits(LIMITS[limits])
    assert not is_homogeneous(question)
    full = horizon_curve(question).full_cost
    assume(full is not None)
    assert full is not None
    budget = share * full
    found = match_budget(question, budget, slice=Slice.VERTICAL)
    assert found.percent is not None
    assert found.result.cost == pytest.approx(budget, rel=1e-7)
    # Costs are convex in the share and 0 payments cost at most nothing.
    assert found.percent >= share * (1 - 1e-9)


@few
@given(seeds)
def test_at_the_full_cost_both_slices_are_the_whole_liability(seed: int) -> None:
    question = market_question(MONTHS, seed=seed)
    whole = answer(question)
    for chosen in Slice:
        found = match_budget(question, whole.cost, slice=chosen)
        np.testing.assert_allclose(found.shares, 1.0, rtol=1e-9)
        assert found.result.cost == pytest.approx(whole.cost, rel=1e-9)
        assert found.left_over == 0.0
        richer = match_budget(question, whole.cost + 123.0, slice=chosen)
        assert richer.left_over == pytest.approx(123.0)


@few
@given(seeds, st.floats(0.3, 0.95))
@pytest.mark.parametrize("months", [None, 3])
def test_priorities_keep_the_budget_and_the_protected_payments(
    months: int | None, seed: int, share: float
) -> None:
    policy = MatchingPolicy(reinvestment_rate=0.01, cash_cap_months=months)
    question = market_question(MONTHS, seed=seed, inflows=True, policy=policy)
    curve = horizon_curve(question)
    assume(curve.full_cost is not None)
    assert curve.full_cost is not None
    draw = np.random.default_rng(seed)
    payments = question.data.payments
    senior = payments.clip(min=0.0) * draw.uniform(0.0, 0.3, MONTHS)
    first = Stream(name="first", amounts=senior, protected=np.ones(MONTHS, dtype=np.bool_))
    second = Stream(name="second", amounts=payments - senior, shares=Shares.FALLING)
    budget = share * curve.full_cost
    assume(budget > 1.0)
    try:
        found = match_priorities(question, budget, streams=(first, second))
    except ModelError:
        return
    assert found.result.cost <= budget * (1 + 1e-8)
    assert found.certificate.holds
    assert found.shares["first"].tolist() == [1.0] * MONTHS
    outgo = found.shares["second"][second.amounts > 0.0]
    assert (np.diff(outgo) <= 1e-9).all()
    assert outgo.min() >= 0.0
    assert found.paid["first"] == pytest.approx(senior.sum())


@few
@given(seeds, st.floats(0.1, 0.9))
def test_free_shares_pay_more_than_falling_ones_and_they_more_than_level(
    seed: int, share: float
) -> None:
    question = market_question(MONTHS, seed=seed)
    budget = share * answer(question).cost
    paid = {
        kind: match_priorities(
            question, budget, streams=[Stream(amounts=question.data.payments, shares=kind)]
        ).paid["payments"]
        for kind in Shares
    }
    total = question.data.payments.sum()
    slack = 1e-7 * total
    assert paid[Shares.BY_DATE] >= paid[Shares.FALLING] - slack
    assert paid[Shares.FALLING] >= paid[Shares.LEVEL] - slack
    assert paid[Shares.LEVEL] == pytest.approx(share * total, rel=1e-7)
    years_first = match_budget(question, budget).shares @ question.data.payments
    assert paid[Shares.FALLING] >= years_first - slack


@few
@given(seeds, st.floats(0.2, 0.8))
def test_the_price_of_the_budget_is_what_one_more_unit_buys(seed: int, share: float) -> None:
    question = market_question(MONTHS, seed=seed)
    budget = share * answer(question).cost
    less, more = (match_priorities(question, budget * (1 + d)) for d in (-1e-4, 1e-4))
    gained = (more.paid["payments"] - less.paid["payments"]) / (2e-4 * budget)
    # Concave in the budget: the slope between two points lies between the prices at both.
    assert more.bought_per_unit - 1e-6 <= gained <= less.bought_per_unit + 1e-6


@few
@given(seeds, st.sampled_from(["none", "shares"]))
def test_early_payments_cost_more_than_their_share(seed: int, limits: str) -> None:
    question = market_question(20, bonds=60, seed=seed).with_limits(LIMITS[limits])
    curve = horizon_curve(question)
    assert curve.cost_shares is not None
    assert curve.funded_shares is not None
    assert (curve.cost_shares >= curve.funded_shares - 1e-9).all()
    if limits == "none":
        # The whole portfolio's discount factors prove a lower bound for every horizon.
        worth = np.cumsum(answer(question).discount_factors * question.data.payments)
        assert (curve.costs >= worth - 1e-8 * worth[-1]).all()
