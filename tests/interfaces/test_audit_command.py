"""`defease exhaust PLAN --audit TABLE`: an actuary's printed table, recomputed."""

from __future__ import annotations

from pathlib import Path

import pytest

from defease.errors import InputError
from defease.services import copy_sample, exhaust

HEAD = "year,opening,contributions,benefits,expenses,earnings,closing\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    copy_sample(tmp_path / "plan", example="pension")
    return tmp_path / "plan"


def printed_rows(folder: Path) -> list[list[int]]:
    """The plan's own projection as an actuary prints it: whole dollars, each row from the last."""
    projection = exhaust(folder).result.projection
    rows: list[list[int]] = []
    opening = round(float(projection.opening[0]))
    for k, year in enumerate(projection.labels.tolist()):
        paid_in, benefits, expenses = (
            round(float(column[k]))
            for column in (projection.contributions, projection.benefits, projection.expenses)
        )
        net = benefits + expenses - paid_in
        earnings = round(0.07 * opening - net * (1.07**0.5 - 1))
        closing = opening - net + earnings
        rows.append([year, opening, paid_in, benefits, expenses, earnings, closing])
        opening = closing
    return rows


def written(path: Path, rows: list[list[int]]) -> Path:
    path.write_text(HEAD + "".join(",".join(map(str, row)) + "\n" for row in rows))
    return path


def test_a_clean_table_has_no_finding(folder: Path, tmp_path: Path) -> None:
    table = written(tmp_path / "printed.csv", printed_rows(folder))
    found = exhaust(folder, audit=table)
    assert found.results["audit"] == []
    assert "printed.csv" in found.run.inputs
    assert "follow from each other within rounding" in found.to_text()


def test_a_year_in_thousands_is_found_named_and_weighed(folder: Path, tmp_path: Path) -> None:
    rows = printed_rows(folder)
    rows[15][3] *= 1000
    found = exhaust(folder, audit=written(tmp_path / "printed.csv", rows)).results["audit"]
    assert [(f["column"], f["rows"]) for f in found] == [("benefits", [2040])]
    assert "unit mixed" in found[0]["likely_cause"]


def test_payments_at_the_years_end_are_recognised_as_other_timing(
    folder: Path, tmp_path: Path
) -> None:
    rows = printed_rows(folder)
    opening = rows[0][1]
    for row in rows:
        net = row[3] + row[4] - row[2]
        earnings = round(0.07 * opening)
        row[1], row[5], row[6] = opening, earnings, opening - net + earnings
        opening = row[6]
    found = exhaust(folder, audit=written(tmp_path / "printed.csv", rows)).results["audit"]
    assert {f["column"] for f in found} == {"earnings"}
    assert "end" in found[0]["likely_cause"]


def test_a_table_that_is_not_there_is_bad_input(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="--audit"):
        exhaust(folder, audit=tmp_path / "nowhere.csv")
