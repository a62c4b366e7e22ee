"""What was really paid in each month of an index, where that is known."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from defease.cashflows import FlowKind

if TYPE_CHECKING:
    from defease.arrays import BoolArray, DateArray, FloatArray
    from defease.cashflows import CashFlows
    from defease.liability_index.structure import Amounts


def signed_payments(
    actual: CashFlows | None, dates: DateArray, amounts: Amounts
) -> FloatArray | None:
    """Payments made by month and `FlowKind`, signed as in the stream; NaN in unknown months.

    A payment on an index date belongs to the month it ends.
    """
    if actual is None:
        return None
    months = len(dates) - 1
    month = np.searchsorted(dates, actual.dates) - 1
    inside = (month >= 0) & (month < months)
    made = np.zeros((months, len(FlowKind)))
    signed = amounts.signs[actual.kinds] * actual.amounts
    np.add.at(made, (month[inside], actual.kinds[inside]), signed[inside])
    made[~known_months(actual, dates)] = np.nan
    return made


def known_months(actual: CashFlows, dates: DateArray) -> BoolArray:
    """The months from the first payment made to the last, shape (months,)."""
    known = np.zeros(len(dates) - 1, dtype=np.bool_)
    if len(actual):
        month = np.searchsorted(dates, actual.dates) - 1
        known[max(int(month.min()), 0) : int(month.max()) + 1] = True
    return known
