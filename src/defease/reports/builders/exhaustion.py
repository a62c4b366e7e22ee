"""Whether the money lasts: projection, single discount rate, required return."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from defease.reports.builders.words import money
from defease.reports.charts import exhaustion_lines
from defease.reports.document import (
    Block,
    Callout,
    Cell,
    Column,
    Figure,
    Formatted,
    KeyFigure,
    KeyFigures,
    Paragraph,
    Section,
    Table,
    Tone,
    data_table,
)
from defease.reports.formats import (
    BASIS_POINTS,
    LABEL,
    MONEY,
    MONEY_MILLIONS,
    RATE,
    TEXT,
    shown,
)

if TYPE_CHECKING:
    from defease.funding import ExhaustionStudy, PolicyOutcome, Projection

NEVER = "never"
SMALL_PLAN = 1e8
OUTGROWN, FEWEST_CHART_YEARS = 5.0, 20
"""Assets below which a projection is shown in full amounts or thousands."""


def exhaustion_tiles(study: ExhaustionStudy) -> KeyFigures:
    """The answers first: how long, at which return, with which margin."""
    exhausted = study.projection.exhaustion_year
    margin = study.required.margin_over(study.assumed_return)
    blend = study.single_rate.rate if study.single_rate else None
    return KeyFigures(
        [
            KeyFigure(
                "Assets run out",
                exhausted if exhausted is not None else NEVER,
                LABEL,
                note=f"at {shown(study.assumed_return, RATE)} a year",
                tone=Tone.GOOD if exhausted is None else Tone.BAD,
            ),
            KeyFigure("Required return", study.required.rate, RATE, note="least that lasts"),
            KeyFigure(
                "Margin",
                None if margin is None else margin * 1e4,
                BASIS_POINTS,
                note="assumed less required return",
                tone=Tone.NEUTRAL if margin is None else Tone.GOOD if margin >= 0 else Tone.BAD,
            ),
            KeyFigure("Single discount rate", blend, RATE, note="GASB blend"),
        ]
    )


def exhaustion_section(study: ExhaustionStudy, currency: str) -> Section:
    """Will the money last, in words, a chart and a table of selected years."""
    blocks: list[Block] = [
        Paragraph(_in_words(study, currency)),
        _chart(study, currency),
        _variants(study),
    ]
    if study.single_rate is None:
        what = (
            f"Assets fall short in {study.projection.first_insufficient_year} and no municipal "
            "bond rate is given, so that the single discount rate cannot be blended: give "
            "municipal_rate in a basis of method gasb."
        )
        blocks.append(Callout(what, Tone.WARN))
    return Section("Will the money last", blocks)


def projection_section(study: ExhaustionStudy) -> Section:
    """The projection year by year, and what every policy changes."""
    return Section("Projection", [_projection_table(study), _policy_table(study.policies)])


def _in_words(study: ExhaustionStudy, currency: str) -> str:
    projection, required = study.projection, study.required
    assumed = shown(study.assumed_return, RATE)
    if projection.exhaustion_year is None:
        left = money(float(projection.closing[-1]), currency)
        first = (
            f"At {assumed} a year the assets pay everything to {projection.labels[-1]}, "
            f"with {left} left."
        )
    else:
        first = f"At {assumed} a year the assets run out in {projection.exhaustion_year}."
    if required.rate is None:
        return f"{first} Required return: {required.reason}."
    second = (
        f"The least constant return whose whole path stays at or above zero is "
        f"{shown(required.rate, RATE)}; it binds in {required.binding_year}."
    )
    return f"{first} {second}"


def _chart(study: ExhaustionStudy, currency: str) -> Figure:
    projection = study.projection
    shown_years = _years_worth_a_chart(projection)
    years = projection.labels[:shown_years].tolist()
    paths = {
        f"at {shown(study.assumed_return, RATE)} (assumed)": projection.closing[
            :shown_years
        ].tolist()
    }
    if study.required.projection is not None and study.required.rate is not None:
        name = f"at {shown(study.required.rate, RATE)} (required)"
        paths[name] = study.required.projection.closing[:shown_years].tolist()
    chart = exhaustion_lines(years, paths, currency=currency)
    caption = (
        f"Assets at the end of each year, from {money(float(projection.opening[0]), currency)} at "
        "the start; the return stays the same throughout."
    )
    if shown_years < len(projection):
        caption += f" The projection goes on to {projection.labels[-1]}; assets only grow there."
    styles = [LABEL, *[MONEY] * len(paths)]
    return Figure(caption, chart, data_table("Assets by year", {"Year": years, **paths}, styles))


def _years_worth_a_chart(projection: Projection) -> int:
    """Years until assets have outgrown their start for good: beyond, the line hides all others."""
    outgrown = projection.closing > OUTGROWN * projection.opening[0]
    below = np.flatnonzero(~outgrown)
    last = int(below[-1]) + 2 if below.size else len(projection)
    return min(max(last, FEWEST_CHART_YEARS), len(projection))


def _variants(study: ExhaustionStudy) -> Table:
    rows: list[list[Cell]] = [
        ["Required return, contributions as counted", study.required.rate],
        ["Required return without contributions", study.required_gross.rate],
        ["Assumed return", study.assumed_return],
        ["Single discount rate", study.single_rate.rate if study.single_rate else None],
        ["Municipal bond rate", study.municipal_rate],
    ]
    if study.required_to_target is not None:
        rows.insert(1, ["Return that also leaves the target", study.required_to_target.rate])
    if study.required_current_members is not None:
        current = study.required_current_members.rate
        rows.insert(1, ["Required return, current members' contributions", current])
    rows.append(
        ["First year of insufficient assets", _year(study.projection.first_insufficient_year)]
    )
    rows.append(["Exhaustion year", _year(study.projection.exhaustion_year)])
    for_information = "Return that ends at zero (information only)"
    rows += [[for_information, root] for root in study.terminal_returns]
    note = (
        "The required return asks that no year ends below zero; the insufficiency test compares "
        "opening assets with the year's payments: different questions, different answers."
    )
    columns = [Column("measure", "Measure"), Column("value", "Result", RATE)]
    return Table("Returns and tests", columns, rows, note=note)


def _year(year: int | None) -> Formatted:
    return Formatted(NEVER if year is None else str(year), TEXT)


def _projection_table(study: ExhaustionStudy) -> Table:
    p = study.projection
    small = float(p.opening.max(initial=0.0)) < SMALL_PLAN
    scale = MONEY if small else MONEY_MILLIONS
    columns = [
        Column("year", "Year", LABEL),
        Column("opening", "Opening", scale),
        Column("contributions", "Contributions", scale),
        Column("benefits", "Benefits", scale),
        Column("expenses", "Expenses", scale),
        Column("earnings", "Earnings", scale),
        Column("closing", "Closing", scale),
        Column("funded", "Funded"),
    ]
    parts = (p.opening, p.contributions, p.benefits, p.expenses, p.earnings, p.closing)
    rows: list[list[Cell]] = [
        [int(year), *(float(part[k]) for part in parts), bool(p.funded[k])]
        for k, year in enumerate(p.labels)
    ]
    return Table("Assets year by year at the assumed return", columns, rows)


def _policy_table(outcomes: tuple[PolicyOutcome, ...]) -> Table:
    columns = [
        Column("policy", "Policy"),
        Column("option", "Option"),
        Column("single_discount_rate", "Single rate", RATE),
        Column("first_insufficient_year", "First short", LABEL),
        Column("required_return", "Required return", RATE),
    ]
    rows: list[list[Cell]] = [
        [
            outcome.policy.replace("_", " "),
            outcome.option.replace("_", " ") + (" (chosen)" if outcome.chosen else ""),
            outcome.single_discount_rate,
            outcome.first_insufficient_year,
            outcome.required_return,
        ]
        for outcome in outcomes
    ]
    return Table("What each policy changes", columns, rows, note="One switch at a time.")
