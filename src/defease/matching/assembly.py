"""Putting a linear programme together from blocks of columns and rows, without loops over terms."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from defease.arrays import FloatArray, IntArray, read_only
from defease.solvers import LinearProgram


@dataclass(slots=True)
class ProgramBuilder:
    """Collects blocks of columns, rows and entries; entries of the same place add up.

    Examples
    --------
    >>> import numpy as np
    >>> builder = ProgramBuilder()
    >>> bonds = builder.add_columns(np.array([98.0, 101.0]))
    >>> balances = builder.add_rows(np.array([50.0]), np.array([np.inf]))
    >>> builder.add_entries(np.full(2, balances.start), np.array(bonds), np.array([100.0, 103.0]))
    >>> builder.build().values
    array([100., 103.])
    """

    columns: int = 0
    rows: int = 0
    _column_parts: list[tuple[FloatArray, ...]] = field(default_factory=list)
    _row_parts: list[tuple[FloatArray, ...]] = field(default_factory=list)
    _entry_parts: list[tuple[IntArray, IntArray, FloatArray]] = field(default_factory=list)
    _caps: list[tuple[range, FloatArray]] = field(default_factory=list)

    @classmethod
    def extending(
        cls, program: LinearProgram, *, costs: FloatArray | None = None
    ) -> ProgramBuilder:
        """A builder that starts with an existing programme; its places stay what they were.

        `costs` take the place of the programme's own.
        """
        builder = cls()
        bounds = {"lower": program.column_lower, "upper": program.column_upper}
        builder.add_columns(program.costs if costs is None else costs, **bounds)
        builder.add_rows(program.row_lower, program.row_upper)
        builder.add_entries(program.rows, program.entry_columns, program.values)
        return builder

    def add_columns(
        self,
        costs: FloatArray,
        *,
        lower: float | FloatArray = 0.0,
        upper: float | FloatArray = np.inf,
    ) -> range:
        """A block of columns with their costs and bounds; its positions."""
        bounds = (np.broadcast_to(bound, costs.shape) for bound in (lower, upper))
        self._column_parts.append((costs, *bounds))
        self.columns += len(costs)
        return range(self.columns - len(costs), self.columns)

    def cap_columns(self, block: range, upper: FloatArray) -> None:
        """Lower the upper bounds of a block where the new ones are lower."""
        self._caps.append((block, upper))

    def add_rows(self, lower: FloatArray, upper: FloatArray) -> range:
        """A block of rows with their bounds; its positions."""
        self._row_parts.append((lower, upper))
        self.rows += len(lower)
        return range(self.rows - len(lower), self.rows)

    def add_entries(self, rows: IntArray, columns: IntArray, values: float | FloatArray) -> None:
        """Matrix entries at (row, column)."""
        self._entry_parts.append((rows, columns, np.broadcast_to(values, rows.shape)))

    def build(self) -> LinearProgram:
        """The programme, its matrix by columns with each place once."""
        costs, lower, upper = _joined(self._column_parts, 3)
        for block, cap in self._caps:
            upper[block.start : block.stop] = np.minimum(upper[block.start : block.stop], cap)
        row_lower, row_upper = _joined(self._row_parts, 2)
        places, values = _merged(self._entry_parts, self.rows)
        owners = places // max(self.rows, 1)
        counts = np.bincount(owners, minlength=self.columns)
        return LinearProgram(
            costs=read_only(costs),
            starts=read_only(np.concatenate(([0], np.cumsum(counts)))),
            rows=read_only(places - owners * self.rows),
            values=read_only(values),
            row_lower=read_only(row_lower),
            row_upper=read_only(row_upper),
            column_lower=read_only(lower),
            column_upper=read_only(upper),
        )


def _joined(parts: list[tuple[FloatArray, ...]], width: int) -> tuple[FloatArray, ...]:
    empty = [np.empty(0)]
    return tuple(np.concatenate([part[i] for part in parts] or empty) for i in range(width))


def _merged(
    parts: list[tuple[IntArray, IntArray, FloatArray]], row_count: int
) -> tuple[IntArray, FloatArray]:
    """Places (column by column) and values of all entries, equal places added, zeros left out."""
    none = [np.empty(0, dtype=np.int64)]
    places = np.concatenate([columns * row_count + rows for rows, columns, _ in parts] or none)
    values = np.concatenate([entry_values for _, _, entry_values in parts] or [np.empty(0)])
    order = np.argsort(places, kind="stable")
    places, values = places[order], values[order]
    first = np.flatnonzero(np.diff(places, prepend=-1))
    if len(first) < len(places):
        places, values = places[first], np.add.reduceat(values, first)
    kept = values != 0.0
    return (places, values) if kept.all() else (places[kept], values[kept])
