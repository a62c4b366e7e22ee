"""Files that are written whole or not at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from defease.errors import bad_input


def write_atomically(target: Path, content: bytes) -> None:
    """Write beside the target, force it to the disk, then take its place in one step."""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        _replace(target, content)
    except OSError as error:
        reason = (error.strerror or type(error).__name__).lower()
        raise bad_input(
            where=str(target),
            what=f"cannot be written ({reason})",
            remedy="free some space, or set DEFEASE_HOME to a folder of yours; nothing was changed",
        ) from error


def _replace(target: Path, content: bytes) -> None:
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(target)
    except BaseException:  # an interruption, too, leaves nothing behind
        temporary.unlink(missing_ok=True)
        raise
