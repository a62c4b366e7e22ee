"""The months of a run in which everything due was paid, as balances for the performance report."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from defease.performance.balances import BalanceHistory, balance_history

if TYPE_CHECKING:
    from defease.arrays import DateArray, FloatArray

NOTHING = 1e-9
"""Unpaid money below this share of the opening assets is rounding."""


def balances_while_paid(
    dates: DateArray,
    assets: FloatArray,
    liabilities: FloatArray,
    *,
    due: FloatArray,
    unpaid: FloatArray,
    experience: FloatArray | None = None,
) -> BalanceHistory:
    """Both sides up to the first month in which a payment was not met; payments are the flows.

    `experience` is what later projections added to the liabilities, no growth either.

    Examples
    --------
    >>> days = np.array(["2025-01-31", "2025-02-28", "2025-03-31"], dtype="datetime64[D]")
    >>> found = balances_while_paid(days, np.array([5.0, 2.0, 0.0]), np.array([9.0, 6.0, 3.0]),
    ...     due=np.array([3.0, 3.0]), unpaid=np.array([0.0, 1.0]))
    >>> found.window, found.asset_growth
    ('2025-01 to 2025-02', array([0.]))
    """
    failed = unpaid > NOTHING * assets[0]
    n = int(np.argmax(failed)) if failed.any() else len(unpaid)
    jumps = np.zeros(n) if experience is None else experience[:n]
    return balance_history(
        dates[: n + 1],
        assets=assets[: n + 1],
        liabilities=liabilities[: n + 1],
        asset_flows=-due[:n],
        liability_flows=jumps - due[:n],
    )
