"""Structure: years in sequence, no row twice, amounts with the sign of their column."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from defease.arrays import read_only
from defease.funding.audit.findings import Cause, Finding, rows_in_words
from defease.funding.audit.lines import broken_lines, count_broken, touching
from defease.funding.audit.proposals import Claim
from defease.funding.audit.table import NEVER_NEGATIVE
from defease.funding.audit.working import Working

if TYPE_CHECKING:
    from defease.arrays import BoolArray, IntArray

MOST = 0.5
ALWAYS, LEAST_STEPS = 0.9, 5


def in_sequence(working: Working) -> tuple[Working, list[Finding]]:
    """The copy without doubled rows and with its years in order, and what was found."""
    doubled = _doubled(working)
    kept, found = working, []
    if doubled.any():
        found.append(_doubled_finding(working, doubled))
        kept = _without(working, doubled)
    years, mistyped = _retyped(kept.years)
    if mistyped.any():
        found.append(_mistyped_finding(kept, years, mistyped))
        kept = replace(kept, years=read_only(years))
    return kept, found + _gaps(kept)


def sign_claims(working: Working) -> tuple[Working, list[Claim]]:
    """Negative figures in columns that have none, turned round in the copy."""
    after, claims = working, []
    for name in NEVER_NEGATIVE:
        if name not in working:
            continue
        column = working.columns[name]
        negative = column < 0
        if not negative.any():
            continue
        if not _helps(after, name, negative):
            continue
        throughout = np.count_nonzero(negative) > MOST * np.count_nonzero(column)
        rows = (column != 0) if throughout else negative
        after = after.with_cells(name, rows, -column, working.units[name])
        where = "throughout the column" if throughout else "in these rows"
        claims.append(
            Claim(
                column=name,
                rows=rows,
                cause=Cause.SIGN,
                detail=f"sign flipped {where}: these amounts are entered positive",
                expected=-column,
                lines=(),
            )
        )
    return after, claims


def _helps(working: Working, name: str, negative: BoolArray) -> bool:
    """Whether the figures agree better when turned round, or nothing speaks of their column."""
    turned = working.with_cells(name, negative, -working.columns[name], working.units[name])
    before, after = broken_lines(working), broken_lines(turned)
    covered = any(True for _ in touching(before, name))
    return not covered or count_broken(after) < count_broken(before)


def _doubled(working: Working) -> BoolArray:
    """Rows that repeat the row above them in every column of amounts."""
    same = np.concatenate([[False], np.ones(len(working) - 1, dtype=bool)])
    for column in working.columns.values():
        same[1:] &= column[1:] == column[:-1]
    repeated_year = np.concatenate([[False], np.diff(working.years) == 0])
    doubled: BoolArray = same & (repeated_year | _should_move(working))
    return doubled


def _should_move(working: Working) -> BoolArray:
    """Rows in which some amount stands in a column that otherwise changes from row to row."""
    moves = np.zeros(len(working), dtype=bool)
    for column in working.columns.values():
        steps = (np.diff(column) != 0)[(column[1:] != 0) & (column[:-1] != 0)]
        if len(steps) >= LEAST_STEPS and steps.mean() > ALWAYS:
            moves |= column != 0
    return moves


def _without(working: Working, rows: BoolArray) -> Working:
    """The copy without some rows; later years move up where the labels went on counting."""
    keep = ~rows
    years = working.years.copy()
    counted_on = rows & np.concatenate([[False], np.diff(years) == 1])
    years = years - np.cumsum(counted_on)
    return replace(
        working,
        years=read_only(years[keep]),
        columns={name: read_only(column[keep]) for name, column in working.columns.items()},
        units={name: unit[keep] for name, unit in working.units.items()},
    )


def _retyped(years: IntArray) -> tuple[IntArray, BoolArray]:
    """Single labels that do not fit between their neighbours, put right."""
    even = years[0] + np.arange(len(years))
    anchor = np.bincount((years - np.arange(len(years))) - (years - np.arange(len(years))).min())
    usual = int(anchor.argmax()) + int((years - np.arange(len(years))).min())
    even = usual + np.arange(len(years))
    wrong = years != even
    few = np.count_nonzero(wrong) <= max(1, len(years) // 20) and len(years) > 2
    isolated = bool(few) and not _is_shift(years - even, wrong)
    return (even, wrong) if isolated else (years, np.zeros(len(years), dtype=bool))


def _is_shift(offset: IntArray, wrong: BoolArray) -> bool:
    """Whether the labels are off in a run at an end of the table: rows missing, not mistyped."""
    places = np.flatnonzero(wrong)
    if not places.size:
        return False
    at_end = places[0] == 0 or places[-1] == len(wrong) - 1
    whole = places[-1] - places[0] + 1 == len(places)
    return bool(at_end and whole and len(set(offset[places].tolist())) == 1)


def _gaps(working: Working) -> list[Finding]:
    found = []
    steps = np.diff(working.years)
    for place in np.flatnonzero(steps != 1):
        before, after = int(working.years[place]), int(working.years[place + 1])
        if steps[place] > 1:
            missing = tuple(range(before + 1, after))
            detail = f"row missing: {rows_in_words(missing)} between {before} and {after}"
            found.append(_about_years(missing, detail, Cause.ROW_MISSING))
        else:
            detail = f"row doubled or out of order: {after} follows {before}"
            found.append(_about_years((after,), detail, Cause.ROW_DOUBLED))
    first = working.basis.first_year
    if first is not None and working.years[0] > first:
        missing = tuple(range(first, int(working.years[0])))
        detail = f"row missing: the table starts in {working.years[0]}, not in {first}"
        found.append(_about_years(missing, detail, Cause.ROW_MISSING))
    return found


def _doubled_finding(working: Working, rows: BoolArray) -> Finding:
    labels = tuple(int(year) for year in working.years[rows])
    detail = f"row doubled: {rows_in_words(labels)} repeats the row above it in every column"
    return _about_years(labels, detail, Cause.ROW_DOUBLED)


def _mistyped_finding(working: Working, years: IntArray, wrong: BoolArray) -> Finding:
    labels = tuple(int(year) for year in working.years[wrong])
    right = tuple(int(year) for year in years[wrong])
    detail = f"typo: the row between its neighbours is {rows_in_words(right)}"
    place = int(np.flatnonzero(wrong)[0])
    return replace(
        _about_years(labels, detail, Cause.TYPO),
        largest_difference=float(np.abs(years - working.years).max()),
        printed=float(working.years[place]),
        expected=float(years[place]),
    )


def _about_years(rows: tuple[int, ...], detail: str, cause: Cause) -> Finding:
    return Finding(
        column="year",
        rows=rows,
        finding=f"years are not in sequence: {detail}",
        cause=cause,
        likely_cause=detail,
        largest_difference=0.0,
        printed=None,
        expected=None,
        fit=1.0,
    )
