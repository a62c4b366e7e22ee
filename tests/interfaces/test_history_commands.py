"""`index`, `attribute` and `monitor` on the sample that has their files, and in words elsewhere."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path
from typing import Any

import pytest

import defease as package
from defease import services
from tests.command_line import SAMPLES, Answer, defease, program, strict_json

COMMANDS = {"index": (), "attribute": (), "monitor": ("--roll-forward",)}
KEYS = {
    "index": """date level total_return income roll rate_change spread_change experience
        benefit_paid present_value""",
    "monitor": """date funded_ratio risk_weight target_weight band trigger trades overlay
        probability_next_trigger""",
}


def asked(plan: Path, command: str, *options: object) -> Answer:
    return defease(command, plan, *COMMANDS[command], *options)


@pytest.fixture(scope="module")
def bodies(plans: Path) -> dict[str, Any]:
    found = {}
    for command in COMMANDS:
        answer = asked(plans / "corporate", command, "--json")
        assert (answer.code, answer.err) == (0, "")
        found[command] = answer.out
    return found


@pytest.mark.parametrize("command", COMMANDS)
def test_text_fits_80_columns(plans: Path, bodies: dict[str, str], command: str) -> None:
    answer = asked(plans / "corporate", command)
    assert (answer.code, answer.err) == (0, "")
    assert [line for line in answer.out.splitlines() if len(line) > 80] == []
    assert strict_json(bodies[command])["as_of"] in answer.out
    assert not re.search(r"\b(nan|inf|None)\b", answer.out)


@pytest.mark.parametrize("command", COMMANDS)
def test_the_envelope_and_the_same_in_python(
    plans: Path, bodies: dict[str, str], command: str
) -> None:
    body = strict_json(bodies[command])
    assert list(body) == ["schema", "plan", "as_of", "run", "warnings", "results"]
    assert body["schema"] == f"defease/{command}/1"
    assert {"plan.toml", "cash_flows.csv", "hqm_history.csv"} <= set(body["run"]["inputs"])
    assert getattr(package, command) is getattr(services, command)
    assert getattr(package, command)(plans / "corporate").to_json() == bodies[command]


def test_headline_keys(bodies: dict[str, str]) -> None:
    index = strict_json(bodies["index"])["results"]
    assert len(index["months"]) == 36
    assert all(set(KEYS["index"].split()) <= set(row) for row in index["months"])
    assert index["buckets"]
    monitor = strict_json(bodies["monitor"])["results"]
    assert set(KEYS["monitor"].split()) <= set(monitor)
    attribute = strict_json(bodies["attribute"])["results"]
    assert [len(attribute[key]) for key in ("risk", "reward", "risk_adjusted")] == [8, 4, 2]
    assert attribute["bridge"]


def test_what_is_null_has_its_reason(bodies: dict[str, str]) -> None:
    body = strict_json(bodies["monitor"])
    missing = [key for key, value in body["results"].items() if value is None]
    said = " ".join(warning["message"] for warning in body["warnings"])
    assert missing
    assert [key for key in missing if key not in said] == []


def test_the_report_holds_the_same_numbers(plans: Path, bodies: dict[str, str]) -> None:
    report = strict_json(defease("report", plans / "corporate", "--json").out)["results"]
    assert report["index"] == strict_json(bodies["index"])["results"]
    assert report["attribute"] == strict_json(bodies["attribute"])["results"]
    others = strict_json(defease("report", plans / "bullet", "--json").out)
    assert others["results"]["index"] is None
    assert others["results"]["attribute"] is None
    assert not any("index" in w["message"] for w in others["warnings"])


def test_the_last_value_is_that_of_the_curve_file(plans: Path, bodies: dict[str, str]) -> None:
    """The history ends with the month of hqm.csv: on the same twelve nodes both agree closely."""
    value = strict_json(defease("value", plans / "corporate", "--json").out)["results"]["bases"][0]
    last = strict_json(bodies["index"])["results"]["months"][-1]["present_value"]
    assert value["name"] == "aa_corporate"
    assert last == pytest.approx(value["present_value"], rel=2e-4)


@pytest.mark.parametrize("name", [name for name in SAMPLES if name != "corporate"])
@pytest.mark.parametrize(
    ("command", "key"),
    [
        ("index", "index.curves"),
        ("attribute", "performance.returns"),
        ("monitor", "monitoring.proxies"),
    ],
)
def test_other_samples_say_which_key_to_add(plans: Path, name: str, command: str, key: str) -> None:
    answer = asked(plans / name, command, "--json")
    assert answer.code == 2
    (problem,) = answer.problems
    assert problem["where"] == f"plan.toml: {key}"
    assert "add [" in problem["remedy"]


def test_curves_of_the_command_line_come_first(plans: Path, tmp_path: Path) -> None:
    history = plans / "corporate" / "hqm_history.csv"
    other = tmp_path / "up.csv"
    head, *rows = history.read_text("utf-8").splitlines()
    moved = [row.split(",") for row in rows]
    text = [head] + [",".join([m, *(f"{float(r) + 1:.2f}" for r in rates)]) for m, *rates in moved]
    other.write_text("\n".join(text) + "\n")
    before = asked(plans / "corporate", "index", "--json").json["results"]["opening_value"]
    answer = asked(plans / "corporate", "index", "--curves", other, "--json")
    assert answer.json["results"]["opening_value"] < 0.9 * before
    assert "up.csv" in answer.json["run"]["inputs"]
    assert "hqm_history.csv" not in answer.json["run"]["inputs"]


def test_a_history_makes_an_index_of_a_plan_without_the_section(
    plans: Path, tmp_path: Path
) -> None:
    history = tmp_path / "ust.csv"
    history.write_text("date,1,10,30\n2025-12-31,3.5,4.2,4.8\n2026-01-31,3.6,4.3,4.9\n")
    answer = defease("index", plans / "college", "--curves", history, "--json")
    assert (answer.code, answer.err) == (0, "")
    (row,) = answer.json["results"]["months"]
    assert row["date"] == "2026-01-31"


def test_monitor_without_roll_forward_is_refused(plans: Path) -> None:
    answer = defease("monitor", plans / "corporate")
    assert answer.code == 2
    assert "--roll-forward" in answer.err


def test_to_and_as_of_choose_the_day(plans: Path) -> None:
    found = asked(plans / "corporate", "monitor", "--to", "2016-09-30", "--json").json
    assert found["as_of"] == "2016-09-30"
    found = asked(plans / "corporate", "index", "--as-of", "2015-06-30", "--json").json
    assert found["as_of"] == "2015-06-30"
    assert len(found["results"]["months"]) == 19
    assert asked(plans / "corporate", "monitor", "--to", "soon").code == 2


@pytest.mark.parametrize("command", COMMANDS)
def test_pages_stand_alone(plans: Path, tmp_path: Path, command: str) -> None:
    for suffix in (".html", ".csv", ".txt", ".json"):
        target = tmp_path / f"page{suffix}"
        assert asked(plans / "corporate", command, "-o", target).out == f"Written: {target}\n"
    page = (tmp_path / "page.html").read_text("utf-8")
    assert "<svg" in page
    assert page.rstrip().endswith("</html>")


def test_the_same_bytes_from_another_program(plans: Path, bodies: dict[str, str]) -> None:
    again = program("attribute", plans / "corporate", "--json", PYTHONHASHSEED="3")
    assert (again.err, again.out) == ("", bodies["attribute"])


def test_every_date_is_iso(bodies: dict[str, str]) -> None:
    for body in bodies.values():
        for day in re.findall(r'"(?:date|start|end|as_of)": "([^"]*)"', body):
            assert dt.date.fromisoformat(day).isoformat() == day


def test_tables_as_data_frames(plans: Path, bodies: dict[str, str]) -> None:
    frames = services.attribute(plans / "corporate").to_pandas()
    board = frames["Scoreboard"]
    told = strict_json(bodies["attribute"])["results"]["scoreboard"]
    assert len(board) == len(told)
    assert list(frames["Risk: eight measures"].columns)[:2] == ["measure", "value"]
