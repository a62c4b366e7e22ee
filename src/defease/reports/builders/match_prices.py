"""Prices at the margin: limits from both sides, implied rates, rich and cheap bonds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from defease.matching.limits import SizedLimit
from defease.matching.prices import SAME_PRICE, Standing
from defease.reports.builders.match_parts import MOST_ROWS, days_of, finite_or_none, rows_by_year
from defease.reports.builders.words import label, listed, money, percent
from defease.reports.charts import implied_rate_lines
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
from defease.reports.formats import (
    DATE,
    LABEL,
    MONEY,
    PERCENT,
    PRICE,
    RATE,
    TEXT,
    Format,
    Kind,
    shown,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from defease.arrays import FloatArray
    from defease.matching import Limit, MatchResult
    from defease.matching.implied import ImpliedCurve
    from defease.matching.prices import BondValue, LimitStep, PaymentPrices
    from defease.valuation import Basis

LISTED = 10
FACTOR = Format(Kind.NUMBER, 5)
SPAN = Format(Kind.NUMBER, 1)
NEGLIGIBLE = 1e-9
ROOM = 2.0
"""Forward rates are drawn up to this many times the largest other rate."""
FORWARD, SPOT, CASH = "implied forward", "implied spot", "reinvestment rate"


@dataclass(frozen=True, eq=False, kw_only=True)
class PriceFacts:
    """What the page shows.

    `limits` are the question's, in its order, as `steps` are; `payments` and `basis` may be left
    out; `degenerate` says whether the optimum's prices are one choice of several.
    """

    result: MatchResult
    limits: Sequence[Limit]
    steps: Sequence[LimitStep] | None
    implied: ImpliedCurve
    values: Sequence[BondValue]
    payments: PaymentPrices | None = None
    degenerate: bool = False
    basis: Basis | None = None


def prices_section(facts: PriceFacts, currency: str) -> Section:
    """What limits cost, what rates the portfolio implies, and which bonds are rich or cheap."""
    return Section(
        "Prices at the margin",
        [
            *limit_step_blocks(facts.steps, facts.limits, currency),
            *implied_blocks(facts.implied, facts.result, basis=facts.basis),
            *payment_price_blocks(facts),
            *bond_value_blocks(facts.values),
        ],
    )


def limit_step_blocks(
    steps: Sequence[LimitStep] | None, limits: Sequence[Limit], currency: str
) -> list[Block]:
    """Each limit moved by one step both ways: what loosening saves and tightening costs."""
    if steps is None:
        words = "Limits were not moved one by one here: their prices above are of first order."
        return [Paragraph(words)]
    if not steps:
        return [Paragraph("No limit with a size was set: there is nothing to loosen.")]
    sized = [limit for limit in limits if isinstance(limit, SizedLimit)]
    rows = [_step_row(step, limit) for step, limit in zip(steps, sized, strict=True)]
    order = sorted(range(len(steps)), key=lambda k: -_saving(steps[k]))
    columns = [
        Column("limit", "Limit", LABEL),
        Column("size", "Set at", TEXT),
        Column("loosened", "Loosened to", TEXT),
        Column("saving", "Saves", MONEY),
        Column("tightened", "Tightened to", TEXT),
        Column("cost", "Costs", MONEY),
    ]
    note = (
        "Each limit alone moved by one step and the whole portfolio sought again; a dash: no "
        "portfolio within the limits is left."
    )
    table = Table("What the limits cost, both ways", columns, [rows[k] for k in order], note=note)
    return [Paragraph(_step_words(steps, sized, currency)), table]


def _saving(step: LimitStep) -> float:
    return finite_or_none(step.saving) or 0.0


def _step_row(step: LimitStep, limit: SizedLimit) -> list[Cell]:
    return [
        label(step.name),
        limit.said(step.size),
        limit.said(step.loosened_to),
        finite_or_none(step.saving),
        limit.said(step.tightened_to),
        finite_or_none(step.extra_cost),
    ]


def _step_words(steps: Sequence[LimitStep], sized: Sequence[SizedLimit], currency: str) -> str:
    dearest = max(range(len(steps)), key=lambda k: _saving(steps[k]))
    step, limit = steps[dearest], sized[dearest]
    scale = max(abs(finite_or_none(step.extra_cost) or 0.0), 1.0)
    if _saving(step) <= NEGLIGIBLE * scale:
        return "No single limit costs anything: loosening any one of them saves nothing."
    return (
        f"The dearest limit is the {step.name}: moving it from {limit.said(step.size)} to "
        f"{limit.said(step.loosened_to)} saves {money(step.saving, currency)}."
    )


def implied_blocks(
    implied: ImpliedCurve, result: MatchResult, *, basis: Basis | None = None
) -> list[Block]:
    """The portfolio's own term structure: forwards and spots against what carried cash earns."""
    if not len(implied.times):
        return [Paragraph("No payment costs anything at the margin: cash is left over throughout.")]
    rows = rows_by_year(implied.times)
    times, forwards = implied.times[rows], _forwards(implied, rows)
    rates = {SPOT: implied.spot_rates[rows].tolist()}
    if basis is not None:
        spots = basis.curve.annual_spot_rates(times)
        rates[f"spot, {label(basis.name)}"] = spots.tolist()
    rates[CASH] = _reinvestment(implied, result)[rows].tolist()
    highest = _highest(forwards.tolist(), rates)
    chart = implied_rate_lines(times.tolist(), (FORWARD, forwards.tolist()), rates, highest=highest)
    drawn = {**rates, FORWARD: forwards.tolist()}
    days = days_of(implied.dates[rows])
    columns: dict[str, Sequence[object]] = {
        "Date": days,
        "Discount factor": implied.discount_factors[rows].tolist(),
        **drawn,
        "Step paid by": _payers(implied, rows),
    }
    styles = [DATE, FACTOR, *[RATE] * len(drawn), TEXT]
    title = "Implied term structure"
    if len(rows) < len(implied.times):
        title += ", year by year: forward rates of whole years"
    data = data_table(title, columns, styles)
    caption = _implied_caption(implied)
    if highest is not None:
        caption += f" Forward rates above {percent(highest)} are cut off; the data have them."
    return [Figure(caption, chart, data)]


