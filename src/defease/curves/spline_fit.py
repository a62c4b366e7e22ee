"""A smoothing spline through the prices of coupon bonds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from defease.arrays import FloatArray, read_only
from defease.curves.fit_report import CurveFit, fit_report
from defease.curves.interpolation import Extrapolation
from defease.curves.least_squares import LeastSquares, least_squares
from defease.curves.spline import (
    SmoothingPenalty,
    SplineCurve,
    full_knots,
    penalty_rows,
    spline_basis,
    usual_knots,
)
from defease.errors import bad_input

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from defease.curves.priced_payments import PricedPayments

LEAST_BONDS = 4
USUAL_PENALTY = SmoothingPenalty()


def fit_spline(
    bonds: PricedPayments,
    *,
    inner_knots: npt.ArrayLike | None = None,
    penalty: SmoothingPenalty = USUAL_PENALTY,
    extrapolation: Extrapolation = Extrapolation.FLAT_FORWARD,
) -> CurveFit:
    """The cubic spline of the zero rate that explains bond prices best, for its smoothness.

    Least ``mean(((price on the curve - price) / (price x duration))^2) + penalty`` by Gauss and
    Newton's method with exact derivatives: prices are nearly linear in the spline's weights.

    Parameters
    ----------
    bonds
        Payments and dirty prices.
    inner_knots
        Years at which the curve may bend; default: up to thirteen usual ones, so that at least
        three bonds mature between neighbours.
    penalty
        What roughness costs; the default hardly moves a fit to a few hundred bonds (leaving one
        out, it predicts Treasuries best of the powers of ten).
    extrapolation
        ``flat_forward`` goes on with the average forward between the last knot and the last bond.

    Raises
    ------
    InputError
        For fewer than four bonds, or knots out of order.
    SolverError
        When the fit does not settle.

    Examples
    --------
    >>> import numpy as np
    >>> from defease.curves import flat_curve
    >>> from defease.curves.priced_payments import priced_payments
    >>> years = np.arange(1.0, 11.0)
    >>> zeros = priced_payments(years, np.full(10, 100.0), np.arange(10), 100 * 1.04**-years)
    >>> fit = fit_spline(zeros)
    >>> fit.curve.annual_spot_rates([2.5, 30.0]).round(9), round(fit.report.yield_rms_bp, 6)
    (array([0.04, 0.04]), 0.0)
    """
    knots, solution = _solve(bonds, inner_knots, penalty)
    curve = SplineCurve(knots, read_only(solution.parameters), bonds.longest, extrapolation)
    report = fit_report(bonds, curve, leverages=solution.leverages[: len(bonds)])
    return CurveFit(curve, report, (), solution.steps)


def choose_penalty(
    bonds: PricedPayments,
    candidates: Sequence[SmoothingPenalty],
    *,
    inner_knots: npt.ArrayLike | None = None,
) -> SmoothingPenalty:
    """The penalty with the smallest leave-one-out error, the first one among equals."""
    if not candidates:
        raise bad_input(
            where="smoothing penalty", what="no candidates", remedy="give at least one penalty"
        )
    fits = [fit_spline(bonds, inner_knots=inner_knots, penalty=each) for each in candidates]
    errors = [fit.report.leave_one_out_rms for fit in fits]
    ranked = [np.inf if error is None else error for error in errors]
    return candidates[int(np.argmin(ranked))]


def _solve(
    bonds: PricedPayments, inner_knots: npt.ArrayLike | None, penalty: SmoothingPenalty
) -> tuple[FloatArray, LeastSquares]:
    if len(bonds) < LEAST_BONDS:
        what = f"{len(bonds)} bonds for a cubic spline"
        raise bad_input(where="spline fit", what=what, remedy="give at least four bonds")
    inner = usual_knots(bonds.maturities) if inner_knots is None else inner_knots
    knots = full_knots(inner, bonds.longest)
    basis = spline_basis(bonds.times, knots)
    rows = penalty_rows(knots, penalty)
    weights = 1.0 / (bonds.price_durations * np.sqrt(len(bonds)))
    paid_times = -bonds.times

    def evaluate(rates: FloatArray) -> tuple[FloatArray, FloatArray]:
        discounted = bonds.amounts * np.exp((rates @ basis) * paid_times)
        errors = (bonds.bond_sums(discounted) - bonds.prices) * weights
        slopes = bonds.bond_sums(discounted * paid_times * basis) * weights
        return np.concatenate([errors, rows @ rates]), np.concatenate([slopes.T, rows])

    start = np.full(len(basis), float(np.median(bonds.continuous_yields)))
    return knots, least_squares(evaluate, start, damping=0.0)
