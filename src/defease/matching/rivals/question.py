"""One liability, one universe, one curve: what every rival of matching is asked to answer."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from defease.arrays import DateArray, FloatArray, frozen_floats, read_only
from defease.errors import bad_input
from defease.matching.rivals.streams import DiscountedStreams, own_yield_sensitivities
from defease.valuation import KEY_RATE_TENORS

if TYPE_CHECKING:
    import numpy.typing as npt

    from defease.curves import DiscountCurve
    from defease.matching.data import MatchingData
    from defease.matching.problem import LabelledBonds, Limit
    from defease.matching.question import MatchingQuestion
    from defease.matching.rivals.targets import Condition
    from defease.solvers import Certificate


WHERE = "immunisation"


@dataclass(frozen=True, eq=False)
class PlainLabels:
    """Labels of bonds that are known by their payments alone; a maturity may be NaT, no day."""

    identifiers: tuple[str, ...]
    issuers: tuple[str, ...]
    sectors: tuple[str, ...]
    ratings: tuple[str, ...]
    countries: tuple[str, ...]
    maturities: DateArray
    outstanding: FloatArray
    offered: FloatArray


def unlabelled(count: int) -> PlainLabels:
    """Labels of so many bonds: numbers for names, nothing known of issuers, supply unlimited.

    Examples
    --------
    >>> unlabelled(2).identifiers
    ('bond 1', 'bond 2')
    """
    names = tuple(f"bond {number}" for number in range(1, count + 1))
    none = ("",) * count
    return PlainLabels(
        identifiers=names,
        issuers=none,
        sectors=none,
        ratings=none,
        countries=none,
        maturities=read_only(np.full(count, np.datetime64("NaT", "D"))),
        outstanding=read_only(np.full(count, np.inf)),
        offered=read_only(np.full(count, np.inf)),
    )


class RivalRule(StrEnum):
    """What a portfolio is built to do."""

    MATCHING = "cash-flow matching"
    REDINGTON = "Redington immunisation"
    OWN_YIELD = "own-yield immunisation"
    FACTOR = "factor immunisation"
    KEY_RATE = "key-rate matching"
    M_SQUARED = "smallest dispersion"
    HORIZON = "horizon matching"
    SWAPS = "swaps overlay"
    DURATION_ONLY = "duration only"


class Objective(StrEnum):
    """What decides between holdings that meet every condition."""

    LEAST_COST = "least cost"
    LEAST_M_SQUARED = "smallest M-squared"
    LEAST_CONVEXITY = "smallest convexity"
    HIGHEST_YIELD = "highest yield weighted by money duration"
    LOWEST_YIELD = "lowest yield weighted by money duration"


@dataclass(frozen=True, eq=False, kw_only=True)
class RivalQuestion:
    """A liability, the bonds that may be bought, and the curve on which both are measured.

    Attributes
    ----------
    data
        Payments due and promised, prices, conventions of cash.
    bonds, limits
        Labels of the same bonds, and the limits that bind every rival as they bind matching.
    curve
        P(t) with which payments of both sides are valued; bonds are bought at their prices.
    """

    data: MatchingData
    bonds: LabelledBonds
    curve: DiscountCurve
    limits: tuple[Limit, ...] = ()

    def __post_init__(self) -> None:
        # A rival is bought today: what is held already has no part in the comparison.
        object.__setattr__(self, "data", replace(self.data, trading=None))

    @classmethod
    def of(cls, question: MatchingQuestion, curve: DiscountCurve) -> RivalQuestion:
        """The rivals' question for the data of a matching question."""
        return cls(
            data=question.data, bonds=question.bonds, curve=curve, limits=tuple(question.limits)
        )

    @cached_property
    def assets(self) -> DiscountedStreams:
        """Payments of the bonds per 100 face, all of them, on the curve."""
        data = self.data
        return DiscountedStreams.on(
            self.curve, data.flow_times, data.flow_amounts, data.flow_bonds, len(data.prices)
        )

    @cached_property
    def liability(self) -> DiscountedStreams:
        """The payments due after settlement, on the curve."""
        owners = np.zeros(self.data.periods, dtype=np.int64)
        times, amounts = self.data.payment_times, self.data.payments
        return DiscountedStreams.on(self.curve, times, amounts, owners, 1)

    @cached_property
    def liability_value(self) -> float:
        """Present value of the payments on the curve."""
        value = float(self.liability.measures.present_value[0])
        if not value > 0.0:
            what = f"the payments are worth {value:,.0f} on the curve, which is not above 0"
            raise bad_input(WHERE, what, "choose payments whose outgo exceeds inflow")
        return value

    def fixed_legs(self, swaps: SwapOverlay) -> DiscountedStreams:
        """All fixed legs of an overlay as one stream on the curve."""
        owners = np.zeros(len(swaps.times), dtype=np.int64)
        return DiscountedStreams.on(self.curve, swaps.times, swaps.fixed_amounts, owners, 1)

    @cached_property
    def own_yields(self) -> FloatArray:
        """Semiannual yield of each bond at its price, exact payment times, shape (n,)."""
        streams = replace(self.assets, growth=np.ones(len(self.assets.times)))
        annual = streams.spreads_to(self.data.prices)
        return read_only(2.0 * np.expm1(np.log1p(annual) / 2.0))

    @cached_property
    def own_sensitivities(self) -> FloatArray:
        """k: derivative of each price by the bond's own semiannual yield, negative, shape (n,)."""
        data = self.data
        return own_yield_sensitivities(
            data.flow_times, data.flow_amounts, self.own_yields, data.flow_bonds
        )

    @cached_property
    def own_sensitivity_of_liability(self) -> float:
        """K_L: of the liability's value by its continuous rates: ``-sum t L P(t)``."""
        return -float(self.liability.times @ self.liability.values)

    def tenors(self, given: npt.ArrayLike | None = None) -> FloatArray:
        """Key-rate tenors: those given, else the report's up to the last payment of any bond.

        A longer tenor has no bond to meet it; the last hat is flat, so that the longest kept one
        stands for everything after it.
        """
        if given is not None:
            tenors = frozen_floats(given, name="tenors")
            if not len(tenors) or (np.diff(tenors) <= 0.0).any() or not tenors[0] > 0.0:
                raise bad_input(WHERE, "tenors must increase from above 0", "sort the tenors")
            return tenors
        last = float(self.data.flow_times.max(initial=0.0))
        all_tenors = np.array(KEY_RATE_TENORS)
        return read_only(all_tenors[: max(int((all_tenors <= last).sum()), 1)])


