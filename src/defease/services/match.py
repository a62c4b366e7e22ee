"""The task `match`: the least-cost portfolio that pays the plan's payments."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from defease.cashflows import Payments
from defease.dates import add_months
from defease.errors import Caution, bad_input
from defease.matching import (
    ILLUSTRATIVE_LOSSES,
    MatchResult,
    Savings,
    match_cash_flows,
    savings_of,
)
from defease.reports.builders.matching import (
    matching_conventions,
    matching_details,
    matching_section,
    matching_tiles,
)
from defease.reports.document import Document, Section
from defease.services.matching_policy import (
    eligibility_of,
    limits_of,
    policy_of,
    refuse_contradictions,
    refuse_what_is_not_built,
)
from defease.services.plans import Question, ask, bases, cautions_of
from defease.services.task import TaskResult
from defease.valuation import present_value

if TYPE_CHECKING:
    from collections.abc import Iterable

    from defease.inputs.plan import Plan
    from defease.inputs.schema.matching import MatchingSection

MONTHS = 12


@dataclass(frozen=True, eq=False)
class MatchStudy:
    """The matched portfolio and what it saves (None when no basis gives the payments a value)."""

    matched: MatchResult
    savings: Savings | None
    cautions: tuple[Caution, ...]


def match(
    plan: str | Path, *, overrides: Iterable[str] = (), as_of: str | dt.date | None = None
) -> TaskResult[MatchStudy]:
    """Find the cheapest bonds that pay the plan's payments within its limits."""
    return answer_match(ask("match", plan, overrides=overrides, as_of=as_of))


def answer_match(question: Question) -> TaskResult[MatchStudy]:
    """The task `match` for a plan already read."""
    study, plan = compute_match(question), question.plan
    warnings = cautions_of(question, *study.cautions)
    document = Document(
        title="Matched portfolio",
        subtitle="The least-cost bonds that pay every net payment",
        plan=plan.name,
        as_of=plan.valuation_date,
        currency=question.currency,
        blocks=[
            matching_tiles(study.matched, study.savings),
            matching_section(study.matched, study.savings, question.currency),
            matching_details(study.matched),
            Section("Conventions", [matching_conventions(study.matched)]),
        ],
        cautions=warnings,
        footer=question.run.footer(plan.valuation_date),
    )
    return TaskResult(
        task="match",
        result=study,
        results=match_results(study),
        document=document,
        plan=plan.name,
        as_of=plan.valuation_date,
        run=question.run,
        warnings=warnings,
    )


def matching_section_of(plan: Plan) -> MatchingSection:
    """The [matching] section, which a plan must have to be matched."""
    if plan.settings.matching is None or plan.universe is None:
        raise bad_input(
            where="plan.toml: matching.universe",
            what="names no bonds that may be bought",
            remedy='add a [matching] section with universe = "bonds.csv"',
        )
    refuse_what_is_not_built(plan.settings.matching)
    refuse_contradictions(plan.settings.matching, plan.universe.bonds)
    return plan.settings.matching


def compute_match(question: Question) -> MatchStudy:
    """The numbers of the task."""
    plan = question.plan
    given = matching_section_of(plan)
    policy = policy_of(given)
    assert plan.universe is not None  # noqa: S101 - matching_section_of has seen to it
    stream = policy.amounts.of(plan.cash_flows)
    solved = partial(
        match_cash_flows,
        stream if given.percent is None else stream.scaled(given.percent),
        plan.universe.bonds,
        policy=policy,
        limits=limits_of(given),
        eligibility=eligibility_of(given.limits),
        horizon=_horizon(plan.valuation_date, given.years),
    )
    matched, provided = solved(), solved(haircut=ILLUSTRATIVE_LOSSES)
    savings, why_not = _savings(plan, given, matched, provided.cost)
    cautions = (*matched.cautions, *why_not, *_share_cautions(matched))
    return MatchStudy(matched, savings, cautions)


def _share_cautions(matched: MatchResult) -> tuple[Caution, ...]:
    """Why the matched share of all payments is not stated."""
    if matched.percent_of_total is not None:
        return ()
    message = (
        "no share of the total is stated: contributions outweigh payments in other years, so that "
        "the payments matched are not a part of the sum of all net payments"
    )
    return (Caution("no_percent_of_total", message),)


