"""The required return: the least constant return at which the money never runs out on the way."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

from defease.arrays import FloatArray, frozen_floats, read_only
from defease.cashflows import Timing
from defease.errors import ModelError, bad_input
from defease.funding.exhaustion import Projection, project_assets
from defease.funding.policies import (
    ExhaustedAssets,
    ExhaustionPolicy,
    growth_to_year_end,
    payment_points,
)
from defease.valuation import rates_of_zero_value

if TYPE_CHECKING:
    import numpy.typing as npt

    from defease.funding.flows import AnnualFlows

LARGEST_RETURN = 2.0**60
"""A path that fails at this return fails at every one: it needs money before there is any."""


class ReturnStatus(StrEnum):
    """Whether there is a least return that keeps every year's assets at or above the floor."""

    UNIQUE = "unique"
    ANY = "any"
    """Assets hold at every return, however close to a total loss."""
    NONE = "none"
    """No return helps: money is needed before any has been earned or paid in."""


@dataclass(frozen=True, eq=False, kw_only=True)
class RequiredReturn:
    """The least constant return whose whole path holds, and where it binds.

    Attributes
    ----------
    status
        `rate` and the fields after it are None unless this is `UNIQUE`.
    rate
        Annual effective; may be negative.
    binding_year
        Label of the first year whose assets touch the floor at this return.
    projection
        The path at this return; None also where its amounts outgrow what numbers hold.
    reason
        A sentence on the status.
    """

    status: ReturnStatus
    rate: float | None
    binding_year: int | None
    projection: Projection | None
    reason: str

    def margin_over(self, assumed_return: float) -> float | None:
        """Assumed return less required return, decimal; None without a unique return."""
        return None if self.rate is None else assumed_return - self.rate


@dataclass(frozen=True, eq=False)
class _PathTest:
    """Whether assets stay at or above a floor at every year's end, at one constant return.

    With equal monthly parts the year's end decides for its months too: parts paid out leave the
    least at the end, parts paid in leave the least at the start, which is the last year's end.
    """

    net: list[float]
    floor: list[float]
    enough: list[float]
    opening_assets: float
    timing: Timing

    def first_failure(self, annual_return: float) -> int | None:
        """Index of the first year that ends below its floor; None when the path holds."""
        growth = 1.0 + annual_return
        to_year_end = growth_to_year_end(self.timing, annual_return)
        assets = self.opening_assets
        for year, outflow in enumerate(self.net):
            # At no negative return, assets above all later outgo and floors can no longer fail.
            if growth >= 1.0 and assets >= self.enough[year]:
                return None
            assets = assets * growth - outflow * to_year_end
            if assets < self.floor[year]:
                return year
        return None


def required_return(
    flows: AnnualFlows,
    *,
    opening_assets: float,
    policy: ExhaustionPolicy | None = None,
    closing_target: float = 0.0,
    floor: npt.ArrayLike | None = None,
) -> RequiredReturn:
    """The least constant return r with ``F_t(r) >= 0`` at every payment date.

    The returns that hold form an up-set (a path that never goes negative at r stays so at any
    higher r, whatever the signs of the flows), so bisection on "the whole path holds" finds the
    one least return.  It equals a yield of the flows only when every year has net outgo.

    Parameters
    ----------
    flows : AnnualFlows
    opening_assets : float
        Plan currency, zero or more.
    policy : ExhaustionPolicy
        Timing, contributions and horizon count here; there is no floor at zero to rescue a path.
    closing_target : float
        Assets wanted after the last year, zero or more.
    floor : array_like
        Least assets at each year's end K_t >= 0, shape (years,), such as next year's outgo.

    Examples
    --------
    >>> from defease.funding.flows import AnnualFlows
    >>> flows = AnnualFlows.from_columns(benefits=[230, 0], contributions=[0, 132])
    >>> end = ExhaustionPolicy(timing=Timing.END_OF_YEAR, horizon=2)
    >>> found = required_return(flows, opening_assets=100, policy=end)
    >>> round(found.rate, 9), found.binding_year
    (1.3, 1)
    """
    chosen = policy or ExhaustionPolicy()
    counted = flows.under(chosen)
    least = _floor_path(len(counted), floor, closing_target)
    if not (np.isfinite(opening_assets) and opening_assets >= 0):
        what = f"are {opening_assets:g}"
        remedy = "give a market value of zero or more"
        raise bad_input(where="exhaustion: opening assets", what=what, remedy=remedy)
    net = counted.net
    if _any_return_holds(net, least, opening_assets, chosen.timing):
        return _without_rate(ReturnStatus.ANY, "assets hold at every return above -100%")
    test = _path_test(net, least, opening_assets, chosen.timing)
    return _bisected(test, flows, counted.labels.tolist(), chosen)


def _without_rate(status: ReturnStatus, reason: str) -> RequiredReturn:
    return RequiredReturn(
        status=status, rate=None, binding_year=None, projection=None, reason=reason
    )


