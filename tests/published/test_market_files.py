"""Real files in their publishers' columns, read whole (sources: ../shared/data/SOURCES.md).

H.15 par yields of the Treasury, HQM, Federal Reserve Board feds200628.csv, FedInvest of
TreasuryDirect, BLS CPI-U, EIOPA.  Expected figures come from the files read plainly with the csv
module, or from what the sources say of themselves.
"""

from __future__ import annotations

import datetime as dt
import gzip
import math

import numpy as np
import pytest

from defease.market import Series, curve_points, gathered, monthly_table, segment_window
from defease.market.eiopa import read_parameters, read_spot, read_weights
from defease.market.fedinvest import mid_prices, read_fedinvest
from defease.market.fred import read_fred
from defease.market.gsw import read_gsw, svensson_parameters
from defease.market.hqm import read_hqm
from defease.market.reading import Parser, Reading
from defease.market.treasury import read_par_yields
from tests.shared_files import shared_file, shared_json, shared_rows

EIOPA_DAY = dt.date(2023, 4, 30)


def reading(parse: Parser, relative: str, *, as_of: dt.date | None = None) -> Reading:
    data = shared_file(relative).read_bytes()
    return parse(
        gzip.decompress(data) if relative.endswith(".gz") else data, source=relative, as_of=as_of
    )


