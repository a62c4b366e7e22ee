"""Current holdings: faces beside the universe, or bonds with terms of their own."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from defease.inputs.bond_file import BondReading, read_universe
from defease.inputs.csv_reader import read_csv
from defease.inputs.holdings_file import CurrentHoldings, read_current_holdings
from defease.inputs.plan import read_plan
from defease.matching.haircut import ExpectedLossTable
from tests.unit.inputs.building import PLAN, only_problem, plan_folder, problems_of

DAY = dt.date(2025, 12, 31)
BONDS = """identifier,rating,kind,coupon,maturity,price
DE-2030,UST,bond,0.04,2030-06-30,99.5
DE-2031,AA,bond,0.05,2031-06-30,101
bill,UST,bill,,2026-06-30,98
old,AA,bond,0.03,2025-06-30,100
quiet,AA,bond,0.03,2029-06-30,
linked,UST,tips,0.01,2033-01-15,96
"""
TERMS = "identifier,face,rating,kind,coupon,maturity,price\n"


def universe() -> BondReading:
    return read_universe(read_csv(BONDS.encode(), source="bonds.csv"), settlement=DAY)


def hold(text: str) -> CurrentHoldings:
    table = read_csv(text.encode(), source="holdings.csv")
    return read_current_holdings(table, universe=universe())


def test_identifier_and_face_are_enough_for_bonds_of_the_universe() -> None:
    held = hold("identifier,face\nbill,3000\nDE-2030,1000\nDE-2030,500\n")
    assert held.bonds.identifiers == ("DE-2030", "DE-2031", "bill")
    assert held.faces.tolist() == [1500.0, 0.0, 3000.0]
    assert held.listed.all()
    prices = held.bonds.dirty_prices
    assert held.market_value == pytest.approx(15 * prices[0] + 30 * prices[2], rel=1e-14)
    assert held.cautions == ()
    assert held.understood == "2 bonds held, face 4,500"


def test_a_bond_outside_the_universe_brings_its_own_terms() -> None:
    held = hold(
        f"{TERMS}DE-2031,700,,,,,\nmine,200,BBB,bond,0.06,2028-03-31,97\n"
        "mine,300,BBB,bond,0.06,2028-03-31,97\n"
    )
    assert held.bonds.identifiers[-1] == "mine"
    assert held.bonds.ratings[-1] == "BBB"
    assert held.faces.tolist() == [0.0, 700.0, 0.0, 500.0]
    assert held.listed.tolist() == [True, True, True, False]
    assert [c.message for c in held.cautions if c.code == "holdings_outside_universe"] == [
        "holdings.csv: 1 bond is not in the universe: held or sold, never bought"
    ]


def test_a_bond_without_a_price_in_the_universe_may_bring_one() -> None:
    held = hold(f"{TERMS}quiet,200,AA,bond,0.03,2029-06-30,94\n")
    assert held.bonds.clean_prices[-1] == 94.0
    problem = only_problem(lambda: hold("identifier,face\nquiet,200\n"))
    assert problem.what == "'quiet' in the universe: no price"
    assert "a price in this row" in problem.remedy


def test_another_price_than_the_universes_is_said_and_not_used() -> None:
    held = hold(f"{TERMS}DE-2031,700,AA,bond,5%,2031-06-30,102\nbill,1,UST,bill,,2026-06-30,98\n")
    assert held.bonds.clean_prices[1] == 101.0
    (said,) = held.cautions
    assert said.message == "holdings.csv: 1 price differs from the universe's, which is used"


@pytest.mark.parametrize(
    ("text", "where", "what", "remedy"),
    [
        (
            "identifier,face\nDE-2013,5\n",
            "line 2, column identifier",
            "'DE-2013' is not in the universe, and its row gives no coupon, no maturity, no price",
            "did you mean 'DE-203",
        ),
        (
            f"{TERMS}xyz,5,AA,bond,0.04,2030-06-30,\n",
            "line 2, column identifier",
            "its row gives no price",
            "add it to the universe, or its terms to this row",
        ),
        (
            "identifier,face\nold,5\n",
            "line 2, column identifier",
            "'old' in the universe: matured on or before settlement",
            "what it repaid is cash by now",
        ),
        (
            f"{TERMS}gone,5,AA,bond,0.04,2025-12-31,100\n",
            "line 2, column identifier",
            "cannot be valued: matured on or before settlement",
            "what it repaid is cash by now",
        ),
        (
            f"{TERMS}t,5,UST,tips,0.01,2035-12-31,100\n",
            "line 2, column identifier",
            "cannot be valued: inflation-linked",
            "market_value",
        ),
        (
            "identifier,face\nlinked,5\n",
            "line 2, column identifier",
            "inflation-linked",
            "give its terms",
        ),
        ("identifier,face\nbill,0\n", "line 2, column face", "not above 0", "face amount held"),
        ("identifier,face\nbill,-5\n", "line 2, column face", "not above 0", "face amount held"),
        ("identifier\nbill\n", "", "no column 'face'", "add the column"),
        ("identifier,face\n,5\n", "line 2, column identifier", "is empty", "give the identifier"),
        (
            f"{TERMS}DE-2031,5,AA,bond,0.04,2031-06-30,101\n",
            "line 2, column coupon",
            "'DE-2031' pays 0.04 here and 0.05 in the universe",
            "correct one of the files",
        ),
        (
            f"{TERMS}DE-2031,5,AA,bond,0.05,2031-06-29,101\n",
            "line 2, column maturity",
            "matures on 2031-06-29 here and on 2031-06-30 in the universe",
            "correct one of the files",
        ),
        (
            f"{TERMS}m,5,A,bond,0.05,2031-06-29,101\nm,5,A,bond,0.05,2031-06-29,102\n",
            "line 3, column identifier",
            "another price than in line 2",
            "lots of one bond",
        ),
        (
            "identifier,face,coupon,maturity,price,settlement\nm,5,0.05,2031-06-30,9,2026-01-05\n",
            ": bonds",
            "settle on 2025-12-31 and on 2026-01-05",
            "same day",
        ),
    ],
)
def test_refusals_name_the_place(text: str, where: str, what: str, remedy: str) -> None:
    problem = only_problem(lambda: hold(text))
    assert problem.where.startswith("holdings.csv")
    assert problem.where.endswith(where)
    assert what in problem.what
    assert remedy in problem.remedy


def test_all_problems_of_the_file_come_at_once() -> None:
    assert len(problems_of(lambda: hold("identifier,face\nold,5\nxyz,0\nquiet,9\n"))) == 4


def test_a_plan_reads_holdings_and_its_loss_table(tmp_path: Path) -> None:
    keys = (
        '[matching]\nuniverse = "bonds.csv"\nholdings = "held.csv"\n'
        'haircut = "table"\nhaircut_table = "losses.csv"\n'
    )
    folder = plan_folder(
        tmp_path,
        plan=PLAN + keys,
        bonds=BONDS,
        held="identifier,face\nbill,3000\n",
        losses="rating,intensity,recovery\nA,0.001,0.4\nBB,0.01,0.4\n",
    )
    plan = read_plan(folder)
    assert plan.matching_holdings is not None
    assert plan.matching_holdings.faces.tolist() == [0.0, 0.0, 3000.0]
    assert isinstance(plan.loss_table, ExpectedLossTable)
    assert {"held.csv", "losses.csv"} <= set(plan.inputs)
    stated = {line.topic: line.statement for line in plan.understood}
    assert stated["held.csv"] == "1 bond held, face 3,000"
    assert "default intensities of 2 ratings a year" in stated["losses.csv"]
