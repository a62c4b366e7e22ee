"""How speed is measured here: ratios of alternating rounds, never bare seconds.

A script is a module of this package with a function `rows() -> list[Row]` and, as its last lines,

    if __name__ == "__main__":
        sys.exit(report(__file__, rows()))

so that `python -m benchmarks.NAME` runs it alone and `python -m benchmarks` runs all. Rows are

    compare(name, ours, other, target=at_least(0.8), agree=check, rounds=7, note="...", n=3600)
        ours, other   functions without arguments; they alternate (ours, other, ours, other, ...)
                      after one warm-up call each, whose results `agree(ours, other)` must accept
                      (it asserts to a stated tolerance) before anything is timed
        other_counts  by how much the other's time counts, where it does a known part of the work
        target        at_least(x): ours is x times as fast as the other (ratio = other / ours >= x)
                      at_most(x):  ours costs x times the other at most (ratio = ours / other <= x)
    measure(name, ours, seconds_at_most=0.02, ...)
                      an absolute time, for the few promises that are made in seconds
    weigh(name, megabytes, megabytes_at_most=150.0, ...)
                      memory measured by the script itself
    missing(name, "cvxpy")
                      the row of a peer that is not installed
    one_thread()      a context manager: one core where the system can pin it, one BLAS thread

The ratio reported is the median of the per-round ratios, with their range; seconds are the medians
of each side and only context. `report` prints the table, writes build/bench/NAME.json and returns
1 if a row is worse than half its target.
"""

from __future__ import annotations

import json
import os
import platform
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import TypedDict, TypeVar, Unpack

OUTPUT = Path(__file__).resolve().parents[1] / "build" / "bench"
LIBRARIES = ("numpy", "scipy", "highspy", "click", "cvxpy", "QuantLib", "numba")
FAILING = 2.0  # a row fails when it is worse than its target by more than this factor


Ours = TypeVar("Ours")
Other = TypeVar("Other")


class Context(TypedDict, total=False):
    """What a row says beside its times."""

    note: str
    n: int
    threads: int
    share: float


@dataclass(frozen=True, kw_only=True)
class Target:
    """What a row promises: a speed-up of at least, a cost or a time of at most `value`."""

    value: float
    kind: str

    def shortfall(self, measured: float) -> float:
        """How many times worse than promised; at most 1 when the promise is kept."""
        return self.value / measured if self.kind == "at least" else measured / self.value


def at_least(value: float) -> Target:
    """Ours is `value` times as fast as the other, or faster."""
    return Target(value=value, kind="at least")


def at_most(value: float) -> Target:
    """Ours takes at most `value` times the time of the other."""
    return Target(value=value, kind="at most")


@dataclass(frozen=True, kw_only=True)
class Row:
    """One measured line of a benchmark's table."""

    name: str
    ours_s: float | None = None
    other_s: float | None = None
    ratio: float | None = None
    lowest: float | None = None
    highest: float | None = None
    limit: float | None = None
    kind: str = ""
    status: str = "not installed"
    share: float | None = None
    threads: int = 1
    n: int | None = None
    note: str = ""


def compare(
    name: str,
    ours: Callable[[], Ours],
    other: Callable[[], Other],
    *,
    target: Target,
    agree: Callable[[Ours, Other], object] | None = None,
    rounds: int = 7,
    other_counts: float = 1.0,
    **context: Unpack[Context],
) -> Row:
    """Time two ways of getting the same answer, alternately."""
    first, second = ours(), other()
    if agree is not None:
        agree(first, second)
    pairs = [(seconds(ours), seconds(other) * other_counts) for _ in range(rounds)]
    ratios = [b / a if target.kind == "at least" else a / b for a, b in pairs]
    row = _judged(name, ratios, target)
    medians = [median(side) for side in zip(*pairs, strict=True)]
    return replace(row, ours_s=medians[0], other_s=medians[1], **context)


