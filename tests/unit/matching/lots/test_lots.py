"""Portfolios in whole lots: known answers, rules in words, the exact check, the clock."""

from __future__ import annotations

import itertools
import math
from dataclasses import replace

import numpy as np
import pytest

from defease.bonds.generator import generate_universe
from defease.cashflows import Payments
from defease.curves import flat_curve
from defease.dates import add_months_to
from defease.errors import InfeasibleError, InputError, SolverError
from defease.matching import (
    Availability,
    DefaultBudget,
    IssuerLimit,
    LimitsRelativeTo,
    MatchingPolicy,
    MatchingQuestion,
    SupplyLimit,
    Surplus,
    TerminalSurplus,
    Trading,
    matching_question,
)
from defease.matching.lots import PieceRules, StageKind, match_in_lots
from defease.matching.lots.verification import verify
from defease.solvers import LinearSolution, Session, SolverStatus, TimeLimitError
from tests.unit.matching.bonds import START, corporates, yearly, zeros

FREE = MatchingPolicy(cash_cap_months=None)
LOST = MatchingPolicy(surplus=Surplus.LOST)
NO_CASH = MatchingPolicy(cash_cap_months=None, initial_cash=Availability.NONE)
PRICES = [97.0, 93.0, 88.0]
OWED = [12_345.0, 8_001.0, 20_000.0]


def question(policy: MatchingPolicy = FREE) -> MatchingQuestion:
    """Three yearly payments and a zero-coupon bond for each."""
    return matching_question(yearly(OWED), zeros(PRICES), policy=policy)


def test_where_surplus_is_lost_each_payment_takes_its_lots_rounded_up() -> None:
    found = match_in_lots(question(LOST), PieceRules(lot=1_000, minimum_piece=5_000))
    assert found.lots.tolist() == [13, 9, 20]
    assert found.cost == pytest.approx(13 * 970.0 + 9 * 930.0 + 20 * 880.0, rel=1e-12)
    assert found.status is SolverStatus.OPTIMAL


def test_carried_cash_gives_the_cheapest_of_all_numbers_of_lots() -> None:
    lot = 3_000
    costs = []
    for lots in itertools.product(range(15), repeat=3):
        balances = np.cumsum(np.array(lots) * lot - np.array(OWED))
        cash = max(0.0, -float(balances.min()))
        costs.append(float(np.dot(lots, PRICES)) * lot / 100.0 + cash)
    found = match_in_lots(question(), PieceRules(lot=lot), relative_gap=1e-9)
    assert found.cost == pytest.approx(min(costs), rel=1e-12)


def test_without_initial_cash_lots_alone_pay() -> None:
    lot = 5_000
    costs = [
        float(np.dot(lots, PRICES)) * lot / 100.0
        for lots in itertools.product(range(10), repeat=3)
        if np.cumsum(np.array(lots) * lot - np.array(OWED)).min() >= 0.0
    ]
    found = match_in_lots(question(NO_CASH), PieceRules(lot=lot), relative_gap=1e-9)
    assert found.cost == pytest.approx(min(costs), rel=1e-12)
    assert found.match.initial_cash == 0.0


def test_one_name_pays_everything_from_the_first_year_on() -> None:
    rules = PieceRules(lot=1, maximum_names=1)
    found = match_in_lots(question(NO_CASH), rules)
    assert found.names == 1
    assert found.lots[0] == sum(OWED)


def test_a_ticket_makes_cash_cheaper_than_a_small_bond() -> None:
    # Cash instead of the second bond costs 7% of 8,001, about 560 (more with one-year bonds).
    def names(ticket: float) -> int:
        return match_in_lots(question(), PieceRules(lot=1, ticket_cost=ticket)).names

    # From one-year bonds the second payment costs 4 in a hundred more: 320.
    assert names(300.0) == 3
    assert names(400.0) == 2


