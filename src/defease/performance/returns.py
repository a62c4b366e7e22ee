"""Rates of return: time-weighted, Modified Dietz, linking and annualising.

A time-weighted return is the manager's: outside flows do not move it.  It is exact when the
portfolio is valued at every flow; Modified Dietz needs only the dates of the flows and is an
approximation, good while flows are small against the assets.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

from defease.arrays import FloatArray, frozen_floats, read_only
from defease.dates import to_date
from defease.errors import Caution, bad_input
from defease.performance.series import Frequency, ReturnSeries, return_series

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable

    import numpy.typing as npt

    from defease.arrays import DateArray


class FlowTiming(StrEnum):
    """When within a period a flow without a date of its own is taken to move."""

    START = "start"
    MIDDLE = "middle"
    END = "end"


SHARE_OF_PERIOD = {FlowTiming.START: 1.0, FlowTiming.MIDDLE: 0.5, FlowTiming.END: 0.0}
"""Part of the period during which the flow is invested."""


def link_returns(returns: npt.ArrayLike) -> float:
    """Return over all periods together, ``prod(1 + r) - 1``; shape (n,), simple, decimal.

    Examples
    --------
    >>> round(link_returns([0.10, -0.10]), 12)
    -0.01
    """
    values = frozen_floats(returns, name="returns")
    if (values < -1.0).any():
        first = int(np.argmax(values < -1.0))
        what = f"loses more than everything ({values[first]:.2%})"
        raise bad_input(where=f"returns[{first}]", what=what, remedy="check values and flows")
    with np.errstate(over="ignore"):
        level = float(np.prod(1.0 + values))
    if not np.isfinite(level):
        what = "compound to more than numbers hold"
        remedy = "check the unit: returns are decimals, 0.01 for one percent"
        raise bad_input(where="returns", what=what, remedy=remedy)
    return level - 1.0


def annualised_return(total: float, *, periods: int, frequency: Frequency) -> float | None:
    """Return a year, ``(1 + total)^(m/n) - 1``; None for less than one year (not meaningful).

    Examples
    --------
    >>> round(annualised_return(0.21, periods=24, frequency=Frequency.MONTHLY), 12)
    0.1
    >>> annualised_return(0.21, periods=11, frequency=Frequency.MONTHLY) is None
    True
    """
    if periods < int(frequency):
        return None
    return float((1.0 + total) ** (int(frequency) / periods) - 1.0)


def time_weighted_return(
    opening: float, *, values_before_flows: npt.ArrayLike, flows: npt.ArrayLike, closing: float
) -> float:
    """True time-weighted return: valued at each flow, the sub-periods linked.

    ``prod V_k(before flow k) / V_{k-1}(after flow k-1) - 1``.

    Parameters
    ----------
    opening, closing : float
        Market values at both ends, plan currency.
    values_before_flows : array_like
        Market value just before each flow, in date order, shape (k,).
    flows : array_like
        Money paid in (positive) or out (negative), shape (k,).

    Raises
    ------
    InputError
        When a flow takes out all there is, or more.

    Examples
    --------
    >>> round(time_weighted_return(100, values_before_flows=[110], flows=[50], closing=144), 12)
    -0.01
    """
    before = frozen_floats(values_before_flows, name="values before flows")
    moved = frozen_floats(flows, name="flows")
    if before.shape != moved.shape:
        what = f"{len(before)} values for {len(moved)} flows"
        remedy = "value the portfolio once just before each flow"
        raise bad_input(where="time-weighted return", what=what, remedy=remedy)
    starts = np.append(opening, before + moved)
    ends = np.append(before, closing)
    for k in np.flatnonzero((starts <= 0.0) | (ends < 0.0)):
        where = "opening value" if k == 0 else f"flow {k}"
        what = f"leaves {starts[k]:,.2f}, followed by a value of {ends[k]:,.2f}"
        remedy = "check the flow and the values; a return needs assets of more than zero"
        raise bad_input(where=f"time-weighted return: {where}", what=what, remedy=remedy)
    return float(np.prod(ends / starts) - 1.0)


def modified_dietz_return(
    opening: float, *, closing: float, flows: npt.ArrayLike, invested_shares: npt.ArrayLike
) -> float:
    """Modified Dietz return, ``(V1 - V0 - sum F) / (V0 + sum w F)``.

    Parameters
    ----------
    opening, closing : float
        Market values at both ends, plan currency.
    flows : array_like
        Money paid in (positive) or out (negative), shape (k,).
    invested_shares : array_like
        Part w of the period during which each flow was invested, 0 (end) to 1 (start), shape (k,).

    Raises
    ------
    InputError
        When the flows leave no capital on average: the quotient would mean nothing.

    Examples
    --------
    >>> round(modified_dietz_return(100, closing=165, flows=[50], invested_shares=[0.5]), 12)
    0.12
    """
    moved = frozen_floats(flows, name="flows")
    shares = frozen_floats(invested_shares, name="invested shares")
    if moved.shape != shares.shape or ((shares < 0.0) | (shares > 1.0)).any():
        what = "each flow needs its share of the period, between 0 and 1"
        remedy = "give days left after the flow divided by the days of the period"
        raise bad_input(where="modified Dietz: invested shares", what=what, remedy=remedy)
    capital = opening + float(shares @ moved)
    if capital <= 0.0:
        what = f"flows of {moved.sum():,.2f} against opening assets of {opening:,.2f}"
        what += " leave no capital on average"
        remedy = "check the flows, or value the portfolio at each flow (true time-weighted return)"
        raise bad_input(where="modified Dietz", what=what, remedy=remedy)
    return float((closing - opening - moved.sum()) / capital)


@dataclass(frozen=True, eq=False)
class ValuedReturns:
    """Returns made from market values and flows, with what is doubtful about them."""

    series: ReturnSeries
    cautions: tuple[Caution, ...] = ()


def returns_from_values(
    name: str,
    dates: Iterable[dt.date] | DateArray,
    values: npt.ArrayLike,
    *,
    flows: npt.ArrayLike,
    timing: FlowTiming = FlowTiming.END,
    frequency: Frequency = Frequency.MONTHLY,
) -> ValuedReturns:
    """Period returns from market values and the flow of each period.

    Parameters
    ----------
    name : str
    dates : dates
        Valuation dates, shape (n + 1,).
    values : array_like
        Market value at each date, after that period's flow, shape (n + 1,).
    flows : array_like
        Money paid in (positive) or out (negative) in the period that ends at each date, shape
        (n + 1,); the first is before the history and not used.
    timing : FlowTiming
        When the flow moved; the project's convention is the end of the period (exact then).
    frequency : Frequency

    Examples
    --------
    >>> import datetime as dt
    >>> ends = [dt.date(2025, 1, 31), dt.date(2025, 2, 28)]
    >>> made = returns_from_values("assets", ends, [100, 99], flows=[0, -3])
    >>> made.series.returns
    array([0.02])
    """
    ends = np.array(list(dates), dtype="datetime64[D]")
    worth = frozen_floats(values, name=f"{name} values")
    moved = frozen_floats(flows, name=f"{name} flows")
    if not len(ends) == len(worth) == len(moved):
        what = f"{len(worth)} values and {len(moved)} flows for {len(ends)} dates"
        remedy = "give a value and a flow (0 where none) for each date"
        raise bad_input(where=name, what=what, remedy=remedy)
    if len(ends) < 2:
        what = "one market value alone has no return"
        raise bad_input(where=name, what=what, remedy="give the values of at least two dates")
    # the opening value too: a month missing after it would make one return of two months
    return_series(name, ends, np.zeros(len(ends)), frequency=frequency)
    share = SHARE_OF_PERIOD[timing]
    capital = worth[:-1] + share * moved[1:]
    gain = worth[1:] - worth[:-1] - moved[1:]
    before = worth[1:] - (1.0 - share) * moved[1:]
    short = np.flatnonzero((capital <= 0.0) | (before <= 0.0))
    if short.size:
        k = int(short[0])
        where = f"{name} {to_date(ends[k + 1])}"
        _refuse_period(where, worth[k : k + 2], float(moved[k + 1]), lost=before[k] == 0.0)
    series = return_series(name, ends[1:], read_only(gain / capital), frequency=frequency)
    return ValuedReturns(series, _large_flows(name, ends, worth, moved))


def _refuse_period(where: str, values: FloatArray, flow: float, *, lost: bool) -> None:
    """Refuse a period in which nothing was there to earn a return, or less than the flow stayed."""
    opening, closing = float(values[0]), float(values[1])
    if opening == 0.0 and flow <= 0.0:
        what = "the period opens without assets: nothing could earn a return"
    elif lost:
        what = "a return of -100% leaves nothing that could earn the next one"
    elif flow < 0.0:
        what = f"the flow of {flow:,.2f} is larger than the assets of {opening:,.2f} before it"
    else:
        what = f"the flow of {flow:,.2f} is larger than the assets of {closing:,.2f} after it"
    remedy = "check value and flow of this row, its sign and its unit"
    raise bad_input(where=where, what=what, remedy=remedy)


def _large_flows(
    name: str, ends: DateArray, worth: FloatArray, moved: FloatArray
) -> tuple[Caution, ...]:
    large = np.flatnonzero(np.abs(moved[1:]) > worth[:-1])
    if not large.size:
        return ()
    months = ", ".join(str(ends[k + 1].astype("datetime64[M]")) for k in large[:3])
    sentence = (
        f"{name}: flows larger than the opening assets in {months}"
        f"{' and later' if large.size > 3 else ''}: the return depends on the day of the flow;"
        " value the portfolio at the flow"
    )
    return (Caution("large_flow", sentence),)
