"""Durations, convexity, money sensitivities and key rates of a stream, each under its own name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from defease.arrays import FloatArray, read_only
from defease.errors import Caution
from defease.valuation.discounting import DiscountedPayments, discount
from defease.valuation.key_rates import KEY_RATE_TENORS, split_by_tenor
from defease.valuation.yields import StreamYield, YieldStatus, yield_of_amounts

if TYPE_CHECKING:
    from defease.cashflows import Payments
    from defease.curves import DiscountCurve

BASIS_POINT = 1e-4
CONVEXITY_SHIFT = 25 * BASIS_POINT


@dataclass(frozen=True, eq=False, kw_only=True)
class RiskMeasures:
    """What a stream is worth on one curve and how that moves.  None = not meaningful.

    Money figures always hold.  Ratios need a present value above 1% of ``sum |PV_j|``, measures
    from the yield also need a unique yield; `cautions` says which of these fails.

    Attributes
    ----------
    future_value, present_value
        Plan currency.
    stream_yield
        The yield, annual effective, with its status.
    macaulay_duration, modified_duration
        From the yield: ``sum t CF_j (1+y)^-t / PV`` and that over ``1+y``; years.
    fisher_weil_duration
        ``sum t PV_j / PV``: sensitivity to a parallel shift of continuous spot rates.
    modified_spot_duration
        ``sum t PV_j/(1+s_j) / PV``: sensitivity to a parallel shift of annual spot rates.
    convexity
        ``sum t(t+1) PV_j/(1+s_j)^2 / PV``.
    dv01
        Money lost when annual spot rates rise 1 bp: ``modified_spot_duration x PV x 0.0001``.
    effective_duration, effective_convexity
        By full revaluation at +-1 bp and +-25 bp of annual spot rates.
    key_rate_tenors, key_rate_durations
        Years, and durations adding up to `modified_spot_duration`; shape (tenors,).
    key_rate_dv01s
        The same in money a basis point, adding up to `dv01`; always meaningful.
    """

    future_value: float
    present_value: float
    stream_yield: StreamYield
    macaulay_duration: float | None
    modified_duration: float | None
    fisher_weil_duration: float | None
    modified_spot_duration: float | None
    convexity: float | None
    dv01: float
    effective_duration: float | None
    effective_convexity: float | None
    key_rate_tenors: FloatArray
    key_rate_durations: FloatArray | None
    key_rate_dv01s: FloatArray
    cautions: tuple[Caution, ...]

    @property
    def annual_yield(self) -> float | None:
        """The yield when it is unique and meaningful, annual effective."""
        return None if self.macaulay_duration is None else self.stream_yield.rate


def measure_risk(payments: Payments, curve: DiscountCurve) -> RiskMeasures:
    """Value, yield, durations, convexity, money sensitivities and key rates of a stream.

    Examples
    --------
    >>> import datetime as dt
    >>> from defease.cashflows import Payments
    >>> from defease.curves import flat_curve
    >>> due = Payments.from_times(dt.date(2025, 12, 31), [20.0], [100.0])
    >>> risk = measure_risk(due, flat_curve(0.04))
    >>> round(risk.macaulay_duration, 6), round(risk.modified_spot_duration, 6)
    (20.0, 19.230769)
    >>> round(risk.convexity, 4), round(risk.dv01, 8)
    (388.3136, 0.08776672)
    """
    return measure_discounted(discount(payments, curve))


def measure_discounted(stream: DiscountedPayments) -> RiskMeasures:
    """`measure_risk` of a stream that has been discounted already."""
    value = stream.present_value
    slopes = stream.times * stream.values / stream.growth
    found = yield_of_amounts(stream.times, stream.amounts, value)
    macaulay, modified = yield_durations(stream, found)
    key_slopes = split_by_tenor(stream.times, slopes)
    ratios = _spot_ratios(stream, slopes) if stream.is_meaningful else _NO_RATIOS
    return RiskMeasures(
        future_value=float(stream.amounts.sum()),
        present_value=value,
        stream_yield=found,
        macaulay_duration=macaulay,
        modified_duration=modified,
        fisher_weil_duration=ratios.fisher_weil,
        modified_spot_duration=ratios.modified_spot,
        convexity=ratios.convexity,
        dv01=float(slopes.sum()) * BASIS_POINT,
        effective_duration=ratios.effective_duration,
        effective_convexity=ratios.effective_convexity,
        key_rate_tenors=read_only(np.array(KEY_RATE_TENORS)),
        key_rate_durations=read_only(key_slopes / value) if stream.is_meaningful else None,
        key_rate_dv01s=read_only(key_slopes * BASIS_POINT),
        cautions=_cautions(stream, found),
    )


def yield_durations(
    stream: DiscountedPayments, found: StreamYield
) -> tuple[float | None, float | None]:
    """Macaulay and modified duration from the yield; None when they are not meaningful."""
    if found.rate is None or not stream.is_meaningful:
        return None, None
    values = stream.amounts * np.exp(-stream.times * np.log1p(found.rate))
    macaulay = float(stream.times @ values) / float(values.sum())
    return macaulay, macaulay / (1.0 + found.rate)


@dataclass(frozen=True)
class _SpotRatios:
    fisher_weil: float | None = None
    modified_spot: float | None = None
    convexity: float | None = None
    effective_duration: float | None = None
    effective_convexity: float | None = None


_NO_RATIOS = _SpotRatios()


def _spot_ratios(stream: DiscountedPayments, slopes: FloatArray) -> _SpotRatios:
    value, times = stream.present_value, stream.times
    up, down = stream.moved(BASIS_POINT), stream.moved(-BASIS_POINT)
    wide_up, wide_down = stream.moved(CONVEXITY_SHIFT), stream.moved(-CONVEXITY_SHIFT)
    return _SpotRatios(
        fisher_weil=float(times @ stream.values) / value,
        modified_spot=float(slopes.sum()) / value,
        convexity=float((times + 1.0) @ (slopes / stream.growth)) / value,
        effective_duration=(down - up) / (2 * value * BASIS_POINT),
        effective_convexity=(wide_up + wide_down - 2 * value) / (value * CONVEXITY_SHIFT**2),
    )


def _cautions(stream: DiscountedPayments, found: StreamYield) -> tuple[Caution, ...]:
    cautions = []
    if not stream.is_meaningful:
        message = (
            "yield, durations and convexity are not meaningful: the present value is zero, "
            "negative or below 1% of the payments' absolute present values; money figures hold"
        )
        cautions.append(Caution("not_meaningful", message))
    elif found.status is not YieldStatus.UNIQUE:
        message = f"yield and the durations from it are not meaningful: {found.reason}"
        cautions.append(Caution("no_unique_yield", message))
    return tuple(cautions)
