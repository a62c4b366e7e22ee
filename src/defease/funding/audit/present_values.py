"""Present values: each year's benefits discounted at the stated rate from the stated time."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from defease.funding.audit.balance import has_balances, net_outgo, opening_balances
from defease.funding.audit.forms import (
    Alternative,
    Form,
    Relation,
    Term,
    expected,
    residuals_of,
)
from defease.funding.audit.funded_test import funded_share
from defease.funding.audit.rates import common_rates
from defease.funding.audit.rolling import rolled_forward
from defease.funding.audit.value_alternatives import ValueLine, value_alternatives
from defease.funding.policies import growth_to_year_end, payment_points
from defease.solvers import find_root

if TYPE_CHECKING:
    from defease.arrays import BoolArray, FloatArray
    from defease.funding.audit.working import Working
    from defease.funding.policies import ExhaustionPolicy

NEAR_RATE = 0.0025
PATH_LINES = frozenset({"chain", "arithmetic", "earnings"})
FUNDED, UNFUNDED, TOTAL = "present_value_funded", "present_value_unfunded", "present_value"


def value_relations(working: Working) -> list[Relation]:
    """The lines of the present-value columns, with every other way they could have been made."""
    printed = [name for name in (FUNDED, UNFUNDED, TOTAL) if name in working]
    if not printed or "benefits" not in working:
        return []
    share = _share_that_fits(working)
    if share is None:
        return []
    lines = value_lines(working, share)
    found = []
    for name, line in lines.items():
        proposed = partial(value_alternatives, working, lines, share, line)
        found.append(replace(_relation(working, name, line.form(0.0)), alternatives=proposed))
    summed = _sum_form(working)
    if TOTAL in working and TOTAL not in lines and summed is not None:
        found.append(_sum_relation(working, lines, share, summed))
    return found


def _share_that_fits(working: Working) -> FloatArray | None:
    """The funded share by printed balances, or by the right ones where those are off."""
    share = printed_share(working, working.basis.policy)
    off_path = PATH_LINES & (set(working.overrides) | set(working.waived))
    if share is None or not off_path:
        return share
    rolled = printed_share(rolled_forward(working), working.basis.policy)
    shares = [share] if rolled is None else [share, rolled]
    return min(shares, key=lambda one: _count_broken(working, one))


def _count_broken(working: Working, share: FloatArray) -> int:
    lines = value_lines(working, share)
    relations = [_relation(working, name, line.form(0.0)) for name, line in lines.items()]
    return sum(residuals_of(r, working.columns, working.units).count for r in relations)


def value_lines(working: Working, share: FloatArray) -> dict[str, ValueLine]:
    """How each printed present-value column discounts the benefits of its rows."""
    r, m = working.basis.assumed_return, working.basis.municipal_rate
    lines = {}
    if FUNDED in working:
        lines[FUNDED] = ValueLine(working, FUNDED, ((share, r),))
    # Without a municipal rate nothing can be said of years that are not funded.
    other = r if m is None else m
    if UNFUNDED in working:
        lines[UNFUNDED] = ValueLine(working, UNFUNDED, ((1 - share, other),))
    if TOTAL in working:
        line = _total_line(working, share, other)
        if line is not None:
            lines[TOTAL] = line
    return lines


def printed_share(working: Working, policy: ExhaustionPolicy) -> FloatArray | None:
    """Share of benefits that the printed balances fund; else the printed split itself."""
    benefits = working.columns["benefits"]
    expenses = working.columns.get("expenses", np.zeros(len(working)))
    if has_balances(working):
        return funded_share(tested_balances(working), benefits, expenses, policy)
    split = _printed_split(working)
    return None if split is None else split.astype(np.float64)


def _printed_split(working: Working) -> BoolArray | None:
    """Rows that the present-value columns themselves treat as funded; None without columns."""
    funded: BoolArray | None = None
    if UNFUNDED in working:
        funded = working.columns[UNFUNDED] == 0
    elif FUNDED in working:
        funded = working.columns[FUNDED] != 0
    return funded


def tested_balances(working: Working) -> FloatArray:
    """Opening balances for the funded test; where none is printed, what the row implies."""
    opening = opening_balances(working)
    if "opening" in working:
        return opening
    split = _printed_split(working)
    if split is None:
        rate, timing = working.basis.assumed_return, working.basis.policy.timing
        grown = net_outgo(working) * growth_to_year_end(timing, rate)
        closing = working.columns["closing"]
        implied = np.where(closing > 0, (closing + grown) / (1 + rate), 0.0)
    else:
        implied = np.where(split, np.inf, -np.inf)
    return np.where(working.follows, opening, implied)


def single_rate_of(working: Working, value: float, benefits: FloatArray) -> float | None:
    """The rate between the two stated ones that discounts the benefits to a value."""
    r, m = working.basis.assumed_return, working.basis.municipal_rate
    low, high = min(r, r if m is None else m), max(r, r if m is None else m)

    def excess(rate: float) -> float:
        return float(benefits @ discount_factors(working, rate)) - value

    if not benefits.any():
        return None
    if excess(low) <= 0:
        return low
    return high if excess(high) >= 0 else find_root(excess, low, high)


def discount_factors(working: Working, rate: float) -> FloatArray:
    """Present value of 1 paid in each row's year by the stated timing, shape (rows,)."""
    points = payment_points(working.basis.policy.timing)
    times = (working.periods - 1)[:, None] + points[None, :]
    factors: FloatArray = ((1.0 + rate) ** -times).mean(axis=1)
    return factors


