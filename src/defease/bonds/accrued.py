"""Accrued interest: what the buyer owes the seller of the coupon already running."""

from __future__ import annotations

import numpy as np

from defease.arrays import FloatArray, read_only
from defease.bonds.schedule import coupon_period, first_payments, interest_between
from defease.bonds.terms import BondTerms, HasTerms
from defease.dates import DayCount


def accrued_interest(universe: HasTerms) -> FloatArray:
    """Accrued interest per 100 face by each bond's own day count (stated figures are not used).

    Examples
    --------
    >>> import datetime as dt
    >>> from defease.bonds import BondUniverse
    >>> bonds = BondUniverse(
    ...     settlement=dt.date(2026, 3, 25), identifiers=("C",), coupons=np.array([0.036]),
    ...     maturities=np.array(["2036-02-15"], "datetime64[D]"), clean_prices=np.array([98.0]))
    >>> accrued_interest(bonds)
    array([0.4])
    """
    return accrued_of_terms(universe.terms)


def accrued_of_terms(terms: BondTerms) -> FloatArray:
    """Interest accrued from the last coupon (or the issue date) to settlement, per 100 face.

    ::

        ACT/ACT ICMA   coupon/frequency x actual days / actual days of the coupon period
        30/360         coupon x days of 30/360 (US bond basis, February rules) / 360
        ACT/365F, /360 coupon x actual days / 365 or 360

    A settlement on a coupon date accrues nothing: that coupon is the seller's.  In an odd first
    period ACT/ACT ICMA adds the shares of its quasi-coupon periods.

    Parameters
    ----------
    terms : BondTerms
        The bonds.

    Returns
    -------
    ndarray of shape (n,)
        Per 100 face, bills 0.
    """
    period = coupon_period(terms, terms.settlement_days)
    first = first_payments(terms, period)
    accrued = terms.level_coupons * period.elapsed
    by_days = ~terms.uses(DayCount.ACT_ACT_ICMA) | first.odd
    if by_days.any():
        some = terms.take(by_days)
        starts = first.accrual_starts[by_days]
        accrued[by_days] = interest_between(some, starts, some.settlement_days)
    return read_only(np.where(terms.is_bill, 0.0, accrued))
