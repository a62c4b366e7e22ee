"""Horizon matching: between matching, where all dates are dedicated, and immunisation."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.optimize import linprog

from defease.errors import InputError
from defease.matching import Availability, Surplus
from defease.matching.problem import build_program
from defease.matching.rivals import (
    HorizonRows,
    RivalQuestion,
    RivalRule,
    horizon_portfolio,
    horizon_portfolio_with,
    immunised_portfolio,
    matching_portfolio,
    run_off_without_selling,
    tail_rows,
    value_and_duration,
)
from defease.solvers import LinearSolution, solve_linear_program
from tests.rival_data import NO_CASH, SLOPED, coupon_question, zeros_question


@pytest.fixture(scope="module")
def question() -> RivalQuestion:
    return coupon_question(years=12, bonds=60)


def test_all_dates_dedicated_is_matching(question: RivalQuestion) -> None:
    optimum = solve_linear_program(build_program(question.data, question.bonds).program)
    assert isinstance(optimum, LinearSolution)
    found = horizon_portfolio(question, dedicated=question.data.periods)
    assert found.cost == pytest.approx(optimum.objective, rel=1e-10)
    assert matching_portfolio(question).cost == pytest.approx(optimum.objective, rel=1e-10)


def test_no_date_dedicated_is_immunisation(question: RivalQuestion) -> None:
    immunised = immunised_portfolio(question, RivalRule.REDINGTON, value_and_duration(question))
    assert horizon_portfolio(question, dedicated=0).cost == pytest.approx(immunised.cost, rel=1e-9)
    by_rows = horizon_portfolio_with(question, tail_rows(question, 0), dedicated=0)
    assert by_rows.cost == pytest.approx(immunised.cost, rel=1e-9)


@pytest.mark.parametrize("dedicated", [24, 60, 120])
def test_dedicated_payments_are_paid_and_the_rest_has_value_and_duration(
    question: RivalQuestion, dedicated: int
) -> None:
    found = horizon_portfolio(question, dedicated=dedicated)
    for condition in found.conditions:
        assert condition.achieved == pytest.approx(condition.target, rel=1e-7)
    run = run_off_without_selling(question.data, found)
    assert (run.balances[:dedicated] >= 0.0).all()
    # Independent: what is left after the dedicated dates, valued payment by payment.
    horizon = question.data.payment_times[dedicated - 1]
    data, curve = question.data, question.curve
    late = data.flow_times > horizon + 1e-9
    amounts = data.flow_amounts[late] * found.levels[data.flow_bonds[late]]
    owned = float(amounts @ curve.discount_factors(data.flow_times[late]))
    owned += run.balances[dedicated - 1] * float(curve.discount_factors(horizon))
    due = data.payments[dedicated:]
    owed = float(due @ curve.discount_factors(data.payment_times[dedicated:]))
    assert owned == pytest.approx(owed, rel=1e-7)


@pytest.mark.parametrize("rows", [HorizonRows.RELATIVE, HorizonRows.MONEY])
@pytest.mark.parametrize("cash", Availability)
def test_whole_portfolio_rows_agree_with_another_engine(
    rows: HorizonRows, cash: Availability
) -> None:
    question = coupon_question(years=6, bonds=30)
    data = replace(question.data, policy=replace(question.data.policy, initial_cash=cash))
    question, dedicated = replace(question, data=data), 30
    assets, owed = question.assets.measures, question.liability.measures
    value, duration = float(owed.present_value[0]), float(owed.money_duration[0])
    bonds, dates = len(data.prices), dedicated
    matrix = np.zeros((dates + 1, bonds + dates + 1))
    for bond, when, amount in zip(data.flow_bonds, data.flow_times, data.flow_amounts, strict=True):
        row = int(np.searchsorted(data.payment_times[:dates], when - 1e-9))
        if row < dates:
            waiting = data.payment_times[row] - when
            matrix[row, bond] += amount * 1.02**waiting
    for t in range(dates):
        matrix[t, bonds + t] = 1.02 ** (1.0 / 12.0)
        matrix[t, bonds + t + 1] = -1.0
    if rows is HorizonRows.MONEY:
        matrix[dates, :bonds], target = assets.money_duration, duration
    else:
        matrix[dates, :bonds] = duration * data.prices - value * assets.money_duration
        matrix[dates, bonds], target = duration, 0.0
    costs = np.concatenate((data.prices, [1.0], np.zeros(dates)))
    most: list[tuple[float, float | None]] = [(0.0, None)] * len(costs)
    if cash is Availability.NONE:
        most[bonds] = (0.0, 0.0)
    scipys = linprog(costs, A_eq=matrix, b_eq=np.append(data.payments[:dates], target), bounds=most)
    assert scipys.status == 0, scipys.message
    found = horizon_portfolio(question, dedicated=dedicated, rows=rows)
    assert found.cost == pytest.approx(float(scipys.fun or 0.0), rel=1e-8)


def test_surplus_lost_has_no_cash_to_carry() -> None:
    years, payments = np.arange(1.0, 11.0), np.linspace(100.0, 50.0, 10)
    lost = replace(NO_CASH, surplus=Surplus.LOST)
    question = zeros_question(years, times=years, payments=payments, curve=SLOPED, policy=lost)
    found = horizon_portfolio(question, dedicated=4)
    assert found.initial_cash == pytest.approx(0.0, abs=1e-9)
    np.testing.assert_allclose(100.0 * found.levels[:4], payments[:4])
    assert found.cost == pytest.approx(question.liability_value)


def test_rates_given_by_period_and_loans_are_cut_with_the_dates(question: RivalQuestion) -> None:
    periods = question.data.periods
    policy = replace(
        question.data.policy, reinvestment_rate=(0.02,) * periods, borrowing_cap=(50.0,) * periods
    )
    borrowing = replace(question, data=replace(question.data, policy=policy))
    for dedicated in (0, 24, periods):
        loans = horizon_portfolio(borrowing, dedicated=dedicated)
        none = horizon_portfolio(question, dedicated=dedicated)
        assert loans.cost <= none.cost * (1.0 + 1e-9)


def test_initial_borrowing_lowers_the_cost_and_shows_as_cash_below_zero() -> None:
    question = coupon_question(years=4, bonds=30, spread=0.05)
    policy = replace(
        question.data.policy,
        borrowing_cap=500.0,
        borrowing_rate=0.021,
        initial_borrowing=Availability.ALLOWED,
    )
    found = matching_portfolio(replace(question, data=replace(question.data, policy=policy)))
    assert found.initial_cash < 0.0
    assert found.cost < matching_portfolio(question).cost
    run = run_off_without_selling(replace(question.data, policy=policy), found)
    assert run.worst_balance == pytest.approx(-500.0, rel=0.2)


def test_more_dates_than_there_are_is_refused(question: RivalQuestion) -> None:
    with pytest.raises(InputError, match="dedicated dates"):
        horizon_portfolio(question, dedicated=question.data.periods + 1)


def test_rows_of_the_users_own_making(question: RivalQuestion) -> None:
    own = horizon_portfolio_with(question, value_and_duration(question), dedicated=12)
    assert [condition.name for condition in own.conditions] == ["present value", "money duration"]
    for condition in own.conditions:
        assert condition.achieved == pytest.approx(condition.target, rel=1e-7)
