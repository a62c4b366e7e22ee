"""The bonds and payments of the matching study, read from the folder of reference data.

Nothing is copied: the files stay where they are, and the study prints results only.
"""

from __future__ import annotations

import csv
import datetime as dt
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from defease.arrays import FloatArray
from defease.bonds import BondUniverse, payments_of
from defease.bonds.ratings import TREASURY
from defease.cashflows import Payments
from defease.curves import DiscountCurve, fit_svensson, priced_payments, spread_between
from defease.dates import add_months_to

PRICED = dt.date(2026, 3, 24)
SETTLEMENT = dt.date(2026, 3, 25)
NOMINAL = frozenset({"BILL", "NOTE", "BOND"})
CALL_MARGIN = 0.005
"""Percentage points by which a yield to worst below the yield to maturity shows a call: 0.5 bp."""
LEAST_DAYS = 30
SPREAD_TENORS = (5.0, 7.0, 10.0, 15.0, 20.0, 25.0, 30.0)
"""No corporate bond has less than two years to run, and few less than five."""
FUTURE_VALUE = 1e9
MONTHS = 12


@dataclass(frozen=True)
class StudyData:
    """All that the study reads: three sets of bonds, two curves, two streams by year."""

    treasuries: BondUniverse
    strips: BondUniverse
    corporates: BondUniverse
    treasury_curve: DiscountCurve
    corporate_curve: DiscountCurve
    texas: FloatArray
    florida: FloatArray


def read_study(shared: Path) -> StudyData:
    """Everything, from the folder of reference data."""
    treasuries, corporates = _treasuries(shared), _corporates(shared)
    treasury_curve = _curve(treasuries)
    corporate = _curve(corporates.take(~corporates.callable))
    return StudyData(
        treasuries=treasuries,
        strips=_strips(shared),
        corporates=corporates,
        treasury_curve=treasury_curve,
        corporate_curve=spread_between(corporate, treasury_curve, SPREAD_TENORS, name="corporate"),
        texas=_texas(shared),
        florida=_florida(shared),
    )


def monthly_payments(by_year: FloatArray, years: int) -> Payments:
    """Twelfths of each year's payments, monthly from 2026-04-24 on, scaled to add up to $1bn."""
    days = add_months_to(PRICED, np.arange(1, MONTHS * years + 1))
    chosen = by_year[:years] * (FUTURE_VALUE / (by_year[:years].sum() * MONTHS))
    return Payments.from_dates(SETTLEMENT, days, np.repeat(chosen, MONTHS))


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _numbers(rows: list[dict[str, str]], column: str) -> FloatArray:
    return np.array([float(row[column]) for row in rows], dtype=np.float64)


def _alive(rows: list[dict[str, str]]) -> list[dict[str, str]]:
    return [row for row in rows if row["maturity"] > SETTLEMENT.isoformat()]


def _days(rows: list[dict[str, str]]) -> np.ndarray[tuple[int], np.dtype[np.datetime64]]:
    return np.array([row["maturity"] for row in rows], dtype="datetime64[D]")


def _treasuries(shared: Path) -> BondUniverse:
    """Bills, notes and bonds at the middle of buy and sell; the sell price where buy is missing."""
    rows = _rows(shared / "data" / "bonds" / "fedinvest_2026-03-24.csv")
    rows = _alive([row for row in rows if row["type"] in NOMINAL and float(row["sell"]) > 0.0])
    buy, sell = _numbers(rows, "buy"), _numbers(rows, "sell")
    return BondUniverse(
        settlement=SETTLEMENT,
        identifiers=tuple(row["cusip"] for row in rows),
        issuers=("US Treasury",) * len(rows),
        ratings=(TREASURY,) * len(rows),
        coupons=_numbers(rows, "coupon") / 100.0,
        maturities=_days(rows),
        clean_prices=np.where(buy > 0.0, (buy + sell) / 2.0, sell),
        frequencies=np.array([0 if row["type"] == "BILL" else 2 for row in rows]),
    )


def _strips(shared: Path) -> BondUniverse:
    """Stripped coupons and principals at their ask prices."""
    rows = _alive(_rows(shared / "data" / "bonds" / "strips_quotes_2026-03-25.csv"))
    return BondUniverse(
        settlement=SETTLEMENT,
        identifiers=tuple(row["cusip"] for row in rows),
        issuers=("US Treasury",) * len(rows),
        ratings=(TREASURY,) * len(rows),
        coupons=np.zeros(len(rows)),
        maturities=_days(rows),
        clean_prices=_numbers(rows, "ask"),
    )


def _corporates(shared: Path) -> BondUniverse:
    """Clean prices of December 2025 carried to the settlement day; accrued interest is that day's.

    A yield to worst below the yield to maturity marks a callable bond.
    """
    rows = _alive(_rows(shared / "data" / "bonds" / "ig_corporate_universe_2025-12.csv"))
    return BondUniverse(
        settlement=SETTLEMENT,
        identifiers=tuple(row["id"] for row in rows),
        issuers=tuple(row["issuer"] for row in rows),
        sectors=tuple(row["sector"] for row in rows),
        coupons=_numbers(rows, "coupon") / 100.0,
        maturities=_days(rows),
        clean_prices=_numbers(rows, "price"),
        callable=_numbers(rows, "ytw_pct") < _numbers(rows, "ytm_pct") - CALL_MARGIN,
    )


def _curve(bonds: BondUniverse) -> DiscountCurve:
    """Svensson's curve through the coupon bonds with more than 30 days to run."""
    days = (bonds.maturities - np.datetime64(bonds.settlement, "D")).astype(int)
    chosen = bonds.take((bonds.frequencies > 0) & (days > LEAST_DAYS))
    paid = payments_of(chosen)
    return fit_svensson(
        priced_payments(
            *(paid.times, paid.amounts, paid.starts, chosen.dirty_prices),
            names=chosen.identifiers,
        )
    ).curve


def _texas(shared: Path) -> FloatArray:
    """Benefits and expenses less contributions of current members, by year."""
    rows = _rows(shared / "cases" / "texas_trs_2024.csv")
    outgo = _numbers(rows, "benefits") + _numbers(rows, "admin_expenses")
    return np.asarray(outgo - _numbers(rows, "contrib_total"), dtype=np.float64)


def _florida(shared: Path) -> FloatArray:
    """Benefits of the closed group, by year."""
    rows = _rows(shared / "data" / "pension" / "frs_2022_benefit_projection_100y.csv")
    return _numbers(rows, "closed_group_total")
