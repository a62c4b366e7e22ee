"""Liability indices on decades of published curves.

Sources: HQM corporate spot rates, US Treasury, Office of Economic Policy, 1984-01 to 2016-11
(monthly means, bond-equivalent; taken as of the month's end, to be confirmed against the primary
text); constant-maturity Treasury par yields, Federal Reserve H.15 (as monthly means beside HQM, on
the last business day of each month for Texas); retirees' benefits of the Teacher Retirement System
of Texas, re-dated to start in 2010-02: an illustration, not a statement about that plan.

Tenors that were not quoted (20 years before 1993-10, 30 years 2002-03 to 2006-01) are left out of
the month's bootstrap; beyond the last one quoted the curve goes on at its last forward rate
(``flat_forward``).
"""

from __future__ import annotations

import datetime as dt
from functools import cache
from itertools import pairwise

import numpy as np
import pytest

from defease.arrays import DateArray, FloatArray
from defease.cashflows import CashFlows, FlowKind, Timing
from defease.curves import (
    Compounding,
    CurveHistory,
    Extrapolation,
    Interpolation,
    curve_from_par_yields,
    curve_history,
    month_ends,
)
from defease.dates import add_months_to, to_date
from defease.liability_index import (
    DatedCurves,
    LiabilityIndex,
    Period,
    Projection,
    dated_curves,
    liability_index,
    linked_return,
    period_return,
    spread_monthly,
    spreading_effect,
    statistics_on,
)
from tests.liability_index_data import flows_on, slow_month
from tests.shared_files import shared_rows

INCEPTION, END = dt.date(1984, 11, 30), dt.date(2016, 11, 30)
TENORS = {
    "3M": 0.25, "6M": 0.5, "1Y": 1.0, "2Y": 2.0, "3Y": 3.0, "5Y": 5.0, "7Y": 7.0, "10Y": 10.0,
    "20Y": 20.0, "30Y": 30.0,
}  # fmt: skip
TEXAS_START = dt.date(2010, 1, 29)


@cache
def hqm() -> CurveHistory:
    rows = shared_rows("data/rates/hqm_spot_monthly_1984_2016.csv")
    terms = [name for name in rows[0] if name != "month"]
    return curve_history(
        month_ends([row["month"] for row in rows]),
        [float(term) for term in terms],
        np.array([[float(row[term]) for term in terms] for row in rows]) / 100,
        compounding=Compounding.SEMIANNUAL,
        interpolation=Interpolation.CUBIC_ZERO,
    )


@cache
def par_yields() -> tuple[DateArray, FloatArray]:
    """Days and par yields by tenor, decimal; NaN where a tenor was not quoted."""
    rows = shared_rows("data/rates/ust_cmt_daily.csv")
    table = [[float(row[name]) if row[name] else np.nan for name in TENORS] for row in rows]
    return np.array([row["date"] for row in rows], dtype="datetime64[D]"), np.array(table) / 100


def treasury_curves(table: dict[dt.date, FloatArray]) -> DatedCurves:
    """Zero curves through the tenors that were quoted."""
    years = np.array(list(TENORS.values()))
    return dated_curves(
        {
            day: curve_from_par_yields(
                years[~np.isnan(quoted)],
                quoted[~np.isnan(quoted)],
                interpolation=Interpolation.LINEAR_ZERO,
                extrapolation=Extrapolation.FLAT_FORWARD,
            )
            for day, quoted in table.items()
        }
    )


@cache
def monthly_means() -> dict[dt.date, FloatArray]:
    """Mean of each month over the days on which a tenor was quoted, dated at the month's end."""
    days, table = par_yields()
    months = days.astype("datetime64[M]")
    found = {}
    for month in np.arange("1984-11", "2016-12", dtype="datetime64[M]"):
        rows = table[months == month]
        quoted = ~np.isnan(rows)
        mean = np.where(quoted, rows, 0.0).sum(axis=0) / np.where(
            quoted.any(0), quoted.sum(0), np.nan
        )
        found[to_date(month_ends([str(month)])[0])] = mean
    return found


def closed_plan() -> CashFlows:
    """60 years of monthly benefits that rise for a while and die out; every payment mid-month."""
    months = np.arange(1, 721)
    days = add_months_to(INCEPTION, months, anchor_days=31) - 15
    return flows_on(
        days, 1e6 * np.exp(0.004 * months - (months / 300) ** 2), valuation_date=INCEPTION
    )


@pytest.fixture(scope="module")
def index() -> LiabilityIndex:
    return liability_index(
        [Projection(INCEPTION, closed_plan())],
        hqm(),
        risk_free=treasury_curves(monthly_means()),
        start=INCEPTION,
    )


def explained(index: LiabilityIndex) -> FloatArray:
    """Value at each month's end according to the lines of the month."""
    value: FloatArray = (
        index.total.present_values[:-1]
        + index.total.growth_lines().growth
        + index.benefit_paid
        + index.contributions
        + index.experience.sum(axis=1)
    )
    return value


def test_treasury_tenors_missing_in_these_years() -> None:
    missing = dict.fromkeys(TENORS, 0)
    for mean in monthly_means().values():
        for name, value in zip(TENORS, mean, strict=True):
            missing[name] += int(np.isnan(value))
    absent = {name: count for name, count in missing.items() if count}
    assert absent == {"20Y": 107, "30Y": 47}  # 1984-11 to 1993-09; 2002-03 to 2006-01


