"""What must hold for any history: linking, own measures, bridges that sum, unique rates."""

from __future__ import annotations

import datetime as dt
import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from defease.dates import add_months, month_end
from defease.performance import (
    BridgeEnds,
    ReturnSeries,
    annualised_return,
    balance_history,
    balances_from_returns,
    deepest_drawdown,
    funded_bridge,
    link_returns,
    linked_bridge,
    market_moves,
    modified_dietz_return,
    money_weighted_return,
    official_values,
    overlap,
    performance_report,
    return_series,
    returns_from_values,
    roll_forward,
    time_weighted_return,
)
from defease.performance.series import Frequency

FIRST = dt.date(2009, 12, 31)
monthly = st.floats(-0.4, 0.4, allow_subnormal=False)
money = st.floats(-1e9, 1e9, allow_subnormal=False)
values = st.floats(1.0, 1e11, allow_subnormal=False)


def months(count: int, first: int = 0) -> list[dt.date]:
    return [month_end(add_months(FIRST, first + k + 1)) for k in range(count)]


def series(returns: list[float], first: int = 0, name: str = "fund") -> ReturnSeries:
    return return_series(name, months(len(returns), first), returns)


@given(st.lists(monthly, min_size=1, max_size=60), st.data())
def test_linking_in_parts_is_linking_at_once(returns: list[float], data: st.DataObject) -> None:
    cut = data.draw(st.integers(0, len(returns)))
    parts = [link_returns(part) for part in (returns[:cut], returns[cut:]) if part]
    assert link_returns(parts) == pytest.approx(link_returns(returns), rel=1e-12, abs=1e-12)
    assert link_returns(sorted(returns)) == pytest.approx(link_returns(returns), abs=1e-10)


@given(st.floats(-0.99, 20.0), st.integers(12, 600))
def test_annualised_and_compounded_again(total: float, periods: int) -> None:
    yearly = annualised_return(total, periods=periods, frequency=Frequency.MONTHLY)
    assert yearly is not None
    assert (1 + yearly) ** (periods / 12) == pytest.approx(1 + total, rel=1e-10)


@given(
    st.lists(monthly, min_size=1, max_size=60),
    st.lists(monthly, min_size=1, max_size=60),
    st.integers(-30, 30),
)
def test_a_benchmark_never_changes_the_portfolios_own_measures(
    own: list[float], other: list[float], shift: int
) -> None:
    assume(max(0, shift) < min(len(own), shift + len(other)))
    fund = series(own)
    alone = performance_report(fund, fund.named("itself"))
    against = performance_report(fund, series(other, first=shift, name="benchmark"))
    assert against.risk["asset_volatility"] == alone.risk["asset_volatility"]
    mine, theirs = alone.reward["growth"], against.reward["growth"]
    assert (mine.value, mine.n, mine.window) == (theirs.value, theirs.n, theirs.window)
    assert mine.part("cumulative") == theirs.part("cumulative")


@given(st.lists(monthly, min_size=1, max_size=50), st.lists(monthly, min_size=1, max_size=50))
def test_every_measure_is_a_number_or_says_why_not(a: list[float], b: list[float]) -> None:
    pair = overlap(series(a), series(b, name="index"))
    balances = balances_from_returns(pair, start=FIRST, funded_ratio=0.8)
    report = performance_report(series(a), series(b, name="index"), balances=balances)
    assert len(report.risk) == 8
    assert len(report.reward) == 4
    assert len(report.risk_adjusted) == 2
    for key, whole in report.measures.items():
        for measure in (whole, *(part for _, part in whole.parts)):
            assert (measure.value is None) == (measure.status.value == "n/m"), key
            assert measure.value is None or math.isfinite(measure.value), key
            assert bool(measure.reason) == (measure.status.value != "ok"), key


