"""The IRS table of monthly segment rates, typed as CSV: month, first, second, third (percent)."""

from __future__ import annotations

import datetime as dt

import numpy as np

from defease.arrays import frozen_floats
from defease.errors import bad_input
from defease.inputs.columns import ColumnReader
from defease.inputs.numbers import Refusal
from defease.market.gaps import MonthlyTable, listed, missing_months, monthly_table
from defease.market.layouts import (
    Findings,
    month_column,
    percent_column,
    publisher_table,
    refuse_decimals,
)
from defease.market.observations import Observations, Series, gathered
from defease.market.reading import Reading
from defease.market.terms import scan_month

MEASURE, SUBJECT = "segment_rate", "IRS"
SEGMENTS = ("first", "second", "third")
AVERAGED_MONTHS = 24


def read_segments(data: bytes, *, source: str, as_of: dt.date | None = None) -> Reading:
    r"""Monthly segment rates before averaging; `as_of` is not needed.

    Examples
    --------
    >>> given = b"month,first,second,third\nNov 2016,1.79,3.80,4.71\nDec 2016,,,\n"
    >>> reading = read_segments(given, source="irs.csv")
    >>> reading.observations.values, reading.report.cautions[0].message
    (array([0.0179, 0.038 , 0.0471]), 'irs.csv: no rates for 2016-12; they stay missing')
    """
    del as_of
    table = publisher_table(data, source=source)
    findings = Findings(table, "IRS segment rates, typed as CSV")
    reader = ColumnReader(table)
    reader.expect(required=("month", *SEGMENTS), known=("month", *SEGMENTS))
    months = month_column(reader, "month")
    columns = [percent_column(reader, name) for name in SEGMENTS]
    reader.finish()
    refuse_decimals(source, columns, "first, second, third")
    _all_or_none(reader, columns)
    reader.finish()
    order = np.argsort(months, kind="stable")
    found = gathered(
        (Series(MEASURE, SUBJECT, name), months[order], [rates[row] for row in order])
        for name, rates in zip(SEGMENTS, columns, strict=True)
    )
    blank = [row for row, rate in enumerate(columns[0]) if rate is None]
    if blank:
        names = listed(tuple(str(months[row])[:7] for row in blank))
        findings.caution("missing_months", f"no rates for {names}; they stay missing")
    if absent := missing_months(months):
        findings.caution("missing_months", f"no row for {listed(absent)}; nothing was put there")
    first, last = str(months.min())[:7], str(months.max())[:7]
    findings.understood += [
        f"{len(found.days)} months, {first} to {last}",
        "percent per year, monthly rates before the 24-month average and the corridor",
    ]
    return Reading(found, findings.report(reader))


def _all_or_none(reader: ColumnReader, columns: list[list[float | None]]) -> None:
    for row in range(len(reader.table)):
        given = [column[row] is not None for column in columns]
        if any(given) and not all(given):
            lacking = SEGMENTS[given.index(False)]
            what = "is empty while other segments of the month are given"
            reader.problem(row, lacking, what, "give all three rates of the month, or none")


def segment_window(
    observations: Observations, last: str, *, months: int = AVERAGED_MONTHS
) -> MonthlyTable:
    """The segment rates of the months up to `last` (YYYY-MM), shape (months, 3), in order.

    A hole in the period is refused with the months that are missing: an average over fewer months
    would be another rate.
    """
    scanned = scan_month(last)
    if isinstance(scanned, Refusal):
        raise bad_input(where="segment rates", what=scanned.what, remedy=scanned.remedy)
    end = scanned.astype("datetime64[M]")
    first = end - np.timedelta64(months - 1, "M")
    table = monthly_table(observations, MEASURE, SUBJECT, first=str(first), last=str(end))
    order = [table.items.index(name) for name in SEGMENTS]
    values = frozen_floats(table.values[:, order], name="segment rates")
    return MonthlyTable(table.months, SEGMENTS, values)
