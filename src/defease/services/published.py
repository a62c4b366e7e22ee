"""The actuary's printed figures beside ours on the same rate, with the reason they differ."""

from __future__ import annotations

from typing import TYPE_CHECKING

from defease.curves import flat_curve
from defease.reports.builders.valuation import PublishedFigure
from defease.valuation import present_value

if TYPE_CHECKING:
    from defease.inputs.plan import Plan
    from defease.inputs.schema.plan_sections import PublishedFigure as Stated

HALF_YEAR = 0.5
EXACT = 1e-6


def published_figures(plan: Plan) -> tuple[PublishedFigure, ...]:
    """Each printed figure with our gross present value at its rate and a reason in words."""
    return tuple(_beside_ours(plan, stated) for stated in plan.settings.liabilities.published)


def _beside_ours(plan: Plan, stated: Stated) -> PublishedFigure:
    ours = None
    if stated.rate is not None:
        ours = present_value(plan.cash_flows.gross, flat_curve(stated.rate))
    return PublishedFigure(
        name=stated.name,
        value=stated.value,
        rate=stated.rate,
        as_of=stated.as_of.isoformat() if stated.as_of else "",
        ours=ours,
        reason=_reason(plan, stated, ours),
    )


def _reason(plan: Plan, stated: Stated, ours: float | None) -> str:
    if ours is None or stated.rate is None:
        return "Printed for information: no rate is given with it, so nothing is recomputed."
    if abs(ours - stated.value) <= EXACT * abs(stated.value):
        return "Reproduced: the same payments at the same rate."
    if plan.settings.liabilities.measure == "total":
        return (
            "Cannot be reproduced from these cash flows: they include benefits that members will "
            "still earn (measure = total) and expenses, while the printed liability counts only "
            f"benefits earned to date. Ours is the gross present value at {stated.rate:.2%}."
        )
    half_year = (1 + stated.rate) ** HALF_YEAR - 1
    return (
        f"Differs by {ours / stated.value - 1:+.2%}. Ours is the gross present value at "
        f"{stated.rate:.2%} with amounts paid {plan.timing.value.replace('_', ' ')}; paying half a "
        f"year earlier or later changes it by {half_year:.2%}. Ask for the timing, the expenses "
        "and the benefits that the printed figure counts."
    )
