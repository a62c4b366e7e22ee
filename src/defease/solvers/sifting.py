"""Solving with the promising columns only, and pricing the others: for many columns, few of use.

A portfolio of a hundred bonds out of ten thousand is found among a thousand; the prices of its
programme then show whether any bond left out would have been cheaper.  Those come in, until none
would.  The answer is certified on the whole programme.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from defease.arrays import read_only
from defease.solvers.basis import AT_LOWER, Basis
from defease.solvers.certificate import certify
from defease.solvers.programs import LinearSolution
from defease.solvers.repriced import solve_repriced
from defease.solvers.session import Scale

if TYPE_CHECKING:
    from defease.arrays import BoolArray, FloatArray, IntArray
    from defease.solvers.basis import Statuses
    from defease.solvers.programs import LinearProgram, NoSolution

ROUNDS = 12
TOO_CHEAP = 1e-10
PER_ROW = 2
WORTHWHILE = 1_000
"""Columns from which leaving most of them out saves time."""


def solve_sifted(
    program: LinearProgram, basis: Basis, promise: FloatArray
) -> LinearSolution | NoSolution:
    """As `solve_repriced`, by way of the columns that promise most.

    Parameters
    ----------
    program
        What is solved.
    basis
        A start that is nearly feasible, as `carried_basis` gives it.
    promise
        One number a column, the lower the more promising: its last reduced cost, shape (n,).

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
    >>> first = solve_linear_program(program(np.arange(2.0, 9_002.0)))
    >>> dearer = program(np.arange(9_001.0, 1.0, -1.0))
    >>> again = solve_sifted(dearer, first.basis, first.reduced_costs)
    >>> again.objective, np.flatnonzero(again.x)
    (20.0, array([8999]))
    """
    if len(program.costs) < WORTHWHILE:
        return solve_repriced(program, basis)
    start = basis.statuses
    chosen = _promising(program, start.columns, promise)
    for _ in range(ROUNDS):
        columns = np.flatnonzero(chosen)
        part = Basis(start.of_columns(columns))
        found = solve_repriced(program.of_columns(columns), part)
        if not isinstance(found, LinearSolution):
            break
        reduced = program.reduced_costs(found.row_duals)
        cheap = ~chosen & (reduced < -TOO_CHEAP * (1.0 + np.abs(program.costs)))
        start = found.basis.statuses.spread(columns, len(chosen))
        if not cheap.any():
            return _whole(program, columns, found, start) or solve_repriced(program, basis)
        chosen |= cheap
    return solve_repriced(program, basis)


def _promising(program: LinearProgram, codes: IntArray, promise: FloatArray) -> BoolArray:
    """Columns that the start uses or that cannot be 0, and the best of the others."""
    at_zero = (codes == AT_LOWER) & (program.column_lower == 0.0)
    chosen = ~at_zero
    more = min(PER_ROW * len(program.row_lower), len(promise) - 1)
    chosen[np.argpartition(np.where(chosen, np.inf, promise), more)[:more]] = True
    return np.asarray(chosen, dtype=np.bool_)


def _whole(
    program: LinearProgram, columns: IntArray, found: LinearSolution, statuses: Statuses
) -> LinearSolution | None:
    """The answer of a part as that of the whole; None where it is not certified as such."""
    x = np.zeros(len(program.costs))
    x[columns] = found.x
    scale, reduced = Scale.of(program), program.reduced_costs(found.row_duals)
    certificate = certify(
        program,
        x,
        found.row_duals,
        amount_unit=scale.amount,
        cost_unit=scale.cost,
        reduced_costs=reduced,
    )
    if not certificate.holds:
        return None
    return LinearSolution(
        x=read_only(x),
        row_duals=found.row_duals,
        reduced_costs=read_only(reduced),
        objective=float(program.costs @ x),
        iterations=found.iterations,
        certificate=certificate,
        basis=Basis(statuses),
    )
