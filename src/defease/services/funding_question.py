"""From a plan to what funding rules ask about: target, plan year, amortisation, what is paid."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from defease.cashflows import FlowKind, Timing
from defease.curves import flat_curve
from defease.dates import MONTHS_PER_YEAR, add_months
from defease.errors import Caution, InputError
from defease.funding import (
    AmortisationLayer,
    AmortisationPattern,
    AmortisationPeriod,
    AmortisationPolicy,
    FundingQuestion,
    ShortfallBase,
)
from defease.inputs.plan_years import PlanYears
from defease.inputs.schema.strategy import FundingRulesSection
from defease.services.plans import annual_flows, market_value
from defease.valuation import Basis, effective_interest_rate, present_value
from defease.valuation.legal import pbgc_premium_rates

if TYPE_CHECKING:
    from defease.inputs.plan import Plan
    from defease.inputs.schema.strategy import ContributionsSection
    from defease.valuation import StreamYield

TARGET_REGIMES = ("ppa_430", "ppa_full_curve")


@dataclass(frozen=True, eq=False, kw_only=True)
class FundingTarget:
    """Accrued benefits on the minimum-funding basis, and the one rate that gives the same value."""

    basis: Basis
    value: float
    effective_rate: StreamYield


@dataclass(frozen=True, eq=False, kw_only=True)
class AskedFunding:
    """The question, and what the plan leaves open, by the part that it concerns.

    Attributes
    ----------
    lacking
        Why a part has no answer, by the code under which the core would say it less exactly.
    cautions
        What was assumed.
    """

    question: FundingQuestion
    target: FundingTarget | None
    lacking: dict[str, Caution]
    cautions: tuple[Caution, ...]


def funding_question(plan: Plan) -> AskedFunding:
    """Everything a plan says that funding rules need, and a reason for each part it cannot have."""
    target = _target(plan)
    year, said_of_year = _plan_year(plan, target)
    policy, layers, said_of_policy = _amortisation(plan)
    lacking = {c.code: c for c in said_of_policy if c.code == "no_actuarial_contribution"}
    lacking |= _outside_the_law(plan) or _unknown_premium(plan, year)
    question = FundingQuestion(
        plan_year=year,
        market_value=market_value(plan),
        actuarial_value=plan.settings.assets.actuarial_value,
        credit_balance=plan.settings.assets.credit_balance,
        funding_target=target.value if target else None,
        segment_curve=target.basis.curve if target else None,
        amortisation=policy,
        layers=layers,
        normal_cost=_normal_cost(plan),
        paid=_paid(plan),
    )
    return AskedFunding(
        question=_with_stated(question, plan, has_premium="no_pbgc_premium" not in lacking),
        target=target,
        lacking=lacking,
        cautions=(*said_of_year, *_of_target(plan, target), *_assumed(said_of_policy)),
    )


def _with_stated(question: FundingQuestion, plan: Plan, *, has_premium: bool) -> FundingQuestion:
    """The figures of [funding_rules]; those of the premium only where it can be computed."""
    given = plan.settings.funding_rules or FundingRulesSection()
    return replace(
        question,
        target_normal_cost=given.target_normal_cost,
        prior_bases=tuple(ShortfallBase(b.amount, b.remaining) for b in given.prior_bases),
        prior_year_ratio=given.prior_year_ratio,
        credit_used=given.credit_used,
        vested_liability=given.vested_liability if has_premium else None,
        participants=given.participants if has_premium else None,
    )


def _assumed(said: list[Caution]) -> list[Caution]:
    return [caution for caution in said if caution.code != "no_actuarial_contribution"]


def is_single_employer(plan: Plan) -> bool:
    """Whether IRC 430 and 436 and the PBGC's single-employer programme apply to the plan."""
    settings = plan.settings.plan
    return settings.kind == "pension" and settings.sponsor in (None, "corporate")


def _target(plan: Plan) -> FundingTarget | None:
    """Benefits (no expenses) on the first segment basis of minimum funding, else the full curve."""
    if not is_single_employer(plan):
        return None
    bases = [basis for basis in plan.bases if isinstance(basis, Basis)]
    found = [basis for key in TARGET_REGIMES for basis in bases if basis.regime == key]
    if not found:
        return None
    basis, benefits = found[0], plan.cash_flows.of_kind(FlowKind.BENEFITS)
    return FundingTarget(
        basis=basis,
        value=present_value(benefits, basis.curve),
        effective_rate=effective_interest_rate(benefits, basis.curve),
    )


