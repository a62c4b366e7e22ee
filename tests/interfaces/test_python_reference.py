"""The reference of Python names everything public, and nothing that is not."""

from __future__ import annotations

import re
from pathlib import Path

import defease

PAGE = Path(__file__).resolve().parents[2] / "docs" / "reference" / "python.md"


def first_columns() -> set[str]:
    rows = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line[:3] == "| `"]
    return {name for row in rows for name in re.findall(r"`(\w+)`", row.split("|")[1])}


def test_every_public_name_is_described() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert [name for name in defease.__all__ if f"`{name}`" not in text] == []


def test_every_described_name_is_public() -> None:
    assert first_columns() <= set(defease.__all__)
