"""Coverage through time at the assumed return, on the basis that leads the report."""

from __future__ import annotations

from typing import Any

from defease.dates import to_date
from defease.funding import CoverageTest, coverage_test
from defease.services.plans import Question, assumed_return, bases, market_value


def coverage_of(question: Question) -> tuple[str, CoverageTest] | None:
    """The basis and the test; None for a plan without any discount basis."""
    plan = question.plan
    if not plan.bases:
        return None
    lead = bases(plan)[0]
    test = coverage_test(
        plan.cash_flows.net,
        lead.curve,
        assets=market_value(plan),
        annual_return=assumed_return(plan),
    )
    return lead.name, test


def coverage_results(found: tuple[str, CoverageTest] | None) -> dict[str, Any] | None:
    """The keys of the JSON interface: `exhaust.results.coverage`."""
    if found is None:
        return None
    basis, test = found
    failing = test.first_failure
    return {
        "basis": basis,
        "first_failure": None if failing is None else to_date(test.dates[failing]),
        "least_margin": test.least_margin,
        "margin_today": float(test.margins[0]),
    }
