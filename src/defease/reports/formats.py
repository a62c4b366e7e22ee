"""How every number is shown: the one formatting module of all renderers.

Rounding is half up on the shortest decimal that stands for the number, so that 0.0725 is
7.3% everywhere.  Money is shown full, in thousands, millions or billions, chosen once for a table
(the unit stands in its caption) or once for a tile (the unit stands at the number).  Negative money
stands in parentheses, a missing value is an en dash, and what rounds to zero has no sign.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Context, Decimal
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from defease.reports.values import Value

MISSING = "\N{EN DASH}"
_EXACT = Context(prec=400, rounding=ROUND_HALF_UP)
_SYMBOLS = {"USD": "$", "EUR": "€", "GBP": "£"}


class Kind(Enum):
    """What a number means, and so how it looks."""

    TEXT = "text"
    LABEL = "label"
    COUNT = "count"
    NUMBER = "number"
    MONEY = "money"
    PERCENT = "percent"
    YEARS = "years"
    BASIS_POINTS = "basis_points"
    SCIENTIFIC = "scientific"
    DATE = "date"


class Scale(Enum):
    """Units of money; AUTO is resolved by the largest amount shown together."""

    AUTO = "auto"
    FULL = ""
    THOUSANDS = "thousands"
    MILLIONS = "millions"
    BILLIONS = "billions"

    @property
    def power(self) -> int:
        """The power of ten by which an amount is divided."""
        return _POWERS[self]

    @property
    def short(self) -> str:
        """What follows a number in this scale."""
        return _SHORT[self]


_POWERS = {Scale.AUTO: 0, Scale.FULL: 0, Scale.THOUSANDS: 3, Scale.MILLIONS: 6, Scale.BILLIONS: 9}
_SHORT = {
    Scale.AUTO: "",
    Scale.FULL: "",
    Scale.THOUSANDS: "k",
    Scale.MILLIONS: "m",
    Scale.BILLIONS: "bn",
}


@dataclass(frozen=True, slots=True)
class Format:
    """A way to show a number; `digits` None means as many as the scale of money calls for."""

    kind: Kind
    digits: int | None = None
    scale: Scale = Scale.AUTO
    signed: bool = False

    @property
    def is_numeric(self) -> bool:
        """Whether cells of this format are right-aligned numbers."""
        return self.kind not in {Kind.TEXT, Kind.DATE, Kind.LABEL}


TEXT = Format(Kind.TEXT)
LABEL = Format(Kind.LABEL)
DATE = Format(Kind.DATE)
COUNT = Format(Kind.COUNT, 0)
MONEY = Format(Kind.MONEY)
MONEY_FULL = Format(Kind.MONEY, scale=Scale.FULL)
MONEY_CENTS = Format(Kind.MONEY, 2, Scale.FULL)
MONEY_THOUSANDS = Format(Kind.MONEY, scale=Scale.THOUSANDS)
MONEY_MILLIONS = Format(Kind.MONEY, scale=Scale.MILLIONS)
MONEY_BILLIONS = Format(Kind.MONEY, scale=Scale.BILLIONS)
PERCENT = Format(Kind.PERCENT, 1)
PERCENT_CHANGE = Format(Kind.PERCENT, 1, signed=True)
RATE = Format(Kind.PERCENT, 2)
RATIO = Format(Kind.NUMBER, 2)
PRICE = Format(Kind.NUMBER, 3)
YEARS = Format(Kind.YEARS, 2)
BASIS_POINTS = Format(Kind.BASIS_POINTS, 0)
SHIFT = Format(Kind.BASIS_POINTS, 0, signed=True)
SCIENTIFIC = Format(Kind.SCIENTIFIC, 1)


def shown(value: Value, style: Format, *, currency: str = "USD") -> str:
    """One value on its own, with its unit: what stands in a tile or a sentence.

    Examples
    --------
    >>> shown(-1_234_500_000.0, MONEY)
    '($1.23bn)'
    >>> shown(0.0725, RATE), shown(11.238, YEARS), shown(100.0, SHIFT)
    ('7.25%', '11.24 years', '+100 bp')
    """
    if not _is_number(value, style):
        return _plain_text(value)
    settled = settled_for_tile(style, value)
    if style.kind is Kind.MONEY:
        return _money(_decimal(value), settled, prefix=symbol(currency), suffix=settled.scale.short)
    unit = unit_of(settled, currency=currency)
    number = shown_bare(value, settled)
    return f"{number} {unit}" if unit else number


def shown_bare(value: Value, style: Format) -> str:
    """One value of a table, without the unit that stands in its heading or caption.

    Examples
    --------
    >>> shown_bare(-1_234_500.0, MONEY_THOUSANDS), shown_bare(0.831, PERCENT)
    ('(1,234.5)', '83.1%')
    """
    if not _is_number(value, style):
        return _plain_text(value)
    number = _decimal(value)
    if style.kind is Kind.MONEY:
        return _money(number, settled_for_table(style, [value]), prefix="", suffix="")
    if style.kind is Kind.SCIENTIFIC:
        return f"{number:.{style.digits or 0}e}"
    if style.kind is Kind.PERCENT:
        return _signed(number.scaleb(2, _EXACT), style) + "%"
    return _signed(number, style)


def unit_of(style: Format, *, currency: str = "USD") -> str:
    """The unit that is said once, in a heading or behind a single number.

    Examples
    --------
    >>> unit_of(MONEY_MILLIONS), unit_of(MONEY_FULL, currency="CHF"), unit_of(YEARS)
    ('$ millions', 'CHF', 'years')
    """
    if style.kind is Kind.MONEY:
        return f"{symbol(currency).strip()} {style.scale.value}".strip()
    return {Kind.YEARS: "years", Kind.BASIS_POINTS: "bp"}.get(style.kind, "")


def symbol(currency: str) -> str:
    """The sign written before an amount: $, €, £, else the code and a space."""
    return _SYMBOLS.get(currency, f"{currency} ")


def settled_for_table(style: Format, values: Iterable[Value]) -> Format:
    """The format with scale and digits fixed by the largest amount of a table.

    Below a million in full, then thousands below 100 million, millions below a trillion.

    Examples
    --------
    >>> settled_for_table(MONEY, [271_600_000_000.0, None]).scale
    <Scale.MILLIONS: 'millions'>
    """
    if style.kind is not Kind.MONEY:
        return style
    largest = _largest(values)
    steps = ((1e6, Scale.FULL), (1e8, Scale.THOUSANDS), (1e12, Scale.MILLIONS))
    scale = _first_below(largest, steps) if style.scale is Scale.AUTO else style.scale
    return _with_digits(replace(style, scale=scale), largest)


def settled_for_tile(style: Format, value: Value) -> Format:
    """The format fixed for one amount that stands alone: $812.4m, $1.05m, $50,000."""
    settled = settled_for_axis(style, [value], thousands_from=1e6)
    scaled_down = settled.kind is Kind.MONEY and settled.scale is not Scale.FULL
    if (
        style.digits is None
        and scaled_down
        and _largest([value]) < 10.0 ** (settled.scale.power + 1)
    ):
        return replace(settled, digits=2)
    return settled


def settled_for_axis(
    style: Format, values: Iterable[Value], *, thousands_from: float = 1e5
) -> Format:
    """The format with the scale that keeps the numbers of a chart's axis short."""
    if style.kind is not Kind.MONEY:
        return style
    largest = _largest(values)
    steps = ((thousands_from, Scale.FULL), (1e6, Scale.THOUSANDS), (1e9, Scale.MILLIONS))
    scale = _first_below(largest, steps) if style.scale is Scale.AUTO else style.scale
    return _with_digits(replace(style, scale=scale), largest)


