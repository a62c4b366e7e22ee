"""What a report says, as frozen values; how it looks is the renderers' business.

A document is built bottom-up, with lists wherever several things are wanted::

    bases = Table(
        "Funded status by basis",
        [Column("basis", "Basis"), Column("pv", "Liability", MONEY),
         Column("ratio", "Funded ratio", PERCENT)],
        [["treasury", 250.0e9, 0.79], ["assumed return", 230.0e9, 0.86]],
        note="Net of future contributions.",
        totals=[-1],                                   # rows set off as totals
    )
    Document(
        title="Board report", plan="Harbour Pension Plan", subtitle="Funding and matching",
        as_of=dt.date(2025, 12, 31), currency="USD",
        blocks=[
            KeyFigures([KeyFigure("Funded ratio", 0.79, PERCENT, note="treasury")]),
            Section("Funded status", [
                Paragraph("The plan holds 79% of what it owes."),
                bases,
                Figure("Funded ratio 79% on Treasury rates.", basis_bars(...), bases, alt="..."),
                Callout("Contributions are assumed to be paid in full.", Tone.WARN),
                Definitions([("Funded ratio", "assets divided by liability")]),
                Section("A subsection", [...]),
            ]),
        ],
        cautions=[Caution("extrapolated", "...")],     # defease.errors.Caution
        footer=[("Version", "0.1.0"), ("plan.toml", "sha256 ...")],
    )

A cell is a number, text, a date, yes or no, or None (missing); a cell with a format of its own is
`Formatted(value, format)`.  Formats stand in `defease.reports.formats`.  Numpy scalars are
unwrapped; NaN and infinity are refused with the place where they stand.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any

from defease.reports.formats import TEXT, Format
from defease.reports.values import Value, frozen, internal_error, plain

if TYPE_CHECKING:
    from defease.errors import Caution

Spec = Mapping[str, Any]


class Tone(Enum):
    """How a figure or a callout should be read."""

    NEUTRAL = "neutral"
    GOOD = "good"
    WARN = "warn"
    BAD = "bad"


class Align(Enum):
    """The side on which the cells of a column stand."""

    LEFT = "left"
    RIGHT = "right"


@dataclass(frozen=True, slots=True)
class Formatted:
    """A cell that is not in its column's format, such as a ratio below amounts."""

    value: Value
    format: Format

    def __post_init__(self) -> None:
        object.__setattr__(self, "value", plain(self.value, where="a formatted cell"))


Cell = Value | Formatted


@dataclass(frozen=True, slots=True)
class Column:
    """A column: key for programs, label for people, how its cells are shown.

    Numbers stand right, text left, unless `align` says otherwise; `unit` replaces the unit of the
    format.
    """

    key: str
    label: str
    format: Format = TEXT
    align: Align | None = None
    unit: str = ""

    @property
    def side(self) -> Align:
        """Where the cells stand."""
        return self.align or (Align.RIGHT if self.format.is_numeric else Align.LEFT)


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under columns, with a title, an optional note, and the positions of total rows."""

    title: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]
    note: str = ""
    totals: Sequence[int] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "columns", frozen(self.columns))
        object.__setattr__(
            self, "rows", tuple(self._checked(i, row) for i, row in enumerate(self.rows))
        )
        count = len(self.rows)
        object.__setattr__(self, "totals", tuple(i if i >= 0 else count + i for i in self.totals))

    def _checked(self, index: int, row: Sequence[Cell]) -> tuple[Cell, ...]:
        where = f"table '{self.title}', row {index + 1}"
        if len(row) != len(self.columns):
            raise internal_error(where, f"has {len(row)} cells under {len(self.columns)} columns")
        return tuple(
            cell if isinstance(cell, Formatted) else plain(cell, where=f"{where}, '{column.key}'")
            for cell, column in zip(row, self.columns, strict=True)
        )

    def cells_of(self, position: int) -> Iterator[tuple[Value, Format]]:
        """Value and format of every cell of one column, from top to bottom."""
        column = self.columns[position]
        for row in self.rows:
            cell = row[position]
            yield (
                (cell.value, cell.format) if isinstance(cell, Formatted) else (cell, column.format)
            )


@dataclass(frozen=True, slots=True)
class KeyFigure:
    """A tile: a label, one number in its format, a short note, and how to read it."""

    label: str
    value: Value
    format: Format = TEXT
    note: str = ""
    tone: Tone = Tone.NEUTRAL

    def __post_init__(self) -> None:
        object.__setattr__(self, "value", plain(self.value, where=f"key figure '{self.label}'"))


@dataclass(frozen=True, slots=True)
class KeyFigures:
    """The few numbers to read first, side by side."""

    figures: Sequence[KeyFigure]

    def __post_init__(self) -> None:
        object.__setattr__(self, "figures", frozen(self.figures))


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Plain sentences."""

    text: str


