"""Portfolios equal to the liability in value and sensitivity, not in payments, each by one rule.

They protect a surplus against small changes of rates; they do not see to it that cash is there on
the day.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from defease.arrays import FloatArray, read_only
from defease.errors import ModelError, Problem
from defease.matching.rivals.programs import achieved, dedicated_program, solve_for_targets
from defease.matching.rivals.question import Objective, RivalPortfolio, RivalQuestion, RivalRule
from defease.matching.rivals.targets import (
    FactorLoadings,
    TargetRow,
    TargetSense,
    duration_row,
    factor_rows,
    key_rate_rows,
    own_yield_rows,
    redington_rows,
    value_row,
)
from defease.matching.words import money, percent

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

SAME_PRICE = 1e-9
"""Prices that keep this relative distance to values on the curve leave the cost no choice."""


def redington_portfolio(
    question: RivalQuestion, *, objective: Objective | None = None
) -> RivalPortfolio:
    """Equal value, equal money duration and no less convexity: safe against small parallel moves.

    ``min p'x``, ``sum PV_i x_i = PV_L``, ``sum DD_i x_i = DD_L``, ``sum DC_i x_i >= DC_L`` on the
    curve's annual spot rates.  Where every bond is priced on the curve the cost is a constant, and
    the smallest M-squared decides (as it does for each rule below); see `objective` of the result.

    Raises
    ------
    InfeasibleError
        No holdings meet the conditions together: which, by how much.

    Examples
    --------
    >>> from defease.curves import flat_curve
    >>> from defease.matching import MatchingData, MatchingPolicy
    >>> from defease.matching.rivals import RivalQuestion, unlabelled
    >>> from defease.matching.policy import Availability
    >>> curve, times = flat_curve(0.04), np.array([5.0, 12.0])
    >>> data = MatchingData(
    ...     policy=MatchingPolicy(initial_cash=Availability.NONE, cash_cap_months=None),
    ...     payment_times=np.array([8.0]), payments=np.array([100.0]),
    ...     prices=100 * curve.discount_factors(times), flow_bonds=np.arange(2), flow_times=times,
    ...     flow_amounts=np.full(2, 100.0), flow_principals=np.full(2, 100.0),
    ...     cash_caps=np.full(2, np.inf))
    >>> found = redington_portfolio(RivalQuestion(data=data, bonds=unlabelled(2), curve=curve))
    >>> (100 * found.levels).round(4), str(found.objective)
    (array([50.7998, 50.1368]), 'smallest M-squared')
    """
    rows = redington_rows(question.assets.measures, question.liability.measures)
    return immunised_portfolio(question, RivalRule.REDINGTON, rows, objective=objective)


def key_rate_portfolio(
    question: RivalQuestion,
    *,
    tenors: npt.ArrayLike | None = None,
    objective: Objective | None = None,
) -> RivalPortfolio:
    """Equal money key-rate duration at every tenor and no less value, at least cost.

    Default tenors: those of the report up to the last payment of any bond.  Raises as
    `redington_portfolio`.
    """
    value = value_row(
        question.assets.measures, question.liability.measures, sense=TargetSense.AT_LEAST
    )
    rates = key_rate_rows(question.assets, question.liability, question.tenors(tenors))
    chosen = Objective.LEAST_COST if objective is None else objective
    return immunised_portfolio(question, RivalRule.KEY_RATE, (value, *rates), objective=chosen)


def factor_portfolio(
    question: RivalQuestion, factors: FactorLoadings, *, objective: Objective | None = None
) -> RivalPortfolio:
    """Equal value and equal sensitivity to given factors (level, slope, curvature).

    ``sum_i x_i sum_t F_it t beta_tj P(t)`` equal to the liability's for each factor j, continuous
    rates.  Raises as `redington_portfolio`.
    """
    value = value_row(question.assets.measures, question.liability.measures)
    rows = (value, *factor_rows(question.assets, question.liability, factors))
    return immunised_portfolio(question, RivalRule.FACTOR, rows, objective=objective)


def smallest_dispersion_portfolio(
    question: RivalQuestion, *, objective: Objective = Objective.LEAST_M_SQUARED
) -> RivalPortfolio:
    """Equal value and money duration, payments as near as can be to one point in time.

    ``min sum_i x_i sum_t (t - D)^2 F_it P(t)``, D the liability's Fisher-Weil duration (Fong and
    Vasicek), or the smallest convexity.  Raises as `redington_portfolio`.
    """
    rows = value_and_duration(question)
    return immunised_portfolio(question, RivalRule.M_SQUARED, rows, objective=objective)


def own_yield_portfolio(
    question: RivalQuestion, *, objective: Objective = Objective.HIGHEST_YIELD
) -> RivalPortfolio:
    """Price equal to the liability's value, money duration at own yields equal: ``k'x = K_L``.

    The cost is a constant by construction; the yield weighted by money duration, ``|k_i| y_i``,
    decides.  (The GAMS library's IMMUN maximises ``k'(y x)`` with k negative: `LOWEST_YIELD`.)
    Raises as `redington_portfolio`.
    """
    rows = own_yield_rows(
        question.data.prices,
        question.own_sensitivities,
        value=question.liability_value,
        sensitivity=question.own_sensitivity_of_liability,
    )
    return immunised_portfolio(question, RivalRule.OWN_YIELD, rows, objective=objective)


def duration_only_portfolio(question: RivalQuestion) -> RivalPortfolio:
    """Refused: equal money duration at least cost, without a row for the value.

    Raises
    ------
    ModelError
        Always: the portfolio it would buy, and the share of the liability that it would cost.
    """
    rows = (duration_row(question.assets.measures, question.liability.measures),)
    found = immunised_portfolio(
        question, RivalRule.DURATION_ONLY, rows, objective=Objective.LEAST_COST
    )
    share = found.cost / question.liability_value
    held = int((found.levels > 0.0).sum())
    bonds = "the longest bond" if held == 1 else f"the {held} longest bonds that limits allow"
    what = (
        f"matching money duration at least cost buys {bonds} for {money(found.cost)}, "
        f"{percent(round(share, 3))} of the liability's value of {money(question.liability_value)}"
        f": {_what_it_is(share)}"
    )
    raise ModelError(
        Problem(str(RivalRule.DURATION_ONLY), what, "ask for the present value too (Redington)")
    )


def _what_it_is(share: float) -> str:
    if share < 1.0:
        return "a leveraged barbell whose other end, cash for the near payments, is missing"
    return "bonds too short for the liability, bought with more than it is worth"


def value_and_duration(question: RivalQuestion) -> tuple[TargetRow, TargetRow]:
    """Present value and money duration equal to the liability's, on the curve."""
    assets, liability = question.assets.measures, question.liability.measures
    return value_row(assets, liability), duration_row(assets, liability)


