"""Every ratio, interval and path of the performance room against plain loops."""

from __future__ import annotations

import datetime as dt
import math
import statistics

import numpy as np
import pytest

from defease.arrays import FloatArray
from defease.dates import add_months, month_end
from defease.performance import (
    BootstrapPlan,
    Frequency,
    PairedReturns,
    alpha_intervals,
    back_test,
    balance_history,
    market_moves,
    money_weighted_return,
    official_values,
    overlap,
    performance_report,
    return_series,
    roll_forward,
    rolling_measures,
)
from tests.slow_performance import comparative, drawdown, in_money, linked, worst_mean

FIRST = dt.date(1999, 12, 31)
PERIODS = {Frequency.MONTHLY: 131, Frequency.QUARTERLY: 47, Frequency.ANNUAL: 40}


def ends(periods: int, frequency: Frequency) -> list[dt.date]:
    return [month_end(add_months(FIRST, frequency.months * (k + 1))) for k in range(periods)]


def pair_of(frequency: Frequency, seed: int = 7) -> PairedReturns:
    random = np.random.default_rng(seed)
    n = PERIODS[frequency]
    market = random.normal(0.004, 0.03, n)
    assets = return_series("fund", ends(n, frequency), market + 0.001, frequency=frequency)
    noise = random.normal(0.0, 0.015, n)
    index = return_series("index", ends(n, frequency), 0.6 * market + noise, frequency=frequency)
    return overlap(assets, index)


@pytest.mark.parametrize("frequency", list(Frequency))
def test_comparative_measures(frequency: Frequency) -> None:
    pair = pair_of(frequency)
    report = performance_report(pair.assets, pair.liabilities)
    slow = comparative(
        pair.assets.returns.tolist(), pair.liabilities.returns.tolist(), int(frequency)
    )
    for key, expected in slow.items():
        assert report.measures[key].value == pytest.approx(expected, rel=1e-10), key
    alpha, grown = report.reward["liability_alpha"], report.reward["growth"]
    earned, owed = (linked(s.returns.tolist()) for s in (pair.assets, pair.liabilities))
    assert grown.part("cumulative").value == pytest.approx(earned, rel=1e-12)
    assert grown.part("liability_cumulative").value == pytest.approx(owed, rel=1e-12)
    assert alpha.part("arithmetic_cumulative").value == pytest.approx(earned - owed, rel=1e-12)
    total = alpha.part("geometric_cumulative").value
    assert total == pytest.approx((1 + earned) / (1 + owed) - 1, rel=1e-11)


def money_history(seed: int) -> tuple[list[float], list[float], list[float], list[float]]:
    random = np.random.default_rng(seed)
    assets, liabilities = [800.0], [1000.0]
    asset_flows, liability_flows = [], []
    for _ in range(97):
        paid, paid_in, accrued = random.uniform(2, 6), random.uniform(0, 9), random.uniform(0, 3)
        asset_flows.append(paid_in - paid)
        liability_flows.append(accrued - paid)
        assets.append(assets[-1] * (1 + random.normal(0.005, 0.03)) + paid_in - paid)
        liabilities.append(liabilities[-1] * (1 + random.normal(0.004, 0.02)) + accrued - paid)
    return assets, liabilities, asset_flows, liability_flows


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_measures_in_money(seed: int) -> None:
    assets, liabilities, asset_flows, liability_flows = money_history(seed)
    pair = pair_of(Frequency.MONTHLY)
    history = balance_history(
        [FIRST, *ends(97, Frequency.MONTHLY)],
        assets=assets,
        liabilities=liabilities,
        asset_flows=asset_flows,
        liability_flows=liability_flows,
    )
    report = performance_report(pair.assets, pair.liabilities, balances=history)
    slow = in_money(assets, liabilities, asset_flows, liability_flows)
    tail = slow.pop("cvar_money")
    for key, expected in slow.items():
        assert report.measures[key].value == pytest.approx(expected, rel=1e-10), key
    assert report.risk["cvar_surplus_change"].part("money").value == pytest.approx(tail)
    weighted = report.reward["growth"].part("money_weighted").value
    assert weighted is not None
    rolled, day = assets[0], FIRST
    for end, flow in zip(ends(97, Frequency.MONTHLY), asset_flows, strict=True):
        rolled = rolled * (1 + weighted) ** ((end - day).days / 365) + flow
        day = end
    assert rolled == pytest.approx(assets[-1], rel=1e-10)


