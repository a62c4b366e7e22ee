"""Curve histories as files: months and dates, quotes, what is missing and how it is said."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from defease.curves import Compounding, Extrapolation, Interpolation, curve_from_par_yields
from defease.inputs.csv_reader import read_csv
from defease.inputs.curve_file import CurveConventions
from defease.inputs.curve_history_file import CurveHistoryReading, DailyRates, read_curve_history
from defease.inputs.rate_units import RateUnit
from tests.unit.inputs.building import only_problem, problems_of

SPOT = CurveConventions(
    quote="spot",
    compounding=Compounding.SEMIANNUAL,
    unit=RateUnit.PERCENT,
    interpolation=Interpolation.LINEAR_ZERO,
)
MONTHS = "month,0.5,1,10\n2016-09,0.8,0.9,3.0\n2016-10,0.9,1.0,3.1\n2016-11,1.0,1.2,3.4\n"


def read(text: str, conventions: CurveConventions = SPOT) -> CurveHistoryReading:
    return read_curve_history(read_csv(text.encode(), source="h.csv"), conventions)


def codes(reading: CurveHistoryReading) -> list[str]:
    return [caution.code for caution in reading.cautions]


def test_semiannual_percent_is_what_the_publisher_says() -> None:
    reading = read(MONTHS)
    assert reading.history.dates.astype(str).tolist() == ["2016-09-30", "2016-10-31", "2016-11-30"]
    factors = reading.history.discount_factors([10.0])[:, 0]
    assert factors == pytest.approx([(1 + r / 200) ** -20 for r in (3.0, 3.1, 3.4)])
    assert codes(reading) == ["monthly_means"]
    assert "half a month earlier [to confirm" in reading.cautions[0].message
    assert reading.understood == (
        "3 months, 2016-09 to 2016-11; 3 maturities, 0.5 to 10 years; spot rates, semiannual "
        "compounding; linear_zero"
    )


def test_rows_may_stand_newest_first() -> None:
    lines = MONTHS.splitlines()
    reading = read("\n".join([lines[0], *lines[:0:-1]]) + "\n")
    np.testing.assert_array_equal(reading.history.zero_rates, read(MONTHS).history.zero_rates)


def test_of_several_dates_the_last_of_each_month_counts() -> None:
    text = "date,1,10\n2016-10-03,9,9\n2016-10-31,1.0,3.1\n2016-11-01,9,9\n2016-11-29,1.2,3.4\n"
    reading = read(text)
    assert reading.history.dates.astype(str).tolist() == ["2016-10-31", "2016-11-30"]
    assert reading.history.discount_factors([10.0])[1, 0] == pytest.approx(1.017**-20)
    assert codes(reading) == ["last_of_month", "dated_at_month_end"]
    assert "1 of 2 curves" in reading.cautions[1].message


def test_the_mean_of_a_month_where_that_is_asked_for() -> None:
    """Tenor by tenor over the days that have a rate, in any order of rows."""
    text = (
        "date,1,10\n2016-11-30,1.4,3.0\n2016-10-03,1.0,\n2016-10-31,1.3,2.6\n2016-11-01,1.2,3.2\n"
    )
    table, means = (
        read_csv(text.encode(), source="h.csv"),
        "month,1,10\n2016-10,1.15,2.6\n2016-11,1.3,3.1\n",
    )
    reading = read_curve_history(table, SPOT, daily=DailyRates.MONTH_MEAN)
    assert reading.history.zero_rates == pytest.approx(read(means).history.zero_rates, rel=1e-12)
    assert reading.history.dates.astype(str).tolist() == ["2016-10-31", "2016-11-30"]
    (said,) = [c.message for c in reading.cautions if c.code == "monthly_means"]
    assert "4 dates in 2 months; the mean of each month" in said
    assert read(text).history.zero_rates != pytest.approx(reading.history.zero_rates, rel=1e-3)


@pytest.mark.parametrize("heading", ["3m,1y,10Y", "3mo,1yr,10 years", "0.25,1,10"])
def test_maturities_may_be_named_as_publishers_name_them(heading: str) -> None:
    reading = read(f"date,{heading}\n2016-10-31,1,1,3\n2016-11-30,1,1,3\n")
    assert reading.history.node_times.tolist() == [0.25, 1.0, 10.0]


def test_par_yields_price_every_bond_at_par() -> None:
    par = CurveConventions(
        quote="par", unit=RateUnit.PERCENT, interpolation=Interpolation.LINEAR_ZERO
    )
    reading = read("date,1,2,10\n2016-10-31,1,1.2,3\n2016-11-30,1.1,1.3,3.2\n", par)
    assert "compounding_default" in codes(reading)
    for day, quoted in (("2016-10-31", [1, 1.2, 3]), ("2016-11-30", [1.1, 1.3, 3.2])):
        ours = reading.history.curve_on(dt.date.fromisoformat(day))
        alone = curve_from_par_yields(
            [1, 2, 10], np.array(quoted) / 100, interpolation=Interpolation.LINEAR_ZERO
        )
        np.testing.assert_allclose(ours.node_zero_rates, alone.node_zero_rates, atol=1e-13)


def test_discount_factors_and_forwards() -> None:
    factors = CurveConventions(quote="discount_factor", interpolation=Interpolation.LINEAR_ZERO)
    found = read("date,1,2\n2016-10-31,0.97,0.93\n2016-11-30,0.96,0.92\n", factors).history
    assert found.discount_factors([1.0, 2.0]).tolist()[0] == pytest.approx([0.97, 0.93])
    forward = CurveConventions(
        quote="forward", compounding=Compounding.ANNUAL, unit=RateUnit.PERCENT,
        interpolation=Interpolation.LOG_LINEAR_DISCOUNT,
    )  # fmt: skip
    found = read("date,1,3\n2016-10-31,3,5\n2016-11-30,3,5\n", forward).history
    assert found.discount_factors([3.0])[0, 0] == pytest.approx(1 / (1.03 * 1.05**2))


def test_without_a_declared_interpolation_few_nodes_get_the_spline() -> None:
    plain = CurveConventions(quote="spot", compounding=Compounding.ANNUAL, unit=RateUnit.PERCENT)
    assert read(MONTHS, plain).history.interpolation is Interpolation.CUBIC_ZERO


class TestMissingTenors:
    TEXT = "date,1,2,4\n2016-10-31,1,2,\n2016-11-30,1,2,5\n"

    def test_the_months_own_curve_stands_in_and_is_named(self) -> None:
        reading = read(self.TEXT, SPOT)
        (said,) = [c.message for c in reading.cautions if c.code == "missing_tenor"]
        assert "4 years has no rate in 1 of 2 months (2016-10 to 2016-10)" in said
        assert "(flat_forward)" in said
        one, two = 2 * np.log1p(0.005), 4 * np.log1p(0.01)
        rolled = two + 2 * (two - one)
        logs = -reading.history.log_discounts([4.0])
        assert logs[0, 0] == pytest.approx(rolled)
        assert logs[1, 0] == pytest.approx(8 * np.log1p(0.025))

    def test_between_tenors_the_interpolation_is_named(self) -> None:
        reading = read("date,1,2,4\n2016-10-31,1,,5\n2016-11-30,1,2,5\n")
        (said,) = [c.message for c in reading.cautions if c.code == "missing_tenor"]
        assert "(linear_zero)" in said

    def test_refusing_extrapolation_refuses(self) -> None:
        given = CurveConventions(
            quote="spot", unit=RateUnit.PERCENT, extrapolation=Extrapolation.REFUSE
        )
        problem = only_problem(lambda: read(self.TEXT, given))
        assert "h.csv" in problem.where
        assert "no tenor beyond 2 years" in problem.what

    def test_a_tenor_never_quoted_is_left_out_aloud(self) -> None:
        reading = read("date,1,2,4\n2016-10-31,1,2,\n2016-11-30,1,2,\n")
        assert reading.history.node_times.tolist() == [1.0, 2.0]
        assert "empty_tenors" in codes(reading)


@pytest.mark.parametrize(
    ("text", "where", "said"),
    [
        (MONTHS.replace("2016-10", "2016-08"), "h.csv", "2016-10 is missing between"),
        (MONTHS.replace("2016-10", "2016-09"), "line 3, column month", "stands twice"),
        (MONTHS.replace("2016-10", "2016-13"), "line 3, column month", "is not a month"),
        (MONTHS.replace("month", "when"), "h.csv", "has no column 'date'"),
        ("month,a,b\n2016-10,1,2\n", "h.csv", "no column of a maturity"),
        ("month,date,1\n2016-10,2016-10-31,2\n", "h.csv", "has the columns date and month"),
        (MONTHS.replace("0.9,1.0,3.1", ",1.0,"), "h.csv", "2016-10 has 1 rates"),
        ("date,1,10\n2016-10-31,0.01,0.03\n2016-11-30,0.01,0.03\n", "column 1", "below 0.30"),
        (MONTHS.replace("3.1", "x"), "line 3, column 10", "'x'"),
        ("month,5\n2016-10,1\n2016-11,1\n", "h.csv", "2016-10 has 1 rates"),
    ],
)
def test_refused_with_place_what_and_remedy(text: str, where: str, said: str) -> None:
    found = problems_of(lambda: read(text))
    assert any(where in p.where and said in p.what for p in found), found


def test_par_yields_compounded_continuously_are_refused() -> None:
    wrong = CurveConventions(quote="par", compounding=Compounding.CONTINUOUS, unit=RateUnit.PERCENT)
    assert "cannot have" in only_problem(lambda: read(MONTHS, wrong)).what
