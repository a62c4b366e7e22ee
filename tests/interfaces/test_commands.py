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
from tests.command_line import PLAN_COMMANDS, SAMPLES, defease, program, sample, strict_json

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


@pytest.fixture(scope="session")
def texts(plans: Path) -> dict[tuple[str, str], str]:
    """What every command prints about every sample."""
    printed = {}
    for name, command in EVERYWHERE:
        answer = defease(command, plans / name)
        assert (answer.code, answer.err) == (0, ""), (name, command, answer.err)
        printed[name, command] = answer.out
    return printed


@pytest.fixture(scope="session")
def bodies(plans: Path) -> dict[tuple[str, str], str]:
    """What every command prints about every sample with --json."""
    printed = {}
    for name, command in EVERYWHERE:
        answer = defease(command, plans / name, "--json")
        assert (answer.code, answer.err) == (0, ""), (name, command, answer.err)
        printed[name, command] = answer.out
    return printed


@pytest.fixture(params=EVERYWHERE, ids="-".join)
def body(request: pytest.FixtureRequest, bodies: dict[tuple[str, str], str]) -> dict[str, Any]:
    """One JSON envelope, read strictly (no NaN, no key twice)."""
    found: dict[str, Any] = strict_json(bodies[request.param])
    return found


@pytest.mark.parametrize("asked", EVERYWHERE, ids="-".join)
def test_text_fits_80_columns_and_names_plan_and_date(
    texts: dict[tuple[str, str], str],
    bodies: dict[tuple[str, str], str],
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
def test_the_headline_keys_are_there(bodies: dict[tuple[str, str], str], name: str) -> None:
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
    assert set(found["report"]) == {"value", "exhaust", "match", "stress"}


@pytest.mark.parametrize("name", SAMPLES)
def test_results_agree_with_each_other(bodies: dict[tuple[str, str], str], name: str) -> None:
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
    plans: Path, bodies: dict[tuple[str, str], str], asked: tuple[str, str]
) -> None:
    name, command = asked
    result = getattr(package, command)(plans / name)
    assert result.to_dict() == strict_json(bodies[asked])
    assert result.to_json() == bodies[asked]


def test_two_programs_print_the_same_bytes(
    plans: Path, bodies: dict[tuple[str, str], str], texts: dict[tuple[str, str], str]
) -> None:
    one = program("report", plans / "pension", "--json", PYTHONHASHSEED="1")
    two = program("report", plans / "pension", "--json", PYTHONHASHSEED="2")
    assert (one.code, one.err) == (0, "")
    assert one.out == two.out == bodies["pension", "report"]
    assert program("value", plans / "corporate").out == texts["corporate", "value"]


@pytest.mark.parametrize("command", PLAN_COMMANDS)
def test_files_by_suffix_hold_what_is_printed(
    plans: Path,
    tmp_path: Path,
    bodies: dict[tuple[str, str], str],
    texts: dict[tuple[str, str], str],
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
    plans: Path, tmp_path: Path, bodies: dict[tuple[str, str], str]
) -> None:
    answer = defease("value", plans / "bullet", "--json", "-o", tmp_path / "v.json")
    assert answer.out == bodies["bullet", "value"] == (tmp_path / "v.json").read_text("utf-8")


