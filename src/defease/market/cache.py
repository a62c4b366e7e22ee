"""The local cache: every publisher's file as it came, in order, with a manifest that proves it.

Below the home folder, ``market/NAME/`` holds the files and ``manifest.json``: for each its hash,
when it became known, its source and the date it is about.  Entries are chained by hash; nothing is
ever changed or removed, and a cache whose bytes do not agree with its manifest is refused.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from defease.atomic_files import replace_file
from defease.errors import InputError, bad_input
from defease.market.facts import FactTable, Publication, Revision, moment
from defease.market.providers import provider_named
from defease.market.reading import Reading, Security

SCHEMA = 1
_MANIFEST = "manifest.json"
_LOCK = "update.lock"
_LARGEST_MANIFEST = 16 * 2**20


@dataclass(frozen=True, slots=True)
class Entry:
    """One file of the cache, as the manifest states it.

    Attributes
    ----------
    file, sha256, size
        Name in the folder, hash and number of bytes.
    known_at, as_of
        ISO texts; `as_of` only where the file does not say its own date.
    source
        File name or address it came from.
    first, last, figures
        The days it is about, and how many figures it holds.
    chain
        Hash over this entry and the one before.
    """

    file: str
    sha256: str
    size: int
    known_at: str
    as_of: str
    source: str
    first: str
    last: str
    figures: int
    chain: str = ""


@dataclass(frozen=True, slots=True)
class Arrival:
    """A file that was read, on its way into the cache; made by `arrival_of`."""

    name: str
    data: bytes
    source: str
    reading: Reading
    as_of: dt.date | None = None


def arrival_of(name: str, data: bytes, *, source: str, as_of: dt.date | None = None) -> Arrival:
    """A provider's file, read in the publisher's layout; what cannot be read is refused here."""
    reading = provider_named(name).parse(data, source=source, as_of=as_of)
    return Arrival(name, data, source, reading, as_of)


@dataclass(frozen=True, slots=True)
class Stored:
    """What adding a file did: how many figures are new, and which correct earlier ones."""

    arrival: Arrival
    entry: Entry
    new: int = 0
    revisions: tuple[Revision, ...] = ()

    @property
    def is_unchanged(self) -> bool:
        """Whether the file brought nothing that was not known; then it is not kept."""
        return self.new == 0 and not self.revisions


@dataclass(frozen=True, slots=True)
class MarketCache:
    """The cache in a folder."""

    folder: Path

    def entries(self, name: str) -> tuple[Entry, ...]:
        """The files of a provider in the order they came in; a damaged manifest is refused."""
        path = self.folder / name / _MANIFEST
        if not path.is_file():
            return ()
        return _entries(_read(path, _LARGEST_MANIFEST), path)

    def facts(self, name: str) -> FactTable:
        """Everything a provider ever published here, on both time axes."""
        table = FactTable.empty()
        for entry in self.entries(name):
            reading = self._reading(name, entry)
            table = table.with_publication(reading.observations, _publication(entry))
        return table

    def securities(self, name: str) -> tuple[Security, ...]:
        """Terms of all securities of a provider; the newest file's where several state them."""
        found: dict[str, Security] = {}
        for entry in self.entries(name):
            found.update((s.cusip, s) for s in self._reading(name, entry).securities)
        return tuple(found.values())

    def add(self, arrival: Arrival, *, known_at: dt.datetime) -> Stored:
        """Keep a file that brings figures not known yet; corrections of earlier ones are named."""
        with self._only_writer(arrival.name):
            entries = self.entries(arrival.name)
            entry = _entry(arrival, known_at, entries)
            if entries and (entries[-1].sha256, entries[-1].as_of) == (entry.sha256, entry.as_of):
                return Stored(arrival, entries[-1])
            before = self.facts(arrival.name)
            after = before.with_publication(arrival.reading.observations, _publication(entry))
            if len(after) == len(before):
                return Stored(arrival, entry)
            folder = self.folder / arrival.name
            _write(folder / entry.file, arrival.data)
            _write(folder / _MANIFEST, _manifest((*entries, entry)))
            revisions = after.revisions()[len(before.revisions()) :]
            return Stored(arrival, entry, len(after) - len(before) - len(revisions), revisions)

    def _reading(self, name: str, entry: Entry) -> Reading:
        path = self.folder / name / entry.file
        data = _read(path, entry.size)
        if hashlib.sha256(data).hexdigest() != entry.sha256:
            raise _damaged(path, "does not have the hash that the manifest states")
        as_of = dt.date.fromisoformat(entry.as_of) if entry.as_of else None
        return provider_named(name).parse(data, source=entry.file, as_of=as_of)

    @contextmanager
    def _only_writer(self, name: str) -> Iterator[None]:
        lock = self.folder / name / _LOCK
        try:
            lock.parent.mkdir(parents=True, exist_ok=True)
            os.close(os.open(lock, os.O_CREAT | os.O_EXCL | os.O_WRONLY))
        except FileExistsError:
            raise bad_input(
                where=str(lock),
                what="another update is running, or one was killed",
                remedy="wait for it, or delete this file when none is running",
            ) from None
        except OSError as error:
            reason = (error.strerror or type(error).__name__).lower()
            remedy = "set DEFEASE_HOME to a folder of yours"
            raise bad_input(str(lock.parent), f"cannot be written ({reason})", remedy) from None
        try:
            yield
        finally:
            lock.unlink(missing_ok=True)


