"""The command line: parse, call one service, show the result."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import NoReturn

from defease.cli.exit_codes import INTERRUPTED

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command line on the given arguments (those of the program by default).

    An interruption while it is still being loaded ends it as one later does: without a word.
    """
    try:
        from defease.cli.app import run_program

        run_program(sys.argv[1:] if arguments is None else list(arguments))
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
