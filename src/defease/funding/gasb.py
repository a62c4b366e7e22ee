"""The single discount rate of GASB 67 and 68: two rates blended into one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from defease.arrays import FloatArray, read_only
from defease.errors import bad_input
from defease.funding.exhaustion import Projection, project_assets, tested_amounts
from defease.funding.policies import (
    AfterShortfall,
    ExhaustionPolicy,
    ShortfallYear,
    annual_discount_factors,
)
from defease.solvers import find_root

if TYPE_CHECKING:
    from defease.funding.flows import AnnualFlows

RATE_STEP = 0.005
CONTRIBUTION_STEP = 0.10


@dataclass(frozen=True, eq=False, kw_only=True)
class SingleDiscountRate:
    """The rate, the projection behind it and the two present values it blends.

    Attributes
    ----------
    rate
        Annual effective.
    assumed_return, municipal_rate
        What it was blended from; the municipal rate is None when it was not needed or given.
    projection
        Assets at the assumed return.
    funded_benefits
        The part of each year's benefits discounted at the assumed return, shape (years,).
    present_value_funded, present_value_unfunded
        Of benefits at the assumed return and at the municipal rate, plan currency.
    """

    rate: float
    assumed_return: float
    municipal_rate: float | None
    projection: Projection
    funded_benefits: FloatArray
    present_value_funded: float
    present_value_unfunded: float

    @property
    def present_value(self) -> float:
        """Both present values together: the benefits discounted at the single rate."""
        return self.present_value_funded + self.present_value_unfunded


def single_discount_rate(
    flows: AnnualFlows,
    *,
    opening_assets: float,
    assumed_return: float,
    municipal_rate: float | None,
    policy: ExhaustionPolicy | None = None,
) -> SingleDiscountRate:
    """The one rate s that discounts benefits like the two rates together do.

    ``sum B_t (1+s)^-u = sum_funded B_t (1+r)^-u + sum_other B_t (1+m)^-u``, u the payment time
    of year t.  Expenses are in the projection, not in the present value.  Benefits are not
    negative, so s is unique between r and m; without an insufficient year s = r exactly.

    Raises
    ------
    InputError
        When a year is insufficient and no municipal rate is given.

    Examples
    --------
    >>> from defease.funding.flows import AnnualFlows
    >>> flows = AnnualFlows.from_columns(benefits=[10, 10, 10])
    >>> poor = single_discount_rate(
    ...     flows, opening_assets=5, assumed_return=0.07, municipal_rate=0.04)
    >>> poor.rate, poor.projection.first_insufficient_year
    (0.04, 1)
    """
    chosen = policy or ExhaustionPolicy()
    projection = project_assets(
        flows, opening_assets=opening_assets, annual_return=assumed_return, policy=chosen
    )
    benefits = projection.benefits
    funded = _funded_benefits(flows.under(chosen), projection, chosen)
    at_return = annual_discount_factors(chosen.timing, assumed_return, len(benefits))
    value_funded, value_unfunded, rate = float(funded @ at_return), 0.0, assumed_return
    if (benefits > funded).any():
        other = _require_municipal_rate(municipal_rate, projection)
        at_municipal = annual_discount_factors(chosen.timing, other, len(benefits))
        value_unfunded = float((benefits - funded) @ at_municipal)
        blended = funded.any() and other != assumed_return
        value = value_funded + value_unfunded
        rate = _rate_of(benefits, value, (assumed_return, other), chosen) if blended else other
    return SingleDiscountRate(
        rate=rate,
        assumed_return=assumed_return,
        municipal_rate=municipal_rate,
        projection=projection,
        funded_benefits=funded,
        present_value_funded=value_funded,
        present_value_unfunded=value_unfunded,
    )


def _require_municipal_rate(municipal_rate: float | None, projection: Projection) -> float:
    if municipal_rate is None:
        raise bad_input(
            where="exhaustion: municipal_rate",
            what=f"is missing; assets fall short from {projection.first_insufficient_year} on",
            remedy="give the 20-year tax-exempt municipal bond rate (AA or better) of the day",
        )
    if not (np.isfinite(municipal_rate) and municipal_rate > -1):
        what = f"a rate of {municipal_rate:g} is not above -100%"
        remedy = "give a decimal such as 0.0387"
        raise bad_input(where="exhaustion: municipal_rate", what=what, remedy=remedy)
    return municipal_rate


def _funded_benefits(
    flows: AnnualFlows, projection: Projection, policy: ExhaustionPolicy
) -> FloatArray:
    """Benefits discounted at the assumed return: whole years, or the part that assets cover."""
    whole = np.where(projection.funded, flows.benefits, 0.0)
    if policy.shortfall_year is ShortfallYear.WHOLE:
        return read_only(whole)
    tested = tested_amounts(flows, policy)
    # Benefits and expenses of a year rank alike: each is covered in the same proportion.
    payable = np.clip(projection.opening, 0.0, tested)
    part = flows.benefits * np.divide(payable, tested, out=np.ones(len(tested)), where=tested > 0)
    if policy.after_shortfall is AfterShortfall.ONCE_FAILED:
        failed_before = np.cumsum(~projection.funded) > 1
        part[failed_before] = 0.0
    return read_only(np.where(projection.funded, whole, part))


def _rate_of(
    benefits: FloatArray, value: float, rates: tuple[float, float], policy: ExhaustionPolicy
) -> float:
    def excess(rate: float) -> float:
        return float(benefits @ annual_discount_factors(policy.timing, rate, len(benefits))) - value

    low, high = min(rates), max(rates)
    # A blend so lopsided that it rounds to one of its ends has that end as its rate.
    if excess(low) <= 0:
        return low
    if excess(high) >= 0:
        return high
    return find_root(excess, low, high)


@dataclass(frozen=True, kw_only=True)
class RateSensitivity:
    """The single discount rate after one change of its inputs."""

    change: str
    rate: float
    first_insufficient_year: int | None


def single_rate_sensitivities(
    flows: AnnualFlows,
    *,
    opening_assets: float,
    assumed_return: float,
    municipal_rate: float,
    policy: ExhaustionPolicy | None = None,
) -> tuple[RateSensitivity, ...]:
    """How the single rate answers to +-50 bp of either rate and +-10% of contributions."""
    results = []
    for sign, word in ((-1, "lower"), (1, "higher")):
        moved = sign * RATE_STEP
        scaled = replace(
            flows, contributions=read_only(flows.contributions * (1 + sign * CONTRIBUTION_STEP))
        )
        for change, given, r, m in (
            (f"assumed return 50 bp {word}", flows, assumed_return + moved, municipal_rate),
            (f"municipal rate 50 bp {word}", flows, assumed_return, municipal_rate + moved),
            (f"contributions 10% {word}", scaled, assumed_return, municipal_rate),
        ):
            found = single_discount_rate(
                given,
                opening_assets=opening_assets,
                assumed_return=r,
                municipal_rate=m,
                policy=policy,
            )
            first = found.projection.first_insufficient_year
            results.append(
                RateSensitivity(change=change, rate=found.rate, first_insufficient_year=first)
            )
    return tuple(results)
