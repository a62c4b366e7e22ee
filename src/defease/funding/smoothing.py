"""Actuarial value of assets: gains and losses recognised over years, within a corridor."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from defease.errors import bad_input
from defease.funding.trail import require_not_negative

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, kw_only=True)
class SmoothedAssets:
    """An actuarial value of assets beside the market value it may not stray from.

    Attributes
    ----------
    value
        Actuarial value, plan currency.
    before_corridor
        Market value less gains not yet recognised.
    lowest, highest
        Limits of the corridor, plan currency.
    """

    market_value: float
    before_corridor: float
    lowest: float
    highest: float

    @property
    def value(self) -> float:
        """The value within its corridor."""
        return min(max(self.before_corridor, self.lowest), self.highest)

    @property
    def is_limited(self) -> bool:
        """Whether the corridor decides."""
        return not self.lowest <= self.before_corridor <= self.highest


def smoothed_assets(
    market_value: float,
    gains: Sequence[float],
    *,
    years: int = 5,
    corridor: tuple[float, float] = (0.8, 1.2),
) -> SmoothedAssets:
    """Market value less the part of past gains that is still to be recognised.

    A gain is recognised in equal parts over `years`, the first in the year it arises:
    ``value = market - sum_k gain_k (years - 1 - k) / years``, k = 0 the newest; then held within
    `corridor` times market value.

    Parameters
    ----------
    market_value : float
        Plan currency.
    gains : sequence of float
        Return above (below: negative) the expected one, by year, newest first.
    years : int
        Years over which a gain is recognised; 1 is market value.
    corridor : (float, float)
        Lowest and highest share of market value.

    Examples
    --------
    >>> smoothed_assets(1000.0, [100.0, -50.0]).value
    950.0
    >>> smoothed_assets(1000.0, [-500.0]).value
    1200.0
    """
    require_not_negative("asset smoothing", {"market_value": market_value})
    lowest, highest = corridor
    if years < 1 or not 0 <= lowest <= 1 <= highest:
        what = f"{years} years, corridor {lowest:g} to {highest:g}"
        remedy = "give at least 1 year and a corridor around 1, such as (0.8, 1.2)"
        raise bad_input(where="asset smoothing", what=what, remedy=remedy)
    deferred = sum(gain * max(years - 1 - k, 0) / years for k, gain in enumerate(gains))
    return within_corridor_of_market(
        market_value - deferred, market_value, lowest=lowest, highest=highest
    )


def within_corridor_of_market(
    actuarial_value: float, market_value: float, *, lowest: float, highest: float
) -> SmoothedAssets:
    """An actuarial value held between two shares of market value."""
    return SmoothedAssets(
        market_value=market_value,
        before_corridor=actuarial_value,
        lowest=lowest * market_value,
        highest=highest * market_value,
    )
