"""Official values: what they are about, when they became known, corrections."""

from __future__ import annotations

import datetime as dt

import pytest

from defease.inputs.csv_reader import read_csv
from defease.inputs.official_file import OfficialReading, known_by, read_official
from tests.unit.inputs.building import problems_of

TEXT = """date,assets,liabilities,known_at
2025-06-30,90,100,2025-09-15
2025-12-31,95,101,2026-03-15
2025-12-31,96,101,2026-05-15
"""


def read(text: str, *, classes: tuple[str, ...] = ()) -> OfficialReading:
    return read_official(read_csv(text.encode(), source="o.csv"), classes=classes)


def test_what_was_known_on_a_day() -> None:
    figures = read(TEXT).figures
    assert [f.assets for f in known_by(figures, dt.date(2026, 2, 28))] == [90.0]
    assert [f.assets for f in known_by(figures, dt.date(2026, 3, 31))] == [90.0, 95.0]
    assert [f.assets for f in known_by(figures, dt.date(2026, 6, 30))] == [90.0, 96.0]
    assert known_by(figures, dt.date(2025, 7, 31)) == ()


def test_without_known_at_a_value_is_known_at_once() -> None:
    (figure,) = read("date,assets\n2025-06-30,90\n").figures
    assert figure.liabilities is None
    assert known_by([figure], dt.date(2025, 6, 30)) == (figure,)


def test_weights_by_class() -> None:
    text = "date,assets,equity,bonds\n2025-06-30,90,0.6,0.4\n"
    (figure,) = read(text, classes=("equity", "bonds")).figures
    assert dict(figure.weights) == {"equity": 0.6, "bonds": 0.4}


@pytest.mark.parametrize(
    ("text", "where", "said"),
    [
        (TEXT.replace("2026-03-15", "2025-03-15"), "line 3, column known_at", "is before the date"),
        (TEXT.replace("2026-05-15", "2026-03-15"), "o.csv", "2025-12-31 stands twice"),
        (TEXT.replace("2026-05-15", ""), "o.csv", "2025-12-31 stands twice"),
        (TEXT.replace("90,", "0,", 1), "line 2, column assets", "0 is not above 0"),
        (TEXT.replace("assets", "value"), "o.csv", "no column 'assets'"),
        ("date,assets,equity,bonds\n2025-06-30,90,0.6,0.5\n", "column equity", "sum to 1.1"),
    ],
)
def test_refused_with_place_what_and_remedy(text: str, where: str, said: str) -> None:
    found = problems_of(lambda: read(text, classes=("equity", "bonds")))
    assert any(where in p.where and said in p.what for p in found), found
