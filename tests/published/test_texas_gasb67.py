"""The 99-year projection of the Teacher Retirement System of Texas, GASB 67, 2024-08-31.

Source: GASB Statement No. 67 reporting and disclosure information for the year ending 2024-08-31
(actuary GRS); figures and tolerances in ../shared/cases/texas_trs_facts.json.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from defease.funding import (
    AnnualFlows,
    CountedContributions,
    ExhaustionPolicy,
    project_assets,
    required_return,
    single_discount_rate,
    terminal_returns,
)
from tests.shared_files import shared_json, shared_rows

if TYPE_CHECKING:
    from defease.arrays import FloatArray

RETURN = 0.07


def column(name: str) -> FloatArray:
    rows = shared_rows("cases/texas_trs_2024.csv")
    return np.array([float(row[name]) for row in rows])


@pytest.fixture(scope="module")
def flows() -> AnnualFlows:
    return AnnualFlows.from_columns(
        labels=column("year"),
        benefits=column("benefits"),
        expenses=column("admin_expenses"),
        contributions=column("contrib_total"),
        contributions_current_members=column("contrib_members_current"),
    )


def test_every_year_from_its_printed_opening(flows: AnnualFlows) -> None:
    printed = zip(column("bop_fnp"), column("investment_earnings"), column("eop_fnp"), strict=True)
    for year, (opening, earnings, closing) in enumerate(printed):
        one = AnnualFlows.from_columns(
            benefits=flows.benefits[[year]],
            expenses=flows.expenses[[year]],
            contributions=flows.contributions[[year]],
        )
        path = project_assets(one, opening_assets=opening, annual_return=RETURN)
        assert abs(path.earnings[0] - earnings) <= 1.0
        assert abs(path.closing[0] - closing) <= 3.0


def test_chained_for_99_years(flows: AnnualFlows) -> None:
    opening = float(column("bop_fnp")[0])
    path = project_assets(flows, opening_assets=opening, annual_return=RETURN)
    assert len(path) == 99
    np.testing.assert_allclose(path.closing, column("eop_fnp"), rtol=1e-9)
    assert path.exhaustion_year is None
    assert path.first_insufficient_year is None


def test_single_discount_rate_is_the_assumed_return(flows: AnnualFlows) -> None:
    facts = shared_json("cases/texas_trs_facts.json")
    blend = single_discount_rate(
        flows,
        opening_assets=facts["fiduciary_net_position"],
        assumed_return=facts["long_term_expected_return"],
        municipal_rate=facts["municipal_bond_rate"],
    )
    assert blend.rate == facts["single_discount_rate"] == RETURN
    assert blend.present_value_unfunded == 0.0


def test_required_return_lies_above_every_terminal_return(flows: AnnualFlows) -> None:
    # Assets at 6.2% recover after the middle years only because later contributions exceed outgo;
    # both returns that end at zero go broke on the way.
    opening = float(column("bop_fnp")[0])
    found = required_return(flows, opening_assets=opening)
    assert found.rate is not None
    assert found.binding_year not in {None, 99}
    for r in terminal_returns(flows, opening_assets=opening):
        path = project_assets(flows, opening_assets=opening, annual_return=r)
        assert path.exhausted
        assert r < found.rate < RETURN
    margin = found.margin_over(RETURN)
    assert margin is not None
    assert 0 < margin < 0.01


def test_fewer_contributions_need_more_return(flows: AnnualFlows) -> None:
    opening = float(column("bop_fnp")[0])
    rates = [
        required_return(
            flows, opening_assets=opening, policy=ExhaustionPolicy(contributions=counted)
        ).rate
        for counted in (
            CountedContributions.ALL,
            CountedContributions.CURRENT_MEMBERS,
            CountedContributions.NONE,
        )
    ]
    known = [rate for rate in rates if rate is not None]
    assert len(known) == 3
    assert known[0] < known[1] < known[2]


def test_contributions_follow_from_payroll() -> None:
    rates = shared_json("cases/texas_trs_facts.json")["contribution_rates"]
    members = rates["member_pct_of_current_member_payroll"] * column("payroll_current")
    employer = rates["employer_and_state_pct_of_total_payroll"] * column("payroll_total")
    assert abs(members - column("contrib_members_current")).max() <= 1.0
    assert abs(employer - column("contrib_employer_all")).max() <= 1.0
