from __future__ import annotations

import csv
import datetime as dt
import io
import json
from enum import Enum

import numpy as np
import pytest

from defease.errors import DefeaseError
from defease.reports.csv_output import render_csv
from defease.reports.json_output import canonical_json, document_value
from tests.unit.reports.sample_document import sample_document


class Colour(Enum):
    RED = "red"


def test_values_become_plain_json() -> None:
    given = {
        "z": 0.1 + 0.2,
        "a": np.float64(1.5),
        "n": np.int64(7),
        "array": np.array([[1.0, 2.0]]),
        "days": np.array(["2026-01-31"], dtype="datetime64[D]"),
        "date": dt.date(2025, 12, 31),
        "none": None,
        "yes": True,
        "zero": -0.0,
        "enum": Colour.RED,
        "tuple": (1, "ü"),
        2026: 1.0,
    }
    text = canonical_json(given)
    assert json.loads(text) == {
        "z": 0.30000000000000004,
        "a": 1.5,
        "n": 7,
        "array": [[1.0, 2.0]],
        "days": ["2026-01-31"],
        "date": "2025-12-31",
        "none": None,
        "yes": True,
        "zero": 0.0,
        "enum": "red",
        "tuple": [1, "ü"],
        "2026": 1.0,
    }
    assert list(json.loads(text)) == [str(key) for key in given]
    assert "-0.0" not in text
    assert text == canonical_json(given)


@pytest.mark.parametrize("bad", [float("nan"), float("-inf"), np.array([1.0, np.nan])])
def test_numbers_that_are_not_finite_are_refused_by_key(bad: object) -> None:
    with pytest.raises(DefeaseError, match=r"result\.bases\[0\]\.yield"):
        canonical_json({"bases": [{"yield": bad}]})


def test_unknown_things_are_refused() -> None:
    with pytest.raises(DefeaseError, match="object"):
        canonical_json({"a": object()})
    with pytest.raises(DefeaseError, match="as a key"):
        canonical_json({1.5: 1})


def test_a_document_as_data_holds_every_block_with_its_kind() -> None:
    data = json.loads(canonical_json(document_value(sample_document())))
    assert data["schema"] == "defease/document/1"
    assert [block["kind"] for block in data["blocks"]] == ["KeyFigures"] + ["Section"] * 7
    assert data["blocks"][0]["figures"][1]["value"] == -134.8e9


def test_csv_neutralises_formulas_and_keeps_full_precision() -> None:
    rows = list(csv.reader(io.StringIO(render_csv(sample_document()))))
    cells = [cell for row in rows for cell in row]
    assert "'=cmd|'/c calc'!A1 Industries & Sons <Holding> Limited Liability Company" in cells
    assert "-134800000000.0" in cells
    assert "2028-02-15" in cells
    for cell in cells:
        if cell[:1] in {"=", "+", "-", "@"}:
            float(cell)  # a number, and nothing else
