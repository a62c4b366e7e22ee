"""Proxies on one calendar; monthly flows in daily periods."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from defease.errors import InputError
from defease.performance import (
    Step,
    aligned_returns,
    at_month_ends,
    dated_returns,
    market_moves,
    official_values,
    roll_forward,
)

JAN, FEB, MAR, APR = (dt.date(2025, m, d) for m, d in ((1, 31), (2, 28), (3, 31), (4, 30)))


def test_months_are_matched_by_month_and_end_where_all_end() -> None:
    found = aligned_returns(
        {
            "equity": dated_returns([JAN, FEB, dt.date(2025, 3, 28), APR], [0.1, 0.2, 0.3, 0.4]),
            "bonds": dated_returns([FEB, MAR], [0.01, 0.02]),
        },
        step=Step.MONTHLY,
        after=JAN,
    )
    assert found.names == ("equity", "bonds")
    assert found.returns.tolist() == [[0.2, 0.01], [0.3, 0.02]]


def test_gaps_and_duplicates_of_proxies_are_listed_together() -> None:
    with pytest.raises(InputError) as caught:
        aligned_returns(
            {
                "equity": dated_returns([FEB, FEB, MAR], [0.0, 0.0, 0.0]),
                "bonds": dated_returns([MAR], [0.0]),
                "cash": dated_returns([JAN], [0.0]),
            },
            step=Step.MONTHLY,
            after=JAN,
        )
    assert [(p.where, p.what) for p in caught.value.problems] == [
        ("proxy equity 2025-02-28", "same period as 2025-02-28, or earlier"),
        ("proxy bonds 2025-03-31", "periods missing after 2025-01-31: no return in 2025-02"),
        ("proxy cash", "no return after 2025-01-31"),
    ]


def test_a_day_that_one_proxy_lacks() -> None:
    days = [dt.date(2025, 2, day) for day in (3, 4, 5)]
    with pytest.raises(InputError, match="proxy bonds: no return for 2025-02-04"):
        aligned_returns(
            {
                "equity": dated_returns(days, [0.0, 0.0, 0.0]),
                "bonds": dated_returns(days[::2], [0.0, 0.0]),
            },
            step=Step.DAILY,
            after=JAN,
        )
    with pytest.raises(InputError, match="periods missing after 2025-01-31"):
        aligned_returns(
            {"equity": dated_returns([dt.date(2025, 2, 10)], [0.0])}, step=Step.DAILY, after=JAN
        )
    with pytest.raises(InputError, match="none given"):
        aligned_returns({}, step=Step.DAILY, after=JAN)
    with pytest.raises(InputError, match="1 returns for 2 dates"):
        dated_returns([JAN, FEB], [0.0])


def business_days(first: str, last: str) -> list[dt.date]:
    days = np.arange(np.datetime64(first), np.datetime64(last) + 1)
    return [day.item() for day in days[np.is_busday(days)]]


def test_monthly_flows_fall_on_the_last_business_day() -> None:
    days = np.array(business_days("2025-02-03", "2025-04-10"), dtype="datetime64[D]")
    months = np.array([FEB, MAR, MAR, APR], dtype="datetime64[D]")
    placed = at_month_ends(days, months=months, amounts=[5.0, 3.0, 4.0, 9.0])
    booked = {str(days[k]): placed.amounts[k] for k in np.flatnonzero(placed.amounts)}
    assert booked == {"2025-02-28": 5.0, "2025-03-31": 7.0}
    assert [c.message for c in placed.cautions] == [
        "9.00 of 2025-04 not booked: the month has not ended"
    ]
    # the last business day of May 2026 is two days before the month's end
    may = np.array(business_days("2026-05-01", "2026-05-29"), dtype="datetime64[D]")
    assert at_month_ends(may, months=may[:1], amounts=[2.0]).amounts[-1] == 2.0


def test_daily_and_monthly_roll_forward_agree() -> None:
    """Days that compound to the month's returns, flows at its end: the same month-end values."""
    days = business_days("2025-02-03", "2025-03-31")
    random = np.random.default_rng(8)
    equity, index = random.normal(0, 0.01, len(days)), random.normal(0, 0.004, len(days))
    daily = aligned_returns(
        {"equity": dated_returns(days, equity), "liability": dated_returns(days, index)},
        step=Step.DAILY,
        after=JAN,
    )
    months = np.array([FEB, MAR], dtype="datetime64[D]")
    benefits = at_month_ends(daily.dates, months=months, amounts=[3.0, 4.0]).amounts
    start = official_values(JAN, assets=90.0, liabilities=100.0, weights=[1.0])
    fine = roll_forward(
        start,
        market_moves(
            daily.dates,
            class_returns=daily.returns[:, :1],
            liability_returns=daily.returns[:, 1],
            benefits=benefits,
        ),
    )
    in_february = np.array([day.month == 2 for day in days])
    linked = [
        [float(np.prod(1 + r[part])) - 1 for part in (in_february, ~in_february)]
        for r in (equity, index)
    ]
    coarse = roll_forward(
        start,
        market_moves(
            months,
            class_returns=np.array(linked[:1]).T,
            liability_returns=linked[1],
            benefits=[3.0, 4.0],
        ),
    )
    assert fine.assets[-1] == pytest.approx(coarse.assets[-1], rel=1e-12)
    assert fine.liabilities[-1] == pytest.approx(coarse.liabilities[-1], rel=1e-12)
