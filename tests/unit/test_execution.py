"""Many tasks on several workers give what one gives, and stop when told to."""

from __future__ import annotations

import threading
import time

import numpy as np
import pytest

from defease.arrays import FloatArray, read_only
from defease.errors import DefeaseError, Problem
from defease.execution import CancelledError, TaskError, available_cores, map_tasks

KINDS = ("processes", "threads")


def square(number: int) -> int:
    """Early tasks take longest, so completion is not in the order of the tasks."""
    time.sleep(0.002 * max(0, 5 - number))
    return number * number


def reciprocal(number: int) -> float:
    return 1.0 / number


class UnsendableError(Exception):
    def __init__(self, first: int, second: int) -> None:
        super().__init__(f"not {first} nor {second}")


def refused(number: int) -> int:
    if number == 3:
        raise UnsendableError(first=number, second=number)
    return number


def deliberate(number: int) -> int:
    raise DefeaseError(Problem("plan", f"number {number} is wrong", "mend it"))


def doubled(values: FloatArray) -> FloatArray:
    return read_only(2.0 * values)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("workers", [1, 2, 3])
def test_results_come_in_the_order_of_the_tasks(kind: str, workers: int) -> None:
    tasks = list(range(70))
    expected = [number * number for number in tasks]
    assert map_tasks(square, tasks, workers=workers, kind=kind) == expected


def test_no_tasks_and_more_workers_than_tasks() -> None:
    assert map_tasks(square, [], workers=4) == []
    assert map_tasks(square, [3], workers=4) == [9]


def test_progress_counts_every_task_once() -> None:
    for workers in (1, 2):
        counts: list[int] = []
        map_tasks(square, range(40), workers=workers, kind="threads", progress=counts.append)
        assert counts == sorted(set(counts))
        assert counts[-1] == 40


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("workers", [1, 2])
def test_the_first_failing_task_is_named_whatever_the_workers(kind: str, workers: int) -> None:
    tasks = [*range(1, 30), 0, 5, 0]
    with pytest.raises(TaskError, match="task 30 of 32: ZeroDivisionError: ") as caught:
        map_tasks(reciprocal, tasks, workers=workers, kind=kind)
    assert caught.value.index == 29
    assert isinstance(caught.value.__cause__, ZeroDivisionError)


@pytest.mark.parametrize("workers", [1, 2])
def test_a_deliberate_failure_keeps_its_words(workers: int) -> None:
    with pytest.raises(TaskError, match="task 1 of 2: plan: number 7 is wrong; mend it"):
        map_tasks(deliberate, [7, 8], workers=workers)


def test_an_error_that_cannot_travel_arrives_as_words() -> None:
    with pytest.raises(TaskError, match=r"task 4 of 6: .*UnsendableError: not 3 nor 3"):
        map_tasks(refused, range(6), workers=2)


def test_tasks_not_begun_are_dropped_after_a_failure() -> None:
    begun: list[int] = []

    def work(number: int) -> int:
        begun.append(number)
        time.sleep(0.001)
        return 1 // number

    with pytest.raises(TaskError):
        map_tasks(work, range(2000), workers=2, kind="threads")
    assert len(begun) < 1000


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("workers", [1, 2])
def test_work_is_cancelled_between_tasks(kind: str, workers: int) -> None:
    enough = threading.Event()

    def seen(done: int) -> None:
        if done >= 10:
            enough.set()

    with pytest.raises(CancelledError, match="of 5000 tasks") as caught:
        map_tasks(
            *(square, range(5000)),
            workers=workers,
            kind=kind,
            progress=seen,
            cancelled=enough.is_set,
        )
    assert 10 <= caught.value.done < 5000


def test_a_worker_that_dies_is_reported_and_nothing_hangs() -> None:
    with pytest.raises(DefeaseError, match="ended by itself"):
        map_tasks(dies, range(4), workers=2)


def dies(_: int) -> int:
    import os

    os._exit(9)


def test_read_only_arrays_stay_read_only_across_processes() -> None:
    tasks = [read_only(np.arange(3.0) + shift) for shift in range(4)]
    found = map_tasks(doubled, tasks, workers=2)
    for task, result in zip(tasks, found, strict=True):
        np.testing.assert_array_equal(result, 2.0 * task)
        assert not result.flags.writeable


def test_cores_are_counted() -> None:
    assert available_cores() >= 1
