"""The interface contract: every command on every sample plan, as text, as JSON and in Python."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import defease as package
from defease import services
from tests.command_line import PLAN_COMMANDS, SAMPLES, defease, program, strict_json
from tests.interfaces.conftest import Printed

EVERYWHERE = [(name, command) for name in SAMPLES for command in PLAN_COMMANDS]

VALUE_KEYS = """name future_value_gross future_value_net present_value_gross present_value_net
present_value yield macaulay_duration modified_duration modified_spot_duration effective_duration
convexity dv01 key_rate_durations funded_ratio funded_ratio_gross funded_ratio_net surplus
surplus_gross surplus_net share_beyond_curve required_growth_to_keep_surplus"""
EXHAUST_KEYS = """exhausted exhaustion_year first_insufficient_year single_discount_rate
required_return required_return_status binding_year required_return_gross
required_return_current_members terminal_returns projection policies audit"""
MATCH_KEYS = """status cost future_value horizon_years percent_of_total holdings ladder savings
implied_discount_factors limit_prices certificate uncovered excluded trades sweep rivals"""
SAVINGS_KEYS = "versus_future_value versus_basis time_value yield_pickup_bp after_default_haircut"
STRESS_KEYS = """name assets liabilities surplus funded_ratio change_assets change_liabilities
change_funded_ratio duration_estimate"""
LISTED_KEYS = {
    ("value", "bases"): VALUE_KEYS,
    ("value", "buckets"): """basis from_year to_year future_value present_value share yield
        macaulay_duration""",
    ("value", "sensitivities"): "basis shift_bp present_value change funded_ratio",
    ("exhaust", "projection"): """year opening contributions benefits expenses earnings closing
        funded""",
    ("match", "holdings"): "identifier face price cost weight",
    ("match", "ladder"): "date payment income principal cash_after",
    ("stress", "scenarios"): STRESS_KEYS,
}
TENORS = ["0.5", "1", "2", "3", "5", "7", "10", "15", "20", "25", "30", "40"]

# A null under one of these keys must have its reason in the warnings, under one of these codes.
REASONS = {
    "yield": {"no_unique_yield"},
    "percent_of_total": {"no_percent_of_total"},
    "required_return_current_members": {"no_current_members"},
    "single_discount_rate": {"no_municipal_rate"},
    "required_return": {"no_required_return"},
}
DATE_KEYS = {"as_of", "date", "settlement", "last_date"}


def leaves(value: Any, key: str = "") -> Iterator[tuple[str, Any]]:
    """Every plain value of a JSON body with the last key that leads to it."""
    if isinstance(value, dict):
        for name, item in value.items():
            yield from leaves(item, name)
    elif isinstance(value, list):
        for item in value:
            yield from leaves(item, key)
    else:
        yield key, value


@pytest.fixture(params=EVERYWHERE, ids="-".join)
def body(request: pytest.FixtureRequest, bodies: Printed) -> dict[str, Any]:
    """One JSON envelope, read strictly (no NaN, no key twice)."""
    found: dict[str, Any] = strict_json(bodies[request.param])
    return found


@pytest.mark.parametrize("asked", EVERYWHERE, ids="-".join)
def test_text_fits_80_columns_and_names_plan_and_date(
    texts: Printed,
    bodies: Printed,
    asked: tuple[str, str],
) -> None:
    text, envelope = texts[asked], strict_json(bodies[asked])
    assert [line for line in text.splitlines() if len(line) > 80] == []
    assert envelope["plan"] in " ".join(text.split())
    assert envelope["as_of"] in text
    assert not re.search(r"\b(nan|inf|None)\b", text)


def test_the_envelope_is_exactly_the_promised_one(body: dict[str, Any]) -> None:
    assert list(body) == ["schema", "plan", "as_of", "run", "warnings", "results"]
    assert re.fullmatch(r"defease/[a-z]+/1", body["schema"])
    assert set(body["run"]) == {"id", "version", "inputs"}
    assert body["run"]["version"] == package.__version__
    assert all(set(warning) == {"code", "message"} for warning in body["warnings"])
    assert all(re.fullmatch(r"[0-9a-f]{64}", digest) for digest in body["run"]["inputs"].values())
    assert {"plan.toml", "cash_flows.csv", "treasury.csv"} <= set(body["run"]["inputs"])


def test_every_date_is_iso_and_no_time_of_day_is_told(body: dict[str, Any]) -> None:
    dates = [value for key, value in leaves(body) if key in DATE_KEYS and value is not None]
    assert dates
    assert all(dt.date.fromisoformat(day).isoformat() == day for day in dates)
    assert not any(
        re.search(r"\d\d:\d\d:\d\d|\d/\d\d?/\d{4}", value)
        for _, value in leaves(body)
        if isinstance(value, str)
    )


def test_a_missing_headline_number_has_its_reason_in_the_warnings(body: dict[str, Any]) -> None:
    given = {warning["code"] for warning in body["warnings"]}
    results = dict(body["results"])
    results.pop("published", None), results.pop("buckets", None)  # these carry a reason each, or
    if "value" in results:  # hold nothing at all, as an empty term bucket
        results["value"] = results["value"]["bases"]
    missing = {key for key, value in leaves(results) if value is None and key in REASONS}
    assert [key for key in sorted(missing) if not REASONS[key] & given] == []


@pytest.mark.parametrize("name", SAMPLES)
def test_the_headline_keys_are_there(bodies: Printed, name: str) -> None:
    found = {command: strict_json(bodies[name, command])["results"] for command in PLAN_COMMANDS}
    assert set(EXHAUST_KEYS.split()) <= set(found["exhaust"])
    assert set(MATCH_KEYS.split()) <= set(found["match"])
    assert {*SAVINGS_KEYS.split(), "amounts"} <= set(found["match"]["savings"])
    amounts = found["match"]["savings"]["amounts"]
    assert {"future_value", "pv_risk_free", "pv_basis", "cost"} <= set(amounts)
    certificate = found["match"]["certificate"]
    assert {"primal_residual", "duality_gap", "gap_bp"} <= set(certificate)
    assert "published" in found["value"]
    for (command, part), keys in LISTED_KEYS.items():
        rows = found[command][part]
        assert rows, (command, part)
        assert all(set(keys.split()) <= set(row) for row in rows), (command, part)
    parts = {"value", "exhaust", "match", "stress", "fund", "index", "attribute"}
    assert set(found["report"]) == parts


@pytest.mark.parametrize("name", SAMPLES)
def test_results_agree_with_each_other(bodies: Printed, name: str) -> None:
    value, match, stress, report = (
        strict_json(bodies[name, command])["results"]
        for command in ("value", "match", "stress", "report")
    )
    for basis in value["bases"]:
        durations = basis["key_rate_durations"]
        assert list(durations) == TENORS
        assert sum(durations.values()) == pytest.approx(basis["modified_spot_duration"], rel=1e-12)
        assert basis["funded_ratio"] == pytest.approx(1 + basis["surplus"] / basis["present_value"])
    assert match["certificate"]["duality_gap"] < 1e-8
    assert match["certificate"]["primal_residual"] < 1e-8
    spent = sum(holding["cost"] for holding in match["holdings"]) + match["initial_cash"]
    assert spent == pytest.approx(match["cost"], rel=1e-9)
    assert stress["funded_ratio"] == pytest.approx(value["bases"][0]["funded_ratio"], rel=1e-12)
    assert report == {**report, "value": value, "match": match, "stress": stress}


@pytest.mark.parametrize("asked", EVERYWHERE, ids="-".join)
def test_python_gives_what_json_gives_and_the_same_bytes_again(
    plans: Path, bodies: Printed, asked: tuple[str, str]
) -> None:
    name, command = asked
    result = getattr(package, command)(plans / name)
    assert result.to_dict() == strict_json(bodies[asked])
    assert result.to_json() == bodies[asked]


def test_two_programs_print_the_same_bytes(plans: Path, bodies: Printed, texts: Printed) -> None:
    one = program("report", plans / "pension", "--json", PYTHONHASHSEED="1")
    two = program("report", plans / "pension", "--json", PYTHONHASHSEED="2")
    assert (one.code, one.err) == (0, "")
    assert one.out == two.out == bodies["pension", "report"]
    assert program("value", plans / "corporate").out == texts["corporate", "value"]


@pytest.mark.parametrize("command", PLAN_COMMANDS)
def test_files_by_suffix_hold_what_is_printed(
    plans: Path,
    tmp_path: Path,
    bodies: Printed,
    texts: Printed,
    command: str,
) -> None:
    for suffix in (".json", ".txt", ".csv", ".html"):
        target = tmp_path / f"result{suffix}"
        answer = defease(command, plans / "retiree", "-o", target)
        assert (answer.code, answer.out, answer.err) == (0, f"Written: {target}\n", "")
    assert (tmp_path / "result.json").read_text("utf-8") == bodies["retiree", command]
    assert (tmp_path / "result.txt").read_text("utf-8") == texts["retiree", command]
    page = (tmp_path / "result.html").read_text("utf-8")
    assert page.startswith("<!DOCTYPE html>")
    assert page.rstrip().endswith("</html>")
    rows = list(csv.reader(io.StringIO((tmp_path / "result.csv").read_text("utf-8"))))
    assert any(len(row) > 1 for row in rows)
    assert {path.name for path in tmp_path.iterdir()} == {
        f"result{suffix}" for suffix in (".json", ".txt", ".csv", ".html")
    }


def test_json_stays_alone_on_stdout_when_a_file_is_written_too(
    plans: Path, tmp_path: Path, bodies: Printed
) -> None:
    answer = defease("value", plans / "bullet", "--json", "-o", tmp_path / "v.json")
    assert answer.out == bodies["bullet", "value"] == (tmp_path / "v.json").read_text("utf-8")


def test_services_are_what_python_offers(plans: Path) -> None:
    for command in PLAN_COMMANDS:
        assert getattr(package, command) is getattr(services, command)
    result = services.value(plans / "bullet")
    assert result.plots
    assert "<svg" in result.plot(result.plots[0])._repr_svg_()
