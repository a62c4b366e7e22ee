"""Plans that are unusual or suspicious, and files in the way: read with a word about it, or kept.

Through the command line, on sample plans; ids are those of the fault list.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.command_line import Answer, defease, edited, sample

FLOWS, PLAN, CURVE, BONDS = "cash_flows.csv", "plan.toml", "treasury.csv", "bonds.csv"


def written(file: Path, content: str) -> None:
    """Put another file in the place of one."""
    file.write_text(content, encoding="utf-8")


class TestStillUsable:
    """Faults of the list that are to be read, with a word about it."""

    def warnings(self, answer: Answer) -> dict[str, str]:
        assert answer.code == 0, answer
        return {warning["code"]: warning["message"] for warning in answer.json["warnings"]}

    def value(self, plan: Path) -> Answer:
        return defease("value", plan, "--json")

    def test_csv_01_byte_order_mark(self, tmp_path: Path) -> None:
        plan = sample(tmp_path, "retiree")
        before = self.value(plan).json["results"]
        (plan / FLOWS).write_bytes(b"\xef\xbb\xbf" + (plan / FLOWS).read_bytes())
        assert self.value(plan).json["results"] == before

    def test_csv_08_quotes_and_line_ends_of_any_kind(self, tmp_path: Path) -> None:
        plan = sample(tmp_path, "retiree")
        before = self.value(plan).json["results"]
        lines = (plan / FLOWS).read_text("utf-8").splitlines()
        quoted = [",".join(f'"{cell}"' for cell in line.split(",")) for line in lines]
        (plan / FLOWS).write_bytes("\r\n".join(quoted).encode())
        assert self.value(plan).json["results"] == before

    def test_csv_13_an_unknown_column_is_named(self, tmp_path: Path) -> None:
        plan = sample(tmp_path, "bullet")
        written(plan / FLOWS, "period,benefits,comment\n20,100000000,due\n")
        assert any("comment" in message for message in self.warnings(self.value(plan)).values())

    def test_dat_06_past_flows_are_counted_and_summed(self, tmp_path: Path) -> None:
        plan = sample(tmp_path, "college")
        text = (plan / FLOWS).read_text("utf-8")
        (plan / FLOWS).write_text(text.replace("\n", "\n2025-12-31,777\n", 1), encoding="utf-8")
        message = self.warnings(self.value(plan))["past_flows"]
        assert "1 row" in message
        assert "777" in message

    def test_dat_07_years_to_2200(self, tmp_path: Path) -> None:
        plan = sample(tmp_path, "bullet")
        written(plan / FLOWS, "period,benefits\n20,100000000\n175,1000\n")
        headline = self.value(plan).json["results"]["bases"][0]
        assert headline["present_value"] == pytest.approx(1e8 * 1.04**-20 + 1e3 * 1.04**-175)

    def test_dat_18_a_gap_is_said(self, tmp_path: Path) -> None:
        plan = sample(tmp_path, "retiree")
        edited(plan / FLOWS, "\n7,50000", "")
        messages = self.warnings(self.value(plan)).values()
        assert any("no row for period 7; nothing is paid then" in message for message in messages)

    def test_cur_01_one_point_is_flat_with_a_word(self, tmp_path: Path) -> None:
        plan = sample(tmp_path, "bullet")
        written(plan / CURVE, "maturity_years,rate\n10,4\n")
        answer = self.value(plan)
        assert "flat" in self.warnings(answer)["flat_curve"]
        treasury = answer.json["results"]["bases"][1]
        assert treasury["present_value"] == pytest.approx(1e8 * 1.02**-40)

    def test_cur_03_what_lies_beyond_the_curve_is_said_or_refused(self, tmp_path: Path) -> None:
        plan = sample(tmp_path, "bullet")
        written(plan / CURVE, "maturity_years,rate\n1,4\n10,4\n")
        assert "100.0%" in self.warnings(self.value(plan))["extrapolated"]
        refused = defease(
            "value", plan, "--set", "discounting.treasury.extrapolation=refuse", "--json"
        )
        assert refused.code == 2
        assert "20" in refused.problems[0]["what"]

    def test_cur_05_an_unlabelled_compounding_is_defaulted_aloud(self, tmp_path: Path) -> None:
        plan = sample(tmp_path, "bullet")
        edited(plan / PLAN, 'compounding = "semiannual"\n', "")
        assert "semiannual" in self.warnings(self.value(plan))["compounding_default"]

    def test_dat_16_an_unstated_timing_is_defaulted_aloud(self, tmp_path: Path) -> None:
        plan = sample(tmp_path, "bullet")
        edited(plan / PLAN, 'timing = "end_of_year"\n', "")
        answer = self.value(plan)
        assert "mid_year" in self.warnings(answer)["timing_default"]
        headline = answer.json["results"]["bases"][0]
        assert headline["present_value"] == pytest.approx(1e8 * 1.04**-19.5)

    def test_cur_09_bonds_that_are_not_bullets_are_listed_with_the_reason(
        self, tmp_path: Path
    ) -> None:
        plan = sample(tmp_path, "bullet")
        excluded = defease("match", plan, "--json").json["results"]["excluded"]
        lines = (plan / BONDS).read_text("utf-8").splitlines()
        header = lines[0].split(",")
        named = {dict(zip(header, line.split(","), strict=True))["callable"] for line in lines[1:]}
        assert named == {"true", "false"}
        callable_bonds = {
            line.split(",")[0]
            for line in lines[1:]
            if dict(zip(header, line.split(","), strict=True))["callable"] == "true"
        }
        assert callable_bonds <= {entry["identifier"] for entry in excluded}
        assert all(entry["reason"] for entry in excluded)

    def test_exp_01_a_name_that_a_spreadsheet_would_run(self, tmp_path: Path) -> None:
        plan = sample(tmp_path, "corporate")
        for name in ("=cmd|' /C calc'!A0", "+1", "-1", "@SUM(A1)"):
            scenario = f'stress.scenario=[{{name="{name}", rates_bp=10}}]'
            target = tmp_path / "r.csv"
            assert defease("stress", plan, "--set", scenario, "-o", target).code == 0
            text = target.read_text("utf-8")
            assert f"'{name}" in text
            assert f"\n{name}" not in text
        assert ",-" in text  # negative numbers stay numbers

    def test_names_are_escaped_in_the_page(self, tmp_path: Path) -> None:
        plan = sample(tmp_path, "bullet")
        target = tmp_path / "r.html"
        name = 'plan.name="<script>alert(1)</script> & <b>co</b>"'
        assert defease("check", plan, "--set", name, "-o", target).code == 0
        page = target.read_text("utf-8")
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; &lt;b&gt;co&lt;/b&gt;" in page


class TestFiles:
    def test_fil_18_a_report_survives_a_failed_write(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        plan = sample(tmp_path, "bullet")
        target = tmp_path / "out" / "r.txt"
        target.parent.mkdir()
        target.write_text("yesterday", encoding="utf-8")

        def full(*_: object) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr("os.fsync", full)
        answer = defease("value", plan, "-o", target)
        assert (answer.code, answer.out) == (2, "")
        assert "no space left" in answer.err
        assert target.read_text("utf-8") == "yesterday"
        assert [path.name for path in target.parent.iterdir()] == ["r.txt"]

    def test_cli_01_a_plan_that_is_a_file_of_another_kind(self, tmp_path: Path) -> None:
        picture = tmp_path / "logo.png"
        picture.write_bytes(b"\x89PNG\r\n\x1a\n\0\0")
        answer = defease("value", picture)
        assert (answer.code, answer.out) == (2, "")
        assert answer.err.count("\n") == 1

    def test_the_report_goes_to_a_file_not_a_folder(self, tmp_path: Path) -> None:
        plan = sample(tmp_path, "bullet")
        (tmp_path / "dir.html").mkdir()
        answer = defease("value", plan, "-o", tmp_path / "dir.html")
        assert (answer.code, answer.out) == (2, "")
        assert "is a folder" in answer.err
