"""Bringing the cache up to date: from the publishers' own addresses, or from files by hand."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from defease.errors import ModelError, Problem
from defease.market.cache import Arrival, MarketCache, Stored, arrival_of
from defease.market.download import Fetch, FetchRules, download
from defease.market.providers import PROVIDERS, address_book, provider_named


def downloadable() -> tuple[str, ...]:
    """Names of the providers whose file can be fetched; the others are added by hand."""
    book = address_book()
    return tuple(name for name in PROVIDERS if book.providers[name].download)


def fetch_listed(address: str) -> bytes:
    """The bytes of an address on the allow-list, over https."""
    return download(address, rules=FetchRules(hosts=address_book().hosts))


def update(
    names: Iterable[str], *, cache: MarketCache, now: dt.datetime, fetch: Fetch = fetch_listed
) -> tuple[Stored, ...]:
    """Fetch, read and keep the files of the named providers; all that can be fetched without names.

    Everything is fetched and read before anything is stored: one failure and nothing has changed.
    """
    wanted = tuple(dict.fromkeys(names)) or downloadable()
    arrivals: list[Arrival] = []
    problems: list[Problem] = []
    for address, name in [(_address(name, now), name) for name in wanted]:
        try:
            data = fetch(address)
        except ModelError as error:
            problems += error.problems
        else:
            arrivals.append(arrival_of(name, data, source=address))
    if problems:
        raise ModelError(problems)
    return tuple(cache.add(arrival, known_at=now) for arrival in arrivals)


def _address(name: str, now: dt.datetime) -> str:
    place = address_book().providers[provider_named(name).name]
    if not place.download:
        raise ModelError(
            Problem(
                f"market {name}",
                "the publisher offers no file that can be fetched",
                f"download it from {place.page} and add it: "
                f"defease market update {name} --file FILE",
            )
        )
    return place.in_year(now.year)
