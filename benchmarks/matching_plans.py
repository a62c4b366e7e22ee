"""A thousand plans matched on two cores against one, the start of the workers included."""

import datetime as dt
import sys

import numpy as np

from benchmarks.harness import Row, at_least, compare, report
from benchmarks.matching import LIMITS, POLICY
from defease.bonds.generator import generate_universe
from defease.cashflows import Payments
from defease.curves import flat_curve
from defease.dates import add_months_to
from defease.errors import DefeaseError
from defease.execution import available_cores
from defease.matching import MatchingQuestion, MatchResult, match_many, matching_question

PLANS, BONDS, MONTHS = 1_000, 500, 240
CORES = 2
SETTLEMENT = dt.date(2025, 12, 31)

Answers = list[MatchResult | DefeaseError]


def questions() -> list[MatchingQuestion]:
    """Twenty years of monthly payments of each plan, its own, against one market."""
    draw = np.random.default_rng(11)
    market = generate_universe(flat_curve(0.04), count=BONDS, settlement=SETTLEMENT, seed=2)
    months = np.arange(1, MONTHS + 1)
    days = add_months_to(SETTLEMENT, months)
    level = Payments.from_dates(SETTLEMENT, days, np.full(MONTHS, 1e6))
    first = matching_question(level, market, policy=POLICY, limits=LIMITS)
    trends = draw.uniform(-0.03, 0.03, PLANS)
    noise = draw.uniform(0.5, 1.0, (PLANS, MONTHS))
    return [
        first.with_shares_paid(each * np.exp(trend * months / 12))
        for trend, each in zip(trends, noise, strict=True)
    ]


def matched(workers: int) -> Answers:
    """Every plan, asked afresh: nothing that one round has worked out helps the next."""
    return match_many(questions(), workers=workers)


def the_same(ours: Answers, other: Answers) -> None:
    """To the last bit: cost, holdings and discount factors of every plan."""
    for one, two in zip(ours, other, strict=True):
        assert isinstance(one, MatchResult), one  # noqa: S101
        assert isinstance(two, MatchResult), two  # noqa: S101
        assert one.cost == two.cost, (one.cost, two.cost)  # noqa: S101
        assert np.array_equal(one.levels, two.levels)  # noqa: S101
        assert np.array_equal(one.discount_factors, two.discount_factors)  # noqa: S101


def rows() -> list[Row]:
    """Two processes against none beside this one."""
    name = f"{PLANS:,} plans x {BONDS} bonds x {MONTHS} months, {CORES} cores v. one"
    if available_cores() < CORES:
        return [Row(name=name, note="this machine has one core", status="skipped")]
    return [
        compare(
            name,
            lambda: matched(CORES),
            lambda: matched(1),
            target=at_least(1.8),
            agree=the_same,
            rounds=3,
            threads=CORES,
            n=PLANS,
            note="equal to the last bit; starting the workers is included",
        )
    ]


if __name__ == "__main__":
    sys.exit(report(__file__, rows()))
