"""[matching] of a plan file as the policy, limits and exclusions of the matching room."""

from __future__ import annotations

from typing import TYPE_CHECKING

from defease.errors import InfeasibleError, Problem, ProblemList
from defease.inputs.refusing import within
from defease.matching import (
    Amounts,
    Availability,
    Eligibility,
    IssuerLimit,
    Limit,
    LimitsRelativeTo,
    MatchingPolicy,
    RatingAtOrBelowLimit,
    RatingLimit,
    SectorLimit,
    Surplus,
    TerminalSurplus,
    Unrated,
)
from defease.matching.contradictions import StatedShares, contradictions
from defease.matching.eligibility import screen

if TYPE_CHECKING:
    from defease.bonds import BondUniverse
    from defease.inputs.schema.matching import MatchingSection
    from defease.inputs.schema.matching_limits import LimitsSection

PLAN = "plan.toml"
LATER = "is not available in this version"


def refuse_what_is_not_built(given: MatchingSection) -> None:
    """Say which keys would change the answer but are not available yet; none is ignored."""
    found = ProblemList()
    unbuilt = _unbuilt_conventions(given) | _unbuilt_limits(given.limits)
    for key, stated in unbuilt.items():
        if stated:
            found.add(f"{PLAN}: matching.{key}", LATER, "leave the key out")
    found.raise_if_any()


def refuse_contradictions(given: MatchingSection, bonds: BondUniverse) -> None:
    """Say which limits leave no portfolio at all, from their numbers alone."""
    stated = given.limits
    if given.limits_relative_to == "amount":
        return
    shares = StatedShares(
        issuer=stated.issuer,
        sector=stated.sector,
        ratings=stated.ratings,
        country=stated.country,
        minimum_treasuries=stated.minimum_treasuries or 0.0,
        maximum_names=stated.maximum_names,
        cash_allowed=given.initial_cash == "allowed",
    )
    eligible, _ = screen(bonds, eligibility_of(stated), limits_of(given))
    found = contradictions(eligible, shares)
    if found and len(eligible):
        raise InfeasibleError([Problem(f"{PLAN}: {p.where}", p.what, p.remedy) for p in found])


def _unbuilt_conventions(given: MatchingSection) -> dict[str, bool]:
    return {
        "budget": given.budget is not None,
        "groups": given.groups is not None,
        "loans": given.loans != "none",
        "objective": given.objective != "cost",
        "haircut": given.haircut != "none",
        "holdings": given.holdings is not None,
        "terminal_surplus": given.terminal_surplus == "credited",
        "slice": given.slice == "priorities",
        "window_years": given.window_years is not None,
        "gamma": given.gamma != 0.0,
        "transaction_cost_bp": given.transaction_cost_bp != 0.0,
        "ticket_cost": given.ticket_cost != 0.0,
        "credit_events": bool(given.credit_events),
        "time_limit": given.time_limit is not None,
    }


def _unbuilt_limits(given: LimitsSection) -> dict[str, bool]:
    keys = (
        "country",
        "minimum_treasuries",
        "duration",
        "key_rate_tolerance",
        "supply",
        "turnover",
        "lot",
        "minimum_piece",
        "maximum_names",
    )
    stated = {f"limits.{key}": getattr(given, key) is not None for key in keys}
    return stated | {"limits.maturity_bands": bool(given.maturity_bands)}


@within(PLAN)
def policy_of(given: MatchingSection) -> MatchingPolicy:
    """The conventions of matching."""
    default = MatchingPolicy()
    return MatchingPolicy(
        surplus=Surplus(given.surplus),
        reinvestment_rate=_numbers(given.reinvestment_rate),
        initial_cash=Availability(given.initial_cash),
        terminal_surplus=TerminalSurplus(given.terminal_surplus),
        terminal_target=given.terminal_target or 0.0,
        borrowing_cap=_numbers(given.borrowing_cap),
        borrowing_spread=default.borrowing_spread
        if given.borrowing_spread is None
        else given.borrowing_spread,
        borrowing_rate=given.borrowing_rate,
        initial_borrowing=Availability(given.initial_borrowing),
        cash_cap_months=None if given.cash_cap_months == "none" else given.cash_cap_months,
        limits_relative_to=LimitsRelativeTo(given.limits_relative_to),
        limits_amount=given.limits_amount or 0.0,
        payment_lag_days=given.payment_lag_days,
        amounts=Amounts(given.amounts),
    )


def _numbers(given: float | list[float]) -> float | tuple[float, ...]:
    return tuple(given) if isinstance(given, list) else given


@within(PLAN)
def limits_of(given: MatchingSection) -> tuple[Limit, ...]:
    """The limits on issuers, sectors and ratings."""
    stated = given.limits
    limits: list[Limit] = []
    if stated.issuer is not None:
        limits.append(IssuerLimit(stated.issuer))
    if stated.sector is not None:
        limits.append(SectorLimit(stated.sector))
    limits += [RatingLimit(share, bucket) for bucket, share in stated.ratings.items()]
    limits += [
        RatingAtOrBelowLimit(share, rating) for rating, share in stated.ratings_at_or_below.items()
    ]
    return tuple(limits)


@within(PLAN)
def eligibility_of(stated: LimitsSection) -> Eligibility:
    """The rules that keep bonds out."""
    return Eligibility(
        minimum_rating=stated.minimum_rating or "",
        unrated=Unrated(stated.unrated),
        exclude_callable=stated.exclude_callable,
        exclude_watch_list=stated.exclude_watch_list,
    )
