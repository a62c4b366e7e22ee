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


class Printed(dict[tuple[str, str], str]):
    """What a command prints about a sample, asked once and only when a test wants it."""

    def __init__(self, plans: Path, *options: str) -> None:
        super().__init__()
        self.plans, self.options = plans, options

    def __missing__(self, asked: tuple[str, str]) -> str:
        name, command = asked
        answer = defease(command, self.plans / name, *self.options)
        assert (answer.code, answer.err) == (0, ""), (asked, answer.err)
        self[asked] = answer.out
        return answer.out


@pytest.fixture(scope="session")
def texts(plans: Path) -> Printed:
    """What every command prints about every sample."""
    return Printed(plans)


@pytest.fixture(scope="session")
def bodies(plans: Path) -> Printed:
    """What every command prints about every sample with --json."""
    return Printed(plans, "--json")
