"""Bonds valued on a discount curve, and the spread over the curve that explains a price."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from defease.arrays import BoolArray, FloatArray, IntArray, read_only
from defease.bonds.payments import BondPayments, payments_of
from defease.errors import Problem, SolverError, bad_input

if TYPE_CHECKING:
    import numpy.typing as npt

    from defease.bonds.universe import BondUniverse
    from defease.curves import DiscountCurve

SPREAD_TOLERANCE = 1e-10
STEPS_AT_MOST = 100
HIGHEST_DIRTY_PRICE = 1e6
LOWEST_GROWTH = 1e-9


def price_on_curve(
    universe: BondUniverse, curve: DiscountCurve, *, spread: npt.ArrayLike = 0.0
) -> FloatArray:
    """Dirty prices per 100 face: payments discounted on the curve from the settlement day.

    ``price = sum A_j (1 + s(t_j) + spread)^-t_j`` with annual effective spot rates s and t in
    actual days over 365 from settlement.

    Parameters
    ----------
    universe : BondUniverse
        The bonds; their own prices are not used.
    curve : DiscountCurve
        Spot rates as of settlement.
    spread : float or ndarray of shape (n,)
        Added to every annual spot rate, for all bonds or bond by bond (decimal).

    Examples
    --------
    >>> import datetime as dt
    >>> from defease.bonds import BondUniverse
    >>> from defease.curves import flat_curve
    >>> zero = BondUniverse(
    ...     settlement=dt.date(2026, 1, 1), identifiers=("Z",), clean_prices=np.array([95.0]),
    ...     coupons=np.array([0.0]), maturities=np.array(["2027-01-01"], "datetime64[D]"))
    >>> price_on_curve(zero, flat_curve(0.04), spread=0.01).round(6)
    array([95.238095])
    """
    payments = payments_of(universe)
    spreads = np.broadcast_to(np.asarray(spread, dtype=np.float64), (len(universe),))
    growth = 1.0 + _spot_rates(payments, curve) + spreads[payments.bond]
    _require_growth(universe, payments, growth)
    return read_only(payments.per_bond(payments.amounts * growth**-payments.times))


def z_spreads(
    universe: BondUniverse, curve: DiscountCurve, *, dirty_prices: FloatArray | None = None
) -> FloatArray:
    """The constant addition to the curve's annual spot rates at which each bond costs its price.

    The log price is convex and falls in the spread, so Newton's method comes down from one side and
    settles; a step that would leave the domain goes half the way to its border.

    Raises
    ------
    SolverError
        When it does not settle (a price no spread above -100% explains).

    Examples
    --------
    >>> import datetime as dt
    >>> from defease.bonds import BondUniverse
    >>> from defease.curves import flat_curve
    >>> zero = BondUniverse(
    ...     settlement=dt.date(2026, 1, 1), identifiers=("Z",), clean_prices=np.array([100 / 1.05]),
    ...     coupons=np.array([0.0]), maturities=np.array(["2027-01-01"], "datetime64[D]"))
    >>> z_spreads(zero, flat_curve(0.04)).round(12)
    array([0.01])
    """
    payments = payments_of(universe)
    prices = prices_to_explain(universe, dirty_prices)
    base = 1.0 + _spot_rates(payments, curve)
    spread, settled = spreads_of_streams(
        payments.amounts, payments.times, base, payments.bond, prices
    )
    if settled.all():
        return read_only(spread)
    stuck = universe.identifiers[int(np.flatnonzero(~settled)[0])]
    what = f"no spread over the curve explains the price of {stuck}"
    raise SolverError(Problem("spread", what, "check its price and maturity"))


def spreads_of_streams(
    amounts: FloatArray,
    times: FloatArray,
    growth: FloatArray,
    owners: IntArray,
    prices: FloatArray,
) -> tuple[FloatArray, BoolArray]:
    """The addition to annual rates at which each stream costs its price, and whether it settled.

    `growth` is 1 + the annual rate of each payment; `owners` says whose payment it is.  A growth of
    1 throughout gives annual effective yields.

    Examples
    --------
    >>> one = np.ones(1)
    >>> spread, _ = spreads_of_streams(
    ...     100 * one, one, 1.04 * one, np.zeros(1, dtype=np.int64), 100 / 1.05 * one)
    >>> spread.round(12)
    array([0.01])
    """
    count = len(prices)
    smallest = np.full(count, np.inf)
    np.minimum.at(smallest, owners, growth)
    lowest = LOWEST_GROWTH - smallest
    spread, settled = np.zeros(count), np.zeros(count, dtype=np.bool_)
    for _ in range(STEPS_AT_MOST):
        grown = growth + spread[owners]
        values = amounts * grown**-times
        total = np.bincount(owners, values, count)
        slope = np.bincount(owners, times * values / grown, count)
        step = np.log(total / prices) * total / slope
        spread = np.maximum(spread + step, 0.5 * (spread + lowest))
        settled = np.abs(step) <= SPREAD_TOLERANCE
        if settled.all():
            break
    return spread, settled


def prices_to_explain(universe: BondUniverse, dirty_prices: FloatArray | None) -> FloatArray:
    """The given dirty prices, else the universe's own; refused where none or absurd."""
    prices = universe.dirty_prices if dirty_prices is None else np.asarray(dirty_prices)
    wrong = ~((prices > 0) & (prices < HIGHEST_DIRTY_PRICE))
    if wrong.any():
        i = int(np.flatnonzero(wrong)[0])
        where, what = f"bonds: {universe.identifiers[i]}", f"dirty price is {prices[i]:g}"
        raise bad_input(where, what, "give a positive price per 100 of face")
    return prices


def _spot_rates(payments: BondPayments, curve: DiscountCurve) -> FloatArray:
    """Annual spot rate of each payment; a rate is asked for once per distinct day."""
    days = (payments.dates - np.datetime64(payments.settlement, "D")).astype(np.int64)
    seen = np.zeros(int(days.max(initial=0)) + 1, dtype=bool)
    seen[days] = True
    distinct = np.flatnonzero(seen)
    rates = np.zeros(len(seen))
    rates[distinct] = curve.annual_spot_rates(distinct / 365.0)
    return rates[days]


def _require_growth(universe: BondUniverse, payments: BondPayments, growth: FloatArray) -> None:
    if growth.size and not growth.min() > 0:
        worst = int(np.argmin(growth))
        where = f"bonds: {universe.identifiers[payments.bond[worst]]}"
        what = f"a rate of {growth[worst] - 1:.4g} for the payment on {payments.dates[worst]}"
        raise bad_input(where, what, "keep spot rate plus spread above -100%")
