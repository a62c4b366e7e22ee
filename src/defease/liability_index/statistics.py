"""What each part of an index looks like on one date: value, yield, durations, rate sensitivity."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from defease.valuation import (
    DEFAULT_SHIFTS_BP,
    RiskMeasures,
    Sensitivity,
    measure_risk,
    parallel_sensitivities,
)

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from defease.liability_index.index import LiabilityIndex
    from defease.liability_index.parts import IndexPart


@dataclass(frozen=True, eq=False, kw_only=True)
class PartStatistics:
    """A part of an index on one date.

    Attributes
    ----------
    part
        The bucket, segment or group, or the whole.
    risk
        Future and present value, yield, Macaulay, modified and effective duration, convexity,
        dv01 and key rates.
    weight
        Share of the whole index's present value; None when that is not meaningful.
    price
        ``100 PV / FV``; None without a positive future value.
    """

    part: IndexPart
    risk: RiskMeasures
    weight: float | None
    price: float | None


@dataclass(frozen=True, eq=False, kw_only=True)
class PartSensitivities:
    """A part's present value after parallel moves of the curve, every payment repriced."""

    part: IndexPart
    moves: tuple[Sensitivity, ...]


def statistics_on(index: LiabilityIndex, day: dt.date) -> tuple[PartStatistics, ...]:
    """Statistics of the whole and of every part on an index date; empty parts are included.

    Examples
    --------
    >>> import datetime as dt
    >>> from defease.cashflows import CashFlows
    >>> from defease.curves import flat_curve
    >>> from defease.liability_index import Projection, dated_curves, liability_index
    >>> start, end = dt.date(2025, 12, 31), dt.date(2026, 1, 31)
    >>> due = CashFlows.from_times(start, times=[20.0], amounts=[100.0], kinds=[0])
    >>> curves = dated_curves({start: flat_curve(0.04), end: flat_curve(0.04)})
    >>> whole = statistics_on(liability_index([Projection(start, due)], curves), start)[0]
    >>> round(whole.price, 6), round(whole.risk.macaulay_duration, 6), whole.weight
    (45.638695, 20.0, 1.0)
    """
    streams = [index.payments_ahead(day, part) for part in index.parts]
    curve = index.curves.curve_on(day)
    measured = [measure_risk(stream, curve) for stream in streams]
    whole = measured[0]
    known = whole.fisher_weil_duration is not None
    return tuple(
        PartStatistics(
            part=part,
            risk=risk,
            weight=risk.present_value / whole.present_value if known else None,
            price=100.0 * risk.present_value / risk.future_value if risk.future_value > 0 else None,
        )
        for part, risk in zip(index.parts, measured, strict=True)
    )


def sensitivities_on(
    index: LiabilityIndex, day: dt.date, *, shifts_bp: Sequence[float] = DEFAULT_SHIFTS_BP
) -> tuple[PartSensitivities, ...]:
    """Change of every part's value, in money and %, for parallel moves of annual spot rates."""
    streams = [index.payments_ahead(day, part) for part in index.parts]
    curve = index.curves.curve_on(day)
    return tuple(
        PartSensitivities(
            part=part, moves=parallel_sensitivities(stream, curve, shifts_bp=shifts_bp)
        )
        for part, stream in zip(index.parts, streams, strict=True)
    )
