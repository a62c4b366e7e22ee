"""Series downloaded from FRED as CSV: observation_date (or DATE), then one column per series.

"." or blank is missing.  The series that Defease knows are named by what they measure and brought
to decimals; any other series is kept as published under its own identifier, and that is said.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from defease.inputs.columns import ColumnReader, Missing, NumberRule
from defease.inputs.dates_grammar import DateOrder
from defease.inputs.refusing import refuse
from defease.market.gaps import listed, lives, missing_months, spikes
from defease.market.layouts import (
    PER_CENT,
    PERCENT_RATE,
    Findings,
    blanked,
    day_column,
    figures,
    publisher_table,
    says_span,
)
from defease.market.observations import Observations, Series, gathered
from defease.market.reading import Reading

if TYPE_CHECKING:
    from defease.arrays import DateArray
    from defease.inputs.tables import Table

_MISSING = frozenset({"."})
_DATE_COLUMNS = ("observation_date", "date")
_TREASURY = re.compile(r"D(GS|FII)([0-9]+)(MO)?")
_HQM = re.compile(r"HQMCB(?:([0-9]+)YR(P?)|([0-9]+)Y6M|6MT)")
_ANY = NumberRule(missing=Missing.ALLOWED)
_INDEX = NumberRule(missing=Missing.ALLOWED, above=0.0, remedy="an index level is above 0")


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a FRED series measures, and what its figures are divided by."""

    series: Series
    divisor: float = PER_CENT
    is_known: bool = True


def meaning_of(identifier: str) -> Meaning:
    """What Defease takes a FRED identifier for.

    Examples
    --------
    >>> str(meaning_of("DGS1MO").series), str(meaning_of("HQMCB10Y6M").series)
    ('par_yield UST 1M', 'spot_rate HQM 10.5Y')
    >>> meaning_of("UNRATE").is_known
    False
    """
    name = identifier.strip().upper()
    if name == "CPIAUCNS":
        return Meaning(Series("price_index", "CPI-U"), 1.0)
    if name == "TB3MS":
        return Meaning(Series("bill_discount", "UST", "3M"))
    if match := _TREASURY.fullmatch(name):
        measure = "par_yield" if match[1] == "GS" else "real_par_yield"
        return Meaning(Series(measure, "UST", match[2] + ("M" if match[3] else "Y")))
    if match := _HQM.fullmatch(name):
        return Meaning(_hqm(match))
    return Meaning(Series("as_published", name), 1.0, is_known=False)


def _hqm(match: re.Match[str]) -> Series:
    if match[1]:
        return Series("par_yield" if match[2] else "spot_rate", "HQM", f"{int(match[1])}Y")
    return Series("spot_rate", "HQM", f"{int(match[3]) + 0.5:g}Y" if match[3] else "0.5Y")


def read_fred(data: bytes, *, source: str, as_of: dt.date | None = None) -> Reading:
    r"""Series from a FRED download; `as_of` is not needed.

    Examples
    --------
    >>> given = b"observation_date,CPIAUCNS\n2025-09-01,324.8\n2025-10-01,.\n2025-11-01,324.122\n"
    >>> reading = read_fred(given, source="cpi.csv")
    >>> len(reading.observations), reading.report.cautions[0].message
    (2, 'cpi.csv: CPIAUCNS has no figure for 2025-10; nothing was put in its place')
    """
    del as_of
    table = blanked(publisher_table(data, source=source, dates=DateOrder.ISO), _MISSING)
    findings = Findings(table, "FRED series, CSV")
    reader = ColumnReader(table)
    date = next((name for name in _DATE_COLUMNS if name in reader), _DATE_COLUMNS[0])
    reader.expect(required=(date,), known=table.columns)
    named = {
        name: title for name, title in zip(table.columns, table.titles, strict=True) if name != date
    }
    if not named:
        refuse(source, "has a date column and no series", "download at least one series")
    days = day_column(reader, date)
    columns = [_column(reader, findings, name, title) for name, title in named.items()]
    reader.finish()
    order = np.argsort(days, kind="stable")
    found = gathered(
        (meaning.series, days[order], [values[row] for row in order]) for meaning, values in columns
    )
    _tell(findings, found, days, list(named.values()), table)
    return Reading(found, findings.report(reader))


def _column(
    reader: ColumnReader, findings: Findings, name: str, title: str
) -> tuple[Meaning, list[float | None]]:
    meaning = meaning_of(title)
    if not meaning.is_known:
        rule = _ANY
        findings.caution("unknown_series", f"{title} is kept as published, in its own unit")
    else:
        rule = PERCENT_RATE if meaning.divisor == PER_CENT else _INDEX
    values = figures(reader, name, rule)
    return meaning, [None if value is None else value / meaning.divisor for value in values]


def _tell(
    findings: Findings, found: Observations, days: DateArray, titles: list[str], table: Table
) -> None:
    findings.understood.append(f"{len(table)} rows, {says_span(days)}; {', '.join(titles)}")
    findings.understood += lives(found)
    rates = found.where(lambda s: s.measure not in ("price_index", "as_published"))
    for sentence in spikes(rates):
        findings.caution("spike", sentence)
    if not bool((days == days.astype("datetime64[M]").astype("datetime64[D]")).all()):
        return
    for series, title in zip(found.series, titles, strict=True):
        own, _ = found.history(series)
        if absent := missing_months(own):
            words = f"{title} has no figure for {listed(absent)}; nothing was put in its place"
            findings.caution("missing_months", words)
