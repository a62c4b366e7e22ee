from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from defease.market import Series, curve_points
from defease.market.reading import Reading
from defease.market.treasury import read_par_yields, read_real_yields
from tests.unit.inputs.building import only_problem, problems_of

CSV = """Date,"1 Mo","1.5 Month","2 Mo","3 Mo","10 Yr","20 Yr","30 Yr"
04/18/2017,0.76,,,0.82,2.18,2.57,2.84
04/17/2017,0.77,,,0.83,2.26,2.65,2.92
04/14/2017,0,0,0,0,0,0,0
04/13/2017,0.00,,,0.81,2.24,N/A,2.89
"""
XML = """<?xml version="1.0" encoding="utf-8" standalone="yes"?>
<feed xmlns="http://www.w3.org/2005/Atom"
 xmlns:d="http://schemas.microsoft.com/ado/2007/08/dataservices"
 xmlns:m="http://schemas.microsoft.com/ado/2007/08/dataservices/metadata">
<entry><title type="text"/><content type="application/xml"><m:properties>
<d:Id m:type="Edm.Int32">1</d:Id>
<d:NEW_DATE m:type="Edm.DateTime">2017-04-17T00:00:00</d:NEW_DATE>
<d:BC_1MONTH m:type="Edm.Double">0.77</d:BC_1MONTH>
<d:BC_1_5MONTH m:null="true"/>
<d:BC_10YEAR m:type="Edm.Double">2.26</d:BC_10YEAR>
<d:BC_30YEAR m:type="Edm.Double">2.92</d:BC_30YEAR>
<d:BC_30YEARDISPLAY m:type="Edm.Double">9.99</d:BC_30YEARDISPLAY>
</m:properties></content></entry>
<entry><content type="application/xml"><m:properties>
<d:NEW_DATE m:type="Edm.DateTime">2017-04-14T00:00:00</d:NEW_DATE>
<d:BC_1MONTH m:type="Edm.Double">0</d:BC_1MONTH><d:BC_10YEAR m:type="Edm.Double">0</d:BC_10YEAR>
</m:properties></content></entry>
</feed>
"""
TEN = Series("par_yield", "UST", "10Y")


def par(text: str) -> Reading:
    return read_par_yields(text.encode(), source="par.csv")


def test_the_csv_of_the_treasury() -> None:
    reading = par(CSV)
    days, rates = reading.observations.history(TEN)
    assert days.tolist() == [dt.date(2017, 4, 13), dt.date(2017, 4, 17), dt.date(2017, 4, 18)]
    np.testing.assert_array_equal(rates, np.array([2.24, 2.26, 2.18]) / 100)
    assert "3 days, 2017-04-13 to 2017-04-18; 7 maturities" in reading.report.understood


def test_a_row_of_zeros_is_dropped_with_its_line_and_a_single_zero_is_a_rate() -> None:
    reading = par(CSV)
    (dropped,) = reading.report.dropped
    assert str(dropped) == (
        "par.csv: line 4: every rate is 0: the market was closed, or the feed failed"
    )
    assert dt.date(2017, 4, 14) not in reading.observations.days.tolist()
    assert reading.observations.value(Series("par_yield", "UST", "1M"), dt.date(2017, 4, 13)) == 0


def test_a_blank_is_neither_zero_nor_interpolated() -> None:
    points = curve_points(par(CSV).observations, "par_yield", "UST", dt.date(2017, 4, 13))
    # 20 years is N/A on this day: the curve goes from 10 to 30 with nothing between.
    np.testing.assert_allclose(points.maturities, [1 / 12, 0.25, 10, 30])
    np.testing.assert_allclose(points.rates, [0, 0.0081, 0.0224, 0.0289], rtol=1e-15)
    problem = only_problem(
        lambda: par(CSV).observations.value(Series("par_yield", "UST", "20Y"), dt.date(2017, 4, 13))
    )
    assert problem.what == "was not published"


def test_a_day_without_a_curve_names_the_last_before() -> None:
    found = par(CSV).observations
    problem = only_problem(lambda: curve_points(found, "par_yield", "UST", dt.date(2017, 4, 14)))
    assert problem.what == "has no curve of 2017-04-14"
    assert "the last before is 2017-04-13" in problem.remedy


def test_the_xml_feed_says_the_same_as_the_csv() -> None:
    reading = par(XML)
    assert reading.observations.value(TEN, dt.date(2017, 4, 17)) == pytest.approx(0.0226)
    assert len(reading.observations) == 3
    assert [row.reason[:15] for row in reading.report.dropped] == ["every rate is 0"]
    assert [c.message for c in reading.report.cautions] == [
        "par.csv: elements not read: BC_30YEARDISPLAY"
    ]


def test_real_yields_may_be_negative_and_have_their_own_name() -> None:
    data = b'Date,"5 YR","7 YR","10 YR"\n12/31/2021,-1.61,-1.26,-1.04\n'
    found = read_real_yields(data, source="real.csv").observations
    assert found.value(Series("real_par_yield", "UST", "5Y"), dt.date(2021, 12, 31)) == -0.0161


def test_holes_within_the_life_of_a_tenor_are_named() -> None:
    days = np.arange("2002-01-01", "2002-04-11", dtype="datetime64[D]")
    lines = [f"{d},5.0,{'' if 30 <= i < 60 else 5.5}" for i, d in enumerate(days)]
    reading = par("Date,10 Yr,30 Yr\n" + "\n".join(lines) + "\n")
    assert (
        f"30Y: {days[0]} to {days[-1]}, none from {days[30]} to {days[59]}"
        in reading.report.understood
    )


def test_a_misplaced_decimal_point_is_pointed_at() -> None:
    text = "Date,10 Yr\n2026-01-05,4.2\n2026-01-06,42.0\n2026-01-07,4.2\n"
    (caution,) = par(text).report.cautions
    assert caution.message == "par.csv: 10Y on 2026-01-06 is 42%, beside 4.2% and 4.2%"


def test_a_whole_file_in_decimals_is_refused() -> None:
    problem = only_problem(lambda: par("Date,1 Yr,10 Yr\n2026-01-05,0.041,0.042\n"))
    assert "in percent" in problem.remedy


def test_all_problems_of_a_file_come_at_once() -> None:
    text = "Date,10 Yr\n01/05/2026,4.2\n01/05/2026,4.3\n13/40/2026,4.2\n01/07/2026,420\n"
    places = [problem.where for problem in problems_of(lambda: par(text))]
    assert places == [
        "par.csv: line 4, column date",
        "par.csv: line 3, column date",
        "par.csv: line 5, column 10_yr",
    ]
