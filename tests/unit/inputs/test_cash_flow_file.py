from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from defease.cashflows import FlowKind, Timing
from defease.inputs.cash_flow_file import CashFlowConventions, CashFlowReading, read_cash_flows
from defease.inputs.csv_reader import read_csv
from defease.inputs.plan_years import PlanYears
from tests.unit.inputs.building import only_problem, problems_of

VALUED = dt.date(2025, 12, 31)


def read(
    text: str,
    *,
    valued: dt.date = VALUED,
    year_end: str = "",
    timing: Timing | None = Timing.MID_YEAR,
    unit: float = 1.0,
    as_of: dt.date | None = None,
) -> CashFlowReading:
    conventions = CashFlowConventions(
        valuation_date=valued,
        year_end=year_end or valued.strftime("%m-%d"),
        timing=timing,
        unit=unit,
        as_of=as_of,
    )
    return read_cash_flows(read_csv(text.encode(), source="cf.csv"), conventions)


def codes(reading: CashFlowReading) -> list[str]:
    return [caution.code for caution in reading.cautions]


@pytest.mark.parametrize(
    ("timing", "times", "days"),
    [
        (Timing.START_OF_YEAR, [0.0, 1.0], ["2024-08-31", "2025-08-31"]),
        (Timing.MID_YEAR, [0.5, 1.5], ["2025-02-28", "2026-02-28"]),
        (Timing.END_OF_YEAR, [1.0, 2.0], ["2025-08-31", "2026-08-31"]),
    ],
)
@pytest.mark.parametrize("heading", ["year\n2025,{}\n2026,{}", "period\n1,{}\n2,{}"])
def test_years_and_periods_from_the_valuation_date(
    timing: Timing, times: list[float], days: list[str], heading: str
) -> None:
    text = heading.replace("\n", ",benefits\n", 1).format(100, 110) + "\n"
    flows = read(text, valued=dt.date(2024, 8, 31), timing=timing).flows
    assert flows.times.tolist() == times
    assert flows.dates.astype(str).tolist() == days
    assert flows.amounts.tolist() == [100.0, 110.0]


def test_monthly_timing_pays_a_twelfth_in_the_middle_of_each_month() -> None:
    flows = read("period,benefits\n1,120\n2,240\n", timing=Timing.MONTHLY).flows
    assert flows.times == pytest.approx((np.arange(24) + 0.5) / 12, abs=1e-15)
    assert flows.amounts == pytest.approx([10.0] * 12 + [20.0] * 12, abs=1e-12)
    shown = flows.dates.astype(str)[[0, 1, 11]].tolist()
    assert shown == ["2026-01-15", "2026-02-15", "2026-12-15"]


def test_dates_count_actual_days_over_365() -> None:
    reading = read("date,benefits\n2026-12-31,1\n2028-02-29,2\n", timing=None)
    assert reading.flows.times.tolist() == [1.0, 790 / 365]
    assert reading.flows.labels.tolist() == [2026, 2028]
    assert codes(reading) == []


def test_timing_not_stated_is_said() -> None:
    reading = read("year,benefits\n2026,1\n", timing=None)
    assert codes(reading) == ["timing_default"]
    assert reading.flows.times.tolist() == [0.5]


@pytest.mark.parametrize(
    ("text", "timing"),
    [("date,benefits\n2026-12-31,1\n", Timing.MID_YEAR), ("year,benefits\n2026,1\n", Timing.DATED)],
)
def test_timing_that_contradicts_the_file(text: str, timing: Timing) -> None:
    assert "timing" in only_problem(lambda: read(text, timing=timing)).what


def test_kinds_groups_and_unit() -> None:
    text = "year,group,benefits,expenses,contributions\n2026,Retired,10,1,4\n2026,mine,20,2,0\n"
    flows = read(text, unit=1000.0).flows
    assert flows.gross.amounts.tolist() == [33_000.0]
    assert flows.net.amounts.tolist() == [29_000.0]
    assert flows.group_names == ("mine", "retired")
    assert flows.in_group("retired").of_kind(FlowKind.EXPENSES).total == 1000.0


