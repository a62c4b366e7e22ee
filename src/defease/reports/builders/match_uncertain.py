"""Matching when things are not certain: scenarios of payments, and the price of being safe."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from defease.reports.builders.words import label, money, percent
from defease.reports.charts import stress_bars
from defease.reports.document import (
    Block,
    Callout,
    Cell,
    Column,
    Figure,
    Formatted,
    Paragraph,
    Section,
    Table,
    Tone,
    data_table,
)
from defease.reports.formats import (
    BASIS_POINTS,
    COUNT,
    LABEL,
    MONEY,
    PERCENT,
    SCIENTIFIC,
    TEXT,
    shown,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from defease.matching import MatchResult
    from defease.matching.runoff import RunOff
    from defease.matching.uncertain import ScenarioMatch

BASIS_POINT = 1e-4
ROUNDING = 1e-9


@dataclass(frozen=True, eq=False, kw_only=True)
class SafeVariant:
    """A match that also survives something, and in words what: defaults, low reinvestment."""

    name: str
    survives: str
    result: MatchResult


def variants_section(plain: MatchResult, variants: Sequence[SafeVariant], currency: str) -> Section:
    """What it costs more to survive each of several misfortunes, beside the plain match."""
    columns = [
        Column("name", "Match", LABEL),
        Column("cost", "Cost", MONEY),
        Column("extra", "More than plain", MONEY),
        Column("share", "Relative", BASIS_POINTS),
        Column("bonds", "Bonds", COUNT),
        Column("survives", "Survives", TEXT),
    ]
    rows = [_variant_row("plain match", "what is planned", plain, plain)]
    rows += [_variant_row(each.name, each.survives, each.result, plain) for each in variants]
    note = "Each is the cheapest portfolio under its own rule, all other conventions the same."
    table = Table("The price of being safe", columns, rows, note=note)
    return Section("Safer variants", [Paragraph(_variant_words(plain, variants, currency)), table])


def _variant_row(name: str, survives: str, result: MatchResult, plain: MatchResult) -> list[Cell]:
    extra = result.cost - plain.cost
    share = extra / plain.cost / BASIS_POINT if plain.cost > 0.0 else None
    return [label(name), result.cost, extra, share, len(result.holdings), survives]


def _variant_words(plain: MatchResult, variants: Sequence[SafeVariant], currency: str) -> str:
    if not variants:
        return "No safer variant was asked for."
    dearest = max(variants, key=lambda each: each.result.cost)
    extra = dearest.result.cost - plain.cost
    return (
        f"The plain match costs {money(plain.cost, currency)}; the dearest variant, "
        f"{dearest.name}, costs {money(extra, currency)} more and survives {dearest.survives}."
    )


def reinvestment_table(run_offs: Sequence[tuple[float, RunOff]]) -> Table:
    """A matched portfolio run off when carried cash earns other rates than planned."""
    columns = [
        Column("rate", "Cash earns", PERCENT),
        Column("lowest", "Lowest cash", MONEY),
        Column("missed", "Dates short of cash", COUNT),
        Column("left", "Left at the end", MONEY),
    ]
    rows: list[list[Cell]] = [
        [
            rate,
            run.lowest_cash,
            int((run.cash_after < -ROUNDING * max(1.0, float(run.payments.max()))).sum()),
            float(run.cash_after[-1]),
        ]
        for rate, run in run_offs
    ]
    note = "The same bonds and decisions; cash below zero is a payment that has to be borrowed for."
    return Table("If carried cash earns another rate", columns, rows, note=note)


def scenarios_section(found: ScenarioMatch, currency: str) -> Section:
    """One portfolio for several ways the payments may turn out: what stays unpaid in each."""
    blocks: list[Block] = [
        Paragraph(_scenario_words(found, currency)),
        _scenario_figure(found, currency),
        _scenario_table(found),
        _facts_table(found),
    ]
    blocks += [Callout(f"{caution.message}.", Tone.NEUTRAL) for caution in found.cautions]
    return Section("Payments in several scenarios", blocks)


def _scenario_words(found: ScenarioMatch, currency: str) -> str:
    bought = (
        f"{money(found.cost, currency)} buys one portfolio for {len(found.outcomes)} scenarios of "
        "the payments"
    )
    shortfalls = found.shortfalls
    if shortfalls.worst <= 0.0:
        return f"{bought}; every payment of every scenario is made."
    worst = max(found.outcomes, key=lambda each: each.worst_shortfall)
    return (
        f"{bought}. With a probability of {percent(shortfalls.probability_of_any)} something "
        f"stays unpaid, {money(found.expected_unpaid, currency)} on average; at worst "
        f"{money(worst.worst_shortfall, currency)} on one date, in the scenario {worst.name}."
    )


def _scenario_figure(found: ScenarioMatch, currency: str) -> Figure:
    names = [outcome.name for outcome in found.outcomes]
    owed = [float(outcome.due.sum()) for outcome in found.outcomes]
    average = sum(
        outcome.probability * due for outcome, due in zip(found.outcomes, owed, strict=True)
    )
    differences = [due - average for due in owed]
    chart = stress_bars(
        names,
        differences,
        measure="Payments less their average",
        style=MONEY,
        currency=currency,
    )
    data = data_table(
        "Payments of each scenario",
        {"Scenario": names, "Payments": owed, "Less their average": differences},
        [LABEL, MONEY, MONEY],
    )
    caption = (
        f"The sum of all payments lies from {money(min(owed), currency)} to "
        f"{money(max(owed), currency)}, on average {money(average, currency)}."
    )
    return Figure(caption, chart, data)


def _scenario_table(found: ScenarioMatch) -> Table:
    columns = [
        Column("scenario", "Scenario", LABEL),
        Column("probability", "Probability", PERCENT),
        Column("due", "Due", MONEY),
        Column("unpaid", "Unpaid", MONEY),
        Column("worst", "Most on one date", MONEY),
        Column("lowest", "Lowest cash", MONEY),
        Column("left", "Left at the end", MONEY),
    ]
    rows: list[list[Cell]] = [
        [
            outcome.name,
            outcome.probability,
            float(outcome.due.sum()),
            outcome.total_shortfall,
            outcome.worst_shortfall,
            outcome.ladder.lowest_cash,
            float(outcome.ladder.cash_after[-1]) if len(outcome.due) else None,
        ]
        for outcome in found.outcomes
    ]
    note = "Bonds and initial cash are the same in all; cash and what stays unpaid follow each."
    return Table("What becomes of the portfolio", columns, rows, note=note)


def _facts_table(found: ScenarioMatch) -> Table:
    rule, shortfalls = found.rule, found.shortfalls
    rows: list[list[Cell]] = [
        ["Cost today", found.cost],
        ["Expected penalty for what stays unpaid", found.expected_penalty],
        ["Largest shortfall on one date", shortfalls.worst],
    ]
    if rule.cvar_bound is not None:
        worst = f"Average of the worst {percent(1.0 - rule.cvar_level)} of outcomes"
        rows += [
            [worst, shortfalls.conditional_value_at_risk(rule.cvar_level)],
            ["the most it may be", rule.cvar_bound],
        ]
    rows += [
        ["Bound on cost and penalty", found.bound],
        ["Gap to the bound, bp", Formatted(found.gap_bp, SCIENTIFIC)],
        ["Largest residual of the certificate", Formatted(found.certificate.worst, SCIENTIFIC)],
    ]
    note = f"Solved as {found.method}; rounds: {shown(found.rounds, COUNT)}."
    columns = [Column("fact", "Fact"), Column("amount", "Amount", MONEY)]
    return Table("Cost, shortfalls and proof", columns, rows, note=note)
