"""Smith-Wilson curves: market rates up to the last liquid point, then on to the ultimate rate.

With ``w = ln(1 + UFR)`` and calibration times u_j::

    P(t)    = exp(-w t) (1 + sum_j H(t, u_j) q_j)
    H(t, u) = a min(t, u) - exp(-a max(t, u)) sinh(a min(t, u))

The weights q make the curve reprice the market; a (alpha) says how fast the forward rate nears w.

Source: EIOPA, *Technical documentation of the methodology to derive EIOPA's risk-free interest rate
term structures*; A. Smith and T. Wilson, *Fitting yield curves with long term constraints* (2001).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from defease.arrays import FloatArray, frozen_floats, read_only
from defease.curves.compounding import Compounding, to_continuous
from defease.curves.discount import DiscountCurve, require_rates
from defease.curves.par import par_schedule
from defease.errors import ModelError, Problem, bad_input

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt

LEAST_ALPHA, MOST_ALPHA = 0.05, 1.0
ALPHA_GRID = 96
ALPHA_DECIMALS = 6
CONVERGED = 1e-4
LEAST_CONVERGENCE_TIME = 60.0
YEARS_TO_CONVERGE = 40.0


@dataclass(frozen=True, eq=False)
class SmithWilsonCurve(DiscountCurve):
    """A Smith-Wilson curve; see the module for its formula.

    Attributes
    ----------
    calibration_times, weights
        u_j in years and q_j (EIOPA's Qb vector), shape (n,).
    log_ultimate_rate
        ``w = ln(1 + UFR)``.
    alpha
        Speed of convergence, per year.
    last_time
        Last liquid point: the last calibration time.
    """

    calibration_times: FloatArray
    weights: FloatArray
    log_ultimate_rate: float
    alpha: float
    last_time: float

    def _log_discounts(self, times: FloatArray) -> FloatArray:
        flat = times.ravel()
        kernel = heart(flat, self.calibration_times, self.alpha)
        relative = kernel @ self.weights
        if relative.size and not relative.min() > -1.0:
            what = f"the discount factor at {flat[relative.argmin()]:.4g} years is not above 0"
            remedy = "use a larger alpha, or rates that vary less from one term to the next"
            raise ModelError(Problem("Smith-Wilson curve", what, remedy))
        logs: FloatArray = np.log1p(relative) - self.log_ultimate_rate * flat
        return logs.reshape(times.shape)

    def distance_from_ultimate(self, time: float) -> float:
        """``|f(t) - w|`` at a time after the last liquid point, continuous forward rates.

        ``f(t) - w = a / (1 - k exp(a t))``, ``k = (1 + a sum u_j q_j) / sum sinh(a u_j) q_j``.
        """
        return _distance(self.calibration_times, self.weights, self.alpha, time)


def smith_wilson_from_weights(
    times: npt.ArrayLike, weights: npt.ArrayLike, *, ultimate_rate: float, alpha: float
) -> SmithWilsonCurve:
    """The curve of weights that a regulator publishes (EIOPA: Qb).

    Parameters
    ----------
    times, weights
        Calibration times in years, increasing, and their weights.
    ultimate_rate
        Ultimate forward rate, annual effective decimal.
    alpha
        Speed of convergence, above 0.

    Examples
    --------
    >>> curve = smith_wilson_from_weights([1.0], [0.0], ultimate_rate=0.0345, alpha=0.1)
    >>> curve.annual_spot_rates([1.0, 60.0]).round(6)
    array([0.0345, 0.0345])
    """
    years, given = _times(times), frozen_floats(weights, name="Smith-Wilson weights")
    if len(given) != len(years):
        what = f"{len(years)} times and {len(given)} weights"
        raise bad_input(where="Smith-Wilson curve", what=what, remedy="give one for each time")
    return _curve(years, given, _log_rate(ultimate_rate), _require_alpha(alpha))


def smith_wilson_from_spot_rates(
    times: npt.ArrayLike,
    rates: npt.ArrayLike,
    *,
    compounding: Compounding,
    ultimate_rate: float,
    alpha: float | None = None,
    convergence_time: float | None = None,
) -> SmithWilsonCurve:
    """The curve through zero-coupon rates up to the last liquid point.

    Parameters
    ----------
    times, rates
        Years (the last one is the last liquid point) and rates in the named compounding.
    ultimate_rate
        Annual effective.
    alpha
        None: the smallest one of at least 0.05 that brings the forward rate to within a basis
        point of the ultimate rate at the convergence time (EIOPA's rule), to six decimals.
    convergence_time
        Years from today; default the later of 60 years and 40 years after the last liquid point.

    Raises
    ------
    InputError
        For data that are not a table of rates.
    ModelError
        When no alpha up to 1 converges in time.

    Examples
    --------
    >>> curve = smith_wilson_from_spot_rates(
    ...     [5, 10, 20], [0.02, 0.025, 0.027], compounding=Compounding.ANNUAL, ultimate_rate=0.0345)
    >>> curve.annual_spot_rates([5, 10, 20]).round(12)
    array([0.02 , 0.025, 0.027])
    >>> (curve.forward_rates([60.0], [61.0]) - 0.0345).round(3) + 0.0
    array([0.])
    """
    years, quoted = _times(times), require_rates(rates, name="spot rates")
    if len(quoted) != len(years):
        what = f"{len(years)} times and {len(quoted)} rates"
        raise bad_input(where="Smith-Wilson curve", what=what, remedy="give one for each time")
    prices = np.exp(-to_continuous(quoted, compounding) * years)
    market = _Market(years, np.eye(len(years)), prices, _log_rate(ultimate_rate))
    return _calibrated(market, alpha, convergence_time)


def smith_wilson_from_par_rates(
    maturities: npt.ArrayLike,
    rates: npt.ArrayLike,
    *,
    frequency: int = 1,
    credit_adjustment: float = 0.0,
    ultimate_rate: float,
    alpha: float | None = None,
    convergence_time: float | None = None,
) -> SmithWilsonCurve:
    """The curve on which swaps (or bonds) with these par rates are worth par.

    Parameters
    ----------
    maturities, rates
        Whole coupon periods in years, and decimals.
    frequency
        Payments a year.
    credit_adjustment
        Taken off every rate first (EIOPA: the credit risk adjustment), decimal.
    ultimate_rate, alpha, convergence_time
        As in `smith_wilson_from_spot_rates`.
    """
    years, quoted = _times(maturities), require_rates(rates, name="par rates") - credit_adjustment
    schedule = par_schedule(years, frequency)
    coupons = np.repeat(quoted, np.diff(np.append(schedule.starts, len(schedule.times))))
    grid, column = np.unique(np.round(schedule.times, 9), return_inverse=True)
    flows = np.zeros((len(years), len(grid)))
    owner = np.repeat(np.arange(len(years)), schedule.lasts - schedule.starts + 1)
    np.add.at(flows, (owner, column), coupons * schedule.shares)
    flows[np.arange(len(years)), column[schedule.lasts]] += 1.0
    market = _Market(grid, flows, np.ones(len(years)), _log_rate(ultimate_rate))
    return _calibrated(market, alpha, convergence_time)


@dataclass(frozen=True, eq=False)
class _Market:
    """Instruments that pay flows [instrument, time] and cost prices."""

    times: FloatArray
    flows: FloatArray
    prices: FloatArray
    log_rate: float

    def weights(self, alpha: float) -> FloatArray:
        """``q = Q b`` with ``Q = D C'`` and ``(Q'HQ) b = p - C d``; D has d = exp(-w u) on it."""
        discounts = np.exp(-self.log_rate * self.times)
        scaled = self.flows * discounts
        kernel = heart(self.times, self.times, alpha)
        b = np.linalg.solve(scaled @ kernel @ scaled.T, self.prices - scaled.sum(axis=1))
        found: FloatArray = scaled.T @ b
        return found


def heart(times: FloatArray, calibration_times: FloatArray, alpha: float) -> FloatArray:
    """``H(t, u) = a min - exp(-a max) sinh(a min)``, shape (times, calibration times).

    The product is written as ``(exp(-a (max - min)) - exp(-a (max + min))) / 2``: nothing overflows
    at long terms.
    """
    t, u = times[:, None], calibration_times[None, :]
    apart, together = np.abs(t - u), t + u
    least = 0.5 * (together - apart)
    kernel: FloatArray = alpha * least - 0.5 * (np.exp(-alpha * apart) - np.exp(-alpha * together))
    return kernel


def _calibrated(
    market: _Market, alpha: float | None, convergence_time: float | None
) -> SmithWilsonCurve:
    last = float(market.times[-1])
    until = convergence_time or max(LEAST_CONVERGENCE_TIME, last + YEARS_TO_CONVERGE)
    if until <= last:
        what = f"convergence at {until:g} years, not after the last liquid point at {last:g}"
        remedy = "give the years from today at which the ultimate rate is reached"
        raise bad_input(where="Smith-Wilson curve", what=what, remedy=remedy)
    speed = _smallest_alpha(market, until) if alpha is None else _require_alpha(alpha)
    return _curve(market.times, market.weights(speed), market.log_rate, speed)


def _smallest_alpha(market: _Market, until: float) -> float:
    """Where, on a grid of rising alphas, the distance first falls below a basis point.

    Refined by bisection and rounded up to six decimals.
    """

    def excess(alpha: float) -> float:
        return _distance(market.times, market.weights(alpha), alpha, until) - CONVERGED

    grid = np.geomspace(LEAST_ALPHA, MOST_ALPHA, ALPHA_GRID)
    if excess(LEAST_ALPHA) <= 0:
        return LEAST_ALPHA
    for low, high in zip(grid[:-1].tolist(), grid[1:].tolist(), strict=True):
        if excess(high) <= 0:
            return _refined(excess, low, high)
    what = f"no alpha up to {MOST_ALPHA:g} reaches the ultimate rate by {until:g} years"
    remedy = "give a later convergence time, or alpha itself"
    raise ModelError(Problem("Smith-Wilson curve", what, remedy))


def _refined(excess: Callable[[float], float], low: float, high: float) -> float:
    step = 10.0**-ALPHA_DECIMALS
    while high - low > 0.1 * step:
        middle = 0.5 * (low + high)
        low, high = (low, middle) if excess(middle) <= 0 else (middle, high)
    return round(float(np.ceil(high / step)) * step, ALPHA_DECIMALS)


def _distance(times: FloatArray, weights: FloatArray, alpha: float, at: float) -> float:
    falling = np.sinh(alpha * times) @ weights
    rising = 1.0 + alpha * times @ weights
    # a / (1 - k e^(a t)) with numerator and denominator multiplied by the sum of sinh
    return float(abs(alpha * falling / (falling - rising * np.exp(alpha * at))))


def _curve(
    times: FloatArray, weights: FloatArray, log_rate: float, alpha: float
) -> SmithWilsonCurve:
    return SmithWilsonCurve(times, read_only(weights), log_rate, alpha, float(times[-1]))


def _times(times: npt.ArrayLike) -> FloatArray:
    years = np.atleast_1d(frozen_floats(times, name="Smith-Wilson times"))
    if not len(years) or not years[0] > 0 or (np.diff(years) <= 0).any():
        what = "times are not above 0 and increasing"
        raise bad_input(where="Smith-Wilson curve", what=what, remedy="sort them, each once")
    return years


def _log_rate(ultimate_rate: float) -> float:
    return float(np.log1p(require_rates([ultimate_rate], name="ultimate forward rate")[0]))


def _require_alpha(alpha: float) -> float:
    if not 0.0 < alpha < np.inf:
        remedy = "give a speed above 0, such as 0.1, or none to have it calibrated"
        raise bad_input(where="Smith-Wilson curve", what=f"alpha is {alpha:g}", remedy=remedy)
    return float(alpha)
