"""Yields of the newest Treasuries against the constant-maturity yields, every month end 2010-2016.

Prices: TreasuryDirect, FedInvest end-of-day prices of 74 month ends.  Yields: Federal Reserve H.15
/ US Treasury constant-maturity yields of the same days.  The constant-maturity yield is read from a
curve through the newest issues (closing bids), and quoted to a basis point; 10-year notes run up
to three months short of ten years, which a rising curve shows.

Largest and median differences found (basis points): 30-year 0.5 and 0.2; 10-year 3.6 and 1.4;
5-year, reported and held to a looser bound, 4.4 and 0.4.
"""

from __future__ import annotations

import datetime as dt
from functools import cache

import numpy as np
import pytest

from defease.bonds import BondUniverse, yields_to_maturity
from defease.calendars import HolidayCalendar, is_business_day, settlement_date
from tests.shared_files import shared_rows
from tests.treasury_prices import MONTH_ENDS, end_of_day, treasuries

HOLIDAY = "2010-05-31"


@cache
def prices_by_day() -> dict[str, list[dict[str, str]]]:
    found: dict[str, list[dict[str, str]]] = {}
    for row in shared_rows("data/" + MONTH_ENDS):
        found.setdefault(row["date"], []).append(row)
    return found


@cache
def universe_of(day: str) -> BondUniverse:
    rows = prices_by_day()[day]
    settlement = settlement_date(dt.date.fromisoformat(day))
    return treasuries(rows, [end_of_day(row) for row in rows], settlement)


@cache
def first_seen() -> dict[str, str]:
    """The first month end of each security in the file."""
    found: dict[str, str] = {}
    for day, rows in sorted(prices_by_day().items()):
        for row in rows:
            found.setdefault(row["cusip"], day)
    return found


def newest(day: str, tenor: str) -> int:
    """Position of the newest issue: the longest note or bond; for five years the last to appear."""
    universe = universe_of(day)
    kinds = {row["cusip"]: row["type"] for row in prices_by_day()[day]}
    wanted = "BOND" if tenor == "30Y" else "NOTE"
    rows = [i for i, name in enumerate(universe.identifiers) if kinds[name] == wanted]
    if tenor == "5Y":
        years = (universe.maturities - np.datetime64(universe.settlement)).astype(float) / 365.25
        rows = [i for i in rows if 4.7 < years[i] < 5.05]
        seen = first_seen()
        return max(rows, key=lambda i: (seen[universe.identifiers[i]], universe.maturities[i]))
    return max(rows, key=lambda i: universe.maturities[i])


def differences(tenor: str) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Basis points between our yield and the published one on every day that has one."""
    published = {row["date"]: row[tenor] for row in shared_rows("data/rates/ust_cmt_daily.csv")}
    days = [day for day in sorted(prices_by_day()) if day in published]
    assert len(days) == 73
    return np.array(
        [
            1e4 * yields_to_maturity(universe_of(day))[newest(day, tenor)]
            - 100 * float(published[day])
            for day in days
        ]
    )


@pytest.mark.parametrize(
    ("tenor", "largest", "median"), [("30Y", 1.0, 0.3), ("10Y", 5.0, 2.0), ("5Y", 5.0, 1.0)]
)
def test_newest_issues(tenor: str, largest: float, median: float) -> None:
    found = np.abs(differences(tenor))
    assert found.max() < largest
    assert np.median(found) < median


def test_the_one_month_end_without_a_published_yield_is_a_holiday() -> None:
    days = np.array(sorted(prices_by_day()), dtype="datetime64[D]")
    shut = days[~is_business_day(days, HolidayCalendar.US_BOND_MARKET)]
    assert shut.astype(str).tolist() == [HOLIDAY]
    assert settlement_date(dt.date.fromisoformat(HOLIDAY)) == dt.date(2010, 6, 1)
