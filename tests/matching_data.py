"""Small matching problems for tests: from a grid of payments, or drawn at random."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from defease.arrays import DateArray, FloatArray
from defease.matching import Limit, MatchingData, MatchingPolicy
from defease.matching.problem import MatchingProgram, build_program
from defease.solvers import LinearSolution, solve_linear_program

FREE = MatchingPolicy(cash_cap_months=None)


@dataclass(frozen=True)
class Labels:
    """What limits need to know about bonds."""

    identifiers: tuple[str, ...]
    issuers: tuple[str, ...]
    sectors: tuple[str, ...]
    ratings: tuple[str, ...]
    outstanding: FloatArray
    offered: FloatArray
    countries: tuple[str, ...]
    maturities: DateArray


def labels(count: int, *, issuers: int = 4, ratings: tuple[str, ...] = ("A", "BBB")) -> Labels:
    """Bonds of a few issuers, two sectors and some ratings, dealt out in turn."""
    names = tuple(f"bond {i}" for i in range(count))
    return Labels(
        names,
        tuple(f"issuer {i % issuers}" for i in range(count)),
        tuple(f"sector {i % 2}" for i in range(count)),
        tuple(ratings[i // 2 % len(ratings)] for i in range(count)),
        np.full(count, np.inf),
        np.full(count, np.inf),
        tuple(f"country {i % 3}" for i in range(count)),
        np.full(count, np.datetime64("2030-01-01", "D")),
    )


def grid_data(
    prices: npt.ArrayLike,
    cash_flows: npt.ArrayLike,
    payments: npt.ArrayLike,
    *,
    times: npt.ArrayLike | None = None,
    policy: MatchingPolicy = FREE,
) -> MatchingData:
    """Bonds whose payments, shape (dates, bonds), all fall on payment dates (years 1, 2, ...)."""
    grid, due = np.array(cash_flows, dtype=np.float64), np.array(payments, dtype=np.float64)
    when = np.arange(1.0, len(due) + 1.0) if times is None else np.array(times, dtype=np.float64)
    bonds, dates = np.nonzero(grid.T)
    return MatchingData(
        policy=policy,
        payment_times=when,
        payments=due,
        prices=np.array(prices, dtype=np.float64),
        flow_bonds=bonds,
        flow_times=when[dates],
        flow_amounts=grid[dates, bonds],
        flow_principals=np.zeros(len(bonds)),
        cash_caps=np.full(len(due) + 1, np.inf),
    )


def random_data(seed: int, *, dates: int = 12, bonds: int = 20) -> MatchingData:
    """Half-yearly bonds with pay days between the payment dates, priced about their worth."""
    draw = np.random.default_rng(seed)
    times = np.cumsum(draw.uniform(0.2, 1.2, dates))
    maturities = draw.uniform(0.3, times[-1] * 1.1, bonds)
    coupons, yields = draw.uniform(0.0, 8.0, bonds), draw.uniform(0.02, 0.07, bonds)
    owners, when, amounts, principals = [], [], [], []
    for bond in range(bonds):
        days = np.arange(maturities[bond], 0.0, -0.5)[::-1]
        owners.append(np.full(len(days), bond))
        when.append(days)
        amounts.append(coupons[bond] / 2 + 100.0 * (days == days[-1]))
        principals.append(100.0 * (days == days[-1]))
    flow_bonds, flow_times = np.concatenate(owners), np.concatenate(when)
    flow_amounts = np.concatenate(amounts)
    worth = flow_amounts * np.exp(-yields[flow_bonds] * flow_times)
    payments = draw.uniform(-20.0, 100.0, dates)
    payments[-1] = abs(payments[-1])
    return MatchingData(
        policy=replace(FREE, reinvestment_rate=float(draw.uniform(0.0, 0.015))),
        payment_times=times,
        payments=payments,
        prices=np.bincount(flow_bonds, worth, bonds).astype(np.float64),
        flow_bonds=flow_bonds,
        flow_times=flow_times,
        flow_amounts=flow_amounts,
        flow_principals=np.concatenate(principals),
        cash_caps=np.full(dates + 1, np.inf),
    )


def solved(
    data: MatchingData, bonds: Labels | None = None, limits: tuple[Limit, ...] = ()
) -> tuple[MatchingProgram, LinearSolution]:
    """The programme and its certified optimum; the test fails where there is none."""
    matching = build_program(data, bonds or labels(len(data.prices)), limits)
    solution = solve_linear_program(matching.program)
    assert isinstance(solution, LinearSolution), solution
    assert solution.certificate.holds
    return matching, solution


def cost_of(
    data: MatchingData, bonds: Labels | None = None, limits: tuple[Limit, ...] = ()
) -> float:
    """The least cost of a matching problem."""
    return solved(data, bonds, limits)[1].objective
