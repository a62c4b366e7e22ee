"""What an audit says: one finding per cause, with its evidence and its effect."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Cause(StrEnum):
    """The causes that the audit tells apart."""

    SIGN = "sign flipped"
    UNIT = "unit mixed"
    TYPO = "typo"
    ROW_MISSING = "row missing"
    ROW_DOUBLED = "row doubled"
    BROKEN_CHAIN = "broken chain"
    LEFT_OUT = "column left out"
    COUNTED_TWICE = "column counted twice"
    TIMING = "other timing"
    RATE = "other rate"
    RATE_CHANGE = "rate change"
    EXPONENT = "exponent shifted"
    SWAPPED = "funded and unfunded swapped"
    FUNDED_TEST = "other funded test"
    PAYROLL_BASIS = "other payroll basis"
    FUTURE_MEMBERS = "future members treated otherwise"
    OTHER_FLOWS = "other payments discounted"
    ROWS_NOT_IN_TOTAL = "rows missing from the total"
    UNEXPLAINED = "unexplained"


@dataclass(frozen=True, kw_only=True)
class Effect:
    """What a finding does to the published result.

    Attributes
    ----------
    single_discount_rate
        With the finding less without it, annual effective.
    first_insufficient_year
        Whether that year differs.
    present_value
        Change of the sum of the printed present values, plan currency; zero where none is printed.
    """

    single_discount_rate: float = 0.0
    first_insufficient_year: bool = False
    present_value: float = 0.0


NO_EFFECT = Effect()


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing in a printed table that does not follow from the rest of it.

    Attributes
    ----------
    column, rows
        The column, by our name, and the labels of its rows.
    finding
        What is seen, as a sentence.
    cause, likely_cause
        The kind of cause and the sentence that names it; `Cause.UNEXPLAINED` when no cause
        restores at least 95% of the rows.
    largest_difference
        The largest absolute difference between printed and expected, plan currency.
    printed, expected
        In the row of the largest difference.
    fit
        Share of the rows that agree within rounding once the cause is applied.
    affects_result
        Whether a published figure changes (single rate, first insufficient year, sum of present
        values), or only the display.
    effect
        By how much.
    """

    column: str
    rows: tuple[int, ...]
    finding: str
    cause: Cause
    likely_cause: str
    largest_difference: float
    printed: float | None
    expected: float | None
    fit: float
    affects_result: bool = False
    effect: Effect = NO_EFFECT


def rows_in_words(rows: tuple[int, ...]) -> str:
    """Row labels as a sentence says them.

    Examples
    --------
    >>> rows_in_words((2026, 2027, 2028, 2031)), rows_in_words((7,))
    ('2026-2028, 2031', '7')
    """
    runs: list[list[int]] = []
    for label in rows:
        if runs and label == runs[-1][1] + 1:
            runs[-1][1] = label
        else:
            runs.append([label, label])
    texts = [f"{first}" if first == last else f"{first}-{last}" for first, last in runs]
    return ", ".join(texts)
