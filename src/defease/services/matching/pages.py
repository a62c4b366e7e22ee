"""The sections of the page of a match, beside the portfolio itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from defease.matching import SizedLimit, hedge_ratios
from defease.reports.builders.match_buyout import buyout_section
from defease.reports.builders.match_credit import credit_section
from defease.reports.builders.match_curve import cost_curve_section
from defease.reports.builders.match_lots import lots_section
from defease.reports.builders.match_prices import PriceFacts, prices_section
from defease.reports.builders.match_rivals import reported_status_section, rivals_section
from defease.reports.builders.match_slices import budget_section, priority_section
from defease.reports.builders.match_trades import trades_section
from defease.services.matching.beside import savings_basis_of
from defease.services.matching.streams import streams_of
from defease.services.plans import basis_named

if TYPE_CHECKING:
    from collections.abc import Iterator

    from defease.matching import CreditEvent
    from defease.reports.document import Section
    from defease.services.matching.answers import MatchAnswer
    from defease.services.matching.beside import Beside, Prices
    from defease.services.matching.planned import PlannedMatch


def desk_sections(planned: PlannedMatch, found: MatchAnswer, currency: str) -> Iterator[Section]:
    """The slice that a budget buys, whole pieces, trades from what is held or from nothing."""
    due = planned.question.due
    if found.budget is not None:
        yield budget_section([found.budget], due, currency)
    if found.priorities is not None:
        amounts = {stream.name: stream.amounts for stream in streams_of(planned)}
        yield priority_section(found.priorities, amounts, due, currency)
    if found.lots is not None:
        yield lots_section(found.lots, currency)
    if found.rebalance is None or found.lots is not None:
        yield trades_section(found.trades, currency)
    else:
        curve = basis_named(planned.plan, savings_basis_of(planned)).curve
        hedges = hedge_ratios(found.rebalance, curve)
        yield trades_section(found.rebalance, currency, hedges=hedges)


def credit_sections(found: CreditEvent | None, currency: str) -> Iterator[Section]:
    """What the plan's credit events would do."""
    if found is not None:
        yield credit_section(found, currency)


def price_section(
    planned: PlannedMatch, found: MatchAnswer, prices: Prices, currency: str
) -> Section:
    """What payments, limits and bonds are worth to this portfolio."""
    moved = prices.limits is not None
    sized = [limit for limit in found.question.limits if isinstance(limit, SizedLimit)]
    facts = PriceFacts(
        result=found.matched,
        limits=sized if moved else (),
        steps=prices.limits,
        implied=prices.implied,
        values=prices.bonds,
        payments=prices.payments,
        degenerate=prices.degenerate,
        basis=basis_named(planned.plan, savings_basis_of(planned)),
    )
    return prices_section(facts, currency)


def board_sections(found: Beside, currency: str) -> Iterator[Section]:
    """What a board sees of it: the rivals, and reported status beside the certainty of cash."""
    if found.rivals is not None:
        yield rivals_section(found.rivals, currency, basis=found.basis)
    if found.reported is not None:
        yield reported_status_section(found.reported, currency)


def beside_sections(planned: PlannedMatch, found: Beside, currency: str) -> Iterator[Section]:
    """Horizons, rivals, reported status, buy-out: what was asked for."""
    if found.curve is not None:
        yield cost_curve_section(found.curve, currency, budget=planned.given.budget)
    yield from board_sections(found, currency)
    if found.buyout is not None:
        yield buyout_section(found.buyout, currency)
