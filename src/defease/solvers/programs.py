"""Linear programmes and their answers as frozen values of plain arrays."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from defease.arrays import FloatArray, IntArray
    from defease.solvers.basis import Basis


CERTIFIED = 1e-8
"""Largest relative residual of a certificate that is still believed."""


class SolverStatus(StrEnum):
    """What the solver found."""

    OPTIMAL = "optimal"
    FEASIBLE_GAP = "feasible_gap"
    TIME_LIMIT = "time_limit"
    INFEASIBLE = "infeasible"
    UNBOUNDED = "unbounded"


@dataclass(frozen=True, eq=False)
class LinearProgram:
    """Least cost ``costs @ x`` with ``row_lower <= A x <= row_upper`` and bounds on each column.

    Attributes
    ----------
    costs, column_lower, column_upper
        One value a column, shape (n,); bounds may be infinite.
    starts, rows, values
        The matrix A by columns: entries ``starts[j]:starts[j + 1]`` of `rows` and `values` are
        column j; shapes (n + 1,), (entries,), (entries,).
    row_lower, row_upper
        One value a row, shape (m,); equal for an equation, infinite where there is no limit.

    Examples
    --------
    >>> import numpy as np
    >>> from defease.solvers import solve_linear_program
    >>> problem = LinearProgram(
    ...     costs=np.array([2.0, 3.0]), starts=np.array([0, 1, 2]), rows=np.array([0, 0]),
    ...     values=np.array([1.0, 2.0]), row_lower=np.array([10.0]), row_upper=np.array([np.inf]),
    ...     column_lower=np.zeros(2), column_upper=np.full(2, np.inf))
    >>> solution = solve_linear_program(problem)
    >>> solution.x, solution.objective, solution.row_duals
    (array([0., 5.]), 15.0, array([1.5]))
    """

    costs: FloatArray
    starts: IntArray
    rows: IntArray
    values: FloatArray
    row_lower: FloatArray
    row_upper: FloatArray
    column_lower: FloatArray
    column_upper: FloatArray

    @cached_property
    def entry_columns(self) -> IntArray:
        """The column of each matrix entry, shape (entries,)."""
        return np.repeat(np.arange(len(self.costs)), np.diff(self.starts))

    def with_other(self, **changes: Any) -> LinearProgram:
        """The same matrix with other costs or bounds, what is known of the matrix kept."""
        changed = replace(self, **changes)
        changed.__dict__["entry_columns"] = self.entry_columns
        return changed

    def of_columns(self, columns: IntArray) -> LinearProgram:
        """The programme of some columns alone, all rows kept."""
        counts = np.diff(self.starts)[columns]
        ends = np.cumsum(counts)
        places = np.arange(int(counts.sum())) + np.repeat(
            self.starts[columns] - (ends - counts), counts
        )
        return replace(
            self,
            costs=self.costs[columns],
            starts=np.concatenate(([0], ends)),
            rows=self.rows[places],
            values=self.values[places],
            column_lower=self.column_lower[columns],
            column_upper=self.column_upper[columns],
        )

    def row_activity(self, x: FloatArray) -> FloatArray:
        """``A x``, shape (m,)."""
        products = self.values * x[self.entry_columns]
        return np.bincount(self.rows, products, len(self.row_lower)).astype(np.float64)

    def reduced_costs(self, row_duals: FloatArray) -> FloatArray:
        """``costs - A' row_duals``, shape (n,): zero for what is used, else the excess price."""
        worth = self.values * row_duals[self.rows]
        priced = np.bincount(self.entry_columns, worth, len(self.costs))
        return np.asarray(self.costs - priced, dtype=np.float64)


@dataclass(frozen=True, slots=True)
class Certificate:
    """How far a solution is from the conditions of optimality, each relative; 1e-8 is the limit.

    primal: rows and bounds; dual: signs of duals and reduced costs; gap: cost against duals.
    """

    primal: float
    dual: float
    gap: float

    @property
    def worst(self) -> float:
        """The largest of the three residuals."""
        return max(self.primal, self.dual, self.gap)

    @property
    def holds(self) -> bool:
        """Whether every residual is at most 1e-8."""
        return all(residual <= CERTIFIED for residual in (self.primal, self.dual, self.gap))


@dataclass(frozen=True, eq=False)
class LinearSolution:
    """A certified optimum: levels, duals (cost of one more unit of each row), reduced costs."""

    x: FloatArray
    row_duals: FloatArray
    reduced_costs: FloatArray
    objective: float
    iterations: int
    certificate: Certificate
    basis: Basis
    status: SolverStatus = SolverStatus.OPTIMAL


@dataclass(frozen=True, eq=False)
class NoSolution:
    """There is no optimum; `ray` is a direction of ever lower cost where it is unbounded."""

    status: SolverStatus
    ray: FloatArray


@dataclass(frozen=True, eq=False)
class MixedSolution:
    """The best levels found under whole-number conditions, and what no answer can be below.

    `status` is optimal where the search proved the gap asked for, else time_limit; `x` holds exact
    whole numbers in the whole-number columns, while the rest is as good as the solver's
    tolerances: solve the programme with those columns fixed for a certified answer.
    """

    x: FloatArray
    objective: float
    bound: float
    status: SolverStatus