def test_every_month_of_32_years_is_explained(index: LiabilityIndex) -> None:
    assert len(index.dates) == 385
    assert (to_date(index.dates[0]), to_date(index.dates[-1])) == (INCEPTION, END)
    np.testing.assert_allclose(explained(index), index.total.present_values[1:], rtol=1e-12)
    values = np.sum([bucket.present_values for bucket in index.buckets], axis=0)
    np.testing.assert_allclose(values, index.total.present_values, rtol=1e-12)
    drift = np.abs(np.sum([bucket.migration for bucket in index.buckets], axis=0))
    assert (drift <= 1e-12 * index.total.present_values[0]).all()


def test_32_years_linked(index: LiabilityIndex) -> None:
    whole = period_return(index, index.total, Period.SINCE_INCEPTION)
    assert whole is not None
    assert whole.months == 384
    assert whole.total_return == pytest.approx(index.total.levels[-1] / 100 - 1, rel=1e-11)
    assert whole.income + whole.price_return == pytest.approx(whole.total_return, rel=1e-11)
    assert whole.rate_change > 0  # ten-year Treasuries fell from 11.6% to 2.1%


def test_months_that_everybody_remembers(index: LiabilityIndex) -> None:
    place = index.place_of(dt.date(2008, 10, 31))
    lines = index.total.growth_lines()
    assert lines.spread_change[place - 1] < -0.05 * index.total.opening_values[place - 1]
    for last in (dt.date(1987, 10, 31), dt.date(2003, 7, 31), dt.date(2008, 10, 31)):
        place = index.place_of(last)
        dates = (to_date(index.dates[place - 1]), last)
        flows = closed_plan()
        payments = [
            (to_date(day), float(amount))
            for day, amount in zip(flows.dates, flows.amounts, strict=True)
        ]
        slow = slow_month(payments, dates, index.curves, index.risk_free)
        ours = [line[place - 1] for line in (
            lines.income, lines.roll, lines.rate_change, lines.spread_change)]  # fmt: skip
        theirs = [slow.income, slow.roll, slow.rate_change, slow.spread_change]
        np.testing.assert_allclose(ours, theirs, atol=1e-12 * slow.start)


def test_a_zero_held_to_its_end_earns_its_first_yield_whatever_rates_did() -> None:
    due = flows_on([END.isoformat()], [1e6], valuation_date=INCEPTION)
    alone = liability_index([Projection(INCEPTION, due)], hqm())
    years = (END - INCEPTION).days / 365
    factor = float(hqm().curve_on(INCEPTION).discount_factors([years])[0])
    assert alone.total.levels[-1] == pytest.approx(100 / factor, rel=1e-11)
    assert len(alone.dates) == 385


def test_statistics_in_1984_and_2016(index: LiabilityIndex) -> None:
    for day in (INCEPTION, END):
        whole, *parts = statistics_on(index, day)
        yields = [part.risk.annual_yield for part in parts[: len(index.buckets)]]
        found = [y for y in yields if y is not None]
        assert whole.risk.annual_yield is not None
        assert min(found) < whole.risk.annual_yield < max(found)
        lasts = [part.risk.macaulay_duration for part in parts[:6]]
        assert all(a < b for a, b in pairwise(d for d in lasts if d is not None))


@cache
def texas() -> CashFlows:
    """Benefits of today's retirees, years 2025, 2026, ... moved to 2010-02 on, paid mid-year."""
    rows = shared_rows("data/pension/txtrs_2024_benefit_projection_100y.csv")[1:]
    amounts = np.array([float(row["retirees_current"]) for row in rows])
    kept = amounts > 0
    years = np.arange(1, len(amounts) + 1)[kept]
    return CashFlows.from_times(
        TEXAS_START,
        times=years - 0.5,
        amounts=amounts[kept],
        kinds=[FlowKind.BENEFITS] * int(kept.sum()),
        dates=add_months_to(TEXAS_START, 12 * years - 6),
        groups=["retired"] * int(kept.sum()),
    )


@cache
def month_end_treasuries() -> DatedCurves:
    """Curves of the last quoted day of each month, 2010-01 to 2016-12."""
    days, table = par_yields()
    inside = (days >= np.datetime64("2010-01-01")) & (days <= np.datetime64("2016-12-31"))
    days, table = days[inside], table[inside]
    last = np.append(np.diff(days.astype("datetime64[M]").astype(np.int64)) > 0, True)
    return treasury_curves(
        {to_date(day): quoted for day, quoted in zip(days[last], table[last], strict=True)}
    )


def test_texas_retirees_on_treasury_month_ends_2010_to_2016() -> None:
    curves = month_end_treasuries()
    assert len(curves) == 84
    monthly = spread_monthly(texas(), Timing.MID_YEAR)
    effect = spreading_effect(texas(), monthly, curves.curves[0])
    assert monthly.gross.total == pytest.approx(texas().gross.total, rel=1e-14)
    assert abs(effect.change) < 1e-3 * effect.before  # the same mean time within each year
    index = liability_index([Projection(TEXAS_START, monthly)], curves)
    assert effect.after == pytest.approx(index.total.present_values[0], rel=1e-12)
    np.testing.assert_allclose(explained(index), index.total.present_values[1:], rtol=1e-12)
    seven = linked_return(index.total, 0, 83)
    taper = period_return(index, index.total, Period.TWELVE_MONTHS, day=dt.date(2013, 12, 31))
    assert seven is not None
    assert taper is not None
    assert seven.spread_change == 0.0
    assert taper.rate_change < 0.0 < taper.income  # ten-year yields rose by 1.25% in 2013
    assert seven.income + seven.price_return == pytest.approx(seven.total_return, abs=1e-12)
    assert [c.code for c in index.cautions] == []
