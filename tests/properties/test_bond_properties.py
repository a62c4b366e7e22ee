"""What must hold for every bond: prices and yields invert, schedules step evenly, prices fall."""

from __future__ import annotations

import datetime as dt
from typing import TypeVar

import numpy as np
from hypothesis import assume, given
from hypothesis import strategies as st

from defease.bonds import (
    BondUniverse,
    FlatInflation,
    LinkedUniverse,
    accrued_interest,
    measures_to_worst,
    payments_of,
    price_on_curve,
    prices_from_yields,
    projected_payments,
    yield_measures,
    yields_to_maturity,
    yields_to_worst,
    z_spreads,
)
from defease.bonds.schedule import coupon_period
from defease.curves import flat_curve
from defease.dates import DayCount, day_of_month, is_month_end

FREQUENCIES = st.sampled_from([1, 2, 4, 12])
ANY_DAY_COUNT = st.sampled_from(list(DayCount))
LEVEL = st.sampled_from([DayCount.ACT_ACT_ICMA, DayCount.THIRTY_360])
SETTLEMENTS = st.dates(dt.date(1990, 1, 1), dt.date(2040, 12, 31))


T = TypeVar("T")


@st.composite
def universes(
    draw: st.DrawFn, day_counts: st.SearchStrategy[DayCount] = ANY_DAY_COUNT
) -> BondUniverse:
    """One to six bonds of any frequency, coupon and term up to 60 years."""
    n = draw(st.integers(1, 6))
    settlement = draw(SETTLEMENTS)

    def column(items: st.SearchStrategy[T]) -> list[T]:
        return draw(st.lists(items, min_size=n, max_size=n))

    return BondUniverse(
        settlement=settlement,
        identifiers=tuple(f"bond {i}" for i in range(n)),
        coupons=np.array(column(st.floats(0.0, 0.2))),
        maturities=np.datetime64(settlement, "D") + np.array(column(st.integers(1, 60 * 365))),
        clean_prices=np.array(column(st.floats(20.0, 300.0))),
        frequencies=np.array(column(FREQUENCIES)),
        day_counts=tuple(column(day_counts)),
    )


@given(universes(), st.floats(-0.05, 0.6))
def test_price_to_yield_to_price_is_the_identity(universe: BondUniverse, rate: float) -> None:
    again = prices_from_yields(universe, yields_to_maturity(universe))
    np.testing.assert_allclose(again, universe.dirty_prices, rtol=1e-11)
    prices = prices_from_yields(universe, rate)
    found = yields_to_maturity(universe, dirty_prices=prices)
    # a price near a payment of tomorrow says little about the yield: the error is that of the price
    sensitivity = yield_measures(universe, dirty_prices=prices).modified_durations
    assert (np.abs(found - rate) * np.minimum(sensitivity, 1.0) < 1e-12).all()


@given(universes(), st.floats(-0.02, 0.4))
def test_prices_equal_the_sum_over_the_listed_payments(universe: BondUniverse, rate: float) -> None:
    paid, form = payments_of(universe), universe.street
    slow = np.zeros(len(universe))
    for owner, amount, periods in zip(paid.bond, paid.amounts, paid.periods, strict=True):
        u = rate / form.frequencies[owner]
        later = form.whole_periods[owner] - periods
        w = form.stubs[owner]
        stretch = 1 / (1 + w * u) if form.simple[owner] else (1 + u) ** -w
        slow[owner] += amount * stretch * (1 + u) ** -float(later)
    np.testing.assert_allclose(prices_from_yields(universe, rate), slow, rtol=1e-12)


@given(universes(), st.floats(-0.02, 0.3))
def test_durations_and_convexity_are_derivatives_of_the_price(
    universe: BondUniverse, rate: float
) -> None:
    h = 1e-4
    down, middle, up = (prices_from_yields(universe, rate + k * h) for k in (-1, 0, 1))
    found = yield_measures(universe, dirty_prices=middle)
    slope = (down - up) / (2 * h * middle)
    bend = (down + up - 2 * middle) / (h * h * middle)
    scale = 1.0 + found.modified_durations
    assert (np.abs(found.modified_durations - slope) < 1e-6 * scale**3).all()
    assert (np.abs(found.convexities - bend) < 1e-5 * scale**4).all()


@given(universes(), st.floats(-0.02, 0.3), st.floats(1e-4, 0.1))
def test_prices_fall_as_yields_rise(universe: BondUniverse, rate: float, more: float) -> None:
    higher = prices_from_yields(universe, rate + more)
    assert (higher < prices_from_yields(universe, rate)).all()


