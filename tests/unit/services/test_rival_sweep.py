"""Benefits swept from all classes against a matched sleeve, asked of plan files."""

from __future__ import annotations

import math
import re
from pathlib import Path
from typing import Any

import pytest

from defease.services import rivals
from defease.services.rivals import RivalsAnswer
from defease.services.task import TaskResult
from tests.owed_plans import INDEX, PLAN, RETURNS, month_after, owed_plan
from tests.unit.inputs.building import only_problem

MONTHS = 24
RATE = 0.03
AMOUNTS = [10.0] * 60
EQUITY = [0.05 * math.sin(k) for k in range(MONTHS)]
BONDS = [0.004 * math.cos(k) for k in range(MONTHS)]
ALLOCATION = """
[[assets.allocation]]
asset_class = "equity"
weight = 0.6
[[assets.allocation]]
asset_class = "bonds"
weight = 0.4
"""
ASSETS = "[liabilities]"


def class_returns(first: int = 1) -> str:
    rows = [
        f"{month_after(k + 1)},0.0,{EQUITY[k]!r},{BONDS[k]!r}" for k in range(first - 1, MONTHS)
    ]
    return "\n".join(["date,assets,equity,bonds", *rows, ""])


def asked(folder: Path, *, more: str = "", returns: str = "", **given: Any) -> Any:
    plan = PLAN.replace(ASSETS, ALLOCATION + ASSETS) + INDEX + RETURNS + more
    owed_plan(
        folder,
        plan=given.pop("plan", plan),
        amounts=given.pop("amounts", AMOUNTS),
        rates=[100 * RATE] * (MONTHS + 1),
        returns=returns or class_returns(),
    )
    return rivals(folder, **given)


@pytest.fixture(scope="module")
def answer(tmp_path_factory: pytest.TempPathFactory) -> TaskResult[RivalsAnswer]:
    found: TaskResult[RivalsAnswer] = asked(tmp_path_factory.mktemp("sweep"))
    return found


def worth(at: int, *, until: int = len(AMOUNTS)) -> float:
    """Payments still to come on a flat curve, those of months after `until` left out."""
    day = month_after(at)
    return math.fsum(
        AMOUNTS[k] * (1 + RATE) ** -((month_after(k + 1) - day).days / 365)
        for k in range(at, until)
    )


def slow_sweep(equity: float, bonds: float, *, first: int = 0) -> tuple[float, float]:
    """What every class sold, and its sales in falling months, month by month."""
    sold = falling = 0.0
    for k in range(first, MONTHS):
        equity, bonds = equity * (1 + EQUITY[k]), bonds * (1 + BONDS[k])
        share = AMOUNTS[k] / (equity + bonds)
        sold += AMOUNTS[k]
        falling += share * (equity * (EQUITY[k] < 0) + bonds * (BONDS[k] < 0))
        equity, bonds = equity * (1 - share), bonds * (1 - share)
    return equity + bonds, falling


def test_the_sweep_agrees_with_a_plain_loop(answer: TaskResult[RivalsAnswer]) -> None:
    found = answer.results["cash_sweep"]
    opening = worth(0)
    left, falling = slow_sweep(0.6 * opening, 0.4 * opening)
    assert found["sweep"]["assets"] == pytest.approx(left, rel=1e-12)
    assert found["due"] == sum(AMOUNTS[:MONTHS])
    sold = [each["sold"] for each in found["sweep"]["classes"]]
    assert math.fsum(sold) == pytest.approx(found["due"], rel=1e-12)
    fell = [each["sold_in_falling_months"] for each in found["sweep"]["classes"]]
    assert math.fsum(fell) == pytest.approx(falling, rel=1e-12)


def test_the_sleeve_spends_its_class_on_the_first_payments(
    answer: TaskResult[RivalsAnswer],
) -> None:
    found = answer.results["cash_sweep"]
    opening = worth(0)
    assert found["sleeve_class"] == "bonds"  # its returns vary least
    assert found["sleeve"]["matched_bonds_bought"] == pytest.approx(0.4 * opening, rel=1e-12)
    # the last payment that 40% of the whole pays in full
    covered = max(k for k in range(1, 61) if worth(0, until=k) <= 0.4 * opening)
    assert found["coverage_date"] == month_after(covered)
    # shares are left alone until the bonds run out, and this history ends at about that time
    equity = 0.6 * opening
    for k in range(min(covered, MONTHS)):
        equity *= 1 + EQUITY[k]
    row = found["path"][min(covered, MONTHS)]
    assert row["sleeve"] - row["matched_bonds"] == pytest.approx(equity, rel=1e-12)
    end = found["path"][-1]
    assert found["gain"] == pytest.approx(end["sleeve"] - end["sweep"], rel=1e-12)


