"""Single wrong figures: the cell whose change makes every line through it agree."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from defease.funding.audit.findings import Cause
from defease.funding.audit.forms import Residuals
from defease.funding.audit.lines import touching
from defease.funding.audit.naming import Window, slip_of
from defease.funding.audit.proposals import Claim, Proposal
from defease.funding.audit.table import AUDITED_COLUMNS
from defease.funding.audit.working import Working

if TYPE_CHECKING:
    from defease.arrays import BoolArray, FloatArray, IntArray

FACTORS = (-1.0, 1e3, 1e-3, 1e6, 1e-6)
STRAYS, STRAY_SHARE = 3, 0.1
NEGLIGIBLE = 1e-12
FINE, NEAR, FLOAT_NOISE = 1e-3, 0.05, 1e-15
SMALLEST_FOR_UNITS = 10.0
LEAST_PUZZLE, LARGEST_PUZZLE = 3, 8
PUZZLES = 4
MOST_RUNS, MOST_TRIED = 4, 0.4
BENDING = {"benefits": "value:", "payroll_total": "growth", "closing": "arithmetic"}


@dataclass(frozen=True, eq=False)
class _Corrections:
    """For every cell of a column: the corrections that satisfy all lines through it."""

    column: str
    low: FloatArray
    high: FloatArray
    best: FloatArray
    fixed: IntArray
    supported: IntArray
    gain: FloatArray
    lines: tuple[tuple[str, int], ...]

    @property
    def possible(self) -> BoolArray:
        """Cells whose correction fixes something and breaks nothing."""
        return (self.fixed > 0) & (self.low <= self.high)


def cell_proposals(working: Working, lines: Sequence[Residuals]) -> list[Proposal]:
    """The best single figure, and runs of figures in another unit or with another sign."""
    if not any(line.count for line in lines):
        return []
    rigid = [_corrections(working, lines, name) for name in AUDITED_COLUMNS if name in working]
    bending = _bending(working, lines)
    found = [
        proposal
        for corrections in (*rigid, *bending)
        for factor in FACTORS
        for proposal in _scaled_cells(working, corrections, factor)
    ]
    found += _tried(working, lines, "benefits")
    singles = [_best_single(working, lines, chosen) for chosen in (rigid, *([b] for b in bending))]
    return [*found, *(single for single in singles if single)]


def _bending(working: Working, lines: Sequence[Residuals]) -> list[_Corrections]:
    """Corrections without the lines that bend with the figure itself: those are checked after."""
    return [
        _corrections(working, [x for x in lines if not x.relation.name.startswith(bends)], name)
        for name, bends in BENDING.items()
        if name in working
    ]


def _tried(working: Working, lines: Sequence[Residuals], column: str) -> list[Proposal]:
    """Runs of broken rows in another unit: tried out, since the lines themselves bend with them."""
    if column not in working:
        return []
    broken = np.zeros(len(working), dtype=bool)
    for line, _, _ in touching(lines, column):
        broken |= line.violated
    edges = np.flatnonzero(np.diff(np.concatenate([[False], broken, [False]]).astype(np.int64)))
    runs = list(zip(edges[::2], edges[1::2], strict=True))
    if not runs or len(runs) > MOST_RUNS or broken.sum() > MOST_TRIED * len(working):
        return []
    found = []
    for first, last in runs:
        rows = np.zeros(len(working), dtype=bool)
        rows[first:last] = working.columns[column][first:last] != 0
        found += [_in_unit(working, column, rows, factor) for factor in FACTORS if rows.any()]
    return found


def _in_unit(working: Working, column: str, rows: BoolArray, factor: float) -> Proposal:
    values, units = working.columns[column] * factor, working.units[column]
    after = working.with_cells(column, rows, values, units * max(factor, 1.0))
    return Proposal.of((_unit_claim(column, rows, factor, values),), after)


def _unit_claim(
    column: str, rows: BoolArray, factor: float, values: FloatArray, lines: tuple[str, ...] = ()
) -> Claim:
    if factor < 0:
        cause, detail = Cause.SIGN, "sign flipped: these figures have the opposite sign"
    else:
        cause = Cause.UNIT
        detail = f"unit mixed: these figures are {1 / factor:g} times what they should be"
    return Claim(column=column, rows=rows, cause=cause, detail=detail, expected=values, lines=lines)


def pair_proposals(working: Working, lines: Sequence[Residuals]) -> list[Proposal]:
    """Two wrong figures in lines that no single one explains."""
    # Present values bend with the funded test, which both figures may move: try without them too.
    steady = [line for line in lines if not line.relation.name.startswith("value:")]
    found = []
    for chosen in (lines, steady):
        puzzles = [p for p in _puzzles(chosen) if LEAST_PUZZLE <= len(p) <= LARGEST_PUZZLE]
        pairs = [_solved_by_two(working, chosen, puzzle) for puzzle in puzzles[:PUZZLES]]
        found += [pair for pair in pairs if pair is not None]
    return found


def _corrections(working: Working, lines: Sequence[Residuals], column: str) -> _Corrections:
    rows = len(working)
    low, high = np.full(rows, -np.inf), np.full(rows, np.inf)
    weighted, weight = np.zeros(rows), np.zeros(rows)
    fixed, supported = np.zeros(rows, dtype=np.int64), np.zeros(rows, dtype=np.int64)
    names = []
    for line, weights, lag in touching(lines, column):
        source = np.arange(rows)
        at = source + lag
        inside = (at >= 0) & (at < rows)
        source, at = source[inside], at[inside]
        meets = line.relation.rows[at] & (np.abs(weights[at]) > NEGLIGIBLE)
        source, at = source[meets], at[meets]
        w, r, tol = weights[at], line.values[at], line.tolerances[at]
        ends = np.sort(np.stack([(-r - tol) / w, (-r + tol) / w]), axis=0)
        low[source] = np.maximum(low[source], ends[0])
        high[source] = np.minimum(high[source], ends[1])
        weighted[source] -= w * r / tol**2
        weight[source] += w**2 / tol**2
        fixed[source] += line.violated[at]
        supported[source] += 1
        names.append((line.relation.name, lag))
    with np.errstate(all="ignore"):
        best = np.clip(np.where(weight > 0, weighted / weight, 0.0), low, high)
    gain = weighted * best * 2 - weight * best**2
    return _Corrections(column, low, high, best, fixed, supported, gain, tuple(names))


def _scaled_cells(working: Working, found: _Corrections, factor: float) -> list[Proposal]:
    printed, units = working.columns[found.column], working.units[found.column]
    right = printed * factor
    multiples = printed / units
    fine = np.abs(multiples - np.round(multiples)) > FINE + FLOAT_NOISE * np.abs(multiples)
    slack = np.where(fine, FINE * units, units) / 2 * max(factor, 1.0)
    fits = (right - printed >= found.low - slack) & (right - printed <= found.high + slack)
    large = (np.abs(right) >= SMALLEST_FOR_UNITS * units) & (slack <= NEAR * np.abs(right))
    rows = found.possible & fits & (large if factor != -1.0 else np.abs(printed) > 2 * units)
    if not rows.any():
        return []
    values = printed + np.clip(right - printed, found.low, found.high)
    width = np.where(rows, found.high - found.low, 0.0)
    after = working.with_cells(found.column, rows, values, np.maximum(units, width))
    claim = _unit_claim(found.column, rows, factor, values, tuple(n for n, _ in found.lines))
    return [Proposal.of((claim,), after)]


def _best_single(
    working: Working, lines: Sequence[Residuals], columns: Sequence[_Corrections]
) -> Proposal | None:
    ranked = []
    for found in columns:
        rows = [int(row) for row in np.flatnonzero(found.possible)]
        ranked += [
            (_rank(working, found, row), found, row)
            for row in rows
            if _is_allowed(found, lines, row)
        ]
    if not ranked:
        return None
    _, found, row = max(ranked, key=lambda entry: entry[0])
    return Proposal.of(
        *_corrected(working, found.column, row, (found.low[row], found.high[row], found.best[row]))
    )


def _is_allowed(found: _Corrections, lines: Sequence[Residuals], row: int) -> bool:
    """A figure that a single line contradicts is a slip only while such rows are few."""
    if found.supported[row] > 1:
        return True
    names = {name for name, _ in found.lines}
    crowds = [line.count for line in lines if line.relation.name in names]
    return max(crowds) <= max(STRAYS, STRAY_SHARE * len(found.low))


def _rank(working: Working, found: _Corrections, row: int) -> tuple[int, float, float]:
    gain = float(found.gain[row])
    # Figures that explain equally well differ by rounding noise only: compare them coarsely.
    coarse = float(np.round(np.log1p(max(gain, 0.0)), 6))
    return int(found.fixed[row]), coarse, _smoother(working, found, row)


def _smoother(working: Working, found: _Corrections, row: int) -> float:
    """How much smoother the column runs with the figure corrected, in logarithms."""
    column = working.columns[found.column]
    first = min(max(row - 2, 0), max(len(column) - 5, 0))
    near = column[first : first + 5]
    if len(near) < 4:
        return 0.0
    changed = near.copy()
    changed[row - first] += found.best[row]
    unit = working.units[found.column][row]
    rough = [float(np.abs(np.diff(c, n=3)).max()) + unit for c in (near, changed)]
    return float(np.log(rough[0] / rough[1]))


def _corrected(
    working: Working, column: str, row: int, window: tuple[float, float, float]
) -> tuple[tuple[Claim, ...], Working]:
    low, high, best = window
    printed, unit = float(working.columns[column][row]), float(working.units[column][row])
    whole = round((printed + best) / unit) * unit - printed
    best = whole if low <= whole <= high else best
    rows = np.arange(len(working)) == row
    values = working.columns[column] + best
    width = np.full(len(working), max(unit, high - low))
    after = working.with_cells(column, rows, values, width)
    cause, detail = slip_of(Window(printed, printed + low, printed + high, unit))
    if column == "opening" and cause is Cause.TYPO and bool(working.follows[row]):
        cause = Cause.BROKEN_CHAIN
        detail = f"broken chain in this year alone, it does not persist; {detail}"
    claim = Claim(column=column, rows=rows, cause=cause, detail=detail, expected=values, lines=())
    return (claim,), after


def _puzzles(lines: Sequence[Residuals]) -> list[list[tuple[int, int]]]:
    """Broken rows of lines, joined where they share a cell."""
    owners: dict[tuple[str, int], list[tuple[int, int]]] = {}
    for number, line in enumerate(lines):
        for row in np.flatnonzero(line.violated):
            for cell in _cells_of(line, int(row)):
                owners.setdefault(cell, []).append((number, int(row)))
    groups: dict[tuple[int, int], set[tuple[int, int]]] = {}
    for sharing in owners.values():
        joined = set(sharing).union(*(groups.get(place, set()) for place in sharing))
        for place in joined:
            groups[place] = joined
    distinct = {id(group): group for group in groups.values()}
    return [sorted(group) for group in distinct.values()]


def _cells_of(line: Residuals, row: int) -> list[tuple[str, int]]:
    cells = [(line.relation.target, row)]
    for term in line.relation.form.terms:
        source = row - term.lag
        if 0 <= source < len(term.weights) and abs(term.weights[row]) > NEGLIGIBLE:
            cells.append((term.column, source))
    return cells


def _solved_by_two(
    working: Working, lines: Sequence[Residuals], puzzle: list[tuple[int, int]]
) -> Proposal | None:
    cells = sorted({cell for number, row in puzzle for cell in _cells_of(lines[number], row)})
    rows = _places_through(lines, cells)
    matrix = _weights(lines, rows, cells)
    residuals = np.array([lines[n].values[row] for n, row in rows])
    allowed = np.array([lines[n].tolerances[row] for n, row in rows])
    scaled, target = matrix / allowed[:, None], -residuals / allowed
    for pair in combinations(range(len(cells)), 2):
        chosen = scaled[:, pair]
        moves, _, rank, _ = np.linalg.lstsq(chosen, target, rcond=None)
        if rank == 2 and np.abs(chosen @ moves - target).max() <= 1.0:
            return _two(working, [cells[i] for i in pair], moves, np.linalg.norm(chosen, axis=0))
    return None


def _two(
    working: Working, cells: list[tuple[str, int]], moves: FloatArray, sharpness: FloatArray
) -> Proposal:
    after = working
    claims: list[Claim] = []
    for (column, row), move, sharp in zip(cells, moves, sharpness, strict=True):
        doubt = 1.0 / float(sharp)
        window = (float(move) - doubt, float(move) + doubt, float(move))
        found, after = _corrected(after, column, row, window)
        claims += found
    return Proposal.of(tuple(claims), after)


def _places_through(
    lines: Sequence[Residuals], cells: list[tuple[str, int]]
) -> list[tuple[int, int]]:
    """Every checkable row of a line that contains one of the cells."""
    columns = {column for column, _ in cells}
    wanted = set(cells)
    places = []
    first, last = min(row for _, row in cells) - 2, max(row for _, row in cells) + 2
    for number, line in enumerate(lines):
        names = {line.relation.target, *(t.column for t in line.relation.form.terms)}
        if names & columns:
            places += [
                (number, row)
                for row in range(max(first, 0), min(last + 1, len(line.values)))
                if line.relation.rows[row] and wanted & set(_cells_of(line, row))
            ]
    return places


def _weights(
    lines: Sequence[Residuals], places: list[tuple[int, int]], cells: list[tuple[str, int]]
) -> FloatArray:
    index = {cell: i for i, cell in enumerate(cells)}
    matrix = np.zeros((len(places), len(cells)))
    for i, (number, row) in enumerate(places):
        relation = lines[number].relation
        if (relation.target, row) in index:
            matrix[i, index[relation.target, row]] += 1.0
        for term in relation.form.terms:
            cell = (term.column, row - term.lag)
            if cell in index:
                matrix[i, index[cell]] -= term.weights[row]
    return matrix
