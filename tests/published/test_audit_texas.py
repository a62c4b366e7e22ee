"""The audit on the published 99-year projection of Texas TRS: clean as printed, and with slips.

Source: GASB Statement No. 67 disclosure of the Teacher Retirement System of Texas, 2024-08-31;
restated in ../shared/cases/texas_trs_2024.csv.
"""

from __future__ import annotations

import numpy as np
import pytest

from defease.arrays import FloatArray
from defease.cashflows import Timing
from defease.funding import ExhaustionPolicy
from defease.funding.audit import AuditBasis, AuditReport, AuditTable, Cause, audit_table
from tests.faults.audit_plans import FUNDED, TOTAL, UNFUNDED
from tests.shared_files import shared_json, shared_rows

OURS = {
    "payroll_current": "payroll_current",
    "payroll_future": "payroll_future",
    "payroll_total": "payroll_total",
    "contrib_members_current": "contributions_members",
    "contrib_employer_all": "contributions_employer",
    "nc_future_members": "contributions_future_members",
    "contrib_total": "contributions",
    "bop_fnp": "opening",
    "benefits": "benefits",
    "admin_expenses": "expenses",
    "investment_earnings": "earnings",
    "eop_fnp": "closing",
}


def columns() -> dict[str, FloatArray]:
    rows = shared_rows("cases/texas_trs_2024.csv")
    return {ours: np.array([float(row[theirs]) for row in rows]) for theirs, ours in OURS.items()}


def basis(**stated: float) -> AuditBasis:
    facts = shared_json("cases/texas_trs_facts.json")
    return AuditBasis(
        assumed_return=facts["long_term_expected_return"],
        municipal_rate=facts["municipal_bond_rate"],
        **stated,  # type: ignore[arg-type]
    )


def with_values(printed: dict[str, FloatArray], shift: float = 0.0) -> dict[str, FloatArray]:
    """Present values as the source would print them: every year funded, at 7%, mid-year."""
    exponents = np.arange(len(printed["benefits"])) + 0.5 + shift
    funded: FloatArray = np.round(printed["benefits"] * np.power(1.07, -exponents))
    return {**printed, FUNDED: funded, UNFUNDED: 0 * funded, TOTAL: funded}


def audited(printed: dict[str, FloatArray], **stated: float) -> AuditReport:
    return audit_table(AuditTable.from_columns(printed), basis(**stated))


def test_the_published_table_is_clean() -> None:
    assert set(AuditTable.from_columns(columns()).units.values()) == {1.0}
    report = audited(columns())
    assert report.findings == ()
    assert dict(report.checked) == {
        "chain": 98,
        "arithmetic": 99,
        "earnings": 99,
        "payroll_sum": 99,
        "parts": 99,
        "contributions_members_rate": 56,
        "contributions_employer_rate": 99,
        "expenses_rate": 56,
        "growth": 98,
    }
    assert report.single_discount_rate == 0.07
    assert report.first_insufficient_year is None


def test_the_stated_contribution_rates_agree() -> None:
    rates = shared_json("cases/texas_trs_facts.json")["contribution_rates"]
    report = audited(
        columns(),
        member_rate=rates["member_pct_of_current_member_payroll"],
        employer_rate=rates["employer_and_state_pct_of_total_payroll"],
    )
    assert report.findings == ()


def test_constructed_present_values_are_clean() -> None:
    report = audited(with_values(columns()), single_discount_rate=0.07)
    assert report.findings == ()


def test_a_clean_table_in_thousands() -> None:
    printed = {name: np.round(c / 1000) * 1000 for name, c in with_values(columns()).items()}
    table = AuditTable.from_columns(printed, unit=1000)
    assert audit_table(table, basis()).findings == ()


@pytest.mark.parametrize("shift", [-0.5, 0.5, 1.0])
def test_a_shifted_exponent_in_all_present_values(shift: float) -> None:
    report = audited(with_values(columns(), shift))
    found = {f.column: f for f in report.findings}
    # The total is the single rate's column here: no year is unfunded.
    assert set(found) <= {FUNDED, TOTAL}
    finding = found[FUNDED]
    assert finding.cause is Cause.EXPONENT
    assert finding.rows[:90] == tuple(range(1, 91))
    assert finding.affects_result
    # Half a year too early overstates the sum by (1.07)^(1/2) - 1.
    right = with_values(columns())[FUNDED].sum()
    assert finding.effect.present_value == pytest.approx(right * (1.07**-shift - 1), rel=1e-6)


def test_the_wrong_timing_is_named() -> None:
    policy = ExhaustionPolicy(timing=Timing.END_OF_YEAR)
    report = audit_table(
        AuditTable.from_columns(columns()), AuditBasis(assumed_return=0.07, policy=policy)
    )
    (finding,) = report.findings
    assert finding.column == "earnings"
    assert finding.cause is Cause.TIMING
    assert "in mid-year" in finding.likely_cause
    assert len(finding.rows) == 99


def test_the_wrong_return_is_named() -> None:
    report = audit_table(
        AuditTable.from_columns(columns()), AuditBasis(assumed_return=0.0725, municipal_rate=0.0387)
    )
    (finding,) = report.findings
    assert (finding.column, finding.cause) == ("earnings", Cause.RATE)
    assert "earns 0.07," in finding.likely_cause


def test_other_stated_rates_of_contribution_are_named() -> None:
    report = audited(columns(), member_rate=0.08)
    (finding,) = report.findings
    assert (finding.column, finding.cause) == ("contributions_members", Cause.RATE)
    assert "0.0825" in finding.likely_cause
