"""`defease stress --reverse`: the smallest shock that breaks a floor, proved by going there."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.command_line import Answer, defease, edited, sample

ASSETS, EQUITY_WEIGHT = 40.0e6, 0.20


@pytest.fixture(scope="module")
def bullet(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return sample(tmp_path_factory.mktemp("plans"), "bullet")


def reverse(plan: Path, floor: str, *more: str) -> Answer:
    answer = defease("stress", plan, "--reverse", floor, "--json", *more)
    assert answer.code == 0, answer
    return answer


def one_scenario(plan: Path, shocks: str) -> float:
    """The funded ratio after one scenario, by the ordinary stress table."""
    only = f'stress.scenario=[{{name="there", {shocks}}}]'
    found = defease("stress", plan, "--json", "--set", only).json["results"]
    ratio: float = found["scenarios"][0]["funded_ratio"]
    return ratio


def test_a_fall_of_equities_breaks_the_surplus_where_arithmetic_says(bullet: Path) -> None:
    found = reverse(bullet, "surplus<-8e6", "--along", "equity").json["results"]
    surplus = found["assets"] - found["liabilities"]
    needed = (surplus + 8e6) / (EQUITY_WEIGHT * ASSETS)
    assert found["reverse"]["direction"] == "equities down"
    assert found["reverse"]["size"] == pytest.approx(needed, abs=1e-9)


def test_a_rate_shock_of_the_size_found_leads_to_the_floor(bullet: Path) -> None:
    found = reverse(bullet, "funded_ratio<80%").json["results"]["reverse"]
    assert found["direction"] == "rates down"
    assert found["funded_ratio"] == pytest.approx(0.8, abs=1e-9)
    there = one_scenario(bullet, f"rates_bp={-1e4 * found['size']!r}")
    assert there == pytest.approx(0.8, abs=1e-9)


def test_rates_are_tried_both_ways(tmp_path: Path) -> None:
    short = sample(tmp_path, "bullet")
    edited(short / "cash_flows.csv", "20,", "1,")
    bonds_only = 'assets.allocation=[{asset_class="long_treasury", weight=1.0}]'
    # Long bonds against a payment of next year: here it is the rise of rates that hurts.
    found = reverse(short, "funded_ratio<0.35", "--set", bonds_only).json["results"]["reverse"]
    assert found["direction"] == "rates up"
    assert found["size"] > 0


def test_a_named_scenario_is_a_direction_in_multiples_of_itself(bullet: Path) -> None:
    name = "rates down 100, equities fall 30%"
    found = reverse(bullet, "funded_ratio<0.8", "--along", name).json["results"]["reverse"]
    size = found["size"]
    assert found["unit"] == "multiple of the scenario"
    there = one_scenario(bullet, f"rates_bp={-100 * size!r}, equity={-0.30 * size!r}")
    assert there == pytest.approx(0.8, abs=1e-9)


def test_a_floor_already_broken_needs_no_shock(bullet: Path) -> None:
    answer = defease("stress", bullet, "--reverse", "surplus<0")
    assert answer.code == 0
    assert "No shock is needed" in answer.out


def test_a_floor_that_nothing_breaks_is_an_answer_with_its_reason(bullet: Path) -> None:
    found = reverse(bullet, "funded_ratio<0.05", "--along", "equity").json
    assert found["results"]["reverse"]["size"] is None
    assert "floor_not_reached" in [w["code"] for w in found["warnings"]]
    text = defease("stress", bullet, "--reverse", "funded_ratio<0.05", "--along", "equity").out
    assert "No shock along 'equity'" in " ".join(text.split())


def test_the_question_is_part_of_the_run(bullet: Path) -> None:
    plain = defease("stress", bullet, "--json").json
    asked = reverse(bullet, "funded_ratio<0.8").json
    assert plain["results"]["reverse"] is None
    assert plain["run"]["id"] != asked["run"]["id"]


@pytest.mark.parametrize(
    ("options", "where", "remedy"),
    [
        (["--reverse", "0.8"], "--reverse", "funded_ratio<0.8"),
        (["--reverse", "funded_ratio>0.8"], "--reverse", "funded_ratio<0.8"),
        (["--reverse", "funded<0.8"], "--reverse", "did you mean 'funded_ratio'?"),
        (["--reverse", "surplus<nan"], "--reverse", "number"),
        (["--reverse", "surplus<1e400"], "--reverse", "number"),
        (["--reverse", "funded_ratio<80"], "--reverse", "80%"),
        (["--reverse", "surplus<0", "--along", "ratez"], "--along", "did you mean 'rates'?"),
        (["--along", "rates"], "--along", "--reverse"),
    ],
)
def test_a_question_that_cannot_be_meant_is_refused(
    bullet: Path, options: list[str], where: str, remedy: str
) -> None:
    answer = defease("stress", bullet, *options, "--json")
    assert answer.code == 2
    assert [p["where"] for p in answer.problems] == [where]
    assert remedy in answer.problems[0]["remedy"]


def test_a_scenario_of_longevity_alone_leaves_the_others_standing(bullet: Path) -> None:
    both = 'stress.scenario=[{name="longer lives", longevity=-0.2}, {name="up", rates_bp=50}]'
    found = defease("stress", bullet, "--json", "--set", both)
    assert found.code == 0
    assert [s["name"] for s in found.json["results"]["scenarios"]] == ["up"]
    assert any(
        w["code"] == "longevity_left_out" and "longer lives" in w["message"]
        for w in found.json["warnings"]
    )


def test_nothing_but_longevity_has_no_answer(bullet: Path) -> None:
    alone = 'stress.scenario=[{name="longer lives", longevity=-0.2}]'
    answer = defease("stress", bullet, "--set", alone)
    assert (answer.code, answer.out) == (1, "")
    assert "census" in answer.err
