"""Many questions on several cores are answered as one by one."""

from __future__ import annotations

import pickle
from dataclasses import fields
from typing import TypeVar

import numpy as np
import pytest

from defease.errors import DefeaseError
from defease.matching import (
    Availability,
    MatchingPolicy,
    MatchingQuestion,
    MatchResult,
    SectorLimit,
    UncoveredError,
    answer,
    match_many,
)
from defease.solvers import LinearSolution, solve_linear_program
from tests.matching_markets import random_question

Value = TypeVar("Value")
POLICY = MatchingPolicy(
    reinvestment_rate=0.01, cash_cap_months=None, initial_cash=Availability.NONE
)
LIMITS = (SectorLimit(0.4),)


def questions(count: int) -> list[MatchingQuestion]:
    """One market, and payments that are made in part; the last cannot be covered."""
    first = random_question(3, limits=LIMITS, policy=POLICY)
    draw = np.random.default_rng(7)
    dates = first.data.periods
    shares = [draw.uniform(0.2, 1.0, dates) for _ in range(count - 1)]
    return [first.with_shares_paid(share) for share in (*shares, np.full(dates, 1e6))]


def travelled(value: Value) -> Value:
    copy: Value = pickle.loads(pickle.dumps(value))  # noqa: S301 - our own
    return copy


def same(one: MatchResult, other: MatchResult) -> None:
    """To the last bit, in every field that is an array or a number."""
    for field in fields(MatchResult):
        ours, theirs = getattr(one, field.name), getattr(other, field.name)
        if isinstance(ours, np.ndarray):
            np.testing.assert_array_equal(ours, theirs)
        elif field.name in (
            "cost",
            "bound",
            "certificate",
            "iterations",
            "limit_prices",
            "cautions",
        ):
            assert ours == theirs, field.name
    assert one.holdings.identifiers == other.holdings.identifiers
    np.testing.assert_array_equal(one.ladder.cash_after, other.ladder.cash_after)


@pytest.mark.parametrize("workers", [1, 2])
def test_many_questions_are_answered_as_one_by_one(workers: int) -> None:
    asked, done = questions(9), list[int]()
    found = match_many(asked, workers=workers, progress=done.append)
    assert done[-1] == len(found) == 9
    for question, result in zip(asked[:-1], found[:-1], strict=True):
        assert isinstance(result, MatchResult)
        same(answer(question), result)
        assert result.bonds is question.bonds
        arrays = [part for part in vars(result).values() if isinstance(part, np.ndarray)]
        assert not any(array.flags.writeable for array in arrays)
    refusal = found[-1]
    assert isinstance(refusal, UncoveredError)
    with pytest.raises(DefeaseError) as caught:
        answer(asked[-1])
    assert str(caught.value) == str(refusal)
    assert isinstance(caught.value, UncoveredError)
    assert refusal.diagnosis.uncovered == caught.value.diagnosis.uncovered


def test_a_question_and_its_result_can_be_pickled() -> None:
    question = questions(2)[0]
    copied = travelled(question)
    result = answer(question)
    same(result, answer(copied))
    assert travelled(result).cost == result.cost


def test_a_basis_that_was_pickled_is_still_where_the_solve_ended() -> None:
    program = questions(2)[0].program().program
    first = solve_linear_program(program)
    assert isinstance(first, LinearSolution)
    assert first.iterations > 0
    again = solve_linear_program(program, basis=travelled(first.basis))
    assert isinstance(again, LinearSolution)
    assert again.iterations == 0
    np.testing.assert_allclose(again.x, first.x, rtol=1e-9, atol=1e-9)
