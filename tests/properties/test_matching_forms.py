"""The flow form against the dense form, the coupon chain and other engines, on random problems."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from defease.matching import Availability, IssuerLimit, MatchingData
from defease.matching.problem import build_program
from defease.solvers import LinearSolution, NoSolution, Session, solve_linear_program
from defease.solvers.session import Method
from tests.matching_data import cost_of, labels, random_data, solved
from tests.matching_forms import chain_cost, dense_cost, monthly_bonds

seeds = st.integers(0, 10_000)
few = settings(max_examples=25)


@few
@given(seeds, st.sampled_from([0.28, 0.35, 1.0]))
def test_flow_form_costs_what_the_dense_form_costs(seed: int, share: float) -> None:
    data = random_data(seed)
    owners = np.arange(20, dtype=np.int64) % 4
    flow = cost_of(data, labels(20), (IssuerLimit(share),))
    assert flow == pytest.approx(dense_cost(data, owners=owners, share=share), rel=1e-8, abs=1e-6)


@few
@given(seeds)
def test_flow_form_costs_what_the_coupon_chain_costs(seed: int) -> None:
    problem = monthly_bonds(seed)
    flow = cost_of(problem.data(), labels(len(problem.prices)))
    assert flow == pytest.approx(chain_cost(problem), rel=1e-8, abs=1e-6)


@few
@given(seeds)
def test_simplex_and_interior_point_agree_and_both_are_certified(seed: int) -> None:
    data = random_data(seed)
    policy = replace(data.policy, borrowing_cap=25.0, initial_borrowing=Availability.ALLOWED)
    data = replace(data, policy=policy, cash_caps=np.full(data.periods + 1, 500.0))
    limits = (IssuerLimit(0.3),)[: seed % 2]
    matching, by_simplex = solved(data, labels(20), limits)
    by_points = solve_linear_program(matching.program, prefer=Method.INTERIOR_POINT)
    assert isinstance(by_points, LinearSolution)
    assert by_points.certificate.holds
    assert by_points.objective == pytest.approx(by_simplex.objective, rel=1e-9, abs=1e-7)


def shaken(data: MatchingData, seed: int, step: int) -> MatchingData:
    """Other payments and prices: what a session changes in place."""
    draw = np.random.default_rng((seed, step))
    return replace(
        data,
        payments=data.payments * draw.uniform(0.5, 1.5, data.periods),
        prices=data.prices * draw.uniform(0.97, 1.03, len(data.prices)),
    )


@few
@given(seeds)
def test_a_warm_session_finds_what_a_cold_start_finds(seed: int) -> None:
    first = random_data(seed)
    draw = np.random.default_rng(seed)
    session = Session(build_program(first, labels(20)).program)
    session.solve()
    for step in range(5):
        matching = build_program(shaken(first, seed, step), labels(20))
        program = matching.program
        upper = np.where(draw.random(20) < 0.3, draw.uniform(0.0, 3.0, 20), np.inf)
        cash = np.where(draw.random(len(matching.cash)) < 0.1, 200.0, np.inf)
        columns = np.arange(matching.cash.stop)
        bounds = np.concatenate((upper, cash))
        session.bound_rows(np.array(matching.balances), program.row_lower, program.row_upper)
        session.bound_columns(columns, np.zeros(len(columns)), bounds)
        session.price_columns(np.array(matching.bonds), program.costs[:20])
        warm = session.solve()
        cold = solve_linear_program(replace(program, column_upper=bounds))
        if isinstance(cold, NoSolution):
            assert isinstance(warm, NoSolution)
            assert warm.status is cold.status
        else:
            assert isinstance(warm, LinearSolution)
            assert warm.certificate.holds
            assert warm.objective == pytest.approx(cold.objective, rel=1e-9, abs=1e-7)
