"""What can be wrong with a table of bonds, each finding with its bond and the remedy."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from defease.arrays import BoolArray, FloatArray
from defease.bonds.ratings import is_known_rating
from defease.bonds.schedule import is_coupon_date
from defease.bonds.terms import BondTerms, day_count_codes
from defease.dates import DayCount
from defease.errors import ProblemList

LISTED_AT_MOST = 20
"""Bonds named per kind of problem; the rest is counted."""
NOBODY = np.zeros(0, dtype=bool)
HIGHEST_PRICE = 1000.0
HIGHEST_COUPON = 1.0
KNOWN_FREQUENCIES = (0, 1, 2, 4, 12)


def universe_problems(columns: Mapping[str, Any], settlement: dt.date) -> ProblemList:
    """Every problem of a bond table given by column, in the order of its columns.

    Columns of unequal lengths are reported alone: nothing else can be said about them.
    """
    found = ProblemList()
    n = len(columns["identifiers"])
    for name, column in columns.items():
        if len(column) != n:
            what = f"{len(column)} entries for {n} bonds"
            found.add(f"bonds: {name}", what, "give one entry per bond")
    if found:
        return found
    report = _Report(found, columns["identifiers"])
    _check_money(report, columns)
    _check_dates(report, columns, settlement)
    _check_calls(report, columns)
    _check_words(report, columns)
    if not found:
        _check_first_coupons(report, columns, settlement)
    return found


class _Report:
    """Adds one problem per offending bond, the first ones by name and the rest as a number."""

    def __init__(self, found: ProblemList, identifiers: tuple[str, ...]) -> None:
        self.found = found
        self.identifiers = identifiers

    def add(self, wrong: BoolArray, what: Callable[[int], str], remedy: str) -> None:
        rows = np.flatnonzero(wrong).tolist()
        for i in rows[:LISTED_AT_MOST]:
            self.found.add(f"bonds: {self.identifiers[i] or f'row {i + 1}'}", what(i), remedy)
        if len(rows) > LISTED_AT_MOST:
            more = f"{len(rows) - LISTED_AT_MOST} more bonds of {len(self.identifiers)}: the same"
            self.found.add("bonds", more, remedy)


def _check_money(report: _Report, columns: Mapping[str, Any]) -> None:
    prices: FloatArray = columns["clean_prices"]
    report.add(
        ~(np.isfinite(prices) & (prices > 0)),
        lambda i: f"clean price is {prices[i]:g}",
        "give a price above 0; leave out bonds without a price (0 often means missing)",
    )
    report.add(
        np.isfinite(prices) & (prices > HIGHEST_PRICE),
        lambda i: f"clean price is {prices[i]:g}",
        "give prices per 100 of face amount",
    )
    coupons: FloatArray = columns["coupons"]
    report.add(
        ~(np.isfinite(coupons) & (coupons >= 0) & (coupons < HIGHEST_COUPON)),
        lambda i: f"coupon is {coupons[i]:g}",
        "give a coupon of 0 or more as a decimal, such as 0.045",
    )
    report.add(
        (columns["frequencies"] == 0) & (coupons > 0),
        lambda i: f"pays {coupons[i]:g} a year but has no coupon dates (frequency 0)",
        "give its frequency, or coupon 0 for a bill",
    )
    report.add(
        ~(columns["outstanding"] > 0),
        lambda i: f"outstanding amount is {columns['outstanding'][i]:g}",
        "give an amount above 0, or leave it out when it is not known",
    )
    offered: FloatArray = columns["offered"]
    report.add(
        ~(offered >= 0),
        lambda i: f"the amount on offer is {offered[i]:g}",
        "give a face amount, 0 where nothing is offered, or leave it out when it is not known",
    )
    _check_quotes(report, columns["bids"], columns["asks"])
    report.add(
        np.isinf(columns["accrued"]),
        lambda _: "accrued interest is not a finite number",
        "give it per 100 of face amount, or leave it out to have it computed",
    )


def _check_quotes(report: _Report, bids: FloatArray, asks: FloatArray) -> None:
    for side, quoted in (("bid", bids), ("ask", asks)):
        report.add(
            ~np.isnan(quoted) & ~((quoted > 0) & (quoted <= HIGHEST_PRICE)),
            lambda i, side=side, quoted=quoted: f"{side} price is {quoted[i]:g}",  # type: ignore[misc]
            "give clean prices per 100 of face amount, or leave quotes out",
        )
    report.add(
        bids > asks,
        lambda i: f"bid price {bids[i]:g} is above the ask {asks[i]:g}",
        "correct the quotes, or leave both out",
    )


def _check_dates(report: _Report, columns: Mapping[str, Any], settlement: dt.date) -> None:
    maturities = columns["maturities"]
    undated = np.isnat(maturities)
    report.add(undated, lambda _: "has no maturity date", "give its maturity")
    report.add(
        ~undated & (maturities <= np.datetime64(settlement, "D")),
        lambda i: f"matures on {maturities[i]}, not after settlement on {settlement}",
        "leave out matured bonds or give an earlier settlement date",
    )
    report.add(
        columns["issue_dates"] > np.datetime64(settlement, "D"),
        lambda i: f"is issued on {columns['issue_dates'][i]}, after settlement on {settlement}",
        "leave it out or give a later settlement date",
    )
    first = columns["first_coupons"]
    report.add(
        (first > maturities) | (first <= columns["issue_dates"]),
        lambda i: f"first coupon on {first[i]} is not between issue and maturity",
        "give the first coupon date, after the issue date and not after the maturity",
    )


def _check_calls(report: _Report, columns: Mapping[str, Any]) -> None:
    days, prices = columns["call_dates"], columns["call_prices"]
    report.add(
        days > columns["maturities"],
        lambda i: f"call date {days[i]} is after its maturity {columns['maturities'][i]}",
        "give the first call date, or leave it out",
    )
    report.add(
        ~np.isnat(days) & (columns["frequencies"] == 0),
        lambda i: f"is a bill with a call date ({days[i]})",
        "leave the call date out, or give its coupon frequency",
    )
    report.add(
        ~((prices > 0) & (prices <= HIGHEST_PRICE)),
        lambda i: f"call price is {prices[i]:g}",
        "give it per 100 of face amount, or leave it out for par",
    )


def _check_words(report: _Report, columns: Mapping[str, Any]) -> None:
    frequencies = columns["frequencies"]
    report.add(
        ~np.isin(frequencies, KNOWN_FREQUENCIES),
        lambda i: f"frequency is {frequencies[i]}",
        "give 1, 2, 4 or 12 coupons a year, or 0 for a bill",
    )
    counts = columns["day_counts"]
    report.add(
        NOBODY
        if set(map(type, counts)) <= {DayCount}
        else np.array([not isinstance(count, DayCount) for count in counts], dtype=bool),
        lambda i: f"day count is {counts[i]!r}",
        f"use one of {', '.join(DayCount)}",
    )
    ratings = columns["ratings"]
    unknown = {rating for rating in set(ratings) if not is_known_rating(rating)}
    report.add(
        np.array([rating in unknown for rating in ratings], dtype=bool) if unknown else NOBODY,
        lambda i: f"rating is {ratings[i]!r}",
        "use an S&P symbol (AAA to D), UST for Treasuries, or nothing for unrated",
    )


def _check_first_coupons(report: _Report, columns: Mapping[str, Any], settlement: dt.date) -> None:
    first = columns["first_coupons"]
    ahead = first > np.datetime64(settlement, "D")
    if not ahead.any():
        return
    terms = BondTerms(
        settlement=settlement,
        coupons=columns["coupons"],
        maturities=columns["maturities"],
        frequencies=columns["frequencies"],
        conventions=day_count_codes(columns["day_counts"]),
        first_coupons=first,
        issue_dates=columns["issue_dates"],
    )
    report.add(
        ahead & ~is_coupon_date(terms, first),
        lambda i: (
            f"first coupon on {first[i]} is not one of the coupon dates that lead back from "
            f"{columns['maturities'][i]}"
        ),
        "give the first coupon date, or leave it out for a regular bond",
    )