@given(
    st.tuples(values, values),
    st.dictionaries(st.sampled_from("abcdef"), money, max_size=6),
    st.dictionaries(st.sampled_from("efghij"), money, max_size=6),
    st.randoms(use_true_random=False),
)
def test_a_bridge_sums_for_any_numbers(
    opening: tuple[float, float],
    asset_changes: dict[str, float],
    liability_changes: dict[str, float],
    random: st.DrawFn,
) -> None:
    a1 = opening[0] + math.fsum(asset_changes.values())
    l1 = opening[1] + math.fsum(liability_changes.values())
    ends = BridgeEnds(
        opening_assets=opening[0],
        opening_liabilities=opening[1],
        closing_assets=a1,
        closing_liabilities=l1,
    )
    order = sorted({*asset_changes, *liability_changes})
    random.shuffle(order)  # type: ignore[attr-defined]  # hypothesis draws a random.Random
    for chosen in ((), tuple(order)):
        made = funded_bridge(
            ends,
            asset_changes=asset_changes,
            liability_changes=liability_changes,
            order=chosen,
        )
        largest = max(
            abs(x) for x in (*opening, a1, l1, *asset_changes.values(), *liability_changes.values())
        )
        assert abs(made.surplus_residual) <= 0.005 + 1e-14 * largest
        if made.reason:
            assert made.ratio_change is None
            assert all(step.ratio_effect is None for step in made.steps)
        else:
            assert made.ratio_residual is not None
            effects = [abs(s.ratio_effect or 0.0) for s in made.steps]
            size = opening[0] / opening[1] + a1 / l1 + math.fsum(effects)
            assert abs(made.ratio_residual) <= 1e-12 * abs(size) + 1e-9


@given(st.lists(st.tuples(monthly, monthly), min_size=1, max_size=24))
def test_linked_bridges_reach_the_last_ratio(moves: list[tuple[float, float]]) -> None:
    assets, liabilities = 800.0, 1000.0
    bridges = []
    for earned, owed in moves:
        changes = assets * earned, liabilities * owed
        ends = BridgeEnds(
            opening_assets=assets,
            opening_liabilities=liabilities,
            closing_assets=assets + changes[0],
            closing_liabilities=liabilities + changes[1],
        )
        bridges.append(
            funded_bridge(
                ends, asset_changes={"assets": changes[0]}, liability_changes={"owed": changes[1]}
            )
        )
        assets, liabilities = ends.closing_assets, ends.closing_liabilities
    made = linked_bridge(bridges)
    whole = sum(step.ratio_effect or 0.0 for step in made.steps)
    assert whole == pytest.approx(assets / liabilities - 0.8, abs=1e-10)


@given(st.lists(st.tuples(monthly, st.floats(-40, 60)), min_size=1, max_size=30))
def test_time_weighted_return_ignores_flows(steps: list[tuple[float, float]]) -> None:
    """Whatever comes and goes at the valuations, the linked return is the market's."""
    level, before = 100.0, []
    flows = [max(flow, -0.5 * 100.0 * 0.5**30) for _, flow in steps]
    for (earned, _), flow in zip(steps, flows, strict=True):
        before.append(level * (1 + earned))
        level = before[-1] + flow
        assume(level > 1e-6)
    found = time_weighted_return(100.0, values_before_flows=before, flows=flows, closing=level)
    assert found == pytest.approx(link_returns([r for r, _ in steps]), rel=1e-9, abs=1e-9)
    made = returns_from_values(
        "fund",
        [FIRST, *months(len(steps))],
        [100.0, *(b + f for b, f in zip(before, flows, strict=True))],
        flows=[0.0, *flows],
    )
    assert made.series.returns.tolist() == pytest.approx([r for r, _ in steps], abs=1e-8)


@given(st.floats(10, 1e6), st.floats(0.5, 2.0), st.floats(-0.3, 0.3))
def test_without_flows_all_returns_agree(opening: float, growth: float, share: float) -> None:
    closing = opening * growth
    dietz = modified_dietz_return(opening, closing=closing, flows=[], invested_shares=[])
    weighted = money_weighted_return(
        [FIRST, dt.date(2010, 6, 30)], [], opening=opening, closing=closing
    )
    linked = time_weighted_return(opening, values_before_flows=[], flows=[], closing=closing)
    assert dietz == pytest.approx(growth - 1, abs=1e-12)
    assert linked == pytest.approx(growth - 1, abs=1e-12)
    assert weighted.period_return == pytest.approx(growth - 1, abs=1e-9)
    assert weighted.annual_return is None
    # a flow at the very end leaves the Dietz return alone
    moved = modified_dietz_return(
        opening, closing=closing + share * opening, flows=[share * opening], invested_shares=[0.0]
    )
    assert moved == pytest.approx(dietz, abs=1e-9)


