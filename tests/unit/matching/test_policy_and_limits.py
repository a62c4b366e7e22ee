"""Conventions, limits and exclusions as data: what they accept, what they refuse, whom they hit."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from defease.cashflows import CashFlows, FlowKind
from defease.errors import InputError
from defease.matching import (
    ILLUSTRATIVE_LOSSES,
    Amounts,
    Availability,
    Eligibility,
    IssuerLimit,
    LimitsRelativeTo,
    MatchingPolicy,
    RatingAtOrBelowLimit,
    RatingLimit,
    Reason,
    SectorLimit,
    SupplyLimit,
    Unrated,
    match_cash_flows,
)
from defease.matching.eligibility import screen
from defease.matching.haircut import ExpectedLossTable
from tests.unit.matching.bonds import START, corporates, yearly, zeros


@pytest.mark.parametrize(
    ("wrong", "place"),
    [
        ({"reinvestment_rate": -1.0}, "matching.reinvestment_rate"),
        ({"reinvestment_rate": (0.01, math.nan)}, "matching.reinvestment_rate"),
        ({"borrowing_rate": math.inf}, "matching.borrowing_rate"),
        ({"borrowing_cap": -1.0}, "matching.borrowing_cap"),
        ({"cash_cap_months": 0}, "matching.cash_cap_months"),
        ({"payment_lag_days": -1}, "matching.payment_lag_days"),
        ({"limits_relative_to": LimitsRelativeTo.AMOUNT}, "matching.limits_amount"),
        ({"terminal_target": math.nan}, "matching.terminal_surplus"),
    ],
)
def test_a_convention_that_makes_no_sense_is_refused_by_name(
    wrong: dict[str, object], place: str
) -> None:
    with pytest.raises(InputError, match=place):
        replace(MatchingPolicy(), **wrong)  # type: ignore[arg-type]


def test_a_rate_for_each_period_needs_as_many_rates_as_periods() -> None:
    policy = MatchingPolicy(reinvestment_rate=(0.01, 0.02))
    np.testing.assert_array_equal(policy.reinvestment_rates(2), [0.01, 0.02])
    with pytest.raises(InputError, match="has 2 values, but there are 3 periods"):
        policy.reinvestment_rates(3)


def test_the_first_loan_needs_its_own_permission() -> None:
    policy = MatchingPolicy(borrowing_cap=5.0)
    np.testing.assert_array_equal(policy.borrowing_caps(3), [0.0, 5.0, 5.0])
    allowed = replace(policy, initial_borrowing=Availability.ALLOWED)
    np.testing.assert_array_equal(allowed.borrowing_caps(3), [5.0, 5.0, 5.0])


def test_loans_cost_the_spread_over_cash_or_their_own_rate() -> None:
    policy = MatchingPolicy(reinvestment_rate=0.03, borrowing_spread=0.015)
    assert policy.borrowing_rates(2)[1] == pytest.approx(0.045)
    assert replace(policy, borrowing_rate=0.07).borrowing_rates(2)[0] == 0.07


def test_net_or_gross_is_a_named_choice() -> None:
    kinds = [FlowKind.BENEFITS, FlowKind.CONTRIBUTIONS]
    flows = CashFlows.from_times(START, times=[1.0, 1.0], amounts=[100.0, 30.0], kinds=kinds)
    assert (Amounts.NET.of(flows).total, Amounts.GROSS.of(flows).total) == (70.0, 100.0)


@pytest.mark.parametrize("share", [-0.1, 1.5, math.nan])
def test_a_limit_is_a_share(share: float) -> None:
    with pytest.raises(InputError, match=r"matching.limits.issuer: must be a share"):
        IssuerLimit(share)


CARRIED = MatchingPolicy(cash_cap_months=None)


def test_a_limit_of_zero_keeps_out_what_it_is_about() -> None:
    names = ("Treasuries", "Company")
    market = zeros([95.0, 80.0], ratings=("UST", "A"), issuers=names)
    found = match_cash_flows(
        yearly([0.0, 100.0]), market, policy=CARRIED, limits=(IssuerLimit(0.0),)
    )
    assert found.cost == pytest.approx(95.0)
    assert found.holdings.identifiers == ("zero 1",)


def test_a_rating_limit_needs_a_rating() -> None:
    with pytest.raises(InputError, match="'XYZ' is not a rating"):
        RatingLimit(0.3, "XYZ")
    with pytest.raises(InputError, match="'UST' is not a rating bucket"):
        RatingAtOrBelowLimit(0.3, "UST")


def test_exclusions_name_the_first_reason_that_applies() -> None:
    bonds = corporates(
        5,
        ratings=("A", "A", "", "BB+", "BBB-"),
        callable=np.array([True, False, False, False, False]),
        watch=np.array([True, True, False, False, False]),
    )
    kept, excluded = screen(bonds, Eligibility(minimum_rating="BBB-"), ())
    assert kept.identifiers == ("bond 4",)
    assert [bond.reason for bond in excluded] == [
        Reason.CALLABLE,
        Reason.WATCH_LIST,
        Reason.UNRATED,
        Reason.BELOW_MINIMUM,
    ]


def test_bonds_without_rating_are_kept_out_only_by_a_rating_rule() -> None:
    bonds = corporates(2, ratings=("A", ""))
    assert len(screen(bonds, Eligibility(), (IssuerLimit(0.5),))[0]) == 2
    limits = (RatingLimit(0.5, "BBB"),)
    assert len(screen(bonds, Eligibility(), limits)[0]) == 1
    assert len(screen(bonds, Eligibility(unrated=Unrated.ALLOW), limits)[0]) == 2


def shares_of(bonds: object, limits: tuple[object, ...], **options: object) -> dict[str, float]:
    found = match_cash_flows(
        yearly([5.0, 5.0, 105.0]),
        bonds,  # type: ignore[arg-type]
        limits=limits,  # type: ignore[arg-type]
        policy=MatchingPolicy(cash_cap_months=None),
        **options,  # type: ignore[arg-type]
    )
    return dict(zip(found.holdings.identifiers, found.holdings.weights.tolist(), strict=True))


def test_an_issuer_limit_spreads_the_cost_over_issuers() -> None:
    shares = shares_of(corporates(6), (IssuerLimit(0.25),))
    assert max(shares.values()) == pytest.approx(0.25)
    assert set(shares) == {"bond 0", "bond 1", "bond 2", "bond 3"}


def test_bonds_without_issuer_are_issuers_of_their_own() -> None:
    shares = shares_of(corporates(6, issuers=("",) * 6), (IssuerLimit(0.25),))
    assert len(shares) == 4


def test_a_sector_limit_moves_the_rest_to_the_other_sector() -> None:
    shares = shares_of(corporates(4), (SectorLimit(0.6),))
    assert shares == pytest.approx({"bond 0": 0.6, "bond 1": 0.4})


def test_a_bucket_covers_its_signs_and_nothing_worse() -> None:
    bonds = corporates(4, ratings=("BBB+", "BBB-", "BB", "AA"))
    shares = shares_of(bonds, (RatingLimit(0.3, "BBB"),))
    assert shares == pytest.approx({"bond 0": 0.3, "bond 2": 0.7})


def test_at_or_below_covers_everything_worse_and_the_unrated() -> None:
    bonds = corporates(4, ratings=("BBB+", "", "BB", "AA"))
    allowed = Eligibility(unrated=Unrated.ALLOW)
    shares = shares_of(bonds, (RatingAtOrBelowLimit(0.3, "BBB"),), eligibility=allowed)
    assert shares == pytest.approx({"bond 0": 0.3, "bond 3": 0.7})


def test_treasuries_are_exempt_but_count_in_the_total() -> None:
    bonds = corporates(3, ratings=("A", "A", "UST"))
    shares = shares_of(bonds, (IssuerLimit(0.1), RatingLimit(0.15, "A"), SectorLimit(0.12)))
    assert shares["bond 2"] == pytest.approx(1.0 - 0.15)


def test_limits_may_refer_to_an_amount() -> None:
    policy = MatchingPolicy(
        cash_cap_months=None, limits_relative_to=LimitsRelativeTo.AMOUNT, limits_amount=200.0
    )
    found = match_cash_flows(
        yearly([5.0, 5.0, 105.0]), corporates(4), policy=policy, limits=(IssuerLimit(0.25),)
    )
    assert found.holdings.costs.max() == pytest.approx(50.0)


def test_supply_caps_the_face_amount_bought() -> None:
    bonds = corporates(2, outstanding=np.array([100.0, np.inf]))
    found = match_cash_flows(
        yearly([5.0, 5.0, 105.0]),
        bonds,
        policy=MatchingPolicy(cash_cap_months=None),
        limits=(SupplyLimit(0.4),),
    )
    faces = dict(zip(found.holdings.identifiers, found.holdings.faces.tolist(), strict=True))
    assert faces == pytest.approx({"bond 0": 40.0, "bond 1": 60.0})


def test_expected_losses_leave_treasuries_alone_and_grow_with_time() -> None:
    table = ExpectedLossTable("test", START, "made up", 0.5, {"A": 0.02, "BB": 0.1}, "BB")
    owners, times = np.array([0, 1, 1, 2]), np.array([1.0, 1.0, 10.0, 1.0])
    found = table.survival(("UST", "A+", ""), owners, times)
    np.testing.assert_allclose(found, [1.0, math.exp(-0.01), math.exp(-0.1), math.exp(-0.05)])
    with pytest.raises(InputError, match="no default intensity for rating 'CCC'"):
        table.survival(("CCC",), np.array([0]), np.ones(1))


def test_the_illustrative_table_orders_ratings_and_says_what_it_is() -> None:
    yearly_losses = list(ILLUSTRATIVE_LOSSES.intensities.values())
    assert yearly_losses == sorted(yearly_losses)
    assert "not an estimate" in ILLUSTRATIVE_LOSSES.source


def test_a_haircut_costs_what_the_expected_losses_are() -> None:
    table = ExpectedLossTable("test", START, "made up", 0.0, {"A": 0.02}, "A")
    market = zeros([95.0, 90.0], ratings=("A", "A"))
    policy = MatchingPolicy(cash_cap_months=None)
    found = match_cash_flows(yearly([100.0, 100.0]), market, policy=policy, haircut=table)
    times = np.array([365.0, 730.0]) / 365.0
    assert found.cost == pytest.approx(95.0 * math.exp(0.02) + 90.0 * math.exp(0.02 * times[1]))
