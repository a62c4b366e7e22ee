"""Files that a plan names, read in the form it declares for them, and hashed as they are read."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from defease.inputs.dates_grammar import DateOrder
from defease.inputs.files import PlanFolder, table_from_bytes
from defease.inputs.numbers import DecimalMark
from defease.inputs.tables import FileFormat, Table

if TYPE_CHECKING:
    from defease.inputs.schema.document import PlanFile

PLAN_FILE = "plan.toml"


@dataclass(eq=False)
class PlanFiles:
    """Reads files of one plan; `inputs` grows to the SHA-256 of every file read, by name."""

    folder: PlanFolder
    settings: PlanFile
    inputs: dict[str, str] = field(default_factory=dict)

    def read(self, name: str, key: str) -> bytes:
        """The bytes of a file that a key of the plan names."""
        data = self.folder.read(name, where=f"{PLAN_FILE}: {key}")
        self.inputs[name] = hashlib.sha256(data).hexdigest()
        return data

    def table(self, name: str, key: str, *, sheet: str | None = None) -> Table:
        """A file as a table, in the form that [files] declares."""
        return table_from_bytes(
            self.read(name, key), name=name, declared=self.declared(name, sheet)
        )

    def declared(self, name: str, sheet: str | None = None) -> FileFormat:
        """The form of a file as [files."NAME"] declares it."""
        given = self.settings.files.get(name)
        if given is None:
            return FileFormat(sheet=sheet)
        form = FileFormat(
            encoding=given.encoding,
            delimiter=given.delimiter,
            decimal=DecimalMark(given.decimal) if given.decimal else None,
            dates=DateOrder(given.dates) if given.dates else None,
            sheet=given.sheet,
        )
        return replace(form, sheet=sheet) if sheet else form
