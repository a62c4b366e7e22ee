"""QuantLib and Defease price the same bonds: accrued, yield, durations, convexity, price.

Conventions that differ, and are therefore kept apart:

* a bond in its last coupon period is quoted by simple interest (US street), which in QuantLib is
  another compounding of the same functions;
* bills are quoted by simple interest, beyond half a year by simple interest in two steps, which
  QuantLib has only as its parts;
* under 30/360 a bond that matures at the end of February has half-years of 178 and 180 days in
  QuantLib, which shortens its coupons and its clock; the street pays half the coupon every time.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
import QuantLib as ql  # noqa: N813 - its customary name

from defease.arrays import BoolArray
from defease.bonds import (
    BondUniverse,
    accrued_interest,
    measures_to_worst,
    prices_from_yields,
    yield_measures,
)
from defease.bonds.schedule import coupon_dates, coupon_period, periods_after
from defease.dates import day_of_month
from defease.inputs.bond_file import read_universe
from defease.inputs.csv_reader import read_csv
from tests.corporate_bonds import corporates
from tests.shared_files import shared_rows
from tests.treasury_prices import FILE_2026, mid_or_sell, tips_of_2026, treasuries_of_2026

TOLERANCE = 1e-9


@dataclass(frozen=True)
class TheirNumbers:
    """QuantLib's answers for one bond, in the order of `ours`."""

    accrued: float
    yields: float
    macaulay: float
    modified: float
    convexity: float
    clean_price: float


def quantlib_date(day: np.datetime64) -> Any:
    plain = day.astype("datetime64[D]").item()
    return ql.Date(plain.day, plain.month, plain.year)


def quantlib_schedule(maturity: Any, settlement: Any) -> Any:
    month_end = bool(ql.Date.isEndOfMonth(maturity))
    years = maturity.year() - settlement.year() + 2
    start = maturity - ql.Period(years, ql.Years)
    return ql.Schedule(
        ql.Date.endOfMonth(start) if month_end else start,
        maturity,
        ql.Period(ql.Semiannual),
        ql.NullCalendar(),
        ql.Unadjusted,
        ql.Unadjusted,
        ql.DateGeneration.Backward,
        month_end,
    )


def their_numbers(universe: BondUniverse, i: int, compounding: int) -> TheirNumbers:
    settlement = quantlib_date(np.datetime64(universe.settlement))
    schedule = quantlib_schedule(quantlib_date(universe.maturities[i]), settlement)
    treasury = universe.ratings[i] == "UST"
    counter = (
        ql.ActualActual(ql.ActualActual.ISMA, schedule)
        if treasury
        else ql.Thirty360(ql.Thirty360.USA)
    )
    ql.Settings.instance().evaluationDate = settlement
    bond = ql.FixedRateBond(0, 100.0, schedule, [float(universe.coupons[i])], counter)
    price = ql.BondPrice(float(universe.clean_prices[i]), ql.BondPrice.Clean)
    convention = (counter, compounding, ql.Semiannual, settlement)
    rate = ql.BondFunctions.bondYield(bond, price, *convention, 1e-15, 200, 0.05)
    duration = ql.BondFunctions.duration
    macaulay = (
        duration(bond, rate, *convention[:3], ql.Duration.Macaulay, settlement)
        if compounding == ql.Compounded
        else duration(bond, rate, *convention[:3], ql.Duration.Simple, settlement)
    )
    return TheirNumbers(
        bond.accruedAmount(settlement),
        rate,
        macaulay,
        duration(bond, rate, *convention[:3], ql.Duration.Modified, settlement),
        ql.BondFunctions.convexity(bond, rate, *convention),
        ql.BondFunctions.cleanPrice(bond, rate, *convention),
    )


def largest_differences(universe: BondUniverse, *, compounding: int) -> dict[str, float]:
    found = yield_measures(universe)
    ours = {
        "accrued": accrued_interest(universe),
        "yields": found.yields,
        "macaulay": found.macaulay_durations,
        "modified": found.modified_durations,
        "convexity": found.convexities,
        "clean_price": prices_from_yields(universe, found.yields) - universe.accrued,
    }
    theirs = [their_numbers(universe, i, compounding) for i in range(len(universe))]
    differences = {}
    for name, numbers in ours.items():
        other = np.array([getattr(one, name) for one in theirs])
        differences[name] = float(np.max(np.abs(numbers - other) / (1.0 + np.abs(other))))
    return differences


def in_last_period(universe: BondUniverse) -> BoolArray:
    terms = universe.terms
    last: BoolArray = coupon_period(terms, terms.settlement_days).remaining == 1
    return last


def test_treasury_notes_and_bonds() -> None:
    universe = treasuries_of_2026()
    coupon_bonds = universe.take((universe.frequencies == 2) & ~in_last_period(universe))
    assert len(coupon_bonds) > 300
    found = largest_differences(coupon_bonds, compounding=ql.Compounded)
    assert max(found.values()) < TOLERANCE, found


def test_treasury_notes_and_bonds_in_their_last_coupon_period() -> None:
    universe = treasuries_of_2026()
    last = universe.take((universe.frequencies == 2) & in_last_period(universe))
    assert len(last) > 10
    found = largest_differences(last, compounding=ql.Simple)
    assert max(found.values()) < TOLERANCE, found


