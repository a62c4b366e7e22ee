"""Reports as files: the format by suffix, each written whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from defease.atomic_files import replace_file
from defease.errors import InputError, bad_input, did_you_mean
from defease.reports.csv_output import render_csv
from defease.reports.html import render_html
from defease.reports.json_output import canonical_json
from defease.reports.text import render_text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from defease.reports.document import Document

_LATER = {".pdf", ".xlsx"}
_RENDERERS: dict[str, Callable[[Document], str]] = {
    ".html": render_html,
    ".txt": render_text,
    ".csv": render_csv,
}
KNOWN_SUFFIXES = (".html", ".json", ".txt", ".csv")


def write_report(path: Path, document: Document, *, envelope: Mapping[str, Any]) -> Path:
    """Write a report in the format that the suffix names; JSON holds the envelope of results."""
    suffix = checked_suffix(path)
    text = canonical_json(envelope) if suffix == ".json" else _RENDERERS[suffix](document)
    return write_text_atomically(path, text)


def checked_suffix(path: Path) -> str:
    """The suffix of a report file, in small letters; an `InputError` lists what can be written.

    Examples
    --------
    >>> checked_suffix(Path("report.HTML"))
    '.html'
    >>> checked_suffix(Path("report.pdf"))
    Traceback (most recent call last):
    ...
    defease.errors.InputError: report.pdf: .pdf reports are not available in this version;
    use .html, .json, .txt or .csv
    """
    suffix = path.suffix.lower()
    if suffix in KNOWN_SUFFIXES:
        return suffix
    usable = ", ".join(KNOWN_SUFFIXES[:-1]) + f" or {KNOWN_SUFFIXES[-1]}"
    if suffix in _LATER:
        what = f"{suffix} reports are not available in this version"
        raise bad_input(str(path), what, f"use {usable}")
    what = f"'{suffix}' is no format of reports" if suffix else "the file name has no suffix"
    remedy = f"use {usable}"
    guess = did_you_mean(suffix, KNOWN_SUFFIXES)
    raise bad_input(str(path), what, f"{guess} {remedy}" if guess.endswith("?") else remedy)


def write_text_atomically(path: Path, text: str) -> Path:
    """Write UTF-8 text to a file, whole or not at all: what was there survives any failure."""
    target = Path(os.path.realpath(path))
    _check_target(path, target)
    try:
        replace_file(target, text.encode("utf-8"))
    except OSError as error:
        raise _write_error(path, error) from error
    return path


def _check_target(path: Path, target: Path) -> None:
    if target.is_dir():
        raise bad_input(str(path), "is a folder", "give the name of a file in it")
    if not target.parent.is_dir():
        raise bad_input(str(path), f"the folder {target.parent} does not exist", "create it first")
    if target.exists() and not target.is_file():
        raise bad_input(str(path), "is not a regular file", "give the name of a file")


def _write_error(path: Path, error: OSError) -> InputError:
    reason = error.strerror or type(error).__name__
    remedy = "choose another file or folder, or free some space; nothing was changed"
    return bad_input(str(path), f"cannot be written ({reason.lower()})", remedy)
