"""Benefits swept from all classes against benefits paid by a matched sleeve.

In a sweep every class is sold in proportion to its value each month to pay what is due.  With a
sleeve, one class is exchanged at the start for zeros that pay the first payments themselves; the
other classes are left alone until the sleeve has run out, then all are swept.  Classes are not
rebalanced in either case, so that the difference is the payments and nothing else.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from defease.arrays import DateArray, FloatArray, frozen_floats, read_only
from defease.errors import ProblemList, did_you_mean
from defease.performance.in_force import AmountsInForce, Later, as_amounts
from defease.performance.panels import check_every_month
from defease.performance.sleeve import buy_in_date_order, coverage_date

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy.typing as npt

    from defease.performance.panels import DiscountPanel


@dataclass(frozen=True, eq=False, kw_only=True)
class ClassHistory:
    """Asset classes, their opening values and monthly returns, beside the payments to be met.

    Attributes
    ----------
    names
        Of the classes.
    opening_values
        Plan currency, at least 0, shape (classes,).
    returns
        Simple, decimal, shape (months, classes).
    amounts
        Payments, shape (payments,).
    prices
        What a matched unit of each payment costs at each date.
    later
        Amounts of later projections and the places of the dates at which they take over.
    """

    names: tuple[str, ...]
    opening_values: FloatArray
    returns: FloatArray
    amounts: FloatArray
    prices: DiscountPanel
    later: Later = ()

    def __post_init__(self) -> None:
        check_every_month(self.prices.dates, name="cash sweep: dates")
        found = ProblemList()
        count = len(self.names)
        if len(set(self.names)) != count or not count:
            found.add("cash sweep: classes", "none, or a name twice", "name each class once")
        if self.opening_values.shape != (count,) or (self.opening_values < 0).any():
            what = "values are not one for each class, 0 or above"
            found.add("cash sweep: classes", what, "give each class its value")
        if self.returns.shape != (self.prices.months, count):
            what = f"{self.returns.shape} returns for {self.prices.months} months, {count} classes"
            found.add("cash sweep: returns", what, "give one return for each month and class")
        elif (self.returns <= -1).any():
            month, owner = (int(k) for k in np.argwhere(self.returns <= -1)[0])
            what = f"month {month + 1} has a return of {self.returns[month, owner]:.1%}"
            found.add(f"cash sweep: {self.names[owner]}", what, "returns are decimals above -1")
        found.extend(self.in_force.problems("cash sweep", self.prices))
        found.raise_if_any()

    @property
    def in_force(self) -> AmountsInForce:
        """The amounts, by date."""
        return AmountsInForce(self.amounts, self.later)


def class_history(
    opening_values: Mapping[str, float],
    returns: Mapping[str, FloatArray],
    *,
    amounts: npt.ArrayLike | AmountsInForce,
    prices: DiscountPanel,
) -> ClassHistory:
    """A `ClassHistory` from values and returns by class name."""
    found = ProblemList()
    for name in opening_values:
        if name not in returns:
            found.add(f"cash sweep: {name}", "has no returns", did_you_mean(name, returns))
    for name, column in returns.items():
        if name not in opening_values:
            found.add(f"cash sweep: {name}", "has no value", did_you_mean(name, opening_values))
        if len(column) != prices.months:
            what = f"{len(column)} returns for {prices.months} months"
            found.add(f"cash sweep: {name}", what, "give one return for each month")
    found.raise_if_any()
    names, owed = tuple(opening_values), as_amounts(amounts)
    return ClassHistory(
        names=names,
        opening_values=frozen_floats(list(opening_values.values()), name="class values"),
        returns=frozen_floats(np.array([returns[name] for name in names]).T, name="class returns"),
        amounts=owed.opening,
        later=owed.later,
        prices=prices,
    )


@dataclass(frozen=True, eq=False, kw_only=True)
class SweepResult:
    """Classes and sleeve month by month; money in plan currency.

    Attributes
    ----------
    name
        As reports print it.
    dates
        Month ends, shape (months + 1,).
    names
        Of the classes.
    class_values
        After each date's payments, shape (months + 1, classes).
    sleeve_values
        Shape (months + 1,).
    sold
        Taken from each class to pay (negative where contributions came in), shape
        (months, classes).
    due, paid_from_sleeve, unpaid
        Shape (months,).
    class_growth
        Money earned, shape (months, classes).
    returns
        Of the classes, shape (months, classes).
    coverage
        Day up to which the sleeve bought at the start pays everything, by the first projection.
    """

    name: str
    dates: DateArray
    names: tuple[str, ...]
    class_values: FloatArray
    sleeve_values: FloatArray
    sold: FloatArray
    due: FloatArray
    paid_from_sleeve: FloatArray
    unpaid: FloatArray
    class_growth: FloatArray
    returns: FloatArray
    coverage: np.datetime64

    @property
    def assets(self) -> FloatArray:
        """Classes and sleeve together, shape (months + 1,)."""
        return read_only(self.class_values.sum(axis=1) + self.sleeve_values)

    @property
    def sold_at_a_loss(self) -> FloatArray:
        """Sold of each class in months in which that class fell, shape (classes,)."""
        fell = self.returns < 0
        return read_only(np.where(fell, np.maximum(self.sold, 0.0), 0.0).sum(axis=0))

    @property
    def total_sold(self) -> FloatArray:
        """Sold of each class over all months, shape (classes,)."""
        return read_only(np.maximum(self.sold, 0.0).sum(axis=0))


@dataclass(frozen=True, eq=False)
class SweepComparison:
    """The sweep of all classes beside the matched sleeve."""

    sweep: SweepResult
    sleeve: SweepResult

    @property
    def gain(self) -> FloatArray:
        """Assets with the sleeve less assets with the sweep, shape (months + 1,)."""
        return read_only(self.sleeve.assets - self.sweep.assets)

    @property
    def spared_sales_at_a_loss(self) -> float:
        """Sales in falling months, sweep less sleeve, all classes, plan currency."""
        return float(self.sweep.sold_at_a_loss.sum() - self.sleeve.sold_at_a_loss.sum())


def sweep_all_classes(history: ClassHistory) -> SweepResult:
    """Everything due is raised from all classes in proportion to their values."""
    return _run(history, history.opening_values, np.zeros(len(history.amounts)), "cash sweep")


def pay_from_sleeve(
    history: ClassHistory, funding_class: str, *, share: float = 1.0
) -> SweepResult:
    """A share of one class buys zeros for the first payments in order of date.

    What the payments do not need stays in the class.
    """
    found = ProblemList()
    if funding_class not in history.names:
        remedy = did_you_mean(funding_class, history.names)
        found.add("matched sleeve", f"'{funding_class}' is not a class", remedy)
    if not 0 <= share <= 1:
        found.add("matched sleeve: share", f"is {share:g}", "give a share from 0 to 1")
    found.raise_if_any()
    place = history.names.index(funding_class)
    budget = share * float(history.opening_values[place])
    trade = buy_in_date_order(history.amounts, history.prices.factors[0], budget)
    opening = history.opening_values.copy()
    opening[place] -= trade.money
    return _run(history, opening, trade.amounts, f"matched sleeve from {funding_class}")


def compare_sweep_with_sleeve(
    history: ClassHistory, funding_class: str, *, share: float = 1.0
) -> SweepComparison:
    """Both ways of paying benefits, from the same classes over the same months.

    Examples
    --------
    >>> from defease.curves import Compounding, Interpolation, curve_history, month_ends
    >>> from defease.performance.panels import discount_panel
    >>> ends = month_ends(["2026-01", "2026-02", "2026-03"])
    >>> curves = curve_history(ends, [1.0], [[0.0]] * 3,
    ...     compounding=Compounding.ANNUAL, interpolation=Interpolation.LINEAR_ZERO)
    >>> history = class_history({"bonds": 20.0, "shares": 80.0},
    ...     {"bonds": np.zeros(2), "shares": np.array([-0.5, 1.0])},
    ...     amounts=np.array([6.0, 6.0]), prices=discount_panel(curves, ends[1:]))
    >>> both = compare_sweep_with_sleeve(history, "bonds")
    >>> [float(each) for each in both.gain.round(9)]
    [0.0, 0.0, 4.0]
    """
    return SweepComparison(
        sweep_all_classes(history), pay_from_sleeve(history, funding_class, share=share)
    )


def _run(history: ClassHistory, opening: FloatArray, matched: FloatArray, name: str) -> SweepResult:
    panel = history.prices
    maturing, falling_due = panel.paid(matched), history.in_force.paid(panel)
    owed = falling_due - maturing
    values, sold, unpaid, earned = [opening], [], [], []
    for rates, due in zip(history.returns, owed.tolist(), strict=True):
        growth = values[-1] * rates
        before = values[-1] + growth
        taken = _pro_rata(before, due)
        earned.append(growth)
        sold.append(taken)
        values.append(before - taken)
        unpaid.append(due - math.fsum(taken) if due > before.sum() else 0.0)
    covered = coverage_date(panel.payment_dates, history.amounts, matched, panel.dates[0])
    return SweepResult(
        name=name,
        dates=panel.dates,
        names=history.names,
        class_values=read_only(np.array(values)),
        sleeve_values=panel.values(matched),
        sold=read_only(np.array(sold)),
        due=falling_due,
        paid_from_sleeve=maturing,
        unpaid=read_only(np.array(unpaid)),
        class_growth=read_only(np.array(earned)),
        returns=history.returns,
        coverage=covered,
    )


def _pro_rata(values: FloatArray, due: float) -> FloatArray:
    """What each class gives (or receives, when due is negative), in proportion to its value."""
    total = float(values.sum())
    if due >= total:
        return values
    shares = values / total if total > 0 else np.full(len(values), 1.0 / len(values))
    return due * shares
