"""What a rival of matching asks of its holdings: totals equal to the liability's, or at least so.

Each function writes the rows of one rule; a row is a linear total of the holdings (units of 100
face), of cash bought at settlement and of cash carried out of the last dedicated date.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

from defease.arrays import FloatArray, frozen_floats, read_only
from defease.errors import bad_input

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from defease.matching.rivals.streams import DiscountedStreams, SpotMeasures


WHERE = "factor loadings"


class TargetSense(StrEnum):
    """How a portfolio's total compares with its target."""

    EQUAL = "equal"
    AT_LEAST = "at least"


@dataclass(frozen=True, eq=False)
class TargetRow:
    """A total of the holdings: ``sum values_i x_i + cash`` equal to a target, or at least so much.

    `of_initial_cash` and `of_carried_cash` are what one unit of cash counts, bought at settlement
    and carried out of the last dedicated date.
    """

    name: str
    values: FloatArray
    target: float
    sense: TargetSense = TargetSense.EQUAL
    of_initial_cash: float = 0.0
    of_carried_cash: float = 0.0


@dataclass(frozen=True, slots=True)
class Condition:
    """A target and what the portfolio reaches."""

    name: str
    sense: TargetSense
    target: float
    achieved: float


@dataclass(frozen=True, eq=False)
class FactorLoadings:
    """How much each factor moves the rate of each term: linear between tenors, flat outside.

    Attributes
    ----------
    names
        Of the factors, such as level, slope, curvature.
    tenors
        Years, increasing, shape (k,).
    loadings
        Shape (k, factors).
    """

    names: tuple[str, ...]
    tenors: FloatArray
    loadings: FloatArray

    @classmethod
    def given(
        cls, names: Sequence[str], *, tenors: npt.ArrayLike, loadings: npt.ArrayLike
    ) -> FactorLoadings:
        """Loadings from columns, one a factor.

        Examples
        --------
        >>> found = FactorLoadings.given(["level"], tenors=[0.0, 10.0], loadings=[[1.0], [2.0]])
        >>> found.at(np.array([5.0, 40.0]))
        array([[1.5],
               [2. ]])
        """
        years = frozen_floats(tenors, name="tenors")
        columns = frozen_floats(loadings, name="loadings")
        if columns.shape != (len(years), len(names)) or (np.diff(years) <= 0.0).any():
            what = f"{len(years)} tenors, {len(names)} names, loadings of shape {columns.shape}"
            remedy = "give increasing tenors and one column of loadings a factor"
            raise bad_input(WHERE, what, remedy)
        return cls(tuple(names), years, columns)

    def at(self, times: FloatArray) -> FloatArray:
        """Loadings at each time, shape (times, factors)."""
        columns = [np.interp(times, self.tenors, column) for column in self.loadings.T]
        return read_only(np.array(columns, dtype=np.float64).T.reshape(len(times), -1))


def value_row(
    bonds: SpotMeasures, liability: SpotMeasures, *, sense: TargetSense = TargetSense.EQUAL
) -> TargetRow:
    """Present value on the curve; cash counts in full."""
    target = float(liability.present_value[0])
    return TargetRow("present value", bonds.present_value, target, sense, of_initial_cash=1.0)


def duration_row(bonds: SpotMeasures, liability: SpotMeasures) -> TargetRow:
    """Money duration equal; cash has none."""
    return TargetRow("money duration", bonds.money_duration, float(liability.money_duration[0]))


def redington_rows(bonds: SpotMeasures, liability: SpotMeasures) -> tuple[TargetRow, ...]:
    """Redington's conditions: equal value, equal money duration, at least as much convexity."""
    convexity = TargetRow(
        "money convexity",
        bonds.money_convexity,
        float(liability.money_convexity[0]),
        TargetSense.AT_LEAST,
    )
    return value_row(bonds, liability), duration_row(bonds, liability), convexity


def factor_rows(
    bonds: DiscountedStreams, liability: DiscountedStreams, factors: FactorLoadings
) -> tuple[TargetRow, ...]:
    """Equal sensitivity to each factor: ``sum_i x_i sum_t F_it t beta_tj P(t)``, continuous rates.

    Examples
    --------
    >>> from defease.curves import flat_curve
    >>> from defease.matching.rivals.streams import DiscountedStreams
    >>> one, curve = np.ones(1), flat_curve(0.0)
    >>> streams = [DiscountedStreams.on(curve, t * one, 100 * one, np.zeros(1, dtype=np.int64), 1)
    ...            for t in (2.0, 3.0)]
    >>> level = FactorLoadings.given(["level"], tenors=[1.0], loadings=[[1.0]])
    >>> row = factor_rows(*streams, level)[0]
    >>> row.name, row.values, row.target
    ('level', array([200.]), 300.0)
    """
    of_bonds, of_liability = (
        [stream.sums(stream.times * stream.values * beta) for beta in factors.at(stream.times).T]
        for stream in (bonds, liability)
    )
    return tuple(
        TargetRow(name, values, float(owed[0]))
        for name, values, owed in zip(factors.names, of_bonds, of_liability, strict=True)
    )


def key_rate_rows(
    bonds: DiscountedStreams, liability: DiscountedStreams, tenors: FloatArray
) -> tuple[TargetRow, ...]:
    """Equal money key-rate duration at every tenor; cash has none."""
    owned, owed = bonds.key_rates(tenors), liability.key_rates(tenors)[:, 0]
    return tuple(
        TargetRow(f"{tenor:g}-year key rate", values, float(target))
        for tenor, values, target in zip(tenors, owned, owed, strict=True)
    )


def own_yield_rows(
    prices: FloatArray, sensitivities: FloatArray, *, value: float, sensitivity: float
) -> tuple[TargetRow, ...]:
    """Price and money duration at own yields: ``p'x = PV_L``, ``k'x = K_L`` (k, K_L negative)."""
    return (
        TargetRow("price", prices, value, of_initial_cash=1.0),
        TargetRow("money duration at own yields", sensitivities, sensitivity),
    )
