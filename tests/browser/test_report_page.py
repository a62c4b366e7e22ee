from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import pytest

from defease.reports.document import Figure, walk
from defease.reports.export import write_report
from tests.unit.reports.sample_document import sample_document

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

FIGURES = [block for block in walk(sample_document().blocks) if isinstance(block, Figure)]
DESK, PHONE = 1280, 390


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_report(
        tmp_path_factory.mktemp("report") / "r.html", sample_document(), envelope={}
    )


@pytest.fixture
def requests() -> list[str]:
    return []


@pytest.fixture(params=[(DESK, "light"), (PHONE, "light"), (PHONE, "dark")], ids=str)
def page(
    browser: Browser, report: Path, requests: list[str], request: pytest.FixtureRequest
) -> Iterator[Page]:
    scheme: Literal["light", "dark"]
    width, scheme = request.param
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
    opened = context.new_page()
    opened.on("request", lambda made: requests.append(made.url))
    opened.on("console", lambda message: requests.append(f"console: {message.text}"))
    opened.goto(report.as_uri())
    yield opened
    context.close()


def width_of(page: Page) -> int:
    size = page.viewport_size
    assert size is not None
    return size["width"]


def test_nothing_is_fetched_and_nothing_complains(
    page: Page, requests: list[str], report: Path
) -> None:
    page.wait_for_load_state("networkidle")
    assert [url for url in requests if not url.startswith("data:")] == [report.as_uri()]


def test_the_page_never_scrolls_sideways_even_with_all_data_open(page: Page) -> None:
    page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true })")
    assert page.evaluate("document.documentElement.scrollWidth") <= width_of(page)


def test_every_chart_is_drawn_once_and_fits(page: Page) -> None:
    charts = page.locator(".chart svg:visible")
    assert charts.count() == len(FIGURES)
    for position in range(charts.count()):
        box = charts.nth(position).bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width_of(page)
        assert box["width"] > 250
        assert box["height"] > 100


def test_no_word_of_a_chart_is_cut_off(page: Page) -> None:
    outside = page.evaluate(
        """() => [...document.querySelectorAll('.chart svg')].filter(s => s.checkVisibility())
        .flatMap(svg => { const frame = svg.getBoundingClientRect();
            return [...svg.querySelectorAll('text')].filter(t => t.textContent).filter(t => {
                const box = t.getBoundingClientRect();
                return box.left < frame.left - 1 || box.right > frame.right + 1
                    || box.top < frame.top - 1 || box.bottom > frame.bottom + 1;
            }).map(t => t.textContent) })"""
    )
    assert outside == []


def test_numbers_are_aligned_and_losses_are_red(page: Page) -> None:
    cell = page.locator("td.negative:visible").first
    assert cell.inner_text() == "(134,800)"
    assert cell.evaluate("e => getComputedStyle(e).textAlign") == "right"
    red = cell.evaluate("e => getComputedStyle(e).color.match(/\\d+/g).map(Number)")
    assert red[0] > red[1] + 60
    assert red[0] > red[2] + 60
