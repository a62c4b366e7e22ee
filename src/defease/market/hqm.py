"""The Treasury's corporate curve (HQM): monthly spot rates at every half year to 100 years.

Percent, semiannual bond-equivalent.  Two layouts: a plain table with a row for each month
(month, 0.5, 1, ...), and the publisher's workbook with a column for each month under a row of years
and a row of month names.  The market part of the curve ends at 30 years; beyond it is the
publisher's own extrapolation.
"""

from __future__ import annotations

import datetime as dt
import re

import numpy as np

from defease.inputs.columns import ColumnReader
from defease.inputs.refusing import refuse
from defease.inputs.tables import Table
from defease.market.gaps import listed, missing_months, spikes
from defease.market.hqm_workbook import month_by_month
from defease.market.layouts import (
    Findings,
    month_column,
    percent_column,
    publisher_table,
    refuse_decimals,
)
from defease.market.observations import Observations, Series, gathered
from defease.market.reading import Reading
from defease.market.terms import years_of

MEASURE, SUBJECT = "spot_rate", "HQM"
MARKET_ENDS = 30.0
_LONGEST = 100.0
_MATURITY = re.compile(r"[0-9]{1,3}(?:\.[05])?")
_PLAIN = "HQM spot rates, one row a month"
_WORKBOOK = "HQM spot rates, publisher's workbook"


def read_hqm(data: bytes, *, source: str, as_of: dt.date | None = None) -> Reading:
    r"""HQM spot rates from the plain table or the publisher's workbook (.xlsx, or saved as CSV).

    Examples
    --------
    >>> given = b"month,0.5,1\n2016-09,0.8,0.9\n2016-11,0.9,1.1\n"
    >>> reading = read_hqm(given, source="hqm.csv")
    >>> reading.report.cautions[0].message
    'hqm.csv: the month 2016-10 is missing; nothing was put in its place'
    """
    del as_of
    is_plain = data.removeprefix(b"\xef\xbb\xbf").lstrip(b'" \r\n').lower().startswith(b"month")
    if is_plain:
        table = publisher_table(data, source=source)
    else:
        table = month_by_month(data, source=source)
    findings = Findings(table, _PLAIN if is_plain else _WORKBOOK)
    reader = ColumnReader(table)
    maturities = [name for name in table.columns if _is_maturity(name)]
    reader.expect(required=("month",), known=("month", *maturities))
    if not maturities:
        refuse(source, "has no column with a maturity in years", "headings are 0.5, 1, 1.5, ...")
    months = month_column(reader, "month")
    columns = [percent_column(reader, name) for name in maturities]
    reader.finish()
    refuse_decimals(source, columns, f"{maturities[0]} to {maturities[-1]}")
    order = np.argsort(months, kind="stable")
    found = gathered(
        (
            Series(MEASURE, SUBJECT, f"{float(name):g}Y"),
            months[order],
            [rates[row] for row in order],
        )
        for name, rates in zip(maturities, columns, strict=True)
    )
    _tell(findings, found, table)
    return Reading(found, findings.report(reader))


def _is_maturity(name: str) -> bool:
    return bool(_MATURITY.fullmatch(name)) and 0 < float(name) <= _LONGEST


def _tell(findings: Findings, found: Observations, table: Table) -> None:
    if not len(found):
        refuse(table.source, "has no rate", "give the publisher's table")
    days = found.days
    longest = max(years_of(series.item) for series in found.series)
    findings.understood += [
        f"{len(days)} months, {str(days[0])[:7]} to {str(days[-1])[:7]}",
        f"{len(found.series)} maturities to {longest:g} years",
        "percent per year, semiannual bond-equivalent",
    ]
    if longest > MARKET_ENDS:
        findings.understood.append(
            f"beyond {MARKET_ENDS:g} years the publisher extrapolates; no bonds stand behind it"
        )
    if absent := missing_months(days):
        what = f"the month {absent[0]} is" if len(absent) == 1 else f"months {listed(absent)} are"
        findings.caution("missing_months", f"{what} missing; nothing was put in its place")
    blanks = len(days) * len(found.series) - len(found)
    if blanks:
        findings.caution("blank_cells", f"{blanks} cells are blank; they stay missing")
    for sentence in spikes(found):
        findings.caution("spike", sentence)
