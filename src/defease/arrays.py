"""Read-only float arrays and the few functions that keep them so."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import numpy as np
import numpy.typing as npt

from defease.errors import bad_input

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]
DateArray = npt.NDArray[np.datetime64]

Scalar = TypeVar("Scalar", bound=np.generic)


def frozen_floats(values: npt.ArrayLike, *, name: str) -> FloatArray:
    """A read-only float64 copy; NaN and infinity are refused by name and position.

    Examples
    --------
    >>> frozen_floats([1, 2], name="amounts")
    array([1., 2.])
    >>> frozen_floats([1, float("nan")], name="amounts")
    Traceback (most recent call last):
    ...
    defease.errors.InputError: amounts[1]: is not a finite number (nan); give finite numbers only
    """
    array = np.array(values, dtype=np.float64)
    unusable = np.flatnonzero(~np.isfinite(array))
    if unusable.size:
        first = int(unusable[0])
        message = f"is not a finite number ({array.flat[first]})"
        raise bad_input(where=f"{name}[{first}]", what=message, remedy="give finite numbers only")
    array.flags.writeable = False
    return array


def frozen_dates(values: Iterable[dt.date] | DateArray) -> DateArray:
    """A read-only array of days (numpy `datetime64[D]`), good for any year from 1 to 9999."""
    given = values if isinstance(values, np.ndarray) else list(values)
    array = np.array(given, dtype="datetime64[D]")
    array.flags.writeable = False
    return array


def read_only(array: npt.NDArray[Scalar]) -> npt.NDArray[Scalar]:
    """Close an array that was made here against writing, and return it."""
    array.flags.writeable = False
    return array
