"""Lines that a printed table must obey: a column equals a weighted sum of other cells."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from defease.arrays import BoolArray, FloatArray
from defease.funding.audit.findings import Cause

FLOAT_SLACK = 4e-15
EXACT_SHARE = 0.9
EXACT_ROWS = 8
EXACT_TOLERANCE = 1.5


@dataclass(frozen=True, eq=False)
class Term:
    """A column with one weight a row; lag 1 takes the row before, -1 the row after."""

    column: str
    weights: FloatArray
    lag: int = 0


@dataclass(frozen=True, eq=False)
class Form:
    """What a line expects: the sum of its terms, with tolerance beyond that of the cells."""

    terms: tuple[Term, ...]
    extra: FloatArray | None = None

    def masked(self, rows: BoolArray) -> Form:
        """The form in some rows and zero in all others."""
        extra = None if self.extra is None else np.where(rows, self.extra, 0.0)
        return Form(
            tuple(replace(t, weights=np.where(rows, t.weights, 0.0)) for t in self.terms), extra
        )

    def plus(self, other: Form) -> Form:
        """Two forms added."""
        extras = [e for e in (self.extra, other.extra) if e is not None]
        return Form(self.terms + other.terms, np.sum(extras, axis=0) if extras else None)


@dataclass(frozen=True, eq=False)
class Alternative:
    """Another form that a line may follow instead, and the cause it would point to.

    `key` joins alternatives of several lines into one hypothesis; `needs` is the least number of
    rows it must explain, more than one where a parameter was fitted to them.
    """

    key: str
    cause: Cause
    detail: str
    form: Form
    needs: int = 1


def _none(_broken: BoolArray) -> Sequence[Alternative]:
    return ()


@dataclass(frozen=True, eq=False)
class Relation:
    """One line of the table: what a target column must equal in every checkable row.

    `alternatives` lists, for rows that are broken, the other forms the line may follow there.
    """

    name: str
    target: str
    form: Form
    rows: BoolArray
    alternatives: Callable[[BoolArray], Sequence[Alternative]] = field(default=_none, repr=False)
    sums_printed_figures: bool = False


@dataclass(frozen=True, eq=False)
class Residuals:
    """Printed less expected, what rounding allows, and where it is exceeded."""

    relation: Relation
    values: FloatArray
    tolerances: FloatArray
    violated: BoolArray = field(repr=False)

    @property
    def count(self) -> int:
        """The number of rows that do not follow."""
        return int(np.count_nonzero(self.violated))


def lagged(column: FloatArray, lag: int) -> FloatArray:
    """A column moved down by `lag` rows, zero where there is no such row."""
    moved = np.zeros_like(column)
    if lag == 0:
        return column
    if lag > 0:
        moved[lag:] = column[:-lag]
    else:
        moved[:lag] = column[-lag:]
    return moved


def expected(form: Form, columns: Mapping[str, FloatArray], rows: int) -> FloatArray:
    """The amounts a form expects, shape (rows,)."""
    total = np.zeros(rows)
    for term in form.terms:
        total += term.weights * lagged(columns[term.column], term.lag)
    return total


def tolerance(
    form: Form, columns: Mapping[str, FloatArray], units: Mapping[str, FloatArray], rows: int
) -> FloatArray:
    """How far rounding alone can move a form: half a unit per cell, by its weight."""
    total = np.zeros(rows) if form.extra is None else form.extra.copy()
    for term in form.terms:
        size = np.abs(term.weights)
        total += size * lagged(units[term.column], term.lag) / 2
        total += FLOAT_SLACK * size * np.abs(lagged(columns[term.column], term.lag))
    return total


def residuals_of(
    relation: Relation, columns: Mapping[str, FloatArray], units: Mapping[str, FloatArray]
) -> Residuals:
    """Where a line is broken by more than rounding."""
    rows = len(relation.rows)
    printed = columns[relation.target]
    values = printed - expected(relation.form, columns, rows)
    allowed = tolerance(relation.form, columns, units, rows)
    allowed += units[relation.target] / 2 + FLOAT_SLACK * np.abs(printed)
    if relation.sums_printed_figures:
        allowed = _exact_tolerance(relation, values, allowed, units)
    return Residuals(relation, values, allowed, relation.rows & (np.abs(values) > allowed))


def _exact_tolerance(
    relation: Relation, values: FloatArray, allowed: FloatArray, units: Mapping[str, FloatArray]
) -> FloatArray:
    """The tolerance of sums that were made of the printed figures and so close exactly."""
    # Independent roundings of four or more figures agree exactly in less than half of the rows.
    unit = units[relation.target]
    checked = relation.rows & (allowed < 10 * unit)
    exact = np.abs(values) <= 0.01 * unit
    if np.count_nonzero(checked) < EXACT_ROWS or np.mean(exact[checked]) < EXACT_SHARE:
        return allowed
    return np.where(checked, np.minimum(allowed, EXACT_TOLERANCE * unit), allowed)
