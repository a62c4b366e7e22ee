"""The money-weighted return: what the money earned, given when it came and went."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

from defease.arrays import FloatArray, frozen_dates, frozen_floats, read_only
from defease.errors import bad_input
from defease.valuation import rates_of_zero_value

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable

    import numpy.typing as npt

    from defease.arrays import DateArray

ROUNDING = 1e-12


class MoneyWeightedStatus(StrEnum):
    """Whether values and flows have one money-weighted return."""

    UNIQUE = "unique"
    SEVERAL = "several"
    NONE = "none"


@dataclass(frozen=True)
class MoneyWeightedReturn:
    """A money-weighted return, or the reason why there is none.

    Attributes
    ----------
    status
        The rates below are None unless this is `UNIQUE`.
    period_return
        Over the whole time from first to last date, simple, decimal.
    annual_return
        Annual effective on years of 365 days; None for less than one year (not meaningful).
    roots
        Every period return that explains the closing value: information only.
    reason
        A sentence: why the rate is the only one, or why there is none.
    """

    status: MoneyWeightedStatus
    period_return: float | None
    annual_return: float | None
    roots: tuple[float, ...]
    reason: str


def money_weighted_return(
    dates: Iterable[dt.date] | DateArray, flows: npt.ArrayLike, *, opening: float, closing: float
) -> MoneyWeightedReturn:
    """The one rate at which the opening value and all flows grow into the closing value (XIRR).

    ``V0 (1+r)^T + sum F_k (1+r)^(T-t_k) = V1``, times in years of 365 days.

    The rate is called unique when one of two proofs holds: the signs of (-V0, -F_1, ..., V1)
    change once (Descartes); or the balance, rolled at the rate found, is never negative.  In the
    second case a lower rate gives a lower balance at every date and a higher rate a higher one, so
    no other rate can end at V1.

    Parameters
    ----------
    dates : dates
        Opening date, the date of each flow, closing date: shape (k + 2,), not decreasing.
    flows : array_like
        Money paid in (positive) or out (negative), shape (k,).
    opening, closing : float
        Market values at both ends, plan currency, the closing one after the last flow.

    Examples
    --------
    >>> import datetime as dt
    >>> found = money_weighted_return([dt.date(2023, 1, 1), dt.date(2024, 1, 1),
    ...     dt.date(2024, 12, 31)], [-110.0], opening=200.0, closing=121.0)
    >>> found.status.value, round(found.annual_return, 12)
    ('unique', 0.1)
    """
    days = frozen_dates(dates)
    moved = frozen_floats(flows, name="flows")
    ends = frozen_floats([opening, closing], name="opening and closing value")
    _check(days, moved, ends)
    years = (days - days[0]).astype(np.int64) / 365.0
    span = float(years[-1])
    # Below a year the unknown is the return of the period: its annual rate may be astronomical.
    unit = min(span, 1.0)
    times, paid = _merged(years / unit, np.concatenate([ends[:1], moved, -ends[1:]]))
    if len(times) < 2 or not ends[1] > 0.0:
        reason = "nothing is left at the end, so that no rate above -100% explains it"
        return MoneyWeightedReturn(MoneyWeightedStatus.NONE, None, None, (), reason)
    roots = rates_of_zero_value(times, paid)
    return _judged(roots, times, paid, span=span, units=span / unit)


def _check(days: DateArray, moved: FloatArray, ends: FloatArray) -> None:
    where = "money-weighted return"
    if len(days) != len(moved) + 2:
        what = f"{len(days)} dates for {len(moved)} flows"
        remedy = "give the opening date, one date a flow, the closing date"
        raise bad_input(where=where, what=what, remedy=remedy)
    if (np.diff(days.astype(np.int64)) < 0).any() or days[-1] <= days[0]:
        what = "the dates do not run from opening to closing"
        raise bad_input(where=where, what=what, remedy="sort the flows by date")
    if (ends < 0.0).any():
        what = "a market value is negative"
        raise bad_input(where=where, what=what, remedy="give values of zero or more")


def _merged(times: FloatArray, amounts: FloatArray) -> tuple[FloatArray, FloatArray]:
    distinct, place = np.unique(times, return_inverse=True)
    return read_only(distinct), read_only(np.bincount(place, weights=amounts).astype(np.float64))


def _judged(
    roots: tuple[float, ...], times: FloatArray, paid: FloatArray, *, span: float, units: float
) -> MoneyWeightedReturn:
    totals = tuple(float((1.0 + root) ** units - 1.0) for root in roots)
    if not roots:
        reason = "no rate between -99% and 1000% turns opening value and flows into closing value"
        return MoneyWeightedReturn(MoneyWeightedStatus.NONE, None, None, (), reason)
    proof = next((found for r in roots if (found := _proof(r, times, paid))), "")
    if len(roots) > 1 or not proof:
        reason = "the flows change sign and the balance goes below zero: no single rate is assured"
        return MoneyWeightedReturn(MoneyWeightedStatus.SEVERAL, None, None, totals, reason)
    annual = roots[0] if span >= 1.0 else None
    return MoneyWeightedReturn(MoneyWeightedStatus.UNIQUE, totals[0], annual, totals, proof)


def _proof(rate: float, times: FloatArray, paid: FloatArray) -> str:
    signs = np.sign(paid[paid != 0.0])
    if np.count_nonzero(signs[:-1] != signs[1:]) == 1:
        return "the flows change sign once"
    # The last amount is the closing value taken out, which brings the balance to zero.
    balance, least = float(paid[0]), float(paid[0])
    for growth, amount in zip((1.0 + rate) ** np.diff(times), paid[1:], strict=True):
        balance = balance * float(growth) + float(amount)
        least = min(least, balance)
    holds = least >= -ROUNDING * float(np.abs(paid).sum())
    return "the balance never goes below zero" if holds else ""
