"""Reading an optimum: prices of limits, rich and cheap bonds, payments that rest on cash."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from defease.arrays import read_only
from defease.dates import to_date
from defease.errors import Caution
from defease.matching.problem import Sense
from defease.matching.result import FundedByCash, LimitPrice
from defease.matching.words import money

if TYPE_CHECKING:
    from defease.arrays import DateArray, FloatArray
    from defease.matching.data import MatchingData
    from defease.matching.problem import LimitRow, MatchingProgram, PricedRule
    from defease.solvers import LinearSolution

NEGLIGIBLE = 1e-9
MONTHS = 12.0
LONG_WAIT_MONTHS = 12


def limit_prices(
    matching: MatchingProgram, solution: LinearSolution, base: float
) -> tuple[LimitPrice, ...]:
    """What each binding limit costs, dearest first; families of several groups also as a whole.

    A row's dual is the money saved per unit of its bound; one step of the limit is ``step x base``
    units.  First order: a whole step saves somewhat less.
    """
    priced: list[LimitPrice] = []
    families: dict[str, list[tuple[LimitRow, float]]] = {}
    for row in matching.limit_rows:
        dual = -float(solution.row_duals[row.row])
        step = abs(row.limit.step) * (base if row.per_size is None else row.per_size)
        saving = (dual if row.sense is Sense.AT_MOST else -dual) * step
        if saving > NEGLIGIBLE * max(abs(solution.objective), 1.0):
            families.setdefault(_family(row.limit), []).append((row, saving))
    for members in families.values():
        priced += [_of_group(row, saving) for row, saving in members]
        if len(members) > 1:
            priced.append(_of_all_groups(members))
    return tuple(sorted(priced, key=lambda price: -price.saving_per_point))


def _family(limit: PricedRule) -> str:
    return f"{limit.family} {limit.size}"


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
    return read_only(np.asarray(falls.clip(min=0.0), dtype=np.float64))


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


def long_waits(data: MatchingData, levels: FloatArray, dates: DateArray) -> Caution | None:
    """Receipts that wait longer for their payment date than cash may be carried between dates.

    The cap on cash binds at payment dates; between two that lie far apart it cannot.
    """
    counted = data.receipts.counted
    used = counted[levels[data.flow_bonds[counted]] > 0.0]
    rows = data.receipts.rows[used]
    waits = data.payment_times[rows] - data.flow_times[used]
    months = data.policy.cash_cap_months or LONG_WAIT_MONTHS
    amounts = levels[data.flow_bonds[used]] * data.flow_amounts[used]
    long = (waits > (months + 1) / MONTHS) & (amounts > 0.0)
    if not long.any():
        return None
    worst = int(np.argmax(np.where(long, waits, 0.0)))
    message = (
        f"{money(float(amounts[long].sum()))} of receipts wait more than {months} months for the "
        f"payment they serve, up to {waits[worst]:.1f} years for that of {dates[rows[worst]]}, and "
        "earn the reinvestment rate until then"
    )
    return Caution("receipts_wait", message)


def ignored_payments(data: MatchingData, levels: FloatArray) -> float:
    """What the bonds held still pay after the last date; it has no value in the match."""
    later = np.flatnonzero(data.receipts.rows >= data.periods)
    return float(levels[data.flow_bonds[later]] @ data.flow_amounts[later])


def cautions(
    tail: FundedByCash | None, waits: Caution | None, ignored: float, future_value: float
) -> tuple[Caution, ...]:
    """Sentences that travel with the result."""
    found = [] if waits is None else [waits]
    if tail is not None:
        found.append(Caution("funded_by_cash", tail.sentence))
    if ignored > NEGLIGIBLE * max(abs(future_value), 1.0):
        words = (
            f"the bonds held still pay {money(ignored)} after the last payment matched; "
            "it is given no value"
        )
        found.append(Caution("payments_after_last_date", words))
    return tuple(found)


def _of_group(row: LimitRow, saving: float) -> LimitPrice:
    limit = row.limit
    sentence = f"{limit.loosening(row.group)} saves about {money(saving)}"
    return LimitPrice(limit.family, row.group, limit.size, saving, sentence)


def _of_all_groups(members: list[tuple[LimitRow, float]]) -> LimitPrice:
    limit, saving = members[0][0].limit, sum(saving for _, saving in members)
    words = limit.loosening(f"of every group ({len(members)} are at it)")
    return LimitPrice(limit.family, "", limit.size, saving, f"{words} saves about {money(saving)}")
