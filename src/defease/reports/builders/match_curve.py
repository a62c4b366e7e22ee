"""The price list of horizons: what it costs to pay everything up to each date."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from defease.dates import to_date
from defease.reports.builders.match_parts import days_of, rows_by_year
from defease.reports.builders.words import money, percent
from defease.reports.charts import horizon_lines, share_lines
from defease.reports.document import (
    Block,
    Callout,
    Cell,
    Column,
    Figure,
    Paragraph,
    Section,
    Table,
    Tone,
    data_table,
)
from defease.reports.formats import DATE, LABEL, MONEY, PERCENT, YEARS, Format, Kind, shown

if TYPE_CHECKING:
    from defease.arrays import FloatArray
    from defease.matching.slices import HorizonCurve

PARTS = (0.10, 0.25, 0.50, 0.75, 1.0)
SPAN = Format(Kind.NUMBER, 1)
IN_FULL, EQUAL = "the first years in full", "equal shares"
ROUNDING = 1e-9


def cost_curve_section(
    curve: HorizonCurve, currency: str, *, budget: float | None = None
) -> Section:
    """Cost of each horizon, what parts of the full cost buy, and where the curve stops."""
    blocks: list[Block] = [*_stops(curve)]
    if len(curve.costs):
        blocks = [
            Paragraph(_words(curve, currency)),
            *blocks,
            _cost_figure(curve, currency, budget),
            *_share_figure(curve),
            _bought_table(curve, currency, budget),
        ]
    return Section("What each horizon costs", blocks)


def _stops(curve: HorizonCurve) -> list[Block]:
    found: list[Block] = []
    if curve.end is not None:
        found.append(Callout(f"The curve stops: {curve.end.sentence}.", Tone.WARN))
    if curve.cancelled:
        words = "The sweep was stopped before the last horizon: longer ones were not computed."
        found.append(Callout(words, Tone.WARN))
    return found


def _words(curve: HorizonCurve, currency: str) -> str:
    last, cost = to_date(curve.dates[-1]), float(curve.costs[-1])
    words = (
        f"Paying everything up to {last} costs {money(cost, currency)}, "
        f"{shown(float(curve.years[-1]), SPAN)} years of payments"
    )
    row = int(curve.last_within(np.array([0.5 * cost]))[0])
    if cost <= 0.0 or row < 0:
        return f"{words}."
    half = f"; half of it pays the first {shown(float(curve.years[row]), SPAN)} years in full"
    shares = curve.funded_shares
    funded = "" if shares is None else f", {percent(float(shares[row]))} of all payments given"
    return f"{words}{half}{funded}."


def _cost_figure(curve: HorizonCurve, currency: str, budget: float | None) -> Figure:
    marked = None if budget is None else (f"budget {money(budget, currency)}", budget)
    chart = horizon_lines(
        curve.years.tolist(),
        {"cost": curve.costs.tolist()},
        words="Cost to the horizon",
        currency=currency,
        marked=marked,
    )
    rows = rows_by_year(curve.years)
    days, unfunded = days_of(curve.dates), curve.first_unfunded
    columns: dict[str, list[object]] = {
        "Horizon": [days[k] for k in rows],
        "Years": curve.years[rows].tolist(),
        "Cost": curve.costs[rows].tolist(),
        "Payments": curve.future_values[rows].tolist(),
        "First unfunded": [unfunded[k] for k in rows],
    }
    title = "Cost by horizon" + ("" if len(rows) == len(days) else ", once a year")
    data = data_table(title, columns, [DATE, SPAN, MONEY, MONEY, DATE])
    return Figure(_cost_caption(curve, currency, budget), chart, data)


def _cost_caption(curve: HorizonCurve, currency: str, budget: float | None) -> str:
    first, last = (to_date(curve.dates[k]) for k in (0, -1))
    words = (
        f"From {money(float(curve.costs[0]), currency)} for all payments to {first} to "
        f"{money(float(curve.costs[-1]), currency)} for all to {last}"
    )
    if budget is None:
        return f"{words}."
    years = float(curve.years_within(np.array([budget]))[0])
    bought = f"pays {shown(years, SPAN)} years in full" if years else "pays no date in full"
    return f"{words}; a budget of {money(budget, currency)} {bought}."


def _share_figure(curve: HorizonCurve) -> list[Block]:
    costs, funded = curve.cost_shares, curve.funded_shares
    if costs is None or funded is None or len(costs) < 2:
        return []
    series = {IN_FULL: funded.tolist(), EQUAL: costs.tolist()}
    chart = share_lines(
        costs.tolist(), series, across="Share of the full cost", words="Share of all payments"
    )
    rows = rows_by_year(curve.years)
    data = data_table(
        "Share of the cost and share of the payments",
        {
            "Years": curve.years[rows].tolist(),
            "Share of full cost": costs[rows].tolist(),
            "Share of payments": funded[rows].tolist(),
        },
        [SPAN, PERCENT, PERCENT],
    )
    return [Figure(_share_caption(curve, funded), chart, data)]


def _share_caption(curve: HorizonCurve, funded: FloatArray) -> str:
    whole = curve.full_cost or 0.0
    row = int(curve.last_within(np.array([0.5 * whole]))[0])
    share = float(funded[row]) if row >= 0 else 0.0
    return (
        f"Half of the full cost, spent on the first years in full, pays {percent(share)} of all "
        "payments; the broken line marks equal shares of cost and payments."
    )


def _bought_table(curve: HorizonCurve, currency: str, budget: float | None) -> Table:
    whole = float(curve.costs[-1]) if curve.full_cost is None else curve.full_cost
    parts = [(f"{part:.0%}", part * whole) for part in PARTS if whole > 0.0]
    if budget is not None:
        parts.append((f"budget {money(budget, currency)}", budget))
    known = [(name, amount) for name, amount in parts if _is_answered(curve, amount)]
    columns = [
        Column("part", "Spent", LABEL),
        Column("amount", "Amount", MONEY),
        Column("years", "Pays in full", YEARS),
        Column("until", "All payments to", DATE),
        Column("share", "Of all payments", PERCENT),
        Column("unfunded", "First unfunded", DATE),
    ]
    rows = [_bought(curve, name, amount) for name, amount in known]
    of = "the full cost" if curve.full_cost is not None else "the cost of the last horizon"
    note = f"Percentages of {of}. A payment that is only partly paid for is not counted."
    return Table("What a part of the cost buys", columns, rows, note=note)


def _is_answered(curve: HorizonCurve, amount: float) -> bool:
    """Whether the curve goes far enough: an amount beyond its end buys more than it shows."""
    complete = curve.first_unfunded[-1] is None or curve.end is not None
    return complete or amount <= float(curve.costs.max()) * (1.0 + ROUNDING)


def _bought(curve: HorizonCurve, name: str, amount: float) -> list[Cell]:
    row = int(curve.last_within(np.array([amount]))[0])
    if row < 0:
        return [name, amount, 0.0, None, 0.0, to_date(curve.dates[0])]
    shares = curve.funded_shares
    return [
        name,
        amount,
        float(curve.years[row]),
        to_date(curve.dates[row]),
        None if shares is None else float(shares[row]),
        curve.first_unfunded[row],
    ]
