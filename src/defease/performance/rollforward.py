"""Monitoring between valuations: assets on proxy returns, liabilities on the index.

``A1 = A0 sum w_i (1 + r_i) - B + C`` and ``L1 = L0 (1 + r_L) - B + service cost``, flows at the end
of the period, weights drifting with their returns.  Periods are days or months: the same
arithmetic, with the flows in the periods at whose end they move.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from defease.arrays import DateArray, FloatArray, frozen_dates, frozen_floats, read_only
from defease.dates import to_date
from defease.errors import ProblemList, bad_input

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable

    import numpy.typing as npt

WEIGHTS_SUM_TO = 1e-9


@dataclass(frozen=True, eq=False, kw_only=True)
class OfficialValues:
    """What a valuation states: the point a roll-forward starts from or is judged by.

    Attributes
    ----------
    date
        Valuation date.
    assets, liabilities
        Plan currency.
    weights
        Share of each class in the assets, summing to one, shape (k,).
    """

    date: dt.date
    assets: float
    liabilities: float
    weights: FloatArray


def official_values(
    date: dt.date, *, assets: float, liabilities: float, weights: npt.ArrayLike
) -> OfficialValues:
    """Stated values, refused when not positive or when the weights do not add up to one."""
    shares = frozen_floats(weights, name="weights")
    found = ProblemList()
    for side, value in (("assets", assets), ("liabilities", liabilities)):
        if not (np.isfinite(value) and value > 0.0):
            found.add(f"{date}: {side}", f"are {value:g}", "give a value above zero")
    if abs(float(shares.sum()) - 1.0) > WEIGHTS_SUM_TO:
        what = f"add up to {shares.sum():.6%}"
        found.add(f"{date}: weights", what, "give shares of the assets that add up to 100%")
    found.raise_if_any()
    return OfficialValues(date=date, assets=assets, liabilities=liabilities, weights=shares)


@dataclass(frozen=True, eq=False, kw_only=True)
class MarketMoves:
    """What markets and the plan did in each period; made by `market_moves`.

    Attributes
    ----------
    dates
        End of each period, increasing, shape (n,).
    class_returns
        Proxy return of each class, shape (n, k).
    liability_returns
        Return of the liability index, shape (n,).
    benefits, contributions, service_cost
        Positive, at the end of each period, plan currency, shape (n,).
    """

    dates: DateArray
    class_returns: FloatArray
    liability_returns: FloatArray
    benefits: FloatArray
    contributions: FloatArray
    service_cost: FloatArray

    def __len__(self) -> int:
        return len(self.dates)

    def between(self, after: dt.date, until: dt.date) -> MarketMoves:
        """Periods that end after one date and not after another."""
        first, last = np.datetime64(after, "D"), np.datetime64(until, "D")
        kept = (self.dates > first) & (self.dates <= last)
        return MarketMoves(
            dates=self.dates[kept],
            class_returns=self.class_returns[kept],
            liability_returns=self.liability_returns[kept],
            benefits=self.benefits[kept],
            contributions=self.contributions[kept],
            service_cost=self.service_cost[kept],
        )


def market_moves(
    dates: Iterable[dt.date] | DateArray,
    *,
    class_returns: npt.ArrayLike,
    liability_returns: npt.ArrayLike,
    benefits: npt.ArrayLike | None = None,
    contributions: npt.ArrayLike | None = None,
    service_cost: npt.ArrayLike | None = None,
) -> MarketMoves:
    """Market moves by period, shapes as in `MarketMoves`; missing flows are zero.

    Raises `InputError` for dates that do not increase, returns of -100% or less, and arrays of
    different lengths.
    """
    days = frozen_dates(dates)
    proxies = frozen_floats(class_returns, name="class returns")
    index = frozen_floats(liability_returns, name="liability returns")
    none = np.zeros(len(days))
    flows = {
        name: frozen_floats(none if given is None else given, name=name)
        for name, given in (
            ("benefits", benefits),
            ("contributions", contributions),
            ("service cost", service_cost),
        )
    }
    found = ProblemList()
    if proxies.ndim != 2 or any(len(a) != len(days) for a in (proxies, index, *flows.values())):
        what = f"arrays of different lengths for {len(days)} dates"
        remedy = "give one row a period: class returns (n, k), everything else (n,)"
        raise bad_input(where="roll-forward", what=what, remedy=remedy)
    for k in np.flatnonzero(np.diff(days.astype(np.int64)) <= 0):
        found.add(f"roll-forward {to_date(days[k + 1])}", "is not after the date before", "sort")
    for k in np.flatnonzero((proxies <= -1.0).any(axis=1) | (index <= -1.0)):
        what = "a return of -100% or less leaves nothing to roll forward"
        found.add(f"roll-forward {to_date(days[k])}", what, "check the return")
    found.raise_if_any()
    return MarketMoves(
        dates=days,
        class_returns=proxies,
        liability_returns=index,
        benefits=flows["benefits"],
        contributions=flows["contributions"],
        service_cost=flows["service cost"],
    )


@dataclass(frozen=True, eq=False, kw_only=True)
class RollForward:
    """Estimated values of both sides at the end of each period.

    Attributes
    ----------
    dates
        Shape (n,).
    assets, liabilities
        Plan currency after the period's flows, shape (n,).
    weights
        Drifted share of each class, shape (n, k); flows are spread over the classes by weight.
    """

    dates: DateArray
    assets: FloatArray
    liabilities: FloatArray
    weights: FloatArray

    @property
    def funded_ratios(self) -> FloatArray:
        """``A/L``, shape (n,)."""
        return read_only(self.assets / self.liabilities)

    @property
    def surplus(self) -> FloatArray:
        """``A - L``, shape (n,)."""
        return read_only(self.assets - self.liabilities)


def roll_forward(start: OfficialValues, moves: MarketMoves) -> RollForward:
    """Both sides carried from a valuation through each later period.

    Parameters
    ----------
    start : OfficialValues
    moves : MarketMoves
        Periods after the valuation date, one column of returns per weight.

    Raises
    ------
    InputError
        When a period ends on or before the valuation date, the classes differ in number, or
        payments are larger than the assets (or the liability) of a period.

    Examples
    --------
    >>> import datetime as dt
    >>> start = official_values(
    ...     dt.date(2025, 1, 31), assets=850, liabilities=1000, weights=[0.5, 0.4, 0.1])
    >>> month = market_moves([dt.date(2025, 2, 28)], class_returns=[[-0.02, 0.012, 0.001]],
    ...     liability_returns=[0.015], benefits=[3], contributions=[1], service_cost=[1.2])
    >>> path = roll_forward(start, month)
    >>> round(float(path.assets[0]), 9), round(float(path.liabilities[0]), 9)
    (843.665, 1013.2)
    """
    _check_fit(start, moves)
    growth = 1.0 + moves.class_returns
    held = start.weights * np.cumprod(growth, axis=0)
    before = np.vstack([start.weights, held[:-1]]).sum(axis=1)
    portfolio = held.sum(axis=1) / before
    assets = _rolled(start.assets, portfolio, moves.contributions - moves.benefits)
    liabilities = _rolled(
        start.liabilities, 1.0 + moves.liability_returns, moves.service_cost - moves.benefits
    )
    _refuse_payments_beyond(moves, assets, "assets")
    _refuse_payments_beyond(moves, liabilities, "liability")
    return RollForward(
        dates=moves.dates,
        assets=read_only(assets),
        liabilities=read_only(liabilities),
        weights=read_only(held / held.sum(axis=1, keepdims=True)),
    )


def _check_fit(start: OfficialValues, moves: MarketMoves) -> None:
    if not len(moves):
        what = f"no period ends after {start.date}"
        remedy = "give returns up to the date asked for"
        raise bad_input(where="roll-forward", what=what, remedy=remedy)
    if moves.class_returns.shape[1] != len(start.weights):
        what = f"{moves.class_returns.shape[1]} classes of returns, {len(start.weights)} weights"
        raise bad_input(where="roll-forward", what=what, remedy="give one proxy a class")
    if to_date(moves.dates[0]) <= start.date:
        what = f"a period ends {to_date(moves.dates[0])}, the valuation is of {start.date}"
        raise bad_input(where="roll-forward", what=what, remedy="give periods after the valuation")


def _rolled(opening: float, growth: FloatArray, flows: FloatArray) -> FloatArray:
    level, path = opening, np.empty(len(growth))
    for k, (factor, flow) in enumerate(zip(growth.tolist(), flows.tolist(), strict=True)):
        level = level * factor + flow
        path[k] = level
    return path


def _refuse_payments_beyond(moves: MarketMoves, path: FloatArray, side: str) -> None:
    empty = np.flatnonzero(path <= 0.0)
    if empty.size:
        k = int(empty[0])
        what = f"payments of {moves.benefits[k]:,.2f} are larger than the {side} they come from"
        remedy = f"check flows and opening value: {path[k]:,.2f} would be left"
        raise bad_input(where=f"roll-forward {to_date(moves.dates[k])}", what=what, remedy=remedy)
