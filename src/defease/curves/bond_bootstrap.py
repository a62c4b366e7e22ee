"""The curve that reprices one bond per maturity exactly."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from defease.arrays import FloatArray, IntArray, read_only
from defease.curves.fit_report import CurveFit, fit_report
from defease.curves.interpolation import Extrapolation, Interpolation, interpolate
from defease.curves.nodes import NodeCurve
from defease.curves.spline_fit import fit_spline
from defease.errors import Caution, Problem, SolverError, bad_input

if TYPE_CHECKING:
    from defease.curves.piecewise import PiecewisePolynomial
    from defease.curves.priced_payments import PricedPayments

ROUNDING, REPRICED = 1e-14, 5e-13
"""Price errors, as shares of the price, that end the search and that are accepted."""
STEPS_AT_MOST = 60
BUMP = 1e-7
REACH = 6
"""A node moves the curve over at most two intervals on either side (monotone convex)."""
LOCAL = (
    Interpolation.LOG_LINEAR_DISCOUNT,
    Interpolation.MONOTONE_CONVEX,
    Interpolation.LINEAR_ZERO,
)


def bootstrap_bonds(
    bonds: PricedPayments,
    *,
    interpolation: Interpolation = Interpolation.LOG_LINEAR_DISCOUNT,
    extrapolation: Extrapolation = Extrapolation.FLAT_FORWARD,
) -> CurveFit:
    """The curve with a node at every bond's maturity on which each bond is worth its price.

    Every price is believed: a mispriced bond becomes a spike of forward rates.  Leave such bonds
    out first (`without_outliers`), and bonds that may be called; which bond stands for a maturity
    date (usually the newest) is the caller's choice, two bonds with one maturity are refused.
    Under ``log_linear_discount`` each bond gives the constant forward rate that follows the bond
    before; the other interpolations solve for all nodes together by Newton's method from there.

    Raises
    ------
    InputError
        For two bonds with the same maturity, or a cubic interpolation (every node would move the
        whole curve).
    SolverError
        When no discount factors above 0 explain the prices, naming the bond.

    Examples
    --------
    >>> from defease.curves.priced_payments import priced_payments
    >>> notes = priced_payments([1, 1, 2], [103.0, 4.0, 104.0], [0, 1], [100.0, 101.0])
    >>> curve = bootstrap_bonds(notes).curve
    >>> curve.discount_factors([1.0, 2.0]).round(6)
    array([0.970874, 0.933813])
    """
    if interpolation not in LOCAL:
        remedy = f"choose one of {', '.join(LOCAL)}"
        what = f"interpolation {interpolation} is not for an exact bootstrap"
        raise bad_input(where="bond bootstrap", what=what, remedy=remedy)
    ordered = bonds.take(np.argsort(bonds.maturities, kind="stable"))
    times = ordered.maturities
    _refuse_twins(ordered, times)
    logs, steps = _forward_by_forward(ordered, times), len(times)
    if interpolation is not Interpolation.LOG_LINEAR_DISCOUNT:
        logs, steps = _all_nodes(ordered, logs, interpolation)
    curve = NodeCurve(times, read_only(logs / times), interpolation, extrapolation)
    return CurveFit(curve, fit_report(bonds, curve), (), steps)


def without_outliers(
    bonds: PricedPayments, *, limit: float = 0.0010
) -> tuple[PricedPayments, tuple[Caution, ...]]:
    """Leave out the bonds whose yield is further from a smoothing spline than the limit.

    One bond at a time, the furthest first, as a wrong price bends the spline away from its
    neighbours too.

    Parameters
    ----------
    bonds
        Payments and dirty prices.
    limit
        Distance in yield, decimal (default 10 basis points).

    Returns
    -------
    tuple
        The bonds kept, and a caution for each one left out with its distance.
    """
    cautions: list[Caution] = []
    while True:
        report = fit_spline(bonds).report
        worst = report.worst[0]
        if abs(worst.yield_error) <= limit:
            return bonds, tuple(cautions)
        far = int(np.abs(report.yield_errors).argmax())
        message = (
            f"{worst.name} ({worst.maturity:.2f} years) is left out: its yield is "
            f"{abs(worst.yield_error) * 1e4:.1f} basis points from its neighbours'"
        )
        cautions.append(Caution("outlier", message))
        bonds = bonds.take(np.arange(len(bonds)) != far)


def _refuse_twins(bonds: PricedPayments, times: FloatArray) -> None:
    twins = np.flatnonzero(np.diff(times) <= 0)
    if twins.size:
        i = int(twins[0])
        what = f"{bonds.names[i]} and {bonds.names[i + 1]} mature on the same day"
        remedy = "keep one bond for each maturity, usually the newest"
        raise bad_input(where="bond bootstrap", what=what, remedy=remedy)


def _forward_by_forward(bonds: PricedPayments, times: FloatArray) -> FloatArray:
    """``-ln P`` at the maturities under constant forwards between them, bond after bond."""
    ends, logs = np.zeros(len(times) + 1), np.zeros(len(times) + 1)
    ends[1:] = times
    for i in range(len(bonds)):
        own = slice(int(bonds.starts[i]), int(bonds.starts[i + 1]))
        paid, amounts = bonds.times[own], bonds.amounts[own]
        known = int(np.searchsorted(paid, ends[i], side="right"))
        early = amounts[:known] @ np.exp(-np.interp(paid[:known], ends[: i + 1], logs[: i + 1]))
        left = (float(bonds.prices[i]) - early) * np.exp(logs[i])
        forward = _forward(paid[known:] - ends[i], amounts[known:], left)
        if forward is None:
            what = f"{bonds.names[i]} costs less than its payments before {ends[i]:.4g} years"
            remedy = "check its price; leave it out if it is an outlier"
            raise SolverError(Problem("bond bootstrap", what, remedy))
        logs[i + 1] = logs[i] + forward * (ends[i + 1] - ends[i])
    return logs[1:]


def _forward(times: FloatArray, amounts: FloatArray, value: float) -> float | None:
    """The forward rate with ``sum A exp(-f t) = value``: Newton on the logarithm, which is convex.

    None where the value is not above 0.
    """
    if not value > 0:
        return None
    forward, wanted = 0.0, np.log(value)
    for _ in range(STEPS_AT_MOST):
        values = amounts * np.exp(-forward * times)
        total = values.sum()
        step = (np.log(total) - wanted) * total / (values @ times)
        forward += float(step)
        if abs(step) * times[-1] < np.finfo(np.float64).eps:
            break
    return forward


def _all_nodes(
    bonds: PricedPayments, logs: FloatArray, interpolation: Interpolation
) -> tuple[FloatArray, int]:
    """Newton's method for ``-ln P`` at all nodes; a step is halved until the errors fall."""
    system = _Repricing(bonds, interpolation)
    error = system.errors(logs)
    steps = 0
    while steps < STEPS_AT_MOST and np.abs(error).max() > ROUNDING:
        move = np.linalg.solve(system.jacobian(logs), -error)
        for halvings in range(12):
            trial = logs + move / 2**halvings
            found = system.errors(trial)
            if np.abs(found).max() < np.abs(error).max():
                break
        else:
            break
        logs, error, steps = trial, found, steps + 1
    if np.abs(error).max() <= REPRICED:
        return logs, steps
    worst = int(np.abs(error).argmax())
    what = f"{bonds.names[worst]} stays {abs(error[worst]):.2g} of its price away"
    remedy = "leave out outliers, or choose interpolation log_linear_discount"
    raise SolverError(Problem("bond bootstrap", what, remedy))


