"""The whole exhaustion study of a plan: projection, single rate, required return, policies."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from defease.funding.alternatives import PolicyOutcome, compare_policies
from defease.funding.exhaustion import Projection, project_assets
from defease.funding.gasb import (
    RateSensitivity,
    SingleDiscountRate,
    single_discount_rate,
    single_rate_sensitivities,
)
from defease.funding.policies import CountedContributions, ExhaustionPolicy
from defease.funding.required import RequiredReturn, required_return, terminal_returns

if TYPE_CHECKING:
    from defease.funding.flows import AnnualFlows


@dataclass(frozen=True, eq=False, kw_only=True)
class ExhaustionStudy:
    """Whether the money lasts, and what decides it.

    Attributes
    ----------
    projection
        Assets at the assumed return, after the policy's floor.
    single_rate
        GASB's single discount rate; None when it needs a municipal rate and none is given.
    required
        The least return whose whole path holds, with the contributions the policy counts.
    required_gross, required_current_members
        The same without contributions, and with those of current members (None when unknown).
    required_to_target
        The least return that also leaves the closing target; None without one.
    terminal_returns
        Returns that leave nothing after the last year: information only.
    policies
        What every option of every policy changes.
    sensitivities
        Of the single rate; empty without a municipal rate.
    """

    assumed_return: float
    municipal_rate: float | None
    policy: ExhaustionPolicy
    projection: Projection
    single_rate: SingleDiscountRate | None
    required: RequiredReturn
    required_gross: RequiredReturn
    required_current_members: RequiredReturn | None
    required_to_target: RequiredReturn | None
    terminal_returns: tuple[float, ...]
    policies: tuple[PolicyOutcome, ...]
    sensitivities: tuple[RateSensitivity, ...]


def study_exhaustion(
    flows: AnnualFlows,
    *,
    opening_assets: float,
    assumed_return: float,
    municipal_rate: float | None,
    policy: ExhaustionPolicy | None = None,
    closing_target: float | None = None,
) -> ExhaustionStudy:
    """Run everything that the question "will the money last" asks for.

    Examples
    --------
    >>> from defease.funding.flows import AnnualFlows
    >>> flows = AnnualFlows.from_columns(benefits=[100] * 10)
    >>> study = study_exhaustion(
    ...     flows, opening_assets=800, assumed_return=0.05, municipal_rate=0.04)
    >>> study.projection.exhausted, round(study.required.rate, 6)
    (False, 0.047495)
    """
    chosen = policy or ExhaustionPolicy()
    projection = project_assets(
        flows, opening_assets=opening_assets, annual_return=assumed_return, policy=chosen
    )
    rate_known = municipal_rate is not None or projection.first_insufficient_year is None
    return ExhaustionStudy(
        assumed_return=assumed_return,
        municipal_rate=municipal_rate,
        policy=chosen,
        projection=projection,
        single_rate=single_discount_rate(
            flows,
            opening_assets=opening_assets,
            assumed_return=assumed_return,
            municipal_rate=municipal_rate,
            policy=chosen,
        )
        if rate_known
        else None,
        required=required_return(flows, opening_assets=opening_assets, policy=chosen),
        required_gross=_required(flows, opening_assets, chosen, CountedContributions.NONE),
        required_current_members=_required_current_members(flows, opening_assets, chosen),
        required_to_target=_required_to(closing_target, flows, opening_assets, chosen),
        terminal_returns=terminal_returns(flows, opening_assets=opening_assets, policy=chosen),
        policies=compare_policies(
            flows,
            opening_assets=opening_assets,
            assumed_return=assumed_return,
            municipal_rate=municipal_rate,
            policy=chosen,
        ),
        sensitivities=()
        if municipal_rate is None
        else single_rate_sensitivities(
            flows,
            opening_assets=opening_assets,
            assumed_return=assumed_return,
            municipal_rate=municipal_rate,
            policy=chosen,
        ),
    )


def _required_to(
    closing_target: float | None,
    flows: AnnualFlows,
    opening_assets: float,
    policy: ExhaustionPolicy,
) -> RequiredReturn | None:
    if closing_target is None:
        return None
    return required_return(
        flows, opening_assets=opening_assets, policy=policy, closing_target=closing_target
    )


def _required(
    flows: AnnualFlows,
    opening_assets: float,
    policy: ExhaustionPolicy,
    counted: CountedContributions,
) -> RequiredReturn:
    other = replace(policy, contributions=counted)
    return required_return(flows, opening_assets=opening_assets, policy=other)


def _required_current_members(
    flows: AnnualFlows, opening_assets: float, policy: ExhaustionPolicy
) -> RequiredReturn | None:
    if not flows.knows_current_members:
        return None
    return _required(flows, opening_assets, policy, CountedContributions.CURRENT_MEMBERS)
