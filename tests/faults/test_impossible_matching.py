"""Matching that has no answer, or asks for what is not built, through the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.command_line import Answer, defease, edited, sample

HEADER = "identifier,identifier_type,issuer,sector,rating,kind,coupon,maturity,price"
BILL = f"{HEADER}\nbill,other,Treasury,Treasury,UST,bill,0,2027-06-30,95\n"


@pytest.fixture
def one_bill(tmp_path: Path) -> Path:
    """Thirty payments of 50,000 each 31 December from 2026, and one bond, due in June 2027."""
    plan = sample(tmp_path, "retiree")
    (plan / "bonds.csv").write_text(BILL, encoding="utf-8")
    return plan


def match(plan: Path, *options: str) -> Answer:
    return defease("match", plan, *(word for option in options for word in ("--set", option)))


def test_opt_01_the_first_payment_out_of_reach_is_named_with_its_amount(one_bill: Path) -> None:
    # The bill pays 2027 and, as carried cash of at most twelve months' payments, 2028.
    answer = match(one_bill, "matching.reinvestment_rate=0")
    assert (answer.code, answer.out) == (1, "")
    assert "payment of 2029-12-31" in answer.err
    assert "50,000 cannot be covered" in answer.err
    assert "21 later payments" in answer.err
    assert "1,100,000 in all" in answer.err
    assert answer.err.count("\n") == 1


def test_opt_01_interest_on_the_cash_counts(one_bill: Path) -> None:
    answer = match(one_bill, "matching.reinvestment_rate=0.01")
    left = 50_000 * (1.01 ** (366 / 365) - 1) * 1.01  # 2028 is a leap year
    assert f"payment of 2029-12-31: {50_000 - left:,.0f} of the payment of 50,000" in answer.err


def test_opt_01_the_remedy_works(one_bill: Path) -> None:
    refused = defease("match", one_bill, "--json")
    assert refused.code == 1
    assert refused.json["error"]["code"] == "infeasible"
    (problem,) = refused.problems
    months = int(problem["remedy"].rsplit(" ", 1)[1])
    assert match(one_bill, f"matching.cash_cap_months={months}").code == 0
    assert match(one_bill, f"matching.cash_cap_months={months - 12}").code == 1
    assert match(one_bill, 'matching.cash_cap_months="none"').code == 0


def test_opt_01_a_slice_within_reach_is_matched(one_bill: Path) -> None:
    assert match(one_bill, "matching.years=3").code == 0
    assert match(one_bill, "matching.years=4").code == 1


def test_opt_01_years_beyond_the_last_bond(tmp_path: Path) -> None:
    plan = sample(tmp_path, "pension")
    answer = match(plan, "matching.years=99")
    assert (answer.code, answer.out) == (1, "")
    # The last bond pays on 2054-08-31, for February 2055; cash is carried one year further.
    assert "payment of 2057-02-28" in answer.err


def test_no_file_is_written_without_an_answer(one_bill: Path, tmp_path: Path) -> None:
    answer = defease("match", one_bill, "-o", tmp_path / "m.html")
    assert answer.code == 1
    assert not (tmp_path / "m.html").exists()


def test_the_report_goes_on_and_says_what_has_no_answer(one_bill: Path) -> None:
    answer = defease("report", one_bill, "--json")
    assert answer.code == 0
    assert answer.json["results"]["match"] is None
    assert answer.json["results"]["value"]["bases"]
    reasons = [w["message"] for w in answer.json["warnings"] if w["code"] == "no_answer"]
    assert len(reasons) == 1
    assert "cannot be covered" in reasons[0]


def test_opt_05_limits_that_contradict_each_other_have_no_answer(tmp_path: Path) -> None:
    # Corporate bonds only, each of four issuers at most a fifth: four fifths cannot be the whole.
    plan = sample(tmp_path, "retiree")
    rows = [
        f"b{i},other,Issuer {i % 4},Energy,AA,bond,0.04,{2026 + i}-06-30,100" for i in range(30)
    ]
    (plan / "bonds.csv").write_text("\n".join([HEADER, *rows]) + "\n", encoding="utf-8")
    whole = ("matching.initial_cash=none", "matching.years=20")
    assert match(plan, *whole, "matching.limits.issuer=0.30").code == 0
    refused = match(plan, *whole, "matching.limits.issuer=0.20")
    assert (refused.code, refused.out) == (1, "")
    assert "issuer" in refused.err


@pytest.mark.parametrize(
    ("changes", "where", "said"),
    [
        (['objective = "yield"'], "matching.objective", "needs a budget"),
        (
            ['objective = "yield"', "budget = 9e5", "ticket_cost = 10"],
            "matching.objective",
            "whole pieces are chosen by cost alone",
        ),
        (['credit_events = ["no such bond"]'], "credit_events", "no such bond"),
        (['terminal_surplus = "credited"', 'terminal_curve = "nowhere"'], "terminal_curve", "no"),
    ],
)
def test_keys_that_do_not_go_together_are_refused_in_words(
    tmp_path: Path, changes: list[str], where: str, said: str
) -> None:
    plan = sample(tmp_path, "retiree")
    edited(plan / "plan.toml", "years = 25", "\n".join(["years = 25", *changes]))
    answer = defease("match", plan, "--json")
    assert answer.code == 2
    (problem,) = answer.problems
    assert where in problem["where"]
    assert said in problem["what"]


@pytest.mark.parametrize(
    ("option", "where", "said"),
    [
        ("matching.years=0", "matching.years", "positive"),
        ("matching.years=-3", "matching.years", "positive"),
        ("matching.percent=0.5", "matching", "different slices"),
        ("matching.cash_cap_months=0", "matching.cash_cap_months", "positive"),
        ("matching.cash_cap_months=-1", "matching.cash_cap_months", "positive"),
        ("matching.limits.issuer=20", "matching.limits.issuer", "0.2"),
        ("matching.limits.ratings={XYZ = 0.2}", "matching.limits.ratings", "not a rating"),
        ("matching.limits.minimum_rating=AAAA", "matching.limits.minimum_rating", "S&P"),
        ("matching.limits_relative_to=amount", "matching", "limits_amount"),
        ("matching.reinvestment_rate=6", "matching.reinvestment_rate", "0.06"),
        ('matching.groups=["retired"]', "matching.groups", "no cash flows"),
        ("matching.years=0.1", "matching", "no payment is due"),
    ],
)
def test_limits_and_slices_that_cannot_be_meant(
    tmp_path: Path, option: str, where: str, said: str
) -> None:
    plan = sample(tmp_path, "retiree")
    answer = defease("match", plan, "--json", "--set", option)
    assert answer.code == 2
    (problem,) = answer.problems
    assert where in problem["where"]
    assert said in f"{problem['what']}; {problem['remedy']}"


def test_a_plan_without_bonds_to_buy_cannot_be_matched_but_can_be_valued(tmp_path: Path) -> None:
    plan = sample(tmp_path, "retiree")
    edited(plan / "plan.toml", 'universe = "bonds.csv"\n', "")
    answer = defease("match", plan)
    assert (answer.code, answer.out) == (2, "")
    assert "matching.universe" in answer.err
    assert defease("value", plan).code == 0


def test_an_empty_universe_is_said(tmp_path: Path) -> None:
    plan = sample(tmp_path, "retiree")
    only_callable = BILL.replace("price", "price,callable").replace(",95", ",95,true")
    (plan / "bonds.csv").write_text(only_callable, encoding="utf-8")
    answer = match(plan, "matching.years=1")
    # Nothing to buy: the first payment can still be met from cash, and the answer says so.
    assert answer.code == 0
    assert "cash" in answer.out
    assert match(plan, "matching.years=3").code == 1
