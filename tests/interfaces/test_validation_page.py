"""Published numbers: ours agree, and the validation page shows them as they are."""

from __future__ import annotations

import pytest
from tools.make_validation_page import PAGE, page
from tools.validation_checks import CHECKS, Check


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.what)
def test_ours_agrees_with_the_published_number(check: Check) -> None:
    assert check.ours() == pytest.approx(check.published, rel=0.0, abs=check.tolerance)


def test_the_committed_page_is_up_to_date() -> None:
    remedy = "run: python -m tools.make_validation_page"
    assert PAGE.read_text(encoding="utf-8") == page(), remedy


def test_every_test_the_page_names_exists() -> None:
    root = PAGE.parents[1]
    named = [word.strip("`") for word in page().split() if word.startswith("`tests/")]
    assert len(named) >= 9
    assert [name for name in named if not (root / name).exists()] == []
