"""Scenarios, safer variants and other reinvestment rates as blocks of a report."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from defease.bonds import BondUniverse
from defease.cashflows import Payments
from defease.matching import MatchingPolicy, answer, match_cash_flows
from defease.matching.uncertain import (
    Scenario,
    ScenarioMatch,
    ShortfallRule,
    match_scenarios,
    reinvested_at,
    scenario_question,
)
from defease.reports.builders.match_uncertain import (
    SafeVariant,
    reinvestment_table,
    scenarios_section,
    variants_section,
)
from defease.reports.document import Figure
from tests.slice_data import zero_question
from tests.unit.reports.builders.shown import of_kind, rendered, table, words

START = dt.date(2026, 1, 31)
DAYS = np.array(["2027-01-31", "2028-01-31"], "datetime64[D]")


def matched(rule: ShortfallRule | None = None) -> ScenarioMatch:
    """Long lives 1000 and 800, short lives 1100 and 500, equally likely; zeros at 96 and 92."""
    bonds = BondUniverse(
        settlement=START,
        identifiers=("one", "two"),
        ratings=("UST", "UST"),
        coupons=np.zeros(2),
        clean_prices=np.array([96.0, 92.0]),
        maturities=DAYS,
    )
    long = Scenario("long lives", 0.5, Payments.from_dates(START, DAYS, [1000.0, 800.0]))
    short = Scenario("short lives", 0.5, Payments.from_dates(START, DAYS, [1100.0, 500.0]))
    question = scenario_question((long, short), bonds)
    return match_scenarios(question, shortfall=rule or ShortfallRule())


def test_full_cover_says_that_everything_is_paid() -> None:
    section = scenarios_section(matched(), "USD")
    assert "$1,700 buys one portfolio for 2 scenarios" in words([section])
    assert "every payment of every scenario is made" in words([section])
    rows = table([section], "What becomes").rows
    assert [row[2:5] for row in rows] == [(1800.0, 0.0, 0.0), (1600.0, 0.0, 0.0)]
    (figure,) = of_kind([section], Figure)
    assert [row[2] for row in figure.data.rows] == pytest.approx([100.0, -100.0])
    assert "on average $1,700" in figure.caption
    assert "Payments in several scenarios" in rendered([section])


def test_what_stays_unpaid_is_named_with_its_scenario() -> None:
    found = matched(ShortfallRule(worst_bound=100.0, cvar_bound=500.0, cvar_level=0.5))
    section = scenarios_section(found, "USD")
    assert "at worst $100 on one date" in words([section])
    facts = {str(row[0]): row[1] for row in table([section], "Cost, shortfalls").rows}
    assert facts["Largest shortfall on one date"] == pytest.approx(100.0)
    assert facts["the most it may be"] == 500.0


def test_safer_variants_show_what_they_cost_more() -> None:
    plain = answer(zero_question([0.96, 0.92], [1000.0, 500.0]))
    safer = answer(zero_question([0.96, 0.92], [1100.0, 500.0]))
    variant = SafeVariant(name="early wave", survives="100 more in the first year", result=safer)
    section = variants_section(plain, [variant], "USD")
    first, second = table([section], "The price").rows
    assert first[1:4] == (pytest.approx(1420.0), 0.0, 0.0)
    assert second[2] == pytest.approx(96.0)
    assert second[3] == pytest.approx(1e4 * 96.0 / 1420.0)
    assert "early wave, costs $96 more" in words([section])
    assert "No safer variant" in words([variants_section(plain, [], "USD")])


def test_less_interest_on_cash_misses_a_payment() -> None:
    bonds = BondUniverse(
        settlement=START,
        identifiers=("one",),
        ratings=("UST",),
        coupons=np.zeros(1),
        clean_prices=np.array([96.0]),
        maturities=DAYS[:1],
    )
    liability = Payments.from_dates(START, DAYS, [100.0, 101.0])
    policy = MatchingPolicy(reinvestment_rate=0.01, cash_cap_months=None)
    found = match_cash_flows(liability, bonds, policy=policy)
    shown = reinvestment_table([(rate, reinvested_at(found, rate)) for rate in (0.0, 0.01, 0.03)])
    assert [row[2] for row in shown.rows] == [1, 0, 0]
    assert [row[3] for row in shown.rows] == pytest.approx([-1.0, 0.0, 2.0], abs=1e-9)
