"""The same matching problems by another engine: scipy's linprog on the same matrix."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import numpy as np
import pytest
from scipy.optimize import linprog
from scipy.sparse import csc_matrix

from defease.arrays import FloatArray
from defease.matching import Availability, IssuerLimit, RatingLimit, SectorLimit, Surplus
from defease.solvers import LinearProgram, NoSolution, solve_linear_program
from tests.matching_data import labels, random_data, solved

Method = Literal["highs-ds", "highs-ipm"]


def optimum_by_scipy(problem: LinearProgram, method: Method) -> float:
    shape = (len(problem.row_lower), len(problem.costs))
    matrix = csc_matrix((problem.values, problem.rows, problem.starts), shape=shape).toarray()
    upper, lower = np.isfinite(problem.row_upper), np.isfinite(problem.row_lower)
    found = linprog(
        problem.costs,
        A_ub=np.vstack((matrix[upper], -matrix[lower])),
        b_ub=np.concatenate((problem.row_upper[upper], -problem.row_lower[lower])),
        bounds=list(zip(problem.column_lower, problem.column_upper, strict=True)),
        method=method,
    )
    assert found.status == 0, found.message
    assert found.fun is not None
    return float(found.fun)


@pytest.mark.parametrize("method", ["highs-ds", "highs-ipm"])
@pytest.mark.parametrize("seed", range(12))
def test_two_engines_find_the_same_cost(seed: int, method: Method) -> None:
    data = random_data(seed, dates=20, bonds=50)
    policies = (
        data.policy,
        replace(data.policy, borrowing_cap=25.0, initial_borrowing=Availability.ALLOWED),
        replace(data.policy, surplus=Surplus.LOST),
    )
    data = replace(data, policy=policies[seed % 3])
    if seed % 2:
        data = replace(data, cash_caps=np.full(data.periods + 1, 250.0))
    limits = (IssuerLimit(0.35), SectorLimit(0.6), RatingLimit(0.9, "A"))[: seed % 4]
    matching, solution = solved(data, labels(50), limits)
    assert solution.objective == pytest.approx(
        optimum_by_scipy(matching.program, method), rel=1e-8, abs=1e-6
    )


def random_program(seed: int) -> tuple[LinearProgram, FloatArray]:
    """A feasible, bounded programme with rows and columns of every kind of bound."""
    draw = np.random.default_rng(seed)
    rows, columns = 15, 25
    dense = draw.normal(size=(rows, columns)) * (draw.random((rows, columns)) < 0.4)
    inside = draw.uniform(0.0, 3.0, columns)
    activity = dense @ inside
    lower = np.where(draw.random(rows) < 0.3, -np.inf, activity - draw.uniform(0, 2, rows))
    upper = np.where(draw.random(rows) < 0.3, np.inf, activity + draw.uniform(0, 2, rows))
    equal = draw.random(rows) < 0.2
    lower[equal] = upper[equal] = activity[equal]
    sparse = csc_matrix(dense)
    problem = LinearProgram(
        costs=draw.normal(size=columns),
        starts=sparse.indptr.astype(np.int64),
        rows=sparse.indices.astype(np.int64),
        values=sparse.data,
        row_lower=lower,
        row_upper=upper,
        column_lower=np.where(draw.random(columns) < 0.5, 0.0, -1.0),
        column_upper=np.full(columns, 5.0),
    )
    return problem, inside


@pytest.mark.parametrize("seed", range(25))
def test_general_programmes_agree_and_are_certified(seed: int) -> None:
    problem, inside = random_program(seed)
    found = solve_linear_program(problem)
    assert not isinstance(found, NoSolution)
    assert found.certificate.holds
    assert found.objective <= problem.costs @ inside + 1e-9
    assert found.objective == pytest.approx(optimum_by_scipy(problem, "highs-ds"), abs=1e-7)
