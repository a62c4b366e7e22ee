"""The Federal Reserve Board staff's zero curve (file feds200628.csv): Svensson parameters by day.

Gurkaynak, Sack and Wright (2007).  Percent, continuously compounded zeros (SVENY) and forwards
(SVENF instantaneous, SVEN1F one-year), par yields with semiannual coupons (SVENPY), parameters
BETA0..3 in percent and TAU1, TAU2 in years.  Lines of explanation stand above the header; NA is
missing; TAU2 = -999.99 marks a Nelson-Siegel day, on which BETA3 is 0 and there is no second hump.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping

import numpy as np

from defease.errors import bad_input
from defease.inputs.columns import ColumnReader, Missing, NumberRule
from defease.inputs.refusing import refuse
from defease.market.layouts import (
    PER_CENT,
    PERCENT_RATE,
    Findings,
    day_column,
    figures,
    publisher_table,
    says_span,
)
from defease.market.observations import Observations, Series, gathered
from defease.market.reading import Reading

SUBJECT = "UST"
PARAMETERS = ("BETA0", "BETA1", "BETA2", "BETA3", "TAU1", "TAU2")
NO_SECOND_HUMP = -999.99
_MEASURES = {
    "SVENY": "zero_yield",
    "SVENPY": "fitted_par_yield",
    "SVENF": "instantaneous_forward",
    "SVEN1F": "one_year_forward",
}
_COLUMN = re.compile(r"(SVENY|SVENPY|SVENF|SVEN1F)([0-9]{2})")
_NUMBER = NumberRule(missing=Missing.ALLOWED)


def read_gsw(data: bytes, *, source: str, as_of: dt.date | None = None) -> Reading:
    r"""Zero yields, par yields, forwards and parameters of every day; `as_of` is not needed.

    Examples
    --------
    >>> given = b"Note,,\nDate,SVENY01,TAU2\n1961-06-30,2.9011,-999.99\n1961-07-03,NA,NA\n"
    >>> reading = read_gsw(given, source="feds200628.csv")
    >>> len(reading.observations), [row.reason for row in reading.report.dropped]
    (1, ['no figure at all'])
    """
    del as_of
    table = publisher_table(data, source=source, starts_with=b"date,")
    findings = Findings(table, "Federal Reserve Board, feds200628.csv")
    reader = ColumnReader(table)
    named = {
        name: series
        for name, title in zip(table.columns, table.titles, strict=True)
        if (series := _series(title)) is not None
    }
    reader.expect(required=("date",), known=("date", *named))
    if not named:
        refuse(source, "has none of the columns BETA0 .. TAU2, SVENY01 ..", "give feds200628.csv")
    days = day_column(reader, "date")
    columns = {name: _column(reader, name, series) for name, series in named.items()}
    reader.finish()
    nelson_siegel = _without_second_hump(columns, named)
    for row in range(len(table)):
        if all(column[row] is None for column in columns.values()):
            findings.drop(row, "no figure at all")
    order = np.argsort(days, kind="stable")
    found = gathered(
        (named[name], days[order], [column[row] for row in order])
        for name, column in columns.items()
    )
    _tell(findings, found, nelson_siegel)
    return Reading(found, findings.report(reader))


def _series(title: str) -> Series | None:
    name = title.strip().upper()
    if name in PARAMETERS:
        return Series("parameter", SUBJECT, name)
    match = _COLUMN.fullmatch(name)
    return Series(_MEASURES[match[1]], SUBJECT, f"{int(match[2])}Y") if match else None


def _column(reader: ColumnReader, name: str, series: Series) -> list[float | None]:
    is_rate = series.measure != "parameter"
    values = figures(reader, name, PERCENT_RATE if is_rate else _NUMBER)
    divisor = 1.0 if series.item.startswith("TAU") else PER_CENT
    return [None if value is None else value / divisor for value in values]


def _without_second_hump(
    columns: Mapping[str, list[float | None]], named: Mapping[str, Series]
) -> int:
    """Make the publisher's mark for 'no second hump' missing; how many days carry it."""
    count = 0
    for name, series in named.items():
        if series.item == "TAU2":
            column = columns[name]
            marked = [row for row, value in enumerate(column) if value == NO_SECOND_HUMP]
            for row in marked:
                column[row] = None
            count += len(marked)
    return count


def _tell(findings: Findings, found: Observations, nelson_siegel: int) -> None:
    findings.understood += [
        f"{len(found.days)} days, {says_span(found.days)}",
        "zeros and forwards in percent, continuously compounded; par yields semiannual",
        f"{nelson_siegel} days are Nelson-Siegel (TAU2 = -999.99); all others are Svensson",
        "parameters jump between neighbouring days while yields do not: interpolate yields only",
    ]


def svensson_parameters(observations: Observations, day: dt.date) -> tuple[float, ...]:
    """BETA0..BETA3 (decimals), TAU1, TAU2 (years) of a day; TAU2 = TAU1 on a Nelson-Siegel day.

    There BETA3 is 0, so that the second hump vanishes whatever its place.
    """
    rows = observations.of("parameter", SUBJECT).on(day)
    given = {rows.series[i].item: float(v) for i, v in zip(rows.index, rows.values, strict=True)}
    lacking = [name for name in PARAMETERS[:5] if name not in given]
    if lacking:
        what = f"has no {', '.join(lacking)} on {day}"
        raise bad_input(where="GSW parameters", what=what, remedy="choose a published day")
    given.setdefault("TAU2", given["TAU1"])
    return tuple(given[name] for name in PARAMETERS)
