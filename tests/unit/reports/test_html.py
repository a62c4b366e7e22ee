from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from html.parser import HTMLParser

from defease.reports.document import (
    Block,
    Callout,
    Column,
    Definitions,
    Document,
    Figure,
    KeyFigure,
    KeyFigures,
    Paragraph,
    Section,
    Table,
    walk,
)
from defease.reports.html import render_html
from defease.reports.tables import shown_table
from defease.reports.text import render_text
from tests.unit.reports.sample_document import sample_document

EVIL = "</title><script>alert(1)</script><img src=x onerror=alert(1)>\"' & <b>"


class Page(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.texts.append(data.strip())


def test_the_page_is_self_contained() -> None:
    text = render_html(sample_document())
    page = Page(text)
    names = {tag for tag, _ in page.tags}
    assert not names & {"script", "img", "iframe", "object", "embed", "base", "form"}
    for tag, attributes in page.tags:
        assert not any(name.startswith("on") for name in attributes), tag
        link = attributes.get("href") or attributes.get("src") or "#"
        assert link.startswith(("#", "data:,")), (tag, link)
    assert "@import" not in text
    assert not re.findall(r"url\((?!#)", text)
    policy = next(a for t, a in page.tags if a.get("http-equiv") == "Content-Security-Policy")
    expected = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
    assert policy["content"] == expected


def test_ids_are_unique_and_every_link_has_its_target() -> None:
    page = Page(render_html(sample_document()))
    ids = Counter(a["id"] for _, a in page.tags if "id" in a)
    assert set(ids.values()) == {1}
    links = [a["href"] for t, a in page.tags if t == "a"]
    assert links
    assert all(link is not None and link[1:] in ids for link in links)


def test_sections_of_the_same_name_get_their_own_addresses() -> None:
    twice = [Section("Cautions", [Paragraph("a")]), Section("Cautions", [Paragraph("b")])]
    document = Document(title="T", plan="P", as_of=dt.date(2026, 1, 1), blocks=twice)
    page = Page(render_html(document))
    assert [a["id"] for t, a in page.tags if t == "h2"] == ["cautions-2", "cautions-3"]


def test_tables_are_semantic() -> None:
    page = Page(render_html(sample_document()))
    count = Counter(tag for tag, _ in page.tags)
    assert count["table"] == count["caption"] == count["thead"] > 5
    assert all(a.get("scope") in {"col", "row"} for t, a in page.tags if t == "th")
    assert all(a.get("aria-label") for _, a in page.tags if a.get("role") == "img")


def test_every_text_is_escaped_wherever_it_stands() -> None:
    table = Table(
        EVIL, [Column("a", EVIL), Column("b", EVIL, unit=EVIL)], [[EVIL, EVIL]], note=EVIL
    )
    chart = next(b.spec for b in walk(sample_document().blocks) if isinstance(b, Figure))
    blocks: list[Block] = [
        KeyFigures([KeyFigure(EVIL, EVIL, note=EVIL)]),
        Section(EVIL, [Paragraph(EVIL), Callout(EVIL), Definitions([(EVIL, EVIL)])]),
        Figure(EVIL, chart, table, EVIL),
        table,
    ]
    document = Document(
        title=EVIL, plan=EVIL, as_of=dt.date(2026, 1, 1), blocks=blocks, subtitle=EVIL,
        currency=EVIL, footer=[(EVIL, EVIL)],
    )  # fmt: skip
    page = Page(render_html(document))
    assert not {tag for tag, _ in page.tags} & {"script", "img", "b"}
    assert not any(name.startswith("on") for _, a in page.tags for name in a)


def test_text_and_page_show_identical_numbers() -> None:
    document = sample_document()
    text, page = render_text(document), Page(render_html(document))
    shown = set(page.texts)
    for block in document.blocks:
        tables = [b for b in walk([block]) if isinstance(b, Table)]
        for table in tables:
            cells = [c.text for row in shown_table(table, currency="USD").rows for c in row[1:]]
            assert set(cells) <= shown
            assert all(cell.split()[0] in text for cell in cells)


def test_same_document_same_bytes() -> None:
    assert render_html(sample_document()) == render_html(sample_document())
