"""Stages of a month added up over the payments of each bucket, segment, group and kind."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from defease.arrays import FloatArray, read_only
from defease.liability_index.revaluation import revaluation_of
from defease.liability_index.structure import IndexStructure, cell_starts
from defease.liability_index.waterfall import ROWS_IN_BLOCK, Months, Stage, unit_values

if TYPE_CHECKING:
    from defease.arrays import IntArray
    from defease.liability_index.projections import Era, FlowTable

SIZE = len(Stage)
"""Row, after the stages, of the sum of absolute values at the month's start."""


@dataclass(frozen=True, eq=False)
class EraSums:
    """Money of one era, from its first date to its last: a month each, and the last date alone.

    Attributes
    ----------
    parts
        The whole, buckets, segments, groups: shape (stages + 1, dates, parts).
    kinds
        Benefits, expenses, contributions, signed: shape (stages + 1, dates, 3).
    """

    parts: FloatArray
    kinds: FloatArray


def era_sums(months: Months, era: Era, structure: IndexStructure) -> EraSums:
    """Every stage of every month of an era; the last row repeats the values of its last date."""
    rows = np.arange(era.first, era.last + 1)
    revalued = revaluation_of(era, months.days)
    places = cell_starts(era.table.days, months.days[rows], structure.cell_edges)
    blocks = [
        _block(_Priced(months, era, revalued), rows[block], places[block])
        for block in (slice(k, k + ROWS_IN_BLOCK) for k in range(0, len(rows), ROWS_IN_BLOCK))
    ]
    cells, columns = (np.concatenate(each, axis=1) for each in zip(*blocks, strict=True))
    spans = cells @ structure.membership.T
    groups = len(era.table.groups)
    parts = [cells.sum(axis=2, keepdims=True), spans, columns[:, :, :groups]]
    return EraSums(
        read_only(np.concatenate(parts, axis=2)),
        read_only(np.ascontiguousarray(columns[:, :, groups:])),
    )


@dataclass(frozen=True, eq=False)
class _Priced:
    """What is priced: the months, an era of them, and what inflation makes of its amounts."""

    months: Months
    era: Era
    revalued: FloatArray | None

    def values(self, rows: IntArray, ahead: slice) -> FloatArray:
        """Stages of one unit as projected; without the last one where nothing is index-linked."""
        ends = np.minimum(rows + 1, self.era.last)
        values = unit_values(self.months, rows, ends, self.era.table.days[ahead])
        if self.revalued is None:
            return values
        before, after = (self.revalued[each - self.era.first, ahead] for each in (rows, ends))
        paid, end = values[Stage.PAID] * after, values[Stage.END] * after
        values *= before
        values[Stage.PAID] = paid
        return np.concatenate([values, end[None]])


def _block(priced: _Priced, rows: IntArray, places: IntArray) -> tuple[FloatArray, FloatArray]:
    """Sums by cell and by column, shape (stages + 1, rows, cells or columns)."""
    ahead = slice(int(places[0, 0]), None)
    table = priced.era.table
    values = priced.values(rows, ahead)
    cells = _cell_sums(values, table.total[ahead], places - places[0, 0])
    return _with_last_stage(cells), _with_last_stage(_column_sums(values, table, ahead))


def _with_last_stage(sums: FloatArray) -> FloatArray:
    """Sums with a row for every stage: without index-linked amounts the end is the end."""
    if len(sums) > SIZE:
        return sums
    return np.insert(sums, Stage.REVALUED, sums[Stage.END], axis=0)


def _cell_sums(values: FloatArray, amounts: FloatArray, places: IntArray) -> FloatArray:
    stages, rows, due = values.shape
    width = due + 1  # an empty last column, so that a cell may begin after every payment
    money = np.zeros((stages + 1, rows, width))
    np.multiply(values, amounts, out=money[:stages, :, :due])
    np.abs(money[Stage.START], out=money[stages])
    flat_places = (places + width * np.arange(rows)[:, None]).ravel()
    sums = np.add.reduceat(money.reshape(stages + 1, -1), flat_places, axis=1)
    sums = sums.reshape(stages + 1, rows, -1)
    nothing = places[:, :-1] == places[:, 1:]  # reduceat answers with the next cell's first payment
    sums[:, :, :-1][:, nothing] = 0.0
    return sums


def _column_sums(values: FloatArray, table: FlowTable, ahead: slice) -> FloatArray:
    columns = np.concatenate([table.by_group[ahead], table.by_kind[ahead]], axis=1)
    sums = values @ columns
    sizes = values[Stage.START] @ np.abs(columns)
    return np.concatenate([sums, sizes[None]])
