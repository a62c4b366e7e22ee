"""Options, usage errors, exit codes and files: what every command does in the same way."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import defease as package
from tests.command_line import PLAN_COMMANDS, defease, program, sample
from tests.interfaces.conftest import Printed


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


def test_the_plan_may_be_named_by_its_file(plans: Path, bodies: Printed) -> None:
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