def test_all_16018_days_of_treasury_par_yields() -> None:
    name = "rates/ust_cmt_daily.csv"
    found = reading(read_par_yields, f"data/{name}")
    rows = shared_rows(f"data/{name}")
    assert len(found.observations.days) == len(rows) == 16_018
    given = [(row["date"], tenor, text) for row in rows for tenor, text in row.items() if text]
    given = [cell for cell in given if cell[1] != "date"]
    assert len(found.observations) == len(given)
    for day, tenor, text in given[:: len(given) // 200]:
        value = found.observations.value(
            Series("par_yield", "UST", tenor), dt.date.fromisoformat(day)
        )
        assert value == pytest.approx(float(text) / 100, rel=1e-15)
    assert found.report.dropped == ()


def test_the_structural_holes_of_the_par_yields_are_named_and_not_filled() -> None:
    found = reading(read_par_yields, "data/rates/ust_cmt_daily.csv")
    said = found.report.understood
    assert "30Y: 1977-02-15 to 2026-02-20, none from 2002-02-19 to 2006-02-08" in said
    assert any(sentence.startswith("20Y: 1993-10-01 to") for sentence in said)
    assert any(sentence.startswith("1M: 2001-07-31 to") for sentence in said)
    assert any(sentence.startswith("2M: 2018-10-16 to") for sentence in said)
    in_the_hole = curve_points(found.observations, "par_yield", "UST", dt.date(2004, 6, 30))
    assert in_the_hole.maturities[-1] == 20
    assert 2 / 12 not in in_the_hole.maturities


def test_the_row_of_zeros_of_good_friday_2017_is_dropped() -> None:
    lines = shared_file("data/rates/ust_cmt_daily.csv").read_text(encoding="utf-8").splitlines()
    place = next(i for i, line in enumerate(lines) if line.startswith("2017-04-17"))
    zeros = "2017-04-14" + ",0" * lines[0].count(",")
    data = "\n".join([*lines[:place], zeros, *lines[place:]]).encode()
    found = read_par_yields(data, source="cmt.csv")
    (dropped,) = found.report.dropped
    assert dropped.where == f"cmt.csv: line {place + 1}"
    assert len(found.observations.days) == 16_018


def test_hqm_reads_395_months_and_gives_the_segment_rates_of_the_notices() -> None:
    found = reading(read_hqm, "data/rates/hqm_spot_monthly_1984_2016.csv")
    assert found.report.understood[:2] == (
        "395 months, 1984-01 to 2016-11",
        "200 maturities to 100 years",
    )
    table = monthly_table(found.observations, "spot_rate", "HQM", first="2014-12", last="2016-11")
    assert table.values.shape == (24, 200)
    years = np.array([float(item[:-1]) for item in table.items])
    edges = ((0, 5), (5, 20), (20, 60))
    means = [table.values[:, (years > lo) & (years <= hi)].mean(axis=1) for lo, hi in edges]
    anchor = shared_json("cases/segment_anchor.json")
    expected = {m["month"]: m["unrounded"] for m in anchor["months"]}
    for month in ("2015-11", "2016-11"):
        row = [str(m)[:7] for m in table.months].index(month)
        np.testing.assert_allclose([100 * mean[row] for mean in means], expected[month], atol=5e-4)
    rounded = [np.round(100 * mean, 2) / 100 for mean in means]
    segments = gathered(
        (Series("segment_rate", "IRS", name), table.months, column.tolist())
        for name, column in zip(("first", "second", "third"), rounded, strict=True)
    )
    window = segment_window(segments, "2016-11")
    average = anchor["twenty_four_month_average_of_rounded_rates_2014_12_to_2016_11"]["unrounded"]
    np.testing.assert_allclose(100 * window.values.mean(axis=0), average, atol=1e-9)


def test_gsw_parameters_reproduce_the_published_zero_yields() -> None:
    found = reading(read_gsw, "data/rates/gsw_feds200628_sample.csv").observations
    assert len(found.days) == 4
    assert not len(found.where(lambda s: s.item == "TAU2").on(dt.date(1961, 6, 30)))
    for day in found.days.tolist():
        b0, b1, b2, b3, tau1, tau2 = svensson_parameters(found, day)
        points = curve_points(found, "zero_yield", "UST", day)
        for t, rate in zip(points.maturities.tolist(), points.rates.tolist(), strict=True):
            x, y = t / tau1, t / tau2
            first, second = (1 - math.exp(-x)) / x, (1 - math.exp(-y)) / y
            ours = b0 + b1 * first + b2 * (first - math.exp(-x)) + b3 * (second - math.exp(-y))
            # Published in percent with four decimals.
            assert ours == pytest.approx(rate, abs=0.51e-6), (day, t)


def test_fedinvest_of_2026_zero_prices_are_missing() -> None:
    found = reading(read_fedinvest, "data/bonds/fedinvest_2026-03-24.csv")
    assert len(found.securities) == 461
    assert len(found.observations.of("buy_price")) == 461 - 31
    assert len(found.observations.of("sell_price")) == 461
    assert not len(found.observations.of("end_of_day_price"))
    prices = mid_prices(found, dt.date(2026, 3, 24))
    assert (len(prices.securities), len(prices.dropped)) == (430, 31)
    assert all("no buy price" in row.reason for row in prices.dropped)
    assert prices.prices.min() > 40


def test_74_month_ends_of_fedinvest() -> None:
    found = reading(read_fedinvest, "data/bonds/fedinvest_monthend_2010_2016.csv.gz")
    assert len(found.observations.days) == 74
    rows = shared_rows("data/bonds/fedinvest_monthend_2010_2016.csv.gz")
    for measure, column in (
        ("buy_price", "buy"),
        ("sell_price", "sell"),
        ("end_of_day_price", "eod"),
    ):
        given = [float(row[column]) for row in rows if float(row[column]) != 0]
        values = found.observations.of(measure).values
        assert len(values) == len(given)
        assert values.sum() == pytest.approx(sum(given), rel=1e-12)


def test_the_cpi_that_was_never_published_is_named() -> None:
    text = shared_file("data/returns/cpi_u_monthly_1913_2026.csv").read_text(encoding="utf-8")
    levels = [line.split(",")[:2] for line in text.splitlines()[1:]]
    data = "observation_date,CPIAUCNS\n" + "".join(f"{m}-01,{level}\n" for m, level in levels)
    found = read_fred(data.encode(), source="CPIAUCNS.csv")
    (caution,) = found.report.cautions
    assert "no figure for 2025-10;" in caution.message
    assert len(found.observations) == len(levels)


def test_eiopa_weights_reproduce_the_published_spot_rates() -> None:
    """P(t) = exp(-wt) (1 + H(t, u) Qb), H the Wilson heart: all 53 curves to their rounding."""
    folder = "data/rates/eiopa_"
    spot = reading(read_spot, f"{folder}rfr_spot_no_va_2023.csv", as_of=EIOPA_DAY).observations
    given = reading(read_parameters, f"{folder}smith_wilson_params_2023.csv", as_of=EIOPA_DAY)
    weights = reading(read_weights, f"{folder}smith_wilson_qb_2023.csv", as_of=EIOPA_DAY)
    countries = sorted({series.subject for series in spot.series})
    assert len(countries) == 53
    for country in countries:
        points = curve_points(spot, "spot_rate", country, EIOPA_DAY)
        qb = curve_points(weights.observations, "smith_wilson_weight", country, EIOPA_DAY)
        ultimate, alpha = (
            given.observations.value(Series("smith_wilson_parameter", country, name), EIOPA_DAY)
            for name in ("ultimate_forward_rate", "alpha")
        )
        t, u = points.maturities[:, None], qb.maturities[None, :]
        low, high = np.minimum(t, u), np.maximum(t, u)
        heart = alpha * low - np.exp(-alpha * high) * np.sinh(alpha * low)
        price = (1 + ultimate) ** -points.maturities * (1 + heart @ qb.rates)
        ours = price ** (-1 / points.maturities) - 1
        np.testing.assert_allclose(ours, points.rates, atol=5.01e-6, err_msg=country)
