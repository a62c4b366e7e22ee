"""Identities of the liability index that hold whatever the plan and whatever curves do."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from defease.arrays import FloatArray
from defease.cashflows import CashFlows, FlowKind
from defease.curves import CurveHistory, DiscountCurve, Interpolation
from defease.dates import to_date
from defease.liability_index import (
    Amounts,
    CarryConvention,
    IndexStructure,
    LiabilityIndex,
    Projection,
    dated_curves,
    liability_index,
    linked_return,
)
from tests.liability_index_data import MONTHS, NODES, RATES, START, flat_history, flows_on, plan
from tests.liability_index_data import history as history_of

RESIDUAL = 1e-12
rate_tables = st.lists(
    st.lists(st.floats(-0.01, 0.15), min_size=len(NODES), max_size=len(NODES)),
    min_size=len(MONTHS),
    max_size=len(MONTHS),
).map(np.array)
spreads = st.lists(st.floats(-0.005, 0.03), min_size=len(MONTHS), max_size=len(MONTHS)).map(
    lambda values: np.array(values)[:, None]
)
payments = st.lists(
    st.tuples(
        st.integers(1, 15_000),
        st.floats(0.0, 1e6),
        st.sampled_from(list(FlowKind)),
        st.sampled_from(["retired", "active", ""]),
    ),
    min_size=1,
    max_size=40,
)
few = settings(max_examples=40, deadline=None)


def history(rates: FloatArray = RATES, months: Sequence[str] = MONTHS) -> CurveHistory:
    """Straight lines between nodes: splines through such rates swing beyond any market."""
    return history_of(rates, months=months, interpolation=Interpolation.LINEAR_ZERO)


def cash_flows(drawn: list[tuple[int, float, FlowKind, str]]) -> CashFlows:
    days, amounts, kinds, groups = zip(*drawn, strict=True)
    # One payment far ahead keeps the index going over every month.
    dates = np.datetime64(START) + np.array([*days, 15_000])
    return flows_on(
        dates,
        [*amounts, 1e5],
        kinds=[*kinds, FlowKind.BENEFITS],
        groups=[*groups, "retired"],
    )


def scale_of(index: LiabilityIndex) -> float:
    """The largest money figure of any stage: the size that rounding is measured against."""
    return float(max(np.abs(part.stages).max() for part in index.parts))


@few
@given(payments, rate_tables, spreads)
def test_lines_payments_and_experience_explain_every_change_of_value(
    drawn: list[tuple[int, float, FlowKind, str]], rates: FloatArray, spread: FloatArray
) -> None:
    flows = cash_flows(drawn)
    later = Projection(dt.date(2026, 2, 28), plan())
    paid = flows_on(["2026-01-10", "2026-03-31"], [5e4, 7e4])
    index = liability_index(
        [Projection(START, flows), later],
        history(rates),
        risk_free=history(rates - spread),
        actual=paid,
    )
    for carry in CarryConvention:
        explained = (
            index.total.present_values[:-1]
            + index.total.growth_lines(carry).growth
            + index.benefit_paid
            + index.contributions
            + index.experience.sum(axis=1)
            + index.model_change
        )
        gap = np.abs(explained - index.total.present_values[1:]).max()
        assert gap <= RESIDUAL * (scale_of(index) + 7e4)


@few
@given(payments, rate_tables)
def test_buckets_and_groups_add_up_to_the_whole_and_migration_to_zero(
    drawn: list[tuple[int, float, FlowKind, str]], rates: FloatArray
) -> None:
    index = liability_index([Projection(START, cash_flows(drawn))], history(rates))
    limit = RESIDUAL * scale_of(index)
    for parts in (index.buckets, index.groups):
        money = np.sum([part.stages[:-1] for part in parts], axis=0)
        assert np.abs(money - index.total.stages[:-1]).max() <= limit * 100  # money due is larger
        values = np.sum([part.present_values for part in parts], axis=0)
        assert np.abs(values - index.total.present_values).max() <= limit
        assert np.abs(np.sum([part.migration for part in parts], axis=0)).max() <= limit
    for part in index.parts:
        moved = part.closing_values + part.migration + part.revaluation
        assert np.abs(moved - part.present_values[1:]).max() <= limit


@few
@given(payments, rate_tables)
def test_gross_less_contributions_is_net(
    drawn: list[tuple[int, float, FlowKind, str]], rates: FloatArray
) -> None:
    projections, curves = [Projection(START, cash_flows(drawn))], history(rates)
    net, gross, contributions = (
        liability_index(projections, curves, amounts=amounts)
        for amounts in (Amounts.NET, Amounts.GROSS, Amounts.CONTRIBUTIONS)
    )
    months = min(len(each.dates) for each in (net, gross, contributions)) - 1
    for n, g, c in zip(net.buckets, gross.buckets, contributions.buckets, strict=True):
        apart = (g.stages - c.stages - n.stages)[:-1, :months]
        assert np.abs(apart).max() <= RESIDUAL * (1e8 + scale_of(gross))


@few
@given(rate_tables, spreads)
def test_linked_components_add_up_and_reproduce_the_levels(
    rates: FloatArray, spread: FloatArray
) -> None:
    risk_free = history(rates - spread)
    index = liability_index([Projection(START, plan())], history(rates), risk_free=risk_free)
    for part in (index.total, *index.groups):
        if not part.meaningful.all():
            continue
        for first, last in ((0, 1), (0, 5), (2, 4)):
            for carry in CarryConvention:
                linked = linked_return(part, first, last, carry=carry)
                assert linked is not None
                level_return = part.levels[last] / part.levels[first] - 1
                lines = [linked.income, linked.roll, linked.rate_change, linked.spread_change]
                limit = RESIDUAL * (1.0 + np.abs(lines).sum())  # wild curves: lines beyond 100%
                assert abs(linked.total_return - level_return) <= limit
                assert abs(linked.income + linked.price_return - linked.total_return) <= limit


@dataclass(frozen=True, eq=False)
class ForwardCurve(DiscountCurve):
    """What a curve says today about a later day: its forward rates from there on."""

    today: DiscountCurve
    ahead: float
    last_time: float = np.inf

    def _log_discounts(self, times: FloatArray) -> FloatArray:
        logs: FloatArray = self.today.log_discounts(times + self.ahead)
        return logs - self.today.log_discounts(self.ahead)


@few
@given(rate_tables)
def test_months_in_which_forwards_come_true_give_exactly_the_carry(rates: FloatArray) -> None:
    today = history(rates[:1], months=MONTHS[:1]).curve_on(START)
    days = [to_date(day) for day in history().dates]
    curves = dated_curves({day: ForwardCurve(today, (day - START).days / 365) for day in days})
    index = liability_index([Projection(START, plan())], curves)
    lines = index.total.growth_lines(CarryConvention.FORWARDS_REALISED)
    limit = RESIDUAL * scale_of(index)
    assert np.abs(lines.rate_change).max() <= limit
    assert np.abs(lines.spread_change).max() <= limit
    grown = index.total.closing_values + index.total.payments - index.total.opening_values
    assert np.abs(grown - lines.income).max() <= limit


@few
@given(payments, rate_tables, st.floats(0.0, 1.0))
def test_splitting_payments_changes_nothing(
    drawn: list[tuple[int, float, FlowKind, str]], rates: FloatArray, share: float
) -> None:
    pieces = [
        (day, amount * part, kind, group)
        for day, amount, kind, group in drawn
        for part in (share, 1.0 - share)
    ]
    whole, split = (
        liability_index([Projection(START, cash_flows(each))], history(rates))
        for each in (drawn, pieces)
    )
    for one, other in zip(whole.parts, split.parts, strict=True):
        apart = np.abs(one.stages - other.stages).max()
        assert apart <= RESIDUAL * (1e8 + scale_of(whole))


@few
@given(st.floats(-0.02, 0.2), st.integers(3_000, 15_000))
def test_a_flat_unchanged_curve_earns_its_rate(rate: float, day: int) -> None:
    dates = np.datetime64(START, "D") + np.array([200, day])
    due = flows_on(dates, [50.0, 100.0])
    index = liability_index([Projection(START, due)], flat_history(rate))
    days = np.diff(index.dates).astype(np.int64)
    np.testing.assert_allclose(
        index.total.total_returns.filled(9.0), (1 + rate) ** (days / 365) - 1, atol=1e-13
    )
    lines = index.total.growth_lines()
    for line in (lines.roll, lines.rate_change, lines.spread_change):
        assert np.abs(line).max() <= 1e-11


@few
@given(rate_tables)
def test_an_equal_projection_is_no_experience_and_a_reset_does_not_move_the_level(
    rates: FloatArray,
) -> None:
    curves, reset = history(rates), dt.date(2026, 3, 31)
    same = liability_index([Projection(START, plan()), Projection(reset, plan())], curves)
    once = liability_index([Projection(START, plan())], curves)
    assert np.abs(same.experience).max() == 0.0
    np.testing.assert_array_equal(same.total.levels, once.total.levels)
    # A larger plan from March on: growth before comes from the old, after from the new projection.
    larger = liability_index([Projection(START, plan()), Projection(reset, plan(1.5))], curves)
    np.testing.assert_array_equal(larger.total.levels[:4], once.total.levels[:4])
    alone = liability_index([Projection(reset, plan(1.5))], curves)
    joined = once.total.levels[3] * alone.total.levels[-1] / 100
    assert abs(joined / larger.total.levels[-1] - 1) < 1e-12
    assert larger.experience.sum() > 0
    assert np.flatnonzero(larger.experience.sum(axis=1)).tolist() == [2]


@few
@given(payments, st.sets(st.integers(1, 40), max_size=8))
def test_any_buckets_give_the_same_whole(
    drawn: list[tuple[int, float, FlowKind, str]], edges: set[int]
) -> None:
    flows, curves = cash_flows(drawn), history()
    usual = liability_index([Projection(START, flows)], curves)
    cut = IndexStructure(edges=(0.0, *sorted(map(float, edges))))
    other = liability_index([Projection(START, flows)], curves, structure=cut)
    apart = np.abs(usual.total.stages - other.total.stages).max()
    assert apart <= RESIDUAL * (1e8 + scale_of(usual))
