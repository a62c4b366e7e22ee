"""Typed columns out of a table; what is wrong anywhere in the file is collected and raised once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import Enum

import numpy as np

from defease.arrays import FloatArray, frozen_floats, read_only
from defease.errors import Caution, InputError, Problem, did_you_mean
from defease.inputs.dates_grammar import DateOrder, date_from_serial, decide_order, scan_date
from defease.inputs.numbers import Number, Refusal, Unit, is_missing, scan_number
from defease.inputs.rate_units import RateUnit, decimal_rates, decimal_returns
from defease.inputs.tables import CellValue, Table, cells_with_rows, shortened

_TRUE = frozenset({"true", "yes", "y", "1", "x"})
_FALSE = frozenset({"false", "no", "n", "0", "", "-"})


class Missing(Enum):
    """What an empty cell means."""

    REFUSED = "refused"
    ALLOWED = "allowed"
    # Price files write 0 where there is no price.
    ALLOWED_AND_ZERO_TOO = "zero"


@dataclass(frozen=True, slots=True)
class NumberRule:
    """What a number must satisfy; `remedy` is said when it does not, `too_large` above its top."""

    missing: Missing = Missing.REFUSED
    at_least: float | None = None
    above: float | None = None
    at_most: float | None = None
    whole: bool = False
    remedy: str = "correct the value"
    too_large: str = ""

    def remedy_of(self, value: float) -> str:
        """What to do about a value that is not as it must be."""
        above = self.at_most is not None and value > self.at_most
        return self.too_large if above and self.too_large else self.remedy

    def broken_by(self, value: float) -> str:
        """What is wrong with a value; empty when nothing is."""
        if self.at_least is not None and value < self.at_least:
            return f"{value:g} is below {self.at_least:g}"
        if self.above is not None and value <= self.above:
            return f"{value:g} is not above {self.above:g}"
        if self.at_most is not None and value > self.at_most:
            return f"{value:g} is above {self.at_most:g}"
        if self.whole and value != int(value):
            return f"{value:g} is not a whole number"
        return ""


_ANY_NUMBER = NumberRule()


class ColumnReader:
    """Reads a table column by column and keeps all problems until `finish`."""

    def __init__(self, table: Table, *, currency_signs: frozenset[str] = frozenset("$€£¥")) -> None:
        self.table = table
        self.problems: list[Problem] = []
        self.cautions: list[Caution] = list(table.cautions)
        self._signs = currency_signs

    def __contains__(self, name: str) -> bool:
        return name in self.table.columns

    def problem(self, row: int, name: str, what: str, remedy: str) -> None:
        """Note a problem of one cell."""
        self.problems.append(Problem(self.table.where(row, name), what, remedy))

    def file_problem(self, what: str, remedy: str) -> None:
        """Note a problem of the file as a whole."""
        self.problems.append(Problem(self.table.source, what, remedy))

    def finish(self) -> None:
        """Raise all problems of the file as one `InputError`; do nothing when there are none."""
        if self.problems:
            raise InputError(shortened(self.problems, self.table.source))

    def expect(self, *, required: Iterable[str], known: Iterable[str]) -> None:
        """Refuse missing required columns at once; list columns that nobody reads in a caution."""
        known_names = list(known)
        for name in required:
            if name not in self:
                spare = [c for c in self.table.columns if c not in known_names]
                self.file_problem(f"has no column {name!r}", _column_remedy(name, spare))
        self.finish()
        unknown = [name for name in self.table.columns if name not in known_names]
        if unknown:
            listed = ", ".join(unknown)
            self.cautions.append(
                Caution("unknown_columns", f"{self.table.source}: columns not read: {listed}")
            )

    def numbers(self, name: str, rule: NumberRule = _ANY_NUMBER) -> list[float | None]:
        """The column's plain numbers; None where missing is allowed and found."""
        scanned = self._scanned(name, rule.missing)
        self._one_currency(name, scanned)
        return [self._plain(row, name, number, rule) for row, number in enumerate(scanned)]

    def amounts(self, name: str, rule: NumberRule = _ANY_NUMBER) -> FloatArray:
        """The column's numbers as an array, to be used after `finish`; empty cells are problems."""
        values = self.numbers(name, rule)
        return frozen_floats([0.0 if value is None else value for value in values], name=name)

    def rates(
        self, name: str, *, unit: RateUnit | None = None, missing: Missing = Missing.REFUSED
    ) -> list[float | None]:
        """The column's rates as decimals; the unit is decided once for the whole column."""
        scanned = self._scanned(name, missing)
        by_header = RateUnit.PERCENT if name.endswith("_pct") else None
        rates, found = decimal_rates(scanned, declared=unit or by_header)
        for row, what, remedy in found:
            self.problem(row, name, what, remedy)
        return rates

    def rate_table(
        self,
        names: Sequence[str],
        *,
        unit: RateUnit | None = None,
        missing: Missing = Missing.REFUSED,
    ) -> FloatArray:
        """Columns of one quantity, such as a curve by date, as decimals; shape (rows, names).

        The unit is decided once for all of them: at short terms a whole column may be low.  To be
        used after `finish`; empty cells are problems, or NaN where `missing` allows them.
        """
        scanned = [number for name in names for number in self._scanned(name, missing)]
        rates, found = decimal_rates(scanned, declared=unit)
        rows = len(self.table)
        for position, what, remedy in found:
            column, row = divmod(position, rows)
            self.problem(row, names[column], what, remedy)
        values = np.array([np.nan if rate is None else rate for rate in rates], dtype=np.float64)
        return read_only(values.reshape(len(names), rows).T)

    def number_table(self, names: Sequence[str], rule: NumberRule = _ANY_NUMBER) -> FloatArray:
        """Plain numbers of several columns, shape (rows, names); NaN where missing is allowed.

        To be used after `finish`.
        """
        columns = [self.numbers(name, rule) for name in names]
        values = np.array([[np.nan if v is None else v for v in column] for column in columns])
        return read_only(values.astype(np.float64).reshape(len(names), len(self.table)).T)

    def returns(self, name: str) -> list[float]:
        """The column's returns of a period as decimals; -100% and below are problems.

        A heading ending in _pct, or % signs, make percent of them; else they are decimals.
        """
        values = self._returns(name, Missing.REFUSED)
        return [0.0 if value is None else value for value in values]

    def optional_returns(self, name: str) -> list[float | None]:
        """The same, with None where a cell is empty."""
        return self._returns(name, Missing.ALLOWED)

    def shares(self, name: str) -> list[float]:
        """The column's shares from 0 to 1: decimals, or percent by heading (_pct) or % signs."""
        by_heading = name.endswith("_pct")
        found: list[float] = []
        for row, number in enumerate(self._scanned(name, Missing.REFUSED)):
            value = 0.0 if number is None else number.as_decimal
            if by_heading and number is not None and number.unit is Unit.PLAIN:
                value /= 100.0
            if not 0.0 <= value <= 1.0:
                remedy = "write a decimal from 0 to 1, such as 0.35, or 35%"
                self.problem(row, name, f"{value:g} is not a share", remedy)
            found.append(value)
        return found

    def _returns(self, name: str, missing: Missing) -> list[float | None]:
        unit = RateUnit.PERCENT if name.endswith("_pct") else None
        values, found = decimal_returns(self._scanned(name, missing), declared=unit)
        for row, what, remedy in found:
            self.problem(row, name, what, remedy)
        return values

    def dates(self, name: str, *, missing: Missing = Missing.REFUSED) -> list[dt.date | None]:
        """The column's days; an order that is not ISO is declared or decided by the column."""
        order = self._date_order(name)
        return [
            self._date(row, name, cell, order, missing)
            for row, cell in cells_with_rows(self.table, name)
        ]

    def texts(self, name: str, *, required: bool = False) -> list[str]:
        """The column's texts, stripped; numbers in a workbook become their shortest text."""
        found: list[str] = []
        for row, cell in cells_with_rows(self.table, name):
            text = _text_of(cell)
            if required and not text:
                self.problem(row, name, "is empty", f"give the {name} of every row")
            found.append(text)
        return found

    def flags(self, name: str) -> list[bool]:
        """The column's yes-or-no cells; empty is no."""
        found: list[bool] = []
        for row, cell in cells_with_rows(self.table, name):
            text = _text_of(cell).lower()
            if text not in _TRUE | _FALSE:
                self.problem(row, name, f"{text!r} is neither yes nor no", "write true or false")
            found.append(text in _TRUE)
        return found

    def optional(self, name: str, read: Callable[[str], list[str]], default: str = "") -> list[str]:
        """A text column, or its default in every row when the file does not have it."""
        return read(name) if name in self else [default] * len(self.table)

    def _scanned(self, name: str, missing: Missing) -> list[Number | None]:
        found: list[Number | None] = []
        for row, cell in cells_with_rows(self.table, name):
            number = self._scan(row, name, cell, missing)
            zero_is_missing = missing is Missing.ALLOWED_AND_ZERO_TOO
            found.append(None if number and zero_is_missing and number.value == 0 else number)
        return found

    def _scan(self, row: int, name: str, cell: CellValue, missing: Missing) -> Number | None:
        if isinstance(cell, Number):
            return cell
        if isinstance(cell, dt.date):
            self.problem(
                row,
                name,
                f"{cell.isoformat()} is a date, not a number",
                "format the cell as a number",
            )
            return None
        if is_missing(cell):
            if missing is Missing.REFUSED:
                self.problem(
                    row, name, "is empty", "write 0 if that is meant; empty never counts as 0"
                )
            return None
        scanned = scan_number(cell, self.table.mark)
        if isinstance(scanned, Refusal):
            self.problem(row, name, scanned.what, scanned.remedy)
            return None
        return scanned

    def _plain(self, row: int, name: str, number: Number | None, rule: NumberRule) -> float | None:
        if number is None:
            return None
        if number.unit is not Unit.PLAIN:
            self.problem(
                row,
                name,
                f"{number.value:g} is written as a rate ({number.unit.value})",
                "write a plain number",
            )
            return None
        if what := rule.broken_by(number.value):
            self.problem(row, name, what, rule.remedy_of(number.value))
        return number.value

    def _one_currency(self, name: str, numbers: list[Number | None]) -> None:
        for row, number in enumerate(numbers):
            if number and number.currency and number.currency not in self._signs:
                allowed = " or ".join(sorted(self._signs)) or "no sign"
                what = f"is in {number.currency}, but the plan's currency is written {allowed}"
                self.problem(row, name, what, "convert all amounts to the plan's currency")

    def _date_order(self, name: str) -> DateOrder:
        if self.table.date_order is not None:
            return self.table.date_order
        texts = [
            (self.table.where(row, name), cell)
            for row, cell in cells_with_rows(self.table, name)
            if isinstance(cell, str) and ("/" in cell or "." in cell or cell.count("-") == 2)
        ]
        decision = decide_order(texts)
        if isinstance(decision, Refusal):
            self.file_problem(decision.what, decision.remedy)
            return DateOrder.ISO
        if decision.reason:
            self.cautions.append(Caution("date_order", decision.reason))
        return decision.order

    def _date(
        self, row: int, name: str, cell: CellValue, order: DateOrder, missing: Missing
    ) -> dt.date | None:
        if isinstance(cell, dt.date):
            return cell
        if isinstance(cell, str) and is_missing(cell) and missing is not Missing.REFUSED:
            return None
        if isinstance(cell, Number):
            scanned = date_from_serial(cell.value, from_1904=self.table.from_1904)
        else:
            scanned = scan_date(cell, order)
        if isinstance(scanned, Refusal):
            self.problem(row, name, scanned.what, scanned.remedy)
            return None
        return scanned


def _text_of(cell: CellValue) -> str:
    if isinstance(cell, str):
        return cell.strip()
    if isinstance(cell, Number):
        return f"{cell.value:.0f}" if cell.value == int(cell.value) else repr(cell.value)
    return cell.isoformat()


def _column_remedy(name: str, spare: list[str]) -> str:
    if not spare:
        return f"add the column {name!r}"
    hint = did_you_mean(name, spare)
    return (
        f"rename the column: {hint}"
        if hint.startswith("did")
        else f"add it; columns not understood: {', '.join(spare)}"
    )
