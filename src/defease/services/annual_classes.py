"""Classes whose returns are known by the year only, against the same liability by the year."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from defease.arrays import frozen_floats
from defease.errors import Caution
from defease.performance import (
    PerformanceReport,
    ReturnSeries,
    link_returns,
    overlap,
    performance_report,
    return_series,
)
from defease.performance.series import Frequency, month_numbers
from defease.reports.builders.annual_classes import AnnualFacts, annual_section

if TYPE_CHECKING:
    from collections.abc import Sequence

    from defease.liability_index import LiabilityIndex
    from defease.reports.document import Section

YEAR = 12


@dataclass(frozen=True, eq=False)
class AnnualClass:
    """One class over the years it shares with the liability.

    Attributes
    ----------
    assets, liabilities
        Returns of the same years.
    report
        The measures that need no money.
    """

    assets: ReturnSeries
    liabilities: ReturnSeries
    report: PerformanceReport

    @property
    def name(self) -> str:
        """As its file titles it."""
        return self.assets.name


def monthly_returns(index: LiabilityIndex, name: str) -> ReturnSeries | None:
    """The whole index as a series; None where a month has no return."""
    found = index.total.total_returns
    if np.ma.getmaskarray(found).any():
        return None
    return return_series(name, index.dates[1:], frozen_floats(found.data, name=name))


def annual_classes(
    classes: Sequence[ReturnSeries], monthly: ReturnSeries | None
) -> tuple[tuple[AnnualClass, ...], tuple[Caution, ...]]:
    """Every class against the months of the liability linked to the same years.

    A class that shares no whole year with the liability is left out and said so.
    """
    found: list[AnnualClass] = []
    cautions: list[Caution] = []
    for series in classes:
        owed = None if monthly is None else linked_years(monthly, series)
        if owed is None:
            message = (
                f"{series.name}: no year of {series.window} is whole in the liability's months"
            )
            cautions.append(Caution("no_benchmark", message))
            continue
        pair = overlap(series, owed)
        report = performance_report(pair.assets, pair.liabilities)
        found.append(AnnualClass(pair.assets, pair.liabilities, report))
    return tuple(found), tuple(cautions)


def linked_years(monthly: ReturnSeries, like: ReturnSeries) -> ReturnSeries | None:
    """Monthly returns linked to the years that end with another series' periods; None if none."""
    months = month_numbers(monthly.dates)
    kept, returns = [], []
    for day, end in zip(like.dates, month_numbers(like.dates).tolist(), strict=True):
        inside = (months > end - YEAR) & (months <= end)
        if np.count_nonzero(inside) == YEAR:
            kept.append(day)
            returns.append(link_returns(monthly.returns[inside]))
    if not kept:
        return None
    days = np.array(kept, dtype="datetime64[D]")
    return return_series(monthly.name, days, returns, frequency=Frequency.ANNUAL)


def annual_pages(found: Sequence[AnnualClass]) -> list[Section]:
    """The page of these classes; none without classes."""
    if not found:
        return []
    facts = [AnnualFacts(each.name, each.assets, each.liabilities, each.report) for each in found]
    return [annual_section(facts)]


def annual_results(found: Sequence[AnnualClass]) -> list[dict[str, Any]]:
    """The keys of the JSON interface, one entry a class."""
    return [
        {
            "name": each.name,
            "window": each.assets.window,
            "n": len(each.assets),
            **{name: measure.value for name, measure in each.report.measures.items()},
            "liability_growth": each.report.reward["growth"].part("liability").value,
            "years": [
                {"year": int(day.astype("datetime64[Y]").astype(int)) + 1970,
                 "assets": float(ours), "liability": float(theirs)}
                for day, ours, theirs in zip(
                    each.assets.dates, each.assets.returns, each.liabilities.returns, strict=True
                )
            ],
        }
        for each in found
    ]  # fmt: skip
