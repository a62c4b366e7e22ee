"""Audit of an actuary's printed exhaustion table: findings with evidence, causes, effects."""

from defease.funding.audit.conclusion import Conclusion
from defease.funding.audit.findings import Cause, Effect, Finding, rows_in_words
from defease.funding.audit.report import AuditReport, audit_table
from defease.funding.audit.table import AUDITED_COLUMNS, AuditBasis, AuditTable

__all__ = [
    "AUDITED_COLUMNS",
    "AuditBasis",
    "AuditReport",
    "AuditTable",
    "Cause",
    "Conclusion",
    "Effect",
    "Finding",
    "audit_table",
    "rows_in_words",
]
