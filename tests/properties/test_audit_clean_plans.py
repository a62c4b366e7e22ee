"""Printed projections that are right by construction have no findings, whatever their form."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.faults.audit_plans import FUNDED, POINTS, TOTAL, UNFUNDED, plan

OPTIONAL = (
    "payroll_current",
    "payroll_future",
    "payroll_total",
    "contributions_members",
    "contributions_employer",
    "contributions_future_members",
    "contributions",
    "expenses",
    "opening",
    "earnings",
    "closing",
    FUNDED,
    UNFUNDED,
    TOTAL,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    seed=st.integers(0, 10_000),
    rows=st.integers(3, 100),
    timing=st.sampled_from(list(POINTS)),
    unit=st.sampled_from([0.01, 1.0, 1000.0]),
    wealth=st.floats(0.0, 1.5),
    single=st.booleans(),
    summed=st.booleans(),
    missing=st.sets(st.sampled_from(OPTIONAL), max_size=6),
)
def test_a_clean_table_has_no_findings(seed: int, missing: set[str], **form: object) -> None:
    table = plan(seed, **form).without(*missing).with_totals()  # type: ignore[arg-type]
    found = [(f.column, f.rows, f.likely_cause) for f in table.audit().findings]
    assert found == []
