"""The matching task as a whole: dates, cash, ladder, explanations."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
import pytest

from defease.cashflows import Payments
from defease.errors import InputError
from defease.matching import (
    Availability,
    IssuerLimit,
    MatchingPolicy,
    SectorLimit,
    Surplus,
    TerminalSurplus,
    match_cash_flows,
)
from defease.matching.question import cash_caps, payments_due
from tests.unit.matching.bonds import START, corporates, yearly, zeros

FREE = MatchingPolicy(cash_cap_months=None)


def test_a_payment_due_at_settlement_is_part_of_the_cost() -> None:
    days = np.array([START, dt.date(2026, 12, 31)], "datetime64[D]")
    liability = Payments.from_dates(START, days, [30.0, 100.0])
    found = match_cash_flows(liability, zeros([95.0]))
    assert found.cost == pytest.approx(125.0)
    assert found.future_value == 130.0
    assert found.matched.total == 130.0
    assert found.due_at_settlement == 30.0


def test_a_payment_before_settlement_is_refused_with_its_date() -> None:
    liability = Payments.from_dates(START, [dt.date(2025, 11, 30)], [1.0])
    with pytest.raises(InputError, match="2025-11-30, before settlement on 2025-12-31"):
        match_cash_flows(liability, zeros([95.0]))


def test_nothing_to_match_is_refused() -> None:
    with pytest.raises(InputError, match="on or before 2026-06-30"):
        match_cash_flows(yearly([1.0]), zeros([95.0]), horizon=dt.date(2026, 6, 30))


def test_the_horizon_leaves_later_payments_out_and_says_how_much_is_matched() -> None:
    found = match_cash_flows(
        yearly([100.0, 300.0]), zeros([95.0, 90.0]), horizon=dt.date(2027, 6, 30)
    )
    assert found.cost == pytest.approx(95.0)
    assert found.last_date == dt.date(2026, 12, 31)
    assert found.horizon_years == pytest.approx(1.0)
    assert found.percent_of_total == 0.25


def test_inflows_are_carried_to_later_payments() -> None:
    policy = MatchingPolicy(reinvestment_rate=0.02, cash_cap_months=None)
    found = match_cash_flows(yearly([-50.0, 151.0]), zeros([97.0, 93.0]), policy=policy)
    assert found.cost == pytest.approx((151.0 - 50.0 * 1.02) * 0.93)
    np.testing.assert_allclose(found.ladder.cash_after, [50.0, 0.0], atol=1e-12)
    np.testing.assert_allclose(found.ladder.interest, [0.0, 1.0])


def test_only_inflows_cost_nothing() -> None:
    found = match_cash_flows(yearly([-50.0, -10.0]), zeros([97.0, 93.0]))
    assert (found.cost, len(found.holdings)) == (0.0, 0)


def test_payments_of_zero_cost_nothing() -> None:
    found = match_cash_flows(yearly([0.0, 0.0]), zeros([97.0, 93.0]))
    assert (found.cost, found.percent_of_total, found.funded_by_cash) == (0.0, None, None)


def test_a_late_payment_earns_nothing_when_it_must_arrive_before() -> None:
    # The bond pays on the day; a lag of one day makes it useless for that day.
    lagged = replace(FREE, payment_lag_days=1)
    found = match_cash_flows(yearly([100.0]), zeros([95.0]), policy=lagged)
    assert found.cost == pytest.approx(100.0)
    assert found.initial_cash == pytest.approx(100.0)
    assert found.funded_by_cash is not None
    assert "1 payments from the start, 100.0% of future value" in found.funded_by_cash.sentence


def test_payments_beyond_the_last_bond_are_said_to_rest_on_cash() -> None:
    found = match_cash_flows(yearly([100.0, 25.0, 25.0]), zeros([95.0]), policy=FREE)
    assert found.funded_by_cash is not None
    assert found.funded_by_cash.count == 2
    assert found.funded_by_cash.after == dt.date(2026, 12, 31)
    assert found.funded_by_cash.share_of_future_value == pytest.approx(1 / 3)
    assert [caution.code for caution in found.cautions] == ["funded_by_cash"]


def test_payments_after_the_last_date_are_counted_but_worth_nothing() -> None:
    found = match_cash_flows(yearly([105.0]), corporates(1, years=2), policy=FREE)
    # The two-year bond pays 5 after a year: 95 is cheaper in cash, the redemption is lost.
    assert found.cost == pytest.approx(105.0)
    assert found.initial_cash == pytest.approx(105.0)


def test_terminal_cash_may_be_credited_or_asked_for() -> None:
    credited = replace(
        FREE, terminal_surplus=TerminalSurplus.CREDITED, terminal_discount_factor=0.5
    )
    asked = replace(FREE, terminal_surplus=TerminalSurplus.TARGET, terminal_target=40.0)
    inflow = yearly([-80.0, 20.0])
    assert match_cash_flows(inflow, zeros([95.0]), policy=credited).cost == pytest.approx(-30.0)
    found = match_cash_flows(yearly([100.0]), zeros([95.0]), policy=asked)
    assert found.cost == pytest.approx(0.95 * 140.0)
    assert found.ladder.cash_after[-1] == pytest.approx(40.0)


def test_the_cash_cap_counts_the_payments_of_the_next_months() -> None:
    days = np.array(["2026-02-28", "2026-08-31", "2027-02-28", "2027-03-01"], "datetime64[D]")
    liability = Payments.from_dates(START, days, [1.0, 2.0, -4.0, 8.0])
    due = payments_due(liability, START, None)
    # From a month's end the window ends with a month: the 28th lies within 12 months of the 28th.
    np.testing.assert_array_equal(cash_caps(due, 12), [3.0, 2.0, 8.0, 8.0, 0.0])
    np.testing.assert_array_equal(cash_caps(due, 6), [1.0, 2.0, 0.0, 8.0, 0.0])
    assert np.isinf(cash_caps(due, None)).all()


def test_cash_above_the_cap_is_released() -> None:
    policy = MatchingPolicy(cash_cap_months=12)
    found = match_cash_flows(yearly([-100.0, 30.0]), zeros([95.0, 90.0]), policy=policy)
    np.testing.assert_allclose(found.ladder.released, [70.0, 0.0], atol=1e-9)
    np.testing.assert_allclose(found.ladder.cash_after, [30.0, 0.0], atol=1e-9)


def test_two_payments_of_one_day_are_one() -> None:
    liability = Payments.from_times(START, [1.0, 1.0001], [60.0, 40.0])
    found = match_cash_flows(liability, zeros([95.0]))
    assert len(found.dates) == 1
    assert found.cost == pytest.approx(95.0)


def test_borrowing_bridges_a_gap_at_its_rate() -> None:
    policy = replace(FREE, borrowing_cap=50.0, borrowing_rate=0.03)
    market = zeros([99.0, 80.0])
    found = match_cash_flows(yearly([100.0, 100.0]), market, policy=policy)
    # Two-year money is cheap: 50 of the first payment is borrowed for a year.
    assert found.cost == pytest.approx(0.99 * 50.0 + 0.80 * (100.0 + 50.0 * 1.03))
    np.testing.assert_allclose(found.ladder.borrowed, [50.0, 0.0])
    np.testing.assert_allclose(found.ladder.repaid, [0.0, 51.5])


def test_lost_surplus_leaves_no_cash() -> None:
    policy = replace(FREE, surplus=Surplus.LOST, initial_cash=Availability.NONE)
    found = match_cash_flows(yearly([10.0, 4.0, 105.0]), corporates(2), policy=policy)
    assert found.cost == pytest.approx(2.0 * 98.0)  # the first coupon needs 200 face
    np.testing.assert_allclose(found.ladder.cash_after, 0.0)
    np.testing.assert_allclose(found.ladder.released, [0.0, 6.0, 105.0])


def test_the_ladder_splits_income_from_principal() -> None:
    found = match_cash_flows(yearly([5.0, 5.0, 105.0]), corporates(1), policy=FREE)
    np.testing.assert_allclose(found.ladder.income, [5.0, 5.0, 5.0])
    np.testing.assert_allclose(found.ladder.principal, [0.0, 0.0, 100.0])


def test_limits_are_priced_in_words() -> None:
    found = match_cash_flows(
        yearly([5e6, 5e6, 105e6]), corporates(4), policy=FREE, limits=(IssuerLimit(0.4),)
    )
    whole = found.limit_prices[0]
    assert whole.group == ""
    assert "issuer limit of every group (2 are at it) from 40% to 41% saves about" in whole.sentence
    again = match_cash_flows(
        yearly([5e6, 5e6, 105e6]), corporates(4), policy=FREE, limits=(IssuerLimit(0.41),)
    )
    assert found.cost - again.cost == pytest.approx(whole.saving_per_point, rel=0.02)


def test_limits_that_do_not_bind_have_no_price() -> None:
    found = match_cash_flows(
        yearly([5.0, 5.0, 105.0]), corporates(4), policy=FREE, limits=(SectorLimit(1.0),)
    )
    assert found.limit_prices == ()


def test_rich_bonds_are_told_by_how_much() -> None:
    found = match_cash_flows(yearly([5.0, 5.0, 105.0]), corporates(3), policy=FREE)
    np.testing.assert_allclose(found.price_falls_to_enter, [0.0, 0.25, 0.5], atol=1e-9)


def test_net_payments_on_an_annual_grid_use_their_days() -> None:
    # Times k on a 365-day year are not the calendar days of the bonds: days decide.
    days = yearly([100.0, 100.0, 100.0]).dates
    liability = Payments(START, np.array([1.0, 2.0, 3.0]), days, np.full(3, 100.0))
    found = match_cash_flows(liability, zeros([97.0, 94.0, 91.0]), policy=FREE)
    assert found.cost == pytest.approx(97.0 + 94.0 + 91.0)
    np.testing.assert_allclose(found.discount_factors, [0.97, 0.94, 0.91])
