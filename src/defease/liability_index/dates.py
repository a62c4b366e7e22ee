"""The dates of an index: those of its curves from the start on, one each month, without gaps."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from defease.arrays import read_only
from defease.curves import CurveHistory
from defease.errors import ProblemList, bad_input
from defease.liability_index.curves_by_date import CurvesByDate, DatedCurves

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from defease.arrays import BoolArray, DateArray
    from defease.liability_index.projections import Projection

WHERE = "liability index"
LISTED_AT_MOST = 20


def index_dates(
    projections: Sequence[Projection], curves: CurvesByDate, start: dt.date
) -> DateArray:
    """From the start to the last curve, or to the month in which the last payment is made."""
    first = np.datetime64(start, "D")
    if first not in curves.dates:
        what = f"there is no curve on its start, {start}"
        remedy = (
            f"curves cover {curves.dates[0]} to {curves.dates[-1]}: choose one of their dates as "
            "`start`, or add the curve"
        )
        raise bad_input(where=WHERE, what=what, remedy=remedy)
    dates = curves.dates[curves.dates >= first]
    last_due = max((p.flows.dates.max() for p in projections if len(p.flows)), default=first)
    dates = dates[: int(np.searchsorted(dates, last_due)) + 1]
    if len(dates) <= 1:
        what = f"no month lies between the start, {start}, and the last curve or payment"
        remedy = "give curves of at least two month ends, with payments after the first"
        raise bad_input(where=WHERE, what=what, remedy=remedy)
    _require_every_month(dates)
    return read_only(dates)


def curves_on(curves: CurvesByDate, dates: DateArray) -> CurvesByDate:
    """The curves of the index's dates; missing ones are refused, by name."""
    missing = np.setdiff1d(dates, curves.dates)
    if len(missing):
        listed = ", ".join(str(date) for date in missing[:LISTED_AT_MOST])
        what = f"the risk-free history has no curve on {listed}"
        if len(missing) > LISTED_AT_MOST:
            what += f" and {len(missing) - LISTED_AT_MOST} more dates"
        remedy = "both histories cover the same dates: add the curves, or choose a later start"
        raise bad_input(where=WHERE, what=what, remedy=remedy)
    return _rows(curves, np.isin(curves.dates, dates))


def _rows(curves: CurvesByDate, chosen: BoolArray) -> CurvesByDate:
    dates = read_only(curves.dates[chosen])
    if isinstance(curves, CurveHistory):
        return replace(curves, dates=dates, zero_rates=read_only(curves.zero_rates[chosen]))
    kept = tuple(curves.curves[k] for k in np.flatnonzero(chosen))
    return DatedCurves(dates, kept)


def _require_every_month(dates: DateArray) -> None:
    months = dates.astype("datetime64[M]")
    found = ProblemList()
    for month in np.setdiff1d(np.arange(months[0], months[-1] + 1), months)[:LISTED_AT_MOST]:
        found.add(WHERE, f"no curve in {month}", "add the month or choose a later start")
    for date in dates[1:][np.diff(months).astype(np.int64) == 0][:LISTED_AT_MOST]:
        found.add(WHERE, f"{date} is a second curve of its month", "keep one")
    found.raise_if_any()
