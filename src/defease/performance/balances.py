"""Assets and liabilities in money from date to date, outside flows set apart from growth."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from defease.arrays import DateArray, FloatArray, frozen_dates, frozen_floats, read_only
from defease.dates import to_date
from defease.errors import Problem, ProblemList, bad_input
from defease.performance.series import Frequency, PairedReturns, ReturnSeries, return_series

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable

    import numpy.typing as npt


@dataclass(frozen=True, eq=False, kw_only=True)
class BalanceHistory:
    """Values of both sides at each date and what moved them from outside; by `balance_history`.

    Attributes
    ----------
    dates
        Shape (n + 1,), increasing.
    assets, liabilities
        Values at each date after that date's flows, plan currency, shape (n + 1,).
    asset_flows
        Contributions less benefits and expenses paid from assets in each period, shape (n,).
    liability_flows
        What changed the liability without being growth in each period, shape (n,): accruals plus
        experience and changes of assumptions or plan, less its own payments.
    """

    dates: DateArray
    assets: FloatArray
    liabilities: FloatArray
    asset_flows: FloatArray
    liability_flows: FloatArray

    @property
    def asset_growth(self) -> FloatArray:
        """Growth of the assets in money, ``A1 - A0 - flows``, shape (n,)."""
        return read_only(np.diff(self.assets) - self.asset_flows)

    @property
    def liability_growth(self) -> FloatArray:
        """Growth of the liability in money, ``L1 - L0 - flows``, shape (n,)."""
        return read_only(np.diff(self.liabilities) - self.liability_flows)

    @property
    def surplus_changes(self) -> FloatArray:
        """Surplus gained or lost in each period with flows removed, ``gA - gL``, shape (n,)."""
        return read_only(self.asset_growth - self.liability_growth)

    @property
    def surplus(self) -> FloatArray:
        """``A - L`` at each date, shape (n + 1,)."""
        return read_only(self.assets - self.liabilities)

    @property
    def funded_ratios(self) -> FloatArray | None:
        """``A/L`` at each date, shape (n + 1,); None where a liability is zero or negative."""
        if (self.liabilities <= 0.0).any():
            return None
        return read_only(self.assets / self.liabilities)

    @property
    def window(self) -> str:
        """First and last month."""
        months = self.dates.astype("datetime64[M]")
        return f"{months[0]} to {months[-1]}"


def balance_history(
    dates: Iterable[dt.date] | DateArray,
    *,
    assets: npt.ArrayLike,
    liabilities: npt.ArrayLike,
    asset_flows: npt.ArrayLike | None = None,
    liability_flows: npt.ArrayLike | None = None,
) -> BalanceHistory:
    """A history of both sides; shapes as in `BalanceHistory`, missing flows are zero.

    Raises `InputError` when dates do not increase, assets are negative, or money taken out in a
    period exceeds what there was: every such date is named.

    Examples
    --------
    >>> import datetime as dt
    >>> year_ends = [dt.date(2024, 12, 31), dt.date(2025, 12, 31)]
    >>> plan = balance_history(year_ends, assets=[700, 752.5], liabilities=[1000, 1060])
    >>> plan.surplus_changes
    array([-7.5])
    """
    days = frozen_dates(dates)
    periods = len(days) - 1
    none = np.zeros(max(periods, 0))
    columns = {
        "assets": (assets, periods + 1),
        "liabilities": (liabilities, periods + 1),
        "asset flows": (none if asset_flows is None else asset_flows, periods),
        "liability flows": (none if liability_flows is None else liability_flows, periods),
    }
    held = {name: frozen_floats(given, name=name) for name, (given, _) in columns.items()}
    found = ProblemList()
    if periods < 1:
        found.add("balances", f"{len(days)} dates", "give at least two dates")
    for name, (_, wanted) in columns.items():
        if held[name].shape != (wanted,):
            what = f"{held[name].size} values for {periods} periods"
            found.add(f"balances: {name}", what, f"give {wanted}")
    found.raise_if_any()
    found.extend(_impossible(days, held["assets"], held["asset flows"]))
    found.raise_if_any()
    return BalanceHistory(
        dates=days,
        assets=held["assets"],
        liabilities=held["liabilities"],
        asset_flows=held["asset flows"],
        liability_flows=held["liability flows"],
    )


def _impossible(days: DateArray, assets: FloatArray, flows: FloatArray) -> list[Problem]:
    found = [
        Problem(f"balances {to_date(days[k + 1])}", "is not after the date before", "sort by date")
        for k in np.flatnonzero(np.diff(days.astype(np.int64)) <= 0)
    ]
    for k in np.flatnonzero(assets < 0.0):
        what = f"assets of {assets[k]:,.2f} are negative"
        found.append(Problem(f"balances {to_date(days[k])}", what, "give market values"))
    # Before the flow at the period's end there must have been at least what was taken out.
    for k in np.flatnonzero((assets[1:] >= 0.0) & (assets[1:] - flows < 0.0)):
        what = f"the flow of {flows[k]:,.2f} is larger than the assets of {assets[k + 1]:,.2f}"
        what += " that contain it"
        remedy = "check value and flow, their signs and units"
        found.append(Problem(f"balances {to_date(days[k + 1])}", what, remedy))
    return found


def balances_from_returns(
    pair: PairedReturns, *, start: dt.date, funded_ratio: float, liabilities: float = 100.0
) -> BalanceHistory:
    """Both sides grown at their returns without any flow, from a given funded ratio.

    For histories without money: drawdowns and surplus changes per 100 of opening liability.
    """
    if not funded_ratio > 0.0 or not liabilities > 0.0:
        what = f"funded ratio {funded_ratio:g}, liability {liabilities:g}"
        raise bad_input(where="balances", what=what, remedy="give positive numbers")
    asset_path = np.cumprod(np.append(liabilities * funded_ratio, 1.0 + pair.assets.returns))
    liability_path = np.cumprod(np.append(liabilities, 1.0 + pair.liabilities.returns))
    dates = np.append(np.array([start], dtype="datetime64[D]"), pair.assets.dates)
    return balance_history(dates, assets=asset_path, liabilities=liability_path)


def returns_of_balances(
    history: BalanceHistory, *, frequency: Frequency
) -> tuple[ReturnSeries, ReturnSeries]:
    """Asset and liability returns of the periods, flows at the period's end (project convention).

    ``R = growth / opening value``.  Raises `InputError` where an opening value is not positive.
    """
    made = []
    for name, values, growth in (
        ("assets", history.assets, history.asset_growth),
        ("liabilities", history.liabilities, history.liability_growth),
    ):
        empty = np.flatnonzero(values[:-1] <= 0.0)
        if empty.size:
            where = f"{name} {to_date(history.dates[int(empty[0])])}"
            what = f"a value of {values[int(empty[0])]:,.2f} has no return"
            raise bad_input(where=where, what=what, remedy="begin later, or report money only")
        series = return_series(name, history.dates[1:], growth / values[:-1], frequency=frequency)
        made.append(series)
    return made[0], made[1]


@dataclass(frozen=True)
class Drawdown:
    """The deepest fall from an earlier high.

    Attributes
    ----------
    depth
        ``max_t (1 - x_t / max_{s<=t} x_s)``, zero or more.
    peak, trough
        Places of the high and the low in the series.
    recovered
        First place at or above the high again; None while below it.
    """

    depth: float
    peak: int
    trough: int
    recovered: int | None


def deepest_drawdown(values: npt.ArrayLike) -> Drawdown:
    """The deepest drawdown of a series of positive levels, such as funded ratios, shape (n,).

    Examples
    --------
    >>> deepest_drawdown([0.8, 1.0, 0.75, 0.9, 1.1])
    Drawdown(depth=0.25, peak=1, trough=2, recovered=4)
    """
    levels = frozen_floats(values, name="levels")
    if not len(levels) or levels[0] <= 0.0 or (levels < 0.0).any():
        what = "levels must be positive at the start and never negative"
        raise bad_input(where="drawdown", what=what, remedy="give ratios or index levels")
    highs = np.maximum.accumulate(levels)
    falls = 1.0 - levels / highs
    trough = int(np.argmax(falls))
    peak = int(np.argmax(levels[: trough + 1]))
    back = np.flatnonzero(levels[trough:] >= highs[trough])
    recovered = trough + int(back[0]) if back.size else None
    return Drawdown(float(falls[trough]), peak, trough, recovered)
