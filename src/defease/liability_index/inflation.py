"""Index-linked payments: what inflation, realised and expected, makes of amounts projected before.

An amount A due at D and linked to a price index I is a nominal projection: it was made on the
stated date b with the inflation then expected.  On a date d the same payment is expected to be

    A F_d(D) / F_b(D),    F_d(D) = I(min(d, D)) E_d(D)

where ``I(m)`` is the index number of the month `lag_months` before m and ``E_d(D)`` the growth
that d's expectation gives the months from d to D (1 once D is reached).  Months are calendar
months; a payment takes its own month's number.  So ``F_d1(D) / F_d0(D)`` is 1 exactly when prices
grow as expected and the expectation of later months stays what it was.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from defease.arrays import DateArray, FloatArray, IntArray, frozen_floats, read_only
from defease.curves import Compounding, curve_history
from defease.dates import MONTHS_PER_YEAR
from defease.errors import ProblemList
from defease.liability_index.curves_by_date import CurvesByDate, minus_logs_reader

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    import numpy.typing as npt


NOMINAL = ""
"""The tag of a payment that no index moves."""
WHERE = "inflation"
DEFAULT_LAG_MONTHS = 3
"""Of indexed bonds of the US Treasury and most others."""


@dataclass(frozen=True, eq=False)
class PriceIndex:
    """A price index that payments are linked to; made by `price_index`.

    Attributes
    ----------
    name
        The tag that payments carry.
    months
        Months with a number, increasing, `datetime64[M]`, shape (n,); gaps are allowed as long as
        no value needs them.
    levels
        Index numbers, above 0, shape (n,).
    expected
        Inflation expected on each date as a curve: the annual effective rate at t is the mean
        inflation of the next t years.
    lag_months
        A payment of month m takes the index number of month m - lag.
    """

    name: str
    months: DateArray
    levels: FloatArray
    expected: CurvesByDate
    lag_months: int


@dataclass(frozen=True, eq=False)
class Indexation:
    """How the tags of a projection's payments are to be understood.

    Attributes
    ----------
    stated
        The day whose expected inflation the amounts contain.
    indices
        One for each tag.
    """

    stated: dt.date
    indices: tuple[PriceIndex, ...]


def price_index(
    name: str,
    months: Sequence[str] | DateArray,
    levels: npt.ArrayLike,
    *,
    expected: CurvesByDate,
    lag_months: int = DEFAULT_LAG_MONTHS,
) -> PriceIndex:
    """A price index by month with the inflation expected of it.

    Raises
    ------
    InputError
        Months out of order or repeated, numbers not above 0, a negative lag.

    Examples
    --------
    >>> cpi = price_index("cpi", ["2025-09", "2025-10"], [324.8, 325.4],
    ...                   expected=expected_inflation(0.025, ["2025-12", "2026-01"]))
    >>> cpi.name, cpi.lag_months
    ('cpi', 3)
    """
    given = read_only(np.array(months, dtype="datetime64[M]"))
    numbers = frozen_floats(levels, name=f"index {name}")
    found = ProblemList()
    if not name:
        found.add(WHERE, "an index has no name", "name it as payments name it")
    if len(given) != len(numbers) or not len(given):
        what = f"{len(given)} months but {len(numbers)} index numbers"
        found.add(f"index {name}", what, "give one number for each month, at least one")
    elif (np.diff(given).astype(np.int64) <= 0).any():
        found.add(f"index {name}", "months do not increase", "sort them, each month once")
    if (numbers <= 0).any():
        what = f"has a number of {numbers.min():g}"
        found.add(f"index {name}", what, "give index numbers above 0, not rates of inflation")
    if lag_months < 0:
        found.add(f"index {name}", f"has a lag of {lag_months} months", "give 0 or more")
    found.raise_if_any()
    return PriceIndex(name, given, numbers, expected, lag_months)


def expected_inflation(annual_rate: float, months: Sequence[str] | DateArray) -> CurvesByDate:
    """One rate of inflation, annual effective, expected at every term on each month end."""
    given = np.array(months, dtype="datetime64[M]")
    days = (given + 1).astype("datetime64[D]") - np.timedelta64(1, "D")
    rates = np.full((len(days), 1), annual_rate)
    return curve_history(days, [1.0], rates, compounding=Compounding.ANNUAL)


def log_growth(index: PriceIndex, seen: IntArray, due: IntArray) -> FloatArray:
    """``ln F``: of payments of some months as seen from others, shape (seen, due).

    Both count months since 1970-01.  The index must have every number asked for and expectations
    for every month seen from.
    """
    reached = np.minimum(seen[:, None], due)
    ahead = (due - reached) / MONTHS_PER_YEAR
    places = np.searchsorted(index.months.astype(np.int64), reached - index.lag_months)
    rows = np.searchsorted(expected_months(index), seen)
    # A term of zero is nobody's question to a curve; its answer is overwritten.
    read = minus_logs_reader(index.expected)(rows, np.where(ahead > 0, ahead, 1.0))
    growth: FloatArray = np.log(index.levels)[places] + np.where(ahead > 0, read, 0.0)
    return growth


def month_numbers(days: IntArray) -> IntArray:
    """Months since 1970-01 of days since 1970-01-01."""
    return days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)


def expected_months(index: PriceIndex) -> IntArray:
    """Months since 1970-01 at whose ends an expectation is given."""
    return index.expected.dates.astype("datetime64[M]").astype(np.int64)
