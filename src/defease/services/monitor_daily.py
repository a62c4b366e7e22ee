"""A roll-forward day by day: proxies as they come, the liability on its index.

Curves are known at month ends.  Within a month every payment earns its own rate of the month's
opening curve; what the new curve changes, and the month's payments, are booked on the last day of
the month, so that the days of a month link to the index's return exactly.  After the last curve the
liability goes on earning its own rates for at most one month.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from defease.arrays import DateArray, FloatArray, IntArray, read_only
from defease.dates import add_months, month_end, to_date
from defease.errors import Caution, bad_input
from defease.liability_index import Amounts
from defease.performance import (
    MarketMoves,
    Step,
    aligned_returns,
    at_month_ends,
    dated_returns,
    market_moves,
)
from defease.performance.proxies import LAST_DAYS, LONGEST_PAUSE
from defease.performance.series import month_numbers
from defease.services.monitor_data import expected_contributions, paid_between

if TYPE_CHECKING:
    from collections.abc import Mapping

    from defease.inputs.performance_files import Proxy
    from defease.liability_index import LiabilityIndex
    from defease.services.index import IndexStudy


def daily_moves(
    study: IndexStudy, proxies: Mapping[str, Proxy]
) -> tuple[MarketMoves, tuple[Caution, ...]]:
    """Moves of every day that all proxies have, and what is not booked yet."""
    index = study.index
    after = _first_month_end(index.dates, proxies)
    aligned = aligned_returns(
        {name: dated_returns(*proxy) for name, proxy in proxies.items()},
        step=Step.DAILY,
        after=to_date(after),
    )
    ends = _with_running_month(index.dates)
    kept = aligned.dates <= ends[-1]
    days, closing = _closed(aligned.dates[kept], ends)
    owed = _liability_returns(index, days, closing)
    flows, cautions = _flows(study, days, ends)
    if days[-1] > index.dates[-1]:
        message = (
            f"no curve is known after {index.dates[-1]}: since then the liability earns the rates "
            "of that day's curve"
        )
        cautions = (Caution("no_later_curve", message), *cautions)
    benefits, contributions, service_cost = flows
    moves = market_moves(
        days,
        class_returns=aligned.returns[kept],
        liability_returns=owed,
        benefits=benefits,
        contributions=contributions,
        service_cost=service_cost,
    )
    return moves, cautions


def _first_month_end(dates: DateArray, proxies: Mapping[str, Proxy]) -> np.datetime64:
    """The month end from which on every proxy has every day."""
    begins = max(days[0] for days, _ in proxies.values()) - np.timedelta64(LONGEST_PAUSE, "D")
    later = dates[dates >= begins]
    if not len(later) or later[0] >= max(days[-1] for days, _ in proxies.values()):
        what = f"cover no month of the index ({dates[0]} to {dates[-1]})"
        raise bad_input(
            where="monitoring.proxies", what=what, remedy="give daily returns of the same months"
        )
    found: np.datetime64 = later[0]
    return found


def _with_running_month(dates: DateArray) -> DateArray:
    following = month_end(add_months(to_date(dates[-1]), 1))
    return np.append(dates, np.datetime64(following, "D"))


def _closed(days: DateArray, ends: DateArray) -> tuple[DateArray, IntArray]:
    """Days with the last one of an ended month dated at its end; and where these are."""
    months = month_numbers(days)
    last = np.flatnonzero(np.append(months[1:] != months[:-1], np.array(True)))
    place = np.searchsorted(month_numbers(ends), months[last])
    left = (ends[place] - days[last]).astype(np.int64)
    ended = (last < len(days) - 1) | (left <= LAST_DAYS)
    dated = days.copy()
    dated[last[ended]] = ends[place[ended]]
    return read_only(dated), last[ended]


def _liability_returns(index: LiabilityIndex, days: DateArray, closing: IntArray) -> FloatArray:
    """Carry within a month, the index's own return over the whole of it."""
    total = index.total.total_returns
    opens = np.searchsorted(index.dates, days) - 1
    if np.ma.getmaskarray(total)[np.unique(opens[opens < len(total)])].any():
        what = "the index has no return in some of the months"
        raise bad_input(where="liability index", what=what, remedy='set index.amounts = "gross"')
    levels = np.empty(len(days))
    for place in np.unique(opens):
        rows = np.flatnonzero(opens == place)
        levels[rows] = _carried(index, int(place), days[rows])
        if place < len(total) and rows[-1] in closing:
            levels[rows[-1]] = 1.0 + total.data[place]
    first = np.append(np.array(True), opens[1:] != opens[:-1])
    before = np.where(first, 1.0, np.append(1.0, levels[:-1]))
    return read_only(levels / before - 1.0)


def _carried(index: LiabilityIndex, place: int, days: DateArray) -> FloatArray:
    """Value at each day over the opening value, every payment at its own rate until it is paid."""
    opening = to_date(index.dates[place])
    ahead = index.payments_ahead(opening)
    curve = index.curves.curve_on(opening)
    logs = curve.log_discounts(ahead.times)
    elapsed = (days - index.dates[place]).astype(np.int64) / 365.0
    left = np.maximum(ahead.times[None, :] - elapsed[:, None], 0.0)
    values = np.exp(logs[None, :] * left / ahead.times[None, :]) @ ahead.amounts
    return read_only(values / float(np.exp(logs) @ ahead.amounts))


def _flows(
    study: IndexStudy, days: DateArray, ends: DateArray
) -> tuple[tuple[FloatArray, FloatArray, FloatArray], tuple[Caution, ...]]:
    """Benefits, contributions and what a contribution leaves less to come, at month ends."""
    index = study.index
    ahead = index.payments_ahead(to_date(index.dates[-1]))
    running = float(paid_between(ahead.dates, ahead.amounts, ends[-2:])[0])
    received = expected_contributions(study, ends)
    counted = index.contributions
    if study.inputs.amounts is Amounts.NET:
        running += float(received[-1])
        counted = np.append(counted, received[-1])
        received = np.append(index.contributions, received[-1])
    else:
        counted = np.append(counted, 0.0)
    placed = [
        at_month_ends(days, months=ends[1:], amounts=amounts)
        for amounts in (np.append(-index.benefit_paid, running), received, counted)
    ]
    cautions = tuple(dict.fromkeys(c for each in placed for c in each.cautions))
    return (placed[0].amounts, placed[1].amounts, placed[2].amounts), cautions
