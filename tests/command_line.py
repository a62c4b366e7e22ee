"""Running the command line in tests: in this process where it can be, as a program elsewhere."""

from __future__ import annotations

import contextlib
import io
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from defease.cli import main
from defease.services.samples import SAMPLES, copy_sample

__all__ = ["PLAN_COMMANDS", "SAMPLES", "Answer", "defease", "edited", "program", "sample"]

PLAN_COMMANDS = ("check", "value", "exhaust", "match", "stress", "report")


@dataclass(frozen=True)
class Answer:
    """What a run of the command line left behind."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Standard output as JSON, read strictly: no NaN, no infinity, no key twice."""
        return strict_json(self.out)

    @property
    def problems(self) -> list[dict[str, str]]:
        """The problems of the JSON error envelope."""
        found: list[dict[str, str]] = self.json["error"]["problems"]
        return found


def strict_json(text: str) -> Any:
    """JSON as a strict reader takes it."""
    return json.loads(text, parse_constant=_refuse, object_pairs_hook=_once)


def _refuse(constant: str) -> None:
    message = f"{constant} is not JSON"
    raise AssertionError(message)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    assert len(found) == len(pairs), f"a key stands twice: {[name for name, _ in pairs]}"
    return found


def defease(*arguments: object) -> Answer:
    """Run the command line in this process."""
    out, err = io.StringIO(), io.StringIO()
    code: int | str | None = None
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            main([str(argument) for argument in arguments])
        except SystemExit as done:
            code = done.code
    assert isinstance(code, int), f"left with {code!r}, not with an exit code"
    return Answer(code, out.getvalue(), err.getvalue())


def program(*arguments: object, folder: Path | None = None, **environment: str) -> Answer:
    """Run `python -m defease` as its own program."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-m", "defease", *map(str, arguments)],
        check=False,
        capture_output=True,
        cwd=folder,
        encoding="utf-8",
        env={**os.environ, **environment},
        timeout=120,
    )
    return Answer(done.returncode, done.stdout, done.stderr)


def sample(folder: Path, name: str) -> Path:
    """A fresh copy of a sample plan inside a folder."""
    copy_sample(folder / name, example=name)
    return folder / name


def edited(file: Path, old: str, new: str) -> None:
    """Replace a text that stands once in a file, so that a test breaks what it means to break."""
    text = file.read_text(encoding="utf-8")
    assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {file.name}"
    file.write_text(text.replace(old, new), encoding="utf-8")
