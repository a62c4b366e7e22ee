"""Short-term financing without a single bond: a credit line, commercial paper and spare cash.

Cornuejols and Tutuncu, Optimization Methods in Finance (Cambridge, 2007), section 3.1.  Net cash
flows of six months in thousands, -150, -100, 200, -200, 50, 300; a credit line of 1% a month up to
100; in the first three months 90-day commercial paper at 2% for the three months; spare cash earns
0.3% a month.  The most money left after the sixth month is 92.49694915, printed as 92.497 with
paper of 150, 100 and 151.944 in January to March, 351.944 carried out of March, 52 on the credit
line in May.
"""

from __future__ import annotations

import datetime as dt
import math

import numpy as np
import pytest

from defease.bonds import BondUniverse
from defease.cashflows import Payments
from defease.matching import (
    Availability,
    Loan,
    MatchingPolicy,
    MatchingQuestion,
    match_terminal_surplus,
    matching_question,
)
from defease.solvers import SolverStatus

JANUARY = dt.date(2001, 1, 1)
FLOWS = np.array([-150.0, -100.0, 200.0, -200.0, 50.0, 300.0])
OPTIMUM = 92.49694915
POLICY = MatchingPolicy(
    reinvestment_rate=0.003,
    borrowing_rate=0.01,
    borrowing_cap=100.0,
    initial_borrowing=Availability.ALLOWED,
    loans=(Loan(rate=1.02 ** (1 / 3) - 1.0, periods=3, cap=math.inf),),
    cash_cap_months=None,
)


def financing(policy: MatchingPolicy = POLICY) -> MatchingQuestion:
    """Months as the unit of time: dates 365 days apart, so that rates are per period."""
    days = np.datetime64(JANUARY, "D") + 365 * np.arange(len(FLOWS))
    due = Payments.from_dates(JANUARY, days, -FLOWS)
    none = BondUniverse(
        settlement=JANUARY,
        identifiers=(),
        ratings=(),
        coupons=np.empty(0),
        clean_prices=np.empty(0),
        maturities=np.empty(0, dtype="datetime64[D]"),
    )
    return matching_question(due, none, policy=policy)


def written_out(line: float = 100.0) -> tuple[float, np.ndarray]:
    """The programme of the book, month by month, by another solver: value and shadow prices."""
    linprog = pytest.importorskip("scipy.optimize").linprog
    credit, paper, spare, left = range(5), range(5, 8), range(8, 13), 13
    balance = np.zeros((6, 14))
    for month, column in enumerate(credit):
        balance[month, column], balance[month + 1, column] = 1.0, -1.01
    for month, column in enumerate(paper):
        balance[month, column], balance[month + 3, column] = 1.0, -1.02
    for month, column in enumerate(spare):
        balance[month, column], balance[month + 1, column] = -1.0, 1.003
    balance[5, left] = -1.0
    goal = np.zeros(14)
    goal[left] = -1.0
    most = [(0.0, line)] * 5 + [(0.0, None)] * 9
    found = linprog(goal, A_eq=balance, b_eq=-FLOWS, bounds=most, method="highs")
    return -float(found.fun), np.asarray(found.eqlin.marginals)


def test_final_wealth_is_the_published_one() -> None:
    found = match_terminal_surplus(financing(), 0.0)
    assert found.value == pytest.approx(OPTIMUM, abs=1e-8)
    assert found.result.status is SolverStatus.OPTIMAL
    assert found.certificate.gap <= 1e-8


def test_loans_and_spare_cash_are_the_published_ones() -> None:
    result = match_terminal_surplus(financing(), 0.0).result
    assert result.initial_loan == pytest.approx(150.0)
    assert result.ladder.borrowed == pytest.approx([100.0, 151.944, 0.0, 52.0, 0.0], abs=1e-3)
    assert result.ladder.cash_after == pytest.approx([0.0, 351.944, 0.0, 0.0, 92.497], abs=1e-3)
    assert result.cost == pytest.approx(0.0, abs=1e-9)


def test_another_solver_agrees_on_value_and_shadow_prices() -> None:
    found, (value, shadow) = match_terminal_surplus(financing(), 0.0), written_out()
    assert found.value == pytest.approx(value, rel=1e-10)
    assert found.per_unit_of_budget == pytest.approx(shadow[0], rel=1e-8)
    # One more unit to be paid in a month, in money of January.
    assert found.result.discount_factors == pytest.approx(shadow[1:] / shadow[0], rel=1e-8)


@pytest.mark.parametrize("line", [0.0, 10.0, 25.0])
def test_a_smaller_credit_line_leaves_what_another_solver_says(line: float) -> None:
    policy = MatchingPolicy(
        reinvestment_rate=0.003,
        borrowing_rate=0.01,
        borrowing_cap=line,
        initial_borrowing=Availability.ALLOWED,
        loans=POLICY.loans,
        cash_cap_months=None,
    )
    found = match_terminal_surplus(financing(policy), 0.0)
    assert found.value == pytest.approx(written_out(line)[0], rel=1e-9)
    assert found.value < OPTIMUM
