"""Where a solve ended, as the solver's own value or as plain numbers."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from defease.arrays import IntArray

AT_LOWER, BASIC = 0, 1
"""Statuses in the coding of HiGHS."""


@dataclass(frozen=True, eq=False)
class Statuses:
    """A basis as numbers: the status of each column and of each row, in the solver's coding."""

    columns: IntArray
    rows: IntArray

    def of_columns(self, columns: IntArray) -> Statuses:
        """The statuses of some columns and of all rows."""
        return Statuses(self.columns[columns], self.rows)

    def spread(self, columns: IntArray, count: int) -> Statuses:
        """These columns among `count` of which the others are at their lower bound."""
        changed = np.full(count, AT_LOWER)
        changed[columns] = self.columns
        return Statuses(changed, self.rows)


@dataclass(frozen=True, eq=False)
class Basis:
    """Where a solve ended: the start of the next, similar one; of no other use.

    It can be pickled and goes on from where it was in another process.
    """

    token: Any

    def __reduce__(self) -> tuple[Any, ...]:
        return Basis, (self.statuses,)

    @cached_property
    def statuses(self) -> Statuses:
        """The basis as numbers."""
        if isinstance(self.token, Statuses):
            return self.token
        given = (self.token.col_status, self.token.row_status)
        return Statuses(*(np.fromiter(map(int, one), np.int64, len(one)) for one in given))

    def for_solver(self) -> Any:
        """The basis as the solver's own value."""
        return _solver_basis(self.token) if isinstance(self.token, Statuses) else self.token


def _solver_basis(statuses: Statuses) -> Any:
    import highspy

    members = {int(one): one for one in highspy.HighsBasisStatus.__members__.values()}
    made = highspy.HighsBasis()
    made.col_status = [members[code] for code in statuses.columns.tolist()]
    made.row_status = [members[code] for code in statuses.rows.tolist()]
    made.valid = True
    basic = int((statuses.columns == BASIC).sum() + (statuses.rows == BASIC).sum())
    # One with too many or too few members is for the solver to complete, which takes longer.
    made.alien = basic != len(statuses.rows)
    return made