@pytest.mark.parametrize("n", range(1, 62))
def test_tail_counts_a_twentieth_rounded_up(n: int) -> None:
    """Also where 0.05 n is a whole number that binary fractions miss."""
    changes = np.random.default_rng(n).normal(size=n + 12)
    opening = np.cumsum(np.append(1e4, changes))
    history = balance_history(
        [FIRST, *ends(n + 12, Frequency.MONTHLY)], assets=opening, liabilities=np.full(n + 13, 5e3)
    )
    months = ends(n + 12, Frequency.MONTHLY)
    flat = return_series("any", months, np.zeros(n + 12))
    report = performance_report(flat, flat, balances=history)
    found = report.risk["cvar_surplus_change"].part("money").value
    assert found == pytest.approx(worst_mean(np.diff(opening).tolist()), rel=1e-9)


def test_drawdown_is_the_worst_pair() -> None:
    levels = np.exp(np.cumsum(np.random.default_rng(5).normal(0, 0.05, 200)))
    history = balance_history(
        [FIRST, *ends(199, Frequency.MONTHLY)], assets=levels, liabilities=np.ones(200)
    )
    flat = return_series("any", ends(199, Frequency.MONTHLY), np.zeros(199))
    found = performance_report(flat, flat, balances=history).risk["maximum_drawdown"]
    assert found.value == pytest.approx(drawdown(levels.tolist()), rel=1e-12)


def test_rolling_windows_are_reports_of_their_months() -> None:
    pair = pair_of(Frequency.MONTHLY)
    rows = rolling_measures(pair, periods=36)
    assert len(rows) == len(pair) - 35
    for first in (0, 17, len(rows) - 1):
        a = pair.assets.returns[first : first + 36].tolist()
        b = pair.liabilities.returns[first : first + 36].tolist()
        slow = comparative(a, b, 12)
        row = rows[first]
        assert row.date == ends(131, Frequency.MONTHLY)[first + 35]
        assert set(row.measures) < set(slow)
        for key, measure in row.measures.items():
            assert measure.value == pytest.approx(slow[key], rel=1e-10), key
            assert (measure.n, measure.status.value) == (36, "ok")


def replayed(pair: PairedReturns, plan: BootstrapPlan, block: int) -> list[tuple[float, float]]:
    """The same starts drawn row by row, each history put together month by month."""
    generator = np.random.Generator(np.random.Philox(plan.seed))
    a, b = pair.assets.returns.tolist(), pair.liabilities.returns.tolist()
    n, m, made = len(a), int(pair.assets.frequency), []
    for _ in range(plan.resamples):
        months: list[int] = []
        for start in generator.integers(0, n - block + 1, size=math.ceil(n / block)).tolist():
            months += range(start, start + block)
        drawn = [(a[k], b[k]) for k in months[:n]]
        growth = sum(math.log((1 + x) / (1 + y)) for x, y in drawn) / n
        gaps = [x - y for x, y in drawn]
        ratio = statistics.fmean(gaps) / statistics.stdev(gaps) * math.sqrt(m)
        made.append((math.exp(m * growth) - 1.0, ratio))
    return made