def _of_target(plan: Plan, target: FundingTarget | None) -> list[Caution]:
    if target is None:
        return []
    said = []
    if plan.settings.liabilities.measure == "total":
        message = (
            "the funding target counts benefits earned to date, but these cash flows include "
            "benefits still to be earned (measure = total): the target is too high"
        )
        said.append(Caution("funding_target_of_total", message))
    if target.effective_rate.rate is None:
        message = f"no effective interest rate: {target.effective_rate.reason}"
        said.append(Caution("no_effective_interest_rate", message))
    others = [b.name for b in plan.bases if b.regime in TARGET_REGIMES and b is not target.basis]
    if others:
        message = f"the funding target is on {target.basis.name}; not used: {', '.join(others)}"
        said.append(Caution("several_funding_bases", message))
    return said


def _plan_year(plan: Plan, target: FundingTarget | None) -> tuple[int, list[Caution]]:
    """The calendar year in which the plan year begins: as the basis states it, else by the date."""
    settings = plan.settings.plan
    year_end = settings.year_end or settings.valuation_date.strftime("%m-%d")
    end = PlanYears(plan.valuation_date, year_end, plan.timing).first_end
    begins = add_months(end, -MONTHS_PER_YEAR) + dt.timedelta(days=1)
    sections = plan.settings.discounting
    stated = [s.plan_year for s in sections if target and s.name == target.basis.name]
    if not stated or stated[0] is None or stated[0] == begins.year:
        return begins.year, []
    message = (
        f"the plan year at the valuation date begins in {begins.year}, but the rates of "
        f"{target.basis.name if target else ''} are those of plan year {stated[0]}, which is used"
    )
    return stated[0], [Caution("plan_year_differs", message)]


def _outside_the_law(plan: Plan) -> dict[str, Caution]:
    if is_single_employer(plan):
        return {}
    minimum = (
        "no minimum contribution and no AFTAP: IRC 430 and 436 concern single-employer pension "
        'plans (plan.kind = "pension", plan.sponsor = "corporate")'
    )
    premium = "no PBGC premium: only the premium of single-employer pension plans is computed"
    return {
        "no_minimum_contribution": Caution("no_minimum_contribution", minimum),
        "no_pbgc_premium": Caution("no_pbgc_premium", premium),
    }


def _unknown_premium(plan: Plan, year: int) -> dict[str, Caution]:
    """A premium year whose rates are not in our table leaves the other parts their answers."""
    given = plan.settings.funding_rules
    if given is None or given.participants is None:
        return {}
    try:
        pbgc_premium_rates(year)
    except InputError as error:
        (problem,) = error.problems
        message = f"no PBGC premium: {problem.what}"
        return {"no_pbgc_premium": Caution("no_pbgc_premium", message)}
    return {}


def _normal_cost(plan: Plan) -> float:
    given = plan.settings.contributions
    return given.normal_cost or 0.0 if given else 0.0


def _paid(plan: Plan) -> float | None:
    """What is contributed in the year ahead: as stated, else the first year of the cash flows."""
    given = plan.settings.contributions
    if given is not None and given.paid is not None:
        return given.paid
    flows = annual_flows(plan) if plan.cash_flows.has_contributions else None
    return float(flows.contributions[0]) if flows is not None else None


def _amortisation(
    plan: Plan,
) -> tuple[AmortisationPolicy | None, tuple[AmortisationLayer, ...], list[Caution]]:
    """The policy of [contributions]; without layers all that is unfunded is one."""
    given = plan.settings.contributions
    if given is None or given.policy != "adc":
        return None, (), []
    rate = plan.assumed_return if given.rate is None else given.rate
    missing = "years" if given.years is None else "rate" if rate is None else ""
    if given.years is None or rate is None:
        message = f"no actuarially determined contribution: it needs contributions.{missing}"
        return None, (), [Caution("no_actuarial_contribution", message)]
    policy = AmortisationPolicy(
        annual_rate=rate,
        years=given.years,
        pattern=AmortisationPattern(given.pattern),
        pay_growth=given.pay_growth,
        period=AmortisationPeriod(given.period),
        timing=Timing(given.timing),
    )
    layers = tuple(AmortisationLayer(row.balance, row.remaining) for row in given.layers)
    said = _of_normal_cost(given)
    if not layers:
        layers, more = _one_layer(plan, policy)
        said += more
    return policy, layers, said


def _of_normal_cost(given: ContributionsSection) -> list[Caution]:
    if given.normal_cost is not None:
        return []
    message = "contributions.normal_cost is not given: the contribution is amortisation alone"
    return [Caution("no_normal_cost", message)]


def _one_layer(
    plan: Plan, policy: AmortisationPolicy
) -> tuple[tuple[AmortisationLayer, ...], list[Caution]]:
    assets = plan.settings.assets.actuarial_value
    owned = market_value(plan) if assets is None else assets
    owed = present_value(plan.cash_flows.gross, flat_curve(policy.annual_rate))
    message = (
        "contributions.layers are not given: what is unfunded is the value of benefits and "
        f"expenses at {policy.annual_rate:.2%} less the assets, one layer of {policy.years} years"
    )
    layer = AmortisationLayer(owed - owned, policy.years)
    return (layer,), [Caution("one_amortisation_layer", message)]
