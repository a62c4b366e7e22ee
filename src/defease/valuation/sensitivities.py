"""What parallel moves of the curve do to a present value, every payment repriced."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from defease.curves import CurveShift
from defease.valuation.discounting import discount, present_value
from defease.valuation.measures import BASIS_POINT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from defease.cashflows import Payments
    from defease.curves import DiscountCurve

DEFAULT_SHIFTS_BP = (-200, -100, -50, -25, 25, 50, 100, 200)


@dataclass(frozen=True, kw_only=True)
class Sensitivity:
    """A present value after a parallel shift of annual effective spot rates.

    Attributes
    ----------
    shift_bp
        Basis points, positive when rates rise.
    present_value, change
        After the shift, and against the value before; plan currency.
    relative_change
        As a share of the value before; None when that is not meaningful.
    duration_estimate
        ``-modified_spot x PV x shift``: the money change that duration alone would predict.
    """

    shift_bp: float
    present_value: float
    change: float
    relative_change: float | None
    duration_estimate: float


def parallel_sensitivities(
    payments: Payments, curve: DiscountCurve, *, shifts_bp: Sequence[float] = DEFAULT_SHIFTS_BP
) -> tuple[Sensitivity, ...]:
    """The stream revalued on the curve moved up and down in parallel.

    Examples
    --------
    >>> import datetime as dt
    >>> from defease.cashflows import Payments
    >>> from defease.curves import flat_curve
    >>> due = Payments.from_times(dt.date(2025, 12, 31), [20.0], [100.0])
    >>> up = parallel_sensitivities(due, flat_curve(0.04), shifts_bp=[200])[0]
    >>> round(up.relative_change, 6), round(up.duration_estimate / 45.6386946, 6)
    (-0.316797, -0.384615)
    """
    base = discount(payments, curve)
    value = base.present_value
    slope = float(np.sum(base.times * base.values / base.growth))
    results = []
    for shift_bp in shifts_bp:
        move = shift_bp * BASIS_POINT
        after = present_value(payments, curve.shifted(CurveShift.parallel(move)))
        results.append(
            Sensitivity(
                shift_bp=shift_bp,
                present_value=after,
                change=after - value,
                relative_change=(after - value) / value if base.is_meaningful else None,
                duration_estimate=-slope * move,
            )
        )
    return tuple(results)
