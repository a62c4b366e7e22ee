"""The programmes of small questions against their text in this folder: a change of the formulation
is seen in review.  After a wanted change renew the files with ``python -m tools.make_goldens``.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from tools.golden_programs import QUESTIONS, carried, group_limits
from tools.make_goldens import FOLDER, golden_file, golden_text

from defease.matching import MatchingQuestion
from defease.matching.text import program_text
from defease.solvers import LinearSolution, solve_linear_program

RENEW = "the programme has changed; if that is wanted, run `python -m tools.make_goldens`"
Maker = Callable[[], MatchingQuestion]


@pytest.mark.parametrize("make", QUESTIONS, ids=lambda make: make.__name__)
def test_the_programme_is_the_one_that_was_reviewed(make: Maker) -> None:
    assert golden_text(make) == golden_file(make).read_text(encoding="utf-8"), RENEW


@pytest.mark.parametrize("make", QUESTIONS, ids=lambda make: make.__name__)
def test_every_golden_question_has_a_portfolio(make: Maker) -> None:
    found = solve_linear_program(make().program().program)
    assert isinstance(found, LinearSolution)
    assert found.certificate.holds


def test_no_text_is_left_over() -> None:
    assert {file.name for file in FOLDER.iterdir()} == {
        golden_file(make).name for make in QUESTIONS
    }


def test_another_number_is_another_text() -> None:
    first = program_text(carried())
    paid = carried().with_shares_paid(np.array([1.0, 1.0, 1.0, 0.5]))
    assert "= 1000" in first.split("balance[2026-07-31]")[1]
    changed = set(program_text(paid).splitlines()) ^ set(first.splitlines())
    assert changed == {"      = 2000", "      = 1000"}


def test_every_column_and_row_has_a_name() -> None:
    text = program_text(group_limits())
    assert "[]" not in text
    assert "  :" not in text
    rows = [line for line in text.splitlines() if line.startswith("  ") and line.endswith(":")]
    assert len(rows) == len(set(rows)) == len(group_limits().program().program.row_lower)
