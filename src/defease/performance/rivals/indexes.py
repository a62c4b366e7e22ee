"""Monthly returns and exposures of generic bond indexes, rebuilt from curves or given as a series.

A recipe is revalued in full: each month its bonds are bought new on the opening curve and priced
one month older on the closing curve, so that income, roll and every change of the curve are in the
return.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from defease.arrays import DateArray, FloatArray, frozen_dates, frozen_floats, read_only
from defease.dates import to_date
from defease.errors import bad_input
from defease.performance.panels import check_every_month
from defease.performance.rivals.recipes import Recipe, UnitHolding
from defease.valuation import KEY_RATE_TENORS, split_by_tenor

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable

    import numpy.typing as npt

    from defease.curves import DiscountCurve
    from defease.performance.panels import CurvesOfDates


@dataclass(frozen=True, eq=False, kw_only=True)
class IndexHistory:
    """Monthly returns of an index and what it was exposed to at each opening.

    Attributes
    ----------
    name
        As reports print it.
    dates
        Month ends, shape (months + 1,).
    returns
        Simple, decimal, shape (months,).
    durations
        Years, to continuous spot rates (for a given series: as the provider states it), shape
        (months + 1,).
    key_rate_durations
        Adding up to `durations`, shape (months + 1, tenors); no column where not known.
    key_rate_tenors
        Years, shape (tenors,).
    """

    name: str
    dates: DateArray
    returns: FloatArray
    durations: FloatArray
    key_rate_durations: FloatArray
    key_rate_tenors: FloatArray


def index_history(recipe: Recipe, curves: CurvesOfDates) -> IndexHistory:
    """Returns and exposures of a recipe on every month of a curve history.

    Examples
    --------
    >>> from defease.curves import Compounding, Interpolation, curve_history, month_ends
    >>> history = curve_history(month_ends(["2026-01", "2026-02"]), [1.0], [[0.04]] * 2,
    ...     compounding=Compounding.ANNUAL, interpolation=Interpolation.LINEAR_ZERO)
    >>> from defease.performance.rivals.recipes import BROAD_STAND_IN
    >>> index = index_history(BROAD_STAND_IN, history)
    >>> abs(float(index.returns[0] - (1.04 ** (28 / 365) - 1))) < 1e-15
    True
    """
    dates = curves.dates
    check_every_month(dates, name=recipe.name)
    elapsed = np.diff(dates).astype(np.int64) / 365.0
    on = [curves.curve_on(to_date(date)) for date in dates]
    bought = [recipe.bought_on(curve) for curve in on]
    returns = [
        _month_return(bought[m], on[m], on[m + 1], float(elapsed[m])) for m in range(len(elapsed))
    ]
    splits = [
        split_by_tenor(each.times, each.time_values(curve))
        for each, curve in zip(bought, on, strict=True)
    ]
    table = read_only(np.array(splits))
    return IndexHistory(
        name=recipe.name,
        dates=dates,
        returns=read_only(np.array(returns)),
        durations=read_only(table.sum(axis=1)),
        key_rate_durations=table,
        key_rate_tenors=read_only(np.array(KEY_RATE_TENORS)),
    )


def index_from_returns(
    name: str,
    dates: Iterable[dt.date] | DateArray,
    returns: npt.ArrayLike,
    *,
    durations: npt.ArrayLike,
) -> IndexHistory:
    """An index known by its monthly returns and its duration (one number, or one a date)."""
    days = frozen_dates(dates)
    check_every_month(days, name=name)
    values = frozen_floats(returns, name=f"{name}: returns")
    years = np.broadcast_to(frozen_floats(durations, name=f"{name}: durations"), len(days))
    if values.shape != (len(days) - 1,):
        what = f"{values.size} returns for {len(days)} dates"
        raise bad_input(where=name, what=what, remedy="give the opening date, then one a return")
    if (values <= -1).any():
        first = int(np.argmax(values <= -1))
        what = f"a return of {values[first]:.1%} in the month to {days[first + 1]}"
        raise bad_input(where=name, what=what, remedy="returns are decimals above -1")
    return IndexHistory(
        name=name,
        dates=days,
        returns=values,
        durations=read_only(years.copy()),
        key_rate_durations=read_only(np.zeros((len(days), 0))),
        key_rate_tenors=read_only(np.zeros(0)),
    )


def cash_returns(curves: CurvesOfDates) -> FloatArray:
    """What money left for the month earns on its opening curve, ``1/P(h) - 1``, shape (months,)."""
    dates = curves.dates
    check_every_month(dates, name="cash")
    elapsed = np.diff(dates).astype(np.int64) / 365.0
    opening = [curves.curve_on(to_date(date)) for date in dates[:-1]]
    pairs = zip(opening, elapsed, strict=True)
    return read_only(np.array([1.0 / curve.discount_factors([h])[0] - 1.0 for curve, h in pairs]))


def _month_return(
    bought: UnitHolding, opening: DiscountCurve, closing: DiscountCurve, elapsed: float
) -> float:
    """Payments at time 0 are cash: they earn the opening curve's rate of the month."""
    cash = float(bought.amounts[bought.times == 0.0].sum())
    later = bought.times > 0.0
    holding = UnitHolding(bought.times[later], bought.amounts[later])
    earned = cash / float(opening.discount_factors([elapsed])[0]) if cash else 0.0
    return holding.value(closing, elapsed=elapsed) + earned - 1.0
