"""Writes tests/golden/matching: the programmes of small matching questions as text.

python -m tools.make_goldens
"""

from __future__ import annotations

import inspect
import textwrap
from collections.abc import Callable
from pathlib import Path

from tools.golden_programs import QUESTIONS

from defease.matching import MatchingQuestion
from defease.matching.text import program_text

FOLDER = Path(__file__).resolve().parents[1] / "tests" / "golden" / "matching"


def golden_file(make: Callable[[], MatchingQuestion]) -> Path:
    """Where the programme of a question is kept."""
    return FOLDER / f"{make.__name__}.txt"


def golden_text(make: Callable[[], MatchingQuestion]) -> str:
    """What the question is about, and its programme."""
    about = textwrap.fill(
        inspect.getdoc(make) or "", 98, initial_indent="# ", subsequent_indent="# "
    )
    return f"{about}\n{program_text(make())}"


if __name__ == "__main__":
    FOLDER.mkdir(parents=True, exist_ok=True)
    for left_over in set(FOLDER.iterdir()) - {golden_file(question) for question in QUESTIONS}:
        left_over.unlink()
    for question in QUESTIONS:
        golden_file(question).write_text(golden_text(question), encoding="utf-8")
