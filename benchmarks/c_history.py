"""Workload C: values, durations and key rates of 1,000 plans at 240 months on six curves."""

import sys
from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

import numpy as np

from benchmarks.harness import Row, at_least, compare, measure, missing, one_thread, report
from defease.arrays import FloatArray
from defease.curves import Compounding, Interpolation, curve_from_discount_factors
from defease.valuation import (
    KEY_RATE_TENORS,
    FlowGrid,
    HistoryMeasures,
    RateGrid,
    flow_grid,
    measure_history,
    rate_grid,
    value_history,
)
from defease.valuation.history_products import DatedTerms, stacked_measures

PLANS, MONTHS, DATES, CURVES = 1_000, 960, 240, 6
VALUATIONS = PLANS * DATES * CURVES
MEASURES = 2 + len(KEY_RATE_TENORS)
SQUARE = 2_048
NODE_YEARS = np.array([*KEY_RATE_TENORS, 80.0])


def flows() -> FlowGrid:
    """Monthly outgo of each plan on one calendar of 80 years, dying out."""
    rng = np.random.default_rng(0)
    noise = np.abs(rng.standard_normal((PLANS, MONTHS)))
    return flow_grid(1e6 * noise * np.exp(-np.arange(MONTHS) / 300))


def node_rates() -> FloatArray:
    """Continuous zero rates at the key rates and 80 years, shape (curves, dates, nodes)."""
    rng = np.random.default_rng(1)
    level = 0.04 + 0.01 * rng.standard_normal((CURVES, DATES)).cumsum(axis=1) / 15
    slope = 0.01 * (1 - np.exp(-NODE_YEARS / 8))
    rates: FloatArray = level[..., None] + slope
    return rates


def whole_days(times: FloatArray) -> FloatArray:
    """Years as whole days over 365: QuantLib knows dates only."""
    days: FloatArray = np.rint(365 * times)
    return days


def rates(nodes: FloatArray, grid: FlowGrid) -> RateGrid:
    """Zero rates that discount each month as QuantLib does: log-linear, to the nearest day."""
    node_times, times = whole_days(NODE_YEARS) / 365, whole_days(grid.times) / 365
    monthly = np.empty((CURVES, DATES, MONTHS))
    for at in np.ndindex(CURVES, DATES):
        curve = curve_from_discount_factors(
            node_times,
            np.exp(-nodes[at] * NODE_YEARS),
            interpolation=Interpolation.LOG_LINEAR_DISCOUNT,
        )
        monthly[at] = -curve.log_discounts(times) / grid.times
    return rate_grid(monthly, compounding=Compounding.CONTINUOUS)


def stacked(grid: FlowGrid, curves: RateGrid) -> FloatArray:
    """The slow twin, shape (curves, 2 + tenors, dates, plans)."""
    terms = DatedTerms(grid.times, curves.continuous_spot_rates)
    by_month = np.ascontiguousarray(grid.amounts.T)
    return stacked_measures(by_month, terms, np.array(KEY_RATE_TENORS))


def agree(fast: HistoryMeasures, slow: FloatArray) -> None:
    """All 14 measures to 1e-12 of the largest of their kind, and key rates add up."""
    close(fast.present_values, slow[:, 0])
    close(fast.money_durations, slow[:, 1])
    twins = slow[:, 2:].swapaxes(0, 1)
    for key_rate, twin in zip(fast.key_rate_money_durations, twins, strict=True):
        close(key_rate, twin)
    close(fast.key_rate_money_durations.sum(axis=0), fast.money_durations)


def close(ours: FloatArray, other: FloatArray) -> None:
    """Equal to 1e-12 of the largest value."""
    np.testing.assert_allclose(ours, other, rtol=0, atol=1e-12 * np.abs(other).max())


