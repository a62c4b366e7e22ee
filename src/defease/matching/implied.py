"""The portfolio's own term structure: what its prices of payments say about interest rates."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from defease.arrays import BoolArray, DateArray, FloatArray, read_only

if TYPE_CHECKING:
    from defease.matching.data import MatchingData
    from defease.matching.result import MatchResult

SAME = 1e-9


@dataclass(frozen=True, eq=False, kw_only=True)
class ImpliedCurve:
    """Rates implied by what one more unit of each payment costs today.

    ``spot_t = pi_t^(-1/t) - 1`` and ``forward_t = (pi_{t-1}/pi_t)^(1/(t - t_{t-1})) - 1``, annual
    effective; dates whose payments cost nothing at the margin (cash is left over) are left out.

    Attributes
    ----------
    dates, times
        Payment dates, and years from settlement, shape (k,).
    discount_factors, spot_rates, forward_rates
        Shape (k,); each forward rate is that of the period that ends at its date.
    at_reinvestment, at_borrowing
        Where the forward rate is the reinvestment rate (paid by carried cash) or the borrowing
        rate (paid by a loan), shape (k,).
    """

    dates: DateArray
    times: FloatArray
    discount_factors: FloatArray
    spot_rates: FloatArray
    forward_rates: FloatArray
    at_reinvestment: BoolArray
    at_borrowing: BoolArray


def implied_curve(result: MatchResult) -> ImpliedCurve:
    """The term structure implied by a matched portfolio."""
    data: MatchingData = result.data
    factors = result.discount_factors
    kept = np.flatnonzero(factors > SAME)
    times, factors = data.payment_times[kept], factors[kept]
    earlier_times = np.concatenate(([0.0], times[:-1]))
    earlier = np.concatenate(([1.0], factors[:-1]))
    # A factor far from 1 over a day is a rate beyond all numbers: left out too.
    with np.errstate(over="ignore"):
        forwards = (earlier / factors) ** (1.0 / (times - earlier_times)) - 1.0
        spots = factors ** (-1.0 / times) - 1.0
    stated = np.isfinite(forwards) & np.isfinite(spots)
    kept, times, factors = kept[stated], times[stated], factors[stated]
    forwards, spots = forwards[stated], spots[stated]
    carried = data.policy.reinvestment_rates(data.periods)[kept]
    borrowed = data.policy.borrowing_rates(data.periods)[kept]
    return ImpliedCurve(
        dates=result.dates[kept],
        times=read_only(times),
        discount_factors=read_only(factors),
        spot_rates=read_only(spots),
        forward_rates=read_only(forwards),
        at_reinvestment=read_only(np.abs(forwards - carried) < SAME),
        at_borrowing=read_only(np.abs(forwards - borrowed) < SAME),
    )
