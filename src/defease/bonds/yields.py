"""Street-convention yields, and the risk measures that follow from them, for whole universes.

Time is counted in coupon periods: ``w`` periods from settlement to the next payment (the unexpired
share of the running period by the bond's own day count), then whole periods.  With the yield ``y``
compounded f times a year, ``u = y / f`` and ``v = 1 / (1 + u)``::

    dirty price = v^w (A_0 + A_1 v + ... + A_m v^m)            A_j: the payments per 100 face
                = A_0 / (1 + w u)                              in the last coupon period (US street)
    bills       = 100 / (1 + y t)                              up to half a year to run
                = 100 / [(1 + y/2) (1 + y (t - 1/2))]          up to a year (bond-equivalent yield)

where t is the bill's days over the days of the year that follows settlement (365 or 366); a
discount bond with more than a year to run is compounded on the half-year grid of its maturity.

Sources: Securities Industry Association, *Standard Securities Calculation Methods*;
31 CFR part 356, appendix B (bills).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

from defease.arrays import FloatArray, read_only
from defease.bonds.pricing import prices_to_explain
from defease.bonds.street import StreetForm, payment_sums, stub_factors, sums_for_newton
from defease.errors import Problem, SolverError, bad_input

if TYPE_CHECKING:
    import numpy.typing as npt

    from defease.bonds.universe import BondUniverse

STEP_TOLERANCE = 1e-9
"""Newton doubles the digits with each step: after a step this small the next one is rounding."""
STEPS_AT_MOST = 100


class LastPeriod(StrEnum):
    """How the yield of a bond grows in its last coupon period: US street, or compounded as before.

    The two agree for every other bond; in the last period they differ by at most y^2 / 4.
    """

    SIMPLE = "simple"
    COMPOUND = "compound"


@dataclass(frozen=True, eq=False)
class YieldMeasures:
    """Yield and risk of each bond at its price; durations in years, convexity in years squared."""

    yields: FloatArray
    macaulay_durations: FloatArray
    modified_durations: FloatArray
    convexities: FloatArray


def yields_to_maturity(
    universe: BondUniverse,
    *,
    dirty_prices: FloatArray | None = None,
    last_period: LastPeriod = LastPeriod.SIMPLE,
) -> FloatArray:
    """The yield, compounded at each bond's frequency, that makes its payments worth its price.

    The logarithm of the price is a convex falling function of the log yield, so Newton's method
    started on its lower side (by Jensen's inequality) climbs to the only root without ever
    passing it; negative yields need no special case.

    Parameters
    ----------
    universe : BondUniverse
        The bonds, at their settlement.
    dirty_prices : ndarray of shape (n,)
        Prices other than the universe's own (clean price plus accrued interest).
    last_period : LastPeriod
        Simple interest in the last coupon period (default) or compounding; bills are always simple.

    Returns
    -------
    ndarray of shape (n,)
        Decimals; compounded once a year for annual bonds, twice for semiannual ones and bills.

    Examples
    --------
    >>> import datetime as dt
    >>> from defease.bonds import BondUniverse
    >>> note = BondUniverse(
    ...     settlement=dt.date(2026, 2, 15), identifiers=("par",), clean_prices=np.array([100.0]),
    ...     coupons=np.array([0.04]), maturities=np.array(["2036-02-15"], "datetime64[D]"))
    >>> yields_to_maturity(note).round(12)
    array([0.04])
    """
    prices = prices_to_explain(universe, dirty_prices)
    return read_only(solve_yields(_form(universe, last_period), prices))


def prices_from_yields(universe: BondUniverse, yields: npt.ArrayLike) -> FloatArray:
    """Dirty prices per 100 face at yields compounded at each bond's frequency.

    Raises
    ------
    InputError
        For a yield so negative that a payment would be worth an infinite amount.
    """
    form = universe.street
    rates = _period_rates(form, universe, yields)
    total = payment_sums(form, 1.0 / (1.0 + rates), highest=0)[0]
    return read_only(stub_factors(form, rates) * total)


def macaulay_durations(universe: BondUniverse, yields: npt.ArrayLike) -> FloatArray:
    """Average time to payment in years, weighted by value at the bond's own yield."""
    return _measures_at(universe, yields).macaulay_durations


def modified_durations(universe: BondUniverse, yields: npt.ArrayLike) -> FloatArray:
    """Relative fall of the dirty price per unit rise of the yield: ``-dP/dy / P``."""
    return _measures_at(universe, yields).modified_durations


def convexities(universe: BondUniverse, yields: npt.ArrayLike) -> FloatArray:
    """Second derivative of the dirty price with respect to the yield, over the price."""
    return _measures_at(universe, yields).convexities


def yield_measures(
    universe: BondUniverse,
    *,
    dirty_prices: FloatArray | None = None,
    last_period: LastPeriod = LastPeriod.SIMPLE,
) -> YieldMeasures:
    """Yields with Macaulay and modified durations and convexities, all bonds at once.

    Examples
    --------
    >>> import datetime as dt
    >>> from defease.bonds import BondUniverse
    >>> note = BondUniverse(
    ...     settlement=dt.date(2026, 2, 15), identifiers=("zero",), coupons=np.array([0.0]),
    ...     clean_prices=np.array([67.2971]), maturities=np.array(["2036-02-15"], "datetime64[D]"))
    >>> found = yield_measures(note)
    >>> found.yields.round(6), found.macaulay_durations, found.modified_durations.round(4)
    (array([0.04]), array([10.]), array([9.8039]))
    """
    prices = prices_to_explain(universe, dirty_prices)
    form = _form(universe, last_period)
    return measures_of_form(form, solve_yields(form, prices))


def _form(universe: BondUniverse, last_period: LastPeriod) -> StreetForm:
    if last_period is LastPeriod.SIMPLE:
        return universe.street
    bills = universe.terms.is_bill
    return replace(universe.street, simple=read_only(universe.street.simple & bills))


def _measures_at(universe: BondUniverse, yields: npt.ArrayLike) -> YieldMeasures:
    form = universe.street
    return measures_of_form(form, _period_rates(form, universe, yields) * form.frequencies)


def measures_of_form(form: StreetForm, yields: FloatArray) -> YieldMeasures:
    """Durations and convexities at given yields, from the street form of the bonds."""
    f, w, rates = form.frequencies, form.stubs, yields / form.frequencies
    total, first, second = payment_sums(form, 1.0 / (1.0 + rates), highest=2)
    later, later_squared = first / total, (first + second) / total
    growth = np.where(form.simple, 1.0 + w * rates, 1.0 + rates)
    # -D'/D and D''/D of the first stretch D, -G'/G and G''/G of the whole periods after it
    near, near_curve = w / growth, np.where(form.simple, 2.0 * w, w + 1.0) * w / growth**2
    far, far_curve = later / (1.0 + rates), later_squared / (1.0 + rates) ** 2
    return YieldMeasures(
        yields=read_only(yields),
        macaulay_durations=read_only((w + later) / f),
        modified_durations=read_only((near + far) / f),
        convexities=read_only((near_curve + 2.0 * near * far + far_curve) / f**2),
    )


def _period_rates(form: StreetForm, universe: BondUniverse, yields: npt.ArrayLike) -> FloatArray:
    rates = np.broadcast_to(np.asarray(yields, dtype=np.float64), (len(form),)) / form.frequencies
    last_period = form.simple & (form.whole_periods == 0)
    lowest = -1.0 / np.where(last_period, form.stubs, 1.0)
    wrong = ~((rates > lowest) & np.isfinite(rates))
    if wrong.any():
        i = int(np.flatnonzero(wrong)[0])
        what = f"no price exists at a yield of {rates[i] * form.frequencies[i]:g}"
        where = f"bonds: {universe.identifiers[i]}"
        raise bad_input(where, what, "give yields as decimals above -100% a period")
    return np.asarray(rates)


def solve_yields(form: StreetForm, prices: FloatArray) -> FloatArray:
    """The yields at which the bonds of a street form are worth these dirty prices."""
    rates = np.empty(len(form))
    simple = np.flatnonzero(form.simple)
    compound = np.flatnonzero(~form.simple)
    rates[simple] = _simple_rates(form.take(simple), prices[simple])
    rates[compound] = np.expm1(_log_rates(form.take(compound), np.log(prices[compound])))
    return rates * form.frequencies


def _simple_rates(form: StreetForm, prices: FloatArray) -> FloatArray:
    """Solves ``(1 + u)^m (1 + w u) = total / price`` with m = 0 or 1 in closed form."""
    w, total = form.stubs, payment_sums(form, np.ones(len(form)), highest=0)[0]
    gain = total / prices - 1.0
    one_more = (1.0 + w) + np.sqrt((1.0 - w) ** 2 + 4.0 * w * total / prices)
    return np.where(form.whole_periods == 0, gain / w, 2.0 * gain / one_more)


def _log_rates(form: StreetForm, log_prices: FloatArray) -> FloatArray:
    """Newton on the log price, from the lower side, in ``ln(1 + u)``."""
    x = np.zeros(len(form))
    for _ in range(STEPS_AT_MOST):
        total, first = sums_for_newton(form, x)
        error = np.log(total) - form.stubs * x - log_prices
        step = error / (form.stubs + first / total)
        x += step
        if not (np.abs(step) > STEP_TOLERANCE).any():
            return x
    where, what = "yield to maturity", f"not settled after {STEPS_AT_MOST} steps"
    raise SolverError(Problem(where, what, "check the prices"))