@given(
    st.lists(st.floats(-90, 400), min_size=1, max_size=20),
    st.lists(st.integers(1, 300), min_size=21, max_size=21),
    st.floats(1, 5000),
)
def test_a_unique_money_weighted_return_is_a_root_and_the_only_one(
    flows: list[float], gaps: list[int], closing: float
) -> None:
    days = [FIRST]
    for gap in gaps[: len(flows) + 1]:
        days.append(days[-1] + dt.timedelta(days=gap))
    found = money_weighted_return(days, flows, opening=100.0, closing=closing)
    if found.period_return is None:
        assert found.annual_return is None
        assert found.reason
        return
    span = (days[-1] - days[0]).days

    def ended_with(period_return: float) -> float:
        level = 100.0
        for (before, after), flow in zip(pairwise(days), [*flows, 0.0], strict=True):
            level = level * (1 + period_return) ** ((after - before).days / span) + flow
        return level

    scale = ended_with(found.period_return) - closing
    assert abs(scale) <= 1e-7 * (100.0 + closing + sum(map(abs, flows)))
    for factor in (0.5, 0.9, 1.1, 2.0):
        other = (1 + found.period_return) * factor - 1
        assert (ended_with(other) - closing) * (factor - 1) > 0


@given(st.lists(st.floats(0.1, 10), min_size=1, max_size=40), st.floats(0.01, 100))
def test_drawdown_does_not_depend_on_the_unit(levels: list[float], factor: float) -> None:
    found = deepest_drawdown(levels)
    again = deepest_drawdown([factor * level for level in levels])
    assert 0.0 <= found.depth < 1.0
    assert again.depth == pytest.approx(found.depth, abs=1e-12)
    assert found.peak <= found.trough


@given(st.lists(st.tuples(monthly, monthly), min_size=2, max_size=36), st.data())
def test_roll_forward_in_two_stages(moves: list[tuple[float, float]], data: st.DataObject) -> None:
    """Stopping on the way and going on from the estimate changes nothing."""
    cut = data.draw(st.integers(1, len(moves) - 1))
    days = months(len(moves))
    history = market_moves(
        days,
        class_returns=[[a, b] for a, b in moves],
        liability_returns=[b / 2 for _, b in moves],
        contributions=[1.0] * len(moves),
    )
    start = official_values(FIRST, assets=90.0, liabilities=100.0, weights=[0.5, 0.5])
    path = roll_forward(start, history)
    there = official_values(
        days[cut - 1],
        assets=float(path.assets[cut - 1]),
        liabilities=float(path.liabilities[cut - 1]),
        weights=path.weights[cut - 1],
    )
    on = roll_forward(there, history.between(days[cut - 1], days[-1]))
    assert on.assets[-1] == pytest.approx(path.assets[-1], rel=1e-11)
    assert on.liabilities[-1] == pytest.approx(path.liabilities[-1], rel=1e-11)
    assert on.weights[-1].tolist() == pytest.approx(path.weights[-1].tolist(), rel=1e-9)


@given(st.lists(st.tuples(monthly, monthly), min_size=1, max_size=30))
def test_surplus_changes_plus_flows_are_the_change_of_surplus(
    moves: list[tuple[float, float]],
) -> None:
    assets, liabilities = [900.0], [1000.0]
    for a, b in moves:
        assets.append(assets[-1] * (1 + a) + 7.0)
        liabilities.append(liabilities[-1] * (1 + b) + 5.0)
    n = len(moves)
    history = balance_history(
        [FIRST, *months(n)],
        assets=assets,
        liabilities=liabilities,
        asset_flows=np.full(n, 7.0),
        liability_flows=np.full(n, 5.0),
    )
    changed = float(history.surplus[-1] - history.surplus[0])
    assert math.fsum(history.surplus_changes) + 2.0 * n == pytest.approx(changed, abs=1e-7)