def test_tickets_are_part_of_the_cost_and_of_its_bound() -> None:
    found = match_in_lots(question(), PieceRules(lot=1, ticket_cost=10.0), relative_gap=1e-9)
    assert found.tickets == 30.0
    assert found.cost == found.match.cost + 30.0
    assert found.bound <= found.cost
    assert found.gap_bp < 1e-3


def test_a_minimum_without_lots_is_kept_by_pieces_of_any_size() -> None:
    found = match_in_lots(question(), PieceRules(minimum_piece=10_000), relative_gap=1e-9)
    faces = found.match.levels * 100.0
    assert ((faces == 0.0) | (faces >= 10_000.0 * (1.0 - 1e-9))).all()
    # Of the 10,000 due in two years 1,999 too many wait for the third payment (5% dearer), which
    # is less than 8,001 a year too early (4% dearer).
    assert faces == pytest.approx([12_345.0, 10_000.0, 20_000.0 - 1_999.0])
    assert (found.lots == -1).all()


def test_a_present_holding_of_an_odd_size_is_kept_or_sold_whole() -> None:
    held = np.array([123.45, 0.0, 77.7])
    costs = np.full(3, 0.1)
    trading = Trading(held=held, buying=costs, selling=costs)
    owed = yearly([12_345.0, 10_000.0])
    asked = matching_question(owed, zeros(PRICES), policy=FREE).with_trading(trading)
    found = match_in_lots(asked, PieceRules(lot=5_000, ticket_cost=5.0), relative_gap=1e-9)
    assert found.match.levels.tolist() == [123.45, 100.0, 0.0]
    assert found.lots.tolist() == [-1, 2, 0]
    assert found.tickets == 10.0  # one bought, one sold, one kept
    assert found.match.trading_cost == pytest.approx(0.1 * (100.0 + 77.7))


def test_a_minimum_that_is_not_whole_lots_is_rounded_up_and_said() -> None:
    rules = PieceRules(lot=5_000, minimum_piece=12_000)
    assert (rules.smallest_lots, rules.smallest_piece) == (3, 15_000.0)
    codes = [caution.code for caution in match_in_lots(question(), rules).match.cautions]
    assert "minimum_piece_rounded_up" in codes
    assert "duals_at_fixed_pieces" in codes
    assert PieceRules(lot=0.1, minimum_piece=0.3).smallest_lots == 3
    assert not PieceRules(lot=5_000, minimum_piece=10_000).cautions


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"lot": 0.0}, "lot: must be above 0"),
        ({"minimum_piece": math.nan}, "minimum_piece: must be above 0"),
        ({"maximum_names": 0}, "maximum_names: must be a whole number"),
        ({"ticket_cost": -1.0}, "ticket_cost: must not be negative"),
    ],
)
def test_rules_without_sense_are_refused(given: dict[str, float], said: str) -> None:
    with pytest.raises(InputError, match=said):
        PieceRules(**given)  # type: ignore[arg-type]


def test_a_time_limit_of_nothing_is_refused() -> None:
    with pytest.raises(InputError, match="must be above 0 seconds"):
        match_in_lots(question(), PieceRules(lot=1), time_limit=0.0)


def test_a_lot_larger_than_any_supply_is_refused_by_name() -> None:
    market = zeros(PRICES, outstanding=np.array([40_000.0, 50_000.0, 30_000.0]))
    asked = matching_question(yearly(OWED), market, policy=FREE, limits=(SupplyLimit(0.5),))
    with pytest.raises(InfeasibleError, match=r"lot of 30,000 .* most is 25,000, of bond zero 2"):
        match_in_lots(asked, PieceRules(lot=30_000))


def test_names_too_few_for_the_issuer_limit_are_infeasible_in_words() -> None:
    market = corporates(4)
    limits = (IssuerLimit(0.3),)
    policy = MatchingPolicy(cash_cap_months=None, initial_cash=Availability.NONE)
    asked = matching_question(yearly([0.0, 0.0, 1000.0]), market, policy=policy, limits=limits)
    # Each bond is at most 30% of the cost: three make 90%.
    with pytest.raises(InfeasibleError, match="a number of names of 3"):
        match_in_lots(asked, PieceRules(lot=100, maximum_names=3))


