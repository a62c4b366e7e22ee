"""Segment averages, corridor and floor of 26 USC 430(h)(2).

Sources: published monthly segment rates 2023-10 to 2025-07 with the published average for August
2025; a constructed example of the corridor; PBGC premium rates of 2025 and 2026.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from defease.curves import segment_curve
from defease.errors import InputError
from defease.inputs.plan import read_plan
from defease.valuation.legal import (
    Month,
    NamedBasis,
    SegmentElection,
    SegmentHistory,
    corridor,
    elected_segment_rates,
    given_segment_rates,
    parse_month,
    pbgc_premium_rates,
    published_segment_rates,
    within_corridor,
)
from tests.shared_files import shared_json
from tests.unit.inputs.building import PLAN, plan_folder


def rules() -> Any:
    return shared_json("cases/ppa_rules.json")


def notices() -> SegmentHistory:
    """The 24 published months; the first two are known by their sum and split evenly enough."""
    case = rules()["example_24_month"]
    sums = np.rint(100 * np.array(case["sum_of_2023_08_and_2023_09"])).astype(int)
    rows = [list(sums // 2), list(sums - sums // 2)]
    rows += [np.rint(100 * np.array(m["rates"])).astype(int).tolist() for m in case["monthly"]]
    months = [Month(2023, 8), Month(2023, 9), *(parse_month(m["month"]) for m in case["monthly"])]
    return published_segment_rates(months, np.array(rows) / 10_000, source="notices")


def test_published_24_month_average() -> None:
    election = SegmentElection(valuation_date=dt.date(2025, 8, 31), regime="deduction_404o")
    found = elected_segment_rates(notices(), election)
    expected = rules()["example_24_month"]["expected_rounded"]
    assert 100 * np.array(found.rates) == pytest.approx(expected, abs=1e-12)
    assert not found.cautions


@pytest.mark.parametrize("plan_year", [2026, 2033])
def test_constructed_corridor(plan_year: int) -> None:
    case = rules()["example_corridor_constructed"]
    found = within_corridor(
        given_segment_rates([rate / 100 for rate in case["avg24"]]),
        plan_year=plan_year,
        averages_25_year=[rate / 100 for rate in case["avg25"]],
    )
    expected = case[f"plan_year_{plan_year}"]["adjusted"]
    assert 100 * np.array(found.rates) == pytest.approx(expected, abs=1e-12)


def test_corridor_of_every_plan_year() -> None:
    for entry in rules()["corridor"]:
        for year in range(entry["plan_years_from"], (entry["plan_years_to"] or 2060) + 1):
            limits = corridor(year)
            assert (limits.lowest, limits.highest) == (
                round(100 * entry["min"]),
                round(100 * entry["max"]),
            )
    with pytest.raises(InputError, match="no segment corridor is known"):
        corridor(2011)


def test_boundaries_belong_to_the_later_segment() -> None:
    curve = segment_curve([0.0476, 0.0536, 0.0567])
    rates = curve.annual_spot_rates([0.0, 4.99, 5.0, 19.99, 20.0])
    assert rates == pytest.approx([0.0476, 0.0476, 0.0536, 0.0536, 0.0567], abs=1e-12)


@pytest.mark.parametrize(("year", "expected"), [(2025, (106, 52, 717)), (2026, (111, 52, 751))])
def test_pbgc_premium_rates(year: int, expected: tuple[int, int, int]) -> None:
    rates = pbgc_premium_rates(year)
    assert (rates.flat, rates.per_thousand, rates.cap) == expected


def test_a_hole_in_the_24_months_is_named() -> None:
    table = notices()
    holed = SegmentHistory(
        rates={m: r for m, r in table.rates.items() if m not in (Month(2024, 3), Month(2024, 7))},
        words=table.words,
    )
    election = SegmentElection(valuation_date=dt.date(2025, 8, 31))
    with pytest.raises(InputError, match="2024-03, 2024-07 missing"):
        elected_segment_rates(holed, election)


SECTION = """
[[discounting]]
name = "minimum"
method = "segments"
"""


def basis_of_plan(folder: Path, keys: str, **files: str) -> NamedBasis:
    """The basis that a plan file with these keys makes."""
    plan = read_plan(plan_folder(folder, plan=PLAN + SECTION + keys, **files))
    found = plan.basis("minimum")
    assert isinstance(found, NamedBasis)
    return found


@pytest.mark.parametrize("plan_year", [2026, 2033])
def test_constructed_corridor_from_a_plan_file(tmp_path: Path, plan_year: int) -> None:
    case = rules()["example_corridor_constructed"]
    typed, averages = ([rate / 100 for rate in case[key]] for key in ("avg24", "avg25"))
    keys = (
        f'regime = "ppa_430"\nrates = {typed}\nplan_year = {plan_year}\n'
        f"averages_25_year = {averages}\n"
    )
    basis = basis_of_plan(tmp_path, keys)
    expected = case[f"plan_year_{plan_year}"]["adjusted"]
    rates = 100 * basis.curve.annual_spot_rates([4.99, 5.0, 19.99, 20.0])
    assert rates == pytest.approx([expected[k] for k in (0, 1, 1, 2)], abs=1e-10)
    assert f"(plan year {plan_year})" in basis.rule
    assert basis.regime == "ppa_430"


def test_published_24_month_average_from_a_plan_file(tmp_path: Path) -> None:
    table = notices()
    lines = [
        ",".join([str(month), *(f"{100 * rate:.2f}" for rate in rates)])
        for month, rates in table.rates.items()
    ]
    keys = 'regime = "deduction_404o"\nsegment_rates = "irs.csv"\nlookback_months = 4\n'
    files = {"irs": "\n".join(["month,first,second,third", *lines])}
    basis = basis_of_plan(tmp_path, keys, **files)
    assert basis.segments is not None
    expected = rules()["example_24_month"]["expected_rounded"]
    assert 100 * np.array(basis.segments.rates) == pytest.approx(expected, abs=1e-12)
    assert "24-month average of 2023-08 to 2025-07" in basis.rule
