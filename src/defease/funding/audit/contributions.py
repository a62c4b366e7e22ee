"""Payrolls and contributions: parts add up, and each follows from its payroll at one rate."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from defease.funding.audit.balance import is_common
from defease.funding.audit.findings import Cause
from defease.funding.audit.forms import Alternative, Form, Relation, Term, lagged
from defease.funding.audit.rates import CommonRate, common_rates, is_another_rate, sharpened
from defease.funding.audit.table import CONTRIBUTION_PARTS, PAYROLL_COLUMNS

if TYPE_CHECKING:
    from defease.arrays import BoolArray, FloatArray
    from defease.funding.audit.working import Working

SHARP = 1e-3
LEAST_ROWS, LEAST_RUN = 5, 3
STRAY_SHARE = 0.1
_FITTED = 3


@dataclass(frozen=True)
class _Rule:
    """A column that may be one rate times another, and whether that rate is stated."""

    column: str
    base: str
    words: str
    stated: float | None = None
    lag: int = 0


def contribution_relations(working: Working) -> list[Relation]:
    """Sums of payrolls and contributions, and the rates that hold throughout the table."""
    found = _sums(working)
    for rule in _rules(working):
        relation = _at_one_rate(working, rule)
        if relation is not None:
            found.append(relation)
    return found


def _sums(working: Working) -> list[Relation]:
    found = []
    if all(name in working for name in PAYROLL_COLUMNS):
        parts: tuple[str, ...] = PAYROLL_COLUMNS[:2]
        found.append(_sum_of(parts, "payroll_sum", "payroll_total", working))
    parts = tuple(name for name in CONTRIBUTION_PARTS if name in working)
    if "contributions" in working and {"contributions_members", "contributions_employer"} <= set(
        parts
    ):
        relation = _sum_of(parts, "parts", "contributions", working)
        # Without the future members' column the parts need not add up.
        if len(parts) == len(CONTRIBUTION_PARTS) or is_common(relation, working):
            found.append(relation)
    return found


def _sum_of(parts: tuple[str, ...], name: str, target: str, working: Working) -> Relation:
    ones = np.ones(len(working))
    return Relation(
        name,
        target,
        Form(tuple(Term(part, ones) for part in parts)),
        np.ones(len(working), dtype=bool),
        lambda _: _part_alternatives(name, parts, ones),
        sums_printed_figures=True,
    )


def _part_alternatives(name: str, parts: tuple[str, ...], ones: FloatArray) -> list[Alternative]:
    found = []
    for part in parts:
        words = part.replace("_", " ")
        for times, cause, what in (
            (0.0, Cause.LEFT_OUT, f"column left out: {words} are not in the sum"),
            (2.0, Cause.COUNTED_TWICE, f"column counted twice: {words} are in the sum twice"),
            (-1.0, Cause.SIGN, f"sign flipped: {words} are in the sum with the opposite sign"),
        ):
            form = Form(tuple(Term(p, ones * (times if p == part else 1.0)) for p in parts))
            about_future = part == "contributions_future_members"
            why = Cause.FUTURE_MEMBERS if about_future else cause
            detail = f"{Cause.FUTURE_MEMBERS.value}: {what}" if about_future else what
            found.append(Alternative(f"{name}:{part}:{times:g}", why, detail, form))
    return found


def _rules(working: Working) -> list[_Rule]:
    basis = working.basis
    total = "payroll_total" if "payroll_total" in working else "payroll_current"
    rules = [
        _Rule(
            "contributions_members", "payroll_current", "member contributions", basis.member_rate
        ),
        _Rule("contributions_employer", total, "employer contributions", basis.employer_rate),
        _Rule("expenses", "payroll_current", "expenses"),
        _Rule("payroll_total", "payroll_total", "total payroll", lag=1),
    ]
    if not any(part in working for part in CONTRIBUTION_PARTS):
        rules.append(_Rule("contributions", total, "contributions"))
    return [r for r in rules if r.column in working and r.base in working]


def _at_one_rate(working: Working, rule: _Rule) -> Relation | None:
    """The line ``column = rate x base`` where a rate is stated or most rows share one."""
    implied, doubt, rows = _implied(working, rule, working.columns[rule.column])
    rate = rule.stated
    if rate is None:
        rate = _rule_of(implied, doubt, rows)
    if rate is None and rule.column in CONTRIBUTION_PARTS and "contributions" in working:
        rate = _rule_of(*_implied(working, rule, _by_difference(working, rule.column)))
    if rate is None:
        return None
    usual = rate

    def others(broken: BoolArray) -> list[Alternative]:
        rates = common_rates(implied, doubt, broken)
        listed = [
            _other_rate(working, rule, c, usual) for c in rates if is_another_rate(c.rate, usual)
        ]
        by_payroll = rule.lag == 0 and rule.base in PAYROLL_COLUMNS
        return listed + (_other_payrolls(working, rule, usual) if by_payroll else [])

    name = "growth" if rule.lag else f"{rule.column}_rate"
    return Relation(name, rule.column, _form(working, rule, usual), rows, others)


def _by_difference(working: Working, part: str) -> FloatArray:
    """A part of contributions as the printed total and the other parts leave it."""
    others = [name for name in CONTRIBUTION_PARTS if name in working and name != part]
    total = working.columns["contributions"]
    return np.asarray(total - np.sum([working.columns[name] for name in others], axis=0))


def _implied(
    working: Working, rule: _Rule, column: FloatArray
) -> tuple[FloatArray, FloatArray, BoolArray]:
    base = lagged(working.columns[rule.base], rule.lag)
    rows = base != 0
    if rule.lag:
        rows = rows & working.follows
    unit, base_unit = working.units[rule.column], working.units[rule.base]
    with np.errstate(all="ignore"):
        implied = np.where(rows, column / base, np.nan)
        doubt = (unit / 2 + np.abs(implied) * base_unit / 2) / np.abs(base) + 1e-14
    return implied, np.where(rows, doubt, np.inf), rows


def _rule_of(implied: FloatArray, doubt: FloatArray, rows: BoolArray) -> float | None:
    """The rate that nearly all rows share, or the first of two that hold one after the other."""
    sharp = rows & (doubt < SHARP * np.abs(implied))
    count = int(np.count_nonzero(sharp))
    found = common_rates(implied, doubt, sharp)
    if count < LEAST_ROWS or not found or found[0].rate == 0:
        return None
    strays = max(2, int(STRAY_SHARE * count))
    rates = [sharpened(c.rate, implied, doubt, sharp) for c in found[:2] if c.rows >= LEAST_RUN]
    agree = [rows & (np.abs(implied - rate) <= 2 * doubt) for rate in rates]
    if not rates or _others(rows, *agree) > strays:
        return None
    first = _earlier(agree[0] & ~agree[-1], agree[-1] & ~agree[0])
    if first is not None:
        return rates[first]
    return rates[0] if _others(rows, agree[0]) <= strays else None


def _others(rows: BoolArray, *agreeing: BoolArray) -> int:
    """The number of rows that follow none of the rates."""
    return int(np.count_nonzero(rows & ~np.any(agreeing, axis=0)))


def _earlier(one: BoolArray, other: BoolArray) -> int | None:
    """Which of two sets of rows ends before the other begins; None where they mingle."""
    places = [np.flatnonzero(one), np.flatnonzero(other)]
    if not all(len(place) for place in places):
        return None
    if places[0].max() < places[1].min():
        return 0
    return 1 if places[1].max() < places[0].min() else None


def _form(working: Working, rule: _Rule, rate: float) -> Form:
    return Form((Term(rule.base, np.full(len(working), rate), rule.lag),))


def _other_rate(working: Working, rule: _Rule, common: CommonRate, rate: float) -> Alternative:
    needs = 1 if common.is_certain and not rule.lag else _FITTED
    what = "growth" if rule.lag else "rate"
    shown = common.rate - 1 if rule.lag else common.rate
    usual = rate - 1 if rule.lag else rate
    detail = (
        f"other rate: {rule.words} follow a {what} of {shown:.6g}, "
        f"elsewhere or as stated {usual:.6g}"
    )
    key = f"{rule.column}:{common.rate:.9g}"
    return Alternative(key, Cause.RATE, detail, _form(working, rule, common.rate), needs)


def _other_payrolls(working: Working, rule: _Rule, rate: float) -> list[Alternative]:
    found = []
    for payroll in PAYROLL_COLUMNS:
        if payroll in working and payroll != rule.base:
            form = Form((Term(payroll, np.full(len(working), rate)),))
            detail = (
                f"other payroll basis: {rule.words} rest on {payroll.replace('_', ' ')}, "
                f"not on {rule.base.replace('_', ' ')}"
            )
            key = f"{rule.column}:{payroll}"
            found.append(Alternative(key, Cause.PAYROLL_BASIS, detail, form))
    return found
