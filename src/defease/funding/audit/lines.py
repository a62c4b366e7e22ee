"""All lines that a table must obey, and how far the working copy still breaks them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from defease.funding.audit.balance import balance_relations
from defease.funding.audit.contributions import contribution_relations
from defease.funding.audit.earnings import earnings_relations
from defease.funding.audit.forms import Residuals, residuals_of
from defease.funding.audit.present_values import value_relations

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from defease.arrays import FloatArray
    from defease.funding.audit.working import Working


def broken_lines(working: Working) -> list[Residuals]:
    """Printed less expected of every line that the table's columns allow to check."""
    relations = (
        *balance_relations(working),
        *earnings_relations(working),
        *contribution_relations(working),
        *value_relations(working),
    )
    return [
        residuals_of(working.in_force(relation), working.columns, working.units)
        for relation in relations
    ]


def count_broken(lines: Sequence[Residuals]) -> int:
    """The number of rows, over all lines, that do not follow."""
    return sum(line.count for line in lines)


def touching(
    lines: Sequence[Residuals], column: str
) -> Iterator[tuple[Residuals, FloatArray, int]]:
    """Lines that contain a column: the weight of its cells in the residual, and their lag.

    The cell of row t enters the residual of row ``t + lag`` with the weight standing there.
    """
    for line in lines:
        relation = line.relation
        if relation.target == column:
            yield line, np.ones(len(relation.rows)), 0
        for term in relation.form.terms:
            if term.column == column:
                yield line, -term.weights, term.lag
