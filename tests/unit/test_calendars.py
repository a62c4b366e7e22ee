from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from defease.calendars import (
    HolidayCalendar,
    add_business_days,
    business_day_on_or_after,
    business_day_on_or_before,
    easter_sundays,
    holidays,
    is_business_day,
    settlement_date,
)
from defease.errors import InputError

BONDS = HolidayCalendar.US_BOND_MARKET


def of_year(calendar: HolidayCalendar, year: int) -> list[str]:
    days = holidays(calendar)
    chosen = days[days.astype("datetime64[Y]") == np.datetime64(str(year))]
    return [str(day)[5:] for day in chosen]


def test_the_recommended_bond_market_holidays_of_2025() -> None:
    # SIFMA's holiday schedule for US government securities
    assert of_year(BONDS, 2025) == [
        "01-01", "01-20", "02-17", "04-18", "05-26", "06-19", "07-04", "09-01", "10-13", "11-11",
        "11-27", "12-25",
    ]  # fmt: skip


def test_good_friday_with_an_employment_report_is_a_morning_of_business() -> None:
    open_ones = ["2021-04-02", "2023-04-07", "2026-04-03"]
    shut = ["2022-04-15", "2024-03-29", "2025-04-18"]
    assert is_business_day(np.array(open_ones, "datetime64[D]"), BONDS).all()
    assert not is_business_day(np.array(shut, "datetime64[D]"), BONDS).any()


def test_federal_holidays_on_saturday_are_kept_on_friday() -> None:
    # New Year 2022 fell on a Saturday: offices closed on 31 December 2021, the bond market did not
    day = dt.date(2021, 12, 31)
    assert not is_business_day(day, HolidayCalendar.US_FEDERAL)
    assert is_business_day(day, BONDS)


def test_bank_holidays_of_england_in_2022() -> None:
    assert of_year(HolidayCalendar.UK, 2022) == [
        "01-03", "04-15", "04-18", "05-02", "06-02", "06-03", "08-29", "09-19", "12-26", "12-27",
    ]  # fmt: skip


def test_weekends_alone() -> None:
    assert len(holidays(HolidayCalendar.WEEKENDS)) == 0
    week = np.arange("2026-03-23", "2026-03-30", dtype="datetime64[D]")
    assert is_business_day(week, HolidayCalendar.WEEKENDS).tolist() == [True] * 5 + [False] * 2


def test_easter_over_four_centuries() -> None:
    # earliest and latest possible Easter, and the rule's own exceptions of 1981 and 2049
    years = np.array([1954, 1981, 2000, 2008, 2038, 2049, 2076, 2285])
    expected = [
        "1954-04-18", "1981-04-19", "2000-04-23", "2008-03-23", "2038-04-25", "2049-04-18",
        "2076-04-19", "2285-03-22",
    ]  # fmt: skip
    assert easter_sundays(years).astype(str).tolist() == expected


def test_a_holiday_weekend_is_stepped_over() -> None:
    friday, monday, tuesday = dt.date(2010, 5, 28), dt.date(2010, 5, 31), dt.date(2010, 6, 1)
    assert business_day_on_or_after(monday, BONDS) == tuesday
    assert business_day_on_or_before(monday, BONDS) == friday
    assert add_business_days(friday, 1, BONDS) == tuesday
    assert add_business_days(tuesday, -1, BONDS) == friday
    assert add_business_days(monday, [-1, 0, 1], BONDS).tolist() == [friday, tuesday, tuesday]


def test_the_ex_dividend_date_of_a_gilt() -> None:
    # UK Debt Management Office, private investor's guide: seven business days before 2004-09-07
    found = add_business_days(dt.date(2004, 9, 7), -7, HolidayCalendar.UK)
    assert str(found) == "2004-08-26"


def test_settlement_counts_business_days_after_the_trade() -> None:
    assert settlement_date(dt.date(2026, 3, 24)) == dt.date(2026, 3, 25)
    assert settlement_date(dt.date(2010, 5, 28)) == dt.date(2010, 6, 1)
    assert settlement_date(dt.date(2010, 5, 29)) == dt.date(2010, 6, 1)
    assert settlement_date(dt.date(2010, 5, 28), lag=0) == dt.date(2010, 5, 28)
    assert settlement_date(dt.date(2010, 5, 28), lag=2, calendar=HolidayCalendar.TARGET) == dt.date(
        2010, 6, 1
    )


def test_a_negative_lag_is_refused() -> None:
    with pytest.raises(InputError, match="lag of -1"):
        settlement_date(dt.date(2026, 3, 24), lag=-1)


@pytest.mark.parametrize("day", ["1989-12-29", "2201-01-01", "NaT"])
def test_days_without_rules_are_refused(day: str) -> None:
    with pytest.raises(InputError, match="outside 1990 to 2200"):
        is_business_day(np.array([day], "datetime64[D]"), BONDS)
    with pytest.raises(InputError, match="outside 1990 to 2200"):
        add_business_days(np.array(["2200-12-31"], "datetime64[D]"), 1, BONDS)
