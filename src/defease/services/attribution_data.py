"""From an index and a file of returns to what performance measures are made of."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from defease.arrays import FloatArray, frozen_floats
from defease.dates import to_date
from defease.errors import Caution, InputError, ModelError, Problem, bad_input, did_you_mean
from defease.performance import (
    BalanceHistory,
    Contender,
    Contest,
    GrowthOfBothSides,
    ReturnSeries,
    Side,
    balance_history,
    growth_of_both_sides,
    link_returns,
    return_series,
)
from defease.performance.series import month_numbers

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from defease.inputs.performance_files import PerformanceInputs
    from defease.liability_index import IndexPart, LiabilityIndex

INDEX_NAME = "liability index"
LONG_WINDOWS, SHORT_WINDOWS = 3, 1
"""Years of a rolling window: three where the history holds two of them, else one."""


@dataclass(frozen=True, eq=False)
class Compared:
    """Asset periods that the index covers too.

    Attributes
    ----------
    assets, liabilities
        Returns of the same periods; the assets' own whole history stays in the file's reading.
    first
        Number of the first compared period in the file.
    opens, closes
        Numbers of the index dates at which each period begins and ends.
    """

    assets: ReturnSeries
    liabilities: ReturnSeries
    first: int
    opens: tuple[int, ...]
    closes: tuple[int, ...]


@dataclass(frozen=True)
class GrowthPeriod:
    """Growth of both sides over a calendar year, or the part of it that is known."""

    start: dt.date
    end: dt.date
    growth: GrowthOfBothSides

    @property
    def name(self) -> str:
        """The year, with its months when it is not whole."""
        months = (self.end.year - self.start.year) * 12 + self.end.month - self.start.month
        if months == 12:
            return str(self.end.year)
        return f"{self.end.year} ({months} {'month' if months == 1 else 'months'})"


def compared_periods(assets: ReturnSeries, index: LiabilityIndex) -> Compared:
    """The stretch both sides cover; refused in words where there is none."""
    place = {int(month): k for k, month in enumerate(month_numbers(index.dates))}
    step = assets.frequency.months
    ends = month_numbers(assets.dates).tolist()
    kept = [k for k, end in enumerate(ends) if end in place and end - step in place]
    if not kept:
        months = index.dates[[0, -1]].astype("datetime64[M]")
        what = f"no period of the returns ({assets.window}) lies within the index"
        remedy = f"the index covers {months[0]} to {months[1]}: give returns or curves of the same"
        raise bad_input(where="performance.returns", what=what, remedy=remedy)
    opens = tuple(place[ends[k] - step] for k in kept)
    closes = tuple(place[ends[k]] for k in kept)
    own = assets.take(slice(kept[0], kept[-1] + 1))
    returns = part_returns(index.total, opens, closes, like=own, name=INDEX_NAME)
    if returns is None:
        first = index.dates[opens[0]]
        what = f"the index has no return in some month after {first}: its value is too small there"
        remedy = 'set index.amounts = "gross", or choose a later index.start'
        raise ModelError(Problem(where="liability index", what=what, remedy=remedy))
    return Compared(own, returns, kept[0], opens, closes)


def part_returns(
    part: IndexPart,
    opens: tuple[int, ...],
    closes: tuple[int, ...],
    *,
    like: ReturnSeries,
    name: str,
) -> ReturnSeries | None:
    """Returns of a part of the index over the same periods; None where a month has none."""
    monthly = part.total_returns
    if np.ma.getmaskarray(monthly)[opens[0] : closes[-1]].any():
        return None
    linked = [link_returns(monthly.data[a:b]) for a, b in zip(opens, closes, strict=True)]
    return return_series(name, like.dates, linked, frequency=like.frequency)


def balances_of(
    compared: Compared, index: LiabilityIndex, given: PerformanceInputs
) -> BalanceHistory | None:
    """Both sides in money over the compared periods; None when the file holds returns only."""
    money = given.returns.money
    if money is None:
        return None
    first, count = compared.first, len(compared.closes)
    places = [compared.opens[0], *compared.closes]
    try:
        return balance_history(
            index.dates[places],
            assets=money.values[first : first + count + 1],
            liabilities=index.total.present_values[places],
            asset_flows=money.flows[first + 1 : first + count + 1],
            liability_flows=[
                math.fsum(line.sum() for line in _outside(index, a, b))
                for a, b in zip(compared.opens, compared.closes, strict=True)
            ],
        )
    except InputError as error:
        found = [Problem(f"{given.source}: {p.where}", p.what, p.remedy) for p in error.problems]
    raise InputError(found)


def _outside(index: LiabilityIndex, start: int, end: int) -> Iterator[FloatArray]:
    """What changes the liability without being growth, between two index dates."""
    yield index.benefit_paid[start:end]
    yield index.contributions[start:end]
    yield index.experience[start:end].sum(axis=1)
    yield index.model_change[start:end]


def growth_by_year(compared: Compared, balances: BalanceHistory) -> tuple[GrowthPeriod, ...]:
    """Both sides by calendar year; years in which a percentage has no meaning are left out."""
    years = compared.assets.dates.astype("datetime64[Y]").astype(np.int64)
    found = []
    for year in np.unique(years):
        rows = np.flatnonzero(years == year)
        growth = _growth(compared, balances, int(rows[0]), int(rows[-1]) + 1)
        if growth is not None:
            start, end = balances.dates[rows[0]], balances.dates[rows[-1] + 1]
            found.append(GrowthPeriod(to_date(start), to_date(end), growth))
    return tuple(found)


def growth_of_window(compared: Compared, balances: BalanceHistory) -> GrowthOfBothSides | None:
    """Both sides over all compared periods."""
    return _growth(compared, balances, 0, len(compared.closes))


def _growth(
    compared: Compared, balances: BalanceHistory, first: int, end: int
) -> GrowthOfBothSides | None:
    if min(balances.assets[first], balances.liabilities[first]) <= 0:
        return None
    return growth_of_both_sides(
        assets=float(balances.assets[first]),
        liabilities=float(balances.liabilities[first]),
        asset_growth=math.fsum(balances.asset_growth[first:end]),
        liability_growth=math.fsum(balances.liability_growth[first:end]),
        asset_return=link_returns(compared.assets.returns[first:end]),
        liability_return=link_returns(compared.liabilities.returns[first:end]),
    )


def window_of_years(compared: Compared) -> int:
    """Periods of a rolling window; 0 when the history is shorter than a year."""
    per_year, periods = int(compared.assets.frequency), len(compared.closes)
    if periods < max(2, per_year):
        return 0
    years = LONG_WINDOWS if periods >= 2 * LONG_WINDOWS * per_year else SHORT_WINDOWS
    return max(2, years * per_year)


@dataclass(frozen=True, eq=False)
class Contests:
    """Who is measured against what: contenders and the benchmarks they name."""

    contenders: tuple[Contender, ...]
    benchmarks: Mapping[str, Side]
    cautions: tuple[Caution, ...]


Benchmark = tuple[str, ReturnSeries | None]
"""What a column is measured against: as reports print it, and its returns where it has them."""


def funded_part(
    column: str, *, compared: Compared, index: LiabilityIndex, funds: Mapping[str, str]
) -> Benchmark:
    """The bucket, segment or group of the index that a column funds; else the whole."""
    part = _part(index, funds.get(column, index.total.name), column)
    title = _title(part)
    return title, part_returns(
        part, compared.opens, compared.closes, like=compared.assets, name=title
    )


def contests(
    compared: Compared,
    others: Sequence[ReturnSeries],
    benchmark: Callable[[str], Benchmark],
    *,
    weights: Mapping[str, float],
    balances: BalanceHistory | None,
) -> Contests:
    """Total assets against the whole liability, each further column against what it funds.

    A class of the allocation is also compared in money: its weight of the opening assets, against
    the same money in the part it funds.
    """
    asset_growth = None if balances is None else balances.asset_growth
    owed_growth = None if balances is None else balances.liability_growth
    whole = compared.liabilities.name
    contenders = [Contender(Side(compared.assets, asset_growth), Contest.TOTAL, whole)]
    benchmarks = {whole: Side(compared.liabilities, owed_growth)}
    cautions: list[Caution] = []
    for series in others:
        title, returns = benchmark(series.name)
        if returns is None:
            message = f"{series.name}: {title} has months without a return, and so no comparison"
            cautions.append(Caution("no_benchmark", message))
            continue
        own = _within(series, compared.assets)
        if own is None:
            message = f"{series.name} does not cover {compared.assets.window}: not compared"
            cautions.append(Caution("no_benchmark", message))
            continue
        money = _opening_money(series.name, weights, balances)
        kind = Contest.ASSET_CLASS if series.name in weights else Contest.MANAGER
        name = title if money is None else f"{title}, same money"
        key = name if money is None else f"{name} ({series.name})"
        # the whole liability keeps its money when a manager without any is measured against it
        benchmarks.setdefault(key, Side(returns, _grown(money, returns)))
        contenders.append(Contender(Side(own, _grown(money, own)), kind, key))
    return Contests(tuple(contenders), benchmarks, tuple(cautions))


def _part(index: LiabilityIndex, funded: str, column: str) -> IndexPart:
    for part in index.parts:
        if part.name == funded:
            return part
    # a bucket and a segment can be the same span
    known = list(dict.fromkeys(part.name for part in index.parts))
    raise bad_input(
        where=f"plan.toml: performance.funds.{column}",
        what=f"{funded!r} is no bucket, segment or group of the index",
        remedy=did_you_mean(funded, known),
    )


def _title(part: IndexPart) -> str:
    if part.span is not None:
        return f"payments of {part.name} years"
    return INDEX_NAME if part.group is None else f"payments of {part.group or 'no group'}"


def _within(series: ReturnSeries, window: ReturnSeries) -> ReturnSeries | None:
    months = month_numbers(window.dates)
    kept = np.flatnonzero(np.isin(month_numbers(series.dates), months))
    if len(kept) != len(months):
        return None
    return series.take(slice(int(kept[0]), int(kept[-1]) + 1))


def _opening_money(
    name: str, weights: Mapping[str, float], balances: BalanceHistory | None
) -> FloatArray | None:
    if balances is None or name not in weights:
        return None
    return frozen_floats(weights[name] * balances.assets[:-1], name=name)


def _grown(money: FloatArray | None, returns: ReturnSeries) -> FloatArray | None:
    if money is None:
        return None
    return frozen_floats(money * returns.returns, name=returns.name)