def test_valuation_inside_a_plan_year_counts_its_days() -> None:
    # 2025-09-30 leaves 92 of the 365 days of the plan year ending 2025-12-31.
    text = "year,benefits\n2024,7\n2025,365\n2026,100\n"
    reading = read(text, valued=dt.date(2025, 9, 30), year_end="12-31")
    assert codes(reading) == ["past_flows", "partial_year"]
    assert reading.flows.amounts == pytest.approx([92.0, 100.0], abs=1e-12)
    assert reading.flows.times == pytest.approx([46 / 365, 92 / 365 + 0.5], abs=1e-15)
    assert reading.flows.dates.astype(str).tolist() == ["2025-11-15", "2026-06-30"]
    end = read(text, valued=dt.date(2025, 9, 30), year_end="12-31", timing=Timing.END_OF_YEAR)
    assert end.flows.times == pytest.approx([92 / 365, 92 / 365 + 1.0], abs=1e-15)
    start = read(text, valued=dt.date(2025, 9, 30), year_end="12-31", timing=Timing.START_OF_YEAR)
    assert start.flows.times == pytest.approx([0.0, 92 / 365], abs=1e-15)


@pytest.mark.parametrize(
    ("valued", "days"),
    [
        (dt.date(2025, 10, 15), ["2025-11-15", "2025-12-15"]),
        (dt.date(2025, 12, 20), ["2025-12-31"]),
    ],
)
def test_the_rest_of_a_running_year_paid_monthly(valued: dt.date, days: list[str]) -> None:
    flows = read(
        "year,benefits\n2025,365\n", valued=valued, year_end="12-31", timing=Timing.MONTHLY
    ).flows
    assert flows.dates.astype(str).tolist() == days
    left = (dt.date(2025, 12, 31) - valued).days
    assert flows.amounts == pytest.approx([left / len(days)] * len(days), abs=1e-12)


def test_leap_day_year_ends() -> None:
    leap = PlanYears(dt.date(2024, 2, 29), "02-29", Timing.END_OF_YEAR)
    assert leap.first_end == dt.date(2025, 2, 28)
    assert leap.remaining_share == 1.0
    assert [p.day for p in leap.points_of_year(2028)] == [dt.date(2028, 2, 29)]
    february = PlanYears(dt.date(2024, 2, 29), "02-28", Timing.END_OF_YEAR)
    assert february.remaining_share == 1.0


def test_rows_up_to_the_valuation_date_are_left_out_and_summed() -> None:
    reading = read("date,benefits\n2025-06-30,5\n2025-12-31,7\n2026-06-30,9\n", timing=None)
    assert reading.flows.amounts.tolist() == [9.0]
    assert codes(reading) == ["past_flows"]
    assert "2 rows" in reading.cautions[0].message
    assert "12.00" in reading.cautions[0].message


@pytest.mark.parametrize(
    "text", ["year,benefits\n2020,1\n2021,1\n", "date,benefits\n2025-12-31,1\n"]
)
def test_valuation_after_the_last_payment_is_refused(text: str) -> None:
    timing = None if "date" in text else Timing.MID_YEAR
    problem = only_problem(lambda: read(text, timing=timing))
    assert "pays nothing after the valuation date" in problem.what


def test_as_of_on_an_anniversary_keeps_whole_years() -> None:
    text = "year,benefits\n2026,10\n2027,20\n2028,30\n"
    moved = read(text, as_of=dt.date(2026, 12, 31))
    assert moved.flows.valuation_date == dt.date(2026, 12, 31)
    assert moved.flows.times.tolist() == [0.5, 1.5]
    assert moved.flows.amounts.tolist() == [20.0, 30.0]
    assert "1 flows" in moved.cautions[0].message
    assert "10.00" in moved.cautions[0].message


def test_as_of_between_anniversaries_counts_days() -> None:
    moved = read("year,benefits\n2026,10\n2027,20\n", as_of=dt.date(2026, 3, 31)).flows
    assert moved.dates.astype(str).tolist() == ["2026-06-30", "2027-06-30"]
    assert moved.times.tolist() == [91 / 365, 456 / 365]
    assert (
        "nothing after"
        in only_problem(lambda: read("year,benefits\n2026,10\n", as_of=dt.date(2030, 1, 1))).what
    )


