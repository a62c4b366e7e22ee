"""Index-linked payments, price indices and a slow second computation of the inflation line."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from defease.arrays import FloatArray
from defease.cashflows import CashFlows
from defease.curves import Compounding, Interpolation, curve_history, month_ends
from defease.dates import to_date
from defease.liability_index import (
    CurvesByDate,
    Indexation,
    LiabilityIndex,
    PriceIndex,
    Projection,
    price_index,
)
from tests.liability_index_data import MONTHS, START, flows_on

LAG = 3
CPI_MONTHS = ("2025-09", "2025-10", "2025-11", "2025-12", "2026-01", "2026-02")
"""The months that the dates of `MONTHS` take with a lag of three."""
EXPECTED_NODES = (1.0, 5.0, 20.0)


@dataclass(frozen=True)
class Linked:
    """One payment by hand: day, amount, tag."""

    day: dt.date
    amount: float
    tag: str = "cpi"


def linked_flows(payments: Sequence[Linked], *, valuation_date: dt.date = START) -> CashFlows:
    """Benefits as listed."""
    flows = flows_on(
        [str(each.day) for each in payments],
        [each.amount for each in payments],
        valuation_date=valuation_date,
    )
    return flows.linked_to([each.tag for each in payments])


def expected_curves(rates: FloatArray, months: Sequence[str] = MONTHS) -> CurvesByDate:
    """Expected inflation by month at 1, 5 and 20 years, straight between them."""
    return curve_history(
        month_ends(months),
        EXPECTED_NODES,
        rates,
        compounding=Compounding.ANNUAL,
        interpolation=Interpolation.LINEAR_ZERO,
    )


def cpi(levels: Sequence[float] | FloatArray, expected: CurvesByDate, lag: int = LAG) -> PriceIndex:
    """A price index of the months that the tests need."""
    return price_index("cpi", CPI_MONTHS, levels, expected=expected, lag_months=lag)


def projection(flows: CashFlows, *indices: PriceIndex, stated: dt.date = START) -> Projection:
    """The flows in force from their valuation date on."""
    return Projection(flows.valuation_date, flows, indexation=Indexation(stated, indices))


def _month(day: dt.date) -> int:
    return day.year * 12 + day.month - 1


def slow_factor(index: PriceIndex, day: dt.date, due: dt.date) -> float:
    """``F_d(D)`` from its definition, one payment at a time."""
    numbers = {
        _month(to_date(month)): float(level)
        for month, level in zip(index.months.astype("datetime64[D]"), index.levels, strict=True)
    }
    reached = min(_month(day), _month(due))
    years = (_month(due) - reached) / 12
    factor = numbers[reached - index.lag_months]
    if years > 0:
        places = [_month(to_date(each)) for each in index.expected.dates]
        on = to_date(index.expected.dates[places.index(_month(day))])
        rate = float(index.expected.curve_on(on).annual_spot_rates([years])[0])
        factor *= (1 + rate) ** years
    return factor


def slow_inflation(
    payments: Sequence[Linked], index: PriceIndex, made: LiabilityIndex, *, stated: dt.date = START
) -> list[float]:
    """The inflation line of each month, payment by payment."""
    found = []
    for start, end in pairwise([to_date(day) for day in made.dates]):
        curve, line = made.curves.curve_on(end), 0.0
        for each in payments:
            if each.tag != index.name or each.day <= start:
                continue
            left = (each.day - end).days / 365
            price = 1.0 if left <= 0 else float(curve.discount_factors([left])[0])
            base = slow_factor(index, stated, each.day)
            before = slow_factor(index, start, each.day) / base
            after = slow_factor(index, end, each.day) / base
            line += each.amount * price * (after - before)
        found.append(line)
    return found


def explained(made: LiabilityIndex) -> FloatArray:
    """The value at each month's end as the lines of the month make it from the start."""
    lines = made.total.growth_lines()
    found: FloatArray = made.total.present_values[:-1] + (
        lines.income
        + lines.roll
        + lines.rate_change
        + lines.spread_change
        + lines.inflation
        + made.benefit_paid
        + made.contributions
        + np.sum(made.experience, axis=1)
        + made.model_change
    )
    return found
