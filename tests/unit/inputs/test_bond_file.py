from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from defease.dates import DayCount
from defease.inputs.bond_file import (
    BondReading,
    LinkedReading,
    read_holdings,
    read_linked,
    read_universe,
)
from defease.inputs.csv_reader import read_csv
from tests.unit.inputs.building import only_problem, problems_of

SETTLED = dt.date(2025, 12, 31)
GOOD = "identifier,rating,coupon,maturity,price\na,AA,0.04,2030-06-30,99.5\n"


def read(text: str) -> BondReading:
    return read_universe(read_csv(text.encode(), source="bonds.csv"), settlement=SETTLED)


def hold(text: str) -> BondReading:
    return read_holdings(read_csv(text.encode(), source="holdings.csv"), settlement=SETTLED)


def changed(**cells: str) -> str:
    """The good row with cells replaced or added."""
    row = dict(zip(*(line.split(",") for line in GOOD.split()), strict=True)) | cells
    return f"{','.join(row)}\n{','.join(row.values())}\n"


def test_columns_become_a_universe_with_its_defaults() -> None:
    bonds = read(
        "identifier,issuer,sector,rating,coupon_pct,maturity,price\n"
        "t,US,Gov,UST,4.5,2035-11-15,101\nc,Acme,Tech,Baa1,5,2030-06-30,99.5\n"
    ).bonds
    assert bonds.ratings == ("UST", "BBB+")
    assert bonds.coupons.tolist() == [0.045, 0.05]
    assert bonds.day_counts == (DayCount.ACT_ACT_ICMA, DayCount.THIRTY_360)
    assert bonds.frequencies.tolist() == [2, 2]
    assert bonds.issuers == ("US", "Acme")
    assert bonds.settlement == SETTLED
    assert np.isinf(bonds.outstanding).all()


def test_given_columns_win_over_defaults() -> None:
    bonds = read(
        changed(
            frequency="S/A", day_count="act/360", accrued="1.25", outstanding="5e8",
            settlement="2026-01-02", country="US", watch="yes", call_date="2028-06-30",
        )
    ).bonds  # fmt: skip
    assert bonds.day_counts == (DayCount.ACT_360,)
    assert bonds.dirty_prices.tolist() == [100.75]
    assert bonds.settlement == dt.date(2026, 1, 2)
    assert bonds.watch.tolist() == [True]
    assert bonds.callable.tolist() == [True]
    assert bonds.outstanding.tolist() == [5e8]


def test_rows_that_cannot_be_bought_are_listed_with_the_reason() -> None:
    reading = read(
        GOOD.replace("price", "price,kind").replace("99.5", "99.5,bond")
        + "b,AA,0.04,2031-06-30,,bond\nc,AA,0.04,2031-06-30,0,bond\nd,AA,0.04,2025-12-31,99,bond\n"
        "e,UST,0.01,2031-06-30,99,tips\nf,AA,0.04,2031-06-30,99,frn\n"
    )
    assert reading.bonds.identifiers == ("a",)
    assert [bond.identifier for bond in reading.excluded] == ["b", "c", "d", "e", "f"]
    assert {bond.reason for bond in reading.excluded[:2]} == {"no price"}
    assert "matured" in reading.excluded[2].reason
    assert "inflation-linked" in reading.excluded[3].reason
    assert "floating-rate" in reading.excluded[4].reason
    assert any("2 rows left out: no price" in c.message for c in reading.cautions)


def test_bills_and_zeros() -> None:
    text = (
        "identifier,rating,coupon,maturity,price,kind\n"
        "b,UST,,2026-06-30,98,bill\nz,UST,0,2045-11-15,40,zero\n"
    )
    bonds = read(text).bonds
    assert bonds.frequencies.tolist() == [0, 2]
    assert bonds.coupons.tolist() == [0.0, 0.0]


def test_missing_prices_are_taken_midway_of_bid_and_ask_and_counted() -> None:
    reading = read(changed(price="", bid="99", ask="99.5"))
    assert reading.bonds.clean_prices.tolist() == [99.25]
    assert "mid_prices" in [c.code for c in reading.cautions]
    assert "above the ask" in only_problem(lambda: read(changed(bid="100", ask="99"))).what


