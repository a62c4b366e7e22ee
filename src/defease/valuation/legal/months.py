"""Calendar months: what monthly rates are dated by."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from defease.dates import MONTHS_PER_YEAR
from defease.errors import bad_input

if TYPE_CHECKING:
    import datetime as dt

MOST_NAMED = 6


class Month(NamedTuple):
    """A calendar month, such as August 2025.

    Examples
    --------
    >>> str(Month(2025, 8).plus(-24))
    '2023-08'
    """

    year: int
    month: int

    @classmethod
    def of(cls, day: dt.date) -> Month:
        """The month a day lies in."""
        return cls(day.year, day.month)

    def plus(self, months: int) -> Month:
        """The month so many months later (earlier when negative)."""
        count = self.year * MONTHS_PER_YEAR + self.month - 1 + months
        return Month(count // MONTHS_PER_YEAR, count % MONTHS_PER_YEAR + 1)

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.month:02d}"


def parse_month(text: str, *, where: str = "month") -> Month:
    """A month written year-month; a full date stands for its month.

    Examples
    --------
    >>> parse_month("2025-08"), parse_month("2025-08-31")
    (Month(year=2025, month=8), Month(year=2025, month=8))
    """
    parts = text.strip().split("-")
    digits = all(part.isdigit() for part in parts) and len(parts) in (2, 3)
    if not (digits and 1 <= int(parts[1]) <= MONTHS_PER_YEAR):
        remedy = "write it year-month, as 2025-08"
        raise bad_input(where=where, what=f"'{text}' is not a month", remedy=remedy)
    return Month(int(parts[0]), int(parts[1]))


def months_ending(last: Month, count: int) -> tuple[Month, ...]:
    """So many months in a row, the last one given.

    Examples
    --------
    >>> [str(month) for month in months_ending(Month(2025, 1), 3)]
    ['2024-11', '2024-12', '2025-01']
    """
    return tuple(last.plus(back) for back in range(1 - count, 1))


def listed(months: tuple[Month, ...]) -> str:
    """The months by name, a long list cut short."""
    names = ", ".join(str(month) for month in months[:MOST_NAMED])
    more = len(months) - MOST_NAMED
    return f"{names} and {more} more" if more > 0 else names
