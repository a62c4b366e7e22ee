"""Prices of payments and limits from both sides; the worth of bonds to a portfolio."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
import pytest

from defease.bonds.universe import BondUniverse
from defease.cashflows import Payments
from defease.matching import (
    Eligibility,
    IssuerLimit,
    MatchingPolicy,
    MatchingQuestion,
    SupplyLimit,
    answer,
    matching_question,
)
from defease.matching.implied import implied_curve
from defease.matching.prices import (
    Standing,
    bond_values,
    is_degenerate,
    limit_steps,
    payment_prices,
)
from defease.solvers import LinearSolution, solve_linear_program

SETTLED = dt.date(2026, 1, 31)
DAYS = np.array([f"{2027 + k}-01-31" for k in range(3)], "datetime64[D]")


def zeros(prices: list[float], ratings: tuple[str, ...] = ()) -> BondUniverse:
    count = len(prices)
    return BondUniverse(
        settlement=SETTLED,
        identifiers=tuple(f"z{k}" for k in range(count)),
        issuers=tuple(f"issuer {k}" for k in range(count)),
        ratings=ratings or ("A",) * count,
        coupons=np.zeros(count),
        clean_prices=np.array(prices),
        maturities=DAYS[np.arange(count) % 3],
    )


def asked(bonds: BondUniverse, *limits: IssuerLimit, amounts: float = 100.0) -> MatchingQuestion:
    due = Payments.from_dates(SETTLED, DAYS, [amounts] * 3)
    policy = MatchingPolicy(cash_cap_months=None)
    return matching_question(due, bonds, policy=policy, limits=limits)


def test_a_zero_for_each_date_prices_each_payment_the_same_on_both_sides() -> None:
    found = payment_prices(asked(zeros([96.0, 92.0, 88.0])))
    assert found.unique
    assert found.paying_more == pytest.approx([0.96, 0.92, 0.88], abs=1e-9)
    assert found.paying_less == pytest.approx([0.96, 0.92, 0.88], abs=1e-9)


def test_two_sides_of_a_kink_are_both_given() -> None:
    # Bond 0 and 3 pay on the same day; the issuer limit by amount exhausts the cheap one exactly.
    due = Payments.from_dates(SETTLED, DAYS[:1], [200.0])
    cheap_one_used_up = BondUniverse(
        settlement=SETTLED,
        identifiers=("cheap", "dear"),
        ratings=("A", "A"),
        coupons=np.zeros(2),
        clean_prices=np.array([90.0, 95.0]),
        maturities=DAYS[[0, 0]],
        outstanding=np.array([200.0, np.inf]),
    )
    question = matching_question(
        due,
        cheap_one_used_up,
        policy=MatchingPolicy(cash_cap_months=None),
        limits=(SupplyLimit(1.0),),
    )
    found = payment_prices(question)
    assert not found.unique
    assert found.paying_more == pytest.approx([0.95], abs=1e-9)
    assert found.paying_less == pytest.approx([0.90], abs=1e-9)
    matching = question.program()
    solution = solve_linear_program(matching.program)
    assert isinstance(solution, LinearSolution)
    assert is_degenerate(matching, solution)


def test_a_step_of_a_limit_is_the_difference_of_two_optima() -> None:
    bonds = zeros([96.0, 92.0, 88.0, 97.0, 94.0, 91.0])
    question = asked(bonds, IssuerLimit(0.25))
    result = answer(question)
    (step,) = limit_steps(question, result)
    looser, tighter = (answer(asked(bonds, IssuerLimit(share))).cost for share in (0.26, 0.24))
    assert step.saving == pytest.approx(result.cost - looser, abs=1e-8)
    assert step.extra_cost == pytest.approx(tighter - result.cost, abs=1e-8)
    assert step.saving > 0.0
    assert step.extra_cost is not None
    first_order = sum(p.saving_per_point for p in result.limit_prices if p.group)
    assert step.saving <= first_order + 1e-9 <= step.extra_cost + 2e-9


def test_excluded_bargains_come_first_and_held_bonds_are_worth_their_price() -> None:
    bonds = zeros([96.0, 92.0, 88.0, 90.0, 97.0, 91.0], ("A", "A", "A", "BB", "A", "A"))
    due = Payments.from_dates(SETTLED, DAYS, [100.0] * 3)
    question = matching_question(
        due,
        bonds,
        policy=MatchingPolicy(cash_cap_months=None),
        eligibility=Eligibility(minimum_rating="BBB-"),
    )
    values = bond_values(question, answer(question), bonds)
    assert values[0].identifier == "z3"
    assert values[0].standing is Standing.EXCLUDED
    assert values[0].reason == "rated below the minimum"
    assert values[0].richness == pytest.approx(90.0 - 96.0)
    held = {value.identifier: value for value in values if value.standing is Standing.HELD}
    assert set(held) == {"z0", "z1", "z2"}
    assert all(abs(value.richness) < 1e-9 for value in held.values())
    assert values[-1].identifier == "z4"  # 97 where 92 buys the same payment
    assert values[-1].richness == pytest.approx(5.0)


def test_the_implied_curve_of_a_complete_market_is_the_market_s() -> None:
    found = implied_curve(answer(asked(zeros([96.0, 92.0, 88.0]))))
    assert found.discount_factors == pytest.approx([0.96, 0.92, 0.88])
    assert found.spot_rates[0] == pytest.approx(100.0 / 96.0 - 1.0)
    assert np.prod((1.0 + found.forward_rates) ** np.diff(found.times, prepend=0.0)) == (
        pytest.approx(1.0 / 0.88)
    )
    assert not found.at_reinvestment.any()


def test_a_payment_out_of_carried_cash_shows_the_reinvestment_rate() -> None:
    found = implied_curve(answer(asked(zeros([96.0, 97.0, 99.0]))))
    assert found.at_reinvestment[1:].all()
    assert found.forward_rates[1:] == pytest.approx([0.0, 0.0], abs=1e-12)


def test_receipts_that_wait_decades_for_their_payment_are_said() -> None:
    days = np.array(["2027-01-31", "2140-01-31"], "datetime64[D]")
    due = Payments.from_dates(SETTLED, days, [100.0, 100.0])
    found = answer(matching_question(due, zeros([96.0, 92.0, 88.0]), policy=MatchingPolicy()))
    (message,) = [one.message for one in found.cautions if one.code == "receipts_wait"]
    assert "wait more than 12 months" in message
    assert "2140-01-31" in message
    near = answer(asked(zeros([96.0, 92.0, 88.0])))
    assert not [one for one in near.cautions if one.code == "receipts_wait"]


def test_an_excluded_bond_would_be_bought_just_below_its_worth_and_not_above() -> None:
    prices = [96.0, 92.0, 88.0, 97.0, 94.0, 91.0, 80.0]
    ratings = ("A",) * 6 + ("BB",)
    limits, due = (IssuerLimit(0.25),), Payments.from_dates(SETTLED, DAYS, [100.0] * 3)

    def asked_at(price: float, minimum: str) -> tuple[BondUniverse, MatchingQuestion]:
        bonds = replace(zeros([*prices[:6], price], ratings), coupons=np.full(7, 0.03))
        return bonds, matching_question(
            due,
            bonds,
            policy=MatchingPolicy(cash_cap_months=None),
            limits=limits,
            eligibility=Eligibility(minimum_rating=minimum),
        )

    bonds, question = asked_at(80.0, "BBB-")
    result = answer(question)
    assert result.cost_weight < 1.0
    values = {value.identifier: value for value in bond_values(question, result, bonds)}
    clean = values["z6"].worth - float(bonds.accrued[6])
    for moved, is_bought in ((-0.001, True), (0.001, False)):
        _, allowed = asked_at(clean + moved, "B")
        cost = answer(allowed).cost
        assert (cost < result.cost - 1e-9) is is_bought
