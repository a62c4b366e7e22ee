"""The sections of the page of a match, beside the portfolio itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from defease.reports.builders.match_buyout import buyout_section
from defease.reports.builders.match_curve import cost_curve_section
from defease.reports.builders.match_rivals import reported_status_section, rivals_section
from defease.reports.builders.match_trades import trades_section

if TYPE_CHECKING:
    from collections.abc import Iterator

    from defease.reports.document import Section
    from defease.services.matching.answers import MatchAnswer
    from defease.services.matching.beside import Beside
    from defease.services.matching.planned import PlannedMatch


def desk_sections(found: MatchAnswer, currency: str) -> Iterator[Section]:
    """Trades from what is held, or from nothing."""
    yield trades_section(found.rebalance or found.trades, currency)


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
