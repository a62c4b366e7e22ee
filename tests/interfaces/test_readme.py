"""The README and the documentation, executed: commands answer, programs print what is printed.

Every page runs in a folder of its own, from top to bottom.  In a `console` block each line after
`$` is a command, and the lines below it are in its output; a `python` block followed by a `text`
block prints that text.
"""

from __future__ import annotations

import contextlib
import io
import re
import shlex
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import pytest

from defease.cli.app import defease as command_line
from tests.command_line import defease

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
FENCE = re.compile(r"^```(?P<kind>[a-z]*)\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)
RUNS = frozenset({"console", "python"})


@dataclass(frozen=True)
class Block:
    """A fenced block, and whether nothing but blank lines stands between it and the one before."""

    kind: str
    body: str
    follows: bool


def blocks(text: str) -> list[Block]:
    found: list[Block] = []
    end = 0
    for match in FENCE.finditer(text):
        follows = bool(found) and not text[end : match.start()].strip()
        found.append(Block(match["kind"], match["body"], follows))
        end = match.end()
    return found


def executed() -> list[Path]:
    return [p for p in PAGES if RUNS & {block.kind for block in blocks(p.read_text("utf-8"))}]


def flat(text: str) -> str:
    return " ".join(text.split())


def run_console(body: str) -> None:
    for entry in re.split(r"^\$ ", body, flags=re.MULTILINE)[1:]:
        line, _, shown = entry.partition("\n")
        program, *arguments = shlex.split(line, comments=True)
        assert program == "defease", f"only defease runs in a console block: {line}"
        answer = defease(*arguments)
        refused = shown.startswith("defease:")
        assert (answer.code != 0) == refused, f"{line}: {answer.err}"
        assert flat(shown) in flat(answer.err if refused else answer.out), line


def run_python(body: str, names: dict[str, object], page: str) -> str:
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(body, page, "exec"), names)  # noqa: S102 - our own documentation
    return printed.getvalue()


@pytest.mark.parametrize("page", executed(), ids=lambda page: str(page.relative_to(ROOT)))
def test_every_example_does_what_the_page_says(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    found = blocks(page.read_text("utf-8"))
    for block, below in pairwise([*found, Block("", "", follows=False)]):
        if block.kind == "console":
            run_console(block.body)
        if block.kind == "python":
            printed = run_python(block.body, names, page.name)
            if below.kind == "text" and below.follows:
                assert printed == below.body


def test_the_three_examples_of_the_readme_are_among_them() -> None:
    run = "".join(b.body for b in blocks((ROOT / "README.md").read_text("utf-8")) if b.kind in RUNS)
    assert {"defease.value(", "defease.exhaust(", "defease.match("} <= set(
        re.findall(r"defease\.\w+\(", run)
    )


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_command_and_make_target_that_is_named_exists(page: Path) -> None:
    text = page.read_text("utf-8")
    commands = set(re.findall(r"(?:^\$ |`)defease ([a-z]+)", text, flags=re.MULTILINE))
    assert commands - set(command_line.commands) == set()
    makefile = (ROOT / "Makefile").read_text("utf-8")
    targets = set(re.findall(r"(?:^|`)make ([a-z]+)", text, flags=re.MULTILINE))
    assert {name for name in targets if f"\n{name}:" not in makefile} == set()


def test_every_link_of_the_readme_leads_to_a_file() -> None:
    links = re.findall(r"\]\(([^)#]+)\)", (ROOT / "README.md").read_text("utf-8"))
    local = [link for link in links if not link.startswith("http")]
    assert local
    assert [link for link in local if not (ROOT / link).exists()] == []
