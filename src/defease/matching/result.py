"""What matching found: the portfolio, its ladder, its prices, the proof that none is cheaper."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from defease.arrays import FloatArray, read_only
from defease.cashflows import Payments

if TYPE_CHECKING:
    import datetime as dt

    from defease.arrays import DateArray, IntArray
    from defease.bonds.universe import BondUniverse
    from defease.errors import Caution
    from defease.matching.data import MatchingData
    from defease.matching.eligibility import Excluded
    from defease.matching.policy import MatchingPolicy
    from defease.matching.runoff import RunOff
    from defease.solvers import Basis, Certificate, SolverStatus

BASIS_POINTS = 1e4


@dataclass(frozen=True, eq=False)
class Holdings:
    """The bonds bought, largest cost first; `positions` points into the eligible bonds.

    `faces` in plan currency, `prices` per 100 face with accrued interest, `weights` of the cost of
    bonds and cash.
    """

    positions: IntArray
    identifiers: tuple[str, ...]
    faces: FloatArray
    prices: FloatArray
    costs: FloatArray
    weights: FloatArray

    def __len__(self) -> int:
        return len(self.identifiers)


@dataclass(frozen=True, slots=True)
class LimitPrice:
    """What a binding limit costs: `saving_per_point` if it were raised by one percentage point."""

    family: str
    group: str
    share: float
    saving_per_point: float
    sentence: str


@dataclass(frozen=True, slots=True)
class FundedByCash:
    """Payments after the last payment of any bond held: carried cash alone pays them."""

    after: dt.date
    count: int
    share_of_future_value: float
    sentence: str


@dataclass(frozen=True, eq=False, kw_only=True)
class MatchResult:
    """The cheapest portfolio that makes every payment under the policy, with its certificate.

    Attributes
    ----------
    cost
        Bonds and initial cash less initial loan, and what is due on the settlement day itself.
    bound
        What no portfolio within the rules can cost less than: the cost itself of a certified
        optimum, else the optimum without lots and numbers of names.
    future_value, total_future_value
        Sum of the payments matched, and of all payments given from settlement on.
    settlement, last_date
        Day of purchase and of the last payment matched.
    due_at_settlement
        Payment due on the settlement day, paid out of the purchase price.
    bonds
        The bonds that might be bought (after exclusions); arrays "of the eligible bonds" follow it.
    levels
        Holdings of the eligible bonds in units of 100 face.
    initial_cash, initial_loan
        Cash bought and borrowed at settlement.
    trading_cost
        What buying and selling costs beyond prices, part of the cost.
    dates, ladder
        Payment days, and one row each: payment, income, principal, interest, cash after.
    basis
        Where the solver ended: the start of the next, similar question.
    cost_weight
        What one more unit of portfolio cost weighs in the optimum, ``1 - nu``: below 1 where a
        larger portfolio would loosen limits that are shares of it.
    discount_factors
        Marginal cost today of one more unit paid at each date: the portfolio's own discount factor.
    reduced_costs, price_falls_to_enter
        Of the eligible bonds: excess price in the optimum, and by how much a price per 100 would
        have to fall for the bond to be bought (0 for what is held).
    limit_prices, funded_by_cash, excluded, cautions
        Prices of binding limits, payments that rest on cash alone, bonds not considered, warnings.
    """

    status: SolverStatus
    certificate: Certificate
    iterations: int
    policy: MatchingPolicy
    cost: float
    bound: float
    future_value: float
    total_future_value: float
    settlement: dt.date
    last_date: dt.date
    due_at_settlement: float
    bonds: BondUniverse
    levels: FloatArray
    initial_cash: float
    initial_loan: float
    trading_cost: float
    dates: DateArray
    ladder: RunOff
    data: MatchingData
    basis: Basis
    cost_weight: float
    discount_factors: FloatArray
    reduced_costs: FloatArray
    price_falls_to_enter: FloatArray
    limit_prices: tuple[LimitPrice, ...]
    funded_by_cash: FundedByCash | None
    excluded: tuple[Excluded, ...]
    cautions: tuple[Caution, ...]

    @property
    def gap_bp(self) -> float:
        """How far the cost is above the bound, in basis points of it."""
        return BASIS_POINTS * (self.cost - self.bound) / abs(self.bound) if self.bound else 0.0

    @property
    def horizon_years(self) -> float:
        """Years from settlement to the last payment matched."""
        return float(self.data.payment_times[-1])

    @property
    def percent_of_total(self) -> float | None:
        """Share of all net payments that is matched; None when they do not add up to outgo."""
        total = self.total_future_value
        return self.future_value / total if total >= self.future_value > 0 else None

    @property
    def matched(self) -> Payments:
        """The payments matched, with one due on the settlement day: what a basis has to value."""
        if not self.due_at_settlement:
            return Payments.from_dates(self.settlement, self.dates, self.data.payments)
        days = np.concatenate(([np.datetime64(self.settlement, "D")], self.dates))
        amounts = np.concatenate(([self.due_at_settlement], self.data.payments))
        return Payments.from_dates(self.settlement, days, amounts)

    @property
    def portfolio_cost(self) -> float:
        """Bonds and initial cash: the base of weights and of limits."""
        return float(self.levels @ self.data.prices) + self.initial_cash

    @property
    def holdings(self) -> Holdings:
        """The bonds bought, largest cost first."""
        return holdings_of(self.bonds, self.data.prices, self.levels, base=self.portfolio_cost)


def holdings_of(
    bonds: BondUniverse, prices: FloatArray, levels: FloatArray, *, base: float
) -> Holdings:
    """What is held of some bonds, largest cost first, weights of a base."""
    costs = levels * prices
    held = np.flatnonzero(levels > 0.0)
    order = held[np.argsort(-costs[held], kind="stable")]
    return Holdings(
        positions=read_only(order),
        identifiers=tuple(bonds.identifiers[i] for i in order.tolist()),
        faces=read_only(levels[order] * 100.0),
        prices=read_only(prices[order]),
        costs=read_only(costs[order]),
        weights=read_only(costs[order] / (base or 1.0)),
    )
