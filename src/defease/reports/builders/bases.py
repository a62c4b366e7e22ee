"""Discount bases: their rules in words, which of them a plan must show, and why they differ."""

from __future__ import annotations

from typing import TYPE_CHECKING

from defease.reports.builders.words import label, percent
from defease.reports.document import Block, Cell, Column, Definitions, Paragraph, Section, Table
from defease.reports.formats import MONEY, RATE, shown
from defease.valuation.legal import NamedBasis, regime

if TYPE_CHECKING:
    from collections.abc import Sequence

    from defease.funding import BasisValuation
    from defease.valuation import Basis
    from defease.valuation.legal import BasisDuty
    from defease.valuation.legal.bridge import BasisBridge

MARK = "[T]"
RATE_NAMES = {
    "asc715": "single equivalent rate",
    "ppa_430": "effective interest rate",
    "ppa_full_curve": "effective interest rate",
}
NAMES_WITHOUT_REGIME = ("treasury", "assumed_return", "gasb", "smith_wilson")


def rule_blocks(valuations: Sequence[BasisValuation]) -> list[Block]:
    """Every basis's rule in words, marked where the primary text has yet to be compared."""
    blocks: list[Block] = [Definitions([(label(v.basis.name), _rule(v)) for v in valuations])]
    points = [point for v in valuations for point in open_points(v.basis)]
    if points:
        distinct = "; ".join(dict.fromkeys(points))
        blocks.append(Paragraph(f"{MARK}: to confirm against the primary text: {distinct}."))
    return blocks


def open_points(basis: Basis) -> tuple[str, ...]:
    """What of a basis has yet to be compared with the primary text."""
    return basis.to_confirm if isinstance(basis, NamedBasis) else ()


def _rule(valuation: BasisValuation) -> str:
    basis, rate = valuation.basis, valuation.headline.annual_yield
    name = RATE_NAMES.get(basis.regime, "")
    words = f"{basis.rule}; {name} {shown(rate, RATE)}" if name and rate is not None else basis.rule
    return f"{words} {MARK}" if open_points(basis) else words


def duty_section(duties: Sequence[BasisDuty]) -> Section:
    """The bases that plans of this kind show: which of them this plan has, and why."""
    columns = [
        Column("basis", "Basis"),
        Column("reason", "Why"),
        Column("duty", "Duty"),
        Column("shown", "Shown as"),
    ]
    rows: list[list[Cell]] = [
        [
            label(duty.basis),
            duty.reason,
            "must" if duty.must else "may",
            label(duty.shown_as) if duty.shown_as else "missing" if duty.must else "not shown",
        ]
        for duty in duties
    ]
    missing = [duty_name(duty.basis) for duty in duties if duty.is_missing]
    text = (
        f"Missing here: {'; '.join(missing)}."
        if missing
        else "Every basis that a plan of this kind must show is here."
    )
    note = "May: where an election or a feature of the plan calls for it."
    table = Table("Bases a plan of this kind must show", columns, rows, note=note)
    return Section("Bases that law and accounting ask for", [Paragraph(text), table])


def duty_name(basis: str) -> str:
    """A basis that a plan must show, in words.

    Examples
    --------
    >>> duty_name("ppa_430"), duty_name("treasury")
    ('Minimum funding and AFTAP (IRC 430, 436)', 'Treasury')
    """
    return label(basis) if basis in NAMES_WITHOUT_REGIME else regime(basis).title


def bridge_section(bridges: Sequence[BasisBridge]) -> Section:
    """From each basis to the next, in money: rates, spread, averaging, corridor."""
    first = bridges[0]
    rows: list[list[Cell]] = [[label(first.start_name), "", None, first.start_value]]
    totals = []
    for bridge in bridges:
        rows += _steps(bridge)
        if len(bridge.changes) > 1:
            totals.append(len(rows) - 1)
    columns = [
        Column("step", "Step"),
        Column("cause", "Cause"),
        Column("change", "Change", MONEY),
        Column("present_value", "Present value", MONEY),
    ]
    note = (
        "The same payments valued after each step; the changes between two bases add up to their "
        "difference exactly. The order of the steps is part of the answer."
    )
    table = Table("From one basis to the next", columns, rows, note=note, totals=totals)
    return Section("Why the bases differ", [Paragraph(_widest(bridges)), table])


def _steps(bridge: BasisBridge) -> list[list[Cell]]:
    """One row for a way of one step; else every step, and what they add up to."""
    if len(bridge.changes) == 1:
        (only,) = bridge.changes
        return [[label(bridge.end_name), only.cause.value, only.change, bridge.end_value]]
    rows: list[list[Cell]] = [
        [_step(bridge, change.words), change.cause.value, change.change, change.present_value]
        for change in bridge.changes
    ]
    moved = sum(change.change for change in bridge.changes)
    return [*rows, [label(bridge.end_name), "in all", moved, bridge.end_value]]


def _step(bridge: BasisBridge, words: str) -> str:
    """The words of a step with the bases named as people read them."""
    if not words.startswith(f"{bridge.start_name} "):
        return words
    rest = words.removeprefix(f"{bridge.start_name} ")
    if rest == f"to {bridge.end_name}":
        rest = f"to {label(bridge.end_name)}"
    return f"{label(bridge.start_name)} {rest}"


def _widest(bridges: Sequence[BasisBridge]) -> str:
    """The bridge that moves the value most, in a sentence."""
    widest = max(bridges, key=lambda b: abs(b.end_value - b.start_value))
    change = widest.end_value - widest.start_value
    if not widest.start_value:
        return "What lies between one basis and the next, step by step."
    share = percent(abs(change / widest.start_value))
    more = "more" if change > 0 else "less"
    causes = " and ".join(cause.value for cause in widest.by_cause)
    return (
        f"The widest step is from {label(widest.start_name)} to {label(widest.end_name)}: "
        f"{share} {more}, by {causes}."
    )
