"""The task `exhaust`: will the money last, and at which return."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from defease.errors import Caution
from defease.funding import ExhaustionStudy, study_exhaustion
from defease.reports.builders.audit import audit_results, audit_section
from defease.reports.builders.coverage import coverage_section
from defease.reports.builders.exhaustion import (
    exhaustion_section,
    exhaustion_tiles,
    projection_section,
)
from defease.services.answering import Page, answered
from defease.services.audit import AuditAnswer, audit_of
from defease.services.coverage import coverage_of, coverage_results
from defease.services.plans import (
    Question,
    annual_flows,
    ask,
    assumed_return,
    cautions_of,
    exhaustion_policy,
    market_value,
    municipal_rate,
)
from defease.services.task import TaskResult

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable


def exhaust(
    plan: str | Path,
    *,
    overrides: Iterable[str] = (),
    as_of: str | dt.date | None = None,
    audit: str | Path | None = None,
) -> TaskResult[ExhaustionStudy]:
    """Project the assets, find the single discount rate and the required return.

    `audit` names an actuary's printed table, every column of which is then recomputed.
    """
    question = ask("exhaust", plan, overrides=overrides, as_of=as_of)
    if audit is None:
        return answer_exhaust(question)
    return answer_exhaust(*audit_of(question, audit))


def answer_exhaust(
    question: Question, audit: AuditAnswer | None = None
) -> TaskResult[ExhaustionStudy]:
    """The task `exhaust` for a plan already read, with the audit of a printed table if any."""
    study = compute_exhaust(question)
    coverage = coverage_of(question)
    audited = [audit_section(audit.report, audit.source)] if audit else []
    more = audit.cautions if audit else ()
    warnings = cautions_of(question, *exhaust_cautions(study), *more)
    page = Page(
        title="Asset exhaustion",
        subtitle="Will the money last, and at which return",
        blocks=[
            exhaustion_tiles(study),
            *audited,
            exhaustion_section(study, question.currency),
            *([coverage_section(*coverage, question.currency)] if coverage else []),
            projection_section(study),
        ],
    )
    return answered(
        question,
        page,
        task="exhaust",
        result=study,
        results={
            **exhaust_results(study),
            "coverage": coverage_results(coverage),
            "audit": audit_results(audit.report) if audit else [],
        },
        warnings=warnings,
    )


def compute_exhaust(question: Question) -> ExhaustionStudy:
    """The numbers of the task."""
    plan = question.plan
    return study_exhaustion(
        annual_flows(plan),
        opening_assets=market_value(plan),
        assumed_return=assumed_return(plan),
        municipal_rate=municipal_rate(plan),
        policy=exhaustion_policy(plan),
        closing_target=plan.settings.exhaustion.closing_target,
    )


def exhaust_cautions(study: ExhaustionStudy) -> list[Caution]:
    """Why a result is missing."""
    cautions = []
    if study.required.rate is None:
        cautions.append(Caution("no_required_return", study.required.reason))
    if study.single_rate is None:
        message = "no single discount rate: assets fall short and no municipal rate is given"
        cautions.append(Caution("no_municipal_rate", message))
    if _of_current_members(study) is None:
        message = (
            "no required return on the contributions of current members: the cash flows do not "
            "give these contributions apart"
        )
        cautions.append(Caution("no_current_members", message))
    return cautions


def _of_current_members(study: ExhaustionStudy) -> float | None:
    """The required return on current members' contributions; without any, all returns are one."""
    if study.required_current_members is not None:
        return study.required_current_members.rate
    return None if study.projection.contributions.any() else study.required_gross.rate


def exhaust_results(study: ExhaustionStudy) -> dict[str, Any]:
    """The keys of the JSON interface."""
    target = study.required_to_target
    return {
        "exhausted": study.projection.exhausted,
        "exhaustion_year": study.projection.exhaustion_year,
        "first_insufficient_year": study.projection.first_insufficient_year,
        "assumed_return": study.assumed_return,
        "municipal_rate": study.municipal_rate,
        "single_discount_rate": study.single_rate.rate if study.single_rate else None,
        "required_return": study.required.rate,
        "required_return_status": study.required.status.value,
        "binding_year": study.required.binding_year,
        "margin": study.required.margin_over(study.assumed_return),
        "required_return_gross": study.required_gross.rate,
        "required_return_to_target": target.rate if target else None,
        "required_return_current_members": _of_current_members(study),
        "terminal_returns": list(study.terminal_returns),
        "projection": _projection_keys(study),
        "policies": [
            {
                "policy": o.policy,
                "option": o.option,
                "chosen": o.chosen,
                "single_discount_rate": o.single_discount_rate,
                "first_insufficient_year": o.first_insufficient_year,
                "exhaustion_year": o.exhaustion_year,
                "required_return": o.required_return,
            }
            for o in study.policies
        ],
        "sensitivities": [
            {
                "change": s.change,
                "single_discount_rate": s.rate,
                "first_insufficient_year": s.first_insufficient_year,
            }
            for s in study.sensitivities
        ],
        "audit": [],
    }


def _projection_keys(study: ExhaustionStudy) -> list[dict[str, Any]]:
    p = study.projection
    columns = {
        "year": p.labels,
        "opening": p.opening,
        "contributions": p.contributions,
        "benefits": p.benefits,
        "expenses": p.expenses,
        "earnings": p.earnings,
        "closing": p.closing,
        "unpaid": p.unpaid,
        "funded": p.funded,
    }
    listed = [column.tolist() for column in columns.values()]
    return [dict(zip(columns, row, strict=True)) for row in zip(*listed, strict=True)]
