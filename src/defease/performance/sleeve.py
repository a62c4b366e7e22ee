"""Matched zeros bought payment by payment in order of date, and sold from the far end."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from defease.arrays import DateArray, FloatArray, read_only

FULLY = 1e-9
"""A payment counts as matched when no more than this share of it is open: rounding, not money."""


@dataclass(frozen=True, eq=False)
class Trade:
    """Payments bought (or sold) and the money it took (or gave), the two equal at the prices.

    Attributes
    ----------
    amounts
        Future value of each payment traded, at least 0, shape (payments,).
    money
        ``sum amounts x prices``, plan currency.
    """

    amounts: FloatArray
    money: float


def buy_in_date_order(unmatched: FloatArray, prices: FloatArray, money: float) -> Trade:
    """The next unmatched payments, one after the other, until the money is spent.

    A payment for which the rest does not suffice is bought in part; payments priced 0 have been
    paid and negative ones need no bond.

    Examples
    --------
    >>> trade = buy_in_date_order(np.array([10.0, 10.0, 10.0]), np.array([0.9, 0.8, 0.7]), 13.0)
    >>> trade.amounts, trade.money
    (array([10.,  5.,  0.]), 13.0)
    """
    wanted = np.where(prices > 0, np.maximum(unmatched, 0.0), 0.0)
    return _fill(wanted, prices, money)


def sell_latest_first(matched: FloatArray, prices: FloatArray, money: float) -> Trade:
    """The last matched payments, sold until the money is raised or nothing is left.

    Examples
    --------
    >>> sell_latest_first(np.array([10.0, 10.0]), np.array([0.9, 0.8]), 12.5).amounts
    array([ 5., 10.])
    """
    held = np.where(prices > 0, matched, 0.0)
    back = _fill(held[::-1], prices[::-1], money)
    return Trade(read_only(back.amounts[::-1].copy()), back.money)


def coverage_date(
    payment_dates: DateArray, amounts: FloatArray, matched: FloatArray, date: np.datetime64
) -> np.datetime64:
    """The day up to which every payment still to come is matched in full, `date` if none is."""
    # a day on which nothing is owed (any more) is no payment that could be matched
    ahead = (payment_dates > date) & (amounts != 0)
    days = payment_dates[ahead]
    open_ = (amounts - matched)[ahead] > FULLY * np.maximum(amounts[ahead], 0.0)
    open_ &= amounts[ahead] > 0
    first_open = int(np.argmax(open_)) if open_.any() else len(days)
    return days[first_open - 1] if first_open else date


def _fill(wanted: FloatArray, prices: FloatArray, money: float) -> Trade:
    cost = wanted * prices
    before = np.cumsum(cost) - cost
    spent = np.clip(money - before, 0.0, cost)
    share = np.divide(spent, cost, out=np.zeros_like(cost), where=cost > 0)
    amounts = wanted * share
    return Trade(read_only(amounts), float(amounts @ prices))
