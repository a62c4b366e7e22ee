"""Exits 1 unless every installed run-time dependency has a licence we may ship with."""

import re
import sys
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

LOCK = Path(__file__).resolve().parents[1] / "requirements" / "runtime.lock"
ALLOWED = frozenset(
    [
        *("0BSD", "BSD-2-Clause", "BSD-3-Clause", "CC0-1.0", "ISC", "MIT", "MIT-0", "MIT-CMU"),
        *("Apache-2.0", "Apache-2.0 WITH LLVM-exception", "PSF-2.0", "Python-2.0", "Unlicense"),
        "Zlib",
    ]
)
# Older metadata has free text or a classifier instead of an SPDX expression.
SPOKEN = {
    "MIT License": "MIT",
    "BSD License": "BSD-3-Clause",
    "BSD": "BSD-3-Clause",
    "Apache Software License": "Apache-2.0",
    "Apache License 2.0": "Apache-2.0",
    "ISC License (ISCL)": "ISC",
    "Python Software Foundation License": "PSF-2.0",
}


def stated_licence(package: Distribution) -> str:
    """The SPDX expression, else the classifiers, else the short free text of a package."""
    meta = package.metadata
    if "License-Expression" in meta:
        return meta["License-Expression"]
    classifiers = meta.get_all("Classifier") or []
    spoken = [
        c.rsplit(" :: ", 1)[-1] for c in classifiers if c.startswith("License :: OSI Approved ::")
    ]
    names = spoken or [meta["License"].strip() if "License" in meta else "nothing stated"]
    return " AND ".join(SPOKEN.get(name, name) for name in names)


def is_installed(name: str) -> bool:
    """Whether this environment holds the package."""
    try:
        distribution(name)
    except PackageNotFoundError:
        return False
    return True


def is_allowed(expression: str) -> bool:
    """Whether every part that binds us is on the list; of alternatives one suffices.

    Reading AND before OR is stricter than the expression where they are mixed, never laxer.
    """
    parts = re.split(r"\s+AND\s+", expression)
    return all(any(one.strip("() ") in ALLOWED for one in part.split(" OR ")) for part in parts)


def main() -> int:
    """Check the packages of the run-time lock that are installed here."""
    names = re.findall(
        r"^([A-Za-z0-9._-]+)==", LOCK.read_text(encoding="utf-8"), flags=re.MULTILINE
    )
    # A name that is not installed is locked for another platform.
    found = {name: stated_licence(distribution(name)) for name in names if is_installed(name)}
    refused = [f"{name}: {licence}" for name, licence in found.items() if not is_allowed(licence)]
    print("\n".join(refused) or f"Licences: {len(found)} run-time packages, all allowed.")
    return 1 if refused or not found else 0


if __name__ == "__main__":
    sys.exit(main())
