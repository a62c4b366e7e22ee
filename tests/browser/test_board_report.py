"""The board reports of real sample plans in Chromium: desk and phone, light and dark."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import pytest

from defease.reports.document import Figure, Section, walk
from defease.reports.export import write_report
from defease.services import copy_sample, report

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from defease.reports.document import Document

DESK, PHONE = 1280, 390
HEADINGS = (
    "Funded status",
    "What is owed, and when",
    "What moves the liability",
    "Will the money last",
    "The matched portfolio",
    "Stress tests",
    "Assumptions and conventions",
)
CUT_OFF = """() => [...document.querySelectorAll('.chart svg')].filter(s => s.checkVisibility())
    .flatMap(svg => { const frame = svg.getBoundingClientRect();
        return [...svg.querySelectorAll('text')].filter(t => t.textContent).filter(t => {
            const box = t.getBoundingClientRect();
            return box.left < frame.left - 1 || box.right > frame.right + 1
                || box.top < frame.top - 1 || box.bottom > frame.bottom + 1;
        }).map(t => t.textContent) })"""
CONTRAST = """() => {
  const luminance = colour => { const [r, g, b] = colour.match(/[\\d.]+/g).map(Number)
      .map(v => v / 255).map(v => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b };
  const text = luminance(getComputedStyle(document.body).color);
  const paper = luminance(getComputedStyle(document.body).backgroundColor);
  return (Math.max(text, paper) + 0.05) / (Math.min(text, paper) + 0.05) }"""


class Board:
    """A report written to a file, and what was asked of the network while it was open."""

    def __init__(self, document: Document, file: Path) -> None:
        self.document, self.file = document, file
        self.seen: list[str] = []

    @property
    def charts(self) -> int:
        return sum(isinstance(block, Figure) for block in walk(self.document.blocks))

    @property
    def headings(self) -> list[str]:
        return [block.title for block in self.document.blocks if isinstance(block, Section)]


@pytest.fixture(scope="module")
def boards(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Board]:
    root, found = tmp_path_factory.mktemp("boards"), {}
    for name in ("pension", "corporate"):
        copy_sample(root / name, example=name)
        result = report(root / name)
        file = write_report(root / f"{name}.html", result.document, envelope=result.to_dict())
        found[name] = Board(result.document, file)
    return found


VIEWS = [
    (name, width, scheme)
    for name in ("pension", "corporate")
    for width in (DESK, PHONE)
    for scheme in ("light", "dark")
]


@pytest.fixture(params=VIEWS, ids=str)
def view(
    browser: Browser, boards: dict[str, Board], request: pytest.FixtureRequest
) -> Iterator[tuple[Page, Board]]:
    scheme: Literal["light", "dark"]
    name, width, scheme = request.param
    board = boards[name]
    board.seen.clear()
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
    page = context.new_page()
    page.on("request", lambda made: board.seen.append(made.url))
    page.on("console", lambda message: board.seen.append(f"console: {message.text}"))
    page.on("pageerror", lambda error: board.seen.append(f"error: {error}"))
    page.goto(board.file.as_uri())
    yield page, board
    context.close()


def test_the_report_is_whole_at_every_width_and_in_both_schemes(view: tuple[Page, Board]) -> None:
    page, board = view
    size = page.viewport_size
    assert size is not None
    page.wait_for_load_state("networkidle")
    assert [url for url in board.seen if not url.startswith("data:")] == [board.file.as_uri()]
    shown = page.locator("h2").all_inner_texts()
    assert [text.strip() for text in shown if text.strip() in board.headings] == board.headings
    assert page.locator("h1").inner_text().strip() == board.document.title
    page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true })")
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
    charts = page.locator(".chart svg:visible")
    assert charts.count() == board.charts
    for position in range(charts.count()):
        box = charts.nth(position).bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= size["width"]
        assert min(box["width"] / 250, box["height"] / 100) > 1
    assert page.evaluate(CUT_OFF) == []
    assert page.evaluate(CONTRAST) > 7


@pytest.mark.parametrize("name", ["pension", "corporate"])
def test_the_report_tells_everything_that_a_board_asks(boards: dict[str, Board], name: str) -> None:
    told = " | ".join(boards[name].headings)
    missing = [heading for heading in HEADINGS if heading.lower() not in told.lower()]
    assert missing == [], told
    assert boards[name].charts >= 5
