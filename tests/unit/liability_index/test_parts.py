"""Closed forms, statistics, periods and rows of the liability index."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from defease.cashflows import CashFlows, FlowKind, Payments, Timing
from defease.curves import CurveShift, flat_curve, month_ends
from defease.dates import to_date
from defease.liability_index import (
    Amounts,
    CarryConvention,
    IndexStructure,
    Period,
    Projection,
    ProjectionChange,
    Span,
    dated_curves,
    index_many_plans,
    liability_index,
    linked_return,
    month_rows,
    period_return,
    sensitivities_on,
    spread_monthly,
    spreading_effect,
    statistics_on,
)
from defease.valuation import flow_grid, measure_risk, present_value, rate_grid_of_histories
from tests.liability_index_data import (
    MONTHS,
    RATES,
    SPREADS,
    START,
    flat_history,
    flows_on,
    history,
    plan,
)


def test_one_zero_in_closed_form() -> None:
    curves, risk_free = history(), history(RATES - SPREADS)
    due = flows_on(["2045-12-31"], [1000.0])
    index = liability_index([Projection(START, due)], curves, risk_free=risk_free)
    days = index.dates
    left = (np.datetime64("2045-12-31") - days).astype(np.int64) / 365
    factors = np.array([curves.discount_factors(left)[k, k] for k in range(len(days))])
    np.testing.assert_allclose(index.total.present_values, 1000 * factors, rtol=1e-13)
    np.testing.assert_allclose(index.total.levels, 100 * factors / factors[0], rtol=1e-13)
    s0, rolled = curves.annual_spot_rates(left)[0, :2]
    g = risk_free.annual_spot_rates(left)[:2, 1]
    values = [(1 + rate) ** -left[1] for rate in (s0, rolled, rolled + g[1] - g[0])]
    expected = 1000 * np.diff([factors[0], *values, factors[1]])
    lines = index.total.growth_lines()
    ours = [lines.income[0], lines.roll[0], lines.rate_change[0], lines.spread_change[0]]
    np.testing.assert_allclose(ours, expected, atol=1e-10)


def test_a_payment_in_the_month_earns_nothing_after_it_is_made() -> None:
    index = liability_index(
        [Projection(START, flows_on(["2026-01-10", "2030-01-31"], [50.0, 100.0]))],
        flat_history(0.06),
    )
    value = 50 * 1.06 ** (-10 / 365)
    far = 100 * 1.06 ** (-(dt.date(2030, 1, 31) - START).days / 365)
    lines = index.total.growth_lines(CarryConvention.FORWARDS_REALISED)
    earned = (50 - value) + far * (1.06 ** (31 / 365) - 1)
    assert lines.income[0] == pytest.approx(earned, abs=1e-11)
    assert index.benefit_paid.tolist() == [-50.0, 0.0, 0.0, 0.0, 0.0]
    assert index.total.total_returns[0] == pytest.approx(earned / (value + far), abs=1e-14)


def test_a_parallel_move_of_the_risk_free_curve_is_level_alone() -> None:
    first = history().curve_on(START)
    moves = zip(history().dates, [0.0, 0.001, -0.002, 0.003, 0.003, 0.0], strict=True)
    curves = dated_curves(
        {to_date(day): first.shifted(CurveShift.parallel(move)) for day, move in moves}
    )
    index = liability_index([Projection(START, plan())], curves)
    split = index.total.rate_split()
    assert split is not None
    assert np.abs(split.slope).max() < 1e-9
    assert np.abs(split.curvature).max() < 1e-9
    np.testing.assert_allclose(split.level, index.total.growth_lines().rate_change, atol=1e-9)


def test_actual_payments_and_new_projections_are_experience_by_cause() -> None:
    reset = dt.date(2026, 2, 28)
    paid = flows_on(
        ["2026-01-19", "2026-01-20", "2026-01-21"],
        [1100.0, 15.0, 280.0],
        kinds=[FlowKind.BENEFITS, FlowKind.EXPENSES, FlowKind.CONTRIBUTIONS],
    )
    old, new = plan(), plan(1.1)
    index = liability_index(
        [Projection(START, old), Projection(reset, new)], history(), actual=paid
    )
    due = old.between(0.0, 31 / 365)
    expected = [due.of_kind(kind).total for kind in FlowKind]
    np.testing.assert_allclose(
        index.experience[0],
        [1100 - expected[0], 15 - expected[1], -(280 - expected[2])],
        atol=1e-9,
    )
    assert index.benefit_paid[0] == -1115.0
    assert index.contributions[0] == 280.0
    curve = history().curve_on(reset)

    def ahead(flows: CashFlows, kind: FlowKind) -> float:
        left = flows.after(reset).where(flows.after(reset).kinds == kind)
        return present_value(Payments.from_dates(reset, left.dates, left.amounts), curve)

    jumps = [ahead(new, kind) - ahead(old, kind) for kind in FlowKind]
    np.testing.assert_allclose(index.experience[1], [jumps[0], jumps[1], -jumps[2]], atol=1e-8)
    assert jumps[2] == 0.0
    assert [c.code for c in index.cautions] == ["flows_before_start", "paid_as_projected"]


def test_a_change_of_model_is_not_experience() -> None:
    later = Projection(dt.date(2026, 2, 28), plan(1.2), ProjectionChange.MODEL)
    index = liability_index([Projection(START, plan()), later], history())
    assert not index.experience.any()
    assert np.flatnonzero(index.model_change).tolist() == [1]
    assert index.model_change[1] == pytest.approx(index.total.revaluation[1], rel=1e-12)


def test_membership_is_frozen_within_the_month() -> None:
    due = flows_on(["2027-01-05"], [100.0])  # 1.01 years away at the start, below 1 a month later
    index = liability_index([Projection(START, due)], flat_history(0.05))
    first, second = index.buckets[0], index.buckets[1]
    assert (first.name, second.name) == ("0-1", "1-3")
    assert first.opening_values[0] == 0.0
    assert second.closing_values[0] == pytest.approx(100 * 1.05 ** (-339 / 365))
    assert second.present_values[1] == 0.0
    assert first.migration[0] == pytest.approx(second.closing_values[0], rel=1e-14)
    assert second.migration[0] == -first.migration[0]
    assert second.total_returns[0] == pytest.approx(1.05 ** (31 / 365) - 1)


def test_segments_and_groups() -> None:
    cut = IndexStructure(edges=(0.0, 5.0), segments=(Span(0.0, 5.0), Span(2.0, 7.0)))
    index = liability_index([Projection(START, plan())], history(), structure=cut)
    assert [part.name for part in index.parts] == [
        "total", "0-5", "5+", "0-5", "2-7", "active", "retired",
    ]  # fmt: skip
    np.testing.assert_array_equal(index.buckets[0].stages, index.segments[0].stages)
    retired = liability_index([Projection(START, plan().in_group("retired"))], history())
    np.testing.assert_allclose(index.groups[1].stages, retired.total.stages, rtol=1e-12)
    unnamed = liability_index([Projection(START, flows_on(["2030-01-31"], [1.0]))], history())
    assert unnamed.groups == ()


def test_statistics_of_every_part_come_from_its_own_payments() -> None:
    index = liability_index([Projection(START, plan())], history(), amounts=Amounts.GROSS)
    day = dt.date(2026, 3, 31)
    curve, place = index.curves.curve_on(day), index.place_of(day)
    shown = statistics_on(index, day)
    for found, part in zip(shown, index.parts, strict=True):
        assert found.risk.present_value == pytest.approx(part.present_values[place], rel=1e-12)
        assert found.risk.future_value == pytest.approx(part.future_values[place], rel=1e-12)
    weights = [found.weight for found in shown[1 : 1 + len(index.buckets)]]
    assert sum(weight or 0.0 for weight in weights) == pytest.approx(1.0, abs=1e-13)
    left = plan().after(day).gross
    whole = measure_risk(Payments.from_dates(day, left.dates, left.amounts), curve)
    assert shown[0].risk.dv01 == pytest.approx(whole.dv01, rel=1e-12)
    assert shown[0].risk.macaulay_duration == pytest.approx(whole.macaulay_duration)


def test_sensitivities_are_full_revaluations_that_add_up() -> None:
    index = liability_index([Projection(START, plan())], history())
    grid = sensitivities_on(index, START, shifts_bp=(-100, 100))
    moved = index.curves.curve_on(START).shifted(CurveShift.parallel(0.01))
    value = present_value(index.payments_ahead(START), moved)
    up = grid[0].moves[1]
    assert up.change == pytest.approx(value - index.total.present_values[0], rel=1e-12)
    assert up.relative_change == pytest.approx(up.change / index.total.present_values[0])
    buckets = grid[1 : 1 + len(index.buckets)]
    assert sum(each.moves[1].change for each in buckets) == pytest.approx(up.change, rel=1e-12)


def test_periods_of_a_report() -> None:
    months = [str(m) for m in np.arange("2024-10", "2026-04", dtype="datetime64[M]")]
    due = flows_on(["2050-01-31"], [100.0], valuation_date=dt.date(2024, 10, 31))
    index = liability_index(
        [Projection(dt.date(2024, 10, 31), due)], flat_history(0.05, months=months)
    )
    days = {
        Period.MONTH: 31, Period.QUARTER: 90, Period.YEAR_TO_DATE: 90,
        Period.TWELVE_MONTHS: 365, Period.SINCE_INCEPTION: 516,
    }  # fmt: skip
    for period, elapsed in days.items():
        found = period_return(index, index.total, period)
        assert found is not None
        assert found.total_return == pytest.approx(1.05 ** (elapsed / 365) - 1, rel=1e-11)
        assert found.income == pytest.approx(found.total_return, abs=1e-12)
    december = period_return(index, index.total, Period.TWELVE_MONTHS, day=dt.date(2025, 12, 31))
    assert december == period_return(
        index, index.total, Period.YEAR_TO_DATE, day=dt.date(2025, 12, 31)
    )
    early = dt.date(2024, 12, 31)
    assert period_return(index, index.total, Period.YEAR_TO_DATE, day=early) is None
    assert period_return(index, index.total, Period.QUARTER, day=early) is None
    assert period_return(index, index.total, Period.MONTH, day=dt.date(2024, 10, 31)) is None
    assert period_return(index, index.total, Period.SINCE_INCEPTION, day=dt.date(2024, 10, 31)) is (
        None
    )


def test_rows_tell_the_whole_story() -> None:
    index = liability_index([Projection(START, plan())], history())
    rows = month_rows(index, carry=CarryConvention.UNCHANGED_CURVE)
    assert [row.date for row in rows] == [day.item() for day in index.dates[1:]]
    value = float(index.total.present_values[0])
    for row in rows:
        value += row.income + row.roll + row.rate_change + row.spread_change
        value += row.benefit_paid + row.contributions + row.experience + row.model_change
        assert row.present_value == pytest.approx(value, rel=1e-13)
        assert row.roll == 0.0
    assert rows[-1].level == pytest.approx(index.total.levels[-1])
    linked = linked_return(index.total, 0, len(rows))
    assert linked is not None
    assert linked.total_return == pytest.approx((rows[-1].level or 0) / 100 - 1)


@pytest.mark.parametrize(
    ("timing", "offset"),
    [(Timing.START_OF_YEAR, 0), (Timing.MID_YEAR, 6), (Timing.END_OF_YEAR, 12)],
)
def test_annual_amounts_become_the_months_of_their_year(timing: Timing, offset: int) -> None:
    start = dt.date(2024, 8, 31)
    months = np.array([offset, 12 + offset])
    annual = CashFlows.from_times(
        start,
        times=months / 12,
        amounts=[120.0, 240.0],
        kinds=[FlowKind.BENEFITS, FlowKind.CONTRIBUTIONS],
        dates=month_ends(np.datetime64("2024-08") + months),
        groups=["retired", "active"],
    )
    monthly = spread_monthly(annual, timing)
    assert len(monthly) == 24
    assert [monthly.gross.total, monthly.contributions.total] == pytest.approx([120.0, 240.0])
    np.testing.assert_allclose(monthly.times, (np.arange(24) + 0.5) / 12, atol=1e-12)
    assert monthly.dates[:3].astype(str).tolist() == ["2024-09-15", "2024-10-15", "2024-11-15"]
    assert monthly.groups[[0, 12]].tolist() == ["retired", "active"]
    effect = spreading_effect(annual, monthly, flat_curve(0.0))
    assert [effect.before, effect.after, effect.change] == pytest.approx([-120.0, -120.0, 0.0])
    assert spread_monthly(monthly, Timing.MONTHLY) is monthly


def test_a_year_that_began_before_the_valuation_date_keeps_its_amount() -> None:
    annual = CashFlows.from_times(
        dt.date(2025, 9, 30), times=[0.125], amounts=[90.0], kinds=[FlowKind.BENEFITS],
        dates=[dt.date(2025, 11, 15)],
    )  # fmt: skip
    monthly = spread_monthly(annual, Timing.MID_YEAR)
    assert monthly.gross.total == pytest.approx(90.0)
    assert (monthly.dates > np.datetime64("2025-09-30")).all()


def test_many_plans_at_once_are_the_same_indices() -> None:
    months = np.arange(1, 61)
    amounts = np.array([100.0 + months, 300.0 - months, np.where(months < 40, -50.0, 20.0)])
    grid_flows = flow_grid(amounts)
    curves = history()
    grid = index_many_plans(grid_flows, rate_grid_of_histories([curves], grid_flows))
    value = grid.measures.present_values
    assert grid.levels.shape == (1, len(MONTHS), 3)
    assert grid.levels[0, :, 2].tolist() == [100.0, *[None] * 5]
    times = months / 12
    for number in (0, 1):
        due = np.exp(curves.log_discounts(times))
        values = [due[k, : 60 - k] @ amounts[number, k:] for k in range(6)]
        np.testing.assert_allclose(value[0, :, number], values, rtol=1e-13)
        level = 100.0
        for k in range(5):
            level *= (values[k + 1] + amounts[number, k]) / values[k]
            assert grid.levels[0, k + 1, number] == pytest.approx(level, rel=1e-12)
