"""How far a benchmark is from the liability on one date: duration, key rates, growth for 100 bp."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from defease.arrays import FloatArray, read_only
from defease.curves import CurveShift
from defease.errors import bad_input
from defease.valuation import KEY_RATE_TENORS, discount, present_value, split_by_tenor

if TYPE_CHECKING:
    from defease.cashflows import Payments
    from defease.curves import DiscountCurve
    from defease.performance.rivals.recipes import Recipe

BASIS_POINT = 1e-4


@dataclass(frozen=True, kw_only=True)
class GrowthMismatch:
    """What one parallel move of annual effective spot rates does to both sides, repriced in full.

    Attributes
    ----------
    shift_bp
        Basis points, positive when rates rise.
    liability, index
        Growth of each side at once, decimal.
    duration_estimate
        Minus the gap of durations to annual spot rates times the shift: what they alone say.
    """

    shift_bp: float
    liability: float
    index: float
    duration_estimate: float

    @property
    def mismatch(self) -> float:
        """Liability growth less index growth: what the benchmark misses, decimal."""
        return self.liability - self.index

    def money(self, liability_value: float) -> float:
        """What assets worth the liability lose (negative) or gain on it, plan currency."""
        return -self.mismatch * liability_value


@dataclass(frozen=True, eq=False, kw_only=True)
class BenchmarkMismatch:
    """A liability beside a benchmark on one curve; durations in years, to continuous spot rates.

    Attributes
    ----------
    name
        The benchmark's.
    liability_value
        Present value, plan currency.
    liability_duration, index_duration
        Fisher-Weil durations.
    tenors
        Years, shape (tenors,).
    liability_key_rates, index_key_rates
        Key-rate durations, adding up to the durations, shape (tenors,).
    growth
        Per shift.
    """

    name: str
    liability_value: float
    liability_duration: float
    index_duration: float
    tenors: FloatArray
    liability_key_rates: FloatArray
    index_key_rates: FloatArray
    growth: tuple[GrowthMismatch, ...]

    @property
    def duration_gap(self) -> float:
        """Liability less index duration, years: about 1% of growth per 100 bp for each year."""
        return self.liability_duration - self.index_duration

    @property
    def key_rate_gaps(self) -> FloatArray:
        """Liability less index at each tenor; they add up to the duration gap."""
        return read_only(self.liability_key_rates - self.index_key_rates)

    @property
    def gross_key_rate_gap(self) -> float:
        """Sum of the absolute gaps: what equal durations can hide, years."""
        return float(np.abs(self.key_rate_gaps).sum())

    @property
    def worst(self) -> GrowthMismatch:
        """The shift at which the liability outgrows the benchmark most."""
        return max(self.growth, key=lambda each: each.mismatch)


def benchmark_mismatch(
    payments: Payments,
    recipe: Recipe,
    curve: DiscountCurve,
    *,
    shifts_bp: tuple[float, ...] = (-100.0, 100.0),
) -> BenchmarkMismatch:
    """Both sides on one curve and on the curve shifted, every payment repriced.

    Examples
    --------
    >>> import datetime as dt
    >>> from defease.cashflows import Payments
    >>> from defease.curves import flat_curve
    >>> from defease.performance.rivals.recipes import ZeroIndex
    >>> due = Payments.from_times(dt.date(2025, 12, 31), [12.0], [100.0])
    >>> five = ZeroIndex("five-year zero", (5.0,), (1.0,))
    >>> found = benchmark_mismatch(due, five, flat_curve(0.05))
    >>> round(found.duration_gap, 9), [round(each.mismatch, 4) for each in found.growth]
    (7.0, [0.0727, -0.0612])
    """
    base = discount(payments, curve)
    if not base.is_meaningful:
        what = f"the liability's present value is {base.present_value:,.0f}"
        remedy = "compare a stream that is owed on balance"
        raise bad_input(where=f"mismatch with {recipe.name}", what=what, remedy=remedy)
    held = recipe.bought_on(curve)
    value = base.present_value
    ours = split_by_tenor(base.times, base.times * base.values / value)
    theirs = split_by_tenor(held.times, held.time_values(curve))
    # A shift of annual rates moves continuous rates by 1/(1 + r): each side at its own payments.
    slope = float((base.times * base.values / base.growth).sum()) / value
    times = held.times
    growth_of_one = np.exp(-_log_per_year(curve, times))
    slope -= float((held.time_values(curve) / growth_of_one).sum())
    moves = []
    for shift_bp in shifts_bp:
        moved = curve.shifted(CurveShift.parallel(shift_bp * BASIS_POINT))
        moves.append(
            GrowthMismatch(
                shift_bp=shift_bp,
                liability=present_value(payments, moved) / value - 1.0,
                index=held.value(moved) - 1.0,
                duration_estimate=-slope * shift_bp * BASIS_POINT,
            )
        )
    return BenchmarkMismatch(
        name=recipe.name,
        liability_value=value,
        liability_duration=float(ours.sum()),
        index_duration=float(theirs.sum()),
        tenors=read_only(np.array(KEY_RATE_TENORS)),
        liability_key_rates=ours,
        index_key_rates=theirs,
        growth=tuple(moves),
    )


def _log_per_year(curve: DiscountCurve, times: FloatArray) -> FloatArray:
    """``ln P(t)/t``, 0 at time 0."""
    logs = curve.log_discounts(times)
    return np.divide(logs, times, out=np.zeros_like(logs), where=times > 0)
