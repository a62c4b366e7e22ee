"""Defaults of bonds held, by hand on zero bonds."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from defease.bonds import BondUniverse
from defease.cashflows import Payments
from defease.errors import InfeasibleError, InputError
from defease.matching import Availability, MatchingPolicy, matching_question
from defease.matching.desk import CurrentPortfolio, Default, PartialDefault, Side, credit_event
from defease.matching.question import MatchingQuestion

DAY = dt.date(2026, 1, 31)
DAYS = np.array(["2027-01-31", "2028-01-31", "2029-01-31"], "datetime64[D]")
HELD = CurrentPortfolio(faces={"one": 1000.0, "risky": 500.0, "three": 400.0}, cash=0.0)
FREE = MatchingPolicy(cash_cap_months=None)


def question(policy: MatchingPolicy = FREE) -> MatchingQuestion:
    bonds = BondUniverse(
        settlement=DAY,
        identifiers=("one", "two", "three", "risky"),
        issuers=("T", "T", "T", "R"),
        ratings=("UST", "UST", "UST", "A"),
        coupons=np.zeros(4),
        clean_prices=np.array([96.0, 92.0, 88.0, 90.0]),
        maturities=np.append(DAYS, DAYS[1]),
    )
    liability = Payments.from_dates(DAY, DAYS, [1000.0, 500.0, 400.0])
    return matching_question(liability, bonds, policy=policy)


def test_a_default_leaves_one_payment_short_and_is_repaired_by_the_next_cheapest_bond() -> None:
    found = credit_event(question(), HELD, [Default(identifier="risky")])
    assert found.lost == {"risky": 500.0}
    assert found.shortfall.dates.astype(str).tolist() == ["2028-01-31"]
    assert found.shortfall.total == pytest.approx(500.0)
    assert found.shortfall.first == dt.date(2028, 1, 31)
    assert found.ladder_before.cash_after.tolist() == pytest.approx([0.0, -500.0, -500.0])
    assert found.cost_to_repair == pytest.approx(460.0)
    (trade,) = found.trades.trades
    assert (trade.side, trade.identifier) == (Side.BUY, "two")
    assert trade.face == pytest.approx(500.0)
    assert found.convention == "risky pays nothing more and nothing is recovered"


def test_recovery_at_once_is_cash_and_later_recovery_meets_payments_on_its_day() -> None:
    at_once = credit_event(question(), HELD, [Default(identifier="risky", recovery=0.4)])
    assert at_once.cost_to_repair == pytest.approx(460.0 - 200.0)
    assert at_once.shortfall.total == pytest.approx(300.0)
    later = credit_event(
        question(), HELD, [Default(identifier="risky", recovery=0.4, recovery_days=500)]
    )
    # 200 come between the first payment and the second.
    assert later.shortfall.total == pytest.approx(300.0)
    assert later.cost_to_repair == pytest.approx(0.92 * 300.0)
    assert (
        later.convention == "risky pays nothing more; 40% of face comes 500 days after settlement"
    )
    too_late = credit_event(
        question(), HELD, [Default(identifier="risky", recovery=0.4, recovery_days=800)]
    )
    assert too_late.shortfall.total == pytest.approx(500.0)
    # 200 pay half of the last payment: so much of "three" is sold, and "two" bought.
    assert too_late.cost_to_repair == pytest.approx(460.0 - 0.88 * 200.0)


def test_a_partial_default_scales_what_is_still_to_come() -> None:
    found = credit_event(question(), HELD, [PartialDefault(identifier="risky", share_paid=0.7)])
    assert found.shortfall.total == pytest.approx(150.0)
    assert found.cost_to_repair == pytest.approx(0.92 * 150.0)
    assert found.convention == "risky makes 70% of every payment to come"


def test_a_bond_that_is_not_held_hurts_nobody() -> None:
    found = credit_event(question(), HELD, [Default(identifier="two")])
    assert found.lost == {}
    assert found.shortfall.first is None
    assert found.cost_to_repair <= 0.0


def test_several_defaults_at_once_add_up() -> None:
    events: list[Default | PartialDefault] = [
        Default(identifier="risky"),
        PartialDefault(identifier="three", share_paid=0.5),
    ]
    found = credit_event(question(), HELD, events)
    assert found.shortfall.amounts.tolist() == pytest.approx([500.0, 200.0])
    assert found.cost_to_repair == pytest.approx(460.0 + 0.92 * 200.0)


def test_a_repair_that_the_limits_forbid_is_said_to_be_impossible() -> None:
    strict = MatchingPolicy(cash_cap_months=1, initial_cash=Availability.NONE)
    events = [Default(identifier=name) for name in ("one", "two", "three")]
    with pytest.raises(InfeasibleError):
        credit_event(question(strict), HELD, events)


def test_events_name_bonds_that_exist_once_each() -> None:
    with pytest.raises(InputError, match="nobody is not in the universe"):
        credit_event(question(), HELD, [Default(identifier="nobody")])
    with pytest.raises(InputError, match="risky is hit twice"):
        credit_event(question(), HELD, [Default(identifier="risky")] * 2)
    with pytest.raises(InputError, match="no bond is hit"):
        credit_event(question(), HELD, [])
    with pytest.raises(InputError, match="share of face"):
        Default(identifier="risky", recovery=1.2)
    with pytest.raises(InputError, match="must not be negative"):
        Default(identifier="risky", recovery_days=-1)
    with pytest.raises(InputError, match="below 1"):
        PartialDefault(identifier="risky", share_paid=1.0)