class TestSet:
    def basis(self, plan: Path, name: str, *options: str) -> dict[str, Any]:
        answer = defease("value", plan, "--json", *options)
        assert answer.code == 0, answer.err or answer.out
        bases: list[dict[str, Any]] = answer.json["results"]["bases"]
        return next(basis for basis in bases if basis["name"] == name)

    def test_a_key_of_a_section(self, plans: Path) -> None:
        found = defease("match", plans / "pension", "--json", "--set", "matching.years=3")
        assert found.json["results"]["last_date"] == "2027-02-28"  # mid-year of the third year
        assert len(found.json["results"]["ladder"]) == 3

    def test_an_entry_of_a_list_by_its_name(self, plans: Path) -> None:
        before = self.basis(plans / "retiree", "planning_rate")
        override = "discounting.planning_rate.rate=0.0"
        after = self.basis(plans / "retiree", "planning_rate", "--set", override)
        assert after["present_value"] == pytest.approx(30 * 50_000)
        assert before["present_value"] < after["present_value"]

    def test_a_spread_on_one_basis_is_a_shift_of_that_curve(self, plans: Path) -> None:
        base = self.basis(plans / "retiree", "treasury")
        moved = self.basis(
            plans / "retiree", "treasury", "--set", "discounting.treasury.spread_bp=1"
        )
        change = moved["present_value"] - base["present_value"]
        assert -change == pytest.approx(base["dv01"], rel=2e-3)

    def test_several_at_once_and_the_run_knows_them(self, plans: Path) -> None:
        options = ("--set", "assets.market_value=2e6", "--set", "plan.name=Other")
        plain = defease("value", plans / "retiree", "--json").json
        found = defease("value", plans / "retiree", "--json", *options).json
        assert found["plan"] == "Other"
        before, after = plain["results"]["bases"][0], found["results"]["bases"][0]
        assert after["funded_ratio"] == pytest.approx(2e6 / before["present_value"])
        assert found["run"]["id"] != plain["run"]["id"]
        assert found["run"]["inputs"] == plain["run"]["inputs"]

    @pytest.mark.parametrize("command", PLAN_COMMANDS)
    def test_every_command_takes_it(self, plans: Path, command: str) -> None:
        answer = defease(command, plans / "bullet", "--json", "--set", 'plan.name="New name"')
        assert (answer.code, answer.json["plan"]) == (0, "New name")

    @pytest.mark.parametrize(
        ("override", "nearest"),
        [
            ("matching.yeers=3", "'years'"),
            ("matchin.years=3", "'matching'"),
            ("discounting.tresury.spread_bp=5", "'treasury'"),
        ],
    )
    def test_a_mistyped_key_gets_the_nearest_one(
        self, plans: Path, override: str, nearest: str
    ) -> None:
        answer = defease("value", plans / "retiree", "--set", override)
        assert (answer.code, answer.out) == (2, "")
        assert f"did you mean {nearest}" in answer.err

    @pytest.mark.parametrize("override", ["matching.years", "=3", "", "matching..years=3"])
    def test_what_is_no_assignment_is_refused(self, plans: Path, override: str) -> None:
        answer = defease("value", plans / "retiree", "--set", override)
        assert (answer.code, answer.out) == (2, "")
        assert answer.err.count("\n") == 1


class TestAsOf:
    def test_flows_that_are_over_are_counted_and_summed(self, plans: Path) -> None:
        answer = defease("value", plans / "retiree", "--json", "--as-of", "2027-12-31").json
        assert answer["as_of"] == "2027-12-31"
        headline = answer["results"]["bases"][0]
        assert headline["future_value_gross"] == pytest.approx(28 * 50_000)
        left = (1 - 1.03**-28) / 0.03 * 50_000
        assert headline["present_value"] == pytest.approx(left, rel=1e-12)
        dropped = [w["message"] for w in answer["warnings"] if w["code"] == "past_flows"]
        assert len(dropped) == 1
        assert "2 flows" in dropped[0]
        assert "100,000" in dropped[0]

    @pytest.mark.parametrize("command", PLAN_COMMANDS)
    def test_every_command_takes_it(self, plans: Path, command: str) -> None:
        answer = defease(command, plans / "college", "--json", "--as-of", "2026-06-30")
        assert (answer.code, answer.json["as_of"]) == (0, "2026-06-30")

    @pytest.mark.parametrize("day", ["2026-02-30", "03/04/2027", "tomorrow", "2100-01-01", ""])
    def test_no_day_of_the_plan_is_refused(self, plans: Path, day: str) -> None:
        answer = defease("value", plans / "retiree", "--as-of", day)
        assert (answer.code, answer.out) == (2, "")
        assert "Traceback" not in answer.err


class TestUsage:
    @pytest.mark.parametrize(
        ("arguments", "nearest"),
        [(["vaule", "x"], "'value'"), (["mach", "x"], "'match'"), (["valu"], "'value'")],
    )
    def test_a_mistyped_command_gets_the_nearest_one(
        self, arguments: list[str], nearest: str
    ) -> None:
        answer = defease(*arguments)
        assert (answer.code, answer.out) == (2, "")
        assert nearest in answer.err

    def test_a_mistyped_option_gets_the_nearest_one(self, plans: Path) -> None:
        answer = defease("value", plans / "bullet", "--jsn")
        assert (answer.code, answer.out) == (2, "")
        assert "--json" in answer.err

    @pytest.mark.parametrize(
        "arguments",
        [["value"], ["value", "a", "b"], ["value", "a", "--set"], ["init"], ["--nothing"]],
        ids=str,
    )
    def test_a_wrong_number_of_words_is_one_line_and_exit_2(self, arguments: list[str]) -> None:
        answer = defease(*arguments)
        assert (answer.code, answer.out) == (2, "")
        assert answer.err.count("\n") == 1

    def test_usage_errors_are_json_where_json_was_asked(self) -> None:
        answer = defease("value", "--json")
        assert (answer.code, answer.err) == (2, "")
        assert answer.json["error"]["code"] == "input"
        assert set(answer.problems[0]) == {"where", "what", "remedy"}

    def test_help_and_version(self) -> None:
        helped = defease("--help")
        assert helped.code == 0
        for command in (*PLAN_COMMANDS, "init", "schema"):
            assert f"  {command} " in helped.out
            own = defease(command, "--help")
            assert own.code == 0
            assert max(map(len, own.out.splitlines())) <= 80
        assert package.__version__ in defease("--version").out

    def test_the_schemas_are_json_schemas(self) -> None:
        for name in ("plan", "assumptions"):
            found = defease("schema", name).json
            assert found["type"] == "object"
            assert found["properties"]
        assert defease("schema").out == defease("schema", "plan").out
        assert "did you mean 'plan'" in defease("schema", "plam").err


