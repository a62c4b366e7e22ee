"""Windows in which payments may be borrowed for: worked by hand, and as aggregates."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from defease.cashflows import Payments
from defease.dates import years_between
from defease.errors import InputError
from defease.matching import MatchingPolicy, answer, matching_question
from defease.matching.slices import match_rolling, match_windowed, window_ends, windowed
from tests.slice_data import SETTLEMENT, market_question, zero_question

FLAT = MatchingPolicy(reinvestment_rate=0.02, cash_cap_months=None)


@settings(max_examples=20)
@given(st.integers(0, 10_000), st.integers(1, 4))
def test_windows_keep_only_the_balances_at_their_ends(seed: int, years: int) -> None:
    question = market_question(50, bonds=60, seed=seed, inflows=True, policy=FLAT)
    dates, amounts = question.due.dates, question.due.amounts
    ends = dates[window_ends(dates, years)]
    which = np.searchsorted(ends, dates)
    grown = amounts * 1.02 ** (
        years_between(SETTLEMENT, ends[which]) - years_between(SETTLEMENT, dates)
    )
    totals = np.bincount(which, grown, len(ends))
    at_ends = Payments.from_dates(SETTLEMENT, ends, totals.tolist())
    cumulative = answer(matching_question(at_ends, question.bonds, policy=FLAT))
    found = match_windowed(question, years=years)
    assert found.result.cost == pytest.approx(cumulative.cost, rel=1e-9)
    assert (found.borrowed[window_ends(dates, years)] == 0.0).all()
    assert found.largest == found.borrowed.max()
    assert found.result.ladder.lowest_cash >= 0.0


def test_a_longer_window_never_costs_more() -> None:
    question = market_question(48, bonds=60, policy=FLAT)
    month_by_month = answer(question).cost
    whole = match_windowed(question, years=10)
    rolling = [match_rolling(question, months=months).result.cost for months in (1, 3, 12)]
    costs = [month_by_month, *rolling, whole.result.cost]
    assert all(later <= earlier + 1e-7 for earlier, later in pairwise(costs))
    assert rolling[1] < month_by_month


def test_a_rolling_window_reaches_so_many_months_and_no_further() -> None:
    # One zero, at 0.80 in year 2; cash earns nothing.  A year's wait is 12 months.
    question = zero_question(
        [1.0, 0.80], [100.0, 100.0], policy=replace(FLAT, reinvestment_rate=0.0)
    )
    assert match_rolling(question, months=11).result.cost == pytest.approx(180.0)
    found = match_rolling(question, months=12)
    assert found.result.cost == pytest.approx(160.0)
    assert found.largest == pytest.approx(100.0)
    assert found.largest_date == dt.date(2027, 1, 31)
    assert "largest interim borrowing is 100" in found.sentence
    dear = match_rolling(question, months=12, rate=0.3)
    assert dear.result.cost == pytest.approx(180.0)
    assert dear.sentence == "nothing is ever borrowed"


def test_loans_make_payments_and_do_not_renew_loans() -> None:
    policy = replace(FLAT, reinvestment_rate=0.0)
    question = zero_question([1.0, 1.0, 0.7], [100.0, 0.0, 10.0], policy=policy)
    # In two years from the first payment nothing is due whose loan could replace the first one.
    assert match_rolling(question, months=12).result.cost == pytest.approx(107.0)
    assert match_rolling(question, months=24).result.cost == pytest.approx(77.0)


def test_the_policy_says_when_loans_are_open() -> None:
    days = np.array(["2026-11-30", "2027-01-31", "2027-06-30", "2028-01-31"], "datetime64[D]")
    policy = windowed(FLAT, days, years=1, spread=0.01)
    assert policy.borrowing_cap == (0.0, 0.0, np.inf, 0.0)
    assert policy.borrowing_rates(4).tolist() == pytest.approx([0.03] * 4)


def test_bad_windows_are_refused() -> None:
    question = zero_question([0.96], [100.0])
    with pytest.raises(InputError, match="at least 1 year, got 0"):
        match_windowed(question, years=0)
    with pytest.raises(InputError, match="at least 1 month, got 0"):
        match_rolling(question, months=0)
    by_period = question.with_policy(replace(FLAT, reinvestment_rate=(0.01,)))
    with pytest.raises(InputError, match="differs by period"):
        match_rolling(by_period, months=6)
