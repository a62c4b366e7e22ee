"""Other forms of the matching programme, written slowly and solved by scipy: twins for tests.

None is used outside tests.  The dense form has one row a date with everything received so far; the
coupon chain one income column a month instead of every coupon of every bond.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from scipy.optimize import linprog

from defease.arrays import FloatArray, IntArray
from defease.matching import MatchingData
from tests.matching_data import FREE

HALF_YEAR = 6


@dataclass(frozen=True)
class MonthlyBonds:
    """Half-yearly bonds that pay at the ends of months, and what is due at those ends."""

    prices: FloatArray
    coupons: FloatArray
    """Of 100 face, a year."""
    maturities: IntArray
    """Months from settlement."""
    payments: FloatArray
    """At the ends of months 1, 2, ..."""
    growth: float
    """Of cash, a month."""

    @property
    def grid(self) -> FloatArray:
        """What each bond pays in each month to the last payment, shape (months, bonds)."""
        flows = np.zeros((len(self.payments), len(self.prices)))
        for bond, maturity in enumerate(self.maturities.tolist()):
            for month in range(maturity, 0, -HALF_YEAR):
                if month <= len(flows):
                    flows[month - 1, bond] += self.coupons[bond] / 2.0
            if maturity <= len(flows):
                flows[maturity - 1, bond] += 100.0
        return flows

    def data(self) -> MatchingData:
        """The same problem as the plain arrays of the matching room."""
        grid = self.grid
        bonds, months = np.nonzero(grid.T)
        times = np.arange(1.0, len(self.payments) + 1.0) / 12.0
        rate = self.growth**12 - 1.0
        return MatchingData(
            policy=replace(FREE, reinvestment_rate=rate),
            payment_times=times,
            payments=self.payments,
            prices=self.prices,
            flow_bonds=bonds,
            flow_times=times[months],
            flow_amounts=grid[months, bonds],
            flow_principals=np.zeros(len(bonds)),
            cash_caps=np.full(len(times) + 1, np.inf),
        )


def monthly_bonds(seed: int, *, months: int = 36, bonds: int = 15) -> MonthlyBonds:
    """Random bonds, some longer than the payments, priced about their worth."""
    draw = np.random.default_rng(seed)
    maturities = draw.integers(1, months + 12, bonds)
    coupons = draw.uniform(0.0, 8.0, bonds)
    yields = draw.uniform(0.02, 0.07, bonds)
    prices = np.zeros(bonds)
    for bond, maturity in enumerate(maturities.tolist()):
        for month in range(maturity, 0, -HALF_YEAR):
            amount = coupons[bond] / 2.0 + 100.0 * (month == maturity)
            prices[bond] += amount * np.exp(-yields[bond] * month / 12.0)
    payments = draw.uniform(-20.0, 100.0, months)
    return MonthlyBonds(prices, coupons, maturities, payments, 1.0 + draw.uniform(0.0, 0.001))


def dense_cost(data: MatchingData, *, owners: IntArray, share: float) -> float:
    """Cash eliminated: what has come in so far, compounded, covers what has gone out so far.

    No group of `owners` above `share` of the cost of bonds and cash.
    """
    received = np.zeros((data.periods, len(data.prices)))
    counted = data.receipts.counted
    places = (data.receipts.rows[counted], data.flow_bonds[counted])
    np.add.at(received, places, data.receipts.amounts[counted])
    columns = np.column_stack((received, np.zeros(data.periods)))
    columns[0, -1] = data.growth_of_cash[0]
    due = data.payments.copy()
    for t in range(1, data.periods):
        columns[t] += data.growth_of_cash[t] * columns[t - 1]
        due[t] += data.growth_of_cash[t] * due[t - 1]
    costs = np.append(data.prices, 1.0)
    shares = [
        np.append(np.where(owners == group, data.prices, 0.0), 0.0) - share * costs
        for group in np.unique(owners)
    ]
    rows = np.vstack((-columns, *shares))
    bounds = np.concatenate((-due, np.zeros(len(shares))))
    return _optimum(linprog(costs, A_ub=rows, b_ub=bounds, method="highs"))


def chain_cost(problem: MonthlyBonds) -> float:
    """Coupon income handed down a chain: a bond enters once, at its maturity.

    ``I_t = I_{t+6} + sum over bonds maturing at t of (coupon / 2) x`` and
    ``I_t + sum over bonds maturing at t of 100 x + g s_{t-1} - s_t = L_t``.
    """
    bonds, due = len(problem.prices), len(problem.payments)
    last = max(int(problem.maturities.max()), due)
    income, cash = bonds, bonds + last  # first columns of the blocks
    columns = bonds + last + due + 1
    rows, right = np.zeros((last + due, columns)), np.zeros(last + due)
    for month in range(1, last + 1):
        row = rows[month - 1]
        row[income + month - 1] = 1.0
        if month + HALF_YEAR <= last:
            row[income + month + HALF_YEAR - 1] = -1.0
        row[:bonds] = np.where(problem.maturities == month, -problem.coupons / 2.0, 0.0)
    for month in range(1, due + 1):
        row = rows[last + month - 1]
        row[:bonds] = np.where(problem.maturities == month, 100.0, 0.0)
        row[income + month - 1] = 1.0
        row[cash + month - 1], row[cash + month] = problem.growth, -1.0
        right[last + month - 1] = problem.payments[month - 1]
    costs = np.zeros(columns)
    costs[:bonds], costs[cash] = problem.prices, 1.0
    return _optimum(linprog(costs, A_eq=rows, b_eq=right, method="highs"))


def _optimum(found: Any) -> float:
    assert found.status == 0, found.message
    return float(found.fun)