def _horizon(start: dt.date, years: float | None) -> dt.date | None:
    return None if years is None else add_months(start, round(MONTHS * years))


def _savings(
    plan: Plan, given: MatchingSection, matched: MatchResult, cost_after_haircut: float
) -> tuple[Savings | None, tuple[Caution, ...]]:
    """The savings split; none, with the reason, where the payments have no positive value."""
    paid = Payments.from_dates(matched.settlement, matched.dates, matched.data.payments)
    values = {basis.name: present_value(paid, basis.curve) for basis in bases(plan)}
    usable = {name: value for name, value in values.items() if value > 0}
    basis = given.savings_basis or plan.headline_basis
    if not {basis, plan.risk_free_basis} <= set(usable) or not paid.total > 0:
        message = "no saving is stated: the payments matched are not worth more than zero"
        return None, (Caution("no_savings", message),)
    found = savings_of(
        paid,
        cost=matched.cost - matched.due_at_settlement,
        cost_after_haircut=cost_after_haircut - matched.due_at_settlement,
        present_values=usable,
        basis=basis,
        risk_free_basis=plan.risk_free_basis,
    )
    table = ILLUSTRATIVE_LOSSES
    message = f"default haircut by the table '{table.name}' of {table.as_of}: {table.source}"
    return found, (Caution("default_haircut", message),)


def match_results(study: MatchStudy) -> dict[str, Any]:
    """The keys of the JSON interface."""
    result = study.matched
    certificate = result.certificate
    return {
        "status": result.status.value,
        "cost": result.cost,
        "future_value": result.future_value,
        "horizon_years": result.horizon_years,
        "percent_of_total": result.percent_of_total,
        "settlement": result.settlement,
        "last_date": result.last_date,
        "initial_cash": result.initial_cash,
        "holdings": _holding_keys(result),
        "ladder": _ladder_keys(result),
        "savings": None if study.savings is None else _savings_keys(study.savings),
        "implied_discount_factors": [
            {"date": day, "discount_factor": float(factor)}
            for day, factor in zip(result.dates.tolist(), result.discount_factors, strict=True)
        ],
        "limit_prices": [
            {
                "family": p.family,
                "group": p.group,
                "share": p.share,
                "saving_per_point": p.saving_per_point,
                "sentence": p.sentence,
            }
            for p in result.limit_prices
        ],
        "certificate": {
            "primal_residual": certificate.primal,
            "dual_residual": certificate.dual,
            "duality_gap": certificate.gap,
            "gap_bp": certificate.gap * 1e4,
        },
        "uncovered": [],
        "excluded": [
            {"identifier": e.identifier, "reason": e.reason.value} for e in result.excluded
        ],
        "trades": [],
        "sweep": [],
        "rivals": [],
    }


def _holding_keys(result: MatchResult) -> list[dict[str, Any]]:
    held = result.holdings
    columns = (held.identifiers, held.faces, held.prices, held.costs, held.weights)
    names = ("identifier", "face", "price", "cost", "weight")
    return [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]


def _ladder_keys(result: MatchResult) -> list[dict[str, Any]]:
    ladder = result.ladder
    columns = {
        "date": result.dates,
        "payment": ladder.payments,
        "income": ladder.income,
        "principal": ladder.principal,
        "interest": ladder.interest,
        "borrowed": ladder.borrowed,
        "repaid": ladder.repaid,
        "released": ladder.released,
        "cash_after": ladder.cash_after,
    }
    listed = [column.tolist() for column in columns.values()]
    return [dict(zip(columns, row, strict=True)) for row in zip(*listed, strict=True)]


def _savings_keys(savings: Savings) -> dict[str, Any]:
    amounts = savings.amounts
    return {
        "basis": savings.basis,
        "versus_future_value": savings.versus_future_value,
        "versus_future_value_per_year": savings.versus_future_value_per_year,
        "versus_basis": dict(savings.versus_basis),
        "time_value": savings.time_value,
        "yield_pickup_bp": savings.yield_pickup_bp,
        "after_default_haircut": savings.after_default_haircut,
        "amounts": {
            "future_value": amounts.future_value,
            "pv_risk_free": amounts.pv_risk_free,
            "pv_basis": amounts.pv_basis,
            "cost": amounts.cost,
        },
    }
