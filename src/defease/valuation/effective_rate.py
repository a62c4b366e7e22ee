"""The effective interest rate: the one rate that gives the same value as a whole curve."""

from __future__ import annotations

from typing import TYPE_CHECKING

from defease.valuation.discounting import present_value
from defease.valuation.yields import StreamYield, yield_of_stream

if TYPE_CHECKING:
    from defease.cashflows import Payments
    from defease.curves import DiscountCurve


def effective_interest_rate(payments: Payments, curve: DiscountCurve) -> StreamYield:
    """The single annual effective rate at which the payments are worth what the curve says.

    ``sum CF_j (1+i)^-t_j = sum CF_j P(t_j)``: the effective interest rate of a funding target, the
    single equivalent rate of an accounting obligation.  Without one (contributions beside benefits
    can leave several, or none) the status says so and `rate` is None.

    Examples
    --------
    >>> import datetime as dt
    >>> from defease.cashflows import Payments
    >>> from defease.curves import segment_curve
    >>> due = Payments.from_times(dt.date(2025, 12, 31), [6.0, 10.0, 19.5], [10.0, 10.0, 10.0])
    >>> found = effective_interest_rate(due, segment_curve([0.0475, 0.0532, 0.0651]))
    >>> round(found.rate, 6)
    0.0532
    """
    return yield_of_stream(payments, present_value(payments, curve))
