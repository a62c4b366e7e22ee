"""The liability index: one plan over 32 years of months, and 1,000 plans on six curves."""

from __future__ import annotations

import datetime as dt
import sys
from dataclasses import replace

import numpy as np

from benchmarks import c_history
from benchmarks.harness import Row, at_most, compare, measure, one_thread, report
from defease.arrays import FloatArray
from defease.cashflows import CashFlows
from defease.curves import Compounding, CurveHistory, Interpolation, curve_history, month_ends
from defease.dates import add_months_to, to_date, years_between
from defease.liability_index import (
    IndexGrid,
    LiabilityIndex,
    Projection,
    index_many_plans,
    liability_index,
)
from defease.valuation import HistoryMeasures, measure_history

START = dt.date(1984, 11, 30)
YEARS_OF_PAYMENTS, INDEX_MONTHS = 60, 384
HALF_YEARS = np.arange(1, 201) / 2
TREASURY_TENORS = np.array([0.25, 0.5, 1, 2, 3, 5, 7, 10, 20, 30])
SEED = 20161130


def plan() -> CashFlows:
    """Sixty years of monthly benefits, paid in the middle of each month."""
    months = np.arange(1, 12 * YEARS_OF_PAYMENTS + 1)
    days = add_months_to(START, months, anchor_days=31) - 15
    return CashFlows.from_times(
        START,
        times=years_between(START, days),
        amounts=1e6 * np.exp(0.004 * months - (months / 300.0) ** 2),
        kinds=np.zeros(len(months), dtype=np.int64),
        dates=days,
    )


def curves(tenors: FloatArray, spread: float) -> CurveHistory:
    """A curve for each of 385 month ends, as wide as a published corporate or Treasury history."""
    months = np.datetime64(START, "M") + np.arange(INDEX_MONTHS + 1)
    draw = np.random.default_rng(SEED)
    level = 0.06 + 0.002 * draw.standard_normal(len(months)).cumsum()[:, None]
    slope = (0.01 + 0.0005 * draw.standard_normal(len(months)).cumsum())[:, None]
    rates = np.abs(level + slope * (1 - np.exp(-tenors / 6))) + spread
    return curve_history(month_ends(months), tenors, rates, compounding=Compounding.SEMIANNUAL)


def check(index: LiabilityIndex) -> None:
    """Every month explained, and the first and last value as single curves have them."""
    whole = index.total
    told = whole.present_values[:-1] + whole.growth_lines().growth + index.benefit_paid
    np.testing.assert_allclose(told, whole.present_values[1:], rtol=1e-12)
    for place in (0, len(index.dates) - 1):
        day = to_date(index.dates[place])
        ahead = index.payments_ahead(day)
        factors = index.curves.curve_on(day).discount_factors(ahead.times)
        np.testing.assert_allclose(whole.present_values[place], ahead.amounts @ factors, rtol=1e-12)


def one_plan() -> list[Row]:
    """Seven buckets, three segments and every line of attribution, month by month."""
    due, corporate, treasury = plan(), curves(HALF_YEARS, 0.01), curves(TREASURY_TENORS, 0.0)
    projections = [Projection(START, due)]

    def alone() -> LiabilityIndex:
        return liability_index(projections, corporate)

    def beside_treasuries() -> LiabilityIndex:
        return liability_index(projections, corporate, risk_free=treasury)

    smooth = replace(corporate, interpolation=Interpolation.MONOTONE_CONVEX)

    def on_monotone_convex_curves() -> LiabilityIndex:
        return liability_index(projections, smooth)

    for index in (alone, beside_treasuries, on_monotone_convex_curves):
        check(index())
    size = INDEX_MONTHS * len(due)
    return [
        measure("one plan, 385 dates x 720 payments", alone, seconds_at_most=0.3, n=size),
        measure(
            "the same with Treasuries beside it", beside_treasuries, seconds_at_most=0.3, n=size
        ),
        measure(
            "the same on monotone convex curves",
            on_monotone_convex_curves,
            seconds_at_most=0.3,
            n=size,
        ),
    ]


def many_plans() -> list[Row]:
    """Returns, levels, durations and key rates against those measures without an index."""
    flows = c_history.flows()
    rates = c_history.rates(c_history.node_rates(), flows)

    def with_levels() -> tuple[IndexGrid, FloatArray]:
        grid = index_many_plans(flows, rates)
        return grid, grid.levels.data

    def agree(ours: tuple[IndexGrid, FloatArray], measures: HistoryMeasures) -> None:
        grid, levels = ours
        np.testing.assert_array_equal(grid.measures.present_values, measures.present_values)
        values = measures.present_values
        grown = values[:, 1] + flows.amounts[:, 0]
        np.testing.assert_allclose(levels[:, 1], 100 * grown / values[:, 0], rtol=1e-12)

    return [
        compare(
            "1,000 plans x 240 months x 6 curves v. the same measures without an index",
            with_levels,
            lambda: measure_history(flows, rates),
            target=at_most(1.2),
            agree=agree,
            rounds=5,
            n=c_history.VALUATIONS,
        )
    ]


def rows() -> list[Row]:
    """One thread on one core."""
    with one_thread():
        return [*one_plan(), *many_plans()]


if __name__ == "__main__":
    sys.exit(report(__file__, rows()))
