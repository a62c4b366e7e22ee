"""What the funding rules ask: contributions, thresholds and premium, each line by line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from defease.funding import TrailUnit
from defease.reports.builders.words import label, money, percent
from defease.reports.document import (
    Block,
    Callout,
    Cell,
    Column,
    Formatted,
    KeyFigure,
    KeyFigures,
    Paragraph,
    Section,
    Table,
    Tone,
)
from defease.reports.formats import (
    COUNT,
    LABEL,
    MONEY,
    MONEY_FULL,
    PERCENT,
    RATE,
    Format,
    Kind,
    shown,
)
from defease.valuation.legal import aftap_rules

if TYPE_CHECKING:
    from collections.abc import Sequence

    from defease.funding import (
        ActuarialContribution,
        Aftap,
        FundingQuestion,
        FundingRules,
        TrailLine,
    )
    from defease.valuation import Basis

FACTOR = Format(Kind.NUMBER, 6)
STYLES = {
    TrailUnit.MONEY: MONEY_FULL,
    TrailUnit.RATIO: PERCENT,
    TrailUnit.FACTOR: FACTOR,
    TrailUnit.YEARS: COUNT,
    TrailUnit.HEADS: COUNT,
}
TONES = (Tone.BAD, Tone.WARN, Tone.GOOD)
"""Of the lowest band of the AFTAP, the next, and all above."""
TO_CONFIRM = (
    "Figures and readings of law marked [to confirm] have yet to be compared with the primary "
    "text in force."
)


@dataclass(frozen=True, eq=False, kw_only=True)
class FundingFacts:
    """What the pages show: the rules' answers, the question behind them, and what is missing.

    Attributes
    ----------
    target_basis, effective_rate
        Of the funding target; None without one.
    missing
        A sentence for each part that has no answer.
    """

    rules: FundingRules
    question: FundingQuestion
    target_basis: Basis | None
    effective_rate: float | None
    missing: tuple[str, ...]


def fund_tiles(facts: FundingFacts) -> KeyFigures:
    """The amounts to pay and the ratio that restricts benefits."""
    rules, tiles = facts.rules, []
    if rules.minimum:
        note = f"plan year from {rules.plan_year}"
        least = rules.minimum.contribution
        tiles.append(KeyFigure("Minimum contribution", least, MONEY, note=note))
    if rules.aftap:
        tiles.append(_aftap_tile(rules.aftap, rules.plan_year))
    if rules.premium:
        note = "flat and variable part"
        tiles.append(KeyFigure("PBGC premium", rules.premium.total, MONEY, note=note))
    if rules.actuarial:
        amount, note = rules.actuarial.contribution, "normal cost and amortisation"
        tiles.append(KeyFigure("Actuarial contribution", amount, MONEY, note=note))
    if facts.target_basis:
        note = f"funding target, {label(facts.target_basis.name)}"
        tiles.append(KeyFigure("Effective interest rate", facts.effective_rate, RATE, note=note))
    return KeyFigures(tiles)


def fund_sections(facts: FundingFacts, currency: str) -> list[Section]:
    """Every part with its trail; parts without inputs say which key is missing."""
    rules = facts.rules
    sections = []
    if rules.minimum or rules.aftap:
        sections.append(_minimum_section(facts, currency))
    if rules.premium:
        sections.append(_premium_section(facts, currency))
    if rules.actuarial:
        sections.append(_actuarial_section(facts, rules.actuarial, currency))
    if facts.missing:
        callouts = [Callout(f"{text[:1].upper()}{text[1:]}.", Tone.WARN) for text in facts.missing]
        sections.append(Section("Not computed", callouts))
    return sections


def fund_report_section(facts: FundingFacts, currency: str) -> Section:
    """The same as one section of the board report."""
    return Section("What must be paid", [fund_tiles(facts), *fund_sections(facts, currency)])


def _minimum_section(facts: FundingFacts, currency: str) -> Section:
    blocks: list[Block] = [Paragraph(_minimum_words(facts, currency))]
    minimum, percentage = facts.rules.minimum, facts.rules.aftap
    if percentage:
        blocks += [_aftap_table(percentage, facts.rules.plan_year)]
    lines = [line for part in (minimum, percentage) if part for line in part.lines]
    if lines:
        blocks.append(_trail("Minimum contribution and AFTAP, line by line", lines))
    return Section("Minimum contribution and AFTAP", [*blocks, Paragraph(TO_CONFIRM)])


def _minimum_words(facts: FundingFacts, currency: str) -> str:
    question, minimum, percentage = facts.question, facts.rules.minimum, facts.rules.aftap
    words = [f"The plan year begins in {question.plan_year}."]
    if facts.target_basis:
        rate = facts.effective_rate
        one_rate = f"; one rate of {shown(rate, RATE)} gives the same value" if rate else ""
        words.append(
            f"Benefits earned to date are worth {money(question.funding_target, currency)} on "
            f"{label(facts.target_basis.name)} (the funding target){one_rate}."
        )
    if minimum:
        gap = (
            f"a shortfall of {money(minimum.shortfall, currency)}"
            if minimum.shortfall
            else f"an excess of {money(minimum.excess, currency)}"
        )
        words.append(
            f"Assets less credit balances leave {gap}; at least "
            f"{money(minimum.contribution, currency)} must be paid."
        )
    if percentage and percentage.ratio is not None:
        words.append(f"The AFTAP is {percent(percentage.ratio)}: {percentage.meaning}.")
    elif percentage:
        words.append(f"AFTAP: {percentage.meaning}.")
    return " ".join(words)


def _aftap_table(percentage: Aftap, plan_year: int) -> Table:
    rule = aftap_rules(plan_year)
    edges = [0.0, *(band.below for band in rule.bands if band.below is not None)]
    here = None if percentage.ratio is None else rule.band(percentage.ratio)
    rows: list[list[Cell]] = [
        [_range(low, band.below), band.meaning, "this plan" if band is here else ""]
        for low, band in zip(edges, rule.bands, strict=True)
    ]
    columns = [Column("range", "AFTAP"), Column("meaning", "What follows"), Column("here", "Here")]
    return Table("Thresholds of the AFTAP", columns, rows, note=f"Source: {rule.citation}.")


def _range(low: float, high: float | None) -> str:
    if high is None:
        return f"{100 * low:g}% and more"
    return f"below {100 * high:g}%" if not low else f"{100 * low:g}% to {100 * high:g}%"


def _premium_section(facts: FundingFacts, currency: str) -> Section:
    premium = facts.rules.premium
    if premium is None:
        return Section("PBGC premium", [])
    capped = ", held at its cap" if premium.is_capped else ""
    words = (
        f"{money(premium.flat, currency)} for the participants and "
        f"{money(premium.variable, currency)} on "
        f"{money(premium.unfunded_vested, currency)} of unfunded vested benefits{capped}: "
        f"{money(premium.total, currency)} in all."
    )
    return Section(
        "PBGC premium", [Paragraph(words), _trail("PBGC premium, line by line", premium.lines)]
    )


def _actuarial_section(
    facts: FundingFacts, actuarial: ActuarialContribution, currency: str
) -> Section:
    policy = facts.question.amortisation
    words = (
        f"Amortisation: {policy.words if policy else ''}. Normal cost of "
        f"{money(actuarial.normal_cost, currency)} and amortisation of "
        f"{money(actuarial.amortisation, currency)} make "
        f"{money(actuarial.contribution, currency)}; interest alone on what is unfunded is "
        f"{money(actuarial.interest_threshold, currency)}."
    )
    blocks: list[Block] = [Paragraph(words)]
    blocks += [
        Callout(f"{c.message[:1].upper()}{c.message[1:]}.", Tone.BAD) for c in actuarial.cautions
    ]
    blocks += [_layers(facts, actuarial), _trail("Line by line", actuarial.lines)]
    return Section("Actuarially determined contribution", blocks)


def _layers(facts: FundingFacts, actuarial: ActuarialContribution) -> Table:
    columns = [
        Column("layer", "Layer", LABEL),
        Column("balance", "Unpaid balance", MONEY_FULL),
        Column("remaining", "Payments left", COUNT),
        Column("payment", "Payment of the year", MONEY_FULL),
    ]
    pairs = zip(facts.question.layers, actuarial.payments, strict=True)
    rows: list[list[Cell]] = [
        [number, layer.balance, layer.remaining, payment]
        for number, (layer, payment) in enumerate(pairs, start=1)
    ]
    rows.append(["All", actuarial.unfunded, None, actuarial.amortisation])
    return Table("Amortisation layers", columns, rows, totals=[-1])


def _trail(title: str, lines: Sequence[TrailLine]) -> Table:
    columns = [
        Column("line", "Line"),
        Column("value", "Amount", MONEY_FULL),
        Column("formula", "How"),
        Column("source", "Source"),
    ]
    rows: list[list[Cell]] = [
        [line.label, Formatted(line.value, STYLES[line.unit]), line.formula, line.source]
        for line in lines
    ]
    return Table(title, columns, rows)


def _aftap_tile(percentage: Aftap, plan_year: int) -> KeyFigure:
    rule, ratio = aftap_rules(plan_year), percentage.ratio
    if ratio is None:
        return KeyFigure("AFTAP", None, PERCENT, note="not meaningful")
    band = rule.band(ratio)
    tone = TONES[min(rule.bands.index(band), len(TONES) - 1)]
    return KeyFigure("AFTAP", ratio, PERCENT, note=band.meaning.split(",")[0], tone=tone)
