"""Segment rates are published to two decimals of a percent: sums and roundings in whole numbers.

A mean of printed rates is rounded half up; in binary fractions 5.415% may lie on either side of the
tie, in integers it does not.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

from defease.errors import bad_input

HUNDREDTHS = 10_000
"""Hundredths of a percent in one."""
MILLIONTHS = 1_000_000
"""Finer unit within a hundredth, for rates that are not printed (interpolated ones)."""
HIGHEST = 1.0

Triple = tuple[float, float, float]


def in_millionths(rate: float, *, where: str) -> int:
    """A decimal rate in millionths of a hundredth of a percent, as a whole number.

    Examples
    --------
    >>> in_millionths(0.0486, where="rate")
    486000000
    """
    if not (math.isfinite(rate) and abs(rate) < HIGHEST):
        what = f"a rate of {rate:g} is not a decimal between -1 and 1"
        raise bad_input(where=where, what=what, remedy="write 4.86% as 0.0486")
    return round(rate * HUNDREDTHS * MILLIONTHS)


def half_up(numerator: int, denominator: int) -> int:
    """A quotient of whole numbers rounded to the nearest, ties upwards.

    Examples
    --------
    >>> half_up(5, 2), half_up(-5, 2), half_up(7, 3)
    (3, -2, 2)
    """
    return (2 * numerator + denominator) // (2 * denominator)


def rounded_mean(rates: Iterable[float], *, where: str) -> float:
    """Mean of decimal rates, rounded half up to two decimals of a percent.

    Examples
    --------
    >>> rounded_mean([0.0541, 0.0542], where="rates")
    0.0542
    """
    units = [in_millionths(rate, where=where) for rate in rates]
    return half_up(sum(units), len(units) * MILLIONTHS) / HUNDREDTHS


def rounded_share(percent: int, rate: float, *, where: str) -> float:
    """So many percent of a rate, rounded half up to two decimals of a percent.

    Examples
    --------
    >>> rounded_share(95, 0.057, where="rate")
    0.0542
    """
    return half_up(percent * in_millionths(rate, where=where), 100 * MILLIONTHS) / HUNDREDTHS


def is_printed(rate: float, *, where: str) -> bool:
    """Whether a rate has no more than two decimals of a percent."""
    return in_millionths(rate, where=where) % MILLIONTHS == 0


def in_percent(rates: Iterable[float]) -> str:
    """Rates as a page shows them.

    Examples
    --------
    >>> in_percent([0.0486, 0.0536, 0.0567])
    '4.86% / 5.36% / 5.67%'
    """
    return " / ".join(f"{100 * rate:.2f}%" for rate in rates)
