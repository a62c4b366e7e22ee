"""What inflation has made of the payments of each projection; what an index must know for that."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from defease.arrays import DateArray, FloatArray, IntArray, read_only
from defease.errors import ProblemList, did_you_mean
from defease.liability_index.inflation import (
    NOMINAL,
    WHERE,
    PriceIndex,
    expected_months,
    log_growth,
    month_numbers,
)

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from defease.liability_index.projections import Era

LISTED_AT_MOST = 12


def revaluation_of(era: Era, days: IntArray) -> FloatArray | None:
    """What inflation up to each date of an era has made of one unit, shape (dates, payments).

    None when no payment is index-linked.
    """
    indexation, table = era.projection.indexation, era.table
    if indexation is None or not (table.tags != NOMINAL).any():
        return None
    seen, due = month_numbers(days[era.first : era.last + 1]), month_numbers(table.days)
    stated = month_numbers(np.array([indexation.stated], "datetime64[D]").astype(np.int64))
    logs = np.zeros((len(seen), len(due)))
    for index in indexation.indices:
        chosen = table.tags == index.name
        if chosen.any():
            both = log_growth(index, np.concatenate([stated, seen]), due[chosen])
            logs[:, chosen] = both[1:] - both[0]
    return read_only(np.exp(logs))


def check_inflation(eras: Sequence[Era], dates: DateArray) -> None:
    """Refuse tags without an index and index numbers or expectations that are missing, at once."""
    found = ProblemList()
    for era in eras:
        tags = sorted({str(tag) for tag in era.table.tags} - {NOMINAL})
        given = era.projection.indexation
        known = {} if given is None else {index.name: index for index in given.indices}
        for tag in tags:
            if tag not in known:
                what = f"payments are linked to {tag!r}, an index that is not given"
                remedy = did_you_mean(tag, sorted(known)) if known else "give its numbers by month"
                found.add(WHERE, what, remedy)
            elif given is not None:
                _check_months(found, known[tag], era, dates, given.stated)
    found.raise_if_any()


def _check_months(
    found: ProblemList, index: PriceIndex, era: Era, dates: DateArray, stated: dt.date
) -> None:
    of_era = dates[era.first : era.last + 1].astype("datetime64[M]")
    base = np.datetime64(stated, "M")
    first, last = min(of_era[0], base), max(of_era[-1], base)
    needed = np.arange(first, last + 1) - index.lag_months
    missing = np.setdiff1d(needed, index.months)
    if len(missing):
        what = f"has no number for {_listed(missing)}"
        if index.lag_months:
            what += f" (months of the plan less the lag of {index.lag_months})"
        remedy = "add the months as published, or end the index before them; none is made up"
        found.add(f"index {index.name}", what, remedy)
    seen = np.append(of_era, base).astype(np.int64)
    unseen = np.setdiff1d(seen, expected_months(index)).astype("datetime64[M]")
    if len(unseen):
        what = f"has no expected inflation on {_listed(unseen)}"
        remedy = "the expectation covers every date of the index and the day amounts are stated at"
        found.add(f"index {index.name}", what, remedy)


def _listed(months: DateArray) -> str:
    listed = ", ".join(str(month) for month in months[:LISTED_AT_MOST])
    more = len(months) - LISTED_AT_MOST
    return f"{listed} and {more} more months" if more > 0 else listed