@pytest.mark.parametrize(("frequency", "block"), [(Frequency.MONTHLY, None), (Frequency.ANNUAL, 7)])
def test_block_bootstrap_replayed(frequency: Frequency, block: int | None) -> None:
    pair = pair_of(frequency)
    plan = BootstrapPlan(seed=42, resamples=300, block_length=block, level=0.9)
    found = alpha_intervals(pair, plan)
    length = found.liability_alpha.block_length
    # the default is the least whole number whose cube reaches n
    assert block == length or (length - 1) ** 3 < len(pair) <= length**3
    rows = replayed(pair, plan, length)
    for place, interval in enumerate((found.liability_alpha, found.information_ratio)):
        drawn = sorted(row[place] for row in rows)
        assert interval.standard_error == pytest.approx(statistics.stdev(drawn), rel=1e-9)
        assert interval.low == pytest.approx(point(drawn, 0.05), rel=1e-9)
        assert interval.high == pytest.approx(point(drawn, 0.95), rel=1e-9)
        assert interval.used == 300


def point(ordered: list[float], share: float) -> float:
    place = share * (len(ordered) - 1)
    low = math.floor(place)
    return ordered[low] + (place - low) * (ordered[low + 1] - ordered[low])


def test_interval_covers_the_truth_about_as_often_as_it_says() -> None:
    """Independent months, known mean: 80% intervals hold it in 60% to 95% of 60 histories."""
    held = 0
    for seed in range(60):
        random = np.random.default_rng(1000 + seed)
        months = ends(120, Frequency.MONTHLY)
        index = return_series("index", months, random.normal(0.003, 0.02, 120))
        ahead = random.normal(0.001, 0.02, 120)
        fund = return_series("fund", months, (1 + index.returns) * np.exp(ahead) - 1)
        plan = BootstrapPlan(seed=seed, resamples=200, block_length=1, level=0.8)
        alpha = alpha_intervals(overlap(fund, index), plan).liability_alpha
        assert alpha.low is not None
        assert alpha.high is not None
        held += alpha.low <= math.expm1(12 * 0.001) <= alpha.high
    assert 36 <= held <= 57


def money_weighted_by_bisection(
    days: list[dt.date], flows: list[float], opening: float, closing: float
) -> float:
    def ended_with(rate: float) -> float:
        level = opening
        for k, flow in enumerate([*flows, 0.0]):
            level = level * (1 + rate) ** ((days[k + 1] - days[k]).days / 365) + flow
        return level

    low, high = -0.9, 9.0
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if ended_with(middle) < closing else (low, middle)
    return (low + high) / 2


@pytest.mark.parametrize("seed", range(8))
def test_money_weighted_return(seed: int) -> None:
    random = np.random.default_rng(seed)
    gaps = random.integers(5, 200, 12).tolist()
    days = [FIRST + dt.timedelta(days=sum(gaps[:k])) for k in range(len(gaps) + 1)]
    flows = random.normal(0, 20, 11).tolist()
    opening, closing = 1000.0, float(random.uniform(700, 1600))
    found = money_weighted_return(days, flows, opening=opening, closing=closing)
    slow = money_weighted_by_bisection(days, flows, opening, closing)
    assert found.status.value == "unique"
    assert found.reason == "the balance never goes below zero"
    assert found.annual_return == pytest.approx(slow, abs=1e-10)


def drifting_paths(
    start: FloatArray, returns: FloatArray, flows: FloatArray
) -> tuple[list[float], list[list[float]]]:
    """Each class held in money; flows spread over the classes by their drifted shares."""
    held, totals, weights = start.tolist(), [], []
    for row, flow in zip(returns.tolist(), flows.tolist(), strict=True):
        held = [money * (1 + r) for money, r in zip(held, row, strict=True)]
        total = sum(held)
        held = [money * (total + flow) / total for money in held]
        totals.append(sum(held))
        weights.append([money / sum(held) for money in held])
    return totals, weights


DAYS = [FIRST + dt.timedelta(days=k + 1) for k in range(250)]


