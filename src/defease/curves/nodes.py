"""Curves from tables: spot rates, par yields, discount factors or forward rates at given terms."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from defease.arrays import FloatArray, frozen_floats, read_only
from defease.curves.compounding import PERIODS, Compounding, to_continuous
from defease.curves.discount import DiscountCurve, require_rates
from defease.curves.interpolation import (
    Extrapolation,
    Interpolation,
    interpolate,
    require_within,
)
from defease.curves.par import bootstrap_zero_rates
from defease.errors import bad_input

if TYPE_CHECKING:
    import numpy.typing as npt

    from defease.curves.piecewise import PiecewisePolynomial


@dataclass(frozen=True, eq=False)
class NodeCurve(DiscountCurve):
    """A curve through zero rates at nodes, with a named interpolation and extrapolation.

    Attributes
    ----------
    node_times
        Years, increasing, shape (n,).
    node_zero_rates
        Continuously compounded zero rates at the nodes, shape (n,).
    """

    node_times: FloatArray
    node_zero_rates: FloatArray
    interpolation: Interpolation
    extrapolation: Extrapolation
    last_time: float = field(init=False)
    minus_log_discount: PiecewisePolynomial = field(init=False, repr=False)

    def __post_init__(self) -> None:
        shape = interpolate(
            self.node_times, self.node_zero_rates, self.interpolation, self.extrapolation
        )
        object.__setattr__(self, "last_time", float(self.node_times[-1]))
        object.__setattr__(self, "minus_log_discount", shape)

    def _log_discounts(self, times: FloatArray) -> FloatArray:
        if self.extrapolation is Extrapolation.REFUSE:
            require_within(times, self.last_time)
        logs: FloatArray = -self.minus_log_discount(times)
        return logs


def curve_from_spot_rates(
    times: npt.ArrayLike,
    rates: npt.ArrayLike,
    *,
    compounding: Compounding,
    interpolation: Interpolation = Interpolation.MONOTONE_CONVEX,
    extrapolation: Extrapolation = Extrapolation.FLAT_FORWARD,
) -> NodeCurve:
    """A curve through zero-coupon rates in the compounding they are quoted in.

    Examples
    --------
    >>> curve = curve_from_spot_rates([1, 2], [0.03, 0.04], compounding=Compounding.ANNUAL)
    >>> curve.discount_factors([1.0, 2.0]).round(8)
    array([0.97087379, 0.92455621])
    """
    years, quoted = _table(times, rates)
    periods = PERIODS.get(compounding)
    if periods and not quoted.min() > -periods:
        what = f"a rate of {quoted.min():g} leaves nothing after a period"
        raise bad_input(
            where="curve", what=what, remedy="rates are decimals above -1, such as 0.045"
        )
    zero = to_continuous(quoted, compounding)
    return NodeCurve(years, read_only(np.array(zero)), interpolation, extrapolation)


def curve_from_discount_factors(
    times: npt.ArrayLike,
    factors: npt.ArrayLike,
    *,
    interpolation: Interpolation = Interpolation.MONOTONE_CONVEX,
    extrapolation: Extrapolation = Extrapolation.FLAT_FORWARD,
) -> NodeCurve:
    """A curve through given discount factors (above 0).

    Examples
    --------
    >>> curve_from_discount_factors([1, 2], [0.97, 0.93]).discount_factors([2.0])
    array([0.93])
    """
    years, given = _table(times, factors)
    if not given.min() > 0:
        what = f"a discount factor of {given.min():g}"
        raise bad_input(
            where="curve", what=what, remedy="discount factors are above 0, such as 0.97"
        )
    return NodeCurve(years, read_only(-np.log(given) / years), interpolation, extrapolation)


def curve_from_forward_rates(
    times: npt.ArrayLike,
    rates: npt.ArrayLike,
    *,
    compounding: Compounding,
    interpolation: Interpolation = Interpolation.LOG_LINEAR_DISCOUNT,
    extrapolation: Extrapolation = Extrapolation.FLAT_FORWARD,
) -> NodeCurve:
    """A curve from the forward rate of each period between neighbouring times, the first from 0.

    Examples
    --------
    >>> curve = curve_from_forward_rates([1, 2], [0.03, 0.05], compounding=Compounding.ANNUAL)
    >>> (1 / curve.discount_factors([2.0])).round(4)
    array([1.0815])
    """
    years, quoted = _table(times, rates)
    periods = np.diff(np.concatenate([[0.0], years]))
    logs = np.cumsum(to_continuous(quoted, compounding) * periods)
    return NodeCurve(years, read_only(logs / years), interpolation, extrapolation)


def curve_from_par_yields(
    maturities: npt.ArrayLike,
    yields: npt.ArrayLike,
    *,
    frequency: int = 2,
    interpolation: Interpolation = Interpolation.MONOTONE_CONVEX,
    extrapolation: Extrapolation = Extrapolation.FLAT_FORWARD,
) -> NodeCurve:
    """The zero curve that prices a bond at par for every maturity and yield given.

    Parameters
    ----------
    maturities
        Years, increasing.
    yields
        Coupon rates of par bonds, decimal, paid `frequency` times a year (2: bond-equivalent);
        a bond with at most one period to go earns simple interest.

    Examples
    --------
    >>> curve = curve_from_par_yields([0.5, 1, 2, 5], [0.04, 0.041, 0.042, 0.045])
    >>> curve.par_yields([0.5, 1, 2, 5]).round(12)
    array([0.04 , 0.041, 0.042, 0.045])
    """
    years, quoted = _table(maturities, yields)
    zero = bootstrap_zero_rates(
        years,
        quoted,
        frequency=frequency,
        interpolation=interpolation,
        extrapolation=extrapolation,
    )
    return NodeCurve(years, read_only(zero), interpolation, extrapolation)


def _table(times: npt.ArrayLike, values: npt.ArrayLike) -> tuple[FloatArray, FloatArray]:
    years = np.atleast_1d(frozen_floats(times, name="curve times"))
    quoted = np.atleast_1d(require_rates(values, name="curve values"))
    if not len(years):
        raise bad_input(
            where="curve", what="has no points", remedy="give at least one maturity and its rate"
        )
    if len(years) != len(quoted):
        what = f"{len(years)} maturities but {len(quoted)} values"
        raise bad_input(where="curve", what=what, remedy="give one value for each maturity")
    if not years[0] > 0 or (np.diff(years) <= 0).any():
        what = "maturities are not above 0 and increasing"
        raise bad_input(where="curve", what=what, remedy="sort them and keep each maturity once")
    return years, quoted
