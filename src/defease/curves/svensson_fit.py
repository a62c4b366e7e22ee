"""Nelson-Siegel and Svensson curves fitted to the prices of coupon bonds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from defease.arrays import FloatArray, IntArray, read_only
from defease.curves.fit_report import CurveFit, fit_report
from defease.curves.least_squares import LeastSquares, at_bounds, least_squares
from defease.curves.parametric import SvenssonCurve, slope_loading
from defease.curves.spline_fit import fit_spline
from defease.errors import Caution, bad_input

if TYPE_CHECKING:
    from defease.curves.priced_payments import PricedPayments

DECAYS = np.geomspace(0.03, 4.0, 16)
"""Per year (1 / tau): the grid that is searched, in pairs for Svensson."""
SLOWEST, FASTEST = 0.02, 5.0
"""Per year: humps between 0.2 and 50 years."""
STARTS_POLISHED = 2
ENOUGH = 1e-9
"""A step that gains less than this share of the squared errors ends the polishing."""
ALIKE, LARGE = 1.25, 0.25
"""Humps closer than this ratio, or rates above 25%, mean parameters that say nothing alone."""
TOLL = 7e-6
"""Yield error that a parameter of 100% counts as: it stops two humps from running into each other
with ever larger heights of opposite sign, and moves no rate by a hundredth of a basis point."""
RATES = 4


def fit_svensson(bonds: PricedPayments) -> CurveFit:
    """The Svensson curve that explains bond prices best, each by its yield error.

    Least ``mean(((price on the curve - price) / (price x duration))^2)``.  A grid of pairs of
    decays, with the four rates by linear least squares on yields taken apart by a preliminary
    spline, gives the starts; its two best valleys are polished by Levenberg and Marquardt's
    method with exact derivatives.

    Returns
    -------
    CurveFit
        With a caution where a decay ends at its bound (0.02 or 5 a year) or both nearly coincide.

    Raises
    ------
    InputError
        For fewer bonds than parameters (6; Nelson-Siegel 4).

    Examples
    --------
    >>> import numpy as np
    >>> from defease.curves.parametric import svensson_curve
    >>> from defease.curves.priced_payments import priced_payments
    >>> true = svensson_curve([0.045, -0.02, 0.01, 0.02], [1.5, 8.0])
    >>> years = np.arange(0.5, 30.5, 0.5)
    >>> prices = 100 * true.discount_factors(years)
    >>> zeros = priced_payments(years, np.full(60, 100.0), np.arange(60), prices)
    >>> fit = fit_svensson(zeros)
    >>> (fit.curve.continuous_spot_rates([7.0]) - true.continuous_spot_rates([7.0])).round(6) + 0.0
    array([0.])
    """
    return _fit(bonds, humps=2)


def fit_nelson_siegel(bonds: PricedPayments) -> CurveFit:
    """The Nelson-Siegel curve (one hump) that explains bond prices best; see `fit_svensson`."""
    return _fit(bonds, humps=1)


def _fit(bonds: PricedPayments, *, humps: int) -> CurveFit:
    parameters = 2 + 2 * humps
    if len(bonds) < parameters:
        what = f"{len(bonds)} bonds for {parameters} parameters"
        raise bad_input(where="curve fit", what=what, remedy="give more bonds")
    bounds = _bounds(humps)
    evaluate = _PriceErrors(bonds, humps)
    with np.errstate(over="ignore", invalid="ignore"):
        fits = [
            least_squares(
                evaluate, start, bounds=bounds, linear=2 + humps, gain=ENOUGH, steps_at_most=500
            )
            for start in _starts(bonds, humps)
        ]
    best = min(fits, key=lambda fit: fit.cost)
    betas, taus = _split(best.parameters, humps)
    curve = SvenssonCurve(read_only(betas), read_only(taus), bonds.longest)
    report = fit_report(bonds, curve, leverages=best.leverages[: len(bonds)])
    return CurveFit(curve, report, _cautions(best, bounds, humps), best.steps)


class _PriceErrors:
    """Price errors as yields, and their derivatives, at (b0, b1, b2[, b3], log decays)."""

    def __init__(self, bonds: PricedPayments, humps: int) -> None:
        self.bonds, self.humps = bonds, humps
        self.weights = 1.0 / (bonds.price_durations * np.sqrt(len(bonds)))

    def __call__(self, point: FloatArray) -> tuple[FloatArray, FloatArray]:
        bonds = self.bonds
        rates, slopes = zero_rates_and_slopes(point, bonds.times, humps=self.humps)
        discounted = bonds.amounts * np.exp(-rates * bonds.times)
        errors = (bonds.bond_sums(discounted) - bonds.prices) * self.weights
        by_parameter = bonds.bond_sums((-discounted * bonds.times) * slopes) * self.weights
        tolls = TOLL * np.eye(2 + self.humps, len(point))
        paid = TOLL * point[: 2 + self.humps]
        return np.concatenate([errors, paid]), np.concatenate([by_parameter.T, tolls])


def zero_rates_and_slopes(
    point: FloatArray, times: FloatArray, *, humps: int
) -> tuple[FloatArray, FloatArray]:
    """Zero rates and their derivatives by every parameter, shapes (times,) and (k, times).

    With decay d and x = d t: ``dz/db`` are the loadings; ``dg/d ln d = exp(-x) - g`` and
    ``d exp(-x)/d ln d = -x exp(-x)``.
    """
    rates = 2 + humps
    slopes = np.empty((rates + humps, len(times)))
    slopes[0] = 1.0
    for hump in range(humps):
        x = np.exp(point[rates + hump]) * times
        decay = np.exp(-x)
        average = (1.0 - decay) / x
        by_average, by_hump = decay - average, decay - average + x * decay
        slopes[2 + hump] = -by_average
        slopes[rates + hump] = point[2 + hump] * by_hump
        if hump == 0:
            slopes[1] = average
            slopes[rates] += point[1] * by_average
    return point[:rates] @ slopes[:rates], slopes


def _starts(bonds: PricedPayments, humps: int) -> list[FloatArray]:
    """The best points of the grid of decays that beat their neighbours.

    To first order a bond's yield is the average of the zero rates at its payments, weighted by
    their present value times time.  So for given decays the rates follow by linear least squares,
    and one matrix of products serves the whole grid.
    """
    spline = fit_spline(bonds)
    values = bonds.amounts * bonds.times * spline.curve.discount_factors(bonds.times)
    totals = bonds.bond_sums(values)
    zero = spline.curve.continuous_spot_rates(bonds.times)
    wanted = bonds.bond_sums(values * zero) / totals - spline.report.yield_errors
    columns = [np.ones(len(bonds))]
    for decay in DECAYS:
        average, falling = slope_loading(bonds.times * decay)
        columns += [
            bonds.bond_sums(values * each) / totals for each in (average, average - falling)
        ]
    grid, costs, rates = _search(np.array(columns), wanted, humps)
    best = _valleys(costs, grid)[:STARTS_POLISHED]
    return [np.concatenate([rates[k], np.log(DECAYS[grid[k]])]) for k in best]


def _search(
    columns: FloatArray, wanted: FloatArray, humps: int
) -> tuple[IntArray, FloatArray, FloatArray]:
    """Sums of squares and rates at every point of the grid (decay numbers, shape (points, k))."""
    n = len(DECAYS)
    first, second = (each.ravel() for each in np.meshgrid(range(n), range(n), indexing="ij"))
    kept = first != second if humps > 1 else first == second
    grid = np.column_stack([first, second])[kept][:, :humps]
    used = np.column_stack([0 * grid[:, 0], 1 + 2 * grid[:, 0], 2 + 2 * grid])
    products, sides = columns @ columns.T, columns @ wanted
    normal = products[used[:, :, None], used[:, None, :]]
    toll = TOLL**2 * len(wanted) * np.eye(2 + humps)
    rates = np.linalg.solve(normal + toll, sides[used][:, :, None])[:, :, 0]
    misses = np.einsum("ki,kij->kj", rates, columns[used]) - wanted
    return grid, np.einsum("kj,kj->k", misses, misses), rates


def _valleys(costs: FloatArray, grid: IntArray) -> list[int]:
    """Points of the grid that none of their neighbours undercuts, the best first."""
    order = np.argsort(costs, kind="stable")
    found: list[int] = []
    for k in order.tolist():
        near = np.abs(grid - grid[k]).max(axis=1) <= 1
        if costs[near].min() >= costs[k]:
            found.append(k)
    return found


def _bounds(humps: int) -> tuple[FloatArray, FloatArray]:
    free = np.full(2 + humps, np.inf)
    slow, fast = np.full(humps, np.log(SLOWEST)), np.full(humps, np.log(FASTEST))
    return np.concatenate([-free, slow]), np.concatenate([free, fast])


def _split(point: FloatArray, humps: int) -> tuple[FloatArray, FloatArray]:
    betas, taus = np.zeros(RATES), np.empty(2)
    betas[: 2 + humps] = point[: 2 + humps]
    taus[:] = np.exp(-point[2 + humps :])
    return betas, taus


def _cautions(
    best: LeastSquares, bounds: tuple[FloatArray, FloatArray], humps: int
) -> tuple[Caution, ...]:
    taus = np.exp(-best.parameters[2 + humps :])
    active = at_bounds(best.parameters, bounds)[2 + humps :]
    found = [
        Caution(
            "fit_bound",
            f"tau {i + 1} ended at its bound of {taus[i]:.4g} years: trust the rates between the "
            "shortest and the longest bond, not the parameters",
        )
        for i in np.flatnonzero(active).tolist()
    ]
    alike = humps == 2 and max(taus) / min(taus) < ALIKE
    if alike or np.abs(best.parameters[: 2 + humps]).max() > LARGE:
        at = " and ".join(f"{tau:.3g}" for tau in taus)
        what = f"terms at {at} years nearly cancel: use the curve's rates, not its parameters"
        found.append(Caution("fit_cancelling", what))
    return tuple(found)