@given(universes())
def test_schedules_lead_in_even_steps_to_the_maturity(universe: BondUniverse) -> None:
    paid, settlement = payments_of(universe), np.datetime64(universe.settlement, "D")
    assert (paid.dates > settlement).all()
    assert (paid.dates[paid.starts[1:] - 1] == universe.maturities).all()
    same_bond = paid.bond[1:] == paid.bond[:-1]
    months = paid.dates.astype("datetime64[M]").astype(int)
    steps = (months[1:] - months[:-1])[same_bond]
    assert (steps == 12 // universe.frequencies[paid.bond[1:][same_bond]]).all()
    first = paid.dates[paid.starts[:-1]]
    assert (coupon_period(universe.terms, first).elapsed == 0).all()


@given(universes())
def test_days_of_the_month_follow_the_maturity(universe: BondUniverse) -> None:
    paid = payments_of(universe)
    maturities = universe.maturities[paid.bond]
    at_end = is_month_end(maturities)
    assert is_month_end(paid.dates[at_end]).all()
    others = day_of_month(paid.dates[~at_end])
    aimed = day_of_month(maturities[~at_end])
    assert ((others == aimed) | ((others < aimed) & is_month_end(paid.dates[~at_end]))).all()


@given(st.integers(2027, 2090), SETTLEMENTS)
def test_the_31st_of_january_rolls_to_every_month_end(year: int, settlement: dt.date) -> None:
    assume(settlement < dt.date(year, 1, 31))
    universe = BondUniverse(
        settlement=settlement,
        identifiers=("monthly",),
        coupons=np.array([0.05]),
        maturities=np.array([f"{year}-01-31"], dtype="datetime64[D]"),
        clean_prices=np.array([100.0]),
        frequencies=np.array([12]),
    )
    assert is_month_end(payments_of(universe).dates).all()


@given(universes(LEVEL))
def test_accrued_interest_lies_between_nothing_and_a_full_coupon(universe: BondUniverse) -> None:
    accrued = accrued_interest(universe)
    assert (accrued >= 0).all()
    # 30/360 counts up to two days more than a period that begins at the end of February
    most = universe.terms.level_coupons + 100 * universe.coupons * 2 / 360
    assert (accrued <= most + 1e-12).all()


@given(universes(), st.floats(-0.01, 0.2))
def test_a_spread_over_a_flat_curve_adds_to_its_rate(universe: BondUniverse, spread: float) -> None:
    base = 0.03
    prices = price_on_curve(universe, flat_curve(base + spread))
    np.testing.assert_allclose(
        price_on_curve(universe, flat_curve(base), spread=spread), prices, rtol=1e-12
    )
    times = (universe.maturities - np.datetime64(universe.settlement)).astype(float) / 365
    found = z_spreads(universe, flat_curve(base), dirty_prices=prices)
    assert (np.abs(found - spread) * np.minimum(times, 1.0) < 1e-10).all()


@st.composite
def callable_universes(draw: st.DrawFn) -> BondUniverse:
    """Bonds with call dates anywhere up to their maturity and call prices around par."""
    plain = draw(universes())
    n = len(plain)
    terms = (plain.maturities - np.datetime64(plain.settlement)).astype(int)
    shares = draw(st.lists(st.floats(0.0, 1.0), min_size=n, max_size=n))
    prices = draw(st.lists(st.floats(95.0, 110.0), min_size=n, max_size=n))
    calls = plain.maturities - np.floor(terms * np.array(shares)).astype(int)
    return BondUniverse(
        settlement=plain.settlement,
        identifiers=plain.identifiers,
        coupons=plain.coupons,
        maturities=plain.maturities,
        clean_prices=plain.clean_prices,
        frequencies=plain.frequencies,
        day_counts=plain.day_counts,
        call_dates=calls,
        call_prices=np.array(prices),
    )


@given(callable_universes())
def test_the_worst_yield_is_never_above_the_yield_to_maturity(universe: BondUniverse) -> None:
    plain, found = yield_measures(universe), measures_to_worst(universe)
    assert (found.measures.yields <= plain.yields).all()
    assert (found.measures.yields[~found.called] == plain.yields[~found.called]).all()
    assert (found.redemption_dates[found.called] < universe.maturities[found.called]).all()
    for numbers in (found.measures.modified_durations, found.measures.convexities):
        assert np.isfinite(numbers).all()
        assert (numbers > 0).all()


@given(callable_universes(), st.floats(0.001, 5.0))
def test_the_worst_yield_falls_as_the_price_rises(universe: BondUniverse, more: float) -> None:
    dearer = yields_to_worst(universe, dirty_prices=universe.dirty_prices + more)
    assert (dearer < yields_to_worst(universe)).all()


@given(universes(), st.floats(50.0, 400.0), st.floats(-0.2, 0.2))
def test_linked_principal_never_falls_below_par(
    universe: BondUniverse, base: float, inflation: float
) -> None:
    bonds = LinkedUniverse(universe, np.full(len(universe), base))
    view = FlatInflation(inflation)
    found = projected_payments(bonds, reference_cpi=200.0, inflation=view)
    assert (found.amounts[found.starts[1:] - 1] >= 100.0).all()
    more = projected_payments(bonds, reference_cpi=200.0, inflation=FlatInflation(inflation + 0.01))
    assert (more.amounts >= found.amounts).all()
