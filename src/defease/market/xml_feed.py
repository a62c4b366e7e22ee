"""An Atom feed's properties as records; no entity is ever expanded, nothing outside is fetched."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from xml.parsers import expat

from defease.errors import Caution
from defease.inputs.refusing import refuse

_MOST_RECORDS = 250_000
_LONGEST_TEXT = 200
_LARGEST = 64 * 2**20
_BOOKKEEPING = frozenset({"Id"})


@dataclass(frozen=True, slots=True)
class Feed:
    """The records of a feed, the names they use in order of appearance, and their lines."""

    sha256: str
    names: tuple[str, ...]
    records: tuple[dict[str, str], ...]
    lines: tuple[int, ...]
    source: str

    def left_out(self, names: tuple[str, ...]) -> tuple[Caution, ...]:
        """A caution that lists elements which are not read, besides the feed's own numbering."""
        told = [name for name in names if name not in _BOOKKEEPING]
        if not told:
            return ()
        message = f"{self.source}: elements not read: {', '.join(told)}"
        return (Caution("unknown_columns", message),)


@dataclass
class _Records:
    """Collects the child elements of every `properties` element."""

    source: str
    parser: expat.XMLParserType
    names: dict[str, None] = field(default_factory=dict)
    records: list[dict[str, str]] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    _inside: bool = False
    _name: str = ""
    _text: list[str] = field(default_factory=list)

    def start(self, tag: str, _: dict[str, str]) -> None:
        name = tag.rsplit(" ", 1)[-1]
        if name == "properties":
            self._inside = True
            self.records.append({})
            self.lines.append(self.parser.CurrentLineNumber)
            if len(self.records) > _MOST_RECORDS:
                refuse(self.source, "has too many entries", "download one year at a time")
        elif self._inside:
            self._name, self._text = name, []

    def text(self, data: str) -> None:
        if self._name and sum(map(len, self._text)) < _LONGEST_TEXT:
            self._text.append(data)

    def end(self, tag: str) -> None:
        name = tag.rsplit(" ", 1)[-1]
        if name == "properties":
            self._inside = False
        elif self._inside and name == self._name:
            self._keep(name, "".join(self._text).strip())
            self._name = ""

    def _keep(self, name: str, text: str) -> None:
        if name in self.records[-1]:
            what = f"has {name} twice in one entry"
            refuse(f"{self.source}: line {self.lines[-1]}", what, "download the feed again")
        self.names.setdefault(name)
        self.records[-1][name] = text

    def doctype(self, *_: object) -> None:
        refuse(self.source, "declares XML entities, which no feed needs", "download the feed again")


def feed_records(data: bytes, *, source: str, keys: str) -> Feed:
    """The entries of an OData feed; each must hold the element named by `keys`."""
    if len(data) > _LARGEST:
        refuse(source, f"is larger than {_LARGEST // 2**20} MiB", "download one year at a time")
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    found = _Records(source, parser)
    parser.StartElementHandler = found.start
    parser.CharacterDataHandler = found.text
    parser.EndElementHandler = found.end
    parser.StartDoctypeDeclHandler = found.doctype
    try:
        parser.Parse(data.removeprefix(b"\xef\xbb\xbf").lstrip(), True)
    except expat.ExpatError as error:
        what = "is not well-formed XML; it may have been cut off"
        refuse(f"{source}: line {error.lineno}", what, "download the feed again")
    if not any(keys in record for record in found.records):
        refuse(source, f"has no entry with {keys}", "give the publisher's feed as downloaded")
    return Feed(
        sha256=hashlib.sha256(data).hexdigest(),
        names=tuple(found.names),
        records=tuple(found.records),
        lines=tuple(found.lines),
        source=source,
    )
