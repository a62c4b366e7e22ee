"""Ten years of the Texas teachers' net payments matched with the Treasuries of 24 March 2026.

Payments: GASB 67 projection of the Teacher Retirement System of Texas at 2024-08-31, re-dated so
that its first year starts on 2026-03-24 and scaled so that ten years add up to $1bn.  Prices:
FedInvest, settled the next day.
"""

from __future__ import annotations

import datetime as dt
from functools import cache

import numpy as np
import pytest

from defease.bonds.universe import BondUniverse
from defease.cashflows import Payments
from defease.dates import add_months_to
from defease.matching import (
    ILLUSTRATIVE_LOSSES,
    MatchingPolicy,
    MatchResult,
    UncoveredError,
    match_cash_flows,
)
from tests.shared_files import shared_rows
from tests.treasury_prices import treasuries_of_2026

START = dt.date(2026, 3, 24)
YEARS = 10
TOTAL = 1e9


def texas_payments(years: int = YEARS) -> Payments:
    """Monthly twelfths of benefits + administration - contributions; ten years add up to $1bn."""
    rows = shared_rows("cases/texas_trs_2024.csv")
    net = np.array(
        [
            float(row["benefits"]) + float(row["admin_expenses"]) - float(row["contrib_total"])
            for row in rows[:years]
        ]
    )
    days = add_months_to(START, np.arange(1, 12 * years + 1))
    return Payments.from_dates(START, days, np.repeat(net * TOTAL / net[:YEARS].sum() / 12.0, 12))


@cache
def treasuries() -> BondUniverse:
    return treasuries_of_2026()


@cache
def matched() -> MatchResult:
    return match_cash_flows(
        texas_payments(), treasuries(), policy=MatchingPolicy(reinvestment_rate=0.02)
    )


def test_every_payment_is_covered_and_the_optimum_is_certified() -> None:
    found = matched()
    assert found.future_value == pytest.approx(TOTAL, rel=1e-12)
    assert found.certificate.worst < 1e-8
    assert found.ladder.lowest_cash >= 0.0
    received = found.ladder.income + found.ladder.principal + found.ladder.interest
    unspent = found.ladder.cash_after[-1] + found.ladder.released.sum() - found.initial_cash
    assert received.sum() == pytest.approx(TOTAL + unspent, rel=1e-9)
    assert found.funded_by_cash is None or found.funded_by_cash.share_of_future_value < 0.02


def test_the_cost_lies_between_the_values_at_the_highest_and_the_lowest_treasury_yield() -> None:
    # Any bond bought yields something between the two, and so does the portfolio as a whole.
    found = matched()
    times = found.data.payment_times
    low, high = (float(found.data.payments @ np.exp(-rate * times)) for rate in (0.055, 0.025))
    assert low < found.cost < high


def test_the_holdings_add_up_to_the_cost() -> None:
    found = matched()
    holdings = found.holdings
    assert holdings.costs.sum() + found.initial_cash == pytest.approx(found.cost, rel=1e-12)
    assert holdings.faces @ holdings.prices / 100.0 == pytest.approx(holdings.costs.sum())
    assert set(holdings.identifiers) <= set(treasuries().identifiers)


def test_a_haircut_does_not_touch_treasuries() -> None:
    again = match_cash_flows(
        texas_payments(),
        treasuries(),
        policy=MatchingPolicy(reinvestment_rate=0.02),
        haircut=ILLUSTRATIVE_LOSSES,
    )
    assert again.cost == pytest.approx(matched().cost, rel=1e-12)


def test_forty_years_cannot_be_covered_and_the_first_month_is_named() -> None:
    # The longest Treasury matures in February 2056; cash may be carried for twelve months only.
    with pytest.raises(UncoveredError) as caught:
        match_cash_flows(texas_payments(40), treasuries())
    first = caught.value.diagnosis.uncovered[0]
    assert dt.date(2055, 1, 1) < first.date < dt.date(2057, 4, 1)
    assert str(first.date) in str(caught.value)
    assert f"{first.shortfall:,.0f}" in str(caught.value)
    assert any("cash_cap_months" in repair for repair in caught.value.diagnosis.repairs)
