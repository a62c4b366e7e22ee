"""Portable alpha: when excess growth of the alpha assets is moved into matched bonds, and how much.

At each review ``excess = max(0, cumulative alpha money since the last transfer)``; it is moved if
(funded ratio >= trigger_ratio or excess >= trigger_amount) and excess >= minimum and funded ratio
>= floor and the cooling-off time has passed; amount = share x excess, limited so that the alpha
assets keep their minimum and no more is bought than is unfunded.  No numeric trigger is public:
every value comes from the plan's own investment policy.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from defease.errors import ProblemList, bad_input, did_you_mean

if TYPE_CHECKING:
    import datetime as dt

HIGHEST_RATIO = 10.0


class Direction(StrEnum):
    """Whether money once secured may leave the matched bonds again."""

    RATCHET = "ratchet"
    """Only into matched bonds."""
    TWO_WAY = "two_way"
    """A cumulative shortfall is met from the matched bonds, the latest payments sold first."""

    @classmethod
    def named(cls, name: str) -> Direction:
        """A direction as the plan file writes it.

        Examples
        --------
        >>> Direction.named("two_way").name
        'TWO_WAY'
        """
        try:
            return cls(name)
        except ValueError:
            remedy = did_you_mean(name, [each.value for each in cls])
            where, what = "portable_alpha.direction", f"'{name}' is not a direction"
            raise bad_input(where=where, what=what, remedy=remedy) from None


class Reason(StrEnum):
    """What decided a review, for programs; the decision's sentence says it for people."""

    TRANSFERRED = "transferred"
    RETURNED = "returned"
    NO_EXCESS = "no_excess"
    NOT_TRIGGERED = "not_triggered"
    BELOW_MINIMUM = "below_minimum"
    BELOW_FLOOR = "below_floor"
    COOLING_OFF = "cooling_off"
    ZERO_SHARE = "zero_share"
    LIMITED_TO_NOTHING = "limited_to_nothing"


@dataclass(frozen=True, kw_only=True)
class PortableAlphaPolicy:
    """The portable alpha rule of an investment policy; all its problems are reported at once.

    Attributes
    ----------
    trigger_ratio, trigger_amount
        Funded ratio (decimal) and excess (plan currency), either of which releases a transfer; None
        where the policy names none, but one must be given.
    share
        Share of the excess that is moved, 0 to 1.
    minimum
        Smallest excess worth moving, plan currency.
    floor
        Funded ratio below which nothing is moved.
    direction
        `Direction`; a ratchet never moves money back.
    cooling_off_months
        Months that must pass after a transfer before the next one.
    review_months
        Months between reviews.
    least_alpha_assets
        What the alpha assets must keep, plan currency.
    settlement
        How trades settle, in the policy's own words; printed, not computed with.

    Examples
    --------
    >>> policy = PortableAlphaPolicy(trigger_ratio=0.9, trigger_amount=5e6, share=0.5)
    >>> policy.direction.value, policy.minimum
    ('ratchet', 0.0)
    >>> PortableAlphaPolicy(share=50, minimum=-1)
    Traceback (most recent call last):
    ...
    defease.errors.InputError: portable_alpha.share: must be from 0 to 1, got 50; write 0.5 for 50%
    portable_alpha: has no trigger; give trigger_ratio, trigger_amount or both, as the investment
    policy says
    portable_alpha.minimum: must be 0 or above, got -1; give plan currency
    """

    share: float
    trigger_ratio: float | None = None
    trigger_amount: float | None = None
    minimum: float = 0.0
    floor: float = 0.0
    direction: Direction = Direction.RATCHET
    cooling_off_months: int = 0
    review_months: int = 1
    least_alpha_assets: float = 0.0
    settlement: str = ""

    def __post_init__(self) -> None:
        found = ProblemList()
        _check_share(self.share, found)
        _check_triggers(self, found)
        for name in ("minimum", "least_alpha_assets"):
            _check_amount(name, getattr(self, name), found)
        _check_ratio("floor", self.floor, found)
        _check_months("cooling_off_months", self.cooling_off_months, 0, found)
        _check_months("review_months", self.review_months, 1, found)
        found.raise_if_any()


@dataclass(frozen=True, kw_only=True)
class ReviewFacts:
    """What is known at a review, after the month's growth and payments.

    Attributes
    ----------
    date
        Day of the review.
    funded_ratio
        All assets over all liabilities.
    cumulative_alpha
        Growth of the alpha assets less growth of the liabilities they fund, since the last
        transfer; plan currency, either sign.
    alpha_assets, matched_assets
        Market values, plan currency.
    unfunded_cost
        What it would cost to match every payment not yet matched.
    months_since_transfer
        None when nothing has been moved yet.
    """

    date: dt.date
    funded_ratio: float
    cumulative_alpha: float
    alpha_assets: float
    matched_assets: float
    unfunded_cost: float
    months_since_transfer: int | None = None


