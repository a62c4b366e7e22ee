"""Roots, linear programmes, and the certificate that an optimum must carry."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from defease.arrays import FloatArray
from defease.errors import SolverError
from defease.solvers import (
    LinearProgram,
    LinearSolution,
    NoSolution,
    SolverStatus,
    certify,
    find_root,
    solve_linear_program,
    solve_sifted,
)
from tests.matching_data import labels, random_data, solved

INFINITE = math.inf


def dense_program(
    costs: list[float], matrix: list[list[float]], lower: list[float], upper: list[float]
) -> LinearProgram:
    grid = np.array(matrix, dtype=np.float64)
    columns, rows = np.nonzero(grid.T)
    counts = np.bincount(columns, minlength=len(costs))
    return LinearProgram(
        costs=np.array(costs),
        starts=np.concatenate(([0], np.cumsum(counts))),
        rows=rows,
        values=grid[rows, columns],
        row_lower=np.array(lower),
        row_upper=np.array(upper),
        column_lower=np.zeros(len(costs)),
        column_upper=np.full(len(costs), INFINITE),
    )


def optimum(problem: LinearProgram) -> LinearSolution:
    found = solve_linear_program(problem)
    assert isinstance(found, LinearSolution)
    return found


DIET = dense_program([2.0, 3.0], [[1.0, 2.0], [3.0, 1.0]], [10.0, 12.0], [INFINITE, INFINITE])
# Both rows bind: x + 2y = 10, 3x + y = 12, so x = 2.8, y = 3.6 and the cost is 16.4.


def test_a_root_is_found_to_the_last_digits() -> None:
    assert find_root(math.cos, 1.0, 2.0) == pytest.approx(math.pi / 2, abs=1e-14)


def test_an_end_of_the_bracket_may_be_the_root() -> None:
    assert find_root(lambda x: x, 0.0, 1.0) == 0.0
    assert find_root(lambda x: x - 1.0, 0.0, 1.0) == 1.0


@pytest.mark.parametrize("value", [1.0, math.nan, math.inf])
def test_no_change_of_sign_is_refused_with_both_values(value: float) -> None:
    with pytest.raises(SolverError, match="no change of sign between 0 "):
        find_root(lambda _: value, 0.0, 1.0)


def test_a_small_programme_by_hand() -> None:
    found = optimum(DIET)
    np.testing.assert_allclose(found.x, [2.8, 3.6], rtol=1e-13)
    assert found.objective == pytest.approx(16.4, rel=1e-13)
    np.testing.assert_allclose(found.row_duals, [1.4, 0.2], rtol=1e-13)
    np.testing.assert_allclose(found.reduced_costs, [0.0, 0.0], atol=1e-13)
    assert found.certificate.worst < 1e-13


def test_the_dual_is_what_one_more_unit_costs() -> None:
    more = replace(DIET, row_lower=DIET.row_lower + np.array([0.01, 0.0]))
    assert optimum(more).objective - 16.4 == pytest.approx(0.014, rel=1e-9)


def test_contradictory_rows_are_infeasible() -> None:
    impossible = dense_program([1.0], [[1.0], [1.0]], [2.0, -INFINITE], [INFINITE, 1.0])
    found = solve_linear_program(impossible)
    assert isinstance(found, NoSolution)
    assert found.status is SolverStatus.INFEASIBLE


def test_an_unbounded_programme_gives_its_direction() -> None:
    endless = dense_program([-2.0, 1.0], [[1.0, -1.0]], [-INFINITE], [3.0])
    found = solve_linear_program(endless)
    assert isinstance(found, NoSolution)
    assert found.status is SolverStatus.UNBOUNDED
    assert endless.costs @ found.ray < 0.0
    assert (endless.row_activity(found.ray) <= 1e-9).all()


@pytest.mark.parametrize(
    ("x", "duals", "failing"),
    [
        ([2.8, 3.59], [1.4, 0.2], "primal"),
        ([2.8, 3.6], [1.5, 0.2], "dual"),
        ([4.0, 4.0], [1.4, 0.2], "gap"),
    ],
)
def test_the_certificate_finds_what_is_wrong(
    x: list[float], duals: list[float], failing: str
) -> None:
    wrong = certify(DIET, np.array(x), np.array(duals))
    assert not wrong.holds
    assert getattr(wrong, failing) > 1e-4


def test_the_certificate_refuses_duals_on_the_wrong_side() -> None:
    wrong = certify(DIET, np.array([2.8, 3.6]), np.array([-1.4, 0.2]))
    assert wrong.dual >= 1.4


@pytest.mark.parametrize("unit", [1e-7, 1.0, 1e9])
def test_the_unit_of_money_does_not_change_the_answer(unit: float) -> None:
    scaled = replace(DIET, row_lower=DIET.row_lower * unit)
    found = optimum(scaled)
    np.testing.assert_allclose(found.x, np.array([2.8, 3.6]) * unit, rtol=1e-12)
    assert found.certificate.worst < 1e-12


def test_the_same_programme_gives_the_same_bits() -> None:
    matching, first = solved(random_data(3), labels(20))
    second = solve_linear_program(matching.program)
    assert isinstance(second, LinearSolution)
    np.testing.assert_array_equal(first.x, second.x)
    np.testing.assert_array_equal(first.row_duals, second.row_duals)


def test_a_warm_start_reaches_the_cold_optimum_in_fewer_steps() -> None:
    matching, first = solved(random_data(3, dates=40, bonds=200), labels(200))
    moved = replace(
        matching.program,
        row_lower=matching.program.row_lower * 1.001,
        row_upper=matching.program.row_upper * 1.001,
    )
    warm = solve_linear_program(moved, basis=first.basis)
    cold = optimum(moved)
    assert isinstance(warm, LinearSolution)
    assert warm.objective == pytest.approx(cold.objective, rel=1e-12)
    assert warm.iterations < cold.iterations / 4


def test_an_infeasible_change_is_confirmed_after_a_warm_start() -> None:
    warm = optimum(DIET)
    impossible = replace(DIET, row_upper=np.array([INFINITE, -1.0]), row_lower=DIET.row_lower * 0)
    found = solve_linear_program(impossible, basis=warm.basis)
    assert isinstance(found, NoSolution)
    assert found.status is SolverStatus.INFEASIBLE


def test_running_out_of_time_is_said() -> None:
    matching, _ = solved(random_data(3, dates=40, bonds=200), labels(200))
    with pytest.raises(SolverError, match="time limit"):
        solve_linear_program(matching.program, time_limit=0.0)


def test_an_answer_without_certificate_is_never_returned(monkeypatch: pytest.MonkeyPatch) -> None:
    tried = []

    def never(*_: object, **__: object) -> object:
        tried.append(1)
        return certify(DIET, np.zeros(2), np.zeros(2))

    monkeypatch.setattr("defease.solvers.session.certify", never)
    with pytest.raises(
        SolverError, match=r"no certified answer \(dual simplex.*interior point.*primal"
    ):
        solve_linear_program(DIET)
    assert len(tried) == 3  # simplex, simplex with presolve, interior point


def test_a_failed_certificate_leads_to_a_cold_solve(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = iter([False, True])

    def fails_once(
        problem: LinearProgram, x: FloatArray, duals: FloatArray, **known: Any
    ) -> object:
        return certify(problem, x if next(answers) else x * 1.001, duals, **known)

    monkeypatch.setattr("defease.solvers.session.certify", fails_once)
    assert optimum(DIET).objective == pytest.approx(16.4, rel=1e-13)
    assert next(answers, None) is None


@pytest.mark.parametrize("seed", range(6))
def test_sifting_finds_the_optimum_of_the_whole(seed: int) -> None:
    draw = np.random.default_rng(seed)
    count, rows = 3_000, 12
    worth = draw.uniform(0.1, 1.0, (rows, count))

    def program(prices: FloatArray) -> LinearProgram:
        return LinearProgram(
            costs=prices,
            starts=np.arange(count + 1) * rows,
            rows=np.tile(np.arange(rows), count),
            values=worth.T.ravel(),
            row_lower=draw_needs,
            row_upper=np.full(rows, np.inf),
            column_lower=np.zeros(count),
            column_upper=np.full(count, 5.0),
        )

    draw_needs = draw.uniform(10.0, 50.0, rows)
    first = optimum(program(draw.uniform(1.0, 2.0, count)))
    moved = program(draw.uniform(1.0, 2.0, count))
    found = solve_sifted(moved, first.basis, first.reduced_costs)
    assert isinstance(found, LinearSolution)
    assert found.certificate.holds
    assert found.objective == pytest.approx(optimum(moved).objective, rel=1e-9)
    again = solve_linear_program(moved, basis=found.basis)
    assert isinstance(again, LinearSolution)
    assert again.iterations <= 5


def test_sifting_says_that_there_is_no_answer() -> None:
    count = 2_000
    program = LinearProgram(
        costs=np.ones(count),
        starts=np.arange(count + 1),
        rows=np.zeros(count, dtype=np.int64),
        values=np.ones(count),
        row_lower=np.array([10.0]),
        row_upper=np.array([np.inf]),
        column_lower=np.zeros(count),
        column_upper=np.full(count, np.inf),
    )
    first = optimum(program)
    closed = program.with_other(column_upper=np.zeros(count))
    found = solve_sifted(closed, first.basis, first.reduced_costs)
    assert isinstance(found, NoSolution)
