"""The commands: each parses, calls one service and shows the result."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NoReturn

import click

from defease import __version__
from defease.cli.market import market
from defease.cli.progress import progress_line
from defease.cli.running import Commands, common_options, run, show
from defease.errors import bad_input


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="defease")
def defease() -> None:
    """Asset-liability management: what promised payments are worth, and what to hold."""


@defease.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--example", default="pension", show_default=True, metavar="NAME")
def init(folder: Path, example: str) -> None:
    """Copy a working sample plan into a new FOLDER.

    NAME: pension, corporate, retiree, college or bullet.
    """
    from defease.services import copy_sample

    written = copy_sample(folder, example=example)
    click.echo(f"The sample plan '{example}' is in {folder}: {', '.join(written)}")
    click.echo(f"Next: defease check {folder}; defease report {folder} -o report.html")


PLAN_TASKS = {
    "check": "Read everything in PLAN, say what was understood, list every problem.",
    "value": "Present values, durations, key rates and funded status on every basis.",
    "exhaust": "Will the money last: projection, single discount rate, required return.",
    "fund": "What must be paid: minimum contribution, AFTAP, PBGC premium, ADC.",
    "index": "The plan's own payments as a monthly index: levels, returns, attribution.",
    "attribute": "Assets against the liability: alpha, fourteen measures, scoreboard, bridge.",
    "monitor": "Both sides carried from the last official values to a later date.",
    "rivals": "The payments against indexes, duration matching, leverage and a swaps overlay.",
    "port": "Portable alpha on the plan's own returns and curves, beside never porting.",
    "match": "The least-cost bond portfolio that pays the plan's payments.",
    "stress": "Assets and liabilities revalued in full under every scenario.",
    "report": "The whole board report; -o FILE.html writes it as one page.",
}


def _roll_forward_only(context: click.Context, _: click.Parameter, given: object) -> None:
    """What else `monitor` will do is not built yet."""
    if not given and not context.resilient_parsing:
        what = "distances to triggers and trades are not available in this version"
        remedy = "ask with --roll-forward"
        raise bad_input(where="defease monitor", what=what, remedy=remedy)


CURVES = click.option(
    "--curves",
    type=click.Path(path_type=Path),
    metavar="HISTORY",
    help="A curve history in place of index.curves: date, then one column a maturity.",
)
OWN_OPTIONS = {
    "exhaust": (
        click.option(
            "--audit",
            type=click.Path(path_type=Path),
            metavar="TABLE",
            help="Recompute every column of an actuary's printed table and name what is wrong.",
        ),
    ),
    "index": (CURVES,),
    "match": (
        click.option(
            "--compare",
            metavar="WHAT",
            multiple=True,
            help="rivals (by default where quick), or buyout=LOAD, as buyout=0.05. Repeatable.",
        ),
        click.option(
            "--sweep",
            metavar="OVER",
            help="The cost of every horizon: over years, or over budget.",
        ),
        click.option(
            "--trades",
            type=click.Path(path_type=Path),
            metavar="FILE",
            help="Write the trade list for a custodian as CSV.",
        ),
    ),
    "monitor": (
        click.option("--to", metavar="DATE", help="Date of the estimate; default: the last known."),
        click.option(
            "--roll-forward",
            is_flag=True,
            expose_value=False,
            callback=_roll_forward_only,
            help="Assets on proxies, liabilities on the index, from the last official values.",
        ),
    ),
    "port": (
        CURVES,
        click.option(
            "--alpha",
            default="assets",
            show_default=True,
            metavar="COLUMN",
            help="Column of the returns that the alpha assets earn.",
        ),
    ),
    "rivals": (
        CURVES,
        click.option(
            "--opening-ratio",
            type=float,
            default=1.0,
            show_default=True,
            metavar="RATIO",
            help="Funded ratio with which every way of holding assets starts.",
        ),
    ),
    "stress": (
        click.option(
            "--along",
            metavar="NAME",
            help="Direction of --reverse: rates (both ways; the default), equity or a scenario.",
        ),
        click.option(
            "--reverse",
            metavar="FLOOR",
            help="The smallest shock that breaks a floor, as in 'funded_ratio<0.8'.",
        ),
    ),
}
LONG_TASKS = {"match"}
"""Tasks that say how far they are, on a terminal."""
RESERVED = (
    *("allocate", "backup", "batch", "compare", "explain", "export", "glide", "import", "project"),
    *("restore", "runs", "selfcheck", "serve", "simulate", "verify", "warmup"),
)
RESERVED_OPTIONS = {"fund": ("--reach", "--year", "--confidence")}


def _add_plan_task(name: str, sentence: str) -> None:
    @common_options
    def command(plan: Path, *, as_json: bool, output: Path | None, **asked: Any) -> None:
        from defease import services

        trades = asked.pop("trades", None)
        task = getattr(services, name)
        if name in LONG_TASKS:
            with progress_line() as progress:
                result = task(plan, progress=progress, **asked)
        else:
            result = task(plan, **asked)
        show(result, as_json=as_json, output=output)
        if trades is not None:
            services.write_trades(result, trades)
            click.echo(f"Written: {trades}", err=True)

    for option in OWN_OPTIONS.get(name, ()):
        command = option(command)
    for flag in RESERVED_OPTIONS.get(name, ()):
        later = click.option(flag, hidden=True, expose_value=False, callback=_not_yet)
        command = later(command)
    defease.command(name, help=sentence)(command)


def _not_yet(context: click.Context, option: click.Parameter, given: str | None) -> None:
    """Refuse an option that is promised but not built."""
    if given is not None:
        where = f"defease {context.info_name}: --{option.name}"
        what, remedy = "is not available in this version", "leave it out"
        raise bad_input(where=where, what=what, remedy=remedy)


def _reserve(name: str) -> None:
    @click.argument("rest", nargs=-1, type=click.UNPROCESSED)
    def command(rest: tuple[str, ...]) -> None:  # noqa: ARG001 - whatever is asked of it
        what, remedy = "is not available in this version", f"use one of {', '.join(PLAN_TASKS)}"
        raise bad_input(where=f"defease {name}", what=what, remedy=remedy)

    settings = {"ignore_unknown_options": True}
    defease.command(name, hidden=True, context_settings=settings)(command)


for _name, _sentence in PLAN_TASKS.items():
    _add_plan_task(_name, _sentence)
for _name in RESERVED:
    _reserve(_name)


defease.add_command(market)


@defease.command()
@click.argument("name", default="plan", metavar="[plan|assumptions]")
def schema(name: str) -> None:
    """Print the JSON Schema of plan.toml (or of assumptions.toml)."""
    from defease import services

    click.echo(services.schema_text(name), nl=False)


def run_program(arguments: list[str]) -> NoReturn:
    """Run the command line on these arguments."""
    run(defease, arguments)
