"""Horizons and budgets under any mix of conventions, against the same written out slowly."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import cache

import pytest

from defease.errors import InfeasibleError
from defease.matching import MatchingQuestion, Slice, horizon_curve, match_budget
from tests.equivalence.test_matching_every_option import drawn
from tests.slow_matching import SlowQuestion, least_cost

SHARE = 0.6
ROUNDING = 1e-6


def until(asked: SlowQuestion, count: int) -> SlowQuestion:
    """The first so many payments."""
    return replace(
        asked,
        payments=asked.payments[:count],
        reinvestment_rate=asked.reinvestment_rate[:count],
        borrowing_cap=asked.borrowing_cap[:count],
        borrowing_rate=asked.borrowing_rate[:count],
    )


def cost_of(asked: SlowQuestion, shares: list[float]) -> float:
    """The least cost of these shares of the first payments; infinite where there is none."""
    first = until(asked, len(shares))
    paid = zip(first.payments, shares, strict=True)
    part = tuple((day, amount * share) for (day, amount), share in paid)
    found = least_cost(replace(first, payments=part))
    return math.inf if found is None else found


@cache
def priced(seed: int) -> tuple[MatchingQuestion, SlowQuestion, float] | None:
    """A question with its full cost; None where it has no answer, or loans pay for everything."""
    question, written = drawn(seed)
    full = least_cost(written)
    return None if full is None or full <= 1.0 else (question, written, full)


SEEDS = [seed for seed in range(40) if priced(seed)]


def test_most_draws_have_an_answer() -> None:
    assert len(SEEDS) >= 15


@pytest.mark.parametrize("seed", SEEDS)
def test_every_horizon_costs_what_it_costs_written_out(seed: int) -> None:
    found = priced(seed)
    assert found is not None
    question, written, _ = found
    curve = horizon_curve(question)
    slowly = [least_cost(until(written, count)) for count in curve.periods.tolist()]
    assert curve.costs == pytest.approx(slowly, rel=ROUNDING, abs=1e-3)


@pytest.mark.parametrize("seed", SEEDS)
def test_no_larger_part_of_every_payment_is_within_the_budget(seed: int) -> None:
    found = priced(seed)
    assert found is not None
    question, written, full = found
    budget, count = SHARE * full, len(written.payments)
    try:
        bought = match_budget(question, budget, slice=Slice.VERTICAL)
    except InfeasibleError:
        assert cost_of(written, [0.01] * count) > budget * (1.0 - ROUNDING)
        return
    percent = bought.percent or 0.0
    assert cost_of(written, [percent] * count) <= budget * (1.0 + ROUNDING) + 1e-3
    for more in (percent + 1e-4, percent + 0.02, percent + 0.2):
        if more < 1.0:
            assert cost_of(written, [more] * count) > budget * (1.0 - ROUNDING)


@pytest.mark.parametrize("seed", SEEDS)
def test_no_larger_part_of_the_next_payment_is_within_the_budget(seed: int) -> None:
    found = priced(seed)
    assert found is not None
    question, written, full = found
    budget = SHARE * full
    try:
        bought = match_budget(question, budget)
    except InfeasibleError:
        assert cost_of(written, [0.01]) > budget * (1.0 - ROUNDING)
        return
    whole = [1.0] * int((bought.shares >= 1.0).sum())
    part = [bought.partial_share] if bought.partial_share else []
    assert cost_of(written, whole + part) <= budget * (1.0 + ROUNDING) + 1e-3
    for more in (bought.partial_share + 1e-3, bought.partial_share + 0.05):
        if more < 1.0:
            assert cost_of(written, [*whole, more]) > budget * (1.0 - ROUNDING)
