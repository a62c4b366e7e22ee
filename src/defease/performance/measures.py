"""What one reported number is, and the ratios of the performance report on plain arrays."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from defease.arrays import FloatArray

SHORT_HISTORY = 36
"""Fewer periods are flagged: the measure is shown, a judgement is not drawn from it."""
NO_VARIATION = 1e-12
"""A standard deviation below this share of the largest value is rounding, not risk."""
TAIL = 0.05


class MeasureStatus(StrEnum):
    """How far a measure can be relied on."""

    OK = "ok"
    SHORT_HISTORY = "short_history"
    NOT_MEANINGFUL = "n/m"


class Unit(StrEnum):
    """What a measure's value counts."""

    RATE = "rate"
    ANNUAL_RATE = "annual_rate"
    RATIO = "ratio"
    MONEY = "money"


@dataclass(frozen=True)
class Measure:
    """One number of the report with its unit, its window and how far it can be relied on.

    Attributes
    ----------
    value
        None exactly when `status` is n/m; never NaN.
    unit
        See `Unit`; rates are decimals.
    window
        First and last month of the periods used.
    n
        Number of periods used.
    status, reason
        `reason` is a sentence unless the status is ok.
    parts
        Named measures of the same subject (cumulative beside annualised, money beside percent).
    """

    value: float | None
    unit: Unit
    window: str
    n: int
    status: MeasureStatus = MeasureStatus.OK
    reason: str = ""
    parts: tuple[tuple[str, Measure], ...] = ()

    def with_parts(self, **parts: Measure) -> Measure:
        """The same measure with named measures beside it."""
        return replace(self, parts=(*self.parts, *parts.items()))

    def part(self, name: str) -> Measure:
        """The named measure beside this one."""
        return dict(self.parts)[name]


@dataclass(frozen=True)
class Window:
    """The periods a measure is made from, and the rules of minimum history.

    Attributes
    ----------
    label
        First and last month.
    n
        Periods used.
    per_year
        Periods a year.
    """

    label: str
    n: int
    per_year: int

    def fact(self, value: float | None, unit: Unit, *, otherwise: str = "") -> Measure:
        """What simply happened in the window, meaningful from the first period on.

        `value` None gives n/m for the reason `otherwise`.
        """
        if value is None or not math.isfinite(value):
            return self.not_meaningful(unit, otherwise or "outgrows what numbers hold")
        if self.n >= SHORT_HISTORY:
            return Measure(value, unit, self.label, self.n)
        reason = f"{self.n} periods; fewer than {SHORT_HISTORY} say little about skill or risk"
        return Measure(value, unit, self.label, self.n, MeasureStatus.SHORT_HISTORY, reason)

    def annual(self, value: float | None, unit: Unit, *, otherwise: str = "") -> Measure:
        """A measure that needs a year of history."""
        if self.n < self.per_year:
            reason = f"{self.n} of the {self.per_year} periods of a year: less than one year"
            return self.not_meaningful(unit, reason)
        return self.fact(value, unit, otherwise=otherwise)

    def not_meaningful(self, unit: Unit, reason: str) -> Measure:
        """A measure that has no value, with the reason."""
        return Measure(None, unit, self.label, self.n, MeasureStatus.NOT_MEANINGFUL, reason)


def standard_deviation(values: FloatArray) -> float | None:
    """Sample standard deviation with n - 1; None for one value, 0 where values do not vary.

    Examples
    --------
    >>> standard_deviation(np.array([1.0, 2.0, 3.0]))
    1.0
    """
    if len(values) < 2:
        return None
    spread = float(np.std(values, ddof=1))
    return spread if spread > NO_VARIATION * float(np.abs(values).max()) else 0.0


def beta_to(liabilities: FloatArray, assets: FloatArray) -> float | None:
    """Slope of asset on liability returns, ``cov(Ra, Rl) / var(Rl)``; None without variation.

    Examples
    --------
    >>> round(beta_to(np.array([0.01, -0.01, 0.02]), np.array([0.02, -0.02, 0.04])), 12)
    2.0
    """
    spread = standard_deviation(liabilities)
    if not spread:
        return None
    return float(np.cov(assets, liabilities, ddof=1)[0, 1] / np.var(liabilities, ddof=1))


def r_squared(assets: FloatArray, liabilities: FloatArray) -> float | None:
    """Share of asset variance explained by the liabilities; None where either does not vary."""
    if not standard_deviation(assets) or not standard_deviation(liabilities):
        return None
    correlation = float(np.corrcoef(assets, liabilities)[0, 1])
    return min(correlation * correlation, 1.0)


def downside_deviation(differences: FloatArray) -> float:
    """``sqrt(mean(min(D, 0)^2))``, the mean over all n periods, of one period.

    Examples
    --------
    >>> downside_deviation(np.array([0.02, -0.02, 0.02, 0.02]))
    0.01
    """
    return math.sqrt(float(np.mean(np.minimum(differences, 0.0) ** 2)))


def information_ratio(differences: FloatArray) -> float | None:
    """``mean(D)/sd(D)`` of one period; None where the differences do not vary.

    Times the square root of the periods a year it is annualised (Sharpe 1994).
    """
    spread = standard_deviation(differences)
    return float(np.mean(differences)) / spread if spread else None


def sortino_ratio(differences: FloatArray) -> float | None:
    """``mean(D) / downside deviation`` of one period; None where no period fell behind."""
    downside = downside_deviation(differences)
    return float(np.mean(differences)) / downside if downside > 0.0 else None


def mean_of_worst(changes: FloatArray, *, tail: float = TAIL) -> float:
    """Mean of the ``ceil(tail n)`` lowest values, in their own sign: a loss is negative.

    Examples
    --------
    >>> mean_of_worst(np.array([3.0, -5.0, 1.0]))
    -5.0
    """
    # 0.05 x 20 is 1.0000000000000002 in binary for some n: rounding must not add a period.
    count = max(1, math.ceil(round(tail * len(changes), 9)))
    return float(np.sort(changes)[:count].mean())
