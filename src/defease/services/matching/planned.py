"""A plan's [matching] as a question: which payments, which bonds, which rules."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from defease.dates import add_months, years_between
from defease.errors import Caution, bad_input
from defease.inputs.refusing import within
from defease.matching import (
    ILLUSTRATIVE_LOSSES,
    CurrentPortfolio,
    LossTable,
    MatchingQuestion,
    Netting,
    PieceRules,
    TradingCosts,
    matching_question,
    payments_by_group,
)
from defease.matching.slices import windowed
from defease.matching.uncertain import DefaultBudget
from defease.services.matching.policy import (
    PLAN,
    curve_named,
    eligibility_of,
    limits_of,
    policy_of,
    refuse_contradictions,
)

if TYPE_CHECKING:
    from defease.bonds import BondUniverse
    from defease.cashflows import Payments
    from defease.inputs.plan import Plan
    from defease.inputs.schema.matching import MatchingSection
    from defease.matching import Limit, MatchingPolicy

MONTHS = 12


@dataclass(frozen=True, eq=False, kw_only=True)
class PlannedMatch:
    """What a plan asks of matching.

    Attributes
    ----------
    question
        Payments up to the horizon, bonds that may be bought, conventions and limits.
    offered
        Every bond of the universe, excluded ones too.
    current
        What is held already; None without a file of holdings.
    costs, pieces
        Costs of trading; rules for lots, pieces and names (None: any amounts).
    losses
        The table of expected losses that `after_default_haircut` uses.
    """

    plan: Plan
    given: MatchingSection
    question: MatchingQuestion
    offered: BondUniverse
    current: CurrentPortfolio | None
    costs: TradingCosts
    pieces: PieceRules | None
    losses: LossTable
    cautions: tuple[Caution, ...]


def planned_match(plan: Plan) -> PlannedMatch:
    """The question that [matching] asks; all that is wrong with it in words."""
    given = matching_section_of(plan)
    bonds, current = _bonds_and_holdings(plan)
    limits = (*limits_of(plan, given), *_default_budget(given))
    held = frozenset(current.faces) if current else frozenset()
    eligibility = eligibility_of(given.limits, held)
    refuse_contradictions(given, limits, bonds)
    haircut = _haircut(plan, given)
    question = matching_question(
        payments_of_plan(plan, given),
        bonds,
        policy=policy_of(given),
        limits=limits,
        eligibility=eligibility,
        horizon=None if given.years is None else end_of_years(plan.valuation_date, given.years),
        haircut=haircut,
    )
    question = question.with_policy(_settled_policy(plan, given, question))
    return PlannedMatch(
        plan=plan,
        given=given,
        question=question,
        offered=bonds,
        current=current,
        costs=TradingCosts(transaction_cost_bp=given.transaction_cost_bp),
        pieces=_pieces(given),
        losses=plan.loss_table or ILLUSTRATIVE_LOSSES,
        cautions=() if haircut is None else (_haircut_caution(haircut),),
    )


def matching_section_of(plan: Plan) -> MatchingSection:
    """The [matching] section, which a plan must have to be matched."""
    if plan.settings.matching is None or plan.universe is None:
        raise bad_input(
            where=f"{PLAN}: matching.universe",
            what="names no bonds that may be bought",
            remedy='add a [matching] section with universe = "bonds.csv"',
        )
    return plan.settings.matching


@within(PLAN)
def payments_of_plan(plan: Plan, given: MatchingSection) -> Payments:
    """The stream to be matched: the whole plan's or chosen groups', a percent where asked."""
    net = given.amounts == "net"
    if given.groups is None:
        stream = plan.cash_flows.net if net else plan.cash_flows.gross
    else:
        netting = Netting(given.netting) if net else None
        stream = payments_by_group(plan.cash_flows, netting=netting).of(given.groups)
    return stream if given.percent is None else stream.scaled(given.percent)


def _bonds_and_holdings(plan: Plan) -> tuple[BondUniverse, CurrentPortfolio | None]:
    """What may be bought or is held; bonds held that the universe does not list stay or go."""
    assert plan.universe is not None  # noqa: S101 - matching_section_of has seen to it
    holdings = plan.matching_holdings
    if holdings is None:
        return plan.universe.bonds, None
    on_offer = np.where(holdings.listed, holdings.bonds.offered, 0.0)
    bonds = replace(holdings.bonds, offered=on_offer)
    held = np.flatnonzero(holdings.faces > 0.0).tolist()
    faces = {bonds.identifiers[i]: float(holdings.faces[i]) for i in held}
    return bonds, CurrentPortfolio(faces=faces)


def end_of_years(start: dt.date, years: float) -> dt.date:
    """The day so many years, to a month, after the start."""
    return add_months(start, round(MONTHS * years))


def _haircut(plan: Plan, given: MatchingSection) -> LossTable | None:
    if given.haircut == "none":
        return None
    return plan.loss_table if given.haircut == "table" else ILLUSTRATIVE_LOSSES


def _haircut_caution(table: LossTable) -> Caution:
    message = (
        f"every promised payment counts only as far as it is expected to survive default, by the "
        f"table '{table.name}' of {table.as_of}"
    )
    return Caution("haircut_in_the_match", message)


def _default_budget(given: MatchingSection) -> tuple[Limit, ...]:
    numbers = given.gamma if isinstance(given.gamma, list) else [given.gamma]
    if not any(numbers):
        return ()
    gamma = tuple(numbers) if isinstance(given.gamma, list) else given.gamma
    return (DefaultBudget(gamma),)


def _pieces(given: MatchingSection) -> PieceRules | None:
    stated = given.limits
    sizes = (stated.lot, stated.minimum_piece or None, stated.maximum_names)
    if not any(sizes) and not given.ticket_cost:
        return None
    lot, piece, names = sizes
    return PieceRules(
        lot=lot, minimum_piece=piece, maximum_names=names, ticket_cost=given.ticket_cost
    )


@within(PLAN)
def _settled_policy(
    plan: Plan, given: MatchingSection, question: MatchingQuestion
) -> MatchingPolicy:
    """The conventions that depend on the dates: credited cash, windows."""
    policy = question.data.policy
    if given.terminal_surplus == "credited":
        name = given.terminal_curve or plan.risk_free_basis
        last = years_between(question.due.settlement, question.due.dates[-1:])
        factor = float(curve_named(plan, name, "terminal_curve").discount_factors(last)[0])
        policy = replace(policy, terminal_discount_factor=factor)
    if given.window_years is not None:
        spread = given.borrowing_spread or 0.0
        dates, years = question.due.dates, given.window_years
        policy = windowed(policy, dates, years=years, spread=spread)
    return policy
