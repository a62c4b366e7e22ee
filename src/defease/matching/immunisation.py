"""Immunisation, the rivals of matching: portfolios equal in value and sensitivity, not in payments.

They protect a surplus against small changes of rates; they do not see to it that cash is there on
the day.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

from defease.errors import InfeasibleError, ModelError, Problem
from defease.matching.assembly import ProgramBuilder
from defease.solvers import NoSolution, SolverStatus, solve_linear_program

if TYPE_CHECKING:
    from collections.abc import Sequence

    from defease.arrays import FloatArray, IntArray
    from defease.solvers import LinearSolution


class Sense(StrEnum):
    """How a portfolio's total compares with its target."""

    EQUAL = "equal"
    AT_LEAST = "at least"


@dataclass(frozen=True, eq=False)
class TargetRow:
    """A total of the holdings: ``sum values_i x_i`` equal to a target, or at least that much."""

    name: str
    values: FloatArray
    target: float
    sense: Sense = Sense.EQUAL


@dataclass(frozen=True, eq=False)
class SpotMeasures:
    """Present value, money duration and money convexity on annual spot rates.

    ``PV = sum F (1+r)^-t``, ``DD = sum t F (1+r)^-(t+1)``, ``DC = sum t (t+1) F (1+r)^-(t+2)``:
    value, minus its first and its second derivative by a parallel change of annual spots.
    """

    present_value: FloatArray
    money_duration: FloatArray
    money_convexity: FloatArray


def spot_measures(
    times: FloatArray, amounts: FloatArray, annual_spots: FloatArray, owners: IntArray, count: int
) -> SpotMeasures:
    """Measures of `count` streams whose payments are given flat, `owners` saying whose each is.

    Examples
    --------
    >>> import numpy as np
    >>> one = np.ones(1)
    >>> found = spot_measures(one, 104.0 * one, 0.04 * one, np.zeros(1, dtype=np.int64), 1)
    >>> found.present_value.round(9), found.money_duration.round(6)
    (array([100.]), array([96.153846]))
    """
    growth = 1.0 + annual_spots
    value = amounts * growth**-times
    weights = (np.ones_like(times), times / growth, times * (times + 1.0) / growth**2)
    sums = (np.bincount(owners, value * weight, count).astype(np.float64) for weight in weights)
    return SpotMeasures(*sums)


def redington_rows(bonds: SpotMeasures, liability: SpotMeasures) -> tuple[TargetRow, ...]:
    """Redington's conditions: equal value, equal money duration, at least as much convexity."""
    return (
        TargetRow("present value", bonds.present_value, float(liability.present_value[0])),
        TargetRow("money duration", bonds.money_duration, float(liability.money_duration[0])),
        TargetRow(
            "money convexity",
            bonds.money_convexity,
            float(liability.money_convexity[0]),
            Sense.AT_LEAST,
        ),
    )


def own_yield_sensitivities(
    times: FloatArray, amounts: FloatArray, semiannual_yields: FloatArray, owners: IntArray
) -> FloatArray:
    """Derivative of each bond's price by its own semiannual yield, negative, shape (bonds,).

    ``k_i = -sum_j F_ij t_j (1 + y_i/2)^(-2 t_j - 1)``.
    """
    discount = (1.0 + semiannual_yields[owners] / 2.0) ** (-2.0 * times - 1.0)
    total = np.bincount(owners, amounts * times * discount, len(semiannual_yields))
    return np.asarray(-total, dtype=np.float64)


def least_cost_portfolio(costs: FloatArray, rows: Sequence[TargetRow]) -> LinearSolution:
    """The holdings x >= 0 of least ``costs @ x`` that meet every target, certified.

    Raises
    ------
    InfeasibleError
        When no holdings meet all targets together.
    ModelError
        When the cost has no lower bound.
    """
    builder = ProgramBuilder()
    columns = np.array(builder.add_columns(costs), dtype=np.int64)
    targets = np.array([row.target for row in rows])
    equal = np.array([row.sense is Sense.EQUAL for row in rows])
    places = builder.add_rows(targets, np.where(equal, targets, np.inf))
    for place, row in zip(places, rows, strict=True):
        builder.add_entries(np.full(len(columns), place), columns, row.values)
    solution = solve_linear_program(builder.build())
    if isinstance(solution, NoSolution):
        raise _no_portfolio(solution, rows)
    return solution


def _no_portfolio(finding: NoSolution, rows: Sequence[TargetRow]) -> ModelError:
    names = ", ".join(row.name for row in rows)
    if finding.status is SolverStatus.UNBOUNDED:
        what = f"the targets ({names}) leave the cost without lower bound"
        return ModelError(Problem("immunisation", what, "add a target for the present value"))
    what = f"no holdings meet the targets together ({names})"
    remedy = "offer bonds both shorter and longer than the liability"
    return InfeasibleError(Problem("immunisation", what, remedy))
