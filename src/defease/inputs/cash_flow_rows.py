"""Rows of a cash-flow file: when each is paid, and whether the file is in order."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Callable
from dataclasses import dataclass

from defease.dates import DAYS_PER_YEAR
from defease.errors import Caution
from defease.inputs.columns import ColumnReader, NumberRule
from defease.inputs.plan_years import PaymentPoint, PlanYears

FIRST_YEAR, LAST_YEAR = 1900, 2400
LONGEST_PERIOD = 500
_SHOWN_GAPS = 5


@dataclass(frozen=True, slots=True)
class FlowRow:
    """One row: its year label, its place in the order of the file, and its payments."""

    label: int
    order: int
    shown: str
    points: tuple[PaymentPoint, ...]


def year_rows(reader: ColumnReader, years: PlanYears) -> list[FlowRow]:
    """Rows of a file with a column `year`; years that are over have no payments."""
    remedy = "write calendar years, or name the column period"
    labels = _whole(reader, "year", FIRST_YEAR, LAST_YEAR, remedy)
    return [_numbered(label, years.points_of_year) for label in labels]


def period_rows(reader: ColumnReader, years: PlanYears) -> list[FlowRow]:
    """Rows of a file with a column `period`, counted 1, 2, ... from the valuation date."""
    labels = _whole(
        reader, "period", 1, LONGEST_PERIOD, "count years from the valuation date: 1, 2"
    )
    return [_numbered(label, years.points_of_period) for label in labels]


def dated_rows(reader: ColumnReader, years: PlanYears) -> list[FlowRow]:
    """Rows of a file with a column `date`; without payments up to the valuation date."""
    return [
        FlowRow(day.year, day.toordinal(), day.isoformat(), _dated(day, years.valuation_date))
        for day in (given or dt.date.max for given in reader.dates("date"))
    ]


def check_order(reader: ColumnReader, key: str, rows: list[FlowRow], groups: list[str]) -> None:
    """Within each group the file rises; a repeated year is refused, repeated dates are counted."""
    last: dict[str, FlowRow] = {}
    repeats = 0
    for index, (row, group) in enumerate(zip(rows, groups, strict=True)):
        before = last.get(group)
        last[group] = row
        if before is None or row.order > before.order:
            continue
        if row.order < before.order:
            what = f"{row.shown} comes after {before.shown}"
            reader.problem(index, key, what, f"sort the rows by {key}")
        elif key == "date":
            repeats += 1
        else:
            of_group = f" for group {group}" if group else ""
            what = f"{row.shown} appears twice{of_group}"
            reader.problem(index, key, what, "add the rows up, or correct one of them")
    if repeats:
        message = f"{reader.table.source}: {repeats} rows repeat the date of the row before"
        reader.cautions.append(Caution("repeated_dates", f"{message}; their amounts were added"))


def check_gaps(reader: ColumnReader, key: str, rows: list[FlowRow]) -> None:
    """Years without a row are said: nothing is paid in them."""
    present = sorted({row.order for row in rows})
    pairs = itertools.pairwise(present)
    missing = [str(year) for early, late in pairs for year in range(early + 1, late)]
    if not missing:
        return
    listed = ", ".join(missing[:_SHOWN_GAPS])
    if len(missing) > _SHOWN_GAPS:
        listed += f" and {len(missing) - _SHOWN_GAPS} more"
    message = f"{reader.table.source}: no row for {key} {listed}; nothing is paid then"
    reader.cautions.append(Caution("gap_years", message))


def _whole(reader: ColumnReader, name: str, low: int, high: int, remedy: str) -> list[int]:
    labels: list[int] = []
    for index, value in enumerate(reader.numbers(name, NumberRule(whole=True, remedy=remedy))):
        usable = value is not None and low <= value <= high
        if value is not None and not usable:
            reader.problem(index, name, f"{value:g} lies outside {low} to {high}", remedy)
        labels.append(int(value) if value is not None and usable else low)
    return labels


def _numbered(label: int, points: Callable[[int], list[PaymentPoint]]) -> FlowRow:
    return FlowRow(label, label, str(label), tuple(points(label)))


def _dated(day: dt.date, valuation_date: dt.date) -> tuple[PaymentPoint, ...]:
    if day <= valuation_date:
        return ()
    return (PaymentPoint((day - valuation_date).days / DAYS_PER_YEAR, day, 1.0),)
