"""FRED, HQM, GSW, IRS, EIOPA and FedInvest files, small and in their publishers' layouts."""

from __future__ import annotations

import datetime as dt
import io

import numpy as np
import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from defease.market import Series, monthly_table, segment_window
from defease.market.eiopa import read_parameters, read_spot, read_weights
from defease.market.fedinvest import mid_prices, read_fedinvest
from defease.market.fred import read_fred
from defease.market.gsw import read_gsw, svensson_parameters
from defease.market.hqm import read_hqm
from defease.market.segments import read_segments
from tests.unit.inputs.building import only_problem, problems_of

DAY = dt.date(2026, 3, 24)
CPI = """observation_date,CPIAUCNS
2025-08-01,323.976
2025-09-01,324.8
2025-10-01,.
2025-11-01,324.122
"""
GSW = """"Note: these are staff estimates, not official data",,,
"Description, with a comma",,,

Series,,,
Date,BETA0,BETA1,BETA2,BETA3,SVENY01,SVENPY01,SVENF01,SVEN1F01,TAU1,TAU2
1961-06-14,3.917606,-1.27795499967595,-1.949397,0,2.9825,2.9891,3.5492,3.8067,0.339218,-999.99
1961-06-15,NA,NA,NA,NA,NA,NA,NA,NA,NA,NA
2024-08-30,4.77,0.72,-1.94,-2.86,4.3103,4.3619,3.6398,3.5066,0.9,3.2
"""
PRICES = """912797SC2,MARKET BASED BILL,0.0,03/26/2026,,0.000000,99.980389,0.000000
91282CEF4,MARKET BASED NOTE,0.025,03/31/2027,,98.812500,98.781250,0.000000
912810TM0,MARKET BASED BOND,0.04,11/15/2042,,92.5,92.6,0.000000
912828S50,TIPS,0.00125,07/15/2026,,100.062500,100.031250,0.000000
"""


def months(first: str, count: int) -> list[str]:
    start = np.datetime64(first, "M")
    return [str(start + i) for i in range(count)]


def test_fred_names_what_it_knows_and_a_point_is_missing() -> None:
    reading = read_fred(CPI.encode(), source="cpi.csv")
    days, levels = reading.observations.history(Series("price_index", "CPI-U"))
    assert [str(day)[:7] for day in days] == ["2025-08", "2025-09", "2025-11"]
    assert levels.tolist() == [323.976, 324.8, 324.122]
    (caution,) = reading.report.cautions
    assert "CPIAUCNS has no figure for 2025-10" in caution.message


def test_the_cpi_gap_of_october_2025_is_refused_by_name_where_every_month_is_needed() -> None:
    found = read_fred(CPI.encode(), source="cpi.csv").observations
    problem = only_problem(
        lambda: monthly_table(found, "price_index", "CPI-U", first="2025-08", last="2025-11")
    )
    assert problem.what == "2025-10 is missing of the 4 months 2025-08 to 2025-11"
    whole = monthly_table(found, "price_index", "CPI-U", first="2025-08", last="2025-09")
    assert whole.values.tolist() == [[323.976], [324.8]]


def test_fred_rates_become_decimals_and_unknown_series_stay_as_published() -> None:
    data = b"DATE,DGS10,DFII5,UNRATE\n2026-01-02,4.19,-0.5,4.1\n2026-01-05,.,1.2,\n"
    reading = read_fred(data, source="f.csv")
    day = dt.date(2026, 1, 2)
    assert reading.observations.value(Series("par_yield", "UST", "10Y"), day) == pytest.approx(
        0.0419
    )
    assert reading.observations.value(Series("real_par_yield", "UST", "5Y"), day) == -0.005
    assert reading.observations.value(Series("as_published", "UNRATE"), day) == 4.1
    assert [c.code for c in reading.report.cautions] == ["unknown_series"]


def test_hqm_table_names_the_missing_month() -> None:
    text = "month,0.5,1,30.5\n2016-11,0.9,1.1,4.4\n2016-08,0.7,0.9,4.0\n2016-09,0.8,,4.1\n"
    reading = read_hqm(text.encode(), source="hqm.csv")
    messages = [caution.message for caution in reading.report.cautions]
    assert messages == [
        "hqm.csv: the month 2016-10 is missing; nothing was put in its place",
        "hqm.csv: 1 cells are blank; they stay missing",
    ]
    assert any("beyond 30 years" in sentence for sentence in reading.report.understood)
    problem = only_problem(
        lambda: monthly_table(
            reading.observations, "spot_rate", "HQM", first="2016-08", last="2016-11"
        )
    )
    assert problem.what.startswith("2016-09, 2016-10 are missing")