@dataclass(frozen=True, slots=True)
class Callout:
    """A sentence set off from the text because of its weight."""

    text: str
    tone: Tone = Tone.NEUTRAL


@dataclass(frozen=True, slots=True)
class Figure:
    """A chart: a caption sentence with its main number, the specification, its data, words for it.

    `spec` is a Vega-Lite specification with inline data; `data` is shown where no picture can
    be; `alt` describes the chart for those who cannot see it (the caption when empty).
    """

    caption: str
    spec: Spec
    data: Table
    alt: str = ""


@dataclass(frozen=True, slots=True)
class Definitions:
    """Terms and what they mean here: conventions and assumptions."""

    entries: Sequence[tuple[str, str]]

    def __post_init__(self) -> None:
        object.__setattr__(self, "entries", frozen(self.entries))


@dataclass(frozen=True, slots=True)
class Section:
    """Blocks under a heading; sections may hold sections."""

    title: str
    blocks: Sequence[Block]

    def __post_init__(self) -> None:
        object.__setattr__(self, "blocks", frozen(self.blocks))


Block = Section | Paragraph | KeyFigures | Table | Figure | Callout | Definitions


@dataclass(frozen=True, slots=True)
class Document:
    """A whole report: what it is about, its blocks, its cautions, and the facts of the run."""

    title: str
    plan: str
    as_of: dt.date
    blocks: Sequence[Block]
    subtitle: str = ""
    currency: str = "USD"
    cautions: Sequence[Caution] = ()
    footer: Sequence[tuple[str, str]] = ()

    def __post_init__(self) -> None:
        for name in ("blocks", "cautions", "footer"):
            object.__setattr__(self, name, frozen(getattr(self, name)))


def walk(blocks: Sequence[Block]) -> Iterator[Block]:
    """Every block in reading order, those inside sections included."""
    for block in blocks:
        yield block
        if isinstance(block, Section):
            yield from walk(block.blocks)


def data_table(
    title: str, columns: Mapping[str, Iterable[object]], styles: Sequence[Format]
) -> Table:
    """The data of a chart as a table, from named columns of equal length and their formats.

    Examples
    --------
    >>> from defease.reports.formats import LABEL, MONEY
    >>> data_table("Payments", {"Year": [2026, 2027], "Benefits": [5.0, 6.0]}, [LABEL, MONEY]).rows
    ((2026, 5.0), (2027, 6.0))
    """
    heads = [Column(name, name, style) for name, style in zip(columns, styles, strict=True)]
    rows = zip(*columns.values(), strict=True)
    plain_rows = [[plain(cell, where=f"data of '{title}'") for cell in row] for row in rows]
    return Table(title, heads, plain_rows)


__all__ = [
    "Align",
    "Block",
    "Callout",
    "Cell",
    "Column",
    "Definitions",
    "Document",
    "Figure",
    "Formatted",
    "KeyFigure",
    "KeyFigures",
    "Paragraph",
    "Section",
    "Spec",
    "Table",
    "Tone",
    "Value",
    "data_table",
    "walk",
]
