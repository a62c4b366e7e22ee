"""Series of periodic returns: what a portfolio, manager, class or liability did.

A series is accepted only whole: no month missing, none twice, none that cannot have happened.
Nothing is filled in, so that every measure made from it says what the history says.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import IntEnum
from typing import TYPE_CHECKING

import numpy as np

from defease.arrays import DateArray, FloatArray, IntArray, frozen_dates, read_only
from defease.dates import MONTHS_PER_YEAR, to_date
from defease.errors import Caution, ProblemList, bad_input

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable

    import numpy.typing as npt


class Frequency(IntEnum):
    """Periods per year, declared with the data and never guessed from it."""

    MONTHLY = 12
    QUARTERLY = 4
    ANNUAL = 1

    @property
    def months(self) -> int:
        """Calendar months of one period."""
        return MONTHS_PER_YEAR // int(self)


@dataclass(frozen=True, eq=False)
class ReturnSeries:
    """Simple returns of consecutive periods, each dated at its end; made by `return_series`.

    Attributes
    ----------
    name
        Whose returns these are, as reports print it.
    dates
        End of each period, increasing, shape (n,).
    returns
        Simple, decimal, above -1, shape (n,).
    frequency
        Periods per year.
    """

    name: str
    dates: DateArray
    returns: FloatArray
    frequency: Frequency

    def __len__(self) -> int:
        return len(self.returns)

    @property
    def window(self) -> str:
        """First and last month, as `2015-01 to 2016-12`."""
        months = self.dates.astype("datetime64[M]")
        return f"{months[0]} to {months[-1]}"

    def take(self, kept: slice) -> ReturnSeries:
        """A stretch of the series."""
        return replace(self, dates=self.dates[kept], returns=self.returns[kept])

    def named(self, name: str) -> ReturnSeries:
        """The same returns under another name."""
        return replace(self, name=name)


def return_series(
    name: str,
    dates: Iterable[dt.date] | DateArray,
    returns: npt.ArrayLike,
    *,
    frequency: Frequency = Frequency.MONTHLY,
) -> ReturnSeries:
    """A series of returns, refused with every problem named when a period is missing or doubled.

    Parameters
    ----------
    name : str
    dates : dates
        End of each period, shape (n,); only the month counts for the order of periods.
    returns : array_like
        Simple, decimal, shape (n,).  A return of -100% or less is refused: nothing is left that
        could earn the next one, and no mean, alpha or ratio of such a series has a meaning.
    frequency : Frequency

    Raises
    ------
    InputError
        Listing all gaps, duplicates, dates out of order and impossible returns at once.

    Examples
    --------
    >>> import datetime as dt
    >>> ends = [dt.date(2025, 1, 31), dt.date(2025, 2, 28)]
    >>> return_series("assets", ends, [0.01, -0.02]).window
    '2025-01 to 2025-02'
    >>> return_series("assets", [dt.date(2025, 1, 31), dt.date(2025, 3, 31)], [0.01, -0.02])
    Traceback (most recent call last):
    ...
    defease.errors.InputError: assets 2025-03: 1 month missing after 2025-01; give every period once
    """
    ends = frozen_dates(dates)
    values = read_only(np.array(returns, dtype=np.float64))
    if values.shape != ends.shape or values.ndim != 1 or not len(values):
        what = f"{values.size} returns for {ends.size} dates"
        raise bad_input(where=name, what=what, remedy="give one return a date, at least one")
    found = ProblemList()
    _check_periods(name, ends, frequency, found)
    _check_returns(name, ends, values, found)
    found.raise_if_any()
    return ReturnSeries(name, ends, values, frequency)


def month_numbers(dates: DateArray) -> IntArray:
    """Calendar months counted from January 1970, shape of `dates`."""
    return dates.astype("datetime64[M]").astype(np.int64)


def _check_periods(
    name: str, dates: DateArray, frequency: Frequency, problems: ProblemList
) -> None:
    steps = np.diff(month_numbers(dates))
    months = dates.astype("datetime64[M]")
    for k in np.flatnonzero(steps != frequency.months):
        where, step = f"{name} {months[k + 1]}", int(steps[k])
        if step == 0:
            problems.add(where, "the same period stands twice", "keep one return a period")
        elif step < 0:
            problems.add(where, f"stands after {months[k]}", "sort the rows by date")
        elif step < frequency.months:
            what = f"comes {step} {_months(step)} after {months[k]}"
            remedy = f"declare the frequency: periods of {frequency.months} months were promised"
            problems.add(where, what, remedy)
        else:
            absent = step - frequency.months
            what = f"{absent} {_months(absent)} missing after {months[k]}"
            problems.add(where, what, "give every period once")


def _months(number: int) -> str:
    return "month" if number == 1 else "months"


def _check_returns(name: str, dates: DateArray, values: FloatArray, problems: ProblemList) -> None:
    for k in np.flatnonzero(~np.isfinite(values)):
        where = f"{name} {to_date(dates[k])}"
        problems.add(where, "no usable return", "give a number, or begin the series later")
    for k in np.flatnonzero(values <= -1.0):
        where = f"{name} {to_date(dates[k])}"
        what = f"a return of {values[k]:.2%} leaves nothing that could earn the next one"
        problems.add(where, what, "check the value, or end the series before the total loss")


@dataclass(frozen=True, eq=False)
class PairedReturns:
    """Asset and liability returns of the same periods; made by `overlap`.

    Attributes
    ----------
    assets, liabilities
        Series of one window.
    cautions
        What the longer series lost to the comparison; its own measures keep the whole history.
    """

    assets: ReturnSeries
    liabilities: ReturnSeries
    cautions: tuple[Caution, ...] = ()

    def __len__(self) -> int:
        return len(self.assets)

    @property
    def differences(self) -> FloatArray:
        """Asset return less liability return D = Ra - Rl, shape (n,)."""
        return self.assets.returns - self.liabilities.returns

    def take(self, kept: slice) -> PairedReturns:
        """A stretch of both series."""
        return PairedReturns(self.assets.take(kept), self.liabilities.take(kept))


def overlap(assets: ReturnSeries, liabilities: ReturnSeries) -> PairedReturns:
    """The periods both series have, matched by calendar month.

    Raises `InputError` when the frequencies differ or no period is common.

    Examples
    --------
    >>> import datetime as dt
    >>> ends = [dt.date(2025, 1, 31), dt.date(2025, 2, 28), dt.date(2025, 3, 31)]
    >>> both = overlap(return_series("fund", ends, [0.01, 0.02, 0.03]),
    ...                return_series("index", ends[1:], [0.00, 0.01]))
    >>> len(both), both.cautions[0].message
    (2, 'compared over 2025-02 to 2025-03 only: fund has 3 periods, index has 2')
    """
    if assets.frequency is not liabilities.frequency:
        what = f"{int(assets.frequency)} periods a year against {int(liabilities.frequency)}"
        remedy = "link the finer series to the coarser one's periods first"
        raise bad_input(where=f"{assets.name}, {liabilities.name}", what=what, remedy=remedy)
    common, own, other = np.intersect1d(
        month_numbers(assets.dates), month_numbers(liabilities.dates), return_indices=True
    )
    if not len(common):
        what = f"no common period: {assets.window} against {liabilities.window}"
        remedy = "give returns and a liability index of the same periods"
        raise bad_input(where=f"{assets.name}, {liabilities.name}", what=what, remedy=remedy)
    # Both series are without gaps, so that what they share is one stretch of each.
    mine = assets.take(slice(int(own[0]), int(own[-1]) + 1))
    theirs = liabilities.take(slice(int(other[0]), int(other[-1]) + 1))
    return PairedReturns(mine, theirs, _shortened(assets, liabilities, mine))


def _shortened(
    assets: ReturnSeries, liabilities: ReturnSeries, common: ReturnSeries
) -> tuple[Caution, ...]:
    if len(assets) == len(liabilities) == len(common):
        return ()
    sizes = f"{assets.name} has {len(assets)} periods, {liabilities.name} has {len(liabilities)}"
    return (Caution("shorter_history", f"compared over {common.window} only: {sizes}"),)