class _Repricing:
    """Relative price errors of the bonds as a function of ``-ln P`` at their maturities."""

    def __init__(self, bonds: PricedPayments, interpolation: Interpolation) -> None:
        self.bonds, self.interpolation = bonds, interpolation
        self.nodes = bonds.maturities
        self.owner = np.repeat(np.arange(len(bonds)), np.diff(bonds.starts))
        self.interval: IntArray = np.searchsorted(self.nodes, bonds.times, side="left")

    def shape(self, logs: FloatArray) -> PiecewisePolynomial:
        zero = logs / self.nodes
        return interpolate(self.nodes, zero, self.interpolation, Extrapolation.FLAT_FORWARD)

    def errors(self, logs: FloatArray) -> FloatArray:
        bonds = self.bonds
        with np.errstate(over="ignore", invalid="ignore"):
            values = bonds.bond_sums(bonds.amounts * np.exp(-self.shape(logs)(bonds.times)))
        errors: FloatArray = np.nan_to_num(values / bonds.prices - 1.0, nan=np.inf)
        return errors

    def jacobian(self, logs: FloatArray) -> FloatArray:
        """Derivatives by differences; nodes far enough apart are bumped together."""
        bonds, n = self.bonds, len(self.nodes)
        discounted = bonds.amounts * np.exp(-self.shape(logs)(bonds.times))
        matrix = np.zeros((n, n))
        for first in range(min(REACH, n)):
            bump = np.zeros(n)
            bump[first::REACH] = BUMP
            change = self.shape(logs + bump)(bonds.times) - self.shape(logs - bump)(bonds.times)
            by_node = -discounted * change / (2.0 * BUMP)
            node = self._bumped_nearby(first)
            np.add.at(matrix, (self.owner, node), by_node)
        columns: FloatArray = matrix / bonds.prices[:, None]
        return columns

    def _bumped_nearby(self, first: int) -> IntArray:
        """The bumped node (first, first + 6, ...) that moves each payment's interval, if any.

        Interval m lies between nodes m - 1 and m and is moved by nodes m - 2 to m + 1.
        """
        earliest = self.interval - 2
        node = earliest + (first - earliest) % REACH
        inside: IntArray = np.minimum(node, len(self.nodes) - 1)
        return inside
