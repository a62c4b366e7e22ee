"""The five sample plans, copied once by the command line; tests of this folder only read them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.command_line import SAMPLES, defease


@pytest.fixture(scope="session")
def plans(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with every sample under its own name."""
    root = tmp_path_factory.mktemp("samples")
    for name in SAMPLES:
        answer = defease("init", root / name, "--example", name)
        assert (answer.code, answer.err) == (0, "")
        assert (root / name / "plan.toml").is_file()
    return root
