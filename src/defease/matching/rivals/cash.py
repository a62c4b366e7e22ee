"""Running a rival off without selling: what it pays, what is due, and where cash falls short."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from defease.arrays import FloatArray, read_only
from defease.matching.runoff import ROUNDING

if TYPE_CHECKING:
    from defease.matching.data import MatchingData
    from defease.matching.rivals.question import RivalPortfolio


@dataclass(frozen=True, eq=False)
class CashRunOff:
    """Cash after each payment when nothing is ever sold, shape (T,), plan currency.

    Convention: cash above zero earns the reinvestment rate, cash below zero costs the borrowing
    rate; swaps pay and receive what the curve's forward rates imply.
    """

    times: FloatArray
    balances: FloatArray

    @property
    def negative_dates(self) -> int:
        """Number of payment dates (months, for monthly payments) that leave cash below zero."""
        return int((self.balances < 0.0).sum())

    @property
    def worst_balance(self) -> float:
        """The lowest balance, or 0 where it never falls below zero."""
        return float(self.balances.min(initial=0.0))

    @property
    def worst_time(self) -> float | None:
        """Years to the lowest balance; None where no balance is below zero."""
        return float(self.times[int(self.balances.argmin())]) if self.negative_dates else None

    @property
    def covers_every_payment(self) -> bool:
        """Whether no payment has to be borrowed for."""
        return not self.negative_dates


def run_off_without_selling(data: MatchingData, portfolio: RivalPortfolio) -> CashRunOff:
    """The cash of a portfolio replayed from its holdings, overdrawn where it has to be.

    ``b_t = b_{t-1} g_t + receipts_t - L_t`` with g_t the growth of cash for ``b_{t-1} >= 0``, of
    loans below; payments received between two dates earn the reinvestment rate until the second.
    """
    levels = portfolio.levels
    if portfolio.swaps is not None:
        swaps = portfolio.swaps
        data, levels = _with_stream(data, swaps.times, swaps.amounts), np.append(levels, 1.0)
    counted = data.receipts.counted
    received = np.bincount(
        data.receipts.rows[counted],
        data.receipts.amounts[counted] * levels[data.flow_bonds[counted]],
        data.periods,
    )
    moved = (received - data.payments).tolist()
    on_cash, on_loans = data.growth_of_cash.tolist(), data.growth_of_loans.tolist()
    balance, found = portfolio.initial_cash, np.zeros(data.periods)
    for t, flow in enumerate(moved):
        balance = balance * (on_cash[t] if balance >= 0.0 else on_loans[t]) + flow
        found[t] = balance
    rounding = ROUNDING * np.abs(data.payments).max(initial=1.0)
    found[np.abs(found) <= rounding] = 0.0
    return CashRunOff(data.payment_times, read_only(found))


def _with_stream(data: MatchingData, times: FloatArray, amounts: FloatArray) -> MatchingData:
    """The data with one more bond, whose payments are the given ones."""
    owner = np.full(len(times), len(data.prices))
    return replace(
        data,
        prices=np.append(data.prices, 1.0),
        flow_bonds=np.concatenate((data.flow_bonds, owner)),
        flow_times=np.concatenate((data.flow_times, times)),
        flow_amounts=np.concatenate((data.flow_amounts, amounts)),
        flow_principals=np.concatenate((data.flow_principals, np.zeros(len(times)))),
    )
