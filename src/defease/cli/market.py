"""`defease market`: what market data is here, and fetching more on request."""

from __future__ import annotations

from pathlib import Path

import click

from defease.cli.running import Commands, output_options, show


@click.group(cls=Commands)
def market() -> None:
    """Market data of publishers: what is here, and fetching more on request."""


@market.command("list")
@output_options
def list_providers(*, as_json: bool, output: Path | None) -> None:
    """Every provider, what it publishes, and how far it is kept here."""
    from defease import services

    show(services.market_list(), as_json=as_json, output=output)


@market.command()
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option("--file", type=click.Path(path_type=Path), help="Add this file; no network.")
@click.option("--as-of", metavar="DATE", help="Date of a file that does not say its own.")
@output_options
def update(
    names: tuple[str, ...],
    *,
    file: Path | None,
    as_of: str | None,
    as_json: bool,
    output: Path | None,
) -> None:
    """Fetch the files of the named providers, or of all that offer one, from their publishers.

    This is the only command that uses the network, and only publishers' own https addresses.
    """
    from defease import services

    result = services.market_update(names, file=file, as_of=as_of)
    show(result, as_json=as_json, output=output)
