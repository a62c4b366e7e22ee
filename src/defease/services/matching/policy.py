"""[matching] of a plan file as the policy, limits and exclusions of the matching room."""

from __future__ import annotations

from typing import TYPE_CHECKING

from defease.errors import InfeasibleError, Problem, bad_input
from defease.inputs.refusing import within
from defease.matching import (
    Amounts,
    Availability,
    CountryLimit,
    Eligibility,
    IssuerLimit,
    KeyRateLimit,
    Limit,
    LimitsRelativeTo,
    Loan,
    LongestDuration,
    MatchingPolicy,
    MaturityBandLimit,
    MinimumTreasuries,
    RatingAtOrBelowLimit,
    RatingLimit,
    SectorLimit,
    ShortestDuration,
    SupplyLimit,
    Surplus,
    TerminalSurplus,
    TurnoverLimit,
    Unrated,
)
from defease.matching.contradictions import StatedShares, contradictions
from defease.matching.eligibility import screen
from defease.services.plans import basis_named

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator

    from defease.bonds import BondUniverse
    from defease.curves import DiscountCurve
    from defease.inputs.plan import Plan
    from defease.inputs.schema.matching import MatchingSection
    from defease.inputs.schema.matching_limits import LimitsSection

PLAN = "plan.toml"
TO_A_CENT = 0.01
"""Key rates may not be matched exactly in floating point; a tolerance of 0 becomes this."""


def refuse_contradictions(
    given: MatchingSection, limits: tuple[Limit, ...], bonds: BondUniverse
) -> None:
    """Say which limits leave no portfolio at all, from their numbers alone."""
    if given.limits_relative_to == "amount":
        return
    shares = StatedShares.of(
        limits,
        maximum_names=given.limits.maximum_names,
        cash_allowed=given.initial_cash == "allowed",
    )
    eligible, _ = screen(bonds, eligibility_of(given.limits), limits)
    found = contradictions(eligible, shares)
    if found and len(eligible):
        raise InfeasibleError([Problem(f"{PLAN}: {p.where}", p.what, p.remedy) for p in found])


@within(PLAN)
def policy_of(given: MatchingSection, terminal_discount_factor: float = 0.0) -> MatchingPolicy:
    """The conventions of matching; cash left over is credited at the discount factor."""
    default = MatchingPolicy()
    spread = given.borrowing_spread
    return MatchingPolicy(
        surplus=Surplus(given.surplus),
        reinvestment_rate=_numbers(given.reinvestment_rate),
        initial_cash=Availability(given.initial_cash),
        terminal_surplus=TerminalSurplus(given.terminal_surplus),
        terminal_discount_factor=terminal_discount_factor,
        terminal_target=given.terminal_target or 0.0,
        borrowing_cap=_numbers(given.borrowing_cap),
        borrowing_spread=default.borrowing_spread if spread is None else spread,
        borrowing_rate=given.borrowing_rate,
        initial_borrowing=Availability(given.initial_borrowing),
        loans=()
        if given.loans == "none"
        else tuple(Loan(rate=one.rate, periods=one.tenor, cap=one.cap) for one in given.loans),
        cash_cap_months=None if given.cash_cap_months == "none" else given.cash_cap_months,
        limits_relative_to=LimitsRelativeTo(given.limits_relative_to),
        limits_amount=given.limits_amount or 0.0,
        payment_lag_days=given.payment_lag_days,
        amounts=Amounts(given.amounts),
    )


def _numbers(given: float | list[float]) -> float | tuple[float, ...]:
    return tuple(given) if isinstance(given, list) else given


@within(PLAN)
def limits_of(plan: Plan, given: MatchingSection) -> tuple[Limit, ...]:
    """Every limit of [matching.limits] but lots, pieces and numbers of names."""
    stated = given.limits
    settlement = plan.valuation_date if plan.universe is None else plan.universe.bonds.settlement
    return (
        *_shares(stated),
        *_ratings(stated),
        *_maturities(stated, settlement),
        *_sensitivities(plan, stated),
    )


def _shares(stated: LimitsSection) -> Iterator[Limit]:
    if stated.issuer is not None:
        yield IssuerLimit(stated.issuer)
    if stated.sector is not None:
        yield SectorLimit(stated.sector)
    if isinstance(stated.country, dict):
        yield from (CountryLimit(share, country) for country, share in stated.country.items())
    elif stated.country is not None:
        yield CountryLimit(stated.country)
    if stated.minimum_treasuries is not None:
        yield MinimumTreasuries(stated.minimum_treasuries)
    if stated.supply is not None:
        yield SupplyLimit(stated.supply)
    if stated.turnover is not None:
        yield TurnoverLimit(stated.turnover)


def _ratings(stated: LimitsSection) -> Iterator[Limit]:
    yield from (RatingLimit(share, bucket) for bucket, share in stated.ratings.items())
    worse = stated.ratings_at_or_below.items()
    yield from (RatingAtOrBelowLimit(share, rating) for rating, share in worse)


def _maturities(stated: LimitsSection, settlement: dt.date) -> Iterator[Limit]:
    for band in stated.maturity_bands:
        end = float("inf") if band.to_year is None else band.to_year
        yield MaturityBandLimit(band.share, settlement, band.from_year, end)
    if stated.duration is not None:
        least, most = stated.duration
        yield ShortestDuration(least)
        yield LongestDuration(most)


def _sensitivities(plan: Plan, stated: LimitsSection) -> Iterator[Limit]:
    given = stated.key_rate_tolerance
    if given is None:
        return
    curve = _curve_named(plan, stated.key_rate_curve or plan.headline_basis, "key_rate_curve")
    each = given if isinstance(given, list) else [given] * len(KeyRateLimit(0.0, curve).tenors)
    yield KeyRateLimit(tuple(max(one, TO_A_CENT) for one in each), curve)


@within(PLAN)
def curve_named(plan: Plan, name: str, key: str) -> DiscountCurve:
    """The curve of one basis of the plan, by its name."""
    return _curve_named(plan, name, key)


def _curve_named(plan: Plan, name: str, key: str) -> DiscountCurve:
    known = [basis.name for basis in plan.bases]
    if name not in known:
        what, remedy = f"no basis is named '{name}'", f"name one of {', '.join(known)}"
        raise bad_input(where=f"matching.{key}", what=what, remedy=remedy)
    return basis_named(plan, name).curve


@within(PLAN)
def eligibility_of(stated: LimitsSection, held: frozenset[str] = frozenset()) -> Eligibility:
    """The rules that keep bonds out."""
    return Eligibility(
        minimum_rating=stated.minimum_rating or "",
        unrated=Unrated(stated.unrated),
        exclude_callable=stated.exclude_callable,
        exclude_watch_list=stated.exclude_watch_list,
        held=held,
    )
