"""`defease market`: only ever on files and a fetch function of the test, never on the network."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from defease import services
from tests.command_line import defease

FIRST = "observation_date,CPIAUCNS\n2025-09-01,324.8\n2025-10-01,.\n2025-11-01,324.0\n"
SECOND = FIRST.replace("324.0", "324.122") + "2025-12-01,324.054\n"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DEFEASE_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def file(folder: Path, text: str) -> Path:
    path = folder / "CPIAUCNS.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_an_empty_list_shows_every_provider_and_where_to_get_it() -> None:
    answer = defease("market", "list", "--json")
    providers = answer.json["results"]["providers"]
    assert answer.code == 0
    assert {p["name"]: p["last"] for p in providers}["hqm"] is None
    assert all(p["page"].startswith("https://") for p in providers)
    text = defease("market", "list").out
    assert max(map(len, text.splitlines())) <= 80
    assert "Nothing is fetched until you ask for it." in text


def test_a_file_by_hand_then_its_correction(tmp_path: Path) -> None:
    first = defease("market", "update", "fred_cpi", "--file", file(tmp_path, FIRST), "--json")
    (told,) = first.json["results"]["updated"]
    assert (told["new"], told["revised"], told["last"]) == (2, 0, "2025-11-01")
    assert [w["code"] for w in first.json["warnings"]] == ["missing_months"]
    second = defease("market", "update", "fred_cpi", "--file", file(tmp_path, SECOND), "--json")
    (told,) = second.json["results"]["updated"]
    assert (told["new"], told["revised"]) == (1, 1)
    assert told["revisions"] == [
        {
            "series": "price_index CPI-U",
            "as_of": "2025-11-01",
            "before": 324.0,
            "after": 324.122,
        }
    ]
    again = defease("market", "update", "fred_cpi", "--file", file(tmp_path, SECOND))
    assert "Nothing new: every figure was known already." in again.out
    listed = defease("market", "list", "--json").json["results"]["providers"]
    (kept,) = [p for p in listed if p["name"] == "fred_cpi"]
    assert (kept["files"], kept["last"]) == (2, "2025-12-01")


def test_a_spoilt_file_changes_nothing(tmp_path: Path, home: Path) -> None:
    answer = defease(
        "market", "update", "fred_cpi", "--file", file(tmp_path, "no,table\n"), "--json"
    )
    assert answer.code == 2
    assert answer.problems[0]["where"].startswith("CPIAUCNS.csv")
    assert not home.exists()


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("market", "update", "gws"), 2, "did you mean 'gsw'?"),
        (("market", "updat"), 2, "did you mean 'update'?"),
        (("market", "update", "irs_segments"), 1, "download it from https://"),
        (("market", "update", "gsw", "--as-of", "2026-01-01"), 2, "leave it out"),
        (("market", "update", "--file", "x.csv"), 2, "belongs to one provider, 0 were named"),
        (("market", "update", "gsw", "--file", "absent.csv"), 2, "cannot be read"),
        (("market", "update", "eiopa_spot", "--file", "FILE", "--as-of", "31/12/2025"), 2, "YYYY"),
    ],
)
def test_mistakes_have_words(
    tmp_path: Path, arguments: tuple[str, ...], code: int, words: str
) -> None:
    path = str(file(tmp_path, FIRST))
    answer = defease(*(path if argument == "FILE" else argument for argument in arguments))
    assert answer.code == code
    assert words in answer.err
    assert "Traceback" not in answer.err


def test_a_fetch_is_stored_with_its_address_and_time(home: Path) -> None:
    now = dt.datetime(2026, 1, 14, 9, 30, tzinfo=dt.UTC)
    result = services.market_update(["fred_cpi"], fetch=lambda _: FIRST.encode(), now=now)
    (told,) = result.results["updated"]
    assert told["known_at"] == "2026-01-14T09:30:00+00:00"
    assert told["source"].startswith("https://fred.stlouisfed.org/")
    assert list((home / "market").iterdir()) == [home / "market" / "fred_cpi"]
    assert max(map(len, result.to_text().splitlines())) <= 80