@dataclass(frozen=True, kw_only=True)
class Decision:
    """The record of one review: what was moved, what was not, and why.

    Attributes
    ----------
    date, funded_ratio
        Of the review.
    excess
        Cumulative alpha money at the review, signed; its positive part can be moved.
    wanted
        Share of the excess (or of the shortfall, negative) that the rule would move, 0 when it
        does not release a transfer.
    transferred
        Into matched bonds where positive, back into alpha assets where negative.
    reason, sentence
        What decided, for programs and for people.
    limited_by
        Sentences naming what made `transferred` smaller than `wanted`.
    """

    date: dt.date
    funded_ratio: float
    excess: float
    wanted: float
    transferred: float
    reason: Reason
    sentence: str
    limited_by: tuple[str, ...] = ()

    @property
    def not_transferred(self) -> float:
        """Excess that stays in the alpha assets (a shortfall left as it is: negative)."""
        return self.excess - self.transferred

    @property
    def moves_money(self) -> bool:
        """Whether anything changed hands."""
        return self.transferred != 0.0


def decide(policy: PortableAlphaPolicy, facts: ReviewFacts) -> Decision:
    """What the rule does at one review; a pure function of the policy and the facts.

    Examples
    --------
    >>> import datetime as dt
    >>> policy = PortableAlphaPolicy(trigger_ratio=0.8, share=0.5, least_alpha_assets=90.0)
    >>> facts = ReviewFacts(date=dt.date(2026, 6, 30), funded_ratio=0.85, cumulative_alpha=30.0,
    ...     alpha_assets=100.0, matched_assets=50.0, unfunded_cost=400.0)
    >>> decision = decide(policy, facts)
    >>> decision.wanted, decision.transferred, decision.not_transferred
    (15.0, 10.0, 20.0)
    >>> decision.limited_by
    ('alpha assets of 100 must keep 90',)
    """
    _require_finite(facts)
    if facts.cumulative_alpha > 0:
        return _into_bonds(policy, facts)
    if policy.direction is Direction.TWO_WAY and facts.cumulative_alpha < 0:
        return _back_again(policy, facts)
    return _stay(
        facts, Reason.NO_EXCESS, "alpha assets have not outgrown the liabilities they fund"
    )


def _into_bonds(policy: PortableAlphaPolicy, facts: ReviewFacts) -> Decision:
    excess = facts.cumulative_alpha
    released = _release(policy, facts)
    if not released:
        return _stay(facts, Reason.NOT_TRIGGERED, f"{_triggers(policy)} not reached")
    if facts.funded_ratio < policy.floor:
        sentence = f"funded ratio {facts.funded_ratio:.1%} is below the floor {policy.floor:.1%}"
        return _stay(facts, Reason.BELOW_FLOOR, sentence)
    held = _held_back(policy, facts, excess)
    if held is not None:
        return held
    wanted, kept = policy.share * excess, f"{policy.least_alpha_assets:,.0f}"
    room = max(0.0, facts.alpha_assets - policy.least_alpha_assets)
    limits = (
        (room, f"alpha assets of {facts.alpha_assets:,.0f} must keep {kept}"),
        (facts.unfunded_cost, f"matching all that is unfunded costs {facts.unfunded_cost:,.0f}"),
    )
    return _moved(facts, wanted, limits, released)


def _back_again(policy: PortableAlphaPolicy, facts: ReviewFacts) -> Decision:
    """The mirror of the rule: the floor never holds money back that would go to alpha assets."""
    shortfall = -facts.cumulative_alpha
    by_amount = policy.trigger_amount is not None and shortfall >= policy.trigger_amount
    by_ratio = policy.trigger_ratio is not None and facts.funded_ratio < policy.trigger_ratio
    if not (by_amount or by_ratio):
        return _stay(facts, Reason.NOT_TRIGGERED, "the shortfall does not release a return")
    held = _held_back(policy, facts, shortfall)
    if held is not None:
        return held
    limit = (facts.matched_assets, f"matched bonds are worth {facts.matched_assets:,.0f}")
    return _moved(facts, -policy.share * shortfall, (limit,), "shortfall of alpha assets")