def _highest(forwards: Sequence[float], rates: Mapping[str, Sequence[float]]) -> float | None:
    """Where the chart ends when a few forward rates would flatten everything else."""
    largest = max(max(values) for values in rates.values())
    ceiling = ROOM * largest
    return ceiling if 0.0 < ceiling < max(forwards) else None


def _forwards(implied: ImpliedCurve, rows: Sequence[int]) -> FloatArray:
    """The rate from each date shown to the next; single months swing too widely to be read."""
    times = np.concatenate(([0.0], implied.times[rows]))
    factors = np.concatenate(([1.0], implied.discount_factors[rows]))
    rates = (factors[:-1] / factors[1:]) ** (1.0 / np.diff(times)) - 1.0
    return np.asarray(rates, dtype=np.float64)


def _reinvestment(implied: ImpliedCurve, result: MatchResult) -> FloatArray:
    """What cash earns in the period before each date of the implied curve."""
    every = result.policy.reinvestment_rates(result.data.periods)
    kept = np.isin(result.dates, implied.dates)
    return np.asarray(np.broadcast_to(every, kept.shape)[kept], dtype=np.float64)


def _payers(implied: ImpliedCurve, rows: Sequence[int]) -> list[str]:
    """What carries value from each date shown to the next."""
    found, start = [], 0
    for row in rows:
        step = slice(start, row + 1)
        names = {
            "carried cash": bool(implied.at_reinvestment[step].any()),
            "loans": bool(implied.at_borrowing[step].any()),
            "bonds": not bool((implied.at_reinvestment | implied.at_borrowing)[step].all()),
        }
        found.append(listed([name for name, counts in names.items() if counts]))
        start = row + 1
    return found


def _implied_caption(implied: ImpliedCurve) -> str:
    last = float(implied.spot_rates[-1])
    carried, count = int(implied.at_reinvestment.sum()), len(implied.times)
    words = (
        f"The portfolio's own rate for its last payment is {shown(last, RATE)}, annual effective"
    )
    if not carried:
        return f"{words}; no payment is paid ahead by carried cash."
    return (
        f"{words}; in {carried} of {count} periods the forward rate is the reinvestment rate: "
        "there the next payment is covered by carried cash."
    )


