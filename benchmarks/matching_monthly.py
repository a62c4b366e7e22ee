"""Two years of monthly re-optimisation: every month from where the last ended, against cold."""

import sys
from dataclasses import fields

import numpy as np

from benchmarks.harness import Row, at_least, compare, one_thread, report
from benchmarks.matching import ELIGIBILITY, LIMITS, POLICY, SETTLEMENT, payments
from defease.bonds import BondUniverse, generate_universe, price_on_curve, z_spreads
from defease.cashflows import Payments
from defease.curves import flat_curve
from defease.dates import add_months
from defease.matching import MatchResult, match_cash_flows
from defease.matching.desk import monthly_matches

MONTHS, MILLION = 24, 1e6
AGREEMENT = 1e-9
RATE, RATE_MOVE, SPREAD_MOVE = 0.04, 0.002, 0.0003


def market_months(count: int) -> list[BondUniverse]:
    """One market at successive month ends: rates and spreads wander, bonds mature."""
    draw = np.random.default_rng(3)
    first = generate_universe(flat_curve(RATE), count=count, settlement=SETTLEMENT, seed=1)
    spreads, rate, found = z_spreads(first, flat_curve(RATE)), RATE, [first]
    for month in range(1, MONTHS):
        rate += draw.normal(0.0, RATE_MOVE)
        spreads = spreads + draw.normal(0.0, SPREAD_MOVE, count)
        day = add_months(SETTLEMENT, month)
        alive = np.flatnonzero(first.maturities > np.datetime64(day, "D"))
        kept = first.take(alive)
        names = {f.name for f in fields(kept)} - {"terms", "settlement", "clean_prices", "accrued"}
        columns = {name: getattr(kept, name) for name in names}
        par = BondUniverse(settlement=day, clean_prices=np.full(len(kept), 100.0), **columns)
        dirty = price_on_curve(par, flat_curve(rate), spread=spreads[alive])
        found.append(BondUniverse(settlement=day, clean_prices=dirty - par.accrued, **columns))
    return found


def warm(liability: Payments, months: list[BondUniverse]) -> list[MatchResult]:
    """Every month from the optimum of the month before, certified and explained."""
    found = monthly_matches(
        liability, months, policy=POLICY, limits=LIMITS, eligibility=ELIGIBILITY
    )
    return list(found)


def cold(liability: Payments, months: list[BondUniverse]) -> list[MatchResult]:
    """Every month by itself."""
    return [
        match_cash_flows(
            liability.where(liability.dates > np.datetime64(bonds.settlement, "D")),
            bonds,
            policy=POLICY,
            limits=LIMITS,
            eligibility=ELIGIBILITY,
        )
        for bonds in months
    ]


def same_costs(ours: list[MatchResult], other: list[MatchResult]) -> None:
    """Both ways found the same optimum in every month."""
    for one, two in zip(ours, other, strict=True):
        assert abs(one.cost / two.cost - 1.0) < AGREEMENT, (one.cost, two.cost)  # noqa: S101


def row(count: int) -> Row:
    """Warm against cold for one size of market."""
    liability, months = payments().scaled(MILLION), market_months(count)
    return compare(
        f"{MONTHS} months of {count:,} bonds x 360, warm v. cold",
        lambda: warm(liability, months),
        lambda: cold(liability, months),
        target=at_least(3.0),
        agree=same_costs,
        rounds=3,
        n=count,
        note="both from a universe to a certified, explained portfolio",
    )


def rows() -> list[Row]:
    """Two sizes of market."""
    with one_thread():
        return [row(2_000), row(10_000)]


if __name__ == "__main__":
    sys.exit(report(__file__, rows()))
