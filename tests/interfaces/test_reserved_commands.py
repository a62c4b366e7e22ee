"""Commands that are promised but not built: refused in words, never taken for a typing error."""

from __future__ import annotations

from pathlib import Path

import pytest

from defease.cli.app import RESERVED
from tests.command_line import defease

PROMISED = [
    "allocate",
    "backup",
    "batch",
    "compare",
    "explain",
    "export",
    "glide",
    "import",
    "project",
    "restore",
    "runs",
    "selfcheck",
    "serve",
    "simulate",
    "verify",
    "warmup",
]


@pytest.mark.parametrize("name", PROMISED)
def test_a_reserved_command_says_so(tmp_path: Path, name: str) -> None:
    answer = defease(name, tmp_path, "--years", "3")
    assert (answer.code, answer.out) == (2, "")
    assert f"defease {name}: is not available in this version" in answer.err


@pytest.mark.parametrize("name", PROMISED)
def test_so_it_does_in_json(name: str) -> None:
    answer = defease(name, "--json")
    assert (answer.code, answer.err) == (2, "")
    assert answer.json["error"]["code"] == "input"


def test_help_and_remedies_name_only_what_can_be_used() -> None:
    listed = defease("--help").out
    mistyped = defease("qqq").err
    for name in RESERVED:
        assert f"\n  {name} " not in listed
        assert name not in mistyped.split("known here:")[1]
