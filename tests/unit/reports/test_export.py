from __future__ import annotations

import errno
import json
import os
from pathlib import Path

import pytest

from defease.errors import InputError
from defease.reports.export import write_report, write_text_atomically
from tests.unit.reports.sample_document import sample_document


def test_each_suffix_has_its_format(tmp_path: Path) -> None:
    envelope = {"schema": "defease/value/1", "results": {"bases": []}}
    document = sample_document()
    for name, start in {
        "a.html": "<!DOCTYPE html>",
        "b.txt": "Board report",
        "c.csv": "Funded",
    }.items():
        path = write_report(tmp_path / name, document, envelope=envelope)
        assert path.read_text(encoding="utf-8").startswith(start)
    written = write_report(tmp_path / "d.JSON", document, envelope=envelope)
    assert json.loads(written.read_text(encoding="utf-8")) == envelope


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("r.pdf", "not available in this version"),
        ("r.xlsx", "not available in this version"),
        ("r.htm", r"did you mean '.html'\? use .html, .json, .txt or .csv"),
        ("r", "has no suffix"),
    ],
)
def test_other_suffixes_are_refused_and_nothing_is_written(
    tmp_path: Path, name: str, words: str
) -> None:
    with pytest.raises(InputError, match=words):
        write_report(tmp_path / name, sample_document(), envelope={})
    assert list(tmp_path.iterdir()) == []


def test_a_missing_folder_and_a_folder_as_file_are_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="does not exist; create it first"):
        write_text_atomically(tmp_path / "missing" / "r.txt", "x")
    (tmp_path / "r.txt").mkdir()
    with pytest.raises(InputError, match="is a folder"):
        write_text_atomically(tmp_path / "r.txt", "x")


@pytest.mark.parametrize("step", ["fsync", "replace", "mkstemp"])
@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EACCES, errno.EROFS])
def test_an_existing_file_survives_a_failure_at_every_step(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str, code: int
) -> None:
    target = tmp_path / "r.txt"
    target.write_text("before", encoding="utf-8")

    def fail(*_: object, **__: object) -> None:
        raise OSError(code, os.strerror(code))

    where = {"fsync": "os.fsync", "replace": "pathlib.Path.replace", "mkstemp": "tempfile.mkstemp"}
    monkeypatch.setattr(where[step], fail)
    with pytest.raises(InputError, match="cannot be written"):
        write_text_atomically(target, "after")
    assert target.read_text(encoding="utf-8") == "before"
    assert [path.name for path in tmp_path.iterdir()] == ["r.txt"]


def test_an_interruption_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(_: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("os.fsync", interrupt)
    with pytest.raises(KeyboardInterrupt):
        write_text_atomically(tmp_path / "r.txt", "x")
    assert list(tmp_path.iterdir()) == []


def test_rights_and_links_are_kept(tmp_path: Path) -> None:
    target = tmp_path / "real.txt"
    target.write_text("before", encoding="utf-8")
    target.chmod(0o640)
    link = tmp_path / "link.txt"
    link.symlink_to(target)
    write_text_atomically(link, "after")
    assert link.is_symlink()
    assert target.read_text(encoding="utf-8") == "after"
    assert target.stat().st_mode & 0o777 == 0o640
    mask = os.umask(0o022)
    try:
        fresh = write_text_atomically(tmp_path / "new.txt", "x")
    finally:
        os.umask(mask)
    assert fresh.stat().st_mode & 0o777 == 0o644
