"""One published problem under several conventions: the convention is part of the answer.

Ten annual bonds and six payments: Luenberger, Investment Science, p. 108 (surplus lost), and
Cornuejols, Pena and Tutuncu, Optimization Methods in Finance, example 3.1 (surplus carried at 0%).
FINLIB dedication: Consiglio, Nielsen and Zenios.  Other conventions against scipy.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
import pytest
from scipy.optimize import linprog

from defease.bonds import BondUniverse
from defease.cashflows import Payments
from defease.dates import add_months_to
from defease.errors import ModelError
from defease.matching import (
    Availability,
    MatchingPolicy,
    MatchResult,
    Surplus,
    match_cash_flows,
)
from defease.matching.problem import build_program
from defease.solvers import NoSolution, SolverStatus, solve_linear_program
from tests.matching_data import grid_data, labels
from tests.shared_files import matching_case

CARRIED, LOST = 2305.691648, 2381.14
START = dt.date(2025, 12, 31)
AS_PRINTED = MatchingPolicy(initial_cash=Availability.NONE, cash_cap_months=None)


def textbook_bonds() -> BondUniverse:
    """The printed grid as bonds with annual coupons, the last payment a coupon and 100."""
    data = matching_case("omf2e_ex3_1_carry0")["data"]
    grid = np.array(data["cashflow"])
    last = len(grid) - 1 - np.argmax(grid[::-1] > 0.0, axis=0)
    coupons = grid[last, np.arange(grid.shape[1])] - 100.0
    return BondUniverse(
        settlement=START,
        identifiers=tuple(f"bond {number}" for number in range(1, grid.shape[1] + 1)),
        coupons=coupons / 100.0,
        clean_prices=np.array(data["price"]),
        accrued=np.zeros(len(coupons)),
        maturities=add_months_to(START, 12 * (last + 1)),
        frequencies=np.ones(len(coupons), dtype=np.int64),
    )


def textbook_payments() -> Payments:
    amounts = matching_case("omf2e_ex3_1_carry0")["data"]["liability"]
    days = add_months_to(START, 12 * np.arange(1, len(amounts) + 1))
    return Payments.from_dates(START, days, amounts)


def matched(policy: MatchingPolicy) -> MatchResult:
    return match_cash_flows(textbook_payments(), textbook_bonds(), policy=policy)


def by_scipy(largest_cash: float) -> float:
    """Surplus carried at 0%, at most so many times the next payment, what is above it released."""
    data = matching_case("omf2e_ex3_1_carry0")["data"]
    grid, due = np.array(data["cashflow"]), np.array(data["liability"], dtype=np.float64)
    periods, bonds = grid.shape
    carry = np.eye(periods) - np.eye(periods, k=-1)
    caps = largest_cash * np.append(due[1:], 0.0)
    found = linprog(
        np.concatenate((data["price"], np.zeros(periods))),
        A_ub=np.hstack((-grid, carry)),
        b_ub=-due,
        bounds=[(0.0, None)] * bonds + [(0.0, cap) for cap in caps],
        method="highs",
    )
    assert found.fun is not None
    return float(found.fun)


def test_the_printed_cost_from_bonds_and_dates() -> None:
    """Not from the printed grid: coupons, maturities and days come out at the same payments."""
    found = matched(AS_PRINTED)
    assert found.cost == pytest.approx(CARRIED, abs=5e-6)
    printed = matching_case("omf2e_ex3_1_carry0")["published"]["duals"]
    np.testing.assert_allclose(found.discount_factors, printed, atol=5e-6)
    assert matched(replace(AS_PRINTED, surplus=Surplus.LOST)).cost == pytest.approx(LOST, abs=0.005)


def test_losing_the_surplus_costs_three_percent_more_than_carrying_it() -> None:
    lost = matched(replace(AS_PRINTED, surplus=Surplus.LOST)).cost
    carried = matched(AS_PRINTED).cost
    assert lost - carried == pytest.approx(LOST - CARRIED, abs=0.005)
    assert lost / carried - 1.0 == pytest.approx(0.0327, abs=5e-5)


def test_a_cap_on_cash_lies_between_the_two_and_agrees_with_scipy() -> None:
    capped = matched(replace(AS_PRINTED, cash_cap_months=12)).cost
    assert capped == pytest.approx(by_scipy(1.0), rel=1e-9)
    assert by_scipy(0.0) == pytest.approx(LOST, abs=0.005)
    assert by_scipy(1e3) == pytest.approx(CARRIED, abs=5e-6)
    assert CARRIED - 1e-6 <= capped <= LOST + 0.005


def test_cash_at_the_start_helps_only_where_it_earns_more_than_bonds() -> None:
    allowed = replace(AS_PRINTED, initial_cash=Availability.ALLOWED)
    assert matched(allowed).cost == pytest.approx(CARRIED, abs=5e-6)
    costs = [matched(replace(allowed, reinvestment_rate=rate)).cost for rate in (0.0, 0.03, 0.06)]
    assert costs == sorted(costs, reverse=True)
    # At a rate above every bond's yield cash alone pays, and its cost is a present value.
    rich = matched(replace(allowed, reinvestment_rate=0.5))
    times = rich.data.payment_times
    assert rich.cost == pytest.approx(float(rich.data.payments @ 1.5**-times), rel=1e-12)


@pytest.mark.parametrize("rate", [0.02, 0.04])
def test_loans_without_limit_against_dearer_bonds_have_no_least_cost(rate: float) -> None:
    """Borrowing below what a bond yields makes money without end; a cap ends it."""
    loans = replace(
        AS_PRINTED,
        borrowing_cap=np.inf,
        borrowing_rate=rate,
        initial_borrowing=Availability.ALLOWED,
    )
    with pytest.raises(ModelError, match=r"borrowing at .*% is cheaper than bond \d+ yielding"):
        matched(loans)
    capped = matched(replace(loans, borrowing_cap=50.0)).cost
    assert capped < CARRIED


def finlib_cost(rate: float, loans_at: float | None) -> float | None:
    """Least cost of FINLIB's problem with surplus and loans at these rates; None: unbounded."""
    data = matching_case("finlib_dedication")["data"]
    policy = MatchingPolicy(reinvestment_rate=rate, cash_cap_months=None)
    if loans_at is not None:
        at_first = Availability.ALLOWED
        policy = replace(
            policy, borrowing_cap=np.inf, borrowing_rate=loans_at, initial_borrowing=at_first
        )
    problem = grid_data(data["price"], data["cashflow"], data["liability"], policy=policy)
    found = solve_linear_program(build_program(problem, labels(len(problem.prices))).program)
    if isinstance(found, NoSolution):
        assert found.status is SolverStatus.UNBOUNDED
        return None
    return round(found.objective, 2)


def test_finlib_with_and_without_loans() -> None:
    assert finlib_cost(0.04, None) == 800_237.25
    assert finlib_cost(0.04, 0.06) == 798_985.95


def test_finlib_s_loans_two_points_above_the_surplus_are_free_money_up_to_three_percent() -> None:
    assert finlib_cost(0.035, 0.055) == 798_242.66
    assert [finlib_cost(rate, rate + 0.02) for rate in (0.01, 0.02, 0.03)] == [None] * 3
