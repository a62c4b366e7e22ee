"""Where Defease keeps its own data on this computer."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path

HOME_SWITCH = "DEFEASE_HOME"


def home_folder(
    environment: Mapping[str, str] | None = None, *, platform: str = sys.platform
) -> Path:
    """DEFEASE_HOME where it is set, else the user data folder of the platform.

    Examples
    --------
    >>> home_folder({"DEFEASE_HOME": "/srv/plans"}).as_posix()
    '/srv/plans'
    >>> home_folder({"XDG_DATA_HOME": "/home/ann/.data"}, platform="linux").as_posix()
    '/home/ann/.data/defease'
    """
    given = os.environ if environment is None else environment
    if chosen := given.get(HOME_SWITCH, ""):
        return Path(chosen).expanduser()
    if platform == "win32":
        base = given.get("LOCALAPPDATA", "") or str(Path.home() / "AppData" / "Local")
        return Path(base) / "Defease"
    if platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "Defease"
    base = given.get("XDG_DATA_HOME", "")
    # The base directory specification: a relative path is not valid and is ignored.
    usable = base if base.startswith("/") else str(Path.home() / ".local" / "share")
    return Path(usable) / "defease"
