"""A portfolio in pieces a desk could trade: its cost against the bound, how it was found."""

from __future__ import annotations

from typing import TYPE_CHECKING

from defease.reports.builders.words import label, money
from defease.reports.document import (
    Block,
    Callout,
    Cell,
    Column,
    Definitions,
    Formatted,
    KeyFigure,
    KeyFigures,
    Paragraph,
    Section,
    Table,
    Tone,
)
from defease.reports.formats import COUNT, LABEL, MONEY, SCIENTIFIC, TEXT, Format, Kind, shown
from defease.solvers import SolverStatus

if TYPE_CHECKING:
    from defease.matching.lots import LotMatch, PieceRules

GAP = Format(Kind.BASIS_POINTS, 2)
SECONDS = Format(Kind.NUMBER, 1)
ENDED = {
    SolverStatus.OPTIMAL: "The search ended with a portfolio proven near enough to the bound.",
    SolverStatus.FEASIBLE_GAP: "The search ended by itself with the gap stated.",
    SolverStatus.TIME_LIMIT: "The time allowed ended the search: more time may find a cheaper one.",
}


def lots_section(found: LotMatch, currency: str) -> Section:
    """Cost, bound and gap of whole pieces; what the rules cost, the search, the exact check."""
    tone = Tone.WARN if found.status is SolverStatus.TIME_LIMIT else Tone.NEUTRAL
    blocks: list[Block] = [
        _tiles(found),
        Paragraph(_words(found, currency)),
        Callout(ENDED.get(found.status, f"The search ended: {found.status.value}."), tone),
        _cost_table(found),
        _stage_table(found, currency),
        _check_table(found),
        Definitions(_rules(found.rules, currency)),
    ]
    return Section("In whole pieces", blocks)


def _tiles(found: LotMatch) -> KeyFigures:
    asked = found.rules.maximum_names
    most = "no limit on names" if asked is None else f"at most {asked} allowed"
    return KeyFigures(
        [
            KeyFigure("Cost in pieces", found.cost, MONEY, note="bonds, cash and tickets"),
            KeyFigure("Above the bound", found.gap_bp, GAP, note="no portfolio costs less"),
            KeyFigure("What the rules cost", found.cost_of_rules, MONEY, note="over any sizes"),
            KeyFigure("Names", found.names, COUNT, note=most),
        ]
    )


def _words(found: LotMatch, currency: str) -> str:
    return (
        f"{found.names} bonds in tradable pieces cost {money(found.cost, currency)}, "
        f"{shown(found.gap_bp, GAP)} above what no portfolio within the limits can cost less "
        f"than. Rules for pieces cost {money(found.cost_of_rules, currency)} over a portfolio of "
        f"any sizes, {_share_words(found)}."
    )


def _share_words(found: LotMatch) -> str:
    if found.linear_cost <= 0.0:
        return "whose cost is not above zero"
    return f"{shown(1e4 * found.cost_of_rules / found.linear_cost, GAP)} of its cost"


def _cost_table(found: LotMatch) -> Table:
    rows: list[list[Cell]] = [
        ["Portfolio of any sizes (linear optimum)", found.linear_cost],
        ["Bound: no portfolio in pieces costs less", found.bound],
        ["Bonds and cash in pieces", found.match.cost],
        ["Tickets", found.tickets],
        ["Cost in pieces", found.cost],
        ["Above the bound", found.cost - found.bound],
        ["the same in basis points of the bound", Formatted(found.gap_bp, GAP)],
    ]
    note = (
        "The bound holds for all eligible bonds. Prices of limits and payments are those of the "
        "linear programme with the pieces held fixed."
    )
    if found.restricted_bound is not None:
        rows.append(["Bound among the bonds of the last stage alone", found.restricted_bound])
        note += " The bound of the last stage leaves out bonds that looked unpromising."
    columns = [Column("what", "What"), Column("amount", "Amount", MONEY)]
    return Table("What pieces cost", columns, rows, note=note)


def _stage_table(found: LotMatch, currency: str) -> Table:
    columns = [
        Column("stage", "Stage", LABEL),
        Column("bonds", "Bonds searched", COUNT),
        Column("seconds", "Ended after, s", SECONDS),
        Column("gap", "Best yet, above bound", GAP),
    ]
    base = found.bound - found.match.due_at_settlement
    rows: list[list[Cell]] = [
        [
            label(str(stage.kind)),
            stage.bonds,
            stage.seconds,
            None if stage.cost is None or base <= 0.0 else 1e4 * (stage.cost / base - 1.0),
        ]
        for stage in found.stages
    ]
    note = (
        f"Found by {found.found_by}; {shown(found.seconds, SECONDS)} of "
        f"{shown(found.time_limit, SECONDS)} seconds used; the search stops at a gap of "
        f"{shown(1e4 * found.relative_gap, GAP)}, {money(found.relative_gap * base, currency)}."
    )
    return Table("How it was found", columns, rows, note=note)


def _check_table(found: LotMatch) -> Table:
    checked = found.verification
    columns = [
        Column("check", "Checked in exact arithmetic", TEXT),
        Column("count", "Number", COUNT),
        Column("worst", "Largest shortfall", SCIENTIFIC),
    ]
    rows: list[list[Cell]] = [
        ["Pieces: whole lots, smallest sizes, names", checked.pieces, 0.0],
        ["Payments covered, date by date", checked.balances, checked.worst_balance],
        ["Limits, supply and caps", checked.limits, checked.worst_limit],
    ]
    note = "Relative to the amounts involved; each must be at most 1e-9, pieces hold exactly."
    return Table("Exact check of the portfolio", columns, rows, note=note)


def _rules(rules: PieceRules, currency: str) -> list[tuple[str, str]]:
    """The rules in words, those that were not given included."""
    given = {
        "Lot": None if rules.lot is None else f"{money(rules.lot, currency)} face",
        "Smallest piece": f"{money(rules.smallest_piece, currency)} face"
        if rules.smallest_piece
        else None,
        "Names": None if rules.maximum_names is None else f"at most {rules.maximum_names}",
        "Ticket": money(rules.ticket_cost, currency) if rules.ticket_cost else None,
    }
    return [(name, words or "no rule") for name, words in given.items()]
