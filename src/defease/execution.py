"""Many independent tasks on several cores: the results are those of one core, in the same order."""

from __future__ import annotations

import os
import pickle
import signal
import sys
import threading
from collections import deque
from concurrent.futures import BrokenExecutor, Executor, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

from defease.errors import DefeaseError, Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    Progress = Callable[[int], object]
    Cancelled = Callable[[], bool]

Task = TypeVar("Task")
Result = TypeVar("Result")

CHUNKS_A_WORKER = 32
"""Large enough that sending does not matter, small enough that all workers end together."""
CHUNKS_AHEAD = 4
SECONDS_BETWEEN_LOOKS = 0.05


class Workers(StrEnum):
    """Where tasks run: in processes of their own, or in threads of this one."""

    PROCESSES = "processes"
    THREADS = "threads"


class TaskError(DefeaseError):
    """One task of many failed; `index` is its position, `__cause__` what it raised."""

    code = "task"

    def __init__(self, problems: Any, index: int) -> None:
        super().__init__(problems)
        self.index = index

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.problems, self.index)


class CancelledError(DefeaseError):
    """The work was cancelled before it was done; `done` tasks were."""

    code = "cancelled"

    def __init__(self, problems: Any, done: int) -> None:
        super().__init__(problems)
        self.done = done

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.problems, self.done)


