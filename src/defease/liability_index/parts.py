"""The months of one part of an index: growth line by line, return, level, re-bucketing."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from defease.arrays import BoolArray, FloatArray, read_only
from defease.liability_index.sums import SIZE
from defease.liability_index.waterfall import Stage
from defease.valuation import SMALLEST_MEANINGFUL_SHARE

if TYPE_CHECKING:
    from typing import Any

    from defease.liability_index.structure import Span

    MaskedFloats: TypeAlias = np.ma.MaskedArray[Any, np.dtype[np.float64]]

BASE_LEVEL = 100.0


class CarryConvention(StrEnum):
    """What growth is called when no rate changes: three questions with different answers.

    - ``yield_and_roll``: each payment earns its own rate (income), then stands at a shorter term
      of an unchanged curve (roll).
    - ``unchanged_curve``: both together.
    - ``forwards_realised``: today's forward rates come true; every payment earns the short rate.
    """

    YIELD_AND_ROLL = "yield_and_roll"
    UNCHANGED_CURVE = "unchanged_curve"
    FORWARDS_REALISED = "forwards_realised"


@dataclass(frozen=True, eq=False)
class GrowthLines:
    """Growth of each month in money, line by line; the five lines add up to it exactly.

    Attributes
    ----------
    income
        The carry of the convention; under ``yield_and_roll`` without the roll.
    roll
        Zero under the other two conventions.
    rate_change, spread_change
        From the risk-free curve, and from the spread over it; shape (months,) each.
    inflation
        From index-linked amounts: realised less expected inflation, and what is newly expected of
        later months.
    """

    income: FloatArray
    roll: FloatArray
    rate_change: FloatArray
    spread_change: FloatArray
    inflation: FloatArray

    @property
    def growth(self) -> FloatArray:
        """The lines added up."""
        rates = self.rate_change + self.spread_change
        return self.income + self.roll + rates + self.inflation


@dataclass(frozen=True, eq=False)
class RateSplit:
    """The rate change in money by the shape of the move, shape (months,); they add up to it.

    Attributes
    ----------
    level
        The change of the 10-year risk-free rate at every term.
    slope
        The change of the 30-year less the 2-year rate, linear between, zero at 10 years.
    curvature
        The rest of the move.
    """

    level: FloatArray
    slope: FloatArray
    curvature: FloatArray


@dataclass(frozen=True, eq=False, kw_only=True)
class IndexPart:
    """A bucket, segment or group of an index, or the whole; money in plan currency.

    Within a month the part keeps the payments it had at the month's start.

    Attributes
    ----------
    name
        ``total``, a span of years, or the group's name.
    span
        Years of a bucket or segment, else None.
    group
        Member group, else None.
    stages
        `Stage` values and last the sum of absolute values, shape (stages + 1, months).
    present_values, future_values
        At each date, after re-bucketing and on the projection then in force, shape (months + 1,).
    migration
        Value that changes bucket at each month's end, shape (months,); adds up to 0 over buckets.
    revaluation
        New projection less old at each month's end, shape (months,).
    """

    name: str
    span: Span | None
    group: str | None
    stages: FloatArray
    present_values: FloatArray
    future_values: FloatArray
    migration: FloatArray
    revaluation: FloatArray
    rate_split_known: bool

    @property
    def opening_values(self) -> FloatArray:
        """Present value at each month's start, shape (months,)."""
        return self._stage(Stage.START)

    @property
    def payments(self) -> FloatArray:
        """Due within each month, index-linked amounts at the realised index, shape (months,)."""
        return self._stage(Stage.PAID)

    @property
    def closing_values(self) -> FloatArray:
        """Present value at each month's end of what is left of the month's payments."""
        return self._stage(Stage.REVALUED) - self._stage(Stage.PAID)

    @property
    def meaningful(self) -> BoolArray:
        """Months whose opening value is above 1% of the sum of absolute present values."""
        above: BoolArray = self.opening_values > SMALLEST_MEANINGFUL_SHARE * self.stages[SIZE]
        return above

    @property
    def total_returns(self) -> MaskedFloats:
        """``(PV at the end + payments) / PV at the start - 1``, masked where not meaningful."""
        return self.share_of_opening(self.stages[Stage.REVALUED] - self.opening_values)

    @property
    def levels(self) -> MaskedFloats:
        """100 at the start, then chain-linked, shape (months + 1,); masked after a month without.

        A level that would fall to zero or below is not meaningful, nor is any after it.
        """
        returns = self.total_returns
        growth = np.concatenate([[BASE_LEVEL], 1.0 + returns.filled(0.0)])
        broken = np.concatenate([[False], np.ma.getmaskarray(returns)]) | (growth <= 0)
        lost = np.logical_or.accumulate(broken)
        return np.ma.masked_array(np.cumprod(np.where(lost, 1.0, growth)), mask=lost)

    def growth_lines(self, carry: CarryConvention = CarryConvention.YIELD_AND_ROLL) -> GrowthLines:
        """The growth of each month in money under a named carry convention."""
        start, rolled = self.stages[Stage.START], self.stages[Stage.ROLLED]
        moved, end = self.stages[Stage.RISK_FREE], self.stages[Stage.END]
        aged = self.stages[Stage.AGED]
        if carry is CarryConvention.UNCHANGED_CURVE:
            aged = rolled
        elif carry is CarryConvention.FORWARDS_REALISED:
            aged = rolled = self.stages[Stage.FORWARD]
        inflation = self.stages[Stage.REVALUED] - end
        lines = (aged - start, rolled - aged, moved - rolled, end - moved, inflation)
        return GrowthLines(*(read_only(line) for line in lines))

    def rate_split(self) -> RateSplit | None:
        """Level, slope and curvature; None when the risk-free curve does not reach 30 years."""
        if not self.rate_split_known:
            return None
        stages = self.stages[[Stage.ROLLED, Stage.LEVEL, Stage.SLOPE, Stage.RISK_FREE]]
        return RateSplit(*(read_only(move) for move in np.diff(stages, axis=0)))

    def share_of_opening(self, money: FloatArray) -> MaskedFloats:
        """Money of each month as a share of its opening value, masked where not meaningful."""
        known = self.meaningful
        shares = np.divide(money, self.opening_values, out=np.zeros(len(money)), where=known)
        return np.ma.masked_array(shares, mask=~known)

    def _stage(self, stage: Stage) -> FloatArray:
        money: FloatArray = self.stages[stage]
        return money
