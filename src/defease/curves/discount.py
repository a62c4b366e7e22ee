"""Discount curves: what one unit of money due in t years is worth today.

A curve is immutable; a shift returns a new curve.  Every question is answered from ``ln P(t)``.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from defease.arrays import FloatArray, frozen_floats
from defease.curves.compounding import Compounding, from_continuous
from defease.errors import bad_input

if TYPE_CHECKING:
    import numpy.typing as npt

    from defease.curves.shifts import CurveShift

SHORTEST_TIME = 1e-6
"""Stands for t = 0 where a rate (not a discount factor) is asked for."""
MINUS_ALL = -1.0


class DiscountCurve(ABC):
    """Discount factors and the rates they imply, for any time from 0 on.

    Attributes
    ----------
    last_time
        Years to the last point that rests on market data; beyond it rates are extrapolated
        (infinite for curves given by rule, such as a flat rate).
    """

    last_time: float

    @abstractmethod
    def _log_discounts(self, times: FloatArray) -> FloatArray:
        """``ln P(t)`` at non-negative times."""

    def log_discounts(self, times: npt.ArrayLike) -> FloatArray:
        """Natural logarithm of the discount factors, shape of `times` (years, >= 0)."""
        when = np.asarray(times, dtype=np.float64)
        if when.size and not when.min() >= 0:
            what = f"asked for a discount factor at {when.min():g} years"
            raise bad_input(
                where="curve", what=what, remedy="times count forward from the valuation date"
            )
        return self._log_discounts(when)

    def discount_factors(self, times: npt.ArrayLike) -> FloatArray:
        """Value today of one unit due at each time: ``P(t)``."""
        factors: FloatArray = np.exp(self.log_discounts(times))
        return factors

    def continuous_spot_rates(self, times: npt.ArrayLike) -> FloatArray:
        """Continuously compounded zero rates ``-ln P(t) / t``; at t = 0 the limit."""
        when = np.maximum(np.asarray(times, dtype=np.float64), SHORTEST_TIME)
        rates: FloatArray = -self.log_discounts(when) / when
        return rates

    def spot_rates(self, times: npt.ArrayLike, compounding: Compounding) -> FloatArray:
        """Zero rates in a named compounding."""
        return from_continuous(self.continuous_spot_rates(times), compounding)

    def annual_spot_rates(self, times: npt.ArrayLike) -> FloatArray:
        """Annual effective zero rates: ``P(t) = (1 + s)^-t``."""
        return self.spot_rates(times, Compounding.ANNUAL)

    def forward_rates(self, starts: npt.ArrayLike, ends: npt.ArrayLike) -> FloatArray:
        """Annual effective forward rates: ``1 + f = [P(start) / P(end)]^(1 / (end - start))``."""
        first, last = np.asarray(starts, dtype=np.float64), np.asarray(ends, dtype=np.float64)
        if not (last > first).all():
            remedy = "give an end after each start"
            raise bad_input(
                where="forward rate", what="a period ends before it starts", remedy=remedy
            )
        logs = self.log_discounts(first) - self.log_discounts(last)
        forwards: FloatArray = np.expm1(logs / (last - first))
        return forwards

    def par_yields(self, maturities: npt.ArrayLike, *, frequency: int = 2) -> FloatArray:
        """Coupons at which bonds of these maturities (years) are worth par today.

        ``c = (1 - P(n)) / sum_j a_j P(t_j)``, payments every 1/frequency year back from the
        maturity, a first period cut short by today paying its share; at most one period to go:
        simple interest.

        Examples
        --------
        >>> flat_curve(0.0404).par_yields([1.0, 10.0]).round(6)
        array([0.04, 0.04])
        """
        from defease.curves.par import par_schedule

        schedule = par_schedule(
            np.atleast_1d(frozen_floats(maturities, name="maturities")), frequency
        )
        factors = self.discount_factors(schedule.times)
        annuity = np.add.reduceat(factors * schedule.shares, schedule.starts)
        yields: FloatArray = (1.0 - factors[schedule.lasts]) / annuity
        return yields

    def shifted(self, shift: CurveShift) -> DiscountCurve:
        """The curve with annual effective spot rates moved by term; moving back restores it.

        Examples
        --------
        >>> from defease.curves import CurveShift
        >>> flat_curve(0.04).shifted(CurveShift.parallel(0.02)).discount_factors([20.0]).round(8)
        array([0.31180473])
        """
        return self if shift.is_zero else ShiftedCurve(self, shift)


@dataclass(frozen=True, eq=False)
class ShiftedCurve(DiscountCurve):
    """Another curve with its annual effective spot rates moved by term."""

    base: DiscountCurve
    shift: CurveShift
    last_time: float = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "last_time", self.base.last_time)

    def _log_discounts(self, times: FloatArray) -> FloatArray:
        rates = self.base.annual_spot_rates(times) + self.shift.at(times)
        if rates.size and not rates.min() > MINUS_ALL:
            what = f"an annual rate of {rates.min():.4g} after the shift"
            raise bad_input(
                where="curve shift", what=what, remedy="keep every shifted rate above -100%"
            )
        logs: FloatArray = -times * np.log1p(rates)
        return logs

    def shifted(self, shift: CurveShift) -> DiscountCurve:
        """Shifts add up on the original curve, so that a shift back returns the original itself."""
        return self.base.shifted(self.shift + shift)


@dataclass(frozen=True, eq=False)
class FlatCurve(DiscountCurve):
    """One annual effective rate for every term."""

    annual_rate: float
    last_time: float = np.inf

    def _log_discounts(self, times: FloatArray) -> FloatArray:
        logs: FloatArray = -times * np.log1p(self.annual_rate)
        return logs


@dataclass(frozen=True, eq=False)
class SegmentCurve(DiscountCurve):
    """One annual effective rate for each stretch of time, applied to payments due within it."""

    annual_rates: FloatArray
    boundaries: FloatArray
    last_time: float = np.inf

    def _log_discounts(self, times: FloatArray) -> FloatArray:
        segment = np.searchsorted(self.boundaries, times, side="right")
        logs: FloatArray = -times * np.log1p(self.annual_rates[segment])
        return logs


def flat_curve(annual_rate: float) -> FlatCurve:
    """The curve of one annual effective rate.

    Examples
    --------
    >>> flat_curve(0.04).discount_factors([0.0, 20.0]).round(6)
    array([1.      , 0.456387])
    """
    return FlatCurve(float(require_rates([annual_rate], name="annual_rate")[0]))


def segment_curve(
    annual_rates: npt.ArrayLike, *, boundaries: npt.ArrayLike = (5.0, 20.0)
) -> SegmentCurve:
    """Segment rates: the first before 5 years, the second from 5, the third from 20 years on.

    A payment exactly at a boundary belongs to the later segment.

    Examples
    --------
    >>> segment_curve([0.02, 0.04, 0.05]).annual_spot_rates([4.99, 5.0, 19.99, 20.0]).round(6)
    array([0.02, 0.04, 0.04, 0.05])
    """
    rates = require_rates(annual_rates, name="segment rates")
    limits = frozen_floats(boundaries, name="boundaries")
    if len(rates) != len(limits) + 1:
        what = f"{len(rates)} rates for {len(limits) + 1} segments"
        raise bad_input(where="segment rates", what=what, remedy="give one rate for each segment")
    return SegmentCurve(rates, limits)


def require_rates(rates: npt.ArrayLike, *, name: str) -> FloatArray:
    """Finite rates above -100%, as a read-only array."""
    given = frozen_floats(rates, name=name)
    if given.size and not given.min() > MINUS_ALL:
        what = f"a rate of {given.min():g} is at or below -100%"
        raise bad_input(where=name, what=what, remedy="rates are decimals above -1, such as 0.045")
    return given
