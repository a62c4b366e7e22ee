"""Bad and unusual bonds: each is refused in words, listed with its reason, or simply valid.

The ids are those of the project's list of faults (../shared/cases/faults.json) where it has them.
"""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from defease.bonds import (
    BondUniverse,
    FlatInflation,
    LastPeriod,
    LinkedUniverse,
    projected_payments,
    yield_measures,
    yields_to_maturity,
)
from defease.errors import InputError
from defease.inputs.bond_file import BondReading, read_linked, read_universe
from defease.inputs.csv_reader import read_csv
from tests.shared_files import shared_json
from tests.unit.bonds.builders import bond, days

SETTLED = dt.date(2026, 3, 25)
GOOD = "a,AA,0.04,2030-06-30,99\n"
HEAD = "identifier,rating,coupon,maturity,price"


def read(text: str) -> BondReading:
    return read_universe(read_csv(text.encode(), source="bonds.csv"), settlement=SETTLED)


def refused(text: str) -> list[str]:
    with pytest.raises(InputError) as caught:
        read(text)
    return [str(problem) for problem in caught.value.problems]


def test_crossed_quotes_are_refused_with_their_line_and_remedy() -> None:
    text = f"{HEAD},bid,ask\na,AA,0.04,2030-06-30,,100,99.5\nb,AA,0.04,2030-06-30,,101,100\n"
    first, second = refused(text)
    assert first == (
        "bonds.csv: line 2, column bid: 100 is above the ask 99.5; "
        "correct the quotes, or leave both empty"
    )
    assert "line 3, column bid: 101 is above the ask 100" in second


def test_zero_prices_are_missing_ones() -> None:
    reading = read(f"{HEAD}\n{GOOD}b,AA,0.04,2030-06-30,0\nc,AA,0.04,2030-06-30,0.000\n")
    assert reading.bonds.identifiers == ("a",)
    assert [bond.reason for bond in reading.excluded] == ["no price", "no price"]
    assert any("2 rows left out: no price" in c.message for c in reading.cautions)
    quoted = read(f"{HEAD},bid,ask\n{GOOD.strip()},0,99\nb,AA,0.04,2030-06-30,0,0,99\n")
    assert [b.reason for b in quoted.excluded] == ["no price"]


def test_matured_bonds_are_listed_in_files_and_refused_in_the_library() -> None:
    reading = read(f"{HEAD}\n{GOOD}b,AA,0.04,2026-03-25,100\n")
    assert [bond.reason for bond in reading.excluded] == ["matured on or before settlement"]
    with pytest.raises(InputError, match="not after settlement on 2026-03-25"):
        bond("2026-03-25")


def test_negative_yields_are_valid() -> None:
    dear = bond("2030-03-25", 0.01, price=110.0)
    found = yield_measures(dear)
    assert found.yields[0] < -0.01
    assert found.modified_durations[0] > found.macaulay_durations[0] > 0
    bill = bond("2026-06-25", 0.0, price=100.05, frequency=0)
    assert yields_to_maturity(bill)[0] < 0


@pytest.mark.parametrize("kind", ["frn", "tips"])
def test_cur_09_what_is_no_fixed_payment_is_listed_never_a_bullet(kind: str) -> None:
    reading = read(f"{HEAD},kind\n{GOOD.strip()},bond\nb,UST,0.001,2030-06-30,99,{kind}\n")
    assert [b.identifier for b in reading.excluded] == ["b"]
    assert "not a known amount" in reading.excluded[0].reason


def test_cur_09_callable_bonds_say_so() -> None:
    reading = read(f"{HEAD},call_date\n{GOOD.strip()},2028-06-30\n")
    assert reading.bonds.callable.tolist() == [True]


def test_cur_07_prices_in_32nds_are_refused_with_the_decimal() -> None:
    (only,) = refused(f"{HEAD}\na,AA,0.04,2030-06-30,99-16+\n")
    assert only == (
        "bonds.csv: line 2, column price: '99-16+' looks like a price in 32nds; "
        "write the price as a decimal number: 99-16+ is 99.515625"
    )


def test_cur_11_an_index_ratio_below_one_at_maturity_repays_par() -> None:
    note = LinkedUniverse(bond("2027-03-25", 0.0, price=98.0), np.array([300.0]))
    found = projected_payments(note, reference_cpi=297.0, inflation=FlatInflation(0.0))
    assert found.amounts.tolist() == [100.0]


def test_cur_13_the_last_period_is_simple_unless_named() -> None:
    note = bond("2026-06-25", 0.04, price=99.0, settlement="2026-03-25")
    simple = yields_to_maturity(note)[0]
    compound = yields_to_maturity(note, last_period=LastPeriod.COMPOUND)[0]
    share = 92 / 182  # of the coupon period from 2025-12-25
    assert (1 + share * simple / 2) == pytest.approx((1 + compound / 2) ** share, rel=1e-14)
    assert 1e-6 < compound - simple < compound**2 / 4


def test_cur_14_a_bond_without_its_next_coupon_has_negative_accrued_interest() -> None:
    case = shared_json("cases/inflation_tips_goals.json")["gilt_ex_dividend"]
    gilt = BondUniverse(
        settlement=dt.date.fromisoformat(case["ex_dividend_date"]),
        identifiers=("gilt",),
        coupons=np.array([0.05]),
        maturities=days("2014-09-07"),
        clean_prices=np.array([101.0]),
        accrued=np.array([-0.163]),
    )
    assert gilt.dirty_prices[0] == pytest.approx(100.837, rel=1e-14)


def test_tips_without_a_base_index_are_refused_in_words() -> None:
    text = f"{HEAD},kind\nt,UST,0.01,2030-07-15,99,tips\n"
    with pytest.raises(InputError, match="no base CPI") as caught:
        read_linked(read_csv(text.encode(), source="tips.csv"), settlement=SETTLED)
    assert "reference CPI of its dated date" in caught.value.problems[0].remedy


def test_all_problems_of_a_file_come_at_once() -> None:
    text = (
        f"{HEAD},bid,ask,call_date\n"
        "a,AA,-0.04,2030-06-30,,100,99,\n"
        "b,AA,0.04,2030-06-30,-5,,,\n"
        "c,AA,0.04,2030-06-30,99-16,,,2028-13-01\n"
    )
    found = refused(text)
    assert len(found) == 5
    for place in ("line 2, column bid", "line 2, column coupon", "line 3, column price",
                  "line 4, column price", "line 4, column call_date"):  # fmt: skip
        assert any(place in problem for problem in found), place
