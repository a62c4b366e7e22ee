"""Files of returns: values with flows, managers, percent, and everything that is refused."""

from __future__ import annotations

import pytest

from defease.inputs.csv_reader import read_csv
from defease.inputs.returns_file import ReturnsReading, read_class_returns, read_proxy, read_returns
from defease.performance import FlowTiming, Frequency
from tests.unit.inputs.building import only_problem, problems_of

DAYS = [f"2025-{month:02d}-28" for month in range(1, 13)]


def read(
    text: str,
    *,
    frequency: Frequency = Frequency.MONTHLY,
    timing: FlowTiming = FlowTiming.END,
) -> ReturnsReading:
    table = read_csv(text.encode(), source="r.csv")
    return read_returns(table, frequency=frequency, flow_timing=timing)


def months(count: int, cell: str = "0.01") -> str:
    return "date,assets\n" + "".join(f"{day},{cell}\n" for day in DAYS[:count])


def test_returns_as_decimals_signs_and_percent_columns() -> None:
    text = "date,assets_pct,equity,bonds\n2025-01-31,1.5,2%,(0.01)\n2025-02-28,-2,-1%,0.02\n"
    reading = read(text)
    assert reading.assets.returns.tolist() == pytest.approx([0.015, -0.02])
    equity, bonds = reading.others
    assert (equity.name, equity.returns.tolist()) == ("equity", pytest.approx([0.02, -0.01]))
    assert bonds.returns.tolist() == pytest.approx([-0.01, 0.02])
    assert reading.money is None


def test_market_values_and_flows_at_the_end_of_the_period() -> None:
    reading = read("date,assets,flow\n2025-01-31,100,\n2025-02-28,112,10\n2025-03-31,106.4,0\n")
    assert reading.assets.returns.tolist() == pytest.approx([0.02, -0.05])
    assert reading.money is not None
    assert reading.money.flows.tolist() == [0.0, 10.0, 0.0]


def test_flows_in_the_middle_are_half_invested() -> None:
    text = "date,assets,flow\n2025-01-31,100,0\n2025-02-28,112,10\n"
    found = read(text, timing=FlowTiming.MIDDLE).assets.returns
    assert found.tolist() == pytest.approx([2 / 105])


def test_a_manager_may_begin_later_and_end_earlier() -> None:
    text = "date,assets,new\n2025-01-31,0.01,\n2025-02-28,0.01,0.03\n2025-03-31,0.01,\n"
    (new,) = read(text).others
    assert (new.returns.tolist(), new.window) == ([0.03], "2025-02 to 2025-02")


def test_a_column_without_any_return_is_left_out_aloud() -> None:
    reading = read("date,assets,none\n2025-01-31,0.01,\n")
    assert reading.others == ()
    assert "empty_column" in [c.code for c in reading.cautions]


def test_eleven_months_are_said_to_be_less_than_a_year() -> None:
    (said,) = [c.message for c in read(months(11)).cautions if c.code == "less_than_a_year"]
    assert "11 months of history" in said
    assert "less_than_a_year" not in [c.code for c in read(months(12)).cautions]


def test_a_flow_larger_than_the_opening_assets_is_flagged() -> None:
    reading = read("date,assets,flow\n2025-01-31,100,0\n2025-02-28,350,250\n")
    assert "large_flow" in [c.code for c in reading.cautions]


@pytest.mark.parametrize(
    ("text", "where", "said"),
    [
        (months(12).replace("2025-05-28,0.01\n", ""), "r.csv: date 2025-06", "1 month missing"),
        (months(3).replace("2025-02", "2025-01"), "r.csv: date 2025-01", "stands twice"),
        (months(3).replace("02-28,0.01", "02-28,-100%"), "line 3, column assets", "-100% leaves"),
        (months(3, "-1.2"), "column assets", "-120%"),
        (months(3, "740000000"), "column assets", "would be a return of"),
        ("date,assets,flow\n2025-01-31,100,0\n2025-02-28,105,0\n2025-03-31,5,9\n",
         "r.csv: assets 2025-03-31", "larger than the assets of 5.00 after it"),
        ("date,assets,flow\n2025-01-31,100,0\n2025-02-28,-5,0\n", "column assets", "below 0"),
        ("date,equity\n2025-01-31,0.1\n", "r.csv", "no column 'assets'"),
        (months(2).replace("2025-02-28", "soon"), "line 3, column date", "not a date"),
        ("date,assets,m\n2025-01-31,0,0\n2025-02-28,0,\n2025-03-31,0,0\n", "r.csv: m 2025-03",
         "1 month missing"),
    ],
)  # fmt: skip
def test_refused_with_place_what_and_remedy(text: str, where: str, said: str) -> None:
    found = problems_of(lambda: read(text))
    assert any(where in p.where and said in p.what for p in found), found


def test_another_frequency_than_declared_is_refused() -> None:
    text = "date,assets\n2023-12-31,0.05\n2024-12-31,0.06\n"
    assert len(read(text, frequency=Frequency.ANNUAL).assets) == 2
    assert "11 months missing" in only_problem(lambda: read(text)).what


def test_a_gap_between_years_is_reported_once_for_all_classes() -> None:
    text = b"date,bills,real_estate\n2014-12-31,0.0,0.04\n2016-12-31,0.0,0.05\n"
    table = read_csv(text, source="annual.csv")
    problem = only_problem(lambda: read_class_returns(table, frequency=Frequency.ANNUAL))
    assert problem.where.startswith("annual.csv")


def test_proxies_rise_by_date() -> None:
    text = "date,return\n2025-01-03,0.01\n2025-01-02,0.01\n"
    assert (
        "comes after" in only_problem(lambda: read_proxy(read_csv(text.encode(), source="p"))).what
    )
    doubled = text.replace("01-02", "01-03")
    problem = only_problem(lambda: read_proxy(read_csv(doubled.encode(), source="p")))
    assert "stands twice" in problem.what
