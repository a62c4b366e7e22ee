"""The history of a curve: a row for each month, a column for each maturity in years."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from defease.arrays import BoolArray, DateArray, FloatArray, read_only
from defease.curves import Compounding, CurveHistory, Extrapolation, Interpolation, month_ends
from defease.curves.compounding import to_continuous
from defease.curves.par_history import completed_zero_rates, par_history_zero_rates
from defease.errors import Caution, InputError, Problem, SolverError
from defease.inputs.columns import ColumnReader, Missing, NumberRule
from defease.inputs.curve_file import LONGEST_MATURITY, CurveConventions
from defease.inputs.refusing import refuse
from defease.inputs.tables import Table

if TYPE_CHECKING:
    from defease.curves.par_history import RowSolver

MONTH_COLUMNS = ("date", "month")
_MATURITY = re.compile(r"(\d{1,3}(?:\.\d+)?)_?(y|yr|year|years|m|mo|month|months)?")
_MONTH = re.compile(r"(\d{4})-(\d{2})")
_FACTOR = NumberRule(missing=Missing.ALLOWED, above=0.0, at_most=2.0, remedy="give factors above 0")
_FREQUENCIES = {Compounding.ANNUAL: 1, Compounding.SEMIANNUAL: 2}
_SHOWN = 6


@dataclass(frozen=True, eq=False)
class CurveHistoryReading:
    """Curves month by month, what has to be said about them, and a sentence for `check`."""

    history: CurveHistory
    cautions: tuple[Caution, ...]
    understood: str


class DailyRates(StrEnum):
    """What stands for a month that has several dates."""

    MONTH_END = "month_end"
    """Its last date."""
    MONTH_MEAN = "month_mean"
    """The mean of its dates, tenor by tenor: as a series published by the month is made."""


@dataclass(frozen=True, eq=False)
class _Quotes:
    """Quotes in order of month: one row a month, one column a maturity, NaN where none is given."""

    months: DateArray
    maturities: FloatArray
    values: FloatArray


def read_curve_history(
    table: Table, conventions: CurveConventions, *, daily: DailyRates = DailyRates.MONTH_END
) -> CurveHistoryReading:
    r"""Turn a table into a curve for each month, or raise every problem of the file at once.

    The first column is `date`, or `month` (year-month).  Of several dates in a month the last one
    counts, or their mean where `daily` says so; every curve is dated at its month's end.  A tenor
    that is not quoted in some months is read off those months' own curves: between tenors by the
    interpolation, beyond them by the extrapolation; which, and when, is said.

    Examples
    --------
    >>> from defease.inputs.csv_reader import read_csv
    >>> table = read_csv(b"month,1,10\n2016-10,1.0,3.0\n2016-11,1.2,3.4\n", source="h.csv")
    >>> given = CurveConventions(quote="spot", compounding=Compounding.ANNUAL, unit=None)
    >>> from dataclasses import replace
    >>> from defease.inputs.rate_units import RateUnit
    >>> reading = read_curve_history(table, replace(given, unit=RateUnit.PERCENT))
    >>> reading.history.dates.astype(str).tolist()
    ['2016-10-31', '2016-11-30']
    >>> reading.cautions[0].code
    'monthly_means'
    """
    reader = ColumnReader(table)
    dated = month_column(reader)
    terms = _terms(table)
    reader.expect(required=(), known=(dated, *terms))
    if not terms:
        remedy = "name one column for each maturity in years: 0.5, 1, 2, ..."
        refuse(table.source, "has no column of a maturity", remedy)
    months = months_of(reader, dated)
    values = _values(reader, list(terms), conventions)
    reader.finish()
    given = _Quotes(months, np.array([*terms.values()]), values)
    quotes = _in_order(reader, dated, given, daily=daily)
    quotes = _without_empty_tenors(reader, quotes)
    compounding = _compounding(reader, conventions)
    settled = replace(conventions, compounding=compounding)
    history = _history(reader, quotes, settled)
    return CurveHistoryReading(history, tuple(reader.cautions), _understood(quotes, settled))


def month_column(reader: ColumnReader) -> str:
    """The one column that says when: `date` or `month`."""
    given = [name for name in MONTH_COLUMNS if name in reader]
    if len(given) == 1:
        return given[0]
    what = "has the columns date and month" if given else "has no column 'date'"
    return refuse(
        reader.table.source, what, "give one column of dates, 2016-11-30, or months, 2016-11"
    )


def _terms(table: Table) -> dict[str, float]:
    """Maturity in years of each column that is headed by one (0.5, 10y, 3m), in order."""
    found: dict[str, float] = {}
    for name in table.columns:
        match = _MATURITY.fullmatch(name)
        if match:
            years = float(match[1]) / (12.0 if (match[2] or "y").startswith("m") else 1.0)
            if 0.0 < years <= LONGEST_MATURITY:
                found[name] = years
    return dict(sorted(found.items(), key=lambda item: item[1]))


def months_of(reader: ColumnReader, name: str) -> DateArray:
    """Days of a column `date`; months of a column `month`, or where a date names a month only."""
    texts = reader.texts(name)
    if all(_MONTH.fullmatch(text) for text in texts):
        for row, text in enumerate(texts):
            if not 1 <= int(text[5:]) <= 12:
                reader.problem(row, name, f"{text!r} is not a month", "write it as 2016-11")
                return np.zeros(len(texts), dtype="datetime64[M]")
        return np.array(texts, dtype="datetime64[M]")
    days = [day.isoformat() if day else "1970-01-01" for day in reader.dates(name)]
    return np.array(days, dtype="datetime64[D]")


def _values(reader: ColumnReader, names: list[str], conventions: CurveConventions) -> FloatArray:
    if conventions.quote == "discount_factor":
        return reader.number_table(names, _FACTOR)
    return reader.rate_table(names, unit=conventions.unit, missing=Missing.ALLOWED)


def _in_order(reader: ColumnReader, dated: str, given: _Quotes, *, daily: DailyRates) -> _Quotes:
    """One row a month, oldest first: repeated days refused, a month's last day or mean kept."""
    days = given.months
    order = np.argsort(days, kind="stable")
    for first, second in itertools.pairwise(order.tolist()):
        if days[first] == days[second]:
            what = f"{days[second]} stands twice"
            reader.problem(second, dated, what, "keep one row for each date")
    reader.finish()
    months = days[order].astype("datetime64[M]")
    last = np.append(months[1:] != months[:-1], np.array(True))
    _refuse_gaps(reader, months[last])
    if daily is DailyRates.MONTH_MEAN and not last.all():
        message = (
            f"{reader.table.source}: {len(days)} dates in {int(last.sum())} months; the mean of "
            "each month is dated at the month's end, about half a month later than it lies"
        )
        reader.cautions.append(Caution("monthly_means", message))
        return _Quotes(months[last], given.maturities, _means(given.values[order], last))
    _say_dates(reader, days[order], last)
    return _Quotes(months[last], given.maturities, read_only(given.values[order[last]]))


