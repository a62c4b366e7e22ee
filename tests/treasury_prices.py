"""The published Treasury prices of ../shared as bond universes, for tests."""

from __future__ import annotations

import datetime as dt

import numpy as np

from defease.bonds import BondUniverse, LinkedUniverse
from tests.shared_files import shared_rows

FILE_2026 = "bonds/fedinvest_2026-03-24.csv"
MONTH_ENDS = "bonds/fedinvest_monthend_2010_2016.csv.gz"
TIPS_REFERENCE = "bonds/tips_reference.csv"
REFERENCE_CPI = "bonds/tips_ref_cpi_daily.csv.gz"
NOMINAL = frozenset({"BILL", "NOTE", "BOND"})


def mid_or_sell(row: dict[str, str]) -> float:
    """The middle of buy and sell; zero means missing, then the sell price."""
    buy, sell = float(row["buy"]), float(row["sell"])
    return (buy + sell) / 2 if buy > 0 else sell


def end_of_day(row: dict[str, str]) -> float:
    """The end-of-day price."""
    return float(row["eod"])


def treasuries(
    rows: list[dict[str, str]], prices: list[float], settlement: dt.date
) -> BondUniverse:
    """Bills, notes and bonds that have a price and mature after settlement."""
    return _universe(rows, prices, settlement, NOMINAL)


def _universe(
    rows: list[dict[str, str]], prices: list[float], settlement: dt.date, types: frozenset[str]
) -> BondUniverse:
    kept = [
        (row, price)
        for row, price in zip(rows, prices, strict=True)
        if row["type"] in types and price > 0 and row["maturity"] > settlement.isoformat()
    ]
    return BondUniverse(
        settlement=settlement,
        identifiers=tuple(row["cusip"] for row, _ in kept),
        issuers=("US Treasury",) * len(kept),
        ratings=("UST",) * len(kept),
        coupons=np.array([float(row["coupon"]) / 100 for row, _ in kept]),
        maturities=np.array([row["maturity"] for row, _ in kept], dtype="datetime64[D]"),
        clean_prices=np.array([price for _, price in kept]),
        frequencies=np.array([0 if row["type"] == "BILL" else 2 for row, _ in kept]),
    )


def treasuries_of_2026() -> BondUniverse:
    """The 400 bills, notes and bonds priced on Tuesday 2026-03-24, settled the next day (T+1)."""
    rows = shared_rows("data/" + FILE_2026)
    return treasuries(rows, [mid_or_sell(row) for row in rows], dt.date(2026, 3, 25))


def tips_of_2026() -> LinkedUniverse:
    """The 53 inflation-protected notes and bonds of the same file, by their real prices."""
    rows = shared_rows("data/" + FILE_2026)
    prices = [mid_or_sell(row) for row in rows]
    real = _universe(rows, prices, dt.date(2026, 3, 25), frozenset({"TIPS"}))
    bases = {row["cusip"]: row["baseCpi"] for row in shared_rows("data/" + TIPS_REFERENCE)}
    return LinkedUniverse(real, np.array([float(bases[name]) for name in real.identifiers]))


def reference_cpi(day: str) -> float:
    """The reference CPI that TreasuryDirect published for a day."""
    rows = shared_rows("data/" + REFERENCE_CPI)
    return next(float(row["refCpi"]) for row in rows if row["date"] == day)
