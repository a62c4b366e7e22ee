"""Coverage through time: do assets stay above the value of what is still owed, not only today."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from defease.arrays import DateArray, FloatArray, read_only
from defease.errors import bad_input

if TYPE_CHECKING:
    from defease.cashflows import Payments
    from defease.curves import DiscountCurve


@dataclass(frozen=True, eq=False, kw_only=True)
class CoverageTest:
    """Assets and the value of later payments, today and after each payment.

    Attributes
    ----------
    times, dates
        Today (0) and each payment time, shape (n + 1,).
    assets
        After the payment, plan currency.
    present_values
        Of all later payments, on forward rates that come true: ``sum_{t_j>t} N_j P(t_j)/P(t)``.
    """

    times: FloatArray
    dates: DateArray
    assets: FloatArray
    present_values: FloatArray

    @property
    def margins(self) -> FloatArray:
        """Assets less the value of later payments, shape (n + 1,)."""
        return self.assets - self.present_values

    @property
    def least_margin(self) -> float:
        """The smallest margin at any time."""
        return float(self.margins.min())

    @property
    def first_failure(self) -> int | None:
        """Position of the first time that assets do not cover what is still owed; None if never."""
        scale = max(float(np.abs(self.present_values).max()), float(np.abs(self.assets).max()))
        failing = np.flatnonzero(self.margins < -1e-12 * scale)
        return int(failing[0]) if failing.size else None


def coverage_test(
    payments: Payments, curve: DiscountCurve, *, assets: float, annual_return: float | None = None
) -> CoverageTest:
    """Roll assets forward and compare them with the value of later payments at every payment.

    Assets earn a constant annual return, or (None) the curve's own forward rates; then the margin
    is ``(A_0 - PV_0) / P(t)`` at every t, so that the test decides once and for all today.

    Examples
    --------
    >>> import datetime as dt
    >>> from defease.cashflows import Payments
    >>> from defease.curves import flat_curve
    >>> stream = Payments.from_times(dt.date(2025, 12, 31), [1.0, 2.0], [50.0, 60.5])
    >>> test = coverage_test(stream, flat_curve(0.10), assets=90.0, annual_return=0.05)
    >>> test.present_values.round(6), test.assets.round(6), test.first_failure
    (array([95.454545, 55.      ,  0.      ]), array([ 90.   ,  44.5  , -13.775]), 0)
    """
    if annual_return is not None and not annual_return > -1:
        what = f"a return of {annual_return:g} loses everything or more"
        remedy = "give a decimal above -1, such as 0.07"
        raise bad_input(where="coverage test: annual return", what=what, remedy=remedy)
    start = np.datetime64(payments.valuation_date, "D")
    times = np.concatenate([[0.0], payments.times])
    logs = curve.log_discounts(times)
    worth = payments.amounts * np.exp(logs[1:])
    later = np.concatenate([np.cumsum(worth[::-1])[::-1], [0.0]])
    growth = -np.diff(logs) if annual_return is None else np.diff(times) * np.log1p(annual_return)
    return CoverageTest(
        times=read_only(times),
        dates=read_only(np.concatenate([[start], payments.dates])),
        assets=_rolled(assets, np.exp(growth), payments.amounts),
        present_values=read_only(later * np.exp(-logs)),
    )


def _rolled(assets: float, growth: FloatArray, paid: FloatArray) -> FloatArray:
    held = [float(assets)]
    for factor, amount in zip(growth.tolist(), paid.tolist(), strict=True):
        held.append(held[-1] * factor - amount)
    return read_only(np.array(held))
