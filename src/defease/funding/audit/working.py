"""The auditor's working copy: the printed table plus the causes accepted so far."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from defease.arrays import BoolArray, FloatArray, IntArray
from defease.funding.audit.forms import Form, Relation
from defease.funding.audit.table import AuditBasis, AuditTable


@dataclass(frozen=True, eq=False, kw_only=True)
class Working:
    """Columns as they would read with every accepted cause undone; the source stays untouched.

    Attributes
    ----------
    years
        Row labels after doubled rows were set aside, shape (rows,).
    columns, units
        Amounts and the printed unit of each cell, by column, shape (rows,).
    overrides
        Lines that follow another form in some rows, by name of the line.
    waived
        Rows of a line that are broken and reported, by name of the line.
    settled_rate
        Whether a total at the single rate must be at the rate recomputed from this copy; before
        that, while slips are still being found, at the rate that its own rows share.
    """

    years: IntArray
    columns: Mapping[str, FloatArray]
    units: Mapping[str, FloatArray]
    basis: AuditBasis
    overrides: Mapping[str, tuple[tuple[BoolArray, Form], ...]] = field(default_factory=dict)
    waived: Mapping[str, BoolArray] = field(default_factory=dict)
    settled_rate: bool = False

    @classmethod
    def of(cls, table: AuditTable, basis: AuditBasis) -> Working:
        """The table as printed, with nothing accepted yet."""
        units = {name: np.full(len(table), table.units[name]) for name in table.columns}
        return cls(years=table.years, columns=dict(table.columns), units=units, basis=basis)

    def __len__(self) -> int:
        return len(self.years)

    def __contains__(self, column: str) -> bool:
        return column in self.columns

    @property
    def periods(self) -> IntArray:
        """Projection year of each row, 1 for the first, shape (rows,)."""
        first = self.years[0] if self.basis.first_year is None else self.basis.first_year
        return self.years - first + 1

    @property
    def follows(self) -> BoolArray:
        """Whether a row is the year after the row above it, shape (rows,)."""
        return np.concatenate([[False], np.diff(self.years) == 1])

    def with_cells(
        self, column: str, rows: BoolArray, values: FloatArray, units: FloatArray
    ) -> Working:
        """The working copy with other amounts in some cells."""
        columns = dict(self.columns)
        known = dict(self.units)
        columns[column] = np.where(rows, values, columns[column])
        known[column] = np.where(rows, units, known[column])
        return replace(self, columns=columns, units=known)

    def with_override(self, relation: str, rows: BoolArray, form: Form) -> Working:
        """The working copy in which a line follows another form in some rows."""
        overrides = dict(self.overrides)
        overrides[relation] = (*overrides.get(relation, ()), (rows, form))
        return replace(self, overrides=overrides)

    def with_waived(self, relation: str, rows: BoolArray) -> Working:
        """The working copy in which broken rows of a line are set aside."""
        waived = dict(self.waived)
        waived[relation] = waived.get(relation, np.zeros(len(self), dtype=bool)) | rows
        return replace(self, waived=waived)

    def in_force(self, relation: Relation) -> Relation:
        """A line as it stands after overrides and waivers."""
        form = relation.form
        for rows, other in self.overrides.get(relation.name, ()):
            form = form.masked(~rows).plus(other.masked(rows))
        waived = self.waived.get(relation.name)
        rows = relation.rows if waived is None else relation.rows & ~waived
        exact = relation.sums_printed_figures
        return replace(relation, form=form, rows=rows, sums_printed_figures=exact)