@dataclass(frozen=True, eq=False)
class _Reading:
    line: ValueLine
    agreeing: float


def _total_line(working: Working, share: FloatArray, municipal: float) -> ValueLine | None:
    """The total by the two rates or at the single rate; None where it is the printed sum."""
    r = working.basis.assumed_return
    blended = ValueLine(working, TOTAL, ((share, r), (1 - share, municipal)))
    single = _single_line(working, blended)
    summed = _sum_form(working)
    readings = [_Reading(blended, _agreeing(working, blended.form(0.0)))]
    if single is not None:
        readings.append(_Reading(single, _best_agreeing(working, single)))
    best = max(readings, key=lambda reading: reading.agreeing)
    if summed is not None and _agreeing(working, summed) >= best.agreeing:
        return None
    return best.line


def _best_agreeing(working: Working, line: ValueLine) -> float:
    return max(_agreeing(working, line.form(shift)) for shift in (0.0, -0.5, 0.5, -1.0, 1.0))


def _single_line(working: Working, blended: ValueLine) -> ValueLine | None:
    benefits = working.columns["benefits"]
    if (benefits < 0).any():
        return None
    values = expected(blended.form(0.0), working.columns, len(working))
    total = float(values.sum())
    rate = single_rate_of(working, total, benefits)
    if rate is None or total <= 0:
        return None
    if not working.settled_rate:
        rate = _shared_rate(working, blended, rate)
    # The rate inherits the rounding of every row: half a unit each, spread by duration.
    times = np.maximum(working.periods - 0.5, 0.5)
    at_rate = benefits * discount_factors(working, rate)
    weighted = float(times @ at_rate)
    doubt = float(np.sum(working.units["benefits"])) / weighted if weighted > 0 else 0.0
    return ValueLine(
        working, TOTAL, ((np.ones(len(working)), rate),), extra=doubt * times * at_rate
    )


def _shared_rate(working: Working, blended: ValueLine, computed: float) -> float:
    """The rate that the rows of a total share, when it is near the recomputed one."""
    line = ValueLine(working, TOTAL, ((np.ones(len(working)), computed),))
    implied, doubt = line.implied_rates(0.0)
    usable = np.isfinite(implied) & (doubt > 0) & (working.columns["benefits"] > 0)
    found = common_rates(implied, doubt, usable)
    low, high = (f({rate for _, rate in blended.parts}) for f in (min, max))
    shared = [c.rate for c in found[:1] if c.rows > len(working) / 2 and low < c.rate < high]
    near = [rate for rate in shared if abs(rate - computed) < NEAR_RATE]
    return near[0] if near else computed


def _agreeing(working: Working, form: Form) -> float:
    residuals = residuals_of(_relation(working, TOTAL, form), working.columns, working.units)
    return 1 - residuals.count / len(working)


def _sum_form(working: Working) -> Form | None:
    if FUNDED in working and UNFUNDED in working:
        ones = np.ones(len(working))
        return Form((Term(FUNDED, ones), Term(UNFUNDED, ones)))
    return None


def _relation(working: Working, target: str, form: Form) -> Relation:
    rows = np.ones(len(working), dtype=bool)
    if working.basis.municipal_rate is None:
        share = printed_share(working, working.basis.policy)
        rows = rows if share is None else share == 1
    return Relation(f"value:{target}", target, form, rows)


def _sum_relation(
    working: Working, lines: dict[str, ValueLine], share: FloatArray, form: Form
) -> Relation:
    r, m = working.basis.assumed_return, working.basis.municipal_rate
    line = ValueLine(working, TOTAL, ((share, r), (1 - share, r if m is None else m)))

    def others(broken: BoolArray) -> list[Alternative]:
        direct = value_alternatives(working, lines, share, line, broken)
        return [*line.parts_left_out(form), *direct]

    rows = np.ones(len(working), dtype=bool)
    name = f"value:{TOTAL}"
    return Relation(name, TOTAL, form, rows, others, sums_printed_figures=True)
