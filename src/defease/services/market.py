"""The tasks `market list` and `market update`: what data is here, and fetching more on request."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from pathlib import Path

from defease.errors import Caution, bad_input
from defease.inputs.files import read_bytes
from defease.market import (
    PROVIDERS,
    MarketCache,
    Stored,
    arrival_of,
    downloadable,
    home_folder,
    provider_named,
    update,
)
from defease.market.download import Fetch
from defease.market.providers import address_book
from defease.market.update import fetch_listed
from defease.reports.document import (
    Block,
    Column,
    Definitions,
    Document,
    Paragraph,
    Section,
    Table,
)
from defease.services.task import Result, Run, TaskResult

ABOUT = "market data"
SHOWN = 20
Listing = list[dict[str, object]]


def market_list(*, home: Path | None = None) -> TaskResult[Listing]:
    """Every provider: what it publishes, and what of it is in the cache."""
    cache = _cache(home)
    listing = [_listed(cache, name) for name in PROVIDERS]
    rows = [
        [str(p["name"]), str(p["publishes"]), str(p["last"] or "none"), _how(p)] for p in listing
    ]
    columns = [
        Column("name", "Name"),
        Column("publishes", "Publishes"),
        Column("last", "Here until"),
        Column("download", "Download"),
    ]
    blocks: list[Block] = [
        Table("Providers", columns, rows),
        Paragraph(f"Files are kept in {cache.folder}. Nothing is fetched until you ask for it."),
    ]
    return _result("market-list", listing, {"providers": listing}, blocks)


def market_update(
    names: Sequence[str] = (),
    *,
    file: Path | None = None,
    as_of: str | None = None,
    home: Path | None = None,
    fetch: Fetch = fetch_listed,
    now: dt.datetime | None = None,
) -> TaskResult[tuple[Stored, ...]]:
    """Fetch the files of the named providers (all that offer one), or add one file by hand."""
    moment = now or dt.datetime.now(dt.UTC)
    if file is None:
        _refuse_date(as_of)
        stored = update(names, cache=_cache(home), now=moment, fetch=fetch)
    else:
        stored = (_added_by_hand(names, file, as_of, _cache(home), moment),)
    results = {"updated": [_told(item) for item in stored]}
    blocks = [_section(item) for item in stored]
    cautions = tuple(c for item in stored for c in item.arrival.reading.report.cautions)
    inputs = {item.arrival.name: item.entry.sha256 for item in stored}
    return _result("market-update", stored, results, blocks, inputs=inputs, cautions=cautions)


def _cache(home: Path | None) -> MarketCache:
    return MarketCache((home or home_folder()) / "market")


def _listed(cache: MarketCache, name: str) -> dict[str, object]:
    entries = cache.entries(name)
    return {
        "name": name,
        "publishes": provider_named(name).publishes,
        "download": name in downloadable(),
        "page": address_book().providers[name].page,
        "files": len(entries),
        "known_at": entries[-1].known_at if entries else None,
        "first": min(entry.first for entry in entries) if entries else None,
        "last": max(entry.last for entry in entries) if entries else None,
    }


def _how(provider: Mapping[str, object]) -> str:
    return "yes" if provider["download"] else "by hand"


def _refuse_date(as_of: str | None) -> None:
    if as_of is not None:
        what = "is for files that do not say their own date"
        raise bad_input(where="--as-of", what=what, remedy="leave it out, or add --file FILE")


def _added_by_hand(
    names: Sequence[str], file: Path, as_of: str | None, cache: MarketCache, now: dt.datetime
) -> Stored:
    if len(names) != 1:
        what = f"belongs to one provider, {len(names)} were named"
        remedy = "name one: defease market update NAME --file FILE"
        raise bad_input(where="--file", what=what, remedy=remedy)
    provider_named(names[0])
    data = read_bytes(file, where="--file", name=str(file))
    arrival = arrival_of(names[0], data, source=file.name, as_of=_day(as_of))
    return cache.add(arrival, known_at=now)


def _day(text: str | None) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text) if text else None
    except ValueError:
        what = f"'{text}' is not a date"
        raise bad_input(where="--as-of", what=what, remedy="write it as YYYY-MM-DD") from None


def _told(stored: Stored) -> dict[str, object]:
    report = stored.arrival.reading.report
    return {
        "name": stored.arrival.name,
        "source": stored.arrival.source,
        "sha256": stored.entry.sha256,
        "known_at": stored.entry.known_at,
        "first": stored.entry.first,
        "last": stored.entry.last,
        "figures": stored.entry.figures,
        "new": stored.new,
        "revised": len(stored.revisions),
        "understood": list(report.understood),
        "dropped": [{"where": row.where, "reason": row.reason} for row in report.dropped],
        "revisions": [
            {"series": str(r.series), "as_of": r.as_of, "before": r.before, "after": r.after}
            for r in stored.revisions
        ],
    }


def _section(stored: Stored) -> Block:
    report = stored.arrival.reading.report
    counted = (
        "Nothing new: every figure was known already."
        if stored.is_unchanged
        else f"{stored.new:,} new figures, {len(stored.revisions):,} corrected; earlier kept."
    )
    dropped = [(row.where, row.reason) for row in report.dropped[:SHOWN]]
    blocks: list[Block] = [
        Paragraph(f"{report.source}, {report.layout}. {counted}"),
        Definitions([("Understood", sentence) for sentence in report.understood]),
    ]
    if dropped:
        blocks.append(Definitions(dropped))
    if stored.revisions:
        blocks.append(_revisions(stored))
    return Section(stored.arrival.name, blocks)


def _revisions(stored: Stored) -> Table:
    shown = stored.revisions[:SHOWN]
    rows = [[str(r.series), r.as_of.isoformat(), repr(r.before), repr(r.after)] for r in shown]
    columns = [
        Column("series", "Series"),
        Column("as_of", "As of"),
        Column("before", "Before"),
        Column("after", "After"),
    ]
    note = f"{len(stored.revisions)} corrections; the first {len(shown)} are shown."
    return Table("Corrected figures", columns, rows, note=note)


def _result(
    task: str,
    result: Result,
    results: Mapping[str, object],
    blocks: Sequence[Block],
    *,
    inputs: dict[str, str] | None = None,
    cautions: tuple[Caution, ...] = (),
) -> TaskResult[Result]:
    today = dt.datetime.now(dt.UTC).date()
    run = Run(inputs=inputs or {}, settings={"task": task})
    document = Document(
        title="Market data",
        plan=ABOUT,
        as_of=today,
        blocks=blocks,
        cautions=cautions,
        footer=run.footer(today),
    )
    return TaskResult(task, result, results, document, ABOUT, today, run, cautions)
