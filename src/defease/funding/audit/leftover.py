"""Broken lines that no proposed cause explains: breaks that persist, slips carried on, the rest."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from defease.funding.audit.findings import Cause
from defease.funding.audit.forms import Residuals
from defease.funding.audit.naming import Window, slip_of
from defease.funding.audit.proposals import Claim
from defease.funding.audit.working import Working

if TYPE_CHECKING:
    from defease.arrays import BoolArray

_PATH_LINES = frozenset({"chain", "arithmetic", "earnings"})
_TELLING = frozenset({Cause.SIGN, Cause.UNIT})


def set_aside(working: Working, lines: Sequence[Residuals]) -> tuple[Working, list[Claim]]:
    """Every remaining break as a claim of its own line, waived in the copy."""
    claims: list[Claim] = []
    for line in lines:
        if not line.count:
            continue
        working = working.with_waived(line.relation.name, line.violated)
        claims += _claims_of(working, line)
    return working, claims


def _claims_of(working: Working, line: Residuals) -> list[Claim]:
    if line.relation.name == "chain":
        detail = "broken chain: the opening balance is not the last closing; later rows carry it on"
        return [_claim(working, line, line.violated, (Cause.BROKEN_CHAIN, detail))]
    unnamed = line.violated.copy()
    claims = []
    for row in np.flatnonzero(line.violated):
        slip = _slip(working, line, int(row))
        if slip is not None:
            unnamed[row] = False
            one = np.arange(len(unnamed)) == row
            claims.append(_claim(working, line, one, slip))
    if unnamed.any():
        unknown = (Cause.UNEXPLAINED, Cause.UNEXPLAINED.value)
        claims.append(_claim(working, line, unnamed, unknown))
    return claims


def _slip(working: Working, line: Residuals, row: int) -> tuple[Cause, str] | None:
    """A sign, unit or swap of digits in the target itself, carried on by the other columns."""
    printed = float(working.columns[line.relation.target][row])
    right, allowed = printed - float(line.values[row]), float(line.tolerances[row])
    unit = float(working.units[line.relation.target][row])
    cause, detail = slip_of(Window(printed, right - allowed, right + allowed, unit))
    if cause in _TELLING or "swapped" in detail:
        return cause, f"{detail}; other columns carry it on"
    return None


def _claim(working: Working, line: Residuals, rows: BoolArray, cause: tuple[Cause, str]) -> Claim:
    return Claim(
        column=line.relation.target,
        rows=rows,
        cause=cause[0],
        detail=cause[1],
        expected=working.columns[line.relation.target] - line.values,
        lines=(),
        whole_path=line.relation.name in _PATH_LINES,
    )
