"""The scoreboard: every manager and class against the index or the segment it funds."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

from defease.arrays import FloatArray, frozen_floats
from defease.errors import Caution, bad_input, did_you_mean
from defease.performance.alpha import alpha_sentence
from defease.performance.measures import Measure, Unit, Window
from defease.performance.report import window_of
from defease.performance.returns import annualised_return, link_returns
from defease.performance.series import PairedReturns, ReturnSeries, overlap

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

NO_MONEY = "growth in money was not given for both sides"


class Contest(StrEnum):
    """What is set against what."""

    TOTAL = "total"
    """Total assets against the total liability."""
    ALPHA_ASSETS = "alpha_assets"
    """Assets outside the matched portfolio against the liabilities it does not pay."""
    MATCHED = "matched_portfolio"
    """The matched portfolio against the flows it pays."""
    MANAGER = "manager"
    ASSET_CLASS = "asset_class"


@dataclass(frozen=True, eq=False)
class Side:
    """One side of a contest: returns, and growth in money where it is known.

    Attributes
    ----------
    returns
        Periodic returns.
    growth
        Money earned (or added to the liability) in each period with outside flows removed, shape
        of the returns; None where only percent is known.
    """

    returns: ReturnSeries
    growth: FloatArray | None = None

    def __post_init__(self) -> None:
        if self.growth is not None and len(self.growth) != len(self.returns):
            what = f"{len(self.growth)} amounts of growth for {len(self.returns)} returns"
            remedy = "give one amount a period"
            raise bad_input(where=self.returns.name, what=what, remedy=remedy)

    @classmethod
    def without_flows(cls, returns: ReturnSeries, *, opening: float) -> Side:
        """A side that starts at a value and is never paid into or drawn on."""
        levels = opening * np.cumprod(np.append(1.0, 1.0 + returns.returns))
        return cls(returns, frozen_floats(np.diff(levels), name=returns.name))


@dataclass(frozen=True, eq=False)
class Contender:
    """A portfolio, manager or class and the benchmark it is measured by (the name of one)."""

    side: Side
    contest: Contest
    benchmark: str


@dataclass(frozen=True)
class ScoreLine:
    """One line of the scoreboard, over the common window of both sides.

    Attributes
    ----------
    name, contest, benchmark
        Who against what.
    asset_return, liability_return
        Cumulative, with the annual rate as part `annual`.
    geometric_alpha, arithmetic_alpha
        Cumulative, with the annual rate as part `annual`.
    asset_growth, liability_growth, money_alpha
        Plan currency.
    periods_ahead
        Periods in which the asset return was above the liability return.
    sentence
        The verdict in words, made from the numbers.
    """

    name: str
    contest: Contest
    benchmark: str
    asset_return: Measure
    liability_return: Measure
    geometric_alpha: Measure
    arithmetic_alpha: Measure
    asset_growth: Measure
    liability_growth: Measure
    money_alpha: Measure
    periods_ahead: int
    sentence: str
    cautions: tuple[Caution, ...] = ()


def scoreboard(
    contenders: Sequence[Contender], benchmarks: Mapping[str, Side]
) -> tuple[ScoreLine, ...]:
    """Each contender against the index or segment it funds, in percent and in money.

    Parameters
    ----------
    contenders : sequence of Contender
    benchmarks : mapping of Side
        Liability index, residual liability, segments and matched flows by name.

    Raises
    ------
    InputError
        For an unknown benchmark, different frequencies, or no common period.

    Examples
    --------
    >>> import datetime as dt
    >>> from defease.performance.series import Frequency, return_series
    >>> year = [dt.date(2025, 12, 31)]
    >>> fund = return_series("total", year, [0.075], frequency=Frequency.ANNUAL)
    >>> index = return_series("index", year, [0.06], frequency=Frequency.ANNUAL)
    >>> line, = scoreboard(
    ...     [Contender(Side.without_flows(fund, opening=700), Contest.TOTAL, "index")],
    ...     {"index": Side.without_flows(index, opening=1000)})
    >>> round(line.money_alpha.value, 9), line.sentence
    (-7.5, 'ahead of the liability in percent, behind it in money')
    """
    lines = []
    for contender in contenders:
        if contender.benchmark not in benchmarks:
            what = f"measured by '{contender.benchmark}', which is not given"
            remedy = did_you_mean(contender.benchmark, benchmarks)
            raise bad_input(where=contender.side.returns.name, what=what, remedy=remedy)
        lines.append(_line(contender, benchmarks[contender.benchmark]))
    return tuple(lines)


def _line(contender: Contender, benchmark: Side) -> ScoreLine:
    pair = overlap(contender.side.returns, benchmark.returns)
    window = window_of(pair.assets)
    earned, owed = link_returns(pair.assets.returns), link_returns(pair.liabilities.returns)
    yearly = _yearly(earned, pair), _yearly(owed, pair)
    gained = _growth_within(contender.side, pair.assets)
    added = _growth_within(benchmark, pair.liabilities)
    money = None if gained is None or added is None else gained - added
    geometric = (1.0 + earned) / (1.0 + owed) - 1.0
    return ScoreLine(
        name=contender.side.returns.name,
        contest=contender.contest,
        benchmark=contender.benchmark,
        asset_return=_rate(window, earned, yearly[0]),
        liability_return=_rate(window, owed, yearly[1]),
        geometric_alpha=_rate(window, geometric, _geometric(*yearly)),
        arithmetic_alpha=_rate(window, earned - owed, _difference(*yearly)),
        asset_growth=window.fact(gained, Unit.MONEY, otherwise=NO_MONEY),
        liability_growth=window.fact(added, Unit.MONEY, otherwise=NO_MONEY),
        money_alpha=window.fact(money, Unit.MONEY, otherwise=NO_MONEY),
        periods_ahead=int(np.count_nonzero(pair.differences > 0.0)),
        sentence=alpha_sentence(geometric, money, scale=abs(gained or 0.0) + abs(added or 0.0)),
        cautions=pair.cautions,
    )


def _rate(window: Window, total: float, annual: float | None) -> Measure:
    yearly = window.annual(annual, Unit.ANNUAL_RATE)
    return window.fact(total, Unit.RATE).with_parts(annual=yearly)


def _yearly(total: float, pair: PairedReturns) -> float | None:
    return annualised_return(total, periods=len(pair), frequency=pair.assets.frequency)


def _geometric(earned: float | None, owed: float | None) -> float | None:
    return None if earned is None or owed is None else (1.0 + earned) / (1.0 + owed) - 1.0


def _difference(earned: float | None, owed: float | None) -> float | None:
    return None if earned is None or owed is None else earned - owed


def _growth_within(side: Side, kept: ReturnSeries) -> float | None:
    """Growth in the periods kept for the comparison; `kept` is a stretch of the side's series."""
    if side.growth is None:
        return None
    first = int(np.searchsorted(side.returns.dates, kept.dates[0]))
    return math.fsum(side.growth[first : first + len(kept)])
