"""How far long work is: one line on the terminal, nothing where there is none."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click

WHOLE = 100


@contextmanager
def progress_line() -> Iterator[Callable[[str, float], None] | None]:
    """A function that shows a stage and the share of it that is done; None without a terminal.

    The line stands on stderr and is cleared at the end; Ctrl-C ends the work.
    """
    if not sys.stderr.isatty():
        yield None
        return
    widest = 0

    def show(stage: str, share: float) -> None:
        nonlocal widest
        text = f"{stage}: {round(WHOLE * share)}%"
        widest = max(widest, len(text))
        click.echo(f"\r{text.ljust(widest)}", nl=False, err=True)

    try:
        yield show
    finally:
        if widest:
            click.echo("\r" + " " * widest + "\r", nl=False, err=True)
