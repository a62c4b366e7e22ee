"""Random matching questions with bonds of every kind, for properties of limits."""

from __future__ import annotations

import numpy as np

from defease.bonds import generate_universe
from defease.cashflows import Payments
from defease.curves import flat_curve
from defease.dates import add_months_to
from defease.errors import InfeasibleError
from defease.matching import (
    Limit,
    MatchingPolicy,
    MatchingQuestion,
    Trading,
    UncoveredError,
    answer,
    matching_question,
)
from tests.desk_data import START, with_columns

COUNT = 60
OPEN = MatchingPolicy(reinvestment_rate=0.01, cash_cap_months=None)
COUNTRIES = ("US", "CA", "GB")


def random_question(
    seed: int,
    *,
    policy: MatchingPolicy = OPEN,
    limits: tuple[Limit, ...] = (),
    dates: int = 20,
    inflows: bool = False,
) -> MatchingQuestion:
    """Half-yearly payments of ten years against 60 invented bonds with labels of every kind."""
    draw = np.random.default_rng(seed)
    bonds = generate_universe(flat_curve(0.04), count=COUNT, settlement=START, seed=seed)
    bonds = with_columns(
        bonds,
        callable=np.zeros(COUNT, bool),
        watch=np.zeros(COUNT, bool),
        countries=tuple(COUNTRIES[i] for i in draw.integers(0, 3, COUNT)),
        outstanding=draw.uniform(200.0, 2000.0, COUNT),
    )
    amounts = draw.uniform(-40.0 if inflows else 5.0, 100.0, dates)
    days = add_months_to(START, 6 * np.arange(1, dates + 1))
    liability = Payments.from_dates(START, days, amounts.tolist())
    question = matching_question(liability, bonds, policy=policy, limits=limits)
    held = np.where(draw.random(COUNT) < 0.2, draw.uniform(0.0, 2.0, COUNT), 0.0)
    costs = np.full(COUNT, 0.1)
    return question.with_trading(Trading(held=held, buying=costs, selling=costs))


def least_cost(question: MatchingQuestion) -> float:
    """The certified cost; infinite where no portfolio keeps the limits."""
    try:
        result = answer(question)
    except (InfeasibleError, UncoveredError):
        return np.inf
    assert result.certificate.holds
    return result.cost
