"""Annual amounts as twelve monthly payments, the form an index takes them in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from defease.arrays import DateArray, FloatArray, IntArray, read_only
from defease.cashflows import SIGN_IN_NET, CashFlows, Payments, Timing
from defease.dates import LONGEST_MONTH, MONTHS_PER_YEAR, add_months_to, day_of_month, is_month_end
from defease.valuation import present_value

if TYPE_CHECKING:
    from defease.curves import DiscountCurve

HALF_MONTH = 15
"""Days from the start of a month to the day that stands for its middle."""
MONTHS_INTO_YEAR = {Timing.START_OF_YEAR: 0, Timing.MID_YEAR: 6, Timing.END_OF_YEAR: 12}
WHOLE = 1e-9


@dataclass(frozen=True, kw_only=True)
class SpreadingEffect:
    """Net present value of annual amounts as they stand, and of the monthly ones that replace them.

    Attributes
    ----------
    before
        Of the annual amounts at their exact times.
    after
        Of the monthly amounts by day of payment.
    """

    before: float
    after: float

    @property
    def change(self) -> float:
        """What spreading adds to the present value, plan currency."""
        return self.after - self.before


def spread_monthly(flows: CashFlows, timing: Timing) -> CashFlows:
    """Each annual amount as twelve equal parts paid in the middle of its year's months.

    Part m of the year that begins at time k - 1 is paid at ``k - 1 + (m - 1/2)/12``.  Monthly and
    dated amounts stay as they are.  Of a year that began before the valuation date only the months
    ahead are paid, in equal parts.

    Examples
    --------
    >>> import datetime as dt
    >>> annual = CashFlows.from_times(dt.date(2025, 12, 31), times=[0.5], amounts=[1200.0],
    ...                               kinds=[0], dates=[dt.date(2026, 6, 30)])
    >>> monthly = spread_monthly(annual, Timing.MID_YEAR)
    >>> float(monthly.amounts[0]), (monthly.times[[0, 11]] * 24).round(9), str(monthly.dates[0])
    (100.0, array([ 1., 23.]), '2026-01-15')
    """
    if timing not in MONTHS_INTO_YEAR:
        return flows
    into = MONTHS_INTO_YEAR[timing]
    month = np.arange(MONTHS_PER_YEAR)
    # A year end in February aims at the 31st: the other months' ends are later days.
    anchors = np.where(is_month_end(flows.dates), LONGEST_MONTH, day_of_month(flows.dates))
    starts = add_months_to(
        flows.dates[:, None], month - into, anchor_days=anchors[:, None].astype(np.int64)
    )
    days = starts + np.timedelta64(HALF_MONTH, "D")
    times = flows.times[:, None] + (month + 0.5 - into) / MONTHS_PER_YEAR
    ahead = (times > WHOLE) & (days > np.datetime64(flows.valuation_date, "D"))
    parts = flows.amounts[:, None] / np.maximum(ahead.sum(axis=1), 1)[:, None]
    owner, _ = np.nonzero(ahead)
    return _with(
        flows, owner, times[ahead], days[ahead], np.broadcast_to(parts, ahead.shape)[ahead]
    )


def _with(
    flows: CashFlows, owner: IntArray, times: FloatArray, days: DateArray, amounts: FloatArray
) -> CashFlows:
    return CashFlows(
        flows.valuation_date,
        times=read_only(times),
        dates=read_only(days),
        amounts=read_only(amounts),
        kinds=read_only(flows.kinds[owner]),
        groups=read_only(flows.groups[owner]),
        labels=read_only(flows.labels[owner]),
        index_tags=read_only(flows.index_tags[owner]),
    )


def spreading_effect(
    annual: CashFlows, monthly: CashFlows, curve: DiscountCurve
) -> SpreadingEffect:
    """What paying monthly instead of once a year does to the net present value."""
    signed = monthly.amounts * SIGN_IN_NET[monthly.kinds]
    by_day = Payments.from_dates(monthly.valuation_date, monthly.dates, signed)
    return SpreadingEffect(
        before=present_value(annual.net, curve), after=present_value(by_day, curve)
    )