@pytest.mark.parametrize("days", [DAYS, ends(24, Frequency.MONTHLY)], ids=["daily", "monthly"])
def test_roll_forward_class_by_class(days: list[dt.date]) -> None:
    random = np.random.default_rng(3)
    n = len(days)
    returns, index = random.normal(0, 0.02, (n, 3)), random.normal(0, 0.01, n)
    at_month_ends = np.array([float((day + dt.timedelta(days=1)).day == 1) for day in days])
    benefits, income, cost = (size * at_month_ends for size in (4.0, 2.5, 1.0))
    moves = market_moves(
        days,
        class_returns=returns,
        liability_returns=index,
        benefits=benefits,
        contributions=income,
        service_cost=cost,
    )
    shares = np.array([0.5, 0.3, 0.2])
    start = official_values(FIRST, assets=850.0, liabilities=1000.0, weights=shares)
    path = roll_forward(start, moves)
    totals, weights = drifting_paths(850.0 * shares, returns, income - benefits)
    assert path.assets.tolist() == pytest.approx(totals, rel=1e-12)
    assert path.weights.ravel().tolist() == pytest.approx(np.ravel(weights).tolist(), rel=1e-11)
    owed = 1000.0
    for k in range(n):
        owed = owed * (1 + float(index[k])) - float(benefits[k]) + float(cost[k])
        assert path.liabilities[k] == pytest.approx(owed, rel=1e-12)


def test_back_test_counts_the_injected_errors() -> None:
    """Official values made by rolling and then moved by known shares: those are the errors."""
    n, shares = 24, [0.6, 0.4]
    random = np.random.default_rng(11)
    months = ends(n, Frequency.MONTHLY)
    moves = market_moves(
        months,
        class_returns=random.normal(0.004, 0.02, (n, 2)),
        liability_returns=random.normal(0.003, 0.01, n),
        benefits=np.full(n, 3.0),
    )
    officials = [official_values(FIRST, assets=800, liabilities=1000, weights=shares)]
    injected = random.normal(0, 0.01, n // 3).tolist()
    for k, error in enumerate(injected):
        last = officials[-1]
        stretch = moves.between(last.date, months[3 * k + 2])
        path = roll_forward(last, stretch)
        officials.append(
            official_values(
                months[3 * k + 2],
                assets=float(path.assets[-1]) / (1 - error),
                liabilities=float(path.liabilities[-1]) / (1 + error),
                weights=shares,
            )
        )
    found = back_test(officials, moves)
    assert [e.asset_error for e in found.errors] == pytest.approx(injected, abs=1e-12)
    assert [e.liability_error for e in found.errors] == pytest.approx(
        [-error for error in injected], abs=1e-12
    )
    assert found.assets.mean == pytest.approx(statistics.fmean(injected), abs=1e-12)
    assert found.assets.standard_deviation == pytest.approx(statistics.stdev(injected), abs=1e-12)
    largest = max(injected, key=abs)
    assert found.assets.largest == pytest.approx(largest, abs=1e-12)
    p50 = dict(found.assets.percentiles)["p50"]
    assert p50 == pytest.approx(statistics.median(injected), abs=1e-12)
    ratio = found.errors[0].funded_ratio_error
    official = officials[1].assets / officials[1].liabilities
    estimate = found.errors[0].estimated_assets / found.errors[0].estimated_liabilities
    assert ratio == pytest.approx(official - estimate, abs=1e-15)
    assert {e.periods for e in found.errors} == {3}


def test_the_same_history_has_no_alpha() -> None:
    pair = pair_of(Frequency.MONTHLY)
    report = performance_report(pair.assets, pair.assets.named("itself"))
    assert report.risk["tracking_error"].value == 0.0
    assert report.risk["liability_beta"].value == pytest.approx(1.0, abs=1e-12)
    assert report.risk["r_squared"].value == pytest.approx(1.0, abs=1e-12)
    assert report.reward["liability_alpha"].value == 0.0
    assert report.risk_adjusted["information_ratio"].status.value == "n/m"
    assert report.risk_adjusted["sortino_ratio"].value is None
