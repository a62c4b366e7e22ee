"""What the audit of a printed exhaustion table found, the findings that matter first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from defease.funding.audit import Cause, rows_in_words
from defease.reports.builders.words import listed
from defease.reports.document import (
    Block,
    Callout,
    Cell,
    Column,
    Formatted,
    Paragraph,
    Section,
    Table,
    Tone,
)
from defease.reports.formats import COUNT, LABEL, MONEY_FULL, PERCENT, RATE, Format, Kind, shown

if TYPE_CHECKING:
    from defease.funding.audit import AuditReport, Finding

NEVER = "never"
NUMBER = Format(Kind.NUMBER, 0)
SHOWN_CHANGE = 5e-7
LINES_IN_WORDS = {
    "chain": "the chain of balances",
    "arithmetic": "the arithmetic of each row",
    "earnings": "earnings",
    "payroll_sum": "payrolls",
    "parts": "the parts of contributions",
    "contributions_members_rate": "member contributions against payroll",
    "contributions_employer_rate": "employer contributions against payroll",
    "contributions_rate": "contributions against payroll",
    "expenses_rate": "expenses against payroll",
    "growth": "payroll growth",
    "value:present_value_funded": "present values of funded years",
    "value:present_value_unfunded": "present values of unfunded years",
    "value:present_value": "total present values",
}


def audit_section(report: AuditReport, source: str) -> Section:
    """The findings in words and as a table, then the result as printed and as recomputed."""
    blocks: list[Block] = [Paragraph(_in_words(report, source))]
    blocks += [Callout(_sentence(f), Tone.WARN) for f in report.findings if f.affects_result]
    if report.findings:
        blocks.append(_table(report))
    blocks += [_conclusion(report), _checked(report)]
    return Section("Audit of the printed projection", blocks)


def audit_results(report: AuditReport) -> list[dict[str, Any]]:
    """The findings under the keys of the JSON interface: `exhaust.results.audit[]`."""
    return [
        {
            "column": f.column,
            "rows": list(f.rows),
            "finding": f.finding,
            "cause": f.cause.value,
            "likely_cause": f.likely_cause,
            "largest_difference": f.largest_difference,
            "printed": f.printed,
            "expected": f.expected,
            "fit": f.fit,
            "affects_result": f.affects_result,
            "effect": {
                "single_discount_rate": f.effect.single_discount_rate,
                "first_insufficient_year": f.effect.first_insufficient_year,
                "present_value": f.effect.present_value,
            },
        }
        for f in report.findings
    ]


def _in_words(report: AuditReport, source: str) -> str:
    count = len(report.findings)
    if not report.checked:
        return f"{source} has no columns that could be checked against each other."
    if not count:
        return f"All {report.rows} rows of {source} follow from each other within rounding."
    changing = sum(f.affects_result for f in report.findings)
    unnamed = sum(f.cause is Cause.UNEXPLAINED for f in report.findings)
    what = "one finding" if count == 1 else f"{count} findings"
    effect = f"{changing} of them change" if changing else "none of them changes"
    rest = f" {unnamed} could not be explained." if unnamed else ""
    return f"{source}, {report.rows} rows: {what}; {effect} a published result.{rest}"


def _sentence(finding: Finding) -> str:
    change = finding.effect.single_discount_rate
    parts = [f"{finding.finding}. Likely cause: {finding.likely_cause}."]
    if abs(change) >= SHOWN_CHANGE:
        parts.append(f"It moves the single discount rate by {1e4 * change:+.2f} bp.")
    if finding.effect.first_insufficient_year:
        parts.append("It moves the first year of insufficient assets.")
    text = " ".join(parts)
    return text[:1].upper() + text[1:]


def _table(report: AuditReport) -> Table:
    columns = [
        Column("column", "Column", LABEL),
        Column("rows", "Rows", LABEL),
        Column("likely_cause", "Likely cause"),
        Column("largest_difference", "Largest difference", NUMBER),
        Column("printed", "Printed", NUMBER),
        Column("expected", "Expected", NUMBER),
        Column("fit", "Fit", PERCENT),
        Column("affects_result", "Changes result"),
    ]
    rows: list[list[Cell]] = [
        [
            f.column.replace("_", " "),
            rows_in_words(f.rows),
            f.likely_cause,
            f.largest_difference,
            f.printed,
            f.expected,
            f.fit,
            f.affects_result,
        ]
        for f in report.findings
    ]
    note = "Fit: share of the rows that agree within rounding once the cause is undone."
    return Table("Findings, by their effect on the published result", columns, rows, note=note)


def _conclusion(report: AuditReport) -> Table:
    columns = [
        Column("measure", "Measure"),
        Column("as_printed", "As printed"),
        Column("recomputed", "Recomputed"),
    ]
    both = (report.as_printed, report.recomputed)
    rates: list[Cell] = [Formatted(c.single_discount_rate, RATE) for c in both]
    years: list[Cell] = [
        Formatted(NEVER if c.first_insufficient_year is None else c.first_insufficient_year, LABEL)
        for c in both
    ]
    values: list[Cell] = [Formatted(c.present_value, MONEY_FULL) for c in both]
    rows: list[list[Cell]] = [
        ["Single discount rate", *rates],
        ["First year of insufficient assets", *years],
        ["Sum of present values", *values],
    ]
    note = "As printed: what the printed columns imply. Recomputed: with every finding undone."
    return Table("What the table leads to", columns, rows, note=note)


def _checked(report: AuditReport) -> Paragraph:
    if not report.checked:
        return Paragraph("Nothing was checked.")
    names = [f"{LINES_IN_WORDS[name]} ({shown(rows, COUNT)})" for name, rows in report.checked]
    return Paragraph(f"Checked, with the number of rows: {listed(names)}.")
