"""Slips in the rows themselves: years missing, doubled or mistyped, rows absent from a total."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from defease.cashflows import Timing
from defease.funding.audit import Cause, Finding
from tests.faults.audit_plans import Printed, plan

PLANS = {
    "rich, dollars": plan(0, wealth=1.2, timing=Timing.MID_YEAR),
    "poor, thousands": plan(1, wealth=0.5, unit=1000.0, timing=Timing.END_OF_YEAR, summed=True),
    "poor, cents, single rate": plan(2, wealth=0.6, unit=0.01, timing=Timing.MONTHLY, single=True),
    "short": plan(4, rows=12, wealth=1.1, timing=Timing.START_OF_YEAR),
}


@pytest.fixture(params=PLANS, ids=list(PLANS))
def printed(request: pytest.FixtureRequest) -> Printed:
    return PLANS[request.param]


def only(findings: tuple[Finding, ...]) -> Finding:
    assert len(findings) == 1, [(f.column, f.rows, f.likely_cause) for f in findings]
    return findings[0]


def label(table: Printed, row: int) -> int:
    return int(table.years[row])


def taken(table: Printed, rows: np.ndarray[tuple[int, ...], np.dtype[np.int64]]) -> Printed:
    columns = {name: column[rows] for name, column in table.columns.items()}
    return replace(table, years=table.years[rows], columns=columns)


def test_a_missing_row(printed: Printed) -> None:
    finding = only(taken(printed, np.delete(np.arange(len(printed.years)), 4)).audit().findings)
    assert (finding.column, finding.cause) == ("year", Cause.ROW_MISSING)
    assert finding.rows == (label(printed, 4),)


def test_a_doubled_row(printed: Printed) -> None:
    rows = np.insert(np.arange(len(printed.years)), 5, 5)
    finding = only(taken(printed, rows).audit().findings)
    assert (finding.column, finding.cause) == ("year", Cause.ROW_DOUBLED)
    assert finding.rows == (label(printed, 5),)


def test_a_doubled_row_with_later_years_renumbered(printed: Printed) -> None:
    rows = np.insert(np.arange(len(printed.years)), 5, 5)
    doubled = replace(taken(printed, rows), years=printed.years[0] + np.arange(len(rows)))
    finding = only(doubled.audit().findings)
    assert (finding.column, finding.cause) == ("year", Cause.ROW_DOUBLED)
    assert finding.rows == (label(printed, 6),)


def test_a_mistyped_year(printed: Printed) -> None:
    years = printed.years.copy()
    years[5] += 30
    finding = only(replace(printed, years=years).audit().findings)
    assert (finding.column, finding.cause) == ("year", Cause.TYPO)
    assert finding.rows == (label(printed, 5) + 30,)


@pytest.mark.parametrize("rows", [slice(6, 7), slice(-4, None), slice(0, 3)])
def test_rows_missing_from_a_total(printed: Printed, rows: slice) -> None:
    table = printed.with_totals()
    assert table.totals is not None
    short = table.totals["benefits"] - float(table.columns["benefits"][rows].sum())
    changed = replace(table, totals={**table.totals, "benefits": short})
    finding = only(changed.audit().findings)
    assert (finding.column, finding.cause) == ("benefits", Cause.ROWS_NOT_IN_TOTAL)
    assert finding.rows == tuple(int(y) for y in printed.years[rows])
    assert not finding.affects_result