def share_of_matrix_product(grid: FlowGrid, curves: RateGrid) -> Row:
    """The stacked form's multiplications a second over those of a square product."""
    square = np.random.default_rng(2).random((SQUARE, SQUARE))
    work = CURVES * MEASURES * DATES * MONTHS * PLANS
    return compare(
        "stacked form, share of the rate of a 2,048 x 2,048 float64 product",
        lambda: stacked(grid, curves),
        lambda: square @ square,
        target=at_least(0.6),
        rounds=5,
        other_counts=work / SQUARE**3,
        n=VALUATIONS,
        note="discount factors and weights included; counts the zeros of months gone by",
    )


Places = list[tuple[int, int, int]]


def quantlib_values(grid: FlowGrid, nodes: FloatArray, places: Places) -> Callable[[], list[float]]:
    """`CashFlows.npv` of single valuations; legs and curves are ready, days count over 365."""
    import QuantLib

    ql: Any = QuantLib
    today = ql.Date(1, 1, 2006)
    due = [today + int(days) for days in whole_days(grid.times)]
    node_dates = [today, *(today + int(days) for days in whole_days(NODE_YEARS))]

    def ready(curve: int, date: int, plan: int) -> Callable[[], float]:
        factors = np.exp(-nodes[curve, date] * NODE_YEARS).tolist()
        handle = ql.YieldTermStructureHandle(
            ql.DiscountCurve(node_dates, [1.0, *factors], ql.Actual365Fixed())
        )
        left = grid.amounts[plan, date:].tolist()
        leg = ql.Leg([ql.SimpleCashFlow(*flow) for flow in zip(left, due, strict=False)])
        return lambda: float(ql.CashFlows.npv(leg, handle, False, today, today))

    values = [ready(*place) for place in places]
    return lambda: [value() for value in values]


def against_quantlib(grid: FlowGrid, nodes: FloatArray, curves: RateGrid) -> list[Row]:
    """A present value here and there; QuantLib's time is that of a sample, scaled up."""
    name = "v. QuantLib CashFlows.npv on ready curves and legs, per valuation"
    if find_spec("QuantLib") is None:
        return [missing(name, "QuantLib")]
    rng = np.random.default_rng(3)
    places = [(int(rng.integers(CURVES)), d, int(rng.integers(PLANS))) for d in range(DATES)]
    theirs = quantlib_values(grid, nodes, places)

    def same_values(ours: FloatArray, other: list[float]) -> None:
        picked = [ours[place] for place in places]
        np.testing.assert_allclose(picked, other, rtol=1e-12)

    scale = VALUATIONS / len(places)
    note = f"QuantLib: one valuation at each date, scaled to {VALUATIONS:,}"
    return [
        compare(
            f"present values {name}",
            lambda: value_history(grid, curves),
            theirs,
            target=at_least(1_000),
            agree=same_values,
            other_counts=scale,
            n=VALUATIONS,
            note=note,
        ),
        compare(
            f"all {MEASURES} measures {name}",
            lambda: measure_history(grid, curves),
            theirs,
            target=at_least(1_000 / MEASURES),
            agree=lambda ours, other: same_values(ours.present_values, other),
            other_counts=scale,
            n=VALUATIONS,
            note=f"{note}; only its present value: the target is 1,000 a measure",
        ),
    ]


def rows() -> list[Row]:
    """One thread on one core on both sides of every row."""
    grid, nodes = flows(), node_rates()
    curves = rates(nodes, grid)
    with one_thread():
        return [
            measure(
                "1.44 million valuations x 14 measures, banded",
                lambda: measure_history(grid, curves),
                seconds_at_most=0.5,
                n=VALUATIONS,
            ),
            share_of_matrix_product(grid, curves),
            compare(
                "banded v. stacked form, all measures",
                lambda: measure_history(grid, curves),
                lambda: stacked(grid, curves),
                target=at_least(1.0),
                agree=agree,
                rounds=5,
                n=VALUATIONS,
            ),
            *against_quantlib(grid, nodes, curves),
        ]


if __name__ == "__main__":
    sys.exit(report(__file__, rows()))
