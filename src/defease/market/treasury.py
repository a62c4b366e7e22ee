"""The Treasury's daily par yields, nominal and real: the yearly CSV and the XML feed.

Percent, semiannual bond-equivalent.  CSV: "Date" (mm/dd/yyyy), "1 Mo" .. "30 Yr", newest first.
XML: an Atom feed with NEW_DATE and BC_1MONTH .. BC_30YEAR (TC_5YEAR .. for real yields).
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from defease.arrays import DateArray
from defease.inputs.columns import ColumnReader
from defease.inputs.refusing import refuse
from defease.inputs.tables import Table, normalised_name
from defease.market.gaps import lives, spikes
from defease.market.layouts import (
    Findings,
    day_column,
    percent_column,
    publisher_table,
    refuse_decimals,
    says_span,
)
from defease.market.observations import Observations, Series, gathered
from defease.market.reading import Reading
from defease.market.terms import tenor_of
from defease.market.xml_feed import feed_records

NOMINAL, REAL = "par_yield", "real_par_yield"
SUBJECT = "UST"
_FEED_TENOR = re.compile(r"(?:BC|TC)_([0-9]+(?:_[0-9]+)?)(MONTH|YEAR)")
_FEED_DATE = "NEW_DATE"
_HOLIDAY = "every rate is 0: the market was closed, or the feed failed"


def read_par_yields(data: bytes, *, source: str, as_of: dt.date | None = None) -> Reading:
    r"""Nominal par yields from the Treasury's CSV or XML; `as_of` is not needed.

    Examples
    --------
    >>> given = b'Date,"1 Mo","10 Yr"\n04/17/2017,0.77,2.26\n04/14/2017,0,0\n'
    >>> reading = read_par_yields(given, source="par.csv")
    >>> [str(row) for row in reading.report.dropped]
    ['par.csv: line 3: every rate is 0: the market was closed, or the feed failed']
    >>> reading.observations.values
    array([0.0077, 0.0226])
    """
    del as_of
    return _read(data, source, NOMINAL)


def read_real_yields(data: bytes, *, source: str, as_of: dt.date | None = None) -> Reading:
    """Real par yields of inflation-protected securities, same layouts; may be negative."""
    del as_of
    return _read(data, source, REAL)


def _read(data: bytes, source: str, measure: str) -> Reading:
    is_feed = data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<")
    table = _feed_table(data, source) if is_feed else publisher_table(data, source=source)
    layout = "Treasury daily rates, XML feed" if is_feed else "Treasury daily rates, CSV"
    findings = Findings(table, layout)
    reader = ColumnReader(table)
    tenors = _tenor_columns(table)
    reader.expect(required=("date",), known=("date", *tenors))
    if not tenors:
        refuse(source, "has no column with a maturity", "headings are such as 1 Mo or 10 Yr")
    days = day_column(reader, "date")
    columns = {name: percent_column(reader, name) for name in tenors}
    reader.finish()
    refuse_decimals(source, list(columns.values()), f"{min(tenors)} to {max(tenors)}")
    kept = _kept_rows(findings, columns, len(table))
    found = _ordered(days, columns, kept, measure, tenors)
    _tell(findings, found, days[kept], tenors)
    return Reading(found, findings.report(reader))


def _tenor_columns(table: Table) -> dict[str, str]:
    named = zip(table.columns, table.titles, strict=True)
    return {name: tenor for name, title in named if (tenor := tenor_of(title))}


def _kept_rows(
    findings: Findings, columns: Mapping[str, Sequence[float | None]], rows: int
) -> list[int]:
    kept: list[int] = []
    for row in range(rows):
        rates = [column[row] for column in columns.values() if column[row] is not None]
        if not rates:
            findings.drop(row, "no rate at all")
        elif not any(rates):
            findings.drop(row, _HOLIDAY)
        else:
            kept.append(row)
    if not kept:
        refuse(findings.table.source, "has no row with rates", "download the file again")
    return kept


def _ordered(
    days: DateArray,
    columns: Mapping[str, Sequence[float | None]],
    kept: Sequence[int],
    measure: str,
    tenors: Mapping[str, str],
) -> Observations:
    order = [kept[i] for i in np.argsort(days[list(kept)], kind="stable")]
    return gathered(
        (Series(measure, SUBJECT, tenors[name]), days[order], [column[row] for row in order])
        for name, column in columns.items()
    )


def _tell(
    findings: Findings, found: Observations, days: DateArray, tenors: Mapping[str, str]
) -> None:
    findings.understood += [
        f"{len(days)} days, {says_span(days)}; {len(tenors)} maturities",
        "percent per year, semiannual bond-equivalent; blanks are missing, not 0",
        *lives(found),
    ]
    for sentence in spikes(found):
        findings.caution("spike", sentence)


def _feed_table(data: bytes, source: str) -> Table:
    """The feed's entries as a table with the headings of the CSV."""
    feed = feed_records(data, source=source, keys=_FEED_DATE)
    titles = {name: _feed_title(name) for name in feed.names}
    wanted = [name for name in feed.names if titles[name]]
    rows = tuple(tuple(record.get(name, "") for name in wanted) for record in feed.records)
    left_out = tuple(name for name in feed.names if not titles[name])
    columns = tuple(normalised_name(titles[name]) for name in wanted)
    table = Table(
        source=source,
        sha256=feed.sha256,
        columns=columns,
        titles=tuple(titles[name] for name in wanted),
        rows=rows,
        row_numbers=feed.lines,
    )
    return replace(table, cautions=feed.left_out(left_out))


def _feed_title(name: str) -> str:
    if name == _FEED_DATE:
        return "Date"
    match = _FEED_TENOR.fullmatch(name)
    return f"{match[1].replace('_', '.')} {match[2].capitalize()}" if match else ""
