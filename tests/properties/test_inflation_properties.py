"""What holds of index-linked payments whatever prices, expectations and curves do."""

from __future__ import annotations

import datetime as dt

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from defease.arrays import FloatArray
from defease.curves import Compounding, Interpolation, curve_history, month_ends
from defease.liability_index import (
    CarryConvention,
    LiabilityIndex,
    Projection,
    expected_inflation,
    liability_index,
    linked_return,
)
from tests.inflation_data import (
    CPI_MONTHS,
    EXPECTED_NODES,
    LAG,
    Linked,
    cpi,
    expected_curves,
    explained,
    linked_flows,
    projection,
    slow_inflation,
)
from tests.liability_index_data import MONTHS, NODES, START, history

RESIDUAL = 1e-12
few = settings(max_examples=40, deadline=None)
payments = st.lists(
    st.builds(
        Linked,
        st.integers(1, 12_000).map(lambda days: START + dt.timedelta(days)),
        st.floats(0.0, 1e6),
        st.sampled_from(["cpi", ""]),
    ),
    min_size=1,
    max_size=30,
    # One linked payment far ahead keeps the index going.
).map(lambda drawn: [*drawn, Linked(START + dt.timedelta(12_000), 1e5)])
rate_tables = st.lists(
    st.lists(st.floats(-0.01, 0.12), min_size=len(NODES), max_size=len(NODES)),
    min_size=len(MONTHS),
    max_size=len(MONTHS),
).map(np.array)
expectations = st.lists(
    st.lists(st.floats(-0.02, 0.08), min_size=len(EXPECTED_NODES), max_size=len(EXPECTED_NODES)),
    min_size=len(MONTHS),
    max_size=len(MONTHS),
).map(np.array)
prices = st.lists(
    st.floats(-0.05, 0.05), min_size=len(CPI_MONTHS) - 1, max_size=len(CPI_MONTHS) - 1
).map(lambda moves: 300.0 * np.cumprod([1.0, *(1.0 + move for move in moves)]))


def made_of(
    drawn: list[Linked], rates: FloatArray, levels: FloatArray, expected: FloatArray
) -> LiabilityIndex:
    index = cpi(levels, expected_curves(expected))
    curves = history(rates, interpolation=Interpolation.LINEAR_ZERO)
    spread = history(rates - 0.01, interpolation=Interpolation.LINEAR_ZERO)
    return liability_index([projection(linked_flows(drawn), index)], curves, risk_free=spread)


def size(index: LiabilityIndex) -> float:
    return float(max(np.abs(part.stages).max() for part in index.parts))


@few
@given(payments, rate_tables, prices, expectations)
def test_the_lines_explain_every_change_of_value(
    drawn: list[Linked], rates: FloatArray, levels: FloatArray, expected: FloatArray
) -> None:
    made = made_of(drawn, rates, levels, expected)
    gap = np.abs(explained(made) - made.total.present_values[1:]).max()
    assert gap <= RESIDUAL * size(made)
    buckets = np.sum([part.growth_lines().inflation for part in made.buckets], axis=0)
    assert np.abs(buckets - made.total.growth_lines().inflation).max() <= RESIDUAL * size(made)


@few
@given(payments, rate_tables, prices, expectations)
def test_linked_components_add_up_over_any_period(
    drawn: list[Linked], rates: FloatArray, levels: FloatArray, expected: FloatArray
) -> None:
    made = made_of(drawn, rates, levels, expected)
    for first, last in ((0, 1), (0, 5), (2, 4)):
        for carry in CarryConvention:
            found = linked_return(made.total, first, last, carry=carry)
            assert found is not None
            lines = [found.income, found.roll, found.rate_change, found.spread_change]
            lines.append(found.inflation)
            level_return = made.total.levels[last] / made.total.levels[first] - 1
            limit = RESIDUAL * (1.0 + np.abs(lines).sum())
            assert abs(sum(lines) - level_return) <= limit
            assert abs(found.total_return - level_return) <= limit