@pytest.mark.parametrize(
    ("cells", "place", "said"),
    [
        ({"coupon": "4.5"}, "line 2, column coupon", "450%"),
        ({"coupon": "-0.01"}, "line 2, column coupon", "negative"),
        ({"coupon": ""}, "line 2, column coupon", "is empty"),
        ({"price": "-5"}, "line 2, column price", "below 0"),
        ({"price": "99-16+"}, "line 2, column price", "32nds"),
        ({"price": "0.995"}, "bonds.csv", "every price is below 2"),
        ({"price": "5000"}, "line 2, column price", "above 1000"),
        ({"maturity": "2030-02-30"}, "line 2, column maturity", "not a day"),
        ({"maturity": ""}, "line 2, column maturity", "is empty"),
        ({"rating": "BBBB"}, "line 2, column rating", "not a rating"),
        ({"frequency": "3"}, "line 2, column frequency", "not a frequency"),
        ({"day_count": "30/365"}, "line 2, column day_count", "not a day count"),
        ({"kind": "bonde"}, "line 2, column kind", "not a kind"),
        ({"currency": "EUR"}, "line 2, column currency", "plan's currency is USD"),
        ({"identifier": ""}, "line 2, column identifier", "is empty"),
        ({"identifier": "9.13E+15"}, "line 2, column identifier", "scientific"),
        ({"identifier": "37833100"}, "line 2, column identifier", "lost its leading zero"),
        (
            {"identifier": "037833101", "identifier_type": "cusip"},
            "line 2, column identifier",
            "not a valid CUSIP",
        ),
        ({"identifier_type": "cusipp"}, "line 2, column identifier_type", "not an identifier type"),
        ({"callable": "perhaps"}, "line 2, column callable", "neither yes nor no"),
        ({"outstanding": "0"}, "line 2, column outstanding", "not above 0"),
        ({"offered": "-1"}, "line 2, column offered", "below 0"),
        ({"bid": "2000"}, "line 2, column bid", "above 1000"),
        ({"yield": "5"}, "line 2, column yield", "500%"),
        ({"price": ""}, "bonds.csv", "no bond with a price"),
        ({"first_coupon": "2040-01-01"}, "bonds.csv: bonds: a", "first coupon"),
    ],
)
def test_refusals_name_the_place(cells: dict[str, str], place: str, said: str) -> None:
    problem = only_problem(lambda: read(changed(**cells)))
    assert place in problem.where
    assert said in problem.what


def test_a_coupon_column_wholly_below_a_third_of_a_percent_is_refused() -> None:
    text = GOOD.replace("coupon", "coupon_pct")
    assert "below 0.30" in only_problem(lambda: read(text)).what


def test_the_column_decides_that_identifiers_are_cusips() -> None:
    rows = ["037833100", "912810TM0", "912810FP8", "912828E10", "912810QA9", "37833100"]
    good = [name for name in rows if name != "912828E10"]
    text = "identifier,coupon,maturity,price\n" + "".join(
        f"{name},0.04,2030-06-30,99\n" for name in good
    )
    problem = only_problem(lambda: read(text))
    assert problem.where == "bonds.csv: line 6, column identifier"
    assert "'037833100'" in problem.remedy


def test_duplicates_are_refused_in_a_universe_and_allowed_as_lots() -> None:
    text = "identifier,coupon,maturity,price,face\n" + "a,0,2030-06-30,80,1000\n" * 2
    problem = only_problem(lambda: read(text))
    assert "already stands in line 2" in problem.what
    held = hold(text)
    assert held.market_value == pytest.approx(1600.0, rel=1e-12)
    assert held.faces.tolist() == [1000.0, 1000.0]


def test_holdings_need_face_and_price() -> None:
    assert "no column 'face'" in only_problem(lambda: hold(GOOD)).what
    text = "identifier,coupon,maturity,price,face\na,0,2030-06-30,,1000\nb,0,2030-06-30,80,0\n"
    found = problems_of(lambda: hold(text))
    assert {p.where for p in found} == {
        "holdings.csv: line 2, column identifier",
        "holdings.csv: line 3, column face",
    }


def test_several_settlement_dates() -> None:
    text = (
        "identifier,coupon,maturity,price,settlement\n"
        "a,0,2030-06-30,80,2026-01-02\nb,0,2030-06-30,80,2026-01-05\n"
    )
    assert "several settlement dates" in only_problem(lambda: read(text)).what


def test_bid_and_ask_stand_in_for_a_price_column() -> None:
    text = "identifier,coupon,maturity,bid,ask\na,0.04,2030-06-30,99,99.5\nb,0,2031-06-30,0,80\n"
    reading = read(text)
    assert reading.bonds.clean_prices.tolist() == [99.25]
    assert [(bond.identifier, bond.reason) for bond in reading.excluded] == [("b", "no price")]


def test_a_price_outside_its_quotes_is_used_and_said() -> None:
    reading = read(changed(price="98", bid="99", ask="99.5"))
    assert reading.bonds.clean_prices.tolist() == [98.0]
    assert "price_outside_quotes" in [c.code for c in reading.cautions]


