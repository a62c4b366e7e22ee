"""Every convention of a match is named on its page."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pytest

from defease.bonds.universe import BondUniverse
from defease.cashflows import Payments
from defease.matching import (
    Availability,
    LimitsRelativeTo,
    Loan,
    MatchingPolicy,
    Surplus,
    TerminalSurplus,
    match_cash_flows,
)
from defease.reports.builders.match_conventions import matching_conventions

SETTLED = dt.date(2026, 1, 31)
DAYS = np.array(["2027-01-31", "2028-01-31"], "datetime64[D]")


def said(**options: Any) -> dict[str, str]:
    zeros = BondUniverse(
        settlement=SETTLED,
        identifiers=("one", "two"),
        coupons=np.zeros(2),
        clean_prices=np.array([96.0, 92.0]),
        maturities=DAYS,
    )
    due = Payments.from_dates(SETTLED, DAYS, [1000.0, 500.0])
    found = match_cash_flows(due, zeros, policy=MatchingPolicy(**options))
    return dict(matching_conventions(found).entries)


@pytest.mark.parametrize(
    ("options", "name", "words"),
    [
        ({}, "Borrowing", "none"),
        ({}, "Cash left at the end", "of no value"),
        ({"surplus": Surplus.LOST}, "Surplus cash", "lost"),
        ({"reinvestment_rate": (0.01, 0.02)}, "Reinvestment", "1% to 2% a year, by period"),
        ({"cash_cap_months": None}, "Cash cap", "none"),
        ({"initial_cash": Availability.NONE}, "Initial cash", "none"),
        (
            {"terminal_surplus": TerminalSurplus.TARGET, "terminal_target": 5.0},
            "Cash left at the end",
            "must be 5.00",
        ),
        (
            {"terminal_surplus": TerminalSurplus.CREDITED, "terminal_discount_factor": 0.5},
            "Cash left at the end",
            "0.500000",
        ),
        ({"borrowing_cap": 100.0}, "Borrowing", "plus 2%, up to 100; not at settlement"),
        (
            {"borrowing_cap": 10.0, "borrowing_rate": 0.06},
            "Borrowing",
            "loans at 6%, up to 10.00",
        ),
        (
            {"loans": (Loan(rate=0.05, periods=1, cap=50.0),)},
            "Borrowing",
            "loans of 1 payment dates at 5% up to 50.00",
        ),
        (
            {"limits_relative_to": LimitsRelativeTo.AMOUNT, "limits_amount": 1000.0},
            "Limits",
            "shares of 1,000",
        ),
        ({"payment_lag_days": 0}, "Payment lag", "none"),
    ],
)
def test_each_option_is_named(options: dict[str, Any], name: str, words: str) -> None:
    assert words in said(**options)[name]
