"""A matching programme as text that people can read and compare, every row by its name."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from defease.arrays import FloatArray
    from defease.matching.data import CreditTerms
    from defease.matching.problem import MatchingProgram
    from defease.matching.question import MatchingQuestion

WIDTH = 100
INDENT = "    "
DIGITS = 8


def program_text(question: MatchingQuestion) -> str:
    """The linear programme of a question, written out: objective, rows by name, bounds.

    Columns are ``x[bond]`` in units of 100 face, ``cash[date]`` carried out of a date,
    ``loan[date]`` taken at it, ``credit[from..to]``, ``released[date]``, ``bought[bond]``,
    ``sold[bond]`` and ``value`` (the portfolio's cost); all are at least 0 unless a bound is given.
    Numbers have 8 digits.  The same question always gives the same text.

    Examples
    --------
    >>> import datetime as dt, numpy as np
    >>> from defease.bonds.universe import BondUniverse
    >>> from defease.cashflows import Payments
    >>> from defease.matching import MatchingPolicy, matching_question
    >>> days = np.array(["2027-01-31", "2028-01-31"], "datetime64[D]")
    >>> zero = BondUniverse(
    ...     settlement=dt.date(2026, 1, 31), identifiers=("zero",), ratings=("UST",),
    ...     coupons=np.zeros(1), clean_prices=np.array([96.0]), maturities=days[:1])
    >>> liability = Payments.from_dates(dt.date(2026, 1, 31), days, [100.0, 50.0])
    >>> policy = MatchingPolicy(reinvestment_rate=0.02, cash_cap_months=None)
    >>> print(program_text(matching_question(liability, zero, policy=policy)))
    minimise
        96 x[zero] + cash[2026-01-31]
    subject to
      balance[2027-01-31]:
        100 x[zero] + 1.02 cash[2026-01-31] - cash[2027-01-31] = 100
      balance[2028-01-31]:
        1.02 cash[2027-01-31] - cash[2028-01-31] = 50
    bounds
        every column >= 0
    <BLANKLINE>
    """
    matching = question.program()
    program, columns = matching.program, _column_names(question, matching)
    lines = ["minimise", *_wrapped(_terms(program.costs, columns)), "subject to"]
    sides = zip(program.row_lower.tolist(), program.row_upper.tolist(), strict=True)
    by_row = _entries_by_row(matching, columns)
    for name, terms, (lower, upper) in zip(
        _row_names(question, matching), by_row, sides, strict=True
    ):
        lines += [f"  {name}:", *_wrapped((*terms, _side(lower, upper)))]
    bounds = list(_bounds(matching, columns))
    rest = "every other column >= 0" if bounds else "every column >= 0"
    return "\n".join([*lines, "bounds", *(INDENT + line for line in (*bounds, rest)), ""])


def _column_names(question: MatchingQuestion, matching: MatchingProgram) -> list[str]:
    bonds = question.bonds.identifiers
    later = [str(day) for day in question.due.dates]
    days = [str(question.due.settlement), *later]
    names = [""] * len(matching.program.costs)
    blocks: tuple[tuple[range, str, Sequence[str]], ...] = (
        (matching.bonds, "x", bonds),
        (matching.cash, "cash", days),
        (matching.loans, "loan", days[:-1]),
        (matching.credit, "credit", _terms_of_credit(question.data.credit_terms, days)),
        (matching.released, "released", later),
        (matching.bought, "bought", bonds),
        (matching.sold, "sold", bonds),
    )
    for block, word, labels in blocks:
        for column, label in zip(block, labels, strict=False):
            names[column] = f"{word}[{label}]"
    for column in matching.value:
        names[column] = "value"
    return names


def _terms_of_credit(terms: CreditTerms, days: Sequence[str]) -> list[str]:
    pairs = zip(terms.starts.tolist(), terms.ends.tolist(), strict=True)
    return [f"{days[start + 1]}..{days[end + 1]}" for start, end in pairs]


def _row_names(question: MatchingQuestion, matching: MatchingProgram) -> list[str]:
    """Balances by date, limits by family and group; what is left are trades, then the value."""
    names = [""] * len(matching.program.row_lower)
    for row, day in zip(matching.balances, question.due.dates, strict=True):
        names[row] = f"balance[{day}]"
    for limit in matching.limit_rows:
        group = f"[{limit.group}]" if limit.group else ""
        names[limit.row] = f"{limit.limit.family}{group}"
    others = [f"trade[{bond}]" for bond in question.bonds.identifiers] if matching.bought else []
    unnamed = [row for row, name in enumerate(names) if not name]
    for row, name in zip(unnamed, [*others, "value"], strict=False):
        names[row] = name
    return names


def _entries_by_row(matching: MatchingProgram, columns: Sequence[str]) -> list[list[str]]:
    program = matching.program
    terms: list[list[str]] = [[] for _ in program.row_lower]
    entries = zip(program.rows, program.entry_columns, program.values, strict=True)
    for row, column, value in entries:
        terms[row].append(_term(float(value), columns[column], first=not terms[row]))
    return terms


def _terms(costs: FloatArray, columns: Sequence[str]) -> list[str]:
    priced = np.flatnonzero(costs).tolist()
    return [
        _term(float(costs[column]), columns[column], first=place == 0)
        for place, column in enumerate(priced)
    ]


def _term(value: float, name: str, *, first: bool) -> str:
    size = "" if abs(value) == 1.0 else f"{_number(abs(value))} "
    sign = ("-" if first else "- ") if value < 0.0 else ("" if first else "+ ")
    return f"{sign}{size}{name}"


def _side(lower: float, upper: float) -> str:
    if lower == upper:
        return f"= {_number(lower)}"
    return f">= {_number(lower)}" if np.isinf(upper) else f"<= {_number(upper)}"


def _bounds(matching: MatchingProgram, columns: Sequence[str]) -> Iterator[str]:
    program = matching.program
    pairs = zip(program.column_lower.tolist(), program.column_upper.tolist(), strict=True)
    for name, (lower, upper) in zip(columns, pairs, strict=True):
        if lower == upper:
            yield f"{name} = {_number(lower)}"
        elif lower != 0.0 or np.isfinite(upper):
            above = f"{_number(lower)} <= " if lower != 0.0 else ""
            yield f"{above}{name} <= {_number(upper)}"


def _number(value: float) -> str:
    # Adding 0.0 turns -0.0 into 0.0.
    return f"{value + 0.0:.{DIGITS}g}"


def _wrapped(words: Iterable[str]) -> list[str]:
    """Terms in lines of at most so many characters, broken between terms."""
    lines, line = [], INDENT
    for word in words:
        if len(line) + len(word) + 1 > WIDTH and line.strip():
            lines.append(line.rstrip())
            line = INDENT + "  "
        line += word + " "
    return [*lines, line.rstrip()]
