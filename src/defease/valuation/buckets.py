"""A stream by term: how much falls due when, what it is worth, what it yields."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from defease.errors import bad_input
from defease.valuation.discounting import DiscountedPayments, discount
from defease.valuation.measures import yield_durations
from defease.valuation.yields import yield_of_amounts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from defease.cashflows import Payments
    from defease.curves import DiscountCurve

DEFAULT_EDGES = (0.0, 1.0, 3.0, 5.0, 10.0, 20.0, 30.0)
"""Years at which term buckets begin; the last one has no end."""


@dataclass(frozen=True, kw_only=True)
class TermBucket:
    """The payments due at from_year <= t < to_year.

    Attributes
    ----------
    from_year, to_year
        Years from the valuation date; to_year is None for the last bucket, which has no end.
    future_value, present_value
        Plan currency.
    share
        Of the stream's present value; None when that is not meaningful.
    annual_yield, macaulay_duration
        None for an empty bucket or one without a meaningful, unique yield.
    """

    from_year: float
    to_year: float | None
    future_value: float
    present_value: float
    share: float | None
    annual_yield: float | None
    macaulay_duration: float | None


def term_buckets(
    payments: Payments, curve: DiscountCurve, *, edges: Sequence[float] = DEFAULT_EDGES
) -> tuple[TermBucket, ...]:
    """A stream split by term; future and present values add up to the whole.

    Examples
    --------
    >>> import datetime as dt
    >>> from defease.cashflows import Payments
    >>> from defease.curves import flat_curve
    >>> stream = Payments.from_times(dt.date(2025, 12, 31), [0.5, 1.0, 40.0], [1.0, 2.0, 4.0])
    >>> [bucket.future_value for bucket in term_buckets(stream, flat_curve(0.0), edges=[0, 1, 3])]
    [1.0, 2.0, 4.0]
    """
    starts = np.asarray(edges, dtype=np.float64)
    if not len(starts) or starts[0] != 0 or (np.diff(starts) <= 0).any():
        what = f"edges {list(edges)} do not start at 0 and increase"
        raise bad_input(
            where="term buckets", what=what, remedy="give increasing years that start at 0"
        )
    whole = discount(payments, curve)
    places = np.append(np.searchsorted(whole.times, starts), len(whole.times))
    ends: list[float | None] = [*starts[1:].tolist(), None]
    return tuple(
        _bucket(whole, slice(first, last), float(start), end)
        for (first, last), start, end in zip(pairwise(places), starts, ends, strict=True)
    )


def _bucket(
    whole: DiscountedPayments, chosen: slice, start: float, end: float | None
) -> TermBucket:
    part = DiscountedPayments(
        whole.times[chosen], whole.amounts[chosen], whole.growth[chosen], whole.values[chosen]
    )
    found = yield_of_amounts(part.times, part.amounts, part.present_value)
    macaulay, _ = yield_durations(part, found)
    return TermBucket(
        from_year=start,
        to_year=end,
        future_value=float(part.amounts.sum()),
        present_value=part.present_value,
        share=part.present_value / whole.present_value if whole.is_meaningful else None,
        annual_yield=None if macaulay is None else found.rate,
        macaulay_duration=macaulay,
    )
