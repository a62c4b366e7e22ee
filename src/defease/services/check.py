"""The task `check`: read everything, say what was understood, compute nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from defease.inputs.plan import Plan
from defease.reports.document import Column, Definitions, Paragraph, Section, Table
from defease.services.answering import Page, answered
from defease.services.plans import ask, cautions_of
from defease.services.task import TaskResult

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable


def check(
    plan: str | Path, *, overrides: Iterable[str] = (), as_of: str | dt.date | None = None
) -> TaskResult[Plan]:
    """Read a plan and everything it names; all problems come at once."""
    question = ask("check", plan, overrides=overrides, as_of=as_of)
    read = question.plan
    warnings = cautions_of(question)
    stated = [(u.topic, u.statement) for u in read.understood]
    files = Table(
        "Files read",
        [Column("file", "File"), Column("sha256", "SHA-256 begins")],
        [[name, digest[:16]] for name, digest in read.inputs.items()],
    )
    page = Page(
        title="Plan check",
        subtitle="What was understood",
        blocks=[
            Paragraph("Everything was read without a problem."),
            Section("What was understood", [Definitions(stated), files]),
        ],
    )
    return answered(
        question,
        page,
        task="check",
        result=read,
        results={"understood": [{"topic": t, "statement": s} for t, s in stated]},
        warnings=warnings,
    )
