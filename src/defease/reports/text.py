"""A document as plain text within 80 columns: no colour, no clipped number, the same figures."""

from __future__ import annotations

import textwrap
from itertools import chain
from typing import TYPE_CHECKING

from defease.reports.document import (
    Align,
    Callout,
    Definitions,
    Figure,
    KeyFigures,
    Paragraph,
    Section,
    Table,
    Tone,
)
from defease.reports.formats import shown
from defease.reports.text_tables import table_lines

if TYPE_CHECKING:
    from collections.abc import Iterable

    from defease.reports.document import Block, Document, KeyFigure

WIDTH = 80
_LONGEST_DATA = 16
_TONES = {Tone.NEUTRAL: "Note", Tone.GOOD: "Good", Tone.WARN: "Caution", Tone.BAD: "Warning"}


def render_text(document: Document, *, width: int = WIDTH) -> str:
    """The whole document as text that ends with one newline."""
    parts = [_head(document, width)]
    parts += [_block(block, document, width) for block in document.blocks]
    parts += [_cautions(document, width), _footer(document, width)]
    lines = chain.from_iterable([*part, ""] for part in parts if part)
    return "\n".join(line.rstrip() for line in lines).rstrip("\n") + "\n"


def _head(document: Document, width: int) -> list[str]:
    facts = f"{document.plan}, as of {document.as_of.isoformat()}"
    lines = [*_wrap(document.title, width), *_wrap(facts, width), *_wrap(document.subtitle, width)]
    return [*lines, "=" * min(width, max(len(line) for line in lines))]


def _block(block: Block, document: Document, width: int, level: int = 0) -> list[str]:
    match block:
        case Section():
            return _section(block, document, width, level)
        case Paragraph():
            return _wrap(block.text, width)
        case KeyFigures():
            return _key_figures(block.figures, document, width)
        case Table():
            return table_lines(block, currency=document.currency, width=width)
        case Figure():
            return _figure(block, document, width)
        case Callout():
            return _wrap(f"{_TONES[block.tone]}: {block.text}", width, "  ")
        case Definitions():
            return list(
                chain.from_iterable(_wrap(f"{t}: {d}", width, "    ") for t, d in block.entries)
            )


def _section(section: Section, document: Document, width: int, level: int) -> list[str]:
    title = _wrap(section.title, width)
    lines = [*title, ("-" if level == 0 else ".") * max(len(line) for line in title)]
    for position, block in enumerate(section.blocks):
        lines += [""] if position else []
        lines += _block(block, document, width, level + 1)
    return lines


def _key_figures(figures: Iterable[KeyFigure], document: Document, width: int) -> list[str]:
    listed = list(figures)
    values = [shown(figure.value, figure.format, currency=document.currency) for figure in listed]
    label_width = max((len(figure.label) for figure in listed), default=0)
    value_width = max((len(value) for value in values), default=0)
    lines: list[str] = []
    for figure, value in zip(listed, values, strict=True):
        start = f"{figure.label:<{label_width}}  {value:>{value_width}}"
        text = f"{start}  {figure.note}" if figure.note else start
        fits = len(start) < width - 20
        lines += _wrap_aligned(text, width, len(start) + 2) if fits else _wrap(text, width, "    ")
    return lines


def _figure(figure: Figure, document: Document, width: int) -> list[str]:
    count = len(figure.data.rows)
    data = figure.data if count <= _LONGEST_DATA else _thinned(figure.data)
    return [
        *_wrap(figure.caption, width),
        "",
        *table_lines(data, currency=document.currency, width=width),
    ]


def _thinned(table: Table) -> Table:
    """Some evenly spread rows of a long table, first and last included, and a note that says so."""
    last = len(table.rows) - 1
    chosen = sorted({round(i * last / (_LONGEST_DATA - 1)) for i in range(_LONGEST_DATA)})
    note = f"{len(chosen)} of {last + 1} rows; all of them stand in the HTML report."
    rows = [table.rows[i] for i in chosen]
    totals = [chosen.index(i) for i in table.totals if i in chosen]
    return Table(table.title, table.columns, rows, " ".join((table.note, note)).strip(), totals)


def _cautions(document: Document, width: int) -> list[str]:
    if not document.cautions:
        return []
    return ["Cautions", "--------", *chain.from_iterable(
        _wrap(f"* {caution.message} [{caution.code}]", width, "  ") for caution in document.cautions
    )]  # fmt: skip


def _footer(document: Document, width: int) -> list[str]:
    if not document.footer:
        return []
    facts = chain.from_iterable(
        _wrap(f"{name}: {value}", width, "    ") for name, value in document.footer
    )
    return ["-" * width, *facts]


def _wrap(text: str, width: int, hang: str = "") -> list[str]:
    return textwrap.wrap(text, width, subsequent_indent=hang, break_on_hyphens=False)


def _wrap_aligned(text: str, width: int, start: int) -> list[str]:
    """Wrap what follows column `start` under itself, keeping the aligned beginning as it is."""
    head, rest = text[:start], text[start:]
    tail = textwrap.wrap(rest, width - start, break_on_hyphens=False) or [""]
    return [head + tail[0], *(" " * start + line for line in tail[1:])]


__all__ = ["WIDTH", "Align", "render_text"]
