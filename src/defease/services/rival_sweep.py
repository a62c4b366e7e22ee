"""Benefits swept from all classes against a matched sleeve, on a plan's own classes and returns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import reduce
from typing import TYPE_CHECKING, Any

import numpy as np

from defease.dates import to_date
from defease.errors import Caution, bad_input, did_you_mean
from defease.inputs.performance_files import read_performance_inputs
from defease.inputs.plan_files import PLAN_FILE
from defease.performance import Frequency
from defease.performance.panels import discount_panel
from defease.performance.rivals import (
    SweepComparison,
    SweepResult,
    class_history,
    compare_sweep_with_sleeve,
)
from defease.performance.series import month_numbers

if TYPE_CHECKING:
    import datetime as dt

    from defease.arrays import FloatArray, IntArray
    from defease.inputs.performance_files import PerformanceInputs
    from defease.inputs.plan import Plan
    from defease.performance import ReturnSeries
    from defease.services.owed_history import OwedHistory


@dataclass(frozen=True, eq=False, kw_only=True)
class SweepStudy:
    """Both ways of paying benefits from the plan's classes.

    Attributes
    ----------
    comparison
        Month by month over the months that curves and all classes cover.
    funding_class, share
        The class exchanged for matched bonds, and how much of it at most.
    chosen
        How the class came to be taken, in words.
    projections
        Month ends from which later projections say what is due.
    inputs
        SHA-256 of each file read, by name.
    """

    comparison: SweepComparison
    funding_class: str
    share: float
    chosen: str
    projections: tuple[dt.date, ...]
    inputs: Mapping[str, str]

    @property
    def start(self) -> dt.date:
        """The first month end."""
        return to_date(self.comparison.sweep.dates[0])

    @property
    def end(self) -> dt.date:
        """The last month end."""
        return to_date(self.comparison.sweep.dates[-1])


def sweep_of(
    plan: Plan, owed: OwedHistory, *, opening_ratio: float
) -> tuple[SweepStudy | None, tuple[Caution, ...]]:
    """The comparison, or None and what the plan lacks for it.

    Classes open with their weight of `opening_ratio` times what is owed on that day.
    """
    section = plan.settings.performance
    if not plan.allocation or section is None or section.returns is None:
        return None, _without("it needs [[assets.allocation]] and [performance] returns")
    given = read_performance_inputs(plan)
    columns = {series.name: series for series in given.returns.others}
    lacking = [name for name in plan.allocation if name not in columns]
    if lacking:
        what = f"{given.source} has no column of returns for {', '.join(lacking)}"
        return None, _without(what)
    if given.returns.assets.frequency is not Frequency.MONTHLY:
        return None, _without(f"the returns of {given.source} are not monthly")
    return _of_classes(plan, owed, given, opening_ratio)


def _of_classes(
    plan: Plan, owed: OwedHistory, given: PerformanceInputs, opening_ratio: float
) -> tuple[SweepStudy | None, tuple[Caution, ...]]:
    columns = {series.name: series for series in given.returns.others}
    series = {name: columns[name] for name in plan.allocation}
    places = _months(series, owed)
    if not len(places):
        return None, _without(f"no month of {given.source} lies within the curves")
    study = _study(plan, owed, given, series, places, opening_ratio)
    if not study.comparison.sweep.due.any():
        return None, _without(f"nothing falls due from {study.start} to {study.end}")
    return study, ()


def _without(reason: str) -> tuple[Caution, ...]:
    message = f"no comparison of a cash sweep with a matched sleeve: {reason}"
    return (Caution("no_cash_sweep", message),)


def _months(series: Mapping[str, ReturnSeries], owed: OwedHistory) -> IntArray:
    """Places of the curves' dates at which a month ends that every class covers too."""
    months = month_numbers(owed.curves.dates)
    numbers = [month_numbers(each.dates) for each in series.values()]
    common = reduce(np.intersect1d, numbers)
    return np.flatnonzero(np.isin(months[1:], common)) + 1


