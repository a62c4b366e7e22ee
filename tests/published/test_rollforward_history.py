"""The roll-forward judged by exact revaluation on 32 years of HQM curves.

Source of rates: US Treasury, HQM corporate spot rates (semiannual bond-equivalent), monthly,
../shared/data/rates/hqm_spot_monthly_1984_2016.csv.  The payments are a construction: level
amounts at month ends for 45 years.  Rolled on the liability's own index the estimate is exact by
definition of the index; rolled on a single point of the curve it is off, and by how much is
reported.
"""

from __future__ import annotations

import datetime as dt
from functools import cache

import numpy as np
import pytest

from defease.arrays import FloatArray
from defease.dates import month_end
from defease.performance import BackTest, back_test, market_moves, official_values
from tests.shared_files import shared_rows

PAYMENTS = 540
BENEFIT = 10.0
PROXY_YEARS = 12.0


@cache
def spot_rates() -> tuple[list[dt.date], FloatArray, FloatArray]:
    rows = shared_rows("data/rates/hqm_spot_monthly_1984_2016.csv")
    nodes = [name for name in rows[0] if name != "month"]
    days = [month_end(dt.date.fromisoformat(f"{row['month']}-01")) for row in rows]
    rates = np.array([[float(row[name]) for name in nodes] for row in rows]) / 100.0
    return days, np.array([float(name) for name in nodes]), rates


def discounted(month: int, times: FloatArray) -> FloatArray:
    _, nodes, rates = spot_rates()
    return np.asarray((1.0 + np.interp(times, nodes, rates[month]) / 2.0) ** (-2.0 * times))


@cache
def exact_values() -> FloatArray:
    """Value of all later payments after the month's own, the k-th due k months after the start."""
    days, _, _ = spot_rates()
    return np.array([
        BENEFIT * discounted(month, np.arange(1, PAYMENTS - month + 1) / 12.0).sum()
        for month in range(len(days))
    ])  # fmt: skip


def judged(index: FloatArray, *, every: int) -> BackTest:
    days, _, _ = spot_rates()
    values = exact_values()
    moves = market_moves(
        days[1:],
        class_returns=index[:, np.newaxis],
        liability_returns=index,
        benefits=np.full(len(index), BENEFIT),
    )
    officials = [
        official_values(days[k], assets=values[k], liabilities=values[k], weights=[1.0])
        for k in range(0, len(days), every)
    ]
    return back_test(officials, moves)


def test_exact_on_the_liabilitys_own_index() -> None:
    values = exact_values()
    own = (values[1:] + BENEFIT) / values[:-1] - 1.0
    found = judged(own, every=12)
    assert found.liabilities.n == 32
    assert abs(found.liabilities.largest) < 1e-12
    assert abs(found.assets.largest) < 1e-12
    assert abs(found.funded_ratio.largest) < 1e-12


def proxy_returns() -> FloatArray:
    """A zero of twelve years held for one month."""
    days, _, _ = spot_rates()
    old, new = np.array([PROXY_YEARS]), np.array([PROXY_YEARS - 1.0 / 12.0])
    prices = [discounted(k + 1, new)[0] / discounted(k, old)[0] - 1.0 for k in range(len(days) - 1)]
    return np.array(prices)


@pytest.mark.parametrize("every", [3, 12])
def test_errors_of_a_single_point_of_the_curve(every: int) -> None:
    found = judged(proxy_returns(), every=every)
    values, index = exact_values(), proxy_returns()
    slow = []
    for k in range(every, len(values), every):
        level = float(values[k - every])
        for month in range(k - every, k):
            level = level * (1.0 + float(index[month])) - BENEFIT
        slow.append((float(values[k]) - level) / float(values[k]))
    errors = [error.liability_error for error in found.errors]
    assert errors == pytest.approx(slow, abs=1e-12)
    spread = found.liabilities
    assert spread.root_mean_square == pytest.approx(float(np.sqrt(np.mean(np.square(slow)))))
    assert dict(spread.percentiles)["p95"] == pytest.approx(float(np.quantile(slow, 0.95)))
    # one point of the curve follows a whole liability within a few percent, never exactly
    assert 0.001 < spread.mean_absolute < 0.10
    # the same proxy on both sides of equal values: the ratio stays right
    assert abs(found.funded_ratio.largest) < 1e-12


def test_errors_grow_with_the_time_between_valuations() -> None:
    quarterly, yearly = (judged(proxy_returns(), every=every) for every in (3, 12))
    assert yearly.liabilities.root_mean_square > quarterly.liabilities.root_mean_square
