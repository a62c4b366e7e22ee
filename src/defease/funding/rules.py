"""Funding rules of a plan year: minimum contribution, AFTAP, PBGC premium, ADC."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from defease.errors import Caution
from defease.funding.amortisation import (
    ActuarialContribution,
    AmortisationLayer,
    AmortisationPolicy,
    actuarial_contribution,
)
from defease.funding.minimum import (
    Aftap,
    MinimumContribution,
    MinimumQuestion,
    ShortfallBase,
    aftap,
    minimum_contribution,
)
from defease.funding.premium import PbgcPremium, pbgc_premium

if TYPE_CHECKING:
    from defease.curves import DiscountCurve
    from defease.funding.trail import TrailLine


@dataclass(frozen=True, eq=False, kw_only=True)
class FundingQuestion:
    """What funding rules need; what is None leaves out the rules that need it, with a reason.

    Attributes
    ----------
    plan_year
        Calendar year in which the plan year begins.
    market_value, actuarial_value, credit_balance
        Of the assets, plan currency; an actuarial value of None is market value.
    funding_target, segment_curve
        Accrued benefits on the minimum-funding basis, and its rates.
    target_normal_cost, prior_bases, prior_year_ratio, credit_used
        As the actuary and the sponsor state them; credit balances are used as far as the rules
        allow when `credit_used` is None.
    vested_liability, participants
        For the PBGC premium.
    amortisation, layers, normal_cost
        For the actuarially determined contribution.
    paid
        What is in fact contributed in the year; None: unknown.
    """

    plan_year: int
    market_value: float
    actuarial_value: float | None = None
    credit_balance: float = 0.0
    funding_target: float | None = None
    segment_curve: DiscountCurve | None = None
    target_normal_cost: float | None = None
    prior_bases: tuple[ShortfallBase, ...] = ()
    prior_year_ratio: float | None = None
    credit_used: float | None = None
    vested_liability: float | None = None
    participants: int | None = None
    amortisation: AmortisationPolicy | None = None
    layers: tuple[AmortisationLayer, ...] = ()
    normal_cost: float = 0.0
    paid: float | None = None


@dataclass(frozen=True, eq=False, kw_only=True)
class FundingRules:
    """What the rules ask of a plan for a year; a part is None when its inputs are not given.

    Attributes
    ----------
    minimum, aftap
        IRC 430 and 436.
    premium
        PBGC, single employer.
    actuarial
        Actuarially determined contribution.
    cautions
        Of all parts, and why a part is missing.
    """

    plan_year: int
    minimum: MinimumContribution | None
    aftap: Aftap | None
    premium: PbgcPremium | None
    actuarial: ActuarialContribution | None
    cautions: tuple[Caution, ...]

    @property
    def trail(self) -> tuple[tuple[str, TrailLine], ...]:
        """Every line of every part with the name of its part, in the order of calculation."""
        parts = {
            "minimum": self.minimum,
            "aftap": self.aftap,
            "premium": self.premium,
            "actuarial": self.actuarial,
        }
        return tuple((name, line) for name, part in parts.items() if part for line in part.lines)


def funding_rules(question: FundingQuestion) -> FundingRules:
    """Everything the funding rules ask of a plan for a year, with a line-by-line trail.

    Examples
    --------
    >>> from defease.curves import segment_curve
    >>> found = funding_rules(FundingQuestion(
    ...     plan_year=2026, market_value=85e6, funding_target=100e6, target_normal_cost=3e6,
    ...     segment_curve=segment_curve([0.05, 0.055, 0.055]), participants=1000))
    >>> round(found.minimum.contribution, 2), found.aftap.ratio
    (4411041.15, 0.85)
    >>> [caution.code for caution in found.cautions]
    ['no_pbgc_premium', 'no_actuarial_contribution']
    """
    minimum, percentage, why_no_minimum = _minimum(question)
    premium, why_no_premium = _premium(question)
    actuarial, why_no_actuarial = _actuarial(question)
    parts = (minimum, percentage, premium, actuarial)
    said = [caution for part in parts if part for caution in part.cautions]
    return FundingRules(
        plan_year=question.plan_year,
        minimum=minimum,
        aftap=percentage,
        premium=premium,
        actuarial=actuarial,
        cautions=(*said, *why_no_minimum, *why_no_premium, *why_no_actuarial),
    )


def _minimum(
    question: FundingQuestion,
) -> tuple[MinimumContribution | None, Aftap | None, tuple[Caution, ...]]:
    q = question
    if q.funding_target is None or q.segment_curve is None:
        message = (
            "no minimum contribution and no AFTAP: they need a funding target on a basis with "
            'regime = "ppa_430" or "ppa_full_curve"'
        )
        return None, None, (Caution("no_minimum_contribution", message),)
    asked = MinimumQuestion(
        plan_year=q.plan_year,
        funding_target=q.funding_target,
        target_normal_cost=q.target_normal_cost or 0.0,
        market_value=q.market_value,
        actuarial_value=q.actuarial_value,
        curve=q.segment_curve,
        prior_bases=q.prior_bases,
        credit_balance=q.credit_balance,
        credit_used=q.credit_used,
        prior_year_ratio=q.prior_year_ratio,
    )
    if q.target_normal_cost is None:
        message = "no minimum contribution: it needs funding_rules.target_normal_cost"
        return None, aftap(asked), (Caution("no_minimum_contribution", message),)
    return minimum_contribution(asked), aftap(asked), ()


def _premium(question: FundingQuestion) -> tuple[PbgcPremium | None, tuple[Caution, ...]]:
    if question.participants is None or question.vested_liability is None:
        needed = "funding_rules.participants and funding_rules.vested_liability"
        message = f"no PBGC premium: it needs {needed}"
        return None, (Caution("no_pbgc_premium", message),)
    premium = pbgc_premium(
        question.plan_year,
        participants=question.participants,
        vested_liability=question.vested_liability,
        market_value=question.market_value,
    )
    return premium, ()


def _actuarial(
    question: FundingQuestion,
) -> tuple[ActuarialContribution | None, tuple[Caution, ...]]:
    if question.amortisation is None:
        message = (
            "no actuarially determined contribution: it needs an amortisation policy "
            '(contributions.policy = "adc")'
        )
        return None, (Caution("no_actuarial_contribution", message),)
    found = actuarial_contribution(
        question.layers,
        question.amortisation,
        normal_cost=question.normal_cost,
        paid=question.paid,
    )
    return found, ()
