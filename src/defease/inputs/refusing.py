"""One way to refuse a file: place, what, remedy; and whose fault it is that the core finds."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

from defease.errors import DefeaseError, InputError, Problem


def refuse(where: str, what: str, remedy: str) -> NoReturn:
    """Raise one problem as an `InputError`, without the trace of what led to it.

    Examples
    --------
    >>> refuse("flows.csv: line 3", "opens a quote", "close it")
    Traceback (most recent call last):
    ...
    defease.errors.InputError: flows.csv: line 3: opens a quote; close it
    """
    raise InputError(Problem(where, what, remedy)) from None


@contextmanager
def within(source: str) -> Iterator[None]:
    """Put a file's name, or a key of the plan, before every place that is found wrong inside.

    Examples
    --------
    >>> with within("plan.toml"):
    ...     refuse("matching.years", "must be above 0, got -3", "give years")
    Traceback (most recent call last):
    ...
    defease.errors.InputError: plan.toml: matching.years: must be above 0, got -3; give years
    """
    try:
        yield
    except DefeaseError as error:
        found = [Problem(f"{source}: {p.where}", p.what, p.remedy) for p in error.problems]
        raise type(error)(found) from None