def hqm_workbook() -> bytes:
    """Title, years over their January, month names, a spare column, then a row per half year."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    sheet["A1"] = "HQM Yield Curve Spot Rates"
    sheet["C3"], sheet["O3"] = 2024, 2025
    names = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    for column in range(18):
        sheet.cell(row=4, column=3 + column, value=names[column % 12])
    sheet["A4"] = "Maturity"
    for row, years in enumerate((0.5, 1.0, 1.5)):
        sheet.cell(row=5 + row, column=1, value=years)
        for column in range(14):
            sheet.cell(row=5 + row, column=3 + column, value=4 + years + column / 100)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def test_the_publishers_hqm_workbook_is_turned_around() -> None:
    reading = read_hqm(hqm_workbook(), source="hqm_24_28.xlsx")
    # 14 of the 18 months have figures; the empty columns to come are no months.
    assert reading.report.understood[0] == "14 months, 2024-01 to 2025-02"
    found = reading.observations
    # February 2025 is the 14th column: 4 + 1.5 + 0.13.
    assert found.value(Series("spot_rate", "HQM", "1.5Y"), dt.date(2025, 2, 1)) == pytest.approx(
        0.0563
    )


def test_the_same_sheet_saved_as_text_reads_alike() -> None:
    text = "HQM Spot Rates,,,\n,,2024,\n,,January,February\n0.5,,5.10,5.20\n1,,4.90,\n"
    found = read_hqm(text.encode(), source="hqm.csv").observations
    assert found.value(Series("spot_rate", "HQM", "0.5Y"), dt.date(2024, 2, 1)) == pytest.approx(
        0.052
    )
    assert len(found) == 3


def test_an_old_workbook_is_refused_with_the_way_out() -> None:
    problem = only_problem(
        lambda: read_hqm(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1..", source="hqm.xls")
    )
    assert "old .xls" in problem.what
    assert ".xlsx" in problem.remedy


def test_gsw_preamble_na_and_the_mark_of_nelson_siegel_days() -> None:
    reading = read_gsw(GSW.encode(), source="feds200628.csv")
    found = reading.observations
    assert [str(row) for row in reading.report.dropped] == [
        "feds200628.csv: line 7: no figure at all"
    ]
    early = svensson_parameters(found, dt.date(1961, 6, 14))
    assert early[3] == 0.0
    assert early[4] == early[5] == 0.339218
    assert early[0] == pytest.approx(0.03917606)
    assert not len(found.where(lambda s: s.item == "TAU2").on(dt.date(1961, 6, 14)))
    assert svensson_parameters(found, dt.date(2024, 8, 30))[5] == 3.2
    zero = Series("zero_yield", "UST", "1Y")
    assert found.value(zero, dt.date(2024, 8, 30)) == pytest.approx(0.043103)
    assert {s.measure for s in found.series} == {
        "parameter",
        "zero_yield",
        "fitted_par_yield",
        "instantaneous_forward",
        "one_year_forward",
    }
    problem = only_problem(lambda: svensson_parameters(found, dt.date(1961, 6, 15)))
    assert "has no BETA0" in problem.what


def segments(skip: str = "", blank: str = "") -> bytes:
    rows = [
        f"{month},{'' if month == blank else 1.5},3.7,4.7"
        for month in months("2014-12", 24)
        if month != skip
    ]
    return ("month,first,second,third\n" + "\n".join(rows) + "\n").encode()


def test_a_full_window_of_segment_rates() -> None:
    found = read_segments(segments(), source="irs.csv").observations
    window = segment_window(found, "2016-11")
    assert window.values.shape == (24, 3)
    np.testing.assert_allclose(window.values.mean(axis=0), [0.015, 0.037, 0.047])
    assert window.items == ("first", "second", "third")
    assert str(window.months[0]) == "2014-12-01"


def test_a_hole_in_the_24_months_is_named() -> None:
    found = read_segments(segments(skip="2015-07"), source="irs.csv").observations
    problem = only_problem(lambda: segment_window(found, "2016-11"))
    assert problem.what == "2015-07 is missing of the 24 months 2014-12 to 2016-11"


def test_two_of_three_segments_are_refused() -> None:
    problem = only_problem(lambda: read_segments(segments(blank="2015-07"), source="irs.csv"))
    assert problem.where == "irs.csv: line 9, column first"


def test_segments_in_decimals_are_refused() -> None:
    data = b"month,first,second,third\n2026-01,0.041,0.05,0.055\n"
    problem = only_problem(lambda: read_segments(data, source="irs.csv"))
    assert "no rate of the columns first, second, third reaches 0.30" in problem.what


def test_eiopa_needs_the_date_that_its_files_do_not_hold() -> None:
    data = b"maturity,Euro,United States\n1,0.0347,0.047\n2,0.0332,0.042\n"
    assert "reference date" in only_problem(lambda: read_spot(data, source="e.csv")).what
    found = read_spot(data, source="e.csv", as_of=dt.date(2023, 4, 30)).observations
    assert found.value(Series("spot_rate", "United States", "2Y"), dt.date(2023, 4, 30)) == 0.042


def test_eiopa_percent_typed_for_decimals_is_refused() -> None:
    data = b"maturity,Euro\n1,3.47\n"
    problem = only_problem(lambda: read_spot(data, source="e.csv", as_of=DAY))
    assert "above 1" in problem.what


def test_eiopa_parameters_and_weights() -> None:
    head = b"country,coupon_freq,llp_years,convergence_years,ufr_pct,alpha,cra_bp\n"
    data = head + b"Euro,1,20,40,3.45,0.117567,10\n"
    found = read_parameters(data, source="p.csv", as_of=DAY).observations
    rate = Series("smith_wilson_parameter", "Euro", "ultimate_forward_rate")
    assert found.value(rate, DAY) == pytest.approx(0.0345)
    risk = Series("smith_wilson_parameter", "Euro", "credit_risk_adjustment")
    assert found.value(risk, DAY) == 0.001
    data = b"country,u_years,qb\nEuro,1,-1.79\nEuro,2,0.52\n"
    weights = read_weights(data, source="q.csv", as_of=DAY).observations
    assert weights.value(Series("smith_wilson_weight", "Euro", "2Y"), DAY) == 0.52
    twice = data + b"Euro,2,0.53\n"
    assert (
        "two figures" in only_problem(lambda: read_weights(twice, source="q.csv", as_of=DAY)).what
    )


def test_fedinvest_without_header_needs_the_date_and_zero_is_no_price() -> None:
    assert (
        "date of its prices"
        in only_problem(lambda: read_fedinvest(PRICES.encode(), source="p.csv")).what
    )
    reading = read_fedinvest(PRICES.encode(), source="p.csv", as_of=DAY)
    assert not len(reading.observations.of("end_of_day_price"))
    assert not len(reading.observations.of("buy_price", "912797SC2"))
    assert [s.coupon for s in reading.securities] == [0.0, 0.025, 0.04, 0.00125]
    assert reading.securities[1].maturity == dt.date(2027, 3, 31)
    assert "coupons are fractions, as the publisher writes" in reading.report.understood
    codes = [caution.code for caution in reading.report.cautions]
    assert codes == ["missing_prices", "missing_prices", "crossed_prices"]
    # The third line: it can be bought at 92.5 and sold at 92.6.
    assert reading.report.dropped[0].where == "p.csv: line 3"


def test_mid_prices_leave_out_what_has_no_two_prices_by_name() -> None:
    prices = mid_prices(read_fedinvest(PRICES.encode(), source="p.csv", as_of=DAY), DAY)
    assert [s.cusip for s in prices.securities] == ["91282CEF4", "912828S50"]
    np.testing.assert_array_equal(prices.prices, [98.796875, 100.046875])
    assert [str(row) for row in prices.dropped] == [
        "912797SC2: no buy price on 2026-03-24",
        "912810TM0: crossed: buy 92.5 below sell 92.6",
    ]


def test_a_matured_security_has_no_mid_price() -> None:
    late = dt.date(2026, 7, 15)
    reading = read_fedinvest(PRICES.encode(), source="p.csv", as_of=late)
    assert "912828S50: matured on 2026-07-15" in map(str, mid_prices(reading, late).dropped)


def test_fedinvest_with_the_publishers_headings_is_in_percent() -> None:
    head = "CUSIP,SECURITY TYPE,RATE,MATURITY DATE,CALL DATE,BUY,SELL,END OF DAY\n"
    text = head + PRICES.replace("0.025", "2.500%")
    text = (
        text.replace("0.00125", "0.125%").replace(",0.04,", ",4.000%,").replace(",0.0,", ",0.000%,")
    )
    reading = read_fedinvest(text.encode(), source="p.csv", as_of=DAY)
    assert [s.coupon for s in reading.securities] == [0.0, 0.025, 0.04, 0.00125]


def test_fedinvest_refuses_wrong_check_digits_types_and_second_rows() -> None:
    text = PRICES.replace("91282CEF4", "91282CEF5").replace("TIPS", "CORPORATE")
    found = problems_of(lambda: read_fedinvest(text.encode(), source="p.csv", as_of=DAY))
    assert [problem.where for problem in found] == [
        "p.csv: line 2, column cusip",
        "p.csv: line 4, column type",
    ]
    twice = PRICES + PRICES.splitlines()[1] + "\n"
    problem = only_problem(lambda: read_fedinvest(twice.encode(), source="p.csv", as_of=DAY))
    assert "has a second row for 2026-03-24 (first in line 2)" in problem.what
