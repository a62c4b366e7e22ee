"""Small matching questions for tests of slices: zeros a year apart, a generated market."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from defease.bonds.generator import generate_universe
from defease.bonds.universe import BondUniverse
from defease.cashflows import Payments
from defease.curves import flat_curve
from defease.dates import add_months_to
from defease.matching import MatchingPolicy, MatchingQuestion, matching_question

SETTLEMENT = dt.date(2026, 1, 31)
NO_CAP = MatchingPolicy(cash_cap_months=None)


def zero_question(
    prices: Sequence[float], payments: Sequence[float], *, policy: MatchingPolicy = NO_CAP
) -> MatchingQuestion:
    """Payments a year apart from 2027-01-31, and a zero of this price (per 1) for each of some."""
    days = add_months_to(SETTLEMENT, 12 * np.arange(1, max(len(prices), len(payments)) + 1))
    count = len(prices)
    zeros = BondUniverse(
        settlement=SETTLEMENT,
        identifiers=tuple(f"zero {year}" for year in range(1, count + 1)),
        ratings=("UST",) * count,
        coupons=np.zeros(count),
        clean_prices=100.0 * np.array(prices),
        maturities=days[:count],
    )
    liability = Payments.from_dates(SETTLEMENT, days[: len(payments)], list(payments))
    return matching_question(liability, zeros, policy=policy)


def market_question(
    months: int,
    *,
    bonds: int = 40,
    seed: int = 1,
    inflows: bool = False,
    policy: MatchingPolicy | None = None,
) -> MatchingQuestion:
    """Random monthly payments against a generated market; some net inflows on request."""
    draw = np.random.default_rng(seed)
    amounts = draw.uniform(-40.0 if inflows else 5.0, 100.0, months)
    days = add_months_to(SETTLEMENT, np.arange(1, months + 1))
    market = generate_universe(flat_curve(0.04), count=bonds, settlement=SETTLEMENT, seed=seed)
    plenty = np.full(len(market), np.inf)
    market = replace(market, outstanding=plenty, offered=plenty)
    liability = Payments.from_dates(SETTLEMENT, days, amounts.tolist())
    chosen = policy or MatchingPolicy(reinvestment_rate=0.01, cash_cap_months=None)
    return matching_question(liability, market, policy=chosen)
