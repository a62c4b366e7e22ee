"""Par yields: the payments they stand for, and the zero curve that makes every bond worth par."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from defease.curves.interpolation import Extrapolation, Interpolation, interpolate
from defease.errors import Problem, SolverError, bad_input

if TYPE_CHECKING:
    from defease.arrays import FloatArray, IntArray
    from defease.curves.piecewise import PiecewisePolynomial

SAME_TIME = 1e-9
PRICE_TOLERANCE = 1e-14
MOST_STEPS = 60
BUMP = 1e-6


@dataclass(frozen=True, eq=False)
class ParSchedule:
    """Payment times of several par bonds, one after the other.

    Attributes
    ----------
    times, shares
        Years to each payment and the share of a year's coupon it carries, shape (payments,).
    starts, lasts
        Index of each bond's first and last payment, shape (bonds,).
    """

    times: FloatArray
    shares: FloatArray
    starts: IntArray
    lasts: IntArray


def par_schedule(maturities: FloatArray, frequency: int) -> ParSchedule:
    """Coupons back from each maturity; a first period cut short by today pays its share."""
    if not len(maturities) or not maturities.min() > 0:
        raise bad_input(
            where="par yields",
            what="a maturity of 0 or less",
            remedy="give maturities in years above 0",
        )
    counts = np.ceil(maturities * frequency - SAME_TIME).astype(np.int64)
    lasts = np.cumsum(counts) - 1
    starts = lasts - counts + 1
    owner = np.repeat(np.arange(len(counts)), counts)
    ahead = lasts[owner] - np.arange(len(owner))
    times = maturities[owner] - ahead / frequency
    shares = np.minimum(times, 1.0 / frequency)
    return ParSchedule(times, shares, starts, lasts)


def bootstrap_zero_rates(
    maturities: FloatArray,
    yields: FloatArray,
    *,
    frequency: int,
    interpolation: Interpolation,
    extrapolation: Extrapolation,
) -> FloatArray:
    """Continuous zero rates at the maturities that price every par bond at par.

    All bonds are solved together by Newton's method, because a payment between two nodes is priced
    by the same interpolation that the finished curve will use.  A bond with at most one period to
    go earns simple interest: ``P(n) = 1 / (1 + c n)``.

    Errors
    ------
    SolverError
        No zero curve reproduces the yields (some forward rate would have to be infinite).
    """
    schedule = par_schedule(maturities, frequency)
    coupons = np.repeat(yields, np.diff(np.append(schedule.starts, len(schedule.times))))
    flows = coupons * schedule.shares
    flows[schedule.lasts] += 1.0

    def prices(zero_rates: FloatArray) -> FloatArray:
        logs = interpolate(maturities, zero_rates, interpolation, extrapolation)
        return _bond_sums(flows, logs, schedule)

    zero = np.log1p(yields * np.minimum(maturities, 1.0 / frequency)) / np.minimum(
        maturities, 1.0 / frequency
    )
    return _newton(prices, zero)


def _bond_sums(flows: FloatArray, logs: PiecewisePolynomial, schedule: ParSchedule) -> FloatArray:
    sums: FloatArray = np.add.reduceat(flows * np.exp(-logs(schedule.times)), schedule.starts)
    return sums


def _newton(prices: _Pricing, zero: FloatArray) -> FloatArray:
    error = prices(zero) - 1.0
    for _ in range(MOST_STEPS):
        if np.abs(error).max() < PRICE_TOLERANCE:
            break
        bumps = BUMP * np.eye(len(zero))
        jacobian = np.column_stack(
            [(prices(zero + b) - prices(zero - b)) / (2 * BUMP) for b in bumps]
        )
        step = np.linalg.lstsq(jacobian, -error, rcond=None)[0].astype(np.float64)
        zero, error, improved = _best_step(prices, zero, error, step)
        if not improved:
            break
    if not np.abs(error).max() < 1e4 * PRICE_TOLERANCE:
        worst = int(np.abs(error).argmax())
        what = f"bond {worst + 1} is still {abs(error[worst]):.2g} away from par"
        remedy = "check the yields for a typing error"
        raise SolverError(Problem("par yield bootstrap", what, remedy))
    return zero


def _best_step(
    prices: _Pricing, zero: FloatArray, error: FloatArray, step: FloatArray
) -> tuple[FloatArray, FloatArray, bool]:
    """The Newton step, halved until the largest pricing error falls."""
    for halvings in range(12):
        trial = zero + step / 2**halvings
        with np.errstate(over="ignore", invalid="ignore"):
            found = prices(trial) - 1.0
        if np.isfinite(found).all() and np.abs(found).max() < np.abs(error).max():
            return trial, found, True
    return zero, error, False


if TYPE_CHECKING:
    from collections.abc import Callable

    _Pricing = Callable[[FloatArray], FloatArray]
