"""What every section shares: strict reading, no unknown keys, values that explain themselves."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable
from itertools import pairwise
from typing import Annotated, NoReturn

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict
from pydantic_core import PydanticCustomError

from defease.inputs.numbers import Refusal, Unit, scan_number
from defease.inputs.rate_units import HIGHEST_DECIMAL_RATE, LOWEST_RATE

OWN_ERROR = "defease"
_SUM_TOLERANCE = 1e-6
_PERCENT = 100.0


class Section(BaseModel):
    """A table of the plan file: strict types, unknown keys refused, immutable once read."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


def wrong(what: str, remedy: str) -> NoReturn:
    """Refuse a value with our own words."""
    raise PydanticCustomError(OWN_ERROR, "{what}", {"what": what, "remedy": remedy})


def _number(value: object, *, rate: bool) -> object:
    """A TOML number, or a text read by the one number grammar; other types are left to pydantic."""
    if isinstance(value, str):
        scanned = scan_number(value)
        if isinstance(scanned, Refusal):
            wrong(scanned.what, scanned.remedy)
        if scanned.unit is not Unit.PLAIN and not rate:
            wrong(f"{value!r} is written as a rate", "write a plain number")
        return scanned.as_decimal
    if isinstance(value, int | float) and not isinstance(value, bool):
        if isinstance(value, int) and abs(value) >= 2**63:
            wrong("is too large for a number", "write a number below 1e18")
        if not math.isfinite(value):
            wrong(f"is not a finite number ({value})", "write a finite number")
        return float(value)
    return value


def _plain(value: object) -> object:
    return _number(value, rate=False)


def _rate_number(value: object) -> object:
    return _number(value, rate=True)


def _rate(value: float) -> float:
    if value <= LOWEST_RATE:
        wrong(f"a rate of {100 * value:g}% loses everything", "rates are decimals above -1")
    if abs(value) > HIGHEST_DECIMAL_RATE:
        likely = (
            f'did you mean {value / 100:g} (or "{value:g}%")?' if value > 1 else "check the value"
        )
        wrong(f"{value:g} would be a rate of {100 * value:g}%; rates are decimals", likely)
    return value


def _return(value: float) -> float:
    if not LOWEST_RATE <= value <= 1.0:
        wrong(f"{value:g} would be a change of {100 * value:g}%", f"did you mean {value / 100:g}?")
    return value


def _share(value: float) -> float:
    if value < 0:
        wrong(f"must not be negative, got {value:g}", "write a share between 0 and 1")
    if value > 1:
        wrong(f"must be a share between 0 and 1, got {value:g}", f"did you mean {value / 100:g}?")
    return value


def _positive(value: float) -> float:
    if value <= 0:
        wrong(f"must be positive, got {value:g}", "write a number above 0")
    return value


def _not_negative(value: float) -> float:
    if value < 0:
        wrong(f"must not be negative, got {value:g}", "write 0 or a positive number")
    return value


def whole_between(low: int, high: int) -> Callable[[int], int]:
    """A validator for whole numbers within limits."""

    def check(value: int) -> int:
        if value < low and low == 1:
            wrong(f"must be positive, got {value}", "write a whole number above 0")
        if not low <= value <= high:
            wrong(f"must lie between {low} and {high}, got {value}", "correct the value")
        return value

    return check


def _text(value: str) -> str:
    if not value.strip():
        wrong("is empty", "write a text or remove the key")
    return value


def _currency(value: str) -> str:
    if not (len(value) == 3 and value.isascii() and value.isalpha() and value.isupper()):
        wrong(f"{value!r} is not a currency code", 'write three capital letters, such as "USD"')
    return value


def _year_end(value: str) -> str:
    try:
        dt.date.fromisoformat(f"2001-{value}")
    except ValueError:
        wrong(f"{value!r} is not a day of every year", 'write month and day, such as "06-30"')
    return value


def increasing(values: list[float]) -> list[float]:
    """A list whose values rise from item to item."""
    if any(later <= earlier for earlier, later in pairwise(values)):
        wrong("must rise from item to item", "sort the list and remove repeated values")
    return values


def sums_to_one(weights: list[float]) -> str:
    """What is wrong with the sum of weights; empty when it is 1 within 1e-6.

    Examples
    --------
    >>> sums_to_one([60.0, 40.0])
    'weights sum to 100, not 1: they look like percents'
    """
    total = math.fsum(weights)
    if abs(total - 1.0) <= _SUM_TOLERANCE:
        return ""
    looks = ": they look like percents" if abs(total - _PERCENT) <= 1 else ""
    return f"weights sum to {total:.10g}, not 1{looks}"


Text = Annotated[str, AfterValidator(_text)]
FileName = Text
Currency = Annotated[str, AfterValidator(_currency)]
YearEnd = Annotated[str, AfterValidator(_year_end)]
Real = Annotated[float, BeforeValidator(_plain)]
Rate = Annotated[float, AfterValidator(_rate), BeforeValidator(_rate_number)]
Change = Annotated[float, AfterValidator(_return), BeforeValidator(_rate_number)]
Share = Annotated[float, AfterValidator(_share), BeforeValidator(_rate_number)]
Positive = Annotated[float, AfterValidator(_positive), BeforeValidator(_plain)]
Amount = Annotated[float, AfterValidator(_not_negative), BeforeValidator(_plain)]
# A weight is checked with its fellows: [60, 40] should be called percents, not two bad shares.
Weight = Annotated[float, AfterValidator(_not_negative), BeforeValidator(_rate_number)]
Count = Annotated[int, AfterValidator(whole_between(1, 10_000_000))]
CalendarYear = Annotated[int, AfterValidator(whole_between(1900, 2400))]