class TestExitCodes:
    def test_no_answer_is_1_and_says_where_and_why(self, tmp_path: Path) -> None:
        plan = sample(tmp_path, "retiree")
        bonds = (plan / "bonds.csv").read_text("utf-8").splitlines(keepends=True)
        (plan / "bonds.csv").write_text("".join(bonds[:6]), encoding="utf-8")
        answer = defease("match", plan, "--json")
        assert (answer.code, answer.err) == (1, "")
        assert answer.json["error"]["code"] == "infeasible"

    def test_bad_input_is_2(self, tmp_path: Path) -> None:
        answer = defease("value", tmp_path / "nowhere")
        assert (answer.code, answer.out) == (2, "")

    def test_as_a_program(self, plans: Path, tmp_path: Path) -> None:
        good = program("check", plans / "bullet")
        bad = program("check", tmp_path / "nowhere")
        assert (good.code, good.err) == (0, "")
        assert (bad.code, bad.out) == (2, "")
        assert bad.err.count("\n") == 1


class TestOutput:
    @pytest.mark.parametrize("name", ["r.pdf", "r.xlsx", "r.docx", "r", "r.htm"])
    def test_an_unknown_suffix_is_refused_before_anything_is_written(
        self, plans: Path, tmp_path: Path, name: str
    ) -> None:
        answer = defease("value", plans / "bullet", "-o", tmp_path / name)
        assert (answer.code, answer.out) == (2, "")
        assert ".html" in answer.err
        assert list(tmp_path.iterdir()) == []

    def test_a_folder_that_is_not_there_is_refused(self, plans: Path, tmp_path: Path) -> None:
        answer = defease("value", plans / "bullet", "-o", tmp_path / "no" / "r.html")
        assert (answer.code, answer.out) == (2, "")
        assert "does not exist" in answer.err

    def test_no_colour_and_no_control_characters(self, plans: Path) -> None:
        answer = program("value", plans / "bullet", FORCE_COLOR="1", NO_COLOR="1")
        assert answer.code == 0
        assert "\x1b" not in answer.out

    @pytest.mark.parametrize("target", ["full", "r.txt"])
    def test_init_refuses_a_folder_that_holds_something(self, tmp_path: Path, target: str) -> None:
        (tmp_path / "full").mkdir()
        (tmp_path / "full" / "mine.txt").write_text("keep me", encoding="utf-8")
        (tmp_path / "r.txt").write_text("keep me", encoding="utf-8")
        answer = defease("init", tmp_path / target, "--example", "bullet")
        assert (answer.code, answer.out) == (2, "")
        assert "name a new folder" in answer.err
        assert [p.name for p in (tmp_path / "full").iterdir()] == ["mine.txt"]

    def test_init_takes_an_empty_folder_and_names_an_unknown_sample(self, tmp_path: Path) -> None:
        (tmp_path / "empty").mkdir()
        assert defease("init", tmp_path / "empty", "--example", "college").code == 0
        answer = defease("init", tmp_path / "other", "--example", "pensoin")
        assert answer.code == 2
        assert "did you mean 'pension'?" in answer.err
        assert not (tmp_path / "other").exists()


def test_the_plan_may_be_named_by_its_file(plans: Path, bodies: dict[tuple[str, str], str]) -> None:
    answer = defease("value", plans / "bullet" / "plan.toml", "--json")
    assert answer.out == bodies["bullet", "value"]


def test_names_in_any_script_work(tmp_path: Path) -> None:
    folder = tmp_path / "年金 plan 🌱"
    assert defease("init", folder, "--example", "bullet").code == 0
    named = ("--set", "plan.name=年金基金 🌱")
    answer = program("value", folder, "--json", *named)
    assert (answer.code, answer.err) == (0, "")
    assert answer.json["plan"] == "年金基金 🌱"
    assert defease("value", folder, *named, "-o", folder / "é.html").code == 0
    assert "年金基金" in (folder / "é.html").read_text("utf-8")


def test_services_are_what_python_offers(plans: Path) -> None:
    for command in PLAN_COMMANDS:
        assert getattr(package, command) is getattr(services, command)
    result = services.value(plans / "bullet")
    assert result.plots
    assert "<svg" in result.plot(result.plots[0])._repr_svg_()
