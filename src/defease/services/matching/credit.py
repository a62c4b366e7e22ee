"""The plan's credit events: what the portfolio would be short of, and what repair costs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from defease.bonds.terms import FACE
from defease.errors import bad_input
from defease.inputs.refusing import within
from defease.matching import CreditEvent, CurrentPortfolio, TurnoverLimit, credit_event
from defease.matching.desk import Default, PartialDefault
from defease.services.matching.keys import trade_keys

if TYPE_CHECKING:
    from defease.inputs.schema.matching import MatchingSection
    from defease.services.matching.answers import MatchAnswer
    from defease.services.matching.planned import PlannedMatch


@within("plan.toml")
def credit_event_of(planned: PlannedMatch, found: MatchAnswer) -> CreditEvent | None:
    """The events of [matching] struck upon the portfolio that was found; None without any.

    Bonds that may not be bought and are not held lose nobody anything.
    """
    stated, result = _events(planned.given), found.matched
    for event in stated:
        if event.identifier not in planned.offered.identifiers:
            what = f"no bond is called {event.identifier!r}"
            remedy = "name bonds of the universe or of the holdings"
            raise bad_input(where="matching.credit_events", what=what, remedy=remedy)
    events = [event for event in stated if event.identifier in result.bonds.identifiers]
    if not events:
        return None
    held = np.flatnonzero(result.levels).tolist()
    faces = {result.bonds.identifiers[i]: float(result.levels[i]) * FACE for i in held}
    current = CurrentPortfolio(faces=faces, cash=result.initial_cash)
    kept = [limit for limit in found.question.limits if not isinstance(limit, TurnoverLimit)]
    question = found.question.with_trading(None).with_limits(kept)
    return credit_event(question, current, events, costs=planned.costs)


def _events(given: MatchingSection) -> list[Default | PartialDefault]:
    stated = given.credit_events or {}
    lost = stated if isinstance(stated, dict) else dict.fromkeys(stated, 1.0)
    return [
        Default(identifier=name)
        if share >= 1.0
        else PartialDefault(identifier=name, share_paid=1.0 - share)
        for name, share in lost.items()
    ]


def credit_keys(found: CreditEvent | None) -> dict[str, Any] | None:
    """The event as keys of the JSON interface."""
    if found is None:
        return None
    short = found.shortfall
    pairs = zip(short.dates.tolist(), short.amounts.tolist(), strict=True)
    return {
        "convention": found.convention,
        "lost": found.lost,
        "shortfall": [{"date": day, "amount": amount} for day, amount in pairs],
        "shortfall_total": short.total,
        "cost_to_repair": found.cost_to_repair,
        "trades": trade_keys(found.trades),
    }
