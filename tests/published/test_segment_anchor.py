"""Segment rates from the monthly corporate (HQM) curve.

Source: US Treasury HQM spot rates 1984-2016; the segment rates of 2015-11 and 2016-11 and the
24-month average to 2016-11, derived by the rule of 26 CFR 1.430(h)(2)-1.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import pytest

from defease.arrays import FloatArray
from defease.inputs.plan import read_plan
from defease.valuation.legal import (
    NamedBasis,
    SegmentElection,
    SegmentHistory,
    elected_segment_rates,
    hqm_curve_segment_rates,
    hqm_segment_rates,
    parse_month,
)
from defease.valuation.legal.months import Month
from defease.valuation.legal.segment_history import MEASURED_ERROR, MEASURED_NODES
from tests.shared_files import shared_file, shared_json, shared_rows
from tests.unit.inputs.building import PLAN, plan_folder

HALF_HUNDREDTH = 0.005


def hqm_table() -> tuple[list[Month], FloatArray, FloatArray]:
    rows = shared_rows("data/rates/hqm_spot_monthly_1984_2016.csv")
    terms = np.array([float(name) for name in rows[0] if name != "month"])
    rates = [[float(row[name]) / 100 for name in row if name != "month"] for row in rows]
    return [parse_month(row["month"]) for row in rows], terms, np.array(rates)


@pytest.fixture(scope="module")
def history() -> SegmentHistory:
    months, terms, rates = hqm_table()
    return hqm_segment_rates(months, terms, rates, source="hqm.csv")


def test_monthly_segment_rates(history: SegmentHistory) -> None:
    for case in shared_json("cases/segment_anchor.json")["months"]:
        found = history.monthly(parse_month(case["month"]))
        assert 100 * np.array(found.rates) == pytest.approx(case["rounded"], abs=1e-12)
        assert not found.cautions


def test_average_of_24_published_months(history: SegmentHistory) -> None:
    key = "twenty_four_month_average_of_rounded_rates_2014_12_to_2016_11"
    expected = shared_json("cases/segment_anchor.json")[key]["rounded"]
    election = SegmentElection(valuation_date=dt.date(2016, 12, 31), regime="deduction_404o")
    found = elected_segment_rates(history, election)
    assert 100 * np.array(found.rates) == pytest.approx(expected, abs=1e-12)
    assert "24-month average of 2014-12 to 2016-11" in found.words


def test_longer_third_segment_would_be_wrong(history: SegmentHistory) -> None:
    case = shared_json("cases/segment_anchor.json")["wrong_third_segment_if_averaged_further"]
    third = 100 * history.monthly(parse_month(case["month"])).rates[2]
    assert abs(third - case["to_80_years"]) > 2 * HALF_HUNDREDTH
    assert abs(third - case["to_100_years"]) > 2 * HALF_HUNDREDTH


def test_few_nodes_stay_within_the_stated_error() -> None:
    months, terms, rates = hqm_table()
    chosen = np.isin(terms, MEASURED_NODES)
    few = hqm_segment_rates(months, terms[chosen], rates[:, chosen], source="few.csv")
    worst = 0.0
    for row, month in enumerate(months):
        full = [
            100 * rates[row, (terms > low) & (terms <= high)].mean()
            for low, high in ((0, 5), (5, 20), (20, 60))
        ]
        ours = 100 * np.array(few.rates[month])
        worst = max(worst, float(np.abs(ours - full).max()))
    # The stated error is before the rounding to two decimals, ours after it.
    assert worst <= MEASURED_ERROR + HALF_HUNDREDTH
    assert [caution.code for caution in few.cautions] == ["few_hqm_nodes"]


def test_one_curve_gives_the_rates_of_its_month(history: SegmentHistory) -> None:
    months, terms, rates = hqm_table()
    alone = hqm_curve_segment_rates(terms, rates[-1], month=months[-1], source="curve.csv")
    assert alone.rates == history.monthly(months[-1]).rates


def test_the_whole_way_from_a_plan_file(tmp_path: Path) -> None:
    """The published history of curves beside a plan gives the month's and the averaged rates."""
    case = shared_json("cases/segment_anchor.json")
    key = "twenty_four_month_average_of_rounded_rates_2014_12_to_2016_11"
    sections = """
[[discounting]]
name = "month"
method = "segments"
regime = "pbgc_standard"
hqm = "hqm.csv"
[[discounting]]
name = "average"
method = "segments"
regime = "deduction_404o"
hqm = "hqm.csv"
"""
    plan = PLAN.replace("2025-12-31", "2016-12-31") + sections
    data = shared_file("data/rates/hqm_spot_monthly_1984_2016.csv").read_bytes()
    found = read_plan(plan_folder(tmp_path, plan=plan, hqm=data))
    for name, expected in (
        ("month", case["months"][1]["rounded"]),
        ("average", case[key]["rounded"]),
    ):
        basis = found.basis(name)
        assert isinstance(basis, NamedBasis)
        assert basis.segments is not None
        assert 100 * np.array(basis.segments.rates) == pytest.approx(expected, abs=1e-12)
    assert case["months"][1]["month"] == "2016-11"


@pytest.mark.parametrize("position", [0, 1])
def test_one_curve_from_a_plan_file(tmp_path: Path, position: int) -> None:
    case = shared_json("cases/segment_anchor.json")["months"][position]
    months, terms, rates = hqm_table()
    row = months.index(parse_month(case["month"]))
    lines = [f"{t:g},{100 * r:.2f}" for t, r in zip(terms, rates[row], strict=True)]
    section = """
[[discounting]]
name = "month"
method = "segments"
regime = "lump_sum_417e"
hqm = "hqm.csv"
"""
    plan = PLAN.replace("2025-12-31", f"{case['month']}-30") + section
    files = {"hqm": "\n".join(["maturity_years,rate", *lines])}
    basis = read_plan(plan_folder(tmp_path, plan=plan, **files)).basis("month")
    assert isinstance(basis, NamedBasis)
    assert basis.segments is not None
    assert 100 * np.array(basis.segments.rates) == pytest.approx(case["rounded"], abs=1e-12)
