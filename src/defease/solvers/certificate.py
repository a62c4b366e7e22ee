"""The proof that a solution is optimal, computed from the given data and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from defease.solvers.programs import Certificate

if TYPE_CHECKING:
    from defease.arrays import FloatArray
    from defease.solvers.programs import LinearProgram

ROUNDING = 1e-10
CANCELLATION = 1e-14


def certify(
    problem: LinearProgram,
    x: FloatArray,
    row_duals: FloatArray,
    *,
    amount_unit: float = 1.0,
    cost_unit: float = 1.0,
    reduced_costs: FloatArray | None = None,
) -> Certificate:
    """Residuals of feasibility, signs and duality gap, from the unscaled data alone.

    primal ``= max violation / (unit + |bound|)``, dual ``= max wrong-signed reduced cost /
    (unit + |cost|)``, gap ``= |c'x - (sum pi_i b_i + sum r_j bound_j)| / (unit + |c'x|)`` with each
    bound taken at the side on which its dual is active.  The units are those in which payments and
    costs are of order 1 to 100.  A reduced cost that is rounding (1e-10 of its cost) counts as 0 in
    the gap: times a bound that is far away it would say nothing but rounding.  `reduced_costs` are
    those of these duals where they are known already.
    """
    reduced = problem.reduced_costs(row_duals) if reduced_costs is None else reduced_costs
    primal = max(
        _excess(problem.row_activity(x), problem.row_lower, problem.row_upper, amount_unit),
        _excess(x, problem.column_lower, problem.column_upper, amount_unit),
    )
    columns = (reduced, problem.column_lower, problem.column_upper)
    rows = (row_duals, problem.row_lower, problem.row_upper)
    wrong_columns = _wrong_signed(*columns) / (cost_unit + np.abs(problem.costs))
    dual = max(largest(wrong_columns), largest(_wrong_signed(*rows)) / cost_unit)
    cost = float(problem.costs @ x)
    rounding = ROUNDING * (cost_unit + np.abs(problem.costs))
    clear = np.where(np.abs(reduced) > rounding, reduced, 0.0)
    terms = np.concatenate((_values_of_duals(*rows), _values_of_duals(clear, *columns[1:])))
    # A sum of large terms that nearly cancel is known to rounding of the terms, not of the sum.
    unknown = CANCELLATION * float(np.abs(terms).sum())
    apart = max(0.0, abs(cost - float(terms.sum())) - unknown)
    return Certificate(primal, dual, apart / (amount_unit * cost_unit + abs(cost)))


def largest(values: FloatArray) -> float:
    """The largest finite size among the values, 0 where there is none."""
    finite = np.abs(values[np.isfinite(values)])
    return float(finite.max()) if finite.size else 0.0


def _excess(values: FloatArray, lower: FloatArray, upper: FloatArray, unit: float) -> float:
    below = largest((lower - values).clip(min=0.0) / (unit + np.abs(_finite(lower))))
    above = largest((values - upper).clip(min=0.0) / (unit + np.abs(_finite(upper))))
    return max(below, above)


def _finite(bounds: FloatArray) -> FloatArray:
    return np.where(np.isfinite(bounds), bounds, 0.0)


def _wrong_signed(duals: FloatArray, lower: FloatArray, upper: FloatArray) -> FloatArray:
    too_high = np.where(np.isneginf(lower), duals, 0.0)
    too_low = np.where(np.isposinf(upper), -duals, 0.0)
    return np.maximum(0.0, np.maximum(too_high, too_low))


def _values_of_duals(duals: FloatArray, lower: FloatArray, upper: FloatArray) -> FloatArray:
    active = np.where(duals > 0.0, lower, upper)
    return np.asarray(duals * _finite(active), dtype=np.float64)
