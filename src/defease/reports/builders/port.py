"""Pages of portable alpha: both ways beside each other, matched bonds, every review."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from defease.dates import to_date
from defease.policies import Reason
from defease.reports.builders.rivals import rows_shown
from defease.reports.builders.words import label, listed, money, percent
from defease.reports.charts import level_lines
from defease.reports.document import (
    Block,
    Cell,
    Column,
    Definitions,
    Figure,
    Formatted,
    KeyFigure,
    KeyFigures,
    Paragraph,
    Section,
    Table,
    data_table,
)
from defease.reports.formats import COUNT, DATE, MONEY, PERCENT, TEXT, Format, Kind, shown

if TYPE_CHECKING:
    from defease.performance.portable_result import PortableAlphaComparison, PortableAlphaResult
    from defease.policies import Decision, PortableAlphaPolicy

MOST_REVIEWS = 40
"""Longer records are printed with the reviews that moved money; the JSON has every review."""
SAME = 0.0005
"""A difference of shares that rounds to 0.0%."""
VOLATILITY = Format(Kind.PERCENT, 2)
REASONS = {
    Reason.TRANSFERRED: "moved money into matched bonds",
    Reason.RETURNED: "moved money back",
    Reason.NO_EXCESS: "found no excess",
    Reason.NOT_TRIGGERED: "reached no trigger",
    Reason.BELOW_MINIMUM: "found less than the minimum",
    Reason.BELOW_FLOOR: "stood below the floor",
    Reason.COOLING_OFF: "fell into the cooling-off time",
    Reason.ZERO_SHARE: "had a share of 0 to move",
    Reason.LIMITED_TO_NOTHING: "were limited to nothing",
}
IN_A_WORD = {
    Reason.TRANSFERRED: "moved",
    Reason.RETURNED: "moved back",
    Reason.NO_EXCESS: "no excess",
    Reason.NOT_TRIGGERED: "no trigger",
    Reason.BELOW_MINIMUM: "too little",
    Reason.BELOW_FLOOR: "below floor",
    Reason.COOLING_OFF: "cooling off",
    Reason.ZERO_SHARE: "share of 0",
    Reason.LIMITED_TO_NOTHING: "limited",
}
"""For a table that fits a narrow page; the JSON has each decision's sentence."""


@dataclass(frozen=True, eq=False, kw_only=True)
class PortFacts:
    """What the pages show."""

    comparison: PortableAlphaComparison
    policy: PortableAlphaPolicy
    alpha: str
    basis: str
    amounts: str
    start: dt.date
    end: dt.date

    @property
    def ported(self) -> PortableAlphaResult:
        """The run with the rule."""
        return self.comparison.ported

    @property
    def never(self) -> PortableAlphaResult:
        """The run without it."""
        return self.comparison.never


def port_tiles(facts: PortFacts) -> KeyFigures:
    """Both ratios at the end, money moved, coverage."""
    ported = facts.ported
    moved = sum(decision.moves_money for decision in ported.decisions)
    return KeyFigures(
        [
            KeyFigure("Funded ratio, ported", float(ported.funded_ratio[-1]), PERCENT),
            KeyFigure("Funded ratio, never ported", float(facts.never.funded_ratio[-1]), PERCENT),
            KeyFigure(
                "Moved into matched bonds",
                ported.total_transferred,
                MONEY,
                note=f"{moved} of {len(ported.decisions)} reviews",
            ),
            KeyFigure("Months defeased", int(ported.months_defeased[-1]), COUNT),
            KeyFigure("Payments matched up to", _covered(ported, -1), DATE),
        ]
    )


def _covered(result: PortableAlphaResult, at: int) -> dt.date | None:
    """The day up to which everything is matched; None when nothing is."""
    if result.months_defeased[at] == 0 and result.matched_assets[at] == 0:
        return None
    return to_date(result.coverage_dates[at])


def port_sections(facts: PortFacts, currency: str) -> list[Section]:
    """Every page of the task `port`."""
    return [
        _compared_section(facts, currency),
        _coverage_section(facts, currency),
        _reviews_section(facts, currency),
        Section("The rule and its conventions", [Definitions(_conventions(facts, currency))]),
    ]


