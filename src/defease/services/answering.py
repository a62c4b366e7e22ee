"""The last step of every task: its numbers, its page and its record as one result."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from defease.reports.document import Document
from defease.services.task import TaskResult

if TYPE_CHECKING:
    from defease.errors import Caution
    from defease.reports.document import Block
    from defease.services.plans import Question

Result = TypeVar("Result")


@dataclass(frozen=True, kw_only=True)
class Page:
    """What a task shows: title, subtitle and blocks, as of a day (default: the valuation date)."""

    title: str
    subtitle: str
    blocks: Sequence[Block]
    as_of: dt.date | None = None


def answered(
    question: Question,
    page: Page,
    *,
    task: str,
    result: Result,
    results: Mapping[str, Any],
    warnings: tuple[Caution, ...],
) -> TaskResult[Result]:
    """The result of a task: the core's value, the keys of its JSON, its document."""
    plan = question.plan
    as_of = page.as_of or plan.valuation_date
    document = Document(
        title=page.title,
        subtitle=page.subtitle,
        plan=plan.name,
        as_of=as_of,
        currency=question.currency,
        blocks=page.blocks,
        cautions=warnings,
        footer=question.run.footer(as_of),
    )
    return TaskResult(
        task=task,
        result=result,
        results=results,
        document=document,
        plan=plan.name,
        as_of=as_of,
        run=question.run,
        warnings=warnings,
    )
