"""The usual rivals of one liability on one history, in one call."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from defease.cashflows import Payments
from defease.dates import to_date
from defease.errors import bad_input
from defease.performance.panels import discount_panel
from defease.performance.rivals.chained import chained
from defease.performance.rivals.indexes import cash_returns, index_history
from defease.performance.rivals.mismatch import BenchmarkMismatch, benchmark_mismatch
from defease.performance.rivals.recipes import (
    BROAD_STAND_IN,
    LONG_STAND_IN,
    ParBondIndex,
    Recipe,
    ZeroIndex,
)
from defease.performance.rivals.results import (
    RivalComparison,
    RivalResult,
    compare_rivals,
    run_matched,
)
from defease.performance.rivals.strategies import (
    duration_match,
    hedged_liability,
    hold_index,
    leveraged_index,
    swap_overlay,
)

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    import numpy as np

    from defease.arrays import DateArray, FloatArray
    from defease.curves import DiscountCurve
    from defease.performance.panels import CurvesOfDates
    from defease.performance.rivals.strategies import HedgedLiability, Strategy


@dataclass(frozen=True, kw_only=True)
class RivalChoices:
    """Which rivals stand against the liability; the defaults are named stand-ins.

    Attributes
    ----------
    indexes
        Benchmarks held as they are; the first is also leveraged and carries the overlay.
    zeros
        Tenors of the two zeros of the duration match, years, the shorter first.
    swap_maturity
        Years, of the par swap of the overlay.
    hedge_ratio
        Share of the liability's money duration that leverage and overlay carry.
    """

    indexes: tuple[Recipe, ...] = (BROAD_STAND_IN, LONG_STAND_IN)
    zeros: tuple[float, float] = (5.0, 15.0)
    swap_maturity: float = 20.0
    hedge_ratio: float = 1.0


@dataclass(frozen=True, eq=False)
class RivalStudy:
    """The runs over the history, and how far each benchmark is from the liability at its end.

    Attributes
    ----------
    comparison
        Matched payments first, then indexes, duration match, leverage, overlay.
    mismatches
        One for each index, on the last curve, for 100 bp down and up.
    """

    comparison: RivalComparison
    mismatches: tuple[BenchmarkMismatch, ...] = field(default=())


def study_rivals(
    payments: Payments,
    curves: CurvesOfDates,
    *,
    opening_ratio: float = 1.0,
    choices: RivalChoices | None = None,
    later: Sequence[tuple[np.datetime64, Payments]] = (),
) -> RivalStudy:
    """Liability and rivals on the same monthly curves, all opening with the same assets.

    Payments due by the first date are left out; opening assets are `opening_ratio` times the value
    of the rest.  One basis prices both sides, so that nothing but the holding differs.

    `later` names dates of the curves, increasing, from which other payments are owed.  On such a
    date everybody keeps the assets it has and goes on against the new payments; matched bonds are
    exchanged for those of the new payments at the day's prices.

    Examples
    --------
    >>> import datetime as dt
    >>> import numpy as np
    >>> from defease.curves import Compounding, Interpolation, curve_history, month_ends
    >>> months = np.arange("2026-01", "2040-01", dtype="datetime64[M]")
    >>> curves = curve_history(month_ends(months[:3]), [1.0], [[0.04], [0.03], [0.035]],
    ...     compounding=Compounding.ANNUAL, interpolation=Interpolation.LINEAR_ZERO)
    >>> due = Payments.from_dates(dt.date(2026, 1, 31), month_ends(months[1:]), [1.0] * 167)
    >>> for result in study_rivals(due, curves).comparison.results[:2]:
    ...     print(f"{result.name}: {result.funded_ratio[-1]:.1%} funded")
    matched payments: 100.0% funded
    broad index stand-in (par 1-10): 98.9% funded
    """
    chosen = choices or RivalChoices()
    _check(chosen, opening_ratio)
    stretches = _stretches(payments, curves, later)
    results: tuple[RivalResult, ...] = ()
    for due, part in stretches:
        opening = [float(each.assets[-1]) for each in results] or opening_ratio
        comparison = _compared(due, part, chosen, opening)
        pairs = zip(results, comparison.results, strict=True)
        results = tuple(chained(*pair) for pair in pairs) if results else comparison.results
    found = RivalComparison(comparison.liability, results)
    return RivalStudy(found, _mismatches(stretches[-1][0], curves, chosen))


def _stretches(
    payments: Payments, curves: CurvesOfDates, later: Sequence[tuple[np.datetime64, Payments]]
) -> list[tuple[Payments, CurvesOfDates]]:
    """Each projection with the curves of the dates between which it is in force."""
    owed = [(curves.dates[0], payments), *later]
    ends = [*(day for day, _ in later), curves.dates[-1]]
    return [
        (due, _Between(curves, curves.dates[(curves.dates >= day) & (curves.dates <= end)]))
        for (day, due), end in zip(owed, ends, strict=True)
    ]


@dataclass(frozen=True, eq=False)
class _Between:
    """Some dates of a history."""

    history: CurvesOfDates
    dates: DateArray

    def curve_on(self, date: dt.date) -> DiscountCurve:
        return self.history.curve_on(date)


def _compared(
    payments: Payments, curves: CurvesOfDates, chosen: RivalChoices, opening: float | list[float]
) -> RivalComparison:
    """Everybody over one stretch; a number is a funded ratio, a list the assets of each."""
    ahead = payments.where(payments.dates > curves.dates[0])
    panel = discount_panel(curves, ahead.dates)
    owed = hedged_liability(panel, ahead.amounts)
    cash = cash_returns(curves)
    strategies = _strategies(owed, curves, chosen, cash)
    count = len(strategies) + 1
    each = opening if isinstance(opening, list) else [opening * float(owed.values[0])] * count
    matched = run_matched(owed, panel, ahead.amounts, opening_assets=each[0], cash=cash)
    runs = [
        compare_rivals(owed, [strategy], opening_assets=money).results[0]
        for strategy, money in zip(strategies, each[1:], strict=True)
    ]
    return RivalComparison(owed, (matched, *runs))


def _strategies(
    owed: HedgedLiability, curves: CurvesOfDates, chosen: RivalChoices, cash: FloatArray
) -> tuple[Strategy, ...]:
    indexes = [index_history(recipe, curves) for recipe in chosen.indexes]
    near, far = (
        index_history(ZeroIndex(f"{tenor:g}-year zero", (tenor,), (1.0,)), curves)
        for tenor in chosen.zeros
    )
    years = chosen.swap_maturity
    swap = index_history(ParBondIndex(f"{years:g}-year par swap", (years,)), curves)
    ratio = chosen.hedge_ratio
    return (
        *(hold_index(index) for index in indexes),
        duration_match(owed, near, far),
        leveraged_index(owed, indexes[0], cash, hedge_ratio=ratio),
        swap_overlay(owed, indexes[0], swap, cash, hedge_ratio=ratio),
    )


def _mismatches(
    payments: Payments, curves: CurvesOfDates, chosen: RivalChoices
) -> tuple[BenchmarkMismatch, ...]:
    last: np.datetime64 = curves.dates[-1]
    curve, day = curves.curve_on(to_date(last)), to_date(last)
    left = payments.dates > last
    due = Payments.from_dates(day, payments.dates[left], payments.amounts[left])
    return tuple(benchmark_mismatch(due, recipe, curve) for recipe in chosen.indexes)


def _check(chosen: RivalChoices, opening_ratio: float) -> None:
    if not chosen.indexes:
        remedy = "name at least one benchmark"
        raise bad_input(where="rivals", what="no index is chosen", remedy=remedy)
    if not 0 < opening_ratio < float("inf"):
        what = f"an opening funded ratio of {opening_ratio:g}"
        raise bad_input(where="rivals", what=what, remedy="give a ratio above 0, 0.9 for 90%")
