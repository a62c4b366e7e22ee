"""Reading an optimum: prices of limits, rich and cheap bonds, payments that rest on cash."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from defease.dates import to_date
from defease.errors import Caution
from defease.matching.result import FundedByCash, LimitPrice

if TYPE_CHECKING:
    from defease.arrays import DateArray, FloatArray
    from defease.matching.problem import LimitRow, MatchingData, MatchingProgram, ShareRule
    from defease.solvers import LinearSolution

POINT = 0.01
NEGLIGIBLE = 1e-9


def limit_prices(
    matching: MatchingProgram, solution: LinearSolution, base: float
) -> tuple[LimitPrice, ...]:
    """What each binding limit costs, dearest first; families of several groups also as a whole.

    A cap's dual is the money saved per unit of the right-hand side; one percentage point of a
    base V is ``0.01 V`` units.  First order: a full point saves somewhat less.
    """
    priced: list[LimitPrice] = []
    families: dict[ShareRule, list[tuple[LimitRow, float]]] = {}
    for row in matching.limit_rows:
        saving = -float(solution.row_duals[row.row]) * base * POINT
        if saving > NEGLIGIBLE * max(abs(solution.objective), 1.0):
            families.setdefault(row.limit, []).append((row, saving))
    for limit, members in families.items():
        priced += [_of_group(row, saving) for row, saving in members]
        if len(members) > 1:
            priced.append(_of_all_groups(limit, members))
    return tuple(sorted(priced, key=lambda price: -price.saving_per_point))


def price_falls_to_enter(
    data: MatchingData, discount_factors: FloatArray, reduced_costs: FloatArray
) -> FloatArray:
    """By how much each price per 100 would have to fall for the bond to be bought, shape (n,).

    ``r_i / (1 - nu - sum mu_G)``; the divisor, what one unit of price weighs in the optimum, comes
    from ``r_i = p_i (1 - nu - sum mu_G) - sum_t pi_t F_it``.
    """
    received = data.receipts
    counted = received.counted
    worth = received.amounts[counted] * discount_factors[received.rows[counted]]
    value = np.bincount(data.flow_bonds[counted], worth, len(data.prices))
    weight = (reduced_costs + value) / data.prices
    usable = weight > NEGLIGIBLE
    falls = np.where(usable, reduced_costs / np.where(usable, weight, 1.0), data.prices)
    return np.asarray(falls.clip(min=0.0), dtype=np.float64)


def funded_by_cash(data: MatchingData, levels: FloatArray, dates: DateArray) -> FundedByCash | None:
    """The payments after the last receipt from any bond held; None when there are none."""
    counted = data.receipts.counted
    used = counted[levels[data.flow_bonds[counted]] > 0.0]
    last = int(data.receipts.rows[used].max(initial=-1))
    tail = data.payments[last + 1 :]
    if not (tail > 0.0).any():
        return None
    total = float(data.payments.clip(min=0.0).sum())
    share, count = float(tail.clip(min=0.0).sum()) / total, int((tail > 0.0).sum())
    after = to_date(dates[max(last, 0)])
    when = f"after {after}" if last >= 0 else "from the start"
    sentence = (
        f"{count} payments {when}, {share:.1%} of future value, are funded by cash earning "
        "the reinvestment rate"
    )
    return FundedByCash(after, count, share, sentence)


def ignored_payments(data: MatchingData, levels: FloatArray) -> float:
    """What the bonds held still pay after the last date; it has no value in the match."""
    later = np.flatnonzero(data.receipts.rows >= data.periods)
    return float(levels[data.flow_bonds[later]] @ data.flow_amounts[later])


def cautions(tail: FundedByCash | None, ignored: float, future_value: float) -> tuple[Caution, ...]:
    """Sentences that travel with the result."""
    found = []
    if tail is not None:
        found.append(Caution("funded_by_cash", tail.sentence))
    if ignored > NEGLIGIBLE * max(abs(future_value), 1.0):
        words = (
            f"the bonds held still pay {money(ignored)} after the last payment matched; "
            "it is given no value"
        )
        found.append(Caution("payments_after_last_date", words))
    return tuple(found)


def money(amount: float) -> str:
    """An amount for a sentence: whole units from 100 on, else two decimals."""
    return f"{amount:,.0f}" if abs(amount) >= 100.0 else f"{amount:,.2f}"  # noqa: PLR2004


def percent(share: float) -> str:
    """A share for a sentence: 0.02 is 2%, 0.0275 is 2.75%."""
    return f"{share * 100.0:.4g}%"


def _of_group(row: LimitRow, saving: float) -> LimitPrice:
    limit = row.limit
    words = f"{limit.words} {row.group}"
    return LimitPrice(limit.family, row.group, limit.share, saving, _sentence(words, limit, saving))


def _of_all_groups(limit: ShareRule, members: list[tuple[LimitRow, float]]) -> LimitPrice:
    saving = sum(saving for _, saving in members)
    words = f"{limit.words} of every group ({len(members)} are at it)"
    return LimitPrice(limit.family, "", limit.share, saving, _sentence(words, limit, saving))


def _sentence(words: str, limit: ShareRule, saving: float) -> str:
    raised = f"from {percent(limit.share)} to {percent(limit.share + POINT)}"
    return f"raising the {words} {raised} saves about {money(saving)}"
