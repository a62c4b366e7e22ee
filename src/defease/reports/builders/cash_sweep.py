"""The page of a cash sweep of all classes against bonds that pay the first payments."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from defease.dates import to_date
from defease.reports.builders.words import label, listed, money, percent
from defease.reports.charts import level_lines
from defease.reports.document import (
    Block,
    Cell,
    Column,
    Figure,
    Paragraph,
    Section,
    Table,
    data_table,
)
from defease.reports.formats import DATE, MONEY

if TYPE_CHECKING:
    from defease.performance.rivals import SweepComparison, SweepResult

SWEPT, SLEEVE = "Cash sweep of all classes", "Matched sleeve"
LEVEL_SHARE = 1e-9
"""A difference below this share of the opening assets is rounding."""


@dataclass(frozen=True, eq=False, kw_only=True)
class SweepFacts:
    """What the page shows.

    Attributes
    ----------
    funding_class
        Exchanged for matched bonds at the start.
    chosen
        How that class came to be taken, in words.
    rows
        Places of the dates that the table below the chart prints.
    projections
        Month ends from which later projections say what is due.
    """

    comparison: SweepComparison
    funding_class: str
    share: float
    chosen: str
    rows: list[int]
    projections: tuple[dt.date, ...] = ()

    @property
    def dates(self) -> list[dt.date]:
        """Month ends."""
        return [to_date(day) for day in self.comparison.sweep.dates]


def sweep_section(facts: SweepFacts, currency: str) -> Section:
    """Both ways in words, their assets through time, and what each class sold."""
    both, dates = facts.comparison, facts.dates
    paths = {SWEPT: both.sweep.assets.tolist(), SLEEVE: both.sleeve.assets.tolist()}
    chart = level_lines(dates, paths, words="Assets", style=MONEY, currency=currency)
    columns: dict[str, list[object]] = {"Date": [dates[k] for k in facts.rows]}
    for name, values in paths.items():
        columns[name] = [values[k] for k in facts.rows]
    columns["Of it in bonds"] = [float(both.sleeve.sleeve_values[k]) for k in facts.rows]
    whole = len(facts.rows) == len(dates)
    title = "Assets, both ways" if whole else "Assets, both ways, at year ends"
    data = data_table(title, columns, [DATE, MONEY, MONEY, MONEY])
    figure = Figure(_caption(facts, currency), chart, data)
    blocks: list[Block] = [Paragraph(_words(facts, currency)), figure, _classes(facts)]
    return Section("Cash sweep or matched sleeve", blocks)


def _words(facts: SweepFacts, currency: str) -> str:
    both = facts.comparison
    sweep, sleeve = both.sweep, both.sleeve
    name = label(facts.funding_class)
    bought = float(sleeve.sleeve_values[0])
    held = float(sweep.class_values[0, sweep.names.index(facts.funding_class)])
    words = (
        f"From {facts.dates[0]} to {facts.dates[-1]} {money(float(sweep.due.sum()), currency)} "
        f"fell due. A sweep of every class in proportion to its value sold "
        f"{money(float(sweep.total_sold.sum()), currency)}, "
        f"{money(float(sweep.sold_at_a_loss.sum()), currency)} of it in months in which the class "
        f"had fallen. "
    )
    if bought <= LEVEL_SHARE * float(sweep.assets[0]):
        return words + f"No bonds could be bought for {name}: both ways are one."
    part = "" if held <= 0 else f" ({percent(bought / held)} of it)"
    words += (
        f"Exchanging {money(bought, currency)} of {name}{part} on the first day for bonds that pay "
        f"everything due until {to_date(sleeve.coverage)}{_as_known(facts)} left "
        f"{money(float(sleeve.sold_at_a_loss.sum()), currency)} to be sold in falling months"
    )
    return f"{words}. {_outcome(facts, currency)}{_unpaid(facts, currency)}"


def _as_known(facts: SweepFacts) -> str:
    """Bonds are bought for the payments then projected; a later projection can ask for others."""
    if not facts.projections:
        return ""
    days = listed([str(day) for day in facts.projections])
    return f" as first projected (later projections take over on {days})"


def _outcome(facts: SweepFacts, currency: str) -> str:
    both = facts.comparison
    gain, scale = float(both.gain[-1]), float(both.sweep.assets[0])
    if abs(gain) <= LEVEL_SHARE * scale:
        return "At the end both ways hold the same assets."
    way = "more" if gain > 0 else "less"
    ahead = int(np.count_nonzero(both.gain[1:] > LEVEL_SHARE * scale))
    return (
        f"At the end the sleeve left {money(abs(gain), currency)} {way} than the sweep "
        f"({money(float(both.sleeve.assets[-1]), currency)} against "
        f"{money(float(both.sweep.assets[-1]), currency)}); it was ahead in {ahead} of "
        f"{len(both.gain) - 1} months."
    )


def _unpaid(facts: SweepFacts, currency: str) -> str:
    words, scale = "", float(facts.comparison.sweep.assets[0])
    for name, each in ((SWEPT, facts.comparison.sweep), (SLEEVE, facts.comparison.sleeve)):
        missing = float(each.unpaid.sum())
        if missing > LEVEL_SHARE * scale:
            words += f" {name}: {money(missing, currency)} could not be paid."
    return words


def _caption(facts: SweepFacts, currency: str) -> str:
    gain = facts.comparison.gain
    best, worst = int(np.argmax(gain)), int(np.argmin(gain))
    return (
        f"Sleeve less sweep: most {money(float(gain[best]), currency)} on {facts.dates[best]}, "
        f"least {money(float(gain[worst]), currency)} on {facts.dates[worst]}."
    )


def _classes(facts: SweepFacts) -> Table:
    columns = [
        Column("name", "Class"),
        Column("opening", "Opening", MONEY),
        Column("sold", "Paid", MONEY),
        Column("falling", "When down", MONEY),
        Column("closing", "Closing", MONEY),
    ]
    rows = _rows("Sweep", facts.comparison.sweep) + _rows("Sleeve", facts.comparison.sleeve)
    part = "" if facts.share == 1 else f", at most {percent(facts.share)} of it"
    note = (
        "When down: paid in months in which the class fell. Exchanged: "
        f"{label(facts.funding_class)}, {facts.chosen}{part}. Classes are not rebalanced in either "
        "case. Once the bonds have run out all classes are swept."
    )
    return Table("What each class paid", columns, rows, note=note)


def _rows(way: str, result: SweepResult) -> list[list[Cell]]:
    rows: list[list[Cell]] = [
        [
            f"{way}: {label(name)}",
            float(result.class_values[0, k]),
            float(result.total_sold[k]),
            float(result.sold_at_a_loss[k]),
            float(result.class_values[-1, k]),
        ]
        for k, name in enumerate(result.names)
    ]
    if result.sleeve_values[0] > 0:
        bonds = result.sleeve_values
        paid = float(result.paid_from_sleeve.sum())
        rows.append([f"{way}: matched bonds", float(bonds[0]), paid, None, float(bonds[-1])])
    return rows
