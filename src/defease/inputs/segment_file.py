"""Files of segment rates and of the monthly corporate (HQM) curve: by month, or one curve."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from defease.arrays import FloatArray, frozen_floats
from defease.errors import Caution, InputError
from defease.inputs.columns import ColumnReader, NumberRule
from defease.inputs.rate_units import RateUnit
from defease.inputs.refusing import refuse
from defease.valuation.legal import (
    Month,
    SegmentHistory,
    hqm_segment_rates,
    parse_month,
    published_segment_rates,
)

if TYPE_CHECKING:
    from defease.inputs.tables import Table

SEGMENT_COLUMNS = ("first", "second", "third")
MONTH_COLUMNS = ("month", "date")
_MATURITY_HEADING = re.compile(r"\d+(\.\d+)?")
_MATURITY = NumberRule(above=0.0, at_most=200.0, remedy="give maturities in years above 0")


@dataclass(frozen=True, eq=False)
class HqmCurve:
    """One monthly corporate curve as printed: years, and spot rates quoted semiannually."""

    maturities: FloatArray
    rates: FloatArray
    cautions: tuple[Caution, ...]


@dataclass(frozen=True, eq=False)
class HistoryReading:
    """Segment rates month by month, and what has to be said about their file."""

    history: SegmentHistory
    cautions: tuple[Caution, ...]


def read_segment_rates(table: Table, *, unit: RateUnit = RateUnit.PERCENT) -> HistoryReading:
    r"""Published segment rates: one row a month with first, second and third rate.

    Examples
    --------
    >>> from defease.inputs.csv_reader import read_csv
    >>> table = read_csv(b"month,first,second,third\n2025-07,4.38,5.41,6.13\n", source="irs.csv")
    >>> read_segment_rates(table).history.monthly(Month(2025, 7)).rates
    (0.0438, 0.0541, 0.0613)
    """
    reader = ColumnReader(table)
    dated = _month_column(reader)
    reader.expect(required=SEGMENT_COLUMNS, known=(dated, *SEGMENT_COLUMNS))
    months = _months(reader, dated)
    rates = reader.rate_table(SEGMENT_COLUMNS, unit=unit)
    reader.finish()
    history = published_segment_rates(months, rates, source=table.source)
    return HistoryReading(history, tuple(reader.cautions))


def read_hqm_history(table: Table, *, unit: RateUnit = RateUnit.PERCENT) -> HistoryReading:
    """Segment rates of each month of an HQM file: first column month, then a column a maturity."""
    reader = ColumnReader(table)
    dated = _month_column(reader)
    terms = sorted((n for n in table.columns if _MATURITY_HEADING.fullmatch(n)), key=float)
    reader.expect(required=(), known=(dated, *terms))
    if not terms:
        remedy = "name one column for each maturity in years: 0.5, 1, 1.5, ..."
        refuse(table.source, "has no column of a maturity", remedy)
    months = _months(reader, dated)
    rates = reader.rate_table(terms, unit=unit)
    reader.finish()
    years = [float(term) for term in terms]
    history = hqm_segment_rates(months, years, rates, source=table.source)
    return HistoryReading(history, tuple(reader.cautions))


def read_hqm_curve(table: Table, *, unit: RateUnit | None = RateUnit.PERCENT) -> HqmCurve:
    """One HQM curve: columns maturity_years and rate."""
    reader = ColumnReader(table)
    reader.expect(required=("maturity_years", "rate"), known=("maturity_years", "rate"))
    years = reader.amounts("maturity_years", _MATURITY)
    rates = reader.rate_table(("rate",), unit=unit)
    for row in np.flatnonzero(np.diff(years) <= 0) + 1:
        what = f"{years[row]:g} comes after {years[row - 1]:g}"
        reader.problem(int(row), "maturity_years", what, "sort the maturities, each once")
    reader.finish()
    return HqmCurve(years, frozen_floats(rates[:, 0], name="rate"), tuple(reader.cautions))


def is_history(table: Table) -> bool:
    """Whether a file of the HQM curve holds months, not one curve."""
    return any(name in table.columns for name in MONTH_COLUMNS)


def _month_column(reader: ColumnReader) -> str:
    for name in MONTH_COLUMNS:
        if name in reader:
            return name
    return refuse(
        reader.table.source, "has no column 'month'", "name the months in a column month, 2025-08"
    )


def _months(reader: ColumnReader, name: str) -> list[Month]:
    """The months of the rows; what is no month is a problem of its cell."""
    found: list[Month] = []
    for row, text in enumerate(reader.texts(name)):
        try:
            found.append(parse_month(text))
        except InputError as error:
            (problem,) = error.problems
            reader.problem(row, name, problem.what, problem.remedy)
    return found