def _study(
    plan: Plan,
    owed: OwedHistory,
    given: PerformanceInputs,
    series: Mapping[str, ReturnSeries],
    places: IntArray,
    opening_ratio: float,
) -> SweepStudy:
    dates = owed.curves.dates[places[0] - 1 : places[-1] + 1]
    months = month_numbers(dates[1:])
    returns = {
        name: each.returns[np.isin(month_numbers(each.dates), months)]
        for name, each in series.items()
    }
    days, amounts = owed.in_force(dates)
    panel = discount_panel(owed.curves.between(to_date(dates[0]), to_date(dates[-1])), days)
    assets = opening_ratio * float(panel.values(amounts.opening)[0])
    history = class_history(
        {name: weight * assets for name, weight in plan.allocation.items()},
        returns,
        amounts=amounts,
        prices=panel,
    )
    name, chosen = _funding_class(plan, returns)
    share = plan.settings.rivals.sleeve_share
    return SweepStudy(
        comparison=compare_sweep_with_sleeve(history, name, share=share),
        projections=tuple(to_date(dates[place]) for place, _ in amounts.later),
        funding_class=name,
        share=share,
        chosen=chosen,
        inputs=given.inputs,
    )


def _funding_class(plan: Plan, returns: Mapping[str, FloatArray]) -> tuple[str, str]:
    """The class that the plan names, else its largest hedge, else the steadiest; and why."""
    asked = plan.settings.rivals.sleeve_class
    if asked is not None:
        if asked not in returns:
            raise bad_input(
                where=f"{PLAN_FILE}: rivals.sleeve_class",
                what=f"'{asked}' is no class of the allocation",
                remedy=did_you_mean(asked, list(returns)),
            )
        return asked, "as the plan names it"
    assumed = () if plan.assumptions is None else plan.assumptions.asset_class
    hedges = [each.name for each in assumed if each.role == "hedge" and each.name in returns]
    if hedges:
        largest = max(hedges, key=lambda name: plan.allocation[name])
        return largest, "the largest class held as a hedge"
    steadiest = min(returns, key=lambda name: float(np.std(returns[name])))
    return steadiest, "the class whose returns vary least"


def sweep_results(study: SweepStudy | None) -> dict[str, Any] | None:
    """The keys of the JSON interface; None where the plan has no classes to sweep."""
    if study is None:
        return None
    both = study.comparison
    return {
        "start": study.start,
        "end": study.end,
        "sleeve_class": study.funding_class,
        "sleeve_share": study.share,
        "due": float(both.sweep.due.sum()),
        "coverage_date": to_date(both.sleeve.coverage),
        "gain": float(both.gain[-1]),
        "spared_sales_at_a_loss": both.spared_sales_at_a_loss,
        "sweep": _side(both.sweep),
        "sleeve": _side(both.sleeve),
        "path": [
            {
                "date": to_date(day),
                "sweep": float(both.sweep.assets[k]),
                "sleeve": float(both.sleeve.assets[k]),
                "matched_bonds": float(both.sleeve.sleeve_values[k]),
            }
            for k, day in enumerate(both.sweep.dates)
        ],
    }


def _side(result: SweepResult) -> dict[str, Any]:
    columns = (
        result.class_values[0],
        result.class_values[-1],
        result.total_sold,
        result.sold_at_a_loss,
    )
    keys = ("opening", "closing", "sold", "sold_in_falling_months")
    return {
        "assets": float(result.assets[-1]),
        "matched_bonds_bought": float(result.sleeve_values[0]),
        "paid_from_matched_bonds": float(result.paid_from_sleeve.sum()),
        "unpaid": float(result.unpaid.sum()),
        "classes": [
            {"name": name, **dict(zip(keys, map(float, row), strict=True))}
            for name, *row in zip(result.names, *columns, strict=True)
        ],
    }
