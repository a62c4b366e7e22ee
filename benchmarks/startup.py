"""What a user waits before the command line answers: `defease --help`, whole processes."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from benchmarks.harness import Row, at_most, compare, one_thread, report

COMMAND = str(Path(sys.executable).with_name("defease"))
BARE_CLICK = """
import click

@click.group()
def main():
    'A command that does nothing.'

main(['--help'])
"""


def program(*command: str) -> Callable[[], int]:
    """A function that runs the program to its end."""

    def run() -> int:
        done = subprocess.run(command, check=True, stdout=subprocess.DEVNULL, timeout=60)
        return done.returncode

    return run


def rows() -> list[Row]:
    """The help page against an empty Python and against the smallest click program."""
    ours = program(COMMAND, "--help")
    with one_thread():
        return [
            compare(
                "defease --help v. python -c pass",
                ours,
                program(sys.executable, "-c", "pass"),
                target=at_most(12.0),
                rounds=15,
            ),
            compare(
                "defease --help v. a bare click command",
                ours,
                program(sys.executable, "-c", BARE_CLICK),
                target=at_most(1.5),
                rounds=15,
            ),
        ]


if __name__ == "__main__":
    sys.exit(report(__file__, rows()))
