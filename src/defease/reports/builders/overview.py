"""The first page of the board report: the numbers that matter and what they say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from defease.reports.builders.valuation import measured, tone_of
from defease.reports.builders.words import label, money, percent
from defease.reports.document import (
    Block,
    Definitions,
    KeyFigure,
    KeyFigures,
    Paragraph,
    Section,
    Tone,
)
from defease.reports.formats import LABEL, MONEY, PERCENT, RATE, shown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from defease.funding import BasisValuation, ExhaustionStudy
    from defease.matching import MatchResult, Savings

NEVER = "never"


def overview_tiles(
    lead: BasisValuation, exhaustion: ExhaustionStudy | None, matched: MatchResult | None
) -> KeyFigures:
    """Funded ratio, surplus, how long the money lasts, what matching costs."""
    status = lead.status
    basis = label(lead.basis.name)
    surplus_name = "Surplus" if status.surplus >= 0 else "Deficit"
    tiles = [
        KeyFigure(
            "Funded ratio",
            status.funded_ratio,
            PERCENT,
            note=f"on {basis}",
            tone=tone_of(status.funded_ratio),
        ),
        KeyFigure("Assets", status.assets, MONEY, note="market value"),
        KeyFigure("Liability", status.liability, MONEY, note=f"{measured(lead)}, {basis}"),
        KeyFigure(surplus_name, status.surplus, MONEY, note="assets less liability"),
    ]
    if exhaustion is not None:
        tiles += _exhaustion_tiles(exhaustion)
    if matched is not None:
        note = f"pays {money_of(matched.future_value)} to {matched.last_date.year}"
        tiles.append(KeyFigure("Matched portfolio", matched.cost, MONEY, note=note))
    return KeyFigures(tiles)


def money_of(amount: float) -> str:
    """An amount in a tile's note, without its currency."""
    return shown(amount, MONEY, currency="").strip()


def _exhaustion_tiles(study: ExhaustionStudy) -> list[KeyFigure]:
    year = study.projection.exhaustion_year
    at = f"at {shown(study.assumed_return, RATE)} a year"
    tone = Tone.GOOD if year is None else Tone.BAD
    return [
        KeyFigure("Assets run out", year if year is not None else NEVER, LABEL, note=at, tone=tone),
        KeyFigure(
            "Required return",
            study.required.rate,
            RATE,
            note=f"assumed {shown(study.assumed_return, RATE)}",
        ),
    ]


def summary_section(
    valuations: Sequence[BasisValuation],
    exhaustion: ExhaustionStudy | None,
    matched: MatchResult | None,
    savings: Savings | None,
    currency: str,
) -> Section:
    """What the report says, in a few sentences made from its numbers."""
    sentences = [_funding_words(valuations, currency)]
    if exhaustion is not None:
        sentences.append(_lasting_words(exhaustion))
    if matched is not None:
        sentences.append(_matching_words(matched, savings, currency))
    return Section("In brief", [Paragraph(sentence) for sentence in sentences])


def _funding_words(valuations: Sequence[BasisValuation], currency: str) -> str:
    lead = valuations[0]
    ratio, surplus = lead.status.funded_ratio, lead.status.surplus
    basis, measure = label(lead.basis.name), measured(lead)
    liability = money(lead.status.liability, currency)
    owned = (
        f"Assets of {money(lead.status.assets, currency)} stand against a liability of {liability}"
    )
    gap = f"a {'surplus' if surplus >= 0 else 'deficit'} of {money(abs(surplus), currency)}"
    first = f"{owned} ({measure}) on {basis}: {percent(ratio)} funded, {gap}."
    others = [
        f"{percent(v.status.funded_ratio)} on {label(v.basis.name)}"
        for v in valuations[1:]
        if v.status.funded_ratio is not None
    ]
    return f"{first} The same payments are {', '.join(others)}." if others else first


def _lasting_words(study: ExhaustionStudy) -> str:
    assumed = shown(study.assumed_return, RATE)
    year = study.projection.exhaustion_year
    lasts = (
        f"At {assumed} a year the assets never run out"
        if year is None
        else f"At {assumed} a year the assets run out in {year}"
    )
    if study.required.rate is None:
        return f"{lasts}. Required return: {study.required.reason}."
    return (
        f"{lasts}; the least constant return that pays everything is "
        f"{shown(study.required.rate, RATE)}."
    )


def _matching_words(matched: MatchResult, savings: Savings | None, currency: str) -> str:
    bought = (
        f"{money(matched.cost, currency)} of bonds would pay every net payment to "
        f"{matched.last_date.isoformat()}, {money(matched.future_value, currency)} in all"
    )
    if savings is None:
        return f"{bought}."
    saved = savings.amounts.saving
    verb = "less" if saved >= 0 else "more"
    return (
        f"{bought}: {money(abs(saved), currency)} {verb} than the value of these payments on "
        f"{label(savings.basis)}. Of the difference between payments and cost, "
        f"{money(savings.amounts.time_value, currency)} is time value, which is no saving."
    )


def conventions_section(stated: Sequence[tuple[str, str]], *, timing: str) -> Section:
    """What was understood of every file, and the conventions behind every number."""
    conventions = Definitions(
        [
            ("Payments within a year", timing.replace("_", " ")),
            ("Time", "actual days from the valuation date over 365; annual amounts at exact years"),
            ("Rates", "annual effective unless a basis says otherwise"),
            ("Shifts of rates", "added to annual effective spot rates"),
            ("Funded ratio", "assets at market value over the present value of the payments"),
            ("Amounts", "benefits, expenses and contributions are positive; net = B + E - C"),
        ]
    )
    blocks: list[Block] = [conventions]
    if stated:
        blocks.append(Section("What was read", [Definitions(list(stated))]))
    return Section("Assumptions and conventions", blocks)
