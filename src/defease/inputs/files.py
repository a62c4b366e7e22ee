"""Files of a plan lie inside the plan's folder; nothing outside it is ever opened."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from defease.errors import InputError, bad_input
from defease.inputs.csv_reader import read_csv
from defease.inputs.refusing import refuse
from defease.inputs.tables import Caps, FileFormat, Table
from defease.inputs.xlsx_reader import read_xlsx

_DRIVE = re.compile(r"[A-Za-z]:")
_WORKBOOK_SUFFIXES = frozenset({".xlsx", ".xlsm", ".xls", ".xlsb", ".ods"})
_DEFAULT_CAPS = Caps()
_DEFAULT_FORMAT = FileFormat()


@dataclass(frozen=True, slots=True)
class PlanFolder:
    """The folder that holds `plan.toml` and the files it names."""

    root: Path

    def path_of(self, name: str, *, where: str) -> Path:
        """The existing file of a relative name inside the folder, else `InputError`.

        Absolute paths, drive letters, `~`, UNC names, `..` and links that leave it are refused.
        """
        parts = name.replace("\\", "/").split("/")
        if name.startswith(("/", "\\", "~")) or _DRIVE.match(name) or ".." in parts or "\0" in name:
            refuse(
                where,
                f"{name!r} does not lie inside the plan's folder",
                "copy the file into the folder of plan.toml and write its name alone",
            )
        path = self.root / name
        _must_be_file(path, name, where)
        if not path.resolve().is_relative_to(self.root.resolve()):
            refuse(
                where,
                f"{name!r} is a link that leaves the plan's folder",
                "copy the file itself into the folder",
            )
        return path

    def read(self, name: str, *, where: str, caps: Caps = _DEFAULT_CAPS) -> bytes:
        """The bytes of a file of the plan, up to the size cap."""
        return read_bytes(self.path_of(name, where=where), where=where, name=name, caps=caps)

    def table(self, name: str, *, where: str, declared: FileFormat = _DEFAULT_FORMAT) -> Table:
        """A CSV or XLSX file of the plan as a table."""
        data = self.read(name, where=where)
        return table_from_bytes(data, name=name, declared=declared)


def table_from_bytes(data: bytes, *, name: str, declared: FileFormat = _DEFAULT_FORMAT) -> Table:
    """A table by the file's suffix: workbooks by the XLSX reader, all else as delimited text."""
    if Path(name).suffix.lower() in _WORKBOOK_SUFFIXES:
        return read_xlsx(data, source=name, declared=declared)
    if data.startswith(b"PK\x03\x04"):
        refuse(
            name,
            "is a workbook or archive, not text",
            "give it the suffix .xlsx, or export it as CSV",
        )
    return read_csv(data, source=name, declared=declared)


def read_bytes(path: Path, *, where: str, name: str, caps: Caps = _DEFAULT_CAPS) -> bytes:
    """The bytes of a file; size cap and unreadable files become `InputError`."""
    try:
        with path.open("rb") as file:
            data = file.read(caps.file_bytes + 1)
    except OSError as error:
        reason = error.strerror or "the system gave no reason"
        refuse(where, f"{name!r} cannot be read ({reason.lower()})", "check the file's permissions")
    if len(data) > caps.file_bytes:
        refuse(
            where,
            f"{name!r} is larger than {caps.file_bytes / 2**20:.0f} MiB",
            "add up its rows or split it",
        )
    return data


def missing_file(path: Path, name: str, where: str) -> InputError:
    """The error for a file that is not there, with the nearest name that is."""
    try:
        present = sorted(entry.name for entry in path.parent.iterdir())
    except OSError:
        present = []
    nearest = get_close_matches(path.name, present, n=1, cutoff=0.6)
    remedy = f"did you mean {nearest[0]!r}?" if nearest else "check the name and the folder"
    return bad_input(where, f"there is no file {name!r}", remedy)


def _must_be_file(path: Path, name: str, where: str) -> None:
    try:
        is_folder, exists = path.is_dir(), path.is_file()
    except OSError:
        refuse(where, f"{name[:80]!r} is not a usable file name", "use a plain name")
    if is_folder:
        refuse(where, f"{name!r} is a folder, not a file", "name a file")
    if not exists:
        raise missing_file(path, name, where)