def measure(
    name: str,
    ours: Callable[[], object],
    *,
    seconds_at_most: float,
    rounds: int = 7,
    **context: Unpack[Context],
) -> Row:
    """Time ours alone against a promise made in seconds."""
    ours()
    times = [seconds(ours) for _ in range(rounds)]
    row = _judged(name, times, Target(value=seconds_at_most, kind="seconds at most"))
    return replace(row, ours_s=median(times), **context)


def weigh(
    name: str, megabytes: float, *, megabytes_at_most: float, **context: Unpack[Context]
) -> Row:
    """Memory that was measured, in units of 2**20 bytes, against a promise."""
    target = Target(value=megabytes_at_most, kind="megabytes at most")
    return replace(_judged(name, [megabytes], target), **context)


def missing(name: str, peer: str) -> Row:
    """The row of a comparison whose peer is not installed here."""
    return Row(name=name, note=f"{peer} is not installed")


def seconds(function: Callable[[], object]) -> float:
    """Wall-clock time of one call."""
    start = perf_counter()
    function()
    return perf_counter() - start


def _judged(name: str, measured: Sequence[float], target: Target) -> Row:
    middle = median(measured)
    shortfall = target.shortfall(middle)
    status = "ok" if shortfall <= 1.0 else "missed" if shortfall <= FAILING else "FAILED"
    return Row(
        name=name,
        ratio=middle,
        lowest=min(measured),
        highest=max(measured),
        limit=target.value,
        kind=target.kind,
        status=status,
    )


@contextmanager
def one_thread() -> Iterator[None]:
    """Pin this process and what it starts to one core and one library thread while timing."""
    from threadpoolctl import threadpool_limits

    cores = os.sched_getaffinity(0) if sys.platform == "linux" else None
    if cores:
        os.sched_setaffinity(0, {min(cores)})
    try:
        with threadpool_limits(limits=1):
            yield
    finally:
        if cores:
            os.sched_setaffinity(0, cores)


def report(script: str, rows: Sequence[Row]) -> int:
    """Print the table, write the JSON, and return the exit code of the script."""
    name = Path(script).stem
    print(table(name, rows))
    OUTPUT.mkdir(parents=True, exist_ok=True)
    record = {
        "script": name,
        "rows": [asdict(row) for row in rows],
        "versions": _versions(),
        "cpu": f"{platform.machine()}, {os.cpu_count()} cores",
    }
    target = OUTPUT / f"{name}.json"
    target.write_text(json.dumps(record, indent=1, allow_nan=False) + "\n", encoding="utf-8")
    return 1 if any(row.status == "FAILED" for row in rows) else 0


def table(title: str, rows: Sequence[Row]) -> str:
    """The rows as text, one line each."""
    width = max(len(row.name) for row in rows)
    head = f"{'':{width}}  {'measured':>9} {'range':>17} {'target':>14} {'ours':>10} {'other':>10}"
    return "\n".join([f"\n{title}", head, *(_line(row, width) for row in rows)])


def _line(row: Row, width: int) -> str:
    if row.ratio is None:
        return f"{row.name:{width}}  {row.note}"
    show = {"seconds at most": _milliseconds, "megabytes at most": "{:.0f} MB".format}.get(
        row.kind, "{:.3g}".format
    )
    span = f"{show(row.lowest or 0.0)} .. {show(row.highest or 0.0)}"
    sign = ">=" if row.kind == "at least" else "<="
    promise = f"{sign} {show(row.limit or 0.0)}"
    sides = [_milliseconds(side) for side in (row.ours_s, row.other_s)]
    line = f"{row.name:{width}}  {show(row.ratio):>9} {span:>17} {promise:>14} "
    return f"{line}{sides[0]:>10} {sides[1]:>10}  {row.status} {row.note}".rstrip()


def _milliseconds(value: float | None) -> str:
    return "" if value is None else f"{1e3 * value:.3g} ms"


def _versions() -> dict[str, str]:
    found = {"python": platform.python_version()}
    for library in ("defease", *LIBRARIES):
        try:
            found[library] = version(library)
        except PackageNotFoundError:
            continue
    return found
