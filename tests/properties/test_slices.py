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
from defease.matching.slices import horizon_curve
from tests.slice_data import market_question

seeds = st.integers(0, 10_000)
few = settings(max_examples=15)
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
    "key rates": (KeyRateLimit(0.6, flat_curve(0.04)),),
}


@few
@given(seeds, st.sampled_from(sorted(LIMITS)))
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
        with pytest.raises(ModelError):
            answer(question.until(len(curve.costs) + 1))


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
