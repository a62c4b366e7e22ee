"""Files that are written whole or not at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path


def replace_file(target: Path, content: bytes) -> None:
    """Write beside the target, force it to the disk, then take the target's place in one step.

    What was there survives any failure (an `OSError` is the caller's to put into words), and keeps
    its rights; a new file has those that any new file of this user has.

    Examples
    --------
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = Path(folder) / "report.txt"
    ...     replace_file(file, b"first")
    ...     replace_file(file, b"second")
    ...     file.read_text()
    'second'
    """
    mode = _mode_of(target)
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.chmod(mode)
        temporary.replace(target)
    except BaseException:  # an interruption, too, leaves nothing behind
        temporary.unlink(missing_ok=True)
        raise


def _mode_of(target: Path) -> int:
    if target.exists():
        return target.stat().st_mode & 0o777
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask
