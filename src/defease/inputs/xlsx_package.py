"""A workbook's zip archive, opened with suspicion: sizes first, then a cap while streaming.

A directory can lie and 130 KB can expand to gigabytes, so every part is decompressed in pieces and
counted.  XML with a document type (entities) is refused.  Nothing outside is ever followed.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from typing import NoReturn, Protocol
from xml.parsers import expat

from defease.inputs.refusing import refuse
from defease.inputs.tables import Caps

_OLE2 = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_PIECE = 2**16
_MOST_PARTS = 2000
_HIGHEST_RATIO = 200
_RATIO_FROM_BYTES = 8 * 2**20


class XmlHandler(Protocol):
    """Receives the elements of one part; names and attributes come without namespaces."""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """An element opens."""

    def text(self, data: str) -> None:
        """Characters of the element."""

    def end(self, name: str) -> None:
        """The element closes."""


class Package:
    """The parts of one workbook, each readable once within the byte cap of the whole."""

    def __init__(self, data: bytes, *, source: str, caps: Caps) -> None:
        self.source = source
        self._left = caps.file_bytes
        self._cap = caps.file_bytes
        _refuse_old_formats(data, source)
        try:
            self._archive = zipfile.ZipFile(io.BytesIO(data))
        except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
            refuse(source, "is not a readable .xlsx workbook", "save it again as .xlsx, or as CSV")
        self.names = frozenset(self._archive.namelist())
        self._check_directory(len(data))
        self._check_kind()

    def _check_directory(self, size: int) -> None:
        entries = self._archive.infolist()
        if any(entry.flag_bits & 1 for entry in entries):
            refuse(self.source, "is protected by a password", "save it without a password")
        total = sum(entry.file_size for entry in entries)
        if len(entries) > _MOST_PARTS or total > self._cap:
            self._too_large()
        if total > _RATIO_FROM_BYTES and total > _HIGHEST_RATIO * size:
            refuse(
                self.source,
                f"expands {total / size:.0f} times when unpacked, as no honest workbook does",
                "copy the table into a new workbook, or save it as CSV",
            )

    def _check_kind(self) -> None:
        if "xl/vbaProject.bin" in self.names:
            refuse(
                self.source,
                "contains macros (.xlsm); macros are never run",
                "save it as .xlsx without macros",
            )
        if "xl/workbook.bin" in self.names:
            refuse(self.source, "is a binary workbook (.xlsb)", "save it as .xlsx")
        if "xl/workbook.xml" not in self.names:
            refuse(
                self.source,
                "is a zip archive but not an .xlsx workbook",
                "save it as .xlsx, or as CSV",
            )

    def read_part(self, name: str, handler: XmlHandler) -> None:
        """Parse one part piece by piece."""
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.StartElementHandler = lambda tag, attributes: handler.start(
            _local(tag), {_local(key): value for key, value in attributes.items()}
        )
        parser.CharacterDataHandler = handler.text
        parser.EndElementHandler = lambda tag: handler.end(_local(tag))
        parser.StartDoctypeDeclHandler = self._refuse_doctype
        try:
            with self._archive.open(name) as part:
                while piece := part.read(_PIECE):
                    self._count(len(piece))
                    parser.Parse(piece, False)
            parser.Parse(b"", True)
        except expat.ExpatError as error:
            self._damaged(name, f"is not well-formed XML (line {error.lineno})")
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, KeyError):
            self._damaged(name, "cannot be unpacked")

    def _count(self, size: int) -> None:
        self._left -= size
        if self._left < 0:
            self._too_large()

    def _too_large(self) -> NoReturn:
        refuse(
            self.source,
            f"unpacks to more than {self._cap / 2**20:.0f} MiB",
            "copy the table alone into a new workbook, or save it as CSV",
        )

    def _damaged(self, name: str, what: str) -> NoReturn:
        refuse(
            f"{self.source}: {name}",
            what,
            "open the workbook, save it again as .xlsx, or export CSV",
        )

    def _refuse_doctype(self, *_: object) -> None:
        refuse(
            self.source, "contains XML entities, which no workbook needs", "save the table as CSV"
        )


def _refuse_old_formats(data: bytes, source: str) -> None:
    if data.startswith(_OLE2):
        if "EncryptedPackage".encode("utf-16-le") in data:
            refuse(source, "is protected by a password", "save it without a password")
        refuse(source, "is in the old .xls format", "open it and save it as .xlsx, or as CSV")
    if not data.strip():
        refuse(source, "is empty", "give a workbook with a header row and at least one row")


def _local(name: str) -> str:
    return name.rsplit(" ", 1)[-1]