def _first_below(largest: float, steps: tuple[tuple[float, Scale], ...]) -> Scale:
    return next((scale for limit, scale in steps if largest < limit), Scale.BILLIONS)


def _with_digits(style: Format, largest: float) -> Format:
    """Four figures or more for the largest amount: cents below 1,000, one decimal below 10,000."""
    if style.digits is not None:
        return style
    if style.scale is Scale.FULL:
        return replace(style, digits=0 if largest >= 1000 or largest == int(largest) else 2)
    return replace(style, digits=1 if largest < 10.0 ** (style.scale.power + 4) else 0)


def _largest(values: Iterable[Value]) -> float:
    numbers = [abs(v) for v in values if isinstance(v, int | float) and not isinstance(v, bool)]
    return float(max(numbers, default=0.0))


def _is_number(value: Value, style: Format) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return style.kind not in {Kind.TEXT, Kind.LABEL}


def _plain_text(value: Value) -> str:
    if value is None:
        return MISSING
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _decimal(value: Value) -> Decimal:
    return Decimal(repr(float(value))) if isinstance(value, float) else Decimal(str(value))


def _rounded(number: Decimal, digits: int) -> Decimal:
    return number.quantize(Decimal(1).scaleb(-digits), context=_EXACT)


def _signed(number: Decimal, style: Format) -> str:
    rounded = _rounded(number, style.digits or 0)
    sign = "-" if rounded < 0 else "+" if style.signed and rounded > 0 else ""
    return f"{sign}{abs(rounded):,f}"


def _money(number: Decimal, style: Format, *, prefix: str, suffix: str) -> str:
    rounded = _rounded(number.scaleb(-style.scale.power, _EXACT), style.digits or 0)
    sign = "+" if style.signed and rounded > 0 else ""
    amount = f"{sign}{prefix}{abs(rounded):,f}{suffix}"
    return f"({amount})" if rounded < 0 else amount