@few
@given(payments, rate_tables, prices, expectations)
def test_the_line_is_that_of_its_definition_payment_by_payment(
    drawn: list[Linked], rates: FloatArray, levels: FloatArray, expected: FloatArray
) -> None:
    made = made_of(drawn, rates, levels, expected)
    slow = slow_inflation(drawn, cpi(levels, expected_curves(expected)), made)
    ours = made.total.growth_lines().inflation
    assert np.abs(ours - slow).max() <= RESIDUAL * 10 * size(made)


@few
@given(payments, rate_tables, prices, expectations, st.floats(0.0, 1.0))
def test_splitting_or_merging_payments_changes_nothing(
    drawn: list[Linked],
    rates: FloatArray,
    levels: FloatArray,
    expected: FloatArray,
    share: float,
) -> None:
    pieces = [
        Linked(each.day, each.amount * part, each.tag)
        for part in (share, 1.0 - share)
        for each in drawn[::-1]
    ]
    whole, split = (made_of(each, rates, levels, expected) for each in (drawn, pieces))
    for one, other in zip(whole.parts, split.parts, strict=True):
        assert np.abs(one.stages - other.stages).max() <= RESIDUAL * size(whole)


@few
@given(payments, rate_tables, st.floats(-0.02, 0.08))
def test_inflation_as_expected_is_no_line(
    drawn: list[Linked], rates: FloatArray, rate: float
) -> None:
    """Prices rise at the one rate expected: the index is that of fixed amounts."""
    levels = 300.0 * (1 + rate) ** (np.arange(len(CPI_MONTHS)) / 12)
    index = cpi(levels, expected_inflation(rate, MONTHS))
    curves = history(rates, interpolation=Interpolation.LINEAR_ZERO)
    flows = linked_flows(drawn)
    made = liability_index([projection(flows, index)], curves)
    fixed = liability_index([Projection(START, flows.linked_to([""] * len(flows)))], curves)
    assert np.abs(made.total.growth_lines().inflation).max() <= RESIDUAL * size(made)
    np.testing.assert_allclose(made.total.levels.data, fixed.total.levels.data, rtol=RESIDUAL)


@few
@given(payments, rate_tables)
def test_no_surprise_is_exactly_zero(drawn: list[Linked], rates: FloatArray) -> None:
    """Nothing expected and prices that stand still: not even rounding is left."""
    flat = cpi([300.0] * len(CPI_MONTHS), expected_inflation(0.0, MONTHS))
    curves = history(rates, interpolation=Interpolation.LINEAR_ZERO)
    made = liability_index([projection(linked_flows(drawn), flat)], curves)
    assert not made.total.growth_lines().inflation.any()


@few
@given(payments, rate_tables, st.lists(st.floats(0.0, 0.06), min_size=40, max_size=40))
def test_expectations_that_come_true_month_by_month_are_no_line(
    drawn: list[Linked], rates: FloatArray, yearly: list[float]
) -> None:
    """One path of prices for forty years: what is expected of it is what then happens."""
    years = np.arange(41)
    path = np.concatenate([[0.0], np.cumsum(np.log1p(yearly))])
    terms = np.arange(1, 34 * 12 + 1) / 12
    growth = np.array(
        [np.interp(k / 12 + terms, years, path) - np.interp(k / 12, years, path) for k in range(6)]
    )
    expected = curve_history(
        month_ends(MONTHS),
        terms,
        growth / terms,
        compounding=Compounding.CONTINUOUS,
        interpolation=Interpolation.LINEAR_ZERO,
    )
    levels = 300.0 * np.exp(np.interp(np.arange(6) / 12, years, path))
    curves = history(rates, interpolation=Interpolation.LINEAR_ZERO)
    made = liability_index([projection(linked_flows(drawn), cpi(levels, expected, LAG))], curves)
    assert np.abs(made.total.growth_lines().inflation).max() <= 10 * RESIDUAL * size(made)