def payment_price_blocks(facts: PriceFacts) -> list[Block]:
    """Prices of payments from both sides, and the warning that one set of prices is not all."""
    prices = facts.payments
    apart = [] if prices is None else _apart(prices)
    blocks: list[Block] = []
    if facts.degenerate or apart:
        words = (
            "The optimum is a corner that several sets of prices fit: the discount factors above "
            "are one of them, and so are prices of limits and bonds read from them."
        )
        blocks.append(Callout(words, Tone.WARN))
    if prices is not None and not apart:
        count = len(prices.periods)
        words = (
            f"Moved by a little up and down and solved again, each of {count} payments costs the "
            "same at the margin both ways: their discount factors are the only ones."
        )
        blocks.append(Paragraph(words))
    elif prices is not None:
        blocks.append(_range_table(facts, prices, apart))
    return blocks


def _apart(prices: PaymentPrices) -> list[int]:
    """Payments whose two sides differ, or of which one side has no answer."""
    more, less = prices.paying_more, prices.paying_less
    same = np.isfinite(more) & np.isfinite(less)
    same[same] = np.abs(more[same] - less[same]) <= SAME_PRICE
    return np.flatnonzero(~same).tolist()


def _range_table(facts: PriceFacts, prices: PaymentPrices, apart: list[int]) -> Table:
    columns = [
        Column("date", "Payment", DATE),
        Column("years", "Years", SPAN),
        Column("factor", "Optimum's price", FACTOR),
        Column("less", "One unit less saves", FACTOR),
        Column("more", "One unit more costs", FACTOR),
    ]
    kept = apart[:MOST_ROWS]
    at = prices.periods[kept]
    days = days_of(facts.result.dates[at])
    rows: list[list[Cell]] = [
        [
            day,
            float(facts.result.data.payment_times[period]),
            float(facts.result.discount_factors[period]),
            finite_or_none(float(prices.paying_less[k])),
            finite_or_none(float(prices.paying_more[k])),
        ]
        for k, period, day in zip(kept, at.tolist(), days, strict=True)
    ]
    note = (
        f"{len(apart)} of {len(prices.periods)} payments moved a little both ways and solved "
        "again have two prices; a dash: no portfolio pays it."
    )
    if len(kept) < len(apart):
        note += f" The first {len(kept)}."
    return Table("Payments with two prices at the margin", columns, rows, note=note)


def bond_value_blocks(values: Sequence[BondValue]) -> list[Block]:
    """Bargains among the excluded, the next to be bought, and the richest of those not bought."""
    by_standing = {
        standing: [value for value in values if value.standing is standing] for standing in Standing
    }
    cheap = [value for value in by_standing[Standing.EXCLUDED] if value.richness < 0.0]
    unused = by_standing[Standing.UNUSED]
    blocks: list[Block] = [Paragraph(_value_words(by_standing, len(cheap)))]
    if cheap:
        note = "Worth: what its payments are worth to this portfolio, before any limit."
        blocks.append(_value_table("Cheapest bonds left out", cheap[:LISTED], note))
    if unused:
        nearest = "Rich by: how far the price would have to fall for the bond to be bought."
        blocks.append(_value_table("Next to be bought", unused[:LISTED], nearest))
        richest = unused[-LISTED:][::-1]
        blocks.append(_value_table("Richest bonds not bought", richest, ""))
    return blocks


def _value_words(by_standing: dict[Standing, list[BondValue]], cheap: int) -> str:
    held, unused, out = (
        len(by_standing[each]) for each in (Standing.HELD, Standing.UNUSED, Standing.EXCLUDED)
    )
    words = f"Of {held + unused + out} bonds offered {held} are held and {unused} are too dear"
    if not out:
        return f"{words}."
    share = f", {cheap} of them cheap at the portfolio's own rates" if cheap else ""
    return f"{words}; {out} were left out by rule{share}."


def _value_table(title: str, values: Sequence[BondValue], note: str) -> Table:
    columns = [
        Column("identifier", "Identifier", TEXT),
        Column("price", "Price", PRICE),
        Column("worth", "Worth here", PRICE),
        Column("richness", "Rich by", PRICE),
        Column("share", "Of price", PERCENT),
        Column("reason", "Left out because", TEXT),
    ]
    rows: list[list[Cell]] = [
        [
            value.identifier,
            value.price,
            value.worth,
            value.richness,
            value.richness / value.price if value.price > 0.0 else None,
            value.reason,
        ]
        for value in values
    ]
    if not any(value.reason for value in values):
        columns, rows = columns[:-1], [row[:-1] for row in rows]
    units = "Prices with accrued interest, per 100 face."
    return Table(title, columns, rows, note=f"{note} {units}".strip())
