"""Where one programme ended as the start of another whose columns and rows are not all the same."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from defease.solvers.basis import AT_LOWER, BASIC, Basis, Statuses
from defease.solvers.session import Session

if TYPE_CHECKING:
    from defease.arrays import IntArray
    from defease.solvers.programs import LinearProgram, LinearSolution, NoSolution

PRIMAL_SIMPLEX = 4


def carried_basis(basis: Basis, columns: IntArray, rows: IntArray) -> Basis:
    """The basis of a similar programme: each column and row takes the status of an earlier one.

    Parameters
    ----------
    basis
        Where the earlier programme ended.
    columns, rows
        For each column and row of the new programme its position in the earlier one, or -1: a new
        column starts at its bound, a new row with room.

    Examples
    --------
    >>> import numpy as np
    >>> from defease.solvers import LinearProgram, solve_linear_program
    >>> def program(prices):
    ...     count = len(prices)
    ...     return LinearProgram(
    ...         costs=prices, starts=np.arange(count + 1), rows=np.zeros(count, dtype=int),
    ...         values=np.ones(count), row_lower=np.array([10.0]), row_upper=np.array([np.inf]),
    ...         column_lower=np.zeros(count), column_upper=np.full(count, np.inf))
    >>> first = solve_linear_program(program(np.array([9.0, 2.0, 3.0])))
    >>> start = carried_basis(first.basis, np.array([1, 2]), np.array([0]))
    >>> warm = solve_repriced(program(np.array([2.5, 3.0])), start)
    >>> warm.x, warm.iterations
    (array([10.,  0.]), 0)
    """
    earlier = basis.statuses
    # The place of what was not there, -1, is that of the last.
    of_columns = np.append(earlier.columns, AT_LOWER)[columns]
    return Basis(Statuses(of_columns, np.append(earlier.rows, BASIC)[rows]))


def solve_repriced(
    program: LinearProgram, basis: Basis, *, time_limit: float = math.inf
) -> LinearSolution | NoSolution:
    """As `solve_linear_program`, for new prices at a basis that is still nearly feasible.

    New prices leave a portfolio feasible but no longer cheapest: primal simplex goes on from there,
    while the dual method would first have to make the basis optimal for something else (measured
    at 10,000 bonds: half the time).
    """
    return _Repriced(program, basis=basis).solve(time_limit=time_limit)


class _Repriced(Session):
    def __init__(self, program: LinearProgram, *, basis: Basis) -> None:
        super().__init__(program, basis=basis)
        self._solver.setOptionValue("simplex_strategy", PRIMAL_SIMPLEX)
