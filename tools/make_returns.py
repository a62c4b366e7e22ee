"""Make the invented history of the corporate sample: class returns, market values, proxies.

Run through ``python -m tools.make_samples``; a test compares the committed files with this.
Nothing here is a real market's history: equity returns are drawn from a fixed seed, bond returns
follow from the sample's own yields at a fixed duration.
"""

from __future__ import annotations

import csv
import datetime as dt
import itertools
import random
from collections.abc import Mapping
from pathlib import Path

from defease.dates import add_months, month_end

SAMPLE = (
    Path(__file__)
    .resolve()
    .parents[1]
    .joinpath("src", "defease", "services", "samples", "corporate")
)
SEED = 20161130
START, MONTHS = dt.date(2013, 11, 30), 36
CLOSING_VALUE = 742.0e6
QUARTERLY_CONTRIBUTION = 2.5e6
WEIGHTS = {"us_equity": 0.40, "corporate_bonds": 0.35, "long_treasury": 0.22, "cash": 0.03}
EQUITY_MEAN, EQUITY_DEVIATION = 0.0125, 0.030
BONDS = {
    "corporate_bonds": ("hqm_history.csv", "7", 6.0),
    "long_treasury": ("treasury_history.csv", "20", 13.0),
    "cash": ("treasury_history.csv", "0.25", 0.0),
}
"""File of the sample's own yields, the maturity taken, and the duration held throughout."""
PROXY_NOISE = 0.002
ACTUARY_NOISE = 0.004
Row = list[object]


def months() -> list[dt.date]:
    """The month ends of the history, the opening one first."""
    return [month_end(add_months(START, k)) for k in range(MONTHS + 1)]


def class_returns() -> dict[str, list[float]]:
    """Monthly returns by class, to a hundredth of a percent: equity drawn, bonds from yields."""
    draw = _numbers("equity")
    equity = [round(EQUITY_MEAN + EQUITY_DEVIATION * _standard(draw), 4) for _ in range(MONTHS)]
    return {"us_equity": equity, **{name: _bond_returns(*of) for name, of in BONDS.items()}}


def _bond_returns(file: str, maturity: str, duration: float) -> list[float]:
    """A month's carry at the yield before, less duration times the change of the yield."""
    with (SAMPLE / file).open(encoding="utf-8") as opened:
        yields = [float(row[maturity]) / 100 for row in csv.DictReader(opened)]
    return [
        round(before / 12 - duration * (after - before), 4)
        for before, after in itertools.pairwise(yields)
    ]


def market_values() -> tuple[list[int], list[int]]:
    """Market values at each month end, the last one that of the plan, and the month's flow."""
    returns = class_returns()
    flows = [0] + [QUARTERLY_CONTRIBUTION if k % 3 == 0 else 0 for k in range(1, MONTHS + 1)]
    values = [CLOSING_VALUE]
    for month in reversed(range(MONTHS)):
        earned = sum(WEIGHTS[name] * returns[name][month] for name in WEIGHTS)
        values.append((values[-1] - flows[month + 1]) / (1 + earned))
    return [round(value) for value in reversed(values)], [round(flow) for flow in flows]


def returns_rows() -> tuple[tuple[str, ...], list[Row]]:
    """Header and rows of returns.csv."""
    values, flows = market_values()
    returns = class_returns()
    rows: list[Row] = []
    for month, day in enumerate(months()):
        own = [f"{returns[name][month - 1]:.4f}" if month else "" for name in WEIGHTS]
        rows.append([day, values[month], flows[month], *own])
    return ("date", "assets", "flow", *WEIGHTS), rows


def proxy_rows(name: str) -> tuple[tuple[str, ...], list[Row]]:
    """Header and rows of the proxy of a class: its return and a little noise."""
    draw = _numbers(name)
    rows: list[Row] = [
        [day, f"{value + PROXY_NOISE * _standard(draw):.4f}"]
        for day, value in zip(months()[1:], class_returns()[name], strict=True)
    ]
    return ("date", "return"), rows


def official_rows(index_values: Mapping[dt.date, float]) -> tuple[tuple[str, ...], list[Row]]:
    """Header and rows of official.csv: half-yearly to May 2016, known three months later.

    The actuary's liability is that of the index, a little off, as a real valuation is.
    """
    draw = _numbers("actuary")
    values, _ = market_values()
    rows: list[Row] = []
    for month in range(0, MONTHS - 5, 6):
        day = months()[month]
        owed = index_values[day] * (1 + ACTUARY_NOISE * _standard(draw))
        known = month_end(add_months(day, 3))
        rows.append([day, values[month], round(owed / 1000) * 1000, known])
    return ("date", "assets", "liabilities", "known_at"), rows


def _numbers(purpose: str) -> random.Random:
    """A stream of numbers of its own for each purpose."""
    return random.Random(f"{SEED} {purpose}")  # noqa: S311 - an illustration, no secret


def _standard(draw: random.Random) -> float:
    """Nearly normal, and the same on every machine: a sum of twelve uniform numbers."""
    return sum(draw.random() for _ in range(12)) - 6.0
