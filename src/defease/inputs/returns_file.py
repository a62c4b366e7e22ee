"""The file of returns: assets as returns or as market values with flows, managers and classes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from defease.arrays import DateArray, FloatArray, frozen_dates, read_only
from defease.dates import MONTHS_PER_YEAR
from defease.errors import Caution, InputError, Problem
from defease.inputs.columns import ColumnReader, Missing, NumberRule
from defease.inputs.refusing import refuse
from defease.performance import (
    FlowTiming,
    Frequency,
    ReturnSeries,
    return_series,
    returns_from_values,
)

if TYPE_CHECKING:
    import datetime as dt

    from defease.inputs.tables import Table

ASSETS, FLOW, DATE = "assets", "flow", "date"
_VALUE = NumberRule(at_least=0.0, at_most=1e18, remedy="give the market value, 0 or more")
_FLOW = NumberRule(missing=Missing.ALLOWED, remedy="give money paid in (+) or out (-)")


@dataclass(frozen=True, eq=False)
class ValuesAndFlows:
    """Market values at each date after that period's flow, shape (n + 1,); flows alike."""

    dates: DateArray
    values: FloatArray
    flows: FloatArray


@dataclass(frozen=True, eq=False)
class ReturnsReading:
    """Returns of the assets and of each further column.

    Attributes
    ----------
    assets
        Time-weighted; made from market values where the file has a column `flow`.
    others
        Managers and classes, in the order of the file.
    money
        Values and flows where the file gives them, else None.
    """

    assets: ReturnSeries
    others: tuple[ReturnSeries, ...]
    money: ValuesAndFlows | None
    cautions: tuple[Caution, ...]
    understood: str


def read_returns(
    table: Table,
    *,
    frequency: Frequency = Frequency.MONTHLY,
    flow_timing: FlowTiming = FlowTiming.END,
) -> ReturnsReading:
    r"""Turn a table into series of returns, or raise every problem of the file at once.

    With a column `flow` the column `assets` holds market values after that period's flow, and
    the first row is the opening value; without it, returns.  All other columns are returns of a
    manager or class; an empty cell before its first or after its last return is allowed.

    Examples
    --------
    >>> from defease.inputs.csv_reader import read_csv
    >>> text = b"date,assets,flow,equity\n2025-01-31,100,,\n2025-02-28,99,-3,2%\n"
    >>> reading = read_returns(read_csv(text, source="returns.csv"))
    >>> reading.assets.returns, reading.others[0].returns
    (array([0.02]), array([0.02]))
    """
    reader = ColumnReader(table)
    value_column = _named(reader, ASSETS)
    reader.expect(required=(DATE, value_column), known=table.columns)
    days = reader.dates(DATE)
    raw = _columns(reader, value_column)
    others = [name for name in table.columns if name not in (DATE, value_column, FLOW)]
    columns = {name: reader.optional_returns(name) for name in others}
    if not len(table):
        reader.file_problem("has no row", "give at least one period")
    reader.finish()
    dates = frozen_dates([day for day in days if day is not None])
    made = _Made(reader, dates, frequency)
    made.check_calendar()
    money = ValuesAndFlows(dates, *raw) if FLOW in reader else None
    assets = made.assets(raw[0], money, flow_timing)
    named = [made.series(_title(table, name), cells) for name, cells in columns.items()]
    made.finish()
    found = tuple(series for series in named if series is not None)
    if assets is None:
        refuse(table.source, "has no return of the assets", "give at least one period")
    cautions = (*reader.cautions, *made.cautions, *_short(reader, assets))
    return ReturnsReading(assets, found, money, cautions, _understood(assets, found, money))


def read_class_returns(
    table: Table, *, frequency: Frequency
) -> tuple[tuple[ReturnSeries, ...], tuple[Caution, ...]]:
    r"""Returns of several classes, `date` and one column each, and what has to be said of them.

    Examples
    --------
    >>> from defease.inputs.csv_reader import read_csv
    >>> text = b"date,bills,real_estate\n2014-12-31,0.0%,4.5%\n2015-12-31,0.1%,5.2%\n"
    >>> series, _ = read_class_returns(
    ...     read_csv(text, source="annual.csv"), frequency=Frequency.ANNUAL)
    >>> [(each.name, each.window) for each in series]
    [('bills', '2014-12 to 2015-12'), ('real_estate', '2014-12 to 2015-12')]
    """
    reader = ColumnReader(table)
    reader.expect(required=(DATE,), known=table.columns)
    days = reader.dates(DATE)
    names = [name for name in table.columns if name != DATE]
    columns = {name: reader.optional_returns(name) for name in names}
    if not names or not len(table):
        reader.file_problem("has no return", "give one column a class and one row a period")
    reader.finish()
    made = _Made(reader, frozen_dates([day for day in days if day is not None]), frequency)
    made.check_calendar()
    found = [made.series(_title(table, name), cells) for name, cells in columns.items()]
    made.finish()
    kept = tuple(series for series in found if series is not None)
    if not kept:
        refuse(table.source, "has no return", "give one column a class and one row a period")
    return kept, (*reader.cautions, *made.cautions)


