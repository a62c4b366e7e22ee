"""Published Treasury prices as the plain payments that curve fits take, for tests."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from functools import cache

import numpy as np
import numpy.typing as npt

from defease.bonds import BondUniverse, payments_of
from defease.curves import PricedPayments, priced_payments
from tests.shared_files import shared_rows
from tests.treasury_prices import MONTH_ENDS, end_of_day, treasuries

LEAST_DAYS = 30


def payments_and_prices(universe: BondUniverse) -> PricedPayments:
    """Payments after settlement and dirty prices."""
    payments = payments_of(universe)
    return priced_payments(
        payments.times,
        payments.amounts,
        payments.starts,
        universe.dirty_prices,
        names=universe.identifiers,
    )


@cache
def month_end_rows() -> dict[str, list[dict[str, str]]]:
    """Rows of the price file by date."""
    rows: dict[str, list[dict[str, str]]] = defaultdict(list)
    for row in shared_rows("data/" + MONTH_ENDS):
        rows[row["date"]].append(row)
    return rows


@cache
def published_days() -> npt.NDArray[np.datetime64]:
    """Days with constant-maturity yields: the business days of the Treasury market."""
    days = [row["date"] for row in shared_rows("data/rates/ust_cmt_daily.csv")]
    return np.array(days, dtype="datetime64[D]")


def next_business_day(day: str) -> dt.date:
    """Settlement of a trade on that day (T+1): the next day with published yields."""
    days = published_days()
    after = days[int(np.searchsorted(days, np.datetime64(day, "D"), side="right"))]
    return dt.date.fromisoformat(str(after))


def month_end_universe(day: str) -> BondUniverse:
    """Bills, notes and bonds at their end-of-day prices, settled on the next business day."""
    rows = month_end_rows()[day]
    return treasuries(rows, [end_of_day(row) for row in rows], next_business_day(day))


def notes_and_bonds(universe: BondUniverse) -> BondUniverse:
    """Coupon securities with more than 30 days to run: the universe of the fits.

    Bills trade at rates of their own; in its last month a bond's yield moves by basis points for
    every 1/32 of its price.
    """
    days = (universe.maturities - np.datetime64(universe.settlement, "D")).astype(int)
    return universe.take((universe.frequencies > 0) & (days > LEAST_DAYS))


@cache
def _first_seen() -> dict[str, str]:
    seen: dict[str, str] = {}
    for day, rows in month_end_rows().items():
        for row in rows:
            seen.setdefault(row["cusip"], day)
    return seen


def newest_of_each_maturity(universe: BondUniverse) -> BondUniverse:
    """One security a maturity date: the last to enter the file; among equals bill, note, bond."""
    rank = [
        (str(maturity), _first_seen()[cusip], frequency == 0, cusip[:6] == "912828", cusip)
        for maturity, cusip, frequency in zip(
            universe.maturities, universe.identifiers, universe.frequencies, strict=True
        )
    ]
    last = {rank[i][0]: i for i in sorted(range(len(rank)), key=lambda i: rank[i])}
    return universe.take(np.array(sorted(last.values()), dtype=np.int64))
