"""How far a roll-forward was off when the next official value came: booked, then counted."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from defease.arrays import FloatArray, read_only
from defease.errors import bad_input
from defease.performance.rollforward import roll_forward

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from defease.performance.rollforward import MarketMoves, OfficialValues


@dataclass(frozen=True, kw_only=True)
class RollForwardError:
    """The difference booked at an official value: official less estimate, on both sides.

    Attributes
    ----------
    start, date
        Valuation rolled from, and valuation it is judged by.
    periods
        Periods rolled.
    estimated_assets, estimated_liabilities, official_assets, official_liabilities
        Plan currency.
    """

    start: dt.date
    date: dt.date
    periods: int
    estimated_assets: float
    estimated_liabilities: float
    official_assets: float
    official_liabilities: float

    @property
    def asset_difference(self) -> float:
        """Official less estimated assets, plan currency: what is booked."""
        return self.official_assets - self.estimated_assets

    @property
    def liability_difference(self) -> float:
        """Official less estimated liability, plan currency: what is booked."""
        return self.official_liabilities - self.estimated_liabilities

    @property
    def asset_error(self) -> float:
        """Asset difference as a share of the official assets."""
        return self.asset_difference / self.official_assets

    @property
    def liability_error(self) -> float:
        """Liability difference as a share of the official liability."""
        return self.liability_difference / self.official_liabilities

    @property
    def funded_ratio_error(self) -> float:
        """Official less estimated funded ratio."""
        official = self.official_assets / self.official_liabilities
        return official - self.estimated_assets / self.estimated_liabilities


@dataclass(frozen=True)
class ErrorDistribution:
    """The distribution of roll-forward errors, printed with every estimate.

    Attributes
    ----------
    n
        Number of official values it was judged by.
    mean, standard_deviation, mean_absolute, root_mean_square
        Standard deviation with n - 1, None for one error.
    largest
        The error farthest from zero, with its sign.
    percentiles
        5%, 25%, 50%, 75% and 95% points (linear between order statistics), by name p5 ... p95.
    """

    n: int
    mean: float
    standard_deviation: float | None
    mean_absolute: float
    root_mean_square: float
    largest: float
    percentiles: tuple[tuple[str, float], ...]


@dataclass(frozen=True, eq=False, kw_only=True)
class BackTest:
    """Every difference booked, and the distributions of relative errors.

    Attributes
    ----------
    errors
        One per official value after the first.
    assets, liabilities, funded_ratio
        Distributions of `asset_error`, `liability_error` and `funded_ratio_error`.
    """

    errors: tuple[RollForwardError, ...]
    assets: ErrorDistribution
    liabilities: ErrorDistribution
    funded_ratio: ErrorDistribution


def book_difference(
    start: OfficialValues, moves: MarketMoves, official: OfficialValues
) -> RollForwardError:
    """Roll from one valuation to the next and take the difference at the official value.

    Raises `InputError` when no period ends on the official date.

    Examples
    --------
    >>> import datetime as dt
    >>> from defease.performance.rollforward import market_moves, official_values
    >>> first = official_values(dt.date(2025, 1, 31), assets=90, liabilities=100, weights=[1])
    >>> then = official_values(dt.date(2025, 2, 28), assets=92, liabilities=100, weights=[1])
    >>> month = market_moves(
    ...     [dt.date(2025, 2, 28)], class_returns=[[0.02]], liability_returns=[0.0])
    >>> round(book_difference(first, month, then).asset_difference, 9)
    0.2
    """
    stretch = moves.between(start.date, official.date)
    if not len(stretch) or stretch.dates[-1] != np.datetime64(official.date, "D"):
        what = f"no period ends on the official date {official.date}"
        remedy = "give returns up to that date"
        raise bad_input(where="roll-forward", what=what, remedy=remedy)
    path = roll_forward(start, stretch)
    return RollForwardError(
        start=start.date,
        date=official.date,
        periods=len(stretch),
        estimated_assets=float(path.assets[-1]),
        estimated_liabilities=float(path.liabilities[-1]),
        official_assets=official.assets,
        official_liabilities=official.liabilities,
    )


def back_test(officials: Sequence[OfficialValues], moves: MarketMoves) -> BackTest:
    """Roll from each valuation to the next over a history and count the errors.

    Parameters
    ----------
    officials : sequence of OfficialValues
        By date, at least two.
    moves : MarketMoves
        The whole history.
    """
    if len(officials) < 2:
        what = f"{len(officials)} official value"
        raise bad_input(where="back-test", what=what, remedy="give at least two valuations")
    pairs = pairwise(officials)
    errors = tuple(book_difference(start, moves, official) for start, official in pairs)
    return BackTest(
        errors=errors,
        assets=error_distribution(np.array([e.asset_error for e in errors])),
        liabilities=error_distribution(np.array([e.liability_error for e in errors])),
        funded_ratio=error_distribution(np.array([e.funded_ratio_error for e in errors])),
    )


def error_distribution(errors: FloatArray) -> ErrorDistribution:
    """Distribution of errors, shape (n,), n of one or more.

    Examples
    --------
    >>> found = error_distribution(np.array([0.01, -0.03]))
    >>> round(found.mean, 12), found.largest, round(found.mean_absolute, 12)
    (-0.01, -0.03, 0.02)
    """
    values = read_only(np.array(errors, dtype=np.float64))
    if not len(values):
        raise bad_input(where="back-test", what="no errors", remedy="give a longer history")
    points = (5, 25, 50, 75, 95)
    return ErrorDistribution(
        n=len(values),
        mean=float(values.mean()),
        standard_deviation=float(values.std(ddof=1)) if len(values) > 1 else None,
        mean_absolute=float(np.abs(values).mean()),
        root_mean_square=math.sqrt(float(np.mean(values**2))),
        largest=float(values[np.argmax(np.abs(values))]),
        percentiles=tuple((f"p{p}", float(np.percentile(values, p))) for p in points),
    )
