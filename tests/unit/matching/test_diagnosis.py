"""What a failure says: dates, amounts, limits, loans against bonds."""

from __future__ import annotations

import datetime as dt
import math
import pickle
from functools import partial

import numpy as np
import pytest

from defease.errors import ModelError, Problem, SolverError
from defease.matching import (
    Availability,
    IssuerLimit,
    MatchingPolicy,
    RatingLimit,
    SectorLimit,
    SupplyLimit,
    Surplus,
    TerminalSurplus,
    UncoveredError,
    match_cash_flows,
)
from tests.unit.matching.bonds import corporates, yearly, zeros

NO_CASH = MatchingPolicy(initial_cash=Availability.NONE, cash_cap_months=None)


def test_the_first_uncovered_payment_is_named_with_its_amount() -> None:
    policy = MatchingPolicy(cash_cap_months=12)
    with pytest.raises(UncoveredError) as caught:
        match_cash_flows(yearly([1e6] * 5), zeros([95.0, 90.0]), policy=policy)
    # After the last zero, cash reaches one payment further.
    uncovered = caught.value.diagnosis.uncovered
    assert [payment.date for payment in uncovered] == [
        dt.date(2029, 12, 31),
        dt.date(2030, 12, 31),
    ]
    assert [payment.shortfall for payment in uncovered] == pytest.approx([1e6, 1e6])
    text = str(caught.value)
    assert "payment of 2029-12-31: all of the payment of 1,000,000 cannot be covered" in text
    assert "with 1 later payments, 2,000,000 in all" in text
    assert "cash_cap_months of 12 would have to be 36" in text
    assert caught.value.exit_code == 1


def test_a_payment_covered_in_part_says_which_part_is_missing() -> None:
    limits = (SupplyLimit(0.5),)
    market = zeros([95.0], outstanding=np.array([120.0]))
    with pytest.raises(UncoveredError, match=r"40.00 of the payment of 100 cannot") as caught:
        match_cash_flows(yearly([100.0]), market, policy=NO_CASH, limits=limits)
    assert "outstanding amounts of 50% would have to be 83.35%" in str(caught.value)


def test_contradictory_limits_say_what_each_alone_would_have_to_be() -> None:
    # Ten issuers at 8% fill only 80%.
    with pytest.raises(UncoveredError) as caught:
        match_cash_flows(
            yearly([5.0, 5.0, 105.0]),
            corporates(10),
            policy=NO_CASH,
            limits=(IssuerLimit(0.08), SectorLimit(0.9)),
        )
    assert caught.value.diagnosis.repairs == ("the issuer limit of 8% would have to be 10%",)


def test_limits_that_only_together_can_be_repaired_are_named_with_sizes_that_work() -> None:
    limits = (IssuerLimit(0.08), RatingLimit(0.5, "A"))
    solve = partial(match_cash_flows, yearly([5.0, 5.0, 105.0]), corporates(10), policy=NO_CASH)
    with pytest.raises(UncoveredError, match="these changes together would do") as caught:
        solve(limits=limits)
    # All ten are rated A: the rating limit has to double, and the issuer limit with it.
    (pair,) = caught.value.diagnosis.repairs
    assert "issuer limit of 8% would have to be 16%" in pair
    assert "rating limit A of 50% would have to be 100%" in pair
    assert solve(limits=(IssuerLimit(0.16), RatingLimit(1.0, "A"))).cost > 0.0
    with pytest.raises(UncoveredError):
        solve(limits=(IssuerLimit(0.16), RatingLimit(0.99, "A")))
    assert "10 issuers at 8% each can hold 80%" in caught.value.diagnosis.observations[0]


def test_the_error_survives_another_process() -> None:
    with pytest.raises(UncoveredError) as caught:
        match_cash_flows(yearly([1.0] * 3), zeros([95.0]), policy=MatchingPolicy())
    again = pickle.loads(pickle.dumps(caught.value))  # noqa: S301 - our own bytes
    assert again.diagnosis == caught.value.diagnosis
    assert str(again) == str(caught.value)


def test_an_unbounded_cost_names_the_loan_and_the_bond() -> None:
    policy = MatchingPolicy(
        borrowing_cap=math.inf,
        borrowing_rate=0.02,
        initial_borrowing=Availability.ALLOWED,
        cash_cap_months=None,
    )
    market = zeros([95.0, 100.0 / 1.05**2])
    with pytest.raises(ModelError, match="set borrowing_cap") as caught:
        match_cash_flows(yearly([100.0, 100.0]), market, policy=policy)
    assert "borrowing at 2% is cheaper than zero" in str(caught.value)


def test_a_loan_cheaper_than_cash_is_named() -> None:
    policy = MatchingPolicy(
        reinvestment_rate=0.04,
        borrowing_cap=math.inf,
        borrowing_rate=0.02,
        initial_borrowing=Availability.ALLOWED,
        cash_cap_months=None,
    )
    with pytest.raises(ModelError, match="borrowing at 2% is cheaper than what carried cash"):
        match_cash_flows(yearly([100.0]), zeros([99.9]), policy=policy)


def test_lost_surplus_and_what_cannot_be_covered_is_said_without_cash() -> None:
    policy = MatchingPolicy(surplus=Surplus.LOST)
    with pytest.raises(UncoveredError) as caught:
        match_cash_flows(yearly([100.0, 100.0]), zeros([95.0]), policy=policy)
    (payment,) = caught.value.diagnosis.uncovered
    assert payment.date == dt.date(2027, 12, 31)
    assert payment.shortfall == pytest.approx(100.0)
    assert "cash_cap_months" not in str(caught.value)


def test_a_longer_cash_cap_is_tried_with_the_cash_aimed_at() -> None:
    # Caps count payments, and 50 beyond all payments has to be carried.
    policy = MatchingPolicy(terminal_surplus=TerminalSurplus.TARGET, terminal_target=50.0)
    with pytest.raises(UncoveredError, match='cash_cap_months of 12 would have to be "none"'):
        match_cash_flows(yearly([100.0] * 4), zeros([95.0, 90.0]), policy=policy)


def test_sizes_are_tried_where_the_quick_way_to_them_has_no_certified_answer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def uncertain(*_: object) -> None:
        raise SolverError(Problem("linear programme", "no certified answer", "none"))

    monkeypatch.setattr("defease.matching.repairs._by_ratios", uncertain)
    with pytest.raises(UncoveredError, match="issuer limit of 8% would have to be 10%"):
        match_cash_flows(
            yearly([5.0, 5.0, 105.0]), corporates(10), policy=NO_CASH, limits=(IssuerLimit(0.08),)
        )
