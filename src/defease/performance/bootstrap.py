"""Confidence intervals by the moving-block bootstrap: months stay with their neighbours.

Blocks of consecutive periods are drawn with replacement, both series together, so that the
dependence between neighbouring months and between assets and liabilities survives
(Kuensch 1989).  Randomness is numpy's Philox under an explicit seed: the same seed gives the same
interval on every machine.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from defease.arrays import FloatArray, IntArray, read_only
from defease.errors import bad_input
from defease.performance.measures import NO_VARIATION

if TYPE_CHECKING:
    from defease.performance.series import PairedReturns

FEWEST_RESAMPLES = 100


@dataclass(frozen=True, kw_only=True)
class BootstrapPlan:
    """How an interval is drawn.

    Attributes
    ----------
    seed
        Of numpy's Philox generator.
    resamples
        Number of histories drawn.
    block_length
        Consecutive periods per block; None for the cube root of n, rounded up, and printed.
    level
        Confidence, 0.95 for the 2.5% and 97.5% points.
    """

    seed: int
    resamples: int = 2000
    block_length: int | None = None
    level: float = 0.95

    def __post_init__(self) -> None:
        where, limits = "bootstrap", f"at least {FEWEST_RESAMPLES} resamples"
        if self.seed < 0:
            raise bad_input(where=where, what="negative seed", remedy="give zero or more")
        if self.resamples < FEWEST_RESAMPLES or not 0.0 < self.level < 1.0:
            what = f"{self.resamples} resamples at level {self.level:g}"
            remedy = f"give {limits} and a level between 0 and 1"
            raise bad_input(where=where, what=what, remedy=remedy)

    def block_of(self, periods: int) -> int:
        """Block length for a history, between 1 and its number of periods."""
        if self.block_length is None:
            return int(np.ceil(round(periods ** (1.0 / 3.0), 9)))
        if not 1 <= self.block_length <= periods:
            what = f"blocks of {self.block_length} in a history of {periods} periods"
            raise bad_input(where="bootstrap", what=what, remedy="give shorter blocks")
        return self.block_length


@dataclass(frozen=True)
class Interval:
    """An estimate with its confidence interval; None where too few resamples had a value.

    Attributes
    ----------
    estimate
        From the history itself.
    low, high
        Percentile interval at `level`.
    standard_error
        Standard deviation of the resampled estimates, n - 1.
    level, block_length, resamples, seed
        How it was drawn.
    used
        Resamples in which the measure had a value.
    """

    estimate: float | None
    low: float | None
    high: float | None
    standard_error: float | None
    level: float
    block_length: int
    resamples: int
    seed: int
    used: int


@dataclass(frozen=True)
class AlphaIntervals:
    """Confidence intervals of the annual liability alpha and of the information ratio."""

    liability_alpha: Interval
    information_ratio: Interval


def block_positions(periods: int, *, block: int, plan: BootstrapPlan) -> IntArray:
    """Which periods each resampled history is made of, shape (resamples, periods).

    ``ceil(n / b)`` starts are drawn uniformly from 0..n-b; the last block is cut to n periods.
    """
    generator = np.random.Generator(np.random.Philox(plan.seed))
    blocks = -(-periods // block)
    starts = generator.integers(0, periods - block + 1, size=(plan.resamples, blocks))
    positions = (starts[:, :, np.newaxis] + np.arange(block)).reshape(plan.resamples, -1)
    return read_only(positions[:, :periods].astype(np.int64))


def alpha_intervals(pair: PairedReturns, plan: BootstrapPlan) -> AlphaIntervals:
    """Intervals of the geometric annual alpha and of the annualised information ratio.

    ``alpha = exp(m mean(ln((1+Ra)/(1+Rl)))) - 1`` and ``IR = sqrt(m) mean(D)/sd(D)``, each of the
    history and of every resample; m is the number of periods a year.

    Raises `InputError` for less than two periods.
    """
    n, m = len(pair), int(pair.assets.frequency)
    if n < 2:
        what = f"{n} period"
        raise bad_input(where="bootstrap", what=what, remedy="give a longer history")
    block = plan.block_of(n)
    positions = block_positions(n, block=block, plan=plan)
    logs = np.log1p(pair.assets.returns) - np.log1p(pair.liabilities.returns)
    alphas = np.expm1(m * logs[positions].mean(axis=1))
    alpha = float(np.expm1(m * logs.mean()))
    ratios = _information_ratios(pair.differences[positions], m)
    own = _information_ratios(pair.differences[np.newaxis, :], m)
    ratio = float(own[0]) if own.size else None
    return AlphaIntervals(
        _interval(alpha, alphas, block=block, plan=plan),
        _interval(ratio, ratios, block=block, plan=plan),
    )


def _information_ratios(drawn: FloatArray, per_year: int) -> FloatArray:
    """Annualised ratio of each row that varies; rows that do not are left out."""
    spreads = drawn.std(axis=1, ddof=1)
    varies = spreads > NO_VARIATION * np.abs(drawn).max(axis=1)
    means = drawn[varies].mean(axis=1)
    ratios: FloatArray = np.sqrt(per_year) * means / spreads[varies]
    return ratios


def _interval(
    estimate: float | None, drawn: FloatArray, *, block: int, plan: BootstrapPlan
) -> Interval:
    settings = (plan.level, block, plan.resamples, plan.seed, len(drawn))
    # An interval from the few resamples that happened to have a value would not mean its level.
    if estimate is None or len(drawn) < max(2, round(0.95 * plan.resamples)):
        return Interval(estimate, None, None, None, *settings)
    tail = (1.0 - plan.level) / 2.0
    low, high = np.quantile(drawn, [tail, 1.0 - tail])
    return Interval(estimate, float(low), float(high), float(np.std(drawn, ddof=1)), *settings)
