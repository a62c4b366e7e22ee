"""Whether assets stay above the value of what is still owed, at every payment to come."""

from __future__ import annotations

from typing import TYPE_CHECKING

from defease.reports.builders.words import label, money
from defease.reports.document import Cell, Column, Paragraph, Section, Table
from defease.reports.formats import DATE, MONEY

if TYPE_CHECKING:
    from defease.funding import CoverageTest

MOST_ROWS = 12


def coverage_section(basis: str, test: CoverageTest, currency: str) -> Section:
    """The answer in a sentence, and margins at payments spread over the years."""
    count = len(test.times)
    step = max(1, -(-count // MOST_ROWS))
    shown = sorted({*range(0, count, step), count - 1, int(test.margins.argmin())})
    margins = test.margins
    rows: list[list[Cell]] = [
        [
            test.dates[k].astype("datetime64[D]").item(),
            float(test.assets[k]),
            float(test.present_values[k]),
            float(margins[k]),
        ]
        for k in shown
    ]
    columns = [
        Column("date", "After the payment of", DATE),
        Column("assets", "Assets", MONEY),
        Column("owed", "Value still owed", MONEY),
        Column("margin", "Margin", MONEY),
    ]
    note = (
        "Assets earn the assumed return; what is still owed is valued on forward rates that come "
        "true. The first row is today."
    )
    table = Table(f"Coverage through time, {label(basis)}", columns, rows, note=note)
    return Section("Coverage through time", [Paragraph(_in_words(test, currency)), table])


def _in_words(test: CoverageTest, currency: str) -> str:
    failing = test.first_failure
    if failing is None:
        return (
            "At every payment to come the assets cover the value of what is still owed; the least "
            f"margin is {money(test.least_margin, currency)}."
        )
    when = "today" if failing == 0 else f"after the payment of {test.dates[failing]}"
    return (
        f"The assets first fall short of the value of what is still owed {when}; the widest gap on "
        f"the way is {money(-test.least_margin, currency)}."
    )
