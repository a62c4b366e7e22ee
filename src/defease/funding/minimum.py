"""Minimum required contribution of a single-employer plan (IRC 430), and its AFTAP."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from defease.errors import Caution, bad_input
from defease.funding.amortisation import require_whole_years
from defease.funding.smoothing import SmoothedAssets, within_corridor_of_market
from defease.funding.trail import TrailLine, TrailUnit, require_not_negative
from defease.valuation.legal import (
    aftap_rules,
    asset_corridor,
    credit_balance_use,
    years_of_amortisation,
)

if TYPE_CHECKING:
    from defease.curves import DiscountCurve

TARGET, REDUCED, CREDIT = "26 USC 430(d)", "26 USC 430(f)(4)(B)", "26 USC 430(f)(3)"
CHARGE, MINIMUM = "26 USC 430(c)", "26 USC 430(a)"


@dataclass(frozen=True)
class ShortfallBase:
    """A base of an earlier year: its yearly instalment, and how many are left with this one."""

    instalment: float
    remaining: int


@dataclass(frozen=True, kw_only=True)
class MinimumQuestion:
    """What the minimum contribution of a plan year rests on; money at the first day of the year.

    Attributes
    ----------
    plan_year
        Calendar year in which the plan year begins.
    funding_target, target_normal_cost
        Present values of benefits accrued, and of those accruing in the year (with expenses).
    market_value, actuarial_value
        Of the assets; None: market value.
    curve
        Segment rates (or elected full curve) of the funding target, used for instalments too.
    prior_bases
        Instalments of earlier years that still run.
    credit_balance
        Carryover and prefunding balances; they do not count as assets here.
    credit_used
        How much of them is used this year; None: as much as the rules allow.
    prior_year_ratio
        Funded ratio of the year before, which decides whether balances may be used; None: unknown.
    """

    plan_year: int
    funding_target: float
    target_normal_cost: float
    market_value: float
    curve: DiscountCurve
    actuarial_value: float | None = None
    prior_bases: tuple[ShortfallBase, ...] = ()
    credit_balance: float = 0.0
    credit_used: float | None = None
    prior_year_ratio: float | None = None

    def __post_init__(self) -> None:
        amounts = {
            "funding_target": self.funding_target,
            "target_normal_cost": self.target_normal_cost,
            "market_value": self.market_value,
            "actuarial_value": self.actuarial_value or 0.0,
            "credit_balance": self.credit_balance,
            "credit_used": self.credit_used or 0.0,
        }
        require_not_negative("minimum contribution", amounts)
        for number, base in enumerate(self.prior_bases, start=1):
            require_whole_years(f"funding_rules.prior_bases[{number}].remaining", base.remaining)
        if self.credit_balance > self.assets.value:
            what = f"credit balances of {self.credit_balance:,.0f} exceed the assets"
            remedy = "check assets.credit_balance"
            raise bad_input(where="minimum contribution", what=what, remedy=remedy)

    @property
    def assets(self) -> SmoothedAssets:
        """Actuarial value within the corridor that law sets around market value."""
        limits = asset_corridor(self.plan_year)
        value = self.market_value if self.actuarial_value is None else self.actuarial_value
        return within_corridor_of_market(
            value, self.market_value, lowest=limits.lowest / 100, highest=limits.highest / 100
        )


@dataclass(frozen=True, kw_only=True)
class MinimumContribution:
    """The minimum required contribution, with every figure on the way.

    Attributes
    ----------
    assets, reduced_assets
        Actuarial value in its corridor, and that less credit balances.
    shortfall, excess
        Of the reduced assets against the funding target; one of them is zero.
    new_base, new_instalment
        The year's own base, and its level instalment; negative after a gain.
    factor
        Present value of a level instalment of 1.
    charge
        Sum of all instalments, at least 0.
    credit_used
        Balances set against the requirement.
    contribution
        What must be paid, at the first day of the plan year.
    """

    assets: float
    reduced_assets: float
    shortfall: float
    excess: float
    prior_value: float
    new_base: float
    factor: float
    new_instalment: float
    charge: float
    required: float
    credit_used: float
    contribution: float
    lines: tuple[TrailLine, ...]
    cautions: tuple[Caution, ...]


@dataclass(frozen=True, kw_only=True)
class Aftap:
    """Adjusted funding target attainment percentage and what it restricts.

    Attributes
    ----------
    ratio
        A decimal; None when there is no funding target to divide by.
    meaning
        What the law restricts in this band, or why there is no ratio.
    """

    ratio: float | None
    meaning: str
    lines: tuple[TrailLine, ...]
    cautions: tuple[Caution, ...] = ()


def shortfall_factor(curve: DiscountCurve, years: int) -> float:
    """Present value of level instalments of 1 at the start of each plan year.

    ``sum_{t=0}^{n-1} P(t)``: on segment rates the first five instalments (t = 0 to 4) are
    discounted at the first rate, later ones at the second.

    Examples
    --------
    >>> from defease.curves import segment_curve
    >>> factor = shortfall_factor(segment_curve([0.0475, 0.0487, 0.05]), 7)
    >>> round(factor, 6), round(15e6 / factor, 2)
    (6.106817, 2456271.21)
    """
    require_whole_years("shortfall amortisation: years", years)
    return float(curve.discount_factors(np.arange(years, dtype=np.float64)).sum())


def minimum_contribution(question: MinimumQuestion) -> MinimumContribution:
    """The least a sponsor must pay for a plan year under IRC 430.

    ``max(TNC - max(A - FT, 0), 0) + shortfall instalments - credit balances used`` with A the
    actuarial value less credit balances.  The year's base is the shortfall less the present value
    of instalments that still run; without a shortfall all bases are wiped out.  Not covered:
    at-risk status, quarterly instalments, waivers, interest to a later payment date.

    Examples
    --------
    >>> from defease.curves import segment_curve
    >>> found = minimum_contribution(MinimumQuestion(
    ...     plan_year=2026, funding_target=100e6, target_normal_cost=3e6, market_value=85e6,
    ...     curve=segment_curve([0.05, 0.055, 0.055])))
    >>> round(found.contribution, 2)
    4411041.15
    """
    q = question
    assets = q.assets.value
    reduced = assets - q.credit_balance
    gap = q.funding_target - reduced
    shortfall, excess = max(gap, 0.0), max(-gap, 0.0)
    running = q.prior_bases if shortfall > 0 else ()
    prior_value = sum(b.instalment * shortfall_factor(q.curve, b.remaining) for b in running)
    new_base = shortfall - prior_value
    factor = shortfall_factor(q.curve, years_of_amortisation(q.plan_year).number)
    charge = max(sum(base.instalment for base in running) + new_base / factor, 0.0)
    required = max(q.target_normal_cost - excess, 0.0) + charge
    used = _credit_used(q, required)
    figures = {
        "assets": assets,
        "reduced_assets": reduced,
        "shortfall": shortfall,
        "excess": excess,
        "prior_value": prior_value,
        "new_base": new_base,
        "factor": factor,
        "new_instalment": new_base / factor,
        "charge": charge,
        "required": required,
        "credit_used": used,
        "contribution": required - used,
    }
    return MinimumContribution(**figures, lines=_lines(q, figures), cautions=_cautions(q))


def aftap(question: MinimumQuestion) -> Aftap:
    """Assets less credit balances over the funding target, and what the law restricts there.

    Purchases of annuities in the last two years, which law adds to both sides, are not known here.

    Examples
    --------
    >>> from defease.curves import flat_curve
    >>> found = aftap(MinimumQuestion(
    ...     plan_year=2026, funding_target=100.0, target_normal_cost=0.0, market_value=78.0,
    ...     credit_balance=2.0, curve=flat_curve(0.05)))
    >>> found.ratio, found.meaning[:32]
    (0.76, 'lump sums restricted to half, no')
    """
    q, rule = question, aftap_rules(question.plan_year)
    if q.funding_target <= 0:
        reason = "not meaningful: there is no funding target to divide by"
        return Aftap(
            ratio=None,
            meaning=reason,
            lines=(),
            cautions=(Caution("aftap_not_meaningful", reason),),
        )
    ratio = (q.assets.value - q.credit_balance) / q.funding_target
    meaning = rule.band(ratio).meaning
    line = TrailLine(
        "AFTAP",
        ratio,
        f"(assets - credit balances) / funding target: {meaning}",
        rule.citation,
        TrailUnit.RATIO,
    )
    return Aftap(ratio=ratio, meaning=meaning, lines=(line,))


def _credit_used(question: MinimumQuestion, required: float) -> float:
    if not _may_use_credit(question):
        return 0.0
    wished = question.credit_balance if question.credit_used is None else question.credit_used
    return min(wished, question.credit_balance, required)


def _may_use_credit(question: MinimumQuestion) -> bool:
    least = credit_balance_use(question.plan_year).least_prior_year_ratio / 100
    return question.prior_year_ratio is None or question.prior_year_ratio >= least


def _cautions(question: MinimumQuestion) -> tuple[Caution, ...]:
    found = []
    assets = question.assets
    if assets.is_limited:
        message = (
            f"the actuarial value of {assets.before_corridor:,.0f} lies outside "
            f"{asset_corridor(question.plan_year).words} of market value; "
            f"{assets.value:,.0f} counts"
        )
        found.append(Caution("asset_corridor", message))
    if question.credit_balance > 0 and question.prior_year_ratio is None:
        rule = credit_balance_use(question.plan_year)
        message = (
            "credit balances may be used only if the plan was funded at least "
            f"{rule.least_prior_year_ratio}% the year before, which is not given; "
            "they were used"
        )
        found.append(Caution("credit_balance_use", message))
    elif question.credit_balance > 0 and not _may_use_credit(question):
        message = "credit balances may not be used: the plan was funded too low the year before"
        found.append(Caution("credit_balance_use", message))
    return tuple(found)


def _wiped(question: MinimumQuestion, shortfall: float) -> str:
    ends = question.prior_bases and not shortfall
    return "none: without a shortfall all bases end" if ends else ""


def _lines(question: MinimumQuestion, figures: dict[str, float]) -> tuple[TrailLine, ...]:
    q, f = question, figures
    limits, period = asset_corridor(q.plan_year), years_of_amortisation(q.plan_year)
    corridor = f"actuarial value within {limits.words} of market value"
    factor = f"1 at the start of each of {period.number} plan years, on the rates of the target"
    wiped = _wiped(q, f["shortfall"])
    prior = wiped or f"present value of {len(q.prior_bases)} bases still running"
    return (
        TrailLine("funding target", q.funding_target, "given", TARGET),
        TrailLine("assets", f["assets"], corridor, limits.citation),
        TrailLine(
            "credit balances", q.credit_balance, "given; they do not count as assets", REDUCED
        ),
        TrailLine("reduced assets", f["reduced_assets"], "assets - credit balances", REDUCED),
        TrailLine(
            "shortfall", f["shortfall"], "funding target - reduced assets, at least 0", CHARGE
        ),
        TrailLine("excess", f["excess"], "reduced assets - funding target, at least 0", MINIMUM),
        TrailLine("instalments still due", f["prior_value"], prior, CHARGE),
        TrailLine("new base", f["new_base"], "shortfall - instalments still due", CHARGE),
        TrailLine("factor", f["factor"], factor, period.citation, TrailUnit.FACTOR),
        TrailLine("new instalment", f["new_instalment"], "new base / factor", CHARGE),
        TrailLine("shortfall charge", f["charge"], "all instalments, at least 0", CHARGE),
        TrailLine("target normal cost", q.target_normal_cost, "given", "26 USC 430(b)"),
        TrailLine("required", f["required"], "normal cost - excess, at least 0, + charge", MINIMUM),
        TrailLine("credit balances used", f["credit_used"], "at most what is required", CREDIT),
        TrailLine(
            "minimum required contribution",
            f["contribution"],
            "required - credit balances used, at the first day of the plan year",
            MINIMUM,
        ),
    )
