"""Tables in plain text: numbers aligned and never clipped, text wrapped, wide tables split."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from typing import TYPE_CHECKING

from defease.reports.document import Align
from defease.reports.tables import shown_table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from defease.reports.document import Table
    from defease.reports.tables import ShownCell, ShownTable

_GAP = "  "
_NARROWEST_TEXT = 12


@dataclass(frozen=True, slots=True)
class _TextColumn:
    """One column: heading, cells, and the width it may be squeezed to and would like to have."""

    heading: str
    cells: tuple[str, ...]
    side: Align
    least: int
    wished: int


def table_lines(table: Table, *, currency: str, width: int) -> list[str]:
    """A table as lines of at most `width` characters (longer only for a number that is longer)."""
    ready = shown_table(table, currency=currency)
    columns = [_text_column(ready, position) for position in range(len(ready.headings))]
    lines = textwrap.wrap(ready.caption, width)
    for number, group in enumerate(_groups(columns, width)):
        lines += [""] if number else []
        lines += _grid(group, ready.totals, width)
    return lines + textwrap.wrap(ready.note, width)


def _text_column(table: ShownTable, position: int) -> _TextColumn:
    heading = table.headings[position]
    cells = _aligned([row[position] for row in table.rows])
    longest = max((len(cell) for cell in cells), default=0)
    words = max((len(word) for word in heading.text.split()), default=0)
    if heading.side is Align.RIGHT:
        fitting = max(longest, words)
        return _TextColumn(heading.text, cells, Align.RIGHT, fitting, fitting)
    least = max(min(longest, _NARROWEST_TEXT), words, _longest_word(cells))
    return _TextColumn(heading.text, cells, Align.LEFT, least, max(longest, words, least))


def _aligned(cells: Sequence[ShownCell]) -> tuple[str, ...]:
    """Digits above digits: beside amounts in parentheses the others get a blank behind."""
    if not any(cell.in_parentheses for cell in cells):
        return tuple(cell.text for cell in cells)
    return tuple(cell.text if cell.in_parentheses else f"{cell.text} " for cell in cells)


def _longest_word(cells: Sequence[str]) -> int:
    return max((len(word) for cell in cells for word in cell.split()), default=0)


def _groups(columns: Sequence[_TextColumn], width: int) -> list[list[_TextColumn]]:
    """The columns in as few side-by-side groups as fit, the first column repeated in each."""
    if not columns:
        return []
    first, *others = columns
    groups: list[list[_TextColumn]] = [[first]]
    for column in others:
        if len(groups[-1]) > 1 and _least_width([*groups[-1], column]) > width:
            groups.append([first])
        groups[-1].append(column)
    return groups


def _least_width(columns: Sequence[_TextColumn]) -> int:
    return sum(column.least for column in columns) + len(_GAP) * (len(columns) - 1)


def _widths(columns: Sequence[_TextColumn], width: int) -> list[int]:
    """Least widths, then the room left over is given to text columns from left to right."""
    spare = width - _least_width(columns)
    widths = []
    for column in columns:
        extra = max(0, min(spare, column.wished - column.least))
        spare -= extra
        widths.append(column.least + extra)
    return widths


def _grid(columns: Sequence[_TextColumn], totals: frozenset[int], width: int) -> list[str]:
    widths = _widths(columns, width)
    rule = _GAP.join("-" * w for w in widths)
    lines = _row([column.heading for column in columns], columns, widths, bottom=True)
    lines.append(rule)
    for index in range(len(columns[0].cells)):
        lines += [rule] if index in totals and index else []
        lines += _row([column.cells[index] for column in columns], columns, widths, bottom=False)
    return lines


def _row(
    texts: Sequence[str], columns: Sequence[_TextColumn], widths: Sequence[int], *, bottom: bool
) -> list[str]:
    """One row as lines; headings (`bottom`) stand on the rule, cells start at the top."""
    wrapped = [_cell_lines(t, w, c.side) for t, w, c in zip(texts, widths, columns, strict=True)]
    height = max(len(lines) for lines in wrapped)
    filled = [
        [""] * (height - len(lines)) + lines if bottom else lines + [""] * (height - len(lines))
        for lines in wrapped
    ]
    return [
        _GAP.join(
            _placed(lines[i], w, c.side)
            for lines, w, c in zip(filled, widths, columns, strict=True)
        )
        for i in range(height)
    ]


def _cell_lines(text: str, width: int, side: Align) -> list[str]:
    if len(text) <= width:
        return [text]
    return textwrap.wrap(
        text, width, break_long_words=side is Align.LEFT, break_on_hyphens=False
    ) or [""]


def _placed(text: str, width: int, side: Align) -> str:
    return text.rjust(width) if side is Align.RIGHT else text.ljust(width)