def immunised_portfolio(
    question: RivalQuestion,
    rule: RivalRule,
    rows: Sequence[TargetRow],
    *,
    objective: Objective | None = None,
) -> RivalPortfolio:
    """The holdings that meet any rows of targets within the limits, by a named objective."""
    matching = dedicated_program(question.data, question.bonds, question.limits, 0)
    chosen = objective or _deciding(question, rows)
    costs = None
    if chosen is not Objective.LEAST_COST:
        costs = np.zeros(len(matching.program.costs))
        per_bond, of_cash = objective_weights(question, chosen)
        costs[matching.bonds.start : matching.bonds.stop] = per_bond
        if matching.cash:
            costs[matching.cash.start] = of_cash
    solution = solve_for_targets(matching, rows, costs=costs)
    levels = matching.of_block(matching.bonds, solution)
    cash = float(solution.x[matching.cash.start]) if matching.cash else 0.0
    cost = float(levels @ question.data.prices) + cash
    return RivalPortfolio(
        rule=rule,
        objective=chosen,
        levels=read_only(levels),
        initial_cash=cash,
        cost=cost,
        conditions=achieved(rows, levels, initial_cash=cash, carried_cash=0.0),
        sentence=_sentence(rule, rows, chosen, cost),
        certificate=solution.certificate,
    )


def objective_weights(question: RivalQuestion, objective: Objective) -> tuple[FloatArray, float]:
    """What a unit of each bond, and of cash, counts in an objective that is minimised."""
    if objective is Objective.LEAST_COST:
        return question.data.prices, 1.0
    if objective is Objective.LEAST_CONVEXITY:
        return question.assets.measures.money_convexity, 0.0
    if objective is Objective.LEAST_M_SQUARED:
        centre = float(question.liability.times @ question.liability.values)
        centre /= question.liability_value
        return question.assets.squares_about(centre), centre**2
    gains = question.own_sensitivities * question.own_yields
    return (gains if objective is Objective.HIGHEST_YIELD else -gains), 0.0


def _deciding(question: RivalQuestion, rows: Sequence[TargetRow]) -> Objective:
    """Least cost, unless the rows fix the cost: a value row and every price on the curve."""
    fixed = any(row.name == "present value" and row.sense is TargetSense.EQUAL for row in rows)
    values, prices = question.assets.measures.present_value, question.data.prices
    on_curve = bool((np.abs(prices - values) <= SAME_PRICE * prices).all())
    return Objective.LEAST_M_SQUARED if fixed and on_curve else Objective.LEAST_COST


def _sentence(rule: RivalRule, rows: Sequence[TargetRow], objective: Objective, cost: float) -> str:
    names = [f"{row.name} {row.sense}" for row in rows]
    shown = ", ".join(names) if len(names) <= 4 else f"{names[0]} and {len(names) - 1} key rates"
    return f"{rule}: {shown}, {objective}; it costs {money(cost)}"
