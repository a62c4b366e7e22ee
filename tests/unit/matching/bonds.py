"""Small bond markets for tests of matching."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np

from defease.bonds.universe import BondUniverse
from defease.cashflows import Payments
from defease.dates import add_months_to

START = dt.date(2025, 12, 31)


def yearly(amounts: list[float]) -> Payments:
    """Payments on the last day of each year from 2026 on."""
    days = add_months_to(START, 12 * np.arange(1, len(amounts) + 1))
    return Payments.from_dates(START, days, amounts)


def zeros(prices: list[float], **columns: Any) -> BondUniverse:
    """Zero-coupon bonds due on the last day of each year from 2026 on, by default Treasuries."""
    count = len(prices)
    given: dict[str, Any] = {"ratings": ("UST",) * count, **columns}
    return BondUniverse(
        settlement=START,
        identifiers=tuple(f"zero {year}" for year in range(1, count + 1)),
        coupons=np.zeros(count),
        clean_prices=np.array(prices),
        maturities=add_months_to(START, 12 * np.arange(1, count + 1)),
        **given,
    )


def corporates(count: int, *, years: int = 3, **columns: Any) -> BondUniverse:
    """Annual 5% bonds at slightly rising prices, one issuer each, all due after `years`."""
    given: dict[str, Any] = {
        "issuers": tuple(f"Company {i}" for i in range(count)),
        "sectors": tuple(f"Sector {i % 2}" for i in range(count)),
        "ratings": ("A",) * count,
        **columns,
    }
    return BondUniverse(
        settlement=START,
        identifiers=tuple(f"bond {i}" for i in range(count)),
        coupons=np.full(count, 0.05),
        frequencies=np.ones(count, dtype=np.int64),
        clean_prices=np.array([98.0 + 0.25 * i for i in range(count)]),
        maturities=np.full(count, add_months_to(START, 12 * years)),
        **given,
    )
