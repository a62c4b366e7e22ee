"""One way to refuse a file: place, what, remedy."""

from __future__ import annotations

from typing import NoReturn

from defease.errors import InputError, Problem


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
