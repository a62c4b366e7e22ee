"""What may stay unpaid, and what stays unpaid: penalty, worst case, conditional value at risk."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from defease.errors import ProblemList

if TYPE_CHECKING:
    from defease.arrays import FloatArray

PLACE = "matching.shortfall"
EARLY_FIRST = 1.0 + 1e-6
"""Where early and late cost the same, the early payment is made."""


@dataclass(frozen=True, kw_only=True)
class ShortfallRule:
    """How much of the payments may stay unpaid; nothing, unless one of the numbers is given.

    The shortfall ``u_t`` of a date is what is not paid then, and never later.  A scenario's worst
    shortfall is the largest of its dates.  A bound without penalty is an allowance: the cheapest
    portfolio uses it.

    Attributes
    ----------
    penalty
        Cost of each unit unpaid, in money of its date, weighted by the scenario's probability.
        Counted at its value today at the reinvestment rate: nothing is gained by leaving an early
        payment unpaid so that its cash earns interest for a later one.
    worst_bound
        Most that stays unpaid on any date of any scenario, plan currency.
    cvar_bound, cvar_level
        Most that the worst shortfall averages over the worst ``1 - cvar_level`` of outcomes.
    """

    penalty: float | None = None
    worst_bound: float | None = None
    cvar_bound: float | None = None
    cvar_level: float = 0.95

    def __post_init__(self) -> None:
        found = ProblemList()
        for name in ("penalty", "worst_bound", "cvar_bound"):
            given = getattr(self, name)
            if given is not None and not 0.0 <= given < math.inf:
                found.add(f"{PLACE}.{name}", f"must be 0 or more, got {given}", "give an amount")
        if not 0.0 <= self.cvar_level < 1.0:
            what = f"must be a share from 0 and below 1, got {self.cvar_level}"
            found.add(f"{PLACE}.cvar_level", what, "give a decimal, as 0.95")
        found.raise_if_any()

    @property
    def allows_any(self) -> bool:
        """Whether anything may stay unpaid at all."""
        return any(rule is not None for rule in (self.penalty, self.worst_bound, self.cvar_bound))

    def unit_prices(self, growth: FloatArray) -> FloatArray:
        """Penalty today of one unit unpaid on each date, given the growth of cash, shape (T,)."""
        falling = np.cumprod(growth * EARLY_FIRST)
        return np.asarray((self.penalty or 0.0) / falling, dtype=np.float64)

    @property
    def largest(self) -> float:
        """Most that may stay unpaid on one date."""
        return math.inf if self.worst_bound is None else self.worst_bound


FULL_COVER = ShortfallRule()
"""Every payment is made in every scenario."""


@dataclass(frozen=True, eq=False)
class ShortfallDistribution:
    """The worst shortfall of each scenario, with its probability; shapes (W,).

    Examples
    --------
    >>> import numpy as np
    >>> short = ShortfallDistribution(np.array([0.5, 0.4, 0.1]), np.array([0.0, 1.0, 5.0]))
    >>> short.expected, short.worst, short.probability_of_any
    (0.9, 5.0, 0.5)
    >>> round(short.conditional_value_at_risk(0.8), 9)
    3.0
    """

    probabilities: FloatArray
    shortfalls: FloatArray

    @property
    def expected(self) -> float:
        """Average over the scenarios."""
        return float(self.probabilities @ self.shortfalls)

    @property
    def worst(self) -> float:
        """The largest of all scenarios."""
        return float(self.shortfalls.max(initial=0.0))

    @property
    def probability_of_any(self) -> float:
        """How likely it is that something stays unpaid."""
        return float(self.probabilities[self.shortfalls > 0.0].sum())

    def conditional_value_at_risk(self, level: float) -> float:
        """The average of the worst ``1 - level`` of outcomes, a scenario split where it must be."""
        order = np.argsort(-self.shortfalls, kind="stable")
        before = np.concatenate(([0.0], np.cumsum(self.probabilities[order])[:-1]))
        weights = np.clip(1.0 - level - before, 0.0, self.probabilities[order])
        return float(weights @ self.shortfalls[order]) / float(weights.sum())
