"""A curve as another one plus a spread by term: AA corporate = Treasury + AA spread."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from defease.arrays import FloatArray, frozen_floats, read_only
from defease.curves.compounding import PERIODS, Compounding, to_continuous
from defease.curves.discount import DiscountCurve
from defease.errors import bad_input

if TYPE_CHECKING:
    import numpy.typing as npt


@dataclass(frozen=True, eq=False)
class SpreadCurve(DiscountCurve):
    """A base curve with a spread added to its spot rates in a named compounding.

    Attributes
    ----------
    name
        What the spread is, for reports ("AA corporate over Treasury").
    base
        The curve underneath; where it refuses to extrapolate, so does this one.
    tenors, spreads
        Years and decimals; straight lines between tenors, level outside them.
    compounding
        Of the rates that the spread is added to.
    """

    name: str
    base: DiscountCurve
    tenors: FloatArray
    spreads: FloatArray
    compounding: Compounding
    last_time: float = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "last_time", self.base.last_time)

    def spreads_at(self, times: npt.ArrayLike) -> FloatArray:
        """The spread at each time, decimal."""
        spread: FloatArray = np.interp(np.asarray(times), self.tenors, self.spreads)
        return spread

    def _log_discounts(self, times: FloatArray) -> FloatArray:
        rates = self.base.spot_rates(times, self.compounding) + self.spreads_at(times)
        lowest = -PERIODS.get(self.compounding, np.inf)
        if rates.size and not rates.min() > lowest:
            what = f"a rate of {rates.min():.4g} after the spread"
            remedy = "give spreads as decimals, such as 0.012"
            raise bad_input(where=self.name, what=what, remedy=remedy)
        logs: FloatArray = -times * to_continuous(rates, self.compounding)
        return logs


def curve_with_spread(
    base: DiscountCurve,
    tenors: npt.ArrayLike,
    spreads: npt.ArrayLike,
    *,
    name: str,
    compounding: Compounding = Compounding.ANNUAL,
) -> SpreadCurve:
    """A base curve plus spreads at given terms, such as AA corporate over Treasury.

    Examples
    --------
    >>> from defease.curves import flat_curve
    >>> aa = curve_with_spread(flat_curve(0.04), [5, 15], [0.008, 0.012], name="AA over Treasury")
    >>> aa.annual_spot_rates([1.0, 10.0, 30.0]).round(9)
    array([0.048, 0.05 , 0.052])
    """
    years = np.atleast_1d(frozen_floats(tenors, name=f"{name}: tenors"))
    given = np.atleast_1d(frozen_floats(spreads, name=f"{name}: spreads"))
    if len(years) != len(given) or not len(years) or (np.diff(years) <= 0).any():
        what = f"{len(years)} tenors and {len(given)} spreads, tenors must increase"
        remedy = "give one spread for each of the increasing tenors"
        raise bad_input(where=name, what=what, remedy=remedy)
    return SpreadCurve(name, base, years, given, compounding)


def spread_between(
    curve: DiscountCurve,
    base: DiscountCurve,
    tenors: npt.ArrayLike,
    *,
    name: str,
    compounding: Compounding = Compounding.ANNUAL,
) -> SpreadCurve:
    """The base plus the spread of a curve over it, read off at given tenors.

    At the tenors the result has the rates of the curve; between them it follows the base.

    Examples
    --------
    >>> from defease.curves import flat_curve
    >>> spread_between(flat_curve(0.05), flat_curve(0.04), [10.0], name="AA").spreads.round(12)
    array([0.01])
    """
    years = frozen_floats(tenors, name=f"{name}: tenors")
    gap = curve.spot_rates(years, compounding) - base.spot_rates(years, compounding)
    return curve_with_spread(base, years, read_only(gap), name=name, compounding=compounding)
