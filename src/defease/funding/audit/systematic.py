"""Whole columns or ranges of rows that follow another rule than the stated one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from defease.funding.audit.findings import Cause
from defease.funding.audit.forms import (
    Alternative,
    Form,
    Relation,
    Residuals,
    expected,
    residuals_of,
)
from defease.funding.audit.lines import count_broken, touching
from defease.funding.audit.proposals import Claim, Proposal
from defease.funding.audit.table import AUDITED_COLUMNS

if TYPE_CHECKING:
    from defease.arrays import BoolArray, FloatArray
    from defease.funding.audit.working import Working

SOLID = 0.8
LARGEST_FACTOR = 1e3
FACTORS = (-1.0, 1e3, 1e-3, 1e6, 1e-6)
WIDESPREAD = 0.3
GROUPS = (
    ("contributions", "benefits", "expenses"),
    ("opening", "closing"),
    ("opening", "earnings", "closing"),
    ("present_value_funded", "present_value_unfunded", "present_value"),
)
_PATH_LINES = frozenset({"chain", "arithmetic", "earnings"})


def systematic_proposals(working: Working, lines: Sequence[Residuals]) -> list[Proposal]:
    """Every other rule that explains broken rows, undone in the cells or accepted as a rule."""
    grouped: dict[str, list[tuple[Residuals, Alternative]]] = {}
    for line in lines:
        if line.count:
            for alternative in line.relation.alternatives(line.violated):
                grouped.setdefault(alternative.key, []).append((line, alternative))
    found = []
    for members in grouped.values():
        found += _proposed(working, members)
    return found


def scale_proposals(working: Working, lines: Sequence[Residuals]) -> list[Proposal]:
    """Whole columns, or groups of them, in another unit or with the opposite sign."""
    if not any(line.count > WIDESPREAD * _standing(working, line) for line in lines):
        return []
    needed = (1 - WIDESPREAD) * max(line.count for line in lines)
    broken = [line for line in lines if line.count]
    found = [
        _scaled(working, names, factor)
        for names in _scalable(working)
        if any(True for name in names for _ in touching(broken, name))
        for factor in FACTORS
    ]
    # A coarser unit forgives small differences: a real one sets a whole line right.
    return [p for p in found if count_broken(lines) - p.count >= needed]


def _scalable(working: Working) -> list[tuple[str, ...]]:
    """Columns, and groups of them that are likely to share a unit."""
    columns = [(name,) for name in AUDITED_COLUMNS if name in working]
    groups = [tuple(name for name in group if name in working) for group in GROUPS]
    return [*columns, *(group for group in groups if len(group) > 1)]


def _standing(working: Working, line: Residuals) -> int:
    """Rows of a line in which its column holds an amount."""
    return int(np.count_nonzero(line.relation.rows & (working.columns[line.relation.target] != 0)))


def _scaled(working: Working, names: tuple[str, ...], factor: float) -> Proposal:
    after, claims = working, []
    for name in names:
        values, units = working.columns[name] * factor, working.units[name]
        rows = working.columns[name] != 0
        every = np.ones(len(working), dtype=bool)
        after = after.with_cells(name, every, values, units * max(factor, 1.0))
        if factor < 0:
            cause, detail = Cause.SIGN, "sign flipped throughout the column"
        else:
            cause = Cause.UNIT
            detail = f"unit mixed: the column is {1 / factor:g} times what it should be"
        claims.append(
            Claim(column=name, rows=rows, cause=cause, detail=detail, expected=values, lines=())
        )
    return Proposal.of(tuple(claims), after)


def _proposed(working: Working, members: list[tuple[Residuals, Alternative]]) -> list[Proposal]:
    broken = np.any([line.violated for line, _ in members], axis=0)
    members = [(line, _loosened(working, line, other)) for line, other in members]
    followed = [_followed(working, line, other) for line, other in members]
    agrees = np.all([agree for agree, _ in followed], axis=0)
    telling = broken & agrees & np.all([apart for _, apart in followed], axis=0)
    if np.count_nonzero(telling) < max(other.needs for _, other in members):
        return []
    reach = _reach(members, broken, agrees, telling)
    explained = telling | (broken & agrees & reach)
    return [
        _undone(working, members, explained, reach),
        _accepted(working, members, reach),
    ]


def _loosened(working: Working, line: Residuals, other: Alternative) -> Alternative:
    """The other rule with room for a column that was rounded before the rule was applied to it."""
    instead = np.abs(expected(other.form, working.columns, len(working)))
    right = np.abs(_right(working, line))
    unit = working.units[line.relation.target]
    with np.errstate(all="ignore"):
        factor = np.where(right > unit, np.clip(instead / right, 0.0, LARGEST_FACTOR), 0.0)
    again = unit / 2 * factor
    extra = again if other.form.extra is None else other.form.extra + again
    return replace(other, form=Form(other.form.terms, extra))


def _followed(working: Working, line: Residuals, other: Alternative) -> tuple[BoolArray, BoolArray]:
    """Rows that follow the other rule, and rows in which it is not the stated one by rounding."""
    relation = line.relation
    instead = Relation(
        relation.name,
        relation.target,
        other.form,
        relation.rows,
        sums_printed_figures=relation.sums_printed_figures,
    )
    found = residuals_of(instead, working.columns, working.units)
    apart = np.abs(found.values - line.values) > found.tolerances
    return ~found.violated, apart | ~line.violated


def _reach(
    members: list[tuple[Residuals, Alternative]],
    broken: BoolArray,
    agrees: BoolArray,
    telling: BoolArray,
) -> BoolArray:
    """The rows that a rule covers: those it explains, and what lies between or silently beyond."""
    places = np.flatnonzero(telling)
    first, last = int(places[0]), int(places[-1])
    inside = np.zeros(len(broken), dtype=bool)
    inside[first : last + 1] = True
    solid = agrees[inside & broken].mean() >= SOLID
    if not solid or len(places) < SOLID * (last - first + 1) / 4:
        return telling
    checkable = np.all([line.relation.rows for line, _ in members], axis=0)
    for beyond in (np.arange(len(broken)) < first, np.arange(len(broken)) > last):
        # Rows too small to tell the two rules apart belong to the rule that reaches them.
        if bool(np.all(agrees[beyond & checkable])):
            inside |= beyond
    untouched = checkable & ~broken & ~agrees
    covered: BoolArray = inside & ~untouched
    return covered


def _undone(
    working: Working,
    members: list[tuple[Residuals, Alternative]],
    explained: BoolArray,
    reach: BoolArray,
) -> Proposal:
    after, claims = working, []
    for line, other in members:
        target, right = line.relation.target, _right(working, line)
        units = np.maximum(working.units[target], 2 * line.tolerances)
        after = after.with_cells(target, explained, right, units)
        claims.append(_claim(working, line, other, _visible(working, line, other, reach)))
    return Proposal.of(tuple(claims), after)


def _accepted(
    working: Working, members: list[tuple[Residuals, Alternative]], reach: BoolArray
) -> Proposal:
    after, claims = working, []
    for line, other in members:
        after = after.with_override(line.relation.name, reach, other.form)
        on_path = line.relation.name in _PATH_LINES
        rows = _visible(working, line, other, reach)
        claims.append(_claim(working, line, other, rows, whole_path=on_path))
    return Proposal.of(tuple(claims), after)


def _claim(
    working: Working,
    line: Residuals,
    other: Alternative,
    rows: BoolArray,
    *,
    whole_path: bool = False,
) -> Claim:
    return Claim(
        column=line.relation.target,
        rows=rows,
        cause=other.cause,
        detail=other.detail,
        expected=_right(working, line),
        lines=(line.relation.name,),
        whole_path=whole_path,
    )


def _right(working: Working, line: Residuals) -> FloatArray:
    return working.columns[line.relation.target] - line.values


def _visible(working: Working, line: Residuals, other: Alternative, reach: BoolArray) -> BoolArray:
    """The rows in which the other rule prints another figure."""
    unit = working.units[line.relation.target]
    instead = expected(other.form, working.columns, len(working))
    changed = np.round(instead / unit) != np.round(_right(working, line) / unit)
    rows: BoolArray = reach & (line.violated | changed) & line.relation.rows
    return rows