@pytest.mark.parametrize(
    ("text", "place", "said"),
    [
        ("year,benefits\n2026,-5\n", "line 2, column benefits", "-5 is below 0"),
        ("year,benefits\n2026,(5)\n", "line 2, column benefits", "-5 is below 0"),
        ("year,benefits\n2026,\n", "line 2, column benefits", "is empty"),
        ("year,benefits\n2026,1e400\n", "line 2, column benefits", "not finite"),
        ("year,benefits\n2026,nan\n", "line 2, column benefits", "not a finite number"),
        ("year,benefits\n2026,2e18\n", "line 2, column benefits", "above 1e+18"),
        ("year,benefits\n2026,1\n2026,2\n", "line 3, column year", "2026 appears twice"),
        ("year,benefits\n2027,1\n2026,2\n", "line 3, column year", "2026 comes after 2027"),
        ("year,benefits\n26,1\n", "line 2, column year", "lies outside"),
        ("year,benefits\n2026.5,1\n", "line 2, column year", "not a whole number"),
        ("period,benefits\n0,1\n", "line 2, column period", "lies outside"),
        ("date,benefits\n2027-01-31,1\n2026-01-31,1\n", "line 3, column date", "comes after"),
        ("date,benefits\n03/04/2027,1\n", "line 2, column date", "4 March or 3 April"),
        (
            "year,currency,benefits\n2026,EUR,1\n",
            "line 2, column currency",
            "plan's currency is USD",
        ),
        ("year,benefits\n2026,0\n", "cf.csv", "no amount above 0"),
        ("year,date,benefits\n2026,2026-12-31,1\n", "cf.csv", "columns year and date"),
        ("benefits\n1\n", "cf.csv", "no column year, period or date"),
        ("year,payments\n2026,1\n", "cf.csv", "no column 'benefits'"),
    ],
)
def test_refusals_name_the_place(text: str, place: str, said: str) -> None:
    timing = None if text.startswith("date") else Timing.MID_YEAR
    problem = only_problem(lambda: read(text, timing=timing))
    assert place in problem.where
    assert said in problem.what


def test_duplicate_years_are_judged_within_each_group() -> None:
    good = "year,group,benefits\n2026,a,1\n2027,a,1\n2026,b,1\n2027,b,1\n"
    assert len(read(good).flows) == 4
    bad = good + "2027,b,1\n"
    assert "for group b" in only_problem(lambda: read(bad)).what


def test_gaps_and_repeated_dates_are_said() -> None:
    gaps = read("year,benefits\n2026,1\n2029,1\n")
    assert codes(gaps) == ["gap_years"]
    assert "2027, 2028" in gaps.cautions[0].message
    repeated = read("date,benefits\n2026-06-30,1\n2026-06-30,2\n", timing=None)
    assert codes(repeated) == ["repeated_dates"]
    assert repeated.flows.gross.amounts.tolist() == [3.0]


def test_all_problems_of_the_file_at_once() -> None:
    found = problems_of(lambda: read("year,benefits,expenses\n2026,-1,x\n2027,1_000,2\n"))
    assert len(found) == 3


def test_unknown_columns_are_listed() -> None:
    reading = read("year,benefits,comment\n2026,1,hello\n")
    assert codes(reading) == ["unknown_columns"]


def test_many_small_amounts_add_up() -> None:
    rows = "".join(f"{day},0.01\n" for day in np.arange("2026-01-01", "2071-01-01", dtype="M8[D]"))
    count = rows.count("\n")
    total = read("date,benefits\n" + rows, timing=None).flows.gross.total
    assert total == pytest.approx(count / 100, rel=1e-12)


def test_an_amount_that_is_too_large_gets_another_remedy_than_a_negative_one() -> None:
    large = only_problem(lambda: read("year,benefits\n2026,2e18\n"))
    negative = only_problem(lambda: read("year,benefits\n2026,-5\n"))
    assert "unit = 1000" in large.remedy
    assert "positive numbers" in negative.remedy


def test_a_column_index_names_what_amounts_are_linked_to() -> None:
    text = (
        b"year,group,index,benefits\n2026,retired,CPI,100\n2026,retired,,50\n2027,retired,cpi,9\n"
    )
    conventions = CashFlowConventions(
        valuation_date=dt.date(2025, 12, 31), year_end="12-31", timing=Timing.MONTHLY
    )
    reading = read_cash_flows(read_csv(text, source="flows.csv"), conventions)
    assert reading.flows.index_names == ("cpi",)
    linked = reading.flows.where(reading.flows.index_tags == "cpi")
    assert linked.gross.total == pytest.approx(109.0)
    assert reading.flows.gross.total == pytest.approx(159.0)  # amounts are nominal all the same
    assert reading.understood.endswith("linked to: cpi")
