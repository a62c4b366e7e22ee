"""Earnings: the assumed return on the opening balance and on the flows from when they are paid."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from defease.cashflows import Timing
from defease.funding.audit.balance import (
    flow_terms,
    flows_are_complete,
    has_balances,
    moved_to_target,
    net_outgo,
    opening_balances,
    rows_with_balances,
    spent_rows,
)
from defease.funding.audit.findings import Cause
from defease.funding.audit.forms import (
    Alternative,
    Form,
    Relation,
    Term,
    lagged,
    tolerance,
)
from defease.funding.audit.rates import CommonRate, common_rates, is_another_rate
from defease.funding.policies import growth_to_year_end

if TYPE_CHECKING:
    from defease.arrays import BoolArray, FloatArray
    from defease.funding.audit.working import Working

TIMING_WORDS = {
    Timing.START_OF_YEAR: "at the start of the year",
    Timing.MID_YEAR: "in mid-year",
    Timing.END_OF_YEAR: "at the end of the year",
    Timing.MONTHLY: "monthly",
}
SLACK = 0.01
_FITTED = 3


def earnings_relations(working: Working) -> list[Relation]:
    """What the stated return and timing earn in each row, and what else could have been used."""
    printed = has_balances(working) and "benefits" in working
    if not printed or not flows_are_complete(working):
        return []
    rate, timing = working.basis.assumed_return, working.basis.policy.timing
    target, form = _form(working, rate, growth_to_year_end(timing, rate))
    rows = _checkable(working, target)
    base = Relation("earnings", target, form, rows)
    return [replace(base, alternatives=partial(_alternatives, working, base))]


def _checkable(working: Working, target: str) -> BoolArray:
    spent = spent_rows(working)
    if target == "opening":
        spent = np.concatenate([[False], spent[:-1]])
    rows: BoolArray = rows_with_balances(working) & ~spent
    return rows


def _form(working: Working, rate: float, growth: float, *, without: str = "") -> tuple[str, Form]:
    """Earnings ``r F - N (g - 1)``; where they are not printed, the closing balance itself."""
    ones = np.ones(len(working))
    if "earnings" in working:
        flows = flow_terms(working, ones * (growth - 1), without=without)
        opening: tuple[Term, ...] = (Term("opening", ones * rate),)
        if "opening" not in working:
            opening = (Term("closing", ones * rate, 1),)
        return "earnings", Form(opening + flows)
    paid = flow_terms(working, ones)
    interest = flow_terms(working, ones * (growth - 1), without=without)
    terms = (Term("opening", ones * (1 + rate)), *paid, *interest)
    target, moved = moved_to_target(working, terms)
    return target, Form(moved)


def _alternatives(working: Working, base: Relation, broken: BoolArray) -> list[Alternative]:
    stated, rate = working.basis.policy.timing, working.basis.assumed_return
    found = [
        _timed(working, timing, rate, f"{TIMING_WORDS[timing]}")
        for timing in TIMING_WORDS
        if timing is not stated
    ]
    found += _without_a_flow(working, rate, growth_to_year_end(stated, rate))
    for timing in (stated, *(t for t in TIMING_WORDS if t is not stated)):
        implied, doubt = _implied_rates(working, timing, base)
        found += [
            _at_rate(working, timing, common, whole=_from_the_start(base, broken))
            for common in common_rates(implied, doubt, broken)
            if is_another_rate(common.rate, rate)
        ]
    return found + _fitted_timing(working, base, broken)


def _from_the_start(base: Relation, broken: BoolArray) -> bool:
    """Whether the first row that can be checked is broken already: no change on the way."""
    return bool(base.rows.any() and broken[np.flatnonzero(base.rows)[0]])


def _timed(working: Working, timing: Timing, rate: float, words: str) -> Alternative:
    stated = TIMING_WORDS[working.basis.policy.timing]
    _, form = _form(working, rate, growth_to_year_end(timing, rate))
    detail = f"other timing: flows earn as if paid {words}, not {stated} as stated"
    return Alternative(f"earnings:{timing.value}", Cause.TIMING, detail, form)


def _at_rate(working: Working, timing: Timing, common: CommonRate, *, whole: bool) -> Alternative:
    rate, stated = common.rate, working.basis.assumed_return
    _, form = _form(working, rate, growth_to_year_end(timing, rate))
    cause = Cause.RATE if whole else Cause.RATE_CHANGE
    opening = "other rate" if whole else "rate change in these years, other rate"
    detail = f"{opening}: earns {rate:.6g}, stated {stated:.6g}"
    if timing is not working.basis.policy.timing:
        detail += f", and other timing: flows paid {TIMING_WORDS[timing]}"
    if rate == working.basis.municipal_rate:
        detail += " (the municipal rate)"
    needs = 1 if common.is_certain else _FITTED
    return Alternative(f"earnings:{timing.value}:{rate:.9g}", cause, detail, form, needs)


def _without_a_flow(working: Working, rate: float, growth: float) -> list[Alternative]:
    found = []
    for name in ("contributions", "benefits", "expenses"):
        _, form = _form(working, rate, growth, without=name)
        detail = f"column left out: {name} earn no interest within the year"
        found.append(Alternative(f"earnings:without:{name}", Cause.LEFT_OUT, detail, form))
    return found


def _earned(working: Working) -> FloatArray:
    """Earnings as printed, or as the balances and flows imply them."""
    if "earnings" in working:
        return working.columns["earnings"]
    closing = working.columns.get("closing")
    if closing is None:
        closing = lagged(working.columns["opening"], -1)
    return closing - opening_balances(working) + net_outgo(working)


def _implied_rates(
    working: Working, timing: Timing, base: Relation
) -> tuple[FloatArray, FloatArray]:
    """The return each row implies under a timing, and how far rounding can move it."""
    opening, net, earned = opening_balances(working), net_outgo(working), _earned(working)
    rate = np.full(len(working), working.basis.assumed_return)
    with np.errstate(all="ignore"):
        for _ in range(8):
            slope = (
                _earnings_at(rate + 1e-6, timing, opening, net)
                - _earnings_at(rate - 1e-6, timing, opening, net)
            ) / 2e-6
            excess = _earnings_at(rate, timing, opening, net) - earned
            rate = np.clip(rate - excess / slope, -0.5, 1.0)
        doubt = _allowed(working, base) / np.abs(slope)
    if base.target == "opening":
        return lagged(rate, 1), lagged(doubt, 1)
    return rate, doubt


def _earnings_at(
    rate: FloatArray, timing: Timing, opening: FloatArray, net: FloatArray
) -> FloatArray:
    if timing is Timing.MONTHLY:
        points = (np.arange(12) + 0.5) / 12
        growth = np.mean((1 + rate[:, None]) ** (1 - points), axis=1)
    else:
        fraction = {Timing.START_OF_YEAR: 1.0, Timing.MID_YEAR: 0.5}.get(timing, 0.0)
        growth = (1 + rate) ** fraction
    earned: FloatArray = rate * opening - net * (growth - 1)
    return earned


def _allowed(working: Working, base: Relation) -> FloatArray:
    allowed = tolerance(base.form, working.columns, working.units, len(working))
    allowed = allowed + working.units[base.target] / 2
    return lagged(allowed, -1) if base.target == "opening" else allowed


def _fitted_timing(working: Working, base: Relation, broken: BoolArray) -> list[Alternative]:
    """Flows paid at another fraction of the year: ``h = ln(g) / ln(1+r)`` of the implied g."""
    rate = working.basis.assumed_return
    if rate == 0 or np.count_nonzero(broken) < _FITTED:
        return []
    net = net_outgo(working)
    with np.errstate(all="ignore"):
        growth = 1 + (rate * opening_balances(working) - _earned(working)) / net
        power = np.log(growth) / np.log1p(rate)
        doubt = _allowed(working, base) / np.abs(net * np.log1p(rate))
    if base.target == "opening":
        power, doubt = lagged(power, 1), lagged(doubt, 1)
    found = []
    for common in common_rates(power, doubt, broken)[:1]:
        if common.rows >= _FITTED and -SLACK <= common.rate <= 1 + SLACK:
            _, form = _form(working, rate, (1 + rate) ** common.rate)
            detail = (
                f"other timing: flows earn {common.rate:.3f} of a year's return, paid "
                f"{1 - common.rate:.3f} of the year after its start"
            )
            found.append(Alternative("earnings:fitted", Cause.TIMING, detail, form, _FITTED))
    return found