def _compared_section(facts: PortFacts, currency: str) -> Section:
    ported, never = facts.ported, facts.never
    dates = [to_date(day) for day in ported.dates]
    lines = {"Portable alpha": ported.funded_ratio, "Never port": never.funded_ratio}
    chart = level_lines(
        dates,
        {name: values.tolist() for name, values in lines.items()},
        words="Funded ratio",
        style=PERCENT,
        currency=currency,
    )
    rows = rows_shown(dates)
    columns: dict[str, list[object]] = {"Date": [dates[k] for k in rows]}
    for name, values in lines.items():
        columns[name] = [float(values[k]) for k in rows]
    data = data_table(_title("Funded ratio", rows, dates), columns, [DATE, PERCENT, PERCENT])
    caption = (
        f"On {facts.end} the plan is {percent(float(ported.funded_ratio[-1]))} funded with "
        f"porting and {percent(float(never.funded_ratio[-1]))} without."
    )
    blocks: list[Block] = [Paragraph(_words(facts, currency)), Figure(caption, chart, data)]
    return Section("Porting beside never porting", [*blocks, _table(facts)])


def _title(words: str, rows: list[int], dates: list[dt.date]) -> str:
    return words if len(rows) == len(dates) else f"{words} at year ends"


def _words(facts: PortFacts, currency: str) -> str:
    both, ported = facts.comparison, facts.ported
    moved = ported.total_transferred
    opening = f"Opening with {money(float(ported.assets[0]), currency)} on {facts.start}, "
    if not any(decision.moves_money for decision in ported.decisions):
        return f"{opening}the rule moved nothing: both ways are the same."
    gain = both.final_surplus_gain
    what = "added" if gain >= 0 else "cost"
    swings = both.drawdown_avoided
    fall = f"{'smaller' if swings > 0 else 'larger'} by {percent(abs(swings))}"
    if abs(swings) < SAME:
        fall = "about the same"
    return (
        f"{opening}the rule moved {money(moved, currency)} into bonds that pay the next unfunded "
        f"payments. Porting {what} {money(abs(gain), currency)} of surplus by {facts.end}, and "
        f"the largest fall of the funded ratio was {fall}."
    )


def _table(facts: PortFacts) -> Table:
    ported, never, both = facts.ported, facts.never, facts.comparison
    columns = [
        Column("measure", "Measure", TEXT),
        Column("ported", "Portable alpha", MONEY),
        Column("never", "Never port", MONEY),
        Column("difference", "Difference", MONEY),
    ]
    money_rows = {
        "Alpha assets": (float(ported.alpha_assets[-1]), float(never.alpha_assets[-1])),
        "Matched bonds": (float(ported.matched_assets[-1]), float(never.matched_assets[-1])),
        "Surplus": (float(ported.surplus[-1]), float(never.surplus[-1])),
        "Unpaid": (float(ported.unpaid.sum()), float(never.unpaid.sum())),
    }
    shares = {
        "Funded ratio": (float(ported.funded_ratio[-1]), float(never.funded_ratio[-1])),
        "Lowest funded ratio": (ported.lowest_funded_ratio, never.lowest_funded_ratio),
        "Largest fall of the ratio": (ported.maximum_drawdown, never.maximum_drawdown),
    }
    if both.funded_volatility is not None:
        shares["Monthly deviation of the ratio"] = both.funded_volatility
    rows: list[list[Cell]] = [[name, a, b, a - b] for name, (a, b) in money_rows.items()]
    for name, (a, b) in shares.items():
        style = VOLATILITY if "deviation" in name else PERCENT
        signed = Format(Kind.PERCENT, style.digits, signed=True)
        rows.append([name, Formatted(a, style), Formatted(b, style), Formatted(a - b, signed)])
    months = [int(result.months_defeased[-1]) for result in (ported, never)]
    cells = [Formatted(count, COUNT) for count in (*months, months[0] - months[1])]
    rows.append(["Months defeased", *cells])
    return Table(f"Both ways on {facts.end}", columns, rows)


