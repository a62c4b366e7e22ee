"""An actuary's printed exhaustion table, read as it stands for the audit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from defease.arrays import FloatArray
from defease.errors import Caution, did_you_mean
from defease.funding.audit import AUDITED_COLUMNS, AuditTable
from defease.inputs.columns import ColumnReader, Missing, NumberRule
from defease.inputs.refusing import refuse
from defease.inputs.tables import CellValue, Table, normalised_name

YEAR_COLUMNS = ("year", "period")
TOTAL_WORDS = frozenset({"total", "totals", "sum", "grand total"})
LAST_PERIOD = 999
MOST_MISSING_AT_START = 3
_KNOWN = (*YEAR_COLUMNS, *AUDITED_COLUMNS)
_YEAR = NumberRule(whole=True, remedy="give whole years, or projection years 1, 2, ...")
_AMOUNT = NumberRule(missing=Missing.ALLOWED)


@dataclass(frozen=True, eq=False)
class AuditReading:
    """The table, its first projection year, what has to be said of the reading, a sentence.

    `first_year` is the label of projection year 1; None takes the table's first row.
    """

    table: AuditTable
    first_year: int | None
    cautions: tuple[Caution, ...]
    understood: str


def read_audit_table(
    table: Table,
    *,
    headings: Mapping[str, str] | None = None,
    unit: float = 1.0,
    plan_first_year: int | None = None,
) -> AuditReading:
    r"""Turn a printed table into an `AuditTable`, or raise every problem of the file at once.

    `headings` maps the table's own headings to our names; `unit` is 1000 for a table in thousands.
    Amounts may have either sign.  Empty cells count as zero and are counted in a caution; a row
    labelled "Total" is taken as the totals row.  `plan_first_year` is the plan year that follows
    the valuation date: a table that starts up to three years after it lacks rows.

    Examples
    --------
    >>> from defease.inputs.csv_reader import read_csv
    >>> text = b"FY,Paid\n2026,100\n2027,110\nTotal,210\n"
    >>> reading = read_audit_table(
    ...     read_csv(text, source="t.csv"), headings={"FY": "year", "Paid": "benefits"})
    >>> reading.table.columns["benefits"], dict(reading.table.totals)
    (array([100., 110.]), {'benefits': 210.0})
    """
    renamed = _renamed(table, headings or {})
    body, last = _split(renamed)
    reader = ColumnReader(body)
    years = _years(reader)
    names = [name for name in AUDITED_COLUMNS if name in reader]
    if not names:
        listed = ", ".join(renamed.columns)
        refuse(
            table.source,
            f"has none of the columns of an exhaustion table (found: {listed})",
            "name them in [exhaustion.audit.columns]: foreign heading = our name",
        )
    reader.expect(required=(), known=_KNOWN)
    columns = {name: _amounts(reader, name) * unit for name in names}
    totals = _totals(last, names, unit, reader)
    reader.finish()
    audited = AuditTable.from_columns(columns, years=years, unit=unit, totals=totals)
    first_year = _first_year(audited, plan_first_year)
    return AuditReading(audited, first_year, tuple(reader.cautions), _understood(audited, unit))


def _renamed(table: Table, headings: Mapping[str, str]) -> Table:
    """The table under our names; every mapped heading must be there, every name be ours."""
    names = list(table.columns)
    for foreign, ours in headings.items():
        where = f"plan.toml: exhaustion.audit.columns.{foreign}"
        if ours not in _KNOWN:
            refuse(where, f"{ours!r} is not a column of the audit", did_you_mean(ours, _KNOWN))
        heading = normalised_name(foreign)
        if heading not in table.columns:
            what = f"{table.source} has no heading {foreign!r}"
            refuse(where, what, did_you_mean(heading, table.columns))
        names[table.columns.index(heading)] = ours
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        what = f"has two columns for {twice[0]!r}"
        refuse(table.source, what, "map one heading to each name in [exhaustion.audit.columns]")
    return replace(table, columns=tuple(names))


def _split(table: Table) -> tuple[Table, tuple[CellValue, ...] | None]:
    """The rows of years, and the totals row if there is one."""
    key = next((name for name in YEAR_COLUMNS if name in table.columns), None)
    if key is None:
        return table, None
    labels = table.column(key)
    totals = [i for i, cell in enumerate(labels) if _is_total(cell)]
    if len(totals) > 1:
        where = table.where(totals[1], key)
        refuse(where, "is a second row of totals", "keep one totals row, the last")
    kept = [i for i in range(len(table)) if i not in totals]
    if not kept:
        refuse(table.source, "has no rows of years", "give one row a year")
    body = replace(
        table,
        rows=tuple(table.rows[i] for i in kept),
        row_numbers=tuple(table.row_numbers[i] for i in kept),
    )
    return body, table.rows[totals[0]] if totals else None


def _is_total(cell: CellValue) -> bool:
    return isinstance(cell, str) and cell.strip().lower().rstrip(":") in TOTAL_WORDS


def _years(reader: ColumnReader) -> FloatArray | None:
    given = [name for name in YEAR_COLUMNS if name in reader]
    if len(given) > 1:
        refuse(reader.table.source, "has both year and period", "keep one of the two")
    if not given:
        message = f"{reader.table.source} has no column year: rows were numbered 1, 2, ..."
        reader.cautions.append(Caution("years_numbered", message))
        return None
    years = reader.numbers(given[0], _YEAR)
    reader.finish()
    return np.array([0.0 if year is None else year for year in years])


def _amounts(reader: ColumnReader, name: str) -> FloatArray:
    values = reader.numbers(name, _AMOUNT)
    empty = sum(value is None for value in values)
    if empty:
        message = f"{reader.table.source}: {empty} empty cells of {name} were read as 0"
        reader.cautions.append(Caution("empty_cells", message))
    return np.array([0.0 if value is None else value for value in values])


def _totals(
    last: tuple[CellValue, ...] | None, names: list[str], unit: float, reader: ColumnReader
) -> dict[str, float]:
    """The printed totals by column; empty cells of the totals row are left out."""
    if last is None:
        return {}
    single = ColumnReader(replace(reader.table, rows=(last,), row_numbers=(0,), cautions=()))
    found = {}
    for name in names:
        (value,) = single.numbers(name, _AMOUNT)
        if value is not None:
            found[name] = value * unit
    for problem in single.problems:
        reader.file_problem(f"totals row: {problem.what}", problem.remedy)
    return found


def _first_year(table: AuditTable, plan_first_year: int | None) -> int | None:
    first = int(table.years[0])
    if first <= LAST_PERIOD:
        return 1
    if plan_first_year is not None and 0 <= first - plan_first_year <= MOST_MISSING_AT_START:
        return plan_first_year
    return None


def _understood(table: AuditTable, unit: float) -> str:
    totals = "with totals" if table.totals else "without totals"
    return (
        f"{len(table)} rows, {table.years[0]} to {table.years[-1]}, unit {unit:g}, {totals}; "
        f"columns: {', '.join(table.columns)}"
    )
