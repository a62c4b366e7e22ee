"""Discount factors of many dates for the same payments: each date's curve, read once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np

from defease.arrays import DateArray, FloatArray, IntArray, frozen_dates, frozen_floats, read_only
from defease.dates import to_date, years_between
from defease.errors import Caution, ProblemList, bad_input

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable

    import numpy.typing as npt

    from defease.curves import DiscountCurve


class CurvesOfDates(Protocol):
    """A curve for each of many dates, such as a `CurveHistory`."""

    @property
    def dates(self) -> DateArray:
        """Increasing, shape (dates,)."""

    def curve_on(self, date: dt.date) -> DiscountCurve:
        """The curve of one date."""


@dataclass(frozen=True, eq=False)
class DiscountPanel:
    """What a unit paid on each day was worth at each date; by `discount_panel` or `price_panel`.

    Attributes
    ----------
    dates
        Valuation dates, increasing, shape (dates,).
    payment_dates
        Days of the payments, increasing, after the first date, shape (payments,).
    factors
        Price of one unit of each payment at each date, 0 from the payment's own day on (it has
        been paid), shape (dates, payments).
    cautions
        What was extrapolated.
    """

    dates: DateArray
    payment_dates: DateArray
    factors: FloatArray
    cautions: tuple[Caution, ...] = ()

    @property
    def months(self) -> int:
        """Number of periods between the dates."""
        return len(self.dates) - 1

    @property
    def due_in(self) -> IntArray:
        """Period that pays each payment: i where it falls in (d_i, d_{i+1}], shape (payments,).

        A payment after the last date has the number of periods, as if paid in the next one.
        """
        found: IntArray = np.searchsorted(self.dates, self.payment_dates, side="left") - 1
        return found

    def values(self, amounts: FloatArray) -> FloatArray:
        """Present value of what is still unpaid, at every date, shape (dates,)."""
        return read_only(self.factors @ amounts)

    def money_durations(self, amounts: FloatArray) -> FloatArray:
        """``sum t PV``: loss per unit rise of continuous spot rates, at every date."""
        days = (self.payment_dates[None, :] - self.dates[:, None]).astype(np.int64)
        weighted = self.factors * np.maximum(days, 0) / 365.0
        return read_only(weighted @ amounts)

    def paid(self, amounts: FloatArray) -> FloatArray:
        """What falls due in each period, shape (periods,)."""
        inside = self.due_in < self.months
        sums = np.bincount(self.due_in[inside], amounts[inside], minlength=self.months)
        return read_only(sums.astype(np.float64))


def discount_panel(
    curves: CurvesOfDates, payment_dates: Iterable[dt.date] | DateArray
) -> DiscountPanel:
    """Every payment priced on every date's curve, time in actual days over 365.

    Examples
    --------
    >>> from defease.curves import Compounding, Interpolation, curve_history, month_ends
    >>> history = curve_history(month_ends(["2026-01", "2026-02"]), [1.0], [[0.04], [0.05]],
    ...     compounding=Compounding.ANNUAL, interpolation=Interpolation.LINEAR_ZERO)
    >>> import datetime as dt
    >>> panel = discount_panel(history, [dt.date(2026, 2, 15), dt.date(2027, 2, 28)])
    >>> panel.values(np.array([10.0, 100.0])).round(4), panel.paid(np.array([10.0, 100.0]))
    (array([105.8489,  95.2381]), array([10.]))
    """
    dates, days = curves.dates, frozen_dates(payment_dates)
    _check_days(dates, days)
    factors = np.zeros((len(dates), len(days)))
    for row, date in enumerate(dates):
        unpaid = days > date
        day = to_date(date)
        times = years_between(day, days[unpaid])
        factors[row, unpaid] = curves.curve_on(day).discount_factors(times)
    return DiscountPanel(dates, days, read_only(factors), _beyond(curves, days))


def price_panel(
    dates: Iterable[dt.date] | DateArray,
    payment_dates: Iterable[dt.date] | DateArray,
    factors: npt.ArrayLike,
) -> DiscountPanel:
    """Given prices of one unit of each payment at each date (bonds, quotes), checked.

    Prices of payments on or before a date are ignored and stand as 0.
    """
    when, days = frozen_dates(dates), frozen_dates(payment_dates)
    _check_days(when, days)
    prices = np.array(frozen_floats(factors, name="prices"), ndmin=2)
    if prices.shape != (len(when), len(days)):
        what = f"{prices.shape} prices for {len(when)} dates and {len(days)} payments"
        raise bad_input(where="price panel", what=what, remedy="give one price for each pair")
    unpaid = days[None, :] > when[:, None]
    if (prices[unpaid] <= 0).any():
        row, column = (int(k) for k in np.argwhere(unpaid & (prices <= 0))[0])
        where = f"price panel: {when[row]}, payment of {days[column]}"
        what = f"a price of {prices[row, column]:g}"
        raise bad_input(where=where, what=what, remedy="give prices above 0")
    return DiscountPanel(when, days, read_only(np.where(unpaid, prices, 0.0)))


def check_every_month(dates: DateArray, *, name: str) -> None:
    """Refuse dates that are not one a calendar month, naming the gaps."""
    found = ProblemList()
    months = dates.astype("datetime64[M]")
    steps = np.diff(months.astype(np.int64))
    for k in np.flatnonzero(steps != 1):
        what = f"{months[k + 1]} follows {months[k]}"
        found.add(name, what, "give one date for every month")
    if len(dates) < 2:
        found.add(name, f"{len(dates)} dates make no month", "give at least two month ends")
    found.raise_if_any()


def _check_days(dates: DateArray, days: DateArray) -> None:
    found = ProblemList()
    for name, given in (("dates", dates), ("payment days", days)):
        steps = np.diff(given).astype(np.int64)
        if not len(given) or (steps <= 0).any():
            found.add(f"discount panel: {name}", "do not increase", "sort them, each day once")
    if len(dates) and len(days) and days.min() <= dates.min():
        what = f"{days.min()} is not after the first valuation date {dates.min()}"
        remedy = "start with the payments that are still to come, or value from an earlier date"
        found.add("discount panel: payment days", what, remedy)
    found.raise_if_any()


def _beyond(curves: CurvesOfDates, days: DateArray) -> tuple[Caution, ...]:
    first = curves.dates[0]
    reach = curves.curve_on(to_date(first)).last_time
    beyond = int(np.count_nonzero((days - first).astype(np.int64) / 365.0 > reach))
    if not beyond:
        return ()
    message = (
        f"{beyond} of {len(days)} payments lie beyond the curve's last point of {reach:g} years "
        f"on {first}; its own extrapolation prices them"
    )
    return (Caution("extrapolated", message),)
