"""One bond in one line, for the tests of bonds."""

from __future__ import annotations

import datetime as dt

import numpy as np

from defease.arrays import DateArray
from defease.bonds import BondUniverse
from defease.dates import DayCount


def days(*texts: str) -> DateArray:
    return np.array(texts, dtype="datetime64[D]")


def bond(
    maturity: str,
    coupon: float = 0.04,
    *,
    settlement: str = "2026-03-25",
    price: float = 100.0,
    frequency: int = 2,
    day_count: DayCount = DayCount.ACT_ACT_ICMA,
    first_period: tuple[str, str] = ("NaT", "NaT"),
) -> BondUniverse:
    """A universe of one bond; `first_period` is its issue date and first coupon."""
    return BondUniverse(
        settlement=dt.date.fromisoformat(settlement),
        identifiers=("bond",),
        coupons=np.array([coupon]),
        maturities=days(maturity),
        clean_prices=np.array([price]),
        frequencies=np.array([frequency]),
        day_counts=(day_count,),
        issue_dates=days(first_period[0]),
        first_coupons=days(first_period[1]),
    )