def _entry(arrival: Arrival, known_at: dt.datetime, entries: tuple[Entry, ...]) -> Entry:
    sha256 = hashlib.sha256(arrival.data).hexdigest()
    observations = arrival.reading.observations
    days = observations.days
    bare = Entry(
        file=f"{len(entries) + 1:06d}-{sha256[:12]}.data",
        sha256=sha256,
        size=len(arrival.data),
        known_at=moment(known_at).isoformat(timespec="seconds"),
        as_of=arrival.as_of.isoformat() if arrival.as_of else "",
        source=arrival.source,
        first=str(days[0]) if days.size else "",
        last=str(days[-1]) if days.size else "",
        figures=len(observations),
    )
    return _chained(bare, entries[-1].chain if entries else "")


def _chained(entry: Entry, previous: str) -> Entry:
    fields = {**asdict(entry), "chain": previous}
    text = json.dumps(fields, sort_keys=True, ensure_ascii=True)
    return Entry(**{**fields, "chain": hashlib.sha256(text.encode()).hexdigest()})


def _publication(entry: Entry) -> Publication:
    return Publication(dt.datetime.fromisoformat(entry.known_at), entry.source, entry.sha256)


def _manifest(entries: tuple[Entry, ...]) -> bytes:
    body = {"schema": SCHEMA, "entries": [asdict(entry) for entry in entries]}
    return (json.dumps(body, indent=1, ensure_ascii=True) + "\n").encode()


def _entries(data: bytes, path: Path) -> tuple[Entry, ...]:
    try:
        body = json.loads(data)
    except ValueError:
        raise _damaged(path, "is not JSON") from None
    schema = body.get("schema") if isinstance(body, dict) else None
    if isinstance(schema, int) and schema > SCHEMA:
        remedy = "use the newer version of Defease that wrote it"
        raise bad_input(str(path), f"has the schema {schema}; this version reads {SCHEMA}", remedy)
    if schema != SCHEMA or not isinstance(body.get("entries"), list):
        raise _damaged(path, "is not a manifest of market data")
    entries = tuple(_checked(item, path) for item in body["entries"])
    previous = ""
    for entry in entries:
        if _chained(entry, previous).chain != entry.chain:
            raise _damaged(path, f"was changed: the entry {entry.file!r} does not follow its chain")
        previous = entry.chain
    return entries


def _checked(item: Any, path: Path) -> Entry:
    numbers = {"size", "figures"}
    names = set(Entry.__dataclass_fields__)
    if not isinstance(item, dict) or set(item) != names:
        raise _damaged(path, "has an entry with other fields than expected")
    if any(type(item[name]) is not (int if name in numbers else str) for name in names):
        raise _damaged(path, "has an entry with a field of the wrong type")
    if Path(item["file"]).name != item["file"]:
        raise _damaged(path, "names a file outside its folder")
    return Entry(**item)


def _write(path: Path, data: bytes) -> None:
    try:
        replace_file(path, data)
    except OSError as error:
        reason = (error.strerror or type(error).__name__).lower()
        remedy = "free some space, or set DEFEASE_HOME to a folder of yours; nothing was changed"
        raise bad_input(str(path), f"cannot be written ({reason})", remedy) from error


def _read(path: Path, largest: int) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(largest + 1)
    except OSError as error:
        reason = (error.strerror or type(error).__name__).lower()
        raise _damaged(path, f"cannot be read ({reason})") from None
    if len(data) > largest:
        raise _damaged(path, "is larger than it was when it was stored")
    return data


def _damaged(path: Path, what: str) -> InputError:
    remedy = f"restore {path.parent.name} from a backup, or move it away and update again"
    return bad_input(str(path), what, remedy)
