"""What tests of builders look for: blocks of one kind, and that every renderer can show them."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from typing import TypeVar

from defease.reports.charts import checked_spec
from defease.reports.csv_output import render_csv
from defease.reports.document import Block, Document, Figure, Paragraph, Table, walk
from defease.reports.html import render_html
from defease.reports.json_output import canonical_json, document_value
from defease.reports.text import render_text

Kind = TypeVar("Kind", bound=Block)


def of_kind(blocks: Sequence[Block], kind: type[Kind]) -> list[Kind]:
    """Every block of one kind in reading order, those inside sections included."""
    return [block for block in walk(blocks) if isinstance(block, kind)]


def table(blocks: Sequence[Block], start: str) -> Table:
    """The first table whose title starts so, data of charts included."""
    data = [figure.data for figure in of_kind(blocks, Figure)]
    tables = [*of_kind(blocks, Table), *data]
    return next(each for each in tables if each.title.startswith(start))


def words(blocks: Sequence[Block]) -> str:
    """All sentences of the paragraphs."""
    return " ".join(block.text for block in of_kind(blocks, Paragraph))


def rendered(blocks: Sequence[Block]) -> str:
    """The blocks as text, after the page was drawn too and every chart was checked."""
    day = dt.date(2026, 1, 31)
    document = Document(title="Matching", plan="Plan", as_of=day, blocks=blocks)
    for figure in of_kind(blocks, Figure):
        json.dumps(checked_spec(figure.spec), allow_nan=False)
    assert "</html>" in render_html(document)
    assert render_csv(document)
    canonical_json(document_value(document))
    return render_text(document)
