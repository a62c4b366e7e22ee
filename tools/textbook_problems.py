"""Textbook problems of dedication and immunisation, restated, and their solution by Defease."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass

import numpy as np

from defease.arrays import FloatArray
from defease.bonds import BondUniverse
from defease.matching import Availability, MatchingData, MatchingPolicy, Surplus
from defease.matching.problem import MatchingProgram, build_program
from defease.solvers import LinearSolution, NoSolution, solve_linear_program


@dataclass(frozen=True)
class Dedication:
    """Bonds that pay once a year: coupon and years to maturity per face, prices, payments due."""

    face: float
    prices: tuple[float, ...]
    coupons: tuple[float, ...]
    years: tuple[int, ...]
    due: tuple[float, ...]

    @property
    def grid(self) -> FloatArray:
        """Payments by year (rows) and bond (columns)."""
        when = np.arange(1, len(self.due) + 1)[:, np.newaxis]
        years = np.array(self.years)
        coupons, principal = np.array(self.coupons) * (when <= years), self.face * (when == years)
        return np.asarray(coupons + principal, dtype=np.float64)

    @property
    def bonds(self) -> BondUniverse:
        """The same bonds with labels, as limits would see them."""
        return BondUniverse(
            settlement=dt.date(2026, 1, 1),
            identifiers=tuple(f"bond {i + 1}" for i in range(len(self.prices))),
            coupons=np.array(self.coupons) / self.face,
            maturities=np.array([f"{2026 + n}-01-01" for n in self.years], dtype="datetime64[D]"),
            clean_prices=100.0 * np.array(self.prices) / self.face,
        )


TEXTBOOK = Dedication(
    100.0,
    (109.0, 94.8, 99.5, 93.1, 97.2, 92.9, 110.0, 104.0, 102.0, 95.2),
    (10.0, 7.0, 8.0, 6.0, 7.0, 5.0, 10.0, 8.0, 7.0, 0.0),
    (6, 6, 6, 5, 5, 4, 3, 3, 2, 1),
    (100.0, 200.0, 800.0, 100.0, 800.0, 1200.0),
)
FINLIB = Dedication(
    1.0,
    (1.1235, 1.0533, 1.1125, 1.073, 1.0762, 1.0668, 1.0193, 1.013, 1.0161, 1.0006),
    (0.08, 0.08, 0.07, 0.07, 0.06, 0.06, 0.06, 0.05, 0.05, 0.04),
    (5, 2, 6, 3, 10, 8, 1, 4, 2, 1),
    (80e3, 100e3, 110e3, 120e3, 140e3, 120e3, 90e3, 50e3, 75e3, 150e3),
)
LINGO = Dedication(
    100.0,
    (109.0, 94.8, 99.5, 93.1, 97.2, 96.3, 92.9, 110.0, 104.0, 101.0, 107.0, 102.0, 95.2),
    (10.0, 7.0, 8.0, 6.0, 7.0, 6.0, 5.0, 10.0, 8.0, 6.0, 10.0, 7.0, 0.0),
    (6, 6, 6, 5, 5, 4, 4, 3, 3, 3, 2, 2, 1),
    (500.0, 200.0, 800.0, 200.0, 800.0, 1200.0),
)
LINGO_SPOTS = np.array([0.0504, 0.0594, 0.0636, 0.0718, 0.0789, 0.0839])

CARRIED = MatchingPolicy(initial_cash=Availability.NONE, cash_cap_months=None)
LOST = MatchingPolicy(surplus=Surplus.LOST, initial_cash=Availability.NONE, cash_cap_months=None)
BORROWING = MatchingPolicy(
    reinvestment_rate=0.04,
    borrowing_rate=0.06,
    borrowing_cap=math.inf,
    initial_borrowing=Availability.ALLOWED,
    cash_cap_months=None,
)


def solved(case: Dedication, policy: MatchingPolicy) -> tuple[MatchingProgram, LinearSolution]:
    """The programme of a textbook problem under a policy, and its certified optimum."""
    grid, due = case.grid, np.array(case.due)
    bonds, dates = np.nonzero(grid.T)
    times = np.arange(1.0, len(due) + 1.0)
    data = MatchingData(
        policy=policy,
        payment_times=times,
        payments=due,
        prices=np.array(case.prices),
        flow_bonds=bonds,
        flow_times=times[dates],
        flow_amounts=grid[dates, bonds],
        flow_principals=np.zeros(len(bonds)),
        cash_caps=np.full(len(due) + 1, np.inf),
    )
    programme = build_program(data, case.bonds)
    solution = solve_linear_program(programme.program)
    if isinstance(solution, NoSolution):
        message = f"a published problem has no solution: {solution}"
        raise TypeError(message)
    return programme, solution
