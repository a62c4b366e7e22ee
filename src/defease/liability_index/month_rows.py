"""An index as rows, one a month: what tables, charts and files show."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from defease.cashflows import FlowKind
from defease.dates import to_date
from defease.liability_index.parts import CarryConvention

if TYPE_CHECKING:
    import datetime as dt

    from defease.liability_index.index import LiabilityIndex


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexMonth:
    """One month of an index; money unless said otherwise.

    ``present_value`` is that of the month before plus every line from `income` to `model_change`.

    Attributes
    ----------
    date
        The month's end.
    level, total_return
        The level at the month's end and the month's return (decimal); None = not meaningful.
    income, roll, rate_change, spread_change, inflation
        Growth, line by line.
    benefit_paid, contributions
        Benefits and expenses paid (negative), contributions received (positive, net index only).
    experience, model_change
        Payments other than projected and changes of projection; never part of the return.
    present_value
        At the month's end, on the projection then in force.
    """

    date: dt.date
    level: float | None
    total_return: float | None
    income: float
    roll: float
    rate_change: float
    spread_change: float
    inflation: float
    benefit_paid: float
    contributions: float
    experience: float
    experience_benefits: float
    experience_expenses: float
    experience_contributions: float
    model_change: float
    present_value: float


def month_rows(
    index: LiabilityIndex, *, carry: CarryConvention = CarryConvention.YIELD_AND_ROLL
) -> tuple[IndexMonth, ...]:
    """The months of an index in order, under a named carry convention."""
    lines = index.total.growth_lines(carry)
    causes = {
        f"experience_{kind.name.lower()}": index.experience[:, kind].tolist() for kind in FlowKind
    }
    money = {
        "income": lines.income.tolist(),
        "roll": lines.roll.tolist(),
        "rate_change": lines.rate_change.tolist(),
        "spread_change": lines.spread_change.tolist(),
        "inflation": lines.inflation.tolist(),
        "benefit_paid": index.benefit_paid.tolist(),
        "contributions": index.contributions.tolist(),
        "experience": index.experience.sum(axis=1).tolist(),
        "model_change": index.model_change.tolist(),
        "present_value": index.total.present_values[1:].tolist(),
        **causes,
    }
    # A masked number is None in a list.
    levels, returns = index.total.levels[1:].tolist(), index.total.total_returns.tolist()
    return tuple(
        IndexMonth(
            date=to_date(day),
            level=levels[k],
            total_return=returns[k],
            **{name: column[k] for name, column in money.items()},
        )
        for k, day in enumerate(index.dates[1:])
    )
