"""What each policy of the exhaustion test changes: every alternative run, one switch at a time."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from defease.cashflows import Timing
from defease.funding.gasb import single_discount_rate
from defease.funding.policies import (
    AfterShortfall,
    CountedContributions,
    ExhaustedAssets,
    ExhaustionPolicy,
    OutflowTested,
    ShortfallYear,
    Sufficiency,
)
from defease.funding.required import required_return

if TYPE_CHECKING:
    from collections.abc import Iterator
    from enum import StrEnum

    from defease.funding.flows import AnnualFlows

_YEARLY_TIMINGS = tuple(timing for timing in Timing if timing is not Timing.DATED)
_SWITCHES: dict[str, tuple[StrEnum, ...]] = {
    "timing": _YEARLY_TIMINGS,
    "shortfall_year": tuple(ShortfallYear),
    "after_shortfall": tuple(AfterShortfall),
    "exhausted_assets": tuple(ExhaustedAssets),
    "sufficiency": tuple(Sufficiency),
    "tested_outflow": tuple(OutflowTested),
    "contributions": tuple(CountedContributions),
}


@dataclass(frozen=True, kw_only=True)
class PolicyOutcome:
    """The results under one option of one policy, everything else as chosen.

    Attributes
    ----------
    policy, option
        Keys of the plan file.
    chosen
        Whether this option is the plan's own.
    single_discount_rate
        None when it needs a municipal rate and none is given.
    first_insufficient_year, exhaustion_year
        None when there is none.
    required_return
        None unless unique.
    """

    policy: str
    option: str
    chosen: bool
    single_discount_rate: float | None
    first_insufficient_year: int | None
    exhaustion_year: int | None
    required_return: float | None


def compare_policies(
    flows: AnnualFlows,
    *,
    opening_assets: float,
    assumed_return: float,
    municipal_rate: float | None,
    policy: ExhaustionPolicy | None = None,
) -> tuple[PolicyOutcome, ...]:
    """Every option of every policy, run with the other policies as chosen.

    Contributions of current members appear only where they are given apart.

    Examples
    --------
    >>> from defease.funding.flows import AnnualFlows
    >>> flows = AnnualFlows.from_columns(benefits=[10, 10, 10])
    >>> outcomes = compare_policies(
    ...     flows, opening_assets=15, assumed_return=0.07, municipal_rate=0.04)
    >>> rate = {o.option: o.single_discount_rate for o in outcomes if o.policy == "shortfall_year"}
    >>> 0.04 < rate["whole"] < rate["split"] < 0.07
    True
    """
    base = policy or ExhaustionPolicy()
    given = (opening_assets, assumed_return, municipal_rate)
    outcomes = []
    for name, option in _options(flows, base):
        changed: dict[str, Any] = {name: option}
        label = (name, _word(option), option == getattr(base, name))
        outcomes.append(_outcome(flows, replace(base, **changed), label, given))
    return tuple(outcomes)


def _options(
    flows: AnnualFlows, base: ExhaustionPolicy
) -> Iterator[tuple[str, StrEnum | int | None]]:
    for name, options in _SWITCHES.items():
        for option in options:
            known = (
                option is not CountedContributions.CURRENT_MEMBERS or flows.knows_current_members
            )
            if known:
                yield name, option
    yield "horizon", None
    if base.horizon is not None:
        yield "horizon", base.horizon


def _word(option: StrEnum | int | None) -> str:
    return "last_payment" if option is None else str(option)


def _outcome(
    flows: AnnualFlows,
    policy: ExhaustionPolicy,
    label: tuple[str, str, bool],
    given: tuple[float, float, float | None],
) -> PolicyOutcome:
    opening_assets, assumed_return, municipal_rate = given
    # The blend needs a municipal rate only where assets fall short; the projection never does.
    blend = single_discount_rate(
        flows,
        opening_assets=opening_assets,
        assumed_return=assumed_return,
        municipal_rate=assumed_return if municipal_rate is None else municipal_rate,
        policy=policy,
    )
    projection = blend.projection
    known = municipal_rate is not None or projection.first_insufficient_year is None
    least = required_return(flows, opening_assets=opening_assets, policy=policy)
    return PolicyOutcome(
        policy=label[0],
        option=label[1],
        chosen=label[2],
        single_discount_rate=blend.rate if known else None,
        first_insufficient_year=projection.first_insufficient_year,
        exhaustion_year=projection.exhaustion_year,
        required_return=least.rate,
    )