def _means(values: FloatArray, last: BoolArray) -> FloatArray:
    """Mean of each month's rows by tenor, over the days that have one; NaN where none has."""
    starts = np.append(0, np.flatnonzero(last)[:-1] + 1)
    known = ~np.isnan(values)
    sums = np.add.reduceat(np.where(known, values, 0.0), starts, axis=0)
    counts = np.add.reduceat(known.astype(np.int64), starts, axis=0)
    return read_only(np.divide(sums, counts, out=np.full(sums.shape, np.nan), where=counts > 0))


def _say_dates(
    reader: ColumnReader,
    days: DateArray,
    last: BoolArray,
) -> None:
    source = reader.table.source
    if days.dtype == np.dtype("datetime64[M]"):
        message = (
            f"{source}: rates by month are dated at the month's end; means of the month lie about "
            "half a month earlier [to confirm with the publisher]"
        )
        reader.cautions.append(Caution("monthly_means", message))
        return
    if not last.all():
        message = f"{source}: {len(days)} dates; the last one of each month counts"
        reader.cautions.append(Caution("last_of_month", message))
    kept = days[last]
    ends = (kept.astype("datetime64[M]") + 1).astype("datetime64[D]") - np.timedelta64(1, "D")
    early = int((kept != ends).sum())
    if early:
        message = (
            f"{source}: {early} of {len(kept)} curves are of a day before their month's end; they "
            "are dated at the month's end"
        )
        reader.cautions.append(Caution("dated_at_month_end", message))


def _refuse_gaps(reader: ColumnReader, months: DateArray) -> None:
    missing = np.setdiff1d(np.arange(months[0], months[-1] + 1), months)
    if missing.size:
        listed = ", ".join(str(month) for month in missing[:_SHOWN])
        more = f" and {missing.size - _SHOWN} more" if missing.size > _SHOWN else ""
        verb = "is" if missing.size == 1 else "are"
        what = f"{listed}{more} {verb} missing between {months[0]} and {months[-1]}"
        reader.file_problem(what, "add the months, or begin the file after them; none is made up")
        reader.finish()


