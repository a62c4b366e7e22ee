"""A history of liabilities: banded products = stacked product = every valuation on its own."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import pytest

from defease.arrays import FloatArray
from defease.cashflows import Payments
from defease.curves import (
    Compounding,
    DiscountCurve,
    Interpolation,
    curve_from_spot_rates,
    curve_history,
    month_ends,
)
from defease.errors import InputError
from defease.valuation import (
    KEY_RATE_TENORS,
    FlowGrid,
    FlowMoment,
    HistoryMeasures,
    RateGrid,
    discount,
    flow_grid,
    history_by_year,
    measure_history,
    measure_risk,
    rate_grid,
    rate_grid_of_histories,
    split_by_tenor,
    value_history,
)
from defease.valuation.history_products import DatedTerms, stacked_measures

TODAY = dt.date(2025, 12, 31)
TOLERANCE = 1e-12


@dataclass(frozen=True)
class Shape:
    plans: int
    months: int
    curves: int
    dates: int


SHAPES = [
    Shape(1, 1, 1, 1),
    Shape(3, 7, 2, 7),  # every month is a date, all flows before the second key rate
    Shape(4, 540, 3, 31),  # all bands, three blocks of which the last is short
    Shape(2, 70, 1, 70),  # blocks that run past the last month
    Shape(5, 25, 2, 12),  # exactly one block
]


def random_case(shape: Shape, seed: int, moment: FlowMoment) -> tuple[FlowGrid, RateGrid]:
    """Outgo of every plan but the first, which pays in and out, on rates from -3% to 15%."""
    rng = np.random.default_rng(seed)
    amounts = rng.uniform(0.0, 100.0, size=(shape.plans, shape.months))
    amounts[0] -= rng.uniform(0.0, 150.0, size=shape.months)
    rates = rng.uniform(-0.03, 0.15, size=(shape.curves, shape.dates, shape.months))
    return flow_grid(amounts, moment=moment), rate_grid(rates, compounding=Compounding.CONTINUOUS)


def sizes_of(flows: FlowGrid, rates: RateGrid) -> FloatArray:
    """Present values without cancellation: what a relative error is measured against."""
    return value_history(flow_grid(np.abs(flows.amounts), moment=flows.moment), rates)


def all_measures(history: HistoryMeasures) -> FloatArray:
    """Shape (2 + tenors, curves, dates, plans)."""
    return np.concatenate(
        [
            history.present_values[None],
            history.money_durations[None],
            history.key_rate_money_durations,
        ]
    )


def stream_at(flows: FlowGrid, plan: int, date: int) -> Payments:
    """The flows that are left at a date, at times counted in months by hand."""
    gap = {FlowMoment.MONTH_END: 1.0, FlowMoment.MID_MONTH: 0.5}[flows.moment]
    left = flows.amounts[plan, date:]
    return Payments.from_times(TODAY, [(k + gap) / 12 for k in range(len(left))], left)


def curve_at(rates: RateGrid, stream: Payments, curve: int, date: int) -> DiscountCurve:
    """A curve through the zero rates of one date."""
    return curve_from_spot_rates(
        stream.times,
        rates.continuous_spot_rates[curve, date, : len(stream.times)],
        compounding=Compounding.CONTINUOUS,
        interpolation=Interpolation.LINEAR_ZERO,
    )


@pytest.mark.parametrize("moment", list(FlowMoment))
@pytest.mark.parametrize("shape", SHAPES)
def test_banded_is_stacked(shape: Shape, moment: FlowMoment) -> None:
    flows, rates = random_case(shape, 1, moment)
    by_month = np.ascontiguousarray(flows.amounts.T)
    terms = DatedTerms(flows.times, rates.continuous_spot_rates)
    slow = stacked_measures(by_month, terms, np.array(KEY_RATE_TENORS))
    fast = all_measures(measure_history(flows, rates)).transpose(1, 0, 2, 3)
    scale = sizes_of(flows, rates)[:, None] * max(1.0, flows.times[-1])
    assert (np.abs(fast - slow) <= TOLERANCE * scale).all()


@pytest.mark.parametrize("tenors", [(3.0,), (0.04, 0.05), (1.0, 2.5, 4.0), (50.0, 60.0)])
def test_banded_is_stacked_at_any_tenors(tenors: tuple[float, ...]) -> None:
    flows, rates = random_case(Shape(3, 90, 2, 20), 2, FlowMoment.MONTH_END)
    by_month = np.ascontiguousarray(flows.amounts.T)
    terms = DatedTerms(flows.times, rates.continuous_spot_rates)
    slow = stacked_measures(by_month, terms, np.array(tenors))
    fast = all_measures(measure_history(flows, rates, tenors=tenors)).transpose(1, 0, 2, 3)
    scale = sizes_of(flows, rates)[:, None] * flows.times[-1]
    assert (np.abs(fast - slow) <= TOLERANCE * scale).all()


@pytest.mark.parametrize("moment", list(FlowMoment))
@pytest.mark.parametrize("shape", SHAPES)
def test_banded_is_one_stream_at_a_time(shape: Shape, moment: FlowMoment) -> None:
    flows, rates = random_case(shape, 3, moment)
    history = measure_history(flows, rates)
    rng = np.random.default_rng(4)
    for _ in range(12):
        curve, date, plan = (int(rng.integers(n)) for n in (shape.curves, shape.dates, shape.plans))
        stream = stream_at(flows, plan, date)
        discounted = discount(stream, curve_at(rates, stream, curve, date))
        moments = discounted.times * discounted.values
        scale = TOLERANCE * float(np.abs(discounted.values).sum()) * max(1.0, stream.last_time)
        at = (curve, date, plan)
        assert abs(history.present_values[at] - discounted.present_value) <= scale
        assert abs(history.money_durations[at] - moments.sum()) <= scale
        key_rates = history.key_rate_money_durations[:, curve, date, plan]
        assert (np.abs(key_rates - split_by_tenor(stream.times, moments)) <= scale).all()
        assert history.meaningful[at] == discounted.is_meaningful


def test_ratio_is_the_fisher_weil_duration_of_measure_risk() -> None:
    flows, rates = random_case(Shape(3, 300, 2, 14), 5, FlowMoment.MID_MONTH)
    ratios = measure_history(flows, rates).fisher_weil_durations
    hidden, masked = np.ma.getmaskarray(ratios), 0
    for curve, date, plan in np.ndindex(ratios.shape):
        stream = stream_at(flows, plan, date)
        alone = measure_risk(stream, curve_at(rates, stream, curve, date)).fisher_weil_duration
        if alone is None:
            masked += 1
            assert hidden[curve, date, plan]
        else:
            assert ratios[curve, date, plan] == pytest.approx(alone, rel=1e-10)
    assert 0 < masked < ratios.size


def test_run_off_plan_has_no_duration_and_no_nan() -> None:
    flows = flow_grid([[100.0, 0.0, 0.0], [0.0, 0.0, 100.0]])
    history = measure_history(
        flows, rate_grid(np.full((1, 3, 3), 0.04), compounding=Compounding.ANNUAL)
    )
    hidden = np.ma.getmaskarray(history.fisher_weil_durations)
    assert hidden[0].tolist() == [[False, False], [True, False], [True, False]]
    assert np.isfinite(all_measures(history)).all()
    assert np.isfinite(history.fisher_weil_durations.data).all()


def test_key_rates_add_up_to_the_duration() -> None:
    flows, rates = random_case(Shape(4, 600, 2, 26), 6, FlowMoment.MONTH_END)
    history = measure_history(flows, rates)
    scale = sizes_of(flows, rates) * flows.times[-1]
    gap = history.key_rate_money_durations.sum(axis=0) - history.money_durations
    assert (np.abs(gap) <= TOLERANCE * scale).all()


@pytest.mark.parametrize("tenor", range(len(KEY_RATE_TENORS)))
def test_key_rate_is_what_a_bump_of_the_zero_rates_costs(tenor: int) -> None:
    flows, rates = random_case(Shape(3, 540, 2, 13), 7, FlowMoment.MONTH_END)
    hat = np.interp(flows.times, KEY_RATE_TENORS, np.eye(len(KEY_RATE_TENORS))[tenor])
    up, down = (
        rate_grid(rates.continuous_spot_rates + bump * hat, compounding=Compounding.CONTINUOUS)
        for bump in (1e-5, -1e-5)
    )
    slope = (value_history(flows, down) - value_history(flows, up)) / 2e-5
    key_rate = measure_history(flows, rates).key_rate_money_durations[tenor]
    # Error of a central difference: h^2 t^3 / 6 of each value, plus rounding over h.
    scale = sizes_of(flows, rates) * (1e-10 * 45.0**3 / 6 + 1e-10)
    assert (np.abs(slope - key_rate) <= scale).all()


@pytest.mark.parametrize("shape", SHAPES)
def test_pieces_are_the_whole_to_the_last_bit(shape: Shape) -> None:
    flows, rates = random_case(shape, 8, FlowMoment.MONTH_END)
    whole = measure_history(flows, rates)
    years = list(history_by_year(flows, rates))
    assert [year.first_date for year in years] == list(range(0, shape.dates, 12))
    joined = np.concatenate([all_measures(year) for year in years], axis=2)
    assert joined.tobytes() == all_measures(whole).tobytes()
    meaningful = np.concatenate([year.meaningful for year in years], axis=1)
    assert (meaningful == whole.meaningful).all()
    assert value_history(flows, rates).tobytes() == whole.present_values.tobytes()


def test_results_cannot_be_written_to() -> None:
    history = measure_history(*random_case(Shape(2, 5, 1, 3), 9, FlowMoment.MONTH_END))
    for array in (history.present_values, history.key_rate_money_durations, history.meaningful):
        assert not array.flags.writeable


def test_curve_histories_are_read_at_the_times_of_the_flows() -> None:
    flows = flow_grid(np.ones((1, 40)), moment=FlowMoment.MID_MONTH)
    days = month_ends(["2025-11", "2025-12", "2026-01"])
    first = curve_history(
        days, [1, 10], [[0.02, 0.05], [0.03, 0.04], [0.01, 0.01]], compounding=Compounding.ANNUAL
    )
    second = curve_history(days, [5], [[0.07], [0.07], [0.065]], compounding=Compounding.SEMIANNUAL)
    values = value_history(flows, rate_grid_of_histories([first, second], flows))
    for c, history in enumerate((first, second)):
        for d, day in enumerate(days.astype(object)):
            due = [(k + 0.5) / 12 for k in range(40 - d)]
            alone = history.curve_on(day).discount_factors(due).sum()
            assert values[c, d, 0] == pytest.approx(alone, rel=TOLERANCE)


def message_of(call: object, *arguments: object, **options: object) -> str:
    assert callable(call)
    with pytest.raises(InputError) as caught:
        call(*arguments, **options)
    return str(caught.value)


@pytest.mark.parametrize("amounts", [[], [[]], [1.0, 2.0], [[[1.0]]]])
def test_flows_that_are_no_table_are_refused(amounts: object) -> None:
    assert "give numbers by plan, month" in message_of(flow_grid, amounts)


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_unusable_numbers_are_named_by_place(value: float) -> None:
    assert message_of(flow_grid, [[1.0, 2.0], [3.0, value]]).startswith(
        "flow grid [plan 1, month 1]: is not a finite number"
    )
    text = message_of(rate_grid, [[[0.01], [value]]], compounding=Compounding.ANNUAL)
    assert text.startswith("rate grid [curve 0, date 1, term 0]: is not a finite number")


def test_rates_of_minus_everything_are_refused() -> None:
    text = message_of(rate_grid, [[[-1.0]]], compounding=Compounding.ANNUAL)
    assert "at or below -100%" in text
    assert "at or below -200%" in message_of(
        rate_grid, [[[-2.0]]], compounding=Compounding.SEMIANNUAL
    )


def test_more_dates_than_months_are_refused() -> None:
    rates = rate_grid(np.zeros((1, 4, 9)), compounding=Compounding.ANNUAL)
    for call in (measure_history, value_history, history_by_year):
        text = message_of(call, flow_grid([[1.0, 2.0, 3.0]]), rates)
        assert "4 valuation dates but flows of 3 months" in text


def test_rates_shorter_than_the_flows_are_refused() -> None:
    rates = rate_grid(np.zeros((1, 2, 2)), compounding=Compounding.ANNUAL)
    text = message_of(measure_history, flow_grid([[1.0, 2.0, 3.0]]), rates)
    assert "rates reach 2 months ahead, flows 3" in text


def test_longer_rates_than_flows_change_nothing() -> None:
    flows, rates = random_case(Shape(2, 30, 2, 15), 10, FlowMoment.MONTH_END)
    longer = np.concatenate([rates.continuous_spot_rates, np.full((2, 15, 9), -50.0)], axis=2)
    again = measure_history(flows, rate_grid(longer, compounding=Compounding.CONTINUOUS))
    assert (all_measures(again) == all_measures(measure_history(flows, rates))).all()


@pytest.mark.parametrize(
    ("amount", "rate"), [(1e308, -1.0), (1.0, -1e4), (1.7e308, 0.0), (1e308, 1.0)]
)
def test_numbers_too_large_are_refused_and_never_become_infinite(
    amount: float, rate: float
) -> None:
    flows = flow_grid([[amount, amount]])
    rates = rate_grid(np.full((1, 1, 2), rate), compounding=Compounding.CONTINUOUS)
    assert "too large to compute with" in message_of(measure_history, flows, rates)


@pytest.mark.parametrize("tenors", [(), (0.0, 1.0), (2.0, 1.0), (1.0, 1.0), (1.0, float("nan"))])
def test_tenors_that_do_not_increase_are_refused(tenors: tuple[float, ...]) -> None:
    flows, rates = random_case(Shape(1, 3, 1, 1), 11, FlowMoment.MONTH_END)
    assert message_of(measure_history, flows, rates, tenors=tenors).startswith("key rates: ")


def test_histories_of_other_dates_or_none_are_refused() -> None:
    flows = flow_grid([[1.0, 1.0]])
    one, other, gap = (
        curve_history(month_ends(months), [1], [[0.02], [0.02]], compounding=Compounding.ANNUAL)
        for months in (["2025-11", "2025-12"], ["2025-12", "2026-01"], ["2025-10", "2025-12"])
    )
    assert "curve 1 covers other dates" in message_of(rate_grid_of_histories, [one, other], flows)
    assert "2025-11 is missing" in message_of(rate_grid_of_histories, [gap], flows)
    assert "there is no curve" in message_of(rate_grid_of_histories, [], flows)
