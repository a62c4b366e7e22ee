"""The task `match`: the least-cost portfolio that pays the plan's payments."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from defease.cashflows import Payments
from defease.errors import Caution
from defease.matching import (
    CreditEvent,
    MatchResult,
    Savings,
    answer,
    savings_of,
    trade_file,
)
from defease.matching.result import BASIS_POINTS
from defease.matching.words import money
from defease.reports.builders.match_conventions import matching_conventions
from defease.reports.builders.matching import (
    matching_details,
    matching_section,
    matching_tiles,
)
from defease.reports.document import Section
from defease.reports.export import write_text_atomically
from defease.services.answering import Page, answered
from defease.services.matching.answers import MatchAnswer, Progress, answer_planned
from defease.services.matching.beside import Asked, Beside, asked, beside, savings_basis_of
from defease.services.matching.credit import credit_event_of, credit_keys
from defease.services.matching.keys import (
    beside_keys,
    lot_keys,
    portfolio_keys,
    rebalance_keys,
    savings_keys,
    trade_keys,
)
from defease.services.matching.pages import (
    beside_sections,
    credit_sections,
    desk_sections,
    price_section,
)
from defease.services.matching.planned import PlannedMatch, planned_match
from defease.services.plans import Question, ask, bases, cautions_of, with_inputs
from defease.services.task import TaskResult
from defease.valuation import present_value

if TYPE_CHECKING:
    pass

NOTHING_ELSE = Asked()


@dataclass(frozen=True, eq=False, kw_only=True)
class MatchStudy:
    """The matched portfolio, what it saves (None when no basis gives the payments a value).

    `found` has the steps that led to it; `beside` its prices, rivals, horizons and buy-out.
    """

    planned: PlannedMatch
    found: MatchAnswer
    savings: Savings | None
    credit: CreditEvent | None
    beside: Beside
    cautions: tuple[Caution, ...]

    @property
    def matched(self) -> MatchResult:
        """The portfolio."""
        return self.found.matched


def match(
    plan: str | Path,
    *,
    overrides: Iterable[str] = (),
    as_of: str | dt.date | None = None,
    sweep: str | None = None,
    compare: Iterable[str] = (),
    progress: Progress | None = None,
) -> TaskResult[MatchStudy]:
    """Find the cheapest bonds that pay the plan's payments within its limits.

    `sweep` adds the cost of every horizon ("years") or of budgets ("budget"); `compare` rivals
    ("rivals") and buy-out ("buyout=0.05": 5% above the savings basis, or a quoted price).
    """
    wanted = asked(sweep, tuple(compare))
    question = ask("match", plan, overrides=overrides, as_of=as_of)
    settings = {"sweep": wanted.sweep, "compare": list(wanted.compare) or None}
    return answer_match(with_inputs(question, **settings), wanted, progress=progress)


def answer_match(
    question: Question, wanted: Asked = NOTHING_ELSE, *, progress: Progress | None = None
) -> TaskResult[MatchStudy]:
    """The task `match` for a plan already read."""
    study = compute_match(question, wanted, progress=progress)
    warnings = cautions_of(question, *study.cautions)
    page = Page(
        title="Matched portfolio",
        subtitle="The least-cost bonds that pay every net payment",
        blocks=[
            matching_tiles(study.matched, study.savings),
            matching_section(study.matched, study.savings, question.currency),
            *desk_sections(study.planned, study.found, question.currency),
            *credit_sections(study.credit, question.currency),
            price_section(study.planned, study.found, study.beside.prices, question.currency),
            *beside_sections(study.planned, study.beside, question.currency),
            matching_details(study.matched),
            Section("Conventions", [matching_conventions(study.matched)]),
        ],
    )
    return answered(
        question,
        page,
        task="match",
        result=study,
        results=match_results(study),
        warnings=warnings,
    )


def write_trades(result: TaskResult[MatchStudy], path: str | Path) -> None:
    """Write the trade list of a match as CSV: one row a trade, plain numbers, ISO dates."""
    write_text_atomically(Path(path), trade_file(result.result.found.trades))


def compute_match(
    question: Question, wanted: Asked = NOTHING_ELSE, *, progress: Progress | None = None
) -> MatchStudy:
    """The portfolio, its savings, and what stands beside them."""
    planned = planned_match(question.plan)
    found = answer_planned(planned, progress=progress)
    matched = found.matched
    provided = answer(found.question.with_haircut(planned.losses))
    savings, why_not = _savings(planned, matched, provided.cost)
    aside = beside(planned, found, wanted, progress=progress)
    cautions = (
        *planned.cautions,
        *matched.cautions,
        *found.cautions,
        *why_not,
        *_share_cautions(matched),
        *_window_cautions(planned, matched),
        *_price_cautions(aside, matched),
    )
    return MatchStudy(
        planned=planned,
        found=found,
        savings=savings,
        credit=credit_event_of(planned, found),
        beside=aside,
        cautions=cautions,
    )


def _share_cautions(matched: MatchResult) -> tuple[Caution, ...]:
    """Why the matched share of all payments is not stated."""
    if matched.percent_of_total is not None:
        return ()
    message = (
        "no share of the total is stated: contributions outweigh payments in other years, so that "
        "the payments matched are not a part of the sum of all net payments"
    )
    return (Caution("no_percent_of_total", message),)


def _price_cautions(aside: Beside, matched: MatchResult) -> tuple[Caution, ...]:
    """Why some payments have no price of one unit more or less."""
    payments = aside.prices.payments
    if payments is None:
        return ()
    priced = np.isfinite(payments.paying_more) & np.isfinite(payments.paying_less)
    if priced.all():
        return ()
    first = matched.dates[payments.periods[~priced]][0]
    message = (
        f"{np.count_nonzero(~priced)} payments, the first of {first}, have no price of one unit "
        "more or less: with caps on cash where they are, no portfolio pays it"
    )
    return (Caution("payments_without_price", message),)


def _window_cautions(planned: PlannedMatch, matched: MatchResult) -> tuple[Caution, ...]:
    """How far windows let payments run ahead of receipts."""
    if planned.given.window_years is None:
        return ()
    borrowed = matched.ladder.borrowed
    worst = int(np.argmax(borrowed))
    message = "no payment has to wait for a receipt inside its window"
    if borrowed[worst] > 0.0:
        largest, day = money(float(borrowed[worst])), matched.dates[worst]
        message = f"the largest interim borrowing inside a window is {largest}, on {day}"
    return (Caution("borrowed_inside_windows", message),)


def _savings(
    planned: PlannedMatch, matched: MatchResult, cost_after_haircut: float
) -> tuple[Savings | None, tuple[Caution, ...]]:
    """The savings split; none, with the reason, where the payments have no positive value."""
    plan = planned.plan
    paid = Payments.from_dates(matched.settlement, matched.dates, matched.data.payments)
    values = {basis.name: present_value(paid, basis.curve) for basis in bases(plan)}
    usable = {name: value for name, value in values.items() if value > 0}
    basis = savings_basis_of(planned)
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
    table = planned.losses
    message = f"default haircut by the table '{table.name}' of {table.as_of}: {table.source}"
    return found, (Caution("default_haircut", message),)


def _gap_bp(found: MatchAnswer) -> float:
    """How far from the best, by what was sought: cost, or another goal."""
    if found.goal is not None:
        return found.goal.certificate.gap * BASIS_POINTS
    return found.matched.gap_bp if found.lots is None else found.lots.gap_bp


def match_results(study: MatchStudy) -> dict[str, Any]:
    """The keys of the JSON interface."""
    found, result = study.found, study.matched
    lots, budget, priorities = found.lots, found.budget, found.priorities
    return {
        "status": (result.status if lots is None else lots.status).value,
        "cost": result.cost if lots is None else lots.cost,
        "gap_bp": _gap_bp(found),
        **portfolio_keys(result),
        "savings": None if study.savings is None else savings_keys(study.savings),
        "trades": trade_keys(found.trades),
        "rebalance": None if found.rebalance is None else rebalance_keys(found.rebalance),
        "lots": None if lots is None else lot_keys(lots),
        "budget": None
        if budget is None
        else {
            "budget": budget.budget,
            "left_over": budget.left_over,
            "percent": budget.percent,
            "horizon": budget.horizon,
            "horizon_years": budget.horizon_years,
            "partial_date": budget.partial_date,
            "partial_share": budget.partial_share,
            "sentence": budget.sentence,
        },
        "priorities": None
        if priorities is None
        else {
            "budget": priorities.budget,
            "left_over": priorities.left_over,
            "paid": priorities.paid,
            "bought_per_unit": priorities.bought_per_unit,
            "sentence": priorities.sentence,
        },
        "credit_event": credit_keys(study.credit),
        **beside_keys(study.beside),
    }
