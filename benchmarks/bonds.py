"""10,000 bonds priced with yields, durations and convexities at once, against a QuantLib loop."""

import datetime as dt
import sys
from typing import Any

import numpy as np

from benchmarks.harness import Row, at_least, compare, measure, missing, one_thread, report
from defease.arrays import FloatArray
from defease.bonds import (
    BondUniverse,
    generate_universe,
    payments_of,
    prices_from_yields,
    yield_measures,
)
from defease.curves import flat_curve
from defease.dates import DayCount

COUNT = 10_000
SETTLEMENT = dt.date(2025, 12, 31)
LATEST_DAY = 28  # later days of the month have uneven half-years under QuantLib's 30/360


def market() -> BondUniverse:
    """The sample market, 30/360 throughout, without bills and last coupon periods."""
    made = generate_universe(flat_curve(0.045), count=2 * COUNT, settlement=SETTLEMENT, seed=1)
    late = (made.maturities - made.maturities.astype("datetime64[M]")).astype(int) >= LATEST_DAY
    soon = made.maturities < np.datetime64("2026-07-31")
    chosen = np.flatnonzero(~late & ~soon & ~made.is_treasury)[:COUNT]
    return made.take(chosen)


def rebuilt(universe: BondUniverse) -> BondUniverse:
    """The same universe from its columns, checked and with accrued interest computed again."""
    return BondUniverse(
        settlement=universe.settlement,
        identifiers=universe.identifiers,
        ratings=universe.ratings,
        coupons=universe.coupons,
        maturities=universe.maturities,
        clean_prices=universe.clean_prices,
    )


def our_numbers(universe: BondUniverse) -> FloatArray:
    """Yield, modified duration, convexity and the clean price again, one row each."""
    found = yield_measures(universe)
    again = prices_from_yields(universe, found.yields) - universe.accrued
    return np.array([found.yields, found.modified_durations, found.convexities, again])


def their_bonds(universe: BondUniverse) -> list[Any]:
    """A QuantLib bond for each of ours."""
    import QuantLib as ql  # noqa: N813 - its customary name

    def date(day: dt.date) -> Any:
        return ql.Date(day.day, day.month, day.year)

    ql.Settings.instance().evaluationDate = date(universe.settlement)
    counter, half_year = ql.Thirty360(ql.Thirty360.USA), ql.Period(6, ql.Months)
    start = universe.settlement.year - 1
    bonds = []
    for maturity, coupon in zip(
        universe.maturities.tolist(), universe.coupons.tolist(), strict=True
    ):
        schedule = ql.Schedule(
            date(maturity.replace(year=start)),
            date(maturity),
            half_year,
            ql.NullCalendar(),
            ql.Unadjusted,
            ql.Unadjusted,
            ql.DateGeneration.Backward,
            False,
        )
        bonds.append(ql.FixedRateBond(0, 100.0, schedule, [coupon], counter))
    return bonds


def their_numbers(universe: BondUniverse, bonds: list[Any]) -> FloatArray:
    """The same four rows from a loop over QuantLib's functions."""
    import QuantLib as ql  # noqa: N813 - its customary name

    functions, counter = ql.BondFunctions, ql.Thirty360(ql.Thirty360.USA)
    settlement = ql.Settings.instance().evaluationDate
    columns = []
    for bond, clean in zip(bonds, universe.clean_prices.tolist(), strict=True):
        price = ql.BondPrice(clean, ql.BondPrice.Clean)
        basis = (counter, ql.Compounded, ql.Semiannual)
        rate = functions.bondYield(bond, price, *basis, settlement, 1e-13, 100)
        columns.append(
            (
                rate,
                functions.duration(bond, rate, *basis, ql.Duration.Modified, settlement),
                functions.convexity(bond, rate, *basis, settlement),
                functions.cleanPrice(bond, rate, *basis, settlement),
            )
        )
    return np.array(columns).T


def agree(ours: FloatArray, theirs: FloatArray) -> None:
    """The two engines give the same numbers before anything is timed."""
    np.testing.assert_allclose(ours, theirs, rtol=1e-9, atol=1e-11)


def rows() -> list[Row]:
    """Ready bonds against ready bonds, and both from their terms on."""
    universe = market()
    if set(universe.day_counts) != {DayCount.THIRTY_360} or len(universe) != COUNT:
        message = "the comparison is meant for 10,000 bonds on 30/360"
        raise RuntimeError(message)
    name = "price, yield, duration, convexity v. QuantLib"
    with one_thread():
        made = measure(
            "payments of 10,000 bonds", lambda: payments_of(universe), seconds_at_most=0.2, n=COUNT
        )
        try:
            bonds = their_bonds(universe)
        except ModuleNotFoundError:
            return [missing(name, "QuantLib"), made]
        return [
            compare(
                f"{name}, bonds ready",
                lambda: our_numbers(universe),
                lambda: their_numbers(universe, bonds),
                target=at_least(200.0),
                agree=agree,
                rounds=5,
                n=COUNT,
                note="QuantLib called from Python, bond by bond",
            ),
            compare(
                f"{name}, from terms",
                lambda: our_numbers(rebuilt(universe)),
                lambda: their_numbers(universe, their_bonds(universe)),
                target=at_least(100.0),
                agree=agree,
                rounds=5,
                n=COUNT,
                note="with all checks of the input on our side",
            ),
            made,
        ]


if __name__ == "__main__":
    sys.exit(report(__file__, rows()))
