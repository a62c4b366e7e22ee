"""Proxy returns and monthly flows brought onto one calendar of days or months."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

from defease.arrays import DateArray, FloatArray, IntArray, frozen_dates, frozen_floats, read_only
from defease.dates import days_in_month, to_date
from defease.errors import Caution, ProblemList, bad_input
from defease.performance.series import month_numbers

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Mapping

    import numpy.typing as npt

LONGEST_PAUSE = 7
"""Days without a daily return that weekends and holidays can explain."""
LAST_DAYS = 3
"""A weekend or holiday moves the last business day of a month at most so far from its end."""


class Step(StrEnum):
    """Length of one period of a roll-forward."""

    DAILY = "daily"
    MONTHLY = "monthly"


@dataclass(frozen=True, eq=False)
class DatedReturns:
    """Simple returns of one proxy, each dated at its end, increasing; by `dated_returns`."""

    dates: DateArray
    returns: FloatArray


def dated_returns(dates: Iterable[dt.date] | DateArray, returns: npt.ArrayLike) -> DatedReturns:
    """Returns of one proxy as read from its file; order and gaps are judged when aligned."""
    days, values = frozen_dates(dates), frozen_floats(returns, name="proxy returns")
    if days.shape != values.shape or not len(days):
        what = f"{len(values)} returns for {len(days)} dates"
        raise bad_input(where="proxy", what=what, remedy="give one return a date, at least one")
    return DatedReturns(days, values)


def linked_by_month(proxy: DatedReturns) -> DatedReturns:
    """Returns of a month's days linked to one, dated at the last of them.

    Examples
    --------
    >>> days = np.array(["2025-02-03", "2025-02-28", "2025-03-31"], dtype="datetime64[D]")
    >>> found = linked_by_month(dated_returns(days, [0.1, 0.1, 0.0]))
    >>> found.dates.astype(str).tolist(), found.returns.round(12).tolist()
    (['2025-02-28', '2025-03-31'], [0.21, 0.0])
    """
    months = month_numbers(proxy.dates)
    first = np.flatnonzero(np.append(np.array(True), months[1:] != months[:-1]))
    last = np.append(first[1:], len(months)) - 1
    linked = np.multiply.reduceat(1.0 + proxy.returns, first) - 1.0
    return DatedReturns(read_only(proxy.dates[last]), read_only(linked))


@dataclass(frozen=True, eq=False)
class AlignedReturns:
    """Returns of several proxies on one calendar.

    Attributes
    ----------
    names
        Proxies in the order of the columns.
    dates
        End of each period, shape (n,).
    returns
        Shape (n, k).
    """

    names: tuple[str, ...]
    dates: DateArray
    returns: FloatArray


def aligned_returns(
    proxies: Mapping[str, DatedReturns], *, step: Step, after: dt.date
) -> AlignedReturns:
    """The proxies' returns after a date, one row a period, refused when any has a gap.

    Months are matched by month, days by day.  The periods run to the last one that all have.

    Raises
    ------
    InputError
        Naming every proxy with a period missing or doubled, and no proxies at all.

    Examples
    --------
    >>> import datetime as dt
    >>> ends = [dt.date(2025, 1, 31), dt.date(2025, 2, 28)]
    >>> both = aligned_returns(
    ...     {"equity": dated_returns(ends, [0.01, 0.02]), "bonds": dated_returns(ends, [0.0, 0.1])},
    ...     step=Step.MONTHLY, after=dt.date(2025, 1, 31))
    >>> both.returns
    array([[0.02, 0.1 ]])
    """
    if not proxies:
        raise bad_input(where="proxies", what="none given", remedy="name one proxy a class")
    later = {name: _after(proxy, after) for name, proxy in proxies.items()}
    found = ProblemList()
    for name, proxy in later.items():
        _check_whole(name, proxy, step, after, found)
    found.raise_if_any()
    keys = {name: _keys(proxy.dates, step) for name, proxy in later.items()}
    last = min(int(numbers[-1]) for numbers in keys.values())
    kept = {name: numbers <= last for name, numbers in keys.items()}
    _check_same_periods({name: keys[name][kept[name]] for name in keys}, step)
    columns = [later[name].returns[kept[name]] for name in keys]
    first = next(iter(keys))
    dates = later[first].dates[kept[first]]
    return AlignedReturns(tuple(keys), read_only(dates), read_only(np.column_stack(columns)))


def _check_same_periods(keys: Mapping[str, IntArray], step: Step) -> None:
    """Refuse proxies that lack a period which another one has."""
    found = ProblemList()
    wanted = np.unique(np.concatenate(list(keys.values())))
    for name, numbers in keys.items():
        missing = np.setdiff1d(wanted, numbers)
        if missing.size:
            what = f"no return for {_period(int(missing[0]), step)}, which other proxies have"
            found.add(f"proxy {name}", what, "give every proxy the same periods")
    found.raise_if_any()


@dataclass(frozen=True, eq=False)
class PlacedFlows:
    """Monthly amounts on the calendar of a roll-forward.

    Attributes
    ----------
    amounts
        At the last period of each month, zero elsewhere, shape (n,).
    cautions
        Amounts left out because their month has not ended.
    """

    amounts: FloatArray
    cautions: tuple[Caution, ...]


def at_month_ends(dates: DateArray, *, months: DateArray, amounts: npt.ArrayLike) -> PlacedFlows:
    """Monthly amounts booked at the last period of their month.

    A month counts as ended when a later one has begun or its last period is within three days of
    its end; the flow of a month still running is left out and said so.  Months outside the
    periods are not used.

    Parameters
    ----------
    dates : dates
        Period ends, increasing, shape (n,).
    months : dates
        Any day of each amount's month, shape (m,); several amounts of one month add up.
    amounts : array_like
        Plan currency, shape (m,).
    """
    paid = frozen_floats(amounts, name="monthly amounts")
    numbers = month_numbers(dates)
    placed = np.zeros(len(dates))
    ended = np.append(numbers[:-1] != numbers[1:], _has_ended(dates[-1:]))
    last_of = {int(numbers[k]): int(k) for k in np.flatnonzero(ended)}
    running = 0.0
    for month, amount in zip(month_numbers(months).tolist(), paid.tolist(), strict=True):
        if month in last_of:
            placed[last_of[month]] += amount
        elif month == int(numbers[-1]):
            running += amount
    if not running:
        return PlacedFlows(read_only(placed), ())
    sentence = f"{running:,.2f} of {_month(int(numbers[-1]))} not booked: the month has not ended"
    return PlacedFlows(read_only(placed), (Caution("month_running", sentence),))


def _has_ended(day: DateArray) -> bool:
    months = day.astype("datetime64[M]")
    into = (day.astype("datetime64[D]") - months.astype("datetime64[D]")).astype(np.int64) + 1
    return bool(days_in_month(months)[0] - into[0] <= LAST_DAYS)


def _after(proxy: DatedReturns, after: dt.date) -> DatedReturns:
    kept = proxy.dates > np.datetime64(after, "D")
    return DatedReturns(proxy.dates[kept], proxy.returns[kept])


def _keys(dates: DateArray, step: Step) -> IntArray:
    return month_numbers(dates) if step is Step.MONTHLY else dates.astype(np.int64)


def _check_whole(
    name: str, proxy: DatedReturns, step: Step, after: dt.date, problems: ProblemList
) -> None:
    where = f"proxy {name}"
    if not len(proxy.dates):
        problems.add(where, f"no return after {after}", "give returns up to the date asked for")
        return
    gaps = np.diff(np.concatenate([_keys(_day(after), step), _keys(proxy.dates, step)]))
    longest = 1 if step is Step.MONTHLY else LONGEST_PAUSE
    for k in np.flatnonzero((gaps < 1) | (gaps > longest)):
        day, before = to_date(proxy.dates[k]), to_date(proxy.dates[k - 1]) if k else after
        if gaps[k] < 1:
            problems.add(
                f"{where} {day}", f"same period as {before}, or earlier", "sort; once each"
            )
        else:
            what = f"periods missing after {before}"
            if step is Step.MONTHLY:
                what += f": no return in {_month(int(month_numbers(_day(before))[0]) + 1)}"
            problems.add(f"{where} {day}", what, "give every period once")


def _day(date: dt.date) -> DateArray:
    return np.array([date], dtype="datetime64[D]")


def _period(number: int, step: Step) -> str:
    return _month(number) if step is Step.MONTHLY else str(np.datetime64(number, "D"))


def _month(number: int) -> str:
    return str(np.datetime64(number, "M"))
