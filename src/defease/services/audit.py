"""The audit of an actuary's printed exhaustion table, asked with `exhaust --audit TABLE`."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from pathlib import Path

from defease.errors import Caution
from defease.funding.audit import AuditBasis, AuditReport, audit_table
from defease.inputs.audit_file import read_audit_table
from defease.inputs.files import read_bytes, table_from_bytes
from defease.services.plans import Question, assumed_return, exhaustion_policy, municipal_rate

WHERE = "--audit"


@dataclass(frozen=True, eq=False)
class AuditAnswer:
    """What the audit found, and of which file."""

    report: AuditReport
    source: str
    cautions: tuple[Caution, ...]


def audit_of(question: Question, file: str | Path) -> tuple[Question, AuditAnswer]:
    """Audit a table on the plan's timing, rates and unit; the file joins the run's record."""
    path, plan = Path(file), question.plan
    data = read_bytes(path, where=WHERE, name=path.name)
    given = plan.settings.exhaustion.audit
    reading = read_audit_table(
        table_from_bytes(data, name=path.name),
        headings=given.columns,
        unit=plan.settings.liabilities.unit,
        plan_first_year=plan.first_year,
    )
    basis = AuditBasis(
        assumed_return=assumed_return(plan),
        municipal_rate=municipal_rate(plan),
        policy=exhaustion_policy(plan),
        first_year=reading.first_year,
    )
    digest = hashlib.sha256(data).hexdigest()
    record = replace(question.run, inputs={**question.run.inputs, path.name: digest})
    answer = AuditAnswer(audit_table(reading.table, basis), path.name, reading.cautions)
    return replace(question, run=record), answer
