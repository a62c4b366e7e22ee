"""Bonds that the issuer may redeem early: yields to the call and to the worst redemption.

One call date stands for a bond's right: redemption at the call price plus accrued interest on that
day.  For a bond callable at par from a date on, that is enough: above par the first call is the
worst for the holder, below par the maturity.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from defease.arrays import BoolArray, DateArray, FloatArray, IntArray, read_only
from defease.bonds.payments import pays_by_days
from defease.bonds.pricing import prices_to_explain
from defease.bonds.schedule import (
    FirstPayment,
    coupon_period,
    first_payments,
    interest_between,
    periods_after,
)
from defease.bonds.street import StreetForm, street_form
from defease.bonds.terms import FACE, BondTerms
from defease.bonds.yields import YieldMeasures, measures_of_form, solve_yields, yield_measures

if TYPE_CHECKING:
    from defease.bonds.universe import BondUniverse

CLEARLY_LOWER = 0.00005
"""Half a basis point: yields published to the nearest basis point may differ by less."""


@dataclass(frozen=True, eq=False)
class WorstMeasures:
    """Yield and risk to the redemption that leaves the holder least, and which one it is.

    Attributes
    ----------
    measures : YieldMeasures
        Yields to worst, and durations and convexities of the payments up to that redemption.
    redemption_dates : ndarray of days
        The call date or the maturity.
    called : ndarray of bool
        Whether it is the call.
    """

    measures: YieldMeasures
    redemption_dates: DateArray
    called: BoolArray


def yields_to_worst(
    universe: BondUniverse, *, dirty_prices: FloatArray | None = None
) -> FloatArray:
    """The lower of the yield to maturity and the yield to the call date, as in `measures_to_worst`.

    Examples
    --------
    >>> import datetime as dt
    >>> from defease.bonds import BondUniverse
    >>> bonds = BondUniverse(
    ...     settlement=dt.date(2026, 2, 15), identifiers=("dear", "cheap"),
    ...     coupons=np.full(2, 0.06), clean_prices=np.array([105.0, 95.0]),
    ...     call_dates=np.array(["2028-02-15"] * 2, "datetime64[D]"),
    ...     maturities=np.array(["2036-02-15"] * 2, "datetime64[D]"))
    >>> yields_to_worst(bonds).round(6)
    array([0.033931, 0.066939])
    """
    return measures_to_worst(universe, dirty_prices=dirty_prices).measures.yields


def measures_to_worst(
    universe: BondUniverse, *, dirty_prices: FloatArray | None = None
) -> WorstMeasures:
    """Yields, durations and convexities to the worst redemption, all bonds at once.

    A call date that has passed stands for the next coupon date.  Bonds without a call date are
    measured to maturity, also where they are flagged callable: their call is not known.

    Parameters
    ----------
    universe : BondUniverse
        The bonds, at their settlement.
    dirty_prices : ndarray of shape (n,)
        Prices other than the universe's own (clean price plus accrued interest).
    """
    prices = prices_to_explain(universe, dirty_prices)
    to_maturity = yield_measures(universe, dirty_prices=prices)
    bonds, days = _callable_bonds(universe)
    form = called_form(universe.terms.take(bonds), days, universe.call_prices[bonds])
    yields = solve_yields(form, prices[bonds])
    called = np.zeros(len(universe), dtype=bool)
    called[bonds] = yields < to_maturity.yields[bonds]
    to_call = measures_of_form(form, yields)
    dates = universe.maturities.copy()
    dates[bonds] = np.where(called[bonds], days, dates[bonds])
    return WorstMeasures(_chosen(to_maturity, to_call, bonds, called), read_only(dates), called)


def callable_by_yields(to_maturity: FloatArray, to_worst: FloatArray) -> BoolArray:
    """Which bonds a source must hold to be callable: yield to worst clearly below the other.

    Clearly is half a basis point, so that rounding of published yields flags nothing.

    Examples
    --------
    >>> callable_by_yields(np.array([0.0412, 0.0412]), np.array([0.0411, 0.0412]))
    array([ True, False])
    """
    flagged: BoolArray = to_maturity - to_worst > CLEARLY_LOWER
    return flagged


def called_form(terms: BondTerms, days: DateArray, prices: FloatArray) -> StreetForm:
    """Bonds redeemed on one day each (after settlement) at a price, in the street's form.

    Payments are the coupons up to the day, then the price with the interest accrued since the last
    one; a day up to the next coupon date earns simple interest, as a last coupon period does.
    """
    to_maturity = street_form(terms)
    now, then = coupon_period(terms, terms.settlement_days), coupon_period(terms, days)
    first = first_payments(terms, now)
    coupons = np.where(days < first.dates, 0, first.remaining - periods_after(terms, days))
    none = coupons == 0
    last = np.maximum(coupons - 1, 0)
    beyond = np.where(none, 0.0, _periods(terms, then.previous, days, then.elapsed))
    to_day = _periods(terms, terms.settlement_days, days, now.to_maturity - then.to_maturity)
    repaid = prices + interest_between(terms, _running_since(first, then.previous, none), days)
    owners = np.arange(len(terms))
    kept = to_maturity.extra_periods <= np.where(none, -1, last)[to_maturity.extra_owners]
    return StreetForm(
        frequencies=to_maturity.frequencies,
        stubs=np.where(none, to_day, to_maturity.stubs),
        whole_periods=last,
        level_coupons=np.where(none, 0.0, to_maturity.level_coupons),
        simple=none | ((last == 0) & (beyond == 0)),
        # the form repays 100 with its last coupon: taken away there, the price added on the day
        extra_owners=np.concatenate([to_maturity.extra_owners[kept], owners, owners]),
        extra_periods=np.concatenate([to_maturity.extra_periods[kept], last, last + beyond]),
        extra_amounts=np.concatenate(
            [to_maturity.extra_amounts[kept], np.full(len(terms), -FACE), repaid]
        ),
    )


def _callable_bonds(universe: BondUniverse) -> tuple[IntArray, DateArray]:
    """Positions of bonds that may be called before they mature, and the day on which."""
    dated = np.flatnonzero(~np.isnat(universe.call_dates))
    terms = universe.terms.take(dated)
    following = first_payments(terms, coupon_period(terms, terms.settlement_days)).dates
    passed = universe.call_dates[dated] <= terms.settlement_days
    days = np.where(passed, following, universe.call_dates[dated])
    early = days < terms.maturities
    return dated[early], days[early]


def _periods(
    terms: BondTerms, starts: DateArray, ends: DateArray, counted: FloatArray
) -> FloatArray:
    """Coupon periods between two days: as counted, or by days where interest is paid by days."""
    by_days = terms.counted_years(starts, ends) * terms.compounding_frequencies
    return np.where(pays_by_days(terms), by_days, counted)


def _running_since(first: FirstPayment, previous: DateArray, before: BoolArray) -> DateArray:
    """First day of the interest that a call pays: of the first period before any coupon."""
    starts: DateArray = np.where(before, first.accrual_starts, previous)
    return starts


def _chosen(
    to_maturity: YieldMeasures, to_call: YieldMeasures, bonds: IntArray, called: BoolArray
) -> YieldMeasures:
    def worse(name: str) -> FloatArray:
        values = getattr(to_maturity, name).copy()
        values[bonds] = np.where(called[bonds], getattr(to_call, name), values[bonds])
        return read_only(values)

    return YieldMeasures(
        yields=worse("yields"),
        macaulay_durations=worse("macaulay_durations"),
        modified_durations=worse("modified_durations"),
        convexities=worse("convexities"),
    )
