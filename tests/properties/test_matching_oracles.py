"""Answers of matching that are known without any data: identities on random problems."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from defease.matching import (
    Availability,
    IssuerLimit,
    MatchingData,
    SectorLimit,
    Surplus,
    run_off,
)
from defease.matching.explanation import limit_prices, price_falls_to_enter
from defease.matching.problem import build_program
from defease.matching.solve import cash_decisions
from defease.solvers import LinearSolution, NoSolution, solve_linear_program
from tests.matching_data import FREE, cost_of, grid_data, labels, random_data, solved

seeds = st.integers(0, 10_000)
few = settings(max_examples=25)


def subset(data: MatchingData, kept: int) -> MatchingData:
    """The same problem with only the first bonds."""
    flows = data.flow_bonds < kept
    return replace(
        data,
        prices=data.prices[:kept],
        flow_bonds=data.flow_bonds[flows],
        flow_times=data.flow_times[flows],
        flow_amounts=data.flow_amounts[flows],
        flow_principals=data.flow_principals[flows],
    )


@few
@given(seeds, st.integers(1, 40))
def test_in_a_complete_zero_market_the_cost_is_the_present_value(seed: int, dates: int) -> None:
    draw = np.random.default_rng(seed)
    times = np.cumsum(draw.uniform(0.05, 1.5, dates))
    # Every forward rate is above the reinvestment rate, so cash is never worth carrying.
    forwards = draw.uniform(0.011, 0.09, dates)
    factors = np.exp(-np.cumsum(forwards * np.diff(times, prepend=0.0)))
    payments = draw.uniform(1.0, 1e6, dates)
    policy = replace(FREE, reinvestment_rate=0.01)
    zeros = 100.0 * np.eye(dates)
    data = grid_data(100.0 * factors, zeros, payments, times=times, policy=policy)
    matching, solution = solved(data)
    assert solution.objective == pytest.approx(float(factors @ payments), rel=1e-12)
    np.testing.assert_allclose(solution.row_duals[: len(factors)], factors, rtol=1e-12)
    np.testing.assert_allclose(solution.x[: len(matching.bonds)], payments / 100.0, rtol=1e-9)


@few
@given(seeds, st.floats(0.01, 1e7))
def test_cost_is_homogeneous_under_relative_limits(seed: int, factor: float) -> None:
    data, bonds = random_data(seed), labels(20)
    limits = (IssuerLimit(0.4), SectorLimit(0.7))
    scaled = replace(data, payments=data.payments * factor)
    cost = cost_of(data, bonds, limits)
    assert cost_of(scaled, bonds, limits) == pytest.approx(factor * cost, rel=1e-11, abs=1e-9)


@few
@given(seeds)
def test_one_more_bond_or_a_looser_limit_never_costs_more(seed: int) -> None:
    data, bonds = random_data(seed), labels(20)
    cost = cost_of(data)
    slack = 1e-9 * max(1.0, abs(cost))
    assert cost <= cost_of(subset(data, 15)) + slack
    tight = cost_of(data, bonds, (IssuerLimit(0.3),))
    loose = cost_of(data, bonds, (IssuerLimit(0.31),))
    assert cost - slack <= loose <= tight + slack


@few
@given(seeds, st.floats(0.0, 0.05))
def test_carried_cash_that_earns_more_never_costs_more(seed: int, extra: float) -> None:
    data = random_data(seed)
    rate = float(np.array(data.policy.reinvestment_rate)) + extra
    richer = replace(data, policy=replace(data.policy, reinvestment_rate=rate))
    assert cost_of(richer) <= cost_of(data) + 1e-8


@few
@given(seeds, st.integers(1, 11))
def test_cost_never_falls_with_the_horizon(seed: int, horizon: int) -> None:
    data = random_data(seed)
    data = replace(data, payments=np.abs(data.payments))
    shorter = replace(
        data,
        payment_times=data.payment_times[:horizon],
        payments=data.payments[:horizon],
        cash_caps=data.cash_caps[: horizon + 1],
    )
    assert cost_of(shorter) <= cost_of(data) + 1e-8


@few
@given(seeds)
def test_lost_surplus_costs_at_least_as_much_as_carried(seed: int) -> None:
    data = random_data(seed, bonds=40)
    policy = replace(data.policy, initial_cash=Availability.NONE)
    reaching = np.zeros(len(data.payments), dtype=np.bool_)
    reaching[data.receipts.rows[data.receipts.counted]] = True
    payments = np.where(reaching, data.payments, 0.0)  # lost surplus needs a payment at each date
    carried = replace(data, payments=payments, policy=policy)
    lost = replace(carried, policy=replace(policy, surplus=Surplus.LOST))
    assert cost_of(lost) >= cost_of(carried) - 1e-8


@few
@given(seeds)
def test_running_the_portfolio_off_reproduces_the_solver_s_cash(seed: int) -> None:
    data = random_data(seed)
    borrowing = replace(
        data.policy,
        borrowing_cap=30.0,
        borrowing_spread=0.01,
        initial_borrowing=Availability.ALLOWED,
    )
    data = replace(
        data,
        policy=borrowing,
        cash_caps=np.full(len(data.payments) + 1, 40.0),
    )
    matching = build_program(data, labels(20))
    solution = solve_linear_program(matching.program)
    assume(not isinstance(solution, NoSolution))  # the cap leaves some draws without a portfolio
    assert isinstance(solution, LinearSolution)
    decisions = cash_decisions(matching, solution, data.periods)
    replayed = run_off(data, matching.of_block(matching.bonds, solution), decisions)
    cash = matching.of_block(matching.cash, solution)
    np.testing.assert_allclose(replayed.cash_after, cash[1:], atol=1e-7)
    assert replayed.lowest_cash >= -1e-7
    moves = replayed.income + replayed.principal + replayed.interest + replayed.borrowed
    moves = moves - replayed.repaid - replayed.payments - replayed.released
    np.testing.assert_allclose(np.diff(replayed.cash_after, prepend=cash[0]), moves, atol=1e-7)


@few
@given(seeds)
def test_a_row_for_every_pay_day_gives_the_same_cost(seed: int) -> None:
    data = random_data(seed)
    if seed % 2:
        rates = tuple(np.random.default_rng(seed).uniform(0.0, 0.03, data.periods))
        data = replace(data, policy=replace(data.policy, reinvestment_rate=rates))
    pay_days = data.flow_times[data.flow_times < data.payment_times[-1]]
    times = np.unique(np.concatenate((data.payment_times, pay_days)))
    due = np.zeros(len(times))
    place = np.searchsorted(times, data.payment_times)
    due[place] = data.payments
    yearly = data.policy.reinvestment_rates(data.periods)
    rates = tuple(yearly[np.searchsorted(place, np.arange(len(times)))])
    daily = replace(
        data,
        payment_times=times,
        payments=due,
        cash_caps=np.full(len(times) + 1, np.inf),
        policy=replace(data.policy, reinvestment_rate=rates),
    )
    assert cost_of(daily) == pytest.approx(cost_of(data), rel=1e-10, abs=1e-8)


@few
@given(seeds)
def test_discount_factors_price_the_payments_and_respect_the_carry(seed: int) -> None:
    data = random_data(seed)
    matching, solution = solved(data)
    factors = solution.row_duals[matching.balances.start : matching.balances.stop]
    assert float(factors @ data.payments) == pytest.approx(solution.objective, rel=1e-9, abs=1e-7)
    growth = data.growth_of_cash
    before = np.concatenate(([1.0], factors[:-1]))
    assert (before >= growth * factors - 1e-9).all()


@few
@given(seeds)
def test_a_limit_s_price_is_the_slope_of_the_cost(seed: int) -> None:
    data, bonds, share, step = random_data(seed), labels(20), 0.3, 1e-6
    matching, solution = solved(data, bonds, (SectorLimit(share),))
    base = float(solution.x[matching.value.start])
    stated = limit_prices(matching, solution, base)
    total = sum(price.saving_per_point for price in stated if price.group)
    looser, tighter = (
        cost_of(data, bonds, (SectorLimit(share + change),)) for change in (step, -step)
    )
    # At a kink the dual is one of several: between the slopes on either side.
    below, above = (solution.objective - looser) / step, (tighter - solution.objective) / step
    tolerance = 1e-4 * max(1.0, abs(solution.objective))
    assert below - tolerance <= total * 100.0 <= above + tolerance


@few
@given(seeds)
def test_a_price_that_falls_far_enough_brings_a_bond_in(seed: int) -> None:
    data = random_data(seed)
    matching, solution = solved(data)
    bonds = matching.bonds.stop
    factors = solution.row_duals[matching.balances.start : matching.balances.stop]
    falls = price_falls_to_enter(data, factors, solution.reduced_costs[:bonds])
    bond = int(np.argmin(np.where(falls > 1e-3, falls, np.inf)))
    for share, cheaper in ((0.99, False), (1.05, True)):
        prices = data.prices.copy()
        prices[bond] -= share * falls[bond]
        found, repriced = solved(replace(data, prices=prices))
        if cheaper:
            assert found.of_block(found.bonds, repriced)[bond] > 0.0
        else:
            assert repriced.objective == pytest.approx(solution.objective, rel=1e-9, abs=1e-7)