@dataclass(frozen=True, eq=False)
class SwapOverlay:
    """Receive-fixed swaps at par on the curve: they cost nothing on the day they are made.

    Attributes
    ----------
    tenors, notionals, fixed_rates
        Years, plan currency (negative: pay fixed), par yields; shape (k,).
    times, amounts
        Net payments of all swaps, received positive: fixed coupons less floating interest at the
        curve's forward rates; shape (payments,).
    fixed_amounts
        Payments of the fixed legs, their notionals at the end: what revalues them.
    """

    tenors: FloatArray
    notionals: FloatArray
    fixed_rates: FloatArray
    times: FloatArray
    amounts: FloatArray
    fixed_amounts: FloatArray


@dataclass(frozen=True, eq=False, kw_only=True)
class RivalPortfolio:
    """A portfolio built by one rule, with what it met and what it cost.

    Attributes
    ----------
    rule, objective
        What it is built to do, and what decided where the rule left a choice.
    levels
        Holdings in units of 100 face, shape (n,).
    initial_cash
        Cash bought at settlement, less any loan taken.
    cost
        Bonds at their prices and cash.
    conditions
        Targets of the rule, each with what the portfolio reaches.
    swaps
        The overlay; None for all rules but one.
    certificate
        Of the optimum; None where nothing was optimised.
    sentence
        What it is, in words.
    """

    rule: RivalRule
    objective: Objective
    levels: FloatArray
    initial_cash: float
    cost: float
    conditions: tuple[Condition, ...]
    sentence: str
    certificate: Certificate | None = None
    swaps: SwapOverlay | None = None