def _without_empty_tenors(reader: ColumnReader, quotes: _Quotes) -> _Quotes:
    known = ~np.isnan(quotes.values)
    empty = ~known.any(axis=0)
    source = reader.table.source
    if empty.any():
        listed = ", ".join(f"{years:.3g}" for years in quotes.maturities[empty])
        message = f"{source}: no rate at all at {listed} years; these columns are left out"
        reader.cautions.append(Caution("empty_tenors", message))
    for row in np.flatnonzero(known.sum(axis=1) < 2)[:_SHOWN]:
        what = f"{quotes.months[row]} has {known[row].sum()} rates; a curve needs two"
        reader.file_problem(what, "add rates, or leave out the month")
    reader.finish()
    kept = ~empty
    return _Quotes(quotes.months, quotes.maturities[kept], read_only(quotes.values[:, kept]))


def _compounding(reader: ColumnReader, conventions: CurveConventions) -> Compounding:
    quote, declared = conventions.quote, conventions.compounding
    if quote == "par" and declared is Compounding.CONTINUOUS:
        what = 'par yields cannot have compounding = "continuous"'
        refuse(reader.table.source, what, 'write "semiannual" or "annual"')
    if declared is not None or quote == "discount_factor":
        return declared or Compounding.ANNUAL
    default = Compounding.SEMIANNUAL if quote == "par" else Compounding.ANNUAL
    message = f"{reader.table.source}: compounding is not declared; {default} was used"
    reader.cautions.append(Caution("compounding_default", message))
    return default


def _history(reader: ColumnReader, quotes: _Quotes, conventions: CurveConventions) -> CurveHistory:
    # few nodes need the spline (spec 5.5), and it values every month at once
    interpolation = conventions.interpolation or Interpolation.CUBIC_ZERO
    extrapolation = conventions.extrapolation or Extrapolation.FLAT_FORWARD
    _say_missing(reader, quotes, interpolation, extrapolation)
    if len(quotes.maturities) == 1:
        refuse(reader.table.source, "has one maturity", "give two maturities or more")
    try:
        zero = completed_zero_rates(
            quotes.maturities,
            quotes.values,
            _solver(conventions, interpolation, extrapolation),
            interpolation=interpolation,
            extrapolation=extrapolation,
        )
    except (InputError, SolverError) as error:
        source = reader.table.source
        named = [Problem(f"{source}: {p.where}", p.what, p.remedy) for p in error.problems]
    else:
        days = month_ends(quotes.months)
        years = read_only(quotes.maturities)
        return CurveHistory(days, years, read_only(zero), interpolation, extrapolation)
    raise InputError(named)


def _solver(
    conventions: CurveConventions, interpolation: Interpolation, extrapolation: Extrapolation
) -> RowSolver:
    """From the quotes of some months at some times to continuous zero rates, the same shape."""
    compounding = conventions.compounding or Compounding.ANNUAL
    if conventions.quote == "par":
        return partial(
            par_history_zero_rates,
            frequency=_FREQUENCIES[compounding],
            interpolation=interpolation,
            extrapolation=extrapolation,
        )
    if conventions.quote == "discount_factor":
        return lambda times, factors: -np.log(factors) / times
    if conventions.quote == "forward":
        return lambda times, rates: (
            np.cumsum(to_continuous(rates, compounding) * np.diff(times, prepend=0.0), axis=1)
            / times
        )
    return lambda _, rates: np.array(to_continuous(rates, compounding))


def _say_missing(
    reader: ColumnReader,
    quotes: _Quotes,
    interpolation: Interpolation,
    extrapolation: Extrapolation,
) -> None:
    absent = np.isnan(quotes.values)
    for column in np.flatnonzero(absent.any(axis=0)):
        rows = np.flatnonzero(absent[:, column])
        beyond = not (~absent[rows, column + 1 :]).any()
        by = extrapolation.value if beyond else interpolation.value
        message = (
            f"{reader.table.source}: {quotes.maturities[column]:.3g} years has no rate in "
            f"{rows.size} of {len(quotes.months)} months ({quotes.months[rows[0]]} to "
            f"{quotes.months[rows[-1]]}); there the month's other tenors stand in ({by})"
        )
        reader.cautions.append(Caution("missing_tenor", message))


def _understood(quotes: _Quotes, conventions: CurveConventions) -> str:
    span = f"{len(quotes.months)} months, {quotes.months[0]} to {quotes.months[-1]}"
    terms = f"{quotes.maturities[0]:.3g} to {quotes.maturities[-1]:g} years"
    how = conventions.interpolation or Interpolation.CUBIC_ZERO
    if conventions.quote == "discount_factor":
        return f"{span}; {len(quotes.maturities)} maturities, {terms}; discount factors; {how}"
    return (
        f"{span}; {len(quotes.maturities)} maturities, {terms}; {conventions.quote} rates, "
        f"{conventions.compounding} compounding; {how}"
    )