def test_the_page_says_it_with_these_numbers(answer: TaskResult[RivalsAnswer]) -> None:
    found = answer.results["cash_sweep"]
    text = " ".join(answer.to_text().split())
    assert "Cash sweep or matched sleeve" in text
    assert f"From {month_after(0)} to {month_after(MONTHS)} $240 fell due." in text
    assert f"pay everything due until {found['coverage_date']}" in text
    way = "more" if found["gain"] > 0 else "less"
    told = re.search(rf"the sleeve left \$([\d.]+) {way} than the sweep", text)
    assert told is not None
    assert float(told[1]) == pytest.approx(abs(found["gain"]), abs=0.005)
    assert answer.plots == ("funded-ratio", "assets-both-ways")


def test_class_and_share_of_the_plan_are_taken(tmp_path: Path) -> None:
    more = '[rivals]\nsleeve_class = "equity"\nsleeve_share = 0.5\n'
    found = asked(tmp_path, more=more).results["cash_sweep"]
    assert found["sleeve_class"] == "equity"
    assert found["sleeve"]["matched_bonds_bought"] == pytest.approx(0.3 * worth(0), rel=1e-12)


def test_a_later_start_of_the_returns_opens_the_comparison_there(tmp_path: Path) -> None:
    found = asked(tmp_path, returns=class_returns(first=7)).results["cash_sweep"]
    assert found["start"] == month_after(6)
    opening = worth(6)
    left, _ = slow_sweep(0.6 * opening, 0.4 * opening, first=6)
    assert found["sweep"]["assets"] == pytest.approx(left, rel=1e-12)


def test_a_largest_hedge_is_exchanged_before_a_steadier_class(tmp_path: Path) -> None:
    assumed = """
    source = "test"
    date = 2020-12-31
    risk_free = 0.02
    [[asset_class]]
    name = "equity"
    expected_return = 0.07
    volatility = 0.2
    role = "hedge"
    [[asset_class]]
    name = "bonds"
    expected_return = 0.03
    volatility = 0.05
    role = "growth"
    """
    tmp_path.mkdir(exist_ok=True)
    (tmp_path / "assumptions.toml").write_text(assumed, encoding="utf-8")
    more = '[assumptions]\nfile = "assumptions.toml"\n'
    assert asked(tmp_path, more=more).results["cash_sweep"]["sleeve_class"] == "equity"


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"plan": PLAN + INDEX}, "needs [[assets.allocation]]"),
        ({"returns": "date,assets,equity\n2021-01-31,0.01,0.01\n"}, "no column of returns for b"),
        ({"returns": class_returns().replace("202", "200")}, "lies within the curves"),
        ({"amounts": [0.0] * 30 + [10.0] * 30}, "nothing falls due"),
    ],
)  # fmt: skip
def test_what_is_lacking_is_said(tmp_path: Path, changed: dict[str, Any], said: str) -> None:
    found = asked(tmp_path, **changed)
    assert found.results["cash_sweep"] is None
    (told,) = [w.message for w in found.warnings if w.code == "no_cash_sweep"]
    assert said in told
    assert "Cash sweep or" not in found.to_text()


def test_a_class_that_is_none_is_refused(tmp_path: Path) -> None:
    problem = only_problem(lambda: asked(tmp_path, more='[rivals]\nsleeve_class = "bond"\n'))
    assert problem.where == "plan.toml: rivals.sleeve_class"
    assert "bonds" in problem.remedy


def test_indexes_tenors_and_hedge_ratio_of_the_plan_are_taken(tmp_path: Path) -> None:
    more = """
    [rivals]
    zeros = [2, 10]
    swap_maturity = 10
    hedge_ratio = 0.5
    [rivals.indexes]
    "short government" = [1, 2, 3]
    """
    found = asked(tmp_path, more=more).results
    names = [each["name"] for each in found["rivals"]]
    assert names[1] == "short government"
    assert len(names) == 5
    described = " ".join(f"{each['name']} {each['description']}" for each in found["rivals"])
    assert "2-year zero and 10-year zero" in described
    assert "50% of the money duration" in described
    (mismatch,) = found["mismatches"]
    # par bonds at 3%, semiannual at the same annual rate, Macaulay by hand
    rate = (1 + RATE) ** 0.5 - 1

    def macaulay(years: int) -> float:
        times = [k / 2 for k in range(1, 2 * years + 1)]
        paid = [rate + (t == years) for t in times]
        return math.fsum(t * a * (1 + RATE) ** -t for t, a in zip(times, paid, strict=True))

    mean = math.fsum(macaulay(years) for years in (1, 2, 3)) / 3
    assert mismatch["index_duration"] == pytest.approx(mean, rel=1e-9)


@pytest.mark.parametrize(
    ("keys", "said"),
    [("zeros = [5]", "has 1 tenors"), ("zeros = [15, 5]", "must rise"),
     ("sleeve_share = 1.5", "between 0 and 1"), ("swap_maturity = 0", "must be positive"),
     ("indexes = { short = [1.3] }", "a maturity of 1.3 years")],
)  # fmt: skip
def test_choices_that_make_no_rival_are_refused(tmp_path: Path, keys: str, said: str) -> None:
    assert said in only_problem(lambda: asked(tmp_path, more=f"[rivals]\n{keys}\n")).what