def _coverage_section(facts: PortFacts, currency: str) -> Section:
    ported = facts.ported
    dates = [to_date(day) for day in ported.dates]
    chart = level_lines(
        dates,
        {"Portable alpha": ported.months_defeased.tolist()},
        words="Months defeased",
        style=COUNT,
        currency=currency,
    )
    rows = rows_shown(dates)
    data = data_table(
        _title("Pools and coverage", rows, dates),
        {
            "Date": [dates[k] for k in rows],
            "Alpha assets": [float(ported.alpha_assets[k]) for k in rows],
            "Matched bonds": [float(ported.matched_assets[k]) for k in rows],
            "Matched up to": [_covered(ported, k) for k in rows],
            "Months defeased": [int(ported.months_defeased[k]) for k in rows],
        },
        [DATE, MONEY, MONEY, DATE, COUNT],
    )
    longest = int(ported.months_defeased.max())
    at = int(ported.months_defeased.argmax())
    if longest:
        caption = f"At most {longest} months were defeased, on {dates[at]}."
    else:
        caption = "No month was ever defeased."
    return Section("Months defeased", [Figure(caption, chart, data)])


def _reviews_section(facts: PortFacts, currency: str) -> Section:
    decisions = facts.ported.decisions
    if not decisions:
        words = (
            f"No review fell into these months: one is due {_every(facts.policy.review_months)}."
        )
        return Section("Every review", [Paragraph(words)])
    counted = Counter(REASONS[decision.reason] for decision in decisions)
    words = f"Of {len(decisions)} reviews {listed([f'{n} {r}' for r, n in counted.items()])}."
    moving = [decision for decision in decisions if decision.moves_money]
    left = sum(decision.wanted - decision.transferred for decision in moving)
    if left > 0:
        words += f" Limits kept {money(left, currency)} from being moved."
    whole = len(decisions) <= MOST_REVIEWS
    chosen = decisions if whole else tuple(moving)
    title = "Reviews" if whole else "Reviews that moved money"
    return Section("Every review", [Paragraph(words), _decisions(chosen, title)])


def _decisions(decisions: tuple[Decision, ...], title: str) -> Table:
    columns = [
        Column("date", "Review", DATE),
        Column("ratio", "Ratio", PERCENT),
        Column("excess", "Excess", MONEY),
        Column("moved", "Moved", MONEY),
        Column("why", "Why", TEXT),
    ]
    rows: list[list[Cell]] = [
        [
            each.date,
            each.funded_ratio,
            each.excess,
            each.transferred,
            "; ".join((IN_A_WORD[each.reason], *each.limited_by)),
        ]
        for each in decisions
    ]
    note = "Excess: growth of the alpha assets less that of the payments they fund, since a move. "
    note += "What is not moved stays with the alpha assets."
    return Table(title, columns, rows, note=note)


def _every(months: int) -> str:
    return "every month" if months == 1 else f"every {months} months"


def _cooling(months: int) -> str:
    if not months:
        return "no cooling off"
    return f"cooling off for {months} {'month' if months == 1 else 'months'}"


def _conventions(facts: PortFacts, currency: str) -> list[tuple[str, str]]:
    policy = facts.policy
    triggers = []
    if policy.trigger_ratio is not None:
        triggers.append(f"a funded ratio of {percent(policy.trigger_ratio)}")
    if policy.trigger_amount is not None:
        triggers.append(f"an excess of {money(policy.trigger_amount, currency)}")
    back = "never moves back" if policy.direction.value == "ratchet" else "moves both ways"
    rule = (
        f"{' or '.join(triggers)} releases {shown(policy.share, PERCENT)} of the excess; money "
        f"{back}; a review {_every(policy.review_months)}, {_cooling(policy.cooling_off_months)}"
    )
    limits = (
        f"at least {money(policy.minimum, currency)} of excess, a funded ratio of at least "
        f"{percent(policy.floor)}, alpha assets keep {money(policy.least_alpha_assets, currency)}"
    )
    earned = "the total assets" if facts.alpha == "assets" else label(facts.alpha)
    bonds = (
        f"zeros on the month-end curves of basis {label(facts.basis)}, bought for the next "
        "unfunded payments in order of date, without trading costs"
    )
    month = (
        f"growth, then {facts.amounts} payments at the month's end, then the review; flows in "
        "the file of returns are not used, the payments are the projection's"
    )
    found = [
        ("Rule", rule),
        ("Limits", limits),
        ("Alpha assets", f"all assets at the start, earning the returns of {earned}"),
        ("Matched bonds", bonds),
        ("Each month", month),
    ]
    return [*found, ("Settlement", policy.settlement)] if policy.settlement else found
