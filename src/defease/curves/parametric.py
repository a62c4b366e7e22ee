"""Nelson-Siegel and Svensson curves: a long-run level, a slope and one or two humps.

Continuously compounded zero rate, with ``g(x) = (1 - exp(-x)) / x``::

    z(t) = b0 + b1 g(t/tau1) + b2 [g(t/tau1) - exp(-t/tau1)] + b3 [g(t/tau2) - exp(-t/tau2)]
    f(t) = b0 + b1 exp(-t/tau1) + b2 (t/tau1) exp(-t/tau1) + b3 (t/tau2) exp(-t/tau2)

Sources: C. Nelson and A. Siegel (1987); L. Svensson (1994); R. Gurkaynak, B. Sack and J. Wright,
"The U.S. Treasury yield curve: 1961 to the present" (2006), whose file of parameters is read here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from defease.arrays import FloatArray, frozen_floats
from defease.curves.discount import DiscountCurve
from defease.curves.interpolation import Extrapolation, require_within
from defease.errors import bad_input

if TYPE_CHECKING:
    import numpy.typing as npt

NO_SECOND_HUMP = -999.99
"""Stands for TAU2 in the Federal Reserve's file where a day has a Nelson-Siegel curve."""
GSW_LAST_TIME = 30.0
SMALL = 1e-4
PERCENT = 0.01


@dataclass(frozen=True, eq=False)
class SvenssonCurve(DiscountCurve):
    """A Svensson curve, or a Nelson-Siegel curve where the second hump is 0; see the module.

    Parameters are not unique and jump from day to day: compare curves by their rates only.

    Attributes
    ----------
    betas
        b0, b1, b2, b3: continuously compounded decimal rates; ``b0 + b1`` is the rate at 0.
    taus
        tau1, tau2 in years, above 0.
    last_time
        Longest maturity of the bonds that it was fitted to; beyond it the formula goes on, or
        refuses if `extrapolation` says so.
    """

    betas: FloatArray
    taus: FloatArray
    last_time: float = GSW_LAST_TIME
    extrapolation: Extrapolation | None = None

    def _log_discounts(self, times: FloatArray) -> FloatArray:
        if self.extrapolation is Extrapolation.REFUSE:
            require_within(times, self.last_time)
        logs: FloatArray = -times * (self.betas @ loadings(times.ravel(), self.taus)).reshape(
            times.shape
        )
        return logs

    def instantaneous_forward_rates(self, times: npt.ArrayLike) -> FloatArray:
        """Continuously compounded forward rates ``f(t) = -d ln P / dt``."""
        when = np.asarray(times, dtype=np.float64)
        x1, x2 = when / self.taus[0], when / self.taus[1]
        b0, b1, b2, b3 = self.betas
        forwards: FloatArray = b0 + (b1 + b2 * x1) * np.exp(-x1) + b3 * x2 * np.exp(-x2)
        return forwards


def svensson_curve(
    betas: npt.ArrayLike, taus: npt.ArrayLike, *, last_time: float = GSW_LAST_TIME
) -> SvenssonCurve:
    """A Svensson curve from four rates (decimal) and two times (years).

    Examples
    --------
    >>> svensson_curve([0.05, -0.02, 0, 0], [2, 2]).continuous_spot_rates([0.0, 1000.0]).round(4)
    array([0.03, 0.05])
    """
    given, years = frozen_floats(betas, name="betas"), frozen_floats(taus, name="taus")
    if given.shape != (4,) or years.shape != (2,) or not years.min() > 0:
        what = f"betas {given.tolist()}, taus {years.tolist()}"
        remedy = "give b0, b1, b2, b3 as decimals and tau1, tau2 in years above 0"
        raise bad_input(where="Svensson curve", what=what, remedy=remedy)
    return SvenssonCurve(given, years, last_time)


def nelson_siegel_curve(
    betas: npt.ArrayLike, tau: float, *, last_time: float = GSW_LAST_TIME
) -> SvenssonCurve:
    """A Nelson-Siegel curve from three rates (decimal) and one time (years)."""
    given = frozen_floats(betas, name="betas")
    return svensson_curve(np.append(given, 0.0), [tau, tau], last_time=last_time)


def gsw_curve(
    betas_percent: npt.ArrayLike, taus: npt.ArrayLike, *, last_time: float = GSW_LAST_TIME
) -> SvenssonCurve:
    """The curve of one day of the Federal Reserve's file (feds200628, feds200805).

    Parameters
    ----------
    betas_percent
        BETA0 to BETA3 as printed, percent; a day without a second hump may give BETA3 as 0.
    taus
        TAU1 and TAU2 as printed; TAU2 = -999.99 marks a Nelson-Siegel day.

    Examples
    --------
    >>> day = gsw_curve([4.0, -1.0, 0.5, 0.0], [2.0, -999.99])
    >>> day.continuous_spot_rates([1000.0]).round(4)
    array([0.04])
    """
    percent, years = frozen_floats(betas_percent, name="betas"), np.array(taus, dtype=np.float64)
    if len(years) == 2 and years[1] == NO_SECOND_HUMP:
        return nelson_siegel_curve(percent[:3] * PERCENT, float(years[0]), last_time=last_time)
    return svensson_curve(percent * PERCENT, years, last_time=last_time)


def loadings(times: FloatArray, taus: FloatArray) -> FloatArray:
    """What each of the four rates contributes to the zero rate, shape (4, times)."""
    first, decay = slope_loading(times / taus[0])
    second, second_decay = slope_loading(times / taus[1])
    return np.array([np.ones_like(times), first, first - decay, second - second_decay])


def slope_loading(x: FloatArray) -> tuple[FloatArray, FloatArray]:
    """``(1 - exp(-x)) / x`` and ``exp(-x)``, exact down to x = 0."""
    safe = np.maximum(x, np.finfo(np.float64).tiny)
    falling = np.expm1(-safe)
    return -falling / safe, falling + 1.0
