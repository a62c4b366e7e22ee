from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest

from defease.errors import InputError, ModelError, Problem
from defease.market import (
    MarketCache,
    Series,
    Stored,
    arrival_of,
    downloadable,
    home_folder,
    update,
)
from tests.unit.inputs.building import only_problem

CPI = Series("price_index", "CPI-U")
APRIL = dt.date(2026, 4, 1)
FIRST = b"observation_date,CPIAUCNS\n2026-04-01,333.0\n"
SECOND = b"observation_date,CPIAUCNS\n2026-04-01,333.02\n2026-05-01,335.123\n"


def day(number: int) -> dt.datetime:
    return dt.datetime(2026, 6, number, 12, tzinfo=dt.UTC)


def added(cache: MarketCache, data: bytes, number: int) -> Stored:
    return cache.add(arrival_of("fred_cpi", data, source="cpi.csv"), known_at=day(number))


@pytest.fixture
def cache(tmp_path: Path) -> MarketCache:
    return MarketCache(tmp_path / "market")


def contents(cache: MarketCache) -> dict[str, bytes]:
    files = (path for path in cache.folder.rglob("*") if path.is_file())
    return {path.relative_to(cache.folder).as_posix(): path.read_bytes() for path in files}


def test_restated_data_keep_both_versions_across_processes(cache: MarketCache) -> None:
    assert added(cache, FIRST, 1).new == 1
    second = added(cache, SECOND, 10)
    assert (second.new, [(r.before, r.after) for r in second.revisions]) == (1, [(333.0, 333.02)])
    facts = MarketCache(cache.folder).facts("fred_cpi")
    assert facts.as_known(dt.date(2026, 6, 2)).value(CPI, APRIL) == 333.0
    assert facts.latest().value(CPI, APRIL) == 333.02
    entries = cache.entries("fred_cpi")
    assert [entry.last for entry in entries] == ["2026-04-01", "2026-05-01"]
    assert (cache.folder / "fred_cpi" / entries[0].file).read_bytes() == FIRST


def test_a_file_that_brings_nothing_new_is_not_kept(cache: MarketCache) -> None:
    added(cache, SECOND, 1)
    before = contents(cache)
    assert added(cache, SECOND, 2).is_unchanged
    assert added(cache, b"observation_date,CPIAUCNS\n2026-05-01,335.123\n", 3).is_unchanged
    assert contents(cache) == before


def test_a_changed_file_is_refused_with_its_place(cache: MarketCache) -> None:
    added(cache, FIRST, 1)
    (path,) = (cache.folder / "fred_cpi").glob("*.data")
    path.write_bytes(FIRST.replace(b"333.0", b"999.0"))
    problem = only_problem(lambda: cache.facts("fred_cpi"))
    assert problem.where == str(path)
    assert "hash" in problem.what


def test_a_changed_manifest_is_refused(cache: MarketCache) -> None:
    added(cache, FIRST, 1)
    added(cache, SECOND, 2)
    path = cache.folder / "fred_cpi" / "manifest.json"
    text = path.read_text(encoding="utf-8")
    for spoilt in (
        text.replace("2026-06-01T12:00:00", "2025-06-01T12:00:00"),
        text.replace('"figures": 1', '"figures": "1"'),
        text.replace('"source"', '"origin"'),
        text[:-20],
        "[]",
    ):
        assert spoilt != text
        path.write_text(spoilt, encoding="utf-8")
        with pytest.raises(InputError, match="manifest"):
            cache.entries("fred_cpi")
    body = json.loads(text)
    body["entries"].pop(0)
    path.write_text(json.dumps(body), encoding="utf-8")
    assert "does not follow its chain" in only_problem(lambda: cache.entries("fred_cpi")).what
    path.write_text(text.replace('"schema": 1', '"schema": 2'), encoding="utf-8")
    assert "newer version" in only_problem(lambda: cache.entries("fred_cpi")).remedy