def _floor_path(years: int, floor: npt.ArrayLike | None, closing_target: float) -> FloatArray:
    path = np.array(np.zeros(years) if floor is None else frozen_floats(floor, name="floor"))
    if len(path) != years:
        what = f"{len(path)} amounts for {years} projection years"
        raise bad_input(where="required return: floor", what=what, remedy="give one amount a year")
    path[-1] = max(path[-1], closing_target)
    if (path < 0).any() or not np.isfinite(closing_target) or closing_target < 0:
        remedy = "give assets of zero or more: the least return is unique only then"
        raise bad_input(where="required return: target", what="is negative", remedy=remedy)
    return read_only(path)


def _path_test(
    net: FloatArray, floor: FloatArray, opening_assets: float, timing: Timing
) -> _PathTest:
    later_outgo = np.cumsum(np.maximum(net, 0.0)[::-1])[::-1]
    highest_floor = np.maximum.accumulate(floor[::-1])[::-1]
    enough = (later_outgo + highest_floor).tolist()
    return _PathTest(net.tolist(), floor.tolist(), enough, float(opening_assets), timing)


def _any_return_holds(
    net: FloatArray, floor: FloatArray, opening_assets: float, timing: Timing
) -> bool:
    """Whether the path holds in the limit of a total loss every year.

    Growth vanishes there: payments at the year's end stand alone against the floor; earlier ones
    leave nothing, so that any outgo after the first start-of-year payment fails.
    """
    if timing is Timing.END_OF_YEAR:
        return bool((net + floor <= 0).all())
    if floor.any():
        return False
    if timing is Timing.START_OF_YEAR:
        return bool(net[0] <= opening_assets and (net[1:] <= 0).all())
    return bool((net <= 0).all())


def _bisected(
    test: _PathTest, flows: AnnualFlows, labels: list[int], policy: ExhaustionPolicy
) -> RequiredReturn:
    low = high = 0.0
    while (failing := test.first_failure(high)) is not None:
        low, high = high, 2.0 * high + 1.0
        if high > LARGEST_RETURN:
            reason = (
                f"no return keeps the path from failing in year {labels[failing]}: money is needed"
            )
            return _without_rate(
                ReturnStatus.NONE, f"{reason} before any is there to earn a return"
            )
    while test.first_failure(low) is None:
        low, high = (low - 1.0) / 2.0, low
        if low <= -1.0:
            return _without_rate(ReturnStatus.ANY, "assets hold down to a return of -100%")
    # To the last bit of 1 + r: the year that fails just below the root is then the one that binds.
    while math.nextafter(1.0 + low, math.inf) < 1.0 + high and low < (low + high) / 2.0 < high:
        middle = (low + high) / 2.0
        if test.first_failure(middle) is None:
            high = middle
        else:
            low = middle
    binding = test.first_failure(low)
    return RequiredReturn(
        status=ReturnStatus.UNIQUE,
        rate=high,
        binding_year=None if binding is None else labels[binding],
        projection=_path_at(high, test.opening_assets, flows, policy),
        reason="the least return whose whole path holds",
    )


def _path_at(
    rate: float, opening_assets: float, flows: AnnualFlows, policy: ExhaustionPolicy
) -> Projection | None:
    unfloored = replace(policy, exhausted_assets=ExhaustedAssets.CARRY_NEGATIVE)
    try:
        return project_assets(
            flows, opening_assets=opening_assets, annual_return=rate, policy=unfloored
        )
    except ModelError:  # a return of millions of percent may bind in year 1 and overflow in year 50
        return None


def terminal_returns(
    flows: AnnualFlows, *, opening_assets: float, policy: ExhaustionPolicy | None = None
) -> tuple[float, ...]:
    """Every return in (-99%, 1000%) that leaves nothing after the last year: information only.

    Where contributions exceed outgo in some years there may be several, and their paths may go
    broke on the way; `required_return` is the one to use.

    Examples
    --------
    >>> from defease.funding.flows import AnnualFlows
    >>> flows = AnnualFlows.from_columns(benefits=[230, 0], contributions=[0, 132])
    >>> end = ExhaustionPolicy(timing=Timing.END_OF_YEAR, horizon=2)
    >>> [round(r, 9) for r in terminal_returns(flows, opening_assets=100, policy=end)]
    [0.1, 0.2]
    """
    chosen = policy or ExhaustionPolicy()
    counted = flows.under(chosen)
    points = payment_points(chosen.timing)
    times = (np.arange(len(counted))[:, None] + points[None, :]).ravel()
    amounts = np.repeat(-counted.net / len(points), len(points))
    distinct, owner = np.unique(np.append(0.0, times), return_inverse=True)
    merged = np.bincount(owner, weights=np.append(opening_assets, amounts))
    return rates_of_zero_value(distinct, merged.astype(np.float64))
