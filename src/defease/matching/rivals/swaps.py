"""A swaps overlay: what is held stays, and receive-fixed swaps add the missing rate sensitivity."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from defease.arrays import read_only
from defease.curves.par import par_schedule
from defease.errors import bad_input
from defease.matching.rivals.question import (
    Objective,
    RivalPortfolio,
    RivalQuestion,
    RivalRule,
    SwapOverlay,
)
from defease.matching.rivals.streams import DiscountedStreams
from defease.matching.rivals.targets import Condition, TargetSense
from defease.matching.words import money

if TYPE_CHECKING:
    import numpy.typing as npt

    from defease.arrays import FloatArray, IntArray
    from defease.curves import DiscountCurve


WHERE = "swaps overlay"


def swaps_portfolio(
    question: RivalQuestion,
    *,
    tenors: npt.ArrayLike | None = None,
    base: RivalPortfolio | None = None,
    frequency: int = 2,
) -> RivalPortfolio:
    """A base portfolio, by default cash worth the liability, with a par swap at every key rate.

    Notionals solve ``sum_j n_j KRD_jk = KRD_L,k - KRD_base,k`` for every tenor k; a negative one
    pays fixed.  The swaps are on the same curve, cost nothing, and leave the surplus neutral to
    small moves of any key rate.

    Parameters
    ----------
    question
        Liability, bonds and curve.
    tenors
        Years of the key rates and of the swaps (default: the report's, up to the last payment due
        or promised).
    base
        What is held; None for cash equal to the present value of the liability.
    frequency
        Payments a year of both legs.
    """
    years = _tenors(question, tenors)
    levels = np.zeros(len(question.data.prices)) if base is None else base.levels
    cash = question.liability_value if base is None else base.initial_cash
    held_bonds = np.flatnonzero(levels)
    owned = question.assets.where_owner(held_bonds).key_rates(years) @ levels[held_bonds]
    owed = question.liability.key_rates(years)[:, 0]
    pars = _par_swaps(question.curve, years, frequency)
    legs = DiscountedStreams.on(
        question.curve, pars.times, pars.fixed_legs, pars.owners, len(years)
    )
    per_notional = legs.key_rates(years)
    notionals = np.asarray(np.linalg.solve(per_notional, owed - owned), dtype=np.float64)
    held = notionals[pars.owners]
    swaps = SwapOverlay(
        tenors=years,
        notionals=read_only(notionals),
        fixed_rates=read_only(pars.rates),
        times=read_only(pars.times),
        amounts=read_only(held * (pars.coupons - pars.floating)),
        fixed_amounts=read_only(held * legs.amounts),
    )
    reached = owned + per_notional @ notionals
    cost = float(levels @ question.data.prices) + cash
    return RivalPortfolio(
        rule=RivalRule.SWAPS,
        objective=Objective.LEAST_COST if base is None else base.objective,
        levels=read_only(np.array(levels)),
        initial_cash=cash,
        cost=cost,
        conditions=tuple(
            Condition(f"{year:g}-year key rate", TargetSense.EQUAL, float(target), float(found))
            for year, target, found in zip(years, owed, reached, strict=True)
        ),
        sentence=_sentence(base, swaps, cost),
        swaps=swaps,
    )


def _tenors(question: RivalQuestion, given: npt.ArrayLike | None) -> FloatArray:
    if given is not None:
        return question.tenors(given)
    # Swaps need no bond of their length, only payments that they hedge.
    last = float(question.data.payment_times[-1])
    streams = replace(question.data, flow_times=np.append(question.data.flow_times, last))
    return replace(question, data=streams).tenors()


@dataclass(frozen=True, eq=False)
class _ParSwaps:
    """One unit of a par swap for each tenor: fixed coupons, floating interest, who pays when."""

    rates: FloatArray
    times: FloatArray
    coupons: FloatArray
    floating: FloatArray
    owners: IntArray
    lasts: IntArray

    @property
    def fixed_legs(self) -> FloatArray:
        """Coupons with the notional at the end: worth 1 on the day the swap is made."""
        amounts = self.coupons.copy()
        amounts[self.lasts] += 1.0
        return amounts


def _par_swaps(curve: DiscountCurve, tenors: FloatArray, frequency: int) -> _ParSwaps:
    if frequency < 1:
        raise bad_input(WHERE, f"{frequency} payments a year", "give 1, 2, 4 or 12")
    schedule = par_schedule(tenors, frequency)
    owners = np.repeat(np.arange(len(tenors)), schedule.lasts - schedule.starts + 1)
    rates = curve.par_yields(tenors, frequency=frequency)
    opening = np.append(0.0, schedule.times[:-1])
    opening[schedule.starts] = 0.0
    ratio = curve.discount_factors(opening) / curve.discount_factors(schedule.times)
    coupons = schedule.shares * rates[owners]
    return _ParSwaps(rates, schedule.times, coupons, ratio - 1.0, owners, schedule.lasts)


def _sentence(base: RivalPortfolio | None, swaps: SwapOverlay, cost: float) -> str:
    held = "cash" if base is None else str(base.rule)
    total = float(np.abs(swaps.notionals).sum())
    return (
        f"{RivalRule.SWAPS}: {held} worth {money(cost)} with swaps of {money(total)} notional over "
        f"{len(swaps.tenors)} tenors, at no cost today"
    )
