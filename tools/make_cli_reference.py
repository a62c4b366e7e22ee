"""Writes docs/reference/cli.md from the commands themselves.

python -m tools.make_cli_reference
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from defease.cli.app import defease

PAGE = Path(__file__).resolve().parents[1] / "docs" / "reference" / "cli.md"
WIDTH = 80
HEAD = """# Command line

Written by `python -m tools.make_cli_reference` from the commands themselves; a test fails when
this page is out of date.

`PLAN` is a folder that holds `plan.toml`. Tables fit 80 columns. Every command that reads a plan
takes the same options:

- `--set KEY=VALUE` replaces one key of the plan before it is checked, and may be repeated. Keys
  are dotted; an item of a list is named by its `name`, as in
  `--set discounting.low_default_risk.rate=0.045`.
- `--as-of DATE` values on another day. Flows on or before it are left out, counted and summed in
  the cautions.
- `-o FILE` writes the result instead of printing it; the suffix names the format.
- `--json` prints the JSON envelope, the same numbers in full precision, and nothing else.

| exit code | meaning |
|---|---|
| 0 | done |
| 1 | the data are valid and there is no answer, or the method failed |
| 2 | the data or the command are wrong: every problem with its place and remedy |
| 130 | interrupted |

With `--json` an error is JSON too: an object `error` with its `code` (input, model, infeasible,
solver) and the list `problems`, each with `where`, `what` and `remedy`.
"""


def command_names() -> list[str]:
    """Every command that the help page lists, in alphabetical order; `market list` is one."""
    return sorted(name for name, _ in _walk(_context(defease, "defease")) if name)


def page() -> str:
    """The whole page."""
    return HEAD + "".join(
        _block(f"defease {name}".strip(), context)
        for name, context in _walk(_context(defease, "defease"))
    )


def _walk(context: click.Context, name: str = "") -> Iterator[tuple[str, click.Context]]:
    yield name, context
    if not isinstance(context.command, click.Group):
        return
    for part, command in sorted(context.command.commands.items()):
        if not command.hidden:
            below = _context(command, part, parent=context)
            yield from _walk(below, f"{name} {part}".strip())


def _context(
    command: click.Command, name: str, *, parent: click.Context | None = None
) -> click.Context:
    return click.Context(
        command, info_name=name, parent=parent, terminal_width=WIDTH, **command.context_settings
    )


def _block(title: str, context: click.Context) -> str:
    return f"\n## {title}\n\n```text\n{context.get_help().rstrip()}\n```\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
