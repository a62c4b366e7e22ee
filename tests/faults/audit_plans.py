"""Printed projections made from scratch, clean by construction, for the audit to be tried on."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy.optimize import brentq

from defease.arrays import FloatArray
from defease.cashflows import Timing
from defease.funding import ExhaustionPolicy
from defease.funding.audit import AuditBasis, AuditReport, AuditTable, audit_table

POINTS = {
    Timing.START_OF_YEAR: np.array([0.0]),
    Timing.MID_YEAR: np.array([0.5]),
    Timing.END_OF_YEAR: np.array([1.0]),
    Timing.MONTHLY: (np.arange(12) + 0.5) / 12,
}
FIRST_YEAR = 2025
FLOWS = ("contributions", "benefits", "expenses")
FUNDED, UNFUNDED, TOTAL = "present_value_funded", "present_value_unfunded", "present_value"


@dataclass(frozen=True)
class Printed:
    """A printed table and what is stated beside it; amounts in currency, multiples of the unit."""

    years: FloatArray
    columns: dict[str, FloatArray]
    unit: float
    rate: float
    municipal: float
    timing: Timing
    totals: dict[str, float] | None = None

    def audit(self) -> AuditReport:
        basis = AuditBasis(
            assumed_return=self.rate,
            municipal_rate=self.municipal,
            policy=ExhaustionPolicy(timing=self.timing),
        )
        table = AuditTable.from_columns(
            self.columns, years=self.years, unit=self.unit, totals=self.totals
        )
        return audit_table(table, basis)

    def only(self, *names: str) -> Printed:
        return replace(self, columns={n: c for n, c in self.columns.items() if n in names})

    def without(self, *names: str) -> Printed:
        return replace(self, columns={n: c for n, c in self.columns.items() if n not in names})

    def with_column(self, name: str, column: FloatArray) -> Printed:
        return replace(self, columns={**self.columns, name: column})

    def with_totals(self) -> Printed:
        summed = {n: float(c.sum()) for n, c in self.columns.items() if n not in BALANCES}
        return replace(self, totals=summed)

    def changed(self, name: str, row: int, by: float) -> Printed:
        column = self.columns[name].copy()
        column[row] += by
        return self.with_column(name, column)

    def print_(self, amounts: FloatArray) -> FloatArray:
        return np.asarray(np.round(amounts / self.unit) * self.unit)


BALANCES = ("opening", "closing")


def discount(rate: float, timing: Timing, rows: int, shift: float = 0.0) -> FloatArray:
    times = np.arange(rows)[:, None] + POINTS[timing][None, :] + shift
    return np.asarray(((1 + rate) ** -times).mean(axis=1))


def growth(rate: float, timing: Timing) -> float:
    return float(np.mean((1 + rate) ** (1 - POINTS[timing])))


def roll(
    opening: float, net: FloatArray, rate: float, timing: Timing
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Opening, earnings and closing of each year, floored at zero."""
    g = growth(rate, timing)
    rows: list[tuple[float, float, float]] = []
    for n in net:
        earned = rate * opening - n * (g - 1)
        closing = max(opening - n + earned, 0.0)
        rows.append((opening, earned, closing))
        opening = closing
    a = np.array(rows)
    return a[:, 0], a[:, 1], a[:, 2]


def plan(
    seed: int,
    *,
    rows: int = 60,
    timing: Timing = Timing.MID_YEAR,
    unit: float = 1.0,
    wealth: float = 0.8,
    single: bool = False,
    summed: bool = False,
) -> Printed:
    """A closed group that runs off, with payrolls, parts of contributions and present values.

    `wealth` scales assets by the value of the net outgo; `single` discounts the total at the
    single rate; `summed` adds up rounded figures instead of rounding sums.
    """
    rng = np.random.default_rng(seed)
    rate = round(float(rng.uniform(0.05, 0.08)), 4)
    municipal = round(float(rng.uniform(0.02, 0.045)), 4)
    t = np.arange(rows)
    size = 10.0 ** rng.uniform(7, 10)
    current = size * np.exp(-((t / rng.uniform(12, 20)) ** 1.6)) * rng.uniform(0.99, 1.0, rows)
    total = size * (1 + round(float(rng.uniform(0.02, 0.035)), 4)) ** t
    benefits = size * 0.4 * (1 + t / 8) * np.exp(-((t / rng.uniform(25, 40)) ** 2))
    benefits *= rng.uniform(0.99, 1.01, rows)
    draft = Printed(FIRST_YEAR + t.astype(float), {}, unit, rate, municipal, timing)
    p = draft.print_
    cols = {"payroll_current": current, "payroll_total": total, "payroll_future": total - current}
    cols["contributions_members"] = round(float(rng.uniform(0.06, 0.1)), 4) * current
    cols["contributions_employer"] = round(float(rng.uniform(0.08, 0.12)), 4) * total
    cols["contributions_future_members"] = -rng.uniform(0.06, 0.07, rows) * (total - current)
    parts = [cols[f"contributions_{who}"] for who in ("members", "employer", "future_members")]
    cols["contributions"] = np.sum([p(x) for x in parts] if summed else parts, axis=0)
    cols["benefits"] = benefits
    cols["expenses"] = 0.002 * current + size * 1e-4 * 1.025**t * rng.uniform(0.98, 1.02, rows)
    net = cols["benefits"] + cols["expenses"] - cols["contributions"]
    opening = wealth * float(np.maximum(net, 0) @ discount(rate, timing, rows))
    cols["opening"], cols["earnings"], cols["closing"] = roll(opening, net, rate, timing)
    if summed:
        cols |= _summed(p(np.array([opening]))[0], {n: p(cols[n]) for n in FLOWS}, draft)
    funded = np.where(p(cols["opening"]) >= p(benefits), 1.0, 0.0)
    cols |= values(benefits, funded, draft, single=single)
    return replace(draft, columns={name: p(column) for name, column in cols.items()})


def values(
    benefits: FloatArray, funded: FloatArray, draft: Printed, *, single: bool, shift: float = 0.0
) -> dict[str, FloatArray]:
    """The three columns of present values."""
    n = len(benefits)
    at_return = funded * benefits * discount(draft.rate, draft.timing, n, shift)
    at_municipal = (1 - funded) * benefits * discount(draft.municipal, draft.timing, n, shift)
    both = at_return + at_municipal
    if single and (funded < 1).any():
        blend = brentq(
            lambda s: benefits @ discount(s, draft.timing, n, shift) - both.sum(),
            min(draft.rate, draft.municipal) - 1e-9,
            max(draft.rate, draft.municipal) + 1e-9,
            xtol=1e-15,
        )
        both = benefits * discount(blend, draft.timing, n, shift)
    return {FUNDED: at_return, UNFUNDED: at_municipal, TOTAL: both}


def _summed(opening: float, flows: dict[str, FloatArray], draft: Printed) -> dict[str, FloatArray]:
    """Balances of a spreadsheet that rounds the earnings and adds up what it prints."""
    g = growth(draft.rate, draft.timing)
    net = flows["benefits"] + flows["expenses"] - flows["contributions"]
    rows = []
    for n in net:
        earned = float(draft.print_(np.array([draft.rate * opening - n * (g - 1)]))[0])
        closing = max(opening - n + earned, 0.0)
        rows.append((opening, earned, closing))
        opening = closing
    a = np.array(rows)
    return {"opening": a[:, 0], "earnings": a[:, 1], "closing": a[:, 2]}
