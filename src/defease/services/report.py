"""The task `report`: the whole board report of a plan, from one reading of its files."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from defease.errors import Caution, InputError, ModelError, SolverError
from defease.funding import ExhaustionStudy
from defease.reports.builders.attribution import attribution_report_section
from defease.reports.builders.exhaustion import exhaustion_section
from defease.reports.builders.fund import fund_report_section
from defease.reports.builders.index import index_report_section
from defease.reports.builders.match_conventions import matching_conventions
from defease.reports.builders.matching import (
    certificate_block,
    matching_section,
)
from defease.reports.builders.overview import conventions_section, overview_tiles, summary_section
from defease.reports.builders.stress import stress_section
from defease.reports.document import Block, Callout, Section, Tone
from defease.services.answering import Page, answered
from defease.services.attribute import (
    AttributionStudy,
    attribute_results,
    attribution_facts,
    compute_attribute,
)
from defease.services.exhaust import compute_exhaust, exhaust_cautions, exhaust_results
from defease.services.fund import FundStudy, compute_fund, fund_results, funding_facts
from defease.services.funding_question import is_single_employer
from defease.services.index import IndexStudy, compute_index, index_facts, index_results
from defease.services.match import MatchStudy, compute_match, match_results
from defease.services.matching.pages import board_sections
from defease.services.plans import Question, ask, cautions_of, with_inputs
from defease.services.stress import StressStudy, compute_stress, stress_results
from defease.services.task import TaskResult
from defease.services.value import (
    ValueResult,
    compute_value,
    value_cautions,
    value_results,
    value_sections,
)

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable


@dataclass(frozen=True, eq=False)
class BoardReport:
    """The parts of the report; a part is None when its question has no answer for this plan."""

    value: ValueResult
    exhaustion: ExhaustionStudy | None
    matching: MatchStudy | None
    stress: StressStudy | None
    funding: FundStudy | None
    index: IndexStudy | None
    attribution: AttributionStudy | None
    missing: tuple[tuple[str, str], ...]
    """Parts without an answer, and the reason in words."""


@dataclass
class _Parts:
    """Asks one question after the other and notes those without an answer."""

    question: Question
    missing: list[tuple[str, str]] = field(default_factory=list)

    def part(self, name: str, compute: Callable[[Question], Any]) -> Any:
        try:
            return compute(self.question)
        except (InputError, ModelError, SolverError) as error:
            self.missing.append((name, "; ".join(str(problem) for problem in error.problems)))
            return None


def report(
    plan: str | Path, *, overrides: Iterable[str] = (), as_of: str | dt.date | None = None
) -> TaskResult[BoardReport]:
    """Value, project, match and stress a plan, and tell it in one document."""
    return answer_report(ask("report", plan, overrides=overrides, as_of=as_of))


def answer_report(question: Question) -> TaskResult[BoardReport]:
    """The task `report` for a plan already read."""
    found = compute_report(question)
    question = _with_files_read(question, found)
    warnings = cautions_of(question, *_cautions(found))
    page = Page(
        title="Asset-liability report",
        subtitle="What is owed, what is owned, and how they move together",
        blocks=_blocks(question, found),
    )
    return answered(
        question,
        page,
        task="report",
        result=found,
        results=_results(found),
        warnings=warnings,
    )


def compute_report(question: Question) -> BoardReport:
    """All parts; the valuation must have an answer, the others say why when they have none."""
    value = compute_value(question)
    parts = _Parts(question)
    settings = question.plan.settings
    index = parts.part("The liability index", compute_index) if settings.index else None
    return BoardReport(
        value=value,
        exhaustion=parts.part("Will the money last", compute_exhaust),
        matching=parts.part("The matched portfolio", compute_match),
        stress=parts.part("Stress tests", compute_stress),
        funding=parts.part("What must be paid", compute_fund) if _asks_funding(question) else None,
        index=index,
        attribution=parts.part(
            "Performance against the liability", partial(compute_attribute, index=index)
        )
        if settings.performance and index
        else None,
        missing=tuple(parts.missing),
    )


def _with_files_read(question: Question, found: BoardReport) -> Question:
    """The run with the files that only the index and the performance read."""
    index = found.index.inputs.inputs if found.index else {}
    returns = found.attribution.given.inputs if found.attribution else {}
    return with_inputs(question, index, returns)


def _asks_funding(question: Question) -> bool:
    """Whether the plan gives the figures of a single employer's funding rules."""
    return question.plan.settings.funding_rules is not None and is_single_employer(question.plan)


def _blocks(question: Question, found: BoardReport) -> list[Block]:
    currency, plan = question.currency, question.plan
    matched = found.matching.matched if found.matching else None
    savings = found.matching.savings if found.matching else None
    blocks: list[Block] = [
        overview_tiles(found.value.headline, found.exhaustion, matched),
        summary_section(found.value.valuations, found.exhaustion, matched, savings, currency),
        *value_sections(question, found.value),
    ]
    if found.exhaustion:
        blocks.append(exhaustion_section(found.exhaustion, currency))
    if found.funding:
        blocks.append(fund_report_section(funding_facts(found.funding), currency))
    blocks += _matching_blocks(found.matching, currency)
    if found.stress:
        study = found.stress
        blocks.append(
            stress_section(study.results, funded_ratio=study.funded_ratio, rules=study.rules)
        )
    blocks += _history_blocks(found, currency)
    blocks += [
        Section(name, [Callout(f"No answer for this plan. {why}", Tone.WARN)])
        for name, why in found.missing
    ]
    stated = [(u.topic, u.statement) for u in plan.understood]
    blocks.append(conventions_section(stated, timing=plan.timing.value))
    if matched:
        proof: list[Block] = [matching_conventions(matched), certificate_block(matched)]
        blocks.append(Section("Matching: conventions and proof", proof))
    return blocks


def _matching_blocks(study: MatchStudy | None, currency: str) -> list[Block]:
    """The matched portfolio and its rivals, where there is one."""
    if study is None:
        return []
    section = matching_section(study.matched, study.savings, currency)
    return [section, *board_sections(study.beside, currency)]


def _history_blocks(found: BoardReport, currency: str) -> list[Block]:
    """The index and the performance against it, where the plan gives their files."""
    blocks: list[Block] = []
    if found.index:
        blocks.append(index_report_section(index_facts(found.index), currency))
    if found.attribution:
        facts = attribution_facts(found.attribution)
        blocks.append(attribution_report_section(facts, currency))
    return blocks


def _cautions(found: BoardReport) -> list[Caution]:
    cautions = value_cautions(found.value)
    if found.exhaustion:
        cautions += exhaust_cautions(found.exhaustion)
    if found.matching:
        cautions += found.matching.cautions
    if found.stress:
        cautions += found.stress.cautions
    if found.funding:
        cautions += found.funding.cautions
    if found.attribution:
        cautions += found.attribution.cautions
    elif found.index:
        cautions += found.index.cautions
    return cautions + [Caution("no_answer", f"{name}: {why}") for name, why in found.missing]


def _results(found: BoardReport) -> dict[str, Any]:
    index, attribution = found.index, found.attribution
    return {
        "value": value_results(found.value),
        "exhaust": exhaust_results(found.exhaustion) if found.exhaustion else None,
        "match": match_results(found.matching) if found.matching else None,
        "stress": stress_results(found.stress) if found.stress else None,
        "fund": fund_results(found.funding) if found.funding else None,
        "index": index_results(index) if index else None,
        "attribute": attribute_results(attribution) if attribution else None,
    }
