"""The corporate holdings of ../shared as a bond universe, for tests."""

from __future__ import annotations

import datetime as dt

import numpy as np

from defease.bonds import BondUniverse
from tests.shared_files import shared_rows


def corporates() -> BondUniverse:
    """3,002 investment-grade bonds, semiannual 30/360, settled on 2025-12-18."""
    rows = shared_rows("data/bonds/ig_corporate_universe_2025-12.csv")
    return BondUniverse(
        settlement=dt.date(2025, 12, 18),
        identifiers=tuple(row["id"] for row in rows),
        issuers=tuple(row["issuer"] for row in rows),
        sectors=tuple(row["sector"] for row in rows),
        coupons=np.array([float(row["coupon"]) / 100 for row in rows]),
        maturities=np.array([row["maturity"] for row in rows], dtype="datetime64[D]"),
        clean_prices=np.array([float(row["price"]) for row in rows]),
    )
