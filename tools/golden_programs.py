"""Small matching questions of our own whose programmes are kept as text in tests/golden/matching.

Four invented bonds and four half-yearly payments; each question shows one kind of convention or
limit.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import numpy as np

from defease.bonds import BondUniverse
from defease.cashflows import Payments
from defease.curves import flat_curve
from defease.matching import (
    CountryLimit,
    ExpectedLossTable,
    IssuerLimit,
    KeyRateLimit,
    LimitsRelativeTo,
    Loan,
    LongestDuration,
    MatchingPolicy,
    MatchingQuestion,
    MaturityBandLimit,
    MinimumTreasuries,
    RatingAtOrBelowLimit,
    RatingLimit,
    SectorLimit,
    ShortestDuration,
    SupplyLimit,
    Surplus,
    TerminalSurplus,
    Trading,
    TurnoverLimit,
    matching_question,
)
from defease.matching.policy import Availability

SETTLEMENT = dt.date(2026, 1, 31)
DAYS = np.array(["2026-07-31", "2027-01-31", "2027-07-31", "2028-01-31"], dtype="datetime64[D]")
AMOUNTS = (1000.0, 1200.0, -300.0, 2000.0)
NO_CAP = MatchingPolicy(reinvestment_rate=0.02, cash_cap_months=None)


def bonds() -> BondUniverse:
    """A Treasury bill and three corporate bonds of three issuers."""
    return BondUniverse(
        settlement=SETTLEMENT,
        identifiers=("bill", "north 27", "north 28", "south 28"),
        issuers=("Treasury", "North", "North", "South"),
        sectors=("Treasury", "Energy", "Energy", "Banks"),
        countries=("US", "US", "CA", "CA"),
        ratings=("UST", "A+", "A", "BBB"),
        coupons=np.array([0.0, 0.04, 0.05, 0.06]),
        clean_prices=np.array([98.0, 99.0, 101.0, 100.0]),
        maturities=np.array(
            ["2026-07-31", "2027-01-31", "2028-01-31", "2028-01-15"], "datetime64[D]"
        ),
        outstanding=np.array([np.inf, 5000.0, 8000.0, 6000.0]),
    )


def payments() -> Payments:
    """Four half-yearly payments, the third an inflow."""
    return Payments.from_dates(SETTLEMENT, DAYS, AMOUNTS)


def carried() -> MatchingQuestion:
    """Unspent cash earns 2% to the next date."""
    return matching_question(payments(), bonds(), policy=NO_CAP)


def lost() -> MatchingQuestion:
    """Unspent cash is lost: each date is covered by its own receipts."""
    return matching_question(payments(), bonds(), policy=MatchingPolicy(surplus=Surplus.LOST))


def cash_cap() -> MatchingQuestion:
    """Cash may not exceed the payments of six months; what is above it is released."""
    policy = MatchingPolicy(reinvestment_rate=0.02, cash_cap_months=6)
    return matching_question(payments(), bonds(), policy=policy)


def borrowing() -> MatchingQuestion:
    """One-period loans from settlement on, and a credit line of two periods; no cash at first."""
    policy = MatchingPolicy(
        reinvestment_rate=0.01,
        cash_cap_months=None,
        initial_cash=Availability.NONE,
        borrowing_cap=200.0,
        initial_borrowing=Availability.ALLOWED,
        loans=(Loan(rate=0.05, periods=2, cap=100.0),),
    )
    return matching_question(payments(), bonds(), policy=policy)


def terminal_credited() -> MatchingQuestion:
    """Cash left at the end is worth 85% of itself today."""
    policy = MatchingPolicy(
        cash_cap_months=None,
        terminal_surplus=TerminalSurplus.CREDITED,
        terminal_discount_factor=0.85,
    )
    return matching_question(payments(), bonds(), policy=policy)


def terminal_target() -> MatchingQuestion:
    """Cash left at the end is 500."""
    policy = MatchingPolicy(
        cash_cap_months=None, terminal_surplus=TerminalSurplus.TARGET, terminal_target=500.0
    )
    return matching_question(payments(), bonds(), policy=policy)


def group_limits() -> MatchingQuestion:
    """Every limit on a group of bonds, as shares of the portfolio's cost, and the supply."""
    limits = (
        IssuerLimit(0.4),
        SectorLimit(0.5),
        CountryLimit(0.6, country="CA"),
        RatingLimit(0.7, "A"),
        RatingAtOrBelowLimit(0.3, "BBB"),
        MaturityBandLimit(0.8, SETTLEMENT, 1.5, 3.0),
        MinimumTreasuries(0.1),
        SupplyLimit(0.25),
    )
    return matching_question(payments(), bonds(), policy=NO_CAP, limits=limits)


def stated_amount() -> MatchingQuestion:
    """Limits as shares of a stated amount, and payments counted as far as they survive default."""
    policy = MatchingPolicy(
        cash_cap_months=None, limits_relative_to=LimitsRelativeTo.AMOUNT, limits_amount=4000.0
    )
    table = ExpectedLossTable(
        name="invented",
        as_of=SETTLEMENT,
        source="invented",
        recovery=0.4,
        intensities={"A": 0.01, "BBB": 0.03},
        unrated_as="BBB",
    )
    limits = (IssuerLimit(0.4), MinimumTreasuries(0.1))
    return matching_question(payments(), bonds(), policy=policy, limits=limits, haircut=table)


def durations() -> MatchingQuestion:
    """The portfolio's duration between one year and a year and a half."""
    limits = (LongestDuration(1.5), ShortestDuration(1.0))
    return matching_question(payments(), bonds(), policy=NO_CAP, limits=limits)


def key_rates() -> MatchingQuestion:
    """Key-rate money durations at one and two years at most 500 apart."""
    limits = (KeyRateLimit(500.0, flat_curve(0.04), (1.0, 2.0)),)
    return matching_question(payments(), bonds(), policy=NO_CAP, limits=limits)


def trading() -> MatchingQuestion:
    """Two bonds are held already; trades have a cost and a limit."""
    question = matching_question(payments(), bonds(), policy=NO_CAP, limits=(TurnoverLimit(0.5),))
    trades = Trading(
        held=np.array([0.0, 5.0, 10.0, 0.0]),
        buying=np.array([0.05, 0.2, 0.25, 0.3]),
        selling=np.array([0.05, 0.2, 0.25, 0.3]),
    )
    return question.with_trading(trades)


QUESTIONS: tuple[Callable[[], MatchingQuestion], ...] = (
    carried,
    lost,
    cash_cap,
    borrowing,
    terminal_credited,
    terminal_target,
    group_limits,
    stated_amount,
    durations,
    key_rates,
    trading,
)
