"""Rows and bounds that contradict each other: the smallest set that has no solution."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from defease.arrays import IntArray, read_only
from defease.solvers.session import Scale, load, scaled

if TYPE_CHECKING:
    from defease.solvers.programs import LinearProgram


@dataclass(frozen=True, eq=False)
class Conflict:
    """Positions of rows and columns that contradict each other, and would not without any one."""

    rows: IntArray
    columns: IntArray


def smallest_conflict(program: LinearProgram, *, time_limit: float = 10.0) -> Conflict | None:
    """An irreducible infeasible subsystem of the programme, or None where the solver names none.

    Examples
    --------
    >>> import numpy as np
    >>> from defease.solvers.programs import LinearProgram
    >>> program = LinearProgram(
    ...     costs=np.ones(1), starts=np.array([0, 2]), rows=np.array([0, 1]), values=np.ones(2),
    ...     row_lower=np.array([3.0, -np.inf]), row_upper=np.array([np.inf, 2.0]),
    ...     column_lower=np.zeros(1), column_upper=np.full(1, np.inf))
    >>> smallest_conflict(program).rows
    array([0, 1])
    """
    import highspy

    solver = load(scaled(program, Scale.of(program)))
    from_scratch_by_elastic_filter = 4 + 8  # deletion after an elastic filter, irreducible
    solver.setOptionValue("iis_strategy", from_scratch_by_elastic_filter)
    solver.setOptionValue("time_limit", time_limit)
    solver.run()
    status, found = solver.getIis()
    if status == highspy.HighsStatus.kError or not len(found.row_index_):
        return None
    rows, columns = (
        read_only(np.sort(np.asarray(indices, dtype=np.int64)))
        for indices in (found.row_index_, found.col_index_)
    )
    return Conflict(rows, columns)
