"""Treasury prices of TreasuryDirect's FedInvest and the yields published for them.

Prices: TreasuryDirect, FedInvest daily prices of 2026-03-24 and of month ends 2010-2016.  Yields:
Federal Reserve H.15 / US Treasury constant-maturity yields.  Formula examples: 31 CFR part 356,
appendix B (Treasury's own worked examples).  Settlement is the next business day (T+1): 2026-03-25
for prices of 2026-03-24, and Monday 2016-01-04 for prices of Thursday 2015-12-31.
"""

from __future__ import annotations

import datetime as dt

import pytest

from defease.bonds import is_valid_cusip, prices_from_yields, yields_to_maturity
from tests.shared_files import shared_rows
from tests.treasury_prices import FILE_2026, MONTH_ENDS, end_of_day, treasuries, treasuries_of_2026
from tests.unit.bonds.builders import bond


def test_the_thirty_year_bond_of_the_regulation() -> None:
    # 8 3/4% bond issued 1990-05-15, due 2020-05-15, at a yield of 8.84%: price 99.057893
    at_issue = bond("2020-05-15", 0.0875, settlement="1990-05-15")
    assert prices_from_yields(at_issue, 0.0884)[0] == pytest.approx(99.057893, abs=5e-7)


def test_the_364_day_bill_of_the_regulation() -> None:
    # issued 1990-06-07, due 1991-06-06, price 92.265000: investment rate 8.237%
    bill = bond("1991-06-06", 0.0, settlement="1990-06-07", price=92.265, frequency=0)
    assert yields_to_maturity(bill)[0] == pytest.approx(0.08237, abs=5e-6)


def test_the_newest_ten_year_note_of_2026() -> None:
    universe = treasuries_of_2026()
    note = universe.identifiers.index("91282CPZ8")
    assert str(universe.maturities[note]) == "2036-02-15"
    assert round(100 * float(yields_to_maturity(universe)[note]), 2) == 4.36


def test_all_nominal_treasuries_of_2026_have_a_price_and_a_yield_of_their_market() -> None:
    universe = treasuries_of_2026()
    assert len(universe) == 400
    found = yields_to_maturity(universe)
    seasoned = universe.maturities > universe.maturities.min() + 30
    assert found[seasoned].min() > 0.03
    assert found[seasoned].max() < 0.055


@pytest.mark.parametrize(
    ("tenor", "maturity", "coupon"), [("10Y", "2025-11-15", 0.0225), ("30Y", "2045-11-15", 0.03)]
)
def test_yields_of_the_newest_issues_agree_with_the_constant_maturity_yields(
    tenor: str, maturity: str, coupon: float
) -> None:
    rows = [row for row in shared_rows("data/" + MONTH_ENDS) if row["date"] == "2015-12-31"]
    universe = treasuries(rows, [end_of_day(row) for row in rows], dt.date(2016, 1, 4))
    newest = (universe.maturities.astype(str) == maturity) & (universe.coupons == coupon)
    assert newest.sum() == 1
    published = next(
        row for row in shared_rows("data/rates/ust_cmt_daily.csv") if row["date"] == "2015-12-31"
    )
    found = 100 * float(yields_to_maturity(universe)[newest][0])
    assert found == pytest.approx(float(published[tenor]), abs=0.01)


def test_every_published_cusip_passes_its_check_digit() -> None:
    cusips = [row["cusip"] for row in shared_rows("data/" + FILE_2026)]
    assert len(cusips) == 461
    assert [text for text in cusips if not is_valid_cusip(text)] == []
    assert [text for text in cusips if is_valid_cusip(text[:3] + text[4] + text[3] + text[5:])] == [
        text for text in cusips if text[3] == text[4]
    ]
