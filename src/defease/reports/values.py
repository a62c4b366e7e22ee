"""What may stand in a cell: finite numbers, text, dates, yes or no, and nothing at all."""

from __future__ import annotations

import datetime as dt
import math
from typing import TYPE_CHECKING, TypeVar

from defease.errors import DefeaseError, Problem

if TYPE_CHECKING:
    from collections.abc import Iterable

Value = float | int | str | bool | dt.date | None
Item = TypeVar("Item")


def internal_error(where: str, what: str) -> DefeaseError:
    """A defect of the program itself, told with its place instead of a traceback."""
    return DefeaseError(Problem(where, what, "this is a defect of Defease: please report it"))


def plain(value: object, *, where: str) -> Value:
    """The same value as a plain Python one (numpy scalars unwrapped, minus zero made zero).

    NaN, infinity and whatever is no cell value are refused as an internal error naming `where`.

    Examples
    --------
    >>> plain(-0.0, where="table 'Cost', row 2")
    0.0
    >>> plain(float("inf"), where="table 'Cost', row 2")
    Traceback (most recent call last):
    ...
    defease.errors.DefeaseError: table 'Cost', row 2: is not a finite number (inf);
    this is a defect of Defease: please report it
    """
    if value is None or isinstance(value, bool | str | dt.date):
        return value
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float):
        return _finite(float(value), where=where)
    unwrap = getattr(value, "item", None)
    unwrapped = value if unwrap is None else unwrap()
    if unwrapped is value or type(unwrapped) is type(value):
        raise internal_error(where, f"holds a {type(value).__name__}, which no renderer can show")
    return plain(unwrapped, where=where)


def plain_numbers(values: Iterable[object], *, where: str) -> list[float | None]:
    """A list of finite floats, with None where a value is missing: what a chart may hold."""
    return [_number_or_none(value, where=f"{where}[{index}]") for index, value in enumerate(values)]


def frozen(items: Iterable[Item]) -> tuple[Item, ...]:
    """The items as a tuple, so that callers may give lists and values still never change."""
    return tuple(items)


def _number_or_none(value: object, *, where: str) -> float | None:
    found = plain(value, where=where)
    if found is None:
        return None
    if isinstance(found, bool) or not isinstance(found, int | float):
        raise internal_error(where, f"is not a number ({found!r})")
    return float(found)


def _finite(value: float, *, where: str) -> float:
    if not math.isfinite(value):
        raise internal_error(where, f"is not a finite number ({value})")
    return value + 0.0  # minus zero becomes zero
