from __future__ import annotations

from pathlib import Path

import pytest

from defease.inputs.files import PlanFolder, table_from_bytes
from defease.inputs.tables import Caps
from tests.unit.inputs.building import only_problem, sheet_of


@pytest.fixture
def folder(tmp_path: Path) -> PlanFolder:
    root = tmp_path / "plan"
    (root / "data").mkdir(parents=True)
    (root / "cash_flows.csv").write_text("year,benefits\n2026,1\n")
    (root / "data" / "curve.csv").write_text("a,b\n1,2\n")
    (root / "日本 😀.csv").write_text("a,b\n1,2\n")
    (tmp_path / "secret.csv").write_text("a,b\n1,2\n")
    return PlanFolder(root)


@pytest.mark.parametrize("name", ["cash_flows.csv", "data/curve.csv", "日本 😀.csv"])
def test_files_inside_the_folder(folder: PlanFolder, name: str) -> None:
    assert folder.path_of(name, where="plan.toml: x").is_file()


@pytest.mark.parametrize(
    "name",
    ["../secret.csv", "data/../../secret.csv", "/etc/passwd", "~/x.csv", "C:\\x.csv", "C:x.csv",
     "\\\\server\\share\\x.csv", "//server/x.csv", "..\\secret.csv", "a\0b"],
)  # fmt: skip
def test_nothing_outside_the_folder_is_opened(folder: PlanFolder, name: str) -> None:
    problem = only_problem(lambda: folder.path_of(name, where="plan.toml: liabilities.file"))
    assert problem.where == "plan.toml: liabilities.file"
    assert "does not lie inside" in problem.what


def test_links_that_leave_the_folder_are_refused(folder: PlanFolder) -> None:
    (folder.root / "link.csv").symlink_to(folder.root.parent / "secret.csv")
    (folder.root / "inner.csv").symlink_to(folder.root / "cash_flows.csv")
    assert (
        "leaves the plan's folder"
        in only_problem(lambda: folder.path_of("link.csv", where="x")).what
    )
    assert folder.path_of("inner.csv", where="x").name == "inner.csv"


def test_missing_file_names_the_nearest_one(folder: PlanFolder) -> None:
    problem = only_problem(lambda: folder.path_of("cash_flow.csv", where="x"))
    assert "no file 'cash_flow.csv'" in problem.what
    assert problem.remedy == "did you mean 'cash_flows.csv'?"


def test_missing_folder_long_name_and_folder_instead_of_file(folder: PlanFolder) -> None:
    assert "no file" in only_problem(lambda: folder.path_of("nowhere/x.csv", where="x")).what
    assert "not a usable" in only_problem(lambda: folder.path_of("x" * 5000, where="x")).what
    assert "is a folder" in only_problem(lambda: folder.path_of("data", where="x")).what


def test_size_cap_while_reading(folder: PlanFolder) -> None:
    problem = only_problem(
        lambda: folder.read("cash_flows.csv", where="x", caps=Caps(file_bytes=5))
    )
    assert "larger than" in problem.what


def test_reader_by_suffix() -> None:
    data = sheet_of(["a", "b"], [1, 2])
    assert table_from_bytes(data, name="b.XLSX").letters == ("A", "B")
    assert "workbook or archive" in only_problem(lambda: table_from_bytes(data, name="b.csv")).what
    assert (
        "not a readable .xlsx"
        in only_problem(lambda: table_from_bytes(b"a,b\n1,2\n", name="b.xlsx")).what
    )