def test_bills() -> None:
    universe = treasuries_of_2026()
    bills = universe.take(universe.frequencies == 0)
    assert len(bills) == 50
    found = yield_measures(bills)
    day_count = ql.Actual365Fixed()  # no 29 February lies in the year after 2026-03-25
    for i, bill_yield in enumerate(found.yields.tolist()):
        t = float((bills.maturities[i] - np.datetime64(bills.settlement)).astype(int)) / 365
        rate = ql.InterestRate(bill_yield, day_count, ql.Simple, ql.Annual)
        two_steps = rate.compoundFactor(min(t, 0.5)) * rate.compoundFactor(max(t - 0.5, 0.0))
        assert 100 / two_steps == pytest.approx(float(bills.dirty_prices[i]), abs=1e-11)
        slope = max(t - 0.5, 0.0)
        modified = min(t, 0.5) * rate.discountFactor(min(t, 0.5)) + slope * rate.discountFactor(
            slope
        )
        assert found.modified_durations[i] == pytest.approx(modified, abs=1e-12)
        assert found.macaulay_durations[i] == pytest.approx(t, abs=1e-12)


def test_inflation_protected_notes_and_bonds_on_their_real_prices() -> None:
    real = tips_of_2026().real
    last = in_last_period(real)
    assert (len(real), last.sum()) == (53, 2)
    compounded = largest_differences(real.take(~last), compounding=ql.Compounded)
    assert max(compounded.values()) < TOLERANCE, compounded
    simple = largest_differences(real.take(last), compounding=ql.Simple)
    assert max(simple.values()) < TOLERANCE, simple


def test_the_file_of_2026_as_users_give_it_keeps_400_and_lists_the_rest() -> None:
    kinds = {"BILL": "bill", "TIPS": "tips", "FRN": "frn"}
    lines = ["identifier,rating,coupon,maturity,price,kind"] + [
        f"{row['cusip']},UST,{row['coupon']}%,{row['maturity']},"
        f"{mid_or_sell(row)},{kinds.get(row['type'], 'bond')}"
        for row in shared_rows("data/" + FILE_2026)
    ]
    table = read_csv("\n".join(lines).encode(), source="treasuries.csv")
    reading = read_universe(table, settlement=dt.date(2026, 3, 25))
    assert len(reading.bonds) == 400
    reasons = [bond.reason for bond in reading.excluded]
    assert sum("floating-rate" in reason for reason in reasons) == 8
    assert sum("inflation-linked" in reason for reason in reasons) == 53
    assert len(reasons) == 61
    ours, direct = yield_measures(reading.bonds).yields, yield_measures(treasuries_of_2026()).yields
    np.testing.assert_allclose(ours, direct, rtol=1e-13)


def test_corporates() -> None:
    universe = corporates()
    assert not in_last_period(universe).any()
    chosen = universe.take(~is_end_of_february(universe))
    assert len(chosen) == 3002 - 6
    found = largest_differences(chosen, compounding=ql.Compounded)
    assert max(found.values()) < TOLERANCE, found


def test_corporates_that_mature_at_the_end_of_february_differ_by_their_short_half_years() -> None:
    universe = corporates()
    chosen = universe.take(is_end_of_february(universe))
    assert len(chosen) == 6
    found = largest_differences(chosen, compounding=ql.Compounded)
    assert found["accrued"] < TOLERANCE
    assert TOLERANCE < found["yields"] < 2e-4
    assert found["modified"] < 0.006


def is_end_of_february(universe: BondUniverse) -> BoolArray:
    months = universe.maturities.astype("datetime64[M]").astype(int) % 12
    ends: BoolArray = (months == 1) & (day_of_month(universe.maturities) >= 28)
    return ends


def test_a_bond_called_on_a_coupon_date_is_a_bond_that_matures_there() -> None:
    notes = treasuries_of_2026()
    notes = notes.take((notes.frequencies == 2) & ~in_last_period(notes))
    later = notes.maturities > np.datetime64("2032-01-01")
    dear = notes.take(later)
    calls = coupon_dates(dear.terms, periods_after(dear.terms, dear.terms.settlement_days) - 4)
    called = BondUniverse(
        settlement=dear.settlement,
        identifiers=dear.identifiers,
        ratings=dear.ratings,
        coupons=dear.coupons,
        maturities=dear.maturities,
        clean_prices=np.full(len(dear), 135.0),
        call_dates=calls,
    )
    short = BondUniverse(
        settlement=dear.settlement,
        identifiers=dear.identifiers,
        ratings=dear.ratings,
        coupons=dear.coupons,
        maturities=calls,
        clean_prices=called.clean_prices,
    )
    assert len(short) > 100
    found = measures_to_worst(called)
    assert found.called.all()
    theirs = [their_numbers(short, i, ql.Compounded) for i in range(len(short))]
    for ours, name in (
        (found.measures.yields, "yields"),
        (found.measures.modified_durations, "modified"),
        (found.measures.convexities, "convexity"),
    ):
        other = np.array([getattr(one, name) for one in theirs])
        np.testing.assert_allclose(ours, other, rtol=TOLERANCE, atol=TOLERANCE, err_msg=name)
