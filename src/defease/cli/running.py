"""Running a command: exit codes, errors in words, output where it was asked for."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from defease.cli.exit_codes import BAD_INPUT, INTERRUPTED
from defease.errors import DefeaseError, did_you_mean

if TYPE_CHECKING:
    from defease.services.task import TaskResult

DEBUG_SWITCH = "DEFEASE_DEBUG"

Command = Callable[..., Any]


def common_options(command: Command) -> Command:
    """The options of every command that reads a plan."""
    for option in (
        click.option("--as-of", metavar="DATE", help="Value on this date instead of the plan's."),
        click.option(
            "--set",
            "overrides",
            metavar="KEY=VALUE",
            multiple=True,
            help="Override a key of the plan, as in matching.years=15. Repeatable.",
        ),
        output_options,
        click.argument("plan", type=click.Path(path_type=Path)),
    ):
        command = option(command)
    return command


def output_options(command: Command) -> Command:
    """The options of every command that gives a result."""
    for option in (
        click.option(
            "-o",
            "--output",
            type=click.Path(path_type=Path),
            metavar="FILE",
            help="Write a report; the suffix names the format: .html, .json, .txt, .csv.",
        ),
        click.option("--json", "as_json", is_flag=True, help="Print JSON, and nothing else."),
    ):
        command = option(command)
    return command


def show(result: TaskResult[Any], *, as_json: bool, output: Path | None) -> None:
    """Print a result as text or JSON, and write it to a file where one was named."""
    if output is not None:
        from defease.reports.export import write_report

        write_report(output, result.document, envelope=result.to_dict())
    if as_json:
        click.echo(result.to_json(), nl=False)
    elif output is None:
        click.echo(result.to_text(), nl=False)
    else:
        click.echo(f"Written: {output}")


class Commands(click.Group):
    """A group that answers a mistyped command with the nearest one."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command, or say which one was probably meant."""
        name = args[0] if args else ""
        if name and not name.startswith("-") and self.get_command(ctx, name) is None:
            usable = [
                each
                for each in self.list_commands(ctx)
                if not getattr(self.get_command(ctx, each), "hidden", False)
            ]
            message = f"No such command '{name}': {did_you_mean(name, usable)}"
            raise click.UsageError(message, ctx)
        return super().resolve_command(ctx, args)


def run(group: click.Group, arguments: list[str]) -> NoReturn:
    """Run the command line and leave with its exit code, whatever happens on the way."""
    as_json = "--json" in arguments
    try:
        code = group.main(arguments, prog_name="defease", standalone_mode=False)
        sys.stdout.flush()
    except (KeyboardInterrupt, click.Abort):
        sys.exit(INTERRUPTED)
    except BrokenPipeError:
        _close_quietly()
    except click.ClickException as error:
        _usage(error, as_json=as_json)
    except DefeaseError as error:
        _failure(error, as_json=as_json)
    except Exception as error:  # noqa: BLE001 - no user ever meets a traceback
        _defect(error, as_json=as_json)
    sys.exit(code if isinstance(code, int) else 0)


def _close_quietly() -> NoReturn:
    """The reader of our output has gone (as `head` does): stop without a word."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.exit(0)


def _usage(error: click.ClickException, *, as_json: bool) -> NoReturn:
    if as_json:
        _print_error("input", [_problem("command line", error.format_message(), "see --help")])
    else:
        click.echo(f"defease: {error.format_message()}", err=True)
    sys.exit(BAD_INPUT)


def _failure(error: DefeaseError, *, as_json: bool) -> NoReturn:
    if as_json:
        click.echo(json.dumps({"error": error.to_dict()}, ensure_ascii=False, indent=2))
    else:
        for problem in error.problems:
            click.echo(f"defease: {problem}", err=True)
    sys.exit(error.exit_code)


def _defect(error: Exception, *, as_json: bool) -> NoReturn:
    if os.environ.get(DEBUG_SWITCH):
        raise error
    what = f"{type(error).__name__}: {error}".splitlines()[0]
    remedy = f"this is a defect of Defease: please report it ({DEBUG_SWITCH}=1 shows where)"
    if as_json:
        _print_error("internal", [_problem("defease", what, remedy)])
    else:
        click.echo(f"defease: {what}; {remedy}", err=True)
    sys.exit(1)


def _problem(where: str, what: str, remedy: str) -> dict[str, str]:
    return {"where": where, "what": what, "remedy": remedy}


def _print_error(code: str, problems: list[dict[str, str]]) -> None:
    body = {"error": {"code": code, "problems": problems}}
    click.echo(json.dumps(body, ensure_ascii=False, indent=2))
