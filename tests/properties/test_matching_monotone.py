"""More freedom never costs more, less never costs less: every limit and convention, both ways."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from defease.curves import flat_curve
from defease.matching import (
    ILLUSTRATIVE_LOSSES,
    Availability,
    CountryLimit,
    IssuerLimit,
    KeyRateLimit,
    Loan,
    LongestDuration,
    MatchingPolicy,
    MaturityBandLimit,
    MinimumTreasuries,
    RatingAtOrBelowLimit,
    RatingLimit,
    SectorLimit,
    ShortestDuration,
    SizedLimit,
    SupplyLimit,
    TurnoverLimit,
)
from defease.matching.question import MatchingQuestion
from tests.desk_data import START, with_columns
from tests.matching_markets import OPEN, least_cost, random_question

seeds = st.integers(0, 10_000)
few = settings(max_examples=8, deadline=None)

LIMITS: dict[str, tuple[SizedLimit, float]] = {
    "issuer": (IssuerLimit(0.1), 0.12),
    "sector": (SectorLimit(0.15), 0.2),
    "country": (CountryLimit(0.2), 0.25),
    "one country": (CountryLimit(0.1, country="CA"), 0.15),
    "rating": (RatingLimit(0.1, "BBB"), 0.2),
    "rating or below": (RatingAtOrBelowLimit(0.2, "A"), 0.3),
    "maturity band": (MaturityBandLimit(0.2, START, 3.0, 7.0), 0.3),
    "minimum of Treasuries": (MinimumTreasuries(0.6), 0.5),
    "supply": (SupplyLimit(0.1), 0.15),
    "longest duration": (LongestDuration(3.5), 3.7),
    "shortest duration": (ShortestDuration(5.0), 4.9),
    "key rates": (KeyRateLimit(60.0, flat_curve(0.04), (1.0, 3.0, 5.0, 7.0, 10.0)), 90.0),
    "turnover": (TurnoverLimit(1.0), 1.1),
}


def never_dearer(question: MatchingQuestion, freer: MatchingQuestion) -> None:
    cost = least_cost(question)
    assert least_cost(freer) <= cost + 1e-8 * max(1.0, abs(cost))


@pytest.mark.parametrize("name", LIMITS)
@few
@given(seed=seeds)
def test_a_looser_limit_never_costs_more(name: str, seed: int) -> None:
    limit, looser = LIMITS[name]
    question = random_question(seed, inflows=True)
    tight = question.with_limits((limit,))
    loose = question.with_limits((limit.resized(looser),))
    never_dearer(tight, loose)
    never_dearer(loose, question)


@pytest.mark.parametrize("name", LIMITS)
def test_each_of_these_limits_binds_somewhere(name: str) -> None:
    """Else the property above would say nothing about it."""
    limit, looser = LIMITS[name]
    gained = []
    for seed in range(8):
        question = random_question(seed, inflows=True)
        tight = least_cost(question.with_limits((limit,)))
        loose = least_cost(question.with_limits((limit.resized(looser),)))
        gained.append(tight > loose * (1.0 + 1e-7))
    assert any(gained)


def with_policy(seed: int, change: Callable[[MatchingPolicy], MatchingPolicy]) -> MatchingQuestion:
    return random_question(seed, policy=change(OPEN), inflows=True)


@few
@given(seeds, st.floats(0.0, 0.03))
def test_cash_that_earns_more_never_costs_more_while_loans_cost_the_same(
    seed: int, extra: float
) -> None:
    policy = replace(
        OPEN,
        reinvestment_rate=0.0,
        borrowing_cap=30.0,
        borrowing_rate=0.06,
        initial_borrowing=Availability.ALLOWED,
    )
    question = random_question(seed, policy=policy, inflows=True, limits=(IssuerLimit(0.2),))
    richer = replace(policy, reinvestment_rate=extra)
    never_dearer(
        question, random_question(seed, policy=richer, inflows=True, limits=(IssuerLimit(0.2),))
    )


@few
@given(seeds, st.floats(0.0, 50.0), st.floats(0.0, 50.0))
def test_more_room_to_borrow_never_costs_more(seed: int, cap: float, more: float) -> None:
    def borrowing(size: float) -> MatchingPolicy:
        at_first = Availability.ALLOWED
        return replace(OPEN, borrowing_cap=size, borrowing_spread=0.01, initial_borrowing=at_first)

    question = random_question(seed, policy=borrowing(cap), inflows=True)
    never_dearer(question, question.with_policy(borrowing(cap + more)))


@few
@given(seeds, st.floats(0.0, 50.0))
def test_a_credit_line_more_never_costs_more(seed: int, cap: float) -> None:
    question = random_question(seed, inflows=True)
    line = replace(OPEN, loans=(Loan(rate=0.03, periods=3, cap=cap),))
    never_dearer(question, question.with_policy(line))


@few
@given(seeds, st.sampled_from([6, 12, 24, 60]))
def test_more_months_of_cash_never_cost_more(seed: int, months: int) -> None:
    question = random_question(seed)
    never_dearer(question.with_cash_cap(months), question.with_cash_cap(months + 6))
    never_dearer(question.with_cash_cap(months), question.with_cash_cap(None))


@few
@given(seeds)
def test_a_haircut_never_costs_less_and_a_deeper_one_costs_more_still(seed: int) -> None:
    question = random_question(seed, inflows=True).with_trading(None)
    deeper = replace(ILLUSTRATIVE_LOSSES, recovery=0.0)
    cautious, more_so = (
        MatchingQuestion.of(question.due, question.bonds, policy=OPEN, haircut=table)
        for table in (ILLUSTRATIVE_LOSSES, deeper)
    )
    never_dearer(cautious, question)
    never_dearer(more_so, cautious)


@few
@given(seeds, st.integers(1, 19))
def test_fewer_payments_never_cost_more(seed: int, periods: int) -> None:
    question = random_question(seed)
    never_dearer(question, question.until(periods))


@few
@given(seeds)
def test_treasuries_alone_cost_at_least_as_much_as_all_bonds(seed: int) -> None:
    question = random_question(seed, inflows=True, limits=(IssuerLimit(0.1),)).with_trading(None)
    treasuries = question.bonds.take(question.bonds.is_treasury)
    alone = MatchingQuestion.of(question.due, treasuries, policy=OPEN, limits=question.limits)
    never_dearer(alone, question)


@few
@given(seeds, st.floats(0.05, 3.0))
def test_the_same_percent_of_every_payment_costs_that_percent(seed: int, share: float) -> None:
    """So a budget buys ``budget / cost`` of every payment, without solving again."""
    policy = replace(OPEN, cash_cap_months=24)
    limits = (
        IssuerLimit(0.2),
        SectorLimit(0.3),
        RatingLimit(0.4, "BBB"),
        MinimumTreasuries(0.1),
        LongestDuration(6.0),
    )
    question = random_question(seed, policy=policy, limits=limits).with_trading(None)
    unbounded = replace(
        question, bonds=with_columns(question.bonds, outstanding=np.full(60, np.inf))
    )
    whole = least_cost(unbounded)
    assume(np.isfinite(whole))
    part = least_cost(unbounded.with_shares_paid(np.full(unbounded.data.periods, share)))
    assert part == pytest.approx(share * whole, rel=1e-10)
