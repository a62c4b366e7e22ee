"""Every convention and limit of matching, drawn at random, against the same written out slowly."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from defease.bonds import BondUniverse, payments_of
from defease.cashflows import Payments
from defease.dates import to_date
from defease.errors import InfeasibleError
from defease.matching import (
    Availability,
    CountryLimit,
    Eligibility,
    IssuerLimit,
    Limit,
    LimitsRelativeTo,
    Loan,
    MatchingPolicy,
    MatchingQuestion,
    MaturityBandLimit,
    MinimumTreasuries,
    RatingAtOrBelowLimit,
    RatingLimit,
    SectorLimit,
    SupplyLimit,
    Surplus,
    TerminalSurplus,
    Trading,
    TurnoverLimit,
    answer,
    matching_question,
)
from defease.matching.haircut import ExpectedLossTable
from tests.slow_matching import SlowBond, SlowQuestion, least_cost

STARTS = (dt.date(2024, 2, 29), dt.date(2025, 12, 31), dt.date(2026, 4, 15))
RATINGS = ("UST", "AA-", "A", "A+", "BBB", "BBB-")
LOSSES = {"AA": 0.001, "A": 0.004, "BBB": 0.01}
A_BUCKET, BBB_AND_WORSE = ("A+", "A", "A-"), ("BBB+", "BBB", "BBB-")

Draw = np.random.Generator


def market(draw: Draw, start: dt.date, count: int) -> BondUniverse:
    """Bonds of every rating, some zeros, some scarce; prices about their worth."""
    days = np.datetime64(start) + draw.integers(20, 2600, count)
    coupons = np.where(draw.random(count) < 0.3, 0.0, draw.uniform(0.0, 0.08, count))
    years = (days - np.datetime64(start)).astype(float) / 365.0
    ratings = tuple(RATINGS[i] for i in draw.integers(0, len(RATINGS), count))
    yields = draw.uniform(0.03, 0.06, count)
    scarce = draw.random(count) < 0.2
    return BondUniverse(
        settlement=start,
        identifiers=tuple(f"bond {i}" for i in range(count)),
        ratings=ratings,
        issuers=tuple(f"issuer {i}" for i in draw.integers(0, 5, count)),
        sectors=tuple(f"sector {i}" for i in draw.integers(0, 3, count)),
        countries=tuple(f"country {i}" for i in draw.integers(0, 2, count)),
        coupons=coupons,
        frequencies=draw.choice(np.array([1, 2, 4]), count),
        clean_prices=100.0 * (coupons * years + 1.0) * np.exp(-yields * years),
        maturities=days,
        outstanding=np.where(scarce, draw.uniform(2_000.0, 20_000.0, count), math.inf),
        offered=np.where(draw.random(count) < 0.1, 0.0, math.inf),
    )


def slow_bonds(bonds: BondUniverse) -> tuple[SlowBond, ...]:
    """The same bonds one by one."""
    promised = payments_of(bonds)
    found = []
    for i in range(len(bonds)):
        own = promised.bond == i
        pays = zip(promised.dates[own], promised.amounts[own].tolist(), strict=True)
        found.append(
            SlowBond(
                price=float(bonds.dirty_prices[i]),
                pays=tuple((to_date(day), amount) for day, amount in pays),
                maturity=to_date(bonds.maturities[i]),
                issuer=bonds.issuers[i],
                sector=bonds.sectors[i],
                country=bonds.countries[i],
                rating=bonds.ratings[i],
                exists=float(bonds.outstanding[i]),
                on_offer=float(bonds.offered[i]),
            )
        )
    return tuple(found)


def dues(draw: Draw, start: dt.date, count: int) -> tuple[tuple[dt.date, float], ...]:
    """Irregular payments, some of them inflows; month ends and leap days among them."""
    steps = np.cumsum(draw.choice(np.array([1, 28, 30, 31, 92, 365]), count))
    days = [start + dt.timedelta(days=int(step)) for step in steps]
    amounts = np.where(draw.random(count) < 0.2, -1.0, 1.0) * draw.uniform(5e3, 2e4, count)
    amounts[-1] = abs(amounts[-1])
    return tuple(zip(days, amounts.tolist(), strict=True))


def maybe(draw: Draw, share: float = 0.3) -> bool:
    return bool(draw.random() < share)


def pick(draw: Draw, common: Any, rare: Any, share: float = 0.3) -> Any:
    return rare if maybe(draw, share) else common


def one_or_each(values: tuple[float, ...]) -> float | tuple[float, ...]:
    """One number where all are the same."""
    return values if len(set(values)) > 1 else values[0]


def conventions(draw: Draw, periods: int) -> tuple[MatchingPolicy, dict[str, Any]]:
    """The same conventions as a policy and for the slow programme."""
    rates = tuple(draw.uniform(-0.005, 0.02, periods).tolist())
    rates = pick(draw, (rates[0],) * periods, rates)
    caps = tuple(draw.uniform(0.0, 5e3, periods).tolist())
    caps = pick(draw, pick(draw, (0.0,) * periods, (caps[0],) * periods), caps)
    spread, own = 0.03, pick(draw, None, 0.07)
    dearer = tuple(rate + spread for rate in rates)
    end = str(draw.choice(np.array(["free", "credited", "target"])))
    value = {"free": 0.0, "credited": 0.6, "target": 700.0}
    slow: dict[str, Any] = {
        "surplus": pick(draw, "carried", "lost", 0.15),
        "reinvestment_rate": rates,
        "initial_cash": pick(draw, "allowed", "none", 0.15),
        "terminal_surplus": end,
        "terminal_value": value[end],
        "borrowing_cap": caps,
        "borrowing_rate": (own,) * periods if own else dearer,
        "initial_borrowing": pick(draw, "none", "allowed"),
        "loans": pick(draw, (), ((0.06, 2, 4e3), (0.065, 3, 2e3))),
        "cash_cap_months": pick(draw, None, int(draw.choice(np.array([1, 6, 12, 24]))), 0.5),
        "payment_lag_days": int(draw.choice(np.array([0, 0, 1, 14]))),
    }
    return policy_of(slow, spread=spread, own=own), slow


def policy_of(slow: dict[str, Any], *, spread: float, own: float | None) -> MatchingPolicy:
    """The same as the matching room calls it."""
    end, value = TerminalSurplus(slow["terminal_surplus"]), slow["terminal_value"]
    return MatchingPolicy(
        surplus=Surplus(slow["surplus"]),
        reinvestment_rate=one_or_each(slow["reinvestment_rate"]),
        initial_cash=Availability(slow["initial_cash"]),
        terminal_surplus=end,
        terminal_target=value if end is TerminalSurplus.TARGET else 0.0,
        terminal_discount_factor=value if end is TerminalSurplus.CREDITED else 0.0,
        borrowing_cap=one_or_each(slow["borrowing_cap"]),
        borrowing_spread=spread,
        borrowing_rate=own,
        initial_borrowing=Availability(slow["initial_borrowing"]),
        loans=tuple(Loan(rate=rate, periods=tenor, cap=cap) for rate, tenor, cap in slow["loans"]),
        cash_cap_months=slow["cash_cap_months"],
        payment_lag_days=slow["payment_lag_days"],
    )


def rules(draw: Draw, start: dt.date) -> tuple[tuple[Limit, ...], dict[str, Any]]:
    """Some limits, wide enough that most of the time they leave a portfolio."""
    limits: list[Limit] = []
    slow: dict[str, Any] = {}
    simple = {"issuer": IssuerLimit, "sector": SectorLimit, "country": CountryLimit}
    for name, kind in simple.items():
        if maybe(draw):
            slow[name] = float(draw.uniform(0.3, 0.7))
            limits.append(kind(slow[name]))
    if maybe(draw):
        share, whole = float(draw.uniform(0.05, 0.4)), maybe(draw, 0.5)
        slow["bucket"] = (BBB_AND_WORSE if whole else A_BUCKET, share)
        limits.append(RatingAtOrBelowLimit(share, "BBB") if whole else RatingLimit(share, "A"))
    if maybe(draw):
        low = float(draw.uniform(0.0, 3.0))
        slow["band"] = (low, low + 2.0, 0.3)
        limits.append(MaturityBandLimit(0.3, start, low, low + 2.0))
    if maybe(draw):
        slow["minimum_treasuries"] = 0.25
        limits.append(MinimumTreasuries(0.25))
    if maybe(draw):
        slow["supply"] = 0.5
        limits.append(SupplyLimit(0.5))
    return tuple(limits), slow


def trades(draw: Draw, bonds: BondUniverse) -> tuple[Trading | None, dict[str, Any]]:
    """Holdings within what exists, and costs of trading; None most of the time."""
    held = np.minimum(draw.uniform(0.0, 80.0, len(bonds)), bonds.outstanding / 200.0)
    fees = np.full(len(bonds), 0.3)
    if not maybe(draw):
        return None, {}
    slow = {"held": tuple(held.tolist()), "trading_cost": 0.3, "turnover": 1.2}
    return Trading(held=held, buying=fees, selling=fees), slow


def drawn(seed: int) -> tuple[MatchingQuestion, SlowQuestion]:
    """A market, payments, conventions, limits and holdings, for both programmes."""
    draw, start = np.random.default_rng(seed), STARTS[seed % 3]
    count = int(draw.integers(1, 14))
    due, bonds = dues(draw, start, count), market(draw, start, int(draw.integers(1, 25)))
    policy, slow = conventions(draw, count)
    limits, shares = rules(draw, start)
    if maybe(draw):
        slow["limits_amount"] = 1e5
        amount = LimitsRelativeTo.AMOUNT
        policy = replace(policy, limits_relative_to=amount, limits_amount=1e5)
    losses = pick(draw, {}, LOSSES)
    table = ExpectedLossTable("test", start, "made up", 0.0, LOSSES, "BBB") if losses else None
    trading, holdings = trades(draw, bonds)
    days = np.array([day for day, _ in due], dtype="datetime64[D]")
    question = matching_question(
        Payments.from_dates(start, days, [amount for _, amount in due]),
        bonds,
        policy=policy,
        limits=(*limits, *((TurnoverLimit(1.2),) if trading else ())),
        eligibility=Eligibility(held=frozenset(bonds.identifiers)),
        haircut=table,
    ).with_trading(trading)
    yearly = {rating: losses.get(rating.strip("+-"), 0.0) for rating in RATINGS}
    written = SlowQuestion(
        settlement=start,
        payments=due,
        bonds=slow_bonds(bonds),
        yearly_losses=yearly,
        **{**slow, **shares, **holdings},
    )
    return question, written


@pytest.mark.parametrize("seed", range(120))
def test_any_mix_of_conventions_and_limits_costs_the_same_written_out_slowly(seed: int) -> None:
    question, written = drawn(seed)
    expected = least_cost(written)
    if expected is None:
        with pytest.raises(InfeasibleError):
            answer(question)
        return
    found = answer(question)
    assert found.cost == pytest.approx(expected, rel=1e-8, abs=1e-4)
    assert found.certificate.holds
    assert np.isfinite(found.ladder.cash_after).all()
