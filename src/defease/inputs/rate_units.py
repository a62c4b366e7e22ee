"""The unit of a column of rates, decided once for the whole column and never cell by cell.

A declared unit wins (plan file, or a heading ending in _pct); then % signs in the cells; otherwise
the cells are decimals.  A column that contradicts its unit is refused with the likely one.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from defease.inputs.numbers import Number, Unit

HIGHEST_DECIMAL_RATE = 0.30
LOWEST_PERCENT = 0.30
HIGHEST_RATE = 1.0
LOWEST_RATE = -1.0

Finding = tuple[int, str, str]


class RateUnit(StrEnum):
    """What plain cells of a column of rates are written in."""

    PERCENT = "percent"
    DECIMAL = "decimal"


def decimal_rates(
    numbers: Sequence[Number | None], *, declared: RateUnit | None
) -> tuple[list[float | None], list[Finding]]:
    """Rates as decimals, and what is wrong: (row, what, remedy).

    Examples
    --------
    >>> decimal_rates([Number(4.5), Number(4.75)], declared=RateUnit.PERCENT)
    ([0.045, 0.0475], [])
    >>> rates, found = decimal_rates([Number(4.5)], declared=None)
    >>> found[0][1]
    '4.5 would be a rate of 450%'
    """
    with_sign = [n.unit in (Unit.PERCENT, Unit.FRACTION) for n in numbers if n is not None]
    if declared is None and any(with_sign):
        return _by_signs(numbers)
    plain_is = declared or RateUnit.DECIMAL
    found: list[Finding] = []
    rates: list[float | None] = []
    for row, number in enumerate(numbers):
        if number is not None and plain_is is RateUnit.DECIMAL and number.unit is Unit.PERCENT:
            found.append(
                (row, f"{number.value:g}% carries a % sign in a column of decimals", "use one unit")
            )
        rates.append(None if number is None else _decimal(number, plain_is))
    found += _unlikely(numbers, rates, plain_is)
    return rates, found


def decimal_returns(
    numbers: Sequence[Number | None], *, declared: RateUnit | None
) -> tuple[list[float | None], list[Finding]]:
    """Returns of a period as decimals, and what is wrong: (row, what, remedy).

    A return may be far above any rate, so that only one above 100% says the unit is another.

    Examples
    --------
    >>> decimal_returns([Number(1.5, Unit.PERCENT), Number(-2.0, Unit.PERCENT)], declared=None)[0]
    [0.015, -0.02]
    >>> decimal_returns([Number(0.01), Number(-1.0)], declared=None)[1][0][1]
    'a return of -100% leaves nothing'
    """
    with_sign = [n.unit in (Unit.PERCENT, Unit.FRACTION) for n in numbers if n is not None]
    if declared is None and any(with_sign):
        values, found = _by_signs(numbers)
        found = [finding for finding in found if "% sign" in finding[1]]
    else:
        plain_is = declared or RateUnit.DECIMAL
        values = [None if n is None else _decimal(n, plain_is) for n in numbers]
        found = []
    return values, found + _impossible_returns(values)


def _impossible_returns(values: Sequence[float | None]) -> list[Finding]:
    found: list[Finding] = []
    for row, value in enumerate(values):
        if value is not None and value <= LOWEST_RATE:
            remedy = "check the value; a return below -100% cannot be, and after -100% none follows"
            found.append((row, f"a return of {100 * value:g}% leaves nothing", remedy))
        elif value is not None and value > HIGHEST_RATE:
            remedy = (
                "write decimals (0.015), % signs or a heading ending in _pct; market values need "
                "a column flow beside them"
            )
            found.append((row, f"{value:g} would be a return of {100 * value:g}%", remedy))
    return found


def _decimal(number: Number, plain_is: RateUnit) -> float:
    if number.unit is Unit.PLAIN and plain_is is RateUnit.PERCENT:
        return number.value / 100.0
    return number.as_decimal


def _by_signs(numbers: Sequence[Number | None]) -> tuple[list[float | None], list[Finding]]:
    found = [
        (
            row,
            f"{number.value:g} has no % sign while other cells of the column have one",
            "use one unit",
        )
        for row, number in enumerate(numbers)
        if number is not None and number.unit is Unit.PLAIN and number.value != 0.0
    ]
    rates = [None if number is None else number.as_decimal for number in numbers]
    return rates, found + _out_of_range(rates)


def _unlikely(
    numbers: Sequence[Number | None], rates: Sequence[float | None], plain_is: RateUnit
) -> list[Finding]:
    plain = [
        (row, number.value)
        for row, number in enumerate(numbers)
        if number is not None and number.unit is Unit.PLAIN
    ]
    if plain_is is RateUnit.DECIMAL:
        high = [(row, value) for row, value in plain if abs(value) > HIGHEST_DECIMAL_RATE]
        if high:
            row, value = high[0]
            others = f" (and {len(high) - 1} more cells)" if len(high) > 1 else ""
            remedy = (
                'if percent is meant, declare unit = "percent", end the heading in _pct, '
                "or write % signs"
            )
            return [(row, f"{value:g} would be a rate of {100 * value:g}%{others}", remedy)]
        return _out_of_range(rates)
    largest = max((abs(value) for _, value in plain), default=0.0)
    if 0.0 < largest < LOWEST_PERCENT:
        what = f"every value of this percent column is below 0.30 (largest {largest:g}%)"
        remedy = (
            'if decimals are meant, declare unit = "decimal" or drop _pct from the heading; '
            "if the rates are that low, write % signs"
        )
        return [(plain[0][0], what, remedy)]
    return _out_of_range(rates)


def _out_of_range(rates: Sequence[float | None]) -> list[Finding]:
    return [
        (
            row,
            f"a rate of {100 * rate:g}% is not possible here",
            "rates lie above -100% and up to 100%",
        )
        for row, rate in enumerate(rates)
        if rate is not None and not LOWEST_RATE < rate <= HIGHEST_RATE
    ]