def under_issuer_limit(relative_to: LimitsRelativeTo) -> MatchingQuestion:
    """100,000 due in three years, at most 30% in each of four bonds of 5% a year."""
    policy = replace(NO_CASH, limits_relative_to=relative_to, limits_amount=100_000.0)
    owed = yearly([0.0, 0.0, 100_000.0])
    return matching_question(owed, corporates(4), policy=policy, limits=(IssuerLimit(0.3),))


def test_a_lot_larger_than_the_cap_of_every_issuer_is_refused_in_words() -> None:
    # At most 30,000 of money in each, at 98 for 100 face.
    with pytest.raises(InfeasibleError, match=r"lot of 50,000 .* most is 30,612, of bond bond 0"):
        match_in_lots(under_issuer_limit(LimitsRelativeTo.AMOUNT), PieceRules(lot=50_000))


def test_under_a_limit_relative_to_cost_large_lots_make_the_portfolio_larger() -> None:
    found = match_in_lots(under_issuer_limit(LimitsRelativeTo.COST), PieceRules(lot=50_000))
    assert found.lots.tolist() == [1, 1, 1, 1]
    assert found.gap_bp == pytest.approx(1e4 * (found.cost - found.bound) / found.bound)
    assert found.cost_of_rules > 0.5 * found.linear_cost


def test_supply_is_kept_by_whole_lots() -> None:
    market = zeros(PRICES, outstanding=np.array([1e6, 7_900.0, 1e6]))
    asked = matching_question(yearly(OWED), market, policy=FREE, limits=(SupplyLimit(1.0),))
    found = match_in_lots(asked, PieceRules(lot=1_000))
    assert found.lots[1] == 7


def large() -> MatchingQuestion:
    """A market in which the linear problem alone takes a while."""
    market = generate_universe(flat_curve(0.04), count=1500, settlement=START, seed=3)
    days = add_months_to(START, np.arange(1, 121))
    payments = Payments.from_dates(START, days, np.linspace(1e6, 2e6, 120))
    limits = (IssuerLimit(0.02),)
    return matching_question(payments, market, policy=MatchingPolicy(), limits=limits)


def test_no_answer_yet_is_said_clearly() -> None:
    with pytest.raises(TimeLimitError, match="no portfolio in pieces yet after"):
        match_in_lots(large(), PieceRules(lot=5_000), time_limit=1e-3)


def test_an_answer_cut_short_carries_its_gap_and_stage() -> None:
    asked, rules = large(), PieceRules(lot=50_000, minimum_piece=500_000, maximum_names=55)
    # Enough for the first way down at least, not for a proof.
    heard: list[float] = []
    found = match_in_lots(asked, rules, time_limit=3.0, relative_gap=1e-9, progress=heard.append)
    assert found.status is SolverStatus.TIME_LIMIT
    assert found.match.status is SolverStatus.TIME_LIMIT
    assert 0.0 < found.gap_bp < 500.0
    assert found.names <= 55
    assert found.cost >= found.bound >= found.linear_cost
    assert found.stages[0].kind is StageKind.ROUNDED_UP
    assert [stage.seconds for stage in found.stages] == sorted(s.seconds for s in found.stages)
    assert heard == sorted(heard)
    for word in ("bp above", "best found in the time allowed", "of 3 s", "relative gap of 1e-09"):
        assert word in found.summary


def test_the_dive_is_deterministic() -> None:
    rules = PieceRules(lot=5_000, minimum_piece=250_000)
    first, second = (match_in_lots(large(), rules, relative_gap=1e-3) for _ in range(2))
    assert first.found_by is second.found_by
    np.testing.assert_array_equal(first.lots, second.lots)


