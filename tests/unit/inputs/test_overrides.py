from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from defease.inputs.overrides import toml_value, with_overrides
from tests.unit.inputs.building import only_problem

RAW: dict[str, Any] = {
    "plan": {"name": "x"},
    "discounting": [{"name": "treasury", "rate": 0.04}, {"name": "flat", "rate": 0.05}],
}


def test_positions_names_and_new_sections() -> None:
    changed = with_overrides(
        RAW, ["discounting.0.rate=0.06", "discounting.flat.rate=0.07", "matching.limits.issuer=0.1"]
    )
    assert [basis["rate"] for basis in changed["discounting"]] == [0.06, 0.07]
    assert changed["matching"] == {"limits": {"issuer": 0.1}}
    assert RAW["discounting"][0]["rate"] == 0.04


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("15", 15),
        ("0.05", 0.05),
        ("true", True),
        ("gross", "gross"),
        ('"15"', "15"),
        ("[1, 2]", [1, 2]),
        ("2025-12-31", dt.date(2025, 12, 31)),
        ("{ BBB = 0.1 }", {"BBB": 0.1}),
        ("5%", "5%"),
        ("a=b", "a=b"),
        ("1\nother = 2", "1\nother = 2"),
        ("", ""),
    ],
)
def test_values_are_toml_else_text(text: str, value: object) -> None:
    assert toml_value(text) == value


@pytest.mark.parametrize(
    ("override", "said"),
    [
        ("matching.years", "not KEY=VALUE"),
        ("=5", "not KEY=VALUE"),
        ("a..b=5", "not KEY=VALUE"),
        ("plan.name.first=5", "a value, not a section"),
        ("plan.name.first.second=5", "a value, not a section"),
        ("discounting.9.rate=5", "no item '9'"),
        ("discounting.treasurry.rate=5", "no item 'treasurry'"),
    ],
)
def test_wrong_overrides(override: str, said: str) -> None:
    problem = only_problem(lambda: with_overrides(RAW, [override]))
    assert problem.where.startswith("--set")
    assert said in problem.what
