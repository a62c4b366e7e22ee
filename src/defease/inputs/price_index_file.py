"""The price index file: one index number a month, such as a consumer price index."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from defease.arrays import DateArray, FloatArray, read_only
from defease.errors import Caution
from defease.inputs.columns import ColumnReader, NumberRule
from defease.inputs.curve_history_file import month_column, months_of

if TYPE_CHECKING:
    from defease.inputs.tables import Table

LEVEL = "index"
LARGEST_MONTHLY_CHANGE = 0.2
"""Beyond it a series has more likely been rebased than prices have moved."""
_NUMBER = NumberRule(above=0.0, remedy="give index numbers above 0, not rates of inflation")


@dataclass(frozen=True, eq=False)
class PriceIndexReading:
    """Index numbers by month, gaps as they are, and what has to be said about them."""

    months: DateArray
    levels: FloatArray
    cautions: tuple[Caution, ...]
    understood: str


def read_price_index(table: Table) -> PriceIndexReading:
    r"""Turn a table `month,index` (or `date,index`) into index numbers by month.

    A month that is missing stays missing: whoever needs it refuses, and nothing is interpolated.

    Examples
    --------
    >>> from defease.inputs.csv_reader import read_csv
    >>> text = b"month,index\n2025-08,323.976\n2025-09,324.8\n2025-11,324.122\n"
    >>> reading = read_price_index(read_csv(text, source="cpi.csv"))
    >>> reading.levels.tolist()
    [323.976, 324.8, 324.122]
    >>> reading.cautions[0].message
    'cpi.csv: no index number for 2025-10; none is made up, and a date that needs it is refused'
    """
    reader = ColumnReader(table)
    dated = month_column(reader)
    reader.expect(required=(dated, LEVEL), known=(dated, LEVEL))
    months = months_of(reader, dated).astype("datetime64[M]")
    levels = reader.amounts(LEVEL, _NUMBER)
    _check_months(reader, dated, months)
    reader.finish()
    _say_gaps(reader, months)
    _say_jumps(reader, months, levels)
    understood = f"{len(months)} index numbers, {months[0]} to {months[-1]}"
    return PriceIndexReading(read_only(months), levels, tuple(reader.cautions), understood)


def _check_months(reader: ColumnReader, dated: str, months: DateArray) -> None:
    for row in range(1, len(months)):
        month, before = months[row], months[row - 1]
        if month == before:
            reader.problem(row, dated, f"{month} stands twice", "keep one number for each month")
        elif month < before:
            what = f"{month} comes after {before}"
            reader.problem(row, dated, what, "sort the rows by month")


def _say_gaps(reader: ColumnReader, months: DateArray) -> None:
    missing = np.setdiff1d(np.arange(months[0], months[-1] + 1), months)
    if missing.size:
        message = (
            f"{reader.table.source}: no index number for {', '.join(str(m) for m in missing)}; "
            "none is made up, and a date that needs it is refused"
        )
        reader.cautions.append(Caution("missing_months", message))


def _say_jumps(reader: ColumnReader, months: DateArray, levels: FloatArray) -> None:
    changes = np.abs(np.diff(levels) / levels[:-1])
    jumps = np.flatnonzero(changes > LARGEST_MONTHLY_CHANGE) + 1
    if jumps.size:
        message = (
            f"{reader.table.source}: the number of {months[jumps[0]]} is "
            f"{levels[jumps[0]] / levels[jumps[0] - 1] - 1:+.0%} from the one before; a series on "
            "a new base must be chained first"
        )
        reader.cautions.append(Caution("rebased", message))