def test_quotes_and_amounts_on_offer_reach_the_universe() -> None:
    text = (
        "identifier,coupon,maturity,price,bid,ask,offered\n"
        "a,0.04,2030-06-30,99.1,99,99.5,2500000\nb,0,2031-06-30,80,,80.5,\n"
        "c,0,2031-06-30,80,0,80.5,0\n"
    )
    reading = read(text)
    bonds = reading.bonds
    np.testing.assert_array_equal(bonds.bids, [99.0, np.nan, np.nan])
    np.testing.assert_array_equal(bonds.asks, [99.5, 80.5, 80.5])
    assert bonds.half_spreads.tolist() == [0.25, 0.0, 0.0]
    assert bonds.offered.tolist() == [2_500_000.0, np.inf, 0.0]
    said = [c.message for c in reading.cautions if c.code == "nothing_offered"]
    assert said == ["bonds.csv: 1 bond has nothing on offer and cannot be bought"]


def test_without_quotes_a_trade_costs_nothing_and_all_is_on_offer() -> None:
    bonds = read(GOOD).bonds
    assert np.isnan(bonds.bids).all()
    assert bonds.half_spreads.tolist() == [0.0]
    assert np.isinf(bonds.offered).all()


def test_a_call_date_reaches_the_universe() -> None:
    bonds = read(changed(call_date="2028-06-30")).bonds
    assert bonds.call_dates.astype(str).tolist() == ["2028-06-30"]
    assert bonds.callable.tolist() == [True]
    problem = only_problem(lambda: read(changed(call_date="2035-06-30")))
    assert "after its maturity" in problem.what


def test_yields_to_worst_below_yields_flag_callable_bonds() -> None:
    text = (
        "identifier,coupon,maturity,price,yield_pct,yield_to_worst_pct\n"
        "a,0.04,2030-06-30,101,4.12,4.08\nb,0.04,2030-06-30,99,4.12,4.12\n"
        "c,0.04,2030-06-30,99,4.12,\n"
    )
    reading = read(text)
    assert reading.bonds.callable.tolist() == [True, False, False]
    said = [c.message for c in reading.cautions if c.code == "callable_by_yields"]
    assert said == ["bonds.csv: 1 bond is callable by a yield to worst below the yield to maturity"]


def test_an_issue_date_gives_an_odd_first_coupon() -> None:
    bonds = read(
        changed(issue_date="2025-11-15", first_coupon="2026-06-30", maturity="2030-06-30")
    ).bonds
    assert bonds.issue_dates.astype(str).tolist() == ["2025-11-15"]
    assert bonds.accrued[0] == pytest.approx(100 * 0.04 * 46 / 360, rel=1e-12)


LINKED = "identifier,coupon_pct,maturity,price,kind,base_cpi\n"


def linked(text: str) -> LinkedReading:
    return read_linked(read_csv(text.encode(), source="tips.csv"), settlement=SETTLED)


def test_linked_bonds_are_read_apart_from_the_others() -> None:
    reading = linked(
        LINKED + "t,1.125,2033-01-15,96,tips,296.5\nb,4,2030-06-30,99,bond,\n"
        "old,1,2025-07-15,99,tips,230\nnone,1,2030-07-15,0,tips,256\n"
    )
    assert reading.bonds.real.identifiers == ("t",)
    assert reading.bonds.real.day_counts == (DayCount.ACT_ACT_ICMA,)
    assert reading.bonds.base_cpi.tolist() == [296.5]
    assert [(bond.identifier, bond.reason) for bond in reading.excluded] == [
        ("b", "not inflation-linked (kind bond)"),
        ("old", "matured on or before settlement"),
        ("none", "no price"),
    ]


def test_linked_bonds_need_their_base() -> None:
    problem = only_problem(lambda: linked(LINKED + "t,1.125,2033-01-15,96,tips,\n"))
    assert problem.where == "tips.csv: line 2, column base_cpi"
    assert "'t' is inflation-linked but has no base CPI" in problem.what
    without = LINKED.replace(",base_cpi", "") + "t,1.125,2033-01-15,96,tips\n"
    assert "no base CPI" in only_problem(lambda: linked(without)).what
    assert "not above 0" in only_problem(lambda: linked(LINKED + "t,1,2033-01-15,96,tips,0\n")).what
    assert "no inflation-linked bond" in only_problem(lambda: linked(GOOD)).what


def test_holdings_that_pay_by_an_index_cannot_be_valued() -> None:
    text = "identifier,coupon,maturity,price,face,kind\nt,0.01,2033-01-15,96,1000,tips\n"
    problem = only_problem(lambda: hold(text))
    assert "cannot be valued: inflation-linked" in problem.what
    assert "market_value" in problem.remedy


def test_missing_columns_at_once() -> None:
    found = problems_of(lambda: read("identifier,issuer\na,b\n"))
    assert [p.what for p in found] == [
        "has no column 'coupon'", "has no column 'maturity'", "has no column 'price'",
    ]  # fmt: skip
