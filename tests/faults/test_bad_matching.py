"""Bad bonds, payments and limits given to `defease match`: the place, what is wrong, the remedy.

What has no answer although every file is right is in `test_impossible_matching`.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.command_line import Answer, defease, sample

HEADER = "identifier,identifier_type,issuer,sector,rating,kind,coupon,maturity,price"
GOOD = "good,other,Treasury,Treasury,UST,bond,0.04,2050-06-30,99"
UNCAPPED = 'matching.cash_cap_months="none"'


@pytest.fixture
def plan(tmp_path: Path) -> Path:
    """Fifty thousand a year for thirty years, of which twenty-five are matched."""
    return sample(tmp_path, "retiree")


def with_bonds(plan: Path, *rows: str, columns: str = HEADER) -> Path:
    (plan / "bonds.csv").write_text("\n".join([columns, *rows]) + "\n", encoding="utf-8")
    return plan


def with_flows(plan: Path, *rows: str) -> Path:
    text = "\n".join(["year,benefits,contributions", *rows]) + "\n"
    (plan / "cash_flows.csv").write_text(text, encoding="utf-8")
    return plan


def match(plan: Path, *options: str) -> Answer:
    answer = defease("match", plan, *(word for option in options for word in ("--set", option)))
    assert "Traceback" not in answer.err
    return answer


def refused(plan: Path, *options: str, code: int = 2) -> str:
    """The one sentence on standard error; nothing on standard output."""
    answer = match(plan, *options)
    assert (answer.code, answer.out) == (code, "")
    assert answer.err.startswith("defease: ")
    assert answer.err.count("\n") == 1
    return answer.err.removeprefix("defease: ").strip()


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        (
            "b,other,Acme,Energy,AA,bond,0.04,2030-06-30,1000000",
            (
                "column price: 1e+06 is above 1000; give the clean price per 100 of face amount, "
                "or leave it empty"
            ),
        ),
        (
            "b,other,Acme,Energy,AA,bond,6,2030-06-30,99",
            (
                "column coupon: 6 would be a rate of 600%; if percent is meant, declare unit = "
                '"percent", end the heading in _pct, or write % signs'
            ),
        ),
        (
            "good,other,Acme,Energy,AA,bond,0.04,2030-06-30,99",
            "column identifier: 'good' already stands in line 2; list every bond once",
        ),
        (
            "037833101,cusip,Acme,Energy,AA,bond,0.04,2030-06-30,99",
            (
                "column identifier: '037833101' is not a valid CUSIP; check it for typing errors "
                "(9 characters ending in a check digit), or state identifier_type = other"
            ),
        ),
    ],
)
def test_a_bad_bond_is_refused_with_its_line(plan: Path, row: str, sentence: str) -> None:
    assert refused(with_bonds(plan, GOOD, row)) == f"bonds.csv: line 3, {sentence}"


def test_a_coupon_of_600_percent_is_refused_even_when_it_is_written_so(plan: Path) -> None:
    rows = [GOOD.replace("0.04", "4%"), GOOD.replace("0.04", "600%").replace("good", "b")]
    sentence = refused(with_bonds(plan, *rows))
    assert sentence.startswith("bonds.csv: line 3, column coupon: a rate of 600% is not possible")


def test_a_price_of_zero_is_a_missing_price(plan: Path) -> None:
    free = "free,other,Acme,Energy,AA,bond,0.04,2030-06-30,0"
    answer = defease("match", with_bonds(plan, GOOD, free), "--json", "--set", UNCAPPED)
    assert answer.code == 0
    assert {h["identifier"] for h in answer.json["results"]["holdings"]} <= {"good"}
    said = [w["message"] for w in answer.json["warnings"] if w["code"] == "excluded_bonds"]
    assert said == ["bonds.csv: 1 rows left out: no price"]
    assert refused(with_bonds(plan, free)) == (
        "bonds.csv: holds no bond with a price; add prices, or check the dates"
    )


def test_a_matured_bond_is_left_out_and_said(plan: Path) -> None:
    matured = "old,other,Acme,Energy,AA,bond,0.04,2025-12-31,99"
    answer = defease("match", with_bonds(plan, GOOD, matured), "--json", "--set", UNCAPPED)
    assert answer.code == 0
    assert {h["identifier"] for h in answer.json["results"]["holdings"]} <= {"good"}
    assert "bonds.csv: 1 rows left out: matured on or before settlement" in answer.out


def test_an_outstanding_amount_of_zero_is_refused(plan: Path) -> None:
    bonds = with_bonds(plan, f"{GOOD},0", columns=f"{HEADER},outstanding")
    assert refused(bonds) == (
        "bonds.csv: line 2, column outstanding: 0 is not above 0; leave it empty if unknown"
    )


def test_a_bond_of_which_nothing_is_offered_is_not_bought(plan: Path) -> None:
    rows = [f"{GOOD},0", f"{GOOD.replace('good', 'other')},"]
    bonds = with_bonds(plan, *rows, columns=f"{HEADER},offered")
    results = defease("match", bonds, "--json", "--set", UNCAPPED).json["results"]
    assert [h["identifier"] for h in results["holdings"]] == ["other"]
    assert results["excluded"] == [{"identifier": "good", "reason": "nothing is on offer"}]


def test_a_negative_amount_on_offer_is_refused(plan: Path) -> None:
    sentence = refused(with_bonds(plan, f"{GOOD},-5", columns=f"{HEADER},offered"))
    assert sentence.startswith("bonds.csv: line 2, column offered: -5 is below 0; give the face")


def test_opt_05_sectors_that_cannot_hold_the_whole_are_named_before_solving(plan: Path) -> None:
    rows = [
        f"b{i},other,Issuer {i},Sector {i % 3},AA,bond,0.04,{2026 + i}-06-30,100" for i in range(30)
    ]
    cashless = (with_bonds(plan, *rows), "matching.initial_cash=none", "matching.years=20")
    limit = "matching.limits.issuer=0.3"
    assert refused(*cashless, limit, "matching.limits.sector=0.25", code=1) == (
        "plan.toml: matching.limits.sector: 3 sectors at 25% each can hold 75% of the cost, and "
        "there are no Treasuries and no cash; raise it to at least 0.3333, add Treasuries or other "
        'sectors, or set initial_cash = "allowed"'
    )
    assert match(*cashless, limit, "matching.limits.sector=0.4").code == 0


@pytest.mark.parametrize(
    ("option", "sentence"),
    [
        (
            "matching.limits={lot = 5000, minimum_piece = 1000}",
            (
                "matching.limits: minimum_piece 1,000 is less than one lot (5,000); raise "
                "minimum_piece to at least the lot, or leave it out"
            ),
        ),
        (
            "matching.limits.duration=[9, 8]",
            "matching.limits.duration: begins at 9 and ends at 8; write the lower number first",
        ),
        (
            "matching.limits.maturity_bands=[{share = 0.9}]",
            (
                "matching.limits: maturity_bands cover every year with shares that sum to 0.9, "
                "below 1; raise a share, or leave years without a band"
            ),
        ),
        (
            "matching.budget=5e5",
            "matching: gives years and budget, which are different slices; keep one of them",
        ),
        (
            "matching.limits.turnover=0.1",
            "matching: limits.turnover needs holdings; name the file of current holdings",
        ),
    ],
)
def test_options_that_contradict_each_other(plan: Path, option: str, sentence: str) -> None:
    assert refused(plan, option) == f"plan.toml: {sentence}"


@pytest.mark.parametrize("key", ["lot", "minimum_piece"])
def test_a_lot_larger_than_the_issuer_cap_is_told_with_both_amounts(plan: Path, key: str) -> None:
    rows = [GOOD, "a,other,Acme,Energy,AA,zero,0,2030-06-30,80"]
    stated = ("matching.limits_relative_to=amount", "matching.limits_amount=100000")
    sentence = refused(with_bonds(plan, *rows), *stated, f"matching.limits.{key}=50000")
    assert sentence == (
        f"plan.toml: matching.limits.{key}: 50,000 of the cheapest bond that is not a Treasury "
        f"costs 40,000, but 0.05 of 100,000 is 5,000; make {key} smaller, or raise limits.issuer"
    )


def test_payments_until_2140_are_out_of_reach_from_the_first_one_named(plan: Path) -> None:
    rows = [f"{year},100,0" for year in range(2026, 2061)] + ["2139,1000,0", "2140,1000,0"]
    sentence = refused(with_flows(plan, *rows), "matching.years=200", code=1)
    # The last bond matures in 2055 and cash may wait a year: 2057 to 2060, 2139 and 2140 are left.
    assert sentence.startswith("matching: payment of 2057-12-31: ")
    assert "cannot be covered (with 5 later payments" in sentence
    assert "cash_cap_months" in sentence


def test_payments_that_are_all_zero_are_refused(plan: Path) -> None:
    assert refused(with_flows(plan, "2026,0,0", "2027,0,0")) == (
        "cash_flows.csv: has no amount above 0; give at least one benefit"
    )


@pytest.mark.parametrize("rows", [("2026,10,20", "2027,0,5"), ("2026,10,10", "2027,5,5")])
def test_net_inflows_alone_need_no_bond(plan: Path, rows: tuple[str, ...]) -> None:
    answer = defease("match", with_flows(plan, *rows), "--json")
    results = answer.json["results"]
    assert (answer.code, results["cost"], results["holdings"]) == (0, 0.0, [])
    assert results["savings"] is None
    assert "no_savings" in [w["code"] for w in answer.json["warnings"]]
    assert match(plan, "matching.amounts=gross").code == 0


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        (
            "good,100\nmatured,50",
            (
                "line 3, column identifier: 'matured' is not in the universe, and its row gives no "
                "coupon, no maturity, no price; add it to the universe, or its terms to this row"
            ),
        ),
        ("good,0", "line 2, column face: 0 is not above 0; give the face amount held"),
    ],
)
def test_bad_holdings_are_refused_with_their_line(plan: Path, rows: str, sentence: str) -> None:
    (with_bonds(plan, GOOD) / "held.csv").write_text(f"identifier,face\n{rows}\n")
    assert refused(plan, "matching.holdings=held.csv") == f"held.csv: {sentence}"


def test_a_holding_that_matured_is_cash_by_now(plan: Path) -> None:
    with_bonds(plan, GOOD, "old,other,Acme,Energy,AA,bond,0.04,2025-06-30,99")
    (plan / "held.csv").write_text("identifier,face\nold,1000\n", encoding="utf-8")
    assert refused(plan, "matching.holdings=held.csv") == (
        "held.csv: line 2, column identifier: 'old' in the universe: matured on or before "
        "settlement; take it out of the holdings: what it repaid is cash by now"
    )


def test_a_loss_table_in_percent_is_not_taken_for_decimals(plan: Path) -> None:
    (plan / "losses.csv").write_text("rating,1,2\nA,1.5,2.5\n", encoding="utf-8")
    answer = match(plan, "matching.haircut=table", "matching.haircut_table=losses.csv")
    assert answer.code == 2
    assert (
        "losses.csv: line 2, column 1: 1.5 is not a share; write a decimal from 0 to 1, such as "
        "0.35, or 35%"
    ) in answer.err
