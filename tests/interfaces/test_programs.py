"""What only a real program shows: closed pipes, interruption, a program started anywhere."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.command_line import defease, program

COMMAND = [sys.executable, "-W", "error", "-m", "defease"]


def test_a_closed_pipe_is_left_quietly(plans: Path) -> None:
    running = subprocess.Popen(
        [*COMMAND, "report", str(plans / "pension"), "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert running.stdout is not None
    assert running.stderr is not None
    assert running.stdout.read(1) == "{"
    running.stdout.close()
    assert running.stderr.read() == ""
    running.stderr.close()
    assert running.wait(timeout=60) == 0


@pytest.mark.parametrize("at", ["defease.services.plans.read_plan", "os.fsync"])
def test_an_interruption_leaves_130_and_no_file(
    plans: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at: str
) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(at, interrupted)
    answer = defease("value", plans / "bullet", "-o", tmp_path / "v.txt")
    assert (answer.code, answer.out) == (130, "")
    assert "Traceback" not in answer.err
    assert list(tmp_path.iterdir()) == []


def test_a_relative_path_from_any_folder(plans: Path) -> None:
    answer = program("check", "bullet", folder=plans)
    assert (answer.code, answer.err) == (0, "")


INTERRUPTED_WHILE_LOADING = """
import sys


class Interrupt:
    def find_spec(self, name, *_):
        if name == "defease.cli.app":
            raise KeyboardInterrupt


sys.meta_path.insert(0, Interrupt())
from defease.cli import main

main(["--help"])
"""


def test_an_interruption_while_loading_is_as_quiet() -> None:
    command = [sys.executable, "-W", "error", "-c", INTERRUPTED_WHILE_LOADING]
    ended = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert (ended.returncode, ended.stdout, ended.stderr) == (130, "", "")