def test_a_missing_file_is_refused(cache: MarketCache) -> None:
    added(cache, FIRST, 1)
    for path in (cache.folder / "fred_cpi").glob("*.data"):
        path.unlink()
    assert "cannot be read" in only_problem(lambda: cache.facts("fred_cpi")).what


def test_a_second_writer_is_refused_and_the_lock_does_not_stay(cache: MarketCache) -> None:
    added(cache, FIRST, 1)
    lock = cache.folder / "fred_cpi" / "update.lock"
    assert not lock.exists()
    lock.touch()
    problem = only_problem(lambda: added(cache, SECOND, 2))
    assert "another update is running" in problem.what
    lock.unlink()
    assert added(cache, SECOND, 2).new == 1


def test_a_failed_write_changes_nothing(
    cache: MarketCache, monkeypatch: pytest.MonkeyPatch
) -> None:
    added(cache, FIRST, 1)
    before = contents(cache)
    written: list[Path] = []

    def fails_the_second_time(self: Path, target: Path) -> Path:
        written.append(target)
        if len(written) == 2:
            raise OSError(28, "No space left on device")
        self.rename(target)
        return target

    monkeypatch.setattr(Path, "replace", fails_the_second_time)
    assert "no space left" in only_problem(lambda: added(cache, SECOND, 2)).what
    monkeypatch.undo()
    # The file of the failed update may lie there; nothing points to it and no figure changed.
    assert before.items() <= contents(cache).items()
    assert cache.facts("fred_cpi").latest().value(CPI, APRIL) == 333.0
    assert added(cache, SECOND, 3).new == 1
    assert cache.facts("fred_cpi").latest().value(CPI, APRIL) == 333.02


def test_a_provider_that_does_not_exist_gets_the_nearest(cache: MarketCache) -> None:
    problem = only_problem(lambda: update(["gws"], cache=cache, now=day(1)))
    assert problem.remedy == "did you mean 'gsw'?"


def test_an_update_asks_the_listed_address_and_stores(cache: MarketCache) -> None:
    asked: list[str] = []

    def fetch(address: str) -> bytes:
        asked.append(address)
        return FIRST

    (stored,) = update(["fred_cpi"], cache=cache, now=day(1), fetch=fetch)
    assert asked == ["https://fred.stlouisfed.org/graph/fredgraph.csv?id=CPIAUCNS"]
    assert stored.new == 1
    assert cache.entries("fred_cpi")[0].source == asked[0]


def test_one_failure_and_nothing_is_stored(cache: MarketCache) -> None:
    def fetch(address: str) -> bytes:
        if "CPIAUCNS" in address:
            return FIRST
        raise ModelError(Problem(address, "cannot be reached", "connect"))

    with pytest.raises(ModelError) as caught:
        update([], cache=cache, now=day(1), fetch=fetch)
    assert len(caught.value.problems) == len(downloadable()) - 1
    assert contents(cache) == {}


def test_a_page_that_is_not_the_file_is_refused_and_not_stored(cache: MarketCache) -> None:
    def fetch(_: str) -> bytes:
        return b"<!DOCTYPE html><html><body>Service unavailable</body></html>"

    for name in downloadable():
        with pytest.raises(InputError):
            update([name], cache=cache, now=day(1), fetch=fetch)
    assert contents(cache) == {}


def test_what_cannot_be_fetched_says_where_to_find_it(cache: MarketCache) -> None:
    with pytest.raises(ModelError, match=r"home\.treasury\.gov.*market update hqm --file"):
        update(["hqm"], cache=cache, now=day(1), fetch=lambda _: b"")


def test_the_home_folder_follows_the_platform() -> None:
    assert home_folder({"LOCALAPPDATA": "/l"}, platform="win32") == Path("/l/Defease")
    assert home_folder({}, platform="darwin").name == "Defease"
    assert home_folder({"XDG_DATA_HOME": "not/absolute"}, platform="linux") == (
        Path.home() / ".local" / "share" / "defease"
    )
