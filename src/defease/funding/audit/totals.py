"""The totals row: each total is the sum of its rows, or it says which rows it lacks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from defease.funding.audit.findings import Cause, Finding, rows_in_words
from defease.funding.audit.forms import EXACT_TOLERANCE
from defease.funding.audit.naming import Window, slip_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from defease.arrays import FloatArray
    from defease.funding.audit.table import AuditTable
    from defease.funding.audit.working import Working

NOT_SUMMED = frozenset({"opening", "closing"})
FIRM = 4.0


def total_findings(table: AuditTable, working: Working) -> list[Finding]:
    """Totals that are neither the sum of the printed rows nor of the corrected ones."""
    summed = {k: v for k, v in table.totals.items() if k not in NOT_SUMMED}
    gaps = {name: total - float(table.columns[name].sum()) for name, total in summed.items()}
    allowed = _allowed(table, gaps)
    found = []
    for name, total in summed.items():
        corrected = float(working.columns[name].sum())
        if min(abs(gaps[name]), abs(total - corrected)) > allowed[name]:
            found.append(_finding(table, name, gaps[name], allowed[name]))
    return found


def _allowed(table: AuditTable, gaps: Mapping[str, float]) -> dict[str, float]:
    """Half a unit a row; one unit where the other totals are exact sums of printed figures."""
    exact = {name: abs(gap) <= 0.01 * table.units[name] for name, gap in gaps.items()}
    found = {}
    for name in gaps:
        unit = table.units[name]
        others = [exact[other] for other in gaps if other != name]
        by_rounding = unit * (len(table) + 1) / 2
        found[name] = EXACT_TOLERANCE * unit if len(others) >= 2 and all(others) else by_rounding
        found[name] += 1e-14 * float(np.abs(table.columns[name]).sum())
    return found


def _finding(table: AuditTable, name: str, gap: float, allowed: float) -> Finding:
    column, total = table.columns[name], table.totals[name]
    rows, cause, detail = _cause(column, gap, allowed, total, table.units[name])
    labels = tuple(int(table.years[i]) for i in rows)
    where = f" ({rows_in_words(labels)})" if labels else ""
    return Finding(
        column=name,
        rows=labels,
        finding=f"the printed total differs from the sum of its rows by {gap:,.10g}",
        cause=cause,
        likely_cause=detail + where,
        largest_difference=abs(gap),
        printed=total,
        expected=total - gap,
        fit=0.0 if cause is Cause.UNEXPLAINED else 1.0,
        affects_result=False,
    )


def _cause(
    column: FloatArray, gap: float, allowed: float, total: float, unit: float
) -> tuple[tuple[int, ...], Cause, str]:
    run = _run_of(column, -gap, allowed)
    if run:
        return run, Cause.ROWS_NOT_IN_TOTAL, "rows missing from the total"
    run = _run_of(column, gap, allowed)
    if run:
        return run, Cause.COUNTED_TWICE, "rows counted twice in the total"
    right = total - gap
    cause, detail = slip_of(Window(total, right - allowed, right + allowed, unit))
    if cause is not Cause.TYPO or "digit" in detail:
        return (), cause, detail
    return (), Cause.UNEXPLAINED, Cause.UNEXPLAINED.value


def _run_of(column: FloatArray, amount: float, allowed: float) -> tuple[int, ...]:
    """Neighbouring rows that add up to an amount: a single row, a run at an end, any run."""
    if abs(amount) <= allowed:
        return ()
    sums = np.concatenate([[0.0], np.cumsum(column)])
    between = sums[None, :] - sums[:, None]
    fits = np.argwhere(np.triu(np.abs(between - amount) <= allowed, k=1))
    runs = [(int(a), int(b)) for a, b in fits if abs(amount) > FIRM * allowed]
    if not runs:
        return ()
    last = len(column)
    best = min(runs, key=lambda run: (run[1] - run[0] != 1, run[0] != 0 and run[1] != last, run))
    return tuple(range(*best))
