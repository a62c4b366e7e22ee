"""Horizon matching: the near payments paid from the portfolio's own cash, the rest immunised.

Cornuejols, Pena and Tutuncu call it a combined strategy; Dahl, Meeraus and Zenios (1993) use it
with one duration row for the whole portfolio, relative to its cost or in money.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

from defease.arrays import read_only
from defease.errors import bad_input
from defease.matching.rivals.immunised import immunised_portfolio, value_and_duration
from defease.matching.rivals.programs import (
    achieved,
    dedicated_program,
    first_dates,
    solve_for_targets,
)
from defease.matching.rivals.question import Objective, RivalPortfolio, RivalQuestion, RivalRule
from defease.matching.rivals.streams import DiscountedStreams
from defease.matching.rivals.targets import TargetRow
from defease.matching.words import money

if TYPE_CHECKING:
    from collections.abc import Sequence

    from defease.arrays import FloatArray


WHERE = "horizon matching"


class HorizonRows(StrEnum):
    """What is asked beside the dedicated payments.

    ``tail``: value and money duration of everything after the dedicated dates, carried cash
    included, equal to the liability's; ``relative``: ``K_L (p'x + s_0) = PV_L k'x`` and ``money``:
    ``k'x = K_L`` for the whole portfolio, without a row for its value.
    """

    TAIL = "tail"
    RELATIVE = "relative"
    MONEY = "money"


@dataclass(frozen=True, slots=True, kw_only=True)
class WholeDuration:
    """Value and money duration of the whole liability, with the bonds' own: k, K_L, PV_L."""

    sensitivities: FloatArray
    value: float
    sensitivity: float


def horizon_portfolio(
    question: RivalQuestion, *, dedicated: int, rows: HorizonRows = HorizonRows.TAIL
) -> RivalPortfolio:
    """The first `dedicated` payments paid on their day, everything after them immunised.

    With all dates dedicated it is matching; with none it is equal value and equal duration.  Money
    durations are on the curve's annual spot rates.

    Raises
    ------
    InputError
        More dedicated dates than there are.
    InfeasibleError
        No holdings meet the conditions together: which, by how much.
    """
    if not 0 <= dedicated <= question.data.periods:
        what = f"{dedicated} dedicated dates of {question.data.periods}"
        raise bad_input(WHERE, what, "choose from 0 to the number of payment dates")
    if not dedicated and rows is HorizonRows.TAIL:  # nothing but immunisation, by its objective
        return immunised_portfolio(question, RivalRule.HORIZON, value_and_duration(question))
    if dedicated == question.data.periods:
        targets: tuple[TargetRow, ...] = ()
    elif rows is HorizonRows.TAIL:
        targets = tail_rows(question, dedicated)
    else:
        assets, owed = question.assets.measures, question.liability.measures
        whole = WholeDuration(
            sensitivities=assets.money_duration,
            value=float(owed.present_value[0]),
            sensitivity=float(owed.money_duration[0]),
        )
        targets = (whole_duration_row(question.data.prices, whole, rows),)
    return horizon_portfolio_with(question, targets, dedicated=dedicated)


def horizon_portfolio_with(
    question: RivalQuestion, rows: Sequence[TargetRow], *, dedicated: int
) -> RivalPortfolio:
    """The first `dedicated` payments paid on their day, and any rows of targets met, at least cost.

    Rows may be those of a factor, of own yields or of the user's own making.
    """
    matching = dedicated_program(question.data, question.bonds, question.limits, dedicated)
    solution = solve_for_targets(matching, rows)
    levels = matching.of_block(matching.bonds, solution)
    cost = solution.objective
    cash = cost - float(levels @ question.data.prices)
    carried = float(solution.x[matching.cash[-1]]) if matching.cash else 0.0
    return RivalPortfolio(
        rule=RivalRule.HORIZON,
        objective=Objective.LEAST_COST,
        levels=read_only(levels),
        initial_cash=cash,
        cost=cost,
        conditions=achieved(rows, levels, initial_cash=cash, carried_cash=carried),
        sentence=_sentence(question, dedicated, rows, cost),
        certificate=solution.certificate,
    )


def tail_rows(question: RivalQuestion, dedicated: int) -> tuple[TargetRow, TargetRow]:
    """Value and money duration of everything after the dedicated dates equal to the liability's.

    Payments of bonds that serve no dedicated date count, and so does cash carried out of the last
    one: ``s_H P(H)``, with money duration ``H s_H P(H) / (1 + r_H)``.
    """
    data = first_dates(question.data, dedicated)
    late = data.receipts.rows >= dedicated
    owned = question.assets.where(late).measures
    due = np.arange(question.data.periods) >= dedicated
    owed = question.liability.where(due).measures
    value_of_cash, duration_of_cash = 1.0, 0.0
    if dedicated:
        at, one = data.payment_times[-1:], np.ones(1)
        cash = DiscountedStreams.on(question.curve, at, one, np.zeros(1, dtype=np.int64), 1)
        value_of_cash = float(cash.measures.present_value[0])
        duration_of_cash = float(cash.measures.money_duration[0])
    return (
        TargetRow(
            "present value after the dedicated dates",
            owned.present_value,
            float(owed.present_value[0]),
            of_carried_cash=value_of_cash,
        ),
        TargetRow(
            "money duration after the dedicated dates",
            owned.money_duration,
            float(owed.money_duration[0]),
            of_carried_cash=duration_of_cash,
        ),
    )


def whole_duration_row(
    prices: FloatArray, whole: WholeDuration, variant: HorizonRows = HorizonRows.MONEY
) -> TargetRow:
    """One duration row for the whole portfolio: in money, or relative to its cost.

    ``k'x = K_L``, or ``K_L (p'x + s_0) = PV_L k'x``; signs of k and K_L are the caller's.

    Examples
    --------
    >>> whole = WholeDuration(sensitivities=np.array([2.0]), value=10.0, sensitivity=30.0)
    >>> row = whole_duration_row(np.array([1.0]), whole, HorizonRows.RELATIVE)
    >>> row.values, row.target, row.of_initial_cash
    (array([10.]), 0.0, 30.0)
    """
    if variant is HorizonRows.MONEY:
        return TargetRow("money duration", whole.sensitivities, whole.sensitivity)
    if variant is HorizonRows.RELATIVE:
        values = whole.sensitivity * prices - whole.value * whole.sensitivities
        name = "duration relative to cost"
        return TargetRow(name, values, 0.0, of_initial_cash=whole.sensitivity)
    raise bad_input(WHERE, f"{variant} is no single row", "use tail_rows")


def _sentence(
    question: RivalQuestion, dedicated: int, rows: Sequence[TargetRow], cost: float
) -> str:
    names = " and ".join(row.name for row in rows) or "nothing left"
    fixed = any(row.name.startswith("present value") for row in rows)
    loose = "" if fixed or not rows else " (its value is not asked for)"
    years = float(question.data.payment_times[dedicated - 1]) if dedicated else 0.0
    near = f"{dedicated} payments up to {years:.1f} years paid on their day"
    words = f"{near}, then {names} equal{loose}, least cost; it costs {money(cost)}"
    return f"{RivalRule.HORIZON}: {words}"
