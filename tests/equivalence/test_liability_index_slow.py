"""The liability index against a slow second computation, payment by payment."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise

import numpy as np
import pytest

from defease.curves import (
    Compounding,
    Extrapolation,
    Interpolation,
    curve_history,
    month_ends,
    segment_curve,
)
from defease.dates import to_date
from defease.liability_index import (
    Amounts,
    CarryConvention,
    CurvesByDate,
    IndexPart,
    LiabilityIndex,
    Projection,
    dated_curves,
    liability_index,
)
from defease.liability_index.curves_by_date import minus_logs_reader
from tests.liability_index_data import NODES, RATES, SPREADS, START, history, plan, slow_month

TOLERANCE = 1e-12


def payments_of(
    part: IndexPart, index: LiabilityIndex, day: dt.date
) -> list[tuple[dt.date, float]]:
    """The part's payments at a month's start, chosen here from the plan's own columns."""
    flows, kept = plan(), []
    for date, amount, kind, group in zip(
        flows.dates, flows.amounts, flows.kinds, flows.groups, strict=True
    ):
        years = (to_date(date) - day).days / 365
        signed = float(amount * index.amounts.signs[kind])
        low, high = (0.0, np.inf)
        if part.span is not None:
            low = part.span.from_year
            high = np.inf if part.span.to_year is None else part.span.to_year
        if years > 0 and low <= years < high and part.group in (None, group):
            kept.append((to_date(date), signed))
    return kept


def compare(index: LiabilityIndex, part: IndexPart, risk_free: CurvesByDate | None) -> None:
    days = [to_date(day) for day in index.dates]
    split = part.rate_split()
    assert split is not None
    scale = float(np.abs(index.total.opening_values).max())
    lines, forward = part.growth_lines(), part.growth_lines(CarryConvention.FORWARDS_REALISED)
    for k, (d0, d1) in enumerate(pairwise(days)):
        slow = slow_month(payments_of(part, index, d0), (d0, d1), index.curves, risk_free)
        pairs = [
            (part.opening_values[k], slow.start),
            (part.present_values[k], slow.start),
            (lines.income[k], slow.income),
            (lines.roll[k], slow.roll),
            (lines.rate_change[k], slow.rate_change),
            (lines.spread_change[k], slow.spread_change),
            (split.level[k], slow.level),
            (split.slope[k], slow.slope),
            (split.curvature[k], slow.curvature),
            (forward.income[k], slow.forward - slow.start),
            (part.payments[k], slow.paid),
            (part.closing_values[k], slow.end - slow.paid),
        ]
        ours, theirs = np.array(pairs).T
        np.testing.assert_allclose(ours, theirs, rtol=TOLERANCE, atol=TOLERANCE * scale)


@pytest.mark.parametrize("amounts", list(Amounts))
def test_every_line_of_every_part(amounts: Amounts) -> None:
    risk_free = history(RATES - SPREADS)
    index = liability_index(
        [Projection(START, plan())], history(), risk_free=risk_free, amounts=amounts
    )
    assert [part.name for part in index.groups] == ["active", "retired"]
    for part in index.parts:
        compare(index, part, risk_free)


@pytest.mark.parametrize("interpolation", list(Interpolation))
def test_every_interpolation(interpolation: Interpolation) -> None:
    index = liability_index([Projection(START, plan())], history(interpolation=interpolation))
    compare(index, index.total, None)


def test_segment_rates_roll_over_their_boundaries() -> None:
    steps = np.linspace(0.0, 0.002, len(history().dates))
    curves = dated_curves(
        {
            to_date(day): segment_curve([0.0475 + step, 0.0532, 0.0571 - step])
            for day, step in zip(history().dates, steps, strict=True)
        }
    )
    index = liability_index([Projection(START, plan())], curves)
    for part in (index.total, *index.buckets):
        compare(index, part, None)
    assert (index.total.growth_lines().roll > 0).all()  # payments crossing to a lower segment


def test_curves_of_any_kind_give_the_numbers_of_a_history() -> None:
    curves = history()
    by_date = dated_curves({to_date(d): curves.curve_on(to_date(d)) for d in curves.dates})
    one = liability_index([Projection(START, plan())], curves)
    other = liability_index([Projection(START, plan())], by_date)
    np.testing.assert_allclose(one.total.stages, other.total.stages, rtol=1e-13)


@pytest.mark.parametrize("extrapolation", [Extrapolation.FLAT_FORWARD, Extrapolation.FLAT_ZERO])
@pytest.mark.parametrize("interpolation", list(Interpolation))
@pytest.mark.parametrize("nodes", [1, 2, len(NODES)])
def test_all_rows_at_once_are_the_single_curves(
    interpolation: Interpolation, extrapolation: Extrapolation, nodes: int
) -> None:
    """Bends, level stretches, negative and zero rates; at nodes, next to them and beyond."""
    table = np.vstack([RATES, -RATES[0], 0.0 * RATES[0], [0.01, 0.05, 0.01, 0.05, 0.01]])
    curves = curve_history(
        month_ends(np.datetime64("2025-01") + np.arange(len(table))),
        NODES[:nodes],
        table[:, :nodes],
        compounding=Compounding.ANNUAL,
        interpolation=interpolation,
        extrapolation=extrapolation,
    )
    near = np.array(NODES)[:, None] + np.array([-1 / 365, -1e-12, 0.0, 1e-12, 1 / 365])
    times = np.concatenate([near.ravel(), np.linspace(1 / 365, 60.0, 200)])
    rows = np.arange(len(table))[::-1]
    ours = minus_logs_reader(curves)(rows, np.tile(times, (len(rows), 1)))
    np.testing.assert_allclose(ours, -curves.log_discounts(times)[rows], atol=1e-13)
