"""Where published figures for tests lie: the folder `shared` beside the checkout."""

from __future__ import annotations

import csv
import gzip
import io
import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest

SHARED = Path(__file__).resolve().parents[2] / "shared"


def shared_file(relative: str) -> Path:
    """The path of a shared file; the calling test skips with a clear message where it is absent."""
    path = SHARED / relative
    if not path.exists():
        pytest.skip(f"needs ../shared/{relative}, which is not beside this checkout")
    return path


@cache
def shared_json(relative: str) -> Any:
    """A shared JSON file, parsed."""
    return json.loads(shared_file(relative).read_text(encoding="utf-8"))


@cache
def shared_rows(relative: str) -> list[dict[str, str]]:
    """The rows of a shared CSV file (plain or .gz) as dictionaries of text."""
    path = shared_file(relative)
    packed = path.read_bytes()
    text = (gzip.decompress(packed) if path.suffix == ".gz" else packed).decode("utf-8")
    return list(csv.DictReader(io.StringIO(text)))


def mathematics_case(identifier: str) -> dict[str, Any]:
    """One case of ../shared/cases/mathematics.json by its id."""
    return _case("cases/mathematics.json", identifier)


def matching_case(identifier: str) -> dict[str, Any]:
    """One case of ../shared/cases/matching.json by its id."""
    return _case("cases/matching.json", identifier)


def _case(relative: str, identifier: str) -> dict[str, Any]:
    found: dict[str, Any] = next(c for c in shared_json(relative)["cases"] if c["id"] == identifier)
    return found
