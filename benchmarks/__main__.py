"""Run every benchmark, each in a process of its own, and say which promises were not kept."""

import json
import subprocess
import sys
from pathlib import Path

from benchmarks.harness import OUTPUT

HERE = Path(__file__).resolve().parent
NOT_SCRIPTS = {"__init__", "__main__", "harness"}


def main() -> int:
    """Exit 1 when a script failed or a row is worse than half its target."""
    scripts = sorted(path.stem for path in HERE.glob("*.py") if path.stem not in NOT_SCRIPTS)
    failed = [name for name in scripts if run(name) != 0]
    print("\nPromises not kept:", *(missed(scripts) or ["none"]), sep="\n  ")
    if failed:
        print("\nFailed (an error, or worse than half the target):", ", ".join(failed))
    print(f"\nDetails: {OUTPUT}")
    return 1 if failed else 0


def run(name: str) -> int:
    """One script, alone."""
    (OUTPUT / f"{name}.json").unlink(missing_ok=True)
    command = [sys.executable, "-m", f"benchmarks.{name}"]
    return subprocess.run(command, cwd=HERE.parent, check=False).returncode


def missed(scripts: list[str]) -> list[str]:
    """A line for every row below its target, from the records just written."""
    records = [OUTPUT / f"{name}.json" for name in scripts]
    rows = [
        row
        for record in records
        if record.exists()
        for row in json.loads(record.read_text(encoding="utf-8"))["rows"]
    ]
    return [
        f"{row['name']}: {row['ratio']:.3g}, promised {row['kind']} {row['limit']:g}"
        for row in rows
        if row["status"] in ("missed", "FAILED")
    ]


if __name__ == "__main__":
    sys.exit(main())