def solved_in_lots() -> tuple[MatchingQuestion, LinearSolution, np.ndarray]:
    """A portfolio of 13, 9 and 20 lots of 1,000 with the cash around it."""
    asked, lots = question(LOST), np.array([13, 9, 20])
    matching = asked.program()
    session = Session(matching.program)
    session.bound_columns(np.arange(3), lots * 10.0, lots * 10.0)
    solution = session.solve()
    assert isinstance(solution, LinearSolution)
    return asked, solution, lots


def test_the_exact_check_passes_what_is_right() -> None:
    asked, solution, lots = solved_in_lots()
    rules = PieceRules(lot=1_000)
    checked = verify(asked, asked.program(), solution, rules=rules, lots=lots)
    assert (checked.pieces, checked.balances) == (3, 3)
    assert checked.worst_balance == checked.worst_limit == 0.0


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        (PieceRules(lot=1_000, minimum_piece=10_000), "zero 2: 9,000.00 is below the smallest"),
        (PieceRules(lot=1_000, maximum_names=2), "3 names, and at most 2"),
    ],
)
def test_the_exact_check_refuses_broken_rules(rules: PieceRules, said: str) -> None:
    asked, solution, lots = solved_in_lots()
    with pytest.raises(SolverError, match=said):
        verify(asked, asked.program(), solution, rules=rules, lots=lots)


def test_the_exact_check_refuses_parts_of_lots() -> None:
    asked, solution, _ = solved_in_lots()
    rules, unknown = PieceRules(lot=1_000), np.full(3, -1)
    with pytest.raises(SolverError, match="is not whole lots of 1,000"):
        verify(asked, asked.program(), solution, rules=rules, lots=unknown)


def test_the_exact_check_counts_lots_not_levels_and_finds_a_short_payment() -> None:
    asked, solution, _ = solved_in_lots()
    fewer = np.array([13, 8, 20])
    with pytest.raises(SolverError, match=r"a payment is short by 5\.0e-05"):
        verify(asked, asked.program(), solution, rules=PieceRules(lot=1_000), lots=fewer)


def test_the_exact_check_finds_a_broken_limit() -> None:
    asked, solution, lots = solved_in_lots()
    market = zeros(PRICES, outstanding=np.array([12_000.0, 1e6, 1e6]))
    limited = replace(asked, bonds=market, limits=(SupplyLimit(1.0),))
    with pytest.raises(SolverError, match="a limit is broken"):
        verify(limited, limited.program(), solution, rules=PieceRules(lot=1_000), lots=lots)


@pytest.mark.parametrize(
    "policy",
    [
        MatchingPolicy(reinvestment_rate=0.01),
        MatchingPolicy(
            cash_cap_months=18, terminal_surplus=TerminalSurplus.TARGET, terminal_target=50.0
        ),
        LOST,
    ],
)
def test_pieces_under_a_budget_of_defaults_are_checked_by_the_cash_counted_on(
    policy: MatchingPolicy,
) -> None:
    due = add_months_to(START, 12 * np.array([1, 1, 2, 2, 3, 3]))
    market = replace(corporates(6), maturities=due)
    owed, budget = yearly([20_000.0, 30_000.0, 100_000.0]), DefaultBudget(1, 0.5)
    asked = matching_question(owed, market, policy=policy, limits=(budget,))
    found = match_in_lots(asked, PieceRules(lot=1_000, minimum_piece=5_000), time_limit=5.0)
    assert found.cost >= found.linear_cost
    assert found.verification.worst_balance <= 1e-9
    # Whichever bond fails on each date, and whatever is above the cap given up, all is paid.
    data, levels = asked.data, found.match.levels
    worst = budget.worst_losses(data, asked.bonds, levels)
    received = found.match.ladder.income + found.match.ladder.principal
    cash = found.match.initial_cash
    for date in range(data.periods):
        carried = cash * data.growth_of_cash[date] if policy is not LOST else 0.0
        cash = carried + received[date] - worst[date] - data.payments[date]
        assert cash >= -1e-6
        cash = min(cash, data.cash_caps[date + 1]) if date + 1 < data.periods else cash
