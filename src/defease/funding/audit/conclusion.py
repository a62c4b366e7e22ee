"""The published result recomputed: single rate, first insufficient year, sum of present values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from defease.errors import DefeaseError
from defease.funding.audit.balance import has_balances
from defease.funding.audit.findings import NO_EFFECT, Effect
from defease.funding.audit.forms import expected
from defease.funding.audit.funded_test import sufficient_years
from defease.funding.audit.present_values import (
    FUNDED,
    TOTAL,
    UNFUNDED,
    discount_factors,
    printed_share,
    single_rate_of,
    tested_balances,
    value_lines,
)
from defease.funding.audit.rolling import rolled_forward

if TYPE_CHECKING:
    from defease.arrays import BoolArray
    from defease.funding.audit.proposals import Claim
    from defease.funding.audit.working import Working

PUBLISHED_RATE = 0.5e-4


@dataclass(frozen=True, kw_only=True)
class Conclusion:
    """What a table leads to; None where its columns do not allow it.

    Attributes
    ----------
    single_discount_rate
        Annual effective.
    first_insufficient_year
        Label of the first row that fails the sufficiency test; None for never.
    present_value
        Sum of the present values, plan currency.
    """

    single_discount_rate: float | None
    first_insufficient_year: int | None
    present_value: float | None


def conclusion_of(working: Working) -> Conclusion:
    """The result that the columns of a table imply as they stand."""
    if "benefits" not in working or not has_balances(working):
        return Conclusion(
            single_discount_rate=None, first_insufficient_year=None, present_value=None
        )
    benefits = working.columns["benefits"]
    expenses = working.columns.get("expenses", np.zeros(len(working)))
    enough = sufficient_years(tested_balances(working), benefits, expenses, working.basis.policy)
    failing = np.flatnonzero(~enough)
    value = _value(working)
    return Conclusion(
        single_discount_rate=_rate(working, value, enough),
        first_insufficient_year=int(working.years[failing[0]]) if failing.size else None,
        present_value=value,
    )


def settled(working: Working) -> Working:
    """The corrected copy with balances rolled forward anew and present values recomputed."""
    if "benefits" not in working or not has_balances(working):
        return working
    after = rolled_forward(working)
    share = printed_share(after, after.basis.policy)
    if share is None or after.basis.municipal_rate is None:
        return after
    for name, line in value_lines(after, share).items():
        values = expected(line.form(0.0), after.columns, len(after))
        after = after.with_cells(name, np.ones(len(after), dtype=bool), values, after.units[name])
    if TOTAL in after and {FUNDED, UNFUNDED} <= set(after.columns):
        summed = after.columns[FUNDED] + after.columns[UNFUNDED]
        every = np.ones(len(after), dtype=bool)
        after = after.with_cells(TOTAL, every, summed, after.units[TOTAL])
    return after


def effect_of(claim: Claim, printed: Working, right: Working) -> Effect:
    """What one finding does to the result: the right table with and without it."""
    rows = _restored(claim, printed)
    columns = [claim.column]
    if claim.whole_path:
        columns = [name for name in ("opening", "closing") if name in printed]
    wrong = right
    for name in columns:
        wrong = wrong.with_cells(name, rows, printed.columns[name], right.units[name])
    if claim.column in {"contributions", "benefits", "expenses"}:
        wrong = _revalued(rolled_forward(wrong), claim.column)
    try:
        return _difference(conclusion_of(wrong), conclusion_of(right))
    except DefeaseError:
        return NO_EFFECT


def changes_result(effect: Effect, working: Working) -> bool:
    """Whether a rate printed to a basis point, the year, or the printed sum of values moves."""
    printed = [working.units[name].max() for name in (FUNDED, TOTAL) if name in working]
    rounding = max(printed, default=0.0) * (len(working) + 1) / 2
    return bool(
        abs(effect.single_discount_rate) >= PUBLISHED_RATE
        or effect.first_insufficient_year
        or abs(effect.present_value) > rounding
    )


def _restored(claim: Claim, printed: Working) -> BoolArray:
    if not claim.whole_path:
        return claim.rows
    first = int(np.flatnonzero(claim.rows)[0])
    return np.arange(len(printed)) >= first


def _revalued(working: Working, column: str) -> Working:
    return settled(working) if column == "benefits" else working


def _difference(wrong: Conclusion, right: Conclusion) -> Effect:
    rates = (wrong.single_discount_rate, right.single_discount_rate)
    values = (wrong.present_value, right.present_value)
    rate = 0.0 if None in rates else float(rates[0] or 0.0) - float(rates[1] or 0.0)
    value = 0.0 if None in values else float(values[0] or 0.0) - float(values[1] or 0.0)
    return Effect(
        single_discount_rate=rate,
        first_insufficient_year=wrong.first_insufficient_year != right.first_insufficient_year,
        present_value=value,
    )


def _value(working: Working) -> float | None:
    """The sum of the printed present values; None where none, or not all of them, are printed."""
    if {FUNDED, UNFUNDED} <= set(working.columns):
        return float(working.columns[FUNDED].sum() + working.columns[UNFUNDED].sum())
    if TOTAL in working:
        return float(working.columns[TOTAL].sum())
    return None


def _rate(working: Working, value: float | None, enough: BoolArray) -> float | None:
    r, m = working.basis.assumed_return, working.basis.municipal_rate
    benefits = np.maximum(working.columns["benefits"], 0.0)
    at_return = float(benefits @ discount_factors(working, r))
    if enough.all():
        rounding = float(working.units["benefits"].sum())
        if value is None or abs(value - at_return) <= rounding:
            return r
    if m is None:
        return None if value is None or not enough.all() else r
    if value is None:
        share = printed_share(working, working.basis.policy)
        if share is None:
            return None
        funded = (benefits * share) @ discount_factors(working, r)
        value = float(funded + (benefits * (1 - share)) @ discount_factors(working, m))
    return single_rate_of(working, value, benefits)
