"""The sample plans that come with the package, and copying one into a folder."""

from __future__ import annotations

from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from defease.errors import bad_input, did_you_mean

SAMPLES = ("pension", "corporate", "retiree", "college", "bullet")


def copy_sample(folder: str | Path, *, example: str = "pension") -> tuple[str, ...]:
    """Copy a working sample plan into a new or empty folder; returns the names of its files."""
    if example not in SAMPLES:
        raise bad_input(
            where="--example",
            what=f"'{example}' is no sample plan",
            remedy=did_you_mean(example, SAMPLES),
        )
    target = Path(folder)
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise bad_input(
            where=str(target),
            what="exists and is not an empty folder",
            remedy="name a new folder",
        )
    source = files("defease.services").joinpath("samples", example)
    return _copied(sorted(source.iterdir(), key=lambda entry: entry.name), target)


def _copied(entries: list[Traversable], target: Path) -> tuple[str, ...]:
    try:
        target.mkdir(parents=True, exist_ok=True)
        for entry in entries:
            (target / entry.name).write_bytes(entry.read_bytes())
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise bad_input(
            where=str(target),
            what=f"cannot be written ({reason.lower()})",
            remedy="choose another folder",
        ) from error
    return tuple(entry.name for entry in entries)