class _Flag(Protocol):
    def set(self) -> None: ...
    def is_set(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class _Chunk(Generic[Result]):
    """What became of some tasks in a row: results up to the first error, if there was one."""

    results: list[Result]
    error: Exception | None = None


def map_tasks(
    function: Callable[[Task], Result],
    tasks: Sequence[Task],
    *,
    workers: int | None = None,
    kind: Workers | str = Workers.PROCESSES,
    progress: Progress | None = None,
    cancelled: Cancelled | None = None,
) -> list[Result]:
    """What a function makes of each task, in the order of the tasks.

    Tasks do not know of each other, so neither their results nor the error reported (that of the
    first task that fails) depend on the number of workers or on how the work was cut.

    Parameters
    ----------
    function
        For processes a module-level function; it and the tasks must be picklable.  A script that
        calls this with processes keeps its own work under ``if __name__ == "__main__":``.
    tasks
        One plain value each.
    workers
        How many at a time; default: one a core.  With one worker nothing is started.
    kind
        ``processes``, which are started afresh, or ``threads``, for functions that release the
        interpreter lock.
    progress
        Called with the number of tasks done, in the caller's thread.
    cancelled
        Asked again and again; when it says yes, the tasks under way are the last.

    Raises
    ------
    TaskError
        A task failed: which, and why; those not begun are dropped.
    CancelledError
        `cancelled` said yes.

    Examples
    --------
    >>> map_tasks(abs, [-3, 2, -1], workers=2, kind="threads")
    [3, 2, 1]
    """
    work = _Work(function, tasks, progress or _ignore, cancelled or _never)
    count = min(workers or available_cores(), len(tasks))
    results = work.in_place() if count <= 1 else work.spread(count, Workers(kind))
    if len(results) < len(tasks):
        what = f"cancelled after {len(results)} of {len(tasks)} tasks"
        raise CancelledError(Problem("many tasks", what, "start again"), len(results))
    return results


def available_cores() -> int:
    """How many cores this process may use."""
    if sys.platform == "linux":
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@dataclass(frozen=True, slots=True)
class _Work(Generic[Task, Result]):
    function: Callable[[Task], Result]
    tasks: Sequence[Task]
    progress: Progress
    cancelled: Cancelled

    def in_place(self) -> list[Result]:
        results: list[Result] = []
        for task in self.tasks:
            if self.cancelled():
                break
            results += self._accepted(_run(self.function, [task], threading.Event()), len(results))
            self.progress(len(results))
        return results

    def spread(self, workers: int, kind: Workers) -> list[Result]:
        """Chunk after chunk in order, so that the first error is that of the first bad task."""
        team = _Processes(workers) if kind is Workers.PROCESSES else _Threads(workers)
        results: list[Result] = []
        chunks = self._chunks(workers)
        try:
            ahead = deque(
                team.submit(self.function, chunk)
                for chunk in islice(chunks, CHUNKS_AHEAD * workers)
            )
            while ahead and self._finished(ahead[0]):
                results += self._accepted(team.outcome(ahead.popleft()), len(results))
                self.progress(len(results))
                ahead.extend(team.submit(self.function, chunk) for chunk in islice(chunks, 1))
        except BrokenExecutor as error:
            what = "a worker ended by itself (out of memory, or the main script is not a file)"
            remedy = "use fewer workers, or one"
            raise DefeaseError(Problem("many tasks", what, remedy)) from error
        finally:
            team.dismiss()
        return results

    def _chunks(self, workers: int) -> Iterator[list[Task]]:
        size = max(1, len(self.tasks) // (CHUNKS_A_WORKER * workers))
        for start in range(0, len(self.tasks), size):
            yield list(self.tasks[start : start + size])

    def _finished(self, future: Future[Any]) -> bool:
        """Wait for a chunk; False when the work was cancelled meanwhile."""
        while not self.cancelled():
            if wait([future], SECONDS_BETWEEN_LOOKS).done:
                return True
        return False

    def _accepted(self, chunk: _Chunk[Result], done: int) -> list[Result]:
        if chunk.error is None:
            return chunk.results
        index = done + len(chunk.results)
        where = f"task {index + 1} of {len(self.tasks)}"
        kind = "" if isinstance(chunk.error, DefeaseError) else f"{type(chunk.error).__name__}: "
        problem = Problem(where, f"{kind}{chunk.error}", "correct this task or leave it out")
        raise TaskError(problem, index) from chunk.error


class _Team:
    """Workers of our own, and a flag on which they stop between two tasks."""

    def __init__(self, pool: Executor, stop: _Flag) -> None:
        self.pool, self.stop = pool, stop

    def submit(self, function: Callable[[Any], Any], tasks: list[Any]) -> Future[Any]:
        return self.pool.submit(_run, function, tasks, self.stop)

    def outcome(self, future: Future[Any]) -> _Chunk[Any]:
        found: _Chunk[Any] = future.result()
        return found

    def dismiss(self) -> None:
        self.stop.set()
        self.pool.shutdown(wait=True, cancel_futures=True)


class _Threads(_Team):
    def __init__(self, workers: int) -> None:
        super().__init__(ThreadPoolExecutor(workers), threading.Event())


class _Processes(_Team):
    """Values travel in the pickle protocol in which read-only arrays stay read-only."""

    def __init__(self, workers: int) -> None:
        from concurrent.futures import ProcessPoolExecutor
        from multiprocessing import get_context

        context = get_context("spawn")
        stop = context.Event()
        pool = ProcessPoolExecutor(workers, context, initializer=_begin, initargs=(stop,))
        super().__init__(pool, stop)

    def submit(self, function: Callable[[Any], Any], tasks: list[Any]) -> Future[Any]:
        return self.pool.submit(_run_packed, _packed((function, tasks)))

    def outcome(self, future: Future[Any]) -> _Chunk[Any]:
        found: _Chunk[Any] = pickle.loads(future.result())  # noqa: S301 - from our own worker
        return found


def _run(function: Callable[[Task], Result], tasks: Sequence[Task], stop: _Flag) -> _Chunk[Result]:
    results: list[Result] = []
    for task in tasks:
        if stop.is_set():
            break
        try:
            results.append(function(task))
        except Exception as error:  # noqa: BLE001 - whatever it is, it is the caller's to know
            return _Chunk(results, error)
    return _Chunk(results)


_stop: _Flag = threading.Event()
"""In a worker process: the flag of the process that started it."""


def _begin(stop: _Flag) -> None:
    global _stop  # noqa: PLW0603 - a worker process has one employer
    _stop = stop
    # Ctrl-C reaches the whole group; it is for the process that started the work to stop it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _run_packed(packed: bytes) -> bytes:
    function, tasks = pickle.loads(packed)  # noqa: S301 - from the process that started this one
    found = _run(function, tasks, _stop)
    return _packed(_Chunk(found.results, _sendable(found.error)))


def _sendable(error: Exception | None) -> Exception | None:
    """The error itself where it survives the way, else its kind and words."""
    try:
        pickle.loads(_packed(error))  # noqa: S301 - our own
    except Exception:  # noqa: BLE001 - any class may be written in a way that does not travel
        return RuntimeError(f"{type(error).__name__}: {error}")
    return error


def _packed(value: object) -> bytes:
    return pickle.dumps(value, protocol=pickle.HIGHEST_PROTOCOL)


def _ignore(_: int) -> None:
    """No one asked."""


def _never() -> bool:
    return False
