"""A document as one self-contained HTML page: inline style and SVG, no script, nothing fetched."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from itertools import count
from typing import TYPE_CHECKING, Any

from defease.reports.document import KeyFigures, Section, walk
from defease.reports.formats import shown
from defease.reports.svg import render_svg, with_unique_ids
from defease.reports.tables import shown_table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jinja2 import Environment, Template

    from defease.reports.document import Block, Document, Figure, KeyFigure, Table
    from defease.reports.tables import ShownTable

WIDE = 820
NARROW = 330
_CAUTIONS = "Cautions"


def render_html(document: Document) -> str:
    """The whole page as text, the same for the same document."""
    leading, rest = _split_leading(document)
    page = _Page(document)
    return _template().render(
        doc=document,
        page=page,
        leading=leading,
        blocks=rest,
        contents=[s for s in rest if isinstance(s, Section)],
        cautions_title=_CAUTIONS,
        css=_style_sheet(),
    )


@dataclass(slots=True)
class _Page:
    """What the template asks about a document: texts, tables, pictures, addresses."""

    document: Document
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))
    _anchors: dict[int, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        taken = {slug(_CAUTIONS)}
        for block in walk(self.document.blocks):
            if isinstance(block, Section):
                self._anchors[id(block)] = _free_anchor(slug(block.title), taken)

    def kind(self, block: Block) -> str:
        """The name of the macro that shows a block."""
        return type(block).__name__

    def anchor(self, section: Section) -> str:
        """The id of a section's heading."""
        return self._anchors[id(section)]

    def value(self, figure: KeyFigure) -> str:
        """The number of a tile with its unit."""
        return shown(figure.value, figure.format, currency=self.document.currency)

    def is_negative(self, figure: KeyFigure) -> bool:
        """Whether the number of a tile is below zero."""
        return self.value(figure)[:1] in {"(", "-"} and isinstance(figure.value, int | float)

    def table(self, table: Table) -> ShownTable:
        """The final texts of a table."""
        return shown_table(table, currency=self.document.currency)

    def pictures(self, figure: Figure) -> dict[str, Any]:
        """The chart for a desk and for a phone; trusted, since its text is escaped when drawn."""
        from markupsafe import Markup

        number = next(self._numbers)
        drawn = {
            name: render_svg(figure.spec, width=w)
            for name, w in (("wide", WIDE), ("narrow", NARROW))
        }
        return {
            name: Markup(with_unique_ids(_hidden_inside(svg), f"chart{number}-{name}"))  # noqa: S704
            for name, svg in drawn.items()
        }


def slug(title: str) -> str:
    """An address made of a title.

    Examples
    --------
    >>> slug("Funded status, every basis")
    'funded-status-every-basis'
    """
    return re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-") or "section"


def _free_anchor(wanted: str, taken: set[str]) -> str:
    numbered = (wanted if n == 1 else f"{wanted}-{n}" for n in count(1))
    found = next(name for name in numbered if name not in taken)
    taken.add(found)
    return found


def _hidden_inside(svg: str) -> str:
    """The picture without its own labels for screen readers: the words beside it say it better."""
    return svg.replace("<svg ", '<svg aria-hidden="true" focusable="false" ', 1)


def _split_leading(document: Document) -> tuple[list[Block], list[Block]]:
    """The tiles that open the document stand above the contents list, all else below."""
    blocks = list(document.blocks)
    first_other = next(
        (i for i, b in enumerate(blocks) if not isinstance(b, KeyFigures)), len(blocks)
    )
    return blocks[:first_other], blocks[first_other:]


@cache
def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    loader = PackageLoader("defease.reports", "templates")
    return Environment(
        loader=loader,
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _template() -> Template:
    return _environment().get_template("report.html")


@cache
def _style_sheet() -> Any:
    from markupsafe import Markup

    text = (files("defease.reports") / "templates" / "report.css").read_text(encoding="utf-8")
    return Markup(text)  # noqa: S704  (our own file, no input in it)
