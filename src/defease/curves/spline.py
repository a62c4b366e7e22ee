"""Cubic B-splines of the zero rate: the curve, its knots, and how roughness is charged."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

from defease.arrays import FloatArray, frozen_floats, read_only
from defease.curves.discount import DiscountCurve
from defease.curves.interpolation import Extrapolation, require_within
from defease.curves.piecewise import PiecewisePolynomial
from defease.errors import bad_input

if TYPE_CHECKING:
    import numpy.typing as npt

DEGREE = 3
USUAL_KNOTS = (0.25, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 7.0, 10.0, 15.0, 20.0, 25.0)
"""Years at which bonds may bend the curve, denser where more of them mature."""
BONDS_BETWEEN_KNOTS = 3
GAUSS_POINTS = 4


class Roughness(StrEnum):
    """What a smoothing penalty charges for.

    - ``zero_curvature``: the integral of the squared second derivative of the zero rate.
    - ``forward_slope``: the integral of the squared slope of the instantaneous forward rate.
    - ``forward_curvature``: the integral of its squared second derivative.
    """

    ZERO_CURVATURE = "zero_curvature"
    FORWARD_SLOPE = "forward_slope"
    FORWARD_CURVATURE = "forward_curvature"


@dataclass(frozen=True, slots=True)
class SmoothingPenalty:
    """What a spline pays for being rough, added to the mean squared yield error of the bonds.

    ``mean(yield error^2) + strength * integral_0^T t^term_weight roughness(t)^2 dt``

    Attributes
    ----------
    strength
        0 for none; in years^3 for the curvatures (times years^-term_weight).
    roughness
        What is charged for.
    term_weight
        Power of time: 0 charges every term alike, 2 and more lets the short end bend freely and
        holds the long end.
    """

    strength: float = 1e-7
    roughness: Roughness = Roughness.ZERO_CURVATURE
    term_weight: float = 0.0

    def __post_init__(self) -> None:
        if not 0.0 <= self.strength < np.inf or not 0.0 <= self.term_weight < np.inf:
            what = f"strength {self.strength:g}, term weight {self.term_weight:g}"
            remedy = "give numbers of 0 or more"
            raise bad_input(where="smoothing penalty", what=what, remedy=remedy)


@dataclass(frozen=True, eq=False)
class SplineCurve(DiscountCurve):
    """A curve whose continuously compounded zero rate is a cubic B-spline.

    Attributes
    ----------
    knots
        Break points with the two ends fourfold, shape (k + 4,).
    coefficients
        Weights of the B-splines, decimal rates, shape (k,).
    last_time
        The longest maturity that the spline rests on.
    """

    knots: FloatArray
    coefficients: FloatArray
    last_time: float
    extrapolation: Extrapolation = Extrapolation.FLAT_FORWARD
    minus_log_discount: PiecewisePolynomial = field(init=False, repr=False)

    def __post_init__(self) -> None:
        shape = _in_minus_log_discount(self.knots, self.coefficients)
        slope = self._final_slope(shape)
        object.__setattr__(self, "minus_log_discount", shape.continued(self.last_time, slope))

    def _final_slope(self, shape: PiecewisePolynomial) -> float:
        if self.extrapolation is Extrapolation.FLAT_ZERO:
            return float(shape(np.array([self.last_time]))[0] / self.last_time)
        ends = np.array([np.max(self.knots[self.knots < self.last_time]), self.last_time])
        totals = shape(ends)
        return float((totals[1] - totals[0]) / (ends[1] - ends[0]))

    def _log_discounts(self, times: FloatArray) -> FloatArray:
        if self.extrapolation is Extrapolation.REFUSE:
            require_within(times, self.last_time)
        logs: FloatArray = -self.minus_log_discount(times)
        return logs


def _in_minus_log_discount(knots: FloatArray, coefficients: FloatArray) -> PiecewisePolynomial:
    """``Y(t) = z(t) t`` piece by piece: with u = t - t_j, Y = z(u) (t_j + u)."""
    from scipy.interpolate import PPoly

    pieces = PPoly.from_spline((knots, coefficients, DEGREE))
    zero = pieces.c[::-1, DEGREE:-DEGREE]
    starts = pieces.x[DEGREE:-DEGREE][:-1]
    total = np.zeros((DEGREE + 2, len(starts)))
    total[:-1] = zero * starts
    total[1:] += zero
    return PiecewisePolynomial(read_only(np.array(starts)), read_only(total))


def spline_basis(times: FloatArray, knots: FloatArray) -> FloatArray:
    """Value of every B-spline at every time, shape (splines, times)."""
    from scipy.interpolate import BSpline

    dense: FloatArray = BSpline.design_matrix(times, knots, DEGREE, extrapolate=True).toarray().T
    return np.ascontiguousarray(dense)


def full_knots(inner: npt.ArrayLike, last_time: float) -> FloatArray:
    """Inner break points with 0 and the last time repeated fourfold."""
    between = np.atleast_1d(frozen_floats(inner, name="spline knots"))
    ends = np.concatenate([[0.0], between, [last_time]])
    if not (np.diff(ends) > 0).all():
        what = f"inner knots do not increase between 0 and {last_time:g} years"
        raise bad_input(where="spline knots", what=what, remedy="sort them, each once")
    return read_only(np.concatenate([np.zeros(DEGREE), ends, np.full(DEGREE, last_time)]))


def usual_knots(maturities: FloatArray) -> FloatArray:
    """The usual inner knots that leave at least three maturities between neighbours."""
    ordered = np.sort(maturities)
    chosen: list[float] = []
    behind = 0
    for knot in USUAL_KNOTS:
        before = int(np.searchsorted(ordered, knot))
        if before - behind >= BONDS_BETWEEN_KNOTS and len(ordered) - before >= BONDS_BETWEEN_KNOTS:
            chosen.append(knot)
            behind = before
    return np.array(chosen)


def penalty_rows(knots: FloatArray, penalty: SmoothingPenalty) -> FloatArray:
    """Rows R with ``|R c|^2 = strength * integral t^weight roughness^2``; shape (points, splines).

    Gauss-Legendre quadrature of four points between knots: exact for term weights 0 and 1.
    """
    from scipy.interpolate import BSpline

    ends = np.unique(knots)
    nodes, shares = np.polynomial.legendre.leggauss(GAUSS_POINTS)
    half = 0.5 * np.diff(ends)[:, None]
    times = (ends[:-1, None] + half * (1.0 + nodes)).ravel()
    weights = (half * shares).ravel() * times**penalty.term_weight
    splines = BSpline(knots, np.eye(len(knots) - DEGREE - 1), DEGREE)
    slopes = [splines(times, nu=order) for order in range(DEGREE + 1)]
    rough: FloatArray
    if penalty.roughness is Roughness.ZERO_CURVATURE:
        rough = slopes[2]
    elif penalty.roughness is Roughness.FORWARD_SLOPE:
        rough = 2.0 * slopes[1] + times[:, None] * slopes[2]
    else:
        rough = 3.0 * slopes[2] + times[:, None] * slopes[3]
    rows: FloatArray = np.sqrt(penalty.strength * weights)[:, None] * rough
    return rows
