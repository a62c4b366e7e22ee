"""What a task gives back: the core result, the document that tells it, and its JSON envelope."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from importlib import import_module
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from defease import __version__
from defease.reports.document import Document, Figure, Spec, Table, walk
from defease.reports.html import render_html, slug
from defease.reports.json_output import canonical_json, json_value
from defease.reports.svg import render_svg
from defease.reports.text import render_text

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from defease.errors import Caution

Result = TypeVar("Result")
RUN_ID_LENGTH = 16


@dataclass(frozen=True)
class Run:
    """What a result came from: equal inputs, settings and version give an equal id.

    Attributes
    ----------
    inputs
        SHA-256 of every file read, by its name in the plan folder.
    settings
        What was asked beyond the files: task, overrides, dates.
    """

    inputs: Mapping[str, str]
    settings: Mapping[str, object] = field(default_factory=dict)
    version: str = __version__

    @property
    def id(self) -> str:
        """The first 16 hexadecimal digits of the hash of inputs, settings and version."""
        facts = {"inputs": self.inputs, "settings": self.settings, "version": self.version}
        return hashlib.sha256(canonical_json(facts).encode()).hexdigest()[:RUN_ID_LENGTH]

    def to_dict(self) -> dict[str, object]:
        """The run as the JSON envelope shows it."""
        return {"id": self.id, "version": self.version, "inputs": dict(self.inputs)}

    def footer(self, as_of: dt.date) -> list[tuple[str, str]]:
        """The run as the foot of a report shows it."""
        files = [(name, f"sha256 {digest[:12]}") for name, digest in self.inputs.items()]
        return [("As of", as_of.isoformat()), ("Defease", self.version), ("Run", self.id), *files]


@dataclass(frozen=True)
class Plot:
    """A chart of a result: its Vega-Lite specification, drawn as SVG where it is shown."""

    spec: Spec

    def _repr_svg_(self) -> str:
        return render_svg(self.spec)


@dataclass(frozen=True, eq=False)
class TaskResult(Generic[Result]):
    """The answer to one task, the same for Python, the command line and every report.

    Attributes
    ----------
    task
        Name of the task, such as "value".
    result
        The core value, for further work in Python.
    results
        The keys of the JSON interface (spec 3.4), plain numbers.
    document
        The report: text, tables with units, charts.
    warnings
        What makes the result usable but worth a second look.
    """

    task: str
    result: Result
    results: Mapping[str, Any]
    document: Document
    plan: str
    as_of: dt.date
    run: Run
    warnings: tuple[Caution, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """The JSON envelope: schema, plan, date, run, warnings and results."""
        listed = [{"code": w.code, "message": w.message} for w in self.warnings]
        envelope = {
            "schema": f"defease/{self.task}/1",
            "plan": self.plan,
            "as_of": self.as_of,
            "run": self.run.to_dict(),
            "warnings": listed,
            "results": self.results,
        }
        found: dict[str, Any] = json_value(envelope, where=self.task)
        return found

    def to_json(self) -> str:
        """The envelope as text; the same run gives the same bytes."""
        return canonical_json(self.to_dict())

    def to_text(self) -> str:
        """The document within 80 columns."""
        return render_text(self.document)

    def to_pandas(self) -> dict[str, Any]:
        """Every table of the document as a pandas DataFrame, by its title (needs pandas)."""
        pandas = import_module("pandas")
        return {
            table.title: pandas.DataFrame(
                [[getattr(cell, "value", cell) for cell in row] for row in table.rows],
                columns=[column.key for column in table.columns],
            )
            for table in walk(self.document.blocks)
            if isinstance(table, Table)
        }

    def plot(self, name: str = "") -> Plot:
        """A chart of the document by its name (see `plots`); the first one without a name."""
        charts = self._charts()
        if not charts:
            message = f"the task '{self.task}' has no chart"
            raise KeyError(message)
        chosen = name or next(iter(charts))
        if chosen not in charts:
            message = f"no chart '{chosen}'; there are: {', '.join(charts)}"
            raise KeyError(message)
        return Plot(charts[chosen])

    @property
    def plots(self) -> tuple[str, ...]:
        """Names of the charts that `plot` draws."""
        return tuple(self._charts())

    def _charts(self) -> dict[str, Spec]:
        figures = [b for b in walk(self.document.blocks) if isinstance(b, Figure)]
        return {slug(figure.data.title): figure.spec for figure in figures}

    def _repr_html_(self) -> str:
        return render_html(self.document)
