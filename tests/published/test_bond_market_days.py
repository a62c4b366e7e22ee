"""Days on which Treasury yields were published: the bond market's business days.

Federal Reserve H.15 / US Treasury, constant-maturity yields from 1990-01-02 to 2026-02-20.
"""

from __future__ import annotations

import numpy as np

from defease.calendars import HolidayCalendar, is_business_day
from tests.shared_files import shared_rows


def test_yields_exist_on_business_days_and_on_no_other() -> None:
    rows = shared_rows("data/rates/ust_cmt_daily.csv")
    published = np.array([row["date"] for row in rows], dtype="datetime64[D]")
    days = np.arange("1990-01-01", published.max() + 1, dtype="datetime64[D]")
    open_days = days[is_business_day(days, HolidayCalendar.US_BOND_MARKET)]
    assert np.setxor1d(open_days, published[published >= days[0]]).astype(str).tolist() == []
    assert len(open_days) > 9000
