"""Matching beside its rivals: the pattern that the specification measured, and each number."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from defease.curves import CurveShift, flat_curve
from defease.matching import MatchingPolicy, match_cash_flows
from defease.matching.question import MatchingQuestion, payments_due
from defease.matching.rivals import (
    CurveShock,
    RivalComparison,
    RivalQuestion,
    RivalRule,
    compare_portfolios,
    compare_with_rivals,
    matching_portfolio,
    portfolio_of_result,
    redington_portfolio,
    reported_status_risk,
    rival_shocks,
    run_off_without_selling,
)
from defease.valuation import Basis
from tests.rival_data import coupon_question, with_bonds
from tests.unit.matching.bonds import corporates, yearly


@pytest.fixture(scope="module")
def question() -> RivalQuestion:
    return coupon_question(seed=1)


@pytest.fixture(scope="module")
def comparison(question: RivalQuestion) -> RivalComparison:
    return compare_with_rivals(question)


def test_every_usual_rival_has_a_row_or_a_reason(comparison: RivalComparison) -> None:
    shown = {row.rule for row in comparison.rows} | {each.rule for each in comparison.refused}
    assert shown == set(RivalRule) - {RivalRule.FACTOR}
    refused = {each.rule: each.reason for each in comparison.refused}
    assert "of the liability" in refused[RivalRule.DURATION_ONLY]
    for row in comparison.rows:
        assert row.sentence.startswith(str(row.rule))
        assert row.surplus_changes.shape == (len(comparison.shocks),)
        assert np.isfinite(row.surplus_changes).all()


def test_matching_is_never_short_of_cash_and_rivals_are_in_most_months(
    comparison: RivalComparison,
) -> None:
    matched = comparison.row(RivalRule.MATCHING)
    assert matched.run_off.negative_dates == 0
    assert matched.run_off.worst_balance == 0.0
    assert matched.run_off.worst_time is None
    assert "cash for all 360 payments" in matched.sentence
    for rule in (RivalRule.REDINGTON, RivalRule.KEY_RATE):
        run = comparison.row(rule).run_off
        assert run.negative_dates > 180
        assert run.worst_balance < 0.0


def test_rivals_are_neutral_where_matching_is_not(comparison: RivalComparison) -> None:
    up, down = 0, 1
    matched = comparison.row(RivalRule.MATCHING)
    value = comparison.liability_value
    assert matched.surplus_changes[down] < -0.005 * value  # it costs less than the liability
    for rule in (RivalRule.REDINGTON, RivalRule.KEY_RATE):
        changes = comparison.row(rule).surplus_changes_on_curve
        assert np.abs(changes[[up, down]]).max() < 1e-3 * value
    hump = [shock.name for shock in comparison.shocks].index("hump of 50 bp")
    redington, key_rates = (
        abs(comparison.row(rule).surplus_changes_on_curve[hump])
        for rule in (RivalRule.REDINGTON, RivalRule.KEY_RATE)
    )
    assert key_rates < 0.1 * redington  # small parallel moves are all that Redington is for


def test_key_rate_gaps_are_the_change_of_a_basis_point(
    question: RivalQuestion, comparison: RivalComparison
) -> None:
    closed = comparison.row(RivalRule.KEY_RATE).key_rate_gaps
    np.testing.assert_allclose(closed, 0.0, atol=1e-9 * comparison.liability_value)
    found = redington_portfolio(question)
    tenors = comparison.tenors
    shocks = [
        CurveShock(f"{tenor:g}", CurveShift.key_rate(tenors, index, 1e-7))
        for index, tenor in enumerate(tenors.tolist())
    ]
    row = compare_portfolios(question, [found], shocks=shocks).rows[0]
    np.testing.assert_allclose(
        -row.surplus_changes_on_curve * 1e3,
        row.key_rate_gaps,
        atol=1e-5 * abs(row.key_rate_gaps).max(),
    )


def test_at_market_each_bond_keeps_its_spread(question: RivalQuestion) -> None:
    found = matching_portfolio(question)
    shift = CurveShift.parallel(0.01)
    row = compare_portfolios(question, [found], shocks=[CurveShock("up", shift)]).rows[0]
    data, value = question.data, found.initial_cash
    for bond in np.flatnonzero(found.levels).tolist():
        mine = data.flow_bonds == bond
        times, amounts = data.flow_times[mine], data.flow_amounts[mine]
        growth = 1.0 + question.curve.annual_spot_rates(times)
        low, high = -0.02, 0.05
        for _ in range(60):
            middle = (low + high) / 2.0
            dear = float(amounts @ (growth + middle) ** -times) > data.prices[bond]
            low, high = (middle, high) if dear else (low, middle)
        value += found.levels[bond] * float(amounts @ (growth + low + 0.01) ** -times)
    shifted = question.curve.shifted(shift)
    owed = float(data.payments @ shifted.discount_factors(data.payment_times))
    expected = (value - owed) - (found.cost - question.liability_value)
    assert row.surplus_changes[0] == pytest.approx(expected, rel=1e-6)


def test_overdrawn_cash_costs_the_borrowing_rate(question: RivalQuestion) -> None:
    found = redington_portfolio(question)
    run = run_off_without_selling(question.data, found)
    month = 1.0 / 12.0
    balance, data = found.initial_cash, question.data
    for t, due in enumerate(data.payments.tolist()):
        arrives = np.abs(data.flow_times - data.payment_times[t]) < 1e-9
        received = data.flow_amounts[arrives] @ found.levels[data.flow_bonds[arrives]]
        balance *= (1.02 if balance >= 0.0 else 1.04) ** month
        balance += float(received) - due
        assert run.balances[t] == pytest.approx(balance, rel=1e-6, abs=1e-4)
    dear = replace(data, policy=replace(data.policy, borrowing_rate=0.10))
    assert run_off_without_selling(dear, found).worst_balance < run.worst_balance


def test_fewer_bonds_never_cost_less(question: RivalQuestion) -> None:
    kept = np.unique(np.append(np.arange(0.0, 120.0, 2.0), 119.0))
    fewer = with_bonds(question, kept)
    for build in (matching_portfolio, redington_portfolio):
        assert build(fewer).cost >= build(question).cost - 1e-6


def test_an_infeasible_rule_is_listed_with_its_reason(question: RivalQuestion) -> None:
    short = with_bonds(question, np.arange(10.0))
    found = compare_with_rivals(short, shocks=rival_shocks(parallel=0.005), tenors=[1.0, 10.0])
    refused = {each.rule: each.reason for each in found.refused}
    assert "money duration" in refused[RivalRule.REDINGTON]
    assert found.row(RivalRule.MATCHING).run_off.covers_every_payment  # cash carried for decades
    with pytest.raises(KeyError, match="Redington"):
        found.row(RivalRule.REDINGTON)


def test_reported_status_falls_while_every_payment_is_covered(question: RivalQuestion) -> None:
    found = matching_portfolio(question)
    curve = question.curve.shifted(CurveShift.parallel(0.003))
    basis = Basis(name="aa", curve=curve, rule="treasury + 0.3%")
    risk = reported_status_risk(question, found, basis)
    by_name = {change.shock: change for change in risk.changes}
    down = by_name["-100 bp"]
    data, moved = question.data, curve.shifted(CurveShift.parallel(-0.01))
    owed = float(data.payments @ curve.discount_factors(data.payment_times))
    owing = float(data.payments @ moved.discount_factors(data.payment_times))
    assert risk.liabilities == pytest.approx(owed)
    assert down.change_of_liabilities == pytest.approx(owing - owed)
    assert down.change_of_surplus == pytest.approx(down.change_of_assets - (owing - owed))
    ratio = (risk.assets + down.change_of_assets) / owing
    assert down.change_of_funded_ratio == pytest.approx(ratio - risk.funded_ratio)
    assert risk.surplus == pytest.approx(found.cost - owed)
    assert down.change_of_surplus < 0.0
    assert risk.every_payment_covered
    assert "reported surplus falls" in risk.sentence
    assert "cash covers all 360 payments" in risk.sentence


def test_reported_status_of_a_rival_says_where_cash_falls_short(question: RivalQuestion) -> None:
    basis = Basis(name="treasury", curve=question.curve, rule="curve")
    risk = reported_status_risk(question, redington_portfolio(question), basis)
    assert not risk.every_payment_covered
    assert "cash falls short" in risk.sentence


def test_a_result_of_matching_stands_in_the_table_as_it_was_found() -> None:
    bonds = corporates(3, years=2)
    liability = yearly([100.0, 200.0])
    result = match_cash_flows(liability, bonds, policy=MatchingPolicy(cash_cap_months=None))
    due = payments_due(liability, bonds.settlement, None)
    asked = MatchingQuestion.of(due, bonds, policy=result.policy)
    question = RivalQuestion.of(asked, flat_curve(0.05))
    found = portfolio_of_result(result)
    assert found.cost == pytest.approx(result.cost)
    comparison = compare_with_rivals(question, matched=found)
    row = comparison.row(RivalRule.MATCHING)
    assert row.portfolio is found
    np.testing.assert_allclose(row.run_off.balances, result.ladder.cash_after, atol=1e-9)
    assert row.cost == pytest.approx(matching_portfolio(question).cost)