def _named(reader: ColumnReader, name: str) -> str:
    """The column, or the one in percent where the file has that instead."""
    in_percent = f"{name}_pct"
    return in_percent if in_percent in reader and name not in reader else name


def _understood(
    assets: ReturnSeries, others: tuple[ReturnSeries, ...], money: ValuesAndFlows | None
) -> str:
    kind = "market values and flows" if money else "returns"
    columns = ", ".join(series.name for series in others) or "assets only"
    return f"{kind}, {len(assets)} periods {assets.window}; columns: {columns}"


def _columns(reader: ColumnReader, name: str) -> tuple[FloatArray, FloatArray]:
    """Market values and flows, or returns and nothing."""
    if FLOW not in reader:
        return read_only(np.array(reader.returns(name), dtype=np.float64)), read_only(np.zeros(0))
    flows = [0.0 if flow is None else flow for flow in reader.numbers(FLOW, _FLOW)]
    return reader.amounts(name, _VALUE), read_only(np.array(flows, dtype=np.float64))


def _title(table: Table, name: str) -> str:
    """A column as its file titles it, without the unit."""
    title = table.titles[table.columns.index(name)].strip()
    return title.removesuffix("_pct")


def _short(reader: ColumnReader, assets: ReturnSeries) -> tuple[Caution, ...]:
    per_year = int(assets.frequency)
    if len(assets) >= per_year:
        return ()
    months = MONTHS_PER_YEAR // per_year * len(assets)
    history = "1 month" if months == 1 else f"{months} months"
    message = (
        f"{reader.table.source}: {history} of history; measures of a year are not meaningful and "
        "stay empty"
    )
    return (Caution("less_than_a_year", message),)


class _Made:
    """Makes series of columns and keeps what is wrong with any of them."""

    def __init__(self, reader: ColumnReader, dates: DateArray, frequency: Frequency) -> None:
        self.source = reader.table.source
        self.dates, self.frequency = dates, frequency
        self.problems: list[Problem] = []
        self.cautions: list[Caution] = []

    def check_calendar(self) -> None:
        """Refuse rows that miss or repeat a period: once, not again for every column."""
        try:
            return_series(DATE, self.dates, np.zeros(len(self.dates)), frequency=self.frequency)
        except InputError as error:
            self._note(error)
            self.finish()

    def series(self, name: str, cells: list[float | None] | list[float]) -> ReturnSeries | None:
        """The returns of a column; None for an empty one, or when problems were noted."""
        kept = [row for row, value in enumerate(cells) if value is not None]
        if not kept:
            message = f"{self.source}: {name} has no return; the column is left out"
            self.cautions.append(Caution("empty_column", message))
            return None
        values = [value for value in cells if value is not None]
        try:
            return return_series(name, self.dates[kept], values, frequency=self.frequency)
        except InputError as error:
            self._note(error)
            return None

    def assets(
        self, returns: FloatArray, money: ValuesAndFlows | None, timing: FlowTiming
    ) -> ReturnSeries | None:
        """Returns as they stand, or made of market values and flows."""
        return self.series(ASSETS, list(returns)) if money is None else self.valued(money, timing)

    def valued(self, money: ValuesAndFlows, timing: FlowTiming) -> ReturnSeries | None:
        """Returns of market values and flows."""
        try:
            made = returns_from_values(
                "assets",
                money.dates,
                money.values,
                flows=money.flows,
                timing=timing,
                frequency=self.frequency,
            )
        except InputError as error:
            self._note(error)
            return None
        self.cautions += [Caution(c.code, f"{self.source}: {c.message}") for c in made.cautions]
        return made.series

    def finish(self) -> None:
        """Raise all problems of the file."""
        if self.problems:
            raise InputError(self.problems)

    def _note(self, error: InputError) -> None:
        found = (Problem(f"{self.source}: {p.where}", p.what, p.remedy) for p in error.problems)
        self.problems.extend(found)


def read_proxy(table: Table) -> tuple[DateArray, FloatArray]:
    r"""Days and returns of a proxy index, `date,return`, daily or monthly, in order of date.

    Examples
    --------
    >>> from defease.inputs.csv_reader import read_csv
    >>> dates, returns = read_proxy(read_csv(b"date,return\n2025-01-31,1.5%\n", source="p.csv"))
    >>> returns
    array([0.015])
    """
    reader = ColumnReader(table)
    name = _named(reader, "return")
    reader.expect(required=(DATE, name), known=(DATE, name))
    days = reader.dates(DATE)
    values = reader.returns(name)
    _check_rising(reader, days)
    reader.finish()
    return frozen_dates([d for d in days if d is not None]), read_only(np.array(values))


def _check_rising(reader: ColumnReader, days: list[dt.date | None]) -> None:
    last = None
    for row, day in enumerate(days):
        if day is not None and last is not None and day <= last:
            what = f"{day} stands twice" if day == last else f"{day} comes after {last}"
            reader.problem(row, DATE, what, "sort the rows by date, each date once")
        last = day or last