def _held_back(policy: PortableAlphaPolicy, facts: ReviewFacts, money: float) -> Decision | None:
    if money < policy.minimum:
        sentence = f"{money:,.0f} is below the minimum of {policy.minimum:,.0f}"
        return _stay(facts, Reason.BELOW_MINIMUM, sentence)
    since = facts.months_since_transfer
    if since is not None and since < policy.cooling_off_months:
        sentence = f"{since} of {policy.cooling_off_months} cooling-off months have passed"
        return _stay(facts, Reason.COOLING_OFF, sentence)
    if policy.share == 0:
        return _stay(facts, Reason.ZERO_SHARE, "the policy moves a share of 0")
    return None


def _release(policy: PortableAlphaPolicy, facts: ReviewFacts) -> str:
    """Which trigger releases a transfer, in words; "" for none."""
    reached = []
    if policy.trigger_ratio is not None and facts.funded_ratio >= policy.trigger_ratio:
        reached.append(f"funded ratio {facts.funded_ratio:.1%} reached {policy.trigger_ratio:.1%}")
    if policy.trigger_amount is not None and facts.cumulative_alpha >= policy.trigger_amount:
        reached.append(f"excess {facts.cumulative_alpha:,.0f} reached {policy.trigger_amount:,.0f}")
    return "; ".join(reached)


def _triggers(policy: PortableAlphaPolicy) -> str:
    named = []
    if policy.trigger_ratio is not None:
        named.append(f"funded ratio {policy.trigger_ratio:.1%}")
    if policy.trigger_amount is not None:
        named.append(f"excess {policy.trigger_amount:,.0f}")
    return " and ".join(named)


def _moved(
    facts: ReviewFacts, wanted: float, limits: tuple[tuple[float, str], ...], released: str
) -> Decision:
    size = min(abs(wanted), *(room for room, _ in limits))
    binding = tuple(sentence for room, sentence in limits if room < abs(wanted) and room == size)
    if size == 0:
        return _decision(facts, wanted, 0.0, Reason.LIMITED_TO_NOTHING, released, binding)
    reason = Reason.TRANSFERRED if wanted > 0 else Reason.RETURNED
    return _decision(facts, wanted, math.copysign(size, wanted), reason, released, binding)


def _stay(facts: ReviewFacts, reason: Reason, sentence: str) -> Decision:
    return _decision(facts, 0.0, 0.0, reason, sentence)


def _decision(
    facts: ReviewFacts,
    wanted: float,
    transferred: float,
    reason: Reason,
    sentence: str,
    limited_by: tuple[str, ...] = (),
) -> Decision:
    return Decision(
        date=facts.date,
        funded_ratio=facts.funded_ratio,
        excess=facts.cumulative_alpha,
        wanted=wanted,
        transferred=transferred,
        reason=reason,
        sentence=sentence,
        limited_by=limited_by,
    )


def _require_finite(facts: ReviewFacts) -> None:
    numbers = (
        facts.funded_ratio,
        facts.cumulative_alpha,
        facts.alpha_assets,
        facts.matched_assets,
        facts.unfunded_cost,
    )
    if not all(math.isfinite(number) for number in numbers):
        what, remedy = "a fact is not a finite number", "value assets and liabilities first"
        raise bad_input(where=f"portable alpha review of {facts.date}", what=what, remedy=remedy)


def _check_share(share: float, found: ProblemList) -> None:
    if not 0 <= share <= 1:
        remedy = (
            f"write {share / 100:g} for {share:g}%" if 1 < share <= 100 else "write 0.5 for 50%"
        )
        found.add("portable_alpha.share", f"must be from 0 to 1, got {share:g}", remedy)


def _check_triggers(policy: PortableAlphaPolicy, found: ProblemList) -> None:
    if policy.trigger_ratio is None and policy.trigger_amount is None:
        remedy = "give trigger_ratio, trigger_amount or both, as the investment policy says"
        found.add("portable_alpha", "has no trigger", remedy)
    if policy.trigger_ratio is not None:
        _check_ratio("trigger_ratio", policy.trigger_ratio, found)
    if policy.trigger_amount is not None:
        _check_amount("trigger_amount", policy.trigger_amount, found)


def _check_ratio(name: str, ratio: float, found: ProblemList) -> None:
    if not 0 <= ratio <= HIGHEST_RATIO:
        remedy = "give a funded ratio as a decimal, 0.9 for 90%"
        found.add(f"portable_alpha.{name}", f"{ratio:g} is not a funded ratio", remedy)


def _check_amount(name: str, amount: float, found: ProblemList) -> None:
    if not 0 <= amount < math.inf:
        what, remedy = f"must be 0 or above, got {amount:g}", "give plan currency"
        found.add(f"portable_alpha.{name}", what, remedy)


def _check_months(name: str, months: int, least: int, found: ProblemList) -> None:
    if months < least:
        what = f"must be {least} or more months, got {months}"
        found.add(f"portable_alpha.{name}", what, "give whole months")
