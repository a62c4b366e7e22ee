"""The audit as a section of a report and under the keys of the JSON interface."""

from __future__ import annotations

from defease.funding.audit import AuditBasis, AuditReport, AuditTable, audit_table
from defease.reports.builders.audit import audit_results, audit_section
from defease.reports.document import Callout, Paragraph, Table, walk

CLEAN = {
    "opening": [1000, 1018, 1038],
    "benefits": [50, 50, 50],
    "earnings": [68, 70, 71],
    "closing": [1018, 1038, 1059],
}


def audited(**changed: list[int]) -> AuditReport:
    return audit_table(
        AuditTable.from_columns(CLEAN | changed, years=[2026, 2027, 2028]),
        AuditBasis(assumed_return=0.07, municipal_rate=0.04),
    )


def test_a_clean_table_says_so() -> None:
    blocks = list(walk([audit_section(audited(), "table.csv")]))
    words = [b.text for b in blocks if isinstance(b, Paragraph)]
    assert words[0] == "All 3 rows of table.csv follow from each other within rounding."
    assert "the chain of balances (2)" in words[1]
    assert [b.title for b in blocks if isinstance(b, Table)] == ["What the table leads to"]


def test_a_slip_is_a_row_of_the_table() -> None:
    report = audited(closing=[1018, 1083, 1059])
    blocks = list(walk([audit_section(report, "table.csv")]))
    table = next(b for b in blocks if isinstance(b, Table))
    (row,) = table.rows
    assert row[:2] == ("closing", "2027")
    assert row[3:6] == (45.0, 1083.0, 1038.0)
    assert not [b for b in blocks if isinstance(b, Callout)]


def test_a_slip_that_decides_the_result_is_set_off() -> None:
    report = audited(opening=[10, 1018, 1038], contributions=[0, 0, 0], expenses=[0, 0, 0])
    blocks = list(walk([audit_section(report, "table.csv")]))
    (callout,) = [b for b in blocks if isinstance(b, Callout)]
    assert "first year of insufficient assets" in callout.text


def test_the_keys_of_the_json_interface() -> None:
    (found,) = audit_results(audited(closing=[1018, 1083, 1059]))
    assert {"column", "rows", "finding", "likely_cause", "largest_difference"} <= set(found)
    assert (found["column"], found["rows"]) == ("closing", [2027])
    assert found["affects_result"] is False
