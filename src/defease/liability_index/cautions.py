"""What a reader of an index must know before trusting its percentages."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from defease.errors import Caution
from defease.liability_index.payments_made import known_months
from defease.liability_index.sums import SIZE
from defease.liability_index.waterfall import LONG_END

if TYPE_CHECKING:
    from collections.abc import Iterator

    from defease.arrays import DateArray
    from defease.cashflows import CashFlows
    from defease.liability_index.curves_by_date import CurvesByDate
    from defease.liability_index.parts import IndexPart


def index_cautions(
    parts: tuple[IndexPart, ...], dates: DateArray, curves: CurvesByDate, actual: CashFlows | None
) -> tuple[Caution, ...]:
    """Returns that are not meaningful, an early end, a missing split, unknown payments."""
    told = [caution for part in parts for caution in _not_meaningful(part, dates)]
    if dates[-1] < curves.dates[-1]:
        message = f"the last payment is made by {dates[-1]}: the index ends there"
        told.append(Caution("paid_out", message))
    if not parts[0].rate_split_known:
        message = (
            f"the risk-free curve does not reach {LONG_END:g} years: the rate change is not split "
            "into level, slope and curvature"
        )
        told.append(Caution("no_rate_split", message))
    unknown = 0 if actual is None else int(np.sum(~known_months(actual, dates)))
    if unknown:
        message = f"payments made are not given for {unknown} months: taken as projected there"
        told.append(Caution("paid_as_projected", message))
    return tuple(told)


def _not_meaningful(part: IndexPart, dates: DateArray) -> Iterator[Caution]:
    """Months whose payments ahead are worth too little, or less than nothing, for a ratio."""
    lost = ~part.meaningful & (part.stages[SIZE] > 0)
    if lost.any():
        first = dates[int(np.flatnonzero(lost)[0])]
        message = (
            f"{part.name}: return not meaningful in {int(lost.sum())} months, the first from "
            f"{first}: the present value is zero, negative or below 1% of the payments' absolute "
            "present values; money figures hold"
        )
        yield Caution("not_meaningful", message)
