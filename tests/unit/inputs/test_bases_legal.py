"""Legal bases out of a plan file: every source of segment rates, every regime, what is said."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import pytest

from defease.curves import Compounding, flat_curve
from defease.inputs.plan import Plan, read_plan
from defease.valuation import Basis, present_value
from defease.valuation.legal import NamedBasis
from tests.unit.inputs.building import PLAN, plan_folder

TERMS = [k / 2 for k in range(1, 121)]
FLAT_HQM = "maturity_years,rate\n" + "".join(f"{t:g},4.56\n" for t in TERMS)


def read(folder: Path, keys: str, *, name: str = "x", **files: str) -> tuple[Plan, NamedBasis]:
    section = f'\n[[discounting]]\nname = "{name}"\n{keys}'
    plan = read_plan(plan_folder(folder, plan=PLAN + section, **files))
    basis = plan.basis(name)
    assert isinstance(basis, NamedBasis)
    return plan, basis


def codes(plan: Plan) -> set[str]:
    return {caution.code for caution in plan.cautions}


def history(rates: tuple[float, float, float], first: int = 2023) -> str:
    rows = [f"{year}-{month:02d}" for year in range(first, 2026) for month in range(1, 13)]
    return "month,first,second,third\n" + "".join(
        f"{m},{rates[0]},{rates[1]},{rates[2]}\n" for m in rows
    )


def hqm_history(rate: float) -> str:
    head = "date," + ",".join(f"{t:g}" for t in TERMS)
    rows = [f"{y}-{m:02d}-28" for y in (2023, 2024, 2025) for m in range(1, 13)]
    return head + "".join(f"\n{day}" + f",{rate}" * len(TERMS) for day in rows) + "\n"


@pytest.mark.parametrize(
    ("keys", "files"),
    [
        ("rates = [0.0456, 0.0456, 0.0456]", {}),
        ('segment_rates = "s.csv"', {"s": history((4.56, 4.56, 4.56))}),
        ('segment_rates = "s.csv"\nunit = "decimal"', {"s": history((0.0456, 0.0456, 0.0456))}),
        ('hqm = "s.csv"', {"s": hqm_history(4.56)}),
        ('hqm = "s.csv"', {"s": FLAT_HQM}),
    ],
    ids=["typed", "published", "decimals", "history", "curve"],
)
def test_three_equal_segments_are_a_flat_rate_from_every_source(
    tmp_path: Path, keys: str, files: dict[str, str]
) -> None:
    plan, basis = read(tmp_path, f'method = "segments"\n{keys}\n', **files)
    owed = plan.cash_flows.gross
    flat = present_value(owed, flat_curve(0.0456))
    assert present_value(owed, basis.curve) == pytest.approx(flat, rel=1e-12)
    assert basis.is_credit
    assert "4.56% / 4.56% / 4.56%" in basis.rule


def test_average_and_month_and_lookback_take_their_months(tmp_path: Path) -> None:
    rows = history((4.0, 5.0, 6.0)).replace("2025-10,4.0", "2025-10,4.48")
    for count, (keys, first) in enumerate(
        [
            ("average_months = 24", 0.0402),
            ("average_months = 1", 0.04),
            ("average_months = 1\nlookback_months = 1", 0.0448),
            ("average_months = 24\nlookback_months = 3", 0.04),
        ]
    ):
        text = f'method = "segments"\nsegment_rates = "s.csv"\n{keys}\n'
        _, basis = read(tmp_path / str(count), text, s=rows)
        assert basis.segments is not None
        assert basis.segments.rates == pytest.approx((first, 0.05, 0.06), abs=1e-12), keys


def test_as_of_moves_the_applicable_month(tmp_path: Path) -> None:
    rows = history((4.0, 5.0, 6.0)).replace("2025-10,4.0", "2025-10,4.48")
    section = '[[discounting]]\nname = "x"\nmethod = "segments"\nsegment_rates = "s.csv"\n'
    folder = plan_folder(tmp_path, plan=PLAN + section + "average_months = 1\n", s=rows)
    basis = read_plan(folder, as_of=dt.date(2025, 11, 15)).basis("x")
    assert isinstance(basis, NamedBasis)
    assert basis.curve.annual_spot_rates([1.0])[0] == pytest.approx(0.0448, abs=1e-12)


def test_corridor_holds_the_average_and_says_so(tmp_path: Path) -> None:
    keys = (
        'method = "segments"\nregime = "ppa_430"\nsegment_rates = "s.csv"\nplan_year = 2026\n'
        "averages_25_year = [0.03, 0.056, 0.062]\n"
    )
    plan, basis = read(tmp_path, keys, s=history((4.5, 5.0, 6.8)))
    assert basis.curve.annual_spot_rates([1.0, 10.0, 30.0]) == pytest.approx(
        [0.0475, 0.0532, 0.0651], abs=1e-12
    )
    assert "clipped to 95-105%" in basis.rule
    assert basis.to_confirm
    assert "no_corridor" not in codes(plan)


def test_minimum_funding_without_plan_year_says_that_the_corridor_is_missing(
    tmp_path: Path,
) -> None:
    keys = 'method = "segments"\nregime = "ppa_430"\nsegment_rates = "s.csv"\n'
    plan, _ = read(tmp_path, keys, s=history((4.5, 5.0, 6.8)))
    said = [c.message for c in plan.cautions if c.code == "no_corridor"]
    assert len(said) == 1
    assert said[0].startswith("basis x: ")


def test_one_curve_where_law_averages_says_so(tmp_path: Path) -> None:
    keys = 'method = "segments"\nregime = "ppa_430"\nhqm = "s.csv"\n'
    plan, _ = read(tmp_path, keys, s=FLAT_HQM)
    assert "not_the_prescribed_average" in codes(plan)


def test_few_nodes_of_a_curve_are_said(tmp_path: Path) -> None:
    keys = 'method = "segments"\nhqm = "s.csv"\naverage_months = 1\n'
    lines = "".join(f"{t},4.56\n" for t in (0.5, 1, 2, 3, 5, 7, 10, 20, 30, 50, 75))
    plan, basis = read(tmp_path, keys, s="maturity_years,rate\n" + lines)
    assert "few_hqm_nodes" in codes(plan)
    assert basis.curve.annual_spot_rates([3.0, 30.0]) == pytest.approx([0.0456] * 2, abs=1e-12)


def test_columns_of_a_history_may_stand_in_any_order(tmp_path: Path) -> None:
    head, *rows = hqm_history(4.56).splitlines()
    turned = "\n".join(
        ",".join([line.split(",")[0], *reversed(line.split(",")[1:])]) for line in (head, *rows)
    )
    _, basis = read(tmp_path, 'method = "segments"\nhqm = "s.csv"\n', s=turned)
    assert basis.curve.annual_spot_rates([3.0, 30.0]) == pytest.approx([0.0456] * 2, abs=1e-12)


def test_a_low_short_end_of_a_history_is_no_wrong_unit(tmp_path: Path) -> None:
    """In 2020 and 2021 half-year corporate rates stood below 0.30%."""
    head, *rows = hqm_history(2.4).splitlines()
    low = [",".join([*row.split(",")[:1], "0.20", *row.split(",")[2:]]) for row in rows]
    _, basis = read(
        tmp_path,
        'method = "segments"\nhqm = "s.csv"\naverage_months = 1\n',
        s="\n".join([head, *low]),
    )
    assert basis.segments is not None
    assert basis.segments.rates == pytest.approx((0.0218, 0.024, 0.024), abs=1e-12)


def test_elected_curve_is_read_as_annual_rates_unless_the_section_says_otherwise(
    tmp_path: Path,
) -> None:
    keys = (
        'method = "curve"\nregime = "ppa_full_curve"\nfile = "h.csv"\nquote = "spot"\n'
        'unit = "percent"\n'
    )
    plan, annual = read(tmp_path / "a", keys, h=FLAT_HQM)
    assert annual.curve.annual_spot_rates([7.0, 80.0]) == pytest.approx([0.0456] * 2, abs=1e-12)
    assert annual.read_as is Compounding.ANNUAL
    assert "compounding_of_full_curve" not in codes(plan)
    plan, twice = read(tmp_path / "b", keys + 'compounding = "semiannual"\n', h=FLAT_HQM)
    assert twice.curve.annual_spot_rates([7.0])[0] == pytest.approx((1 + 0.0228) ** 2 - 1)
    assert "compounding_of_full_curve" in codes(plan)
    plan, shaped = read(tmp_path / "c", keys + 'interpolation = "linear_zero"\n', h=FLAT_HQM)
    assert shaped.curve.annual_spot_rates([7.0, 80.0]) == pytest.approx([0.0456] * 2, abs=1e-12)


CURVE = 'method = "curve"\nfile = "h.csv"\nquote = "spot"\ncompounding = "semiannual"\n'


@pytest.mark.parametrize(
    ("name", "keys", "words", "marks"),
    [
        ("aa", CURVE + 'unit = "percent"\nregime = "asc715"\n', "settlement", "credit [T]"),
        ("treasury", CURVE + 'unit = "percent"\n', "notes and bonds", ""),
        ("strips", CURVE + 'unit = "percent"\n', "STRIPS", ""),
        ("other", CURVE + 'unit = "percent"\n', "120 points", ""),
        ("l", 'method = "flat"\nregime = "ldrom"\nrate = 0.0486\n', "low-default-risk", "[T]"),
        ("f", 'method = "flat"\nregime = "asc715"\nrate = 0.05\n', "5.00% a year", "credit [T]"),
        ("assumed_return", 'method = "flat"\nrate = 0.07\n', "assumed return 7.00%", ""),
        ("p", 'method = "segments"\nregime = "pbgc_alternative"\nrates = [0.01, 0.02, 0.03]\n',
         "1.00% / 2.00% / 3.00%", "credit [T]"),
        ("s", 'method = "flat"\nrate = 0.04\nspread_bp = 90\n', "spread of 90 bp", "credit"),
    ],
)  # fmt: skip
def test_each_basis_carries_its_rule_and_what_is_to_confirm(
    tmp_path: Path, name: str, keys: str, words: str, marks: str
) -> None:
    plan, basis = read(tmp_path, keys, name=name, h=FLAT_HQM)
    assert words in basis.rule
    assert basis.is_credit is ("credit" in marks)
    assert bool(basis.to_confirm) is ("[T]" in marks)
    assert f"basis {name}" in [line.topic for line in plan.understood]


def test_other_rates_than_law_prescribes_are_said(tmp_path: Path) -> None:
    plan, basis = read(tmp_path, 'method = "flat"\nregime = "ppa_430"\nrate = 0.05\n')
    assert "not_the_prescribed_rates" in codes(plan)
    assert basis.regime == "ppa_430"


def test_spread_comes_after_the_segments(tmp_path: Path) -> None:
    keys = 'method = "segments"\nrates = [0.01, 0.02, 0.03]\nspread_bp = 50\n'
    _, basis = read(tmp_path, keys)
    rates = basis.curve.annual_spot_rates([1.0, 5.0, 20.0])
    assert rates == pytest.approx([0.015, 0.025, 0.035], abs=1e-12)
    assert basis.segments is None


def test_a_spread_leaves_the_values_what_they_are_worth(tmp_path: Path) -> None:
    plan, basis = read(tmp_path, 'method = "flat"\nrate = 0.03\nspread_bp = 200\n')
    other = plan.basis("flat")
    assert isinstance(other, Basis)
    owed = plan.cash_flows.gross
    assert np.isclose(
        present_value(owed, basis.curve), present_value(owed, other.curve), rtol=1e-12
    )
